/*
 * conf_child.h - a process that reads a configuration for another one.
 *
 * A file can be on a disk that does not answer, and its lexer ends the process when
 * memory runs out.  So a daemon has it read by a child, which executes the daemon's
 * own program with CONF_CHILD_ARGUMENT and leaves what it has found in a memory file.
 */
#ifndef SHARED_CONF_CHILD_H
#define SHARED_CONF_CHILD_H

#include <stddef.h>
#include <stdint.h>

#define CONF_CHILD_FD	3		/* of its result, in the child */
#define CONF_CHILD_ARGUMENT "--read="	/* and the number of a descriptor */
#define CONF_CHILD_WHY_MAX 192

/* --- the child --- */

/* main() of the program that was executed: the descriptor, or -1: no such argument. */
int	conf_child_argument(const char *arg);
/*
 * Processor time and the size of files are limited from now on; this process leaves
 * no core, and is the first to go when memory runs out.
 */
void	conf_child_limit(size_t result_max);
/* All of it; 0, or negative errno. */
int	conf_child_write(int fd, const void *bytes, size_t len);

/* --- the parent --- */

/*
 * The bytes, malloc'd, that a child has left which has ended with that status of
 * waitpid().  NULL: why there are none, in words that go on from "its reader".
 */
uint8_t	*conf_child_result(int status, int fd, size_t max, size_t *len,
	    char why[CONF_CHILD_WHY_MAX]);

#endif

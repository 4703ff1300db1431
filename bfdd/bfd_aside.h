/*
 * bfd_aside.h - what takes its time, beside the loop: a thread, and its child.
 *
 * To fork would copy the page tables of locked memory while packets wait, and who
 * spawns stands still until the program is executed: 17 ms on a busy machine.  So a
 * thread of ordinary priority spawns the child and waits for it, but never for
 * longer than it was told, nor for a child that cannot even be killed.
 *
 * There is nothing to lock: what the work uses is the thread's from
 * bfd_aside_start() until done() is called, and the loop's at all other times.
 */
#ifndef BFDD_BFD_ASIDE_H
#define BFDD_BFD_ASIDE_H

#include <limits.h>
#include <stdbool.h>

#include "shared/loop.h"

#define BFD_ARGS_MAX	64

struct bfd_aside;

struct bfd_aside_config {
	/* In the thread; may use nothing of the loop's. */
	void	(*work)(struct bfd_aside *, void *arg);
	/* In the loop, after the work. */
	void	(*done)(void *arg);
	void	*arg;
};

/* bfdd itself. */
struct bfd_program {
	/*
	 * On disk, found at the start, before a package manager moves what runs; "":
	 * cannot be told.
	 */
	char		 path[PATH_MAX];
	char *const	*args;		/* of the command line, argv[0] apart */
};

struct bfd_child {
	const char		*path;
	const char		*option;	/* before the args of the program */
	const struct bfd_program *program;
	int			 words;		/* becomes 1 and 2; -1: ours */
	int			 result;	/* becomes CONF_CHILD_FD; -1: none */
	int			 limit_ms;
};

void	bfd_program_find(struct bfd_program *, char *const args[]);
/* "bfdd", option, and the arguments.  0, or -E2BIG. */
int	bfd_program_argv(const struct bfd_program *, const char *option,
	    char *argv[BFD_ARGS_MAX + 3]);

/* The config is copied.  NULL: no memory, or no descriptor. */
struct bfd_aside *bfd_aside_new(struct loop *, const struct bfd_aside_config *);
/* A child is killed, and the work ends soon; done() is not called.  NULL is fine. */
void	bfd_aside_free(struct bfd_aside *);
/* Not while it is busy.  0, or negative errno when there is no thread to be had. */
int	bfd_aside_start(struct bfd_aside *);
/* From bfd_aside_start() until done(). */
bool	bfd_aside_is_busy(const struct bfd_aside *);
/* A child that is run is killed, so that done() is called soon. */
void	bfd_aside_hurry(struct bfd_aside *);

/*
 * In the thread: runs it, to its end.  0 and *status, as of waitpid(); -ETIMEDOUT;
 * -ECANCELED when somebody is in a hurry; -EAGAIN when too many are there that
 * could not be killed; or what the system says.  After an error the child is dead,
 * or will be as soon as it can.
 */
int	bfd_aside_run(struct bfd_aside *, const struct bfd_child *, int *status);

#endif

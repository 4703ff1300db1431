/*
 * paths.h - what a process finds under a path: a few files for each host.
 *
 * Sockets that are bound, texts that the world has put there (configurations),
 * and /proc/sys/net.  Everything else does not exist.
 */
#ifndef TEST_WORLD_PATHS_H
#define TEST_WORLD_PATHS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "test/world/file.h"

struct path {
	struct path	*next;
	char		*name;
	char		*text;		/* NULL: a socket */
	struct file	*socket;	/* bound to it; NULL: left behind */
	uint64_t	 inode;
};

struct path *path_find(const struct host *, const char *name);
/* A text in its place; copied. */
void	path_write(struct host *, const char *name, const char *text);
/* -EADDRINUSE when there is something. */
int	path_bind(struct host *, const char *name, struct file *socket);
/* Nobody answers there any more; the name stays. */
void	path_forget(struct host *, const struct file *socket);
int	path_unlink(struct host *, const char *name);
int	path_stat(const struct host *, const char *name, struct stat *);
/* True for a file that was opened with O_PATH: *st is what it led to then. */
bool	path_opened(const struct file *, struct stat *st);

#endif

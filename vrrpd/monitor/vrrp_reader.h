/*
 * vrrp_reader.h - vrrpd.conf is read by a child of the monitor's, which may fail.
 *
 * A file can be on a disk that does not answer, its lexer ends the process when
 * memory runs out, a name service can take seconds: nothing of that may happen to
 * the engine, or to the monitor.  The child executes the very program that the
 * engine runs, so that both mean the same by the file and by the bytes.
 */
#ifndef VRRPD_VRRP_READER_H
#define VRRPD_VRRP_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "shared/loop.h"
#include "shared/priv.h"

/* A reader that takes longer is killed; vrrpctl(8) waits for 10 s. */
#define VRRP_READER_TIME_NS	(6 * NS_PER_S)

struct vrrp_reader;

/*
 * From the loop: what the reader has found, malloc'd, from now on the callee's; or
 * NULL and in one line why there is nothing.
 */
typedef void (*vrrp_reader_done)(uint8_t *bytes, size_t len, const char *why,
	    void *arg);

struct vrrp_reader_config {
	const char		*conf;		/* the file */
	const struct priv_user	*user;		/* to become */
	/*
	 * In the child: read the file and write a reading to fd; the exit status.
	 * Where no program can be executed.
	 */
	int			(*read)(const char *conf, int fd);
	/* Execute nothing: for tests. */
	bool			 as_it_is;
	vrrp_reader_done	 done;
	void			*arg;
};

/* The config is copied, what it points at borrowed.  NULL: out of memory. */
struct vrrp_reader *vrrp_reader_new(struct loop *,
	    const struct vrrp_reader_config *);
/*
 * An engine is about to be born, which will execute the program at that path; NULL:
 * none, it is a fork of ours.  The same one is executed by readers from now on,
 * whatever is at the path later.
 */
void	vrrp_reader_program(struct vrrp_reader *, const char *path);
/*
 * Starts reading, and done() will be called once; a reading that was under way is
 * given up.  0 or negative errno.
 */
int	vrrp_reader_start(struct vrrp_reader *);
/* Gives up: kills the child, and done() is not called. */
void	vrrp_reader_stop(struct vrrp_reader *);
/* A reading under way is given up.  NULL is fine. */
void	vrrp_reader_free(struct vrrp_reader *);
/* In another child: as above, and the reader lives on. */
void	vrrp_reader_forget(struct vrrp_reader *);

/* Reads the file and writes what was found: the whole life of that program. */
int	vrrp_reader_live(const char *conf, int fd);

#endif

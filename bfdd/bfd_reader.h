/*
 * bfd_reader.h - bfdd.conf is read by a child, which may fail.
 *
 * A file can be on a disk that does not answer, its lexer ends the process when
 * memory runs out, and one of a thousand sessions takes 20 ms to read: nothing of
 * that may happen to bfdd.  The child executes the very program that runs, so that
 * both mean the same by the file and by the bytes.
 */
#ifndef BFDD_BFD_READER_H
#define BFDD_BFD_READER_H

#include <stdbool.h>

#include "bfdd/bfd_aside.h"
#include "bfdd/pure/bfd_params.h"
#include "shared/conf_errors.h"
#include "shared/loop.h"

/* A child that takes longer is killed. */
#define BFD_READER_TIME_MS	6000

struct bfd_reader;

struct bfd_reader_config {
	const char		*conf;		/* the file, for errors */
	const struct bfd_program *program;	/* with arguments that name it */
	int			 limit_ms;	/* BFD_READER_TIME_MS */
	/*
	 * In the loop.  config: the receiver's to free, if good; errors: borrowed.
	 * Why there is no reading at all is one of the errors.
	 */
	void			(*done)(bool good, struct bfd_config *config,
				    const struct conf_errors *, void *arg);
	void			*arg;
};

/* The config is copied, what it points at borrowed.  NULL: out of memory. */
struct bfd_reader *bfd_reader_new(struct loop *,
	    const struct bfd_reader_config *);
/* A reading under way is given up; done is not called.  NULL is fine. */
void	bfd_reader_free(struct bfd_reader *);
/*
 * Read.  A reading that goes on is given up, and a new one begins: the file may have
 * changed under its eyes.  0, or negative errno.
 */
int	bfd_reader_start(struct bfd_reader *);

/*
 * The whole life of the child: what read() finds in the file is written to fd.  The
 * exit status.
 */
int	bfd_reader_live(int fd, bool (*read)(struct bfd_config *,
	    struct conf_errors *, void *arg), void *arg);

#endif

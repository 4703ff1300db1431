/*
 * bfd_reader.h - reads bfdd.conf beside the loop.
 *
 * A file of a thousand sessions takes 20 ms to read, which is most of what a
 * fast session may be silent.  So a thread of ordinary priority reads it; the
 * loop is told when it is done.
 */
#ifndef BFDD_BFD_READER_H
#define BFDD_BFD_READER_H

#include <stdbool.h>

#include "bfdd/pure/bfd_params.h"
#include "shared/conf.h"
#include "shared/loop.h"

struct bfd_reader;

struct bfd_reader_config {
	/*
	 * Reads; runs in the thread, and may use nothing of the loop's.  False:
	 * the errors say why, and there is no config.
	 */
	bool	(*read)(struct bfd_config *, struct conf_errors *, void *arg);
	/*
	 * In the loop.  config: the receiver's to free, if good; errors: borrowed.
	 */
	void	(*done)(bool good, struct bfd_config *config,
		    const struct conf_errors *, void *arg);
	void	*arg;
};

/* NULL: no memory, or no descriptor. */
struct bfd_reader *bfd_reader_new(struct loop *,
	    const struct bfd_reader_config *);
/* Waits for a reading that goes on; done is not called.  NULL is fine. */
void	bfd_reader_free(struct bfd_reader *);
/*
 * Read.  While a reading goes on: read once more after it.  0, or negative errno
 * when there is no thread to be had.
 */
int	bfd_reader_start(struct bfd_reader *);

#endif

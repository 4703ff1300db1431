/*
 * bfd_heap.h - the sessions in the order in which they want attention.
 *
 * One heap and one timer of the loop instead of a timer for each session: with
 * hundreds of sessions the loop is woken once for all that are due.
 */
#ifndef BFDD_BFD_HEAP_H
#define BFDD_BFD_HEAP_H

#include <stdbool.h>

#include "shared/pure/mono.h"

/* An entry lies in the object it stands for; zeroed, it is in no heap. */
struct bfd_heap_entry {
	mono_t		 at;
	unsigned	 place;		/* 0: in no heap */
	void		*owner;
};

struct bfd_heap {
	struct bfd_heap_entry	**entry;	/* [1..count] */
	unsigned		  count, max;
};

/* Room for max entries.  False: no memory. */
bool	bfd_heap_init(struct bfd_heap *, unsigned max);
void	bfd_heap_free(struct bfd_heap *);
/*
 * The entry's owner wants attention at `at`; MONO_NEVER takes it out.  An entry
 * in no heap comes in, for which there must be room (asserted).
 */
void	bfd_heap_set(struct bfd_heap *, struct bfd_heap_entry *, mono_t at);
/* The earliest, or NULL. */
struct bfd_heap_entry *bfd_heap_first(const struct bfd_heap *);

#endif

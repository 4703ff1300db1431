/*
 * bfd_heap.c - a binary heap of instants, each entry knowing its place.
 *
 * place is 1-based, so that the parent of i is i / 2 and a zeroed entry is in no
 * heap.  Setting an entry to the instant it has costs one comparison: that is
 * the usual case, because a packet that arrives moves the detection timer and
 * not the transmission that comes before it.
 */
#include "config.h"

#include "bfdd/bfd_heap.h"

#include <assert.h>
#include <stdlib.h>

bool
bfd_heap_init(struct bfd_heap *h, unsigned max)
{
	h->entry = calloc((size_t)max + 1, sizeof(struct bfd_heap_entry *));
	h->count = 0;
	h->max = max;
	return h->entry != NULL;
}

void
bfd_heap_free(struct bfd_heap *h)
{
	free(h->entry);
	h->entry = NULL;
}

static void
put(struct bfd_heap *h, unsigned place, struct bfd_heap_entry *e)
{
	h->entry[place] = e;
	e->place = place;
}

static void
sift(struct bfd_heap *h, struct bfd_heap_entry *e)
{
	unsigned i = e->place, child;

	for (; i > 1 && mono_before(e->at, h->entry[i / 2]->at); i /= 2)
		put(h, i, h->entry[i / 2]);
	for (; (child = 2 * i) <= h->count; i = child) {
		if (child < h->count && mono_before(h->entry[child + 1]->at,
		    h->entry[child]->at))
			child++;
		if (!mono_before(h->entry[child]->at, e->at))
			break;
		put(h, i, h->entry[child]);
	}
	put(h, i, e);
}

static void
take_out(struct bfd_heap *h, struct bfd_heap_entry *e)
{
	struct bfd_heap_entry *last = h->entry[h->count--];

	if (last != e) {
		put(h, e->place, last);
		sift(h, last);
	}
	e->place = 0;
}

/* The entry and its nearest: what a set may have disturbed. */
static void
check(const struct bfd_heap *h, const struct bfd_heap_entry *e)
{
	unsigned i = e->place, child;

	assert(h->count <= h->max);
	assert(mono_is_never(e->at) == (i == 0));
	if (i == 0)
		return;
	assert(i <= h->count && h->entry[i] == e);
	assert(i == 1 || !mono_before(e->at, h->entry[i / 2]->at));
	for (child = 2 * i; child <= 2 * i + 1 && child <= h->count; child++)
		assert(!mono_before(h->entry[child]->at, e->at));
}

void
bfd_heap_set(struct bfd_heap *h, struct bfd_heap_entry *e, mono_t at)
{
	if (e->place != 0 && e->at.ns == at.ns)
		return;
	e->at = at;
	if (mono_is_never(at)) {
		if (e->place != 0)
			take_out(h, e);
	} else {
		if (e->place == 0) {
			assert(h->count < h->max);
			put(h, ++h->count, e);
		}
		sift(h, e);
	}
	check(h, e);
}

struct bfd_heap_entry *
bfd_heap_first(const struct bfd_heap *h)
{
	return h->count > 0 ? h->entry[1] : NULL;
}

/*
 * test_bfd_heap.c - the heap of deadlines against a list that is searched.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bfdd/bfd_heap.h"
#include "shared/pure/rng.h"

#define N	100

static struct bfd_heap heap;
static struct bfd_heap_entry entries[N];

static mono_t
at(int64_t ns)
{
	return (mono_t){ ns };
}

static int
setup(void **state)
{
	(void)state;
	for (int i = 0; i < N; i++)
		entries[i] = (struct bfd_heap_entry){ .owner = &entries[i] };
	return bfd_heap_init(&heap, N) ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	bfd_heap_free(&heap);
	return 0;
}

static void
test_bfd_heap_empty_has_no_first(void **state)
{
	(void)state;
	assert_null(bfd_heap_first(&heap));
	bfd_heap_set(&heap, &entries[0], MONO_NEVER);
	assert_null(bfd_heap_first(&heap));
}

static void
test_bfd_heap_never_takes_out_and_instant_brings_back(void **state)
{
	(void)state;
	bfd_heap_set(&heap, &entries[0], at(5));
	bfd_heap_set(&heap, &entries[1], at(3));
	assert_ptr_equal(bfd_heap_first(&heap), &entries[1]);
	bfd_heap_set(&heap, &entries[1], MONO_NEVER);
	assert_ptr_equal(bfd_heap_first(&heap), &entries[0]);
	bfd_heap_set(&heap, &entries[1], at(4));
	assert_ptr_equal(bfd_heap_first(&heap)->owner, &entries[1]);
	bfd_heap_set(&heap, &entries[1], at(6));
	assert_ptr_equal(bfd_heap_first(&heap), &entries[0]);
}

static void
test_bfd_heap_first_is_the_earliest_whatever_happens(void **state)
{
	struct rng rng;

	(void)state;
	rng_seed(&rng, 42);
	for (int round = 0; round < 20000; round++) {
		struct bfd_heap_entry *e = &entries[rng_below(&rng, N)];
		mono_t earliest = MONO_NEVER;
		unsigned count = 0;

		bfd_heap_set(&heap, e, rng_below(&rng, 4) == 0 ? MONO_NEVER :
		    at((int64_t)rng_below(&rng, 500)));
		for (int i = 0; i < N; i++) {
			if (entries[i].place == 0)
				continue;
			count++;
			earliest = mono_min(earliest, entries[i].at);
		}
		assert_int_equal(heap.count, count);
		if (count == 0)
			assert_null(bfd_heap_first(&heap));
		else
			assert_true(bfd_heap_first(&heap)->at.ns ==
			    earliest.ns);
	}
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_bfd_heap_empty_has_no_first),
		T(test_bfd_heap_never_takes_out_and_instant_brings_back),
		T(test_bfd_heap_first_is_the_earliest_whatever_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_vrrp_patience.c - how long an engine may be silent, and the message. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_patience.h"

#define MS	NS_PER_MS

static void
test_vrrp_patience_follows_what_the_peers_tolerate(void **state)
{
	static const struct {
		bool	realtime;
		int64_t	tolerated, hang, wait;
	} rows[] = {
		/* 1 cs, and whatever peers notice sooner than can be judged. */
		{ true, 0, 250 * MS, 250 * MS },
		{ true, 20 * MS, 250 * MS, 250 * MS },
		{ true, 249 * MS, 250 * MS, 250 * MS },
		/* Sessions that share the fate. */
		{ true, 300 * MS, 300 * MS, 300 * MS },
		{ true, 999 * MS, 999 * MS, 999 * MS },
		/* Adverts of a second. */
		{ true, 2007 * MS, 1000 * MS, 2007 * MS },
		{ true, 3000 * MS, 1000 * MS, 3000 * MS },
		/* No longer than the lent addresses live. */
		{ true, 80000 * MS, 1000 * MS, 3000 * MS },
		{ true, VRRP_PATIENCE_NOBODY, 1000 * MS, 10000 * MS },
		{ false, 0, 1000 * MS, 1000 * MS },
		{ false, 300 * MS, 1000 * MS, 1000 * MS },
		{ false, 2007 * MS, 1000 * MS, 2007 * MS },
		{ false, VRRP_PATIENCE_NOBODY, 1000 * MS, 10000 * MS },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct vrrp_patience p = { rows[i].realtime,
		    rows[i].tolerated };

		assert_int_equal(vrrp_patience_hang_ns(&p), rows[i].hang);
		assert_int_equal(vrrp_patience_wait_ns(&p), rows[i].wait);
	}
}

static void
test_vrrp_patience_survives_the_way(void **state)
{
	static const int64_t spans[] = { 0, 1, 300 * MS, INT64_MAX - 1,
	    VRRP_PATIENCE_NOBODY };
	uint8_t body[VRRP_PATIENCE_BYTES];
	struct vrrp_patience out;
	unsigned i;

	(void)state;
	for (i = 0; i < 2 * sizeof(spans) / sizeof(spans[0]); i++) {
		const struct vrrp_patience p = { i % 2 == 1, spans[i / 2] };

		assert_int_equal(vrrp_patience_encode(&p, body), sizeof(body));
		assert_true(vrrp_patience_decode(body, sizeof(body), &out));
		assert_int_equal(out.realtime, p.realtime);
		assert_int_equal(out.tolerated_ns, p.tolerated_ns);
	}
}

static void
test_vrrp_patience_no_good_body_changes_nothing(void **state)
{
	static const struct {
		const char	*bytes;
		size_t		 len;
	} bad[] = {
		{ "\1\0\0\0\0\0\0\0", 8 },
		{ "\1\0\0\0\0\0\0\0\1\0", 10 },
		{ "\2\0\0\0\0\0\0\0\1", 9 },
		{ "\1\x80\0\0\0\0\0\0\0", 9 },
		{ "", 0 },
	};
	struct vrrp_patience out = { true, 42 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(vrrp_patience_decode((const uint8_t *)bad[i].bytes,
		    bad[i].len, &out));
		assert_int_equal(out.tolerated_ns, 42);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_vrrp_patience_follows_what_the_peers_tolerate),
		cmocka_unit_test(test_vrrp_patience_survives_the_way),
		cmocka_unit_test(
		    test_vrrp_patience_no_good_body_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_vrrp_linger.c - how long the addresses outlive the state Active.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "vrrpd/pure/vrrp_linger.h"

static const struct vrrp_core_params params = { .version = 3,
    .priority = 200, .advert_int_cs = 1, .preempt = true };
static const mono_t start = { 1000 * NS_PER_S };

static mono_t
after(int64_t ns)
{
	return mono_add(start, ns);
}

static enum vrrp_linger_do
move(struct vrrp_linger *l, mono_t now, enum vrrp_state from,
    enum vrrp_state to, enum vrrp_cause cause)
{
	struct vrrp_transition tr = { .from = from, .to = to, .cause = cause };

	return vrrp_linger_moved(l, now, &tr, &params);
}

static int64_t
bound(void)
{
	return vrrp_linger_bound_ns(3, 1);
}

/* V-65, V-122: longer than any Backup waits, and never for ever. */
static void
test_vrrp_linger_bound_exceeds_every_skew(void **state)
{
	static const uint16_t intervals[] = { 1, 2, 10, 100, 4095 };
	unsigned i, priority;
	int64_t ns;

	(void)state;
	for (i = 0; i < 5; i++)
		for (priority = 1; priority <= 254; priority++) {
			ns = vrrp_core_skew_time_ns(3, (uint8_t)priority,
			    intervals[i]);
			assert_true(vrrp_linger_bound_ns(3, intervals[i]) >=
			    ns + 20 * NS_PER_MS);
			assert_true(vrrp_linger_bound_ns(3, intervals[i]) <=
			    ns_from_cs(intervals[i]) + NS_PER_S);
			ns = vrrp_core_skew_time_ns(2, (uint8_t)priority, 100);
			assert_true(vrrp_linger_bound_ns(2, 100) > ns);
		}
	assert_int_equal(bound(), 255 * 10 * NS_PER_MS / 256 + 20 * NS_PER_MS);
	assert_int_equal(vrrp_linger_bound_ns(3, 100),
	    255 * NS_PER_S / 256 + 500 * NS_PER_MS);
}

static const struct {
	enum vrrp_state		to;
	enum vrrp_cause		cause;
	enum vrrp_linger_do	what;
	enum vrrp_linger_phase	phase;
} leavings[] = {
	/* V-68: of its own will, and well. */
	{ VRRP_INITIALIZE, VRRP_CAUSE_SHUTDOWN, VRRP_LINGER_NOTHING,
	    VRRP_LINGER_WAITING },
	{ VRRP_INITIALIZE, VRRP_CAUSE_DISABLED, VRRP_LINGER_NOTHING,
	    VRRP_LINGER_WAITING },
	{ VRRP_INITIALIZE, VRRP_CAUSE_GROUP, VRRP_LINGER_NOTHING,
	    VRRP_LINGER_WAITING },
	{ VRRP_INITIALIZE, VRRP_CAUSE_TRACK_FAULT, VRRP_LINGER_NOTHING,
	    VRRP_LINGER_WAITING },
	{ VRRP_INITIALIZE, VRRP_CAUSE_NO_PRIMARY_ADDRESS, VRRP_LINGER_NOTHING,
	    VRRP_LINGER_WAITING },
	/* V-77: its path is broken. */
	{ VRRP_INITIALIZE, VRRP_CAUSE_INTERFACE_DOWN, VRRP_LINGER_WITHDRAW,
	    VRRP_LINGER_NOT },
	{ VRRP_INITIALIZE, VRRP_CAUSE_NO_INTERFACE, VRRP_LINGER_WITHDRAW,
	    VRRP_LINGER_NOT },
	{ VRRP_INITIALIZE, VRRP_CAUSE_NOT_OWNER, VRRP_LINGER_WITHDRAW,
	    VRRP_LINGER_NOT },
	{ VRRP_INITIALIZE, VRRP_CAUSE_ADDRESS_FAILED, VRRP_LINGER_WITHDRAW,
	    VRRP_LINGER_NOT },
	{ VRRP_INITIALIZE, VRRP_CAUSE_FENCED, VRRP_LINGER_WITHDRAW,
	    VRRP_LINGER_NOT },
	/* V-71: the better one is there. */
	{ VRRP_BACKUP, VRRP_CAUSE_HIGHER_PRIORITY, VRRP_LINGER_HUSH,
	    VRRP_LINGER_TAIL },
	{ VRRP_BACKUP, VRRP_CAUSE_HIGHER_ADDRESS, VRRP_LINGER_HUSH,
	    VRRP_LINGER_TAIL },
	{ VRRP_BACKUP, VRRP_CAUSE_FENCED, VRRP_LINGER_WITHDRAW,
	    VRRP_LINGER_NOT },
	{ VRRP_BACKUP, VRRP_CAUSE_HANDOVER, VRRP_LINGER_NOTHING,
	    VRRP_LINGER_WAITING },
	{ VRRP_BACKUP, VRRP_CAUSE_GROUP, VRRP_LINGER_NOTHING,
	    VRRP_LINGER_WAITING },
};

static void
test_vrrp_linger_cause_decides_who_stays(void **state)
{
	struct vrrp_linger l;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(leavings) / sizeof(leavings[0]); i++) {
		vrrp_linger_init(&l);
		assert_int_equal(move(&l, start, VRRP_ACTIVE, leavings[i].to,
		    leavings[i].cause), leavings[i].what);
		assert_int_equal(l.phase, leavings[i].phase);
		assert_int_equal(mono_is_never(l.until),
		    l.phase == VRRP_LINGER_NOT);
	}
}

/* The end is in sight whatever happens or does not. */
static void
test_vrrp_linger_every_stay_ends_within_its_bound(void **state)
{
	struct vrrp_linger l;
	enum vrrp_linger_do what;
	size_t i;
	mono_t now;
	int64_t most = bound() + 3 * 10 * NS_PER_MS;

	(void)state;
	for (i = 0; i < sizeof(leavings) / sizeof(leavings[0]); i++) {
		vrrp_linger_init(&l);
		(void)move(&l, start, VRRP_ACTIVE, leavings[i].to,
		    leavings[i].cause);
		while (l.phase != VRRP_LINGER_NOT) {
			now = l.until;
			assert_true(mono_sub(now, start) <= most);
			what = vrrp_linger_expire(&l, now);
			assert_true(what == VRRP_LINGER_WITHDRAW ||
			    what == VRRP_LINGER_TAKE_BACK);
			assert_true(l.phase == VRRP_LINGER_NOT ||
			    mono_before(now, l.until));
		}
	}
}

static void
test_vrrp_linger_not_before_its_time(void **state)
{
	struct vrrp_linger l;

	(void)state;
	vrrp_linger_init(&l);
	assert_int_equal(vrrp_linger_expire(&l, start), VRRP_LINGER_NOTHING);
	(void)move(&l, start, VRRP_ACTIVE, VRRP_INITIALIZE,
	    VRRP_CAUSE_SHUTDOWN);
	assert_int_equal(vrrp_linger_expire(&l, after(bound() - 1)),
	    VRRP_LINGER_NOTHING);
	assert_int_equal(vrrp_linger_expire(&l, after(bound())),
	    VRRP_LINGER_WITHDRAW);
	assert_int_equal(vrrp_linger_expire(&l, after(bound())),
	    VRRP_LINGER_NOTHING);
}

/* Once hushed, the second advert does not make the tail longer. */
static void
test_vrrp_linger_successor_hushes_then_withdraws(void **state)
{
	struct vrrp_linger l;
	mono_t heard = after(NS_PER_MS);

	(void)state;
	vrrp_linger_init(&l);
	assert_int_equal(vrrp_linger_heard(&l, start), VRRP_LINGER_NOTHING);
	(void)move(&l, start, VRRP_ACTIVE, VRRP_INITIALIZE,
	    VRRP_CAUSE_SHUTDOWN);
	assert_int_equal(vrrp_linger_heard(&l, heard), VRRP_LINGER_HUSH);
	assert_int_equal(vrrp_linger_heard(&l, after(2 * NS_PER_MS)),
	    VRRP_LINGER_NOTHING);
	assert_int_equal(l.until.ns, heard.ns + VRRP_LINGER_TAIL_NS);
	assert_int_equal(vrrp_linger_expire(&l, l.until),
	    VRRP_LINGER_WITHDRAW);
}

/* Said once; then for as long as Active_Down_Timer may make it Active. */
static void
test_vrrp_linger_handover_nobody_took_is_taken_back(void **state)
{
	struct vrrp_linger l;

	(void)state;
	vrrp_linger_init(&l);
	(void)move(&l, start, VRRP_ACTIVE, VRRP_BACKUP, VRRP_CAUSE_HANDOVER);
	assert_int_equal(vrrp_linger_expire(&l, after(bound())),
	    VRRP_LINGER_TAKE_BACK);
	assert_int_equal(l.phase, VRRP_LINGER_WAITING);
	assert_true(mono_sub(l.until, start) >=
	    vrrp_core_active_down_interval_ns(3, 1, 1));
	assert_int_equal(vrrp_linger_expire(&l, l.until),
	    VRRP_LINGER_WITHDRAW);
	/* As it ends when it can be done. */
	(void)move(&l, start, VRRP_ACTIVE, VRRP_BACKUP, VRRP_CAUSE_HANDOVER);
	(void)vrrp_linger_expire(&l, after(bound()));
	assert_int_equal(move(&l, after(bound()), VRRP_BACKUP, VRRP_ACTIVE,
	    VRRP_CAUSE_TAKEN_BACK), VRRP_LINGER_NOTHING);
	assert_int_equal(l.phase, VRRP_LINGER_NOT);
}

static void
test_vrrp_linger_handover_that_was_taken_is_not_taken_back(void **state)
{
	struct vrrp_linger l;

	(void)state;
	vrrp_linger_init(&l);
	(void)move(&l, start, VRRP_ACTIVE, VRRP_BACKUP, VRRP_CAUSE_HANDOVER);
	assert_int_equal(vrrp_linger_heard(&l, after(NS_PER_MS)),
	    VRRP_LINGER_HUSH);
	assert_int_equal(vrrp_linger_expire(&l, l.until),
	    VRRP_LINGER_WITHDRAW);
}

/* A stop, or a link that fails, while a successor is waited for. */
static void
test_vrrp_linger_handover_then_stop(void **state)
{
	struct vrrp_linger l;
	mono_t stop = after(5 * NS_PER_MS), until;

	(void)state;
	vrrp_linger_init(&l);
	(void)move(&l, start, VRRP_ACTIVE, VRRP_BACKUP, VRRP_CAUSE_HANDOVER);
	until = l.until;
	assert_int_equal(move(&l, stop, VRRP_BACKUP, VRRP_INITIALIZE,
	    VRRP_CAUSE_SHUTDOWN), VRRP_LINGER_NOTHING);
	assert_int_equal(l.until.ns, until.ns);
	assert_int_equal(vrrp_linger_expire(&l, until), VRRP_LINGER_WITHDRAW);

	(void)move(&l, start, VRRP_ACTIVE, VRRP_BACKUP, VRRP_CAUSE_HANDOVER);
	assert_int_equal(move(&l, stop, VRRP_BACKUP, VRRP_INITIALIZE,
	    VRRP_CAUSE_INTERFACE_DOWN), VRRP_LINGER_WITHDRAW);
	assert_int_equal(l.phase, VRRP_LINGER_NOT);
}

static void
test_vrrp_linger_ends_when_the_path_breaks(void **state)
{
	struct vrrp_linger l;

	(void)state;
	vrrp_linger_init(&l);
	assert_int_equal(vrrp_linger_blocked(&l, VRRP_CAUSE_NO_INTERFACE),
	    VRRP_LINGER_NOTHING);
	(void)move(&l, start, VRRP_ACTIVE, VRRP_INITIALIZE,
	    VRRP_CAUSE_DISABLED);
	assert_int_equal(vrrp_linger_blocked(&l, VRRP_CAUSE_DISABLED),
	    VRRP_LINGER_NOTHING);
	assert_int_equal(vrrp_linger_blocked(&l, VRRP_CAUSE_NO_INTERFACE),
	    VRRP_LINGER_WITHDRAW);
	assert_int_equal(l.phase, VRRP_LINGER_NOT);
}

/* Enabled again before a successor came: the addresses never went. */
static void
test_vrrp_linger_survives_coming_back(void **state)
{
	struct vrrp_linger l;

	(void)state;
	vrrp_linger_init(&l);
	(void)move(&l, start, VRRP_ACTIVE, VRRP_INITIALIZE,
	    VRRP_CAUSE_DISABLED);
	assert_int_equal(move(&l, start, VRRP_INITIALIZE, VRRP_BACKUP,
	    VRRP_CAUSE_ENABLED), VRRP_LINGER_NOTHING);
	assert_int_equal(l.phase, VRRP_LINGER_WAITING);
	assert_true(mono_sub(l.until, start) >
	    vrrp_core_active_down_interval_ns(3, 1, 1));
	assert_int_equal(move(&l, start, VRRP_BACKUP, VRRP_ACTIVE,
	    VRRP_CAUSE_ACTIVE_DOWN_TIMER), VRRP_LINGER_NOTHING);
	assert_int_equal(l.phase, VRRP_LINGER_NOT);
}

/* V-63: a Backup that has nothing to withdraw. */
static void
test_vrrp_linger_backup_leaves_nothing_behind(void **state)
{
	struct vrrp_linger l;

	(void)state;
	vrrp_linger_init(&l);
	assert_int_equal(move(&l, start, VRRP_BACKUP, VRRP_INITIALIZE,
	    VRRP_CAUSE_SHUTDOWN), VRRP_LINGER_NOTHING);
	assert_int_equal(move(&l, start, VRRP_BACKUP, VRRP_INITIALIZE,
	    VRRP_CAUSE_INTERFACE_DOWN), VRRP_LINGER_NOTHING);
	assert_int_equal(l.phase, VRRP_LINGER_NOT);
}

int
main(void)
{
#define T(f) cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_linger_bound_exceeds_every_skew),
		T(test_vrrp_linger_cause_decides_who_stays),
		T(test_vrrp_linger_every_stay_ends_within_its_bound),
		T(test_vrrp_linger_not_before_its_time),
		T(test_vrrp_linger_successor_hushes_then_withdraws),
		T(test_vrrp_linger_handover_nobody_took_is_taken_back),
		T(test_vrrp_linger_handover_that_was_taken_is_not_taken_back),
		T(test_vrrp_linger_handover_then_stop),
		T(test_vrrp_linger_ends_when_the_path_breaks),
		T(test_vrrp_linger_survives_coming_back),
		T(test_vrrp_linger_backup_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

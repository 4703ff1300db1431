/*
 * test_vrrp_core_backup.c - vrrp_core_backup.c: Backups that are known.
 */
#include "config.h"

#include "test/unit/vrrpd/pure/vrrp_core_router.h"

#define MS	NS_PER_MS
#define TELLS	VRRP_DO_SEND_BACKUP

static struct vrrp_core_params
telling(uint8_t priority, uint16_t advert_int_cs)
{
	struct vrrp_core_params p = params(priority, advert_int_cs);

	p.backup_adverts = true;
	return p;
}

static void
told(struct router *r, const char *source, uint8_t priority)
{
	struct vrrp_advert a = advert(source, priority, 100);

	a.backup = true;
	vrrp_core_backup_rx(&r->core, r->now, r->now, &a);
}

/* Backup of R1, has told its priority, and has listened for long enough. */
static void
known_backup(struct router *r)
{
	unsigned i;

	start(r, telling(100, 100));
	for (i = 0; i < 5; i++) {
		rx(r, R1, 200, 100);
		expire(r);
		pass(r, NS_PER_S);
	}
	rx(r, R1, 200, 100);
	bfd_up(r, R1);
	expire(r);
	pass(r, 10 * MS);
}

/* Draft: at once as a Backup, then in its rhythm, and only as a Backup. */
static void
test_vrrp_core_backup_tells_in_its_rhythm(void **state)
{
	struct router r;

	(void)state;
	start(&r, telling(100, 1));
	assert_int_equal(r.act.todo, VRRP_DO_TRANSITION | TELLS);
	assert_int_equal(r.act.backup_priority, 0);
	assert_int_equal(remaining(&r), 0);
	expire(&r);
	assert_int_equal(r.act.todo, TELLS);
	assert_int_equal(r.act.backup_priority, 100);
	rx(&r, R1, 200, 1000);
	assert_int_equal(remaining(&r), NS_PER_S);
	pass(&r, NS_PER_S);
	expire(&r);
	assert_int_equal(r.act.todo, TELLS);
	assert_int_equal(remaining(&r), NS_PER_S);
	rx(&r, R1, 200, 1);
	rx(&r, R1, 0, 1);
	expire_next(&r);
	assert_int_equal(r.act.todo, TAKEOVER);
	assert_int_equal(remaining(&r), 10 * MS);
	pass(&r, 100 * MS);
	rx(&r, R1, 200, 1);
	assert_int_equal(r.core.state, VRRP_BACKUP);
	assert_int_equal(remaining(&r), 0);
	assert_int_equal(vrrp_core_backup_interval_cs(4095), 4095);
}

/* Draft: 0 when it stops; an Active says so too, and a Backup without the word not. */
static void
test_vrrp_core_backup_says_that_it_stops(void **state)
{
	struct router r;

	(void)state;
	start(&r, telling(100, 100));
	vrrp_core_shutdown(&r.core, r.now, VRRP_CAUSE_SHUTDOWN, &r.act);
	assert_int_equal(r.act.todo, VRRP_DO_TRANSITION | TELLS);
	assert_int_equal(r.act.backup_priority, 0);
	start(&r, telling(100, 100));
	while (r.core.state == VRRP_BACKUP)
		expire_next(&r);
	vrrp_core_shutdown(&r.core, r.now, VRRP_CAUSE_SHUTDOWN, &r.act);
	assert_true(r.act.todo & TELLS);
	assert_int_equal(r.act.backup_priority, 0);
	start(&r, params(100, 100));
	assert_int_equal(remaining(&r), r.core.active_down_interval_ns);
	vrrp_core_shutdown(&r.core, r.now, VRRP_CAUSE_SHUTDOWN, &r.act);
	assert_int_equal(r.act.todo, VRRP_DO_TRANSITION);
}

/* At once with other values, and to a Backup that is new; not faster than 100 ms. */
static void
test_vrrp_core_backup_tells_news_at_once(void **state)
{
	struct router r;

	(void)state;
	known_backup(&r);
	set_params(&r, telling(110, 100));
	assert_int_equal(remaining(&r), 90 * MS);
	expire_next(&r);
	assert_int_equal(r.act.todo, TELLS);
	assert_int_equal(r.act.backup_priority, 110);
	pass(&r, 200 * MS);
	told(&r, R3, 50);
	assert_int_equal(remaining(&r), 0);
	expire(&r);
	assert_int_equal(r.act.todo, TELLS);
	told(&r, R3, 50);
	assert_int_equal(remaining(&r), NS_PER_S);
	/* R3 was started again, and asks who is there. */
	pass(&r, 200 * MS);
	told(&r, R3, 0);
	told(&r, R3, 50);
	assert_int_equal(remaining(&r), 0);
	expire(&r);
	assert_int_equal(r.act.todo, TELLS);
	/* The word comes and goes. */
	set_params(&r, params(110, 100));
	assert_int_equal(r.act.todo, TELLS);
	assert_int_equal(r.act.backup_priority, 0);
	told(&r, R3, 60);
	assert_int_equal(r.core.death.rank.count, 2);	/* R1 and R3, as before */
	pass(&r, 200 * MS);
	set_params(&r, telling(110, 100));
	assert_int_equal(remaining(&r), 0);
	/* And goes, when the router becomes the owner by the same change. */
	set_params(&r, params(255, 100));
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_int_equal(r.act.todo, TAKEOVER);
}

/* L-15 +, V-65 + nobody is named, and everybody is known. */
static void
test_vrrp_core_backup_best_goes_at_once(void **state)
{
	struct router r;

	(void)state;
	known_backup(&r);
	rx(&r, R1, 0, 100);
	assert_int_equal(remaining(&r), 0);
	known_backup(&r);
	told(&r, R3, 50);
	rx(&r, R1, 0, 100);
	assert_int_equal(remaining(&r), 0);
	/* A better one has a slot, and the skew of D keeps us from it. */
	known_backup(&r);
	told(&r, R3, 150);
	rx(&r, R1, 0, 100);
	assert_int_equal(remaining(&r), 15 * MS + 156 * 30 * MS / 256);
	/* Not before all have had the time to be heard. */
	start(&r, telling(100, 100));
	rx(&r, R1, 200, 100);
	expire(&r);
	bfd_up(&r, R1);
	rx(&r, R1, 0, 100);
	assert_int_equal(remaining(&r), 156 * 30 * MS / 256);
}

/* L-15 + the same of a death: two Backups that have never been Active. */
static void
test_vrrp_core_backup_rank_of_a_death(void **state)
{
	struct router r;

	(void)state;
	known_backup(&r);
	told(&r, R3, 50);
	bfd_up(&r, R3);
	bfd_down(&r, R1);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_BFD_DOWN);
	known_backup(&r);
	told(&r, R3, 150);
	bfd_down(&r, R1);
	assert_quiet(&r);
	assert_int_equal(remaining(&r), 15 * MS);
}

/* L-32 + : who was away does not take the others for gone. */
static void
test_vrrp_core_backup_absence_does_not_make_alone(void **state)
{
	struct router r;
	mono_t since;

	(void)state;
	known_backup(&r);
	told(&r, R3, 150);
	since = r.now;
	pass(&r, 10 * NS_PER_S);
	vrrp_core_absent(&r.core, since, r.now);
	rx(&r, R1, 0, 100);
	assert_int_equal(mono_sub(r.core.active_down_timer, r.now),
	    15 * MS + 156 * 30 * MS / 256);
	/* Began to listen just before: that is no time to be alone either. */
	start(&r, telling(100, 100));
	expire(&r);
	since = r.now;
	pass(&r, 10 * NS_PER_S);
	vrrp_core_absent(&r.core, since, r.now);
	rx(&r, R1, 200, 100);
	rx(&r, R1, 0, 100);
	assert_int_equal(mono_sub(r.core.active_down_timer, r.now),
	    r.core.skew_time_ns);
}

/* V-62, and a router without the word: such packets change nothing. */
static void
test_vrrp_core_backup_unwanted_changes_nothing(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 100));
	told(&r, R3, 150);
	assert_int_equal(r.core.death.rank.count, 0);
	start(&r, telling(100, 100));
	vrrp_core_shutdown(&r.core, r.now, VRRP_CAUSE_SHUTDOWN, &r.act);
	told(&r, R3, 150);
	assert_int_equal(r.core.death.rank.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test(f)
		T(test_vrrp_core_backup_tells_in_its_rhythm),
		T(test_vrrp_core_backup_says_that_it_stops),
		T(test_vrrp_core_backup_tells_news_at_once),
		T(test_vrrp_core_backup_best_goes_at_once),
		T(test_vrrp_core_backup_rank_of_a_death),
		T(test_vrrp_core_backup_absence_does_not_make_alone),
		T(test_vrrp_core_backup_unwanted_changes_nothing),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

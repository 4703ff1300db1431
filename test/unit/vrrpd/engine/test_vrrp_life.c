/*
 * test_vrrp_life.c - the process around an engine: what happens in which order,
 * and which signal does what.
 *
 * The engine, the scheduler and the privileges are fakes that write down that they
 * were asked; the loop, the channel and the signals are real.
 */
#include "config.h"

#include <sys/socket.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "shared/priv.h"
#include "shared/rtsched.h"
#include "vrrpd/config/vrrp_conf.h"

#include "vrrpd/engine/vrrp_engine.h"

/* The rest of priv.c is needed; how a reload answers is the engine's test. */
static int	drop_here(enum priv_role, const struct priv_user *);
static int	reload_here(struct vrrp_engine *, ...);

#define priv_drop		drop_here
#define vrrp_engine_reload	reload_here
#include "vrrpd/engine/vrrp_life.c"
#undef priv_drop
#undef vrrp_engine_reload

/* --- the world --- */

static char did[400], said[2000];
static struct {
	int	open, drop, tie, start;		/* errors to return */
} fails;
static int monitor_end;			/* of the channel; -1: closed */
static struct vrrp_engine_config given;
static unsigned instances;		/* of the configuration it opened with */
static struct vrrp_parcel *values;	/* of the birth; NULL: none */
static mono_t leaving_since;
/* Called from the loop when the engine has started. */
static void (*then)(void);
static struct loop_timer *timer;
static unsigned leaves_to_obey;		/* left() after so many; 0: never */

static void
note(const char *what)
{
	size_t n = strlen(did);

	(void)snprintf(did + n, sizeof(did) - n, "%s%s", n > 0 ? " " : "",
	    what);
}

/* A byte waits for the monitor. */
static bool
monitor_was_told(void)
{
	char c;

	return recv(monitor_end, &c, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

int
vrrp_engine_open(const struct vrrp_engine_config *ec,
    const struct vrrp_config *config, struct vrrp_engine **out)
{
	note("open");
	assert_true(monitor_was_told());
	given = *ec;
	instances = config->count;
	*out = (struct vrrp_engine *)&given;
	return fails.open;
}

void
rtsched_enter(int priority, struct rtsched *out)
{
	assert_int_equal(priority, 50);
	memset(out, 0, sizeof(*out));
	note("enter");
}

void
rtsched_report(const struct rtsched *s)
{
	(void)s;
}

static int
drop_here(enum priv_role role, const struct priv_user *user)
{
	assert_int_equal(role, PRIV_VRRPD_ENGINE);
	assert_int_equal(user->uid, 4711);
	note("drop");
	return fails.drop;
}

int
vrrp_birth_tie(const struct vrrp_birth *birth)
{
	(void)birth;
	note("tie");
	return fails.tie;
}

const int vrrp_birth_signals[VRRP_BIRTH_SIGNAL_COUNT] = { SIGTERM, SIGINT,
    SIGHUP };

static void
hold(bool held)
{
	sigset_t set;
	int i;

	(void)sigemptyset(&set);
	for (i = 0; i < VRRP_BIRTH_SIGNAL_COUNT; i++)
		(void)sigaddset(&set, vrrp_birth_signals[i]);
	(void)sigprocmask(held ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

void
vrrp_birth_hold_signals(bool held)
{
	note(held ? "hold" : "release");
	hold(held);
}

static void
on_timer(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	then();
}

int
vrrp_engine_start(struct vrrp_engine *e)
{
	assert_ptr_equal(e, &given);
	note("start");
	if (fails.start < 0)
		return fails.start;
	timer = loop_timer_new(given.loop, on_timer, NULL);
	assert_non_null(timer);
	loop_timer_set(timer, loop_clock());
	return 0;
}

static int
reload_here(struct vrrp_engine *e, ...)
{
	assert_ptr_equal(e, &given);
	note("reload");
	return 0;
}

void
vrrp_engine_leave(struct vrrp_engine *e)
{
	(void)e;
	note("leave");
	if (mono_is_never(leaving_since))
		leaving_since = loop_clock();
	if (leaves_to_obey > 0 && --leaves_to_obey == 0)
		given.left(given.arg);
}

mono_t
vrrp_engine_leaving_since(const struct vrrp_engine *e)
{
	(void)e;
	return leaving_since;
}

void
vrrp_engine_close(struct vrrp_engine *e)
{
	note(e == NULL ? "nothing" : "close");
	loop_timer_free(timer);
	timer = NULL;
}

static void
write_down(enum log_level level, const char *line, void *arg)
{
	size_t n = strlen(said);

	(void)level;
	(void)arg;
	(void)snprintf(said + n, sizeof(said) - n, "%s\n", line);
}

/* --- a life --- */

#define ONE	"instance a { interface = eth0  virtual_router_id = 1\n" \
		"virtual_addresses = { 192.0.2.1/24 } }\n"
#define TWO	ONE "instance b { interface = eth0  virtual_router_id = 2\n" \
		"virtual_addresses = { 192.0.2.2/24 } }\n"

static char path[64];

static void
write_file(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int
begin(void **state)
{
	(void)state;
	(void)alarm(30);		/* a life that does not end */
	did[0] = said[0] = '\0';
	memset(&fails, 0, sizeof(fails));
	leaving_since = MONO_NEVER;
	leaves_to_obey = 1;
	instances = 99;
	values = NULL;
	(void)snprintf(path, sizeof(path), "/tmp/test_vrrp_life.%d",
	    (int)getpid());
	/* As the monitor's child has them until it can handle them. */
	hold(true);
	log_capture(write_down, NULL);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	(void)unlink(path);
	log_capture(NULL, NULL);
	vrrp_parcel_drop(values);
	if (monitor_end != -1)
		(void)close(monitor_end);
	return 0;
}

/* With the first start's configuration, which has no instance. */
static int
live(unsigned restarts, void (*what)(void))
{
	static const struct priv_user user = { .uid = 4711 };
	struct vrrp_config first = { .realtime_priority = 50 };
	struct vrrp_life life = { .conf = path, .config = &first,
	    .user = &user };
	struct vrrp_birth birth = { .restarts = restarts, .values = values };
	int fds[2];

	assert_int_equal(vrrp_channel_pair(fds), 0);
	birth.channel = fds[0];
	monitor_end = fds[1];
	then = what;
	return vrrp_life_run(&birth, &life);
}

/* --- order --- */

static void
terminate(void)
{
	(void)raise(SIGTERM);
}

static void
test_root_first_then_privileges_then_packets(void **state)
{
	(void)state;
	assert_int_equal(live(0, terminate), 0);
	assert_string_equal(did,
	    "open enter drop tie release start leave hold close");
	assert_int_equal(instances, 0);
}

static void
test_start_that_fails_undoes_what_there_was(void **state)
{
	(void)state;
	fails.open = -EPERM;
	assert_int_equal(live(0, NULL), 1);
	assert_string_equal(did, "open hold close");
}

static void
test_privileges_that_stay_start_nothing(void **state)
{
	(void)state;
	fails.drop = -EPERM;
	assert_int_equal(live(0, NULL), 1);
	assert_string_equal(did, "open enter drop hold close");
	assert_non_null(strstr(said, "cannot give up privileges"));
}

static void
test_monitor_that_died_meanwhile_starts_nothing(void **state)
{
	(void)state;
	fails.tie = -ESRCH;
	assert_int_equal(live(0, NULL), 1);
	assert_string_equal(did, "open enter drop tie hold close");
	assert_non_null(strstr(said, "the monitor is gone"));
}

static void
test_engine_that_cannot_start_is_closed(void **state)
{
	(void)state;
	fails.start = -ENOMEM;
	assert_int_equal(live(0, NULL), 1);
	assert_string_equal(did,
	    "open enter drop tie release start hold close");
}

/* --- signals --- */

static void
interrupt(void)
{
	(void)raise(SIGINT);
}

static void
test_interrupt_leaves_as_well(void **state)
{
	(void)state;
	assert_int_equal(live(0, interrupt), 0);
	assert_string_equal(did,
	    "open enter drop tie release start leave hold close");
}

/* From the terminal, and again from the monitor. */
static void
terminate_twice(void)
{
	(void)raise(SIGTERM);
	(void)raise(SIGINT);
}

static void
test_second_signal_soon_after_is_the_same_one(void **state)
{
	(void)state;
	leaves_to_obey = 2;
	assert_int_equal(live(0, terminate_twice), 0);
	assert_string_equal(did,
	    "open enter drop tie release start leave leave hold close");
}

static void
terminate_late(void)
{
	leaving_since = mono_add(loop_clock(), -300 * NS_PER_MS);
	(void)raise(SIGTERM);
}

static void
test_second_signal_later_means_at_once(void **state)
{
	(void)state;
	leaves_to_obey = 0;
	assert_int_equal(live(0, terminate_late), 0);
	assert_string_equal(did,
	    "open enter drop tie release start hold close");
	assert_non_null(strstr(said, "at once"));
}

static void
hang_up_then_terminate(void)
{
	(void)raise(SIGHUP);
	(void)raise(SIGTERM);
}

static void
test_sighup_reloads(void **state)
{
	(void)state;
	assert_int_equal(live(0, hang_up_then_terminate), 0);
	assert_non_null(strstr(did, " reload"));
}

static void
monitor_dies(void)
{
	(void)close(monitor_end);
	monitor_end = -1;
}

static void
test_monitor_that_is_gone_is_a_reason_to_leave(void **state)
{
	(void)state;
	assert_int_equal(live(0, monitor_dies), 0);
	assert_string_equal(did,
	    "open enter drop tie release start leave hold close");
	assert_non_null(strstr(said, "leaving: the monitor is gone"));
}

/* --- files --- */

static void
test_next_life_reads_the_file_again(void **state)
{
	(void)state;
	write_file("realtime_priority = 50\n" TWO);
	assert_int_equal(live(1, terminate), 0);
	assert_int_equal(instances, 2);
}

static void
test_next_life_without_a_file_goes_on_with_the_first(void **state)
{
	(void)state;
	write_file("instance a {\n");
	assert_int_equal(live(1, terminate), 0);
	assert_int_equal(instances, 0);
	assert_non_null(strstr(said, "configuration of the first start"));
}

static void
have_values(const char *text)
{
	struct vrrp_reading *r;
	uint8_t *bytes = NULL;
	size_t len;

	write_file(text);
	r = vrrp_reading_of_file(path);
	len = vrrp_reading_encode(r, &bytes);
	vrrp_reading_free(r);
	values = vrrp_parcel_new(bytes, len);
	assert_non_null(values);
}

/* The values in force are what counts, whatever the file says. */
static void
test_next_life_goes_on_with_the_values_in_force(void **state)
{
	(void)state;
	have_values(TWO);
	write_file("instance a {\n");
	assert_int_equal(live(1, terminate), 0);
	assert_int_equal(instances, 2);
}

static void
test_next_life_reads_the_file_where_it_does_not_understand(void **state)
{
	(void)state;
	have_values("");
	values->bytes[5] ^= 1;
	write_file(TWO);
	assert_int_equal(live(1, terminate), 0);
	assert_int_equal(instances, 2);
	assert_non_null(strstr(said, "the monitor is another version: the file "
	    "is read"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name)	cmocka_unit_test_setup_teardown(name, begin, end)
		T(test_root_first_then_privileges_then_packets),
		T(test_start_that_fails_undoes_what_there_was),
		T(test_privileges_that_stay_start_nothing),
		T(test_monitor_that_died_meanwhile_starts_nothing),
		T(test_engine_that_cannot_start_is_closed),
		T(test_interrupt_leaves_as_well),
		T(test_second_signal_soon_after_is_the_same_one),
		T(test_second_signal_later_means_at_once),
		T(test_sighup_reloads),
		T(test_monitor_that_is_gone_is_a_reason_to_leave),
		T(test_next_life_reads_the_file_again),
		T(test_next_life_without_a_file_goes_on_with_the_first),
		T(test_next_life_goes_on_with_the_values_in_force),
		T(test_next_life_reads_the_file_where_it_does_not_understand),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

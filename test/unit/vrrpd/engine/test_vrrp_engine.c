/*
 * test_vrrp_engine.c - a life: open, start, reload, restart, leave, close; and
 * what the monitor hears of it.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shared/log.h"
#include "shared/rtsched.h"
#include "test/unit/vrrpd/engine/engine_world.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_needs.h"
#include "vrrpd/engine/vrrp_engine.h"
#include "vrrpd/engine/vrrp_reload.h"
#include "vrrpd/instance/vrrp_guard.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/instance/vrrp_track.h"
#include "vrrpd/pure/vrrp_trial.h"
#include "vrrpd/pure/vrrp_level.h"
#include "vrrpd/pure/vrrp_linger.h"
#include "vrrpd/pure/vrrp_renewal.h"
#include "vrrpd/pure/vrrp_supervise.h"

#define WEB_WITH(more)							\
	"instance web { interface = eth0 virtual_router_id = 51 "	\
	"virtual_addresses = { 192.0.2.50/24 } " more "}\n"
#define WEB WEB_WITH("")
#define DB								\
	"instance db { interface = eth0 virtual_router_id = 52 "	\
	"virtual_addresses = { 192.0.2.60/24 } }\n"
#define CHECK "file f { path = \"/run/f\" }\n"

static struct vrrp_engine *e;
static struct vrrp_birth birth;
static int owner;			/* of the config's arg */
static unsigned lefts, restarts;
static char lines[16384];

static void
keep_line(enum log_level level, const char *line, void *arg)
{
	size_t len = strlen(lines);

	(void)level;
	(void)arg;
	(void)snprintf(lines + len, sizeof(lines) - len, "%s\n", line);
}

static void
reload_with(const char *text)
{
	vrrp_engine_reload(e);
	engine_reads(text);
}

static void
left(void *arg)
{
	assert_ptr_equal(arg, &owner);
	lefts++;
}

static void
restarted(void *arg)
{
	assert_ptr_equal(arg, &owner);
	restarts++;
}

static const struct rtsched *scheduling;	/* of the engine; NULL: none */

static int
open_it(const char *text)
{
	struct vrrp_engine_config config = {
		.loop = NULL,
		.channel = (struct vrrp_channel *)&ew,
		.birth = &birth,
		.bfdd_socket = "/run/bfdd.sock",
		.scheduling = scheduling,
		.left = left,
		.restarted = restarted,
		.arg = &owner,
	};
	struct vrrp_config vc = engine_config(text);
	int error = vrrp_engine_open(&config, &vc, &e);

	vrrp_config_free(&vc);
	ew.r = e == NULL ? NULL : vrrp_engine_router(e);
	return error;
}

static int
setup(void **state)
{
	(void)state;
	e = NULL;
	memset(&birth, 0, sizeof(birth));
	lefts = restarts = 0;
	lines[0] = '\0';
	log_capture(keep_line, NULL);
	engine_world_open();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_engine_close(e);
	engine_world_close();
	scheduling = NULL;
	log_capture(NULL, NULL);
	return 0;
}

static void
start(const char *text)
{
	assert_int_equal(open_it(text), 0);
	assert_int_equal(vrrp_engine_start(e), 0);
	world_run(0);
}

static void
become_active(const char *text)
{
	start(text);
	world_run(5 * NS_PER_S);
	world_forget();
}

/* The monitor is told how long the peers of an Active would wait. */
static void
test_vrrp_engine_tells_how_long_its_silence_is_tolerated(void **state)
{
	(void)state;
	start(WEB);
	assert_false(world_patience.realtime);
	assert_true(world_patience.tolerated_ns == VRRP_PATIENCE_NOBODY);
	world_run(5 * NS_PER_S);
	/* Three intervals of a second and the skew of 254, less one interval. */
	assert_int_equal(world_patience.tolerated_ns, 2 * NS_PER_S +
	    2 * NS_PER_S / 256);
}

/* The monitor goes by what was granted, and not by what the file asks for. */
static void
test_vrrp_engine_tells_that_it_got_real_time(void **state)
{
	static const struct rtsched granted = { .priority = 50 };

	(void)state;
	scheduling = &granted;
	start(WEB);
	assert_true(world_patience.realtime);
}

static void
test_vrrp_engine_tells_that_real_time_was_refused(void **state)
{
	static const struct rtsched refused = { .sched_error = EPERM };

	(void)state;
	scheduling = &refused;
	start(WEB);
	assert_false(world_patience.realtime);
}

static unsigned
count(const char *word)
{
	const char *at = world.did;
	unsigned n = 0;

	while ((at = strstr(at, word)) != NULL) {
		n++;
		at++;
	}
	return n;
}

/* --- open and start --- */

static void
test_vrrp_engine_open_says_nothing_to_anybody(void **state)
{
	(void)state;
	assert_int_equal(open_it(WEB), 0);
	world_run(10 * NS_PER_S);
	assert_string_equal(world.did, "open:web");
	assert_int_equal(engine_find("web")->core.state, VRRP_INITIALIZE);
	assert_int_equal(ew.commits, 0);
}

static void
test_vrrp_engine_start_is_ready_and_beats(void **state)
{
	(void)state;
	start(WEB);
	assert_string_equal(world.did, "open:web beat phase:1");
	assert_string_equal(ew.bfd_path, "/run/bfdd.sock");
	assert_int_equal(engine_find("web")->core.state, VRRP_BACKUP);
	world_forget();
	world_run(10 * VRRP_BEAT_NS);
	assert_int_equal(count("beat"), 10);
}

/* Whatever is missing: said, and nothing is left behind. */
static void
test_vrrp_engine_open_fails_for_want_of_anything(void **state)
{
	(void)state;
	ew.tx_error = -EPERM;
	assert_int_equal(open_it(WEB), -EPERM);
	assert_non_null(strstr(lines, "CAP_NET_ADMIN"));
	vrrp_engine_close(e);
	ew.tx_error = 0;
	ew.nl_open_error = -EMFILE;
	assert_int_equal(open_it(WEB), -EMFILE);
	vrrp_engine_close(e);
	ew.nl_open_error = 0;
	ew.no_listener = true;
	assert_int_equal(open_it(WEB), -EADDRINUSE);
	assert_non_null(strstr(lines, "control socket"));
	vrrp_engine_close(e);
	e = NULL;
	assert_null(strstr(world.did, "open:web"));
	/* Nothing beats any more. */
	world_forget();
	world_run(NS_PER_S);
	assert_string_equal(world.did, "");
}

static void
test_vrrp_engine_start_without_memory_for_bfdd_fails(void **state)
{
	(void)state;
	ew.no_bfd = true;
	assert_int_equal(open_it(WEB), 0);
	assert_int_equal(vrrp_engine_start(e), -ENOMEM);
	assert_int_equal(count("phase:1"), 0);
}

/* A monitor that reads nothing must not stop the protocol. */
static void
test_vrrp_engine_goes_on_when_the_channel_is_full(void **state)
{
	(void)state;
	world.channel_full = true;
	start(WEB);
	world_run(5 * NS_PER_S);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	/* The will that was refused is sent with a later beat. */
	world.channel_full = false;
	world_forget();
	world_run(2 * VRRP_BEAT_NS);
	assert_int_equal(count("will:web"), 1);
	world_forget();
	world_run(2 * VRRP_BEAT_NS);
	assert_int_equal(count("will:web"), 0);
}

/* L-33: with the beats the addresses are lent anew, each once a second. */
static void
test_vrrp_engine_beats_refresh_the_addresses(void **state)
{
	(void)state;
	become_active(WEB DB);
	world_run(NS_PER_S);
	assert_int_equal(count("refresh:web"), 1);
	assert_int_equal(count("refresh:db"), 1);
}

/* --- messages of the monitor --- */

static void
say_level(const char *name, bool up)
{
	uint8_t body[VRRP_LEVEL_BYTES_MAX];
	struct vrrp_level l = { .kind = VRRP_TRACK_FILE, .up = up,
	    .since = world.now };

	(void)snprintf(l.name, sizeof(l.name), "%s", name);
	engine_message(VRRP_MSG_LEVEL, body, vrrp_level_encode(&l, body));
}

static void
test_vrrp_engine_a_level_of_a_helper_moves_its_instance(void **state)
{
	(void)state;
	start(CHECK WEB_WITH("track_file f { } "));
	assert_int_equal(engine_find("web")->core.state, VRRP_INITIALIZE);
	say_level("f", true);
	assert_int_equal(engine_find("web")->core.state, VRRP_BACKUP);
	say_level("f", false);
	assert_int_equal(engine_find("web")->core.state, VRRP_INITIALIZE);
}

static void
test_vrrp_engine_a_level_that_cannot_be_read_changes_nothing(void **state)
{
	static const uint8_t nonsense[VRRP_LEVEL_BYTES_MIN] = { 0xff };

	(void)state;
	start(CHECK WEB_WITH("track_file f { } "));
	say_level("f", true);
	engine_message(VRRP_MSG_LEVEL, nonsense, sizeof(nonsense));
	say_level("unheard-of", false);
	assert_int_equal(engine_find("web")->core.state, VRRP_BACKUP);
}

static void
say_net(enum vrrp_net_state net)
{
	const uint8_t body = (uint8_t)net;

	engine_message(VRRP_MSG_NET, &body, 1);
}

/* Errands of leases that the one before may have taken into its grave. */
static void
test_vrrp_engine_another_vrrpd_net_is_asked_for_leases(void **state)
{
	unsigned asked;

	(void)state;
	start(WEB);
	say_net(VRRP_NET_THERE);
	asked = world.leases;
	assert_true(asked > 0);
	say_net(VRRP_NET_WAITS);
	say_net(VRRP_NET_AWAY);
	assert_int_equal(world.leases, asked);
	say_net(VRRP_NET_THERE);
	assert_int_equal(world.leases, asked + 1);
	vrrp_guards_answered(ew.r->env.guards, world.lease.number, 0);
	say_net(VRRP_NET_AWAY);
	say_net(VRRP_NET_THERE);
	assert_int_equal(world.leases, asked + 1);
}

/* Own refusals as well as those that the monitor tells of, for `show`. */
static void
test_vrrp_engine_keeps_book_of_refused_messages(void **state)
{
	uint8_t body[VRRP_REFUSED_BYTES];
	struct vrrp_refused r = { 0 };
	const struct vrrp_refusals *book;

	(void)state;
	start(WEB);
	book = &ew.r->refusals;
	vrrp_refused_note(&r, VRRP_MSG_WILL, VRRP_REFUSAL_ROOM, NS_PER_S);
	engine_message(VRRP_MSG_REFUSED, body, vrrp_refused_encode(
	    VRRP_WAY_ENGINE_UP, &r, body));
	assert_int_equal(book->of[VRRP_WAY_ENGINE_UP].count, 1);
	assert_int_equal(book->of[VRRP_WAY_ENGINE_UP].type, VRRP_MSG_WILL);
	vrrp_refused_note(&r, VRRP_MSG_LEVEL, VRRP_REFUSAL_BODY, NS_PER_S);
	engine_refuses(&r);
	assert_int_equal(book->of[VRRP_WAY_ENGINE_DOWN].count, 2);
	assert_int_equal(book->of[VRRP_WAY_ENGINE_UP].count, 1);
}

/* --- reload --- */

static void
test_vrrp_engine_reload_tells_the_monitor_what_is_in_force(void **state)
{
	(void)state;
	become_active(WEB);
	reload_with(CHECK WEB_WITH("priority = 150 "));
	/* The helpers needed now; RELOADING first, READY last. */
	assert_non_null(strstr(world.did, "read phase:2 "));
	assert_non_null(strstr(world.did, "reloaded:2"));
	assert_non_null(strstr(strstr(world.did, "reloaded:2"), "phase:1"));
	assert_int_equal(VRRP_NEEDS_CHECKS, 2);
	assert_int_equal(world.reloaded.number, world.asked_to_read);
	assert_int_equal(engine_find("web")->p.priority, 150);
	assert_non_null(strstr(lines, "reload added=0 removed=0 restarted=0 "
	    "changed=1 unchanged=0"));
}

/* A word that is refused leaves everything as it was. */
static void
test_vrrp_engine_reload_refused_leaves_everything_as_it_was(void **state)
{
	static const char bad[] = "\n\nprioriti = 5\n";
	struct vrrp_instance *web;
	struct vrrp_core core;

	(void)state;
	become_active("client_grace = 3s\n" WEB DB);
	web = engine_find("web");
	core = web->core;
	reload_with(bad);
	assert_non_null(strstr(lines, "vrrpd.conf:3: unknown word 'prioriti'"));
	assert_non_null(strstr(lines, "reload refused: nothing was changed"));
	assert_string_equal(world.did, "read");
	assert_ptr_equal(engine_find("web"), web);
	assert_memory_equal(&web->core, &core, sizeof(core));
	assert_int_equal(ew.r->instance_count, 2);
	assert_int_equal(ew.grace_ns, 3 * NS_PER_S);
	/* By a client the same, with the reason. */
	assert_null(engine_ask("reload", "{}"));
	engine_reads(bad);
	assert_int_equal(ew.error.code, CTL_ERR_REFUSED);
	assert_string_equal(ew.error.message,
	    "vrrpd.conf:3: unknown word 'prioriti'");
}

static void
test_vrrp_engine_reload_sets_the_grace_of_bfdd(void **state)
{
	(void)state;
	start("client_grace = 3s\n" WEB);
	assert_int_equal(ew.grace_ns, 3 * NS_PER_S);
	reload_with("client_grace = 5s\n" WEB);
	assert_int_equal(ew.grace_ns, 5 * NS_PER_S);
}

/* Also one that was being read already: its client is told. */
static void
test_vrrp_engine_reload_while_leaving_is_refused(void **state)
{
	unsigned number;

	(void)state;
	become_active(WEB);
	assert_null(engine_ask("reload", "{}"));
	world_run(0);
	number = world.asked_to_read;
	vrrp_engine_leave(e);
	assert_string_equal(ew.error.message, "vrrpd is leaving");
	engine_values(number, WEB DB);
	assert_int_equal(ew.r->instance_count, 1);
	vrrp_engine_reload(e);
	assert_non_null(strstr(lines, "reload refused: vrrpd is leaving"));
}

/* The second waits for its turn, and finds the file as it is then. */
static void
test_vrrp_engine_reload_in_a_reload_waits_for_its_turn(void **state)
{
	unsigned number, i;

	(void)state;
	become_active(WEB);
	vrrp_engine_reload(e);
	world_run(0);
	vrrp_engine_reload(e);
	number = world.asked_to_read;
	world_run(NS_PER_S);
	assert_int_equal(world.asked_to_read, number);
	engine_values(number, WEB_WITH("priority = 150 "));
	assert_int_equal(engine_find("web")->p.priority, 150);
	world_run(NS_PER_S);
	assert_int_equal(world.asked_to_read, number + 1);
	/* Late, of the one before: nobody wants it any more. */
	engine_values(number, WEB_WITH("priority = 160 "));
	assert_int_equal(engine_find("web")->p.priority, 150);
	engine_values(number + 1, WEB_WITH("priority = 170 "));
	assert_int_equal(engine_find("web")->p.priority, 170);
	/* However many signals come meanwhile, it is read once more. */
	vrrp_engine_reload(e);
	world_run(NS_PER_MS);
	number = world.asked_to_read;
	for (i = 0; i < 100; i++)
		vrrp_engine_reload(e);
	engine_values(number, WEB);
	world_run(NS_PER_S);
	assert_int_equal(world.asked_to_read, number + 1);
	engine_values(number + 1, WEB);
	world_run(NS_PER_S);
	assert_int_equal(world.asked_to_read, number + 1);
	assert_null(strstr(lines, "too many"));
}

static void
unread(unsigned number, const char *why)
{
	struct vrrp_unread u = { .number = number };
	uint8_t body[VRRP_UNREAD_BYTES_MAX];

	(void)snprintf(u.why, sizeof(u.why), "%s", why);
	engine_message(VRRP_MSG_UNREAD, body, vrrp_unread_encode(&u, body));
}

static void
test_vrrp_engine_reload_that_cannot_be_read_is_an_answer(void **state)
{
	(void)state;
	become_active(WEB);
	assert_null(engine_ask("reload", "{}"));
	world_run(0);
	unread(world.asked_to_read + 1, "of another");
	assert_true(ew.deferred);
	unread(world.asked_to_read, "f: cannot be read: its reader died");
	assert_false(ew.deferred);
	assert_string_equal(ew.error.message,
	    "f: cannot be read: its reader died");
	/* A monitor that does not answer. */
	assert_null(engine_ask("reload", "{}"));
	world_run(8 * NS_PER_S);
	assert_true(ew.deferred);
	world_run(2 * NS_PER_S);
	assert_string_equal(ew.error.message, "the monitor does not answer");
	assert_int_equal(engine_find("web")->p.priority, 100);
	/* A monitor that cannot be asked. */
	world.channel_full = true;
	assert_null(engine_ask("reload", "{}"));
	world_run(0);
	assert_string_equal(ew.error.message, "the monitor cannot be asked");
	world.channel_full = false;
	/* And all is well again. */
	reload_with(WEB_WITH("priority = 150 "));
	assert_int_equal(engine_find("web")->p.priority, 150);
}

static void
tell_trial(bool pending, unsigned number)
{
	const struct vrrp_probation t = { pending, number, { pending ?
	    world.now.ns + 60 * NS_PER_S : 0 } };
	uint8_t body[VRRP_PROBATION_BYTES];

	engine_message(VRRP_MSG_PROBATION, body, vrrp_probation_encode(&t, body));
}

static void
test_vrrp_engine_reload_not_confirmed_goes_back(void **state)
{
	struct vrrp_instance *web;
	unsigned number;

	(void)state;
	become_active(WEB);
	web = engine_find("web");
	assert_null(engine_ask("reload", "{\"timeout-ms\":60000}"));
	engine_reads(WEB_WITH("priority = 150 "));
	number = world.asked_to_read;
	assert_int_equal(world.reloaded.trial_ns, 60 * NS_PER_S);
	tell_trial(true, number);
	tell_trial(false, number);
	engine_values(VRRP_READ_BACK, WEB);
	assert_ptr_equal(engine_find("web"), web);
	assert_int_equal(web->p.priority, 100);
	assert_int_equal(web->core.state, VRRP_ACTIVE);
	assert_int_equal(world.reloaded.number, VRRP_READ_BACK);
	assert_non_null(strstr(lines, "reload taken back added=0 removed=0 "
	    "restarted=0 changed=1"));
}

/* In force by then is another one, which nobody was to take back. */
static void
test_vrrp_engine_reload_is_not_taken_back_for_another(void **state)
{
	unsigned first;

	(void)state;
	become_active(WEB);
	assert_null(engine_ask("reload", "{\"timeout-ms\":60000}"));
	engine_reads(WEB_WITH("priority = 150 "));
	first = world.asked_to_read;
	tell_trial(true, first);
	reload_with(WEB_WITH("priority = 160 "));
	/* On its way before the monitor had heard of the second. */
	tell_trial(false, first);
	engine_values(VRRP_READ_BACK, WEB);
	assert_int_equal(engine_find("web")->p.priority, 160);
	assert_int_equal(world.reloaded.number, first + 1);
	tell_trial(false, first + 1);
	/* An engine that has said nothing yet began with the trial's values. */
}

static void
test_vrrp_engine_new_one_goes_back_as_well(void **state)
{
	(void)state;
	become_active(WEB_WITH("priority = 150 "));
	tell_trial(true, VRRP_READ_BACK);
	tell_trial(false, VRRP_READ_BACK);
	engine_values(VRRP_READ_BACK, WEB);
	assert_int_equal(engine_find("web")->p.priority, 100);
	assert_int_equal(world.reloaded.number, VRRP_READ_BACK);
}

static void
test_vrrp_engine_dry_run_changes_nothing(void **state)
{
	struct vrrp_instance *web;
	struct vrrp_core core;

	(void)state;
	become_active("client_grace = 3s\n" WEB);
	web = engine_find("web");
	core = web->core;
	assert_null(engine_ask("reload", "{\"dry-run\":true}"));
	engine_reads("client_grace = 5s\n" DB);
	assert_int_equal(json_integer_value(json_object_get(ew.answer,
	    "removed")), 1);
	assert_int_equal(json_array_size(json_object_get(ew.answer,
	    "changes")), 3);
	assert_string_equal(world.did, "read");
	assert_memory_equal(&web->core, &core, sizeof(core));
	assert_int_equal(ew.r->instance_count, 1);
	assert_int_equal(ew.grace_ns, 3 * NS_PER_S);
	/* The same again is no difference: nothing was changed by the dry run. */
	assert_null(engine_ask("reload", "{}"));
	engine_reads("client_grace = 3s\n" WEB);
	assert_int_equal(json_array_size(json_object_get(ew.answer,
	    "changes")), 0);
}

/* The rest is not done, and whoever asked is told why. */
static void
test_vrrp_engine_leave_in_the_middle_of_a_reload(void **state)
{
	unsigned number;

	(void)state;
	become_active(WEB);
	assert_null(engine_ask("reload", "{}"));
	world_run(0);
	number = world.asked_to_read;
	world.busy = true;
	engine_values(number, WEB DB);
	assert_non_null(ew.r->apply);
	assert_true(ew.deferred);
	vrrp_engine_leave(e);
	assert_false(ew.deferred);
	assert_string_equal(ew.error.message, "vrrpd is leaving");
	assert_null(ew.r->apply);
	world.busy = false;
	world_run(NS_PER_S);
	assert_null(strstr(strstr(world.did, "phase:3"), "phase:1"));
	assert_null(strstr(world.did, "reloaded"));
}

static void
test_vrrp_engine_close_in_the_middle_of_a_reload(void **state)
{
	(void)state;
	become_active(WEB);
	vrrp_engine_reload(e);
	world_run(0);
	world.busy = true;
	engine_values(world.asked_to_read, WEB DB);
	assert_non_null(ew.r->apply);
	vrrp_engine_close(e);
	e = NULL;
	world.busy = false;
}

/* --- restart --- */

static void
tried(enum vrrp_trial_verdict verdict, const char *text)
{
	struct vrrp_trial t = { .verdict = verdict };
	uint8_t body[VRRP_TRIAL_BYTES_MAX];

	(void)strcpy(t.text, text);
	engine_message(VRRP_MSG_TRIED, body, vrrp_trial_encode(&t, body));
}

/* The program on disk is another version, and able. */
static void
ask_restart(void)
{
	assert_null(engine_ask("restart", "{}"));
	assert_true(ew.deferred);
	assert_int_equal(count("try"), 1);
	world_forget();
	tried(VRRP_TRIAL_GOOD, "9.9");
	assert_non_null(json_object_get(ew.answer, "engine-pid"));
	assert_string_equal(json_string_value(json_object_get(ew.answer,
	    "version")), "9.9");
	assert_true(json_is_false(json_object_get(ew.answer, "whole")));
}

/* L-24: nothing on the wire, nothing taken away; the answer comes first. */
static void
test_vrrp_engine_restart_hands_off_and_says_nothing(void **state)
{
	(void)state;
	become_active(WEB DB);
	ask_restart();
	assert_int_equal(restarts, 0);
	assert_string_equal(world.did, "");
	assert_int_equal(ew.grace_ns, 10 * NS_PER_S);
	world_run(20 * NS_PER_MS);
	assert_int_equal(restarts, 1);
	assert_non_null(strstr(world.did, "restart:2"));
	assert_null(strstr(world.did, "advert"));
	assert_null(strstr(world.did, "withdraw"));
	assert_null(strstr(world.did, "phase:3"));
	assert_false(ew.goodbye);
}

static void
test_vrrp_engine_restart_keeps_a_longer_grace(void **state)
{
	(void)state;
	become_active("client_grace = 30s\n" WEB);
	ask_restart();
	assert_int_equal(ew.grace_ns, 30 * NS_PER_S);
}

/* An end without a word is one for good: wait until the monitor reads. */
static void
test_vrrp_engine_restart_waits_for_a_monitor_that_is_busy(void **state)
{
	(void)state;
	become_active(WEB);
	ew.stuck = true;
	ask_restart();
	world_run(10 * NS_PER_S);
	assert_int_equal(restarts, 0);
	assert_null(strstr(world.did, "restart:"));
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	ew.stuck = false;
	world_run(20 * NS_PER_MS);
	assert_int_equal(restarts, 1);
	assert_int_equal(count("restart:1"), 1);
}

static void
test_vrrp_engine_restart_refused_when_the_monitor_cannot_be_told(void **state)
{
	(void)state;
	become_active(WEB);
	ask_restart();
	world.channel_full = true;
	world_run(20 * NS_PER_MS);
	assert_int_equal(restarts, 0);
	assert_non_null(strstr(lines, "restart refused: the monitor cannot be "
	    "told"));
	/* bfdd need not wait for another life of it any more. */
	assert_int_equal(ew.grace_ns, 0);
	/* The engine lives on, and may be asked again. */
	world.channel_full = false;
	world_run(10 * NS_PER_S);
	assert_int_equal(restarts, 0);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	ask_restart();
	world_run(20 * NS_PER_MS);
	assert_int_equal(restarts, 1);
}

/* A grace that a reload takes back would be a Down to every peer. */
static void
test_vrrp_engine_reload_before_a_restart_keeps_its_grace(void **state)
{
	(void)state;
	become_active(WEB);
	ew.stuck = true;
	ask_restart();
	world_run(NS_PER_S);
	reload_with("client_grace = 2s\n" WEB);
	assert_int_equal(ew.grace_ns, 10 * NS_PER_S);
	world_run(NS_PER_S);
	reload_with("client_grace = 20s\n" WEB);
	assert_int_equal(ew.grace_ns, 20 * NS_PER_S);
}

/* Nothing happens, and the operator is told why. */
static void
test_vrrp_engine_restart_with_a_bad_program_is_refused(void **state)
{
	(void)state;
	become_active(WEB);
	assert_null(engine_ask("restart", "{}"));
	world_forget();
	tried(VRRP_TRIAL_BAD, "Exec format error");
	assert_false(ew.deferred);
	assert_string_equal(ew.error.message, "the program on disk cannot go "
	    "on: Exec format error; nothing was restarted");
	assert_non_null(strstr(lines, "restart refused: the program on disk"));
	world_run(10 * NS_PER_S);
	assert_int_equal(restarts, 0);
	assert_null(strstr(world.did, "restart:"));
	assert_int_equal(ew.grace_ns, 0);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	/* A verdict that nobody waits for, and one that is none. */
	tried(VRRP_TRIAL_GOOD, "9.9");
	world_run(NS_PER_S);
	assert_int_equal(restarts, 0);
	ask_restart();
	world_run(20 * NS_PER_MS);
	assert_int_equal(restarts, 1);
}

/* Able, but of another language: an ordinary leave, and the monitor knows why. */
static void
test_vrrp_engine_restart_with_a_foreign_program_leaves(void **state)
{
	(void)state;
	become_active(WEB);
	assert_null(engine_ask("restart", "{}"));
	world_forget();
	tried(VRRP_TRIAL_FOREIGN, "9.9");
	assert_true(json_is_true(json_object_get(ew.answer, "whole")));
	assert_string_equal(world.did, "replace");
	world_run(20 * NS_PER_MS);
	assert_int_equal(restarts, 0);
	assert_null(strstr(world.did, "restart:"));
	assert_non_null(strstr(world.did, "phase:3"));
	assert_false(mono_is_never(vrrp_engine_leaving_since(e)));
}

static void
test_vrrp_engine_restart_is_refused_when_the_monitor_says_nothing(void **state)
{
	(void)state;
	become_active(WEB);
	assert_null(engine_ask("restart", "{}"));
	world_run(8 * NS_PER_S);
	assert_false(ew.deferred);
	assert_non_null(strstr(ew.error.message, "the monitor does not say"));
	world.channel_full = true;
	engine_refused("restart", "{}", CTL_ERR_REFUSED,
	    "the monitor cannot be told");
	world.channel_full = false;
}

static void
test_vrrp_engine_restart_whose_client_is_gone_happens(void **state)
{
	(void)state;
	become_active(WEB);
	assert_null(engine_ask("restart", "{}"));
	engine_client_goes();
	tried(VRRP_TRIAL_GOOD, "9.9");
	world_run(20 * NS_PER_MS);
	assert_int_equal(restarts, 1);
}

/* Whoever goes on reads the whole file: half of it is no state to go on from. */
static void
test_vrrp_engine_restart_waits_for_a_reload(void **state)
{
	unsigned i;

	(void)state;
	become_active(WEB);
	vrrp_engine_reload(e);
	world_run(0);
	world.busy = true;
	engine_values(world.asked_to_read, WEB DB);
	assert_non_null(ew.r->apply);
	ask_restart();
	for (i = 0; i < 100 && ew.r->apply != NULL; i++) {
		assert_int_equal(restarts, 0);
		world_run(0);
	}
	assert_null(ew.r->apply);
	world.busy = false;
	world_run(NS_PER_S);
	assert_int_equal(restarts, 1);
	assert_int_equal(ew.r->instance_count, 2);
}

/* V-65: the next engine would not know that the Active has resigned. */
static void
test_vrrp_engine_restart_waits_for_a_takeover_of_moments(void **state)
{
	(void)state;
	start(WEB);
	engine_advert("192.0.2.3", 51, 200);
	engine_advert("192.0.2.3", 51, 0);
	assert_int_equal(engine_find("web")->core.state, VRRP_BACKUP);
	ask_restart();
	world_run(20 * NS_PER_MS);
	assert_int_equal(restarts, 0);
	world_run(NS_PER_S);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_int_equal(restarts, 1);
	assert_non_null(strstr(world.did, "restart:1"));
}

/* Instances that wait for what the file says are tried each second. */
static void
test_vrrp_engine_another_try_is_no_reload(void **state)
{
	(void)state;
	become_active(WEB);
	assert_non_null(ew.r->reapply);
	world_forget();
	ew.r->reapply(ew.r->reapply_arg);
	world_run(NS_PER_S);
	assert_null(ew.r->apply);
	assert_int_equal(count("phase:2"), 0);
	assert_int_equal(count("phase:1"), 0);
}

/* An engine that leaves has resigned: there is nothing to hand off. */
static void
test_vrrp_engine_restart_while_leaving_is_refused(void **state)
{
	(void)state;
	become_active(WEB);
	ask_restart();
	vrrp_engine_leave(e);
	world_run(30 * NS_PER_MS);
	assert_int_equal(restarts, 0);
	assert_null(strstr(world.did, "restart:"));
}

/* The next engine of a planned restart: it goes on, and says so to nobody. */
static void
test_vrrp_engine_goes_on_where_the_one_before_stopped(void **state)
{
	static struct vrrp_handoff h;

	(void)state;
	memset(&h, 0, sizeof(h));
	h.left = world.now;
	h.count = 1;
	h.list[0] = (struct vrrp_handoff_entry){ .name = "web",
	    .active_since = world.now, .flags = VRRP_HANDOFF_ACTIVE };
	birth.handoff = &h;
	start(WEB DB);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_int_equal(engine_find("db")->core.state, VRRP_BACKUP);
	assert_null(strstr(world.did, "advert:51:0"));
}

/* --- leave and close --- */

static void
test_vrrp_engine_leave_waits_for_a_successor(void **state)
{
	(void)state;
	become_active(WEB);
	assert_true(mono_is_never(vrrp_engine_leaving_since(e)));
	vrrp_engine_leave(e);
	assert_int_equal(vrrp_engine_leaving_since(e).ns, world.now.ns);
	assert_string_equal(world.did, "advert:51:0 phase:3");
	world_run(100 * NS_PER_MS);
	assert_int_equal(lefts, 0);
	assert_null(strstr(world.did, "withdraw"));
	engine_advert("192.0.2.3", 51, 90);
	world_run(VRRP_LINGER_TAIL_NS);
	assert_int_equal(lefts, 1);
	assert_non_null(strstr(world.did, "withdraw:web"));
}

static void
test_vrrp_engine_leave_twice_is_leaving_once(void **state)
{
	mono_t since;

	(void)state;
	become_active(WEB);
	vrrp_engine_leave(e);
	since = vrrp_engine_leaving_since(e);
	world_run(100 * NS_PER_MS);
	world_forget();
	vrrp_engine_leave(e);
	assert_string_equal(world.did, "");
	assert_int_equal(vrrp_engine_leaving_since(e).ns, since.ns);
	world_run(20 * NS_PER_S);
	assert_int_equal(lefts, 1);
}

/* The monitor must not take an engine that waits for one that hangs. */
static void
test_vrrp_engine_beats_while_it_leaves(void **state)
{
	(void)state;
	become_active(WEB);
	vrrp_engine_leave(e);
	world_forget();
	world_run(10 * VRRP_BEAT_NS);
	assert_int_equal(count("beat"), 10);
}

static const char *
at(const char *word)
{
	const char *found = strstr(world.did, word);

	assert_non_null(found);
	return found;
}

/* The monitor hears it before the wills are void, and hooks before the end. */
static void
test_vrrp_engine_close_tells_in_order(void **state)
{
	(void)state;
	become_active(WEB_WITH("notify = \"/bin/true\" ") DB
	    "group both { members = { web, db } notify = \"/bin/true\" }\n");
	assert_true(ew.serving);
	vrrp_engine_close(e);
	e = NULL;
	assert_true(at("phase:3") < at("advert:51:0"));
	assert_true(at("advert:51:0") < at("withdraw:web"));
	assert_true(at("withdraw:web") < at("close:web"));
	(void)at("notice:web:STOP");
	(void)at("notice:both:STOP");
	assert_false(ew.serving);
	(void)at("revoke:web");
	assert_true(ew.goodbye);
	world_forget();
	world_run(10 * NS_PER_S);
	assert_string_equal(world.did, "");
}

static void
test_vrrp_engine_close_of_none_is_fine(void **state)
{
	(void)state;
	vrrp_engine_close(NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_engine_open_says_nothing_to_anybody),
	    TEST(test_vrrp_engine_start_is_ready_and_beats),
	    TEST(test_vrrp_engine_tells_how_long_its_silence_is_tolerated),
	    TEST(test_vrrp_engine_tells_that_it_got_real_time),
	    TEST(test_vrrp_engine_tells_that_real_time_was_refused),
	    TEST(test_vrrp_engine_open_fails_for_want_of_anything),
	    TEST(test_vrrp_engine_start_without_memory_for_bfdd_fails),
	    TEST(test_vrrp_engine_goes_on_when_the_channel_is_full),
	    TEST(test_vrrp_engine_beats_refresh_the_addresses),
	    TEST(test_vrrp_engine_a_level_of_a_helper_moves_its_instance),
	    TEST(test_vrrp_engine_a_level_that_cannot_be_read_changes_nothing),
	    TEST(test_vrrp_engine_another_vrrpd_net_is_asked_for_leases),
	    TEST(test_vrrp_engine_keeps_book_of_refused_messages),
	    TEST(test_vrrp_engine_reload_tells_the_monitor_what_is_in_force),
	    TEST(test_vrrp_engine_reload_refused_leaves_everything_as_it_was),
	    TEST(test_vrrp_engine_reload_sets_the_grace_of_bfdd),
	    TEST(test_vrrp_engine_reload_while_leaving_is_refused),
	    TEST(test_vrrp_engine_leave_in_the_middle_of_a_reload),
	    TEST(test_vrrp_engine_close_in_the_middle_of_a_reload),
	    TEST(test_vrrp_engine_restart_waits_for_a_reload),
	    TEST(test_vrrp_engine_restart_waits_for_a_takeover_of_moments),
	    TEST(test_vrrp_engine_another_try_is_no_reload),
	    TEST(test_vrrp_engine_reload_in_a_reload_waits_for_its_turn),
	    TEST(test_vrrp_engine_reload_that_cannot_be_read_is_an_answer),
	    TEST(test_vrrp_engine_reload_not_confirmed_goes_back),
	    TEST(test_vrrp_engine_reload_is_not_taken_back_for_another),
	    TEST(test_vrrp_engine_new_one_goes_back_as_well),
	    TEST(test_vrrp_engine_dry_run_changes_nothing),
	    TEST(test_vrrp_engine_restart_hands_off_and_says_nothing),
	    TEST(test_vrrp_engine_restart_keeps_a_longer_grace),
	    TEST(test_vrrp_engine_restart_waits_for_a_monitor_that_is_busy),
	    TEST(test_vrrp_engine_restart_refused_when_the_monitor_cannot_be_told),
	    TEST(test_vrrp_engine_reload_before_a_restart_keeps_its_grace),
	    TEST(test_vrrp_engine_restart_while_leaving_is_refused),
	    TEST(test_vrrp_engine_restart_with_a_bad_program_is_refused),
	    TEST(test_vrrp_engine_restart_with_a_foreign_program_leaves),
	    TEST(test_vrrp_engine_restart_is_refused_when_the_monitor_says_nothing),
	    TEST(test_vrrp_engine_restart_whose_client_is_gone_happens),
	    TEST(test_vrrp_engine_goes_on_where_the_one_before_stopped),
	    TEST(test_vrrp_engine_leave_waits_for_a_successor),
	    TEST(test_vrrp_engine_leave_twice_is_leaving_once),
	    TEST(test_vrrp_engine_beats_while_it_leaves),
	    TEST(test_vrrp_engine_close_tells_in_order),
	    TEST(test_vrrp_engine_close_of_none_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

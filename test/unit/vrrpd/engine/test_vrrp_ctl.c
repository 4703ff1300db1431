/*
 * test_vrrp_ctl.c - every method's answer and refusals, and what subscribers are
 * told.  A request that is refused changes nothing.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "test/unit/vrrpd/engine/engine_world.h"
#include "vrrpd/engine/vrrp_ctl.h"
#include "vrrpd/engine/vrrp_ctl_json.h"
#include "vrrpd/instance/vrrp_instance.h"

#define WEB_WITH(more)							\
	"instance web { interface = eth0 virtual_router_id = 51 "	\
	"virtual_addresses = { 192.0.2.50/24 } " more "}\n"
#define WEB WEB_WITH("")
#define DB								\
	"instance db { interface = eth0 virtual_router_id = 52 "	\
	"virtual_addresses = { 192.0.2.60/24 } }\n"
#define PARAMS	(-32602)		/* JSON-RPC: invalid params */

static struct vrrp_ctl *ctl;
static unsigned reloads, dry_runs, restarts;
static int64_t last_trial_ns;
static char lines[16384];

static void
keep_line(enum log_level level, const char *line, void *arg)
{
	size_t len = strlen(lines);

	(void)level;
	(void)arg;
	(void)snprintf(lines + len, sizeof(lines) - len, "%s\n", line);
}

static const struct vrrp_config *
in_force(void *arg)
{
	static const struct vrrp_config nothing = { .realtime_priority = 50 };

	assert_ptr_equal(arg, &reloads);
	return &nothing;
}

static const struct vrrp_params *
running(const char *name, bool *active, void *arg)
{
	const struct vrrp_instance *v = vrrp_router_find(ew.r, name);

	assert_ptr_equal(arg, &reloads);
	*active = v != NULL && v->core.state == VRRP_ACTIVE;
	return v == NULL ? NULL : &v->p;
}

static void
prepare(struct vrrp_config *config, bool dry_run, void *arg)
{
	assert_ptr_equal(arg, &reloads);
	assert_true(config->count > 0);
	dry_runs += dry_run;
}

static struct vrrp_reload *reload;

/* As the engine does: later, from the loop. */
static void
is_applied(void *arg)
{
	static const struct vrrp_applied sum = { 1, 2, 3, 4, 5, 6 };

	(void)arg;
	vrrp_reload_applied(reload, &sum, 0);
}

static int
apply(struct vrrp_config *config, uint32_t number, int64_t trial_ns, void *arg)
{
	assert_ptr_equal(arg, &reloads);
	assert_int_equal(number, world.asked_to_read);
	assert_int_equal(config->count, 1);
	reloads++;
	last_trial_ns = trial_ns;
	return loop_defer(NULL, is_applied, NULL);
}

static int
setup(void **state)
{
	const struct vrrp_reload_config config = {
		.channel = (struct vrrp_channel *)&ew,
		.in_force = in_force,
		.running = running,
		.prepare = prepare,
		.apply = apply,
		.arg = &reloads,
	};

	(void)state;
	reloads = dry_runs = restarts = 0;
	last_trial_ns = 0;
	lines[0] = '\0';
	log_capture(keep_line, NULL);
	engine_open();
	reload = vrrp_reload_new(&config);
	assert_non_null(reload);
	assert_int_equal(vrrp_ctl_open(NULL, ew.r, NULL, reload, &ctl), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_ctl_close(ctl);
	vrrp_reload_free(reload);
	engine_close();
	log_capture(NULL, NULL);
	return 0;
}

static void
start(const char *text)
{
	engine_apply(text);
	engine_start();
	world_forget();
}

static void
become_active(const char *text)
{
	start(text);
	world_run(5 * NS_PER_S);
	world_forget();
}

/* Words are deferred, and levels published by a timer that those set. */
static void
turns(void)
{
	world_run(0);
	world_run(0);
}

/* "a.b.0.c" of an answer; NULL: there is none. */
static const json_t *
at(const json_t *o, const char *path)
{
	char word[64];
	size_t len;

	for (; *path != '\0' && o != NULL; path += len + (path[len] == '.')) {
		len = strcspn(path, ".");
		assert_true(len < sizeof(word));
		memcpy(word, path, len);
		word[len] = '\0';
		o = json_is_array(o) ? json_array_get(o, strtoul(word, NULL,
		    10)) : json_object_get(o, word);
	}
	return o;
}

static const char *
text_at(const json_t *o, const char *path)
{
	const char *s = json_string_value(at(o, path));

	if (s == NULL)
		fail_msg("no text at %s", path);
	return s;
}

static long long
number_at(const json_t *o, const char *path)
{
	if (!json_is_integer(at(o, path)))
		fail_msg("no number at %s", path);
	return json_integer_value(at(o, path));
}

static json_t *
ask(const char *method, const char *params)
{
	json_t *answer = engine_ask(method, params);

	if (answer == NULL)
		fail_msg("%s: %s", method, ew.error.message);
	return answer;
}

/* --- the instance of a request --- */

static void
test_vrrp_ctl_names_that_are_none_are_refused_everywhere(void **state)
{
	static const char *const methods[] = { "show", "history", "stats",
	    "set", "disable", "enable", "handover" };
	size_t i;

	(void)state;
	become_active(WEB);
	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		engine_refused(methods[i], "{\"name\":\"wbe\"}",
		    CTL_ERR_NOT_FOUND, "there is no instance \"wbe\"");
		engine_refused(methods[i], "{\"name\":51}", PARAMS,
		    "\"name\" must be the name of an instance");
	}
	/* A request that changes something is never about all of them. */
	for (i = 3; i < sizeof(methods) / sizeof(methods[0]); i++)
		engine_refused(methods[i], "{}", PARAMS,
		    "\"name\" must be the name of an instance");
	assert_string_equal(world.did, "");
}

/* --- show --- */

static void
test_vrrp_ctl_show_all_and_one(void **state)
{
	json_t *o;

	(void)state;
	become_active("router_id = lb1\n" WEB DB);
	o = ask("show", "{}");
	assert_string_equal(text_at(o, "router-id"), "lb1");
	assert_string_equal(text_at(o, "bfdd"), "connected");
	assert_int_equal(json_array_size(at(o, "instances")), 2);
	assert_string_equal(text_at(o, "instances.0.name"), "web");
	assert_string_equal(text_at(o, "instances.0.state"), "active");
	assert_int_equal(number_at(o, "instances.0.virtual-router-id"), 51);
	assert_string_equal(text_at(o, "instances.0.address-family"), "ipv4");
	assert_string_equal(text_at(o, "instances.0.virtual-addresses.0"),
	    "192.0.2.50/24");
	assert_string_equal(text_at(o, "instances.0.virtual-mac"),
	    "00:00:5e:00:01:33");
	assert_string_equal(text_at(o, "instances.0.active-address"),
	    "192.0.2.2");
	assert_string_equal(text_at(o, "instances.0.last-transition.to"),
	    "active");
	assert_string_equal(text_at(o, "instances.0.last-transition.cause"),
	    "active-down-timer");
	assert_string_equal(text_at(o, "instances.0.new-master-reason"),
	    "no-response");
	json_decref(o);
	o = ask("show", "{\"name\":\"db\"}");
	assert_int_equal(json_array_size(at(o, "instances")), 1);
	assert_string_equal(text_at(o, "instances.0.name"), "db");
	json_decref(o);
}

/* V-71: with -j as well, in show and in the history. */
static void
test_vrrp_ctl_transition_has_the_other_router(void **state)
{
	json_t *o;

	(void)state;
	become_active(WEB);
	o = ask("show", "{\"name\":\"web\"}");
	assert_null(at(o, "instances.0.last-transition.other-address"));
	assert_true(json_is_null(at(o, "instances.0.no-takeover")));
	json_decref(o);
	engine_advert("192.0.2.7", 51, 254);
	world_deferred();
	o = ask("show", "{\"name\":\"web\"}");
	assert_string_equal(text_at(o,
	    "instances.0.last-transition.other-address"), "192.0.2.7");
	assert_int_equal(number_at(o,
	    "instances.0.last-transition.other-priority"), 254);
	json_decref(o);
	o = ask("history", "{\"name\":\"web\"}");
	assert_string_equal(text_at(o, "transitions.2.other-address"),
	    "192.0.2.7");
	assert_int_equal(number_at(o, "transitions.2.other-priority"), 254);
	json_decref(o);
}

static void
test_vrrp_ctl_show_of_nothing_is_an_empty_list(void **state)
{
	json_t *o;

	(void)state;
	ew.bfd_up = false;
	o = ask("show", "{}");
	assert_true(json_is_array(at(o, "instances")));
	assert_int_equal(json_array_size(at(o, "instances")), 0);
	assert_string_equal(text_at(o, "bfdd"), "unreachable");
	json_decref(o);
}

/* The obstacles to running in words, and none that are not there. */
static void
test_vrrp_ctl_show_says_what_is_waited_for(void **state)
{
	json_t *o;

	(void)state;
	start("instance far { interface = eth1 virtual_router_id = 9 "
	    "virtual_addresses = { 198.51.100.9/24 } }\n");
	o = ask("show", "{}");
	assert_string_equal(text_at(o, "instances.0.state"), "initialize");
	assert_non_null(strstr(text_at(o, "instances.0.waiting-for"), "eth1"));
	assert_true(json_is_null(at(o, "instances.0.primary-address")));
	assert_true(json_is_null(at(o, "instances.0.active-address")));
	assert_null(at(o, "instances.0.up-datetime"));
	assert_null(at(o, "instances.0.group"));
	assert_string_equal(text_at(o, "instances.0.new-master-reason"),
	    "not-master");
	json_decref(o);
}

static void
test_vrrp_ctl_show_a_backup_names_the_active(void **state)
{
	json_t *o;

	(void)state;
	start(WEB_WITH("bfd 192.0.2.3 { role = peer } ") DB
	    "group both { members = { web, db } }\n");
	engine_advert("192.0.2.3", 51, 200);
	engine_advert("192.0.2.3", 52, 200);
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	o = ask("show", "{}");
	assert_string_equal(text_at(o, "instances.0.state"), "backup");
	assert_string_equal(text_at(o, "instances.0.active-address"),
	    "192.0.2.3");
	assert_int_equal(number_at(o, "instances.0.active-priority"), 200);
	assert_string_equal(text_at(o, "instances.0.group"), "both");
	assert_string_equal(text_at(o, "instances.0.bfd.0.state"), "up");
	assert_string_equal(text_at(o, "instances.0.bfd.0.how"), "configured");
	assert_string_equal(text_at(o, "instances.0.bfd.0.takeover"), "ready");
	assert_string_equal(text_at(o, "instances.0.takeover-by"), "bfd");
	assert_string_equal(text_at(o, "instances.0.takeover-peer"),
	    "192.0.2.3");
	assert_int_equal(number_at(o, "instances.0.takeover-bound-us"),
	    30000);
	assert_string_equal(text_at(o, "instances.1.takeover-by"), "vrrp");
	assert_string_equal(text_at(o, "instances.0.routers-heard.0.address"),
	    "192.0.2.3");
	json_decref(o);
}

static void
test_vrrp_ctl_show_processes_where_there_is_a_monitor(void **state)
{
	struct vrrp_birth birth = { .monitor = 4711, .restarts = 2,
	    .last_end = "hung, Killed", .last_end_real_ns = 1 };
	const struct rtsched sched = { .priority = 50, .locked = true };
	json_t *o;

	(void)state;
	start(WEB);
	o = ask("show", "{}");
	assert_null(at(o, "processes"));
	assert_int_equal(number_at(o, "scheduling.realtime-priority"), 0);
	json_decref(o);
	ew.r->birth = &birth;
	ew.r->scheduling = &sched;
	engine_stall(NS_PER_S);
	o = ask("show", "{}");
	assert_int_equal(number_at(o, "processes.monitor-pid"), 4711);
	assert_int_equal(number_at(o, "processes.engine-pid"), getpid());
	assert_int_equal(number_at(o, "processes.engine-restarts"), 2);
	assert_string_equal(text_at(o, "processes.last-end"), "hung, Killed");
	assert_int_equal(number_at(o, "scheduling.realtime-priority"), 50);
	assert_true(json_is_true(at(o, "scheduling.locked")));
	assert_int_equal(number_at(o, "scheduling.stalls"), 1);
	assert_int_equal(number_at(o, "scheduling.worst-stall-us"), 1000000);
	json_decref(o);
	ew.r->birth = NULL;
	ew.r->scheduling = NULL;
}

/* A message that one process did not take from another is for the user to see. */
static void
test_vrrp_ctl_refused_messages_are_shown(void **state)
{
	struct vrrp_birth birth = { .monitor = 4711 };
	struct vrrp_refused *up, *scripts;
	json_t *o;

	(void)state;
	start(WEB);
	ew.r->birth = &birth;
	o = ask("show", "{}");
	assert_true(json_is_array(at(o, "processes.refused")));
	assert_int_equal(json_array_size(at(o, "processes.refused")), 0);
	json_decref(o);
	up = &ew.r->refusals.of[VRRP_WAY_ENGINE_UP];
	vrrp_refused_note(up, VRRP_MSG_BEAT, VRRP_REFUSAL_LENGTH, 1);
	vrrp_refused_note(up, VRRP_MSG_WILL, VRRP_REFUSAL_BODY, NS_PER_S);
	scripts = &ew.r->refusals.of[VRRP_WAY_SCRIPTS_DOWN];
	vrrp_refused_note(scripts, 99, VRRP_REFUSAL_TYPE, NS_PER_S);
	o = ask("show", "{\"name\":\"web\"}");
	assert_int_equal(json_array_size(at(o, "processes.refused")), 2);
	assert_string_equal(text_at(o, "processes.refused.0.by"), "monitor");
	assert_string_equal(text_at(o, "processes.refused.0.from"), "engine");
	assert_int_equal(number_at(o, "processes.refused.0.count"), 2);
	assert_string_equal(text_at(o, "processes.refused.0.message"), "will");
	assert_string_equal(text_at(o, "processes.refused.0.reason"),
	    "malformed");
	assert_non_null(strstr(text_at(o, "processes.refused.0.time"), "T"));
	assert_string_equal(text_at(o, "processes.refused.1.by"),
	    "vrrpd-scripts");
	assert_string_equal(text_at(o, "processes.refused.1.from"), "monitor");
	json_decref(o);
	o = ask("stats", "{}");
	assert_int_equal(number_at(o, "processes.statistics."
	    "monitor-refused-from-engine"), 2);
	assert_int_equal(number_at(o, "processes.statistics."
	    "engine-refused-from-monitor"), 0);
	assert_int_equal(number_at(o, "processes.statistics."
	    "vrrpd-scripts-refused-from-monitor"), 1);
	json_decref(o);
	o = ask("stats", "{\"name\":\"web\"}");
	assert_null(at(o, "processes"));
	json_decref(o);
	ew.r->birth = NULL;
}

/* --- history --- */

/* Of all instances together, the oldest first. */
static void
test_vrrp_ctl_history_is_in_the_order_of_time(void **state)
{
	json_t *o;

	(void)state;
	become_active(WEB DB);
	vrrp_instance_disable(engine_find("db"), true);
	world_run(2 * NS_PER_S);
	vrrp_instance_disable(engine_find("web"), true);
	world_run(2 * NS_PER_S);
	o = ask("history", "{}");
	assert_int_equal(json_array_size(at(o, "transitions")), 6);
	assert_string_equal(text_at(o, "transitions.0.to"), "backup");
	assert_string_equal(text_at(o, "transitions.4.instance"), "db");
	assert_string_equal(text_at(o, "transitions.4.to"), "initialize");
	assert_string_equal(text_at(o, "transitions.5.instance"), "web");
	json_decref(o);
	o = ask("history", "{\"name\":\"web\"}");
	assert_int_equal(json_array_size(at(o, "transitions")), 3);
	assert_string_equal(text_at(o, "transitions.1.from"), "backup");
	assert_string_equal(text_at(o, "transitions.1.to"), "active");
	/* Where the time went: from the instant that the timer was due. */
	assert_string_equal(text_at(o, "transitions.1.steps.0.step"),
	    "detected");
	assert_int_equal(number_at(o, "transitions.1.steps.0.us"), 0);
	json_decref(o);
	o = ask("history", "{\"name\":\"db\"}");
	assert_string_equal(text_at(o, "transitions.2.cause"), "disabled");
	json_decref(o);
}

static void
test_vrrp_ctl_history_keeps_the_newest(void **state)
{
	json_t *o;
	unsigned i;

	(void)state;
	start(WEB);
	for (i = 0; i < VRRP_HISTORY_MAX; i++) {
		vrrp_instance_disable(engine_find("web"), i % 2 == 0);
		world_run(NS_PER_S / 10);
	}
	o = ask("history", "{}");
	assert_int_equal(json_array_size(at(o, "transitions")),
	    VRRP_HISTORY_MAX);
	assert_string_equal(text_at(o, "transitions.0.to"), "initialize");
	json_decref(o);
}

/* Thousands of transitions must not be put into words at one go. */
static void
test_vrrp_ctl_history_is_made_one_by_one(void **state)
{
	json_t *o;

	(void)state;
	become_active(WEB DB);
	o = ask("history", "{}");
	assert_int_equal(json_array_size(at(o, "transitions")), 4);
	assert_int_equal(ew.parts, 4);
	json_decref(o);
	o = ask("history", "{\"name\":\"db\"}");
	assert_int_equal(ew.parts, 2);
	json_decref(o);
	engine_ask_and_go("history", "{}");
}

static void
move_db(void)
{
	unsigned i;

	for (i = 0; i < 2 * VRRP_HISTORY_MAX; i++) {
		vrrp_instance_disable(engine_find("db"), i % 2 == 0);
		world_run(NS_PER_MS);
	}
}

static void
remove_web(void)
{
	engine_apply(DB);
}

/* Meanwhile the world goes on: records are pushed out, instances go. */
static void
test_vrrp_ctl_history_survives_what_happens_meanwhile(void **state)
{
	json_t *o;

	(void)state;
	become_active(WEB DB);
	ew.between = move_db;
	o = ask("history", "{}");
	/* Both of web, and none of db that came after the question. */
	assert_int_equal(json_array_size(at(o, "transitions")), 2);
	assert_string_equal(text_at(o, "transitions.1.instance"), "web");
	json_decref(o);
	ew.between = remove_web;
	o = ask("history", "{}");
	assert_string_equal(text_at(o, "transitions.0.instance"), "web");
	assert_string_equal(text_at(o, "transitions.1.instance"), "db");
	assert_int_equal(json_array_size(at(o, "transitions")),
	    1 + VRRP_HISTORY_MAX);
	json_decref(o);
	ew.between = NULL;
}

/* --- stats --- */

static void
test_vrrp_ctl_stats_count_what_was_refused(void **state)
{
	json_t *o;

	(void)state;
	become_active(WEB DB);
	engine_advert("192.0.2.3", 51, 90);
	engine_advert("192.0.2.3", 77, 90);	/* nobody's: V-45 */
	world.advert_ttl = 64;			/* V-40 */
	engine_advert("192.0.2.3", 51, 90);
	o = ask("stats", "{}");
	assert_int_equal(number_at(o, "virtual-routers"), 2);
	assert_int_equal(json_array_size(at(o, "instances")), 2);
	assert_string_equal(text_at(o, "interfaces.0.interface"), "eth0");
	assert_int_equal(number_at(o, "instances.0.statistics."
	    "advertisement-rcvd"), 1);
	assert_int_equal(number_at(o, "instances.0.statistics.ip-ttl-errors"),
	    1);
	assert_int_equal(number_at(o, "instances.1.statistics.ip-ttl-errors"),
	    0);
	assert_int_equal(number_at(o, "interfaces.0.statistics.vrid-errors"),
	    1);
	/* The sum of instances and interfaces (Y-4). */
	assert_int_equal(number_at(o, "statistics.ip-ttl-errors"), 1);
	assert_int_equal(number_at(o, "statistics.vrid-errors"), 1);
	assert_int_equal(number_at(o, "loop.absence.longest-us"), 0);
	assert_int_equal(number_at(o, "loop.histogram.0.up-to-us"), 100);
	json_decref(o);
	o = ask("stats", "{\"name\":\"web\"}");
	assert_int_equal(json_array_size(at(o, "instances")), 1);
	assert_int_equal(json_array_size(at(o, "interfaces")), 0);
	assert_null(at(o, "statistics"));
	assert_null(at(o, "loop"));
	json_decref(o);
}

/* Counters of an instance that is gone stay with its interface. */
static void
test_vrrp_ctl_stats_never_count_down(void **state)
{
	json_t *o;

	(void)state;
	start(WEB DB);
	world.advert_ttl = 64;
	engine_advert("192.0.2.3", 51, 90);
	engine_apply(DB);
	o = ask("stats", "{}");
	assert_int_equal(number_at(o, "statistics.ip-ttl-errors"), 1);
	json_decref(o);
}

static long long
dropped(void)
{
	json_t *o = ask("stats", "{}");
	long long n = number_at(o,
	    "interfaces.0.statistics.receive-queue-drops");

	json_decref(o);
	return n;
}

/* The kernel's own counter starts anew whenever it is read. */
static void
test_vrrp_ctl_stats_add_up_what_the_kernel_dropped(void **state)
{
	struct nl_link eth0 = world.tracked;

	(void)state;
	start(WEB);
	world.drops = 5;
	assert_int_equal(dropped(), 5);
	assert_int_equal(dropped(), 5);
	world.drops = 2;
	assert_int_equal(dropped(), 7);
	/* And ends with the socket: what was not read yet is kept. */
	world.drops = 3;
	engine_link(&eth0, true);
	assert_int_equal(dropped(), 10);
}

/* Whoever writes values down changes none. */
static void
test_vrrp_ctl_a_builder_only_reads(void **state)
{
	(void)state;
	start(WEB);
	world.drops = 5;
	json_decref(vrrp_ctl_json_iface_stats(ew.r->ifaces[0]));
	assert_int_equal(world.drops, 5);
	assert_int_equal(ew.r->ifaces[0]->rx_dropped, 0);
}

/* --- set --- */

static void
test_vrrp_ctl_set_is_in_force_at_once(void **state)
{
	struct vrrp_instance *v;
	json_t *o;

	(void)state;
	become_active(WEB DB);
	v = engine_find("web");
	o = ask("set", "{\"name\":\"web\",\"priority\":150,"
	    "\"advert-interval-cs\":5}");
	assert_string_equal(text_at(o, "kept"), "until restart");
	assert_int_equal(number_at(o, "applied.priority"), 150);
	assert_int_equal(number_at(o, "applied.advert-interval-cs"), 5);
	assert_null(at(o, "applied.name"));
	json_decref(o);
	assert_int_equal(v->core.p.priority, 150);
	assert_int_equal(v->p.advert_int_cs, 5);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	/* Stalls are watched for at its new pace. */
	assert_int_equal(ew.cadence_ns, 12500 * NS_PER_US);
	assert_non_null(strstr(lines, "instance=web set priority=150 "
	    "advert_int_cs=5 by=\"pid 12\""));
	/* The file has the last word again with the next reload. */
	engine_apply(WEB DB);
	assert_int_equal(ew.done.changed, 1);
	assert_int_equal(v->core.p.priority, 100);
}

static void
test_vrrp_ctl_set_refused_leaves_everything_as_it_was(void **state)
{
	struct vrrp_params before;
	struct vrrp_instance *v;

	(void)state;
	become_active(WEB);
	v = engine_find("web");
	before = v->p;
	engine_refused("set", "{\"name\":\"web\"}", PARAMS, "nothing to set: "
	    "\"advert-interval-cs\" or \"priority\"");
	engine_refused("set", "{\"name\":\"web\",\"vrid\":7}", PARAMS,
	    "\"vrid\" cannot be set at run time");
	engine_refused("set", "{\"name\":\"web\",\"priority\":\"150\"}",
	    PARAMS, "\"priority\" must be a number");
	engine_refused("set", "{\"name\":\"web\",\"priority\":255}",
	    CTL_ERR_REFUSED, "priority 255 is for the owner of the address: 1 "
	    "to 254");
	assert_null(engine_ask("set", "{\"name\":\"web\",\"priority\":0}"));
	assert_int_equal(ew.error.code, CTL_ERR_REFUSED);
	assert_null(engine_ask("set", "{\"name\":\"web\",\"priority\":-3}"));
	assert_null(engine_ask("set", "{\"name\":\"web\",\"priority\":300}"));
	engine_refused("set", "{\"name\":\"web\",\"advert-interval-cs\":1.5}",
	    PARAMS, "\"advert-interval-cs\" must be a number");
	assert_null(engine_ask("set",
	    "{\"name\":\"web\",\"advert-interval-cs\":4096}"));
	assert_int_equal(ew.error.code, CTL_ERR_REFUSED);
	/* One good word beside a bad one. */
	assert_null(engine_ask("set", "{\"name\":\"web\",\"priority\":150,"
	    "\"advert-interval-cs\":0}"));
	assert_memory_equal(&v->p, &before, sizeof(before));
	assert_int_equal(v->core.p.priority, 100);
	assert_string_equal(world.did, "");
	assert_null(strstr(lines, " set "));
}

/* Version 2 has whole seconds on the wire. */
static void
test_vrrp_ctl_set_by_the_rules_of_the_version(void **state)
{
	(void)state;
	become_active(WEB_WITH("version = 2 "));
	assert_null(engine_ask("set",
	    "{\"name\":\"web\",\"advert-interval-cs\":150}"));
	assert_int_equal(ew.error.code, CTL_ERR_REFUSED);
	json_decref(ask("set",
	    "{\"name\":\"web\",\"advert-interval-cs\":200}"));
	assert_int_equal(engine_find("web")->p.advert_int_cs, 200);
}

#define OWNER								\
	"instance own { interface = eth0 virtual_router_id = 54 "	\
	"priority = 255 virtual_mac = no "				\
	"virtual_addresses = { 192.0.2.2/24 } }\n"

static void
test_vrrp_ctl_the_owner_keeps_its_priority_and_its_address(void **state)
{
	(void)state;
	become_active(OWNER);
	assert_int_equal(engine_find("own")->core.state, VRRP_ACTIVE);
	engine_refused("set", "{\"name\":\"own\",\"priority\":100}",
	    CTL_ERR_REFUSED, "own owns its address: its priority is always "
	    "255");
	engine_refused("handover", "{\"name\":\"own\"}", CTL_ERR_REFUSED,
	    "own owns its address and would take it back at once");
	assert_int_equal(engine_find("own")->core.state, VRRP_ACTIVE);
}

/* --- disable, enable, handover --- */

static void
test_vrrp_ctl_disable_and_enable(void **state)
{
	json_t *o;

	(void)state;
	become_active(WEB DB);
	o = ask("disable", "{\"name\":\"web\"}");
	assert_string_equal(text_at(o, "name"), "web");
	assert_string_equal(text_at(o, "state"), "initialize");
	json_decref(o);
	assert_true(engine_find("web")->disabled);
	assert_int_equal(engine_find("db")->core.state, VRRP_ACTIVE);
	assert_non_null(strstr(lines, "instance=web disabled by=\"pid 12\""));
	o = ask("enable", "{\"name\":\"web\"}");
	assert_string_equal(text_at(o, "state"), "backup");
	json_decref(o);
	assert_non_null(strstr(lines, "instance=web enabled by=\"pid 12\""));
}

static void
test_vrrp_ctl_handover_of_an_active(void **state)
{
	json_t *o;

	(void)state;
	become_active(WEB);
	o = ask("handover", "{\"name\":\"web\"}");
	assert_string_equal(text_at(o, "state"), "backup");
	json_decref(o);
	assert_non_null(strstr(world.did, "advert:51:0"));
	o = ask("show", "{\"name\":\"web\"}");
	assert_true(json_is_true(at(o, "instances.0.handed-over")));
	assert_true(json_is_true(at(o, "instances.0.lingering")));
	json_decref(o);
	assert_non_null(strstr(lines, "instance=web handed over by="));
}

static void
test_vrrp_ctl_handover_of_a_backup_is_refused(void **state)
{
	(void)state;
	start(WEB);
	engine_refused("handover", "{\"name\":\"web\"}", CTL_ERR_REFUSED,
	    "web is not Active here (it is in state backup)");
	assert_null(strstr(lines, "handed over"));
}

/* --- reload, restart --- */

static void
test_vrrp_ctl_reload_says_what_was_done_or_why_not(void **state)
{
	json_t *o;

	(void)state;
	assert_null(engine_ask("reload", "{}"));
	assert_true(ew.deferred);
	engine_reads(WEB);
	assert_false(ew.deferred);
	o = json_incref(ew.answer);
	assert_int_equal(number_at(o, "added"), 1);
	assert_int_equal(number_at(o, "removed"), 2);
	assert_int_equal(number_at(o, "restarted"), 3);
	assert_int_equal(number_at(o, "changed"), 4);
	assert_int_equal(number_at(o, "unchanged"), 5);
	json_decref(o);
	assert_null(engine_ask("reload", "{}"));
	engine_reads("\n\nprioriti = 5\n");
	assert_int_equal(ew.error.code, CTL_ERR_REFUSED);
	assert_string_equal(ew.error.message,
	    "vrrpd.conf:3: unknown word 'prioriti'");
	assert_int_equal(reloads, 1);
	/* A client that has gone is answered nothing. */
	assert_null(engine_ask("reload", "{}"));
	engine_client_goes();
	engine_reads(WEB);
	assert_int_equal(reloads, 2);
	vrrp_reload_end_all(reload);
	engine_refused("reload", "{}", CTL_ERR_REFUSED, "vrrpd is leaving");
}

/* Every change with its class, words, lines and cost; nothing is applied. */
static void
test_vrrp_ctl_reload_dry_run_says_what_would_change(void **state)
{
	json_t *o, *change;

	(void)state;
	become_active(WEB);
	assert_null(engine_ask("reload", "{\"dry-run\":true}"));
	engine_reads(WEB_WITH("priority = 150 ") DB);
	o = ew.answer;
	assert_true(json_is_true(json_object_get(o, "dry-run")));
	assert_int_equal(number_at(o, "added"), 1);
	assert_int_equal(number_at(o, "changed"), 1);
	assert_int_equal(number_at(o, "unchanged"), 0);
	assert_int_equal(json_array_size(json_object_get(o, "changes")), 2);
	change = json_array_get(json_object_get(o, "changes"), 0);
	assert_string_equal(json_string_value(json_object_get(change,
	    "name")), "web");
	assert_string_equal(json_string_value(json_object_get(change,
	    "class")), "in-place");
	assert_string_equal(json_string_value(json_array_get(
	    json_object_get(change, "words"), 0)), "priority");
	assert_string_equal(json_string_value(json_array_get(
	    json_object_get(change, "lines"), 0)), "- priority = 100");
	assert_string_equal(json_string_value(json_array_get(
	    json_object_get(change, "lines"), 1)), "+ priority = 150");
	assert_non_null(json_object_get(change, "cost"));
	assert_int_equal(reloads, 0);
	assert_int_equal(dry_runs, 1);
	/* The same file: nothing would. */
	assert_null(engine_ask("reload", "{\"dry-run\":true}"));
	engine_reads(WEB);
	assert_int_equal(json_array_size(json_object_get(ew.answer,
	    "changes")), 0);
	assert_int_equal(number_at(ew.answer, "unchanged"), 1);
}

static void
tell_trial(bool pending, int64_t in_ns)
{
	const struct vrrp_probation t = { pending, world.asked_to_read, {
	    pending ? world.now.ns + in_ns : 0 } };
	uint8_t body[VRRP_PROBATION_BYTES];

	engine_message(VRRP_MSG_PROBATION, body, vrrp_probation_encode(&t, body));
}

static void
test_vrrp_ctl_reload_on_trial_is_shown_and_confirmed(void **state)
{
	json_t *o;

	(void)state;
	engine_refused("confirm", "{}", CTL_ERR_REFUSED, "no reload waits to "
	    "be confirmed");
	assert_null(engine_ask("reload", "{\"timeout-ms\":60000}"));
	engine_reads(WEB);
	assert_int_equal(last_trial_ns, 60 * NS_PER_S);
	assert_int_equal(number_at(ew.answer, "confirm-within-ms"), 60000);
	tell_trial(true, 45 * NS_PER_S);
	o = ask("show", "{}");
	assert_int_equal(number_at(json_object_get(o, "confirm"),
	    "remaining-ms"), 45000);
	assert_true(json_is_string(json_object_get(json_object_get(o,
	    "confirm"), "until")));
	json_decref(o);
	world_forget();
	o = ask("confirm", "{}");
	assert_true(json_is_true(json_object_get(o, "confirmed")));
	json_decref(o);
	assert_string_equal(world.did, "confirm");
	/* A reload that is told to stay must not go. */
	tell_trial(true, 50 * NS_PER_MS);
	engine_refused("confirm", "{}", CTL_ERR_REFUSED, "too late: the "
	    "reload is being taken back");
	tell_trial(false, 0);
	o = ask("show", "{}");
	assert_null(json_object_get(o, "confirm"));
	json_decref(o);
}

static void
count_end(struct vrrp_reload_end *end, void *arg)
{
	unsigned *n = arg;

	assert_int_equal(end->error, -ESHUTDOWN);
	(*n)++;
}

static void
test_vrrp_ctl_reload_too_many_are_refused(void **state)
{
	static const struct vrrp_reload_wish for_good;
	unsigned i, ends = 0;

	(void)state;
	for (i = 0; i < VRRP_RELOADS_MAX; i++)
		assert_int_equal(vrrp_reload_ask(reload, &for_good, count_end,
		    &ends), 0);
	engine_refused("reload", "{}", CTL_ERR_REFUSED, "too many reloads wait "
	    "for their turn");
	vrrp_reload_end_all(reload);
	assert_int_equal(ends, VRRP_RELOADS_MAX);
}

static void
test_vrrp_ctl_reload_with_other_params_is_refused(void **state)
{
	static const char *const bad[] = { "{\"dry-run\":1}",
	    "{\"timeout-ms\":999}", "{\"timeout-ms\":86400001}",
	    "{\"timeout-ms\":\"60s\"}", "{\"timeout-ms\":1000.5}",
	    "{\"dryrun\":true}",
	    "{\"dry-run\":true,\"timeout-ms\":60000}" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(engine_ask("reload", bad[i]));
		assert_false(ew.deferred);
		assert_int_equal(ew.error.code, -32602);
	}
}

static void
test_vrrp_ctl_restart_needs_somebody_to_start_it_again(void **state)
{
	(void)state;
	engine_refused("restart", "{}", CTL_ERR_REFUSED,
	    "nobody is there to start it again");
	assert_int_equal(restarts, 0);
}

/* --- topics --- */

static void
test_vrrp_ctl_a_subscriber_gets_every_level_first(void **state)
{
	(void)state;
	become_active(WEB DB);
	engine_subscribe("instance");
	assert_string_equal(ew.told, "instance:web instance:db");
	assert_string_equal(text_at(ew.last_told, "name"), "db");
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	engine_subscribe("bfd");
	assert_string_equal(ew.told, "bfd:eth0 192.0.2.3");
	assert_string_equal(text_at(ew.last_told, "state"), "up");
	engine_subscribe("transition");		/* events: nothing to begin with */
	assert_string_equal(ew.told, "");
}

static void
test_vrrp_ctl_changes_are_levels_and_transitions_events(void **state)
{
	(void)state;
	start(WEB DB);
	engine_subscribe("instance");
	ew.told[0] = '\0';
	vrrp_instance_disable(engine_find("web"), true);
	turns();
	assert_string_equal(ew.told, "instance:web");
	assert_string_equal(text_at(ew.last_told, "state"), "initialize");
	engine_subscribe("transition");
	vrrp_instance_disable(engine_find("web"), false);
	turns();
	assert_string_equal(ew.told, "transition:");
	assert_string_equal(text_at(ew.last_told, "to"), "backup");
	engine_subscribe("bfd");
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_DOWN,
	    VRRP_BFD_REASON_NONE);
	assert_string_equal(ew.told, "bfd:eth0 192.0.2.3");
}

static void
test_vrrp_ctl_without_subscribers_nothing_is_made(void **state)
{
	(void)state;
	become_active(WEB);
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	world_run(NS_PER_S);
	assert_string_equal(ew.told, "");
	assert_false(engine_find("web")->untold);
}

static unsigned
told(void)
{
	const char *p = ew.told;
	unsigned n = 0;

	while ((p = strstr(p, "instance:")) != NULL) {
		n++;
		p++;
	}
	return n;
}

/* Hundreds in one batch: a few at a time, so that no advert is late. */
static void
test_vrrp_ctl_levels_of_many_are_told_in_portions(void **state)
{
	struct nl_link eth0 = world.tracked;
	static char text[8192];
	size_t len = 0;
	unsigned i;

	(void)state;
	for (i = 1; i <= 20; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "instance i%u { interface = eth0 virtual_router_id = %u "
		    "virtual_addresses = { 192.0.2.%u/24 } }\n", i, i,
		    i + 100);
	start(text);
	engine_subscribe("instance");
	ew.told[0] = '\0';
	eth0.running = false;
	engine_link(&eth0, false);
	assert_true(told() > 0 && told() <= 8);
	world_run(10 * NS_PER_MS);
	assert_int_equal(told(), 20);
}

/* --- life --- */

static void
test_vrrp_ctl_open_fails_and_close_lets_go(void **state)
{
	struct vrrp_ctl *second = NULL;

	(void)state;
	ew.no_listener = true;
	assert_int_equal(vrrp_ctl_open(NULL, ew.r, NULL, reload, &second),
	    -EADDRINUSE);
	assert_null(second);
	become_active(WEB);
	engine_subscribe("instance");
	vrrp_ctl_close(ctl);
	ctl = NULL;
	assert_null(ew.r->changed);
	assert_null(ew.r->transition);
	assert_null(ew.r->bfd_changed);
	vrrp_instance_disable(engine_find("web"), true);
	world_run(NS_PER_S);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_ctl_names_that_are_none_are_refused_everywhere),
	    TEST(test_vrrp_ctl_show_all_and_one),
	    TEST(test_vrrp_ctl_transition_has_the_other_router),
	    TEST(test_vrrp_ctl_show_of_nothing_is_an_empty_list),
	    TEST(test_vrrp_ctl_show_says_what_is_waited_for),
	    TEST(test_vrrp_ctl_show_a_backup_names_the_active),
	    TEST(test_vrrp_ctl_show_processes_where_there_is_a_monitor),
	    TEST(test_vrrp_ctl_refused_messages_are_shown),
	    TEST(test_vrrp_ctl_history_is_in_the_order_of_time),
	    TEST(test_vrrp_ctl_history_keeps_the_newest),
	    TEST(test_vrrp_ctl_history_is_made_one_by_one),
	    TEST(test_vrrp_ctl_history_survives_what_happens_meanwhile),
	    TEST(test_vrrp_ctl_stats_count_what_was_refused),
	    TEST(test_vrrp_ctl_stats_never_count_down),
	    TEST(test_vrrp_ctl_stats_add_up_what_the_kernel_dropped),
	    TEST(test_vrrp_ctl_a_builder_only_reads),
	    TEST(test_vrrp_ctl_set_is_in_force_at_once),
	    TEST(test_vrrp_ctl_set_refused_leaves_everything_as_it_was),
	    TEST(test_vrrp_ctl_set_by_the_rules_of_the_version),
	    TEST(test_vrrp_ctl_the_owner_keeps_its_priority_and_its_address),
	    TEST(test_vrrp_ctl_disable_and_enable),
	    TEST(test_vrrp_ctl_handover_of_an_active),
	    TEST(test_vrrp_ctl_handover_of_a_backup_is_refused),
	    TEST(test_vrrp_ctl_reload_says_what_was_done_or_why_not),
	    TEST(test_vrrp_ctl_reload_dry_run_says_what_would_change),
	    TEST(test_vrrp_ctl_reload_on_trial_is_shown_and_confirmed),
	    TEST(test_vrrp_ctl_reload_too_many_are_refused),
	    TEST(test_vrrp_ctl_reload_with_other_params_is_refused),
	    TEST(test_vrrp_ctl_restart_needs_somebody_to_start_it_again),
	    TEST(test_vrrp_ctl_a_subscriber_gets_every_level_first),
	    TEST(test_vrrp_ctl_changes_are_levels_and_transitions_events),
	    TEST(test_vrrp_ctl_without_subscribers_nothing_is_made),
	    TEST(test_vrrp_ctl_levels_of_many_are_told_in_portions),
	    TEST(test_vrrp_ctl_open_fails_and_close_lets_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

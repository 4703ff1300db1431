/*
 * test_vrrp_bfd.c - what vrrpd asks of bfdd, and what it makes of the answers.
 * The connection is a fake that writes down the calls.
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

#include "shared/ctl_client.h"
#include "shared/log.h"
#include "vrrpd/ipc/vrrp_bfd.h"

/* --- the other end --- */

struct ctl_client {
	struct ctl_client_handlers	 h;
	void				*arg;
};

struct call {
	char		 method[32];
	json_t		*params;
	ctl_reply_cb	 cb;
	void		*arg;
};
static struct ctl_client client;
static struct call calls[32];
static unsigned call_count;
static int call_error;		/* of every call */

struct ctl_client *
ctl_client_new(struct loop *loop, const char *path, int64_t retry_ns,
    int64_t heartbeat_ns, const struct ctl_client_handlers *h, void *arg)
{
	(void)loop;
	assert_string_equal(path, "/run/bfdd.sock");
	assert_true(retry_ns > 0 && heartbeat_ns > 0);
	client.h = *h;
	client.arg = arg;
	return &client;
}

void
ctl_client_free(struct ctl_client *c, bool clean)
{
	(void)c;
	(void)clean;
}

int
ctl_client_call(struct ctl_client *c, const char *method, json_t *params,
    ctl_reply_cb cb, void *arg)
{
	struct call *at = &calls[call_count];

	(void)c;
	if (call_error != 0) {
		json_decref(params);
		return call_error;
	}
	call_count++;
	assert_true(call_count < 32);
	(void)snprintf(at->method, sizeof(at->method), "%s", method);
	at->params = params;
	at->cb = cb;
	at->arg = arg;
	return 0;
}

static mono_t now = { 5000 * NS_PER_S };
static loop_timer_cb timer_cb;
static void *timer_arg;
static mono_t timer_at;

mono_t
loop_clock(void)
{
	return now;
}

struct loop_timer *
loop_timer_new_as(struct loop *loop, const char *file, const char *name,
    loop_timer_cb cb, void *arg)
{
	(void)loop;
	(void)file;
	(void)name;
	timer_cb = cb;
	timer_arg = arg;
	timer_at = MONO_NEVER;
	return (struct loop_timer *)&timer_at;
}

void
loop_timer_set(struct loop_timer *t, mono_t at)
{
	(void)t;
	timer_at = at;
}

void
loop_timer_free(struct loop_timer *t)
{
	(void)t;
}

static void
forget_calls(void)
{
	unsigned i;

	for (i = 0; i < call_count; i++)
		json_decref(calls[i].params);
	call_count = 0;
}

/* --- the calls that come out --- */

static struct vrrp_bfd *b;
static unsigned level_count, up_edges, reachable_count, lost_count;
static unsigned lost_while_up;
static struct vrrp_bfd_session last;
static char lines[4096];

static void
level(const struct vrrp_bfd_session *s, mono_t received, bool came_up,
    void *arg)
{
	(void)arg;
	assert_int_equal(received.ns, now.ns);
	level_count++;
	up_edges += came_up;
	last = *s;
}

static void
reachable(bool up, void *arg)
{
	(void)arg;
	if (up)
		reachable_count++;
	else
		lost_count++;
	/* L-23: reassurance is as fast as the sessions that are lost. */
	if (!up && vrrp_bfd_session(b, 0) != NULL &&
	    vrrp_bfd_session(b, 0)->level.state == VRRP_BFD_UP)
		lost_while_up++;
}

static void
keep_line(enum log_level lv, const char *line, void *arg)
{
	size_t len = strlen(lines);

	(void)lv;
	(void)arg;
	(void)snprintf(lines + len, sizeof(lines) - len, "%s\n", line);
}

static int
setup(void **state)
{
	static const struct vrrp_bfd_handlers h = { level, reachable };

	(void)state;
	level_count = up_edges = reachable_count = lost_count = 0;
	lost_while_up = 0;
	call_error = 0;
	lines[0] = '\0';
	log_capture(keep_line, NULL);
	b = vrrp_bfd_new(NULL, "/run/bfdd.sock", &h, NULL);
	return b == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_bfd_free(b, true);
	forget_calls();
	log_capture(NULL, NULL);
	return 0;
}

static void
wish(const char *interface, const char *peer, int64_t ms, uint8_t multiplier)
{
	struct vrrp_bfd_params p = {
		.min_tx_ns = ms * NS_PER_MS,
		.min_rx_ns = ms * NS_PER_MS,
		.multiplier = multiplier,
	};

	assert_int_equal(addr_parse(peer, &p.peer), 0);
	assert_int_equal(vrrp_bfd_wish(b, interface, &p, NULL), 0);
}

static void
offer(const char *interface, const char *local, int64_t ms, uint8_t multiplier)
{
	struct vrrp_bfd_params p = {
		.min_tx_ns = ms * NS_PER_MS,
		.min_rx_ns = ms * NS_PER_MS,
		.multiplier = multiplier,
	};
	struct addr a;

	assert_int_equal(addr_parse(local, &a), 0);
	assert_int_equal(vrrp_bfd_offer(b, interface, &p, &a), 0);
}

static void
notify(const char *fmt)
{
	json_t *params = json_loads(fmt, 0, NULL);

	assert_non_null(params);
	client.h.notify("session", params, client.arg);
	json_decref(params);
}

#define UP "{\"interface\":\"eth0\",\"peer\":\"192.0.2.1\",\"state\":\"up\"," \
	"\"reason\":\"handshake\",\"detection-time-us\":30000," \
	"\"negotiated-rx-interval\":10000,\"tx-interval-us\":20000," \
	"\"local-multiplier\":4}"
#define DOWN "{\"interface\":\"eth0\",\"peer\":\"192.0.2.1\"," \
	"\"state\":\"down\",\"reason\":\"timeout\",\"diagnostic\":" \
	"\"control-expiry\",\"decided-ns\":123,\"last-rx-ns\":100}"

/* Of a session the peer opened. */
#define OPENED	"{\"interface\":\"eth0\",\"peer\":\"192.0.2.3\"," \
	"\"state\":\"up\",\"reason\":\"handshake\",\"unsolicited\":true," \
	"\"detection-time-us\":30000}"
#define CLOSED	"{\"interface\":\"eth0\",\"peer\":\"192.0.2.3\"," \
	"\"state\":\"down\",\"reason\":\"timeout\",\"unsolicited\":true," \
	"\"deleted\":true}"

static const char *
asked_text(unsigned i, const char *key)
{
	return json_string_value(json_object_get(calls[i].params, key));
}

static json_int_t
asked(unsigned i, const char *key)
{
	return json_integer_value(json_object_get(calls[i].params, key));
}

static void
one_session_up(void)
{
	vrrp_bfd_begin(b);
	wish("eth0", "192.0.2.1", 10, 3);
	vrrp_bfd_commit(b);
	client.h.up(NULL, client.arg);
	forget_calls();
	notify(UP);
	level_count = up_edges = 0;
}

/* --- tests --- */

/* L-26 +, L-26 - not shared with another interface */
static void
test_vrrp_bfd_two_wishes_are_one_request_with_fastest_timers(void **state)
{
	(void)state;
	vrrp_bfd_begin(b);
	wish("eth0", "192.0.2.1", 50, 3);
	wish("eth0", "192.0.2.1", 10, 5);
	wish("eth1", "192.0.2.1", 20, 3);
	vrrp_bfd_commit(b);
	assert_int_equal(call_count, 0);
	client.h.up(NULL, client.arg);
	assert_int_equal(call_count, 2);
	assert_string_equal(calls[0].method, "session.request");
	assert_int_equal(asked(0, "desired-min-tx-us"), 10000);
	assert_int_equal(asked(0, "required-min-rx-us"), 10000);
	assert_int_equal(asked(0, "detect-mult"), 5);
	assert_int_equal(reachable_count, 1);
}

/* A release that is lost would leave the session to bfdd for good. */
static void
test_vrrp_bfd_what_there_is_no_room_for_is_said_later(void **state)
{
	static const char *const names[] = { "eth0" };

	(void)state;
	one_session_up();
	call_error = -ENOBUFS;
	vrrp_bfd_begin(b);
	wish("eth0", "192.0.2.2", 10, 3);
	vrrp_bfd_commit(b);
	vrrp_bfd_set_in_charge(b, names, 1);
	assert_int_equal(call_count, 0);
	assert_int_equal(timer_at.ns, now.ns + 20 * NS_PER_MS);
	timer_cb(now, timer_arg);
	assert_int_equal(call_count, 0);
	call_error = 0;
	timer_cb(now, timer_arg);
	/* In order, and what is asked for after what was said. */
	assert_int_equal(call_count, 3);
	assert_string_equal(calls[0].method, "session.release");
	assert_string_equal(asked_text(0, "peer"), "192.0.2.1");
	assert_string_equal(calls[1].method, "fate");
	assert_string_equal(calls[2].method, "session.request");
	assert_string_equal(asked_text(2, "peer"), "192.0.2.2");
	forget_calls();
	/* A bfdd that begins anew has nothing of it. */
	call_error = -ENOBUFS;
	vrrp_bfd_begin(b);
	vrrp_bfd_commit(b);
	call_error = 0;
	client.h.down("gone", client.arg);
	client.h.up(NULL, client.arg);
	assert_int_equal(call_count, 1);
	assert_string_equal(calls[0].method, "fate");
}

static void
test_vrrp_bfd_wish_that_is_gone_is_released(void **state)
{
	(void)state;
	one_session_up();
	vrrp_bfd_begin(b);
	wish("eth0", "192.0.2.9", 10, 3);
	vrrp_bfd_commit(b);
	assert_int_equal(call_count, 2);
	assert_string_equal(calls[0].method, "session.release");
	assert_string_equal(json_string_value(json_object_get(calls[0].params,
	    "peer")), "192.0.2.1");
	assert_string_equal(calls[1].method, "session.request");
	assert_null(vrrp_bfd_session(b, 1));
}

static void
test_vrrp_bfd_same_wish_again_asks_nothing(void **state)
{
	(void)state;
	one_session_up();
	vrrp_bfd_begin(b);
	wish("eth0", "192.0.2.1", 10, 3);
	vrrp_bfd_commit(b);
	assert_int_equal(call_count, 0);
	vrrp_bfd_begin(b);
	wish("eth0", "192.0.2.1", 5, 3);
	vrrp_bfd_commit(b);
	assert_int_equal(call_count, 1);
	assert_int_equal(asked(0, "desired-min-tx-us"), 5000);
}

static void
test_vrrp_bfd_levels_are_handed_on_with_their_instants(void **state)
{
	(void)state;
	one_session_up();
	notify(DOWN);
	assert_int_equal(level_count, 1);
	assert_int_equal(last.level.state, VRRP_BFD_DOWN);
	assert_int_equal(last.level.reason, VRRP_BFD_REASON_TIMEOUT);
	assert_int_equal(last.level.decided.ns, 123);
	assert_int_equal(last.level.last_rx.ns, 100);
	notify(UP);
	assert_int_equal(up_edges, 1);
	notify(UP);
	assert_int_equal(up_edges, 1);
}

/* The reply is a level like any other. */
static void
test_vrrp_bfd_reply_to_the_request_is_the_level(void **state)
{
	json_t *result;

	(void)state;
	vrrp_bfd_begin(b);
	wish("eth0", "192.0.2.1", 10, 3);
	vrrp_bfd_commit(b);
	client.h.up(NULL, client.arg);
	result = json_loads(UP, 0, NULL);
	calls[0].cb(result, NULL, calls[0].arg);
	json_decref(result);
	assert_int_equal(last.level.state, VRRP_BFD_UP);
	assert_int_equal(last.level.detection_time_ns, 30 * NS_PER_MS);
	/* L-23: what proof of life is measured by. */
	assert_int_equal(last.level.rx_interval_ns, 10 * NS_PER_MS);
	assert_int_equal(last.level.tx_interval_ns, 20 * NS_PER_MS);
	assert_int_equal(last.level.tx_multiplier, 4);
}

/* L-21 + unknown, not down; and everything is asked again afterwards. */
static void
test_vrrp_bfd_lost_connection_makes_sessions_unknown(void **state)
{
	(void)state;
	one_session_up();
	client.h.down("closed by peer", client.arg);
	assert_int_equal(level_count, 1);
	assert_int_equal(last.level.state, VRRP_BFD_UNKNOWN);
	assert_int_equal(last.level.reason, VRRP_BFD_REASON_NONE);
	assert_int_equal(lost_count, 1);
	assert_int_equal(lost_while_up, 1);
	client.h.up(NULL, client.arg);
	assert_int_equal(call_count, 1);
	assert_string_equal(calls[0].method, "session.request");
}

static void
test_vrrp_bfd_reply_for_a_session_that_is_gone_is_ignored(void **state)
{
	json_t *result;

	(void)state;
	vrrp_bfd_begin(b);
	wish("eth0", "192.0.2.1", 10, 3);
	vrrp_bfd_commit(b);
	client.h.up(NULL, client.arg);
	vrrp_bfd_begin(b);
	vrrp_bfd_commit(b);
	result = json_loads(UP, 0, NULL);
	calls[0].cb(result, NULL, calls[0].arg);
	json_decref(result);
	assert_int_equal(level_count, 0);
}

static void
test_vrrp_bfd_refused_request_is_said_once_and_repeated(void **state)
{
	json_t *error = json_pack("{s:i, s:s}", "code", 1, "message",
	    "no such interface");
	const char *at;

	(void)state;
	vrrp_bfd_begin(b);
	wish("eth0", "192.0.2.1", 10, 3);
	vrrp_bfd_commit(b);
	client.h.up(NULL, client.arg);
	calls[0].cb(NULL, error, calls[0].arg);
	assert_string_equal(vrrp_bfd_session(b, 0)->refused,
	    "no such interface");
	timer_cb(timer_at, timer_arg);
	assert_int_equal(call_count, 2);
	calls[1].cb(NULL, error, calls[1].arg);
	json_decref(error);
	at = strstr(lines, "no such interface");
	assert_non_null(at);
	assert_null(strstr(at + 1, "no such interface"));
}

static void
test_vrrp_bfd_unreachable_bfdd_is_said_once(void **state)
{
	char *at;

	(void)state;
	vrrp_bfd_begin(b);
	wish("eth0", "192.0.2.1", 10, 3);
	vrrp_bfd_commit(b);
	timer_cb(timer_at, timer_arg);
	timer_cb(timer_at, timer_arg);
	at = strstr(lines, "no bfdd answers at /run/bfdd.sock");
	assert_non_null(at);
	assert_null(strstr(at + 1, "no bfdd"));
}

static const struct {
	const char		*text;
	enum vrrp_bfd_reason	 reason;
	uint8_t			 remote_diag;
} causes[] = {					/* L-12 */
	{ "timeout", VRRP_BFD_REASON_TIMEOUT, 0 },
	{ "echo", VRRP_BFD_REASON_ECHO, 0 },
	{ "remote-down", VRRP_BFD_REASON_PEER_DOWN, 0 },
	/* Ours to the peer, not the peer's to us. */
	{ "forwarding-reset", VRRP_BFD_REASON_ADMIN, 0 },
	{ "path-down", VRRP_BFD_REASON_ADMIN, 0 },
	{ "remote-admin-down", VRRP_BFD_REASON_ADMIN, 0 },
	{ "local-admin", VRRP_BFD_REASON_ADMIN, 0 },
	{ "absence", VRRP_BFD_REASON_ABSENCE, 0 },
	{ "a-word-of-the-future", VRRP_BFD_REASON_OTHER, 0 },
};

static void
test_vrrp_bfd_reasons_become_what_the_guards_tell_apart(void **state)
{
	struct vrrp_bfd_level l;
	json_t *o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		o = json_pack("{s:s, s:s, s:s, s:s}", "interface", "eth0",
		    "peer", "192.0.2.1", "state", "down", "reason",
		    causes[i].text);
		assert_int_equal(vrrp_bfd_level_parse(o, &l), 0);
		assert_int_equal(l.reason, causes[i].reason);
		assert_int_equal(l.remote_diag, causes[i].remote_diag);
		assert_true(mono_is_never(l.decided));
		json_decref(o);
	}
}

static void
test_vrrp_bfd_nonsense_is_refused_and_changes_nothing(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{\"interface\":\"eth0\",\"peer\":\"192.0.2.1\"}",
		"{\"interface\":\"eth0\",\"state\":\"up\"}",
		"{\"peer\":\"192.0.2.1\",\"state\":\"up\"}",
		"{\"interface\":\"eth0\",\"peer\":\"nobody\",\"state\":\"up\"}",
		"{\"interface\":\"eth0\",\"peer\":\"192.0.2.1\","
		    "\"state\":\"sideways\"}",
		"{\"interface\":\"an-interface-name-too-long\","
		    "\"peer\":\"192.0.2.1\",\"state\":\"up\"}",
		"{\"interface\":7,\"peer\":[],\"state\":{}}",
	};
	struct vrrp_bfd_level l;
	json_t *o;
	size_t i;

	(void)state;
	one_session_up();
	memset(&l, 0x5a, sizeof(l));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		o = json_loads(bad[i], 0, NULL);
		assert_int_equal(vrrp_bfd_level_parse(o, &l), -EINVAL);
		assert_int_equal(((uint8_t *)&l)[0], 0x5a);
		json_decref(o);
		notify(bad[i]);
	}
	assert_int_equal(level_count, 0);
}

static void
assert_fate(unsigned i, size_t count, const char *first, json_int_t grace_us)
{
	json_t *list = json_object_get(calls[i].params, "interfaces");

	assert_string_equal(calls[i].method, "fate");
	assert_int_equal(json_array_size(list), count);
	if (count > 0)
		assert_string_equal(json_string_value(json_array_get(list, 0)),
		    first);
	assert_int_equal(asked(i, "grace-us"), grace_us);
	assert_int_equal(asked(i, "answer-within-us"), 300000);
}

/* L-20 +: bfdd knows where we are Active, also the next one; L-20 -: no more */
static void
test_vrrp_bfd_tells_where_it_is_in_charge(void **state)
{
	const char *const names[] = { "eth0", "eth1" };

	(void)state;
	vrrp_bfd_set_in_charge(b, names, 1);
	assert_int_equal(call_count, 0);	/* nobody there yet */
	client.h.up(NULL, client.arg);
	assert_int_equal(call_count, 1);
	assert_fate(0, 1, "eth0", 0);
	vrrp_bfd_set_in_charge(b, names, 1);
	assert_int_equal(call_count, 1);	/* no news */
	vrrp_bfd_set_in_charge(b, names, 2);
	assert_fate(1, 2, "eth0", 0);
	client.h.down("gone", client.arg);
	client.h.up(NULL, client.arg);
	assert_fate(2, 2, "eth0", 0);
	vrrp_bfd_set_in_charge(b, NULL, 0);
	assert_fate(3, 0, NULL, 0);
	vrrp_bfd_set_grace(b, 2 * NS_PER_S);	/* L-24 */
	assert_fate(4, 0, NULL, 2000000);
	vrrp_bfd_set_grace(b, 2 * NS_PER_S);
	assert_int_equal(call_count, 5);
}

/* L-21 + */
static void
test_vrrp_bfd_answers_pings(void **state)
{
	json_t *params = json_object();

	(void)state;
	one_session_up();
	client.h.notify("ping", params, client.arg);
	json_decref(params);
	assert_int_equal(call_count, 1);
	assert_string_equal(calls[0].method, "pong");
	assert_int_equal(level_count, 0);
}

/* L-20 -: what is beyond a link takes nothing over */
static void
test_vrrp_bfd_links_do_not_share_our_fate(void **state)
{
	struct vrrp_bfd_params p = { .role = VRRP_BFD_LINK, .multiplier = 3,
	    .min_tx_ns = NS_PER_MS, .min_rx_ns = NS_PER_MS };

	(void)state;
	client.h.up(NULL, client.arg);
	assert_int_equal(addr_parse("192.0.2.1", &p.peer), 0);
	vrrp_bfd_begin(b);
	assert_int_equal(vrrp_bfd_wish(b, "eth0", &p, NULL), 0);
	vrrp_bfd_commit(b);
	assert_true(json_is_false(json_object_get(calls[0].params,
	    "fate-sharing")));
	/* Both: it does. */
	vrrp_bfd_begin(b);
	assert_int_equal(vrrp_bfd_wish(b, "eth0", &p, NULL), 0);
	p.role = VRRP_BFD_PEER;
	assert_int_equal(vrrp_bfd_wish(b, "eth0", &p, NULL), 0);
	vrrp_bfd_commit(b);
	assert_int_equal(call_count, 2);
	assert_true(json_is_true(json_object_get(calls[1].params,
	    "fate-sharing")));
}

/* A link over several hops has no interface, in both directions. */
static void
test_vrrp_bfd_multihop_session_has_no_interface(void **state)
{
	(void)state;
	client.h.up(NULL, client.arg);
	vrrp_bfd_begin(b);
	wish("", "203.0.113.1", 50, 3);
	vrrp_bfd_commit(b);
	assert_null(json_object_get(calls[0].params, "interface"));
	assert_true(json_is_true(json_object_get(calls[0].params,
	    "multihop")));
	notify("{\"peer\":\"203.0.113.1\",\"multihop\":true,"
	    "\"state\":\"up\",\"detection-time-us\":150000}");
	assert_int_equal(last.level.state, VRRP_BFD_UP);
	assert_string_equal(last.interface, "");
	/* The same peer on an interface is another session. */
	notify("{\"peer\":\"203.0.113.1\",\"interface\":\"eth0\","
	    "\"state\":\"down\"}");
	assert_int_equal(last.level.state, VRRP_BFD_UP);
	forget_calls();
	vrrp_bfd_begin(b);
	vrrp_bfd_commit(b);
	assert_string_equal(calls[0].method, "session.release");
	assert_null(json_object_get(calls[0].params, "interface"));
	assert_true(json_is_true(json_object_get(calls[0].params,
	    "multihop")));
}

static void
collect_offer(const char *local)
{
	forget_calls();
	vrrp_bfd_begin(b);
	offer("eth0", local, 10, 3);
	vrrp_bfd_commit(b);
}

/* L-27 +, L-27 - withdrawn when nobody offers it any more */
static void
test_vrrp_bfd_offer_is_asked_for_and_withdrawn(void **state)
{
	(void)state;
	vrrp_bfd_begin(b);
	offer("eth0", "192.0.2.1", 50, 3);
	offer("eth0", "192.0.2.1", 10, 3);
	offer("eth0", "fe80::1", 20, 3);
	vrrp_bfd_commit(b);
	client.h.up(NULL, client.arg);
	assert_int_equal(call_count, 2);
	assert_string_equal(calls[0].method, "passive.request");
	assert_string_equal(asked_text(0, "local"), "192.0.2.1");
	assert_int_equal(asked(0, "desired-min-tx-us"), 10000);
	assert_int_equal(asked(0, "detect-mult"), 3);
	assert_int_equal(asked(0, "max-sessions"), VRRP_BFD_ACCEPTED_MAX);
	assert_string_equal(asked_text(1, "local"), "fe80::1");
	collect_offer("192.0.2.1");
	assert_int_equal(call_count, 1);
	assert_string_equal(calls[0].method, "passive.release");
	assert_string_equal(asked_text(0, "local"), "fe80::1");
	collect_offer("192.0.2.9");		/* our address changed */
	assert_int_equal(call_count, 1);
	assert_string_equal(asked_text(0, "local"), "192.0.2.9");
}

static void
collect_refusals(const char *const *sources)
{
	struct addr a;

	forget_calls();
	vrrp_bfd_begin(b);
	offer("eth0", "192.0.2.1", 10, 3);
	assert_true(vrrp_bfd_may_refuse(b, "eth0", AF_INET));
	assert_false(vrrp_bfd_may_refuse(b, "eth0", AF_INET6));
	assert_false(vrrp_bfd_may_refuse(b, "eth1", AF_INET));
	for (; *sources != NULL; sources++) {
		assert_int_equal(addr_parse(*sources, &a), 0);
		vrrp_bfd_refuse(b, "eth0", &a);
	}
	vrrp_bfd_commit(b);
}

static void
assert_told(unsigned call, const char *first, size_t count)
{
	json_t *list = json_object_get(calls[call].params, "sources");

	assert_string_equal(calls[call].method, "passive.refuse");
	assert_string_equal(asked_text(call, "interface"), "eth0");
	assert_string_equal(asked_text(call, "local"), "192.0.2.1");
	assert_int_equal(json_array_size(list), count);
	if (count > 0)
		assert_string_equal(json_string_value(json_array_get(list, 0)),
		    first);
}

/* L-27 - BFD addresses are never virtual ones; told once, and to each bfdd */
static void
test_vrrp_bfd_virtual_addresses_open_nothing(void **state)
{
	static const char *const none[] = { NULL }, *const two[] = {
	    "192.0.2.50", "192.0.2.50", "192.0.2.51", "fe80::50", NULL };
	char text[VRRP_BFD_REFUSED_MAX + 9][ADDR_STRLEN];
	const char *many[VRRP_BFD_REFUSED_MAX + 10] = { NULL };
	unsigned i;

	(void)state;
	client.h.up(NULL, client.arg);
	collect_refusals(two);
	assert_int_equal(call_count, 2);
	assert_string_equal(calls[0].method, "passive.request");
	assert_told(1, "192.0.2.50", 2);
	collect_refusals(two);
	assert_int_equal(call_count, 0);
	client.h.down("gone", client.arg);
	forget_calls();
	client.h.up(NULL, client.arg);
	assert_int_equal(call_count, 2);
	assert_told(1, "192.0.2.50", 2);
	collect_refusals(none);
	assert_int_equal(call_count, 1);
	assert_told(0, NULL, 0);
	for (i = 0; i < VRRP_BFD_REFUSED_MAX + 9; i++) {
		(void)snprintf(text[i], ADDR_STRLEN, "192.0.2.%u", 100 + i);
		many[i] = text[i];
	}
	collect_refusals(many);
	assert_int_equal(call_count, 1);
	assert_told(0, "192.0.2.100", VRRP_BFD_REFUSED_MAX);
	assert_false(vrrp_bfd_may_refuse(b, "eth0", AF_INET));
}

/* L-27 + a session that was opened to us is known as long as bfdd has it */
static void
test_vrrp_bfd_accepted_session_comes_and_goes(void **state)
{
	(void)state;
	client.h.up(NULL, client.arg);
	notify(OPENED);				/* nobody offered: not ours */
	assert_int_equal(level_count, 0);
	collect_offer("192.0.2.1");
	notify(OPENED);
	assert_int_equal(up_edges, 1);
	assert_true(last.accepted);
	collect_offer("192.0.2.1");
	assert_int_equal(call_count, 0);
	assert_non_null(vrrp_bfd_session(b, 0));
	notify(CLOSED);
	assert_int_equal(last.level.state, VRRP_BFD_DOWN);
	assert_true(last.level.deleted);
	assert_null(vrrp_bfd_session(b, 0));
}

/* L-28 + asked for as well, and taken back: then it is the peer's again */
static void
test_vrrp_bfd_accepted_session_may_be_wished(void **state)
{
	struct vrrp_bfd_params p = { .min_tx_ns = 10 * NS_PER_MS,
	    .min_rx_ns = 10 * NS_PER_MS, .multiplier = 3 };
	struct addr local;

	(void)state;
	client.h.up(NULL, client.arg);
	collect_offer("192.0.2.1");
	notify(OPENED);
	forget_calls();
	assert_int_equal(addr_parse("192.0.2.3", &p.peer), 0);
	assert_int_equal(addr_parse("192.0.2.1", &local), 0);
	vrrp_bfd_begin(b);
	offer("eth0", "192.0.2.1", 10, 3);
	assert_int_equal(vrrp_bfd_wish(b, "eth0", &p, &local), 0);
	vrrp_bfd_commit(b);
	assert_int_equal(call_count, 1);
	assert_string_equal(calls[0].method, "session.request");
	assert_string_equal(asked_text(0, "local"), "192.0.2.1");
	assert_null(vrrp_bfd_session(b, 1));
	assert_false(vrrp_bfd_session(b, 0)->accepted);
	assert_int_equal(vrrp_bfd_session(b, 0)->level.state, VRRP_BFD_UP);
	collect_offer("192.0.2.1");
	assert_int_equal(call_count, 1);
	assert_string_equal(calls[0].method, "session.release");
	assert_null(vrrp_bfd_session(b, 0));
	notify(OPENED);
	assert_true(vrrp_bfd_session(b, 0)->accepted);
	/* With the offer goes what it brought; bfdd knows. */
	forget_calls();
	vrrp_bfd_begin(b);
	vrrp_bfd_commit(b);
	assert_int_equal(call_count, 1);
	assert_string_equal(calls[0].method, "passive.release");
	assert_null(vrrp_bfd_session(b, 0));
}

/* L-21 + bfdd is lost, and with it what it had accepted */
static void
test_vrrp_bfd_accepted_session_is_lost_with_bfdd(void **state)
{
	(void)state;
	client.h.up(NULL, client.arg);
	collect_offer("192.0.2.1");
	notify(OPENED);
	forget_calls();
	client.h.down("closed by peer", client.arg);
	assert_int_equal(last.level.state, VRRP_BFD_UNKNOWN);
	assert_true(last.level.deleted);
	assert_null(vrrp_bfd_session(b, 0));
	client.h.up(NULL, client.arg);
	assert_int_equal(call_count, 1);
	assert_string_equal(calls[0].method, "passive.request");
}

static void
test_vrrp_bfd_refused_offer_is_said_once_and_repeated(void **state)
{
	json_t *error = json_pack("{s:i, s:s}", "code", 1, "message",
	    "bfdd is leaving");
	const char *at;

	(void)state;
	client.h.up(NULL, client.arg);
	collect_offer("192.0.2.1");
	calls[0].cb(NULL, error, calls[0].arg);
	timer_cb(timer_at, timer_arg);
	assert_int_equal(call_count, 2);
	calls[1].cb(NULL, error, calls[1].arg);
	json_decref(error);
	at = strstr(lines, "bfdd is leaving");
	assert_non_null(at);
	assert_null(strstr(at + 1, "bfdd is leaving"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_bfd_two_wishes_are_one_request_with_fastest_timers),
	    TEST(test_vrrp_bfd_what_there_is_no_room_for_is_said_later),
	    TEST(test_vrrp_bfd_wish_that_is_gone_is_released),
	    TEST(test_vrrp_bfd_same_wish_again_asks_nothing),
	    TEST(test_vrrp_bfd_levels_are_handed_on_with_their_instants),
	    TEST(test_vrrp_bfd_reply_to_the_request_is_the_level),
	    TEST(test_vrrp_bfd_lost_connection_makes_sessions_unknown),
	    TEST(test_vrrp_bfd_reply_for_a_session_that_is_gone_is_ignored),
	    TEST(test_vrrp_bfd_refused_request_is_said_once_and_repeated),
	    TEST(test_vrrp_bfd_unreachable_bfdd_is_said_once),
	    TEST(test_vrrp_bfd_reasons_become_what_the_guards_tell_apart),
	    TEST(test_vrrp_bfd_tells_where_it_is_in_charge),
	    TEST(test_vrrp_bfd_answers_pings),
	    TEST(test_vrrp_bfd_links_do_not_share_our_fate),
	    TEST(test_vrrp_bfd_multihop_session_has_no_interface),
	    TEST(test_vrrp_bfd_nonsense_is_refused_and_changes_nothing),
	    TEST(test_vrrp_bfd_offer_is_asked_for_and_withdrawn),
	    TEST(test_vrrp_bfd_accepted_session_comes_and_goes),
	    TEST(test_vrrp_bfd_accepted_session_may_be_wished),
	    TEST(test_vrrp_bfd_accepted_session_is_lost_with_bfdd),
	    TEST(test_vrrp_bfd_virtual_addresses_open_nothing),
	    TEST(test_vrrp_bfd_refused_offer_is_said_once_and_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_bfd_ctl.c - requests, levels and who is told, without a socket: clients
 * are attached to the server, the sessions run over lo of a namespace.
 */
#include "config.h"

#include <event2/buffer.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bfdd/bfd_client.h"
#include "bfdd/bfd_ctl.h"
#include "bfdd/bfd_engine.h"
#include "bfdd/bfd_reload.h"
#include "bfdd/bfd_wishes.h"
#include "test/unit/best_time.h"
#include "test/unit/bfdd_net.h"
#include "shared/ctl_server.h"
#include "shared/log.h"

#define MANY	1000	/* sessions */

static bool have_net;

struct world {
	struct loop		*loop;
	struct bfd_engine	*engine;
	struct bfd_ctl		*ctl;
	struct rtsched		 sched;
	struct loop_timer	*timer;
};

static void
quiet(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static void
wake(mono_t deadline, void *arg)
{
	(void)deadline;
	loop_stop(arg);
}

static int
setup_for(void **state, unsigned sessions_max)
{
	struct bfd_engine_config config = { .sessions_max = sessions_max,
	    .seed = 7, .changed = bfd_ctl_changed };
	struct world *w;
	uint16_t port;

	*state = NULL;
	if (!have_net)
		return 0;
	w = calloc(1, sizeof(*w));
	log_capture(quiet, NULL);
	w->loop = loop_new();
	w->sched.priority = 50;
	w->sched.locked = true;
	w->timer = loop_timer_new(w->loop, wake, w->loop);
	assert_int_equal(bfd_ctl_open(w->loop, NULL, &w->sched,
	    &w->ctl), 0);
	config.loop = w->loop;
	config.arg = w->ctl;
	assert_int_equal(bfd_engine_new(&config, &w->engine, &port), 0);
	bfd_ctl_set_engine(w->ctl, w->engine);
	*state = w;
	return 0;
}

static int
setup(void **state)
{
	return setup_for(state, 4);
}

static int
setup_many(void **state)
{
	return setup_for(state, MANY);
}

static int
teardown(void **state)
{
	struct world *w = *state;

	if (w == NULL)
		return 0;
	bfd_ctl_close(w->ctl);
	bfd_engine_free(w->engine);
	loop_timer_free(w->timer);
	loop_free(w->loop);
	free(w);
	return 0;
}

static void
run_for(struct world *w, int64_t ns)
{
	loop_timer_set(w->timer, mono_add(loop_clock(), ns));
	assert_int_equal(loop_run(w->loop), 0);
}

static struct ctl_client_conn *
client(struct world *w, uid_t uid)
{
	struct ctl_client_conn *c;

	c = ctl_client_conn_attach(bfd_ctl_server(w->ctl), uid);
	assert_non_null(c);
	return c;
}

/* The next line sent to the client, parsed; NULL: none. */
static json_t *
next_line(struct ctl_client_conn *c)
{
	size_t len;
	char *line;
	json_t *o;

	line = evbuffer_readln(ctl_client_conn_output(c), &len,
	    EVBUFFER_EOL_LF);
	if (line == NULL)
		return NULL;
	o = json_loads(line, 0, NULL);
	assert_non_null(o);
	free(line);
	return o;
}

/* Sends a request; its answer, notifications before it thrown away. */
static json_t *
ask(struct ctl_client_conn *c, const char *method, const char *params)
{
	char line[1024];
	json_t *o;

	(void)snprintf(line, sizeof(line), "{\"jsonrpc\":\"2.0\",\"id\":1,"
	    "\"method\":\"%s\",\"params\":%s}\n", method, params);
	ctl_client_conn_feed(c, line, strlen(line));
	while ((o = next_line(c)) != NULL) {
		if (json_object_get(o, "id") != NULL)
			return o;
		json_decref(o);
	}
	fail_msg("no answer to %s", method);
	return NULL;
}

static json_int_t
error_code(json_t *answer)
{
	json_int_t code = json_integer_value(json_object_get(
	    json_object_get(answer, "error"), "code"));

	json_decref(answer);
	return code;
}

static const char *
text_of(json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static json_int_t
int_of(json_t *o, const char *name)
{
	assert_true(json_is_integer(json_object_get(o, name)));
	return json_integer_value(json_object_get(o, name));
}

#define WISH	"{\"peer\":\"127.0.0.1\",\"interface\":\"lo\"," \
		"\"desired-min-tx-us\":50000,\"required-min-rx-us\":50000," \
		"\"detect-mult\":3}"
#define KEY	"{\"peer\":\"127.0.0.1\",\"interface\":\"lo\"}"

static void
test_bfd_ctl_request_answers_with_the_level(void **state)
{
	static const char *const members[] = { "peer", "interface", "multihop",
	    "clients", "role", "unsolicited", "state", "remote-state",
	    "diagnostic", "remote-detection-time-us",
	    "remote-diagnostic", "reason", "local-discriminator",
	    "remote-discriminator", "source-port", "dest-port",
	    "local-multiplier", "remote-multiplier", "detection-time-us",
	    "detection-time", "remote-authenticated",
	    "tx-interval-us", "negotiated-tx-interval",
	    "negotiated-rx-interval", "desired-min-tx-interval",
	    "required-min-rx-interval", "remote-min-rx-interval", "up-count",
	    "down-count", "admin-down-count", "receive-packet-count",
	    "send-packet-count", "receive-invalid-packet-count",
	    "send-failed-packet-count", "worst-gap-us", "worst-absence-us",
	    "create-time", "session-index", "tx-ttl", "path-type",
	    /* RFC 9314's singlehop-notification */
	    "dest-addr", "local-discr", "remote-discr", "new-state",
	    "state-change-reason", "time-of-last-state-change",
	    "echo-enabled" };
	struct world *w = *state;
	struct ctl_client_conn *c;
	json_t *a, *r;
	size_t i;

	if (w == NULL)
		skip();
	c = client(w, 0);
	a = ask(c, "session.request", WISH);
	r = json_object_get(a, "result");
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (json_object_get(r, members[i]) == NULL)
			fail_msg("no %s", members[i]);
	}
	assert_string_equal(text_of(r, "state"), "down");
	assert_string_equal(text_of(r, "peer"), "127.0.0.1");
	assert_int_equal(int_of(r, "clients"), 1);
	assert_int_equal(int_of(r, "desired-min-tx-interval"), 50000);
	assert_int_equal(int_of(r, "local-multiplier"), 3);
	assert_int_equal(int_of(r, "tx-ttl"), 255);
	assert_int_equal(int_of(r, "session-index"), 1);
	assert_int_equal(int_of(r, "local-discr"),
	    int_of(r, "local-discriminator"));
	assert_null(json_object_get(r, "discards"));	/* none yet */
	json_decref(a);
}

/* One clock: the log, vrrpd and bfdd say one instant in the same words. */
static void
test_bfd_ctl_times_are_local_with_their_offset(void **state)
{
	static const char *const times[] = { "create-time",
	    "time-of-last-state-change" };
	struct world *w = *state;
	const char *text;
	json_t *a;
	size_t i;

	if (w == NULL)
		skip();
	(void)setenv("TZ", "IST-5:30", 1);
	tzset();
	a = ask(client(w, 0), "session.request", WISH);
	(void)unsetenv("TZ");
	tzset();
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		text = text_of(json_object_get(a, "result"), times[i]);
		assert_int_equal(strlen(text),
		    strlen("2026-11-21T11:15:03.123456+05:30"));
		assert_string_equal(text + strlen(text) - 6, "+05:30");
	}
	json_decref(a);
}

/* Y-11, Y-14: what a session is counted among. */
static void
test_bfd_ctl_summary_tells_one_hop_from_several(void **state)
{
	struct world *w = *state;
	struct ctl_client_conn *c;
	json_t *a, *summary;

	if (w == NULL)
		skip();
	c = client(w, 0);
	json_decref(ask(c, "session.request", WISH));
	json_decref(ask(c, "session.request", "{\"peer\":\"192.0.2.7\","
	    "\"multihop\":true}"));
	json_decref(ask(c, "session.request", "{\"peer\":\"192.0.2.8\","
	    "\"multihop\":true}"));
	json_decref(ask(c, "session.admin-down", "{\"peer\":\"192.0.2.8\","
	    "\"multihop\":true}"));
	a = ask(c, "show", "{}");
	summary = json_object_get(json_object_get(a, "result"), "summary");
	assert_int_equal(int_of(summary, "number-of-sessions"), 3);
	assert_int_equal(int_of(summary, "number-of-sessions-down"), 2);
	summary = json_object_get(summary, "ip-mh");
	assert_int_equal(int_of(summary, "number-of-sessions"), 2);
	assert_int_equal(int_of(summary, "number-of-sessions-down"), 1);
	assert_int_equal(int_of(summary, "number-of-sessions-admin-down"), 1);
	json_decref(a);
	a = ask(c, "show", "{}");
	summary = json_object_get(json_object_get(json_object_get(a, "result"),
	    "summary"), "ip-sh");
	assert_int_equal(int_of(summary, "number-of-sessions"), 1);
	assert_int_equal(int_of(summary, "number-of-sessions-up"), 0);
	json_decref(a);
}

/* B-84 -: a client is told why; a session of the file says what it waits for */
static void
test_bfd_ctl_too_many_packets_is_told(void **state)
{
	struct world *w = *state;
	struct bfd_params p;
	struct bfd_config config = { .packets_max = 100, .count = 1,
	    .sessions = &p };
	struct ctl_client_conn *c;
	struct bfd_reload r;
	json_t *a, *s;

	if (w == NULL)
		skip();
	c = client(w, 0);
	bfd_params_init(&p);
	assert_int_equal(addr_parse("127.0.0.2", &p.peer), 0);
	(void)snprintf(p.interface, sizeof(p.interface), "lo");
	(void)snprintf(p.name, sizeof(p.name), "waits");
	p.desired_min_tx_ns = p.required_min_rx_ns = ns_from_ms(10);
	bfd_engine_reload(w->engine, &config, &r);
	a = ask(c, "session.request", "{\"peer\":\"127.0.0.1\","
	    "\"interface\":\"lo\",\"desired-min-tx-us\":5000,"
	    "\"required-min-rx-us\":5000}");
	assert_non_null(strstr(text_of(json_object_get(a, "error"),
	    "message"), "max_packets_per_second"));
	assert_int_equal(error_code(a), CTL_ERR_REFUSED);
	a = ask(c, "show", "{}");
	s = json_array_get(json_object_get(json_object_get(a, "result"),
	    "sessions"), 0);
	assert_string_equal(text_of(s, "name"), "waits");
	assert_string_equal(text_of(s, "state"), "admin-down");
	assert_string_equal(text_of(s, "waiting-for"),
	    "max_packets_per_second");
	assert_string_equal(text_of(s, "admin-down-by"),
	    "max_packets_per_second");
	s = json_object_get(json_object_get(a, "result"), "statistics");
	assert_int_equal(int_of(s, "refused-session-count"), 2);
	assert_int_equal(int_of(s, "max-packets-per-second"), 100);
	json_decref(a);
	/* B-84 +: there is room, and it waits no more. */
	config.packets_max = 1000;
	bfd_engine_reload(w->engine, &config, &r);
	run_for(w, 20 * NS_PER_MS);
	a = ask(c, "show", "{}");
	s = json_array_get(json_object_get(json_object_get(a, "result"),
	    "sessions"), 0);
	assert_null(json_object_get(s, "waiting-for"));
	json_decref(a);
}

/* Owners are told without subscribing; up, and once per change. */
static void
test_bfd_ctl_owner_is_told_of_its_session(void **state)
{
	struct world *w = *state;
	struct ctl_client_conn *owner, *stranger;
	json_t *o, *p;
	bool up = false;
	json_int_t seq = 0;

	if (w == NULL)
		skip();
	owner = client(w, 0);
	stranger = client(w, 0);
	json_decref(ask(owner, "session.request", WISH));
	run_for(w, 400 * NS_PER_MS);
	while ((o = next_line(owner)) != NULL) {
		assert_string_equal(text_of(o, "method"), "session");
		p = json_object_get(o, "params");
		assert_int_equal(int_of(p, "seq"), ++seq);
		if (strcmp(text_of(p, "state"), "up") == 0) {
			up = true;
			assert_string_equal(text_of(p, "reason"), "handshake");
			assert_true(int_of(p, "decided-ns") >=
			    int_of(p, "due-ns"));
		}
		json_decref(o);
	}
	assert_true(up);
	assert_null(next_line(stranger));
}

static void
test_bfd_ctl_subscriber_gets_snapshot_and_changes_once(void **state)
{
	struct world *w = *state;
	struct ctl_client_conn *c;
	unsigned down = 0, up = 0;
	json_t *o, *p;

	if (w == NULL)
		skip();
	c = client(w, 0);
	json_decref(ask(c, "session.request", WISH));
	json_decref(ask(c, "subscribe", "{\"topics\":[\"session\"]}"));
	run_for(w, 400 * NS_PER_MS);
	while ((o = next_line(c)) != NULL) {
		p = json_object_get(o, "params");
		if (text_of(p, "previous-state") == NULL)
			down++;			/* the snapshot */
		else if (strcmp(text_of(p, "state"), "up") == 0 &&
		    strcmp(text_of(p, "previous-state"), "init") == 0 &&
		    int_of(p, "tx-interval-us") == 1000000)
			up++;			/* the transition itself */
		json_decref(o);
	}
	assert_int_equal(down, 1);
	assert_in_range(up, 0, 1);
	assert_int_equal(error_code(ask(c, "subscribe",
	    "{\"topics\":[\"nonsense\"]}")), -32602);
}

static void
test_bfd_ctl_bad_requests_are_refused(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{\"interface\":\"lo\"}",
		"{\"peer\":\"127.0.0.1\"}",
		"{\"peer\":1,\"interface\":\"lo\"}",
		"{\"peer\":\"localhost\",\"interface\":\"lo\"}",
		"{\"peer\":\"224.0.0.1\",\"interface\":\"lo\"}",
		"{\"peer\":\"0.0.0.0\",\"interface\":\"lo\"}",
		"{\"peer\":\"127.0.0.1\",\"interface\":\"\"}",
		"{\"peer\":\"127.0.0.1\",\"interface\":7}",
		"{\"peer\":\"127.0.0.1\",\"interface\":\"0123456789abcdef\"}",
		"{\"peer\":\"127.0.0.1\",\"interface\":\"lo\","
		    "\"detect-mult\":0}",
		"{\"peer\":\"127.0.0.1\",\"interface\":\"lo\","
		    "\"detect-mult\":256}",
		"{\"peer\":\"127.0.0.1\",\"interface\":\"lo\","
		    "\"desired-min-tx-us\":999}",
		"{\"peer\":\"127.0.0.1\",\"interface\":\"lo\","
		    "\"required-min-rx-us\":4294967296}",
		"{\"peer\":\"127.0.0.1\",\"interface\":\"lo\","
		    "\"required-min-rx-us\":1e4}",
		"{\"peer\":\"127.0.0.1\",\"interface\":\"lo\","
		    "\"local\":\"::1\"}",
		"{\"peer\":\"127.0.0.1\",\"interface\":\"lo\","
		    "\"local\":\"127.0.0.1\"}",
		"{\"peer\":\"127.0.0.1\",\"interface\":\"lo\","
		    "\"multihop\":1}",
		"{\"peer\":\"127.0.0.1\",\"interface\":\"lo\","
		    "\"multihop\":true}",
		"{\"peer\":\"127.0.0.1\",\"interface\":\"lo\","
		    "\"interval\":10}",
	};
	struct world *w = *state;
	struct ctl_client_conn *c;
	size_t i;

	if (w == NULL)
		skip();
	c = client(w, 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_int_t code = error_code(ask(c, "session.request",
		    bad[i]));

		if (code != -32602)
			fail_msg("%s: %d", bad[i], (int)code);
	}
	assert_int_equal(bfd_table_count(bfd_engine_table(w->engine)), 0);
	assert_int_equal(error_code(ask(c, "session.release", KEY)),
	    CTL_ERR_NOT_FOUND);
	assert_int_equal(error_code(ask(c, "show", "{\"a\":1}")), -32602);
}

/* For who looks often: no session is in it, and nothing that is as long. */
static void
test_bfd_ctl_stats_are_of_the_daemon_alone(void **state)
{
	struct world *w = *state;
	struct ctl_client_conn *c;
	json_t *a, *o;

	if (w == NULL)
		skip();
	c = client(w, 4242);
	a = ask(c, "stats", "{}");
	o = json_object_get(a, "result");
	assert_int_equal(json_object_size(o), 3);
	assert_int_equal(int_of(json_object_get(o, "statistics"),
	    "receive-packet-count"), 0);
	assert_int_equal(int_of(json_object_get(o, "scheduling"), "stalls"),
	    0);
	assert_int_equal(json_array_size(json_object_get(json_object_get(o,
	    "loop"), "histogram")), HISTOGRAM_BUCKETS);
	json_decref(a);
	assert_int_equal(error_code(ask(c, "stats", "{\"a\":1}")), -32602);
}

/* SO_PEERCRED: anyone may read, not change. */
static void
test_bfd_ctl_strangers_may_only_read(void **state)
{
	struct world *w = *state;
	struct ctl_client_conn *c;
	json_t *a;

	if (w == NULL)
		skip();
	c = client(w, 4242);
	assert_int_equal(error_code(ask(c, "session.request", WISH)),
	    CTL_ERR_FORBIDDEN);
	assert_int_equal(error_code(ask(c, "session.release", KEY)),
	    CTL_ERR_FORBIDDEN);
	a = ask(c, "show", "{}");
	assert_non_null(json_object_get(a, "result"));
	json_decref(a);
}

static void
test_bfd_ctl_show_has_everything(void **state)
{
	struct world *w = *state;
	struct ctl_client_conn *c;
	json_t *a, *r, *d;

	if (w == NULL)
		skip();
	c = client(w, 0);
	json_decref(ask(c, "session.request", WISH));
	a = ask(c, "show", "{}");
	r = json_object_get(a, "result");
	assert_int_equal(json_array_size(json_object_get(r, "sessions")), 1);
	assert_int_equal(int_of(json_object_get(r, "summary"),
	    "number-of-sessions"), 1);
	assert_int_equal(int_of(json_object_get(r, "summary"),
	    "number-of-sessions-down"), 1);
	d = json_object_get(r, "scheduling");
	assert_int_equal(int_of(d, "realtime-priority"), 50);
	assert_true(json_is_true(json_object_get(d, "locked")));
	assert_int_equal(int_of(d, "stalls"), 0);
	(void)int_of(d, "worst-stall-us");
	d = json_object_get(json_object_get(r, "statistics"), "discards");
	assert_int_equal(int_of(d, "ttl"), 0);
	assert_int_equal(int_of(d, "auth-digest"), 0);
	json_decref(a);
}

static void
test_bfd_ctl_leaving_client_releases_its_sessions(void **state)
{
	struct world *w = *state;
	struct ctl_client_conn *a, *b;

	if (w == NULL)
		skip();
	a = client(w, 0);
	b = client(w, 0);
	json_decref(ask(a, "session.request", WISH));
	json_decref(ask(b, "session.request", WISH));
	run_for(w, 200 * NS_PER_MS);
	assert_int_equal(error_code(ask(a, "session.release", KEY)), 0);
	run_for(w, 50 * NS_PER_MS);
	assert_int_equal(bfd_table_count(bfd_engine_table(w->engine)), 1);
	assert_int_equal(bfd_session_clients(bfd_table_first(
	    bfd_engine_table(w->engine))), 1);
	ctl_client_conn_detach(b);
	run_for(w, 400 * NS_PER_MS);
	assert_int_equal(bfd_table_count(bfd_engine_table(w->engine)), 0);
}

#define OFFER	"{\"interface\":\"lo\",\"local\":\"127.0.0.1\"," \
		"\"desired-min-tx-us\":10000,\"required-min-rx-us\":10000," \
		"\"detect-mult\":3,\"max-sessions\":2}"
#define OFFER_KEY "{\"interface\":\"lo\",\"local\":\"127.0.0.1\"}"

/* RFC 9468: asked for by a client, shown, and gone with it. */
static void
test_bfd_ctl_offer_is_shown_and_goes_with_its_client(void **state)
{
	struct world *w = *state;
	struct ctl_client_conn *c, *reader;
	json_t *a, *o;

	if (w == NULL)
		skip();
	c = client(w, 0);
	reader = client(w, 4242);
	assert_int_equal(error_code(ask(reader, "passive.request", OFFER)),
	    CTL_ERR_FORBIDDEN);
	assert_int_equal(error_code(ask(c, "passive.release", OFFER_KEY)),
	    CTL_ERR_NOT_FOUND);
	assert_int_equal(error_code(ask(c, "passive.request", OFFER)), 0);
	a = ask(reader, "show", "{}");
	o = json_array_get(json_object_get(json_object_get(a, "result"),
	    "passive"), 0);
	assert_string_equal(text_of(o, "interface"), "lo");
	assert_string_equal(text_of(o, "local"), "127.0.0.1");
	assert_int_equal(int_of(o, "sessions"), 0);
	assert_int_equal(int_of(o, "max-sessions"), 2);
	assert_int_equal(int_of(o, "refused-count"), 0);
	json_decref(a);
	assert_int_equal(error_code(ask(c, "passive.release", OFFER_KEY)), 0);
	assert_int_equal(error_code(ask(c, "passive.request", OFFER)), 0);
	ctl_client_conn_detach(c);
	assert_null(bfd_passive_first(bfd_engine_passive(w->engine)));
}

static void
test_bfd_ctl_bad_offers_are_refused(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{\"interface\":\"lo\"}",
		"{\"local\":\"127.0.0.1\"}",
		"{\"interface\":\"\",\"local\":\"127.0.0.1\"}",
		"{\"interface\":\"lo\",\"local\":\"0.0.0.0\"}",
		"{\"interface\":\"lo\",\"local\":\"2001:db8::1\"}",
		"{\"interface\":\"lo\",\"local\":\"127.0.0.1\","
		    "\"max-sessions\":0}",
		"{\"interface\":\"lo\",\"local\":\"127.0.0.1\","
		    "\"max-sessions\":65}",
		"{\"interface\":\"lo\",\"local\":\"127.0.0.1\","
		    "\"detect-mult\":0}",
		"{\"interface\":\"lo\",\"local\":\"127.0.0.1\","
		    "\"peer\":\"127.0.0.2\"}",
		"{\"interface\":\"lo\",\"local\":\"127.0.0.1\","
		    "\"multihop\":true}",
	};
	struct world *w = *state;
	struct ctl_client_conn *c;
	size_t i;

	if (w == NULL)
		skip();
	c = client(w, 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_int_t code = error_code(ask(c, "passive.request",
		    bad[i]));

		if (code != -32602)
			fail_msg("%s: %d", bad[i], (int)code);
	}
	assert_null(bfd_passive_first(bfd_engine_passive(w->engine)));
}

/* L-27: addresses that move from host to host open nothing. */
static void
test_bfd_ctl_sources_are_refused(void **state)
{
#define REFUSE	"{\"interface\":\"lo\",\"local\":\"127.0.0.1\",\"sources\":"
	static const char *const bad[] = {
		"{}", OFFER_KEY, REFUSE "7}", REFUSE "[7]}", REFUSE "[\"x\"]}",
		REFUSE "[\"2001:db8::1\"]}", REFUSE "[],\"peer\":\"127.0.0.2\"}",
	};
	struct world *w = *state;
	const struct bfd_offer *o;
	struct ctl_client_conn *c;
	char many[2048] = REFUSE "[\"127.0.0.2\"";
	struct addr a;
	size_t i;

	if (w == NULL)
		skip();
	c = client(w, 0);
	assert_int_equal(error_code(ask(c, "passive.refuse",
	    REFUSE "[\"127.0.0.2\"]}")), CTL_ERR_NOT_FOUND);
	assert_int_equal(error_code(ask(client(w, 4242), "passive.refuse",
	    REFUSE "[\"127.0.0.2\"]}")), CTL_ERR_FORBIDDEN);
	assert_int_equal(error_code(ask(c, "passive.request", OFFER)), 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (error_code(ask(c, "passive.refuse", bad[i])) != -32602)
			fail_msg("%s", bad[i]);
	for (i = 1; i <= BFD_PASSIVE_REFUSED_MAX; i++)
		(void)strcat(many, ",\"127.0.0.2\"");
	(void)strcat(many, "]}");
	assert_int_equal(error_code(ask(c, "passive.refuse", many)), -32602);
	assert_int_equal(error_code(ask(c, "passive.refuse",
	    REFUSE "[\"127.0.0.2\",\"127.0.0.3\"]}")), 0);
	o = bfd_passive_first(bfd_engine_passive(w->engine));
	assert_int_equal(addr_parse("127.0.0.3", &a), 0);
	assert_true(bfd_passive_refuses(o, &a));
	/* Another request keeps them, another list does not. */
	assert_int_equal(error_code(ask(c, "passive.request", OFFER)), 0);
	assert_true(bfd_passive_refuses(o, &a));
	assert_int_equal(error_code(ask(c, "passive.refuse", REFUSE "[]}")), 0);
	assert_false(bfd_passive_refuses(o, &a));
#undef REFUSE
}

/* ---- Fate sharing ---- */

#define FATE	"{\"interfaces\":[\"lo\"],\"answer-within-us\":0}"
#define FAST	"{\"peer\":\"127.0.0.1\",\"interface\":\"lo\"," \
		"\"desired-min-tx-us\":10000,\"required-min-rx-us\":10000," \
		"\"detect-mult\":3}"

/* The only session; NULL: none. */
static struct bfd_session *
only(struct world *w)
{
	return bfd_table_first(bfd_engine_table(w->engine));
}

static void
ok(json_t *answer)
{
	assert_int_equal(error_code(answer), 0);
}

/* A client whose session is up, and fast. */
static struct ctl_client_conn *
client_up(struct world *w, const char *fate)
{
	struct ctl_client_conn *c = client(w, 0);
	int i;

	ok(ask(c, "session.request", FAST));
	if (fate != NULL)
		ok(ask(c, "fate", fate));
	for (i = 0; i < 100 && (only(w)->core.session_state != BFD_UP ||
	    only(w)->core.tx_interval_ns > 10 * NS_PER_MS); i++)
		run_for(w, 20 * NS_PER_MS);
	assert_int_equal(only(w)->core.session_state, BFD_UP);
	return c;
}

/* L-20 +: Down with diag 5, three times and not once; then it is released */
static void
test_bfd_ctl_client_in_charge_that_vanishes_is_told(void **state)
{
	struct world *w = *state;
	struct ctl_client_conn *c;
	uint64_t sent;
	json_t *a;

	if (w == NULL)
		skip();
	c = client_up(w, FATE);
	a = ask(c, "session.request", FAST);
	assert_string_equal(text_of(json_object_get(a, "result"),
	    "fate-sharing"), "armed");
	json_decref(a);
	sent = only(w)->counters.send_packet;
	ctl_client_conn_detach(c);
	/* At once, not after a turn of the loop. */
	assert_int_equal(only(w)->core.session_state, BFD_DOWN);
	assert_int_equal(only(w)->core.local_diag, BFD_DIAG_PATH_DOWN);
	assert_int_equal(only(w)->counters.send_packet, sent + 1);
	assert_int_equal(only(w)->last.reason, BFD_REASON_PATH_DOWN);
	run_for(w, 60 * NS_PER_MS);
	assert_int_equal(only(w)->core.session_state, BFD_DOWN);
	assert_int_equal(only(w)->core.local_diag, BFD_DIAG_PATH_DOWN);
	run_for(w, 100 * NS_PER_MS);
	assert_true(only(w) == NULL ||
	    only(w)->core.session_state == BFD_ADMIN_DOWN);
	run_for(w, 4 * NS_PER_S);
	assert_null(only(w));
}

/* L-20 -: goodbye, not in charge there, or not sharing: AdminDown */
static void
test_bfd_ctl_other_clients_are_released_quietly(void **state)
{
	struct world *w = *state;
	struct ctl_client_conn *c;
	int i;

	if (w == NULL)
		skip();
	for (i = 0; i < 4; i++) {
		c = client_up(w, i == 0 ? NULL : i == 1 ?
		    "{\"interfaces\":[\"eth7\"]}" : FATE);
		if (i == 2)
			ok(ask(c, "goodbye", "{}"));
		if (i == 3)
			ok(ask(c, "session.request", "{\"peer\":"
			    "\"127.0.0.1\",\"interface\":\"lo\","
			    "\"fate-sharing\":false}"));
		ctl_client_conn_detach(c);
		assert_int_equal(only(w)->core.session_state, BFD_ADMIN_DOWN);
		run_for(w, 300 * NS_PER_MS);
		assert_null(only(w));
	}
}

/* L-20 +: the peer hears of it, and then the other client has its session */
static void
test_bfd_ctl_session_of_others_comes_up_again(void **state)
{
	struct world *w = *state;
	struct ctl_client_conn *c, *other;

	if (w == NULL)
		skip();
	c = client_up(w, FATE);
	other = client(w, 0);
	ok(ask(other, "session.request", FAST));
	ctl_client_conn_detach(c);
	assert_int_equal(only(w)->core.session_state, BFD_DOWN);
	run_for(w, 50 * NS_PER_MS);
	assert_int_equal(only(w)->core.session_state, BFD_DOWN);
	run_for(w, 3 * NS_PER_S);
	assert_int_equal(only(w)->core.session_state, BFD_UP);
	assert_int_equal(bfd_session_clients(only(w)), 1);
}

/* L-24 +: within its grace it comes back to what it had */
static void
test_bfd_ctl_next_life_inherits_within_the_grace(void **state)
{
	struct world *w = *state;
	struct ctl_client_conn *c;
	uint32_t discr;
	json_t *a, *f;

	if (w == NULL)
		skip();
	c = client_up(w, "{\"interfaces\":[\"lo\"],\"grace-us\":200000}");
	discr = only(w)->core.local_discr;
	ctl_client_conn_detach(c);
	run_for(w, 50 * NS_PER_MS);
	assert_int_equal(only(w)->core.session_state, BFD_UP);
	c = client(w, 0);
	a = ask(c, "show", "{}");
	f = json_array_get(json_object_get(json_object_get(a, "result"),
	    "fate-sharing"), 0);
	assert_string_equal(text_of(f, "state"), "vanished");
	json_decref(a);
	ok(ask(c, "session.request", FAST));
	assert_int_equal(bfd_session_clients(only(w)), 1);
	run_for(w, 300 * NS_PER_MS);
	assert_int_equal(only(w)->core.session_state, BFD_UP);
	assert_int_equal(only(w)->core.session_down_count, 0);
	assert_int_equal(only(w)->core.local_discr, discr);
	/* L-24 -: and when nobody does, it is as without. */
	ok(ask(c, "fate", "{\"interfaces\":[\"lo\"],\"grace-us\":50000}"));
	ctl_client_conn_detach(c);
	assert_int_equal(only(w)->core.session_state, BFD_UP);
	run_for(w, 80 * NS_PER_MS);
	assert_int_equal(only(w)->core.session_state, BFD_DOWN);
	assert_int_equal(only(w)->core.local_diag, BFD_DIAG_PATH_DOWN);
}

static const char pong[] = "{\"jsonrpc\":\"2.0\",\"method\":\"pong\"}\n";

/* Reads what the client was sent, and answers pings if so wanted. */
static unsigned
read_pings(struct ctl_client_conn *c, bool answer)
{
	unsigned pings = 0;
	json_t *o;

	while ((o = next_line(c)) != NULL) {
		if (json_is_string(json_object_get(o, "method")) &&
		    strcmp(text_of(o, "method"), "ping") == 0)
			pings++;
		json_decref(o);
	}
	if (answer && pings > 0)
		ctl_client_conn_feed(c, pong, strlen(pong));
	return pings;
}

/*
 * L-21 +, L-21 -: asked only in charge; signalled when it does not answer.  When
 * exactly is for test_bfd_client.c, whose clock no other program can hold up.
 */
static void
test_bfd_ctl_client_that_hangs_is_as_dead(void **state)
{
	struct world *w = *state;
	struct ctl_client_conn *c;
	bool up = false;
	json_t *o;
	int i;

	if (w == NULL)
		skip();
	c = client_up(w, "{\"interfaces\":[],\"answer-within-us\":400000}");
	run_for(w, 200 * NS_PER_MS);
	assert_int_equal(read_pings(c, false), 0);
	ok(ask(c, "fate", "{\"interfaces\":[\"lo\"],"
	    "\"answer-within-us\":400000}"));
	for (i = 0; i < 80; i++) {
		run_for(w, 10 * NS_PER_MS);
		(void)read_pings(c, true);
	}
	assert_int_equal(only(w)->core.session_state, BFD_UP);
	assert_int_equal(only(w)->core.session_down_count, 0);
	/* Now it does not: three, and no more. */
	run_for(w, 800 * NS_PER_MS);
	assert_int_equal(only(w)->core.session_state, BFD_DOWN);
	assert_int_equal(only(w)->core.local_diag, BFD_DIAG_PATH_DOWN);
	assert_in_range(read_pings(c, false), 3, 4);
	run_for(w, 1500 * NS_PER_MS);		/* and down it stays */
	assert_int_equal(only(w)->core.session_state, BFD_DOWN);
	assert_int_equal(read_pings(c, false), 0);
	/* A client that goes on is told how things are, and they get better. */
	ctl_client_conn_feed(c, pong, strlen(pong));
	o = next_line(c);
	assert_non_null(o);
	assert_string_equal(text_of(o, "method"), "session");
	assert_string_equal(text_of(json_object_get(o, "params"), "state"),
	    "down");
	json_decref(o);
	for (i = 0; i < 200 && !up; i++) {
		run_for(w, 10 * NS_PER_MS);
		(void)read_pings(c, true);
		up = only(w)->core.session_state == BFD_UP;
	}
	assert_true(up);
}

static void
test_bfd_ctl_bad_fates_are_refused(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{\"interfaces\":\"lo\"}",
		"{\"interfaces\":[1]}",
		"{\"interfaces\":[\"\"]}",
		"{\"interfaces\":[\"0123456789abcdef\"]}",
		"{\"interfaces\":[],\"grace-us\":-1}",
		"{\"interfaces\":[],\"grace-us\":600000001}",
		"{\"interfaces\":[],\"answer-within-us\":\"1s\"}",
		"{\"interfaces\":[],\"answer-within-us\":60000001}",
		"{\"interfaces\":[],\"grace\":1}",
	};
	struct world *w = *state;
	struct ctl_client_conn *c;
	json_t *a;
	size_t i;

	if (w == NULL)
		skip();
	c = client(w, 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(error_code(ask(c, "fate", bad[i])), -32602);
	assert_int_equal(error_code(ask(c, "session.request",
	    "{\"peer\":\"127.0.0.1\",\"interface\":\"lo\","
	    "\"fate-sharing\":1}")), -32602);
	a = ask(c, "show", "{}");
	assert_int_equal(json_array_size(json_object_get(json_object_get(a,
	    "result"), "fate-sharing")), 0);
	json_decref(a);
	c = client(w, 4242);
	assert_int_equal(error_code(ask(c, "fate", FATE)), CTL_ERR_FORBIDDEN);
	assert_int_equal(error_code(ask(c, "pong", "{}")), CTL_ERR_FORBIDDEN);
}

/* Interfaces that somebody is in charge of, as many as may be named. */
static void
declare_many(struct ctl_client_conn *c)
{
	static char line[32 * BFD_FATE_INTERFACES_MAX];
	char *at = line;
	int i;

	at += sprintf(at, "{\"jsonrpc\":\"2.0\",\"method\":\"fate\","
	    "\"params\":{\"interfaces\":[\"lo\"");
	for (i = 1; i < BFD_FATE_INTERFACES_MAX; i++)
		at += sprintf(at, ",\"interface-%05d\"", i);
	at += sprintf(at, "]}}\n");
	ctl_client_conn_feed(c, line, (size_t)(at - line));
}

static void
wish_for_many(struct ctl_client_conn *c)
{
	char wish[128];
	int i;

	for (i = 0; i < MANY; i++) {
		(void)snprintf(wish, sizeof(wish), "{\"peer\":\"127.1.%d.%d\","
		    "\"interface\":\"lo\",\"desired-min-tx-us\":1000000}",
		    i / 250, i % 250 + 1);
		json_decref(ask(c, "session.request", wish));
	}
}

/* Of the server's half a millisecond a part of an answer takes little. */
static void
test_bfd_ctl_steps_of_show_are_short(void **state)
{
	static const char show[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"show\"}\n";
	static struct best_time best;
	struct world *w = *state;
	struct evbuffer *out;
	struct ctl_client_conn *c;
	int i;

	if (w == NULL)
		skip();
	c = client(w, 0);
	declare_many(c);
	wish_for_many(c);
	c = client(w, 4242);
	out = ctl_client_conn_output(c);
	best_clear(&best);
	for (i = 0; best_goes_on(&best, i); i++) {
		(void)ctl_client_conn_put(c, show, strlen(show));
		best_again(&best);
		while (ctl_client_conn_step(c)) {
			best_step_ends(&best);
			(void)evbuffer_drain(out, evbuffer_get_length(out));
			best_step_begins(&best);
		}
	}
	assert_true(best.step > MANY);
	assert_true(best_longest_ns(&best) < BEST_STEP_NS);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_bfd_ctl_request_answers_with_the_level),
		T(test_bfd_ctl_times_are_local_with_their_offset),
		T(test_bfd_ctl_summary_tells_one_hop_from_several),
		T(test_bfd_ctl_too_many_packets_is_told),
		T(test_bfd_ctl_owner_is_told_of_its_session),
		T(test_bfd_ctl_subscriber_gets_snapshot_and_changes_once),
		T(test_bfd_ctl_bad_requests_are_refused),
		T(test_bfd_ctl_stats_are_of_the_daemon_alone),
		T(test_bfd_ctl_strangers_may_only_read),
		T(test_bfd_ctl_show_has_everything),
		T(test_bfd_ctl_leaving_client_releases_its_sessions),
		T(test_bfd_ctl_client_in_charge_that_vanishes_is_told),
		T(test_bfd_ctl_other_clients_are_released_quietly),
		T(test_bfd_ctl_session_of_others_comes_up_again),
		T(test_bfd_ctl_next_life_inherits_within_the_grace),
		T(test_bfd_ctl_client_that_hangs_is_as_dead),
		T(test_bfd_ctl_bad_fates_are_refused),
		T(test_bfd_ctl_offer_is_shown_and_goes_with_its_client),
		T(test_bfd_ctl_bad_offers_are_refused),
		T(test_bfd_ctl_sources_are_refused),
		cmocka_unit_test_setup_teardown(
		    test_bfd_ctl_steps_of_show_are_short, setup_many,
		    teardown),
	};

	have_net = net_own();
	if (!have_net)
		print_message("# skipped: no network namespace of our own\n");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * bfd_ctl.c - what swiftover-ctl(7) says about bfdd: its methods, its topic.
 *
 * A client (bfd_client.c) wishes for sessions (session.request) and is the owner
 * of its wishes: they go when it releases them or goes away.  It is told about
 * its sessions without subscribing; subscribers of "session" are told about all.
 *
 * bfd_ctl_changed() stands on the failover path, between the last packet of an
 * event and the log line: it builds one object and hands it to the server.
 *
 * Members are named after RFC 9314 where it has a word for the thing.
 */
#include "config.h"

#include "bfdd/bfd_ctl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "bfdd/bfd_client.h"
#include "bfdd/bfd_conf.h"
#include "shared/pure/addr.h"
#include "shared/ctl_json.h"
#include "shared/ctl_server.h"

#define ERR_INVALID_PARAMS	(-32602)
#define TOPIC			"session"
#define KEY_LEN			(2 * ADDR_STRLEN + IF_NAMESIZE + 16)
#define INTERVAL_MIN_US		(BFD_INTERVAL_MIN_NS / NS_PER_US)

struct bfd_ctl {
	struct loop		*loop;
	struct ctl_server	*server;
	struct bfd_engine	*engine;
	struct bfd_clients	*clients;
	const struct rtsched	*sched;
};

/* --- levels --- */

static void
put_key(json_t *o, const struct bfd_params *p)
{
	ctl_json_set_addr(o, "peer", &p->peer);
	if (p->interface[0] != '\0')
		ctl_json_set_text(o, "interface", p->interface);
	ctl_json_set_bool(o, "multihop", p->multihop);
}

/* What a client acts on: first in the line. */
static void
put_state(json_t *o, const struct bfd_session *s)
{
	const struct bfd_core *c = &s->core;

	ctl_json_set_text(o, "state", bfd_state_name(c->session_state));
	/* As RFC 9314 names and spells them (Y-10). */
	ctl_json_set_text(o, "local-state", c->session_state == BFD_ADMIN_DOWN ?
	    "adminDown" : bfd_state_name(c->session_state));
	ctl_json_set_text(o, "local-diagnostic", bfd_diag_name(c->local_diag));
	ctl_json_set_text(o, "remote-state",
	    bfd_state_name(c->remote_session_state));
	ctl_json_set_text(o, "diagnostic", bfd_diag_name(c->local_diag));
	ctl_json_set_text(o, "remote-diagnostic",
	    bfd_diag_name(c->remote_diag));
	ctl_json_set_text(o, "reason", bfd_reason_name(s->last.reason));
	if (s->last.reason == BFD_REASON_NONE)
		return;
	ctl_json_set_text(o, "previous-state", bfd_state_name(s->last.from));
	ctl_json_set_int(o, "decided-ns", s->decided.ns);
	ctl_json_set_int(o, "due-ns", s->last.due.ns);
	if (!mono_is_never(s->last.last_rx))
		ctl_json_set_int(o, "last-rx-ns", s->last.last_rx.ns);
}

/* As wished, whatever congestion has made of it. */
static void
put_wished(json_t *o, const struct bfd_session *s)
{
	int64_t tx_ns = s->core.p.desired_min_tx_ns;
	int64_t rx_ns = s->core.p.required_min_rx_ns;
	struct bfd_params p;

	if (s->loss.factor > 1 && s->wishes != NULL) {
		bfd_session_effective(s, &p);
		tx_ns = p.desired_min_tx_ns;
		rx_ns = p.required_min_rx_ns;
		explicit_bzero(&p, sizeof(p));		/* keys */
	}
	ctl_json_set_us(o, "desired-min-tx-interval", tx_ns);
	ctl_json_set_us(o, "required-min-rx-interval", rx_ns);
}

static void
put_timers(json_t *o, const struct bfd_session *s)
{
	const struct bfd_core *c = &s->core;

	ctl_json_set_int(o, "local-multiplier", c->p.detect_mult);
	ctl_json_set_int(o, "remote-multiplier", c->remote_detect_mult);
	ctl_json_set_us(o, "detection-time-us", c->detection_time_ns);
	/* The same as RFC 9314 names it. */
	ctl_json_set_us(o, "detection-time", c->detection_time_ns);
	ctl_json_set_us(o, "tx-interval-us", c->tx_interval_ns);
	ctl_json_set_us(o, "remote-detection-time-us",
	    c->remote_detect_mult == 0 ? 0 :
	    c->tx_interval_ns * c->p.detect_mult);
	ctl_json_set_us(o, "negotiated-tx-interval", c->tx_interval_ns);
	ctl_json_set_us(o, "negotiated-rx-interval",
	    c->remote_detect_mult == 0 ? 0 :
	    c->detection_time_ns / c->remote_detect_mult);
	put_wished(o, s);
	ctl_json_set_us(o, "announced-min-tx-interval",
	    c->desired_min_tx_announced_ns);
	ctl_json_set_us(o, "announced-min-rx-interval",
	    c->required_min_rx_announced_ns);
	ctl_json_set_us(o, "remote-min-tx-interval",
	    c->remote_desired_min_tx_ns);
	ctl_json_set_us(o, "remote-min-rx-interval",
	    c->remote_min_rx_interval_ns);
	ctl_json_set_us(o, "remote-min-echo-rx-interval",
	    c->remote_min_echo_rx_ns);
	ctl_json_set_bool(o, "polling", c->polling);
}

/* RFC 9314's names of the types, by their numbers. */
static const char *const yang_auth[BFD_AUTH_TYPE_COUNT] = {
	"reserved", "simple-password", "keyed-md5", "meticulous-keyed-md5",
	"keyed-sha1", "meticulous-keyed-sha1",
};

/* Never a key; its id is on the wire anyway. */
static void
put_auth(json_t *o, const struct bfd_core *c)
{
	const struct bfd_auth_params *a = &c->auth_in_use;
	json_t *accepted;
	unsigned i;

	ctl_json_set_text(o, "authentication", bfd_auth_type_name(a->type));
	/* Whoever is known has passed it (B-29..B-31). */
	ctl_json_set_bool(o, "remote-authenticated", a->type != BFD_AUTH_NONE &&
	    c->remote_discr != 0);
	if (a->type != BFD_AUTH_NONE && c->remote_discr != 0)
		ctl_json_set_text(o, "remote-authentication-type",
		    yang_auth[a->type]);
	if (a->type != BFD_AUTH_NONE) {
		ctl_json_set_int(o, "key-id", a->keys[0].id);
		accepted = json_array();
		for (i = 0; i < a->key_count; i++)
			(void)json_array_append_new(accepted,
			    json_integer(a->keys[i].id));
		(void)json_object_set_new_nocheck(o, "accepted-key-ids",
		    accepted);
	}
	/* B-108: configured, and not yet in use for want of an agreeing peer. */
	if (!bfd_auth_params_equal(a, &c->p.auth))
		ctl_json_set_text(o, "authentication-pending",
		    bfd_auth_type_name(c->p.auth.type));
}

/* Of the echo function; unaffiliated echo is a session like any other. */
static void
put_echo(json_t *o, const struct bfd_session *s)
{
	const struct bfd_core *c = &s->core;

	ctl_json_set_bool(o, "unaffiliated-echo", c->p.unaffiliated);
	ctl_json_set_text(o, "detection-mode", c->echo_interval_ns > 0 ?
	    "async-with-echo" : "async-without-echo");
	if (c->p.echo_min_rx_ns > 0)
		ctl_json_set_us(o, "required-min-echo-rx-interval",
		    c->p.echo_min_rx_ns);
	if (c->p.echo_tx_ns > 0) {
		ctl_json_set_us(o, "desired-min-echo-tx-interval",
		    c->p.echo_tx_ns);
		ctl_json_set_us(o, "echo-tx-interval-in-use",
		    c->echo_interval_ns);
	}
	if (s->echo.error != 0)
		ctl_json_set_text(o, "echo-error",
		    s->echo.error == -EADDRNOTAVAIL ?
		    "no address on the interface that can be routed" :
		    s->echo.error == -EHOSTUNREACH ?
		    "neighbour not resolved" : strerror(-s->echo.error));
	if (s->echo.sent == 0)
		return;
	ctl_json_set_int(o, "send-echo-packet-count", (int64_t)s->echo.sent);
	ctl_json_set_int(o, "receive-echo-packet-count",
	    (int64_t)s->echo.received);
	ctl_json_set_us(o, "echo-round-trip-us", s->echo.round_trip_ns);
}

/* Why packets of the session's peer were refused; only what there was. */
static void
put_discards(json_t *o, const struct bfd_session *s)
{
	json_t *discards = json_object();
	enum bfd_verdict v;

	for (v = BFD_OK_VERDICT + 1; v < BFD_VERDICT_COUNT; v++)
		if (s->counters.discards[v] > 0)
			ctl_json_set_int(discards, bfd_verdict_name(v),
			    (int64_t)s->counters.discards[v]);
	(void)json_object_set_new_nocheck(o, "discards", discards);
}

static void
put_counters(json_t *o, const struct bfd_session *s)
{
	const struct bfd_core *c = &s->core;

	ctl_json_set_int(o, "up-count", c->session_up_count);
	ctl_json_set_int(o, "down-count", c->session_down_count);
	ctl_json_set_int(o, "admin-down-count", c->admin_down_count);
	/* Y-12: the invalid ones included. */
	ctl_json_set_int(o, "receive-packet-count",
	    (int64_t)(s->counters.receive_packet +
	    s->counters.receive_invalid_packet));
	ctl_json_set_int(o, "send-packet-count",
	    (int64_t)s->counters.send_packet);
	ctl_json_set_int(o, "receive-invalid-packet-count",
	    (int64_t)s->counters.receive_invalid_packet);
	ctl_json_set_int(o, "send-failed-packet-count",
	    (int64_t)s->counters.send_failed_packet);
	if (s->counters.receive_invalid_packet > 0)
		put_discards(o, s);
	if (c->p.multihop) {				/* B-124 */
		ctl_json_set_int(o, "lost-packet-count",
		    (int64_t)s->loss.lost_count);
		ctl_json_set_int(o, "interval-factor", s->loss.factor);
	}
	ctl_json_set_us(o, "worst-gap-us", c->worst_gap_ns);
	ctl_json_set_us(o, "recent-worst-gap-us",
	    bfd_core_recent_gap(c, loop_clock()));
	ctl_json_set_int(o, "absences", (int64_t)c->absences);
	ctl_json_set_us(o, "worst-absence-us", c->worst_absence_ns);
	ctl_json_set_time(o, "last-up-time", s->last_up_real_ns);
	ctl_json_set_time(o, "last-down-time", s->last_down_real_ns);
	ctl_json_set_time(o, "create-time", s->created_real_ns);
}

/* L-20: would the end of a client be told to the peer, or has it been? */
static const char *
fate_of(const struct bfd_session *s)
{
	const struct bfd_wish *w;

	if (s->mourning)
		return "signalled";
	for (w = s->wishes; w != NULL; w = w->next)
		if (w->owner != bfd_owner_conf &&
		    bfd_client_in_charge(w->owner, s, w))
			return "armed";
	return "no";
}

/* The members of RFC 9314's singlehop- and multihop-notification. */
static void
put_notification(json_t *o, const struct bfd_session *s)
{
	const struct bfd_core *c = &s->core;

	ctl_json_set_addr(o, "dest-addr", &c->p.peer);
	ctl_json_set_addr(o, "source-addr", &s->local);
	ctl_json_set_int(o, "local-discr", c->local_discr);
	ctl_json_set_int(o, "remote-discr", c->remote_discr);
	ctl_json_set_text(o, "new-state", c->session_state == BFD_ADMIN_DOWN ?
	    "adminDown" : bfd_state_name(c->session_state));
	ctl_json_set_text(o, "state-change-reason",
	    bfd_diag_name(c->local_diag));
	ctl_json_set_time(o, "time-of-last-state-change", s->changed_real_ns);
	if (!c->p.multihop)
		ctl_json_set_bool(o, "echo-enabled", c->echo_interval_ns > 0);
}

json_t *
bfd_ctl_level(const struct bfd_session *s)
{
	const struct bfd_core *c = &s->core;
	json_t *o = json_object();

	if (o == NULL)
		return NULL;
	put_key(o, &c->p);
	put_state(o, s);
	ctl_json_set_addr(o, "local", &s->local);
	ctl_json_set_addr(o, "configured-local", &c->p.local);
	if (c->p.name[0] != '\0')
		ctl_json_set_text(o, "name", c->p.name);
	ctl_json_set_text(o, "role", c->p.passive ? "passive" : "active");
	ctl_json_set_bool(o, "unsolicited", bfd_session_unsolicited(s));
	ctl_json_set_text(o, "path-type", c->p.multihop ? "path-ip-mh" :
	    "path-ip-sh");
	ctl_json_set_bool(o, "ip-encapsulation", true);
	ctl_json_set_bool(o, "demand-capability", false);
	ctl_json_set_int(o, "session-index", s->index);
	ctl_json_set_int(o, "tx-ttl", BFD_TX_TTL);
	ctl_json_set_int(o, "rx-ttl", c->p.rx_ttl);
	ctl_json_set_int(o, "clients", bfd_session_clients(s));
	ctl_json_set_text(o, "fate-sharing", fate_of(s));
	if (s->operator_down)
		ctl_json_set_text(o, "admin-down-by", "operator");
	else if (s->held_back)
		ctl_json_set_text(o, "admin-down-by", "max_packets_per_second");
	else if (c->p.admin_down && s->wishes != NULL)
		ctl_json_set_text(o, "admin-down-by", "bfdd.conf");
	if (s->held_back)		/* B-84 */
		ctl_json_set_text(o, "waiting-for", "max_packets_per_second");
	else if (!c->p.multihop && s->ifindex == 0)
		ctl_json_set_text(o, "waiting-for", "interface does not exist");
	ctl_json_set_int(o, "local-discriminator", c->local_discr);
	ctl_json_set_int(o, "remote-discriminator", c->remote_discr);
	ctl_json_set_int(o, "source-port", s->source_port);
	ctl_json_set_int(o, "dest-port", c->p.unaffiliated ? BFD_PORT_ECHO :
	    c->p.multihop ? BFD_PORT_MULTIHOP : BFD_PORT_SINGLE_HOP);
	put_timers(o, s);
	put_auth(o, c);
	put_echo(o, s);
	put_counters(o, s);
	put_notification(o, s);
	return o;
}

/* --- lists: a few sessions in a turn of the loop --- */

/* From the first session on; false: no memory. */
static bool
list_begin(struct bfd_ctl *ctl, struct ctl_client_conn *conn)
{
	struct bfd_client *c = bfd_client_of(ctl->clients, conn);

	if (c == NULL)
		return false;
	c->next_listed = bfd_table_first(bfd_engine_table(ctl->engine));
	return true;
}

static json_t *
list_next(struct ctl_client_conn *conn, void *arg)
{
	struct bfd_client *c = ctl_client_conn_data(conn);
	const struct bfd_session *s = c->next_listed;

	(void)arg;
	if (s == NULL)
		return NULL;
	c->next_listed = s->next;
	return bfd_ctl_level(s);
}

/* s is about to be freed. */
static void
lists_forget(struct bfd_ctl *ctl, const struct bfd_session *s)
{
	struct bfd_client *c;

	for (c = bfd_clients_first(ctl->clients); c != NULL; c = c->next) {
		if (c->next_listed == s)
			c->next_listed = s->next;
	}
}

/* The object of the topic: one level per key is kept for a slow client. */
static const char *
level_key(const struct bfd_params *p, char *buf, size_t size)
{
	char peer[ADDR_STRLEN], local[ADDR_STRLEN];

	if (p->multihop)
		(void)snprintf(buf, size, "%s from %s",
		    addr_format(&p->peer, peer, sizeof(peer)),
		    addr_format(&p->local, local, sizeof(local)));
	else
		(void)snprintf(buf, size, "%s%%%s",
		    addr_format(&p->peer, peer, sizeof(peer)), p->interface);
	return buf;
}

void
bfd_ctl_changed(struct bfd_session *s, enum bfd_change change, void *arg)
{
	struct bfd_ctl *ctl = arg;
	const struct bfd_wish *w;
	char key[KEY_LEN];
	json_t *level;

	if (change == BFD_CHANGE_DELETED)
		lists_forget(ctl, s);
	if (ctl->server == NULL || (bfd_session_clients(s) == 0 &&
	    !ctl_server_has_subscribers(ctl->server, TOPIC)))
		return;
	level = bfd_ctl_level(s);
	if (level == NULL)
		return;
	if (change == BFD_CHANGE_DELETED)
		ctl_json_set_bool(level, "deleted", true);
	(void)level_key(&s->core.p, key, sizeof(key));
	/* Owners first: somebody's failover hangs on it. */
	for (w = s->wishes; w != NULL; w = w->next) {
		const struct bfd_client *c = w->owner;

		if (w->owner != bfd_owner_conf && c->conn != NULL &&
		    !ctl_client_conn_subscribed(c->conn, TOPIC))
			ctl_client_conn_notify(c->conn, TOPIC, key,
			    json_incref(level));
	}
	ctl_server_publish(ctl->server, TOPIC, key, level);
}

static void
snapshot(struct ctl_client_conn *conn, const char *topic, void *arg)
{
	struct bfd_ctl *ctl = arg;

	if (ctl->engine == NULL || strcmp(topic, TOPIC) != 0)
		return;
	if (list_begin(ctl, conn))
		ctl_client_conn_stream_levels(conn, TOPIC, list_next);
}

/* --- requests --- */

static bool
read_address(json_t *params, const char *name, bool required,
    struct addr *out, struct ctl_error *error)
{
	json_t *v = json_object_get(params, name);

	if (v == NULL && !required)
		return true;
	if (!json_is_string(v))
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "\"%s\" must be an address", name);
	if (addr_parse(json_string_value(v), out) != 0)
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "\"%s\": %.64s is not an IPv4 or IPv6 address", name,
		    json_string_value(v));
	if (!addr_is_host(out))
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "\"%s\": %.64s is not the address of a host", name,
		    json_string_value(v));
	return true;
}

static bool
read_number(json_t *params, const char *name, int64_t min, int64_t max,
    int64_t *out, struct ctl_error *error)
{
	json_t *v = json_object_get(params, name);

	if (v == NULL)
		return true;
	if (!json_is_integer(v) || json_integer_value(v) < min ||
	    json_integer_value(v) > max)
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "\"%s\" must be a whole number from %lld to %lld", name,
		    (long long)min, (long long)max);
	*out = json_integer_value(v);
	return true;
}

static bool
read_interface(json_t *params, struct bfd_params *out, struct ctl_error *error)
{
	const char *name = json_string_value(json_object_get(params,
	    "interface"));

	if (name == NULL || name[0] == '\0' ||
	    strlen(name) >= sizeof(out->interface))
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "\"interface\" must be the name of one");
	(void)snprintf(out->interface, sizeof(out->interface), "%s", name);
	return true;
}

static bool
read_key(json_t *params, struct bfd_params *out, struct ctl_error *error)
{
	json_t *interface = json_object_get(params, "interface");
	json_t *multihop = json_object_get(params, "multihop");

	if (!read_address(params, "peer", true, &out->peer, error) ||
	    !read_address(params, "local", false, &out->local, error))
		return false;
	if (multihop != NULL && !json_is_boolean(multihop))
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "\"multihop\" must be true or false");
	out->multihop = json_is_true(multihop);
	if (addr_is_set(&out->local) &&
	    out->local.family != out->peer.family)
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "\"local\" and \"peer\" are of different families");
	if (addr_is_set(&out->local) && addr_equal(&out->local, &out->peer))
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "\"local\" and \"peer\" are the same address");
	if (out->multihop) {
		out->rx_ttl = BFD_RX_TTL_MULTIHOP_DEFAULT;
		return interface == NULL ? true : ctl_fail(error,
		    ERR_INVALID_PARAMS, "a multihop session has no interface");
	}
	return read_interface(params, out, error);
}

/* What is not understood is not silently left out of a wish. */
static bool
refuse_others(json_t *params, const char *const *known, size_t count,
    struct ctl_error *error)
{
	const char *name;
	json_t *value;
	size_t i;

	json_object_foreach(params, name, value) {
		for (i = 0; i < count; i++) {
			if (strcmp(name, known[i]) == 0)
				break;
		}
		if (i == count)
			return ctl_fail(error, ERR_INVALID_PARAMS,
			    "unknown member \"%.64s\"", name);
	}
	return true;
}

static bool
refuse_unknown(json_t *params, bool key_only, struct ctl_error *error)
{
	static const char *const known[] = {
		"peer", "interface", "local", "multihop",
		"desired-min-tx-us", "required-min-rx-us", "detect-mult",
		"fate-sharing",
	};

	return refuse_others(params, known, key_only ? 4 :
	    sizeof(known) / sizeof(known[0]), error);
}

static bool
read_timers(json_t *params, struct bfd_params *p, struct ctl_error *error)
{
	int64_t tx = p->desired_min_tx_ns / NS_PER_US;
	int64_t rx = p->required_min_rx_ns / NS_PER_US;
	int64_t mult = p->detect_mult;

	if (!read_number(params, "desired-min-tx-us", INTERVAL_MIN_US,
	    UINT32_MAX, &tx, error) ||
	    !read_number(params, "required-min-rx-us", INTERVAL_MIN_US,
	    UINT32_MAX, &rx, error) ||
	    !read_number(params, "detect-mult", 1, 255, &mult, error))
		return false;
	p->desired_min_tx_ns = ns_from_us(tx);
	p->required_min_rx_ns = ns_from_us(rx);
	p->detect_mult = (uint8_t)mult;
	return true;
}

bool
bfd_ctl_read_params(json_t *params, bool key_only, struct bfd_params *out,
    struct ctl_error *error)
{
	struct bfd_params p;
	json_t *shares;

	bfd_params_init(&p);
	if (!json_is_object(params))
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "params must be an object");
	if (!refuse_unknown(params, key_only, error) ||
	    !read_key(params, &p, error) || !read_timers(params, &p, error))
		return false;
	shares = json_object_get(params, "fate-sharing");
	if (shares != NULL && !json_is_boolean(shares))
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "\"fate-sharing\" must be true or false");
	p.spared = json_is_false(shares);
	*out = p;
	return true;
}

/* An offer: as a session's, with "local" required and no "peer". */
bool
bfd_ctl_read_offer(json_t *params, bool key_only, struct bfd_params *out,
    unsigned *sessions_max, struct ctl_error *error)
{
	static const char *const known[] = {
		"interface", "local",
		"desired-min-tx-us", "required-min-rx-us", "detect-mult",
		"max-sessions",
	};
	int64_t max = BFD_PASSIVE_SESSIONS_DEFAULT;
	struct bfd_params p;

	bfd_params_init(&p);
	if (!json_is_object(params))
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "params must be an object");
	if (!refuse_others(params, known, key_only ? 2 :
	    sizeof(known) / sizeof(known[0]), error) ||
	    !read_address(params, "local", true, &p.local, error) ||
	    !read_interface(params, &p, error) ||
	    !read_timers(params, &p, error) ||
	    !read_number(params, "max-sessions", 1, BFD_PASSIVE_SESSIONS_MAX,
	    &max, error))
		return false;
	if (p.local.family == AF_INET6 && !addr_is_link_local(&p.local))
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "\"local\": in IPv6 a link-local address");
	*sessions_max = (unsigned)max;
	*out = p;
	return true;
}

/* Who asks; NULL: error is set. */
static struct bfd_client *
requester(struct bfd_ctl *ctl, struct ctl_client_conn *conn,
    struct ctl_error *error)
{
	struct bfd_client *c;

	if (ctl->engine == NULL) {
		(void)ctl_fail(error, CTL_ERR_REFUSED, "bfdd is starting");
		return NULL;
	}
	c = bfd_client_of(ctl->clients, conn);
	if (c == NULL)
		(void)ctl_fail(error, CTL_ERR_REFUSED, "out of memory");
	else
		bfd_client_answers(c);
	return c;
}

static bool
session_request(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct bfd_ctl *ctl = arg;
	struct bfd_client *c;
	struct bfd_session *s;
	struct bfd_params p;

	if (!bfd_ctl_read_params(params, false, &p, error))
		return false;
	c = requester(ctl, conn, error);
	if (c == NULL)
		return false;
	bfd_client_inherits(c, &p);
	switch (bfd_engine_wish(ctl->engine, c, &p, &s)) {
	case 0:
		*result = bfd_ctl_level(s);
		return true;
	case -ENOSPC:
		return ctl_fail(error, CTL_ERR_REFUSED,
		    "there are %d sessions already", BFD_SESSIONS_MAX);
	case -EADDRINUSE:
		return ctl_fail(error, CTL_ERR_REFUSED,
		    "the session exists with another local address");
	case -EDQUOT:
		return ctl_fail(error, CTL_ERR_REFUSED, "more packets than "
		    "max_packets_per_second of bfdd.conf allows");
	case -ESHUTDOWN:
		return ctl_fail(error, CTL_ERR_REFUSED, "bfdd is leaving");
	default:
		return ctl_fail(error, CTL_ERR_REFUSED, "out of memory");
	}
}

static bool
session_release(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct bfd_ctl *ctl = arg;
	struct bfd_params p;

	(void)result;
	if (!bfd_ctl_read_params(params, true, &p, error))
		return false;
	if (ctl->engine == NULL || !bfd_engine_unwish(ctl->engine,
	    ctl_client_conn_data(conn), &p))
		return ctl_fail(error, CTL_ERR_NOT_FOUND,
		    "this client has no such session");
	return true;
}

static bool
passive_request(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct bfd_ctl *ctl = arg;
	struct bfd_client *c;
	struct bfd_params p;
	unsigned max;

	(void)result;
	if (!bfd_ctl_read_offer(params, false, &p, &max, error))
		return false;
	c = requester(ctl, conn, error);
	if (c == NULL)
		return false;
	bfd_client_inherits_offer(c, p.interface, p.local.family);
	switch (bfd_engine_offer(ctl->engine, c, &p, max)) {
	case 0:
		return true;
	case -ENOSPC:
		return ctl_fail(error, CTL_ERR_REFUSED,
		    "%d interfaces are offered already",
		    BFD_PASSIVE_OFFERS_MAX);
	case -ESHUTDOWN:
		return ctl_fail(error, CTL_ERR_REFUSED, "bfdd is leaving");
	default:
		return ctl_fail(error, CTL_ERR_REFUSED, "out of memory");
	}
}

static bool
passive_release(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct bfd_ctl *ctl = arg;
	struct bfd_params p;
	unsigned max;

	(void)result;
	if (!bfd_ctl_read_offer(params, true, &p, &max, error))
		return false;
	if (ctl->engine == NULL || !bfd_engine_withdraw(ctl->engine,
	    ctl_client_conn_data(conn), p.interface, p.local.family))
		return ctl_fail(error, CTL_ERR_NOT_FOUND,
		    "this client offers no such interface");
	return true;
}

static bool
set_admin_down(struct bfd_ctl *ctl, json_t *params, bool down,
    json_t **result, struct ctl_error *error)
{
	struct bfd_session *s;
	struct bfd_params key;

	if (!bfd_ctl_read_params(params, true, &key, error))
		return false;
	if (ctl->engine == NULL)
		return ctl_fail(error, CTL_ERR_REFUSED, "bfdd is starting");
	switch (bfd_engine_admin_down(ctl->engine, &key, down, &s)) {
	case 0:
		*result = bfd_ctl_level(s);
		return true;
	case -ENOENT:
		return ctl_fail(error, CTL_ERR_NOT_FOUND,
		    "there is no such session");
	case -EPERM:
		return ctl_fail(error, CTL_ERR_REFUSED,
		    "bfdd.conf says admin_down = yes");
	default:
		return ctl_fail(error, CTL_ERR_REFUSED, "bfdd is leaving");
	}
}

static bool
session_admin_down(struct ctl_client_conn *conn, json_t *params,
    json_t **result, struct ctl_error *error, void *arg)
{
	(void)conn;
	return set_admin_down(arg, params, true, result, error);
}

static bool
session_admin_up(struct ctl_client_conn *conn, json_t *params,
    json_t **result, struct ctl_error *error, void *arg)
{
	(void)conn;
	return set_admin_down(arg, params, false, result, error);
}

/* Y-11: down is Down and Init. */
static void
count_states(json_t *o, const struct bfd_table *table, bool single_hop,
    bool multihop)
{
	int64_t all = 0, up = 0, down = 0, admin_down = 0;
	const struct bfd_session *s;

	for (s = bfd_table_first(table); s != NULL; s = s->next) {
		if (!(s->core.p.multihop ? multihop : single_hop))
			continue;
		all++;
		switch (s->core.session_state) {
		case BFD_UP:
			up++;
			break;
		case BFD_ADMIN_DOWN:
			admin_down++;
			break;
		case BFD_DOWN:
		case BFD_INIT:
			down++;
			break;
		}
	}
	ctl_json_set_int(o, "number-of-sessions", all);
	ctl_json_set_int(o, "number-of-sessions-up", up);
	ctl_json_set_int(o, "number-of-sessions-down", down);
	ctl_json_set_int(o, "number-of-sessions-admin-down", admin_down);
}

static json_t *
show_summary(const struct bfd_table *table)
{
	json_t *o = json_object(), *sh = json_object(), *mh = json_object();

	count_states(o, table, true, true);
	count_states(sh, table, true, false);
	count_states(mh, table, false, true);
	(void)json_object_set_new(o, "ip-sh", sh);
	(void)json_object_set_new(o, "ip-mh", mh);
	return o;
}

static json_t *
show_statistics(const struct bfd_engine_stats *stats)
{
	json_t *o = json_object(), *discards = json_object();
	enum bfd_verdict v;

	ctl_json_set_int(o, "receive-packet-count",
	    (int64_t)stats->verdicts[BFD_OK_VERDICT]);
	ctl_json_set_int(o, "receive-overflow-count",
	    (int64_t)stats->overflows);
	ctl_json_set_int(o, "strangers-overflow-count",
	    (int64_t)stats->strangers_lost);
	ctl_json_set_int(o, "packets-per-second", stats->packet_rate);
	ctl_json_set_int(o, "max-packets-per-second", stats->packets_max);
	ctl_json_set_int(o, "refused-session-count", (int64_t)stats->refused);
	for (v = BFD_OK_VERDICT + 1; v < BFD_VERDICT_COUNT; v++)
		ctl_json_set_int(discards, bfd_verdict_name(v),
		    (int64_t)stats->verdicts[v]);
	(void)json_object_set_new(o, "discards", discards);
	return o;
}

/* RFC 9468: where sessions are accepted, and for what address of ours. */
static json_t *
show_passive(const struct bfd_passive *passive)
{
	const struct bfd_offer *offer;
	json_t *list = json_array(), *o;

	for (offer = bfd_passive_first(passive); offer != NULL;
	    offer = offer->next) {
		o = json_object();
		ctl_json_set_text(o, "interface", offer->p.interface);
		ctl_json_set_addr(o, "local", &offer->p.local);
		ctl_json_set_int(o, "sessions", offer->sessions);
		ctl_json_set_int(o, "max-sessions", offer->sessions_max);
		ctl_json_set_int(o, "accepted-count", (int64_t)offer->accepted);
		ctl_json_set_int(o, "refused-count", (int64_t)offer->refused);
		(void)json_array_append_new(list, o);
	}
	return list;
}

/* The clients that said what is to be done when they vanish. */
static json_t *
show_fate(const struct bfd_clients *clients)
{
	const struct bfd_client *c;
	json_t *list = json_array(), *o, *names;
	unsigned i;

	for (c = bfd_clients_first(clients); c != NULL; c = c->next) {
		if (!c->declared)
			continue;
		o = json_object();
		ctl_json_set_text(o, "client", c->name);
		ctl_json_set_text(o, "state", c->conn == NULL ? "vanished" :
		    c->hung ? "silent" : "answering");
		names = json_array();
		for (i = 0; i < c->interface_count; i++)
			(void)json_array_append_new(names,
			    json_string(c->interfaces[i]));
		(void)json_object_set_new(o, "interfaces", names);
		ctl_json_set_us(o, "grace-us", c->grace_ns);
		ctl_json_set_us(o, "answer-within-us", c->answer_within_ns);
		ctl_json_set_int(o, "silence-count", (int64_t)c->silences);
		(void)json_array_append_new(list, o);
	}
	return list;
}

static json_t *
show_scheduling(const struct bfd_ctl *ctl,
    const struct bfd_engine_stats *stats)
{
	json_t *o = json_object();

	ctl_json_set_int(o, "realtime-priority", ctl->sched->priority);
	ctl_json_set_bool(o, "locked", ctl->sched->locked);
	ctl_json_set_int(o, "stalls", (int64_t)stats->stalls);
	ctl_json_set_us(o, "worst-stall-us", stats->worst_stall_ns);
	ctl_json_set_us(o, "last-stall-us", stats->last_stall_ns);
	return o;
}

static bool
show(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct bfd_ctl *ctl = arg;
	struct bfd_engine_stats stats;
	const struct bfd_table *table;
	json_t *o;

	if (params != NULL && json_object_size(params) != 0)
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "show takes no parameters");
	if (ctl->engine == NULL)
		return ctl_fail(error, CTL_ERR_REFUSED, "bfdd is starting");
	bfd_engine_stats(ctl->engine, &stats);
	table = bfd_engine_table(ctl->engine);
	if (!list_begin(ctl, conn))
		return ctl_fail(error, CTL_ERR_REFUSED, "out of memory");
	o = json_object();
	(void)json_object_set_new(o, "summary", show_summary(table));
	(void)json_object_set_new(o, "statistics", show_statistics(&stats));
	(void)json_object_set_new(o, "scheduling", show_scheduling(ctl,
	    &stats));
	(void)json_object_set_new(o, "fate-sharing", show_fate(ctl->clients));
	(void)json_object_set_new(o, "passive",
	    show_passive(bfd_engine_passive(ctl->engine)));
	*result = o;
	ctl_client_conn_stream(conn, "sessions", list_next);
	return true;
}

/* L-20: where this client is in charge, and how it is to be missed. */
static bool
fate(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	static const char *const known[] = {
		"interfaces", "grace-us", "answer-within-us",
	};
	int64_t grace = 0, within = BFD_ANSWER_WITHIN_DEFAULT_NS / NS_PER_US;
	json_t *list = json_object_get(params, "interfaces"), *name;
	struct bfd_ctl *ctl = arg;
	struct bfd_client *c;
	size_t i;

	(void)result;
	if (!json_is_array(list) || json_array_size(list) >
	    BFD_FATE_INTERFACES_MAX)
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "\"interfaces\" must be a list of at most %d names",
		    BFD_FATE_INTERFACES_MAX);
	json_array_foreach(list, i, name) {
		if (!json_is_string(name) || json_string_length(name) == 0 ||
		    json_string_length(name) >= IF_NAMESIZE)
			return ctl_fail(error, ERR_INVALID_PARAMS,
			    "\"interfaces\" must be names of interfaces");
	}
	if (!refuse_others(params, known, sizeof(known) / sizeof(known[0]),
	    error) || !read_number(params, "grace-us", 0, BFD_GRACE_MAX_NS /
	    NS_PER_US, &grace, error) || !read_number(params,
	    "answer-within-us", 0, BFD_ANSWER_WITHIN_MAX_NS / NS_PER_US,
	    &within, error))
		return false;
	c = requester(ctl, conn, error);
	if (c == NULL)
		return false;
	if (!bfd_client_set_fate(c, list, ns_from_us(grace),
	    ns_from_us(within)))
		return ctl_fail(error, CTL_ERR_REFUSED, "out of memory");
	return true;
}

/* The answer to our ping (L-21). */
static bool
pong(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	(void)params;
	(void)result;
	return requester(arg, conn, error) != NULL;
}

static void
gone(struct ctl_client_conn *conn, bool clean, void *arg)
{
	struct bfd_client *c = ctl_client_conn_data(conn);

	(void)arg;
	if (c != NULL)
		bfd_client_gone(c, clean);
}

/* It hung and answers again: what its sessions are now. */
static void
tell_all(struct bfd_client *c, void *arg)
{
	struct bfd_ctl *ctl = arg;
	const struct bfd_session *s;
	char key[KEY_LEN];
	json_t *level;

	for (s = bfd_table_first(bfd_engine_table(ctl->engine)); s != NULL;
	    s = s->next) {
		if (bfd_session_wish_of(s, c) == NULL ||
		    (level = bfd_ctl_level(s)) == NULL)
			continue;
		ctl_client_conn_notify(c->conn, TOPIC, level_key(&s->core.p,
		    key, sizeof(key)), level);
	}
}

static const struct ctl_method methods[] = {
	{ "session.request",	CTL_CHANGES,	session_request },
	{ "session.release",	CTL_CHANGES,	session_release },
	{ "session.admin-down",	CTL_CHANGES,	session_admin_down },
	{ "session.admin-up",	CTL_CHANGES,	session_admin_up },
	{ "passive.request",	CTL_CHANGES,	passive_request },
	{ "passive.release",	CTL_CHANGES,	passive_release },
	{ "fate",		CTL_CHANGES,	fate },
	{ "pong",		CTL_CHANGES,	pong },
	{ "show",		0,		show },
	{ NULL,			0,		NULL },
};

static const char *const topics[] = { TOPIC, NULL };

int
bfd_ctl_open(struct loop *loop, const char *path, gid_t gid,
    const struct rtsched *sched, struct bfd_ctl **out)
{
	struct bfd_ctl *ctl = calloc(1, sizeof(*ctl));
	struct ctl_server_config config = {
		.path = path,
		.program = "bfdd",
		.version = PACKAGE_VERSION,
		.methods = methods,
		.topics = topics,
		.snapshot = snapshot,
		.gone = gone,
		.arg = ctl,
	};
	int error;

	if (ctl == NULL)
		return -ENOMEM;
	ctl->loop = loop;
	ctl->sched = sched;
	ctl->clients = bfd_clients_new(loop, tell_all, ctl);
	error = ctl->clients == NULL ? -ENOMEM :
	    ctl_server_open(loop, &config, gid, &ctl->server);
	if (error != 0) {
		bfd_clients_free(ctl->clients);
		free(ctl);
		return error;
	}
	*out = ctl;
	return 0;
}

void
bfd_ctl_set_engine(struct bfd_ctl *ctl, struct bfd_engine *engine)
{
	ctl->engine = engine;
	bfd_clients_set_engine(ctl->clients, engine);
}

struct ctl_server *
bfd_ctl_server(struct bfd_ctl *ctl)
{
	return ctl->server;
}

void
bfd_ctl_close(struct bfd_ctl *ctl)
{
	if (ctl == NULL)
		return;
	bfd_ctl_set_engine(ctl, NULL);
	ctl_server_close(ctl->server);
	bfd_clients_free(ctl->clients);
	free(ctl);
}

/*
 * bfd_ctl_json.c - bfdd's values as swiftover-ctl(7) has them.
 *
 * Pure building: from sessions, counters, clients and offers to JSON, with the
 * names of RFC 9314 where it has one.  bfd_ctl.c asks for it, for its answers
 * and for its notifications; nothing here decides, sends or keeps anything.
 *
 * bfd_ctl_level() stands on the failover path: the members that a client acts on
 * come first in it, and nothing is looked at but memory and the clock.
 *
 * A key is never said, only its id.
 */
#include "config.h"

#include "bfdd/bfd_ctl_json.h"

#include <errno.h>
#include <string.h>

#include "shared/ctl_json.h"

/* --- the level of a session --- */

static void
put_key(json_t *o, const struct bfd_params *p)
{
	ctl_json_set_addr(o, "peer", &p->peer);
	if (p->interface[0] != '\0')
		ctl_json_set_text(o, "interface", p->interface);
	ctl_json_set_bool(o, "multihop", p->multihop);
}

/* Members that a client acts on come first in the line. */
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

/* A key is never said; its id is on the wire anyway. */
static void
put_auth(json_t *o, const struct bfd_core *c)
{
	const struct bfd_auth_params *a = &c->auth_in_use;
	json_t *accepted;
	unsigned i;

	ctl_json_set_text(o, "authentication", bfd_auth_type_name(a->type));
	/* A peer that is known has passed authentication (B-29..B-31). */
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
		ctl_json_set(o, "accepted-key-ids", accepted);
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
	ctl_json_set(o, "discards", discards);
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
	if (s->unsent_error != 0)
		ctl_json_set_text(o, "send-error", strerror(s->unsent_error));
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

/* --- members of show beside the sessions --- */

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

json_t *
bfd_ctl_json_summary(const struct bfd_table *table)
{
	json_t *o = json_object(), *sh = json_object(), *mh = json_object();

	count_states(o, table, true, true);
	count_states(sh, table, true, false);
	count_states(mh, table, false, true);
	ctl_json_set(o, "ip-sh", sh);
	ctl_json_set(o, "ip-mh", mh);
	return o;
}

json_t *
bfd_ctl_json_statistics(const struct bfd_engine_stats *stats)
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
	ctl_json_set(o, "discards", discards);
	return o;
}

/* RFC 9468: where sessions are accepted, and for what address of ours. */
json_t *
bfd_ctl_json_offer(const struct bfd_offer *offer)
{
	json_t *o = json_object();

	ctl_json_set_text(o, "interface", offer->p.interface);
	ctl_json_set_addr(o, "local", &offer->p.local);
	ctl_json_set_int(o, "sessions", offer->sessions);
	ctl_json_set_int(o, "max-sessions", offer->sessions_max);
	ctl_json_set_int(o, "accepted-count", (int64_t)offer->accepted);
	ctl_json_set_int(o, "refused-count", (int64_t)offer->refused);
	return o;
}

json_t *
bfd_ctl_json_fate(const struct bfd_client *c)
{
	json_t *o = json_object(), *names = json_array();
	unsigned i;

	ctl_json_set_text(o, "client", c->name);
	ctl_json_set_text(o, "state", c->conn == NULL ? "vanished" :
	    c->hung ? "silent" : "answering");
	for (i = 0; i < c->interface_count; i++)
		(void)json_array_append_new(names,
		    json_string(c->interfaces[i]));
	ctl_json_set(o, "interfaces", names);
	ctl_json_set_us(o, "grace-us", c->grace_ns);
	ctl_json_set_us(o, "answer-within-us", c->answer_within_ns);
	ctl_json_set_int(o, "silence-count", (int64_t)c->silences);
	return o;
}

json_t *
bfd_ctl_json_scheduling(const struct rtsched *sched,
    const struct bfd_engine_stats *stats)
{
	json_t *o = json_object();

	ctl_json_set_int(o, "realtime-priority", sched->priority);
	ctl_json_set_bool(o, "locked", sched->locked);
	ctl_json_set_int(o, "stalls", (int64_t)stats->stalls);
	ctl_json_set_us(o, "worst-stall-us", stats->worst_stall_ns);
	ctl_json_set_us(o, "last-stall-us", stats->last_stall_ns);
	return o;
}

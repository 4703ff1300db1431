/*
 * vrrp_bfd.c - wishes to bfdd, levels from bfdd.
 *
 * The connection is shared/ctl_client: retried every 200 ms, with a heartbeat
 * of 100 ms, so that a bfdd that hangs is noticed as well as one that died.
 * Every time it comes up all wishes are sent again: the bfdd behind the socket may be
 * a new process that knows nothing.  The reply to session.request is the level
 * of the session now, treated like a notification; so a session that was Up all
 * along is Up again in our books without any edge having been seen, and one
 * that went Down while nobody listened is simply Down (L-11: no edge, no
 * takeover).
 *
 * Offers (L-27) are requests like sessions, of an interface instead of a peer.
 * A level of a session nobody here wished for is that of one that was accepted,
 * if there is an offer it fits; it is kept as long as bfdd has it.
 *
 * A request that bfdd refuses (an interface that is not there yet) is repeated
 * every second.  The reason is kept for `show`, and logged when it changes.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/ctl_client.h"
#include "shared/log.h"
#include "shared/pure/token_bucket.h"
#include "vrrpd/ipc/vrrp_bfd.h"

#define RETRY_NS	(200 * NS_PER_MS)
#define HEARTBEAT_NS	(100 * NS_PER_MS)
#define REFUSED_RETRY_NS NS_PER_S
#define ROOM_RETRY_NS	(20 * NS_PER_MS)
#define LOST_LOG_NS	(10 * NS_PER_S)		/* a bfdd that dies and dies */
#define LOST_LOG_BURST	5

/* The argument of a pending reply; outlives its session, or its offer. */
struct pending {
	struct vrrp_bfd		*b;
	char			 interface[IF_NAMESIZE];
	struct addr		 peer;		/* of an offer: local */
	bool			 is_offer;
	struct pending		*next;
};

struct sources {
	unsigned		 count;
	struct addr		 list[VRRP_BFD_REFUSED_MAX];
};

struct offer {
	char			 interface[IF_NAMESIZE];
	struct addr		 local;
	int64_t			 min_tx_ns, min_rx_ns;
	uint8_t			 multiplier;
	bool			 wished, requested;
	char			 refused[128];
	/* From these nothing is accepted; what bfdd was told of it. */
	struct sources		 sources, told;
};

struct vrrp_bfd {
	struct loop		*loop;
	struct ctl_client	*client;
	struct loop_timer	*retry;
	struct vrrp_bfd_handlers h;
	void			*arg;
	char			*path;		/* for messages */
	bool			 up, said_unreachable;
	struct vrrp_bfd_session	*sessions[VRRP_BFD_SESSIONS_MAX];
	unsigned		 count;
	struct offer		*offers[VRRP_BFD_OFFERS_MAX];
	unsigned		 offer_count;
	struct pending		*pending;
	json_t			*owed;		/* words there was no room for */
	json_t			*in_charge;	/* names of interfaces */
	int64_t			 grace_ns;
	struct token_bucket	 lost_log;
};

/* --- decoding --- */

static const struct {
	const char		*word;
	enum vrrp_bfd_state	 state;
} states[] = {
	{ "admin-down", VRRP_BFD_ADMIN_DOWN },
	{ "down", VRRP_BFD_DOWN },
	{ "init", VRRP_BFD_INIT },
	{ "up", VRRP_BFD_UP },
};

/* bfdd's words (B-139) to what L-12 tells apart. */
static const struct {
	const char		*word;
	enum vrrp_bfd_reason	 reason;
} reasons[] = {
	{ "none", VRRP_BFD_REASON_NONE },
	{ "timeout", VRRP_BFD_REASON_TIMEOUT },
	{ "echo", VRRP_BFD_REASON_ECHO },
	{ "remote-down", VRRP_BFD_REASON_PEER_DOWN },
	{ "remote-admin-down", VRRP_BFD_REASON_ADMIN },
	{ "local-admin", VRRP_BFD_REASON_ADMIN },
	{ "absence", VRRP_BFD_REASON_ABSENCE },
	/* Our own word (forwarding, a client of this bfdd), not the peer's. */
	{ "forwarding-reset", VRRP_BFD_REASON_ADMIN },
	{ "path-down", VRRP_BFD_REASON_ADMIN },
	{ "handshake", VRRP_BFD_REASON_NONE },
};

/* RFC 9314 writes words for diagnostics; a number is accepted too. */
static const struct {
	const char	*word;
	uint8_t		 diag;
} diags[] = {
	{ "none", 0 },
	{ "control-expiry", 1 },
	{ "echo-failed", 2 },
	{ "neighbor-down", 3 },
	{ "forwarding-reset", 4 },
	{ "path-down", 5 },
	{ "concatenated-path-down", 6 },
	{ "admin-down", 7 },
	{ "reverse-concatenated-path-down", 8 },
};

static uint8_t
diag_of(const json_t *value)
{
	const char *word = json_string_value(value);
	size_t i;

	if (json_is_integer(value))
		return json_integer_value(value) & 0x1f;
	if (word == NULL)
		return 0;
	for (i = 0; i < sizeof(diags) / sizeof(diags[0]); i++)
		if (strcmp(word, diags[i].word) == 0)
			return diags[i].diag;
	return 0;
}

/* CLOCK_MONOTONIC is the same in every process of the machine. */
static mono_t
instant_of(const json_t *value)
{
	if (!json_is_integer(value) || json_integer_value(value) <= 0)
		return MONO_NEVER;
	return (mono_t){ json_integer_value(value) };
}

/* A member in microseconds; 0 where it is missing or makes no sense. */
static int64_t
span_of(const json_t *value)
{
	json_int_t us = json_integer_value(value);

	return us > 0 && us < INT64_MAX / NS_PER_US ? ns_from_us(us) : 0;
}

int
vrrp_bfd_level_parse(const json_t *params, struct vrrp_bfd_level *out)
{
	struct vrrp_bfd_level l;
	const char *s;
	json_t *n;
	size_t i;

	memset(&l, 0, sizeof(l));
	s = json_string_value(json_object_get(params, "interface"));
	if (s == NULL && json_is_true(json_object_get(params, "multihop")))
		s = "";
	else if (s == NULL || s[0] == '\0' || strlen(s) >= sizeof(l.interface))
		return -EINVAL;
	memcpy(l.interface, s, strlen(s));
	s = json_string_value(json_object_get(params, "peer"));
	if (s == NULL || addr_parse(s, &l.peer) < 0)
		return -EINVAL;
	s = json_string_value(json_object_get(params, "state"));
	if (s == NULL)
		return -EINVAL;
	l.state = VRRP_BFD_UNKNOWN;
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(s, states[i].word) == 0)
			l.state = states[i].state;
	if (l.state == VRRP_BFD_UNKNOWN)
		return -EINVAL;
	/* A reason we do not know is not a reason to take over (L-12). */
	l.reason = VRRP_BFD_REASON_OTHER;
	s = json_string_value(json_object_get(params, "reason"));
	for (i = 0; s != NULL && i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(s, reasons[i].word) == 0)
			l.reason = reasons[i].reason;
	l.remote_diag = diag_of(json_object_get(params, "remote-diagnostic"));
	l.detection_time_ns = span_of(json_object_get(params,
	    "detection-time-us"));
	l.rx_interval_ns = span_of(json_object_get(params,
	    "negotiated-rx-interval"));
	l.tx_interval_ns = span_of(json_object_get(params, "tx-interval-us"));
	n = json_object_get(params, "local-multiplier");
	if (json_integer_value(n) > 0 && json_integer_value(n) <= UINT8_MAX)
		l.tx_multiplier = (unsigned)json_integer_value(n);
	l.decided = instant_of(json_object_get(params, "decided-ns"));
	l.last_rx = instant_of(json_object_get(params, "last-rx-ns"));
	l.unsolicited = json_is_true(json_object_get(params, "unsolicited"));
	l.deleted = json_is_true(json_object_get(params, "deleted"));
	s = json_string_value(json_object_get(params, "send-error"));
	(void)snprintf(l.send_error, sizeof(l.send_error), "%s", s == NULL ?
	    "" : s);
	*out = l;
	return 0;
}

/* --- sessions --- */

static struct vrrp_bfd_session *
find(const struct vrrp_bfd *b, const char *interface, const struct addr *peer)
{
	unsigned i;

	for (i = 0; i < b->count; i++)
		if (strcmp(b->sessions[i]->interface, interface) == 0 &&
		    addr_equal(&b->sessions[i]->peer, peer))
			return b->sessions[i];
	return NULL;
}

const struct vrrp_bfd_session *
vrrp_bfd_find(const struct vrrp_bfd *b, const char *interface,
    const struct addr *peer)
{
	return b == NULL ? NULL : find(b, interface, peer);
}

const struct vrrp_bfd_session *
vrrp_bfd_session(const struct vrrp_bfd *b, unsigned i)
{
	return b == NULL || i >= b->count ? NULL : b->sessions[i];
}

static struct offer *
find_offer(const struct vrrp_bfd *b, const char *interface, uint8_t family)
{
	unsigned i;

	for (i = 0; i < b->offer_count; i++)
		if (strcmp(b->offers[i]->interface, interface) == 0 &&
		    b->offers[i]->local.family == family)
			return b->offers[i];
	return NULL;
}

/* NULL: no room, or no memory. */
static struct vrrp_bfd_session *
add_session(struct vrrp_bfd *b, const char *interface, const struct addr *peer)
{
	struct vrrp_bfd_session *s;

	if (b->count == VRRP_BFD_SESSIONS_MAX)
		return NULL;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	(void)snprintf(s->interface, sizeof(s->interface), "%s", interface);
	s->peer = s->level.peer = *peer;
	memcpy(s->level.interface, s->interface, sizeof(s->level.interface));
	s->level.state = VRRP_BFD_UNKNOWN;
	s->level.decided = s->level.last_rx = MONO_NEVER;
	b->sessions[b->count++] = s;
	return s;
}

static void
remove_session(struct vrrp_bfd *b, struct vrrp_bfd_session *s)
{
	unsigned i;

	for (i = 0; i < b->count; i++)
		if (b->sessions[i] == s) {
			memmove(&b->sessions[i], &b->sessions[i + 1],
			    (--b->count - i) * sizeof(b->sessions[0]));
			break;
		}
	free(s);
}

static void
set_level(struct vrrp_bfd *b, struct vrrp_bfd_session *s,
    const struct vrrp_bfd_level *l, mono_t received)
{
	bool came_up;

	came_up = l->state == VRRP_BFD_UP && s->level.state != VRRP_BFD_UP;
	s->level = *l;
	b->h.level(s, received, came_up, b->arg);
}

static void
level_received(struct vrrp_bfd *b, const json_t *params)
{
	mono_t received = loop_clock();
	struct vrrp_bfd_session *s;
	struct vrrp_bfd_level l;

	if (vrrp_bfd_level_parse(params, &l) < 0) {
		log_debug("bfd", "a session notification makes no sense");
		return;
	}
	s = find(b, l.interface, &l.peer);
	if (s == NULL && l.unsolicited && !l.deleted &&
	    find_offer(b, l.interface, l.peer.family) != NULL) {
		s = add_session(b, l.interface, &l.peer);
		if (s != NULL)
			s->accepted = true;
	}
	if (s == NULL)
		return;
	set_level(b, s, &l, received);
	if (l.deleted && s->accepted)
		remove_session(b, s);
}

static void
make_unknown(struct vrrp_bfd_level *l)
{
	l->state = VRRP_BFD_UNKNOWN;
	l->reason = VRRP_BFD_REASON_NONE;
	l->decided = l->last_rx = MONO_NEVER;
	l->send_error[0] = '\0';
}

/* An accepted session is not ours to keep any more. */
static void
forget_accepted(struct vrrp_bfd *b, struct vrrp_bfd_session *s, mono_t now)
{
	struct vrrp_bfd_level l = s->level;

	make_unknown(&l);
	l.deleted = true;
	set_level(b, s, &l, now);
	remove_session(b, s);
}

static void
all_unknown(struct vrrp_bfd *b)
{
	mono_t now = loop_clock();
	struct vrrp_bfd_level l;
	unsigned i;

	for (i = 0; i < b->count; i++) {
		l = b->sessions[i]->level;
		b->sessions[i]->requested = false;
		if (l.state == VRRP_BFD_UNKNOWN)
			continue;
		make_unknown(&l);
		set_level(b, b->sessions[i], &l, now);
	}
	for (i = 0; i < b->offer_count; i++) {
		b->offers[i]->requested = false;
		b->offers[i]->told.count = 0;
	}
	/* Sessions that peers open are told of by the next bfdd. */
	for (i = b->count; i-- > 0; )
		if (b->sessions[i]->accepted)
			forget_accepted(b, b->sessions[i], now);
}

/* --- requests --- */

static void
refused(struct vrrp_bfd *b, struct vrrp_bfd_session *s, const char *why)
{
	char text[ADDR_STRLEN];

	s->requested = false;
	if (strcmp(s->refused, why) != 0)
		log_warning("bfd peer=%s interface=%s bfdd refuses the "
		    "session: %s", addr_format(&s->peer, text, sizeof(text)),
		    s->interface, why);
	(void)snprintf(s->refused, sizeof(s->refused), "%s", why);
	loop_timer_set(b->retry, mono_add(loop_clock(), REFUSED_RETRY_NS));
}

/* --- a connection without room --- */

static void
retry_soon(struct vrrp_bfd *b)
{
	loop_timer_set(b->retry, mono_add(loop_clock(), ROOM_RETRY_NS));
}

/* bfdd has answered nothing for a while, or was told very much at once. */
static void
say_what_is_owed(struct vrrp_bfd *b)
{
	json_t *one;

	while (b->up && json_array_size(b->owed) > 0) {
		one = json_array_get(b->owed, 0);
		if (ctl_client_call(b->client, json_string_value(
		    json_object_get(one, "method")), json_incref(
		    json_object_get(one, "params")), NULL, NULL) == -ENOBUFS) {
			retry_soon(b);
			return;
		}
		(void)json_array_remove(b->owed, 0);
	}
}

/* Nobody says it again: kept, and in order, until there is room.  Takes params. */
static void
say(struct vrrp_bfd *b, const char *method, json_t *params)
{
	if (params != NULL)
		(void)json_array_append_new(b->owed, json_pack("{s:s, s:o}",
		    "method", method, "params", params));
	say_what_is_owed(b);
}

/* May anything be asked for?  Not before what was said earlier. */
static bool
has_room(struct vrrp_bfd *b)
{
	if (!b->up)
		return false;
	if (json_array_size(b->owed) > 0)
		retry_soon(b);
	return json_array_size(b->owed) == 0;
}

static void
forget_pending(struct vrrp_bfd *b, struct pending *p)
{
	struct pending **at;

	for (at = &b->pending; *at != NULL; at = &(*at)->next)
		if (*at == p) {
			*at = p->next;
			free(p);
			return;
		}
}

/* why: NULL, it was accepted. o: NULL, it is not wished any more. */
static void
offer_answered(struct vrrp_bfd *b, struct offer *o, const char *why)
{
	char text[ADDR_STRLEN];

	if (o == NULL)
		return;
	if (why == NULL) {
		o->refused[0] = '\0';
		return;
	}
	o->requested = false;
	o->told.count = 0;
	if (strcmp(o->refused, why) != 0)
		log_warning("bfd interface=%s local=%s bfdd refuses to accept "
		    "sessions: %s", o->interface, addr_format(&o->local, text,
		    sizeof(text)), why);
	(void)snprintf(o->refused, sizeof(o->refused), "%s", why);
	loop_timer_set(b->retry, mono_add(loop_clock(), REFUSED_RETRY_NS));
}

static void
reply_cb(json_t *result, json_t *error, void *arg)
{
	struct pending *p = arg;
	struct vrrp_bfd *b = p->b;
	struct vrrp_bfd_session *s;
	const char *why;

	why = json_string_value(json_object_get(error, "message"));
	if (why == NULL)
		why = "no reason given";
	if (p->is_offer) {
		offer_answered(b, find_offer(b, p->interface, p->peer.family),
		    error == NULL ? NULL : why);
		forget_pending(b, p);
		return;
	}
	s = find(b, p->interface, &p->peer);
	forget_pending(b, p);
	if (s == NULL)
		return;
	if (error != NULL)
		refused(b, s, why);
	else if (result != NULL) {
		s->refused[0] = '\0';
		level_received(b, result);
	}
}

static struct pending *
new_pending(struct vrrp_bfd *b, const char *interface, const struct addr *addr)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->b = b;
	(void)snprintf(p->interface, sizeof(p->interface), "%s", interface);
	p->peer = *addr;
	p->next = b->pending;
	b->pending = p;
	return p;
}

/* A session without an interface is one over several hops. */
static void
name_path(json_t *params, const struct vrrp_bfd_session *s)
{
	if (s->interface[0] != '\0')
		(void)json_object_set_new(params, "interface",
		    json_string(s->interface));
	else
		(void)json_object_set_new(params, "multihop", json_true());
}

static void
request(struct vrrp_bfd *b, struct vrrp_bfd_session *s)
{
	char text[ADDR_STRLEN];
	struct pending *p;
	json_t *params;

	if (!has_room(b))
		return;
	p = new_pending(b, s->interface, &s->peer);
	params = json_pack("{s:s, s:I, s:I, s:i, s:b}",
	    "peer", addr_format(&s->peer, text, sizeof(text)),
	    "desired-min-tx-us", (json_int_t)us_from_ns_ceil(s->min_tx_ns),
	    "required-min-rx-us", (json_int_t)us_from_ns_ceil(s->min_rx_ns),
	    "detect-mult", s->multiplier, "fate-sharing", (int)s->is_peer);
	name_path(params, s);
	if (p == NULL || params == NULL) {
		forget_pending(b, p);
		json_decref(params);
		refused(b, s, "out of memory");
		return;
	}
	if (addr_is_set(&s->local))
		(void)json_object_set_new(params, "local", json_string(
		    addr_format(&s->local, text, sizeof(text))));
	s->requested = true;
	if (ctl_client_call(b->client, "session.request", params, reply_cb,
	    p) < 0) {
		forget_pending(b, p);
		s->requested = false;
		retry_soon(b);
	}
}

static void
request_offer(struct vrrp_bfd *b, struct offer *o)
{
	char text[ADDR_STRLEN];
	struct pending *p;
	json_t *params;

	if (!has_room(b))
		return;
	p = new_pending(b, o->interface, &o->local);
	params = json_pack("{s:s, s:s, s:I, s:I, s:i, s:i}",
	    "interface", o->interface,
	    "local", addr_format(&o->local, text, sizeof(text)),
	    "desired-min-tx-us", (json_int_t)us_from_ns_ceil(o->min_tx_ns),
	    "required-min-rx-us", (json_int_t)us_from_ns_ceil(o->min_rx_ns),
	    "detect-mult", o->multiplier,
	    "max-sessions", VRRP_BFD_ACCEPTED_MAX);
	if (p == NULL || params == NULL) {
		forget_pending(b, p);
		json_decref(params);
		offer_answered(b, o, "out of memory");
		return;
	}
	p->is_offer = true;
	o->requested = true;
	if (ctl_client_call(b->client, "passive.request", params, reply_cb,
	    p) < 0) {
		forget_pending(b, p);
		o->requested = false;
		retry_soon(b);
	}
}

/* A bfdd that does not know the word goes on without. */
static void
tell_sources(struct vrrp_bfd *b, struct offer *o)
{
	char text[ADDR_STRLEN];
	json_t *params, *list;
	unsigned i;

	if (!has_room(b) || !o->requested || (o->told.count == o->sources.count &&
	    memcmp(o->told.list, o->sources.list, o->told.count *
	    sizeof(o->told.list[0])) == 0))
		return;
	list = json_array();
	for (i = 0; i < o->sources.count; i++)
		(void)json_array_append_new(list, json_string(addr_format(
		    &o->sources.list[i], text, sizeof(text))));
	params = json_pack("{s:s, s:s, s:o}", "interface", o->interface,
	    "local", addr_format(&o->local, text, sizeof(text)), "sources",
	    list);
	if (params != NULL && ctl_client_call(b->client, "passive.refuse",
	    params, NULL, NULL) == 0)
		o->told = o->sources;
	else
		retry_soon(b);
}

/* Offers first: a peer that is asked now may be asking us. */
static void
request_missing(struct vrrp_bfd *b)
{
	unsigned i;

	for (i = 0; i < b->offer_count; i++) {
		if (!b->offers[i]->requested)
			request_offer(b, b->offers[i]);
		tell_sources(b, b->offers[i]);
	}
	for (i = 0; i < b->count; i++)
		if (b->sessions[i]->wished && !b->sessions[i]->requested)
			request(b, b->sessions[i]);
}

static void
release(struct vrrp_bfd *b, const struct vrrp_bfd_session *s)
{
	char text[ADDR_STRLEN];
	json_t *params;

	if (!b->up)
		return;
	params = json_pack("{s:s}", "peer",
	    addr_format(&s->peer, text, sizeof(text)));
	name_path(params, s);
	say(b, "session.release", params);
}

static void
withdraw(struct vrrp_bfd *b, const struct offer *o)
{
	char text[ADDR_STRLEN];
	json_t *params;

	if (!b->up)
		return;
	params = json_pack("{s:s, s:s}", "interface", o->interface, "local",
	    addr_format(&o->local, text, sizeof(text)));
	say(b, "passive.release", params);
}

static void
retry_cb(mono_t deadline, void *arg)
{
	struct vrrp_bfd *b = arg;

	(void)deadline;
	if (!b->up && b->count > 0 && !b->said_unreachable) {
		b->said_unreachable = true;
		log_warning("no bfdd answers at %s: virtual routers go on by "
		    "their own timers", b->path);
	}
	say_what_is_owed(b);
	request_missing(b);
}

/* --- wishes --- */

void
vrrp_bfd_begin(struct vrrp_bfd *b)
{
	unsigned i;

	for (i = 0; i < b->count; i++)
		b->sessions[i]->wished = false;
	for (i = 0; i < b->offer_count; i++) {
		b->offers[i]->wished = false;
		b->offers[i]->sources.count = 0;
	}
}

/* L-26: fastest intervals; the multiplier of whoever detects first. */
int
vrrp_bfd_wish(struct vrrp_bfd *b, const char *interface,
    const struct vrrp_bfd_params *p, const struct addr *local)
{
	struct vrrp_bfd_session *s, old;
	bool full = b->count == VRRP_BFD_SESSIONS_MAX;

	s = find(b, interface, &p->peer);
	if (s == NULL)
		s = add_session(b, interface, &p->peer);
	if (s == NULL)
		return full ? -ENOSPC : -ENOMEM;
	old = *s;
	s->accepted = false;
	if (!s->wished) {
		s->is_peer = false;
		s->min_tx_ns = p->min_tx_ns;
		s->min_rx_ns = p->min_rx_ns;
		s->multiplier = p->multiplier;
		s->local.family = AF_UNSPEC;
	} else {
		if (p->min_rx_ns * p->multiplier <
		    s->min_rx_ns * s->multiplier)
			s->multiplier = p->multiplier;
		if (p->min_tx_ns < s->min_tx_ns)
			s->min_tx_ns = p->min_tx_ns;
		if (p->min_rx_ns < s->min_rx_ns)
			s->min_rx_ns = p->min_rx_ns;
	}
	s->is_peer = s->is_peer || p->role == VRRP_BFD_PEER;
	s->wished = true;
	if (local != NULL && addr_is_set(local))
		s->local = *local;
	if (old.is_peer != s->is_peer || old.min_tx_ns != s->min_tx_ns ||
	    old.min_rx_ns != s->min_rx_ns ||
	    old.multiplier != s->multiplier ||
	    old.local.family != s->local.family ||
	    (addr_is_set(&s->local) && !addr_equal(&old.local, &s->local)))
		s->requested = false;
	return 0;
}

int
vrrp_bfd_offer(struct vrrp_bfd *b, const char *interface,
    const struct vrrp_bfd_params *p, const struct addr *local)
{
	struct offer *o = find_offer(b, interface, local->family), old;

	if (o == NULL) {
		if (b->offer_count == VRRP_BFD_OFFERS_MAX)
			return -ENOSPC;
		o = calloc(1, sizeof(*o));
		if (o == NULL)
			return -ENOMEM;
		(void)snprintf(o->interface, sizeof(o->interface), "%s",
		    interface);
		o->local = *local;
		b->offers[b->offer_count++] = o;
	}
	old = *o;
	if (!o->wished) {
		o->min_tx_ns = p->min_tx_ns;
		o->min_rx_ns = p->min_rx_ns;
		o->multiplier = p->multiplier;
	} else {
		if (p->min_rx_ns * p->multiplier <
		    o->min_rx_ns * o->multiplier)
			o->multiplier = p->multiplier;
		if (p->min_tx_ns < o->min_tx_ns)
			o->min_tx_ns = p->min_tx_ns;
		if (p->min_rx_ns < o->min_rx_ns)
			o->min_rx_ns = p->min_rx_ns;
	}
	o->local = *local;
	o->wished = true;
	if (old.min_tx_ns != o->min_tx_ns || old.min_rx_ns != o->min_rx_ns ||
	    old.multiplier != o->multiplier ||
	    !addr_equal(&old.local, &o->local))
		o->requested = false;
	return 0;
}

bool
vrrp_bfd_may_refuse(const struct vrrp_bfd *b, const char *interface,
    uint8_t family)
{
	const struct offer *o = find_offer(b, interface, family);

	return o != NULL && o->sources.count < VRRP_BFD_REFUSED_MAX;
}

void
vrrp_bfd_refuse(struct vrrp_bfd *b, const char *interface,
    const struct addr *source)
{
	struct offer *o = find_offer(b, interface, source->family);
	unsigned i;

	if (o == NULL || o->sources.count == VRRP_BFD_REFUSED_MAX)
		return;
	for (i = 0; i < o->sources.count; i++)
		if (addr_equal(&o->sources.list[i], source))
			return;
	o->sources.list[o->sources.count++] = *source;
}

static void
commit_offers(struct vrrp_bfd *b)
{
	unsigned i, kept = 0;

	for (i = 0; i < b->offer_count; i++) {
		if (b->offers[i]->wished) {
			b->offers[kept++] = b->offers[i];
			continue;
		}
		withdraw(b, b->offers[i]);
		free(b->offers[i]);
	}
	b->offer_count = kept;
}

void
vrrp_bfd_commit(struct vrrp_bfd *b)
{
	struct vrrp_bfd_session *s;
	unsigned i;

	commit_offers(b);
	for (i = b->count; i-- > 0; ) {
		s = b->sessions[i];
		if (s->wished || (s->accepted && find_offer(b, s->interface,
		    s->peer.family) != NULL))
			continue;
		/* If the peer opened it as well, bfdd tells us of it anew. */
		if (!s->accepted)
			release(b, s);
		remove_session(b, s);
	}
	request_missing(b);
}

/* --- our fate (L-20, L-21) --- */

static void
tell_fate(struct vrrp_bfd *b)
{
	json_t *params;

	if (!b->up)
		return;
	params = json_pack("{s:O, s:I, s:i}", "interfaces", b->in_charge,
	    "grace-us", (json_int_t)us_from_ns_ceil(b->grace_ns),
	    "answer-within-us", (int)(VRRP_BFD_ANSWER_WITHIN_NS / NS_PER_US));
	say(b, "fate", params);
}

void
vrrp_bfd_set_in_charge(struct vrrp_bfd *b, const char *const *interfaces,
    unsigned count)
{
	json_t *list = json_array();
	unsigned i;

	for (i = 0; i < count; i++)
		(void)json_array_append_new(list, json_string(interfaces[i]));
	if (list == NULL || json_equal(list, b->in_charge)) {
		json_decref(list);
		return;
	}
	json_decref(b->in_charge);
	b->in_charge = list;
	tell_fate(b);
}

void
vrrp_bfd_set_grace(struct vrrp_bfd *b, int64_t grace_ns)
{
	if (b->grace_ns == grace_ns)
		return;
	b->grace_ns = grace_ns;
	tell_fate(b);
}

/* --- the connection --- */

static void
up_cb(json_t *hello, void *arg)
{
	struct vrrp_bfd *b = arg;
	const char *version;

	version = json_string_value(json_object_get(hello, "version"));
	log_info("bfdd reached version=%s", version == NULL ? "-" : version);
	b->up = b->said_unreachable = true;
	(void)json_array_clear(b->owed);
	request_missing(b);
	if (json_array_size(b->in_charge) > 0 || b->grace_ns > 0)
		tell_fate(b);
	b->h.reachable(true, b->arg);
}

static void
down_cb(const char *reason, void *arg)
{
	struct vrrp_bfd *b = arg;
	uint64_t suppressed;

	b->up = false;
	/* First: how fast to reassure follows from sessions still known (L-23). */
	b->h.reachable(false, b->arg);
	all_unknown(b);
	if (token_bucket_take(&b->lost_log, loop_clock(), &suppressed))
		log_warning("bfdd lost: %s; its sessions are unknown, virtual "
		    "routers go on by their own timers suppressed=%llu",
		    reason, (unsigned long long)suppressed);
}

static void
notify_cb(const char *method, json_t *params, void *arg)
{
	struct vrrp_bfd *b = arg;

	if (strcmp(method, "session") == 0)
		level_received(b, params);
	else if (strcmp(method, "ping") == 0)
		(void)ctl_client_call(b->client, "pong", NULL, NULL, NULL);
}

struct vrrp_bfd *
vrrp_bfd_new(struct loop *loop, const char *path,
    const struct vrrp_bfd_handlers *h, void *arg)
{
	static const struct ctl_client_handlers handlers = {
		.up = up_cb,
		.down = down_cb,
		.notify = notify_cb,
	};
	struct vrrp_bfd *b;

	b = calloc(1, sizeof(*b));
	if (b == NULL)
		return NULL;
	b->loop = loop;
	b->h = *h;
	b->arg = arg;
	b->path = strdup(path);
	token_bucket_init(&b->lost_log, LOST_LOG_NS, LOST_LOG_BURST);
	b->in_charge = json_array();
	b->owed = json_array();
	b->retry = loop_timer_new(loop, retry_cb, b);
	if (b->retry != NULL && b->path != NULL && b->in_charge != NULL &&
	    b->owed != NULL)
		b->client = ctl_client_new(loop, path, RETRY_NS, HEARTBEAT_NS,
		    &handlers, b);
	if (b->client == NULL) {
		vrrp_bfd_free(b, false);
		return NULL;
	}
	loop_timer_set(b->retry, mono_add(loop_clock(), REFUSED_RETRY_NS));
	return b;
}

void
vrrp_bfd_free(struct vrrp_bfd *b, bool clean)
{
	unsigned i;

	if (b == NULL)
		return;
	if (b->client != NULL)
		ctl_client_free(b->client, clean);
	loop_timer_free(b->retry);
	while (b->pending != NULL)
		forget_pending(b, b->pending);
	for (i = 0; i < b->count; i++)
		free(b->sessions[i]);
	for (i = 0; i < b->offer_count; i++)
		free(b->offers[i]);
	json_decref(b->in_charge);
	json_decref(b->owed);
	free(b->path);
	free(b);
}

bool
vrrp_bfd_is_up(const struct vrrp_bfd *b)
{
	return b != NULL && b->up;
}

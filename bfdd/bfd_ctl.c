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
 * How a session looks in JSON is bfd_ctl_json.c's.
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
#include "bfdd/bfd_ctl_json.h"
#include "bfdd/bfd_engine.h"
#include "bfdd/bfd_wishes.h"
#include "shared/pure/addr.h"
#include "shared/ctl_json.h"
#include "shared/ctl_server.h"

#define ERR_INVALID_PARAMS	(-32602)
#define TOPIC			"session"
#define KEY_LEN			(2 * ADDR_STRLEN + IF_NAMESIZE + 16)
#define INTERVAL_MIN_US		(BFD_INTERVAL_MIN_NS / NS_PER_US)

struct listing;

struct bfd_ctl {
	struct loop		*loop;
	struct ctl_server	*server;
	struct bfd_engine	*engine;
	struct bfd_clients	*clients;
	const struct rtsched	*sched;
	struct bfd_restart	*restart;	/* NULL: nobody to ask */
	struct listing		*listings;
};

/* --- lists: one session, offer or client at a time --- */

/* A list that is being told. */
struct listing {
	struct listing		*next;
	struct bfd_ctl		*ctl;
	const struct bfd_session *session;	/* next */
	const struct bfd_client	*only;		/* owner of them; NULL: all */
	unsigned		 clients, offers;	/* told */
};

/* From the first session on; NULL: no memory. */
static struct listing *
listing_new(struct bfd_ctl *ctl, const struct bfd_client *only)
{
	struct listing *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->ctl = ctl;
	l->only = only;
	l->session = bfd_table_first(bfd_engine_table(ctl->engine));
	l->next = ctl->listings;
	ctl->listings = l;
	return l;
}

static void
listing_end(void *cursor)
{
	struct listing *l = cursor, **at = &l->ctl->listings;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	free(l);
}

static json_t *
next_session(struct listing *l)
{
	const struct bfd_session *s;

	while ((s = l->session) != NULL) {
		l->session = s->next;
		if (l->only == NULL || bfd_session_wish_of(s, l->only) != NULL)
			return bfd_ctl_level(s);
	}
	return NULL;
}

/* By number: one that comes or goes meanwhile may be left out. */
static json_t *
next_client(struct listing *l)
{
	const struct bfd_client *c = bfd_clients_first(l->ctl->clients);
	unsigned skip;

	for (skip = l->clients; c != NULL; c = c->next)
		if (c->declared && skip-- == 0)
			break;
	l->clients++;
	return c == NULL ? NULL : bfd_ctl_json_fate(c);
}

static json_t *
next_offer(struct listing *l)
{
	const struct bfd_offer *o;
	unsigned i;

	o = bfd_passive_first(bfd_engine_passive(l->ctl->engine));
	for (i = 0; o != NULL && i < l->offers; i++)
		o = o->next;
	l->offers++;
	return o == NULL ? NULL : bfd_ctl_json_offer(o);
}

static json_t *
next_shown(void *cursor, unsigned list)
{
	struct listing *l = cursor;

	if (l->ctl->engine == NULL)
		return NULL;
	switch (list) {
	case 0:
		return next_client(l);
	case 1:
		return next_offer(l);
	case 2:
		return next_session(l);
	default:
		return NULL;
	}
}

static json_t *
next_level(void *cursor, unsigned list)
{
	struct listing *l = cursor;

	(void)list;
	return l->ctl->engine == NULL ? NULL : next_session(l);
}

static const struct ctl_stream levels = { NULL, TOPIC, next_level,
    listing_end };

/* s is about to be freed. */
static void
lists_forget(struct bfd_ctl *ctl, const struct bfd_session *s)
{
	struct listing *l;

	for (l = ctl->listings; l != NULL; l = l->next) {
		if (l->session == s)
			l->session = s->next;
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

/* Owners are told first: a failover may wait for the level. */
static bool
is_owner(struct ctl_client_conn *conn, void *session)
{
	const struct bfd_client *c = ctl_client_conn_data(conn);

	return c != NULL && bfd_session_wish_of(session, c) != NULL;
}

void
bfd_ctl_changed(struct bfd_session *s, enum bfd_change change, void *arg)
{
	struct bfd_ctl *ctl = arg;
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
	ctl_server_publish_also(ctl->server, TOPIC, key, level, is_owner, s);
}

static void
snapshot(struct ctl_client_conn *conn, const char *topic, void *arg)
{
	struct bfd_ctl *ctl = arg;
	struct listing *l;

	if (ctl->engine == NULL || strcmp(topic, TOPIC) != 0)
		return;
	l = listing_new(ctl, NULL);
	if (l != NULL)
		ctl_client_conn_stream(conn, &levels, l);
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

/* A member that is not understood is not silently left out of a wish. */
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

/* "sources", of one family with "local". */
static bool
read_sources(json_t *params, uint8_t family,
    struct addr out[BFD_PASSIVE_REFUSED_MAX], unsigned *count,
    struct ctl_error *error)
{
	json_t *list = json_object_get(params, "sources");
	size_t i;

	if (!json_is_array(list) || json_array_size(list) >
	    BFD_PASSIVE_REFUSED_MAX)
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "\"sources\" must be at most %d addresses",
		    BFD_PASSIVE_REFUSED_MAX);
	for (i = 0; i < json_array_size(list); i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (text == NULL || addr_parse(text, &out[i]) != 0 ||
		    out[i].family != family)
			return ctl_fail(error, ERR_INVALID_PARAMS,
			    "\"sources\": %.64s is not an address of the "
			    "family of \"local\"", text == NULL ? "this" : text);
	}
	*count = (unsigned)i;
	return true;
}

/* The client of the connection; NULL: error is set. */
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
passive_refuse(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	static const char *const known[] = { "interface", "local", "sources" };
	struct addr sources[BFD_PASSIVE_REFUSED_MAX];
	struct bfd_ctl *ctl = arg;
	struct bfd_params p;
	unsigned count = 0;

	(void)result;
	bfd_params_init(&p);
	if (!json_is_object(params))
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "params must be an object");
	if (!refuse_others(params, known, 3, error) ||
	    !read_address(params, "local", true, &p.local, error) ||
	    !read_interface(params, &p, error) ||
	    !read_sources(params, p.local.family, sources, &count, error))
		return false;
	if (ctl->engine == NULL || !bfd_engine_refuse(ctl->engine,
	    ctl_client_conn_data(conn), p.interface, sources, count,
	    p.local.family))
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

static bool
show(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	static const char *const members[] = { "fate-sharing", "passive",
	    "sessions", NULL };
	static const struct ctl_stream stream = { members, NULL, next_shown,
	    listing_end };
	struct bfd_ctl *ctl = arg;
	struct bfd_engine_stats stats;
	const struct bfd_table *table;
	struct listing *l;
	json_t *o;

	if (params != NULL && json_object_size(params) != 0)
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "show takes no parameters");
	if (ctl->engine == NULL)
		return ctl_fail(error, CTL_ERR_REFUSED, "bfdd is starting");
	bfd_engine_stats(ctl->engine, &stats);
	table = bfd_engine_table(ctl->engine);
	l = listing_new(ctl, NULL);
	if (l == NULL)
		return ctl_fail(error, CTL_ERR_REFUSED, "out of memory");
	o = json_object();
	ctl_json_set(o, "summary", bfd_ctl_json_summary(table));
	ctl_json_set(o, "statistics", bfd_ctl_json_statistics(&stats));
	ctl_json_set(o, "scheduling", bfd_ctl_json_scheduling(ctl->sched,
	    &stats));
	*result = o;
	ctl_client_conn_stream(conn, &stream, l);
	return true;
}

/* The part of show that is about the daemon itself, without the sessions. */
static bool
do_stats(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct bfd_ctl *ctl = arg;
	struct bfd_engine_stats stats;
	json_t *o;

	(void)conn;
	if (params != NULL && json_object_size(params) != 0)
		return ctl_fail(error, ERR_INVALID_PARAMS,
		    "stats takes no parameters");
	if (ctl->engine == NULL)
		return ctl_fail(error, CTL_ERR_REFUSED, "bfdd is starting");
	bfd_engine_stats(ctl->engine, &stats);
	o = json_object();
	ctl_json_set(o, "statistics", bfd_ctl_json_statistics(&stats));
	ctl_json_set(o, "scheduling", bfd_ctl_json_scheduling(ctl->sched,
	    &stats));
	ctl_json_set(o, "loop", ctl_json_loop(loop_absence(ctl->loop)));
	*result = o;
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

	bfd_restart_gone(((struct bfd_ctl *)arg)->restart, conn);
	if (c != NULL)
		bfd_client_gone(c, clean);
}

/*
 * A client that hung answers again, by some request: what its sessions are now
 * follows the answer.
 */
static void
tell_all(struct bfd_client *c, void *arg)
{
	struct listing *l = listing_new(arg, c);

	if (l != NULL)
		ctl_client_conn_stream(c->conn, &levels, l);
}

static bool
do_restart(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	(void)params;
	(void)result;
	return bfd_restart_ask(((struct bfd_ctl *)arg)->restart, conn, error);
}

static const struct ctl_method methods[] = {
	{ "session.request",	CTL_CHANGES,	session_request },
	{ "session.release",	CTL_CHANGES,	session_release },
	{ "session.admin-down",	CTL_CHANGES,	session_admin_down },
	{ "session.admin-up",	CTL_CHANGES,	session_admin_up },
	{ "passive.request",	CTL_CHANGES,	passive_request },
	{ "passive.refuse",	CTL_CHANGES,	passive_refuse },
	{ "passive.release",	CTL_CHANGES,	passive_release },
	{ "fate",		CTL_CHANGES,	fate },
	{ "pong",		CTL_CHANGES,	pong },
	{ "show",		0,		show },
	{ "stats",		0,		do_stats },
	{ "restart",		CTL_CHANGES,	do_restart },
	{ NULL,			0,		NULL },
};

static const char *const topics[] = { TOPIC, NULL };

int
bfd_ctl_open(struct loop *loop, const struct ctl_listener *listener,
    const struct rtsched *sched, struct bfd_ctl **out)
{
	struct bfd_ctl *ctl = calloc(1, sizeof(*ctl));
	struct ctl_server_config config = {
		.listener = listener,
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
	    ctl_server_open(loop, &config, (gid_t)-1, &ctl->server);
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

void
bfd_ctl_set_restart(struct bfd_ctl *ctl, struct bfd_restart *restart)
{
	ctl->restart = restart;
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

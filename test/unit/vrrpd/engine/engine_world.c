/*
 * engine_world.c - see engine_world.h.
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

#include "shared/log.h"
#include "shared/nl_batch.h"
#include "test/unit/vrrpd/engine/engine_world.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_reading.h"
#include "vrrpd/engine/vrrp_sessions.h"
#include "vrrpd/linux/vrrp_filter.h"
#include "vrrpd/linux/vrrp_io.h"
#include "vrrpd/linux/vrrp_neigh.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/linux/vrrp_vmac.h"
#include "vrrpd/pure/vrrp_traffic.h"
#include "vrrpd/pure/vrrp_parcel.h"

struct engine_world ew;

static struct nl_handlers nl_handlers;
static void *nl_arg;
static loop_stall_cb stall_cb;
static void *stall_arg;
static struct vrrp_bfd_handlers bfd_handlers;
static void *bfd_arg;
static char collecting[sizeof(ew.wishes)];
static struct {
	vrrp_channel_cb	cb;
	void		*arg;
} handlers[VRRP_MSG_COUNT];
static vrrp_channel_refused_cb refused_cb;
static void *refused_arg;
static struct ctl_server_config server;
static const struct ctl_stream *streaming;
static void *stream_cursor;

static void __attribute__((format(printf, 3, 4)))
add(char *text, size_t size, const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	if (len > 0 && len < size - 1)
		text[len++] = ' ';
	(void)vsnprintf(text + len, size - len, fmt, ap);
	va_end(ap);
}

/* --- the loop --- */

/* A call deferred by a deferred call comes in the next turn, at once. */
static void
turn(void)
{
	unsigned i;

	for (i = 0; i < 4; i++)
		world_run(0);
}

void
loop_watch_stalls(struct loop *loop, int64_t cadence_ns, int64_t threshold_ns,
    loop_stall_cb cb, void *arg)
{
	(void)loop;
	ew.cadence_ns = cadence_ns;
	ew.threshold_ns = threshold_ns;
	stall_cb = cb;
	stall_arg = arg;
}

void
engine_stall(int64_t ns)
{
	mono_t since = world.now;

	world.now = mono_add(since, ns);
	stall_cb(since, world.now, stall_arg);
	turn();
}

const struct loop_absence *
loop_absence(const struct loop *loop)
{
	static const struct loop_absence none;

	(void)loop;
	return &none;
}

/* --- neighbours: none are told of --- */

int
vrrp_neigh_open(struct loop *loop, struct vrrp_neigh **out)
{
	(void)loop;
	*out = NULL;
	return 0;
}

void
vrrp_neigh_close(struct vrrp_neigh *n)
{
	(void)n;
}

void
vrrp_neigh_begin(struct vrrp_neigh *n)
{
	(void)n;
}

int
vrrp_neigh_add(struct vrrp_neigh *n, int ifindex, const struct addr *addr)
{
	(void)n;
	(void)ifindex;
	(void)addr;
	return 0;
}

void
vrrp_neigh_commit(struct vrrp_neigh *n)
{
	(void)n;
}

/* --- netlink --- */

int
nl_open(struct loop *loop, const struct nl_handlers *h, void *arg,
    struct nl **out)
{
	(void)loop;
	if (ew.nl_open_error != 0)
		return ew.nl_open_error;
	nl_handlers = *h;
	nl_arg = arg;
	*out = (struct nl *)&ew;
	return 0;
}

void
nl_free(struct nl *nl)
{
	(void)nl;
}

int
nl_read_all(struct nl *nl)
{
	const struct nl_addr *a = NULL;
	unsigned i;

	(void)nl;
	if (ew.nl_read_error != 0)
		return ew.nl_read_error;
	nl_handlers.link(&world.tracked, false, nl_arg);
	for (i = 0; i < (unsigned)ew.extra_links; i++)
		nl_handlers.link(&ew.links[i], false, nl_arg);
	while ((a = vrrp_addrs_next(&world.addrs, WORLD_IFINDEX, a)) != NULL)
		nl_handlers.addr(a, false, nl_arg);
	return 0;
}

int
nl_flush(struct nl *nl, int timeout_ms)
{
	(void)nl;
	(void)timeout_ms;
	return 0;
}

struct nl_link
engine_eth(int ifindex, const char *name)
{
	struct nl_link link = {
		.ifindex = ifindex,
		.mac = { 0x02, 0, 0, 0, 0, (uint8_t)ifindex },
		.has_mac = true,
		.admin_up = true,
		.running = true,
		.mtu = 1500,
	};

	(void)snprintf(link.name, sizeof(link.name), "%s", name);
	return link;
}

void
engine_link(const struct nl_link *link, bool gone)
{
	nl_handlers.link(link, gone, nl_arg);
	turn();
}

void
engine_addr(int ifindex, const char *prefix, bool secondary, bool gone)
{
	struct nl_addr a = { .ifindex = ifindex, .secondary = secondary };

	assert_int_equal(addr_prefix_parse(prefix, &a.prefix), 0);
	nl_handlers.addr(&a, gone, nl_arg);
	turn();
}

void
engine_resync(void)
{
	nl_handlers.resync(nl_arg);
}

void
engine_synced(void)
{
	nl_handlers.synced(nl_arg);
	turn();
}

/* --- sockets, filter, devices --- */

int
vrrp_io_tx_open(struct vrrp_io_tx **out)
{
	*out = (struct vrrp_io_tx *)&ew;
	return ew.tx_error;
}

void
vrrp_io_tx_close(struct vrrp_io_tx *tx)
{
	(void)tx;
}

struct vrrp_filter *
vrrp_filter_new(void)
{
	return (struct vrrp_filter *)&ew;
}

void
vrrp_filter_free(struct vrrp_filter *f)
{
	(void)f;
}

int
nl_addr_flush(struct nl *nl, int ifindex)
{
	(void)nl;
	ew.flushed = ifindex;
	return 0;
}

/* A device of a vrrpd that is dead, by its name. */
bool
vrrp_vmac_is_orphan(const struct nl_link *link)
{
	return strncmp(link->name, "vr4-", 4) == 0;
}

void
engine_advert(const char *source, uint8_t vrid, uint8_t priority)
{
	struct vrrp_advert_spec spec = { .version = 3, .vrid = vrid };
	struct vrrp_iface *was = world.iface;
	unsigned i;

	for (i = 0; i < ew.r->iface_count; i++)
		if (strcmp(ew.r->ifaces[i]->name, "eth0") == 0)
			world.iface = ew.r->ifaces[i];
	assert_ptr_not_equal(world.iface, was);
	world_advert_as(&spec, source, priority, 100);
	world.iface = was;
	turn();
}

/* --- bfdd --- */

struct vrrp_bfd *
vrrp_bfd_new(struct loop *loop, const char *path,
    const struct vrrp_bfd_handlers *h, void *arg)
{
	(void)loop;
	if (ew.no_bfd)
		return NULL;
	(void)snprintf(ew.bfd_path, sizeof(ew.bfd_path), "%s", path);
	bfd_handlers = *h;
	bfd_arg = arg;
	return (struct vrrp_bfd *)&ew;
}

void
vrrp_bfd_free(struct vrrp_bfd *b, bool clean)
{
	ew.goodbye = b != NULL && clean;
}

bool
vrrp_bfd_is_up(const struct vrrp_bfd *b)
{
	return b != NULL && ew.bfd_up;
}

void
vrrp_bfd_begin(struct vrrp_bfd *b)
{
	ew.refuses[0] = '\0';
	assert_ptr_equal(b, &ew);
	collecting[0] = '\0';
}

int
vrrp_bfd_wish(struct vrrp_bfd *b, const char *interface,
    const struct vrrp_bfd_params *p, const struct addr *local)
{
	char peer[ADDR_STRLEN], ours[ADDR_STRLEN] = "any";

	assert_ptr_equal(b, &ew);
	if (local != NULL && addr_is_set(local))
		(void)addr_format(local, ours, sizeof(ours));
	add(collecting, sizeof(collecting), "%s:%s>%s", interface, ours,
	    addr_format(&p->peer, peer, sizeof(peer)));
	return 0;
}

int
vrrp_bfd_offer(struct vrrp_bfd *b, const char *interface,
    const struct vrrp_bfd_params *p, const struct addr *local)
{
	char ours[ADDR_STRLEN];

	(void)p;
	assert_ptr_equal(b, &ew);
	add(collecting, sizeof(collecting), "offer:%s:%s", interface,
	    addr_format(local, ours, sizeof(ours)));
	return 0;
}

bool
vrrp_bfd_may_refuse(const struct vrrp_bfd *b, const char *interface,
    uint8_t family)
{
	(void)interface;
	(void)family;
	assert_ptr_equal(b, &ew);
	return strstr(collecting, "offer:") != NULL;
}

void
vrrp_bfd_refuse(struct vrrp_bfd *b, const char *interface,
    const struct addr *source)
{
	char text[ADDR_STRLEN];
	size_t n = strlen(ew.refuses);

	assert_ptr_equal(b, &ew);
	(void)snprintf(ew.refuses + n, sizeof(ew.refuses) - n, "%s%s:%s",
	    n == 0 ? "" : " ", interface, addr_format(source, text,
	    sizeof(text)));
}

void
vrrp_bfd_commit(struct vrrp_bfd *b)
{
	assert_ptr_equal(b, &ew);
	memcpy(ew.wishes, collecting, sizeof(ew.wishes));
	ew.commits++;
}

void
vrrp_bfd_set_in_charge(struct vrrp_bfd *b, const char *const *interfaces,
    unsigned count)
{
	unsigned i;

	assert_ptr_equal(b, &ew);
	ew.in_charge[0] = '\0';
	for (i = 0; i < count; i++)
		add(ew.in_charge, sizeof(ew.in_charge), "%s", interfaces[i]);
}

void
vrrp_bfd_set_grace(struct vrrp_bfd *b, int64_t grace_ns)
{
	assert_ptr_equal(b, &ew);
	ew.grace_ns = grace_ns;
}

const struct vrrp_bfd_session *
vrrp_bfd_session(const struct vrrp_bfd *b, unsigned i)
{
	return b != NULL && i < ew.session_count ? &ew.sessions[i] : NULL;
}

const struct vrrp_bfd_session *
vrrp_bfd_find(const struct vrrp_bfd *b, const char *interface,
    const struct addr *peer)
{
	unsigned i;

	for (i = 0; b != NULL && i < ew.session_count; i++)
		if (strcmp(ew.sessions[i].interface, interface) == 0 &&
		    addr_equal(&ew.sessions[i].peer, peer))
			return &ew.sessions[i];
	return NULL;
}

struct vrrp_bfd_session *
engine_session(const char *interface, const char *peer,
    enum vrrp_bfd_state state, enum vrrp_bfd_reason reason)
{
	struct vrrp_bfd_session *s;
	struct addr a;
	bool came_up;

	assert_int_equal(addr_parse(peer, &a), 0);
	s = (struct vrrp_bfd_session *)(uintptr_t)vrrp_bfd_find(
	    (struct vrrp_bfd *)&ew, interface, &a);
	if (s == NULL) {
		assert_true(ew.session_count < ENGINE_SESSIONS_MAX);
		s = &ew.sessions[ew.session_count++];
		(void)snprintf(s->interface, sizeof(s->interface), "%s",
		    interface);
		s->peer = a;
		s->level.detection_time_ns = 30 * NS_PER_MS;
		s->level.rx_interval_ns = s->level.tx_interval_ns =
		    10 * NS_PER_MS;
		s->level.tx_multiplier = 3;
		s->level.last_rx = MONO_NEVER;
	}
	came_up = state == VRRP_BFD_UP && s->level.state != VRRP_BFD_UP;
	s->level.state = state;
	s->level.reason = reason;
	s->level.decided = world.now;
	if (state == VRRP_BFD_DOWN)
		s->level.last_rx = mono_add(world.now, -30 * NS_PER_MS);
	if (bfd_handlers.level != NULL)
		bfd_handlers.level(s, world.now, came_up, bfd_arg);
	turn();
	return s;
}

void
engine_bfdd(bool up)
{
	ew.bfd_up = up;
	bfd_handlers.reachable(up, bfd_arg);
	turn();
}

/* --- the channel --- */

void
vrrp_channel_handle(struct vrrp_channel *c, enum vrrp_message type,
    vrrp_channel_cb cb, void *arg)
{
	(void)c;
	handlers[type].cb = cb;
	handlers[type].arg = arg;
}

bool
vrrp_channel_flush(struct vrrp_channel *c)
{
	(void)c;
	return !ew.stuck;
}

void
vrrp_channel_on_refused(struct vrrp_channel *c, vrrp_channel_refused_cb cb,
    void *arg)
{
	(void)c;
	refused_cb = cb;
	refused_arg = arg;
}

void
engine_refuses(const struct vrrp_refused *r)
{
	assert_non_null(refused_cb);
	refused_cb(r, refused_arg);
}

void
engine_message(enum vrrp_message type, const void *body, size_t len)
{
	assert_non_null(handlers[type].cb);
	assert_int_equal(vrrp_traffic_judge(VRRP_WAY_ENGINE_DOWN,
	    VRRP_PHASE_READY, type, len), VRRP_REFUSAL_NONE);
	(void)handlers[type].cb(body, len, handlers[type].arg);
	turn();
}

void
engine_values(unsigned number, const char *text)
{
	static uint8_t body[VRRP_PARCEL_HEADER + VRRP_PARCEL_PIECE];
	struct vrrp_reading *r = calloc(1, sizeof(*r));
	uint8_t *bytes = NULL;
	size_t len, at, n;

	assert_non_null(r);
	r->good = vrrp_conf_parse_text(text, "vrrpd.conf", 0, &r->config,
	    &r->errors, &r->warnings) == 0;
	len = vrrp_reading_encode(r, &bytes);
	assert_true(len > 0);
	vrrp_reading_free(r);
	for (at = 0; at < len; at += n - VRRP_PARCEL_HEADER) {
		n = vrrp_piece_encode(number, bytes, len, at, body);
		engine_message(VRRP_MSG_VALUES, body, n);
	}
	free(bytes);
	/* Decoding and comparing are turns of their own. */
	world_run(5 * NS_PER_MS);
	turn();
}

void
engine_reads(const char *text)
{
	world_run(0);
	engine_values(world.asked_to_read, text);
}

/* --- clients of the control socket --- */

int
ctl_server_open(struct loop *loop, const struct ctl_server_config *config,
    gid_t gid, struct ctl_server **out)
{
	(void)loop;
	(void)gid;
	if (ew.no_listener)
		return -EADDRINUSE;
	server = *config;
	ew.serving = true;
	*out = (struct ctl_server *)&ew;
	return 0;
}

void
ctl_server_close(struct ctl_server *s)
{
	(void)s;
	memset(&server, 0, sizeof(server));
	ew.serving = false;
}

bool
ctl_fail(struct ctl_error *error, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error->code = code;
	(void)vsnprintf(error->message, sizeof(error->message), fmt, ap);
	va_end(ap);
	return false;
}

void
ctl_client_conn_defer(struct ctl_client_conn *c)
{
	(void)c;
	assert_false(ew.deferred);
	ew.deferred = true;
}

void
ctl_client_conn_answer(struct ctl_client_conn *c, json_t *result)
{
	(void)c;
	assert_true(ew.deferred);
	assert_null(ew.answer);
	ew.deferred = false;
	ew.answer = result;
}

void
ctl_client_conn_refuse(struct ctl_client_conn *c,
    const struct ctl_error *error)
{
	(void)c;
	assert_true(ew.deferred);
	ew.deferred = false;
	ew.error = *error;
}

void
engine_client_goes(void)
{
	ew.deferred = false;
	server.gone(NULL, false, server.arg);
}

bool
ctl_client_conn_may_log(struct ctl_client_conn *c, uint64_t *left_out)
{
	(void)c;
	*left_out = 0;
	return true;
}

const char *
ctl_client_conn_name(const struct ctl_client_conn *c)
{
	(void)c;
	return "pid 12";
}

/* Begun by the handler that runs; stream() and tell_levels() carry it out. */
void
ctl_client_conn_stream(struct ctl_client_conn *c,
    const struct ctl_stream *stream, void *cursor)
{
	(void)c;
	assert_null(streaming);
	streaming = stream;
	stream_cursor = cursor;
}

static void
end_stream(void)
{
	if (streaming != NULL && streaming->end != NULL)
		streaming->end(stream_cursor);
	streaming = NULL;
}

/* A step ends with the text of what it made, and the next one begins. */
static void
step_ends(const json_t *made)
{
	free(json_dumps(made, JSON_COMPACT));
	best_step_ends(&ew.best);
}

/* The server does this over many turns of the loop. */
static void
stream(json_t *result)
{
	const char *const *member = streaming->members;
	json_t *list, *part;
	unsigned i;

	step_ends(result);

	for (i = 0; member[i] != NULL; i++) {
		list = json_array();
		assert_null(json_object_get(result, member[i]));
		while ((part = streaming->next(stream_cursor, i)) != NULL) {
			step_ends(part);
			(void)json_array_append_new(list, part);
			if (ew.parts++ == 0 && ew.between != NULL)
				ew.between();
		}
		(void)json_object_set_new(result, member[i], list);
	}
	assert_null(streaming->next(stream_cursor, i));	/* no tail */
	end_stream();
}

void
ctl_client_conn_answer_parts(struct ctl_client_conn *c, json_t *result,
    const struct ctl_stream *s, void *cursor)
{
	ctl_client_conn_stream(c, s, cursor);
	stream(result);
	ctl_client_conn_answer(c, result);
}

static void
tell(const char *topic, const char *key, json_t *level)
{
	add(ew.told, sizeof(ew.told), "%s:%s", topic, key == NULL ? "" : key);
	json_decref(ew.last_told);
	ew.last_told = level;
}

/* The levels of a snapshot, each under the key that it is published with. */
static void
tell_levels(const char *topic)
{
	const char *name;
	char key[128];
	json_t *level;

	if (streaming == NULL)
		return;
	assert_null(streaming->members);
	assert_string_equal(streaming->topic, topic);
	while ((level = streaming->next(stream_cursor, 0)) != NULL) {
		name = json_string_value(json_object_get(level, "name"));
		(void)snprintf(key, sizeof(key), "%s %s", json_string_value(
		    json_object_get(level, "interface")), json_string_value(
		    json_object_get(level, "peer")) != NULL ?
		    json_string_value(json_object_get(level, "peer")) : "");
		tell(topic, name != NULL ? name : key, level);
	}
	end_stream();
}

bool
ctl_server_has_subscribers(const struct ctl_server *s, const char *topic)
{
	(void)s;
	return ew.subscribed != NULL && strcmp(ew.subscribed, topic) == 0;
}

void
ctl_server_publish(struct ctl_server *s, const char *topic, const char *key,
    json_t *level)
{
	assert_ptr_equal(s, &ew);
	tell(topic, key, level);
}

json_t *
engine_ask(const char *method, const char *params)
{
	const struct ctl_method *m = server.methods;
	json_t *p = json_loads(params, 0, NULL), *result = NULL;
	bool good;

	assert_non_null(p);
	memset(&ew.error, 0, sizeof(ew.error));
	assert_false(ew.deferred);
	json_decref(ew.answer);
	ew.answer = NULL;
	for (; m->name != NULL; m++) {
		if (strcmp(m->name, method) != 0)
			continue;
		ew.parts = 0;
		best_again(&ew.best);
		good = m->handler(NULL, p, &result, &ew.error, server.arg);
		assert_true(good == (ew.error.code == 0));
		assert_true((good && !ew.deferred) == (result != NULL));
		json_decref(p);
		if (streaming != NULL && good)
			stream(result);
		end_stream();
		turn();
		return result;
	}
	fail_msg("there is no method %s", method);
	return NULL;
}

void
engine_ask_and_go(const char *method, const char *params)
{
	const struct ctl_method *m = server.methods;
	json_t *p = json_loads(params, 0, NULL), *result = NULL;

	while (strcmp(m->name, method) != 0)
		m++;
	assert_true(m->handler(NULL, p, &result, &ew.error, server.arg));
	json_decref(p);
	json_decref(result);
	assert_non_null(streaming);
	json_decref(streaming->next(stream_cursor, 0));
	end_stream();
}

void
engine_refused(const char *method, const char *params, int code,
    const char *message)
{
	assert_null(engine_ask(method, params));
	assert_string_equal(ew.error.message, message);
	assert_int_equal(ew.error.code, code);
}

void
engine_subscribe(const char *topic)
{
	ew.told[0] = '\0';
	ew.subscribed = topic;
	server.snapshot(NULL, topic, server.arg);
	tell_levels(topic);
}

/* --- the scene --- */

void
engine_world_open(void)
{
	memset(&ew, 0, sizeof(ew));
	memset(handlers, 0, sizeof(handlers));
	memset(&bfd_handlers, 0, sizeof(bfd_handlers));
	world_open();
	world.named = world.acks = true;
	world.tracked = engine_eth(WORLD_IFINDEX, "eth0");
	ew.bfd_up = true;
}

void
engine_world_close(void)
{
	json_decref(ew.last_told);
	ew.last_told = NULL;
	json_decref(ew.answer);
	ew.answer = NULL;
	world_close();
}

struct vrrp_config
engine_config(const char *text)
{
	static struct conf_errors errors;
	struct vrrp_config config;
	char line[640];

	memset(&errors, 0, sizeof(errors));
	if (vrrp_conf_parse_text(text, "vrrpd.conf", 0, &config, &errors,
	    NULL) < 0)
		fail_msg("%s", conf_error_format(&errors.list[0], line,
		    sizeof(line)));
	return config;
}

void
engine_open(void)
{
	engine_world_open();
	assert_int_equal(vrrp_router_open(NULL, &ew.r), 0);
}

void
engine_apply(const char *text)
{
	struct vrrp_config config = engine_config(text);

	assert_int_equal(vrrp_router_apply(ew.r, &config, &ew.done), 0);
	vrrp_config_free(&config);
	turn();
}

void
engine_start(void)
{
	assert_int_equal(vrrp_sessions_connect(ew.r, "/run/bfdd.sock"), 0);
	vrrp_router_start(ew.r);
	turn();
}

void
engine_close(void)
{
	vrrp_router_close(ew.r);
	ew.r = NULL;
	engine_world_close();
}

struct vrrp_instance *
engine_find(const char *name)
{
	struct vrrp_instance *v = vrrp_router_find(ew.r, name);

	if (v == NULL)
		fail_msg("there is no instance %s", name);
	return v;
}

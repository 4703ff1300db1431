/*
 * vrrpd_world.c - see vrrpd_world.h.
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

#include "shared/devconf.h"
#include "shared/pure/csum.h"
#include "shared/loop.h"
#include "shared/nl_batch.h"
#include "test/unit/vrrpd/vrrpd_world.h"
#include "vrrpd/config/vrrp_diff.h"
#include "vrrpd/engine/vrrp_receive.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/linux/vrrp_stranger.h"
#include "vrrpd/linux/vrrp_strict.h"
#include "vrrpd/linux/vrrp_filter.h"
#include "vrrpd/linux/vrrp_io.h"
#include "vrrpd/linux/vrrp_manners.h"
#include "vrrpd/linux/vrrp_neigh.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/linux/vrrp_vmac.h"
#include "vrrpd/pure/vrrp_handoff.h"
#include "vrrpd/pure/vrrp_joining.h"
#include "vrrpd/pure/vrrp_notice.h"
#include "vrrpd/pure/vrrp_removal.h"
#include "vrrpd/pure/vrrp_renewal.h"
#include "vrrpd/pure/vrrp_steering.h"
#include "vrrpd/pure/vrrp_will.h"
#include "vrrpd/pure/vrrp_wire.h"

struct world world;

static void __attribute__((format(printf, 1, 2)))
did(const char *fmt, ...)
{
	size_t len = strlen(world.did);
	va_list ap;

	va_start(ap, fmt);
	if (len > 0 && len < sizeof(world.did) - 1)
		world.did[len++] = ' ';
	(void)vsnprintf(world.did + len, sizeof(world.did) - len, fmt, ap);
	va_end(ap);
}

/* --- the loop --- */

#define TIMERS_MAX	16384
#define DEFERRED_MAX	4096

struct loop_timer {
	mono_t		at;
	loop_timer_cb	cb;
	void		*arg;
};
static struct loop_timer *timers[TIMERS_MAX];
static struct { loop_defer_cb cb; void *arg; } deferred[DEFERRED_MAX];
static unsigned deferred_count;

mono_t
loop_clock(void)
{
	return world.now;
}

/* The handler of absences is the test's: world.on_judge. */
mono_t
loop_judge(struct loop *loop)
{
	void (*cb)(void) = world.on_judge;

	(void)loop;
	world.unjudged = false;
	world.on_judge = NULL;
	if (cb != NULL)
		cb();
	return world.now;
}

bool
loop_is_unjudged(const struct loop *loop)
{
	(void)loop;
	return world.unjudged;
}

mono_t
loop_now(const struct loop *loop)
{
	(void)loop;
	return world.now;
}

mono_t
loop_budget_end(const struct loop *loop)
{
	mono_t now = world.now;

	(void)loop;
	if (world.busy)
		return now;
	if (world.spent == 0)
		return mono_add(now, LOOP_BUDGET_NS);
	world.spent--;
	world.now = mono_add(now, 2 * LOOP_BUDGET_NS);
	return mono_add(now, -1);
}

int64_t
loop_realtime_ns(void)
{
	return world.clock_unset ? 0 :
	    world.now.ns + INT64_C(1000000000000000000);
}

struct loop_timer *
loop_timer_new_as(struct loop *loop, const char *file, const char *name,
    loop_timer_cb cb, void *arg)
{
	struct loop_timer *t = calloc(1, sizeof(*t));
	int i;

	(void)loop;
	(void)file;
	(void)name;
	assert_non_null(t);
	t->at = MONO_NEVER;
	t->cb = cb;
	t->arg = arg;
	for (i = 0; timers[i] != NULL; i++)
		assert_true(i + 1 < TIMERS_MAX);
	timers[i] = t;
	return t;
}

void
loop_timer_set(struct loop_timer *t, mono_t at)
{
	t->at = at;
}

void
loop_timer_free(struct loop_timer *t)
{
	int i;

	if (t == NULL)
		return;
	for (i = 0; i < TIMERS_MAX; i++)
		if (timers[i] == t)
			timers[i] = NULL;
	free(t);
}

int
loop_defer_as(struct loop *loop, const char *file, const char *name,
    loop_defer_cb cb, void *arg)
{
	unsigned i;

	(void)loop;
	(void)file;
	(void)name;
	for (i = 0; i < deferred_count; i++)
		if (deferred[i].cb == cb && deferred[i].arg == arg)
			return 0;
	assert_true(deferred_count < DEFERRED_MAX);
	deferred[deferred_count].cb = cb;
	deferred[deferred_count++].arg = arg;
	return 0;
}

void
loop_defer_cancel(struct loop *loop, loop_defer_cb cb, void *arg)
{
	unsigned i;

	(void)loop;
	for (i = 0; i < deferred_count; i++)
		if (deferred[i].cb == cb && deferred[i].arg == arg)
			deferred[i].cb = NULL;
}

/* --- the kernel's answers --- */

#define ACKS_MAX	64

static struct { nl_batch_done done; void *arg; } acks[ACKS_MAX];
static unsigned ack_count;

static void
await(nl_batch_done done, void *arg)
{
	world.done = done;
	world.done_arg = arg;
	if (!world.acks || done == NULL)
		return;
	assert_true(ack_count < ACKS_MAX);
	acks[ack_count].done = done;
	acks[ack_count++].arg = arg;
}

static void
answer(void)
{
	nl_batch_done done;
	unsigned i;

	for (i = 0; i < ack_count; i++) {
		done = acks[i].done;
		acks[i].done = NULL;
		if (done != NULL)
			done(0, 0, acks[i].arg);
	}
	ack_count = 0;
}

void
world_deferred(void)
{
	unsigned i, n;

	answer();
	n = deferred_count;
	for (i = 0; i < n; i++) {
		loop_defer_cb cb = deferred[i].cb;

		/* A call deferred from here comes after the next batch. */
		deferred[i].cb = NULL;
		if (cb == NULL)
			continue;
		(void)loop_judge(world.loop);
		cb(deferred[i].arg);
	}
	deferred_count -= n;
	memmove(deferred, deferred + n, deferred_count * sizeof(deferred[0]));
}

void
world_run_until(mono_t at)
{
	struct loop_timer *first;
	mono_t due;
	int i;

	for (;;) {
		first = NULL;
		for (i = 0; i < TIMERS_MAX; i++)
			if (timers[i] != NULL && (first == NULL ||
			    mono_before(timers[i]->at, first->at)))
				first = timers[i];
		if (first == NULL || mono_before(at, first->at))
			break;
		due = first->at;
		first->at = MONO_NEVER;
		world.now = mono_max(world.now, due);
		first->cb(due, first->arg);
		world_deferred();
	}
	world.now = mono_max(world.now, at);
	world_deferred();
}

void
world_run(int64_t ns)
{
	world_run_until(mono_add(world.now, ns));
}

/* --- the monitor --- */

struct vrrp_patience world_patience;

static void
did_remove(const uint8_t *body, size_t len)
{
	static struct vrrp_removal list[VRRP_REMOVALS_MESSAGE];
	unsigned i, n;

	assert_true(vrrp_removal_decode(body, len, list, &n));
	for (i = 0; i < n; i++)
		did("remove:%s", list[i].name);
}

static void
did_message(enum vrrp_message type, const uint8_t *body, size_t len)
{
	struct vrrp_joining joining;
	static struct vrrp_handoff h;
	struct vrrp_reloaded reloaded;
	struct vrrp_notice n;

	switch (type) {
	case VRRP_MSG_BEAT:
		assert_int_equal(len, 0);
		did("beat");
		return;
	case VRRP_MSG_PHASE:
		assert_int_equal(len, 1);
		did("phase:%u", body[0]);
		return;
	case VRRP_MSG_PATIENCE:
		/* With each beat that finds another; tests look at the last. */
		assert_true(vrrp_patience_decode(body, len, &world_patience));
		return;
	case VRRP_MSG_TRY:
		assert_int_equal(len, 0);
		did("try");
		return;
	case VRRP_MSG_REPLACE:
		assert_int_equal(len, 0);
		did("replace");
		return;
	case VRRP_MSG_RELOADED:
		assert_true(vrrp_reloaded_decode(body, len, &reloaded));
		did("reloaded:%u", reloaded.needs);
		world.reloaded = reloaded;
		return;
	case VRRP_MSG_READ:
		assert_int_equal(len, 4);
		world.asked_to_read = (unsigned)body[2] << 8 | body[3];
		did("read");
		return;
	case VRRP_MSG_CONFIRM:
		did("confirm");
		return;
	case VRRP_MSG_NOTICE:
		assert_int_equal(vrrp_notice_decode(body, len, &n), 0);
		did("notice:%s:%s", n.name, vrrp_notice_state_word(n.state,
		    VRRP_NOTIFY_ACTIVE));
		return;
	case VRRP_MSG_REMOVE:
		did_remove(body, len);
		return;
	case VRRP_MSG_MAKE:
		assert_true(vrrp_device_wish_decode(body, len, &world.wish));
		did("make:%s:%u%s", world.wish.parent_name, world.wish.vrid,
		    world.wish.in_use ? ":in-use" : "");
		return;
	case VRRP_MSG_JOIN:
		assert_true(vrrp_joining_decode(body, len, &joining));
		did("join:%d:%u", joining.family == AF_INET6 ? 6 : 4,
		    joining.number);
		return;
	case VRRP_MSG_LEASE:
		assert_true(vrrp_lease_errand_decode(body, len, &world.lease));
		world.leases++;
		return;
	case VRRP_MSG_STEER:
		assert_true(len >= VRRP_STEERING_MIN);
		did("steer:%u", ((const uint8_t *)body)[3]);
		return;
	case VRRP_MSG_RENEW:
		assert_true(len >= VRRP_RENEWAL_MIN);
		did("renew");
		return;
	case VRRP_MSG_RESTART:
		assert_true(vrrp_handoff_decode(body, len, &h));
		did("restart:%u", h.count);
		return;
	case VRRP_MSG_ORDER:
		did("order:%.*s", (int)len, (const char *)body);
		return;
	default:
		did("message:%d", (int)type);
	}
}

int
vrrp_channel_send(struct vrrp_channel *channel, enum vrrp_message type,
    const void *body, size_t len)
{
	struct vrrp_will will;

	if (channel == NULL && type == VRRP_MSG_REMOVE)
		return -EPIPE;
	if (world.channel_full) {
		did("full");
		return -ENOBUFS;
	}
	switch (type) {
	case VRRP_MSG_WILL:
		assert_true(vrrp_will_decode(body, len, &will));
		did("will:%s:%u", will.name, will.frame_count);
		break;
	case VRRP_MSG_WILL_REVOKE:
		did("revoke:%.*s", (int)len, (const char *)body);
		break;
	default:
		did_message(type, body, len);
	}
	return 0;
}

int
vrrp_channel_send_with(struct vrrp_channel *channel, enum vrrp_message type,
    const void *body, size_t len, const int *fds)
{
	assert_int_equal(fds[0], 40);
	assert_true(fds[1] == 41 || fds[1] == 42);
	return vrrp_channel_send(channel, type, body, len);
}

/* --- netlink --- */

int
nl_link_get(struct nl *nl, const char *name, struct nl_link *out)
{
	(void)nl;
	if (strcmp(name, world.tracked.name) != 0)
		return -ENODEV;
	*out = world.tracked;
	return 0;
}

int
nl_link_known(struct nl *nl, const char *name, struct nl_link *out)
{
	return nl_link_get(nl, name, out);
}

int
nl_default_gateway(struct nl *nl, uint8_t family, int ifindex, struct addr *out)
{
	(void)nl;
	(void)family;
	(void)ifindex;
	(void)out;
	return -ENOENT;
}

struct vrrp_strict *
vrrp_strict_new(void)
{
	return NULL;
}

void
vrrp_strict_free(struct vrrp_strict *st)
{
	(void)st;
}

void
vrrp_strict_look(struct vrrp_strict *st)
{
	(void)st;
}

bool
vrrp_strict_is(const struct vrrp_strict *st, uint8_t family)
{
	(void)st;
	(void)family;
	return world.strict;
}

const struct nl_link *
nl_link_at(struct nl *nl, int ifindex)
{
	(void)nl;
	return ifindex == world.tracked.ifindex ? &world.tracked : NULL;
}

const struct nl_link *
nl_link_next_known(const struct nl *nl, const struct nl_link *after)
{
	(void)nl;
	return after == NULL && world.stranger.ifindex != 0 ? &world.stranger :
	    NULL;
}

bool
vrrp_stranger_find(struct vrrp_stranger *s)
{
	*s = (struct vrrp_stranger){ .pid = 4711, .program = "keepalived" };
	return world.stranger_alive;
}

const struct nl_link *
vrrp_stranger_device(const struct nl *nl, const struct vrrp_params *params,
    const struct nl_link *below)
{
	const struct nl_link *link = nl_link_next_known(nl, NULL);

	(void)params;
	(void)below;
	return link != NULL && strncmp(link->name, "eth", 3) == 0 ? NULL :
	    link;
}

bool
vrrp_stranger_may_have(const struct nl_link *link,
    const struct nl_link *interface)
{
	return link->ifindex != interface->ifindex &&
	    strncmp(link->name, "vr", 2) != 0;
}

bool
vrrp_stranger_is_asked(const struct nl_link *link)
{
	return !link->no_arp;
}

bool
vrrp_stranger_put(const struct nl_addr *a)
{
	return a->protocol == 18;
}

bool
vrrp_stranger_makes(const char *name)
{
	return strncmp(name, "vrrp.", 5) == 0;
}

int
nl_link_del(struct nl *nl, int ifindex)
{
	(void)nl;
	assert_true(world.deleted_count < 8);
	world.deleted[world.deleted_count++] = ifindex;
	return 0;
}

int
nl_link_del_many(struct nl *nl, const int *list, unsigned count)
{
	(void)nl;
	(void)list;
	if (world.del_many_error != 0)
		return world.del_many_error;
	world.deleted_together += count;
	return 0;
}

int
nl_addr_del(struct nl *nl, int ifindex, const struct addr_prefix *prefix)
{
	char text[ADDR_PREFIX_STRLEN];

	(void)nl;
	did("del:%s@%d", addr_prefix_format(prefix, text, sizeof(text)),
	    ifindex);
	return 0;
}

int
nl_batch_refused(struct nl *nl, const void *arg)
{
	(void)nl;
	(void)arg;
	return world.refusal;
}

void
nl_batch_cancel(struct nl *nl, void *arg)
{
	unsigned i;

	(void)nl;

	if (world.done_arg == arg)
		world.done = NULL;
	if (world.refreshed_arg == arg)
		world.refreshed = NULL;
	for (i = 0; i < ack_count; i++)
		if (acks[i].arg == arg)
			acks[i].done = NULL;
}

int
devconf_get(uint8_t family, const char *dev, const char *key, int *value)
{
	if (family == AF_INET && strcmp(dev, "all") == 0) {
		*value = strcmp(key, "arp_filter") == 0 ? world.arp_filter : 0;
		return 0;
	}
	if (family == AF_INET && strcmp(key, "arp_ignore") == 0) {
		*value = strcmp(dev, "eth0") == 0 ? 0 : world.arp_ignore;
		return 0;
	}
	assert_int_equal(family, AF_INET6);
	assert_string_equal(dev, "eth0");
	assert_string_equal(key, "forwarding");
	*value = world.forwarding;
	return 0;
}

void
nl_drain(struct nl *nl)
{
	void (*cb)(void) = world.on_nl_drain;

	(void)nl;
	world.on_nl_drain = NULL;
	if (cb != NULL)
		cb();
}

void
world_ack(int error, unsigned failed_at)
{
	nl_batch_done done = world.done;

	assert_non_null(done);
	world.done = NULL;
	done(error, failed_at, world.done_arg);
	world_deferred();
}

/* --- sockets --- */

int
vrrp_io_open(struct loop *loop, int ifindex, vrrp_io_rx_cb cb, void *arg,
    struct vrrp_io **out)
{
	(void)loop;
	(void)cb;
	(void)arg;
	assert_true(ifindex == WORLD_IFINDEX || ifindex == WORLD_IFINDEX2);
	*out = (struct vrrp_io *)&world;
	return 0;
}

void
vrrp_io_close(struct vrrp_io *io)
{
	(void)io;
}

bool
vrrp_io_is_member(const struct vrrp_io *io, uint8_t family)
{
	(void)io;
	return !world.no_member[family == AF_INET6];
}

int
vrrp_io_sockets(struct vrrp_io *io, uint8_t family,
    int fds[VRRP_JOINING_SOCKETS])
{
	(void)io;
	fds[0] = 40;
	fds[1] = 41 + (family == AF_INET6);
	return 0;
}

void
vrrp_io_joined(struct vrrp_io *io, uint8_t family)
{
	(void)io;
	world.no_member[family == AF_INET6] = false;
}

int
vrrp_io_join(struct vrrp_io *io, uint8_t family)
{
	if (!vrrp_io_is_member(io, family))
		did("joined:%d", family == AF_INET6 ? 6 : 4);
	vrrp_io_joined(io, family);
	return 0;
}

uint64_t
vrrp_io_drops(struct vrrp_io *io)
{
	uint64_t drops = world.drops;

	(void)io;
	world.drops = 0;
	return drops;
}

void
vrrp_io_drain(struct vrrp_io *io)
{
	void (*cb)(void) = world.on_drain;

	(void)io;
	world.drains++;
	world.on_drain = NULL;
	if (cb != NULL)
		cb();
}

static bool
met_rules(const uint8_t *frame, size_t len)
{
	size_t n = strlen(world.words);

	assert_int_equal(len, VRRP_LEASE_WORD_BYTES);
	assert_true(frame[VRRP_LEASE_WORD_AT] < VRRP_LEASE_WORD_COUNT);
	assert_true(n < sizeof(world.words) - 1);
	world.words[n] = "PIOASER0"[frame[VRRP_LEASE_WORD_AT]];
	world.words[n + 1] = '\0';
	if (frame[VRRP_LEASE_WORD_AT] == VRRP_LEASE_RAN && world.ran_out) {
		world.ran_out = false;
		return false;
	}
	return !world.no_rules;
}

/* The priority is byte 2 of the message; version 2 is said. */
int
vrrp_io_send(struct vrrp_io_tx *tx, int ifindex, const void *frame, size_t len)
{
	size_t at = 14 + 20;

	(void)tx;
	assert_true(ifindex == WORLD_IFINDEX || ifindex == WORLD_IFINDEX2);
	/* A word to the rules of a lease, which take it out again. */
	if (((const uint8_t *)frame)[12] == 0x88)
		return met_rules(frame, len) ? -ENOBUFS : 0;
	assert_true(len >= 14 + 20 + 8 && len <= sizeof(world.frame));
	memcpy(world.frame, frame, len);
	world.frame_len = len;
	if (world.send_error != 0)
		return -world.send_error;
	if (world.frame[12] == 0x86)		/* IPv6 */
		at = 14 + 40;
	if (world.frame[13] == 0x06 || (at == 54 && world.frame[20] == 58)) {
		did("presence%s", at == 54 ? "-v6" : "");
		return 0;
	}
	if (world.named)
		did("%s:%u:%u", (world.frame[at] & 0x0f) == 2 ? "backup" :
		    "advert", world.frame[at + 1], world.frame[at + 2]);
	else if ((world.frame[at] & 0x0f) == 2)
		did("backup:%u", world.frame[at + 2]);
	else
		did("advert%s:%u", world.frame[at] >> 4 == 2 ? "-v2" : "",
		    world.frame[at + 2]);
	return 0;
}

unsigned
vrrp_io_send_many(struct vrrp_io_tx *tx, int ifindex,
    const struct iovec *frames, unsigned count, int *error)
{
	(void)tx;
	(void)ifindex;
	assert_true(frames[0].iov_len >= 42 &&
	    frames[0].iov_len <= sizeof(world.announcement));
	memcpy(world.announcement, frames[0].iov_base, frames[0].iov_len);
	*error = 0;
	world.announced += count;
	did("announce:%u", count);
	return count;
}

int
vrrp_ear_open(struct loop *loop, struct vrrp_io *io, int ifindex,
    vrrp_ear_cb cb, void *arg, struct vrrp_ear **out)
{
	(void)loop;
	(void)io;
	(void)ifindex;
	world.ear = cb;
	world.ear_arg = arg;
	*out = (struct vrrp_ear *)&world;
	return 0;
}

void
vrrp_ear_close(struct vrrp_ear *e)
{
	(void)e;
}

int
vrrp_ear_listen(struct vrrp_ear *e, const struct vrrp_ear_wish *w)
{
	(void)e;
	world.ear_macs = w->mac_count;
	world.ear_askers = w->askers;
	return 0;
}

int
vrrp_ear_ask(struct vrrp_io_tx *tx, int ifindex, const void *frame, size_t len)
{
	(void)tx;
	assert_true(ifindex == WORLD_IFINDEX || ifindex == WORLD_IFINDEX2);
	assert_true(len <= sizeof(world.asked[0].frame));
	if (world.asked_count < WORLD_ASKED_MAX) {
		memcpy(world.asked[world.asked_count].frame, frame, len);
		world.asked[world.asked_count++].len = len;
	}
	return 0;
}

int
vrrp_io_open_unicast(struct vrrp_io *io, const struct addr *source)
{
	(void)io;
	world.unicast_source = *source;
	return world.unicast_error;
}

bool
vrrp_neigh_is_lost(const struct vrrp_neigh *n, int ifindex,
    const struct addr *addr, uint8_t mac[6])
{
	static const uint8_t last[6] = { 2, 0, 0, 0, 0, 9 };

	(void)n;
	(void)ifindex;
	(void)addr;
	memcpy(mac, last, sizeof(last));
	return world.neighbour_lost;
}

int
vrrp_io_send_unicast(struct vrrp_io *io, const struct addr *peer,
    const void *message, size_t len)
{
	char text[ADDR_STRLEN];

	(void)io;
	assert_true(len >= 12);
	did("unicast%s:%u>%s", *(const uint8_t *)message >> 4 == 2 ? "-v2" :
	    "", ((const uint8_t *)message)[2],
	    addr_format(peer, text, sizeof(text)));
	return 0;
}

/* --- virtual addresses --- */

struct vrrp_vips {
	const struct vrrp_params	*p;
	uint8_t				 mac[6];
	struct vrrp_vip_address		 list[VRRP_VIPS_MAX];
	unsigned			 count;		/* prepared */
	char				 changes[1024];
	bool				 adopted;
};

static void
did_of(const struct vrrp_vips *v, const char *what)
{
	if (world.named)
		did("%s:%s", what, v->p->name);
	else
		did("%s", what);
}

int
vrrp_vip_open(struct nl *nl, const struct vrrp_params *p,
    const struct nl_link *parent, struct vrrp_vips **out,
    char reason[VRRP_VIP_REASON_MAX])
{
	struct vrrp_vips *v;

	(void)nl;
	if (p->virtual_mac && world.no_device != 0) {
		(void)snprintf(reason, VRRP_VIP_REASON_MAX, "no such device; "
		    "write virtual_mac = no");
		return world.no_device;
	}
	if (world.vip_open_error != 0) {
		(void)snprintf(reason, VRRP_VIP_REASON_MAX, "no device");
		return world.vip_open_error;
	}
	v = calloc(1, sizeof(*v));
	assert_non_null(v);
	v->p = p;
	memcpy(v->mac, parent->mac, 6);
	if (p->virtual_mac)
		vrrp_params_virtual_mac(p->family, p->vrid, v->mac);
	v->adopted = world.adopts;
	did_of(v, "open");
	*out = v;
	return 0;
}

int
vrrp_vip_open_made(struct nl *nl, const struct vrrp_params *p,
    const struct nl_link *parent, const struct vrrp_device_made *m,
    struct vrrp_vips **out, char reason[VRRP_VIP_REASON_MAX])
{
	int error = vrrp_vip_open(nl, p, parent, out, reason);

	if (error == 0)
		(*out)->adopted = m->adopted;
	return error;
}

bool
vrrp_vip_made(const struct vrrp_vips *v, struct vrrp_device_made *m)
{
	if (!v->p->virtual_mac)
		return false;
	did_of(v, "share");
	*m = (struct vrrp_device_made){ .ifindex = vrrp_vip_ifindex(v),
	    .adopted = true, .name = "vr4-51-7" };
	return true;
}

void
vrrp_vip_device_made(struct vrrp_vips *v, const struct vrrp_device_made *m)
{
	v->adopted = m->adopted;
	did_of(v, "device");
}

void
vrrp_vip_close(struct vrrp_vips *v)
{
	if (v != NULL)
		did_of(v, "close");
	free(v);
}

void
vrrp_vip_parent_changed(struct vrrp_vips *v, const struct nl_link *parent)
{
	if (!v->p->virtual_mac)
		memcpy(v->mac, parent->mac, 6);
}

int
vrrp_vip_prepare(struct vrrp_vips *v, const struct vrrp_vip_questions *q,
    char reason[VRRP_VIP_REASON_MAX])
{
	unsigned i;

	(void)reason;
	v->count = vrrp_params_addresses(v->p);
	for (i = 0; i < v->count; i++) {
		v->list[i].prefix = v->p->vips[i].prefix;
		v->list[i].ifindex = v->list[i].announce_ifindex =
		    WORLD_IFINDEX;
		v->list[i].owned = q->owned(&v->list[i].prefix.addr, q->arg);
		memcpy(v->list[i].mac, v->mac, 6);
	}
	return 0;
}

/* did[] says of each address whether it comes or goes: "+192.0.2.51/24". */
static void
add_changes(struct vrrp_vips *v, char sign, const struct addr_prefix *one,
    unsigned n, const struct addr_prefix *other, unsigned m)
{
	char text[ADDR_PREFIX_STRLEN];
	size_t len = strlen(v->changes);
	unsigned i, j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < m; j++)
			if (addr_equal(&one[i].addr, &other[j].addr) &&
			    one[i].len == other[j].len)
				break;
		if (j == m)
			len += (size_t)snprintf(v->changes + len,
			    sizeof(v->changes) - len, "%c%s", sign,
			    addr_prefix_format(&one[i], text, sizeof(text)));
	}
}

int
vrrp_vip_change(struct vrrp_vips *v, const struct vrrp_vip_questions *q,
    char reason[VRRP_VIP_REASON_MAX])
{
	struct addr_prefix was[VRRP_VIPS_MAX], now[VRRP_VIPS_MAX];
	unsigned i, count = v->count;

	if (world.change_error != 0) {
		(void)snprintf(reason, VRRP_VIP_REASON_MAX, "no such device");
		return world.change_error;
	}
	for (i = 0; i < count; i++)
		was[i] = v->list[i].prefix;
	v->changes[0] = '\0';
	(void)vrrp_vip_prepare(v, q, reason);
	for (i = 0; i < v->count; i++)
		now[i] = v->list[i].prefix;
	add_changes(v, '-', was, count, now, v->count);
	add_changes(v, '+', now, v->count, was, count);
	return 0;
}

static int
batch(struct vrrp_vips *v, const char *what, int error, nl_batch_done done,
    void *arg)
{
	if (error != 0)
		return error;
	did_of(v, what);
	await(done, arg);
	return 0;
}

int
vrrp_vip_follow(struct vrrp_vips *v, nl_batch_done done, void *arg)
{
	char what[sizeof(v->changes) + 8];

	if (v->changes[0] == '\0')
		return -ENODATA;
	(void)snprintf(what, sizeof(what), "follow%s", v->changes);
	v->changes[0] = '\0';
	return batch(v, what, 0, done, arg);
}

int
vrrp_vip_install(struct vrrp_vips *v, nl_batch_done done, void *arg)
{
	return batch(v, "install", world.install_error, done, arg);
}

int
vrrp_vip_install_quietly(struct vrrp_vips *v, nl_batch_done done, void *arg)
{
	return batch(v, "install-quietly", world.install_error, done, arg);
}

int
vrrp_vip_speak(struct vrrp_vips *v)
{
	(void)v;
	did("speak");
	return 0;
}

void
vrrp_vip_keep_ways(struct vrrp_vips *v, const struct vrrp_vip_questions *q)
{
	unsigned i;

	for (i = 0; i < vrrp_params_addresses(v->p); i++)
		if (!q->on_link(WORLD_IFINDEX, &v->p->vips[i].prefix, q->arg)) {
			did_of(v, "way");
			return;
		}
}

void
vrrp_vip_steered(struct vrrp_vips *v, int error)
{
	(void)v;
	world.steer_error = -error;
}

void
vrrp_vip_steer_again(struct vrrp_vips *v)
{
	did_of(v, "steer-again");
}

void
vrrp_vip_steer(struct vrrp_vips *v, const struct vrrp_vip_questions *q)
{
	if (q->steers)
		did_of(v, "steer");
}

int
vrrp_vip_steer_error(const struct vrrp_vips *v)
{
	(void)v;
	return world.steer_error;
}

int
vrrp_vip_step_back(struct vrrp_vips *v, const struct vrrp_vip_questions *q)
{
	struct nl_addr other;
	unsigned i;

	for (i = 0; i < vrrp_params_addresses(v->p); i++)
		if (q->kin(WORLD_IFINDEX, &v->p->vips[i].prefix, 0, &other,
		    q->arg)) {
			did_of(v, "back");
			return 0;
		}
	return -ENODATA;
}

int
vrrp_vip_remove_other(struct vrrp_vips *v, const struct vrrp_vip_questions *q,
    const struct nl_addr *found)
{
	struct nl_addr other;

	if (!q->kin(found->ifindex, &found->prefix, 0, &other, q->arg))
		return -ENODATA;
	did_of(v, "remove");
	return 0;
}

int
vrrp_vip_hush(struct vrrp_vips *v)
{
	(void)v;
	did("hush");
	return 0;
}

int
vrrp_vip_withdraw(struct vrrp_vips *v, nl_batch_done done, void *arg)
{
	return batch(v, "withdraw", 0, done, arg);
}

int
vrrp_vip_reopen(struct nl *nl, const struct vrrp_params *p,
    const struct nl_link *parent, struct vrrp_vips **out,
    char reason[VRRP_VIP_REASON_MAX])
{
	did("keep");
	return vrrp_vip_open(nl, p, parent, out, reason);
}

int
vrrp_vip_refresh(struct vrrp_vips *v, nl_batch_done done, void *arg)
{
	did_of(v, "refresh");
	world.refreshed = done;
	world.refreshed_arg = arg;
	if (world.acks)
		await(done, arg);
	return 0;
}

const uint8_t *
vrrp_vip_renewal(const struct vrrp_vips *v, size_t *len)
{
	static const uint8_t bytes[64];

	(void)v;
	*len = sizeof(bytes);
	return bytes;
}

bool
vrrp_vip_leave(struct vrrp_vips *v, struct vrrp_removal *out)
{
	if (!v->p->virtual_mac)
		return false;
	*out = (struct vrrp_removal){ .ifindex = vrrp_vip_ifindex(v) };
	(void)vrrp_vmac_name(v->p->family, v->p->vrid, WORLD_IFINDEX,
	    out->name);
	return true;
}

int
vrrp_vmac_name(uint8_t family, uint8_t vrid, int parent,
    char name[IF_NAMESIZE])
{
	(void)snprintf(name, IF_NAMESIZE, "vr%c-%u-%d", family == AF_INET6 ?
	    '6' : '4', vrid, parent);
	return 0;
}

int
vrrp_vmac_tag_of(const char *device)
{
	(void)device;
	return 0;
}

const uint8_t *
vrrp_vip_withdrawal(const struct vrrp_vips *v, size_t *len)
{
	static const uint8_t bytes[VRRP_WILL_MAX];

	(void)v;
	*len = world.withdrawal_len;
	return bytes;
}

const struct vrrp_vip_address *
vrrp_vip_failed(const struct vrrp_vips *v, unsigned failed_at)
{
	return failed_at < vrrp_params_addresses(v->p) ? &v->list[failed_at] : NULL;
}

const struct vrrp_vip_address *
vrrp_vip_addresses(const struct vrrp_vips *v)
{
	return v->list;
}

const char *
vrrp_vip_device(const struct vrrp_vips *v)
{
	return v->p->virtual_mac ? "vr4-51-7" : "";
}

int
vrrp_vip_ifindex(const struct vrrp_vips *v)
{
	return world.named && v->p->virtual_mac ? WORLD_DEVICE + v->p->vrid :
	    WORLD_IFINDEX;
}

const uint8_t *
vrrp_vip_mac(const struct vrrp_vips *v)
{
	return v->mac;
}

bool
vrrp_vmac_exists(const struct vrrp_vips *v)
{
	(void)v;
	return !world.device_gone;
}

bool
vrrp_vmac_is_down(const struct vrrp_vips *v)
{
	(void)v;
	return world.device_down;
}

const char *
vrrp_vmac_unsettled(const struct vrrp_vips *v)
{
	(void)v;
	return world.unsettled;
}

bool
vrrp_vmac_is_astray(const struct vrrp_vips *v)
{
	(void)v;
	return world.device_astray;
}

bool
vrrp_vmac_fetch(const struct vrrp_vips *v)
{
	bool was_astray = world.device_astray;

	(void)v;
	if (was_astray)
		did("fetch");
	world.device_astray = false;
	return was_astray;
}

int
vrrp_vmac_name_of(const struct vrrp_params *p, int parent,
    char name[IF_NAMESIZE])
{
	return vrrp_vmac_name(p->family, p->vrid, parent, name);
}

int
vrrp_vmac_find(const struct nl *nl, const struct vrrp_params *p,
    const struct nl_link *parent)
{
	(void)nl;
	(void)p;
	(void)parent;
	return 0;
}

bool
vrrp_vmac_is_marked(const struct nl_link *link)
{
	(void)link;
	return false;
}

void
vrrp_vmac_renamed(struct vrrp_vips *v, const char *name)
{
	(void)v;
	(void)name;
}

int
vrrp_vmac_settle(const struct vrrp_vips *v, char *reason, size_t size)
{
	(void)v;
	(void)reason;
	(void)size;
	return 0;
}

bool
vrrp_vmac_raise(const struct vrrp_vips *v)
{
	bool was_down = world.device_down;

	(void)v;
	if (was_down)
		did("raise");
	world.device_down = false;
	return was_down;
}

bool
vrrp_vip_adopted(const struct vrrp_vips *v)
{
	return v->adopted;
}

int
vrrp_manners_hold(struct vrrp_manners *parent, int ifindex)
{
	(void)ifindex;
	parent->holders++;
	return 0;
}

int
vrrp_manners_tag(const struct vrrp_manners *parent, int ifindex)
{
	(void)parent;
	(void)ifindex;
	return 1 << 30;
}

void
vrrp_manners_recall(struct vrrp_manners *parent,
    const struct vrrp_vips *v)
{
	(void)parent;
	(void)v;
}

void
vrrp_manners_note(const struct vrrp_manners *parent,
    const struct vrrp_vips *v)
{
	(void)parent;
	(void)v;
}

void
vrrp_manners_restore(int ifindex, int tag)
{
	(void)tag;
	did("manners:%d", ifindex);
}

void
vrrp_manners_pay(struct vrrp_manners *m)
{
	(void)m;
}

const char *
vrrp_manners_insist(struct vrrp_manners *m)
{
	(void)m;
	return NULL;
}

void
vrrp_manners_release(struct vrrp_manners *parent)
{
	parent->holders--;
}

/* --- accept = no --- */

int
vrrp_filter_add(struct vrrp_filter *f, const struct vrrp_params *p)
{
	(void)f;
	(void)p;
	if (world.filter_error == 0)
		did("filter");
	return world.filter_error;
}

int
vrrp_filter_widen(struct vrrp_filter *f, const struct vrrp_params *p,
    const struct vrrp_params *next)
{
	(void)f;
	if (world.filter_error == 0 && vrrp_diff_in(p, next,
	    "virtual_addresses"))
		did("widen");
	return world.filter_error;
}

void
vrrp_filter_narrow(struct vrrp_filter *f, const struct vrrp_params *p,
    const struct vrrp_params *was)
{
	(void)f;
	if (vrrp_diff_in(p, was, "virtual_addresses"))
		did("narrow");
}

int
vrrp_filter_own(struct vrrp_filter *f, const struct vrrp_params *p)
{
	(void)f;
	(void)p;
	if (world.filter_error == 0)
		did("own");
	return world.filter_error;
}

void
vrrp_filter_disown(struct vrrp_filter *f, const struct vrrp_params *p)
{
	(void)f;
	(void)p;
	did("disown");
}

void
vrrp_filter_remove(struct vrrp_filter *f, const struct vrrp_params *p)
{
	(void)f;
	(void)p;
	did("unfilter");
}

/* --- the scene --- */

static void
changed(struct vrrp_instance *v, void *arg)
{
	(void)v;
	(void)arg;
	world.changes++;
}

static void
withdrawn(struct vrrp_instance *v, void *arg)
{
	(void)v;
	(void)arg;
	world.withdrawn++;
}

static void
transition(struct vrrp_instance *v, const struct vrrp_record *r, void *arg)
{
	(void)v;
	(void)arg;
	world.transitions++;
	world.last = *r;
}

void
world_addr(const char *prefix, bool secondary, bool gone)
{
	struct nl_addr a = { .ifindex = WORLD_IFINDEX, .secondary = secondary };

	assert_int_equal(addr_prefix_parse(prefix, &a.prefix), 0);
	assert_true(vrrp_addrs_update(&world.addrs, &a, gone));
}

void
world_open(void)
{
	static const struct nl_link link = {
		.ifindex = WORLD_IFINDEX,
		.name = "eth0",
		.mac = { 0x02, 0, 0, 0, 0, 0x02 },
		.has_mac = true,
		.admin_up = true,
		.running = true,
		.mtu = 1500,
	};

	memset(&world, 0, sizeof(world));
	memset(timers, 0, sizeof(timers));
	deferred_count = ack_count = 0;
	world.now = (mono_t){ 1000 * NS_PER_S };
	world.env = (struct vrrp_env){
		.addrs = &world.addrs,
		.track = vrrp_track_new(NULL, NULL),
		.changed = changed,
		.transition = transition,
		.withdrawn = withdrawn,
	};
	world.iface = vrrp_iface_new(NULL, "eth0", &world.addrs,
	    NULL, vrrp_receive_packet);
	assert_non_null(world.iface);
	assert_non_null(world.env.track);
	world_addr("192.0.2.2/24", false, false);
	world_addr("fe80::2/64", false, false);
	vrrp_iface_found(world.iface, &link);
}

void
world_close(void)
{
	vrrp_iface_free(world.iface);
	vrrp_track_free(world.env.track);
	vrrp_addrs_clear(&world.addrs);
}

struct vrrp_params
world_params(void)
{
	struct vrrp_params p;

	vrrp_params_init(&p);
	(void)strcpy(p.name, "web");
	(void)strcpy(p.interface, "eth0");
	p.vrid = 51;
	p.family = AF_INET;
	p.vip_count = 1;
	assert_int_equal(addr_prefix_parse("192.0.2.50/24",
	    &p.vips[0].prefix), 0);
	return p;
}

struct vrrp_params
world_params_ipv6(void)
{
	struct vrrp_params p = world_params();

	p.family = AF_INET6;
	p.vip_count = 2;
	assert_int_equal(addr_prefix_parse("fe80::50/64",
	    &p.vips[0].prefix), 0);
	assert_int_equal(addr_prefix_parse("2001:db8::50/64",
	    &p.vips[1].prefix), 0);
	return p;
}

void
world_track(const struct nl_link *link, bool gone)
{
	vrrp_track_link(world.env.track, link, gone);
	world_deferred();
}

void
world_forget(void)
{
	world.did[0] = '\0';
	world.announced = 0;
}

void
world_advert(const char *source, uint8_t priority, uint16_t interval_cs)
{
	struct vrrp_advert_spec spec = { .version = 3 };

	world_advert_as(&spec, source, priority, interval_cs);
}

void
world_advert_as(const struct vrrp_advert_spec *as, const char *source,
    uint8_t priority, uint16_t interval_cs)
{
	static const uint8_t mac[6] = { 0x02, 0, 0, 0, 0, 0x01 };
	struct vrrp_io_packet in;
	struct vrrp_advert_spec spec = *as;
	struct addr vips[2];
	uint8_t frame[256];
	uint16_t sum;
	size_t len;
	bool six;

	assert_int_equal(addr_parse(source, &spec.source), 0);
	six = spec.source.family == AF_INET6;
	assert_int_equal(addr_parse(six ? "fe80::50" : "192.0.2.50",
	    &vips[0]), 0);
	assert_int_equal(addr_parse("2001:db8::50", &vips[1]), 0);
	if (spec.vrid == 0)
		spec.vrid = 51;
	spec.priority = priority;
	spec.interval_cs = interval_cs;
	if (!addr_is_set(&spec.destination))
		spec.destination = vrrp_wire_group(spec.source.family);
	spec.addr_count = six ? 2 : 1;
	spec.addrs = vips;
	len = vrrp_wire_build_frame(&spec, mac, NULL, frame, sizeof(frame));
	assert_true(len > 14);
	if (world.advert_ttl != 0) {
		frame[14 + 8] = world.advert_ttl;
		memset(frame + 14 + 10, 0, 2);
		sum = csum_finish(csum_add(0, frame + 14, 20));
		frame[14 + 10] = (uint8_t)(sum >> 8);
		frame[14 + 11] = (uint8_t)sum;
	}
	memset(&in, 0, sizeof(in));
	in.family = spec.source.family;
	in.bytes = frame + 14;
	in.len = len - 14;
	in.source_mac = mac;
	/* No packet takes no time (vrrp_said.h). */
	world.now.ns++;
	in.now = in.arrival = world.now;
	vrrp_receive_packet(&in, world.iface);
}

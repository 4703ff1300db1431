/*
 * vrrp_netd.c - vrrpd-net, the process that may wait for the kernel.
 *
 * One request after the other, in the order in which they came, each with system
 * calls that wait as long as it takes.  No request decides anything: the engine
 * names devices by index, name and tag, or by what they are to be of, and
 * addresses by whole netlink messages, and vrrp_renewal.c has seen to it that
 * those can only let an address stay that is there.
 *
 * Making.  A wish says which interface, family and VRID, and nothing else decides
 * what is made (vrrp_vmac_make()).  The same wish may come again, from a monitor
 * whose vrrpd-net died over it: it finds the device and adopts it.
 *
 * Removal.  A device that another process has adopted meanwhile carries another
 * tag and is left alone; one that is gone already is what was wanted.  Whatever
 * became of a device is told back as "removed", since nothing more will happen to
 * it here; what failed is in the log.  Several devices at once cost one grace
 * period of the kernel instead of one each, but the lock is held all that time,
 * and a takeover may be waiting for it: so there is a pause after every few.
 *
 * Renewal.  Whoever is late may be speaking for an engine that is dead or hangs,
 * so what is older than the next renewal is dropped; its answer is as late.  An
 * engine that withdraws while a renewal of it is under way here needs no word: a
 * renewal adds nothing.
 *
 * Groups.  The sockets are the engine's, passed along with the wish, and so are the
 * memberships: they outlive this process.
 *
 * Ways back.  Rules and routes in tables of ours come as whole netlink messages, and
 * vrrp_steering.c has seen to it that they concern nothing else.
 *
 * Leases.  A thread puts them and takes them away (vrrp_leaser.h): the kernel's lock
 * on nf_tables is another one, and a renewal must not wait for it.
 *
 * The process has the scheduling of the engine and locked memory.  While it is in
 * the kernel it holds the lock that a takeover needs, and must not be kept from
 * giving it back by whatever else the machine computes.
 */
#include "config.h"

#include "vrrpd/netd/vrrp_netd.h"

#include <sys/prctl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/log.h"
#include "shared/nl.h"
#include "shared/rtsched.h"
#include "vrrpd/ipc/vrrp_apart.h"
#include "vrrpd/ipc/vrrp_birth_exec.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/ipc/vrrp_tally.h"
#include "vrrpd/linux/vrrp_member.h"
#include "vrrpd/linux/vrrp_vmac.h"
#include "vrrpd/netd/vrrp_leaser.h"
#include "vrrpd/pure/vrrp_device.h"
#include "vrrpd/pure/vrrp_joining.h"
#include "vrrpd/pure/vrrp_lease.h"
#include "vrrpd/pure/vrrp_removal.h"
#include "vrrpd/pure/vrrp_renewal.h"
#include "vrrpd/pure/vrrp_steering.h"

#define NAME		"vrrpd-net"
#define AT_ONCE		8	/* devices that are removed under one lock */

struct vrrp_netd {
	struct loop		*loop;
	struct vrrp_channel	*channel;
	struct vrrp_tally	*tally;		/* of messages refused here */
	struct nl		*nl;
	struct vrrp_leaser	*leaser;
	bool			 replaced;
	struct vrrp_removal	 asked[VRRP_REMOVALS_MESSAGE];
};

/* --- making --- */

static enum vrrp_refusal
on_make(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_netd *n = arg;
	struct vrrp_device_wish w;
	struct vrrp_device_made m;
	uint8_t answer[VRRP_DEVICE_MADE_MAX];

	if (!vrrp_device_wish_decode(body, len, &w))
		return VRRP_REFUSAL_BODY;
	(void)vrrp_vmac_make(n->nl, &w, &m);
	(void)vrrp_channel_send(n->channel, VRRP_MSG_MADE, answer,
	    vrrp_device_made_encode(&m, answer));
	return VRRP_REFUSAL_NONE;
}

/* --- removal --- */

static bool
is_still_it(struct vrrp_netd *n, const struct vrrp_removal *r)
{
	struct nl_link link;

	return nl_link_get(n->nl, r->name, &link) == 0 &&
	    link.ifindex == r->ifindex && link.is_macvlan &&
	    vrrp_vmac_tag_of(r->name) == r->tag;
}

static void
remove_one(struct vrrp_netd *n, const struct vrrp_removal *r)
{
	int error;

	if (!is_still_it(n, r))
		return;
	error = nl_link_del(n->nl, r->ifindex);
	if (error < 0 && error != -ENODEV)
		log_warning("device=%s cannot be removed: %s", r->name,
		    strerror(-error));
}

/* Together as far as that goes; what is left then is removed one by one. */
static void
remove_some(struct vrrp_netd *n, const struct vrrp_removal *r, unsigned count)
{
	int list[AT_ONCE];
	unsigned i, found = 0;

	for (i = 0; i < count; i++)
		if (is_still_it(n, &r[i]))
			list[found++] = r[i].ifindex;
	if (found > 1 && nl_link_del_many(n->nl, list, found) == 0)
		return;
	for (i = 0; i < count; i++)
		remove_one(n, &r[i]);
}

static enum vrrp_refusal
on_remove(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_netd *n = arg;
	unsigned i, some, count;

	if (!vrrp_removal_decode(body, len, n->asked, &count))
		return VRRP_REFUSAL_BODY;
	for (i = 0; i < count; i += some) {
		some = count - i < AT_ONCE ? count - i : AT_ONCE;
		remove_some(n, &n->asked[i], some);
	}
	(void)vrrp_channel_send(n->channel, VRRP_MSG_REMOVED, body, len);
	return VRRP_REFUSAL_NONE;
}

/* --- renewal --- */

static enum vrrp_refusal
on_renew(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_netd *n = arg;
	struct vrrp_renewal r;
	uint8_t answer[VRRP_RENEWED_BYTES];

	if (!vrrp_renewal_decode(body, len, &r))
		return VRRP_REFUSAL_BODY;
	/* Read afresh: the batch may have begun before a long wait. */
	if (!vrrp_renewal_is_late(&r, loop_clock()))
		(void)nl_carry_out(n->nl, r.netlink, r.len);
	(void)vrrp_channel_send(n->channel, VRRP_MSG_RENEWED, answer,
	    vrrp_renewed_encode(r.wished, answer));
	return VRRP_REFUSAL_NONE;
}

/* --- groups --- */

/* The descriptors are closed afterwards; the engine has the sockets. */
static enum vrrp_refusal
on_join(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_netd *n = arg;
	struct vrrp_joining j;
	uint8_t answer[VRRP_JOINED_BYTES];
	int packet, ordinary, error;

	if (!vrrp_joining_decode(body, len, &j))
		return VRRP_REFUSAL_BODY;
	packet = vrrp_channel_take(n->channel, 0);
	ordinary = vrrp_channel_take(n->channel, 1);
	error = vrrp_member_join(packet, ordinary, j.ifindex, j.family);
	(void)close(packet);
	(void)close(ordinary);
	(void)vrrp_channel_send(n->channel, VRRP_MSG_JOINED, answer,
	    vrrp_joined_encode(j.number, error, answer));
	return VRRP_REFUSAL_NONE;
}

/* --- ways back --- */

static enum vrrp_refusal
on_steer(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_netd *n = arg;
	struct vrrp_steering s;
	uint8_t answer[VRRP_STEERED_BYTES];
	int error;

	if (!vrrp_steering_decode(body, len, &s))
		return VRRP_REFUSAL_BODY;
	error = nl_carry_out(n->nl, s.netlink, s.len);
	(void)vrrp_channel_send(n->channel, VRRP_MSG_STEERED, answer,
	    vrrp_steered_encode(s.number, error, answer));
	return VRRP_REFUSAL_NONE;
}

/* --- leases --- */

static void
leased(uint32_t number, int error, void *arg)
{
	struct vrrp_netd *n = arg;
	uint8_t answer[VRRP_LEASE_ANSWER_BYTES];

	(void)vrrp_channel_send(n->channel, VRRP_MSG_LEASED, answer,
	    vrrp_lease_answer_encode(number, error, answer));
}

static enum vrrp_refusal
on_lease(const uint8_t *body, size_t len, void *arg)
{
	static struct vrrp_lease_errand e;
	struct vrrp_netd *n = arg;

	if (!vrrp_lease_errand_decode(body, len, &e))
		return VRRP_REFUSAL_BODY;
	vrrp_leaser_ask(n->leaser, &e);
	return VRRP_REFUSAL_NONE;
}

/* --- another program --- */

/* Whatever came before is done; what comes later stays in the socket. */
static enum vrrp_refusal
on_execute(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_netd *n = arg;

	(void)body;
	(void)len;
	n->replaced = true;
	loop_stop(n->loop);
	return VRRP_REFUSAL_NONE;
}

bool
vrrp_netd_is_replaced(const struct vrrp_netd *n)
{
	return n->replaced;
}

/* --- life --- */

/* Everything that was sent before has been done: handlers do not defer. */
static void
monitor_gone(void *arg)
{
	struct vrrp_netd *n = arg;

	loop_stop(n->loop);
}

int
vrrp_netd_open(struct loop *loop, int fd, struct vrrp_netd **out)
{
	struct vrrp_netd *n = calloc(1, sizeof(*n));
	int error;

	if (n == NULL) {
		(void)close(fd);
		return -ENOMEM;
	}
	n->loop = loop;
	n->channel = vrrp_channel_new(loop, fd, VRRP_WAY_NET_DOWN,
	    monitor_gone, n);
	n->tally = vrrp_tally_new(loop, VRRP_WAY_NET_DOWN);
	n->leaser = vrrp_leaser_new(loop, getppid(), leased, n);
	error = n->channel == NULL || n->tally == NULL ||
	    n->leaser == NULL ? -ENOMEM :
	    nl_open_requests(&n->nl);
	if (error < 0) {
		vrrp_netd_close(n);
		return error;
	}
	vrrp_channel_handle(n->channel, VRRP_MSG_MAKE, on_make, n);
	vrrp_channel_handle(n->channel, VRRP_MSG_REMOVE, on_remove, n);
	vrrp_channel_handle(n->channel, VRRP_MSG_RENEW, on_renew, n);
	vrrp_channel_handle(n->channel, VRRP_MSG_JOIN, on_join, n);
	vrrp_channel_handle(n->channel, VRRP_MSG_STEER, on_steer, n);
	vrrp_channel_handle(n->channel, VRRP_MSG_LEASE, on_lease, n);
	vrrp_channel_handle(n->channel, VRRP_MSG_EXECUTE, on_execute, n);
	vrrp_channel_on_refused(n->channel, vrrp_tally_set, n->tally);
	vrrp_tally_tell(n->tally, n->channel);
	*out = n;
	return 0;
}

void
vrrp_netd_close(struct vrrp_netd *n)
{
	if (n == NULL)
		return;
	vrrp_leaser_free(n->leaser);
	vrrp_tally_free(n->tally);
	vrrp_channel_free(n->channel);
	nl_free(n->nl);
	free(n);
}

/* --- the process --- */

static void __attribute__((noreturn))
die(const char *what, int error)
{
	log_err(NAME ": %s: %s", what, strerror(-error));
	log_flush();
	_exit(1);
}

static void
flush_log(void *arg)
{
	(void)arg;
	log_flush();
}

/* Nothing is under way; the descriptor of the channel goes on. */
static void __attribute__((noreturn))
be_replaced(struct vrrp_netd *n, const struct vrrp_netd_birth *b, int channel)
{
	static const struct timespec pause = { .tv_nsec = NS_PER_MS };

	vrrp_leaser_finish(n->leaser);
	while (!vrrp_channel_flush(n->channel))
		(void)nanosleep(&pause, NULL);
	log_flush();
	die("cannot execute the program on disk", vrrp_birth_execute_beside(
	    VRRP_WAY_NET_UP, channel, b->program, b->program->conf));
}

void
vrrp_netd_live(const struct vrrp_netd_birth *b)
{
	struct vrrp_netd *n;
	struct rtsched ignored;		/* the engine reports the same */
	struct loop *loop;
	int error, fd;

	(void)prctl(PR_SET_NAME, NAME, 0, 0, 0);
	log_set_deferred(false);
	vrrp_apart_signals();
	fd = vrrp_apart_descriptors(b->channel);
	if (fd < 0)
		die("descriptors", fd);
	loop = loop_new();
	if (loop == NULL)
		die("event loop", -ENOMEM);
	error = vrrp_netd_open(loop, fd, &n);
	if (error < 0)
		die("start", error);
	loop_at_batch_end(loop, flush_log, NULL);
	rtsched_enter(b->realtime_priority, &ignored);
	error = priv_drop(PRIV_VRRPD_NET, b->user);
	if (error < 0)
		die("cannot give up privileges", error);
	if (b->executed)
		(void)vrrp_channel_send(n->channel, VRRP_MSG_HERE, NULL, 0);
	error = loop_run(loop);
	if (n->replaced && b->program != NULL)
		be_replaced(n, b, fd);
	vrrp_netd_close(n);
	log_flush();
	_exit(error < 0 ? 1 : 0);
}

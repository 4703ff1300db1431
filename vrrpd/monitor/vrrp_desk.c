/*
 * vrrp_desk.c - the keeper of vrrpd-net, in the monitor.
 *
 * Every request is decoded before it is passed on, and nothing here waits for the
 * process that does.  Devices to be made and to be removed are kept until
 * vrrpd-net says that they are.  Renewals are not: one that vrrpd-net cannot take
 * now would be late when it can, and the next is there in a second.
 *
 * Groups to be joined are passed on with the sockets of the engine, of which nothing
 * is kept here: the end of a socket that is a member waits for the kernel.  What
 * vrrpd-net does not take, or takes into its grave, the engine wishes again.
 *
 * Of what is kept only a little is under way at a time, and the rest goes when that
 * is answered: a renewal must not have to wait for a hundred devices.
 *
 * An engine that ends leaves its wishes forsaken.  What was not asked for is
 * dropped; a device that is made all the same is removed, if it still carries the
 * tag of that engine: the next one may have adopted it.
 *
 * The engine is told whether there is a vrrpd-net.  While there is none, the
 * engine lends its addresses anew by itself, so that none runs out.
 *
 * Whatever is asked is answered, and in order, so that any answer is a sign of life.
 * Where there is none, the desk looks what vrrpd-net is doing (vrrp_witness.h).  One
 * that is stopped, or that neither works nor waits, is replaced, and the engine told
 * at once.  One that waits in the kernel does so for the lock, which another program
 * holds: nobody could renew anything meanwhile, and the engine least of all, so that
 * is told too, and nothing else done.
 *
 * When the monitor leaves, the engine has ended and has asked for the last
 * devices.  The monitor waits for vrrpd-net, but not for ever: when another program
 * holds the kernel's lock, vrrpd-net stays behind, removes what it was asked to
 * remove as soon as it can, and ends.  Killing it would leave the devices.
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_desk.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/log.h"
#include "vrrpd/ipc/vrrp_birth_exec.h"
#include "vrrpd/monitor/vrrp_beside.h"
#include "vrrpd/monitor/vrrp_child.h"
#include "vrrpd/monitor/vrrp_witness.h"
#include "vrrpd/netd/vrrp_netd.h"
#include "vrrpd/pure/vrrp_device.h"
#include "vrrpd/pure/vrrp_joining.h"
#include "vrrpd/pure/vrrp_lease.h"
#include "vrrpd/pure/vrrp_removal.h"
#include "vrrpd/pure/vrrp_renewal.h"
#include "vrrpd/pure/vrrp_steering.h"
#include "vrrpd/pure/vrrp_supervise.h"

#define NAME		"vrrpd-net"
#define LEAVE_NS	(5 * NS_PER_S)
#define MAKE_AT_ONCE	4	/* devices that are being made, of 1 to 4 ms */
#define REMOVE_AT_ONCE	16	/* devices in one message, of 20 ms together */

struct vrrp_desk {
	const struct priv_user	*user;
	int			 realtime_priority;
	const struct vrrp_program *program;
	struct vrrp_channel	*engine;	/* NULL: none */
	struct vrrp_beside	 net;
	struct loop_timer	*look;
	struct vrrp_unanswered	 unanswered;	/* renewals */
	unsigned		 joins;		/* passed on, not answered */
	unsigned		 old_joins;	/* of them, of an engine before */
	mono_t			 silent_since;	/* with something to answer */
	enum vrrp_net_state	 state;		/* as the engine was told */
	struct vrrp_vital	 vital;		/* as of the last look */
	mono_t			 looked;
	bool			 wait_said;	/* in the log */
	struct vrrp_devices	 devices;	/* wished, not made yet */
	uint32_t		 number;	/* of the last of them */
	struct vrrp_removals	 removals;	/* not done yet */
	struct vrrp_removal	 some[VRRP_REMOVALS_MESSAGE];
	uint8_t			 body[VRRP_REMOVALS_MESSAGE *
				    VRRP_REMOVAL_BYTES];
};

/* --- is vrrpd-net alive --- */

static void
tell_engine(struct vrrp_desk *d, enum vrrp_net_state state)
{
	uint8_t body = (uint8_t)state;

	d->state = state;
	(void)vrrp_channel_send(d->engine, VRRP_MSG_NET, &body, sizeof(body));
}

static void
tell_change(struct vrrp_desk *d, enum vrrp_net_state state)
{
	if (d->state != state)
		tell_engine(d, state);
}

static bool
owes_an_answer(const struct vrrp_desk *d)
{
	return d->unanswered.count > 0 || d->joins > 0 ||
	    vrrp_devices_under_way(&d->devices) > 0 ||
	    vrrp_removals_under_way(&d->removals) > 0;
}

static void
look_later(struct vrrp_desk *d)
{
	mono_t now = loop_clock(), at;

	if (!owes_an_answer(d)) {
		loop_timer_set(d->look, MONO_NEVER);
		return;
	}
	at = mono_add(d->silent_since, VRRP_NET_LOOK_NS);
	loop_timer_set(d->look, mono_before(now, at) ? at :
	    mono_add(now, VRRP_NET_AGAIN_NS));
}

/* About to ask for something: from when on an answer may be expected. */
static void
will_ask(struct vrrp_desk *d)
{
	if (!owes_an_answer(d))
		d->silent_since = loop_clock();
}

static void
answered(struct vrrp_desk *d)
{
	d->silent_since = loop_clock();
	look_later(d);
	if (d->wait_said)
		log_notice(NAME " goes on");
	d->wait_said = false;
	d->vital.known = false;
	tell_change(d, VRRP_NET_THERE);
}

/* The verdict on a vrrpd-net that has not answered for so long. */
static void
act_on(struct vrrp_desk *d, enum vrrp_vital_verdict verdict, int64_t silent_ns)
{
	switch (verdict) {
	case VRRP_VITAL_STOPPED:
		break;
	case VRRP_VITAL_KERNEL:
	case VRRP_VITAL_BUSY:		/* turns in the kernel until it sleeps */
		tell_change(d, VRRP_NET_WAITS);
		if (!d->wait_said && silent_ns >= NS_PER_S) {
			d->wait_said = true;
			log_warning(NAME " waits for the kernel since %lld ms: "
			    "another program holds its lock on network "
			    "configuration, and no address can be lent anew",
			    (long long)(silent_ns / NS_PER_MS));
		}
		return;
	case VRRP_VITAL_STARVED:	/* another would get no more */
		tell_change(d, VRRP_NET_AWAY);
		return;
	case VRRP_VITAL_UNKNOWN:
	case VRRP_VITAL_IDLE:
		tell_change(d, VRRP_NET_AWAY);
		if (silent_ns < VRRP_NET_HANGS_NS)
			return;
		break;
	}
	tell_change(d, VRRP_NET_AWAY);
	log_err(NAME " was killed for its silence why=\"%s\" silent_ms=%lld",
	    vrrp_vital_word(verdict), (long long)(silent_ns / NS_PER_MS));
	(void)vrrp_child_signal(&d->net.child, SIGKILL);
	memset(&d->unanswered, 0, sizeof(d->unanswered));
}

/* Called when an answer is overdue. */
static void
on_look(mono_t deadline, void *arg)
{
	struct vrrp_desk *d = arg;
	struct vrrp_vital now;
	enum vrrp_vital_verdict verdict;
	int64_t silent_ns;

	(void)deadline;
	if (d->net.child.pid == 0)
		return;
	/* This process may have been away itself, and the answer be there. */
	vrrp_channel_drain(d->net.child.channel);
	silent_ns = mono_sub(loop_clock(), d->silent_since);
	if (!owes_an_answer(d) || silent_ns < VRRP_NET_LOOK_NS) {
		look_later(d);
		return;
	}
	vrrp_witness_look(d->net.child.pid, &now);
	verdict = vrrp_vital_judge(d->vital.known ? &d->vital : NULL, &now,
	    mono_sub(loop_clock(), d->looked));
	d->vital = now;
	d->looked = loop_clock();
	act_on(d, verdict, silent_ns);
	look_later(d);
}

/* --- to vrrpd-net --- */

static void
pass_wishes(struct vrrp_desk *d)
{
	uint8_t body[VRRP_DEVICE_WISH_BYTES];
	struct vrrp_device_errand *next;

	while (d->net.child.channel != NULL &&
	    vrrp_devices_under_way(&d->devices) < MAKE_AT_ONCE &&
	    (next = vrrp_devices_next(&d->devices)) != NULL) {
		if (vrrp_channel_send(d->net.child.channel, VRRP_MSG_MAKE, body,
		    vrrp_device_wish_encode(&next->wish, body)) < 0)
			return;
		will_ask(d);
		next->asked = true;
	}
}

/* at_once: so many may be under way. */
static void
pass_removals(struct vrrp_desk *d, unsigned at_once)
{
	unsigned n, most;

	while (d->net.child.channel != NULL &&
	    vrrp_removals_under_way(&d->removals) < at_once &&
	    (n = vrrp_removals_next(&d->removals, d->some)) > 0) {
		most = at_once - vrrp_removals_under_way(&d->removals);
		if (n > most)
			n = most;
		if (vrrp_channel_send(d->net.child.channel, VRRP_MSG_REMOVE,
		    d->body, vrrp_removal_encode(d->some, n, d->body)) < 0)
			return;
		will_ask(d);
		vrrp_removals_asked(&d->removals, d->some, n);
	}
}

/* As much as may be under way; the rest with the next answer, or renewal. */
static void
pass(struct vrrp_desk *d)
{
	pass_removals(d, REMOVE_AT_ONCE);
	pass_wishes(d);
	look_later(d);
}

/* Whoever waits for a device is to wish it again. */
static void
refuse_wish(struct vrrp_desk *d, const struct vrrp_device_wish *w,
    uint32_t theirs)
{
	struct vrrp_device_made m = { .number = theirs, .error = -ENOSPC };
	uint8_t answer[VRRP_DEVICE_MADE_MAX];

	memcpy(m.name, w->parent_name, sizeof(m.name));
	(void)snprintf(m.reason, sizeof(m.reason), "too many devices are "
	    "being made");
	(void)vrrp_channel_send(d->engine, VRRP_MSG_MADE, answer,
	    vrrp_device_made_encode(&m, answer));
}

static enum vrrp_refusal
on_make(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_desk *d = arg;
	struct vrrp_device_wish w;
	uint32_t theirs;

	if (!vrrp_device_wish_decode(body, len, &w))
		return VRRP_REFUSAL_BODY;
	/* The engine before this one may have used the same number. */
	theirs = w.number;
	if (++d->number == 0)
		d->number = 1;
	w.number = d->number;
	if (!vrrp_devices_put(&d->devices, &w)) {
		refuse_wish(d, &w, theirs);
		return VRRP_REFUSAL_NONE;
	}
	vrrp_devices_numbered(&d->devices, w.number)->theirs = theirs;
	pass(d);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_remove(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_desk *d = arg;
	uint8_t one[VRRP_REMOVAL_BYTES];
	unsigned i, n;

	if (!vrrp_removal_decode(body, len, d->some, &n))
		return VRRP_REFUSAL_BODY;
	/* Of what there is no room for, nothing more will happen: it stays. */
	for (i = 0; i < n; i++)
		if (!vrrp_removals_put(&d->removals, &d->some[i]))
			(void)vrrp_channel_send(d->engine, VRRP_MSG_REMOVED,
			    one, vrrp_removal_encode(&d->some[i], 1, one));
	pass(d);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_renew(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_desk *d = arg;
	struct vrrp_renewal r;

	if (!vrrp_renewal_decode(body, len, &r))
		return VRRP_REFUSAL_BODY;
	pass(d);
	/* A renewal that does not go out is not answered, and so looked after. */
	if (d->net.child.channel != NULL) {
		if (vrrp_channel_flush(d->net.child.channel))
			(void)vrrp_channel_send(d->net.child.channel,
			    VRRP_MSG_RENEW, body, len);
		will_ask(d);
		vrrp_unanswered_add(&d->unanswered, r.wished);
		look_later(d);
	}
	return VRRP_REFUSAL_NONE;
}

static void
answer_join(struct vrrp_desk *d, uint32_t number, int error)
{
	uint8_t answer[VRRP_JOINED_BYTES];

	(void)vrrp_channel_send(d->engine, VRRP_MSG_JOINED, answer,
	    vrrp_joined_encode(number, error, answer));
}

/* While there is no vrrpd-net: the engine hears of the next one, and asks that. */
static enum vrrp_refusal
on_join(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_desk *d = arg;
	struct vrrp_joining j;
	int fds[VRRP_JOINING_SOCKETS];
	unsigned i;

	if (!vrrp_joining_decode(body, len, &j))
		return VRRP_REFUSAL_BODY;
	if (d->net.child.channel == NULL)
		return VRRP_REFUSAL_NONE;
	for (i = 0; i < VRRP_JOINING_SOCKETS; i++)
		fds[i] = vrrp_channel_take(d->engine, i);
	if (vrrp_channel_send_with(d->net.child.channel, VRRP_MSG_JOIN, body, len,
	    fds) < 0)
		answer_join(d, j.number, -EAGAIN);
	else {
		will_ask(d);
		d->joins++;
		look_later(d);
	}
	for (i = 0; i < VRRP_JOINING_SOCKETS; i++)
		(void)close(fds[i]);
	return VRRP_REFUSAL_NONE;
}

/* Not kept: the engine asks again for what is not answered. */
static enum vrrp_refusal
on_steer(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_desk *d = arg;
	struct vrrp_steering s;

	if (!vrrp_steering_decode(body, len, &s))
		return VRRP_REFUSAL_BODY;
	(void)vrrp_channel_send(d->net.child.channel, VRRP_MSG_STEER, body, len);
	return VRRP_REFUSAL_NONE;
}

/* The same of leases. */
static enum vrrp_refusal
on_lease(const uint8_t *body, size_t len, void *arg)
{
	static struct vrrp_lease_errand e;
	struct vrrp_desk *d = arg;

	if (!vrrp_lease_errand_decode(body, len, &e))
		return VRRP_REFUSAL_BODY;
	(void)vrrp_channel_send(d->net.child.channel, VRRP_MSG_LEASE, body, len);
	return VRRP_REFUSAL_NONE;
}

/* --- from vrrpd-net --- */

/* Answers come in order: those of an engine before this one are the first. */
static enum vrrp_refusal
on_joined(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_desk *d = arg;
	uint32_t number;
	int error;

	if (!vrrp_joined_decode(body, len, &number, &error) || d->joins == 0)
		return VRRP_REFUSAL_BODY;
	d->joins--;
	if (d->old_joins > 0)
		d->old_joins--;
	else
		answer_join(d, number, error);
	answered(d);
	pass(d);
	return VRRP_REFUSAL_NONE;
}

/* Nobody waits for this device: it goes again, unless somebody has taken it. */
static void
unmake(struct vrrp_desk *d, const struct vrrp_device_made *m)
{
	struct vrrp_removal r = { .ifindex = m->ifindex, .tag = m->tag };

	if (m->error < 0)
		return;
	memcpy(r.name, m->name, sizeof(r.name));
	(void)vrrp_removals_put(&d->removals, &r);
}

static enum vrrp_refusal
on_made(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_desk *d = arg;
	struct vrrp_device_errand *done;
	struct vrrp_device_made m;
	uint8_t answer[VRRP_DEVICE_MADE_MAX];
	uint32_t number;

	if (!vrrp_device_made_decode(body, len, &m))
		return VRRP_REFUSAL_BODY;
	done = vrrp_devices_numbered(&d->devices, m.number);
	if (done == NULL || !done->asked)
		return VRRP_REFUSAL_BODY;
	number = m.number;
	m.number = done->theirs;
	if (done->forsaken)
		unmake(d, &m);
	else
		(void)vrrp_channel_send(d->engine, VRRP_MSG_MADE, answer,
		    vrrp_device_made_encode(&m, answer));
	(void)vrrp_devices_drop(&d->devices, number);
	answered(d);
	pass(d);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_removed(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_desk *d = arg;
	unsigned i, n;

	if (!vrrp_removal_decode(body, len, d->some, &n))
		return VRRP_REFUSAL_BODY;
	for (i = 0; i < n; i++)
		(void)vrrp_removals_drop(&d->removals, d->some[i].ifindex);
	(void)vrrp_channel_send(d->engine, VRRP_MSG_REMOVED, body, len);
	answered(d);
	pass(d);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_renewed(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_desk *d = arg;
	mono_t wished;

	if (!vrrp_renewed_decode(body, len, &wished))
		return VRRP_REFUSAL_BODY;
	vrrp_unanswered_answer(&d->unanswered, wished);
	answered(d);
	(void)vrrp_channel_send(d->engine, VRRP_MSG_RENEWED, body, len);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_steered(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_desk *d = arg;
	uint32_t number;
	int error;

	if (!vrrp_steered_decode(body, len, &number, &error))
		return VRRP_REFUSAL_BODY;
	answered(d);
	pass(d);
	(void)vrrp_channel_send(d->engine, VRRP_MSG_STEERED, body, len);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_leased(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_desk *d = arg;
	uint32_t number;
	int error;

	if (!vrrp_lease_answer_decode(body, len, &number, &error))
		return VRRP_REFUSAL_BODY;
	answered(d);
	pass(d);
	(void)vrrp_channel_send(d->engine, VRRP_MSG_LEASED, body, len);
	return VRRP_REFUSAL_NONE;
}

/* --- life of vrrpd-net --- */

/* In the child.  vrrpd-net has nothing of a configuration but its priority. */
static void
become_net(int channel, bool execute, void *arg)
{
	struct vrrp_desk *d = arg;
	const struct vrrp_netd_birth birth = {
		.channel = channel,
		.user = d->user,
		.realtime_priority = d->realtime_priority,
		.program = d->program,
	};
	int error;

	if (execute) {
		error = vrrp_birth_execute_beside(VRRP_WAY_NET_UP, channel,
		    d->program, d->program->conf);
		log_err(NAME ": cannot execute %s: %s", d->program->path,
		    strerror(-error));
	}
	vrrp_netd_live(&birth);
}

static void
net_ended(void *arg)
{
	struct vrrp_desk *d = arg;

	vrrp_devices_again(&d->devices);
	vrrp_removals_again(&d->removals);
	memset(&d->unanswered, 0, sizeof(d->unanswered));
	d->joins = d->old_joins = 0;
	tell_engine(d, VRRP_NET_AWAY);
}

static void
net_started(void *arg)
{
	struct vrrp_desk *d = arg;
	struct vrrp_channel *c = d->net.child.channel;

	vrrp_channel_handle(c, VRRP_MSG_MADE, on_made, d);
	vrrp_channel_handle(c, VRRP_MSG_REMOVED, on_removed, d);
	vrrp_channel_handle(c, VRRP_MSG_RENEWED, on_renewed, d);
	vrrp_channel_handle(c, VRRP_MSG_JOINED, on_joined, d);
	vrrp_channel_handle(c, VRRP_MSG_STEERED, on_steered, d);
	vrrp_channel_handle(c, VRRP_MSG_LEASED, on_leased, d);
	d->vital.known = d->wait_said = false;
	tell_engine(d, VRRP_NET_THERE);
	pass(d);
}

static bool
net_wanted(const void *arg)
{
	(void)arg;
	return true;
}

static const struct vrrp_beside_calls net_calls = {
	.become = become_net,
	.started = net_started,
	.ended = net_ended,
	.wanted = net_wanted,
};

/* --- a part of the monitor --- */

static void
part_attach(struct vrrp_channel *engine, void *arg)
{
	struct vrrp_desk *d = arg;

	vrrp_channel_handle(engine, VRRP_MSG_MAKE, on_make, d);
	vrrp_channel_handle(engine, VRRP_MSG_REMOVE, on_remove, d);
	vrrp_channel_handle(engine, VRRP_MSG_RENEW, on_renew, d);
	vrrp_channel_handle(engine, VRRP_MSG_JOIN, on_join, d);
	vrrp_channel_handle(engine, VRRP_MSG_STEER, on_steer, d);
	vrrp_channel_handle(engine, VRRP_MSG_LEASE, on_lease, d);
	d->engine = engine;
	vrrp_beside_tell(&d->net, engine);
	tell_engine(d, d->state);
}

static void
part_detach(void *arg)
{
	struct vrrp_desk *d = arg;

	d->engine = NULL;
	d->old_joins = d->joins;
	vrrp_devices_forsake(&d->devices);
	memset(&d->unanswered, 0, sizeof(d->unanswered));
	vrrp_beside_tell(&d->net, NULL);
}

/* Open requests stay in the socket, and the desk keeps those not done. */
static void
part_renew(void *arg)
{
	struct vrrp_desk *d = arg;

	vrrp_beside_renew(&d->net);
}

static void
part_forget(void *arg)
{
	struct vrrp_desk *d = arg;

	vrrp_beside_forget(&d->net);
	loop_timer_free(d->look);
	d->look = NULL;
}

static int
part_open(struct loop *loop, void *arg)
{
	struct vrrp_desk *d = arg;

	int error = vrrp_beside_open(&d->net, loop);

	d->look = loop_timer_new(loop, on_look, d);
	if (error < 0 || d->look == NULL)
		return -ENOMEM;
	vrrp_beside_start(&d->net);
	return 0;
}

/*
 * Everything asked for is in the socket, from where vrrpd-net reads it.  A device
 * that is being made is waited for, since nobody removes it later.
 */
static bool
hand_over(struct vrrp_desk *d)
{
	static const struct timespec pause = { .tv_nsec = NS_PER_MS };
	struct vrrp_channel *c = d->net.child.channel;
	int64_t waited_ns;

	pass_removals(d, UINT_MAX);
	for (waited_ns = 0; waited_ns < LEAVE_NS && (!vrrp_channel_flush(c) ||
	    vrrp_devices_under_way(&d->devices) > 0); waited_ns += NS_PER_MS) {
		(void)nanosleep(&pause, NULL);
		vrrp_channel_drain(c);
		pass_removals(d, UINT_MAX);
	}
	return vrrp_channel_flush(c) &&
	    vrrp_removals_next(&d->removals, d->some) == 0;
}

/* A vrrpd-net that is stopped would neither remove the devices nor end. */
static void
let_run(struct vrrp_desk *d)
{
	struct vrrp_vital now;

	vrrp_witness_look(d->net.child.pid, &now);
	if (vrrp_vital_judge(NULL, &now, 0) == VRRP_VITAL_STOPPED)
		(void)vrrp_child_signal(&d->net.child, SIGCONT);
}

/* The loop does not run any more; waiting is all that is left. */
static void
part_close(void *arg)
{
	struct vrrp_desk *d = arg;
	mono_t deadline = mono_add(loop_clock(), LEAVE_NS);

	if (d->net.child.pid == 0 && d->removals.count > 0 &&
	    vrrp_beside_try(&d->net) < 0)
		log_err("%u devices stay: there is no " NAME,
		    d->removals.count);
	if (d->net.child.pid != 0) {
		let_run(d);
		if (!hand_over(d))
			log_err("some devices stay: " NAME " does not listen");
		vrrp_child_hang_up(&d->net.child);
		if (!vrrp_child_await(&d->net.child, deadline))
			log_warning(NAME " still waits for the kernel to remove "
			    "devices: left alone");
	}
	part_forget(d);
}

struct vrrp_desk *
vrrp_desk_new(const struct priv_user *user, int realtime_priority,
    const struct vrrp_program *program)
{
	struct vrrp_desk *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->user = user;
	d->realtime_priority = realtime_priority;
	d->program = program;
	vrrp_beside_init(&d->net, NAME, VRRP_WAY_NET_UP, program, &net_calls,
	    d);
	return d;
}

struct vrrp_monitor_part
vrrp_desk_part(struct vrrp_desk *d)
{
	return (struct vrrp_monitor_part){
		.attach = part_attach,
		.detach = part_detach,
		.forget = part_forget,
		.renew = part_renew,
		.open = part_open,
		.close = part_close,
		.arg = d,
	};
}

void
vrrp_desk_free(struct vrrp_desk *d)
{
	free(d);
}

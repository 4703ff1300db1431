/*
 * vrrp_errand.c - what the engine leaves to vrrpd-net, which may wait.
 *
 * Whatever needs the kernel's lock on network configuration and is no part of a
 * takeover: another program may hold that lock for seconds, and an engine that
 * waits for it sends no advert.
 *
 * Removals rest for a while.  Each holds the kernel's lock for up to 20 ms, and what
 * has put an instance out of its device, a reload, often makes another router take
 * over in the next moments: addresses that are to go then would wait for the lock.
 * Until they leave a device can be reclaimed: an instance that a reload replaces by
 * another of the same virtual router leaves its device to that one.  Afterwards the
 * name is taken until vrrpd-net has answered, or an instance would adopt a device
 * that is about to go.
 *
 * A group is joined with sockets of this process, whose membership it is then
 * (vrrp_joining.h).
 *
 * Nothing is waited for here: a device that stays by mistake is deaf and mute, and
 * the next engine removes it; an instance waits for the answer to its wish for a
 * device as it waits for an interface.
 *
 * Wishes leave at once.  An instance that goes leaves its wish behind, forsaken:
 * whoever is next to wish that very device gets the answer instead, which is there
 * sooner and keeps the two in order; and without a next one the device is removed
 * when it has been made.  Where a next one is known to come, since an instance of a
 * reload goes on for another as soon as it has its device, the device is kept.
 */
#include "config.h"

#include "vrrpd/instance/vrrp_errand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "shared/nl.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/pure/vrrp_renewal.h"
#include "vrrpd/pure/vrrp_steering.h"

struct join {
	struct vrrp_joining	wish;
	int			fds[VRRP_JOINING_SOCKETS];	/* borrowed */
	bool			asked;
};

struct vrrp_errands {
	const struct vrrp_env	*env;
	enum vrrp_net_state	 net;
	bool			 started;	/* the monitor has spoken */
	struct vrrp_unanswered	 unanswered;	/* renewals */
	int64_t			 gap_ns;	/* an answer was late by so much */
	mono_t			 gap_end;	/* and came then */
	uint32_t		 number;	/* of the last wish */
	struct vrrp_devices	 devices;	/* wished, not answered */
	struct {
		struct vrrp_device_wish	wish;
		struct vrrp_device_made	made;
	}			*kept;		/* reserved, and made */
	unsigned		 kept_count;
	char			 said[VRRP_DEVICE_REASON_MAX]; /* why not */
	struct join		*joins;		/* not answered */
	unsigned		 join_count;
	uint32_t		 join_number;	/* of the last one */
	uint32_t		 steer_number;	/* the same */
	struct vrrp_removals	 removals;
	mono_t			 rest_until;	/* none leaves before */
	struct vrrp_removal	 some[VRRP_REMOVALS_MESSAGE];
	uint8_t			 body[VRRP_RENEWAL_MAX];
};

_Static_assert(VRRP_REMOVALS_MESSAGE * VRRP_REMOVAL_BYTES <=
    VRRP_RENEWAL_MAX && VRRP_STEERING_MAX <= VRRP_RENEWAL_MAX,
    "one buffer for all");

/* --- making --- */

/* As many as the channel takes; what it does not, the next beat sends. */
static void
send_wishes(struct vrrp_errands *e)
{
	uint8_t body[VRRP_DEVICE_WISH_BYTES];
	struct vrrp_device_errand *next;

	while ((next = vrrp_devices_next(&e->devices)) != NULL) {
		if (vrrp_channel_send(e->env->channel, VRRP_MSG_MAKE, body,
		    vrrp_device_wish_encode(&next->wish, body)) < 0)
			return;
		next->asked = true;
	}
}

uint32_t
vrrp_errands_make(struct vrrp_errands *e, const struct vrrp_device_wish *w)
{
	struct vrrp_device_errand *old = vrrp_devices_same(&e->devices, w);
	struct vrrp_device_wish wish = *w;

	if (!e->started || e->env->channel == NULL)
		return 0;
	if (old != NULL && old->forsaken && old->wish.in_use == w->in_use &&
	    old->wish.both == w->both &&
	    strcmp(old->wish.name, w->name) == 0) {
		old->forsaken = old->reserved = false;
		return old->wish.number;
	}
	if (++e->number == 0)
		e->number = 1;
	wish.number = e->number;
	if (!vrrp_devices_put(&e->devices, &wish))
		return 0;
	send_wishes(e);
	return wish.number;
}

void
vrrp_errands_forgo(struct vrrp_errands *e, uint32_t number)
{
	vrrp_devices_forgo(&e->devices, number);
}

void
vrrp_errands_reserve(struct vrrp_errands *e, uint32_t number)
{
	struct vrrp_device_errand *errand;

	errand = vrrp_devices_numbered(&e->devices, number);
	if (errand != NULL)
		errand->forsaken = errand->reserved = true;
}

bool
vrrp_errands_is_reserved(struct vrrp_errands *e,
    const struct vrrp_device_wish *w)
{
	const struct vrrp_device_errand *same;

	same = vrrp_devices_same(&e->devices, w);
	return same != NULL && same->reserved;
}

static void
remove_made(struct vrrp_errands *e, const struct vrrp_device_made *m)
{
	struct vrrp_removal gone = { .ifindex = m->ifindex, .tag = m->tag };

	memcpy(gone.name, m->name, sizeof(gone.name));
	vrrp_errands_remove(e, &gone);
}

static bool
keep(struct vrrp_errands *e, const struct vrrp_device_wish *w,
    const struct vrrp_device_made *m)
{
	void *list = realloc(e->kept, (e->kept_count + 1) *
	    sizeof(e->kept[0]));

	if (list == NULL)
		return false;
	e->kept = list;
	e->kept[e->kept_count].wish = *w;
	e->kept[e->kept_count++].made = *m;
	return true;
}

bool
vrrp_errands_take(struct vrrp_errands *e, const struct vrrp_device_wish *w,
    struct vrrp_device_made *m)
{
	const struct vrrp_device_wish *kept;
	struct nl_link link;
	unsigned i;

	for (i = 0; i < e->kept_count; i++) {
		kept = &e->kept[i].wish;
		if (kept->parent == w->parent && kept->family == w->family &&
		    kept->vrid == w->vrid)
			break;
	}
	if (i == e->kept_count)
		return false;
	*m = e->kept[i].made;
	e->kept[i] = e->kept[--e->kept_count];
	/* Somebody may have removed it since. */
	return nl_link_known(e->env->nl, m->name, &link) == 0 &&
	    link.ifindex == m->ifindex;
}

void
vrrp_errands_purge(struct vrrp_errands *e)
{
	unsigned i;

	for (i = 0; i < e->devices.count; i++)
		e->devices.list[i].reserved = false;
	while (e->kept_count > 0)
		remove_made(e, &e->kept[--e->kept_count].made);
}

/* The next one that comes wishes it again, and fails again, every second. */
static void
say_once(struct vrrp_errands *e, const struct vrrp_device_made *m)
{
	if (strcmp(e->said, m->reason) == 0)
		return;
	memcpy(e->said, m->reason, sizeof(e->said));
	log_err("%s: the instance that needs it waits, and the one before goes "
	    "on", m->reason);
}

bool
vrrp_errands_made(struct vrrp_errands *e, const struct vrrp_device_made *m)
{
	struct vrrp_device_errand *done = vrrp_devices_numbered(&e->devices,
	    m->number);
	struct vrrp_device_wish wish;
	bool reserved;

	if (done == NULL)
		return false;
	if (!done->forsaken) {
		(void)vrrp_devices_drop(&e->devices, m->number);
		return true;
	}
	wish = done->wish;
	reserved = done->reserved;
	(void)vrrp_devices_drop(&e->devices, m->number);
	if (m->error < 0 && reserved)
		say_once(e, m);
	/* Another wish for it is under way: that one's answer decides. */
	if (m->error < 0 || vrrp_devices_same(&e->devices, &wish) != NULL)
		return false;
	if (!reserved || !keep(e, &wish, m))
		remove_made(e, m);
	return false;
}

/* --- groups --- */

/* As many as the channel takes; what it does not, the next beat sends. */
static void
send_joins(struct vrrp_errands *e)
{
	uint8_t body[VRRP_JOINING_BYTES];
	struct join *j;
	unsigned i;

	for (i = 0; i < e->join_count; i++) {
		j = &e->joins[i];
		if (j->asked)
			continue;
		if (vrrp_channel_send_with(e->env->channel, VRRP_MSG_JOIN,
		    body, vrrp_joining_encode(&j->wish, body), j->fds) < 0)
			return;
		j->asked = true;
	}
}

uint32_t
vrrp_errands_join(struct vrrp_errands *e, int ifindex, uint8_t family,
    const int fds[VRRP_JOINING_SOCKETS])
{
	struct join *list, *j;

	if (!e->started || e->env->channel == NULL)
		return 0;
	list = realloc(e->joins, (e->join_count + 1) * sizeof(*list));
	if (list == NULL)
		return 0;
	e->joins = list;
	j = &list[e->join_count++];
	if (++e->join_number == 0)
		e->join_number = 1;
	*j = (struct join){ .wish = { e->join_number, ifindex, family } };
	memcpy(j->fds, fds, sizeof(j->fds));
	send_joins(e);
	return e->join_number;
}

static unsigned
find_join(const struct vrrp_errands *e, uint32_t number)
{
	unsigned i;

	for (i = 0; i < e->join_count; i++)
		if (e->joins[i].wish.number == number)
			break;
	return i;
}

void
vrrp_errands_forgo_join(struct vrrp_errands *e, uint32_t number)
{
	unsigned i = find_join(e, number);

	if (i < e->join_count)
		e->joins[i] = e->joins[--e->join_count];
}

bool
vrrp_errands_joined(struct vrrp_errands *e, uint32_t number, int error)
{
	unsigned i = find_join(e, number);

	if (i == e->join_count)
		return false;
	if (error == -EAGAIN) {		/* the next beat asks again */
		e->joins[i].asked = false;
		return false;
	}
	e->joins[i] = e->joins[--e->join_count];
	return true;
}

/* Whoever was asked may have died over it, and joining twice does no harm. */
static void
join_again(struct vrrp_errands *e)
{
	unsigned i;

	for (i = 0; i < e->join_count; i++)
		e->joins[i].asked = false;
	if (e->net == VRRP_NET_THERE)
		send_joins(e);
}

/* --- ways back --- */

/* A message that the channel does not take is as good as unanswered. */
uint32_t
vrrp_errands_steer(struct vrrp_errands *e, const uint8_t *netlink, size_t len)
{
	struct vrrp_steering s = { .netlink = netlink, .len = len };
	size_t n;

	if (!e->started || e->env->channel == NULL)
		return 0;
	if (++e->steer_number == 0)
		e->steer_number = 1;
	s.number = e->steer_number;
	n = vrrp_steering_encode(&s, e->body, sizeof(e->body));
	if (n == 0 || vrrp_channel_send(e->env->channel, VRRP_MSG_STEER,
	    e->body, n) == -EPIPE)
		return 0;
	return s.number;
}

/* --- removal --- */

/* There is nobody to be asked. */
static void
remove_now(struct vrrp_errands *e, unsigned n)
{
	int list[VRRP_REMOVALS_MESSAGE], error;
	unsigned i;
	bool together;

	for (i = 0; i < n; i++) {
		list[i] = e->some[i].ifindex;
		(void)vrrp_removals_drop(&e->removals, list[i]);
	}
	/* Each device that is removed alone waits for a grace period. */
	together = n > 1 && nl_link_del_many(e->env->nl, list, n) == 0;
	for (i = 0; i < n && !together; i++) {
		error = nl_link_del(e->env->nl, list[i]);
		if (error < 0 && error != -ENODEV)
			log_warning("device=%s cannot be removed: %s",
			    e->some[i].name, strerror(-error));
	}
}

void
vrrp_errands_flush(struct vrrp_errands *e)
{
	unsigned n;
	int error;

	send_wishes(e);
	send_joins(e);
	if (mono_before(loop_clock(), e->rest_until))
		return;			/* the next beat comes here */
	while ((n = vrrp_removals_next(&e->removals, e->some)) > 0) {
		error = vrrp_channel_send(e->env->channel, VRRP_MSG_REMOVE,
		    e->body, vrrp_removal_encode(e->some, n, e->body));
		if (error == -EPIPE)
			remove_now(e, n);
		else if (error < 0)
			return;		/* the next beat comes here */
		else
			vrrp_removals_asked(&e->removals, e->some, n);
	}
}

static void
flush(void *arg)
{
	vrrp_errands_flush(arg);
}

void
vrrp_errands_hurry(struct vrrp_errands *e)
{
	e->rest_until = MONO_ZERO;
	vrrp_errands_flush(e);
}

void
vrrp_errands_remove(struct vrrp_errands *e, const struct vrrp_removal *r)
{
	/* Later ones rest with the first. */
	if (e->env->channel != NULL &&
	    vrrp_removals_next(&e->removals, e->some) == 0)
		e->rest_until = mono_add(loop_clock(), VRRP_REMOVAL_REST_NS);
	if (!vrrp_removals_put(&e->removals, r)) {
		log_err("device=%s stays: too many are being removed",
		    r->name);
		return;
	}
	if (loop_defer(e->env->loop, flush, e) < 0)
		vrrp_errands_flush(e);
}

bool
vrrp_errands_reclaim(struct vrrp_errands *e, const char *name)
{
	const struct vrrp_removal *r = vrrp_removals_named(&e->removals,
	    name);

	if (r == NULL)
		return true;
	if (r->asked)
		return false;
	(void)vrrp_removals_drop(&e->removals, r->ifindex);
	return true;
}

void
vrrp_errands_removed(struct vrrp_errands *e, const struct vrrp_removal *r,
    unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		(void)vrrp_removals_drop(&e->removals, r[i].ifindex);
}

/* --- renewal --- */

bool
vrrp_errands_net(struct vrrp_errands *e, enum vrrp_net_state net)
{
	bool other = net != VRRP_NET_WAITS && net != e->net;

	e->net = net;
	e->started = true;
	/* Whoever is new has not been asked anything. */
	if (!other)
		return false;
	e->unanswered.count = 0;
	join_again(e);
	return net == VRRP_NET_THERE;
}

bool
vrrp_errands_renew(struct vrrp_errands *e, const uint8_t *netlink, size_t len)
{
	const struct vrrp_renewal r = { loop_clock(), netlink, len };
	size_t n;

	if (e->net == VRRP_NET_AWAY)
		return false;
	n = vrrp_renewal_encode(&r, e->body, sizeof(e->body));
	if (n == 0 || vrrp_channel_send(e->env->channel, VRRP_MSG_RENEW,
	    e->body, n) == -EPIPE)
		return false;
	vrrp_unanswered_add(&e->unanswered, r.wished);
	/* Asked all the same, so that an answer is heard when there is one. */
	return e->net == VRRP_NET_WAITS || vrrp_unanswered_for_ns(
	    &e->unanswered, r.wished) < VRRP_NET_SILENCE_NS;
}

void
vrrp_errands_renewed(struct vrrp_errands *e, mono_t wished)
{
	mono_t now = loop_clock();
	int64_t late_ns = vrrp_unanswered_for_ns(&e->unanswered, now);

	if (late_ns >= VRRP_NET_SILENCE_NS) {
		e->gap_ns = late_ns;
		e->gap_end = now;
	}
	/* Maybe it was dropped; the next one tells. */
	if (mono_sub(now, wished) > VRRP_RENEWAL_AGE_NS)
		return;
	vrrp_unanswered_answer(&e->unanswered, wished);
}

int64_t
vrrp_errands_gap_ns(const struct vrrp_errands *e)
{
	mono_t now = loop_clock();
	int64_t open_ns = vrrp_unanswered_for_ns(&e->unanswered, now);
	int64_t ns = e->gap_ns > 0 && mono_sub(now, e->gap_end) < NS_PER_S ?
	    e->gap_ns : 0;

	return open_ns > ns ? open_ns : ns;
}

/* --- life --- */

struct vrrp_errands *
vrrp_errands_new(const struct vrrp_env *env)
{
	struct vrrp_errands *e = calloc(1, sizeof(*e));

	if (e != NULL)
		e->env = env;
	return e;
}

void
vrrp_errands_free(struct vrrp_errands *e)
{
	unsigned n;

	if (e == NULL)
		return;
	vrrp_errands_purge(e);
	loop_defer_cancel(e->env->loop, flush, e);
	vrrp_errands_hurry(e);
	/* The last chance for errands that the channel had no room for. */
	while ((n = vrrp_removals_next(&e->removals, e->some)) > 0)
		remove_now(e, n);
	free(e->kept);
	free(e->joins);
	free(e);
}

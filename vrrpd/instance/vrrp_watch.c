/*
 * vrrp_watch.c - an instance asks the network whether it is alone.
 *
 * Who asks: an Active, and a Backup that has heard of no Active since it started
 * (a cold start, which has to wait for Active_Down_Interval anyway).  A Backup that
 * follows an Active asks three times only, so that this one knows it.  Nothing
 * waits for an answer.  The questions and their forms are in vrrp_ask.h; they are
 * built as they are sent, since none is sent on the way of a takeover.
 *
 * What is heard, and the alarm it makes:
 *   a signed ask of our VRID	another router is Active	two-actives
 *				and one that is not ends	vrrp-blocked
 *   a claim of our address	from another MAC		address-claimed
 *				from the virtual MAC		virtual-mac-elsewhere
 *   any frame from the virtual MAC, while we are Active	virtual-mac-elsewhere
 *   no answer to the virtual MAC, but to ours			virtual-mac-refused
 *   adverts of a lesser router that go on			unheard
 *
 * Ordinary life has all of that for a moment: a takeover, a preemption, a network
 * that heals, a predecessor that lingers.  It is over within an advertisement
 * interval, so an alarm takes sightings over more than that.  What is asked once a
 * second is seen once a second; a sighting lasts for 3.5 s.
 *
 * A Backup tries the virtual MAC beforehand, as long as nobody else can be using it
 * (early_at()): the alarm comes before the first router is Active.
 * virtual_mac = auto gives the virtual MAC up where it is refused, once and for this
 * life of the instance: the router has it succeeded by one without
 * (vrrp_fallback.c).  Whom it is tried with is another router or, where none is known
 * that answers, a host that asks for one of the addresses, as clients do.  Nobody to
 * ask: nothing is decided, and the virtual MAC stays.
 *
 * Not seen: addresses on another device than the instance's interface, and routers
 * behind another router (unicast), where neither ARP nor Neighbor Discovery goes.
 *
 * Pace: the first question follows some ten milliseconds after a change of state,
 * apart for each VRID, so that a hundred instances do not ask in one turn of the
 * loop.  A broadcast on an interface reaches every macvlan on it, here and at the
 * other router, so the questions of N instances cost N times N: from CROWD instances
 * on they all take their time in proportion, and so many ask once a second together.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/instance/vrrp_alert.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_send.h"
#include "vrrpd/instance/vrrp_watch.h"
#include "vrrpd/linux/vrrp_ear.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/pure/vrrp_ask.h"

#define ASK_EVERY_NS	(1 * NS_PER_S)
#define ASK_SUSPICIOUS_NS (250 * NS_PER_MS)
#define ASK_QUICK_NS	(100 * NS_PER_MS)
#define ASK_QUICKLY	3
#define ASK_ADDRS	4		/* of many addresses, at a time */
#define ASK_FIRST_NS	(20 * NS_PER_MS)
#define ASK_APART_NS	(2 * NS_PER_MS)	/* per VRID */
#define SIGHTING_NS	(3500 * NS_PER_MS)
#define PATIENCE_NS	(300 * NS_PER_MS) /* beyond an interval and a quarter */
/* A router that has just yielded, or stops, may be heard for as long as this. */
#define YIELDING_NS	(1 * NS_PER_S)
#define RECLAIM_NS	(1 * NS_PER_S)
#define CROWD		16		/* instances on an interface */
#define QUIET_NS	(1200 * NS_PER_MS) /* longer than between two asks */
#define GIVE_UP_NS	(1500 * NS_PER_MS) /* then giving up has failed */

/* A time between questions, or for what was heard of them, in a crowd. */
static int64_t
paced(const struct vrrp_instance *v, int64_t ns)
{
	return ns * (1 + (int64_t)(v->iface->users > 0 ? v->iface->users - 1 :
	    0) / CROWD);
}

/* Index of a virtual address; -1: it is none. */
static int
vip_index(const struct vrrp_instance *v, const struct addr *addr)
{
	unsigned i;

	for (i = 0; i < vrrp_params_addresses(&v->p); i++)
		if (addr_equal(&v->p.vips[i].prefix.addr, addr))
			return (int)i;
	return -1;
}

/* Nobody else is known to be Active. */
static bool
is_asking(const struct vrrp_instance *v)
{
	return v->core.state == VRRP_ACTIVE || (v->core.state == VRRP_BACKUP &&
	    !addr_is_set(&v->core.active.source));
}

/* --- the ear --- */

static uint32_t
sum_bytes(uint32_t sum, const void *bytes, size_t len)
{
	const uint8_t *b = bytes;
	size_t i;

	for (i = 0; i < len; i++)
		sum = (sum ^ b[i]) * UINT32_C(16777619);	/* FNV-1a */
	return sum;
}

/*
 * Nobody else has a use for the virtual MAC of an Active.  On an interface that is a
 * macvlan itself the kernel passes our own broadcasts along to it.
 */
static bool
minds_virtual(const struct vrrp_instance *v)
{
	return v->core.state == VRRP_ACTIVE && !v->iface->link.is_macvlan;
}

/*
 * On an interface that is a macvlan itself the answer comes to our own device, beside
 * it and unheard here; our adverts leave from its own MAC there.
 */
static bool
can_hear_trial(const struct vrrp_instance *v)
{
	return v->p.virtual_mac && !v->iface->link.is_macvlan;
}

/*
 * There is no other router to try the virtual MAC with, and nobody who has it: whoever
 * asks for an address is a host that answers for its own.
 */
static bool
wants_askers(const struct vrrp_instance *v)
{
	return can_hear_trial(v) && is_asking(v) &&
	    vrrp_passage_is_lonely(&v->passage);
}

static uint32_t
sum_of(const struct vrrp_instance *v)
{
	uint32_t sum = UINT32_C(2166136261) + minds_virtual(v) +
	    2 * wants_askers(v);
	unsigned i;

	for (i = 0; i < vrrp_params_addresses(&v->p); i++)
		sum = sum_bytes(sum, &v->p.vips[i].prefix.addr,
		    sizeof(v->p.vips[i].prefix.addr));
	for (i = 0; i < v->passage.count; i++)
		sum = sum_bytes(sum, &v->passage.list[i].addr,
		    sizeof(v->passage.list[i].addr));
	return sum;
}

static void
want(struct vrrp_ear_wish *w, const struct addr *addr)
{
	if (w->addr_count < VRRP_EAR_ADDRS_MAX)
		w->addrs[w->addr_count++] = *addr;
}

static void
want_mac(struct vrrp_ear_wish *w, const struct vrrp_instance *v)
{
	uint8_t mac[6];

	vrrp_params_virtual_mac(v->p.family, v->p.vrid, mac);
	if (w->mac_count < VRRP_EAR_MACS_MAX)
		w->macs[w->mac_count++] = (uint16_t)(mac[4] << 8 | mac[5]);
}

/* Where not all have room, the last others have none. */
static void
want_others(struct vrrp_ear_wish *w, const struct vrrp_instance *v)
{
	unsigned i;

	for (i = v->p.vip_count; i < vrrp_params_addresses(&v->p); i++)
		want(w, &v->p.vips[i].prefix.addr);
}

/* Everybody's on this interface; of IPv4, partners answer in another way. */
static void
tell_ear(struct vrrp_iface *f)
{
	static struct vrrp_ear_wish w;		/* too large for the stack */
	struct vrrp_instance *v;
	unsigned i, j;

	w.addr_count = w.mac_count = 0;
	w.askers = false;
	for (i = 0; i < 2 * 256; i++) {
		v = f->table[i / 256][i % 256];
		if (v == NULL)
			continue;
		for (j = 0; j < v->p.vip_count; j++)
			want(&w, &v->p.vips[j].prefix.addr);
		for (j = 0; j < v->passage.count; j++)
			if (v->p.family == AF_INET6)
				want(&w, &v->passage.list[j].addr);
		if (minds_virtual(v))
			want_mac(&w, v);
		w.askers = w.askers || wants_askers(v);
		v->ear_sum = sum_of(v);
	}
	for (i = 0; i < 2 * 256; i++)
		if ((v = f->table[i / 256][i % 256]) != NULL)
			want_others(&w, v);
	(void)vrrp_ear_listen(f->ear, &w);
}

/* The first of many that have changed does it for all. */
static void
listen_anew(void *arg)
{
	struct vrrp_instance *v = arg;

	if (v->iface->ear != NULL && v->ear_sum != sum_of(v))
		tell_ear(v->iface);
}

static void	heard_cb(const uint8_t *frame, size_t len, void *arg);

/* The interface is listened to, for what this instance has now. */
static bool
has_ear(struct vrrp_instance *v)
{
	struct vrrp_iface *f = v->iface;
	int error;

	if (f->ear == NULL) {
		error = vrrp_ear_open(f->loop, f->io, f->link.ifindex,
		    heard_cb, f, &f->ear);
		if (error < 0) {
			if (!f->ear_failed)
				log_warning("interface=%s cannot listen to ARP "
				    "and ND: %s", f->name, strerror(-error));
			f->ear_failed = true;
			return false;
		}
		tell_ear(f);
	} else if (v->ear_sum != sum_of(v))
		tell_ear(f);
	return true;
}

/* --- asking --- */

static bool
may_speak(struct vrrp_instance *v)
{
	const struct vrrp_iface *f = v->iface;

	return v->vips != NULL && f->io != NULL && f->link.has_mac &&
	    vrrp_iface_has_primary(f, v->p.family) &&
	    !vrrp_core_is_fenced(&v->core) &&
	    !loop_is_unjudged(v->env->loop) && has_ear(v);
}

static void
ask_for(struct vrrp_instance *v, unsigned i)
{
	const struct vrrp_vip_address *a = &vrrp_vip_addresses(v->vips)[i];
	const uint8_t family = a->prefix.addr.family;
	int ifindex = v->iface->link.ifindex;
	uint8_t frame[VRRP_ASK_FRAME_MAX];
	size_t len;

	if (a->owned || (a->announce_ifindex != ifindex &&
	    a->announce_ifindex != vrrp_vip_ifindex(v->vips)) ||
	    !vrrp_iface_has_primary(v->iface, family))
		return;
	len = vrrp_ask_build(&a->prefix.addr, vrrp_iface_primary(v->iface,
	    family),
	    v->iface->link.mac, v->p.vrid, v->core.state == VRRP_ACTIVE, frame,
	    sizeof(frame));
	if (len > 0)
		(void)vrrp_ear_ask(v->env->tx, ifindex, frame, len);
}

static bool
is_suspicious(const struct vrrp_instance *v)
{
	return vrrp_alarm_is_suspected(&v->alarms, VRRP_ALARM_TWO_ACTIVES) ||
	    vrrp_alarm_is_suspected(&v->alarms,
	    VRRP_ALARM_ADDRESS_CLAIMED) ||
	    vrrp_alarm_is_suspected(&v->alarms,
	    VRRP_ALARM_VIRTUAL_MAC_ELSEWHERE);
}

static void
ask(struct vrrp_instance *v, mono_t now)
{
	unsigned count = vrrp_params_addresses(&v->p), i;
	unsigned n = count < ASK_ADDRS ? count : ASK_ADDRS;

	for (i = 0; i < n; i++) {
		if (v->ask_next >= count)
			v->ask_next = 0;
		ask_for(v, v->ask_next++);
	}
	if (mono_is_never(v->asked_since))
		v->asked_since = now;
	if (v->ask_quickly > 0)
		v->ask_quickly--;
	if (v->ask_quickly > 0)
		v->ask_at = mono_add(now, paced(v, ASK_QUICK_NS));
	else if (!v->asking)
		v->ask_at = MONO_NEVER;
	else
		v->ask_at = mono_add(now, paced(v, is_suspicious(v) ?
		    ASK_SUSPICIOUS_NS : ASK_EVERY_NS));
}

/* --- the virtual MAC --- */

static bool
is_undecided(const struct vrrp_instance *v)
{
	return v->p.virtual_mac && v->p.virtual_mac_auto;
}

/*
 * Whether or when, a frame from the virtual MAC may leave a Backup, which tries so that
 * an alarm comes, or auto has decided, before it is Active: MONO_NEVER, not by what is
 * known.  Nobody may be using that MAC, or the
 * switches would take it from him.  So the network has been asked who has the
 * address, and for QUIET_NS nobody has answered with the virtual MAC: as we follow
 * somebody he has answered with another one, later; else nobody is known.
 */
static mono_t
early_at(const struct vrrp_instance *v)
{
	mono_t at = v->asked_since;

	if (v->core.state != VRRP_BACKUP || !can_hear_trial(v) ||
	    mono_is_never(at) || v->passage.verdict == VRRP_PASSAGE_PASSES)
		return MONO_NEVER;
	if (!v->asking && mono_is_never(v->seen_other))
		return MONO_NEVER;
	if (!v->asking && !mono_is_never(v->seen_virtual) &&
	    mono_sub(v->seen_other, v->seen_virtual) < NS_PER_S)
		return MONO_NEVER;
	if (v->asking && !mono_is_never(v->seen_virtual))
		at = mono_max(at, v->seen_virtual);
	return mono_add(at, paced(v, QUIET_NS));
}

static bool
tries_passage(const struct vrrp_instance *v)
{
	if (!can_hear_trial(v))
		return false;
	if (v->core.state == VRRP_ACTIVE)
		return true;
	return !mono_before(loop_clock(), early_at(v));
}

/* By the time that partners are asked, those that may answer are to be known. */
static bool
needs_partners(const struct vrrp_instance *v)
{
	return can_hear_trial(v) && v->core.state != VRRP_INITIALIZE;
}

/* All hosts on the link that this instance knows of. */
static void
meet_partners(struct vrrp_instance *v, mono_t now)
{
	unsigned i;

	for (i = 0; i < v->heard.count; i++)
		vrrp_passage_meet(&v->passage, now, &v->heard.list[i].source);
	for (i = 0; i < v->p.unicast_count; i++)
		vrrp_passage_meet(&v->passage, now, &v->p.unicast_peers[i]);
	for (i = 0; i < v->p.bfd_count; i++)
		if (v->p.bfd[i].role == VRRP_BFD_PEER &&
		    v->p.bfd[i].peer.family == v->p.family)
			vrrp_passage_meet(&v->passage, now, &v->p.bfd[i].peer);
}

static void
try_with(struct vrrp_instance *v, const struct vrrp_passage_partner *partner,
    const struct addr *source, const uint8_t mac[6], const uint8_t *to)
{
	uint8_t frame[VRRP_ASK_FRAME_MAX];
	size_t len;

	len = vrrp_ask_build_trial(&partner->addr, to, source, mac, frame,
	    sizeof(frame));
	if (len > 0)
		(void)vrrp_ear_ask(v->env->tx, v->iface->link.ifindex, frame,
		    len);
}

/* The other end of env->gives_up is asked again in each round, until it is done. */
static void
give_up(struct vrrp_instance *v, const char *why)
{
	if (v->env->gives_up == NULL)
		return;
	(void)snprintf(v->given_up_why, sizeof(v->given_up_why), "%s", why);
	v->gives_up = true;
	v->env->gives_up(v, v->env->arg);
}

static void
judge_passage(struct vrrp_instance *v,
    const struct vrrp_passage_partner *partner)
{
	char text[VRRP_ALARM_TEXT_MAX], addr[ADDR_STRLEN];

	if (v->passage.verdict == VRRP_PASSAGE_PASSES)
		vrrp_alert_end(v, VRRP_ALARM_VIRTUAL_MAC_REFUSED);
	if (v->passage.verdict != VRRP_PASSAGE_REFUSED || partner == NULL)
		return;
	(void)snprintf(text, sizeof(text), "the network does not let the virtual "
	    "MAC pass: %s answers our own MAC only",
	    addr_format(&partner->addr, addr, sizeof(addr)));
	if (is_undecided(v))
		give_up(v, text);
	/* A Backup that gives it up later than this is tried for no longer. */
	vrrp_alert_raise(v, VRRP_ALARM_VIRTUAL_MAC_REFUSED, NULL, text,
	    is_undecided(v) ? GIVE_UP_NS : 0);
}

/*
 * Two Backups that begin at once try the same MAC at the same pace, and what is
 * answered to one goes to the other if they do so in one instant: not again and
 * again, as each has a step of its own.
 */
static int64_t
own_step_ns(const struct vrrp_instance *v)
{
	return (int64_t)(sum_bytes(v->passage.misses + 1, v->iface->link.mac,
	    sizeof(v->iface->link.mac)) % 32) * NS_PER_MS;
}

static void
try_passage(struct vrrp_instance *v, mono_t now)
{
	const struct vrrp_passage_partner *partner;
	struct addr source;
	uint8_t mac[6];
	bool own_last;

	meet_partners(v, now);
	partner = vrrp_passage_round(&v->passage, now);
	if (v->core.state == VRRP_BACKUP)
		v->passage.next = mono_add(v->passage.next, own_step_ns(v));
	judge_passage(v, partner);
	if (partner == NULL || !has_ear(v))
		return;
	/* A host that answers one question of two must not always answer the same. */
	own_last = partner->has_mac && v->passage.misses % 2 == 1;
	if (!own_last)
		try_with(v, partner, vrrp_iface_primary_of(v),
		    v->iface->link.mac, NULL);
	if (!partner->has_mac)
		return;
	vrrp_params_virtual_mac(v->p.family, v->p.vrid, mac);
	source = v->core.state == VRRP_ACTIVE ? v->p.vips[0].prefix.addr :
	    vrrp_ask_source_of(mac);
	try_with(v, partner, &source, mac, partner->mac);
	if (own_last)
		try_with(v, partner, vrrp_iface_primary_of(v),
		    v->iface->link.mac, NULL);
}

/* --- time --- */

static void
arm(struct vrrp_instance *v)
{
	mono_t at = v->ask_at, early = early_at(v);

	if (v->core.state == VRRP_ACTIVE && can_hear_trial(v))
		at = mono_min(at, v->passage.next);
	else if (!mono_is_never(early))
		at = mono_min(at, mono_max(early, v->passage.next));
	loop_timer_set(v->watch_timer, at);
}

static void
watch_cb(mono_t deadline, void *arg)
{
	struct vrrp_instance *v = arg;
	mono_t now = loop_clock();

	(void)deadline;
	if (!may_speak(v)) {
		if (!mono_is_never(v->ask_at))
			v->ask_at = mono_add(now, paced(v, ASK_EVERY_NS));
		if (!mono_is_never(v->passage.next))
			v->passage.next = mono_add(now, paced(v, ASK_EVERY_NS));
		arm(v);
		return;
	}
	if (!mono_before(now, v->ask_at))
		ask(v, now);
	if (tries_passage(v) && !mono_before(now, v->passage.next))
		try_passage(v, now);
	arm(v);
}

void
vrrp_watch_look(struct vrrp_instance *v)
{
	enum vrrp_state state = v->core.state;
	const struct addr *following = &v->core.active.source;
	bool asking = is_asking(v), replaces = addr_is_set(&v->following);
	mono_t at;

	vrrp_alert_look(v);
	if (state == v->watched && asking == v->asking && (asking ||
	    addr_equal(following, &v->following)))
		return;
	v->watched = state;
	v->asking = asking;
	v->following = *following;
	at = mono_add(loop_clock(), ASK_FIRST_NS + paced(v, v->p.vrid *
	    ASK_APART_NS));
	v->ask_quickly = ASK_QUICKLY;
	v->ask_at = state == VRRP_INITIALIZE ? MONO_NEVER : at;
	v->asked_since = v->seen_virtual = v->seen_other = MONO_NEVER;
	vrrp_passage_stop(&v->passage);
	/*
	 * The other one may have a device with the virtual MAC for a while.  auto does
	 * not wait: where the MAC is refused nobody is reached until it has decided.
	 */
	if (needs_partners(v))
		vrrp_passage_start(&v->passage, state == VRRP_ACTIVE &&
		    replaces && !is_undecided(v) ? mono_add(at, YIELDING_NS) :
		    at);
	if (!tries_passage(v))
		vrrp_alert_end(v, VRRP_ALARM_VIRTUAL_MAC_REFUSED);
	arm(v);
	/* The virtual MAC is the next one's: what it sends is no news. */
	if (state != VRRP_ACTIVE && v->iface->ear != NULL &&
	    loop_defer(v->env->loop, listen_anew, v) < 0)
		listen_anew(v);
}

/* --- hearing --- */

/* Adverts of this router have arrived of late; NULL: there is none. */
static bool
is_heard(const struct vrrp_heard_router *r)
{
	return r != NULL && !mono_is_never(r->last) &&
	    mono_sub(loop_clock(), r->last) < 4 * ns_from_cs(r->interval_cs);
}

/*
 * A Backup that is to preempt follows nobody, and yet it hears the lesser router that
 * is Active and answers for the addresses.
 */
static bool
hears_anybody(const struct vrrp_instance *v)
{
	unsigned i;

	for (i = 0; i < v->heard.count; i++)
		if (is_heard(&v->heard.list[i]))
			return true;
	return false;
}

/* By its adverts, too, a Backup knows of this Active. */
static bool
is_known_active(const struct vrrp_instance *v, const struct addr *source)
{
	const struct addr *following = &v->core.active.source;

	if (v->core.state != VRRP_BACKUP)
		return false;
	return addr_is_set(following) ? addr_equal(source, following) :
	    is_heard(vrrp_heard_find(&v->heard, source));
}

/* Another router of this VRID says that it is there, and what it is. */
static void
signed_heard(struct vrrp_instance *v, const struct vrrp_ask_heard *h)
{
	struct vrrp_alarm_who who = { .address = h->source, .has_mac = true };
	const char *text;

	if (v->core.state == VRRP_INITIALIZE ||
	    addr_equal(&h->source, vrrp_iface_primary_of(v)))
		return;
	if (needs_partners(v))
		vrrp_passage_meet(&v->passage, loop_clock(), &h->source);
	/* Maybe our adverts do not pass any more. */
	if (h->active && v->core.state == VRRP_ACTIVE && v->p.virtual_mac)
		vrrp_passage_doubt(&v->passage, loop_clock());
	arm(v);
	if (!h->active) {
		vrrp_core_no_active(&v->core, &h->source);
		vrrp_alert_look(v);
	}
	if (!h->active || is_known_active(v, &h->source))
		return;
	memcpy(who.mac, h->mac, sizeof(who.mac));
	text = v->core.state == VRRP_BACKUP &&
	    addr_is_set(&v->core.active.source) ?
	    "a second router is Active, and its advertisements do not arrive" :
	    is_heard(vrrp_heard_find(&v->heard, &h->source)) ?
	    "another router is Active too, though its advertisements arrive: it "
	    "does not hear ours" :
	    "another router is Active too, and its advertisements do not arrive";
	vrrp_alert_see(v, VRRP_ALARM_TWO_ACTIVES, &who, text, vrrp_alert_patience_ns(v),
	    paced(v, SIGHTING_NS));
}

/* The hosts are told anew where the address is, at a pace that is no fight. */
static void
reclaim(struct vrrp_instance *v)
{
	mono_t now = loop_clock();

	if (!v->p.reclaim || v->core.state != VRRP_ACTIVE ||
	    vrrp_core_is_fenced(&v->core) ||
	    mono_before(now, v->reclaim_not_before))
		return;
	v->reclaim_not_before = mono_add(now, RECLAIM_NS);
	vrrp_send_announce_later(v);
}

/*
 * Whoever we follow may have changed his mind: then we ask again, and try no more
 * until that is answered.
 */
static void
note_answer(struct vrrp_instance *v, bool is_virtual)
{
	mono_t now = loop_clock();

	if (v->core.state != VRRP_BACKUP || !v->p.virtual_mac ||
	    v->passage.verdict == VRRP_PASSAGE_PASSES)
		return;
	if (is_virtual)
		v->seen_virtual = now;
	else if (mono_is_never(v->seen_other) || (!v->asking &&
	    mono_is_never(v->ask_at) && mono_sub(now, v->seen_other) >
	    paced(v, QUIET_NS))) {
		v->seen_other = v->asked_since = now;
		v->ask_quickly = ASK_QUICKLY;
		v->ask_at = mono_add(now, paced(v, ASK_QUICK_NS));
	} else
		v->seen_other = now;
	arm(v);
}

/* The other Active, which has told us its MAC by its question. */
static bool
is_other_active(const struct vrrp_instance *v, const uint8_t mac[6])
{
	const struct vrrp_alarm_who *who =
	    &v->alarms.of[VRRP_ALARM_TWO_ACTIVES].who;

	return (vrrp_alarm_stands(&v->alarms, VRRP_ALARM_TWO_ACTIVES) ||
	    vrrp_alarm_is_suspected(&v->alarms, VRRP_ALARM_TWO_ACTIVES)) &&
	    who->has_mac && memcmp(who->mac, mac, sizeof(who->mac)) == 0;
}

/* Somebody else has one of our addresses. */
static void
claim_heard(struct vrrp_instance *v, const struct vrrp_ask_heard *h)
{
	struct vrrp_alarm_who who = { .has_mac = true };
	char text[VRRP_ALARM_TEXT_MAX], addr[ADDR_STRLEN];
	uint8_t virtual_mac[6];
	bool is_virtual;

	vrrp_params_virtual_mac(v->p.family, v->p.vrid, virtual_mac);
	is_virtual = memcmp(h->mac, virtual_mac, sizeof(virtual_mac)) == 0;
	note_answer(v, is_virtual);
	if (!is_asking(v) || is_other_active(v, h->mac) ||
	    (v->core.state == VRRP_BACKUP && hears_anybody(v)))
		return;
	(void)addr_format(&h->address, addr, sizeof(addr));
	memcpy(who.mac, h->mac, sizeof(who.mac));
	if (is_virtual)
		(void)snprintf(text, sizeof(text), "%s is also elsewhere, with "
		    "the virtual MAC, and no advertisements say so", addr);
	else
		(void)snprintf(text, sizeof(text), "another host has %s", addr);
	vrrp_alert_see(v, is_virtual ? VRRP_ALARM_VIRTUAL_MAC_ELSEWHERE :
	    VRRP_ALARM_ADDRESS_CLAIMED, &who, text, vrrp_alert_patience_ns(v),
	    paced(v, SIGHTING_NS));
	if (!is_virtual)
		reclaim(v);
	if (is_suspicious(v))
		v->ask_at = mono_min(v->ask_at, mono_add(loop_clock(),
		    paced(v, ASK_SUSPICIOUS_NS)));
	arm(v);
}

/* A partner has answered a trial. */
static void
answer_heard(struct vrrp_instance *v, const struct vrrp_ask_heard *h)
{
	uint8_t virtual_mac[6];

	vrrp_params_virtual_mac(v->p.family, v->p.vrid, virtual_mac);
	if (vrrp_passage_heard(&v->passage, loop_clock(), &h->address, h->mac,
	    memcmp(h->to, virtual_mac, sizeof(virtual_mac)) == 0))
		judge_passage(v, NULL);
	arm(v);
}

/* A client, or any other host that wants to know who has the address. */
static void
asker_heard(struct vrrp_instance *v, const struct vrrp_ask_heard *h)
{
	vrrp_passage_meet(&v->passage, loop_clock(), &h->address);
	arm(v);
}

/* A frame from the virtual MAC, which only we may be using. */
static void
virtual_heard(struct vrrp_instance *v, const struct vrrp_ask_virtual *h)
{
	struct vrrp_alarm_who who = { .address = h->source, .has_mac = true };

	if (!minds_virtual(v) || vrrp_core_is_fenced(&v->core) ||
	    mono_sub(loop_clock(), v->core.state_since) < YIELDING_NS)
		return;
	memcpy(who.mac, h->mac, sizeof(who.mac));
	vrrp_alert_see(v, VRRP_ALARM_VIRTUAL_MAC_ELSEWHERE, &who,
	    "frames that are not ours come from the virtual MAC",
	    vrrp_alert_patience_ns(v), paced(v, SIGHTING_NS));
}

static void
heard_cb(const uint8_t *frame, size_t len, void *arg)
{
	struct vrrp_iface *f = arg;
	struct vrrp_ask_virtual virtual;
	struct vrrp_instance *v;
	struct vrrp_ask_heard h;
	unsigned i;

	if (vrrp_ask_parse_virtual(frame, len, &virtual)) {
		v = vrrp_iface_find(f, virtual.family, virtual.vrid);
		if (v != NULL)
			virtual_heard(v, &virtual);
	}
	if (!vrrp_ask_parse(frame, len, &h) ||
	    memcmp(h.mac, f->link.mac, sizeof(h.mac)) == 0)
		return;
	if (h.what == VRRP_ASK_SIGNED) {
		v = vrrp_iface_find(f, h.address.family, h.vrid);
		if (v != NULL && vip_index(v, &h.address) >= 0)
			signed_heard(v, &h);
		return;
	}
	for (i = 0; i < 2 * 256; i++) {
		v = f->table[i / 256][i % 256];
		if (v == NULL || (v->p.family != h.address.family &&
		    v->p.other_count == 0))
			continue;
		if (needs_partners(v) &&
		    vrrp_passage_is_partner(&v->passage, &h.address))
			answer_heard(v, &h);
		if (h.what == VRRP_ASK_CLAIM && vip_index(v, &h.address) >= 0)
			claim_heard(v, &h);
		else if (addr_is_set(&h.asked) && wants_askers(v) &&
		    vip_index(v, &h.asked) >= 0)
			asker_heard(v, &h);
	}
}

/* --- adverts --- */

void
vrrp_watch_contest(struct vrrp_instance *v, const struct vrrp_advert *a)
{
	struct vrrp_alarm_who who = { .address = a->source };
	uint16_t cs = a->interval_cs > v->p.advert_int_cs ? a->interval_cs :
	    v->p.advert_int_cs;
	int64_t ns = ns_from_cs(cs) * 5 / 2 + PATIENCE_NS;

	vrrp_alert_see(v, VRRP_ALARM_UNHEARD, &who, "a lesser router stays "
	    "Active: it does not hear our advertisements", ns, ns);
}

/* --- life --- */

bool
vrrp_watch_init(struct vrrp_instance *v)
{
	vrrp_passage_init(&v->passage);
	v->watched = VRRP_INITIALIZE;
	v->ask_at = v->asked_since = MONO_NEVER;
	v->seen_virtual = v->seen_other = MONO_NEVER;
	v->watch_timer = loop_timer_new(v->env->loop, watch_cb, v);
	return v->watch_timer != NULL;
}

void
vrrp_watch_free(struct vrrp_instance *v)
{
	loop_defer_cancel(v->env->loop, listen_anew, v);
	loop_timer_free(v->watch_timer);
}

/*
 * vrrp_guard.c - what ends an instance's answers when its processes cannot.
 *
 * vrrp_lease.c says what the lease is and when it runs; this file keeps the rules in
 * the kernel in step with the instance.
 *
 * Asking.  Whatever the rules depend on is in one value, struct vrrp_lease.  Where
 * that has changed the rules that are there are told first that they are not to be
 * trusted (VRRP_LEASE_OFF, in force at once), and then vrrpd-net is asked for others.
 * Nothing waits for the answer: until it comes there is no lease, and nothing is
 * stopped.  An answer that does not come is asked for again: every LOOK_NS, and at once
 * when there is another vrrpd-net than the one that was asked.  The same for rules that
 * are to be taken away, whose instance is gone by then: those errands are kept here
 * until they are answered, or until somebody wants rules for that router again.
 *
 * Peers.  A session of role peer that is Up has a pace, and from then on the rules
 * count it; the packets say by themselves when it is not Up, so a session that goes
 * and comes changes no rules.  A peer that is forgotten (vrrp_peer.h) is left out.
 *
 * A session that is not Up any more puts its clock aside by a word, too.  The packet
 * that says so may wait for the ARP of a peer that is dead, and never leave.  The
 * word is about all peers, and the next packet to each of the others sets its clock
 * again.
 *
 * Looking.  Every LOOK_NS, and when vrrpd-net has heard that somebody changed them,
 * the rules are spoken to: of a Backup they are told that they
 * are idle, which is what they are unless an advert was sent that made nobody Active
 * (a claim that was not confirmed, the last one to a better router).  The kernel
 * drops a word that was understood; one that could be sent has met no rules: somebody
 * has flushed them, and they are asked for again.
 *
 * Alarms.  Rules that were asked for and are not in force for LOST_NS, whatever the
 * reason but a kernel that cannot have them, are one; `show` tells of such a kernel.
 * A lease that ran out and stopped a frame for an Active is another: the rules remember,
 * and are asked with each look.  That one heals by itself, with the next advert.
 *
 * Nothing here is on the takeover path but a word with unicast adverts.
 */
#include "config.h"

#include "vrrpd/instance/vrrp_guard.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/instance/vrrp_alert.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_peer.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/linux/vrrp_io.h"
#include "vrrpd/linux/vrrp_lease_nft.h"
#include "vrrpd/pure/vrrp_lease.h"

#define LOOK_NS		(2 * NS_PER_S)
#define REFUSED_NS	(60 * NS_PER_S)	/* the kernel may learn it: modules */
#define LOST_NS		(3 * NS_PER_S)	/* without rules: an alarm */
#define RAN_OUT_NS	(10 * NS_PER_S)	/* the alarm lasts */

enum asked { ASKED_NOTHING, ASKED_RULES, ASKED_GRANTED, ASKED_REFUSED };

struct vrrp_guard {
	struct vrrp_instance	*v;
	enum asked		 asked;
	uint32_t		 number;	/* of what was asked */
	mono_t			 since;		/* when */
	struct vrrp_lease	 lease;		/* in the kernel, or asked for */
	bool			 is_there;	/* maybe: to be taken away */
	bool			 hears;		/* surely: words are understood */
	bool			 ended;		/* by a word, not by a clock */
	struct vrrp_lease	 peers;		/* peers of known pace, no more */
	char			 why[96];
	bool			 said;		/* `why` was logged */
	struct loop_timer	*timer;
};

/* Rules to be taken away, not answered yet. */
struct parting {
	struct parting		*next;
	struct vrrp_lease_errand errand;
};

struct vrrp_guards {
	const struct vrrp_env	*env;
	int64_t			 tick_ns;
	uint32_t		 number;
	struct vrrp_guard	**list;
	unsigned		 count;
	struct parting		*partings;
	struct loop_timer	*parting_timer;	/* when they are asked again */
};

/* --- words --- */

/* False: it has met no rules. */
static bool
say(struct vrrp_guard *g, enum vrrp_lease_word word)
{
	const struct vrrp_instance *v = g->v;
	uint8_t frame[VRRP_LEASE_WORD_BYTES];

	if (!v->iface->exists)
		return true;
	vrrp_lease_say(&g->lease, v->iface->link.mac, word, frame);
	return vrrp_io_send(v->env->tx, v->iface->link.ifindex, frame,
	    sizeof(frame)) != 0;
}

static bool
has_rules(const struct vrrp_guard *g)
{
	return g != NULL && g->hears;
}

/* --- alarms --- */

static void
missing(struct vrrp_guard *g, const char *why)
{
	char text[VRRP_ALARM_TEXT_MAX];

	(void)snprintf(text, sizeof(text), "the rules of its lease are not in "
	    "force%s%s: nothing but the %s of its addresses ends its answers, "
	    "should its processes stop", why[0] == '\0' ? "" : ": ", why,
	    (g->v->holds ? g->v->lifetime_s : g->v->env->lifetime_s) > 0 ?
	    "lifetime" : "removal");
	vrrp_alert_raise(g->v, VRRP_ALARM_LEASE_LOST, NULL, text, LOST_NS);
}

static void
not_missing(struct vrrp_guard *g)
{
	vrrp_alert_end(g->v, VRRP_ALARM_LEASE_LOST);
}

static void
ran_out(struct vrrp_guard *g)
{
	vrrp_alert_see(g->v, VRRP_ALARM_LEASE_RAN_OUT, NULL, "its lease ran "
	    "out while it was Active: its packets did not leave in time, and the "
	    "kernel stopped what came for its addresses", 0, RAN_OUT_NS);
}

/* --- asking --- */

static uint32_t
next_number(struct vrrp_guards *gs)
{
	if (++gs->number == 0)
		gs->number = 1;
	return gs->number;
}

static int
send_errand(const struct vrrp_guards *gs, const struct vrrp_lease_errand *e)
{
	static uint8_t body[VRRP_LEASE_ERRAND_MAX];

	return vrrp_channel_send(gs->env->channel, VRRP_MSG_LEASE, body,
	    vrrp_lease_errand_encode(e, body));
}

/* router NULL: all of them. */
static void
drop_partings(struct vrrp_guards *gs, const struct vrrp_lease *router)
{
	struct parting **at = &gs->partings, *p;

	while ((p = *at) != NULL) {
		if (router != NULL && !vrrp_lease_is_same_router(
		    &p->errand.lease, router)) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		free(p);
	}
}

static void
ask_partings(struct vrrp_guards *gs)
{
	const struct parting *p;

	for (p = gs->partings; p != NULL; p = p->next)
		(void)send_errand(gs, &p->errand);
	loop_timer_set(gs->parting_timer, gs->partings == NULL ? MONO_NEVER :
	    mono_add(loop_clock(), LOOK_NS));
}

static void
parting_cb(mono_t deadline, void *arg)
{
	(void)deadline;
	ask_partings(arg);
}

static void
parted(struct vrrp_guards *gs, uint32_t number)
{
	struct parting **at, *p;

	for (at = &gs->partings; *at != NULL; at = &(*at)->next)
		if ((*at)->errand.number == number)
			break;
	p = *at;
	if (p == NULL)
		return;
	*at = p->next;
	free(p);
}

static void
refused(struct vrrp_guard *g, const char *why)
{
	g->asked = ASKED_REFUSED;
	if (strcmp(g->why, why) == 0 && g->said)
		return;
	(void)snprintf(g->why, sizeof(g->why), "%s", why);
	g->said = true;
	log_notice("instance=%s guard=%s: no lease: %s", g->v->p.name,
	    vrrp_guard_word(g->v, &why), g->why);
}

static void
ask(struct vrrp_guard *g)
{
	static struct vrrp_lease_errand e;
	struct vrrp_guards *gs = g->v->env->guards;

	drop_partings(gs, &g->lease);
	e.number = g->number = next_number(gs);
	e.put = true;
	e.is_active = g->v->core.state == VRRP_ACTIVE || g->v->holds;
	e.lease = g->lease;
	/* An errand that finds no room in the channel is asked again like a lost one. */
	if (send_errand(gs, &e) == -EPIPE) {
		refused(g, "there is no vrrpd-net");
		missing(g, g->why);
		return;
	}
	missing(g, g->why);
	g->asked = ASKED_RULES;
	g->is_there = true;
	g->since = loop_clock();
}

static void
part(struct vrrp_guards *gs, const struct vrrp_lease *l)
{
	struct parting *p = calloc(1, sizeof(*p)), **at;

	if (p == NULL)
		return;		/* the rules hear nothing, and go with vrrpd */
	p->errand.number = next_number(gs);
	p->errand.lease = *l;
	for (at = &gs->partings; *at != NULL; at = &(*at)->next)
		;
	*at = p;
	(void)send_errand(gs, &p->errand);
	loop_timer_set(gs->parting_timer, mono_add(loop_clock(), LOOK_NS));
}

static void
take_away(struct vrrp_guard *g)
{
	if (!g->is_there)
		return;
	if (g->hears)
		(void)say(g, VRRP_LEASE_OFF);
	part(g->v->env->guards, &g->lease);
	g->is_there = g->hears = false;
	g->asked = ASKED_NOTHING;
}

static bool
is_same_router(const struct vrrp_instance *a, const struct vrrp_instance *b)
{
	return a->p.family == b->p.family && a->p.vrid == b->p.vrid &&
	    strcmp(a->p.interface, b->p.interface) == 0;
}

/* Another instance is the same virtual router, and its adverts go on. */
static bool
is_succeeded(const struct vrrp_guard *g)
{
	const struct vrrp_guards *gs = g->v->env->guards;
	unsigned i;

	for (i = 0; g->v->succeeded && i < gs->count; i++)
		if (gs->list[i] != g && is_same_router(gs->list[i]->v, g->v))
			return true;
	return false;
}

/* The first of those that are the same virtual router. */
static bool
has_the_rules(const struct vrrp_guard *g)
{
	const struct vrrp_guards *gs = g->v->env->guards;
	unsigned i;

	for (i = 0; gs->list[i] != g; i++)
		if (is_same_router(gs->list[i]->v, g->v))
			return false;
	return true;
}

static void
add_peers(struct vrrp_guard *g, struct vrrp_lease *l)
{
	const struct vrrp_lease_peer *p;
	struct vrrp_peer peer;
	unsigned i;

	for (i = 0; i < g->peers.peer_count; i++) {
		p = &g->peers.peers[i];
		if (vrrp_peer_find(g->v, &p->addr, &peer))
			l->peers[l->peer_count++] = *p;
	}
}

/* Was this process away, so that another router may serve? */
static bool
is_in_doubt(const struct vrrp_instance *v)
{
	return loop_is_unjudged(v->env->loop) ||
	    vrrp_core_is_fenced(&v->core);
}

void
vrrp_guard_follow(struct vrrp_instance *v)
{
	struct vrrp_guard *g = v->guard;
	struct vrrp_lease *l;
	const char *why;

	/* Whoever may have been replaced must not be let answer by this. */
	if (g == NULL || v->env->channel == NULL || v->vips == NULL ||
	    is_in_doubt(v) || !has_the_rules(g))
		return;
	l = malloc(sizeof(*l));
	if (l == NULL)
		return;
	why = vrrp_lease_of(&v->p, v->env->guards->tick_ns, l);
	add_peers(g, l);
	if (g->is_there && (why != NULL || !vrrp_lease_is_same_router(l,
	    &g->lease)))
		take_away(g);
	else if (why != NULL && g->asked == ASKED_NOTHING)
		part(v->env->guards, l);	/* a life before this one's */
	if (why != NULL) {
		refused(g, why);
		not_missing(g);
		memset(&g->lease, 0, sizeof(g->lease));
	} else if (g->asked == ASKED_NOTHING || !vrrp_lease_equal(l,
	    &g->lease)) {
		if (g->hears)
			(void)say(g, VRRP_LEASE_OFF);
		g->lease = *l;
		ask(g);
	}
	loop_timer_set(g->timer, why != NULL ? MONO_NEVER :
	    mono_add(loop_clock(), LOOK_NS));
	free(l);
}

/* --- looking --- */

static void
look(struct vrrp_guard *g)
{
	struct vrrp_instance *v = g->v;
	mono_t now = loop_clock();
	bool active = v->core.state == VRRP_ACTIVE || v->holds;

	switch (g->asked) {
	case ASKED_NOTHING:
		return;
	case ASKED_RULES:
		if (g->why[0] == '\0')
			(void)snprintf(g->why, sizeof(g->why),
			    "vrrpd-net does not answer");
		ask(g);
		return;
	case ASKED_REFUSED:
		if (mono_sub(now, g->since) >= REFUSED_NS)
			ask(g);
		return;
	case ASKED_GRANTED:
		break;
	}
	if (say(g, active ? VRRP_LEASE_PING : VRRP_LEASE_IDLE)) {
		if (!say(g, VRRP_LEASE_RAN) && !g->ended)
			ran_out(g);
		/* The word holds until the addresses are off, or the next advert. */
		g->ended = g->ended && v->core.state != VRRP_ACTIVE;
		return;
	}
	log_warning("instance=%s the rules of its lease were removed by someone "
	    "else: made again", v->p.name);
	g->hears = false;
	(void)snprintf(g->why, sizeof(g->why), "removed by someone else");
	ask(g);
}

void
vrrp_guards_answered(struct vrrp_guards *gs, uint32_t number, int error)
{
	struct vrrp_guard *g = NULL;
	unsigned i;

	for (i = 0; number == 0 && gs != NULL && i < gs->count; i++)
		if (gs->list[i]->asked == ASKED_GRANTED &&
		    !is_in_doubt(gs->list[i]->v))
			look(gs->list[i]);
	for (i = 0; gs != NULL && i < gs->count; i++)
		if (gs->list[i]->number == number &&
		    gs->list[i]->asked == ASKED_RULES)
			g = gs->list[i];
	if (gs != NULL)
		parted(gs, number);
	if (g == NULL)
		return;
	if (error < 0) {
		g->since = loop_clock();
		refused(g, error == -EOPNOTSUPP ? "it needs nf_tables of Linux "
		    "5.16, for what leaves a device" : strerror(-error));
		if (error == -EOPNOTSUPP)
			not_missing(g);
		else
			missing(g, g->why);
		return;
	}
	g->asked = ASKED_GRANTED;
	g->hears = true;
	if (g->said)
		log_notice("instance=%s guard=lease", g->v->p.name);
	g->said = false;
	g->why[0] = '\0';
	not_missing(g);
}

void
vrrp_guards_again(struct vrrp_guards *gs)
{
	unsigned i;

	if (gs == NULL)
		return;
	for (i = 0; i < gs->count; i++)
		if (gs->list[i]->asked == ASKED_RULES &&
		    !is_in_doubt(gs->list[i]->v))
			ask(gs->list[i]);
	ask_partings(gs);
}

static void
look_cb(mono_t deadline, void *arg)
{
	struct vrrp_guard *g = arg;

	(void)deadline;
	look(g);
	loop_timer_set(g->timer, mono_add(loop_clock(), LOOK_NS));
	vrrp_guard_follow(g->v);
}

/* --- events of the instance --- */

void
vrrp_guard_lost(struct vrrp_instance *v)
{
	struct vrrp_guard *g = v->guard;

	if (g == NULL)
		return;
	g->asked = ASKED_NOTHING;
	g->hears = false;
	not_missing(g);
	loop_timer_set(g->timer, MONO_NEVER);
}

void
vrrp_guard_bfd(struct vrrp_instance *v, const struct vrrp_bfd_session *s)
{
	const struct vrrp_bfd_level *l = &s->level;
	struct vrrp_guard *g = v->guard;

	if (g == NULL || s->peer.family != v->p.family)
		return;
	if (l->state != VRRP_BFD_UP) {
		vrrp_guard_bfd_lost(v);
		return;
	}
	if (l->tx_interval_ns <= 0 || l->tx_multiplier == 0 ||
	    l->tx_multiplier > UINT8_MAX)
		return;
	if (!vrrp_lease_peer(&g->peers, &s->peer, (uint8_t)l->tx_multiplier,
	    l->tx_interval_ns, v->env->guards->tick_ns))
		return;
	vrrp_guard_follow(v);
}

void
vrrp_guard_bfd_lost(struct vrrp_instance *v)
{
	if (has_rules(v->guard) && !is_in_doubt(v))
		(void)say(v->guard, VRRP_LEASE_ASIDE);
}

void
vrrp_guard_said(struct vrrp_instance *v, bool resigned)
{
	if (has_rules(v->guard))
		(void)say(v->guard, resigned ? VRRP_LEASE_RESIGNED :
		    VRRP_LEASE_SAID);
}

void
vrrp_guard_end(struct vrrp_instance *v)
{
	if (!has_rules(v->guard) || is_succeeded(v->guard))
		return;
	/* From here on the rules stop frames because we say so. */
	if (!v->guard->ended && !say(v->guard, VRRP_LEASE_RAN))
		ran_out(v->guard);
	v->guard->ended = true;
	(void)say(v->guard, VRRP_LEASE_END);
}

void
vrrp_guard_idle(struct vrrp_instance *v)
{
	if (!has_rules(v->guard) || is_succeeded(v->guard))
		return;
	v->guard->ended = false;
	(void)say(v->guard, VRRP_LEASE_IDLE);
}

/* Adverts to one router each are counted by words, which the heir has none for yet. */
void
vrrp_guard_succeeded(struct vrrp_instance *v, const struct vrrp_instance *heir)
{
	if (has_rules(v->guard) && (heir->p.version != v->p.version ||
	    heir->p.advert_int_cs != v->p.advert_int_cs ||
	    heir->p.unicast_count > 0))
		(void)say(v->guard, VRRP_LEASE_OFF);
}

const char *
vrrp_guard_word(const struct vrrp_instance *v, const char **why)
{
	const struct vrrp_guard *g = v->guard;

	*why = g == NULL ? "" : g->why;
	if (g != NULL && g->asked == ASKED_GRANTED)
		return "lease";
	return (v->holds ? v->lifetime_s : v->env->lifetime_s) > 0 ?
	    "lifetime" : "none";
}

/* --- life --- */

bool
vrrp_guard_init(struct vrrp_instance *v)
{
	struct vrrp_guards *gs = v->env->guards;
	struct vrrp_guard **list, *g;

	if (gs == NULL)
		return true;
	g = calloc(1, sizeof(*g));
	if (g == NULL)
		return false;
	g->v = v;
	g->timer = loop_timer_new(v->env->loop, look_cb, g);
	list = realloc(gs->list, (gs->count + 1) * sizeof(gs->list[0]));
	if (list != NULL)
		gs->list = list;
	if (list == NULL || g->timer == NULL) {
		loop_timer_free(g->timer);
		free(g);
		return false;
	}
	gs->list[gs->count++] = g;
	v->guard = g;
	return true;
}

/* The rules that are there were the other's, and are still for the same router. */
static void
inherit(struct vrrp_guard *heir, const struct vrrp_guard *g)
{
	heir->peers = g->peers;
	if (!g->is_there || heir->is_there)
		return;
	heir->is_there = true;
	heir->lease = g->lease;
}

void
vrrp_guard_free(struct vrrp_instance *v)
{
	struct vrrp_guard *g = v->guard, *heir = NULL;
	struct vrrp_guards *gs = v->env->guards;
	unsigned i, at = 0;

	if (g == NULL)
		return;
	for (i = 0; i < gs->count; i++) {
		if (gs->list[i] == g)
			at = i;
		else if (heir == NULL && is_same_router(gs->list[i]->v, v))
			heir = gs->list[i];
	}
	gs->count--;
	memmove(&gs->list[at], &gs->list[at + 1],
	    (gs->count - at) * sizeof(gs->list[0]));
	v->guard = NULL;
	if (heir == NULL)
		take_away(g);
	else {
		inherit(heir, g);
		vrrp_guard_follow(heir->v);
	}
	loop_timer_free(g->timer);
	free(g);
}

struct vrrp_guards *
vrrp_guards_new(const struct vrrp_env *env)
{
	struct vrrp_guards *gs = calloc(1, sizeof(*gs));

	if (gs == NULL)
		return NULL;
	gs->env = env;
	gs->tick_ns = vrrp_lease_nft_tick_ns();
	gs->parting_timer = loop_timer_new(env->loop, parting_cb, gs);
	if (gs->parting_timer == NULL) {
		free(gs);
		return NULL;
	}
	return gs;
}

void
vrrp_guards_free(struct vrrp_guards *gs)
{
	if (gs == NULL)
		return;
	drop_partings(gs, NULL);
	loop_timer_free(gs->parting_timer);
	free(gs->list);
	free(gs);
}

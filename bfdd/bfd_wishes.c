/*
 * bfd_wishes.c - who wants which session, and what becomes of it then.
 *
 * A session is there because somebody wishes it: bfdd.conf (bfd_reload.c), a
 * client (bfd_client.c), or a client whose offer accepted what a peer opened
 * (RFC 9468).  Whenever the wishes of a session have changed, bfd_wishes_apply()
 * gives its core what all of them come to; a session that nobody wishes says
 * AdminDown for a Detection Time and is deleted (B-137).
 *
 * Three things stand above the wishes: the operator, who may hold a session down
 * (B-51); max_packets_per_second, beyond which a wish is refused or, when it is
 * bfdd.conf's, held back until there is room (B-84); and the death of a client,
 * whose sessions stay Down with diag 5 until the peers have heard of it (L-20,
 * L-21), while a next life of the client may inherit its wishes as they are
 * (L-24).
 *
 * A session is never freed while an event of its own is handled: bfd_wishes_reap()
 * runs at the end of the batch.  Wishes hold keys, so copies are wiped.
 */
#include "config.h"

#include "bfdd/bfd_wishes.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "bfdd/bfd_act.h"
#include "bfdd/bfd_away.h"
#include "bfdd/bfd_engine_state.h"
#include "bfdd/pure/bfd_congestion.h"
#include "bfdd/bfd_vrf.h"
#include "shared/log.h"
#include "shared/pure/addr.h"
#include "shared/pure/token_bucket.h"

/* Lines about the states of one session, then one a second. */
#define STATE_LOG_BURST	60

/* --- the parts of a session that wishes make --- */

/* Sets what a session counts for; when that is less, others may have room. */
static void
set_rate(struct bfd_engine *e, struct bfd_session *s, int64_t rate)
{
	if (rate < s->packet_rate)
		(void)loop_defer(e->loop, bfd_wishes_admit, e);
	e->packet_rate += rate - s->packet_rate;
	s->packet_rate = rate;
}

/* The offer by which this wish accepted its session; NULL: gone, or none. */
static struct bfd_offer *
offer_of(const struct bfd_engine *e, const struct bfd_session *s,
    const struct bfd_wish *w)
{
	if (!w->accepted)
		return NULL;
	return bfd_passive_find(e->passive, w->owner, s->core.p.interface,
	    s->core.p.peer.family);
}

/* Only sessions that nobody asked for count against the limit of an offer. */
static void
set_unsolicited(struct bfd_engine *e, const struct bfd_session *s,
    struct bfd_wish *w, bool unsolicited)
{
	struct bfd_offer *o = offer_of(e, s, w);

	if (o != NULL && w->unsolicited != unsolicited) {
		if (unsolicited)
			o->sessions++;
		else
			o->sessions--;
	}
	w->unsolicited = unsolicited;
}

/* False: the owner had none. */
static bool
drop_wish(struct bfd_engine *e, struct bfd_session *s, const void *owner)
{
	struct bfd_wish *w = bfd_session_wish_of(s, owner);

	if (w != NULL)
		set_unsolicited(e, s, w, false);
	return bfd_session_wish_drop(s, owner);
}

void
bfd_wishes_forget(struct bfd_engine *e, struct bfd_session *s)
{
	while (s->wishes != NULL)
		(void)drop_wish(e, s, s->wishes->owner);
	e->packet_rate -= s->packet_rate;
	bfd_heap_set(&e->heap, &s->due, MONO_NEVER);
	bfd_act_close_socket(e, s, true);
	bfd_table_remove(e->table, s);
}

/* Deferred: the sessions whose time is over. */
void
bfd_wishes_reap(void *arg)
{
	struct bfd_engine *e = arg;
	struct bfd_session *s, *next;

	for (s = bfd_table_first(e->table); s != NULL; s = next) {
		char name[BFD_LABEL_LEN];

		next = s->next;
		if (!s->doomed)
			continue;
		bfd_act_notify(e, s, BFD_CHANGE_DELETED);
		log_info("deleted %s", bfd_act_label(s, name, sizeof(name)));
		bfd_wishes_forget(e, s);
	}
	e->pace(e);
	if (e->stopping && e->stopped != NULL &&
	    bfd_table_count(e->table) == 0) {
		void (*stopped)(void *) = e->stopped;

		e->stopped = NULL;
		stopped(e->stopped_arg);
	}
}

/* Stops at once, without a word: the peer has not been there for a while. */
void
bfd_wishes_abandon(struct bfd_engine *e, struct bfd_session *s)
{
	char name[BFD_LABEL_LEN];

	log_info("abandoned %s", bfd_act_label(s, name, sizeof(name)));
	s->abandon_at = MONO_NEVER;
	set_rate(e, s, 0);
	s->doomed = true;
	bfd_heap_set(&e->heap, &s->due, MONO_NEVER);
	(void)loop_defer(e->loop, bfd_wishes_reap, e);
}

void
bfd_wishes_apply(struct bfd_engine *e, struct bfd_session *s)
{
	struct bfd_actions act = { 0 };
	struct bfd_params p;

	if (e->stopping)
		return;
	if (s->mourning) {
		loop_timer_set(e->mourn_timer, e->now);
		return;
	}
	bfd_act_consider_abandoning(e, s);
	if (s->wishes == NULL) {
		set_rate(e, s, 0);
		s->held_back = false;
		bfd_core_release(&s->core, bfd_act_now(e), &act);
		bfd_act_carry_out(e, s, &act);
		return;
	}
	bfd_session_effective(s, &p);
	set_rate(e, s, s->held_back ? 0 : bfd_packet_rate(&p));
	p.desired_min_tx_ns = bfd_loss_stretch(&s->loss, p.desired_min_tx_ns);
	p.required_min_rx_ns = bfd_loss_stretch(&s->loss,
	    p.required_min_rx_ns);
	p.admin_down = p.admin_down || s->operator_down || s->held_back;
	s->doomed = false;
	bfd_core_set_params(&s->core, bfd_act_now(e), &p, &act);
	bfd_act_carry_out(e, s, &act);
	bfd_table_check(e->table, s);
}

/*
 * B-107: the peer may remember the sequence of an earlier life of this session
 * and refuse every number but those next to it.  It forgets when it has heard
 * nothing for twice its Detection Time, which is our multiplier times whichever
 * of the intervals is longer; theirs we take to be like ours.  Should it be even
 * longer, they go on refusing until then, which costs no more than waiting.
 */
static void
wait_until_forgotten(struct bfd_session *s)
{
	const struct bfd_params *p = &s->core.p;
	int64_t interval_ns = p->desired_min_tx_ns;

	if (p->auth.type == BFD_AUTH_NONE || p->auth.type == BFD_AUTH_SIMPLE ||
	    p->unaffiliated)
		return;
	if (p->required_min_rx_ns > interval_ns)
		interval_ns = p->required_min_rx_ns;
	bfd_core_stay_silent(&s->core, mono_add(s->core.created,
	    2 * p->detect_mult * interval_ns));
}

static struct bfd_session *
session_new(struct bfd_engine *e, const struct bfd_params *p, int *error)
{
	struct bfd_session *s;
	char name[BFD_LABEL_LEN];
	int ifindex = 0;

	if (!p->multihop)
		ifindex = (int)if_nametoindex(p->interface);
	s = bfd_table_add(e->table, bfd_act_now(e), p, ifindex, error);
	if (s == NULL)
		return NULL;
	s->engine = e;
	s->created_real_ns = s->changed_real_ns = loop_realtime_ns();
	s->local = p->local;
	s->echo.looked = MONO_NEVER;
	s->core.echo_blocked = true;	/* until there is a way */
	wait_until_forgotten(s);
	token_bucket_init(&s->send_log, 60 * NS_PER_S, 3);
	token_bucket_init(&s->state_log, NS_PER_S, STATE_LOG_BURST);
	s->due.owner = s;
	bfd_core_set_tx_slot(&s->core, e->slot_ns);
	bfd_vrf_look_later(e);
	log_info("created %s local_discr=0x%08x%s", bfd_act_label(s, name,
	    sizeof(name)), s->core.local_discr, ifindex == 0 && !p->multihop ?
	    " waiting_for=interface" : "");
	return s;
}

/* --- wishes --- */

/* Only one address can be the session's own; bfdd.conf decides, then age. */
static bool
local_conflicts(const struct bfd_session *s, const void *owner,
    const struct bfd_params *p)
{
	const struct bfd_wish *w;

	if (owner == bfd_owner_conf || !addr_is_set(&p->local))
		return false;
	for (w = s->wishes; w != NULL; w = w->next) {
		if (w->owner != owner && addr_is_set(&w->p.local) &&
		    !addr_equal(&w->p.local, &p->local))
			return true;
	}
	return false;
}

/* B-84: the wish just set is one too many.  False: it is to be taken back. */
static bool
hold_back(struct bfd_engine *e, struct bfd_session *s, const void *owner,
    int64_t rate, bool had)
{
	bool only = !had && s->wishes->next == NULL;
	char name[BFD_LABEL_LEN];
	uint64_t suppressed;

	e->stats.refused++;
	if (!s->held_back && token_bucket_take(&e->refused_log, bfd_act_now(e),
	    &suppressed))
		log_warning("refused %s packets=%lld in_use=%lld max=%lld "
		    "suppressed=%llu", bfd_act_label(s, name, sizeof(name)),
		    (long long)rate, (long long)e->packet_rate,
		    (long long)e->packets_max, (unsigned long long)suppressed);
	if (owner == bfd_owner_conf && only)
		s->held_back = true;
	return owner == bfd_owner_conf && s->held_back;
}

/* Deferred: there may be room for those that had to wait, the oldest first. */
void
bfd_wishes_admit(void *arg)
{
	struct bfd_engine *e = arg;
	struct bfd_params p;
	struct bfd_session *s;
	char name[BFD_LABEL_LEN];

	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		if (!s->held_back || e->stopping)
			continue;
		bfd_session_effective(s, &p);
		if (!bfd_rate_admits(e->packets_max, e->packet_rate, 0,
		    bfd_packet_rate(&p)))
			continue;
		s->held_back = false;
		log_info("admitted %s", bfd_act_label(s, name, sizeof(name)));
		bfd_wishes_apply(e, s);
	}
}

/* Sets the owner's wish if what all wishes come to can be carried. */
static int
set_wish(struct bfd_engine *e, struct bfd_session *s, const void *owner,
    const struct bfd_params *p)
{
	struct bfd_wish *w = bfd_session_wish_of(s, owner);
	struct bfd_params before, effective;
	bool had = w != NULL, unsolicited = had && w->unsolicited;
	int64_t rate;
	int error;

	bfd_params_init(&before);
	if (had) {
		before = w->p;
		set_unsolicited(e, s, w, false);
	}
	error = bfd_session_wish_set(s, owner, p);
	if (error != 0)
		return error;
	bfd_session_effective(s, &effective);
	rate = bfd_packet_rate(&effective);
	if (bfd_rate_admits(e->packets_max, e->packet_rate, s->packet_rate,
	    rate))
		s->held_back = false;
	else if (!hold_back(e, s, owner, rate, had)) {
		if (had) {
			(void)bfd_session_wish_set(s, owner, &before);
			set_unsolicited(e, s, w, unsolicited);
		} else
			(void)bfd_session_wish_drop(s, owner);
		error = -EDQUOT;
	}
	explicit_bzero(&before, sizeof(before));	/* keys */
	explicit_bzero(&effective, sizeof(effective));
	return error;
}

int
bfd_engine_wish(struct bfd_engine *e, const void *owner,
    const struct bfd_params *p, struct bfd_session **out)
{
	struct bfd_session *s;
	bool made = false;
	int error;

	if (e->stopping)
		return -ESHUTDOWN;
	s = bfd_table_by_key(e->table, p);
	if (s == NULL) {
		s = session_new(e, p, &error);
		if (s == NULL)
			return error;
		made = true;
	} else if (local_conflicts(s, owner, p))
		return -EADDRINUSE;
	error = set_wish(e, s, owner, p);
	if (error != 0) {
		if (made)
			bfd_wishes_forget(e, s);
		return error;
	}
	if (made && !s->held_back) {
		set_rate(e, s, bfd_packet_rate(p));
		bfd_act_rearm(s);
	} else
		bfd_wishes_apply(e, s);
	*out = s;
	return 0;
}

bool
bfd_engine_unwish(struct bfd_engine *e, const void *owner,
    const struct bfd_params *key)
{
	struct bfd_session *s = bfd_table_by_key(e->table, key);
	struct bfd_wish *w = s == NULL ? NULL : bfd_session_wish_of(s, owner);
	struct bfd_offer *o;

	if (w == NULL || w->unsolicited)
		return false;
	o = offer_of(e, s, w);
	if (o == NULL)
		(void)drop_wish(e, s, owner);
	else {
		/* The peer opened the session as well: that part goes on. */
		w->p = o->p;
		w->p.peer = s->core.p.peer;
		set_unsolicited(e, s, w, true);
	}
	bfd_wishes_apply(e, s);
	if (o != NULL)			/* the session is unsolicited now */
		bfd_act_notify(e, s, BFD_CHANGE_VALUES);
	return true;
}

void
bfd_engine_owner_gone(struct bfd_engine *e, const void *owner)
{
	struct bfd_session *s;
	struct bfd_offer *o;

	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		if (drop_wish(e, s, owner))
			bfd_wishes_apply(e, s);
	}
	while ((o = bfd_passive_of(e->passive, owner)) != NULL)
		bfd_passive_withdraw(e->passive, o);
	loop_timer_set(e->mourn_timer, bfd_act_now(e));
}

/* --- heirs (L-24) --- */

static void
inherit(struct bfd_session *s, const void *owner, const void *heir)
{
	struct bfd_wish *w = s == NULL ? NULL : bfd_session_wish_of(s, owner);

	if (w != NULL && bfd_session_wish_of(s, heir) == NULL)
		w->owner = heir;
}

void
bfd_engine_inherit(struct bfd_engine *e, const void *owner, const void *heir,
    const struct bfd_params *key)
{
	inherit(bfd_table_by_key(e->table, key), owner, heir);
}

void
bfd_engine_inherit_offer(struct bfd_engine *e, const void *owner,
    const void *heir, const char *interface, uint8_t family)
{
	struct bfd_offer *o = bfd_passive_find(e->passive, owner, interface,
	    family);
	struct bfd_session *s;
	struct bfd_wish *w;

	if (o == NULL || bfd_passive_find(e->passive, heir, interface,
	    family) != NULL)
		return;
	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		w = bfd_session_wish_of(s, owner);
		if (w != NULL && offer_of(e, s, w) == o &&
		    bfd_session_wish_of(s, heir) == NULL)
			w->owner = heir;
	}
	o->owner = heir;
}

/* --- the fate of clients (L-20, L-21) --- */

/* The session is wished, and only by owners that are dead. */
static bool
only_the_dead(const struct bfd_session *s)
{
	const struct bfd_wish *w;

	for (w = s->wishes; w != NULL; w = w->next) {
		if (!w->dead)
			return false;
	}
	return s->wishes != NULL;
}

/* Ends the mourning of sessions whose time has come. */
void
bfd_wishes_mourn(mono_t deadline, void *arg)
{
	struct bfd_engine *e = arg;
	struct bfd_session *s;
	mono_t now = bfd_act_now(e), next = MONO_NEVER;

	(void)deadline;
	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		if (!s->mourning)
			continue;
		if (mono_before(now, s->mourn_until)) {
			next = mono_min(next, s->mourn_until);
			continue;
		}
		if (only_the_dead(s))
			continue;
		s->mourning = false;
		bfd_core_hold(&s->core, false);
		bfd_wishes_apply(e, s);
	}
	loop_timer_set(e->mourn_timer, next);
}

/* The peer's Detection Time and what packets may be late by. */
static int64_t
mourning_span(const struct bfd_core *c)
{
	int64_t span_ns = 2 * c->p.detect_mult * c->tx_interval_ns;

	if (span_ns < BFD_MOURN_MIN_NS)
		return BFD_MOURN_MIN_NS;
	return span_ns > BFD_MOURN_MAX_NS ? BFD_MOURN_MAX_NS : span_ns;
}

static void
begin_mourning(struct bfd_engine *e, struct bfd_session *s)
{
	struct bfd_actions act = { 0 };
	int64_t span_ns = mourning_span(&s->core);

	s->mourning = true;
	s->mourn_until = mono_add(bfd_act_now(e), span_ns);
	bfd_core_hold(&s->core, true);
	bfd_core_force_down(&s->core, e->now, BFD_DIAG_PATH_DOWN, &act);
	bfd_act_carry_out(e, s, &act);
}

unsigned
bfd_engine_owner_dead(struct bfd_engine *e, const void *owner,
    bfd_engine_shares shares, void *arg)
{
	struct bfd_session *s;
	struct bfd_wish *w;
	unsigned n = 0;

	if (e->stopping)
		return 0;
	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		w = bfd_session_wish_of(s, owner);
		if (w == NULL || w->dead || !shares(s, w, arg))
			continue;
		w->dead = true;
		if (s->core.session_state != BFD_UP || s->mourning)
			continue;
		begin_mourning(e, s);
		n++;
	}
	loop_timer_set(e->mourn_timer, e->now);
	return n;
}

void
bfd_engine_owner_alive(struct bfd_engine *e, const void *owner)
{
	struct bfd_session *s;
	struct bfd_wish *w;

	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		w = bfd_session_wish_of(s, owner);
		if (w != NULL)
			w->dead = false;
	}
	loop_timer_set(e->mourn_timer, bfd_act_now(e));
}

/* --- offers (RFC 9468) --- */

/* The offer of this owner has changed, or (gone) is about to go. */
static void
update_accepted(struct bfd_engine *e, const struct bfd_offer *o, bool gone)
{
	struct bfd_session *s;
	struct bfd_params p;
	struct bfd_wish *w;

	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		w = bfd_session_wish_of(s, o->owner);
		if (w == NULL || offer_of(e, s, w) != o)
			continue;
		if (!gone) {
			if (!w->unsolicited)
				continue;
			p = o->p;
			p.peer = s->core.p.peer;
			(void)set_wish(e, s, o->owner, &p);
			set_unsolicited(e, s, w, true);
		} else if (w->unsolicited)
			(void)drop_wish(e, s, o->owner);
		else
			w->accepted = false;
		bfd_wishes_apply(e, s);
		if (!gone)			/* the new owner must know */
			bfd_act_notify(e, s, BFD_CHANGE_VALUES);
	}
}

enum bfd_verdict
bfd_wishes_accept(struct bfd_engine *e, const struct bfd_offer *o,
    const struct addr *peer, int64_t wait_ns, struct bfd_session **out)
{
	struct bfd_params p = o->p;
	struct bfd_session *s;
	struct bfd_wish *w;
	int error;

	p.peer = *peer;
	s = session_new(e, &p, &error);
	if (s == NULL)
		return error == -ENOSPC ? BFD_PASSIVE_LIMIT_VERDICT :
		    BFD_NO_SESSION_VERDICT;
	if (set_wish(e, s, o->owner, &p) != 0) {
		bfd_wishes_forget(e, s);
		return BFD_PASSIVE_LIMIT_VERDICT;
	}
	w = bfd_session_wish_of(s, o->owner);
	w->accepted = true;
	set_unsolicited(e, s, w, true);
	set_rate(e, s, bfd_packet_rate(&p));
	s->abandon_at = mono_add(e->now, wait_ns > e->config.linger_ns ?
	    wait_ns : e->config.linger_ns);
	bfd_act_rearm(s);
	*out = s;
	return BFD_OK_VERDICT;
}

int
bfd_engine_offer(struct bfd_engine *e, const void *owner,
    const struct bfd_params *p, unsigned sessions_max)
{
	char local[ADDR_STRLEN];
	struct bfd_offer *o;
	int error;

	if (e->stopping)
		return -ESHUTDOWN;
	error = bfd_passive_offer(e->passive, owner, p, sessions_max,
	    (int)if_nametoindex(p->interface), &o);
	if (error != 0)
		return error;
	bfd_vrf_look_later(e);
	log_info("accepting interface=%s local=%s max=%u", p->interface,
	    addr_format(&p->local, local, sizeof(local)), sessions_max);
	update_accepted(e, o, false);
	return 0;
}

bool
bfd_engine_refuse(struct bfd_engine *e, const void *owner,
    const char *interface, const struct addr *sources, unsigned count,
    uint8_t family)
{
	struct bfd_offer *o = bfd_passive_find(e->passive, owner, interface,
	    family);
	struct bfd_session *s;
	struct bfd_wish *w;

	if (o == NULL)
		return false;
	if (count > BFD_PASSIVE_REFUSED_MAX)
		count = BFD_PASSIVE_REFUSED_MAX;
	memcpy(o->sources, sources, count * sizeof(*sources));
	o->source_count = count;
	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		w = bfd_session_wish_of(s, owner);
		if (w == NULL || !w->unsolicited || offer_of(e, s, w) != o ||
		    !bfd_passive_refuses(o, &s->core.p.peer))
			continue;
		(void)drop_wish(e, s, owner);
		bfd_wishes_apply(e, s);
	}
	return true;
}

bool
bfd_engine_withdraw(struct bfd_engine *e, const void *owner,
    const char *interface, uint8_t family)
{
	struct bfd_offer *o = bfd_passive_find(e->passive, owner, interface,
	    family);

	if (o == NULL)
		return false;
	update_accepted(e, o, true);
	bfd_passive_withdraw(e->passive, o);
	bfd_vrf_look_later(e);
	log_info("no longer accepting interface=%s family=%s", interface,
	    family == AF_INET6 ? "ipv6" : "ipv4");
	return true;
}

const struct bfd_passive *
bfd_engine_passive(const struct bfd_engine *e)
{
	return e->passive;
}

void
bfd_engine_addr(struct bfd_engine *e, const struct nl_addr *a, bool gone)
{
	if (!bfd_passive_addr(e->passive, a->ifindex, &a->prefix, gone))
		log_err("no room for another address: nothing is accepted "
		    "from its subnet");
	bfd_away_addr(e, a, gone);
}

void
bfd_engine_addrs_forget(struct bfd_engine *e)
{
	bfd_passive_addrs_forget(e->passive);
	bfd_away_forget(e);
}

/* --- the operator (B-51) --- */

int
bfd_engine_admin_down(struct bfd_engine *e, const struct bfd_params *key,
    bool down, struct bfd_session **out)
{
	struct bfd_session *s = bfd_table_by_key(e->table, key);
	struct bfd_params wished;
	char name[BFD_LABEL_LEN];
	uint64_t suppressed;

	if (e->stopping)
		return -ESHUTDOWN;
	if (s == NULL || s->wishes == NULL)
		return -ENOENT;
	bfd_session_effective(s, &wished);
	if (!down && wished.admin_down)
		return -EPERM;
	*out = s;
	if (s->operator_down == down)
		return 0;
	s->operator_down = down;
	if (token_bucket_take(&e->operator_log, bfd_act_now(e), &suppressed))
		log_notice("admin-%s %s by=operator suppressed=%llu",
		    down ? "down" : "up", bfd_act_label(s, name, sizeof(name)),
		    (unsigned long long)suppressed);
	bfd_wishes_apply(e, s);
	return 0;
}

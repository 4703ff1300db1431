/*
 * vrrp_death.c - is the Active dead, and what is a Down worth?
 *
 * BFD is one more reason to leave Backup and nothing else (L-10).  A session
 * that goes Down is believed unless a guard speaks against it, and a guard may
 * only turn down what would have been wrong: a router that dies with its BFD is
 * never believed for longer.  The guards, in the order in which they are asked:
 *
 *   L-11  the session was Up before (vrrp_death_level())
 *   L-10  it is bound to the Active that is followed
 *   L-12  the reason is one of which routers die
 *         no advert came after the session fell silent: proof of life
 *   L-15  nobody else serves since
 *   L-13  the session was not wrong too often of late
 *
 * Then the best Backup goes at once and each other one waits its slots: an
 * interval of the session, by which the Downs of Backups differ at most, and half
 * of one for the claim to get round.
 *
 * The core alone calls this file's functions.  No timer lives here: a wait is a
 * span, and the core makes a deadline of it.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "vrrpd/pure/vrrp_death.h"

#define PROOF_INTERVALS		2	/* BFD silent for so many: not by chance */
#define DETECT_INTERVALS	3	/* the usual multiplier, where none is known */
#define ANSWER_NS		(50 * NS_PER_MS)	/* L-13: V-72 and the way */
#define DAMP_FIRST_NS		(10 * NS_PER_S)
#define DAMP_MAX_NS		(600 * NS_PER_S)
#define DAMP_FORGIVE_NS		(600 * NS_PER_S)
#define PRIORITY_RANGE		256
#define SLOT_MARGIN_MIN_NS	NS_PER_MS
#define SLOT_MARGIN_MAX_NS	(10 * NS_PER_MS)

const char *
vrrp_bfd_state_name(enum vrrp_bfd_state state)
{
	switch (state) {
	case VRRP_BFD_UNKNOWN:
		return "unknown";
	case VRRP_BFD_ADMIN_DOWN:
		return "admin-down";
	case VRRP_BFD_DOWN:
		return "down";
	case VRRP_BFD_INIT:
		return "init";
	case VRRP_BFD_UP:
		return "up";
	}
	return "unknown";
}

void
vrrp_death_init(struct vrrp_death *d)
{
	memset(d, 0, sizeof(*d));
	vrrp_rank_init(&d->rank);
}

void
vrrp_death_check(const struct vrrp_death *d)
{
	const struct vrrp_death_session *s;
	unsigned i;

	assert(d->count <= VRRP_DEATH_SESSIONS_MAX);
	assert(d->rank.count <= VRRP_RANK_MAX);
	for (i = 0; i < d->count; i++) {
		s = &d->sessions[i];
		assert(addr_is_set(&s->peer));
		assert(!s->has_been_up || (!s->spent && !s->fell));
	}
}

/* --- the books --- */

static struct vrrp_death_session *
find(struct vrrp_death *d, const struct addr *peer)
{
	unsigned i;

	for (i = 0; i < d->count; i++)
		if (addr_equal(&d->sessions[i].peer, peer))
			return &d->sessions[i];
	return NULL;
}

const struct vrrp_death_session *
vrrp_death_find(const struct vrrp_death *d, const struct addr *peer)
{
	unsigned i;

	for (i = 0; i < d->count; i++)
		if (addr_equal(&d->sessions[i].peer, peer))
			return &d->sessions[i];
	return NULL;
}

/* The entry of a peer; a full table gives up one that could not trigger. */
static struct vrrp_death_session *
entry(struct vrrp_death *d, const struct addr *peer)
{
	struct vrrp_death_session *s = find(d, peer);
	unsigned i;

	if (s != NULL)
		return s;
	if (d->count < VRRP_DEATH_SESSIONS_MAX)
		s = &d->sessions[d->count++];
	else
		for (i = 0; i < d->count && s == NULL; i++)
			if (!d->sessions[i].has_been_up)
				s = &d->sessions[i];
	if (s != NULL)
		*s = (struct vrrp_death_session){ .peer = *peer };
	return s;
}

enum vrrp_death_news
vrrp_death_level(struct vrrp_death *d, mono_t now,
    const struct vrrp_bfd_event *ev)
{
	struct vrrp_death_session *s = entry(d, &ev->peer);
	bool edge;

	if (s == NULL)
		return VRRP_DEATH_NOTHING_NEW;
	edge = s->has_been_up;
	if (ev->state == VRRP_BFD_UNKNOWN)
		vrrp_rank_no_session(&d->rank, &ev->peer);
	else
		vrrp_rank_session(&d->rank, now, &ev->peer,
		    ev->state == VRRP_BFD_UP);
	switch (ev->state) {
	case VRRP_BFD_UP:
		s->has_been_up = true;
		s->spent = s->fell = false;
		s->detection_time_ns = ev->detection_time_ns;
		s->rx_interval_ns = ev->rx_interval_ns;
		s->tx_interval_ns = ev->tx_interval_ns;
		s->tx_multiplier = ev->tx_multiplier;
		break;
	case VRRP_BFD_DOWN:
		s->has_been_up = false;
		if (!edge)
			return VRRP_DEATH_DOWN;
		s->fell = true;
		s->fell_at = now;
		return VRRP_DEATH_FELL;
	case VRRP_BFD_ADMIN_DOWN:	/* L-12: never */
		s->fell = false;
		/* FALLTHROUGH */
	case VRRP_BFD_INIT:		/* a Down may have been coalesced into it */
		s->has_been_up = false;
		s->rx_interval_ns = s->tx_interval_ns = 0;
		break;
	case VRRP_BFD_UNKNOWN:		/* bfdd is gone: says nothing of the peer */
		s->has_been_up = s->fell = false;
		return VRRP_DEATH_NOTHING_NEW;
	}
	return addr_equal(&ev->peer, &d->edge_peer) ? VRRP_DEATH_HEARD :
	    VRRP_DEATH_NOTHING_NEW;
}

void
vrrp_death_fallen(struct vrrp_death *d, const struct addr *peer)
{
	struct vrrp_death_session *s = find(d, peer);

	if (s != NULL)
		s->rx_interval_ns = s->tx_interval_ns = 0;
}

void
vrrp_death_forget(struct vrrp_death *d, const struct addr *peer)
{
	struct vrrp_death_session *s = find(d, peer);

	if (s != NULL)
		*s = d->sessions[--d->count];
	vrrp_rank_no_session(&d->rank, peer);
}

void
vrrp_death_claim(struct vrrp_death *d, const struct addr *source,
    mono_t arrival)
{
	d->claimant = *source;
	d->claimed = arrival;
}

void
vrrp_death_no_claim(struct vrrp_death *d)
{
	memset(&d->claimant, 0, sizeof(d->claimant));
}

/* --- the judgement --- */

/* L-12: is this Down a reason to believe that the peer no longer forwards? */
static bool
down_means_dead(const struct vrrp_bfd_event *ev)
{
	switch (ev->reason) {
	case VRRP_BFD_REASON_TIMEOUT:
	case VRRP_BFD_REASON_ECHO:
		return true;
	case VRRP_BFD_REASON_PEER_DOWN:
		return ev->takeover_any || ev->remote_diag == 4 ||
		    ev->remote_diag == 5;
	case VRRP_BFD_REASON_ADMIN:
	case VRRP_BFD_REASON_ABSENCE:			/* L-32 */
		return false;
	case VRRP_BFD_REASON_NONE:
	case VRRP_BFD_REASON_OTHER:
		return ev->takeover_any;
	}
	return false;
}

/* After this instant an advert of the peer shows that it has not died. */
static mono_t
alive_after(mono_t now, const struct vrrp_death_session *s,
    const struct vrrp_bfd_event *ev)
{
	int64_t interval_ns = ev->rx_interval_ns > 0 ? ev->rx_interval_ns :
	    s->rx_interval_ns;

	if (ev->reason != VRRP_BFD_REASON_TIMEOUT || interval_ns == 0 ||
	    mono_is_never(ev->last_rx))
		return now;
	return mono_min(now,
	    mono_add(ev->last_rx, PROOF_INTERVALS * interval_ns));
}

/* By the priority it served with: its last word may have been a resignation. */
static struct vrrp_rank_id
as_it_served(const struct vrrp_death *d,
    const struct vrrp_active_router *active)
{
	struct vrrp_rank_id dead = { &active->source, active->priority };
	const struct vrrp_rank_router *r = NULL;

	if (dead.priority == 0)
		r = vrrp_rank_find(&d->rank, dead.address);
	if (r != NULL)
		dead.priority = r->priority;
	return dead;
}

static unsigned
better_ones(const struct vrrp_death *d, mono_t now,
    const struct vrrp_active_router *active, const struct vrrp_rank_id *us)
{
	struct vrrp_rank_id dead = as_it_served(d, active);

	return vrrp_rank_better(&d->rank, now, us, &dead);
}

static int64_t
slot_ns(const struct vrrp_death_session *s, int64_t detection_time_ns)
{
	int64_t interval_ns = s->rx_interval_ns > 0 ? s->rx_interval_ns :
	    detection_time_ns / DETECT_INTERVALS;
	int64_t margin_ns = interval_ns / 2;

	if (margin_ns < SLOT_MARGIN_MIN_NS)
		margin_ns = SLOT_MARGIN_MIN_NS;
	if (margin_ns > SLOT_MARGIN_MAX_NS)
		margin_ns = SLOT_MARGIN_MAX_NS;
	return interval_ns + margin_ns;
}

/* Has a lesser router become Active since the dead one was last heard? */
static bool
is_served(const struct vrrp_death *d, mono_t now,
    const struct vrrp_bfd_event *ev)
{
	mono_t last_rx = ev->last_rx;

	if (mono_is_never(last_rx))
		last_rx = mono_add(now, -ev->detection_time_ns);
	return addr_is_set(&d->claimant) &&
	    !addr_equal(&d->claimant, &ev->peer) &&
	    mono_before(last_rx, d->claimed);
}

enum vrrp_death_verdict
vrrp_death_judge(struct vrrp_death *d, mono_t now,
    const struct vrrp_bfd_event *ev, const struct vrrp_active_router *active,
    const struct vrrp_rank_id *us, int64_t *wait_ns)
{
	const struct vrrp_death_session *s = vrrp_death_find(d, &ev->peer);

	if (s == NULL || !down_means_dead(ev) ||
	    !addr_equal(&ev->peer, &active->source))
		return VRRP_DEATH_NOT_MEANT;
	d->edge = now;
	d->edge_peer = ev->peer;
	d->alive_after = alive_after(now, s, ev);
	if (mono_before(d->alive_after, active->last_arrival))
		return VRRP_DEATH_DISPROVED;
	if (is_served(d, now, ev))
		return VRRP_DEATH_SERVED;
	if (mono_before(now, s->suspended_until))
		return VRRP_DEATH_SUSPENDED;
	d->slot_ns = slot_ns(s, ev->detection_time_ns);
	*wait_ns = vrrp_death_wait_ns(d, now, active, us);
	return VRRP_DEATH_BELIEVED;
}

int64_t
vrrp_death_wait_ns(const struct vrrp_death *d, mono_t now,
    const struct vrrp_active_router *active, const struct vrrp_rank_id *us)
{
	return better_ones(d, now, active, us) * d->slot_ns;
}

int64_t
vrrp_death_delay_ns(const struct vrrp_death *d, mono_t now,
    const struct vrrp_active_router *active, const struct vrrp_rank_id *us)
{
	const struct vrrp_death_session *s = vrrp_death_find(d,
	    &active->source);

	return s == NULL ? 0 :
	    better_ones(d, now, active, us) * slot_ns(s, 0);
}

int64_t
vrrp_death_place_ns(const struct vrrp_death *d, mono_t now,
    const struct vrrp_active_router *active, const struct vrrp_rank_id *us,
    bool told, bool whole)
{
	const struct vrrp_death_session *s = vrrp_death_find(d,
	    &active->source);
	struct vrrp_rank_id dead = as_it_served(d, active);

	if (addr_is_set(&d->claimant) &&
	    mono_before(active->last_arrival, d->claimed))
		return -1;
	if (vrrp_rank_is_best(&d->rank, now, us, &dead, told, whole))
		return 0;
	if (s == NULL || !s->has_been_up || s->detection_time_ns == 0)
		return -1;
	return vrrp_rank_better(&d->rank, now, us, &dead) *
	    slot_ns(s, s->detection_time_ns) + (PRIORITY_RANGE -
	    us->priority) * s->detection_time_ns / PRIORITY_RANGE;
}

bool
vrrp_death_is_refuted(const struct vrrp_death *d, mono_t arrival,
    const struct addr *source)
{
	return !addr_equal(source, &d->edge_peer) ||
	    mono_before(d->alive_after, arrival);
}

bool
vrrp_death_is_answered(struct vrrp_death *d, mono_t now,
    const struct addr *source, int64_t in_state_ns)
{
	if (!addr_equal(source, &d->edge_peer) || in_state_ns > ANSWER_NS)
		return false;
	vrrp_death_blame(d, now);
	return true;
}

void
vrrp_death_blame(struct vrrp_death *d, mono_t now)
{
	struct vrrp_death_session *s = find(d, &d->edge_peer);
	int64_t ns;
	unsigned i;

	if (s == NULL)
		return;
	if (!s->has_been_up)
		s->spent = true;
	if (s->false_takeovers > 0 && mono_before(
	    mono_add(s->suspended_until, DAMP_FORGIVE_NS), now))
		s->false_takeovers = 0;
	s->false_takeovers++;
	ns = s->false_takeovers == 1 ? 0 : DAMP_FIRST_NS;
	for (i = 2; i < s->false_takeovers && ns < DAMP_MAX_NS; i++)
		ns *= 2;
	s->suspended_until = mono_add(now, ns < DAMP_MAX_NS ? ns : DAMP_MAX_NS);
}

/* --- our own life --- */

void
vrrp_death_watched(int64_t tx_interval_ns, unsigned tx_multiplier,
    int64_t *pace_ns, int64_t *span_ns)
{
	int64_t ns;

	if (tx_interval_ns == 0)
		return;
	ns = tx_multiplier > PROOF_INTERVALS ?
	    (tx_multiplier - PROOF_INTERVALS) * tx_interval_ns / 2 :
	    tx_interval_ns / 2;
	if (ns < *pace_ns)
		*pace_ns = ns;
	ns = tx_multiplier * tx_interval_ns;
	if (ns > *span_ns)
		*span_ns = ns;
}

void
vrrp_death_reassure(struct vrrp_death *d, int64_t *pace_ns, int64_t *span_ns)
{
	struct vrrp_death_session *s;
	unsigned i;

	for (i = 0; i < d->count; i++) {
		s = &d->sessions[i];
		vrrp_death_watched(s->tx_interval_ns, s->tx_multiplier, pace_ns,
		    span_ns);
		s->tx_interval_ns = 0;		/* until it is Up again */
	}
}

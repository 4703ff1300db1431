/*
 * vrrp_rank.c - who takes over when the Active dies: our place.
 *
 * A router that was not heard for longest makes room in a full list, unless it
 * is named or has a session; then the new one is not remembered, and somebody
 * may take over at the same time as we do, which VRRP settles as ever.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "vrrpd/pure/vrrp_rank.h"

void
vrrp_rank_init(struct vrrp_rank *k)
{
	memset(k, 0, sizeof(*k));
}

static void
check_router(const struct vrrp_rank_router *r)
{
	assert(addr_is_set(&r->address));
	assert(r->session || !r->up);
	assert(!r->ahead || !r->behind);
	/* Somebody claimed, is named, or has a session: else why remember it. */
	assert(r->named || r->session || !mono_is_never(r->heard) ||
	    r->told.ns > 0);
	assert(r->priority == 0 || !mono_is_never(r->heard) || r->told.ns > 0);
	assert(r->told_for_ns >= 0);
}

static void
check(const struct vrrp_rank *k)
{
	unsigned i, j;

	assert(k->count <= VRRP_RANK_MAX);
	for (i = 0; i < k->count; i++) {
		check_router(&k->list[i]);
		for (j = 0; j < i; j++)
			assert(!addr_equal(&k->list[i].address,
			    &k->list[j].address));
	}
}

const struct vrrp_rank_router *
vrrp_rank_find(const struct vrrp_rank *k, const struct addr *a)
{
	unsigned i;

	for (i = 0; i < k->count; i++)
		if (addr_equal(&k->list[i].address, a))
			return &k->list[i];
	return NULL;
}

static mono_t
last_sign(const struct vrrp_rank_router *r)
{
	return mono_is_never(r->heard) ? r->told : mono_max(r->heard, r->told);
}

static struct vrrp_rank_router *
entry(struct vrrp_rank *k, const struct addr *a)
{
	struct vrrp_rank_router *r, *oldest = NULL;
	unsigned i;

	for (i = 0; i < k->count; i++) {
		r = &k->list[i];
		if (addr_equal(&r->address, a))
			return r;
		if (!r->named && !r->session && (oldest == NULL ||
		    mono_before(last_sign(r), last_sign(oldest))))
			oldest = r;
	}
	if (k->count < VRRP_RANK_MAX)
		oldest = &k->list[k->count++];
	if (oldest != NULL) {
		memset(oldest, 0, sizeof(*oldest));
		oldest->address = *a;
		oldest->heard = MONO_NEVER;
	}
	return oldest;
}

void
vrrp_rank_name(struct vrrp_rank *k, const struct addr *a)
{
	struct vrrp_rank_router *r = entry(k, a);

	if (r != NULL)
		r->named = true;
	check(k);
}

void
vrrp_rank_name_nobody(struct vrrp_rank *k)
{
	struct vrrp_rank_router *r;
	unsigned i;

	for (i = k->count; i-- > 0; ) {
		r = &k->list[i];
		r->named = false;
		if (!r->session && mono_is_never(r->heard) && r->told.ns == 0)
			*r = k->list[--k->count];
	}
	check(k);
}

void
vrrp_rank_heard(struct vrrp_rank *k, mono_t now, const struct vrrp_rank_id *id,
    uint8_t our_priority, bool followed)
{
	struct vrrp_rank_router *r = entry(k, id->address);

	if (r == NULL)
		return;
	r->priority = id->priority;
	r->heard = now;
	r->behind = r->left = false;
	r->ahead = followed && id->priority <= our_priority;
	check_router(r);
}

bool
vrrp_rank_is_told(const struct vrrp_rank_router *r, mono_t now)
{
	return r->told.ns > 0 && mono_sub(now, r->told) < r->told_for_ns;
}

bool
vrrp_rank_told(struct vrrp_rank *k, mono_t now, const struct vrrp_rank_id *id,
    int64_t for_ns)
{
	struct vrrp_rank_router *r;
	bool was;

	if (for_ns == 0 && vrrp_rank_find(k, id->address) == NULL)
		return false;
	r = entry(k, id->address);
	if (r == NULL)
		return false;
	was = vrrp_rank_is_told(r, now);
	r->told = mono_max(r->told, now);
	r->told_for_ns = for_ns;
	r->left = for_ns == 0;
	if (for_ns > 0) {
		r->priority = id->priority;
		r->ahead = r->behind = false;
	}
	check_router(r);
	return !was && for_ns > 0;
}

void
vrrp_rank_absent(struct vrrp_rank *k, mono_t since, mono_t until)
{
	unsigned i;

	for (i = 0; i < k->count; i++)
		if (vrrp_rank_is_told(&k->list[i], since))
			k->list[i].told = mono_later_by(k->list[i].told, since,
			    until);
}

void
vrrp_rank_session(struct vrrp_rank *k, mono_t now, const struct addr *a,
    bool up)
{
	struct vrrp_rank_router *r = entry(k, a);

	if (r == NULL)
		return;
	if (up && !r->up)
		r->up_since = now;
	r->session = true;
	r->up = up;
	check_router(r);
}

void
vrrp_rank_no_session(struct vrrp_rank *k, const struct addr *a)
{
	struct vrrp_rank_router *r;

	if (vrrp_rank_find(k, a) == NULL)
		return;
	r = entry(k, a);
	r->session = r->up = false;
	r->up_since = MONO_ZERO;
	/* Nothing else is known of it: it never was there. */
	if (!r->named && mono_is_never(r->heard) && r->told.ns == 0)
		*r = k->list[--k->count];
	check(k);
}

void
vrrp_rank_reign_over(struct vrrp_rank *k, mono_t now, mono_t since,
    int64_t long_enough_ns)
{
	struct vrrp_rank_router *r;
	unsigned i;

	for (i = 0; i < k->count; i++) {
		r = &k->list[i];
		if (!r->up || mono_sub(now, mono_max(since, r->up_since)) <
		    long_enough_ns)
			continue;
		if (mono_is_never(r->heard) || mono_before(r->heard, since)) {
			r->behind = true;
			r->ahead = false;
		}
	}
	check(k);
}

static bool
counts(const struct vrrp_rank_router *r, mono_t now,
    const struct vrrp_rank_id *dead)
{
	if (addr_equal(&r->address, dead->address))
		return false;
	if (r->left)
		return false;
	/* A session that was never Up does not say that its peer is away. */
	if (r->session && (r->up || r->up_since.ns > 0 ||
	    !vrrp_rank_is_told(r, now)))
		return r->up;
	return vrrp_rank_is_told(r, now) || r->named || (!mono_is_never(r->heard) &&
	    mono_sub(now, r->heard) <= VRRP_RANK_MEMORY_NS);
}

/* Do higher addresses have higher priorities here?  See the header. */
static bool
counted_upwards(const struct vrrp_rank_id *us, const struct vrrp_rank_id *dead)
{
	if (us->priority == dead->priority)
		return true;				/* V-74 */
	return (addr_cmp(dead->address, us->address) > 0) ==
	    (dead->priority > us->priority);
}

static bool
is_better(const struct vrrp_rank_router *r, mono_t now,
    const struct vrrp_rank_id *us, const struct vrrp_rank_id *dead)
{
	bool higher = addr_cmp(&r->address, us->address) > 0;

	if ((r->ahead || r->behind) && !vrrp_rank_is_told(r, now))
		return r->ahead;
	if (r->priority == 0)
		return higher == counted_upwards(us, dead);
	if (r->priority != us->priority)
		return r->priority > us->priority;
	return higher;					/* V-74 */
}

unsigned
vrrp_rank_better(const struct vrrp_rank *k, mono_t now,
    const struct vrrp_rank_id *us, const struct vrrp_rank_id *dead)
{
	unsigned i, n = 0;

	for (i = 0; i < k->count; i++)
		n += counts(&k->list[i], now, dead) &&
		    is_better(&k->list[i], now, us, dead);
	return n;
}

/* Nothing of it is left that would have to be asked. */
static bool
is_gone(const struct vrrp_rank_router *r, mono_t now)
{
	if (r->left)
		return true;
	if (vrrp_rank_is_told(r, now) || r->up)
		return false;
	if (r->told.ns > 0)
		return true;			/* tells no more */
	return !r->named && !r->session &&
	    mono_sub(now, r->heard) > VRRP_RANK_MEMORY_NS;
}

/* Is it known to be lesser, and does it know us? */
static bool
is_surely_lesser(const struct vrrp_rank_router *r, mono_t now,
    const struct vrrp_rank_id *us, const struct vrrp_rank_id *dead, bool told)
{
	if (!told || is_better(r, now, us, dead))
		return false;
	return vrrp_rank_is_told(r, now) ||
	    (r->named && (r->priority > 0 || r->ahead || r->behind));
}

bool
vrrp_rank_is_best(const struct vrrp_rank *k, mono_t now,
    const struct vrrp_rank_id *us, const struct vrrp_rank_id *dead, bool told,
    bool whole)
{
	const struct vrrp_rank_router *r = vrrp_rank_find(k, dead->address);
	unsigned i;

	if (!whole && (r == NULL || !r->named))
		return false;
	for (i = 0; i < k->count; i++) {
		r = &k->list[i];
		if (!addr_equal(&r->address, dead->address) &&
		    !is_gone(r, now) &&
		    !is_surely_lesser(r, now, us, dead, told))
			return false;
	}
	return true;
}

/*
 * bfd_table.c - the sessions: by discriminator, by key, by path; and who wants
 * them (RFC 5880 §6.3, RFC 5881 §3, RFC 5883 §3, RFC 5882 §4.1).
 *
 * Three hash tables with chains through the sessions themselves.  The number of
 * buckets is fixed when the table is made, at least the number of sessions, so a
 * lookup does not depend on how many there are.  The hash is seeded: what a
 * stranger puts into a packet cannot be aimed at one bucket.
 *
 *   discr  our discriminator: every packet of a session that is coming up or up
 *   path   peer, interface index (or nothing for multihop): first packets
 *   key    peer, interface name: requests and configuration.  A key stays when
 *          the interface goes away; a path does not.
 *
 * Nothing here reads a clock, a socket or a file.
 */
#include "config.h"

#include "bfdd/bfd_table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shared/pure/rng.h"

const char bfd_owner_conf[] = "bfdd.conf";

struct bfd_table {
	unsigned		  max;
	unsigned		  count;
	unsigned		  mask;		/* buckets - 1 */
	uint32_t		  last_index;
	uint64_t		  seed;
	struct rng		  rng;
	struct bfd_session	 *all;
	struct bfd_session	**all_tail;
	struct bfd_session	**discr, **key, **path;
	struct bfd_mark		  mark;
};

/* FNV-1a; start it with the seed, and fold the high half in at the end. */
static uint64_t
hash_bytes(uint64_t h, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len-- > 0)
		h = (h ^ *p++) * UINT64_C(0x100000001b3);
	return h;
}

static struct bfd_session **
bucket(const struct bfd_table *t, struct bfd_session **head, uint64_t h)
{
	h ^= h >> 32;
	h ^= h >> 15;
	return &head[h & t->mask];
}

static struct bfd_session **
discr_bucket(const struct bfd_table *t, uint32_t discr)
{
	return bucket(t, t->discr, hash_bytes(t->seed, &discr, sizeof(discr)));
}

/* By the fields that bfd_params_same_key() compares for every session. */
static struct bfd_session **
key_bucket(const struct bfd_table *t, const struct bfd_params *p)
{
	uint64_t h;

	h = hash_bytes(t->seed, p->peer.bytes, sizeof(p->peer.bytes));
	h = hash_bytes(h, &p->multihop, sizeof(p->multihop));
	if (!p->multihop)
		h = hash_bytes(h, p->interface, strlen(p->interface));
	return bucket(t, t->key, h);
}

static struct bfd_session **
path_bucket(const struct bfd_table *t, const struct addr *peer, int ifindex,
    bool multihop)
{
	uint64_t h;

	if (multihop)
		ifindex = 0;
	h = hash_bytes(t->seed, peer->bytes, sizeof(peer->bytes));
	h = hash_bytes(h, &multihop, sizeof(multihop));
	h = hash_bytes(h, &ifindex, sizeof(ifindex));
	return bucket(t, t->path, h);
}

struct bfd_table *
bfd_table_new(unsigned max, uint64_t seed)
{
	struct bfd_table *t;
	unsigned buckets = 16;

	assert(max > 0 && max <= 1u << 20);
	while (buckets < max)
		buckets *= 2;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->max = max;
	t->mask = buckets - 1;
	t->all_tail = &t->all;
	rng_seed(&t->rng, seed);
	t->seed = rng_u64(&t->rng);
	t->mark = bfd_mark_new(&t->rng);
	t->discr = calloc(buckets, sizeof(*t->discr));
	t->key = calloc(buckets, sizeof(*t->key));
	t->path = calloc(buckets, sizeof(*t->path));
	if (t->discr == NULL || t->key == NULL || t->path == NULL) {
		bfd_table_free(t);
		return NULL;
	}
	return t;
}

void
bfd_table_free(struct bfd_table *t)
{
	if (t == NULL)
		return;
	assert(t->count == 0);
	free(t->discr);
	free(t->key);
	free(t->path);
	free(t);
}

const struct bfd_mark *
bfd_table_mark(const struct bfd_table *t)
{
	return &t->mark;
}

unsigned
bfd_table_count(const struct bfd_table *t)
{
	return t->count;
}

struct bfd_session *
bfd_table_first(const struct bfd_table *t)
{
	return t->all;
}

struct bfd_session *
bfd_table_by_discr(const struct bfd_table *t, uint32_t discr)
{
	struct bfd_session *s;

	for (s = *discr_bucket(t, discr); s != NULL; s = s->next_discr) {
		if (s->core.local_discr == discr)
			return s;
	}
	return NULL;
}

struct bfd_session *
bfd_table_by_key(const struct bfd_table *t, const struct bfd_params *p)
{
	struct bfd_session *s;

	for (s = *key_bucket(t, p); s != NULL; s = s->next_key) {
		if (bfd_params_same_key(&s->core.p, p))
			return s;
	}
	return NULL;
}

struct bfd_session *
bfd_table_by_path(const struct bfd_table *t, const struct addr *peer,
    const struct addr *local, int ifindex, bool multihop)
{
	struct bfd_session *s, *any = NULL;

	for (s = *path_bucket(t, peer, ifindex, multihop); s != NULL;
	    s = s->next_path) {
		const struct bfd_params *p = &s->core.p;

		if (p->multihop != multihop || !addr_equal(&p->peer, peer))
			continue;
		if (!multihop) {
			if (s->ifindex == ifindex)
				return s;
		} else if (!addr_is_set(&p->local))
			any = s;
		else if (addr_equal(&p->local, local))
			return s;
	}
	return any;
}

/* A session on an interface that does not exist has no path. */
static void
path_insert(struct bfd_table *t, struct bfd_session *s)
{
	struct bfd_session **b;

	if (!s->core.p.multihop && s->ifindex == 0)
		return;
	b = path_bucket(t, &s->core.p.peer, s->ifindex, s->core.p.multihop);
	s->next_path = *b;
	*b = s;
}

static void
path_remove(struct bfd_table *t, struct bfd_session *s)
{
	struct bfd_session **b;

	b = path_bucket(t, &s->core.p.peer, s->ifindex, s->core.p.multihop);
	for (; *b != NULL; b = &(*b)->next_path) {
		if (*b == s) {
			*b = s->next_path;
			break;
		}
	}
	s->next_path = NULL;
}

/* B-3: random but for the mark, non-zero, and nobody else's. */
static uint32_t
new_discr(struct bfd_table *t)
{
	uint32_t discr;

	do
		discr = rng_u32(&t->rng);
	while (discr == 0 || !bfd_mark_matches(&t->mark, discr) ||
	    bfd_table_by_discr(t, discr) != NULL);
	return discr;
}

static bool
is_on_its_path(const struct bfd_table *t, const struct bfd_session *s)
{
	const struct bfd_session *x;

	for (x = *path_bucket(t, &s->core.p.peer, s->ifindex,
	    s->core.p.multihop); x != NULL; x = x->next_path) {
		if (x == s)
			return true;
	}
	return false;
}

void
bfd_table_check(const struct bfd_table *t, const struct bfd_session *s)
{
	const struct bfd_wish *w;

	assert(t->count > 0 && t->count <= t->max);
	assert(*t->all_tail == NULL && *s->prevp == s);
	assert(bfd_mark_matches(&t->mark, s->core.local_discr));
	assert(bfd_table_by_discr(t, s->core.local_discr) == s);
	assert(bfd_table_by_key(t, &s->core.p) == s);
	assert(is_on_its_path(t, s) == (s->core.p.multihop || s->ifindex != 0));
	assert(!s->core.p.multihop || s->ifindex == 0);
	for (w = s->wishes; w != NULL; w = w->next) {
		/* One wish per owner, bfdd.conf's first. */
		assert(bfd_session_wish_of(s, w->owner) == w);
		assert(w->owner != bfd_owner_conf || w == s->wishes);
		assert(!w->unsolicited || w->accepted);
		assert(bfd_params_same_key(&w->p, &s->core.p));
	}
}

struct bfd_session *
bfd_table_add(struct bfd_table *t, mono_t now, const struct bfd_params *p,
    int ifindex, int *error)
{
	struct bfd_session *s, **b;

	if (bfd_table_by_key(t, p) != NULL) {
		*error = -EEXIST;
		return NULL;
	}
	if (t->count == t->max) {
		*error = -ENOSPC;
		return NULL;
	}
	s = calloc(1, sizeof(*s));
	if (s == NULL) {
		*error = -ENOMEM;
		return NULL;
	}
	bfd_core_init(&s->core, now, p, new_discr(t), rng_u64(&t->rng));
	s->fd = -1;
	s->ifindex = ifindex;
	s->index = ++t->last_index;
	bfd_loss_init(&s->loss);
	s->abandon_at = MONO_NEVER;
	s->away_until = MONO_NEVER;
	s->left = s->unsent_by = MONO_NEVER;

	b = discr_bucket(t, s->core.local_discr);
	s->next_discr = *b;
	*b = s;
	b = key_bucket(t, p);
	s->next_key = *b;
	*b = s;
	path_insert(t, s);
	s->prevp = t->all_tail;
	*t->all_tail = s;
	t->all_tail = &s->next;
	t->count++;
	bfd_table_check(t, s);
	return s;
}

void
bfd_table_remove(struct bfd_table *t, struct bfd_session *s)
{
	struct bfd_session **b;
	struct bfd_wish *w;

	for (b = discr_bucket(t, s->core.local_discr); *b != s;
	    b = &(*b)->next_discr)
		assert(*b != NULL);
	*b = s->next_discr;
	for (b = key_bucket(t, &s->core.p); *b != s; b = &(*b)->next_key)
		assert(*b != NULL);
	*b = s->next_key;
	path_remove(t, s);
	assert(!is_on_its_path(t, s) && t->count > 0);
	*s->prevp = s->next;
	if (s->next != NULL)
		s->next->prevp = s->prevp;
	else
		t->all_tail = s->prevp;
	t->count--;
	while ((w = s->wishes) != NULL) {
		s->wishes = w->next;
		free(w);
	}
	explicit_bzero(s, sizeof(*s));	/* there are keys in it */
	free(s);
}

void
bfd_table_set_ifindex(struct bfd_table *t, struct bfd_session *s, int ifindex)
{
	path_remove(t, s);
	s->ifindex = ifindex;
	path_insert(t, s);
	bfd_table_check(t, s);
}

struct bfd_wish *
bfd_session_wish_of(const struct bfd_session *s, const void *owner)
{
	struct bfd_wish *w;

	for (w = s->wishes; w != NULL; w = w->next) {
		if (w->owner == owner)
			return w;
	}
	return NULL;
}

int
bfd_session_wish_set(struct bfd_session *s, const void *owner,
    const struct bfd_params *p)
{
	struct bfd_wish *w = bfd_session_wish_of(s, owner), **at = &s->wishes;

	if (w == NULL) {
		w = calloc(1, sizeof(*w));
		if (w == NULL)
			return -ENOMEM;
		w->owner = owner;
		if (owner != bfd_owner_conf) {
			while (*at != NULL)
				at = &(*at)->next;
		}
		w->next = *at;
		*at = w;
	}
	w->p = *p;
	w->unsolicited = false;
	return 0;
}

bool
bfd_session_wish_drop(struct bfd_session *s, const void *owner)
{
	struct bfd_wish **at, *w;

	for (at = &s->wishes; (w = *at) != NULL; at = &w->next) {
		if (w->owner != owner)
			continue;
		*at = w->next;
		explicit_bzero(w, sizeof(*w));
		free(w);
		return true;
	}
	return false;
}

unsigned
bfd_session_clients(const struct bfd_session *s)
{
	const struct bfd_wish *w;
	unsigned n = 0;

	for (w = s->wishes; w != NULL; w = w->next)
		n += w->owner != bfd_owner_conf;
	return n;
}

bool
bfd_session_unsolicited(const struct bfd_session *s)
{
	const struct bfd_wish *w;

	for (w = s->wishes; w != NULL; w = w->next) {
		if (!w->unsolicited)
			return false;
	}
	return s->wishes != NULL;
}

/* The detection time this wish asks for, were both ends set like it. */
static int64_t
wished_detection_time(const struct bfd_params *p)
{
	int64_t interval = p->desired_min_tx_ns;

	if (p->required_min_rx_ns > interval)
		interval = p->required_min_rx_ns;
	return interval * p->detect_mult;
}

void
bfd_session_effective(const struct bfd_session *s, struct bfd_params *out)
{
	const struct bfd_wish *w = s->wishes, *fastest = w;

	assert(w != NULL);
	*out = w->p;
	for (w = w->next; w != NULL; w = w->next) {
		if (w->p.desired_min_tx_ns < out->desired_min_tx_ns)
			out->desired_min_tx_ns = w->p.desired_min_tx_ns;
		if (w->p.required_min_rx_ns < out->required_min_rx_ns)
			out->required_min_rx_ns = w->p.required_min_rx_ns;
		if (!addr_is_set(&out->local))
			out->local = w->p.local;
		if (s->wishes->owner != bfd_owner_conf)
			out->passive = out->passive && w->p.passive;
		if (wished_detection_time(&w->p) <
		    wished_detection_time(&fastest->p))
			fastest = w;
	}
	out->detect_mult = fastest->p.detect_mult;
}

/*
 * vrrp_passage.c - does the network let the virtual MAC pass?
 *
 * A value per instance; vrrp_watch.c sends the questions and hands in what was
 * answered.  One partner is asked until it is silent, then the next.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "vrrpd/pure/vrrp_passage.h"

#define SILENT_MAX	3	/* rounds, then another partner */

static void
check(const struct vrrp_passage *p)
{
	assert(p->count <= VRRP_PASSAGE_PARTNERS);
	assert(p->count == 0 || p->current < p->count);
	assert(p->misses <= VRRP_PASSAGE_MISSES);
}

void
vrrp_passage_init(struct vrrp_passage *p)
{
	memset(p, 0, sizeof(*p));
	p->next = MONO_NEVER;
}

/* A round that nobody judges. */
static void
forget_round(struct vrrp_passage *p)
{
	p->asked = p->tried = p->answered_own = p->answered_virtual = false;
}

void
vrrp_passage_start(struct vrrp_passage *p, mono_t at)
{
	forget_round(p);
	p->verdict = VRRP_PASSAGE_UNKNOWN;
	p->misses = p->silent = 0;
	p->next = p->begins = at;
	check(p);
}

void
vrrp_passage_stop(struct vrrp_passage *p)
{
	forget_round(p);
	p->verdict = VRRP_PASSAGE_UNKNOWN;
	p->misses = p->silent = 0;
	p->next = MONO_NEVER;
}

static struct vrrp_passage_partner *
find(struct vrrp_passage *p, const struct addr *addr)
{
	unsigned i;

	for (i = 0; i < p->count; i++)
		if (addr_equal(&p->list[i].addr, addr))
			return &p->list[i];
	return NULL;
}

bool
vrrp_passage_is_partner(const struct vrrp_passage *p, const struct addr *addr)
{
	unsigned i;

	for (i = 0; i < p->count; i++)
		if (addr_equal(&p->list[i].addr, addr))
			return true;
	return false;
}

bool
vrrp_passage_is_lonely(const struct vrrp_passage *p)
{
	return p->verdict == VRRP_PASSAGE_UNKNOWN && !mono_is_never(p->next) &&
	    p->silent >= SILENT_MAX * p->count;
}

void
vrrp_passage_meet(struct vrrp_passage *p, mono_t now, const struct addr *addr)
{
	struct vrrp_passage_partner *slot;

	if (find(p, addr) != NULL)
		return;
	if (p->count == 0 && !mono_is_never(p->next))
		p->next = mono_max(now, p->begins);
	if (p->count < VRRP_PASSAGE_PARTNERS)
		slot = &p->list[p->count++];
	else {
		if (p->next_slot == p->current)
			p->next_slot = (p->next_slot + 1) % p->count;
		slot = &p->list[p->next_slot];
		p->next_slot = (p->next_slot + 1) % p->count;
	}
	memset(slot, 0, sizeof(*slot));
	slot->addr = *addr;
	check(p);
}

void
vrrp_passage_doubt(struct vrrp_passage *p, mono_t now)
{
	if (!mono_is_never(p->next))
		p->next = mono_min(p->next, mono_max(mono_add(now,
		    VRRP_PASSAGE_QUICK_NS), p->begins));
}

/* Draws the conclusion of the last round. */
static void
judge(struct vrrp_passage *p)
{
	if (!p->asked || p->answered_virtual)
		return;			/* vrrp_passage_heard() has judged */
	if (!p->answered_own) {
		if (++p->silent % SILENT_MAX == 0)
			p->current = (p->current + 1) % p->count;
		return;
	}
	p->silent = 0;
	if (!p->tried)
		return;
	if (p->misses < VRRP_PASSAGE_MISSES)
		p->misses++;
	if (p->misses == VRRP_PASSAGE_MISSES)
		p->verdict = VRRP_PASSAGE_REFUSED;
}

const struct vrrp_passage_partner *
vrrp_passage_round(struct vrrp_passage *p, mono_t now)
{
	judge(p);
	forget_round(p);
	p->next = mono_add(now, p->verdict == VRRP_PASSAGE_REFUSED ||
	    p->silent >= SILENT_MAX * p->count ? VRRP_PASSAGE_SLOW_NS :
	    VRRP_PASSAGE_QUICK_NS);
	check(p);
	if (p->count == 0)
		return NULL;
	p->asked = true;
	p->tried = p->list[p->current].has_mac;
	return &p->list[p->current];
}

bool
vrrp_passage_heard(struct vrrp_passage *p, mono_t now, const struct addr *addr,
    const uint8_t mac[6], bool to_virtual)
{
	struct vrrp_passage_partner *partner = find(p, addr);
	bool news;

	if (partner == NULL || !p->asked || partner != &p->list[p->current])
		return false;
	partner->has_mac = true;
	memcpy(partner->mac, mac, 6);
	if (!p->tried) {
		p->next = now;		/* by now it can be tried */
		p->answered_own = true;
		return false;
	}
	if (!to_virtual) {
		p->answered_own = true;
		return false;
	}
	news = p->verdict != VRRP_PASSAGE_PASSES;
	p->answered_virtual = true;
	p->verdict = VRRP_PASSAGE_PASSES;
	p->misses = p->silent = 0;
	p->next = mono_add(now, VRRP_PASSAGE_AGAIN_NS);
	check(p);
	return news;
}

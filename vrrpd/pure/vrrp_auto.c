/*
 * vrrp_auto.c - the other routers, for BFD sessions nobody configured.
 *
 * Only two things make a peer: an advert that survived every check, and a
 * session that bfdd accepted by the rules of RFC 9468.  Neither can make us send
 * to anybody who is not a neighbour, and a sender of many addresses can only
 * push out peers that give no sign of life: one whose session is Up is told to
 * us again and again (vrrp_auto_alive) and is never the oldest for long.  Whoever
 * only opened sessions has no claim to the last places at all.
 *
 * Who only opened is not opened to: it speaks first and we answer.  Two of whom
 * neither was ever Active need no session (L-27).
 */
#include "config.h"

#include <assert.h>
#include <stddef.h>

#include "vrrpd/pure/vrrp_auto.h"

static void
check(const struct vrrp_auto *a)
{
	unsigned i, j;

	assert(a->count <= VRRP_AUTO_MAX);
	for (i = 0; i < a->count; i++) {
		assert(addr_is_set(&a->list[i].addr));
		assert(a->list[i].heard || a->list[i].opened);
		for (j = 0; j < i; j++)
			assert(!addr_equal(&a->list[i].addr,
			    &a->list[j].addr));
	}
}

static struct vrrp_auto_peer *
find(struct vrrp_auto *a, const struct addr *addr)
{
	unsigned i;

	for (i = 0; i < a->count; i++)
		if (addr_equal(&a->list[i].addr, addr))
			return &a->list[i];
	return NULL;
}

const struct vrrp_auto_peer *
vrrp_auto_find(const struct vrrp_auto *a, const struct addr *addr)
{
	unsigned i;

	for (i = 0; i < a->count; i++)
		if (addr_equal(&a->list[i].addr, addr))
			return &a->list[i];
	return NULL;
}

/* Is `p` the better one to give up? */
static bool
less_needed(const struct vrrp_auto_peer *p, const struct vrrp_auto_peer *than)
{
	if (p->heard != than->heard)
		return than->heard;
	if (p->named != than->named)
		return than->named;
	return mono_before(p->alive, than->alive);
}

static struct vrrp_auto_peer *
add(struct vrrp_auto *a, mono_t now, const struct addr *addr, bool push_out)
{
	struct vrrp_auto_peer *p = &a->list[0];
	unsigned i;

	if (a->count < VRRP_AUTO_MAX)
		p = &a->list[a->count++];
	else if (!push_out)
		return NULL;
	else
		for (i = 1; i < a->count; i++)
			if (less_needed(&a->list[i], p))
				p = &a->list[i];
	*p = (struct vrrp_auto_peer){ .addr = *addr, .alive = now };
	return p;
}

bool
vrrp_auto_heard(struct vrrp_auto *a, mono_t now, const struct addr *addr)
{
	struct vrrp_auto_peer *p = find(a, addr);
	bool is_new;

	if (p == NULL)
		p = add(a, now, addr, true);
	is_new = !p->heard;
	p->heard = true;
	p->alive = now;
	if (is_new)
		check(a);
	return is_new;
}

static unsigned
strangers(const struct vrrp_auto *a)
{
	unsigned i, n = 0;

	for (i = 0; i < a->count; i++)
		n += !a->list[i].heard && !a->list[i].named;
	return n;
}

enum vrrp_auto_opened
vrrp_auto_opened(struct vrrp_auto *a, mono_t now, const struct addr *addr,
    bool named)
{
	struct vrrp_auto_peer *p = find(a, addr);
	bool is_new = p == NULL;

	if (p == NULL && (named || strangers(a) < VRRP_AUTO_MAX -
	    VRRP_AUTO_RESERVE))
		p = add(a, now, addr, named && strangers(a) > 0);
	if (p == NULL)
		return VRRP_AUTO_NO_ROOM;
	p->opened = true;
	p->named = named;
	p->alive = now;
	check(a);
	return is_new ? VRRP_AUTO_NEW : VRRP_AUTO_KNOWN;
}

bool
vrrp_auto_closed(struct vrrp_auto *a, const struct addr *addr)
{
	struct vrrp_auto_peer *p = find(a, addr);

	if (p == NULL)
		return false;
	p->opened = false;
	if (p->heard)
		return false;
	*p = a->list[--a->count];
	check(a);
	return true;
}

void
vrrp_auto_alive(struct vrrp_auto *a, mono_t now, const struct addr *addr)
{
	struct vrrp_auto_peer *p = find(a, addr);

	if (p != NULL)
		p->alive = now;
}

bool
vrrp_auto_expire(struct vrrp_auto *a, mono_t now)
{
	unsigned i, kept = 0, count = a->count;

	for (i = 0; i < count; i++)
		if (mono_sub(now, a->list[i].alive) < VRRP_AUTO_FORGET_NS)
			a->list[kept++] = a->list[i];
	a->count = kept;
	check(a);
	return kept != count;
}

/*
 * vrrp_check.c - from results of a check to up and down.  PURE.
 *
 * See the header.  The counter starts one below up: a success makes it up, a
 * failure, being below, makes it 0, which is down.
 */
#include "config.h"

#include <assert.h>

#include "vrrpd/pure/vrrp_check.h"

static unsigned
at_least_one(unsigned n)
{
	return n == 0 ? 1 : n;
}

void
vrrp_check_init(struct vrrp_check *c, unsigned fall, unsigned rise)
{
	*c = (struct vrrp_check){
		.fall = at_least_one(fall),
		.rise = at_least_one(rise),
		.since = MONO_NEVER,
	};
	c->counter = c->rise - 1;
}

bool
vrrp_check_up(const struct vrrp_check *c)
{
	return c->known && c->counter >= c->rise;
}

/* The top of the counter: `fall` failures away from down. */
static unsigned
top(const struct vrrp_check *c)
{
	return c->rise + c->fall - 1;
}

static void
check(const struct vrrp_check *c)
{
	assert(c->fall > 0 && c->rise > 0);
	assert(c->counter <= top(c));
	assert(c->known == (c->runs > 0));
	assert(c->known == !mono_is_never(c->since));
	assert(c->failures <= c->runs);
}

bool
vrrp_check_result(struct vrrp_check *c, mono_t now, bool good)
{
	bool known = c->known, was = vrrp_check_up(c), moved;

	c->runs++;
	c->known = true;
	if (good) {
		if (c->counter + 1 < c->rise)
			c->counter++;
		else
			c->counter = top(c);
	} else {
		c->failures++;
		if (c->counter > c->rise)
			c->counter--;
		else
			c->counter = 0;
	}
	moved = !known || was != vrrp_check_up(c);
	if (moved)
		c->since = now;
	check(c);
	return moved;
}

mono_t
vrrp_check_next(mono_t due, int64_t interval_ns, mono_t now)
{
	int64_t missed;

	if (mono_before(now, due))
		return mono_add(due, interval_ns);
	missed = mono_sub(now, due) / interval_ns;
	return mono_add(due, (missed + 1) * interval_ns);
}

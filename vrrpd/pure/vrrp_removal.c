/*
 * vrrp_removal.c - devices that are to be removed: as bytes, and as a list.
 *
 * The engine keeps such a list (instance/vrrp_errand.c), and so does the monitor
 * (monitor/vrrp_desk.c), which outlives both the engine that asks and the
 * vrrpd-net that removes.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_removal.h"

#include <assert.h>
#include <string.h>

#include "shared/pure/cursor.h"

size_t
vrrp_removal_encode(const struct vrrp_removal *r, unsigned n, uint8_t *buf)
{
	struct cursor_out c;
	unsigned i;

	assert(n <= VRRP_REMOVALS_MESSAGE);
	cursor_out_init(&c, buf, (size_t)n * VRRP_REMOVAL_BYTES);
	for (i = 0; i < n; i++) {
		cursor_put_u32(&c, (uint32_t)r[i].ifindex);
		cursor_put_u32(&c, (uint32_t)r[i].tag);
		cursor_put_bytes(&c, r[i].name, sizeof(r[i].name));
	}
	return c.len;
}

/* A name with an end, and nothing behind it. */
static bool
is_name(const char *name)
{
	size_t len = strnlen(name, VRRP_REMOVAL_NAME_MAX), i;

	if (len == 0 || len == VRRP_REMOVAL_NAME_MAX)
		return false;
	for (i = len; i < VRRP_REMOVAL_NAME_MAX; i++)
		if (name[i] != '\0')
			return false;
	return true;
}

bool
vrrp_removal_decode(const uint8_t *body, size_t len,
    struct vrrp_removal *out, unsigned *n)
{
	struct cursor_in c;
	unsigned i, count = (unsigned)(len / VRRP_REMOVAL_BYTES);
	uint32_t ifindex;

	if (len % VRRP_REMOVAL_BYTES != 0 || count == 0 ||
	    count > VRRP_REMOVALS_MESSAGE)
		return false;
	cursor_in_init(&c, body, len);
	for (i = 0; i < count; i++) {
		ifindex = cursor_get_u32(&c);
		memset(&out[i], 0, sizeof(out[i]));
		out[i].tag = (int)cursor_get_u32(&c);
		memcpy(out[i].name, cursor_get_bytes(&c,
		    VRRP_REMOVAL_NAME_MAX), VRRP_REMOVAL_NAME_MAX);
		if (ifindex == 0 || ifindex > INT32_MAX || !is_name(out[i].name))
			return false;
		out[i].ifindex = (int)ifindex;
	}
	*n = count;
	return true;
}

/* --- the list --- */

static int
place_of(const struct vrrp_removals *l, int ifindex)
{
	unsigned i;

	for (i = 0; i < l->count; i++)
		if (l->list[i].ifindex == ifindex)
			return (int)i;
	return -1;
}

bool
vrrp_removals_put(struct vrrp_removals *l, const struct vrrp_removal *r)
{
	(void)vrrp_removals_drop(l, r->ifindex);
	if (l->count == VRRP_REMOVALS_MAX)
		return false;
	l->list[l->count++] = *r;
	return true;
}

bool
vrrp_removals_drop(struct vrrp_removals *l, int ifindex)
{
	int at = place_of(l, ifindex);

	assert(l->count <= VRRP_REMOVALS_MAX);
	if (at < 0)
		return false;
	l->count--;
	memmove(&l->list[at], &l->list[at + 1],
	    (l->count - (unsigned)at) * sizeof(l->list[0]));
	return true;
}

struct vrrp_removal *
vrrp_removals_named(struct vrrp_removals *l, const char *name)
{
	unsigned i;

	for (i = l->count; i-- > 0; )
		if (strcmp(l->list[i].name, name) == 0)
			return &l->list[i];
	return NULL;
}

unsigned
vrrp_removals_next(const struct vrrp_removals *l, struct vrrp_removal *out)
{
	unsigned i, n = 0;

	for (i = 0; i < l->count && n < VRRP_REMOVALS_MESSAGE; i++)
		if (!l->list[i].asked)
			out[n++] = l->list[i];
	return n;
}

void
vrrp_removals_asked(struct vrrp_removals *l, const struct vrrp_removal *out,
    unsigned n)
{
	unsigned i;
	int at;

	for (i = 0; i < n; i++) {
		at = place_of(l, out[i].ifindex);
		if (at >= 0)
			l->list[at].asked = true;
	}
}

unsigned
vrrp_removals_under_way(const struct vrrp_removals *l)
{
	unsigned i, n = 0;

	for (i = 0; i < l->count; i++)
		n += l->list[i].asked;
	return n;
}

void
vrrp_removals_again(struct vrrp_removals *l)
{
	unsigned i;

	for (i = 0; i < l->count; i++)
		l->list[i].asked = false;
}

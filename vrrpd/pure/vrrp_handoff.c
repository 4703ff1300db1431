/*
 * vrrp_handoff.c - codec of the handoff between two engines.  PURE.
 *
 * The engine that goes encodes, the monitor decodes and keeps the value in its
 * memory, of which the engine that comes is a fork: no engine decodes one.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_handoff.h"

#include <assert.h>
#include <string.h>

#include "shared/pure/cursor.h"

static void
put_instant(struct cursor_out *c, mono_t at)
{
	cursor_put_u32(c, (uint32_t)((uint64_t)at.ns >> 32));
	cursor_put_u32(c, (uint32_t)at.ns);
}

static mono_t
get_instant(struct cursor_in *c)
{
	uint64_t high = cursor_get_u32(c);

	return (mono_t){ (int64_t)(high << 32 | cursor_get_u32(c)) };
}

size_t
vrrp_handoff_encode(const struct vrrp_handoff *h, uint8_t *buf, size_t size)
{
	struct cursor_out c;
	size_t len;
	unsigned i;

	assert(h->count <= VRRP_HANDOFF_MAX);
	cursor_out_init(&c, buf, size);
	put_instant(&c, h->left);
	cursor_put_u16(&c, (uint16_t)h->count);
	for (i = 0; i < h->count; i++) {
		assert(h->list[i].flags != 0);
		len = strnlen(h->list[i].name, VRRP_HANDOFF_NAME_MAX - 1);
		put_instant(&c, h->list[i].active_since);
		cursor_put_u8(&c, h->list[i].flags);
		cursor_put_u8(&c, (uint8_t)len);
		cursor_put_bytes(&c, h->list[i].name, len);
	}
	return cursor_out_ok(&c) ? c.len : 0;
}

bool
vrrp_handoff_decode(const uint8_t *buf, size_t len, struct vrrp_handoff *out)
{
	struct vrrp_handoff_entry *e;
	struct cursor_in c;
	const uint8_t *name;
	size_t n;
	unsigned i;

	cursor_in_init(&c, buf, len);
	out->left = get_instant(&c);
	out->count = cursor_get_u16(&c);
	if (!cursor_in_ok(&c) || out->left.ns < 0 ||
	    out->count > VRRP_HANDOFF_MAX)
		return false;
	for (i = 0; i < out->count; i++) {
		e = &out->list[i];
		e->active_since = get_instant(&c);
		e->flags = cursor_get_u8(&c);
		n = cursor_get_u8(&c);
		name = cursor_get_bytes(&c, n);
		if (!cursor_in_ok(&c) || n == 0 || e->flags == 0 ||
		    (e->flags & ~VRRP_HANDOFF_FLAGS) != 0 ||
		    n >= VRRP_HANDOFF_NAME_MAX ||
		    memchr(name, '\0', n) != NULL || e->active_since.ns < 0 ||
		    e->active_since.ns > out->left.ns)
			return false;
		memcpy(e->name, name, n);
		e->name[n] = '\0';
	}
	return c.left == 0;
}

const struct vrrp_handoff_entry *
vrrp_handoff_find(const struct vrrp_handoff *h, const char *name)
{
	unsigned i;

	for (i = 0; h != NULL && i < h->count; i++)
		if (strcmp(h->list[i].name, name) == 0)
			return &h->list[i];
	return NULL;
}

bool
vrrp_handoff_has(const struct vrrp_handoff *h, const char *name, uint8_t flag)
{
	const struct vrrp_handoff_entry *e = vrrp_handoff_find(h, name);

	return e != NULL && (e->flags & flag) != 0;
}

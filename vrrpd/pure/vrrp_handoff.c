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

static void
put_name(struct cursor_out *c, const char *name)
{
	size_t len = strnlen(name, VRRP_HANDOFF_NAME_MAX - 1);

	cursor_put_u8(c, (uint8_t)len);
	cursor_put_bytes(c, name, len);
}

static bool
get_name(struct cursor_in *c, char name[VRRP_HANDOFF_NAME_MAX])
{
	size_t n = cursor_get_u8(c);
	const uint8_t *bytes = cursor_get_bytes(c, n);

	if (!cursor_in_ok(c) || n == 0 || n >= VRRP_HANDOFF_NAME_MAX ||
	    memchr(bytes, '\0', n) != NULL)
		return false;
	memcpy(name, bytes, n);
	name[n] = '\0';
	return true;
}

static void
put_alarm(struct cursor_out *c, const struct vrrp_handoff_alarm *a)
{
	size_t len = addr_len(a->who.address.family);

	cursor_put_u8(c, (uint8_t)a->kind);
	put_instant(c, a->since);
	put_instant(c, (mono_t){ a->since_real_ns });
	cursor_put_u8(c, (uint8_t)len);
	cursor_put_bytes(c, a->who.address.bytes, len);
	cursor_put_u8(c, a->who.has_mac ? sizeof(a->who.mac) : 0);
	cursor_put_bytes(c, a->who.mac, a->who.has_mac ? sizeof(a->who.mac) :
	    0);
	put_name(c, a->name);
}

static bool
get_alarm(struct cursor_in *c, mono_t left, struct vrrp_handoff_alarm *a)
{
	const uint8_t *bytes;
	unsigned kind;
	size_t len;

	memset(a, 0, sizeof(*a));
	kind = cursor_get_u8(c);
	a->since = get_instant(c);
	a->since_real_ns = get_instant(c).ns;
	len = cursor_get_u8(c);
	bytes = cursor_get_bytes(c, len);
	if (!cursor_in_ok(c) || kind >= VRRP_ALARM_COUNT || a->since.ns < 0 ||
	    a->since.ns > left.ns || (len != 0 && len != 4 && len != 16))
		return false;
	a->kind = (enum vrrp_alarm_kind)kind;
	if (len > 0)
		a->who.address = addr_from_bytes(len == 4 ? AF_INET : AF_INET6,
		    bytes);
	len = cursor_get_u8(c);
	bytes = cursor_get_bytes(c, len);
	if (!cursor_in_ok(c) || (len != 0 && len != sizeof(a->who.mac)))
		return false;
	a->who.has_mac = len > 0;
	if (len > 0)
		memcpy(a->who.mac, bytes, len);
	return get_name(c, a->name);
}

size_t
vrrp_handoff_encode(const struct vrrp_handoff *h, uint8_t *buf, size_t size)
{
	struct cursor_out c;
	unsigned i;

	assert(h->count <= VRRP_HANDOFF_MAX);
	assert(h->alarm_count <= VRRP_HANDOFF_ALARMS_MAX);
	cursor_out_init(&c, buf, size);
	put_instant(&c, h->left);
	cursor_put_u16(&c, (uint16_t)h->count);
	for (i = 0; i < h->count; i++) {
		assert(h->list[i].flags != 0);
		put_instant(&c, h->list[i].active_since);
		put_instant(&c, h->list[i].lesser_since);
		cursor_put_u8(&c, h->list[i].flags);
		put_name(&c, h->list[i].name);
	}
	cursor_put_u16(&c, (uint16_t)h->alarm_count);
	for (i = 0; i < h->alarm_count; i++)
		put_alarm(&c, &h->alarms[i]);
	return cursor_out_ok(&c) ? c.len : 0;
}

bool
vrrp_handoff_decode(const uint8_t *buf, size_t len, struct vrrp_handoff *out)
{
	struct vrrp_handoff_entry *e;
	struct cursor_in c;
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
		e->lesser_since = get_instant(&c);
		e->flags = cursor_get_u8(&c);
		if (!get_name(&c, e->name) || e->flags == 0 ||
		    (e->flags & ~VRRP_HANDOFF_FLAGS) != 0 ||
		    e->active_since.ns < 0 ||
		    e->active_since.ns > out->left.ns ||
		    e->lesser_since.ns < 0 ||
		    e->lesser_since.ns > out->left.ns)
			return false;
	}
	out->alarm_count = cursor_get_u16(&c);
	if (!cursor_in_ok(&c) || out->alarm_count > VRRP_HANDOFF_ALARMS_MAX)
		return false;
	for (i = 0; i < out->alarm_count; i++)
		if (!get_alarm(&c, out->left, &out->alarms[i]))
			return false;
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

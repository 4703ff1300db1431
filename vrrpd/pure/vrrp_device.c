/*
 * vrrp_device.c - virtual MAC devices that are to be made: as bytes, and as a
 * list.
 *
 * The engine keeps such a list (instance/vrrp_errand.c) of what its instances wait
 * for, and the monitor (monitor/vrrp_desk.c) of what vrrpd-net has not answered.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_device.h"

#include <sys/socket.h>
#include <assert.h>
#include <string.h>

#include "shared/pure/cursor.h"

#define ADOPTED		0x1
#define CAN_MUTE	0x2
#define FLAGS		(ADOPTED | CAN_MUTE)

/* --- bytes --- */

/* Copies a name with an end and nothing behind it. */
static bool
take_name_or_none(struct cursor_in *c, char name[VRRP_DEVICE_NAME_MAX])
{
	const uint8_t *bytes = cursor_get_bytes(c, VRRP_DEVICE_NAME_MAX);
	size_t len, i;

	if (bytes == NULL)
		return false;
	memcpy(name, bytes, VRRP_DEVICE_NAME_MAX);
	len = strnlen(name, VRRP_DEVICE_NAME_MAX);
	if (len == VRRP_DEVICE_NAME_MAX)
		return false;
	for (i = len; i < VRRP_DEVICE_NAME_MAX; i++)
		if (name[i] != '\0')
			return false;
	return true;
}

static bool
take_name(struct cursor_in *c, char name[VRRP_DEVICE_NAME_MAX])
{
	return take_name_or_none(c, name) && name[0] != '\0';
}

static void
put_name(struct cursor_out *c, const char name[VRRP_DEVICE_NAME_MAX])
{
	size_t len = strnlen(name, VRRP_DEVICE_NAME_MAX - 1);

	cursor_put_bytes(c, name, len);
	cursor_put_zeros(c, VRRP_DEVICE_NAME_MAX - len);
}

size_t
vrrp_device_wish_encode(const struct vrrp_device_wish *w,
    uint8_t buf[VRRP_DEVICE_WISH_BYTES])
{
	struct cursor_out c;

	cursor_out_init(&c, buf, VRRP_DEVICE_WISH_BYTES);
	cursor_put_u32(&c, w->number);
	cursor_put_u32(&c, (uint32_t)w->parent);
	cursor_put_u32(&c, (uint32_t)w->tag);
	cursor_put_u8(&c, w->family == AF_INET6 ? 6 : 4);
	cursor_put_u8(&c, w->vrid);
	cursor_put_u8(&c, w->in_use);
	cursor_put_u8(&c, w->both);
	cursor_put_u32(&c, (uint32_t)w->device);
	put_name(&c, w->parent_name);
	put_name(&c, w->name);
	assert(cursor_out_ok(&c));
	return c.len;
}

bool
vrrp_device_wish_decode(const uint8_t *body, size_t len,
    struct vrrp_device_wish *out)
{
	struct vrrp_device_wish w;
	struct cursor_in c;
	uint32_t parent, device;
	uint8_t version, in_use, both;

	if (len != VRRP_DEVICE_WISH_BYTES)
		return false;
	memset(&w, 0, sizeof(w));
	cursor_in_init(&c, body, len);
	w.number = cursor_get_u32(&c);
	parent = cursor_get_u32(&c);
	w.tag = (int)cursor_get_u32(&c);
	version = cursor_get_u8(&c);
	w.vrid = cursor_get_u8(&c);
	in_use = cursor_get_u8(&c);
	both = cursor_get_u8(&c);
	device = cursor_get_u32(&c);
	if (!take_name(&c, w.parent_name) || !take_name_or_none(&c, w.name) ||
	    device > INT32_MAX || w.number == 0 || parent == 0 ||
	    parent > INT32_MAX || (version != 4 && version != 6) ||
	    w.vrid == 0 || in_use > 1 || both > 1)
		return false;
	w.parent = (int)parent;
	w.device = (int)device;
	w.family = version == 6 ? AF_INET6 : AF_INET;
	w.in_use = in_use == 1;
	w.both = both == 1;
	*out = w;
	return true;
}

size_t
vrrp_device_made_encode(const struct vrrp_device_made *m,
    uint8_t buf[VRRP_DEVICE_MADE_MAX])
{
	size_t len = strnlen(m->reason, VRRP_DEVICE_REASON_MAX - 1);
	struct cursor_out c;

	cursor_out_init(&c, buf, VRRP_DEVICE_MADE_MAX);
	cursor_put_u32(&c, m->number);
	cursor_put_u32(&c, (uint32_t)-m->error);
	cursor_put_u32(&c, (uint32_t)m->ifindex);
	cursor_put_u32(&c, (uint32_t)m->tag);
	cursor_put_u8(&c, (uint8_t)((m->adopted ? ADOPTED : 0) |
	    (m->can_mute ? CAN_MUTE : 0)));
	cursor_put_zeros(&c, 2);
	cursor_put_u8(&c, (uint8_t)len);
	put_name(&c, m->name);
	cursor_put_bytes(&c, m->reason, len);
	assert(cursor_out_ok(&c));
	return c.len;
}

/* One line that can be shown: no control characters. */
static bool
is_text(const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (bytes[i] < ' ' || bytes[i] == 0x7f)
			return false;
	return true;
}

bool
vrrp_device_made_decode(const uint8_t *body, size_t len,
    struct vrrp_device_made *out)
{
	struct vrrp_device_made m;
	const uint8_t *text;
	struct cursor_in c;
	uint32_t error, ifindex;
	uint8_t flags, size;
	uint16_t zero;

	if (len < VRRP_DEVICE_MADE_MIN || len > VRRP_DEVICE_MADE_MAX)
		return false;
	memset(&m, 0, sizeof(m));
	cursor_in_init(&c, body, len);
	m.number = cursor_get_u32(&c);
	error = cursor_get_u32(&c);
	ifindex = cursor_get_u32(&c);
	m.tag = (int)cursor_get_u32(&c);
	flags = cursor_get_u8(&c);
	zero = cursor_get_u16(&c);
	size = cursor_get_u8(&c);
	if (!take_name(&c, m.name) || len != (size_t)VRRP_DEVICE_MADE_MIN + size ||
	    m.number == 0 || error > 4095 || ifindex > INT32_MAX ||
	    (flags & ~FLAGS) != 0 || zero != 0 ||
	    (error == 0) != (ifindex != 0) || (error == 0) != (size == 0))
		return false;
	text = cursor_get_bytes(&c, size);
	if (text == NULL || !is_text(text, size))
		return false;
	memcpy(m.reason, text, size);
	m.error = -(int)error;
	m.ifindex = (int)ifindex;
	m.adopted = (flags & ADOPTED) != 0;
	m.can_mute = (flags & CAN_MUTE) != 0;
	*out = m;
	return true;
}

/* --- the list --- */

bool
vrrp_devices_put(struct vrrp_devices *l, const struct vrrp_device_wish *w)
{
	if (l->count == VRRP_DEVICES_MAX ||
	    vrrp_devices_numbered(l, w->number) != NULL)
		return false;
	l->list[l->count++] = (struct vrrp_device_errand){ .wish = *w };
	return true;
}

static void
remove_at(struct vrrp_devices *l, unsigned at)
{
	assert(at < l->count && l->count <= VRRP_DEVICES_MAX);
	l->count--;
	memmove(&l->list[at], &l->list[at + 1],
	    (l->count - at) * sizeof(l->list[0]));
}

struct vrrp_device_errand *
vrrp_devices_numbered(struct vrrp_devices *l, uint32_t number)
{
	unsigned i;

	for (i = 0; i < l->count; i++)
		if (l->list[i].wish.number == number)
			return &l->list[i];
	return NULL;
}

bool
vrrp_devices_drop(struct vrrp_devices *l, uint32_t number)
{
	struct vrrp_device_errand *e = vrrp_devices_numbered(l, number);

	if (e == NULL)
		return false;
	remove_at(l, (unsigned)(e - l->list));
	return true;
}

struct vrrp_device_errand *
vrrp_devices_same(struct vrrp_devices *l, const struct vrrp_device_wish *w)
{
	struct vrrp_device_errand *e;
	unsigned i;

	for (i = l->count; i-- > 0; ) {
		e = &l->list[i];
		if (e->wish.parent == w->parent &&
		    e->wish.family == w->family && e->wish.vrid == w->vrid)
			return e;
	}
	return NULL;
}

struct vrrp_device_errand *
vrrp_devices_next(struct vrrp_devices *l)
{
	unsigned i;

	for (i = 0; i < l->count; i++)
		if (!l->list[i].asked)
			return &l->list[i];
	return NULL;
}

unsigned
vrrp_devices_under_way(const struct vrrp_devices *l)
{
	unsigned i, n = 0;

	for (i = 0; i < l->count; i++)
		n += l->list[i].asked;
	return n;
}

void
vrrp_devices_again(struct vrrp_devices *l)
{
	unsigned i;

	for (i = l->count; i-- > 0; ) {
		l->list[i].asked = false;
		if (l->list[i].forsaken)
			remove_at(l, i);
	}
}

static void
forsake_at(struct vrrp_devices *l, unsigned at)
{
	l->list[at].forsaken = true;
	if (!l->list[at].asked)
		remove_at(l, at);
}

void
vrrp_devices_forsake(struct vrrp_devices *l)
{
	unsigned i;

	for (i = l->count; i-- > 0; )
		forsake_at(l, i);
}

void
vrrp_devices_forgo(struct vrrp_devices *l, uint32_t number)
{
	struct vrrp_device_errand *e = vrrp_devices_numbered(l, number);

	if (e != NULL)
		forsake_at(l, (unsigned)(e - l->list));
}

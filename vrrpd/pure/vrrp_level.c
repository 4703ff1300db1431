/*
 * vrrp_level.c - the level of a tracker, as a message.  PURE.
 *
 * kind u8, up u8, since u64 (as two u32), is a number u8, value u32, length of the
 * name u8, the name, length of the reason u8, the reason; nothing behind.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_level.h"

#include <errno.h>
#include <string.h>

#include "shared/pure/cursor.h"

static void
put_text(struct cursor_out *c, const char *text, size_t size)
{
	size_t n = strnlen(text, size - 1);

	cursor_put_u8(c, (uint8_t)n);
	cursor_put_bytes(c, text, n);
}

size_t
vrrp_level_encode(const struct vrrp_level *l, uint8_t *buf)
{
	struct cursor_out c;

	cursor_out_init(&c, buf, VRRP_LEVEL_BYTES_MAX);
	cursor_put_u8(&c, (uint8_t)l->kind);
	cursor_put_u8(&c, l->up ? 1 : 0);
	cursor_put_u32(&c, (uint32_t)((uint64_t)l->since.ns >> 32));
	cursor_put_u32(&c, (uint32_t)l->since.ns);
	cursor_put_u8(&c, l->number ? 1 : 0);
	cursor_put_u32(&c, (uint32_t)l->value);
	put_text(&c, l->name, sizeof(l->name));
	put_text(&c, l->reason, sizeof(l->reason));
	return c.len;
}

/* False when there is less, more than fits, or a NUL in it. */
static bool
get_text(struct cursor_in *c, char *out, size_t size)
{
	size_t n = cursor_get_u8(c);
	const uint8_t *bytes = cursor_get_bytes(c, n);

	if (bytes == NULL || n >= size || memchr(bytes, 0, n) != NULL)
		return false;
	memcpy(out, bytes, n);
	out[n] = '\0';
	return true;
}

int
vrrp_level_decode(const uint8_t *body, size_t len, struct vrrp_level *out)
{
	struct vrrp_level l = { 0 };
	struct cursor_in c;
	uint8_t kind, up, number;
	uint64_t since;

	cursor_in_init(&c, body, len);
	kind = cursor_get_u8(&c);
	up = cursor_get_u8(&c);
	since = (uint64_t)cursor_get_u32(&c) << 32;
	since |= cursor_get_u32(&c);
	number = cursor_get_u8(&c);
	l.value = (int32_t)cursor_get_u32(&c);
	if (!get_text(&c, l.name, sizeof(l.name)) ||
	    !get_text(&c, l.reason, sizeof(l.reason)) || !cursor_in_ok(&c) ||
	    c.left != 0 || kind >= VRRP_TRACK_KIND_COUNT || up > 1 ||
	    number > 1 || (number == 1 ? up == 0 : l.value != 0) ||
	    since > INT64_MAX || l.name[0] == '\0')
		return -EBADMSG;
	l.kind = (enum vrrp_track_kind)kind;
	l.up = up == 1;
	l.number = number == 1;
	l.since = (mono_t){ (int64_t)since };
	*out = l;
	return 0;
}

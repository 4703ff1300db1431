/*
 * vrrp_notice.c - a change of state that hooks are told of, as a message.  PURE.
 *
 * group u8, state u8, before u8, priority u8, two times of 64 bits, length of
 * the name u8, the name, length of the cause u8, the cause; nothing behind.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_notice.h"

#include <errno.h>
#include <string.h>

#include "shared/pure/cursor.h"

const char *
vrrp_notice_state_word(enum vrrp_notice_state s, enum vrrp_notify_words words)
{
	static const char *const names[VRRP_NOTICE_STATE_COUNT] = {
		[VRRP_NOTICE_NONE] = "",
		[VRRP_NOTICE_ACTIVE] = "ACTIVE",
		[VRRP_NOTICE_BACKUP] = "BACKUP",
		[VRRP_NOTICE_FAULT] = "FAULT",
		[VRRP_NOTICE_STOP] = "STOP",
		[VRRP_NOTICE_CONTESTED] = "CONTESTED",
	};

	if (s == VRRP_NOTICE_ACTIVE && words == VRRP_NOTIFY_MASTER)
		return "MASTER";
	return names[s];
}

static void
put_64(struct cursor_out *c, int64_t v)
{
	cursor_put_u32(c, (uint32_t)((uint64_t)v >> 32));
	cursor_put_u32(c, (uint32_t)v);
}

static void
put_text(struct cursor_out *c, const char *text, size_t size)
{
	size_t n = strnlen(text, size - 1);

	cursor_put_u8(c, (uint8_t)n);
	cursor_put_bytes(c, text, n);
}

size_t
vrrp_notice_encode(const struct vrrp_notice *n, uint8_t *buf)
{
	struct cursor_out c;

	cursor_out_init(&c, buf, VRRP_NOTICE_BYTES_MAX);
	cursor_put_u8(&c, n->group ? 1 : 0);
	cursor_put_u8(&c, (uint8_t)n->state);
	cursor_put_u8(&c, (uint8_t)n->before);
	cursor_put_u8(&c, n->priority);
	put_64(&c, n->time_real_ns);
	put_64(&c, n->in_state_ns);
	put_text(&c, n->name, sizeof(n->name));
	put_text(&c, n->cause, sizeof(n->cause));
	return c.len;
}

static int64_t
get_64(struct cursor_in *c)
{
	uint64_t high = cursor_get_u32(c);

	return (int64_t)(high << 32 | cursor_get_u32(c));
}

static bool
get_text(struct cursor_in *c, char *out, size_t size)
{
	size_t n = cursor_get_u8(c);
	const uint8_t *bytes = cursor_get_bytes(c, n);

	if (bytes == NULL || n == 0 || n >= size ||
	    memchr(bytes, 0, n) != NULL)
		return false;
	memcpy(out, bytes, n);
	out[n] = '\0';
	return true;
}

int
vrrp_notice_decode(const uint8_t *body, size_t len, struct vrrp_notice *out)
{
	struct vrrp_notice n = { 0 };
	struct cursor_in c;
	uint8_t group, state, before;

	cursor_in_init(&c, body, len);
	group = cursor_get_u8(&c);
	state = cursor_get_u8(&c);
	before = cursor_get_u8(&c);
	n.priority = cursor_get_u8(&c);
	n.time_real_ns = get_64(&c);
	n.in_state_ns = get_64(&c);
	if (!get_text(&c, n.name, sizeof(n.name)) ||
	    !get_text(&c, n.cause, sizeof(n.cause)) || !cursor_in_ok(&c) ||
	    c.left != 0 || group > 1 || state == VRRP_NOTICE_NONE ||
	    state >= VRRP_NOTICE_STATE_COUNT ||
	    before >= VRRP_NOTICE_CONTESTED)
		return -EBADMSG;
	n.group = group == 1;
	n.state = (enum vrrp_notice_state)state;
	n.before = (enum vrrp_notice_state)before;
	*out = n;
	return 0;
}

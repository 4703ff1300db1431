/*
 * cursor.c - bounds-checked reading and writing of network-order fields.
 *
 * Failure is sticky in both directions: after the first field that does not
 * fit, nothing is read, nothing is written, and cursor_*_ok() says so once.
 */
#include "config.h"

#include "shared/pure/cursor.h"

#include <string.h>

void
cursor_in_init(struct cursor_in *c, const void *bytes, size_t len)
{
	*c = (struct cursor_in){ .at = bytes, .left = len };
}

const uint8_t *
cursor_get_bytes(struct cursor_in *c, size_t n)
{
	const uint8_t *p = c->at;

	if (c->failed || n > c->left) {
		c->failed = true;
		return NULL;
	}
	if (n > 0)
		c->at += n;
	c->left -= n;
	return p;
}

uint8_t
cursor_get_u8(struct cursor_in *c)
{
	const uint8_t *p = cursor_get_bytes(c, 1);

	return p == NULL ? 0 : p[0];
}

uint16_t
cursor_get_u16(struct cursor_in *c)
{
	const uint8_t *p = cursor_get_bytes(c, 2);

	return p == NULL ? 0 : (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t
cursor_get_u32(struct cursor_in *c)
{
	const uint8_t *p = cursor_get_bytes(c, 4);

	return p == NULL ? 0 : (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

bool
cursor_in_ok(const struct cursor_in *c)
{
	return !c->failed;
}

void
cursor_out_init(struct cursor_out *c, void *buf, size_t size)
{
	*c = (struct cursor_out){ .start = buf, .size = size };
}

/* Room for n bytes, now counted as written; NULL when there is none. */
static uint8_t *
reserve(struct cursor_out *c, size_t n)
{
	uint8_t *p;

	if (c->failed || n > c->size - c->len) {
		c->failed = true;
		return NULL;
	}
	p = c->start + c->len;
	c->len += n;
	return p;
}

void
cursor_put_u8(struct cursor_out *c, uint8_t v)
{
	cursor_put_bytes(c, &v, 1);
}

void
cursor_put_u16(struct cursor_out *c, uint16_t v)
{
	uint8_t b[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	cursor_put_bytes(c, b, sizeof(b));
}

void
cursor_put_u32(struct cursor_out *c, uint32_t v)
{
	uint8_t b[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
		(uint8_t)(v >> 8), (uint8_t)v };

	cursor_put_bytes(c, b, sizeof(b));
}

void
cursor_put_bytes(struct cursor_out *c, const void *bytes, size_t n)
{
	uint8_t *p;

	if (n > 0 && (p = reserve(c, n)) != NULL)
		memcpy(p, bytes, n);
}

void
cursor_put_zeros(struct cursor_out *c, size_t n)
{
	uint8_t *p;

	if (n > 0 && (p = reserve(c, n)) != NULL)
		memset(p, 0, n);
}

bool
cursor_out_ok(const struct cursor_out *c)
{
	return !c->failed;
}

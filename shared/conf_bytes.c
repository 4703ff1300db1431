/*
 * conf_bytes.c - values of a configuration as bytes, and back (see conf_bytes.h).
 *
 * A number is eight bytes in network order, a text two bytes of length and its
 * characters, an address its family and its bytes, a list a number and its elements.
 */
#include "config.h"

#include "shared/conf_bytes.h"

#include <limits.h>
#include <string.h>

bool
conf_coder_ok(const struct conf_coder *c)
{
	return !c->refused && (c->reads ? cursor_in_ok(&c->in) :
	    cursor_out_ok(&c->out));
}

void
conf_code_number(struct conf_coder *c, int64_t *value, int64_t min,
    int64_t max)
{
	uint64_t n = (uint64_t)*value;

	if (!c->reads) {
		cursor_put_u32(&c->out, (uint32_t)(n >> 32));
		cursor_put_u32(&c->out, (uint32_t)n);
		return;
	}
	n = (uint64_t)cursor_get_u32(&c->in) << 32;
	n |= cursor_get_u32(&c->in);
	*value = (int64_t)n;
	if (conf_coder_ok(c) && *value >= min && *value <= max)
		return;
	c->refused = true;
	*value = min;
}

void
conf_code_text(struct conf_coder *c, char *text, size_t size)
{
	const uint8_t *bytes;
	size_t len;

	if (!c->reads) {
		len = strlen(text);
		cursor_put_u16(&c->out, (uint16_t)len);
		cursor_put_bytes(&c->out, text, len);
		return;
	}
	memset(text, 0, size);
	len = cursor_get_u16(&c->in);
	bytes = cursor_get_bytes(&c->in, len);
	if (bytes == NULL || len >= size || memchr(bytes, '\0', len) != NULL)
		c->refused = true;
	else if (!c->refused && len > 0)
		memcpy(text, bytes, len);
}

void
conf_code_raw(struct conf_coder *c, void *to, size_t len)
{
	const uint8_t *bytes;

	if (!c->reads)
		cursor_put_bytes(&c->out, to, len);
	else if ((bytes = cursor_get_bytes(&c->in, len)) == NULL)
		c->refused = true;
	else if (len > 0)
		memcpy(to, bytes, len);
}

/* may_be_unset: AF_UNSPEC is a value, too. */
void
conf_code_addr(struct conf_coder *c, struct addr *a, bool may_be_unset)
{
	if (c->reads)
		memset(a, 0, sizeof(*a));
	CONF_CODE(c, a->family, 0, UINT8_MAX);
	if (a->family != AF_INET && a->family != AF_INET6 &&
	    (a->family != AF_UNSPEC || !may_be_unset))
		c->refused = true;
	conf_code_raw(c, a->bytes, addr_len(a->family));
}

void
conf_code_errors(struct conf_coder *c, struct conf_errors *e)
{
	unsigned i;

	CONF_CODE(c, e->count, 0, UINT_MAX);
	for (i = 0; i < e->count && i < CONF_ERRORS_MAX; i++) {
		conf_code_text(c, e->list[i].file,
		    sizeof(e->list[i].file));
		CONF_CODE(c, e->list[i].line, 0, INT_MAX);
		conf_code_text(c, e->list[i].text,
		    sizeof(e->list[i].text));
	}
}

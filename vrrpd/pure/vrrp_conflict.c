/*
 * vrrp_conflict.c - another router on this network that does not fit.
 *
 * One record per instance, the newest conflict.  A router that misfits in the
 * same way again only moves the instant and the count, so that what is shown
 * does not flicker between packets; another one, or another misfit, replaces it.
 */
#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "vrrpd/pure/vrrp_conflict.h"

const char *
vrrp_conflict_name(enum vrrp_conflict_kind kind)
{
	static const char *const names[] = {
#define X(id, word) word,
		VRRP_CONFLICTS(X)
#undef X
	};

	return names[kind];
}

const char *
vrrp_conflict_text(enum vrrp_conflict_kind kind)
{
	switch (kind) {
	case VRRP_CONFLICT_NONE:
		break;
	case VRRP_CONFLICT_OTHER_ADDRESSES:
		return "virtual router id used with other virtual addresses";
	case VRRP_CONFLICT_DUPLICATE_ADDRESS:
		return "duplicate primary address: another router has ours";
	case VRRP_CONFLICT_VERSION:
		return "speaks another version of VRRP";
	case VRRP_CONFLICT_AUTHENTICATION:
		return "authenticates in another way";
	case VRRP_CONFLICT_V2_INTERVAL:
		return "another advert_int, which version 2 does not allow";
	case VRRP_CONFLICT_TWO_OWNERS:
		return "calls itself the owner of the addresses, as we do";
	}
	return "";
}

enum vrrp_conflict_kind
vrrp_conflict_of(enum vrrp_verdict verdict)
{
	switch (verdict) {
	case VRRP_VERSION:
		return VRRP_CONFLICT_VERSION;
	case VRRP_OWN_SOURCE:
		return VRRP_CONFLICT_DUPLICATE_ADDRESS;
	case VRRP_AUTH_TYPE:
	case VRRP_AUTH_DATA:
		return VRRP_CONFLICT_AUTHENTICATION;
	case VRRP_V2_INTERVAL:
		return VRRP_CONFLICT_V2_INTERVAL;
	case VRRP_V2_ADDRESS_LIST:
		return VRRP_CONFLICT_OTHER_ADDRESSES;
	default:
		return VRRP_CONFLICT_NONE;
	}
}

static void
check(const struct vrrp_conflict *c)
{
	assert(c->kind < VRRP_CONFLICT_COUNT);
	assert((c->kind == VRRP_CONFLICT_NONE) == (c->count == 0));
}

void
vrrp_conflict_note(struct vrrp_conflict *c, mono_t now,
    enum vrrp_conflict_kind kind, const struct addr *source,
    const uint8_t *addrs, unsigned addr_count)
{
	unsigned i;

	if (c->kind != kind || !addr_equal(&c->source, source)) {
		memset(c, 0, sizeof(*c));
		c->kind = kind;
		c->source = *source;
	}
	c->last = now;
	c->count++;
	check(c);
	if (addrs == NULL)
		return;
	c->addr_count = addr_count;
	for (i = 0; i < addr_count && i < VRRP_CONFLICT_ADDRS; i++)
		c->addrs[i] = addr_from_bytes(source->family,
		    addrs + i * addr_len(source->family));
}

bool
vrrp_conflict_present(const struct vrrp_conflict *c, mono_t now)
{
	return c->kind != VRRP_CONFLICT_NONE &&
	    mono_sub(now, c->last) < VRRP_CONFLICT_AGE_NS;
}

const char *
vrrp_conflict_addrs(const struct vrrp_conflict *c, char *buf, size_t size)
{
	char text[ADDR_STRLEN];
	size_t len = 0;
	unsigned i;
	int n;

	buf[0] = '\0';
	for (i = 0; i < c->addr_count && i < VRRP_CONFLICT_ADDRS; i++) {
		n = snprintf(buf + len, size - len, "%s%s", i > 0 ? "," : "",
		    addr_format(&c->addrs[i], text, sizeof(text)));
		if (n < 0 || (size_t)n >= size - len)
			return buf;
		len += (size_t)n;
	}
	if (c->addr_count > VRRP_CONFLICT_ADDRS)
		(void)snprintf(buf + len, size - len, ",...");
	return buf;
}

/*
 * addr.c - addresses of both families as values.
 *
 * Text goes through inet_pton() and inet_ntop(), which know no host names, no
 * octal and no scope, and print RFC 5952 form.  Everything else works on the
 * 16 bytes directly; bytes beyond the family's length are kept zero, so that a
 * comparison may run over the whole array and a struct may be a hash key.
 */
#include "config.h"

#include "shared/pure/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

size_t
addr_len(uint8_t family)
{
	switch (family) {
	case AF_INET:
		return 4;
	case AF_INET6:
		return 16;
	}
	return 0;
}

struct addr
addr_from_bytes(uint8_t family, const uint8_t *bytes)
{
	struct addr a = { .family = family };
	size_t len = addr_len(family);

	if (len == 0)
		a.family = AF_UNSPEC;
	else
		memcpy(a.bytes, bytes, len);
	return a;
}

bool
addr_is_set(const struct addr *a)
{
	return a->family != AF_UNSPEC;
}

bool
addr_equal(const struct addr *a, const struct addr *b)
{
	return addr_cmp(a, b) == 0;
}

int
addr_cmp(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, addr_len(a->family));
}

bool
addr_is_multicast(const struct addr *a)
{
	switch (a->family) {
	case AF_INET:
		return (a->bytes[0] & 0xf0) == 0xe0;
	case AF_INET6:
		return a->bytes[0] == 0xff;
	}
	return false;
}

bool
addr_is_link_local(const struct addr *a)
{
	switch (a->family) {
	case AF_INET:
		return a->bytes[0] == 169 && a->bytes[1] == 254;
	case AF_INET6:
		return a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
	}
	return false;
}

bool
addr_is_unspecified(const struct addr *a)
{
	static const uint8_t zeros[16];

	return addr_is_set(a) &&
	    memcmp(a->bytes, zeros, addr_len(a->family)) == 0;
}

bool
addr_is_host(const struct addr *a)
{
	static const uint8_t broadcast[4] = { 255, 255, 255, 255 };

	return addr_is_set(a) && !addr_is_multicast(a) &&
	    !addr_is_unspecified(a) &&
	    !(a->family == AF_INET && memcmp(a->bytes, broadcast, 4) == 0);
}

bool
addr_is_loopback(const struct addr *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	return a->family == AF_INET ? a->bytes[0] == 127 :
	    a->family == AF_INET6 && memcmp(a->bytes, one, sizeof(one)) == 0;
}

bool
addr_is_reserved(const struct addr *a)
{
	if (a->family == AF_INET6)
		return a->bytes[0] == 0;
	return a->family == AF_INET && (a->bytes[0] == 0 ||
	    a->bytes[0] == 127 || a->bytes[0] >= 240);
}

bool
addr_is_broadcast_of(const struct addr *a, const struct addr_prefix *p)
{
	unsigned bit;

	if (a->family != AF_INET || p->len > 30 || !addr_in_prefix(a, p))
		return false;
	for (bit = p->len; bit < 32; bit++)
		if (!(a->bytes[bit / 8] & 0x80 >> bit % 8))
			return false;
	return true;
}

bool
addr_in_prefix(const struct addr *a, const struct addr_prefix *p)
{
	unsigned whole = p->len / 8, rest = p->len % 8;
	uint8_t mask = (uint8_t)(0xff00 >> rest);

	if (!addr_is_set(a) || a->family != p->addr.family ||
	    p->len > addr_len(a->family) * 8)
		return false;
	if (memcmp(a->bytes, p->addr.bytes, whole) != 0)
		return false;
	return rest == 0 ||
	    ((a->bytes[whole] ^ p->addr.bytes[whole]) & mask) == 0;
}

int
addr_parse(const char *text, struct addr *out)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		*out = addr_from_bytes(AF_INET, bytes);
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		*out = addr_from_bytes(AF_INET6, bytes);
	else
		return -EINVAL;
	return 0;
}

/* One to three digits without a leading zero, at most `max`; -1 otherwise. */
static int
parse_prefix_len(const char *s, unsigned max)
{
	unsigned n = 0, digits = 0;

	if (s[0] == '0' && s[1] != '\0')
		return -1;
	for (; *s >= '0' && *s <= '9' && digits < 3; s++, digits++)
		n = n * 10 + (unsigned)(*s - '0');
	if (*s != '\0' || digits == 0 || n > max)
		return -1;
	return (int)n;
}

int
addr_prefix_parse(const char *text, struct addr_prefix *out)
{
	char host[ADDR_STRLEN];
	struct addr_prefix p = { 0 };
	size_t n;
	int len;

	for (n = 0; text[n] != '\0' && text[n] != '/'; n++) {
		if (n + 1 >= sizeof(host))
			return -EINVAL;
		host[n] = text[n];
	}
	host[n] = '\0';
	if (addr_parse(host, &p.addr) < 0)
		return -EINVAL;
	len = (int)addr_len(p.addr.family) * 8;
	if (text[n] == '/')
		len = parse_prefix_len(text + n + 1, (unsigned)len);
	if (len < 0)
		return -EINVAL;
	p.len = (uint8_t)len;
	*out = p;
	return 0;
}

const char *
addr_format(const struct addr *a, char *buf, size_t len)
{
	if (!addr_is_set(a) ||
	    inet_ntop(a->family, a->bytes, buf, (socklen_t)len) == NULL)
		(void)snprintf(buf, len, "-");
	return buf;
}

const char *
addr_prefix_format(const struct addr_prefix *p, char *buf, size_t len)
{
	char host[ADDR_STRLEN];

	addr_format(&p->addr, host, sizeof(host));
	if (addr_is_set(&p->addr))
		(void)snprintf(buf, len, "%s/%u", host, p->len);
	else
		(void)snprintf(buf, len, "%s", host);
	return buf;
}

socklen_t
addr_to_sockaddr(const struct addr *a, uint16_t port, int ifindex,
    struct sockaddr_storage *out)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };

	memset(out, 0, sizeof(*out));
	switch (a->family) {
	case AF_INET:
		sin.sin_port = htons(port);
		memcpy(&sin.sin_addr, a->bytes, 4);
		memcpy(out, &sin, sizeof(sin));
		return sizeof(sin);
	case AF_INET6:
		sin6.sin6_port = htons(port);
		memcpy(&sin6.sin6_addr, a->bytes, 16);
		/* A scope on a global address would tie it to the link. */
		if (ifindex > 0 && (addr_is_link_local(a) ||
		    addr_is_multicast(a)))
			sin6.sin6_scope_id = (uint32_t)ifindex;
		memcpy(out, &sin6, sizeof(sin6));
		return sizeof(sin6);
	}
	return 0;
}

int
addr_from_sockaddr(const struct sockaddr *sa, struct addr *out, uint16_t *port)
{
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;
	uint16_t p;

	switch (sa->sa_family) {
	case AF_INET:
		memcpy(&sin, sa, sizeof(sin));
		*out = addr_from_bytes(AF_INET, (const uint8_t *)&sin.sin_addr);
		p = ntohs(sin.sin_port);
		break;
	case AF_INET6:
		memcpy(&sin6, sa, sizeof(sin6));
		*out = addr_from_bytes(AF_INET6, sin6.sin6_addr.s6_addr);
		p = ntohs(sin6.sin6_port);
		break;
	default:
		return -EAFNOSUPPORT;
	}
	if (port != NULL)
		*port = p;
	return 0;
}

/*
 * addr.h - an IPv4 or IPv6 address as a value, and an address with a prefix.
 *
 * One type for both families, so that the rest of the program has one code path
 * and asks for the length where it matters.  Bytes are in network order; bytes
 * beyond the length are zero, so values may be compared with memcmp().
 */
#ifndef SHARED_ADDR_H
#define SHARED_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDR_STRLEN	(INET6_ADDRSTRLEN)		/* text of struct addr */
#define ADDR_PREFIX_STRLEN (INET6_ADDRSTRLEN + 4)	/* text with "/128" */

struct addr {
	uint8_t	family;		/* AF_UNSPEC (no address), AF_INET, AF_INET6 */
	uint8_t	bytes[16];
};

struct addr_prefix {
	struct addr	addr;	/* host bits kept: 192.0.2.50/24 */
	uint8_t		len;
};

/* Length in bytes: 4, 16, or 0 for AF_UNSPEC. */
size_t	addr_len(uint8_t family);
/* From `addr_len(family)` bytes in network order. */
struct addr addr_from_bytes(uint8_t family, const uint8_t *bytes);
bool	addr_is_set(const struct addr *);
bool	addr_equal(const struct addr *, const struct addr *);
/*
 * Unsigned big-endian comparison within a family (V-74); families compare
 * first.  <0, 0, >0.
 */
int	addr_cmp(const struct addr *, const struct addr *);
bool	addr_is_multicast(const struct addr *);
bool	addr_is_link_local(const struct addr *);	/* 169.254/16, fe80::/10 */
bool	addr_is_unspecified(const struct addr *);	/* 0.0.0.0, :: */
/* May a host have it: set, and neither multicast, unspecified nor broadcast? */
bool	addr_is_host(const struct addr *);
bool	addr_is_loopback(const struct addr *);		/* 127/8, ::1 */
/*
 * No host of a network should have it: 0/8, 127/8 and 240/4; ::/8, where loopback
 * and IPv4 addresses in another form are.
 */
bool	addr_is_reserved(const struct addr *);
/* The broadcast address of this network; none in IPv6, nor in a /31 or a /32. */
bool	addr_is_broadcast_of(const struct addr *, const struct addr_prefix *);
/* True when both have one family and agree in the first `len` bits. */
bool	addr_in_prefix(const struct addr *, const struct addr_prefix *);
/* Dotted quad or RFC 5952 text only, no scope, no host names. 0 or -EINVAL. */
int	addr_parse(const char *text, struct addr *out);
/* "ADDR/LEN"; a bare address gets 32 or 128. 0 or -EINVAL. */
int	addr_prefix_parse(const char *text, struct addr_prefix *out);
/* Writes the text ("-" when unset) and returns buf; len >= ADDR_STRLEN. */
const char *addr_format(const struct addr *, char *buf, size_t len);
const char *addr_prefix_format(const struct addr_prefix *, char *buf, size_t len);
/*
 * Fill a socket address. Returns its length, 0 when unset.  ifindex (0: none)
 * becomes the scope of link-local and multicast IPv6 addresses, not of others.
 */
socklen_t addr_to_sockaddr(const struct addr *, uint16_t port, int ifindex,
    struct sockaddr_storage *out);
/*
 * Reads AF_INET and AF_INET6 (a mapped IPv4 stays IPv6); port may be NULL.
 * 0 or -EAFNOSUPPORT.
 */
int	addr_from_sockaddr(const struct sockaddr *, struct addr *out,
    uint16_t *port);

#endif

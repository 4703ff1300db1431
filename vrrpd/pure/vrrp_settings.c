/*
 * vrrp_settings.c - how a virtual MAC device has to behave: one table.
 *
 * A device of one family is silent in the other.  Linux counts an IPv4 address as
 * the host's, not the interface's, so a device answers ARP for every address of
 * the host unless it is told otherwise: one for IPv6 would draw the host's IPv4
 * traffic to the virtual MAC, and with it to whichever router is Active for
 * IPv6.  In IPv6 an address is the interface's, so nothing answers for one of
 * another device; and on a device for IPv4 there is no IPv6 at all.
 *
 * Nor does a device answer for others.  Proxy ARP for the whole host
 * (all.proxy_arp) would make the Active answer for every host of the subnet, as
 * the way to each leads through the interface below and not through the device.
 * medium_id -1 is what the kernel lets a device withdraw from that by.
 *
 * vrrp_vmac.c makes a device so, and says of each setting why in its own essay.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_settings.h"

#include <string.h>
#include <sys/socket.h>

#define ONLY(n)		(1U << (n))

#define REQUIRED	true
#define WISHED		false

#define NOBODY_ELSE							\
	{ AF_INET, "proxy_arp", 0, VRRP_SETTING_EITHER, ONLY(0), WISHED }, \
	{ AF_INET, "proxy_arp_pvlan", 0, VRRP_SETTING_ALONE, ONLY(0), WISHED }, \
	{ AF_INET, "medium_id", -1, VRRP_SETTING_ALONE, 0, WISHED }

/* IPv4 answers for its addresses, and reaches the clients by the parent. */
#define FOUR								\
	/* 2 answers whoever is of the subnet; a virtual address has one. */ \
	{ AF_INET, "arp_ignore", 1, VRRP_SETTING_GREATER,		\
	    ONLY(1) | ONLY(2), REQUIRED },				\
	{ AF_INET, "arp_announce", 2, VRRP_SETTING_GREATER, ONLY(2),	\
	    WISHED },							\
	/* "all" may yet become 1, which 2 is greater than and 0 is not. */ \
	{ AF_INET, "rp_filter", 2, VRRP_SETTING_GREATER,		\
	    ONLY(0) | ONLY(2), REQUIRED },				\
	{ AF_INET, "arp_filter", 0, VRRP_SETTING_EITHER, ONLY(0), WISHED }, \
	{ AF_INET, "forwarding", VRRP_SETTING_AS_PARENT,		\
	    VRRP_SETTING_ALONE, 0, WISHED },				\
	/* See vrrp_vip_change.c; older kernels have to do without. */	\
	{ AF_INET, "promote_secondaries", 1, VRRP_SETTING_EITHER, ONLY(1), \
	    WISHED }

/* IPv6 learns nothing by itself. */
#define SIX								\
	{ AF_INET6, "accept_ra", 0, VRRP_SETTING_ALONE, ONLY(0), REQUIRED }, \
	{ AF_INET6, "autoconf", 0, VRRP_SETTING_ALONE, ONLY(0), REQUIRED }, \
	/* Our addresses ask for no DAD themselves. */			\
	{ AF_INET6, "accept_dad", 0, VRRP_SETTING_GREATER,		\
	    ONLY(0) | ONLY(1), REQUIRED },				\
	{ AF_INET6, "router_solicitations", 0, VRRP_SETTING_ALONE, ONLY(0), \
	    WISHED },							\
	{ AF_INET6, "proxy_ndp", 0, VRRP_SETTING_EITHER, ONLY(0), WISHED }

#define SIX_IS_OFF							\
	{ AF_INET6, "disable_ipv6", 1, VRRP_SETTING_ALONE, ONLY(1), REQUIRED }
#define SIX_IS_ON							\
	{ AF_INET6, "disable_ipv6", 0, VRRP_SETTING_ALONE, ONLY(0), REQUIRED }
/* V-88: the R flag of its advertisements follows this. */
#define SIX_IS_ROUTER							\
	{ AF_INET6, "forwarding", 1, VRRP_SETTING_ALONE, ONLY(1), REQUIRED }
/* Beside a virtual router of IPv4 the host is a router of IPv6 if it is one. */
#define SIX_AS_PARENT							\
	{ AF_INET6, "forwarding", VRRP_SETTING_AS_PARENT,		\
	    VRRP_SETTING_ALONE, 0, WISHED }

static const struct vrrp_setting four[] = { SIX_IS_OFF, FOUR, NOBODY_ELSE };
static const struct vrrp_setting four_both[] = {
	SIX_IS_ON, SIX_AS_PARENT, SIX, FOUR, NOBODY_ELSE
};
static const struct vrrp_setting six[] = {
	SIX_IS_ON, SIX_IS_ROUTER, SIX,
	/* 8: for no address at all. */
	{ AF_INET, "arp_ignore", 8, VRRP_SETTING_GREATER, ONLY(8), REQUIRED },
	{ AF_INET, "arp_announce", 2, VRRP_SETTING_GREATER, ONLY(2), WISHED },
	{ AF_INET, "forwarding", 0, VRRP_SETTING_ALONE, ONLY(0), WISHED },
	NOBODY_ELSE,
};
static const struct vrrp_setting six_both[] = {
	SIX_IS_ON, SIX_IS_ROUTER, SIX, FOUR, NOBODY_ELSE
};

#define TABLE(t)	{ t, sizeof(t) / sizeof((t)[0]) }

const struct vrrp_setting *
vrrp_settings(uint8_t family, bool both, size_t *count)
{
	static const struct {
		const struct vrrp_setting	*rows;
		size_t				 count;
	} tables[2][2] = {
		{ TABLE(four), TABLE(four_both) },
		{ TABLE(six), TABLE(six_both) },
	};

	*count = tables[family == AF_INET6][both].count;
	return tables[family == AF_INET6][both].rows;
}

static int
in_force(const struct vrrp_setting *s, int all, int own)
{
	switch (s->joined) {
	case VRRP_SETTING_GREATER:
		return all > own ? all : own;
	case VRRP_SETTING_EITHER:
		return all != 0 || own != 0;
	case VRRP_SETTING_ALONE:
		break;
	}
	return own;
}

bool
vrrp_setting_works(const struct vrrp_setting *s, int all, int own)
{
	int value = in_force(s, all, own);

	return value == s->value ||
	    (value >= 0 && value < 32 && (s->works & ONLY(value)) != 0);
}

/* Of the others medium_id takes the edge off, or nothing of ours asks for them. */
static const struct {
	const char	*key, *otherwise;
	bool		 cured;		/* by vrrp_vip_steer.c, where that works */
} obstacles[] = {
	{ "arp_filter", "a device answers ARP only if the way back leads through "
	    "it, which it does not", true },
	{ "arp_ignore", "a device answers ARP for other addresses too, or for "
	    "none", false },
};

static bool
is_cured(const struct vrrp_setting *s)
{
	size_t i;

	for (i = 0; i < sizeof(obstacles) / sizeof(obstacles[0]); i++)
		if (obstacles[i].cured && s->family == AF_INET &&
		    strcmp(s->key, obstacles[i].key) == 0)
			return true;
	return false;
}

const char *
vrrp_setting_otherwise(const struct vrrp_setting *s)
{
	size_t i;

	for (i = 0; i < sizeof(obstacles) / sizeof(obstacles[0]); i++)
		if (s->family == AF_INET && strcmp(s->key,
		    obstacles[i].key) == 0)
			return obstacles[i].otherwise;
	return NULL;
}

const struct vrrp_setting *
vrrp_setting_obstacle(uint8_t family, bool uncured,
    int (*get)(const struct vrrp_setting *, void *arg), void *arg, int *value)
{
	const struct vrrp_setting *s;
	size_t i, n;

	s = vrrp_settings(family, false, &n);
	for (i = 0; i < n; i++) {
		if (s[i].joined == VRRP_SETTING_ALONE ||
		    vrrp_setting_otherwise(&s[i]) == NULL ||
		    (!uncured && is_cured(&s[i])))
			continue;
		*value = get(&s[i], arg);
		if (!vrrp_setting_works(&s[i], *value, s[i].value))
			return &s[i];
	}
	return NULL;
}

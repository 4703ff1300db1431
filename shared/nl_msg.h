/*
 * nl_msg.h - rtnetlink messages: values into messages, messages into values.
 *
 * The values (links, addresses, neighbours) are those nl.h hands to the daemons.
 * The functions are for nl.c and nl_batch.c; they send and receive nothing.
 */
#ifndef SHARED_NL_MSG_H
#define SHARED_NL_MSG_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"

struct nl_msg;				/* of libnl */
struct nlmsghdr;

#define NL_LINK_NAMES_MAX	8	/* of a length that a name may have here */

#define NL_LINK_ALIAS_MAX	48	/* with NUL; longer ones are cut */
#define NL_KIND_MAX	16	/* the same */

struct nl_link {
	int		ifindex;
	int		parent;		/* IFLA_LINK, 0 if none */
	char		name[IF_NAMESIZE];
	/* Other names of the same interface (ip link property), "" = no more. */
	char		also[NL_LINK_NAMES_MAX][IF_NAMESIZE];
	uint8_t		mac[6];
	bool		has_mac;	/* a 6-byte link address */
	bool		admin_up;	/* IFF_UP */
	bool		running;	/* IFF_UP and IFF_LOWER_UP/RUNNING: usable */
	uint32_t	mtu;
	bool		is_macvlan;	/* or macvtap */
	/* "vlan", "bond" ... as `ip -d link` says; "": one without a kind. */
	char		kind[NL_KIND_MAX];
	uint32_t	mode;		/* of a macvlan or ipvlan, the kernel's */
	int		master;		/* index of the link that it is a port of */
	char		port_of[NL_KIND_MAX];	/* the kind of the master */
	uint32_t	table;		/* of a VRF: of its routes; else 0 */
	bool		loopback;	/* IFF_LOOPBACK */
	bool		no_arp;		/* IFF_NOARP */
	char		alias[NL_LINK_ALIAS_MAX];	/* ip link ... alias */
};

struct nl_addr {
	int			ifindex;
	struct addr_prefix	prefix;	/* the local address */
	uint8_t			scope;	/* RT_SCOPE_ of the kernel: 0 global */
	bool			secondary;
	bool			deprecated;
	bool			without_route;	/* no connected one */
	bool			tentative;	/* IPv6: DAD not finished or failed */
	/* The rest of an address, for nl_msg_addr_as_it_was(). */
	struct addr		peer;		/* unset: none */
	struct addr		broadcast;	/* unset: none */
	char			label[IF_NAMESIZE];	/* IPv4, "" = none */
	uint32_t		flags;		/* IFA_F_ */
	uint32_t		metric;		/* of its route, 0: the kernel's */
	uint8_t			protocol;	/* of whoever has put it there, 0: unknown */
	/* When the kernel told; NL_ADDR_FOR_GOOD: they do not end. */
	uint32_t		preferred_s, valid_s;
	mono_t			told;	/* of nl.c: when, if valid_s does end */
};
#define NL_ADDR_FOR_GOOD	UINT32_MAX

struct nl_neigh {
	uint8_t		mac[8];
	uint8_t		mac_len;	/* 0: none needed, or not resolved */
	bool		usable;		/* resolved, be it a while ago */
	bool		confirmed;	/* heard from lately, or permanent */
};

enum nl_macvlan_mode {
	NL_MACVLAN_DEAF,	/* "source" mode with an empty list: receives nothing */
	NL_MACVLAN_BRIDGE,	/* receives frames to its MAC, and broadcasts */
};

/* Whole messages one after the other, each aligned; starts zeroed. */
struct nl_collected {
	uint8_t	*buf;			/* malloc'd, the caller frees it */
	size_t	 len;
	size_t	 cap;
};
/* Appends a copy of the message.  0; -ENOMEM, and then nothing was added. */
int	nl_msg_collect(struct nl_collected *, const struct nlmsghdr *);

/* The index of the VRF that the link is in; 0: in none. */
int	nl_link_vrf(const struct nl_link *);
/* Is this its name, or another one that it has? */
bool	nl_link_is_called(const struct nl_link *, const char *name);

/*
 * The answer to a request of this type, as nl_batch.c and nl_carry_out() take it: 0
 * where something is there already, or gone already.
 */
int	nl_msg_tolerate(uint16_t type, int error);

/* A libnl error (negative or 0) as a negative errno. */
int	nl_msg_error(int nle);

/*
 * Read a message into *out, which is overwritten only on true.  False: another
 * kind of message, or malformed; for a link also one that is not about a link of
 * its own (bridge port information).
 */
bool	nl_msg_read_link(struct nlmsghdr *, struct nl_link *out);
bool	nl_msg_read_addr(struct nlmsghdr *, struct nl_addr *out);
/* Of a default route by this interface and no other. */
bool	nl_msg_read_gateway(struct nlmsghdr *, int ifindex, struct addr *out);
/* The device of a route; -ENOENT: it has none. */
int	nl_msg_read_way(struct nlmsghdr *);
bool	nl_msg_read_neigh(struct nlmsghdr *, struct nl_neigh *out);

/*
 * A request about the link ifindex (0: none yet) that sets these IFF_ flags and
 * leaves the others.  NULL without memory; the caller frees it.
 */
struct nl_msg *nl_msg_link(int type, int flags, int ifindex,
	    unsigned ifi_flags);
/* Put into a link message.  0 or -EMSGSIZE. */
int	nl_msg_put_macvlan_mode(struct nl_msg *, enum nl_macvlan_mode);
int	nl_msg_put_no_link_local(struct nl_msg *);
/*
 * Give a device a queue that drops everything, or lets everything through.  With
 * a handle of its own the queue is found again, and then only changed: putting
 * another one in its place would wait for a grace period.  NULL without memory;
 * the caller frees it.
 */
struct nl_msg *nl_msg_mute(int ifindex, bool mute);
/*
 * A request about an address.  ifa_flags: IFA_F_, with IFA_F_DEPRECATED as it is
 * told the kernel, by a preferred lifetime of 0.  label: NULL, or for IPv4.
 * seconds: its lifetime, 0 for good.  0, and *out is the caller's; -EINVAL (no
 * such prefix, label too long), -ENOMEM or -EMSGSIZE.
 */
int	nl_msg_addr(int type, int flags, int ifindex,
	    const struct addr_prefix *, uint32_t ifa_flags, const char *label,
	    uint32_t seconds, struct nl_msg **out);
/*
 * A request that puts an IPv4 address of somebody else there again as it was, with
 * the lifetimes that it has in `a`; one that is there already is refused, and left
 * as it is.  As nl_msg_addr().
 */
int	nl_msg_addr_as_it_was(const struct nl_addr *a, struct nl_msg **out);

#endif

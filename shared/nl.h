/*
 * nl.h - rtnetlink through libnl-3: events and requests.
 *
 * Events (links, addresses) arrive through the loop.  Requests are either
 * synchronous and for start, reload and exit (nl_macvlan_add and friends), or a
 * *batch*: messages built beforehand, sent with one sendmsg() on the takeover
 * path, whose ACKs are read by the loop after the announcements are out.
 * rtnetlink carries requests out before sendmsg() returns, so when
 * nl_batch_send() comes back the kernel has applied what it accepted.
 *
 * The only file that knows libnl.  All errors are negative errno.
 */
#ifndef SHARED_NL_H
#define SHARED_NL_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/loop.h"

struct nl;
struct nl_batch;

struct nl_link {
	int		ifindex;
	int		parent;		/* IFLA_LINK, 0 if none */
	char		name[IF_NAMESIZE];
	uint8_t		mac[6];
	bool		has_mac;	/* a 6-byte link address */
	bool		admin_up;	/* IFF_UP */
	bool		running;	/* IFF_UP and IFF_LOWER_UP/RUNNING: usable */
	uint32_t	mtu;
	bool		is_macvlan;
};

struct nl_addr {
	int			ifindex;
	struct addr_prefix	prefix;	/* the local address */
	bool			secondary;
	bool			tentative;	/* IPv6: DAD not finished or failed */
};

/* Both pointers in the arguments are borrowed for the call. */
struct nl_handlers {
	void	(*link)(const struct nl_link *, bool gone, void *arg);
	void	(*addr)(const struct nl_addr *, bool gone, void *arg);
	/* Events were lost (ENOBUFS); a full dump follows through link/addr. */
	void	(*resync)(void *arg);
	/* A dump is complete: what it did not mention is gone. May be NULL. */
	void	(*synced)(void *arg);
};

/*
 * Opens the sockets and subscribes; does not dump.  handlers is copied; arg must
 * live until nl_free(), which must not be called from a handler.
 */
int	nl_open(struct loop *, const struct nl_handlers *, void *arg,
	    struct nl **out);
void	nl_free(struct nl *);
/*
 * Read all links, then all addresses, synchronously, through the handlers;
 * events already queued are delivered first.
 */
int	nl_read_all(struct nl *);
/* Deliver the events already queued, now (the loop does so by itself). */
void	nl_drain(struct nl *);

enum nl_macvlan_mode {
	NL_MACVLAN_DEAF,	/* "source" mode with an empty list: receives nothing */
	NL_MACVLAN_BRIDGE,	/* receives frames to its MAC, and broadcasts */
};

/*
 * Create NAME on `parent` with this MAC in NL_MACVLAN_DEAF mode, no automatic
 * IPv6 link-local (addrgenmode none), down.  Its index in *ifindex.
 * -EEXIST when the name is taken.
 */
int	nl_macvlan_add(struct nl *, const char *name, int parent,
	    const uint8_t mac[6], int *ifindex);
int	nl_link_up(struct nl *, int ifindex);
/*
 * Give the device a queue that drops whatever it is to send (a pfifo of length
 * 0), or let it send again.  The device should be down the first time: later
 * calls, and nl_batch_mute(), only change the length and wait for nothing.
 */
int	nl_mute(struct nl *, int ifindex, bool mute);
int	nl_link_del(struct nl *, int ifindex);	/* macvlans only, by the caller */
/*
 * All of them with one wait for the kernel's grace period.  Negative errno:
 * none was removed; -EBUSY: the group number this takes is in use.
 */
int	nl_link_del_many(struct nl *, const int *ifindexes, unsigned count);
int	nl_addr_del(struct nl *, int ifindex, const struct addr_prefix *);
/* Look one link up in the kernel now. -ENODEV. */
int	nl_link_get(struct nl *, const char *name, struct nl_link *out);

struct nl_neigh {
	uint8_t		mac[8];
	uint8_t		mac_len;	/* 0: none needed, or not resolved */
	bool		usable;		/* resolved, be it a while ago */
	bool		confirmed;	/* heard from lately, or permanent */
};
/*
 * The kernel's entry of a neighbour, without asking the neighbour.  -ENOENT: no
 * entry.  On kernels before 6.17 it waits for the rtnl lock.
 */
int	nl_neigh_get(struct nl *, int ifindex, const struct addr *,
	    struct nl_neigh *out);

/*
 * A reusable list of requests.  Built once, sent any number of times (sequence
 * numbers are set at each send).  Owned by the caller; may be cleared or freed
 * while answers to it are outstanding, but not after nl_free().  The functions
 * that add to it return 0, -EINVAL or -ENOMEM and then have added nothing.
 */
struct nl_batch *nl_batch_new(struct nl *);
void	nl_batch_free(struct nl_batch *);
void	nl_batch_clear(struct nl_batch *);

#define NL_ADDR_NOPREFIXROUTE	0x1	/* do not add the connected route */
/*
 * label: NULL or "eth1:web" (IPv4).  IPv6 addresses are added with NODAD.
 * An address that is there already is not an error (replace).
 */
int	nl_batch_addr_add(struct nl_batch *, int ifindex,
	    const struct addr_prefix *, unsigned flags, const char *label);
/*
 * The same for so many seconds, after which the kernel takes it away: rounded up
 * by it, about one second late at most.  Again: the time starts anew.  0: for
 * good.
 */
int	nl_batch_addr_lend(struct nl_batch *, int ifindex,
	    const struct addr_prefix *, unsigned flags, const char *label,
	    uint32_t seconds);
/*
 * Take away the connected route that the kernel made for an IPv6 address with
 * this prefix: it leaves that of an address that was lent to run out by itself.
 * One that is gone already is not an error.
 */
int	nl_batch_prefix_route_del(struct nl_batch *, int ifindex,
	    const struct addr_prefix *);
/* An address or device that is gone already is not an error. */
int	nl_batch_addr_del(struct nl_batch *, int ifindex,
	    const struct addr_prefix *);
int	nl_batch_macvlan_mode(struct nl_batch *, int ifindex,
	    enum nl_macvlan_mode);
/* The messages as they are, to be sent by another process. Borrowed. */
const uint8_t *nl_batch_bytes(const struct nl_batch *, size_t *len);
/* For a device that nl_mute() was called for. */
int	nl_batch_mute(struct nl_batch *, int ifindex, bool mute);

/*
 * first_error: 0 when everything was applied, else errno (positive) of the
 * first message refused, failed_at its index in the batch.  The kernel carries
 * out the messages after it all the same.  ENOBUFS or ETIMEDOUT: the answer to
 * that message was lost; whether it was applied must be looked up.
 */
typedef void (*nl_batch_done)(int first_error, unsigned failed_at, void *arg);
/*
 * One sendmsg() per 32 KiB.  done (or NULL) is called exactly once, from the
 * loop or nl_flush(), when all ACKs are in or have been lost; its arg must live
 * until then or be cancelled.  Returns negative errno when nothing was sent
 * (done is then not called); -EINVAL for an empty batch.
 */
int	nl_batch_send(struct nl_batch *, nl_batch_done, void *arg);
/* Forget every pending done of this arg. */
void	nl_batch_cancel(struct nl *, void *arg);
/* Wait up to timeout_ms for outstanding ACKs (clean exit). 0 or -ETIMEDOUT. */
int	nl_flush(struct nl *, int timeout_ms);

/*
 * Per-device settings, /proc/sys/net/ipv4|ipv6/conf/DEV/KEY.  family AF_INET or
 * AF_INET6.  Works with CAP_NET_ADMIN in the owning user namespace.
 */
int	nl_devconf_get(uint8_t family, const char *dev, const char *key,
	    int *value);
int	nl_devconf_set(uint8_t family, const char *dev, const char *key,
	    int value);

#endif

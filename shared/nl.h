/*
 * nl.h - rtnetlink through libnl-3: events and requests.
 *
 * Events (links, addresses) arrive through the loop.  The requests here are
 * synchronous and for start, reload and exit (nl_macvlan_add and friends); those
 * of the takeover path are batches (nl_batch.h).
 *
 * The nl*.c files are the only ones in shared/ that know libnl.  All errors are
 * negative errno.
 */
#ifndef SHARED_NL_H
#define SHARED_NL_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/loop.h"
#include "shared/nl_msg.h"
#include "shared/nl_route.h"
#include "shared/pure/addr.h"

struct nl;

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
/*
 * For synchronous requests alone: no events, no batches, no loop.  0 or negative
 * errno.
 */
int	nl_open_requests(struct nl **out);
void	nl_free(struct nl *);
/*
 * Read all links, then all addresses, synchronously, through the handlers;
 * events already queued are delivered first.
 */
int	nl_read_all(struct nl *);
/* Deliver the events already queued, now (the loop does so by itself). */
void	nl_drain(struct nl *);

/*
 * Create NAME on `parent` with this MAC in NL_MACVLAN_DEAF mode, no automatic
 * IPv6 link-local (addrgenmode none), down.  Its index in *ifindex.
 * -EEXIST when the name is taken.
 */
int	nl_macvlan_add(struct nl *, const char *name, int parent,
	    const uint8_t mac[6], int *ifindex);
int	nl_link_up(struct nl *, int ifindex);
/* The link becomes a port of the master, a VRF; 0: of none. */
int	nl_link_set_master(struct nl *, int ifindex, int master);
/* Another name, also while the link is up; -EBUSY where Linux is before 6.2. */
int	nl_link_rename(struct nl *, int ifindex, const char *name);
/* The text that `ip link` shows as its alias. */
int	nl_link_alias(struct nl *, int ifindex, const char *alias);
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
/*
 * Carry out whole messages one after the other, as nl_batch_bytes() has them.  0,
 * or the first refusal; those after it are carried out all the same, and what is so
 * already is no refusal (nl_msg_tolerate()).  -EINVAL
 * also for bytes that are no whole messages, which are left alone.
 */
int	nl_carry_out(struct nl *, const uint8_t *bytes, size_t len);
/* Look one link up in the kernel now: waits for the rtnl lock. -ENODEV. */
int	nl_link_get(struct nl *, const char *name, struct nl_link *out);
/*
 * The same without asking: what the events that were delivered have told of it,
 * from the first nl_read_all() on.  An event is queued before whoever caused it is
 * answered: nl_drain() makes the answer as good as the kernel's.
 */
int	nl_link_known(struct nl *, const char *name, struct nl_link *out);
/*
 * All of them, in the same way: the first (after NULL), then the next, NULL after the
 * last.  Borrowed until an event is delivered.
 */
const struct nl_link *nl_link_next_known(const struct nl *,
	    const struct nl_link *after);
/* The same of the link with this index; NULL: none.  Until the next event. */
const struct nl_link *nl_link_at(struct nl *, int ifindex);
/*
 * The table that routes by this link are in unless they say another one: that of its
 * VRF, as far as the events have told, or the main one.
 */
uint32_t nl_usual_table(struct nl *, int ifindex);
/*
 * Read every route with this protocol, in all tables, and every rule with it,
 * synchronously.  What a kernel without rules or IPv6 has not is left out.  0, or
 * the first error; some may have been told then.
 */
int	nl_read_routes(struct nl *, uint8_t protocol,
	    void (*route)(const struct nl_route *, void *arg),
	    void (*rule)(const struct nl_rule *, void *arg), void *arg);
/* Delete every address of this device.  0, or the first refusal. */
int	nl_addr_flush(struct nl *, int ifindex);
/* A macvlan of ours receives nothing any more. */
int	nl_macvlan_deafen(struct nl *, int ifindex);

/*
 * The gateway of the default route, if that leads through this interface alone;
 * -ENOENT: it does not, or there is none.  Without the rtnl lock.
 */
int	nl_default_gateway(struct nl *, uint8_t family, int ifindex,
	    struct addr *out);
/*
 * The index of the device by which something leaves that is sent between these
 * addresses; negative errno: it does not leave.  Without the rtnl lock.
 */
int	nl_way_out(struct nl *, const struct addr *from, const struct addr *to);
/*
 * The kernel's entry of a neighbour, without asking the neighbour.  -ENOENT: no
 * entry.  On kernels before 6.17 it waits for the rtnl lock.
 */
int	nl_neigh_get(struct nl *, int ifindex, const struct addr *,
	    struct nl_neigh *out);

#endif

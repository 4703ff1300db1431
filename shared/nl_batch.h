/*
 * nl_batch.h - the takeover batch: rtnetlink requests built beforehand.
 *
 * A batch is sent with one sendmsg() on the takeover path, and its ACKs are read
 * by the loop after the announcements are out.  rtnetlink carries requests out
 * before sendmsg() returns, so when nl_batch_send() comes back the kernel has
 * applied what it accepted.  All errors are negative errno unless said otherwise.
 */
#ifndef SHARED_NL_BATCH_H
#define SHARED_NL_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/nl_msg.h"
#include "shared/nl_route.h"
#include "shared/pure/addr.h"

struct nl;
struct nl_batch;

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
#define NL_ADDR_DEPRECATED	0x2	/* IPv6: not as a source, if another is */
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
 * Lend it for another while, if it is there: this never adds one.  An address
 * that is not there is refused with EINVAL.
 */
int	nl_batch_addr_renew(struct nl_batch *, int ifindex,
	    const struct addr_prefix *, unsigned flags, uint32_t seconds);
/*
 * Take away the connected route that the kernel made for an IPv6 address with
 * this prefix: it leaves that of an address that was lent to run out by itself.
 * One that is gone already is not an error.
 */
int	nl_batch_prefix_route_del(struct nl_batch *, int ifindex,
	    const struct addr_prefix *);
/*
 * Another route by which what is sent to this IPv4 address is delivered here, for
 * as long as the address itself is taken away and given again; add = false removes
 * it.  One that is there, or gone, already is not an error.
 */
int	nl_batch_local_route(struct nl_batch *, int ifindex,
	    const struct addr *, bool add);
/*
 * A route to the network of this address by the device that it is on, behind every
 * connected one of the kernel's own; add = false removes it.  An IPv4 route goes
 * with the address.  One that is there, or gone, already is not an error.
 */
int	nl_batch_link_route(struct nl_batch *, int ifindex,
	    const struct addr_prefix *, bool add);
/*
 * The way out of whatever this host sends with this source address is looked for in
 * this table first; add = false ends that, whatever the table was.  The rule outlives
 * address and device.
 * One that is there, or gone, already is not an error; EOPNOTSUPP of a
 * kernel without rules is one.
 */
int	nl_batch_rule(struct nl_batch *, const struct addr *source,
	    uint32_t table, bool add);
/*
 * A route to this network by the device, in a table of ours, for what has that
 * source address; gateway: NULL, or the next hop, be it of a network of the device or
 * not.  An IPv4 route goes with the source address.  One that is there becomes this
 * one, and one that is gone already is not an error.
 */
int	nl_batch_table_route(struct nl_batch *, int ifindex,
	    const struct addr_prefix *network, const struct addr *source,
	    const struct addr *gateway, uint32_t table, bool add);
/*
 * An IPv4 address of somebody else is put there again as it was, with the lifetimes
 * in the argument; one that is there is left as it is.
 */
int	nl_batch_addr_put_back(struct nl_batch *, const struct nl_addr *);
/*
 * Routes and rules with a protocol of ours (nl_route.h).  One that is there, or gone,
 * already is not an error, but `each` of nl_batch_send_each() is told.
 */
int	nl_batch_put_route(struct nl_batch *, const struct nl_route *, bool add);
int	nl_batch_put_rule(struct nl_batch *, const struct nl_rule *, bool add);
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
/*
 * The same, and each(at, error, arg) is called before done for every answer that comes,
 * in order: errno of the message at this index, or 0; also what first_error does not
 * count.  It may be called while nl_batch_refused() runs: it takes notes and sends
 * nothing.
 */
typedef void (*nl_batch_each)(unsigned at, int error, void *arg);
int	nl_batch_send_each(struct nl_batch *, nl_batch_each, nl_batch_done,
	    void *arg);
/*
 * The answer to the newest batch of this arg, which is there as soon as that was
 * sent, before its done is called: errno of the first message refused, or 0.  0 as
 * well where it was answered to done already, or the answer was lost.  Waits for
 * nothing and calls no done.
 */
int	nl_batch_refused(struct nl *, const void *arg);
/* Forget every pending done of this arg. */
void	nl_batch_cancel(struct nl *, void *arg);
/* Wait up to timeout_ms for outstanding ACKs (clean exit). 0 or -ETIMEDOUT. */
int	nl_flush(struct nl *, int timeout_ms);

/*
 * For nl_open() and nl_free(): the socket that all batches of this nl share.
 * 0 or negative errno, and then nl_batch_close() tidies up.
 */
int	nl_batch_open(struct nl *);
void	nl_batch_close(struct nl *);

#endif

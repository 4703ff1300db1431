/*
 * vrrp_errand.h - what the engine leaves to vrrpd-net, which may wait.
 *
 * Without a monitor (vrrpd -c, and an engine whose monitor is dead) there is no
 * vrrpd-net, and everything is done at once and waited for.
 */
#ifndef VRRPD_VRRP_ERRAND_H
#define VRRPD_VRRP_ERRAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vrrpd/pure/vrrp_device.h"
#include "vrrpd/pure/vrrp_joining.h"
#include "vrrpd/pure/vrrp_removal.h"
#include "vrrpd/pure/vrrp_renewal.h"

struct vrrp_env;
struct vrrp_errands;

/* env is borrowed and outlives it: its loop, nl and channel.  NULL: no memory. */
struct vrrp_errands *vrrp_errands_new(const struct vrrp_env *);
/* Sends what is left, or does it.  NULL is fine. */
void	vrrp_errands_free(struct vrrp_errands *);
/* Sends what was not sent yet; by itself after each batch, and with each beat. */
void	vrrp_errands_flush(struct vrrp_errands *);
/* And removals that rest: nothing is to be disturbed any more. */
void	vrrp_errands_hurry(struct vrrp_errands *);

/*
 * The device is to go: with the first beat after a rest.  Until it is gone its name
 * is not free for another.
 */
#define VRRP_REMOVAL_REST_NS	NS_PER_S
void	vrrp_errands_remove(struct vrrp_errands *,
	    const struct vrrp_removal *);
/*
 * A device of this name is wanted again.  True: nobody has been asked to remove
 * one, or not yet, and nobody will be; one that is there may be adopted.  False:
 * one is being removed, and vrrp_errands_removed() will be called.
 */
bool	vrrp_errands_reclaim(struct vrrp_errands *, const char *name);
/* vrrpd-net says that nothing more will happen to these. */
void	vrrp_errands_removed(struct vrrp_errands *,
	    const struct vrrp_removal *, unsigned n);

/*
 * A device is to be made, or made ready again.  The number of the errand, which
 * comes back with the answer (vrrp_errands_made()); w->number is not looked at.  0:
 * nobody can be asked, or not yet, and whoever wishes a device makes it.  That is so
 * until the first vrrp_errands_net(), while nothing of this engine is on the wire.
 */
uint32_t vrrp_errands_make(struct vrrp_errands *,
	    const struct vrrp_device_wish *w);
/*
 * Whoever has wished it does not any more.  A device that is made all the same is
 * removed, unless it was wished again meanwhile.  0 is fine.
 */
void	vrrp_errands_forgo(struct vrrp_errands *, uint32_t number);
/*
 * As vrrp_errands_forgo(), but another instance will wish the same device.  It is
 * kept for that one, or until vrrp_errands_purge().
 */
void	vrrp_errands_reserve(struct vrrp_errands *, uint32_t number);
/* A reserved one for the same device is under way still. */
bool	vrrp_errands_is_reserved(struct vrrp_errands *,
	    const struct vrrp_device_wish *);
/* A reserved one is there: the wish is fulfilled, and *m the answer. */
bool	vrrp_errands_take(struct vrrp_errands *,
	    const struct vrrp_device_wish *, struct vrrp_device_made *m);
/* Nobody will come any more: devices that are kept are removed. */
void	vrrp_errands_purge(struct vrrp_errands *);
/*
 * The answer.  True: somebody waits for it, and the errand is done with.  False:
 * nobody does, and what is to be done about that has been.
 */
bool	vrrp_errands_made(struct vrrp_errands *,
	    const struct vrrp_device_made *);

/*
 * A group is to be joined on an interface, with these two sockets (vrrp_io_sockets()),
 * which stay open until the answer or vrrp_errands_forgo_join().  The number of the
 * errand, which comes back with the answer (vrrp_errands_joined()).  0: nobody can
 * be asked, as with vrrp_errands_make(), and whoever wishes it joins.
 */
uint32_t vrrp_errands_join(struct vrrp_errands *, int ifindex, uint8_t family,
	    const int fds[VRRP_JOINING_SOCKETS]);
/* Whoever has wished it does not any more.  0 is fine. */
void	vrrp_errands_forgo_join(struct vrrp_errands *, uint32_t number);
/*
 * The answer: 0 or negative errno.  True: somebody waits for it, and the errand is
 * done with.  False: nobody does, or it is asked for again.
 */
bool	vrrp_errands_joined(struct vrrp_errands *, uint32_t number, int error);

/*
 * Rules and routes of ours (vrrp_vip_steer.c) are to be put there or taken away.  The
 * number of the errand, which comes back with the answer; nothing is kept here, and
 * whoever gets none wishes it again.  0: nobody can be asked, as with
 * vrrp_errands_make(), and whoever wishes it does it.
 */
uint32_t vrrp_errands_steer(struct vrrp_errands *, const uint8_t *netlink,
	    size_t len);

/*
 * The monitor's word on vrrpd-net; the first one shows that the loop turns.  True: there
 * is one now that may not have heard what was asked before.
 */
bool	vrrp_errands_net(struct vrrp_errands *, enum vrrp_net_state);
/*
 * The lent addresses of these requests (vrrp_vip_renewal()) are to be lent anew, if
 * they are there.  False: nobody is known to do so in time, neither vrrpd-net nor
 * the monitor has a good excuse, and it is for the caller to do.
 */
bool	vrrp_errands_renew(struct vrrp_errands *, const uint8_t *netlink,
	    size_t len);
/* The renewal that was wished then is done with: dropped, if that is long ago. */
void	vrrp_errands_renewed(struct vrrp_errands *, mono_t wished);
/*
 * For how long, at most, no renewal was carried out, of late.  Addresses that are
 * gone may have run out, if that is as long as they are lent for or nearly.
 */
int64_t	vrrp_errands_gap_ns(const struct vrrp_errands *);

#endif

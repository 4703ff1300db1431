/*
 * vrrp_vip.h - the virtual addresses of one instance.
 *
 * Everything slow happens in vrrp_vip_open() and vrrp_vip_close(); taking the
 * addresses and giving them up are one prebuilt netlink batch each.  The device
 * with the virtual MAC is explained in vrrp_vmac.c.
 */
#ifndef VRRPD_VRRP_VIP_H
#define VRRPD_VRRP_VIP_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/nl.h"
#include "shared/nl_batch.h"
#include "vrrpd/pure/vrrp_device.h"
#include "vrrpd/pure/vrrp_params.h"
#include "vrrpd/pure/vrrp_removal.h"

struct vrrp_vips;

#define VRRP_VIP_REASON_MAX	160

/*
 * Make ready to take the addresses of p on this interface: with a virtual MAC,
 * create its device (or adopt the one a crashed run left), deaf and up.  p is
 * borrowed for as long as the object lives.  On failure the reason is text for
 * a user.  0 or negative errno.
 */
int	vrrp_vip_open(struct nl *, const struct vrrp_params *p,
	    const struct nl_link *parent, struct vrrp_vips **out,
	    char reason[VRRP_VIP_REASON_MAX]);
/*
 * The same without asking the kernel anything: the device of the virtual MAC, which
 * p must have, is there already (vrrp_vmac_make()).
 */
int	vrrp_vip_open_made(struct nl *, const struct vrrp_params *p,
	    const struct nl_link *parent, const struct vrrp_device_made *,
	    struct vrrp_vips **out, char reason[VRRP_VIP_REASON_MAX]);
/* The device as it was made, for another object that shares it. False: none. */
bool	vrrp_vip_made(const struct vrrp_vips *, struct vrrp_device_made *);
/* The device has been made anew, or was made ready again; prepare after. */
void	vrrp_vip_device_made(struct vrrp_vips *,
	    const struct vrrp_device_made *);
/*
 * Remove the device (about 12 ms: the kernel waits for an RCU grace period).
 * Addresses must have been withdrawn.  NULL is fine.
 */
void	vrrp_vip_close(struct vrrp_vips *);

/* The parent's MAC may have changed; prepare again after. */
void	vrrp_vip_parent_changed(struct vrrp_vips *, const struct nl_link *parent);

/*
 * Build both batches.  on_link(ifindex, prefix, arg) says whether that interface
 * reaches this prefix directly by an address of its own: then no second connected
 * route is made for it.  owned(addr, arg): this is an address of the interface
 * itself, to be left alone.  Call again when the answers may have changed.  The
 * questions are kept until the next prepare.
 */
struct vrrp_vip_questions {
	bool	(*on_link)(int ifindex, const struct addr_prefix *, void *arg);
	bool	(*owned)(const struct addr *, void *arg);
	void	*arg;
	/*
	 * The kernel would make it a secondary of another address there: then it
	 * brings no route by itself, and must, if it is promoted.  May be NULL.
	 */
	bool	(*secondary)(int ifindex, const struct addr_prefix *,
		    void *arg);
	/*
	 * The kernel takes the addresses away when they have not been refreshed
	 * for so long, because we are dead.  0: it does not.
	 */
	unsigned lifetime_s;
	/*
	 * The kernel says that this address is a secondary one of its device, and
	 * so none that another stays or goes with.  May be NULL: nothing is known.
	 */
	bool	(*is_secondary)(int ifindex, const struct addr_prefix *,
		    void *arg);
	/*
	 * The addresses that the kernel has told of on that device, ours and all
	 * others: the first (after NULL) and the next, NULL after the last.  May
	 * be NULL: there are none.
	 */
	const struct nl_addr *(*next)(int ifindex,
		    const struct nl_addr *after, void *arg);
	/*
	 * The n-th address of somebody else that the kernel calls a secondary one
	 * of this address, which is ours and the primary one of its network on
	 * that device.  With the lifetimes that it has now.  False: there are no
	 * more.  May be NULL: there are none.
	 */
	bool	(*kin)(int ifindex, const struct addr_prefix *, unsigned n,
		    struct nl_addr *out, void *arg);
	/* The host wants what answers to be where the way back leads: see
	 * vrrp_vip_steer(). */
	bool	steers;
	/* Then also for what is further away, by this gateway; unset: not. */
	struct addr gateway;
	/*
	 * Has somebody else, who may wait for the kernel, carry out what steering
	 * needs; vrrp_vip_steered() is the answer.  False: nobody does, and it is
	 * done here.  May be NULL: the same.
	 */
	bool	(*steer)(const uint8_t *netlink, size_t len, void *arg);
};
int	vrrp_vip_prepare(struct vrrp_vips *, const struct vrrp_vip_questions *,
	    char reason[VRRP_VIP_REASON_MAX]);

/*
 * The addresses of p are others than at the last prepare, but neither family nor
 * virtual_mac: prepare again, and build the batch of vrrp_vip_follow().  0; or
 * negative errno with the reason: then restore p and prepare, and all is as before.
 */
int	vrrp_vip_change(struct vrrp_vips *, const struct vrrp_vip_questions *,
	    char reason[VRRP_VIP_REASON_MAX]);
/*
 * After a change, where the addresses are installed: what is new is installed,
 * what is gone is taken away, and what stays is not touched.  As
 * vrrp_vip_install(); -ENODATA: there is nothing to do.  An error that done() is
 * told says that something is missing, not what: install tells.
 */
int	vrrp_vip_follow(struct vrrp_vips *, nl_batch_done, void *arg);

/*
 * Take the addresses: when this returns 0 the kernel has carried it out or
 * refused it, and done() tells which from the loop (nl_batch_send).  Negative
 * errno: nothing was sent and done() is not called; -ENODATA: all addresses are
 * the interface's own, there is nothing to do.
 */
int	vrrp_vip_install(struct vrrp_vips *, nl_batch_done, void *arg);
/*
 * The same, but nothing leaves with the virtual MAC yet (an MLD report would,
 * and move the switch port to addresses that are not usable yet).
 */
int	vrrp_vip_install_quietly(struct vrrp_vips *, nl_batch_done, void *arg);
int	vrrp_vip_speak(struct vrrp_vips *);
/*
 * Nothing more leaves with the virtual MAC, while the addresses still answer
 * what comes.  0, or negative errno; -ENODATA: there is no virtual MAC.
 */
int	vrrp_vip_hush(struct vrrp_vips *);
/*
 * As vrrp_vip_open(), for one that holds its addresses: a device that is there is
 * adopted as it is, hearing and speaking.
 */
int	vrrp_vip_reopen(struct nl *, const struct vrrp_params *p,
	    const struct nl_link *parent, struct vrrp_vips **out,
	    char reason[VRRP_VIP_REASON_MAX]);
/*
 * The lifetime of the addresses starts anew, of those that are there: none is
 * added.  -ENODATA when they have none.
 */
int	vrrp_vip_refresh(struct vrrp_vips *, nl_batch_done, void *arg);
/*
 * The requests of a refresh, for another process.  Borrowed until prepare; none
 * when the addresses have no lifetime.
 */
const uint8_t *vrrp_vip_renewal(const struct vrrp_vips *, size_t *len);
/*
 * Replies to a network of the parent leave through the parent, by its connected
 * route; that goes with the parent's last address there.  Where there is none now
 * (on_link) replies leave through the device instead, and where there is one again
 * they do not.  For addresses that are installed; a withdrawal ends it.
 */
void	vrrp_vip_keep_ways(struct vrrp_vips *,
	    const struct vrrp_vip_questions *);
/*
 * Where the host asks for it (q->steers), the way back from an address on our
 * device leads through that device, as long as the address is installed and may
 * speak: a rule for what has this source, and a table with the networks of the
 * parent.  Puts there what is missing, or takes everything away; nothing is sent
 * where there is nothing to do.  install, hush and withdraw do the same by themselves.
 */
void	vrrp_vip_steer(struct vrrp_vips *, const struct vrrp_vip_questions *);
/* q->steer has had it carried out: 0 or negative errno. */
void	vrrp_vip_steered(struct vrrp_vips *, int error);
/* The answer has not come: once more the last that was asked for. */
void	vrrp_vip_steer_again(struct vrrp_vips *);
/* errno of what the kernel refused of that, 0: nothing. */
int	vrrp_vip_steer_error(const struct vrrp_vips *);
/*
 * The device is to be removed by somebody else: vrrp_vip_close(), which must be
 * next, leaves it.  False: there is none.
 */
bool	vrrp_vip_leave(struct vrrp_vips *, struct vrrp_removal *out);
/*
 * Where an address of ours is the primary one of its network on an interface, and
 * others there are secondary to it (kin), the kernel would take those away with
 * ours, however ours goes.  This puts ours behind them: they are what they were,
 * and ours are secondary.  0, or negative errno; -ENODATA: there is nothing to do.
 */
int	vrrp_vip_step_back(struct vrrp_vips *,
	    const struct vrrp_vip_questions *);
/*
 * An address that is not wanted where it is goes, and its kin stay.  -ENODATA: it
 * has none, and can simply be deleted.
 */
int	vrrp_vip_remove_other(struct vrrp_vips *,
	    const struct vrrp_vip_questions *, const struct nl_addr *);
/* Give the addresses up and be deaf again; nothing waits for a grace period. */
int	vrrp_vip_withdraw(struct vrrp_vips *, nl_batch_done, void *arg);
/* The requests of a withdrawal, for the last will. Borrowed until prepare. */
const uint8_t *vrrp_vip_withdrawal(const struct vrrp_vips *, size_t *len);
struct vrrp_vip_address {
	struct addr_prefix	prefix;
	int			ifindex;	/* where it is put */
	bool			owned;		/* not ours to put */
	unsigned		flags;		/* NL_ADDR_...: how it is put */
	char			label[IF_NAMESIZE];	/* "" = none */
	uint8_t			deprecated;	/* as wished */
	/* Where announcements for it leave (0: nobody is there to be told), and
	 * the MAC they tell. */
	int			announce_ifindex;
	uint8_t			mac[6];
};
/* The address of the message at this index of install's batch, or NULL. */
const struct vrrp_vip_address *vrrp_vip_failed(const struct vrrp_vips *,
	    unsigned failed_at);

/* vrrp_params_addresses() entries, in the order of `vips`, until the next prepare. */
const struct vrrp_vip_address *vrrp_vip_addresses(const struct vrrp_vips *);

/* "" without a virtual MAC. */
const char *vrrp_vip_device(const struct vrrp_vips *);
int	vrrp_vip_ifindex(const struct vrrp_vips *);	/* device, or the parent */
/*
 * Ethernet source of adverts: the virtual MAC, or the interface's (V-26), also
 * where that is a macvlan itself.
 */
const uint8_t *vrrp_vip_mac(const struct vrrp_vips *);
/* The device was there already: it may hold addresses of an earlier run. */
bool	vrrp_vip_adopted(const struct vrrp_vips *);

#endif

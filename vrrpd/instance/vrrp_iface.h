/*
 * vrrp_iface.h - an interface that virtual routers live on.
 *
 * Shared by all its instances: the receiving socket, group membership, what
 * netlink says about it, its primary addresses, the table by VRID and the
 * counters of packets that belong to no instance.  It exists in the
 * configuration whether or not the kernel has such an interface.
 */
#ifndef VRRPD_VRRP_IFACE_H
#define VRRPD_VRRP_IFACE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/nl.h"
#include "shared/pure/mono.h"
#include "shared/pure/token_bucket.h"
#include "vrrpd/instance/vrrp_addrs.h"
#include "vrrpd/instance/vrrp_presence_state.h"
#include "vrrpd/linux/vrrp_ear.h"
#include "vrrpd/linux/vrrp_io.h"
#include "vrrpd/linux/vrrp_manners.h"
#include "vrrpd/pure/vrrp_params.h"
#include "vrrpd/pure/vrrp_source.h"
#include "vrrpd/pure/vrrp_wire.h"

struct vrrp_instance;

struct vrrp_iface {
	struct loop		 *loop;
	const struct vrrp_addrs	 *addrs;
	struct vrrp_errands	 *errands;	/* NULL: groups are joined here */
	vrrp_io_rx_cb		  rx;
	char			  name[IF_NAMESIZE];
	bool			  exists;
	bool			  addrs_changed; /* for vrrp_router.c */
	struct nl_link		  link;		/* the last known */
	struct vrrp_io		 *io;		/* NULL: not open */
	int			  io_error;	/* of opening, negative errno */
	uint32_t		  joining[2];	/* errands, 0: none (below) */
	struct vrrp_ear		 *ear;		/* vrrp_watch.c's; NULL: not open */
	bool			  ear_failed;	/* so is that: said once */
	/*
	 * IPv4, IPv6; unset: none.  While one is away (vrrp_iface_update_primary)
	 * since when, or MONO_NEVER; lost: for too long.  home: the first that was
	 * chosen, which comes back when it is there again.
	 */
	struct addr		  primary[2];
	struct addr		  home[2];
	enum vrrp_source_why	  why[2];
	mono_t			  away_since[2];
	bool			  lost[2];
	struct vrrp_manners	  manners;
	struct vrrp_presence	  presence;
	struct vrrp_instance	 *table[2][256];
	unsigned		  users;	/* instances, in the table or not */
	unsigned		  placeless;	/* of them, those that are not */
	uint64_t		  rx_dropped;	/* by the kernel, no room */
	uint64_t		  verdicts[VRRP_VERDICT_COUNT];
	bool			  foreign_said[2][256];	/* V-45 */
	struct token_bucket	  buckets[VRRP_VERDICT_COUNT];
};

/*
 * addrs and errands are borrowed for as long as the interface lives.  rx gets every VRRP
 * packet that reaches the interface, with the struct vrrp_iface as its argument
 * and under the rules of vrrp_io_open().  NULL when out of memory.
 */
struct vrrp_iface *vrrp_iface_new(struct loop *, const char *name,
	    const struct vrrp_addrs *addrs, struct vrrp_errands *errands,
	    vrrp_io_rx_cb rx);
/* No instance may use it any more. */
void	vrrp_iface_free(struct vrrp_iface *);

/* The kernel has it: opens the sockets (io_error tells if not). */
void	vrrp_iface_found(struct vrrp_iface *, const struct nl_link *);
/*
 * The group of a family is joined when the interface is found, or gets its first
 * instance of that family.  Until somebody who was asked has done so, nobody is known
 * to be heard here.  joined: the answer to an errand, 0 or negative errno; the
 * family it was for, or 0 when the errand is none of this interface.
 */
bool	vrrp_iface_is_joining(const struct vrrp_iface *, uint8_t family);
uint8_t	vrrp_iface_joined(struct vrrp_iface *, uint32_t number, int error);
/* The interface is gone, renamed or replaced. */
void	vrrp_iface_lost(struct vrrp_iface *);
/*
 * The kernel counts what it drops until it is asked: adds that to rx_dropped.
 * vrrp_iface_lost() does so a last time.
 */
void	vrrp_iface_count_drops(struct vrrp_iface *);
/*
 * V-23, V-24: the address that it was, as long as that is there; else that of the
 * rule (vrrp_source.h), of those that are not virtual; and when the one that was
 * before that is there again, that one.  True when that of either family changed.
 *
 * One that goes may be back at once: whoever configures interfaces takes all
 * addresses away and gives them again.  So it stays the primary address for
 * VRRP_IFACE_AWAY_NS, whatever others there are, and for VRRP_IFACE_DAD_NS if the
 * kernel has it again and is still looking for a duplicate.  Then another takes its
 * place; if there is none, it is `lost`, and still the source of last words until
 * vrrp_iface_forget_lost().  Call again at vrrp_iface_away_until().
 */
#define VRRP_IFACE_AWAY_NS	(1 * NS_PER_S)
#define VRRP_IFACE_DAD_NS	(4 * NS_PER_S)
bool	vrrp_iface_update_primary(struct vrrp_iface *);
/* When it is over for the first that is away. MONO_NEVER: none is. */
mono_t	vrrp_iface_away_until(const struct vrrp_iface *);
/* A primary address that is lost is none. */
void	vrrp_iface_forget_lost(struct vrrp_iface *);

/* Enter and leave the table; -EEXIST when the (family, VRID) is taken. */
int	vrrp_iface_add(struct vrrp_iface *, struct vrrp_instance *);
void	vrrp_iface_remove(struct vrrp_iface *, struct vrrp_instance *);
/*
 * An instance may live on the interface without a place in the table: before it
 * takes over from another one, or after.  enter: a new one; remove as above.  take
 * and give up the place; -EEXIST as above.
 */
void	vrrp_iface_enter(struct vrrp_iface *, struct vrrp_instance *);
int	vrrp_iface_take_place(struct vrrp_iface *, struct vrrp_instance *);
void	vrrp_iface_give_place(struct vrrp_iface *, struct vrrp_instance *);
struct vrrp_instance *vrrp_iface_find(const struct vrrp_iface *, uint8_t family,
	    uint8_t vrid);
/* This address is a virtual one of some instance here (not an owner's). */
bool	vrrp_iface_is_virtual(const struct vrrp_iface *, const struct addr *);

/* Has it an address that adverts of this family may come from? */
static inline bool
vrrp_iface_has_primary(const struct vrrp_iface *i, uint8_t family)
{
	return addr_is_set(&i->primary[family == AF_INET6]) &&
	    !i->lost[family == AF_INET6];
}
/* That address is away, or lost. */
static inline bool
vrrp_iface_is_away(const struct vrrp_iface *i, uint8_t family)
{
	return !mono_is_never(i->away_since[family == AF_INET6]);
}
/* Where the adverts of this family come from here; unset while there is none. */
static inline const struct addr *
vrrp_iface_primary(const struct vrrp_iface *i, uint8_t family)
{
	return &i->primary[family == AF_INET6];
}
/* Why it is this one. */
static inline enum vrrp_source_why
vrrp_iface_primary_why(const struct vrrp_iface *i, uint8_t family)
{
	return vrrp_iface_is_away(i, family) ? VRRP_SOURCE_AWAITED :
	    i->why[family == AF_INET6];
}
/* The address for the family of an instance, on its interface. */
const struct addr *vrrp_iface_primary_of(const struct vrrp_instance *);

#endif

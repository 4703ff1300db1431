/*
 * vrrp_removal.h - devices that are to be removed: as bytes, and as a list.  PURE.
 *
 * A device is named by three things, so that another one of the same name is not
 * hit: its index, its name, and its tag (vrrp_vmac.h), which tells the process that
 * uses it now.
 *
 * The body of VRRP_MSG_REMOVE and of VRRP_MSG_REMOVED is one or more of
 *
 *   u32 index, u32 tag, 16 bytes of name, padded with zeros
 *
 * with integers in network order.
 */
#ifndef VRRPD_VRRP_REMOVAL_H
#define VRRPD_VRRP_REMOVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VRRP_REMOVAL_NAME_MAX	16	/* IF_NAMESIZE */
#define VRRP_REMOVAL_BYTES	(4 + 4 + VRRP_REMOVAL_NAME_MAX)
/* In one message, and in a list: each instance twice. */
#define VRRP_REMOVALS_MESSAGE	256
#define VRRP_REMOVALS_MAX	1024

struct vrrp_removal {
	int	ifindex;
	int	tag;
	char	name[VRRP_REMOVAL_NAME_MAX];
	bool	asked;		/* of a list: it is under way */
};

struct vrrp_removals {
	unsigned		count;
	struct vrrp_removal	list[VRRP_REMOVALS_MAX];
};

/* The length of n of them, at most VRRP_REMOVALS_MESSAGE, in buf. */
size_t	vrrp_removal_encode(const struct vrrp_removal *, unsigned n,
	    uint8_t *buf);
/*
 * All or nothing: false when the length is none of whole entries, or one of them
 * names no device.  out has room for VRRP_REMOVALS_MESSAGE; `asked` is false.
 */
bool	vrrp_removal_decode(const uint8_t *body, size_t len,
	    struct vrrp_removal *out, unsigned *n);

/* False when there is no room.  One of the same index is replaced. */
bool	vrrp_removals_put(struct vrrp_removals *, const struct vrrp_removal *);
/* By index; false when it is not there. */
bool	vrrp_removals_drop(struct vrrp_removals *, int ifindex);
/* The last one put of that name, or NULL. Valid until the list changes. */
struct vrrp_removal *vrrp_removals_named(struct vrrp_removals *,
	    const char *name);
/*
 * Copies those that are not asked for yet, in order, at most
 * VRRP_REMOVALS_MESSAGE; how many.
 */
unsigned vrrp_removals_next(const struct vrrp_removals *,
	    struct vrrp_removal *out);
/* The entries with the indexes of out[0..n) are asked for from now on. */
void	vrrp_removals_asked(struct vrrp_removals *,
	    const struct vrrp_removal *out, unsigned n);
unsigned vrrp_removals_under_way(const struct vrrp_removals *);
/* None is asked for any more. */
void	vrrp_removals_again(struct vrrp_removals *);

#endif

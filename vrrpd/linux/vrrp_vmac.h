/*
 * vrrp_vmac.h - the device with the virtual MAC.
 */
#ifndef VRRPD_VRRP_VMAC_H
#define VRRPD_VRRP_VMAC_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nl;
struct nl_link;
struct vrrp_device_made;
struct vrrp_device_wish;
struct vrrp_params;
struct vrrp_vips;

/*
 * The name of the virtual MAC device: vr4-VRID-IFINDEX or vr6-VRID-IFINDEX,
 * both decimal, IFINDEX that of the parent.  0 or -ENAMETOOLONG.
 */
int	vrrp_vmac_name(uint8_t family, uint8_t vrid, int parent,
	    char name[IF_NAMESIZE]);

/* The same, or what the configuration calls it. */
int	vrrp_vmac_name_of(const struct vrrp_params *, int parent,
	    char name[IF_NAMESIZE]);
/* The alias of a link is one that vrrpd writes to each device it makes. */
bool	vrrp_vmac_is_marked(const struct nl_link *);
/*
 * The index of a device that a run before us has left on this interface for this
 * virtual router, under whatever name; 0: there is none.
 */
int	vrrp_vmac_find(const struct nl *, const struct vrrp_params *,
	    const struct nl_link *parent);
/* The device of these addresses has another name by now. */
void	vrrp_vmac_renamed(struct vrrp_vips *, const char *name);

/*
 * The device of this wish is made, or one that is there is adopted: on the
 * interface, with the virtual MAC, up, and, unless it is in use, deaf, mute and
 * without an address.  Waits for the rtnl lock several times.  *out is the answer;
 * its error is returned as well.  nl may be one for requests alone.
 */
int	vrrp_vmac_make(struct nl *, const struct vrrp_device_wish *,
	    struct vrrp_device_made *out);

/*
 * For vrrp_vip.c: make the device of these addresses, or adopt the one that a
 * crashed run has left.  keep: it holds addresses, and goes on hearing and
 * speaking.  0, or negative errno with the reason for a user.
 */
int	vrrp_vmac_open(struct vrrp_vips *, bool keep, char *reason,
	    size_t size);
/* The device of these addresses is this one, which has been made. */
void	vrrp_vmac_take(struct vrrp_vips *, const struct vrrp_device_made *);
/* Remove it; nothing where there is none. */
void	vrrp_vmac_close(struct vrrp_vips *);

/*
 * As far as the kernel has told (nl_link_known()): is our device there, and has
 * somebody taken it down?  Without one it is there and up.
 */
bool	vrrp_vmac_exists(const struct vrrp_vips *);
bool	vrrp_vmac_is_down(const struct vrrp_vips *);
/*
 * Somebody has written into a setting of our device what keeps it from answering as
 * it should, or has it answer for others: which one; NULL: none.  What cannot be
 * set, because of "all", is not meant.  Reads about a dozen small files.
 */
const char *vrrp_vmac_unsettled(const struct vrrp_vips *);
/*
 * With addresses of both families: the device gets what is missing of the settings
 * for them.  It may have been made for one family, before a reload.  0, or negative
 * errno with the reason for a user.
 */
int	vrrp_vmac_settle(const struct vrrp_vips *, char *reason, size_t size);
/* Another VRF than that of the interface has it, or one of the two is in none. */
bool	vrrp_vmac_is_astray(const struct vrrp_vips *);
/* Puts it where the interface is, and waits for the rtnl lock; true if so. */
bool	vrrp_vmac_fetch(const struct vrrp_vips *);
/* Brings it up, and waits for the rtnl lock; true if so. */
bool	vrrp_vmac_raise(const struct vrrp_vips *);

/*
 * The tag of a device tells which process has made it, and holds two small
 * numbers for vrrp_manners.c.  False: there is none.
 */
#define VRRP_VMAC_TAG_VALUES	2	/* from 0 to 15 each */
/* As the kernel has it, 0: none that is ours. */
int	vrrp_vmac_tag_of(const char *device);
/* The two numbers in a tag. */
void	vrrp_vmac_tag_values(int tag, int values[VRRP_VMAC_TAG_VALUES]);
/* That of a device that this process makes. */
int	vrrp_vmac_tag_with(const int values[VRRP_VMAC_TAG_VALUES]);
bool	vrrp_vmac_tag(const struct vrrp_vips *,
	    int values[VRRP_VMAC_TAG_VALUES]);
void	vrrp_vmac_set_tag(const struct vrrp_vips *,
	    const int values[VRRP_VMAC_TAG_VALUES]);

/*
 * This link looks like a device of ours and was made by a vrrpd that does not
 * run any more.
 */
bool	vrrp_vmac_is_orphan(const struct nl_link *);

#endif

/*
 * vrrp_vmac.h - the device with the virtual MAC.
 */
#ifndef VRRPD_VRRP_VMAC_H
#define VRRPD_VRRP_VMAC_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nl_link;
struct vrrp_vips;

/*
 * The name of the virtual MAC device: vr4-VRID-IFINDEX or vr6-VRID-IFINDEX,
 * both decimal, IFINDEX that of the parent.  0 or -ENAMETOOLONG.
 */
int	vrrp_vmac_name(uint8_t family, uint8_t vrid, int parent,
	    char name[IF_NAMESIZE]);

/*
 * For vrrp_vip.c: make the device of these addresses, or adopt the one that a
 * crashed run has left; deaf, mute and up.  keep: it holds addresses, and goes on
 * hearing and speaking.  0, or negative errno with the reason for a user.
 */
int	vrrp_vmac_open(struct vrrp_vips *, bool keep, char *reason,
	    size_t size);
/* Remove it; nothing where there is none. */
void	vrrp_vmac_close(struct vrrp_vips *);

/* Asks the kernel whether our device is still there; true without one. */
bool	vrrp_vmac_exists(const struct vrrp_vips *);
/* Brings our device up if somebody has taken it down; true if so. */
bool	vrrp_vmac_raise(const struct vrrp_vips *);

/*
 * The tag of a device tells which process has made it, and holds two small
 * numbers for vrrp_manners.c.  False: there is none.
 */
#define VRRP_VMAC_TAG_VALUES	2	/* from 0 to 15 each */
/* As the kernel has it, 0: none that is ours. */
int	vrrp_vmac_tag_of(const char *device);
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

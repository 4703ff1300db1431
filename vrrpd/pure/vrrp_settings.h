/*
 * vrrp_settings.h - how a virtual MAC device has to behave: one table.  PURE.
 *
 * The kernel has some forty settings for each network device
 * (/proc/sys/net/ipv4/conf and ipv6/conf), and gives a new device what an
 * administrator has written into "default".  The table names each one that
 * decides who answers for which address, what the device must have, and how the
 * kernel joins the device's own value with the one of "all".
 */
#ifndef VRRPD_VRRP_SETTINGS_H
#define VRRPD_VRRP_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vrrp_setting_joined {
	VRRP_SETTING_ALONE,	/* "all" does not matter */
	VRRP_SETTING_GREATER,	/* the greater of the two is in force */
	VRRP_SETTING_EITHER,	/* 1 in either of the two is in force */
};

/* For `value`: as the interface under the device has it. */
#define VRRP_SETTING_AS_PARENT	INT32_MIN

struct vrrp_setting {
	uint8_t			 family;	/* AF_INET, AF_INET6: the folder */
	const char		*key;
	int			 value;		/* to be written */
	enum vrrp_setting_joined joined;
	/* Bit n: with n in force the device works, if it cannot be written. */
	uint32_t		 works;
	/* Without it there is no device; else it is written where it can be. */
	bool			 required;
};

/*
 * The settings of the device of a virtual router of this family.  both: it bears
 * addresses of the other family as well.
 */
const struct vrrp_setting *vrrp_settings(uint8_t family, bool both,
	    size_t *count);
/*
 * The first row that the device cannot have, because of the value that "all" has,
 * and that value; NULL: there is none.  uncured: the kernel refuses what would cure
 * one of them (vrrp_vip_steer()).  get reads the value of "all".  otherwise: what
 * happens then, in words for a user.
 */
const struct vrrp_setting *vrrp_setting_obstacle(uint8_t family, bool uncured,
	    int (*get)(const struct vrrp_setting *, void *arg), void *arg,
	    int *value);
const char *vrrp_setting_otherwise(const struct vrrp_setting *);
/* Does the device work with these values of "all" and of its own? */
bool	vrrp_setting_works(const struct vrrp_setting *, int all, int own);

#endif

/*
 * vrrpctl_convert.h - the convert command: files in, text and remarks out.
 */
#ifndef VRRPD_VRRPCTL_CONVERT_H
#define VRRPD_VRRPCTL_CONVERT_H

#include <stdbool.h>
#include <stdio.h>

#define VRRPCTL_CONVERT_STRICT	0x1	/* a difference refuses it */
#define VRRPCTL_CONVERT_JSON	0x2	/* a document on out, nothing on err */

#define VRRPCTL_CONVERT_BESIDE	0x4	/* the guide on out, nothing else */

struct vrrpctl_convert {
	const char	*path;		/* keepalived.conf; "-": standard input */
	const char	*id;		/* @ lines are for it; NULL: this host */
	const char	*script_user;	/* of scripts without one; NULL: who it is
					 * for keepalived on this host */
	const char	*ipvs;		/* where virtual servers go; "-": out, and
					 * nothing else there; NULL: nowhere */
	unsigned	 flags;
};

/*
 * keepalived's file as vrrpd.conf on out, what changes on err.  False: refused,
 * as err says; then no configuration is on out, and no file is written.
 */
bool	vrrpctl_convert(const struct vrrpctl_convert *, FILE *out, FILE *err);

#endif

/*
 * vrrpctl_convert.h - the convert command: files in, text and remarks out.
 */
#ifndef VRRPD_VRRPCTL_CONVERT_H
#define VRRPD_VRRPCTL_CONVERT_H

#include <stdbool.h>
#include <stdio.h>

#define VRRPCTL_CONVERT_STRICT	0x1	/* a difference refuses it */
#define VRRPCTL_CONVERT_JSON	0x2	/* a document on out, nothing on err */

/*
 * keepalived's file as vrrpd.conf on out, what changes on err.  id: the router
 * @ lines are decided for, NULL: this host.  script_user: of scripts without one,
 * NULL: who it is for keepalived on this host.  False: refused, and then no
 * configuration is on out.
 */
bool	vrrpctl_convert(const char *path, const char *id,
	    const char *script_user, unsigned flags, FILE *out, FILE *err);

#endif

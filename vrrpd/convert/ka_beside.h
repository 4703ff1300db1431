/*
 * ka_beside.h - from keepalived to vrrpd, as commands for one file.
 */
#ifndef VRRPD_KA_BESIDE_H
#define VRRPD_KA_BESIDE_H

#include <stdio.h>

#include "vrrpd/convert/ka_conv.h"

/* The files and options that the guide names: strings of the caller. */
struct ka_beside {
	const char	*file;		/* keepalived.conf */
	const char	*conf;		/* where vrrpd.conf belongs */
	const char	*ipvs;		/* where its IPVS part goes */
	const char	*id;		/* --id, or NULL */
	const char	*script_user;	/* --script-user, or NULL */
};

/*
 * The guide of swiftover-keepalived(7) for the instances that were converted:
 * lines that are a command, and comments.  Strings of the file are quoted for a
 * shell.  To be called when everything is converted.
 */
void	ka_put_beside(const struct ka_conv *, const struct ka_beside *,
	    FILE *to);

#endif

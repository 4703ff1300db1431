/*
 * vrrp_program.h - the program that a process of vrrpd becomes when it executes.
 *
 * The path is the one that vrrpd was started from, and what is there by now may be
 * another version.
 */
#ifndef VRRPD_VRRP_PROGRAM_H
#define VRRPD_VRRP_PROGRAM_H

#include <limits.h>

struct vrrp_program {
	char		  path[PATH_MAX];	/* "": execute nothing */
	char *const	 *args;		/* of the command line, argv[0] apart */
	char		 *conf;		/* the configuration of the start, as text */
};

#endif

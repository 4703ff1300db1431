/*
 * vrrp_whose.h - whose a process is, and of which program.
 *
 * Anybody may start a process of any name (/proc/PID/comm is what it says it is).
 * The user that started it is the kernel's word, and so is its executable, where
 * we may see that.
 */
#ifndef VRRPD_VRRP_WHOSE_H
#define VRRPD_VRRP_WHOSE_H

#include <stdbool.h>
#include <sys/types.h>

#include "vrrpd/pure/vrrp_params.h"

struct vrrp_whose {
	bool	by_user;		/* of uid only */
	uid_t	uid;
	char	exe[VRRP_PATH_MAX];	/* of this program only; "" = any */
};

/*
 * Is the process with this number one of them?  text: the number, as in /proc.
 * The real user decides: the effective one is that of a set-user-ID program,
 * which anybody may run under another name.
 *
 * The executable is compared as a file.  Of processes of other users the kernel
 * does not show it to a process without privileges.  There, and where the file
 * was replaced since the process began, what a process says of itself counts if
 * nobody but root, or the user that was asked for, can have started it: its
 * command line has the path as a word, or begins with the name alone.
 *
 * False for what /proc does not show.
 */
bool	vrrp_whose_fits(const struct vrrp_whose *, const char *text);

#endif

/*
 * vrrp_cleanup.h - what a vrrpd that was killed has left behind, removed.
 */
#ifndef VRRPD_VRRP_CLEANUP_H
#define VRRPD_VRRP_CLEANUP_H

#include "vrrpd/pure/vrrp_params.h"

/*
 * Devices, virtual addresses and settings of interfaces, as the next start would
 * find and clear them; says nothing on the wire.  Nobody may answer at the
 * control socket `path`: a running daemon is left alone, -EADDRINUSE.  config is
 * cut down to what has something left.  0 or negative errno, logged.
 */
int	vrrp_cleanup(const char *path, struct vrrp_config *config);

#endif

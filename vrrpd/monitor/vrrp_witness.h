/*
 * vrrp_witness.h - looks at a silent engine from outside, through /proc.
 *
 * The reading half of vrrpd/pure/vrrp_vital.h, which says what it means.
 */
#ifndef VRRPD_VRRP_WITNESS_H
#define VRRPD_VRRP_WITNESS_H

#include <stddef.h>
#include <sys/types.h>

#include "vrrpd/pure/vrrp_vital.h"

/*
 * Reads what the kernel says of the process, without waiting for it.  Where it
 * says nothing (no /proc, hidepid, gone) *out is not known.
 */
void	vrrp_witness_look(pid_t, struct vrrp_vital *out);
/*
 * The function of the kernel that the process waits in, or "" where that may not
 * be known.
 */
void	vrrp_witness_where(pid_t, char *buf, size_t size);

#endif

/*
 * vrrp_leases.h - the leases that this process has put into the kernel.
 */
#ifndef VRRPD_VRRP_LEASES_H
#define VRRPD_VRRP_LEASES_H

#include <stdbool.h>
#include <sys/types.h>

#include "vrrpd/pure/vrrp_lease.h"

struct vrrp_leases;

/* life: the process whose end is the end of all its leases.  NULL: no memory. */
struct vrrp_leases *vrrp_leases_new(pid_t life);
/* The tables stay.  NULL is fine. */
void	vrrp_leases_free(struct vrrp_leases *);
/* 0, -ENOMEM or -EOPNOTSUPP: no nf_tables in this kernel.  Again is fine. */
int	vrrp_leases_open(struct vrrp_leases *);
/* Of its socket, as it stands in the kernel's events; after the open. */
uint32_t vrrp_leases_port(const struct vrrp_leases *);
/*
 * Put: what is there for this virtual router is replaced in one step; of one that
 * is_active the lease runs anew from now on.  Not put: nothing is there any more.
 * Waits for the kernel's lock on nf_tables.  0 or negative errno (-EOPNOTSUPP: this
 * kernel has no nf_tables, or none for what leaves a device, Linux 5.16); then
 * nothing is there.  *others: the leases of others of the interface had to be
 * forgotten, and are to be put again.
 */
int	vrrp_leases_carry_out(struct vrrp_leases *,
	    const struct vrrp_lease_errand *, bool *others);
/*
 * Somebody else has changed the table of this name.  True: it was one of these, and
 * all its leases are to be put again.
 */
bool	vrrp_leases_lost(struct vrrp_leases *, const char *table);
/* Takes away what lives that have ended have left. */
void	vrrp_leases_sweep(struct vrrp_leases *);

#define VRRP_LEASES_TABLE_MAX	64
/* Does the name look like that of a table of leases? */
bool	vrrp_leases_is_table(const char *name);

#endif

/*
 * vrrp_filter.h - what the kernel would do with virtual addresses, and must not.
 *
 * RFC 9568 §6.1 Accept_Mode False (V-104): the Active forwards for the virtual
 * address and answers ARP and ND for it, but takes no packet addressed to it.
 * The kernel has no such setting for an address, so local delivery is filtered.
 * vrrp_filter.c says how.
 */
#ifndef VRRPD_VRRP_FILTER_H
#define VRRPD_VRRP_FILTER_H

#include "vrrpd/pure/vrrp_params.h"

struct vrrp_filter;

/* Makes the object; nothing happens in the kernel yet. NULL: out of memory. */
struct vrrp_filter *vrrp_filter_new(void);
/* Whatever is still filtered no longer is. NULL is fine. */
void	vrrp_filter_free(struct vrrp_filter *);
/*
 * From now on drop what is delivered locally to the addresses of p, which is
 * borrowed until vrrp_filter_remove().  Waits for the kernel, some hundred
 * microseconds: never on the takeover path, and before the addresses are put
 * anywhere.  0 or negative errno (-EOPNOTSUPP: no nf_tables in this kernel);
 * then nothing has changed.
 */
int	vrrp_filter_add(struct vrrp_filter *, const struct vrrp_params *p);
/* The addresses of p, when nobody has them any more. Not added: nothing. */
void	vrrp_filter_remove(struct vrrp_filter *, const struct vrrp_params *p);

/*
 * The addresses of p, which was added, will be those of `next`: these too are
 * filtered from now on.  0 or negative errno; then nothing has changed.
 */
int	vrrp_filter_widen(struct vrrp_filter *, const struct vrrp_params *p,
	    const struct vrrp_params *next);
/* The addresses of p were those of `was`, which nobody has any more. */
void	vrrp_filter_narrow(struct vrrp_filter *, const struct vrrp_params *p,
	    const struct vrrp_params *was);

/*
 * IPv4, the owner with a virtual MAC: the interface's ARP answers for its
 * addresses tell the virtual MAC of p from now on (V-84).  Waits for the
 * kernel.  0 or negative errno; then nothing has changed.
 */
int	vrrp_filter_own(struct vrrp_filter *, const struct vrrp_params *p);
/* After a successful vrrp_filter_own(), once. */
void	vrrp_filter_disown(struct vrrp_filter *, const struct vrrp_params *p);

/* The name of our table in the kernel; "" before the first address. */
const char *vrrp_filter_table(const struct vrrp_filter *);

#endif

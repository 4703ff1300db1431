/*
 * vrrp_strict.h - does a firewall of this host ask where the way back leads?
 *
 * Such a rule drops what arrives on an interface that is not the one by which its
 * sender is reached ("fib saddr . iif oif missing drop", xt_rpfilter): for one of our
 * devices that is every packet, unless the way back is made to lead through it.
 */
#ifndef VRRPD_VRRP_STRICT_H
#define VRRPD_VRRP_STRICT_H

#include <stdbool.h>
#include <stdint.h>

struct vrrp_strict;

/* Waits for nothing, and never fails: without nf_tables there is no such rule. */
struct vrrp_strict *vrrp_strict_new(void);
void	vrrp_strict_free(struct vrrp_strict *);	/* NULL is fine */
/*
 * Reads the rules of the host a bit further, if they have changed since they were
 * read; to be called about once a second.  Takes some tenths of a millisecond.
 */
void	vrrp_strict_look(struct vrrp_strict *);
/* As far as they have been read to their end.  False for NULL. */
bool	vrrp_strict_is(const struct vrrp_strict *, uint8_t family);

#endif

/*
 * ka_address.h - the addresses of an instance: virtual ones, and its peers.
 */
#ifndef VRRPD_KA_ADDRESS_H
#define VRRPD_KA_ADDRESS_H

#include <stdbool.h>

#include "shared/pure/addr.h"
#include "vrrpd/convert/ka_conv.h"

/* Can it be the address of a host? */
bool	ka_usable(const struct addr *);
/*
 * The address of "fe80::1%eth0" or "192.0.2.1/24", whose ends keepalived does
 * not look at.  False: no address of a host, and *out is undefined.
 */
bool	ka_host(const char *, struct addr *out);
/* Is it a virtual address of any instance? */
bool	ka_is_virtual(const struct ka_conv *, const struct addr *);

/*
 * virtual_ipaddress into v->vip, vip_count and family, virtual_ipaddress_excluded
 * into v->other.  An address that vrrpd cannot have is left out and said.
 */
void	ka_read_addresses(struct ka_conv *, struct ka_instance *v);
void	ka_put_addresses(struct ka_conv *, const struct ka_instance *);

/*
 * The peers, at most VRRP_PEERS_MAX, and the least TTL of their adverts; after
 * ka_read_addresses().  False: the file has peers, but none that vrrpd can
 * have.  *count 0: multicast.
 */
bool	ka_read_peers(struct ka_conv *, const struct ka_instance *,
	    struct addr *list, unsigned *count, long *ttl);
void	ka_put_peers(struct ka_conv *, const struct addr *list, unsigned count,
	    long ttl);

#endif

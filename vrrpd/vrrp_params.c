/*
 * vrrp_params.c - defaults and ownership of configured values.
 *
 * The defaults are those of vrrpd.conf(5); RFC 9568 §6.1 gives priority,
 * interval and preemption.  accept = yes is a chosen deviation from the RFC's
 * Accept_Mode default, explained in the man page: people ping the address.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "shared/mono.h"
#include "vrrpd/vrrp_params.h"

void
vrrp_params_init(struct vrrp_params *p)
{
	memset(p, 0, sizeof(*p));
	p->version = 3;
	p->priority = VRRP_PRIORITY_DEFAULT;
	p->advert_int_cs = VRRP_ADVERT_INT_DEFAULT;
	p->preempt = true;
	p->accept = true;
	p->virtual_mac = true;
	p->unicast_min_ttl = 255;
	p->checksum_compat = VRRP_CHECKSUM_AUTO;
	p->garp_repeat = 5;
	p->garp_interval_ns = 200 * NS_PER_MS;
}

void
vrrp_config_free(struct vrrp_config *c)
{
	unsigned i;

	if (c == NULL)
		return;
	for (i = 0; i < c->group_count; i++)
		free(c->groups[i].members);
	free(c->groups);
	c->groups = NULL;
	c->group_count = 0;
	free(c->instances);
	c->instances = NULL;
	c->count = 0;
}

void
vrrp_params_virtual_mac(uint8_t family, uint8_t vrid, uint8_t mac[6])
{
	const uint8_t virtual[6] = {
		0x00, 0x00, 0x5e, 0x00, family == AF_INET6 ? 0x02 : 0x01, vrid
	};

	memcpy(mac, virtual, sizeof(virtual));
}

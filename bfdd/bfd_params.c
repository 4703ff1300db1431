/*
 * bfd_params.c - defaults and identity of a session's configuration.  PURE.
 */
#include "config.h"

#include <string.h>

#include "bfdd/bfd_params.h"

void
bfd_params_init(struct bfd_params *p)
{
	memset(p, 0, sizeof(*p));
	p->desired_min_tx_ns = BFD_INTERVAL_DEFAULT_NS;
	p->required_min_rx_ns = BFD_INTERVAL_DEFAULT_NS;
	p->detect_mult = BFD_MULTIPLIER_DEFAULT;
	p->rx_ttl = 255;			/* B-112 */
}

bool
bfd_params_same_key(const struct bfd_params *a, const struct bfd_params *b)
{
	if (a->multihop != b->multihop || !addr_equal(&a->peer, &b->peer))
		return false;
	if (a->multihop)
		return addr_equal(&a->local, &b->local);
	return strcmp(a->interface, b->interface) == 0;
}

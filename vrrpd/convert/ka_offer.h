/*
 * ka_offer.h - what to have instead of a script.
 */
#ifndef VRRPD_KA_OFFER_H
#define VRRPD_KA_OFFER_H

#include "vrrpd/convert/ka_conv.h"
#include "vrrpd/convert/ka_sight.h"

/*
 * Writes the tracker that knows sooner, as a comment, where the command of the
 * script only looks: at what ka_sight() saw.
 */
void	ka_offer_instead(struct ka_conv *, const struct ka_tracker *,
	    const struct ka_sight *);

#endif

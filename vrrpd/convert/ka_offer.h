/*
 * ka_offer.h - what to have instead of a script.
 */
#ifndef VRRPD_KA_OFFER_H
#define VRRPD_KA_OFFER_H

#include "vrrpd/convert/ka_conv.h"

/*
 * Behind a script: the tracker that knows sooner, as a comment, where the
 * command is one of those that only look.  command: as ka_command() gave it.
 */
void	ka_offer_instead(struct ka_conv *, const struct ka_tracker *,
	    const char *command);

#endif

/*
 * vrrp_said.c - what this router has said.  See vrrp_said.h for the rule.
 *
 * vrrp_send.c notes each advert, vrrp_core.c and vrrp_machine.c ask.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_said.h"

void
vrrp_said_note(struct vrrp_said *s, mono_t at, enum vrrp_said_to to)
{
	if (to == VRRP_SAID_TO_ALL)
		s->last = mono_max(s->last, at);
}

bool
vrrp_said_overtakes(const struct vrrp_said *s, mono_t arrival)
{
	return s->last.ns > 0 && !mono_before(s->last, arrival);
}

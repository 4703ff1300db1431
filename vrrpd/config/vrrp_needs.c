/*
 * vrrp_needs.c - which helper processes a configuration needs.
 *
 * The engine tells the monitor after a reload, the monitor asks at its start, and
 * each helper process runs the checks of the kinds that are its own by this
 * table.  A function of the configuration alone: nothing is kept or logged here.
 */
#include "config.h"

#include "vrrpd/config/vrrp_needs.h"

uint8_t
vrrp_needs_of_kind(enum vrrp_track_kind kind)
{
	switch (kind) {
	case VRRP_TRACK_INTERFACE:
	case VRRP_TRACK_LINK:
		return 0;	/* the engine's own, through netlink and bfdd */
	case VRRP_TRACK_SCRIPT:
		return VRRP_NEEDS_SCRIPTS;
	case VRRP_TRACK_PROCESS:
	case VRRP_TRACK_TCP:
	case VRRP_TRACK_HTTP:
	case VRRP_TRACK_PING:
	case VRRP_TRACK_FILE:
	case VRRP_TRACK_ROUTE:
		return VRRP_NEEDS_CHECKS;
	}
	return 0;
}

uint8_t
vrrp_needs_of_config(const struct vrrp_config *c)
{
	uint8_t need = 0;
	unsigned i;

	for (i = 0; i < c->tracker_count; i++) {
		need |= vrrp_needs_of_kind(c->trackers[i].kind);
		if (c->trackers[i].on_change[0] != '\0')
			need |= VRRP_NEEDS_SCRIPTS | VRRP_NEEDS_LEVELS;
	}
	for (i = 0; i < c->count; i++)
		if (vrrp_notify_wanted(&c->instances[i].notify))
			need |= VRRP_NEEDS_SCRIPTS;
	for (i = 0; i < c->group_count; i++)
		if (vrrp_notify_wanted(&c->groups[i].notify))
			need |= VRRP_NEEDS_SCRIPTS;
	return need;
}

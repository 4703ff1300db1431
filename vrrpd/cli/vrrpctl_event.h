/*
 * vrrpctl_event.h - a line for each event, for vrrpctl monitor.
 */
#ifndef VRRPD_VRRPCTL_EVENT_H
#define VRRPD_VRRPCTL_EVENT_H

#include <jansson.h>

#include "vrrpd/cli/vrrpctl_view.h"

/*
 * The last level of each object that monitor has seen, so that a line is
 * printed for a change and not for every level.  Starts zeroed.
 */
struct monitor {
	json_t	*instances;		/* by name */
	json_t	*sessions;		/* by peer and interface */
};

/* One notification; prints at most one line. */
void	vrrpctl_view_event(const struct view *, struct monitor *,
	    const char *topic, const json_t *params);
void	vrrpctl_monitor_free(struct monitor *);

#endif

/*
 * vrrp_ctl_json.h - the engine's values as swiftover-ctl(7) spells them.
 *
 * Each returns a new reference, or NULL when out of memory.
 */
#ifndef VRRPD_VRRP_CTL_JSON_H
#define VRRPD_VRRP_CTL_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "vrrpd/engine/vrrp_router_state.h"

/* The level of an instance: everything that there is to say about it. */
json_t	*vrrp_ctl_json_instance(const struct vrrp_router *,
	    const struct vrrp_instance *);
/* One transition of its history, with the steps in microseconds. */
json_t	*vrrp_ctl_json_record(const struct vrrp_instance *,
	    const struct vrrp_record *);
/* Counters: of an instance, of an interface (Y-4), of the whole router. */
json_t	*vrrp_ctl_json_stats(const struct vrrp_instance *);
json_t	*vrrp_ctl_json_iface_stats(const struct vrrp_iface *);
json_t	*vrrp_ctl_json_total(const struct vrrp_router *,
	    int64_t since_real_ns);
json_t	*vrrp_ctl_json_scheduling(const struct vrrp_router *);
/*
 * The pids, for whoever looks at ps(1), the end of the engine before, and whose
 * messages were refused, by whom.  r->birth is not NULL.
 */
json_t	*vrrp_ctl_json_processes(const struct vrrp_router *r);
/* How many messages were refused, one counter for each way. */
json_t	*vrrp_ctl_json_refused(const struct vrrp_refusals *);
/* A session of bfdd, as the engine sees it. */
json_t	*vrrp_ctl_json_session(const struct vrrp_bfd_session *);

#endif

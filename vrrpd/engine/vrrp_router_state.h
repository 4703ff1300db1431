/*
 * vrrp_router_state.h - what the engine knows: its interfaces and instances.
 *
 * The struct, for the files that share it: vrrp_router (netlink, stalls,
 * life), vrrp_apply (the configuration), vrrp_sessions (BFD) and vrrp_leaving
 * (who has left and still answers).  vrrp_ctl and the tests read it.
 */
#ifndef VRRPD_VRRP_ROUTER_STATE_H
#define VRRPD_VRRP_ROUTER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/loop.h"
#include "shared/nl.h"
#include "shared/rtsched.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/ipc/vrrp_bfd.h"
#include "vrrpd/ipc/vrrp_birth.h"
#include "vrrpd/pure/vrrp_refused.h"

struct nl_route_watch;
struct vrrp_applied;
struct vrrp_apply;
struct vrrp_links;
struct vrrp_notify;
struct vrrp_standing;
struct vrrp_sync;
struct vrrp_track_item;

/* An instance that is to go on for another and cannot yet (vrrp_succession.h). */
struct vrrp_heir {
	struct vrrp_instance	 *old, *heir;
};

struct vrrp_router {
	struct loop		 *loop;
	struct nl		 *nl;
	struct vrrp_io_tx	 *tx;
	struct vrrp_neigh	 *neigh;	/* NULL: not told of any */
	struct nl_route_watch	 *route_watch;	/* NULL: not told of any */
	struct vrrp_bfd		 *bfd;		/* NULL: not connected yet */
	struct vrrp_addrs	  addrs;
	struct vrrp_env		  env;
	struct vrrp_notify	 *notify;	/* NULL: no hooks */
	/*
	 * So many instances wait with what the file says of them, which is to be
	 * applied again when something has changed.  NULL: nobody does.
	 */
	unsigned		  postponed;
	void	(*reapply)(void *arg);
	void	*reapply_arg;
	struct loop_timer	 *reapply_timer;
	struct vrrp_standing	 *standing;	/* orders; NULL: nobody keeps */
	char			  router_id[64];
	/* End this engine for another that goes on. NULL: not possible. */
	void	(*restart)(void *arg);
	/* Leave for good, and all of vrrpd begins again.  0 or negative errno. */
	int	(*replace)(void *arg);
	void	*restart_arg;		/* of both */
	unsigned		  refresh_at;	/* the instance that is next */
	unsigned		  host_slot;	/* of looking at settings: the next */
	const struct vrrp_birth	 *birth;	/* NULL: nobody watches us */
	struct vrrp_refusals	  refusals;	/* between the processes */
	const struct rtsched	 *scheduling;	/* NULL: none */
	uint64_t		  stalls;
	int64_t			  worst_stall_ns;
	bool			  started;
	struct nl_link		 *orphans;	/* of a crash; until start */
	unsigned		  orphan_count;
	bool			  resyncing;	/* a full dump is under way */
	struct loop_timer	 *peer_timer;	/* bfd auto: silent peers */
	struct loop_timer	 *away_timer;	/* primary addresses */
	struct vrrp_iface	**ifaces;
	unsigned		  iface_count;
	struct vrrp_instance	**instances;	/* order of the file */
	unsigned		  instance_count;
	struct vrrp_links	 *links;	/* role = link */
	const struct vrrp_track_item **held;	/* declared in the file */
	unsigned		  held_count;
	struct vrrp_sync	**groups;
	unsigned		  group_count;
	struct vrrp_apply	 *apply;	/* being applied; NULL: none is */
	void	(*applied)(const struct vrrp_applied *, int error, void *arg);
	void	*applied_arg;
	struct vrrp_heir	 *heirs;
	unsigned		  heir_count;
	/* Instances that left the configuration and still answer. */
	struct vrrp_instance	**lingering;
	unsigned		  lingering_count;
	void	(*left)(void *arg);	/* leaving: called once */
	void	*left_arg;
	/* For vrrp_ctl.c; any may be NULL. After the packets of the batch. */
	void	(*changed)(struct vrrp_instance *, void *arg);
	void	(*transition)(struct vrrp_instance *,
		    const struct vrrp_record *, void *arg);
	void	(*bfd_changed)(const struct vrrp_bfd_session *, void *arg);
	void	*arg;
};

/* NULL: there is no such instance. */
struct vrrp_instance *vrrp_router_find(const struct vrrp_router *,
	    const char *name);
/* Soon: what interfaces with addrs_changed have now, and what follows from it. */
void	vrrp_router_settle_later(struct vrrp_router *);
/* Interfaces that no instance uses any more go. */
void	vrrp_router_drop_ifaces(struct vrrp_router *);
/*
 * Asserts what holds between the lists, after each change of them: who is in
 * which table, on which interface and in which group.
 */
void	vrrp_router_check(const struct vrrp_router *);

#endif

/*
 * vrrp_router.h - the engine: all interfaces and instances of this process.
 *
 * Owns the netlink connection, the sending socket, the client of bfdd and every
 * instance; applies configurations; hands netlink events, BFD levels and stalls
 * to whom they concern.  main.c makes one; vrrp_ctl.c reads and drives it.
 */
#ifndef VRRPD_VRRP_ROUTER_H
#define VRRPD_VRRP_ROUTER_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/loop.h"
#include "shared/nl.h"
#include "shared/rtsched.h"
#include "vrrpd/ipc/vrrp_bfd.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/engine/vrrp_link.h"
#include "vrrpd/ipc/vrrp_birth.h"
#include "vrrpd/pure/vrrp_params.h"
#include "vrrpd/engine/vrrp_sync.h"

struct vrrp_notify;

struct vrrp_router {
	struct loop		 *loop;
	struct nl		 *nl;
	struct vrrp_io_tx	 *tx;
	struct vrrp_bfd		 *bfd;		/* NULL before connect_bfd */
	struct vrrp_addrs	  addrs;
	struct vrrp_env		  env;
	struct vrrp_notify	 *notify;	/* NULL: no hooks */
	char			  router_id[64];
	/* Ends this process for another that goes on. NULL: cannot. */
	void	(*restart)(void *arg);
	void	*restart_arg;
	unsigned		  refresh_at;	/* whose turn it is */
	const struct vrrp_birth	 *birth;	/* NULL: nobody watches us */
	const struct rtsched	 *scheduling;	/* NULL: none */
	uint64_t		  stalls;
	int64_t			  worst_stall_ns;
	bool			  started;
	struct nl_link		 *orphans;	/* of a crash; until start */
	unsigned		  orphan_count;
	bool			  resyncing;	/* a full dump is under way */
	struct loop_timer	 *peer_timer;	/* bfd auto: who is silent */
	struct vrrp_iface	**ifaces;
	unsigned		  iface_count;
	struct vrrp_instance	**instances;	/* order of the file */
	unsigned		  instance_count;
	struct vrrp_links	 *links;	/* role = link */
	const struct vrrp_track_item **held;	/* declared in the file */
	unsigned		  held_count;
	struct vrrp_sync	**groups;
	unsigned		  group_count;
	/* Not in the configuration any more, and answering still. */
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

/* What a reload did, for the answer to the client and the log. */
struct vrrp_applied {
	unsigned	added, removed, restarted, changed, unchanged;
};

/*
 * Opens netlink and the sending socket and reads what interfaces there are.
 * Needs CAP_NET_RAW and CAP_NET_ADMIN.  0 or negative errno.
 */
int	vrrp_router_open(struct loop *, struct vrrp_router **out);
/*
 * Make the instances what the configuration says (borrowed for the call):
 * removed ones leave, changed ones change in place or start again, equal ones
 * are not touched.  0 or -ENOMEM, with as much done as was possible.
 */
int	vrrp_router_apply(struct vrrp_router *, const struct vrrp_config *,
	    struct vrrp_applied *);
/* Ask bfdd at this socket for sessions; reconnects by itself. 0 or -ENOMEM. */
int	vrrp_router_connect_bfd(struct vrrp_router *, const char *path);
/* Privileges are settled: every instance may start. */
void	vrrp_router_start(struct vrrp_router *);
/* Without a start: devices of a dead vrrpd that no instance has adopted. */
void	vrrp_router_remove_orphans(struct vrrp_router *);
/* What another engine needs to go on where this one stops (L-24). */
void	vrrp_router_hand_off(const struct vrrp_router *, struct vrrp_handoff *);
/*
 * The first half of a clean exit: priority-0 adverts of every Active.  left() is
 * called from the loop when each has heard its successor and withdrawn, or has
 * waited for vrrp_linger_bound_ns().  Nothing starts any more.
 */
void	vrrp_router_leave(struct vrrp_router *, void (*left)(void *arg),
	    void *arg);
/*
 * The second half, or all of it at once: what still answers is withdrawn, then
 * the BFD sessions are released (L-22), then the devices go, then the settings
 * of the interfaces (V-68).  Frees everything.
 */
void	vrrp_router_close(struct vrrp_router *);

struct vrrp_instance *vrrp_router_find(const struct vrrp_router *,
	    const char *name);
/*
 * Refreshes the addresses of some of the instances, so that in a second, with
 * VRRP_REFRESH_SLOTS calls, it is everybody's turn once.
 */
#define VRRP_REFRESH_SLOTS	20
void	vrrp_router_refresh(struct vrrp_router *);
/* The effective values of an instance have changed: timers and BFD wishes. */
void	vrrp_router_retune(struct vrrp_router *);

#endif

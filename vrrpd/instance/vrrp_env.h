/*
 * vrrp_env.h - what an instance needs from the daemon that runs it.
 *
 * Filled in by the engine (and by tests), and the same for every instance.  An
 * instance knows nobody above it: whatever it has to say or to ask upwards goes
 * through the callbacks below.
 */
#ifndef VRRPD_VRRP_ENV_H
#define VRRPD_VRRP_ENV_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/pure/mono.h"

struct loop;
struct nl;
struct vrrp_addrs;
struct vrrp_channel;
struct vrrp_errands;
struct vrrp_filter;
struct vrrp_strict;
struct vrrp_guards;
struct vrrp_handoff;
struct vrrp_instance;
struct vrrp_io_tx;
struct vrrp_neigh;
struct vrrp_orders;
struct vrrp_paths_list;
struct vrrp_record;
struct vrrp_sync;
struct vrrp_track;

/* Questions and requests of a member to its sync group, which is never NULL. */
struct vrrp_sync_calls {
	/* A member has moved, or wishes to. */
	void	(*settle)(struct vrrp_sync *group);
	/* A member has looked whether it may run, and may be asked by the group. */
	void	(*reconsidered)(struct vrrp_sync *group);
	/* Do the others allow this one to run?  If not, why: for a user. */
	bool	(*allows)(const struct vrrp_sync *group,
		    const struct vrrp_instance *, char *why, size_t size);
	/* vrrp_instance_give() for every member. */
	void	(*give)(struct vrrp_sync *group);
	/* Nobody took what was handed over: every member is Active again. */
	void	(*take_back)(struct vrrp_sync *group);
};

/* Borrowed by its instances; outlives them. */
struct vrrp_env {
	struct loop		*loop;
	struct nl		*nl;
	struct vrrp_io_tx	*tx;
	const struct vrrp_neigh	*neigh;		/* of unicast peers; may be NULL */
	const struct vrrp_addrs	*addrs;
	struct vrrp_filter	*filter;	/* accept = no */
	struct vrrp_strict	*strict;	/* may be NULL: no firewall */
	struct vrrp_guards	*guards;	/* NULL: no leases */
	struct vrrp_track	*track;
	struct vrrp_paths_list	*paths;		/* NULL: no routes, no rules */
	struct vrrp_channel	*channel;	/* to the monitor; may be NULL */
	struct vrrp_errands	*errands;	/* NULL: all is done at once */
	const struct vrrp_handoff *handoff;	/* L-24; NULL: none */
	mono_t			 booted;	/* vrrpd; 0: nothing waits for it */
	const struct vrrp_orders *orders;	/* of operators; NULL: none */
	unsigned		 lifetime_s;	/* of addresses, 0: none */
	const struct vrrp_sync_calls *sync;	/* NULL: there are no groups */
	/* After the packets of the batch. All may be NULL. */
	void	(*changed)(struct vrrp_instance *, void *arg);
	/* A transition: each once, in order. */
	void	(*moved)(struct vrrp_instance *, const struct vrrp_record *,
		    void *arg);
	/* The steps of that one are complete, or the acknowledgement was lost. */
	void	(*transition)(struct vrrp_instance *,
		    const struct vrrp_record *, void *arg);
	/* An Active heard a lesser one and has announced again. */
	void	(*contested)(struct vrrp_instance *, void *arg);
	/* An instance lingers no more. Must not free the instance. */
	void	(*withdrawn)(struct vrrp_instance *, void *arg);
	/*
	 * virtual_mac = auto, and the network refuses it: v->gives_up and
	 * v->given_up_why are set.  Must not free the instance.
	 */
	void	(*gives_up)(struct vrrp_instance *, void *arg);
	/* There is a router to have a BFD session with (vrrp_peer.h). */
	void	(*peers_changed)(struct vrrp_instance *, void *arg);
	void	*arg;
};

#endif

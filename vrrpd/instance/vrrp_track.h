/*
 * vrrp_track.h - the one register of everything that is tracked.
 *
 * Interfaces, links, and what is declared in vrrpd.conf: each is here once,
 * with its state, however many instances and groups refer to it.  Whoever finds
 * out about one says so with vrrp_track_set(); all that was said in one turn of
 * the loop is told to the watchers together, at its end, in two passes: first
 * every instance looks, then every instance acts, so that a group whose members
 * share a fault leaves for that fault and not for each other.
 */
#ifndef VRRPD_VRRP_TRACK_H
#define VRRPD_VRRP_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/loop.h"
#include "shared/pure/mono.h"
#include "shared/nl.h"
#include "vrrpd/pure/vrrp_params.h"
#include "vrrpd/pure/vrrp_weigh.h"

#define VRRP_TRACK_NAME_MAX	72	/* a link: INTERFACE ADDRESS */
#define VRRP_TRACK_REASON_MAX	96

struct vrrp_track;

/* Read by anybody, written by vrrp_track.c. */
struct vrrp_track_item {
	enum vrrp_track_kind	kind;
	char			name[VRRP_TRACK_NAME_MAX];
	enum vrrp_track_state	state;
	char			reason[VRRP_TRACK_REASON_MAX];	/* "" = none */
	bool			number;		/* value counts, and it is Up */
	int32_t			value;
	mono_t			since;		/* MONO_NEVER: unknown so far */
	int64_t			since_real_ns;
	uint64_t		changes;	/* of the state */
	bool			moved;		/* in this turn */
	unsigned		users;
	int			ifindex;	/* of an interface; 0: none */
	int64_t			detection_ns;	/* of a link that is Up; else 0 */
};

/* nl (borrowed) knows the state of interfaces. NULL when out of memory. */
struct vrrp_track *vrrp_track_new(struct loop *, struct nl *);
void	vrrp_track_free(struct vrrp_track *);	/* NULL is fine */

/*
 * Hold an item, made if need be: its state is kept from now on.  An interface
 * is looked up at once, anything else is unknown.  NULL when out of memory.
 */
const struct vrrp_track_item *vrrp_track_get(struct vrrp_track *,
	    enum vrrp_track_kind, const char *name);
void	vrrp_track_put(struct vrrp_track *, const struct vrrp_track_item *);
/* i counts from 0; NULL after the last. */
const struct vrrp_track_item *vrrp_track_item(const struct vrrp_track *,
	    unsigned i);

/*
 * The item is up or down, since then.  reason (may be NULL): for a user, after
 * "is down: ".  The same level again renews the reason only.  Ignored for an
 * item that nobody holds.
 */
void	vrrp_track_set(struct vrrp_track *, enum vrrp_track_kind,
	    const char *name, bool up, const char *reason, mono_t since);
/* The item is a number now, of this value, since then. */
void	vrrp_track_value(struct vrrp_track *, enum vrrp_track_kind,
	    const char *name, int32_t value, mono_t since);
/* Nothing is known of the item any more. */
void	vrrp_track_forget(struct vrrp_track *, enum vrrp_track_kind,
	    const char *name, const char *reason);

/* How soon a link that breaks now is noticed; 0: it is not Up. */
void	vrrp_track_detection(struct vrrp_track *, const char *name,
	    int64_t detection_ns);

/* An interface came, changed or (gone) went. */
void	vrrp_track_link(struct vrrp_track *, const struct nl_link *, bool gone);
/* Events were lost: look at every interface again. */
void	vrrp_track_look(struct vrrp_track *);

/* arg must live until unwatch. 0 or -ENOMEM. */
typedef void (*vrrp_track_cb)(void *arg);
int	vrrp_track_watch(struct vrrp_track *, vrrp_track_cb look,
	    vrrp_track_cb act, void *arg);
void	vrrp_track_unwatch(struct vrrp_track *, void *arg);

#endif

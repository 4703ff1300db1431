/*
 * vrrp_paths.h - the routes and rules of one instance in the kernel.
 *
 * Each is a path here: routes first, then rules, in the order of the configuration.
 * All of ours carry VRRP_PATHS_PROTOCOL, and nothing without it is removed.
 */
#ifndef VRRPD_VRRP_PATHS_H
#define VRRPD_VRRP_PATHS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/nl.h"
#include "shared/nl_batch.h"
#include "shared/nl_route.h"
#include "vrrpd/pure/vrrp_params.h"
#include "vrrpd/pure/vrrp_will.h"

#define VRRP_PATHS_PROTOCOL	VRRP_WILL_PROTOCOL

struct vrrp_paths;
/* All of one engine, which may share routes: one that leaves spares the others'. */
struct vrrp_paths_list;

struct vrrp_paths_list *vrrp_paths_list_new(void);	/* NULL: no memory */
void	vrrp_paths_list_free(struct vrrp_paths_list *);	/* NULL is fine */

#define VRRP_PATH_STATES(X)						\
	X(AWAY,		"away")		/* not Active */		\
	X(ASKED,	"asked")	/* the kernel has not answered yet */ \
	X(IN_FORCE,	"in-force")					\
	X(FOREIGN,	"foreign")	/* there is one that is not ours */ \
	X(REFUSED,	"refused")	/* by the kernel, see error */	\
	X(LOST,		"lost")		/* somebody has removed it */

enum vrrp_path_state {
#define X(id, word) VRRP_PATH_##id,
	VRRP_PATH_STATES(X)
#undef X
};
const char *vrrp_path_state_name(enum vrrp_path_state);

/* Called from the loop when states may have changed.  restored: so many came back. */
typedef void (*vrrp_paths_changed)(unsigned restored, void *arg);

/* NULL: no memory.  arg must live as long as the object. */
struct vrrp_paths *vrrp_paths_new(struct nl *, struct vrrp_paths_list *,
	    vrrp_paths_changed, void *arg);
/* Routes in the kernel stay there.  NULL is fine. */
void	vrrp_paths_free(struct vrrp_paths *);

/*
 * Build the batches for the routes and rules of p.  `self` is the device that the
 * instance's addresses are on, `parent` its interface.  Where they are in the kernel,
 * those that p has no more, or has otherwise, are taken away; what is new is not put
 * yet (vrrp_paths_put_missing()).  sure: what is there is ours, from the engine before.
 * 0 or -ENOMEM, and then all is as before.
 */
int	vrrp_paths_prepare(struct vrrp_paths *, const struct vrrp_params *p,
	    const char self[IF_NAMESIZE], int self_index, int parent_index,
	    bool sure);
/*
 * Put all of them, in one batch: when this returns, the kernel has carried it out or
 * refused it; which, the loop finds out.
 */
void	vrrp_paths_put(struct vrrp_paths *);
/* Try those again that are not in force.  Nothing unless they have been put. */
void	vrrp_paths_put_missing(struct vrrp_paths *);
/* Take all of ours away, but those that another one of the list has put as well. */
void	vrrp_paths_withdraw(struct vrrp_paths *);
/* The requests of that, for the last will.  Borrowed until prepare. */
const uint8_t *vrrp_paths_withdrawal(const struct vrrp_paths *, size_t *len);
bool	vrrp_paths_are_put(const struct vrrp_paths *);

/* Events.  True: something is missing now. */
bool	vrrp_paths_route_event(struct vrrp_paths *, const struct nl_route *,
	    bool gone);
bool	vrrp_paths_rule_event(struct vrrp_paths *, const struct nl_rule *,
	    bool gone);
/*
 * Something of this interface has changed, or of an address there; or events were lost
 * (0).  True: a look is worth it (vrrp_paths_put_all_again()), since the kernel takes
 * IPv4 routes away without a word.
 */
bool	vrrp_paths_concern(const struct vrrp_paths *, int ifindex);
void	vrrp_paths_put_again(struct vrrp_paths *);

/* Has some instance of the list put this one? */
bool	vrrp_paths_list_has_route(const struct vrrp_paths_list *,
	    const struct nl_route *);
bool	vrrp_paths_list_has_rule(const struct vrrp_paths_list *,
	    const struct nl_rule *);

unsigned vrrp_paths_count(const struct vrrp_paths *);
/* States of one, by its place: routes first.  *error: errno of REFUSED, else 0. */
enum vrrp_path_state vrrp_paths_state(const struct vrrp_paths *, unsigned i,
	    int *error);
/* How many are not in force although they should be. */
unsigned vrrp_paths_missing(const struct vrrp_paths *);

#endif

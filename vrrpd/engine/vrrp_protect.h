/*
 * vrrp_protect.h - who protects whom, and what would happen now.
 *
 * For `show`: the peers of an instance with their sessions, whether a Down of
 * each would make us Active (L-11), how long a takeover would take, and, seen
 * from the Active, who would notice its death and when.  Reads only.
 */
#ifndef VRRPD_VRRP_PROTECT_H
#define VRRPD_VRRP_PROTECT_H

#include <stdbool.h>
#include <stdint.h>

#include "vrrpd/ipc/vrrp_bfd.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/instance/vrrp_peer.h"
#include "vrrpd/pure/vrrp_patience.h"

#define VRRP_TAKEOVERS(X)						\
	X(READY,	"ready")					\
	X(NO_SESSION,	"no session")					\
	X(NOT_ACTIVE,	"not the active router")			\
	X(SPENT,	"spent")	/* L-13 */			\
	X(SUSPENDED,	"suspended")	/* false too often */

enum vrrp_takeover {
#define X(id, word) VRRP_TAKEOVER_##id,
	VRRP_TAKEOVERS(X)
#undef X
};
const char *vrrp_takeover_name(enum vrrp_takeover);

struct vrrp_protect_peer {
	struct vrrp_peer		 peer;
	const struct vrrp_bfd_session	*session;	/* NULL: none asked for */
	enum vrrp_bfd_state		 state;
	enum vrrp_takeover		 takeover;
	bool				 slow;	/* L-1: VRRP would be faster */
	int64_t				 notices_ns; /* our death; 0: it does not */
};

/* In the order of vrrp_peer_list(); how many.  bfd: may be NULL. */
unsigned vrrp_protect_list(const struct vrrp_bfd *, const struct vrrp_instance *,
	    struct vrrp_protect_peer out[VRRP_PEER_LIST_MAX]);

/* L-1: a session that finds a death this fast, beside this instance's timer. */
bool	vrrp_protect_is_slow(const struct vrrp_instance *,
	    int64_t detection_time_ns);

/*
 * A Backup: how long until we had noticed that the Active has gone; *by the
 * session that would say so, NULL when VRRP's own timer is first.
 */
int64_t	vrrp_protect_bound_ns(const struct vrrp_bfd *,
	    const struct vrrp_instance *, const struct vrrp_bfd_session **by);

/*
 * How long this engine may be silent before a peer of the instance takes over by
 * itself; VRRP_PATIENCE_NOBODY when it is not Active.
 */
int64_t	vrrp_protect_silence_ns(const struct vrrp_bfd *,
	    const struct vrrp_instance *);

#endif

/*
 * vrrp_patience.h - how long an engine may be silent, and the body that says so.
 * PURE.
 *
 * The engine tells its monitor (VRRP_MSG_PATIENCE) what it knows and the monitor
 * cannot: whether real time was granted, and how long the peers will wait for
 * it.  Other halves: engine/vrrp_protect.h, which finds the figure, and
 * vrrp_supervise.h, which uses it.
 *
 *   u8 real time, u64 tolerated, in network order, nanoseconds
 */
#ifndef VRRPD_VRRP_PATIENCE_H
#define VRRPD_VRRP_PATIENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/mono.h"

struct vrrp_patience {
	bool	realtime;	/* granted, not only asked for */
	/*
	 * The shortest silence of the engine after which a peer may take over
	 * by itself; VRRP_PATIENCE_NOBODY while no instance is Active.
	 */
	int64_t	tolerated_ns;
};
#define VRRP_PATIENCE_NOBODY	INT64_MAX
#define VRRP_PATIENCE_BYTES	9

/* The shortest and the longest silence of an engine that hangs. */
#define VRRP_PATIENCE_HANG_MIN_NS	(250 * NS_PER_MS)
#define VRRP_PATIENCE_HANG_MAX_NS	(1 * NS_PER_S)
/*
 * The longest silence of an engine that is kept from running: while it is
 * Active, as long as its lent addresses live; else for a while.
 */
#define VRRP_PATIENCE_WAIT_MAX_NS	(3 * NS_PER_S)
#define VRRP_PATIENCE_WAIT_BACKUP_NS	(10 * NS_PER_S)

/*
 * The silence after which an engine that hangs is killed.  Without real time it
 * may wait for a busy processor, and nobody can tell that from hanging early.
 */
int64_t	vrrp_patience_hang_ns(const struct vrrp_patience *);
/*
 * The silence after which any engine is killed, also one that gets no processor
 * or waits in the kernel.  Never below vrrp_patience_hang_ns().
 */
int64_t	vrrp_patience_wait_ns(const struct vrrp_patience *);

/* The length, VRRP_PATIENCE_BYTES. tolerated_ns is not negative. */
size_t	vrrp_patience_encode(const struct vrrp_patience *,
	    uint8_t buf[VRRP_PATIENCE_BYTES]);
/* All or nothing: false, and *out untouched, when body is no good. */
bool	vrrp_patience_decode(const uint8_t *body, size_t len,
	    struct vrrp_patience *out);

#endif

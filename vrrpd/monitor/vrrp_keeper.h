/*
 * vrrp_keeper.h - the keeper of the standing orders, in the monitor.
 *
 * What operators said (vrrp_orders.h) is read from the state directory before
 * there is an engine, given to each engine at its birth, changed at the word of
 * the engine, and written to the disk after each change.  The engine's half is
 * vrrpd/engine/vrrp_standing.h.
 *
 * The file is named after the control socket, whose path is what tells the
 * daemons of one machine apart: '/' becomes '-', everything but letters, digits,
 * '.' and '_' becomes %XX, and ".orders" is added.  One that is damaged, or not
 * ours, is said, kept aside as FILE.bad, and not heeded.
 */
#ifndef VRRPD_VRRP_KEEPER_H
#define VRRPD_VRRP_KEEPER_H

#include <stddef.h>

#include "shared/priv.h"
#include "vrrpd/monitor/vrrp_monitor.h"
#include "vrrpd/pure/vrrp_orders.h"

struct vrrp_keeper;

/*
 * folder: the state directory; socket: of the daemon; user: who will write; all
 * borrowed.  NULL when out of memory.
 */
struct vrrp_keeper *vrrp_keeper_new(const char *folder, const char *socket,
	    const struct priv_user *user);
/* The keeper as a part of the monitor, valid as long as the keeper. */
struct vrrp_monitor_part vrrp_keeper_part(struct vrrp_keeper *);
/* In force now; valid as long as the keeper. */
const struct vrrp_orders *vrrp_keeper_orders(const struct vrrp_keeper *);
/* After the monitor has ended, or in a child.  NULL is fine. */
void	vrrp_keeper_free(struct vrrp_keeper *);

/* The file for that socket.  0, or -ENAMETOOLONG. */
int	vrrp_keeper_path(const char *folder, const char *socket, char *buf,
	    size_t size);

#endif

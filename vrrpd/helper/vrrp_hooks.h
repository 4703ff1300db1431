/*
 * vrrp_hooks.h - the programs that are told of changes of state.
 *
 * Hears in the words of vrrpd/pure/vrrp_notice.h; vrrpd/engine/vrrp_notify.h is
 * the other end.
 *
 * Each instance and each group has a queue of its own: its notices are told in
 * order, one at a time, so that a program never sees BACKUP overtaken by the
 * ACTIVE before it.  Queues do not wait for each other.
 *
 * A queue is bounded.  When a program is so slow that VRRP_HOOKS_QUEUE notices
 * wait for it, the oldest of those is dropped and counted: what is told last is
 * always the newest state.
 *
 * The command, its user and its time are those that were configured when the
 * state changed.  The hook of one state runs before that of every change, and as
 * it is written, since it may be any program (ip route ...).  Arguments behind
 * the command of the one for every change, in keepalived's order:
 *
 *   INSTANCE|GROUP  name  ACTIVE|MASTER|BACKUP|FAULT|STOP  priority
 *
 * and in the environment of both what vrrpd.conf(5) says.
 */
#ifndef VRRPD_VRRP_HOOKS_H
#define VRRPD_VRRP_HOOKS_H

#include <stdbool.h>

#include "shared/loop.h"
#include "vrrpd/pure/vrrp_notice.h"
#include "vrrpd/pure/vrrp_params.h"
#include "vrrpd/helper/vrrp_run.h"

#define VRRP_HOOKS_QUEUE	16

struct vrrp_hooks;

/* NULL when out of memory. */
struct vrrp_hooks *vrrp_hooks_new(struct loop *, struct vrrp_run *);
/* Forgets waiting notices; a running hook is the runner's. NULL is fine. */
void	vrrp_hooks_free(struct vrrp_hooks *);
/* config: borrowed until the next call. */
void	vrrp_hooks_apply(struct vrrp_hooks *, const struct vrrp_config *);
/* Nothing happens if there is no hook for the instance or group. */
void	vrrp_hooks_tell(struct vrrp_hooks *, const struct vrrp_notice *);
/* Nothing runs and nothing waits. */
bool	vrrp_hooks_idle(const struct vrrp_hooks *);
/* Call cb whenever the last hook has ended and none waits. */
void	vrrp_hooks_on_idle(struct vrrp_hooks *, void (*cb)(void *), void *arg);

#endif

/*
 * vrrp_guard.h - what ends an instance's answers when its processes cannot.
 *
 * The shell of vrrpd/pure/vrrp_lease.h.  The rules are made by vrrpd-net; what the
 * engine does here is to ask for them, to speak to them, and to know whether they
 * are there.
 */
#ifndef VRRPD_VRRP_GUARD_H
#define VRRPD_VRRP_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "vrrpd/ipc/vrrp_bfd.h"
#include "vrrpd/instance/virtual_router.h"

struct vrrp_env;
struct vrrp_guards;

/* env is borrowed and outlives it: its loop, tx and channel.  NULL: no memory. */
struct vrrp_guards *vrrp_guards_new(const struct vrrp_env *);
/* After the last instance.  NULL is fine. */
void	vrrp_guards_free(struct vrrp_guards *);
/*
 * vrrpd-net has answered: 0, or a negative errno.  Number 0: the rules of any may
 * have been changed by somebody else.
 */
void	vrrp_guards_answered(struct vrrp_guards *, uint32_t number, int error);
/* There is another vrrpd-net: what is not answered is asked again.  NULL is fine. */
void	vrrp_guards_again(struct vrrp_guards *);

/*
 * False: no memory.  Where env->guards is NULL nothing is done, here and below.  Of
 * two instances with the same interface, family and VRID the first has the rules;
 * the other one gets them when that one is freed.
 */
bool	vrrp_guard_init(struct vrrp_instance *);
/* The rules are taken away, unless another instance goes on with them. */
void	vrrp_guard_free(struct vrrp_instance *);
/* Ready, or changed: asks for the rules of the values in force, if that is news. */
void	vrrp_guard_follow(struct vrrp_instance *);
/* The interface is gone, and with it the rules. */
void	vrrp_guard_lost(struct vrrp_instance *);
/* The level of a session with a peer of it. */
void	vrrp_guard_bfd(struct vrrp_instance *, const struct vrrp_bfd_session *);
/* bfdd is gone: what it would have said is not waited for. */
void	vrrp_guard_bfd_lost(struct vrrp_instance *);
/* An advert has been sent which the rules cannot count; resigned: priority 0. */
void	vrrp_guard_said(struct vrrp_instance *, bool resigned);
/* The addresses are about to go, however long that takes. */
void	vrrp_guard_end(struct vrrp_instance *);
/* The addresses are off. */
void	vrrp_guard_idle(struct vrrp_instance *);
/*
 * The heir goes on, with the rules that are there until it has its own.  Those that
 * would not count its adverts stop nothing until then.
 */
void	vrrp_guard_succeeded(struct vrrp_instance *,
	    const struct vrrp_instance *heir);

/*
 * The guard in force: "lease"; "lifetime" (the addresses are lent for some seconds);
 * "none".  why: the reason for anything but the first, "" when that is coming;
 * valid until the next call that may change it.
 */
const char *vrrp_guard_word(const struct vrrp_instance *, const char **why);

#endif

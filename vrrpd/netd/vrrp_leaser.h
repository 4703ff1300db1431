/*
 * vrrp_leaser.h - the thread of vrrpd-net that carries out errands of leases.
 *
 * The kernel's lock on nf_tables may be held for seconds, by a program that loads a
 * long ruleset.  Whoever waits for it must not be the one who renews addresses.
 */
#ifndef VRRPD_VRRP_LEASER_H
#define VRRPD_VRRP_LEASER_H

#include <stdint.h>
#include <sys/types.h>

#include "shared/loop.h"
#include "vrrpd/pure/vrrp_lease.h"

struct vrrp_leaser;

/* An answer, as in VRRP_MSG_LEASED. */
typedef void (*vrrp_leaser_cb)(uint32_t number, int error, void *arg);

/*
 * life: as for vrrp_leases_new().  A thread is there while there is something to do,
 * where the kernel has nf_tables.  NULL: no memory.
 */
struct vrrp_leaser *vrrp_leaser_new(struct loop *, pid_t life, vrrp_leaser_cb,
	    void *arg);
/*
 * One after the other; the callback comes later, or at once where it must fail.  An
 * errand that was not begun is replaced by the next of the same virtual router, and
 * not answered.
 */
void	vrrp_leaser_ask(struct vrrp_leaser *, const struct vrrp_lease_errand *);
/* Waits until everything is done and answered; nothing is to be asked after it. */
void	vrrp_leaser_finish(struct vrrp_leaser *);
/* The same, without answers.  NULL is fine. */
void	vrrp_leaser_free(struct vrrp_leaser *);

#endif

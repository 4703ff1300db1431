/*
 * vrrp_history.h - the last transitions of an instance, step by step.
 */
#ifndef VRRPD_VRRP_HISTORY_H
#define VRRPD_VRRP_HISTORY_H

#include <stdint.h>

#include "shared/pure/mono.h"
#include "vrrpd/instance/virtual_router.h"

const char *vrrp_step_name(enum vrrp_step);

/* The event behind a call of the core, as far as known. */
struct vrrp_moment {
	mono_t	detected;	/* MONO_NEVER: take the transition's `due` */
	mono_t	received;
	mono_t	last_heard;
};

/*
 * A transition has happened, now.  The record stays until VRRP_HISTORY_MAX others
 * have followed.
 */
struct vrrp_record *vrrp_history_add(struct vrrp_instance *,
	    const struct vrrp_transition *, const struct vrrp_moment *);
/* Number counts from 0, all there ever were; it must still be kept. */
struct vrrp_record *vrrp_history_at(struct vrrp_instance *, uint64_t number);
/* The number of a record that is kept. */
uint64_t vrrp_history_number(const struct vrrp_instance *,
	    const struct vrrp_record *);
/* i = 0 is the newest; NULL beyond what is kept. */
const struct vrrp_record *vrrp_history_record(const struct vrrp_instance *,
	    unsigned i);
/* The record of an instance that this one goes on for, and nothing awaited in it. */
void	vrrp_history_inherit(struct vrrp_instance *,
	    const struct vrrp_instance *old);

#endif

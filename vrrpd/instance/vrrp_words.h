/*
 * vrrp_words.h - what an instance says in the log, and how often.
 *
 * Every function is for after the packets of the batch.  Those that take `now`
 * are limited in rate; what was kept back is counted in the next line.
 */
#ifndef VRRPD_VRRP_WORDS_H
#define VRRPD_VRRP_WORDS_H

#include <stdbool.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"
#include "vrrpd/instance/virtual_router.h"
#include "vrrpd/pure/vrrp_wire.h"

/* All token buckets of an instance, those of other files included. */
void	vrrp_words_init(struct vrrp_instance *);

/* The line of a transition (V-77: with what is waited for) and who it is about. */
void	vrrp_words_transition(struct vrrp_instance *,
	    const struct vrrp_record *);
/* A Down that was no takeover, if there was one since the last call. */
void	vrrp_words_spared(struct vrrp_instance *);
/* V-35: another Backup would take over at nearly the same instant as we. */
void	vrrp_words_too_close(struct vrrp_instance *, mono_t now);
/* V-39: others take over and give way again; *a is the newest of it. */
void	vrrp_words_flapping(struct vrrp_instance *, mono_t now,
	    const struct vrrp_advert *a);
/* V-72: the sender of *a was Active as well, and is the lesser one. */
void	vrrp_words_contest(struct vrrp_instance *, mono_t now,
	    const struct vrrp_advert *a);
/* This process was asleep, and the instance had been replaced meanwhile. */
void	vrrp_words_fenced_out(const struct vrrp_instance *,
	    const struct addr *successor);

#endif

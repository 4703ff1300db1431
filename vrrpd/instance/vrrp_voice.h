/*
 * vrrp_voice.h - a new Active keeps silent until it can answer: its advert and its
 * announcements wait for the kernel (IPv6), or for the others of its group.
 *
 * `todo` is of VRRP_DO_...; what is held of it stands in the instance.
 */
#ifndef VRRPD_VRRP_VOICE_H
#define VRRPD_VRRP_VOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "vrrpd/instance/virtual_router.h"

bool	vrrp_voice_init(struct vrrp_instance *);	/* false: no memory */
void	vrrp_voice_free(struct vrrp_instance *);
/*
 * The addresses of the newest transition have been asked for.  Returns what need not
 * wait, with the device's voice given back where nothing waits.
 */
uint32_t vrrp_voice_hold(struct vrrp_instance *, uint32_t todo);
/*
 * Anything else that an Active is to say.  Returns what may be said now; the rest is
 * said when what is held is.
 */
uint32_t vrrp_voice_filter(struct vrrp_instance *, uint32_t todo);
/* The device may send, and the words of todo are sent. */
void	vrrp_voice_speak(struct vrrp_instance *, uint32_t todo);
/* The kernel tells of an address on this interface. */
void	vrrp_voice_address_came(struct vrrp_instance *, int ifindex);

#endif

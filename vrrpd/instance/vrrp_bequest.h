/*
 * vrrp_bequest.h - deposits the last will of an instance with the monitor.
 */
#ifndef VRRPD_VRRP_BEQUEST_H
#define VRRPD_VRRP_BEQUEST_H

#include "vrrpd/instance/virtual_router.h"

/*
 * The addresses were put in place or taken away, or the frames of an instance
 * that holds them were made anew: tell the monitor after the packets of this
 * batch.
 */
void	vrrp_bequest_later(struct vrrp_instance *);
/* Tell the monitor at once, where no batch will follow. */
void	vrrp_bequest_now(struct vrrp_instance *);
/*
 * Build the adverts again; needed when the primary address, the priority, the
 * checksum form or the interface have changed.  The will that holds one of them
 * follows.
 */
void	vrrp_bequest_build_adverts(struct vrrp_instance *);
/* Tell the monitor what the channel had no room for, if anything. */
void	vrrp_bequest_retry(struct vrrp_instance *);
/* The instance is to have another name: the will of the one before is void. */
void	vrrp_bequest_rename(struct vrrp_instance *);
/*
 * The instance has been succeeded (v->succeeded is true), and the will of its name is
 * the successor's: as long as it holds addresses, its own has another name.
 */
void	vrrp_bequest_cede(struct vrrp_instance *);
/* The instance is about to be freed: nothing is told later. */
void	vrrp_bequest_cancel(struct vrrp_instance *);

#endif

/*
 * vrrp_frames.h - the bytes of what an instance says: adverts, announcements.
 */
#ifndef VRRPD_VRRP_FRAMES_H
#define VRRPD_VRRP_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "vrrpd/instance/virtual_router.h"

/* Room for all frames, once: false when out of memory.  free: also after that. */
bool	vrrp_frames_alloc(struct vrrp_instance *);
/*
 * Room for those of other values as well, before they are in force.  False when
 * out of memory.  In either case the announcements must be built again.
 */
bool	vrrp_frames_make_room(struct vrrp_instance *,
	    const struct vrrp_params *);
void	vrrp_frames_free(struct vrrp_instance *);

/*
 * The checksum of version 3 that the configuration asks for; with `auto`, until
 * other routers are heard (V-13).
 */
enum vrrp_checksum_form vrrp_frames_form(const struct vrrp_params *);

/*
 * Build anew the adverts of the core's priority and those of priority 0.  Without
 * an interface or a primary address there are none: every length is 0.  Callers
 * outside vrrp_bequest.c want vrrp_bequest_build_adverts().
 */
void	vrrp_frames_build_adverts(struct vrrp_instance *);
/* There are no adverts until they are built again. */
void	vrrp_frames_forget(struct vrrp_instance *);
/* The message for a unicast peer; its length, 0 when it does not fit. */
size_t	vrrp_frames_build_unicast(const struct vrrp_instance *,
	    uint8_t version, uint8_t priority, const struct addr *peer,
	    uint8_t *buf, size_t size);
/* The same as a frame for that MAC. */
size_t	vrrp_frames_build_unicast_frame(const struct vrrp_instance *,
	    uint8_t version, uint8_t priority, const struct addr *peer,
	    const uint8_t mac[6], uint8_t *buf, size_t size);
/*
 * A Backup Advertisement: a frame from the interface's own MAC, or the message for
 * that peer.  Its length, 0 when it does not fit.
 */
size_t	vrrp_frames_build_backup(const struct vrrp_instance *,
	    uint8_t priority, const struct addr *peer, uint8_t *buf,
	    size_t size);
/* One frame per address. The device must be prepared: vrrp_vip_prepare(). */
void	vrrp_frames_build_announcements(struct vrrp_instance *);

#endif

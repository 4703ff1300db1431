/*
 * vrrp_steering.h - rules and routes by which answers leave by a device of ours, as
 * bytes.  PURE.
 *
 * The body of VRRP_MSG_STEER is
 *
 *   u32 number, in network order
 *   netlink messages as the kernel takes them (vrrp_vip_steer.c)
 *
 * and that of VRRP_MSG_STEERED
 *
 *   u32 number, u32 errno or 0
 *
 * What is there already is put there again, and what is gone is taken away again, so
 * whoever gets no answer asks once more.
 */
#ifndef VRRPD_VRRP_STEERING_H
#define VRRPD_VRRP_STEERING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VRRP_STEERING_HEADER	4
#define VRRP_STEERING_MIN	(VRRP_STEERING_HEADER + 16)
#define VRRP_STEERING_MAX	(60 * 1024)
#define VRRP_STEERED_BYTES	8

/* Tables of ours: "vr" and the index of the device; no number for a person. */
#define VRRP_STEERING_TABLE	0x76720000U
#define VRRP_STEERING_TABLES	0x1000000U	/* a larger index wraps */
/* Of the rules: behind the table of local addresses, before those of the host. */
#define VRRP_STEERING_PRIORITY	112

struct vrrp_steering {
	uint32_t	 number;	/* of the errand, never 0 */
	const uint8_t	*netlink;
	size_t		 len;
};

/* The length in buf, or 0 when it does not fit or there is nothing to do. */
size_t	vrrp_steering_encode(const struct vrrp_steering *, uint8_t *buf,
	    size_t size);
/*
 * All or nothing: false when the messages are anything but rules of that priority for
 * one address each, and routes, in tables of ours.  netlink is into body.
 */
bool	vrrp_steering_decode(const uint8_t *body, size_t len,
	    struct vrrp_steering *out);

/* error: 0 or negative errno. */
size_t	vrrp_steered_encode(uint32_t number, int error,
	    uint8_t buf[VRRP_STEERED_BYTES]);
bool	vrrp_steered_decode(const uint8_t *body, size_t len, uint32_t *number,
	    int *error);

#endif

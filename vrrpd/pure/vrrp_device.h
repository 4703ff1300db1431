/*
 * vrrp_device.h - virtual MAC devices that are to be made: as bytes, and as a
 * list.  PURE.
 *
 * The engine wishes a device, vrrpd-net makes it, or adopts one that is there,
 * and answers.  The MAC is not said: it follows from the family and the VRID, so
 * that a wish can be for nothing but a virtual MAC device of a VRRP router.  A wish may be carried out twice: the second time finds the
 * device as it is to be.
 *
 * The body of VRRP_MSG_MAKE is
 *
 *   u32 number, u32 index of the interface, u32 tag, u8 4 or 6, u8 VRID,
 *   u8 1 if it is in use, u8 1 if for both families, u32 index of the device that
 *   is there or 0, 16 bytes of the interface's name, 16 of the device's or zeros
 *
 * and that of VRRP_MSG_MADE
 *
 *   u32 number, u32 errno or 0, u32 index of the device, u32 tag, u8 flags, u8 0,
 *   u8 0, u8 length of the text, 16 bytes of the device's name, the text
 *
 * with integers in network order and names padded with zeros.  The text is for a
 * user, and there is one when there is an errno.
 */
#ifndef VRRPD_VRRP_DEVICE_H
#define VRRPD_VRRP_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VRRP_DEVICE_NAME_MAX	16	/* IF_NAMESIZE */
#define VRRP_DEVICE_REASON_MAX	160	/* with its NUL */
#define VRRP_DEVICE_WISH_BYTES	(4 + 4 + 4 + 4 + 4 + 2 * VRRP_DEVICE_NAME_MAX)
#define VRRP_DEVICE_MADE_MIN	(4 + 4 + 4 + 4 + 4 + VRRP_DEVICE_NAME_MAX)
#define VRRP_DEVICE_MADE_MAX	(VRRP_DEVICE_MADE_MIN +			\
				    VRRP_DEVICE_REASON_MAX - 1)
/* In a list: each instance twice. */
#define VRRP_DEVICES_MAX	1024

struct vrrp_device_wish {
	uint32_t number;	/* of the errand, never 0; one engine, one errand */
	int	 parent;	/* index of the interface */
	int	 tag;		/* of a device that is made (vrrp_vmac.h) */
	uint8_t	 family;	/* AF_INET, AF_INET6 */
	uint8_t	 vrid;
	/* The device holds our addresses, and is left hearing and speaking. */
	bool	 in_use;
	/* The device bears addresses of the other family as well. */
	bool	 both;
	int	 device;	/* index of the one there is; 0: none */
	char	 parent_name[VRRP_DEVICE_NAME_MAX];
	char	 name[VRRP_DEVICE_NAME_MAX]; /* "": vrrp_vmac_name() */
};

struct vrrp_device_made {
	uint32_t number;
	int	 error;		/* 0, or negative errno: there is no device */
	int	 ifindex;	/* of the device; and as it is named and tagged */
	int	 tag;
	bool	 adopted;	/* was there already */
	bool	 can_mute;	/* has a queue without room */
	char	 name[VRRP_DEVICE_NAME_MAX];
	char	 reason[VRRP_DEVICE_REASON_MAX];	/* "" without an error */
};

/* The length in buf. */
size_t	vrrp_device_wish_encode(const struct vrrp_device_wish *,
	    uint8_t buf[VRRP_DEVICE_WISH_BYTES]);
size_t	vrrp_device_made_encode(const struct vrrp_device_made *,
	    uint8_t buf[VRRP_DEVICE_MADE_MAX]);
/* All or nothing: false when a value cannot be, and *out is as it was. */
bool	vrrp_device_wish_decode(const uint8_t *body, size_t len,
	    struct vrrp_device_wish *out);
bool	vrrp_device_made_decode(const uint8_t *body, size_t len,
	    struct vrrp_device_made *out);

/* --- the list --- */

struct vrrp_device_errand {
	struct vrrp_device_wish	wish;
	uint32_t		theirs;	/* the number of whoever wished, for the desk */
	bool			asked;	/* under way */
	bool			forsaken; /* nobody waits for the answer */
	bool			reserved; /* and all the same: somebody will come */
};

struct vrrp_devices {
	unsigned			count;
	struct vrrp_device_errand	list[VRRP_DEVICES_MAX];
};

/* False when there is no room.  The number must be new. */
bool	vrrp_devices_put(struct vrrp_devices *, const struct vrrp_device_wish *);
/* False when it is not there. */
bool	vrrp_devices_drop(struct vrrp_devices *, uint32_t number);
/* NULL when it is not there.  Valid until the list changes; so are those below. */
struct vrrp_device_errand *vrrp_devices_numbered(struct vrrp_devices *,
	    uint32_t number);
/* The last one for the same device, or NULL. */
struct vrrp_device_errand *vrrp_devices_same(struct vrrp_devices *,
	    const struct vrrp_device_wish *);
/* The first that is not under way, or NULL. */
struct vrrp_device_errand *vrrp_devices_next(struct vrrp_devices *);
unsigned vrrp_devices_under_way(const struct vrrp_devices *);
/* None is under way any more; those forsaken are dropped. */
void	vrrp_devices_again(struct vrrp_devices *);
/* Whoever wished them is gone: forsaken, and dropped where nobody was asked. */
void	vrrp_devices_forsake(struct vrrp_devices *);
/* The same for one. */
void	vrrp_devices_forgo(struct vrrp_devices *, uint32_t number);

#endif

/*
 * vrrp_joining.c - a group that is to be joined on an interface, as bytes.  PURE.
 *
 * Which group follows from the family, so that nobody can be made to join another.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_joining.h"

#include <sys/socket.h>

#include "shared/pure/cursor.h"

#define ERRNO_MAX	4095	/* of the kernel */

size_t
vrrp_joining_encode(const struct vrrp_joining *j,
    uint8_t buf[VRRP_JOINING_BYTES])
{
	struct cursor_out c;

	cursor_out_init(&c, buf, VRRP_JOINING_BYTES);
	cursor_put_u32(&c, j->number);
	cursor_put_u32(&c, (uint32_t)j->ifindex);
	cursor_put_u8(&c, j->family == AF_INET6 ? 6 : 4);
	cursor_put_u8(&c, 0);
	cursor_put_u8(&c, 0);
	cursor_put_u8(&c, 0);
	return c.len;
}

size_t
vrrp_joined_encode(uint32_t number, int error, uint8_t buf[VRRP_JOINED_BYTES])
{
	struct cursor_out c;

	cursor_out_init(&c, buf, VRRP_JOINED_BYTES);
	cursor_put_u32(&c, number);
	cursor_put_u32(&c, (uint32_t)-error);
	return c.len;
}

bool
vrrp_joining_decode(const uint8_t *body, size_t len, struct vrrp_joining *out)
{
	uint32_t number, ifindex;
	uint8_t family, zero;
	struct cursor_in c;

	cursor_in_init(&c, body, len);
	number = cursor_get_u32(&c);
	ifindex = cursor_get_u32(&c);
	family = cursor_get_u8(&c);
	zero = cursor_get_u8(&c);
	zero |= cursor_get_u8(&c);
	zero |= cursor_get_u8(&c);
	if (!cursor_in_ok(&c) || c.left != 0 || number == 0 || ifindex == 0 ||
	    ifindex > INT32_MAX || (family != 4 && family != 6) || zero != 0)
		return false;
	*out = (struct vrrp_joining){ number, (int)ifindex,
	    family == 6 ? AF_INET6 : AF_INET };
	return true;
}

bool
vrrp_joined_decode(const uint8_t *body, size_t len, uint32_t *number,
    int *error)
{
	uint32_t n, e;
	struct cursor_in c;

	cursor_in_init(&c, body, len);
	n = cursor_get_u32(&c);
	e = cursor_get_u32(&c);
	if (!cursor_in_ok(&c) || c.left != 0 || n == 0 || e > ERRNO_MAX)
		return false;
	*number = n;
	*error = -(int)e;
	return true;
}

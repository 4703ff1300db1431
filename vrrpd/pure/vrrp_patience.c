/*
 * vrrp_patience.c - how long an engine may be silent.  PURE.
 *
 * An engine that hangs is of no use to anybody: the only question is how sure
 * one wants to be.  A quarter of a second, five beats, is longer than a virtual
 * machine sleeps now and then; peers that wait for seconds allow a whole one.
 *
 * An engine that is kept from running is healthy.  To kill it helps nobody
 * before its peers take over, and its addresses would be away for nothing.  As
 * soon as they do take over, it must not go on holding the addresses; and after
 * three seconds the kernel takes them away in any case (L-33).
 */
#include "config.h"

#include "vrrpd/pure/vrrp_patience.h"

#include "shared/pure/cursor.h"

static int64_t
clamp(int64_t ns, int64_t least, int64_t most)
{
	return ns < least ? least : ns > most ? most : ns;
}

int64_t
vrrp_patience_hang_ns(const struct vrrp_patience *p)
{
	return p->realtime ? clamp(p->tolerated_ns, VRRP_PATIENCE_HANG_MIN_NS,
	    VRRP_PATIENCE_HANG_MAX_NS) : VRRP_PATIENCE_HANG_MAX_NS;
}

int64_t
vrrp_patience_wait_ns(const struct vrrp_patience *p)
{
	return p->tolerated_ns == VRRP_PATIENCE_NOBODY ?
	    VRRP_PATIENCE_WAIT_BACKUP_NS : clamp(p->tolerated_ns,
	    vrrp_patience_hang_ns(p), VRRP_PATIENCE_WAIT_MAX_NS);
}

size_t
vrrp_patience_encode(const struct vrrp_patience *p,
    uint8_t buf[VRRP_PATIENCE_BYTES])
{
	uint64_t ns = (uint64_t)p->tolerated_ns;
	struct cursor_out c;

	cursor_out_init(&c, buf, VRRP_PATIENCE_BYTES);
	cursor_put_u8(&c, p->realtime);
	cursor_put_u32(&c, (uint32_t)(ns >> 32));
	cursor_put_u32(&c, (uint32_t)ns);
	return c.len;
}

bool
vrrp_patience_decode(const uint8_t *body, size_t len,
    struct vrrp_patience *out)
{
	struct cursor_in c;
	uint8_t realtime;
	uint64_t ns;

	cursor_in_init(&c, body, len);
	realtime = cursor_get_u8(&c);
	ns = cursor_get_u32(&c);
	ns = ns << 32 | cursor_get_u32(&c);
	if (!cursor_in_ok(&c) || c.left != 0 || realtime > 1 ||
	    ns > INT64_MAX)
		return false;
	*out = (struct vrrp_patience){ realtime == 1, (int64_t)ns };
	return true;
}

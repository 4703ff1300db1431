/*
 * fuzz_vrrp_errands.c - any bytes as what engine, monitor and vrrpd-net say to
 * each other about devices and addresses.
 *
 * The first byte chooses the message.  What is taken is the same again after it
 * was put into bytes, and a renewal holds nothing but renewals of addresses.
 */
#include "config.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "vrrpd/pure/vrrp_device.h"
#include "vrrpd/pure/vrrp_removal.h"
#include "vrrpd/pure/vrrp_renewal.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)

static void
try_wish(const uint8_t *data, size_t size)
{
	uint8_t again[VRRP_DEVICE_WISH_BYTES];
	struct vrrp_device_wish w;

	if (!vrrp_device_wish_decode(data, size, &w))
		return;
	REQUIRE(w.number != 0 && w.parent > 0 && w.vrid != 0);
	REQUIRE(vrrp_device_wish_encode(&w, again) == size);
	REQUIRE(memcmp(again, data, size) == 0);
}

static void
try_made(const uint8_t *data, size_t size)
{
	uint8_t again[VRRP_DEVICE_MADE_MAX];
	struct vrrp_device_made m;

	if (!vrrp_device_made_decode(data, size, &m))
		return;
	REQUIRE((m.error == 0) == (m.ifindex > 0));
	REQUIRE(memchr(m.reason, 0, sizeof(m.reason)) != NULL);
	REQUIRE(vrrp_device_made_encode(&m, again) == size);
	REQUIRE(memcmp(again, data, size) == 0);
}

static void
try_removal(const uint8_t *data, size_t size)
{
	static uint8_t again[VRRP_REMOVALS_MESSAGE * VRRP_REMOVAL_BYTES];
	static struct vrrp_removal list[VRRP_REMOVALS_MESSAGE];
	unsigned n;

	if (!vrrp_removal_decode(data, size, list, &n))
		return;
	REQUIRE(n > 0 && n <= VRRP_REMOVALS_MESSAGE);
	REQUIRE(vrrp_removal_encode(list, n, again) == size);
	REQUIRE(memcmp(again, data, size) == 0);
}

static void
try_renewal(const uint8_t *data, size_t size)
{
	static uint8_t again[VRRP_RENEWAL_MAX];
	struct vrrp_renewal r;
	struct nlmsghdr h;
	size_t at;

	if (size > VRRP_RENEWAL_MAX || !vrrp_renewal_decode(data, size, &r))
		return;
	for (at = 0; at < r.len; at += NLMSG_ALIGN(h.nlmsg_len)) {
		memcpy(&h, r.netlink + at, sizeof(h));
		REQUIRE(h.nlmsg_type == RTM_NEWADDR &&
		    (h.nlmsg_flags & NLM_F_CREATE) == 0);
	}
	REQUIRE(vrrp_renewal_encode(&r, again, sizeof(again)) == size);
	REQUIRE(memcmp(again, data, size) == 0);
}

static void
try_renewed(const uint8_t *data, size_t size)
{
	uint8_t again[VRRP_RENEWED_BYTES];
	mono_t wished;

	if (!vrrp_renewed_decode(data, size, &wished))
		return;
	REQUIRE(vrrp_renewed_encode(wished, again) == size);
	REQUIRE(memcmp(again, data, size) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(const uint8_t *, size_t) = {
		try_wish, try_made, try_removal, try_renewal, try_renewed,
	};

	if (size > 0)
		tries[data[0] % 5](data + 1, size - 1);
	return 0;
}

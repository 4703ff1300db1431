/*
 * fuzz_vrrp_errands.c - any bytes as what engine, monitor and vrrpd-net say to
 * each other about devices, addresses, groups and leases.
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
#include "vrrpd/pure/vrrp_joining.h"
#include "vrrpd/pure/vrrp_lease.h"
#include "vrrpd/pure/vrrp_removal.h"
#include "vrrpd/pure/vrrp_renewal.h"
#include "vrrpd/pure/vrrp_steering.h"

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

static void
try_joining(const uint8_t *data, size_t size)
{
	uint8_t again[VRRP_JOINING_BYTES];
	struct vrrp_joining j;

	if (!vrrp_joining_decode(data, size, &j))
		return;
	REQUIRE(j.number != 0 && j.ifindex > 0);
	REQUIRE(vrrp_joining_encode(&j, again) == size);
	REQUIRE(memcmp(again, data, size) == 0);
}

static void
try_joined(const uint8_t *data, size_t size)
{
	uint8_t again[VRRP_JOINED_BYTES];
	uint32_t number;
	int error;

	if (!vrrp_joined_decode(data, size, &number, &error))
		return;
	REQUIRE(number != 0 && error <= 0);
	REQUIRE(vrrp_joined_encode(number, error, again) == size);
	REQUIRE(memcmp(again, data, size) == 0);
}

/* Bytes that mean nothing may be lost: it is what was taken that stays the same. */
static void
try_lease(const uint8_t *data, size_t size)
{
	static uint8_t bytes[VRRP_LEASE_ERRAND_MAX];
	static struct vrrp_lease_errand e, again;
	unsigned i;

	if (!vrrp_lease_errand_decode(data, size, &e))
		return;
	REQUIRE(e.lease.device_count >= 1 &&
	    e.lease.device_count <= VRRP_LEASE_DEVICES_MAX);
	REQUIRE(e.lease.vip_count <= VRRP_ADDRESSES_MAX);
	REQUIRE(e.lease.peer_count <= VRRP_LEASE_PEERS_MAX);
	for (i = 0; i < e.lease.device_count; i++)
		REQUIRE(memchr(e.lease.devices[i], '\0', IF_NAMESIZE) != NULL);
	for (i = 0; i < e.lease.vip_count; i++)
		REQUIRE(e.lease.vips[i].device < e.lease.device_count);
	REQUIRE(vrrp_lease_errand_decode(bytes,
	    vrrp_lease_errand_encode(&e, bytes), &again));
	REQUIRE(again.number == e.number && again.put == e.put &&
	    again.is_active == e.is_active);
	REQUIRE(vrrp_lease_equal(&again.lease, &e.lease));
	REQUIRE(vrrp_lease_is_same_router(&again.lease, &e.lease));
}

static void
try_leased(const uint8_t *data, size_t size)
{
	uint8_t again[VRRP_LEASE_ANSWER_BYTES];
	uint32_t number;
	int error;

	if (!vrrp_lease_answer_decode(data, size, &number, &error))
		return;
	REQUIRE(error <= 0);
	REQUIRE(vrrp_lease_answer_encode(number, error, again) == size);
	REQUIRE(memcmp(again, data, size) == 0);
}

static void
try_steering(const uint8_t *data, size_t size)
{
	static uint8_t again[VRRP_STEERING_MAX];
	struct vrrp_steering s;
	struct nlmsghdr h;
	size_t at;

	if (size > VRRP_STEERING_MAX || !vrrp_steering_decode(data, size, &s))
		return;
	for (at = 0; at < s.len; at += NLMSG_ALIGN(h.nlmsg_len)) {
		memcpy(&h, s.netlink + at, sizeof(h));
		REQUIRE(h.nlmsg_type == RTM_NEWRULE ||
		    h.nlmsg_type == RTM_DELRULE ||
		    h.nlmsg_type == RTM_NEWROUTE ||
		    h.nlmsg_type == RTM_DELROUTE);
	}
	REQUIRE(vrrp_steering_encode(&s, again, sizeof(again)) == size);
	REQUIRE(memcmp(again, data, size) == 0);
}

static void
try_steered(const uint8_t *data, size_t size)
{
	uint8_t again[VRRP_STEERED_BYTES];
	uint32_t number;
	int error;

	if (!vrrp_steered_decode(data, size, &number, &error))
		return;
	REQUIRE(number != 0 && error <= 0);
	REQUIRE(vrrp_steered_encode(number, error, again) == size);
	REQUIRE(memcmp(again, data, size) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(const uint8_t *, size_t) = {
		try_wish, try_made, try_removal, try_renewal, try_renewed,
		try_joining, try_joined, try_lease, try_leased,
		try_steering, try_steered,
	};

	if (size > 0)
		tries[data[0] % (sizeof(tries) / sizeof(tries[0]))](data + 1,
		    size - 1);
	return 0;
}

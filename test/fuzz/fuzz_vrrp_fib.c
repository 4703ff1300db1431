/*
 * fuzz_vrrp_fib.c - any bytes as what rtnetlink says of routes.
 *
 * Each message has a length byte before it.  What is read is sound, and the set
 * that it makes answers without looking beyond itself.
 */
#include "config.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "vrrpd/pure/vrrp_fib.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)

static struct vrrp_fib fib;

static void
take(const struct nlmsghdr *h, size_t len)
{
	struct vrrp_route_want w = { .table = RT_TABLE_MAIN };
	struct vrrp_fib_route r;
	char why[80];

	if (!vrrp_fib_read(h, len, &r))
		return;
	REQUIRE(addr_len(r.prefix.addr.family) != 0);
	REQUIRE(r.prefix.len <= 8 * addr_len(r.prefix.addr.family));
	REQUIRE(r.way_count > 0 && r.way_count <= VRRP_FIB_WAYS_MAX);
	if (h->nlmsg_type == RTM_DELROUTE)
		(void)vrrp_fib_went(&fib, &r);
	else {
		(void)vrrp_fib_came(&fib, &r, (h->nlmsg_flags &
		    NLM_F_REPLACE) != 0);
		w.prefix = r.prefix;
		w.table = r.table;
		REQUIRE(fib.full || !r.leads || r.ways[0].dead ||
		    vrrp_fib_has(&fib, &w, why, sizeof(why)));
	}
	(void)vrrp_fib_device(&fib, r.ways[0].ifindex, len % 2 == 0);
	REQUIRE(fib.count <= VRRP_FIB_ROUTES_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_Alignas(struct nlmsghdr) uint8_t buf[256];
	size_t n;

	vrrp_fib_init(&fib);
	while (size > 0) {
		n = *data++;
		size--;
		if (n > size)
			n = size;
		memset(buf, 0, sizeof(buf));
		memcpy(buf, data, n);
		take((const struct nlmsghdr *)buf, n);
		data += n;
		size -= n;
	}
	return 0;
}

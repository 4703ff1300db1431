/*
 * fuzz_vrrp_orders.c - any bytes as a file of standing orders.
 *
 * What is refused leaves an empty table.  What is taken has one order per name,
 * none of them empty, and is the same again after it was printed.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "vrrpd/pure/vrrp_orders.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct vrrp_orders all, again;
	static char text[VRRP_ORDERS_TEXT_MAX];
	char line[VRRP_ORDER_LINE_MAX + 1];
	enum vrrp_orders_verdict verdict;
	struct vrrp_order o;
	unsigned at = 0, i;
	size_t len;

	verdict = vrrp_orders_parse((const char *)data, size, &all, &at);
	if (verdict != VRRP_ORDERS_GOOD) {
		REQUIRE(all.count == 0 && at >= 1);
		return 0;
	}
	REQUIRE(all.count <= VRRP_ORDERS_MAX);
	for (i = 0; i < all.count; i++) {
		REQUIRE(!vrrp_order_is_empty(&all.list[i]));
		REQUIRE(vrrp_orders_find(&all, all.list[i].name) ==
		    &all.list[i]);
		len = vrrp_order_print(&all.list[i], line);
		REQUIRE(len == strlen(line) && vrrp_order_parse(line, len, &o));
		REQUIRE(vrrp_order_equal(&o, &all.list[i]));
	}
	len = vrrp_orders_print(&all, text);
	REQUIRE(len < sizeof(text));
	REQUIRE(vrrp_orders_parse(text, len, &again, &at) == VRRP_ORDERS_GOOD);
	REQUIRE(again.count == all.count);
	for (i = 0; i < all.count; i++)
		REQUIRE(vrrp_order_equal(&again.list[i], &all.list[i]));
	return 0;
}

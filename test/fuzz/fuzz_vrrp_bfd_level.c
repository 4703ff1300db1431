/*
 * fuzz_vrrp_bfd_level.c - any JSON as what bfdd says of a session.
 *
 * Whoever may write to the socket's folder can be who answers there.  What is taken
 * has a peer, a state that is one, and no time that is negative; what is refused
 * changes nothing.
 */
#include "config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "vrrpd/ipc/vrrp_bfd.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)
#define ENDS(text) REQUIRE(memchr(text, '\0', sizeof(text)) != NULL)

static void
require_sound(const struct vrrp_bfd_level *l, const json_t *params)
{
	ENDS(l->interface);
	REQUIRE(l->interface[0] != '\0' || json_is_true(json_object_get(params,
	    "multihop")));
	REQUIRE(addr_is_set(&l->peer));
	REQUIRE(l->state == VRRP_BFD_ADMIN_DOWN || l->state == VRRP_BFD_DOWN ||
	    l->state == VRRP_BFD_INIT || l->state == VRRP_BFD_UP);
	REQUIRE(l->remote_diag <= 0x1f && l->tx_multiplier <= UINT8_MAX);
	REQUIRE(l->detection_time_ns >= 0 && l->rx_interval_ns >= 0 &&
	    l->tx_interval_ns >= 0);
	REQUIRE(l->decided.ns > 0 && l->last_rx.ns > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vrrp_bfd_level l, before;
	json_t *params = json_loadb((const char *)data, size,
	    JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	memset(&before, 0x5a, sizeof(before));
	memcpy(&l, &before, sizeof(l));
	if (vrrp_bfd_level_parse(params, &l) == 0)
		require_sound(&l, params);
	else
		REQUIRE(memcmp(&l, &before, sizeof(l)) == 0);
	json_decref(params);
	return 0;
}

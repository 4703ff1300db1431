/*
 * fuzz_vrrp_messages.c - any bytes as what monitor, engine and helpers say to each
 * other: wills, hand-overs, levels, notices, configurations and their fate.
 *
 * The first byte chooses the message (errands have fuzz_vrrp_errands.c, orders
 * fuzz_vrrp_orders.c, trials fuzz_vrrp_trial.c).  What is taken is the same again
 * after it was put into bytes, and all texts end.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "vrrpd/pure/vrrp_handoff.h"
#include "vrrpd/pure/vrrp_level.h"
#include "vrrpd/pure/vrrp_notice.h"
#include "vrrpd/pure/vrrp_orders.h"
#include "vrrpd/pure/vrrp_parcel.h"
#include "vrrpd/pure/vrrp_patience.h"
#include "vrrpd/pure/vrrp_probation.h"
#include "vrrpd/pure/vrrp_refused.h"
#include "vrrpd/pure/vrrp_will.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)
#define ENDS(text) REQUIRE(memchr(text, '\0', sizeof(text)) != NULL)

static void
require_same(const uint8_t *again, size_t len, const uint8_t *data,
    size_t size)
{
	REQUIRE(len == size && memcmp(again, data, size) == 0);
}

static void
try_will(const uint8_t *data, size_t size)
{
	static uint8_t again[VRRP_WILL_MAX];
	char name[VRRP_WILL_NAME_MAX];
	struct vrrp_will w;
	unsigned i;

	if (size > sizeof(again) || !vrrp_will_decode(data, size, &w))
		return;
	ENDS(w.name);
	REQUIRE(vrrp_will_name(data, size, name) && strcmp(name, w.name) == 0);
	REQUIRE(w.netlink_len == 0 || (w.netlink >= data &&
	    w.netlink + w.netlink_len <= data + size));
	for (i = 0; i < w.frame_count; i++)
		REQUIRE(w.frames[i].bytes >= data &&
		    w.frames[i].bytes + w.frames[i].len <= data + size);
	require_same(again, vrrp_will_encode(&w, again, sizeof(again)), data,
	    size);
}

static void
try_handoff(const uint8_t *data, size_t size)
{
	static uint8_t again[VRRP_HANDOFF_BYTES_MAX];
	static struct vrrp_handoff h;
	unsigned i;

	if (!vrrp_handoff_decode(data, size, &h))
		return;
	for (i = 0; i < h.count; i++) {
		ENDS(h.list[i].name);
		REQUIRE(vrrp_handoff_find(&h, h.list[i].name) != NULL);
		REQUIRE(!mono_before(h.left, h.list[i].active_since));
	}
	require_same(again, vrrp_handoff_encode(&h, again, sizeof(again)),
	    data, size);
}

static void
try_level(const uint8_t *data, size_t size)
{
	uint8_t again[VRRP_LEVEL_BYTES_MAX];
	struct vrrp_level l;

	if (vrrp_level_decode(data, size, &l) < 0)
		return;
	ENDS(l.name);
	ENDS(l.reason);
	REQUIRE(l.name[0] != '\0' && l.kind < VRRP_TRACK_KIND_COUNT);
	require_same(again, vrrp_level_encode(&l, again), data, size);
}

static void
try_notice(const uint8_t *data, size_t size)
{
	uint8_t again[VRRP_NOTICE_BYTES_MAX];
	struct vrrp_notice n;

	if (vrrp_notice_decode(data, size, &n) < 0)
		return;
	ENDS(n.name);
	ENDS(n.cause);
	REQUIRE(*vrrp_notice_state_word(n.state, VRRP_NOTIFY_ACTIVE) != '\0');
	require_same(again, vrrp_notice_encode(&n, again), data, size);
}

static void
try_kept(const uint8_t *data, size_t size)
{
	uint8_t again[VRRP_KEPT_BYTES_MAX];
	struct vrrp_kept k;

	if (!vrrp_kept_decode(data, size, &k))
		return;
	ENDS(k.why);
	require_same(again, vrrp_kept_encode(&k, again), data, size);
}

static void
try_piece(const uint8_t *data, size_t size)
{
	struct vrrp_piece p;

	if (!vrrp_piece_decode(data, size, &p))
		return;
	REQUIRE(p.len > 0 && p.total <= VRRP_PARCEL_MAX);
	REQUIRE(p.at < p.total && p.len <= p.total - p.at);
	REQUIRE(p.bytes + p.len == data + size);
}

static void
try_patience(const uint8_t *data, size_t size)
{
	uint8_t again[VRRP_PATIENCE_BYTES];
	struct vrrp_patience p;

	if (!vrrp_patience_decode(data, size, &p))
		return;
	REQUIRE(vrrp_patience_hang_ns(&p) >= VRRP_PATIENCE_HANG_MIN_NS);
	REQUIRE(vrrp_patience_hang_ns(&p) <= vrrp_patience_wait_ns(&p));
	require_same(again, vrrp_patience_encode(&p, again), data, size);
}

static void
try_reloaded(const uint8_t *data, size_t size)
{
	uint8_t again[VRRP_RELOADED_BYTES];
	struct vrrp_reloaded r;

	if (!vrrp_reloaded_decode(data, size, &r))
		return;
	REQUIRE(r.trial_ns == 0 || (r.trial_ns >= VRRP_PROBATION_MIN_NS &&
	    r.trial_ns <= VRRP_PROBATION_MAX_NS));
	require_same(again, vrrp_reloaded_encode(&r, again), data, size);
}

static void
try_probation(const uint8_t *data, size_t size)
{
	uint8_t again[VRRP_PROBATION_BYTES];
	struct vrrp_probation p;

	if (!vrrp_probation_decode(data, size, &p))
		return;
	require_same(again, vrrp_probation_encode(&p, again), data, size);
}

static void
try_unread(const uint8_t *data, size_t size)
{
	uint8_t again[VRRP_UNREAD_BYTES_MAX];
	struct vrrp_unread u;

	if (!vrrp_unread_decode(data, size, &u))
		return;
	ENDS(u.why);
	REQUIRE(u.why[0] != '\0');
	require_same(again, vrrp_unread_encode(&u, again), data, size);
}

static void
try_refused(const uint8_t *data, size_t size)
{
	uint8_t again[VRRP_REFUSED_BYTES];
	struct vrrp_refused r;
	enum vrrp_way way;

	if (!vrrp_refused_decode(data, size, &way, &r))
		return;
	REQUIRE(way < VRRP_WAY_COUNT && r.count > 0);
	require_same(again, vrrp_refused_encode(way, &r, again), data, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(const uint8_t *, size_t) = {
		try_will, try_handoff, try_level, try_notice, try_kept,
		try_piece, try_patience, try_reloaded, try_probation,
		try_unread, try_refused,
	};

	if (size > 0)
		tries[data[0] % (sizeof(tries) / sizeof(tries[0]))](data + 1,
		    size - 1);
	return 0;
}

/*
 * vrrp_diff.c - what it takes to make a running instance what the file says.
 *
 * A reload must not make an Active leave for a difference that the running
 * instance can take over as it is, and must not miss one either.  So there is
 * one table, fields[], with a row per word of the file: its class (equal,
 * in place, restart), and where and of which kind the value is.  To move a field
 * to another class, change that one word; a new field of struct vrrp_params gets
 * a row here and a line in test_vrrp_diff.c, which reads vrrp_params.h and knows
 * when one is missing.
 *
 *   equal     says nothing about what runs (the line in the file)
 *   in place  vrrp_instance_set() makes it so under a running instance
 *   restart   makes another virtual router of it, or another device
 *
 * A kind says how two values are compared and how one is copied.  Values are
 * compared field by field and lists up to their count, because the bytes between
 * and behind them may be anything.
 *
 * Callers: the engine's reload and the instance's `set`.  Pure in the sense of
 * purity.sh, but about the file and therefore here.
 */
#include "config.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "vrrpd/config/vrrp_diff.h"

enum kind {
	BYTES,		/* size bytes without padding */
	MODE,		/* virtual_mac; with auto whichever it is */
	TEXT,		/* up to its NUL */
	LIST,		/* an unsigned at count_at, so many of size bytes */
	OPTION,		/* a bool at count_at, one of size bytes if true */
	OTHERS,		/* so many of size bytes behind the virtual addresses */
};

typedef bool (*same_fn)(const void *, const void *);

struct field {
	const char	*word;
	enum vrrp_diff	 class;
	enum kind	 kind;
	size_t		 at;		/* in struct vrrp_params */
	size_t		 size;		/* of an element, in a list */
	size_t		 count_at;
	size_t		 max;		/* elements that there is room for */
	same_fn		 same;		/* for elements */
};

/* --- elements of lists --- */

static bool
same_addr(const void *x, const void *y)
{
	return addr_equal(x, y);
}

static bool
same_vip(const void *x, const void *y)
{
	const struct vrrp_vip *a = x, *b = y;

	return addr_equal(&a->prefix.addr, &b->prefix.addr) &&
	    a->prefix.len == b->prefix.len &&
	    strcmp(a->device, b->device) == 0 &&
	    strcmp(a->label, b->label) == 0 &&
	    a->untracked == b->untracked &&
	    a->deprecated == b->deprecated;
}

static bool
same_bfd(const void *x, const void *y)
{
	const struct vrrp_bfd_params *a = x, *b = y;

	return addr_equal(&a->peer, &b->peer) &&
	    a->role == b->role &&
	    a->min_tx_ns == b->min_tx_ns &&
	    a->min_rx_ns == b->min_rx_ns &&
	    a->multiplier == b->multiplier &&
	    a->takeover_on == b->takeover_on &&
	    strcmp(a->interface, b->interface) == 0 &&
	    a->multihop == b->multihop &&
	    a->weight == b->weight &&
	    a->reverse == b->reverse &&
	    a->up_delay_ns == b->up_delay_ns;
}

static bool
same_track(const void *x, const void *y)
{
	const struct vrrp_track_ref *a = x, *b = y;

	return a->kind == b->kind &&
	    strcmp(a->name, b->name) == 0 &&
	    a->weight == b->weight &&
	    a->reverse == b->reverse &&
	    a->from_group == b->from_group &&
	    a->from_address == b->from_address &&
	    a->up_delay_ns == b->up_delay_ns &&
	    a->down_delay_ns == b->down_delay_ns;
}

static bool
same_route(const void *x, const void *y)
{
	return vrrp_route_equal(x, y);
}

static bool
same_rule(const void *x, const void *y)
{
	return vrrp_rule_equal(x, y);
}

/* --- the table --- */

#define MEMBER(m)	((struct vrrp_params *)0)->m
#define ONE(word, class, kind, m)					\
	{ word, VRRP_DIFF_##class, kind, offsetof(struct vrrp_params, m), \
	    sizeof(MEMBER(m)), 0, 1, NULL }
/* Two members that follow each other, as one value. */
#define BOTH(word, class, m, next)					\
	{ word, VRRP_DIFF_##class, BYTES, offsetof(struct vrrp_params, m), \
	    sizeof(MEMBER(m)) + sizeof(MEMBER(next)), 0, 1, NULL }
#define HOOK(word, on)							\
	ONE(word, IN_PLACE, TEXT, notify.command[VRRP_NOTIFY_ON_##on])
#define MANY(word, class, count, m, same)				\
	{ word, VRRP_DIFF_##class, LIST, offsetof(struct vrrp_params, m), \
	    sizeof(MEMBER(m)[0]), offsetof(struct vrrp_params, count),	\
	    sizeof(MEMBER(m)) / sizeof(MEMBER(m)[0]), same }
#define PERHAPS(word, class, has, m, same)				\
	{ word, VRRP_DIFF_##class, OPTION, offsetof(struct vrrp_params, m), \
	    sizeof(MEMBER(m)), offsetof(struct vrrp_params, has), 1, same }

/* The elements are copied with those before them. */
#define REST(word, class, count, m, same)				\
	{ word, VRRP_DIFF_##class, OTHERS, offsetof(struct vrrp_params, m), \
	    sizeof(MEMBER(m)[0]), offsetof(struct vrrp_params, count),	\
	    sizeof(MEMBER(m)) / sizeof(MEMBER(m)[0]), same }

static const struct field fields[] = {
ONE("instance",		RESTART,	TEXT,	name),
ONE("interface",	RESTART,	TEXT,	interface),
ONE("virtual_router_id", RESTART,	BYTES,	vrid),
ONE("version",		IN_PLACE,	BYTES,	version),
ONE("also_version_2",	IN_PLACE,	BYTES,	also_version_2),
ONE("backup_adverts",	IN_PLACE,	BYTES,	backup_adverts),
ONE("priority",		IN_PLACE,	BYTES,	priority),
ONE("advert_int",	IN_PLACE,	BYTES,	advert_int_cs),
ONE("preempt",		IN_PLACE,	BYTES,	preempt),
ONE("preempt_delay",	IN_PLACE,	BYTES,	preempt_delay_ns),
ONE("startup_delay",	IN_PLACE,	BYTES,	startup_delay_ns),
ONE("takeover_confirm",	IN_PLACE,	BYTES,	takeover_confirm_ns),
ONE("accept",		IN_PLACE,	BYTES,	accept),
/* Whether one that may be given up has been is no difference: two rows, one word. */
ONE("virtual_mac",	RESTART,	MODE,	virtual_mac),
ONE("virtual_mac",	IN_PLACE,	BYTES,	virtual_mac_auto),
ONE("virtual_mac_device", IN_PLACE,	TEXT,	virtual_mac_device),
ONE("lease",		IN_PLACE,	BYTES,	lease),
ONE("reclaim",		IN_PLACE,	BYTES,	reclaim),
ONE("checksum_compat",	IN_PLACE,	BYTES,	checksum_compat),
BOTH("auth_pass",	IN_PLACE,		auth_len, auth_pass),
ONE("garp_repeat",	IN_PLACE,	BYTES,	garp_repeat),
ONE("garp_interval",	IN_PLACE,	BYTES,	garp_interval_ns),
ONE("garp_refresh",	IN_PLACE,	BYTES,	garp_refresh_ns),
/* The family is that of the addresses: two rows, one word. */
ONE("virtual_addresses", RESTART,	BYTES,	family),
MANY("virtual_addresses", IN_PLACE,		vip_count, vips, same_vip),
REST("other_addresses",	IN_PLACE,		other_count, vips, same_vip),
ONE("source",		IN_PLACE,	BYTES,	source),
MANY("unicast_peers",	IN_PLACE,		unicast_count, unicast_peers,
    same_addr),
ONE("unicast_min_ttl",	IN_PLACE,	BYTES,	unicast_min_ttl),
MANY("bfd",		IN_PLACE,		bfd_count, bfd, same_bfd),
PERHAPS("bfd auto",	IN_PLACE,		has_bfd_auto, bfd_auto,
    same_bfd),
ONE("link_down_number",	IN_PLACE,	BYTES,	link_down_number),
ONE("last_resort",	IN_PLACE,	BYTES,	last_resort),
MANY("track",		IN_PLACE,		track_count, tracks,
    same_track),
HOOK("notify",			ANY),
HOOK("notify_active",		ACTIVE),
HOOK("notify_backup",		BACKUP),
HOOK("notify_fault",		FAULT),
HOOK("notify_stop",		STOP),
HOOK("notify_contested",	CONTESTED),
ONE("notify_user",	IN_PLACE,	TEXT,	notify.user),
ONE("notify_timeout",	IN_PLACE,	BYTES,	notify.timeout_ns),
ONE("notify_states",	IN_PLACE,	BYTES,	notify.words),
MANY("routes",		IN_PLACE,		route_count, routes,
    same_route),
MANY("rules",		IN_PLACE,		rule_count, rules, same_rule),
ONE("line",		EQUAL,		BYTES,	line),
};
#define FIELD_COUNT	(sizeof(fields) / sizeof(fields[0]))

static_assert(FIELD_COUNT <= VRRP_DIFF_FIELDS_MAX, "no room for every field");
static_assert(offsetof(struct vrrp_params, auth_pass) ==
    offsetof(struct vrrp_params, auth_len) + 1, "BOTH() reads one value");
/*
 * Another size is another set of fields: give each new one its row above, or
 * its line in the comparison of its element, and then write the size here.
 */
#define LP64	(sizeof(void *) == 8)
static_assert(!LP64 || sizeof(struct vrrp_params) == 59936, "a new field?");
static_assert(!LP64 || sizeof(struct vrrp_vip) == 52, "a new field?");
static_assert(!LP64 || sizeof(struct vrrp_route) == 80, "a new field?");
static_assert(!LP64 || sizeof(struct vrrp_rule) == 88, "a new field?");
static_assert(!LP64 || sizeof(struct vrrp_bfd_params) == 88, "a new field?");
static_assert(!LP64 || sizeof(struct vrrp_track_ref) == 64, "a new field?");
static_assert(!LP64 || sizeof(struct vrrp_notify_params) == 3152,
    "a new field?");

/* --- comparing and copying, kind by kind --- */

static const void *
member(const struct vrrp_params *p, size_t at)
{
	return (const unsigned char *)p + at;
}

static bool
same_list(const struct field *f, const struct vrrp_params *a,
    const struct vrrp_params *b)
{
	const unsigned *count_a = member(a, f->count_at);
	const unsigned *count_b = member(b, f->count_at);
	unsigned i;

	if (*count_a != *count_b)
		return false;
	assert(*count_a <= f->max);
	for (i = 0; i < *count_a; i++)
		if (!f->same(member(a, f->at + i * f->size),
		    member(b, f->at + i * f->size)))
			return false;
	return true;
}

static bool
same_others(const struct field *f, const struct vrrp_params *a,
    const struct vrrp_params *b)
{
	unsigned i;

	if (a->other_count != b->other_count)
		return false;
	assert(vrrp_params_addresses(a) <= f->max &&
	    vrrp_params_addresses(b) <= f->max);
	for (i = 0; i < a->other_count; i++)
		if (!f->same(&a->vips[a->vip_count + i],
		    &b->vips[b->vip_count + i]))
			return false;
	return true;
}

static bool
same_option(const struct field *f, const struct vrrp_params *a,
    const struct vrrp_params *b)
{
	const bool *has_a = member(a, f->count_at);
	const bool *has_b = member(b, f->count_at);

	return *has_a == *has_b &&
	    (!*has_a || f->same(member(a, f->at), member(b, f->at)));
}

static bool
same(const struct field *f, const struct vrrp_params *a,
    const struct vrrp_params *b)
{
	switch (f->kind) {
	case MODE:
		return a->virtual_mac == b->virtual_mac ||
		    (a->virtual_mac_auto && b->virtual_mac_auto);
	case BYTES:
		return memcmp(member(a, f->at), member(b, f->at),
		    f->size) == 0;
	case TEXT:
		return strcmp(member(a, f->at), member(b, f->at)) == 0;
	case LIST:
		return same_list(f, a, b);
	case OPTION:
		return same_option(f, a, b);
	case OTHERS:
		return same_others(f, a, b);
	}
	return false;
}

static void
copy(const struct field *f, struct vrrp_params *to,
    const struct vrrp_params *from)
{
	unsigned char *base = (unsigned char *)to;

	if (f->kind == LIST || f->kind == OTHERS)
		memcpy(base + f->count_at, member(from, f->count_at),
		    sizeof(unsigned));
	if (f->kind == OPTION)
		memcpy(base + f->count_at, member(from, f->count_at),
		    sizeof(bool));
	memcpy(base + f->at, member(from, f->at), f->max * f->size);
}

static enum vrrp_diff
worth(const struct field *f, const struct vrrp_params *a,
    const struct vrrp_params *b)
{
	if (f->class == VRRP_DIFF_EQUAL || same(f, a, b))
		return VRRP_DIFF_EQUAL;
	return f->class;
}

/* --- for callers --- */

const char *
vrrp_diff_word(unsigned i)
{
	return i < FIELD_COUNT ? fields[i].word : NULL;
}

const char *
vrrp_diff_name(enum vrrp_diff diff)
{
	switch (diff) {
	case VRRP_DIFF_EQUAL:
		return "equal";
	case VRRP_DIFF_IN_PLACE:
		return "in-place";
	case VRRP_DIFF_RESTART:
		return "restart";
	}
	return "unknown";
}

enum vrrp_diff
vrrp_diff(const struct vrrp_params *running, const struct vrrp_params *wanted)
{
	enum vrrp_diff most = VRRP_DIFF_EQUAL, w;
	size_t i;

	for (i = 0; i < FIELD_COUNT; i++) {
		w = worth(&fields[i], running, wanted);
		if (w > most)
			most = w;
	}
	return most;
}

void
vrrp_diff_apply(struct vrrp_params *running, const struct vrrp_params *wanted)
{
	size_t i;

	for (i = 0; i < FIELD_COUNT; i++)
		if (fields[i].class != VRRP_DIFF_RESTART)
			copy(&fields[i], running, wanted);
}

bool
vrrp_diff_in(const struct vrrp_params *running,
    const struct vrrp_params *wanted, const char *word)
{
	size_t i;

	for (i = 0; i < FIELD_COUNT; i++)
		if (strcmp(fields[i].word, word) == 0 &&
		    !same(&fields[i], running, wanted))
			return true;
	return false;
}

unsigned
vrrp_diff_fields(const struct vrrp_params *running,
    const struct vrrp_params *wanted,
    struct vrrp_diff_field out[VRRP_DIFF_FIELDS_MAX])
{
	enum vrrp_diff w;
	unsigned n = 0;
	size_t i;

	for (i = 0; i < FIELD_COUNT; i++) {
		w = worth(&fields[i], running, wanted);
		if (w == VRRP_DIFF_EQUAL)
			continue;
		if (n > 0 && strcmp(out[n - 1].word, fields[i].word) == 0) {
			if (w > out[n - 1].worth)
				out[n - 1].worth = w;
			continue;
		}
		out[n].word = fields[i].word;
		out[n++].worth = w;
	}
	return n;
}

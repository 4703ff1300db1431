/*
 * vrrp_conflict.h - another router on this network that does not fit.  PURE.
 *
 * What an operator must know when a virtual router misbehaves for a reason that
 * is not on this machine: its number is used twice, two routers share a primary
 * address, one speaks another version, two call themselves owner.  The newest
 * is kept, with who it was; vrrp_accept.c notes and logs, `show` tells.
 */
#ifndef VRRPD_VRRP_CONFLICT_H
#define VRRPD_VRRP_CONFLICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_wire.h"

/* X(id, word in the log and in show) */
#define VRRP_CONFLICTS(X)						\
	X(NONE,			"none")					\
	X(OTHER_ADDRESSES,	"other-addresses")	/* V-51, V-125 */ \
	X(DUPLICATE_ADDRESS,	"duplicate-primary-address") /* V-96 */	\
	X(VERSION,		"version")		/* V-56 */	\
	X(AUTHENTICATION,	"authentication")	/* V-123 */	\
	X(V2_INTERVAL,		"v2-interval")		/* V-124 */	\
	X(TWO_OWNERS,		"two-owners")		/* V-95 */

enum vrrp_conflict_kind {
#define X(id, word) VRRP_CONFLICT_##id,
	VRRP_CONFLICTS(X)
#undef X
};
#define VRRP_CONFLICT_COUNT	(VRRP_CONFLICT_TWO_OWNERS + 1)
const char *vrrp_conflict_name(enum vrrp_conflict_kind);
/* The same for a person, one line, no full stop. */
const char *vrrp_conflict_text(enum vrrp_conflict_kind);

#define VRRP_CONFLICT_ADDRS	4	/* kept of its list */
#define VRRP_CONFLICT_AGE_NS	(600 * NS_PER_S)	/* then forgotten */

struct vrrp_conflict {
	enum vrrp_conflict_kind	kind;
	struct addr		source;
	mono_t			last;
	uint64_t		count;		/* of this kind and source */
	unsigned		addr_count;	/* in its list */
	struct addr		addrs[VRRP_CONFLICT_ADDRS];
};

/* The conflict that a refusal tells of; NONE for most. */
enum vrrp_conflict_kind vrrp_conflict_of(enum vrrp_verdict);
/*
 * source was heard in this conflict; addrs: its list as on the wire, of
 * source's family, or NULL.
 */
void	vrrp_conflict_note(struct vrrp_conflict *, mono_t now,
	    enum vrrp_conflict_kind, const struct addr *source,
	    const uint8_t *addrs, unsigned addr_count);
/* Something to show: noted less than VRRP_CONFLICT_AGE_NS ago. */
bool	vrrp_conflict_present(const struct vrrp_conflict *, mono_t now);
/* "192.0.2.77,192.0.2.78,..." of what is kept; "" without a list. */
const char *vrrp_conflict_addrs(const struct vrrp_conflict *, char *buf,
	    size_t size);

#endif

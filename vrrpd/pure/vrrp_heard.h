/*
 * vrrp_heard.h - the other routers of a virtual router, by what was heard.  PURE.
 *
 * One short list per instance: who sent adverts that were accepted, in which
 * version, with which form of checksum.  What hangs on it: what `show` says of
 * each router, which form of checksum we send (V-13), which version 2 adverts
 * say nothing new (V-133), and two warnings: a Backup with nearly our skew
 * (V-35), and Backups that flap while we are Active (V-39).
 *
 * Bounded: a router that was not heard for longest makes room for a new one, so
 * a sender of many source addresses can only make us forget, not grow.
 */
#ifndef VRRPD_VRRP_HEARD_H
#define VRRPD_VRRP_HEARD_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_wire.h"

#define VRRP_HEARD_MAX		16

struct vrrp_heard_router {
	struct addr	source;
	uint8_t		priority;	/* of the last advert */
	uint16_t	interval_cs;
	mono_t		last;		/* the last advert; MONO_NEVER: none */
	mono_t		last_v3;
	uint16_t	v3_interval_cs;
	mono_t		last_message;	/* version 3 over IPv4, by form */
	mono_t		last_pseudo;
	uint64_t	adverts_v2, adverts_v3;
	bool		told_close;	/* V-35: said once */
};

struct vrrp_heard {
	unsigned			count;
	struct vrrp_heard_router	list[VRRP_HEARD_MAX];
	mono_t				form_changed;
	mono_t				last_lesser;	/* V-39 */
	unsigned			bursts;
};

void	vrrp_heard_init(struct vrrp_heard *);
/*
 * Remember an accepted advert.  *first_legacy (may be NULL): the first of this
 * router whose checksum has the pseudo-header.
 */
void	vrrp_heard_note(struct vrrp_heard *, mono_t now,
	    const struct vrrp_advert *, bool *first_legacy);
/* NULL: not in the list. */
const struct vrrp_heard_router *vrrp_heard_find(const struct vrrp_heard *,
	    const struct addr *source);
/*
 * V-133: a version 2 advert of a router that is also heard in version 3.  A
 * router counts as that until two and a half of its intervals have passed
 * without: before the third is missed, so that losing version 3 alone moves
 * nobody.
 */
bool	vrrp_heard_says_nothing_new(const struct vrrp_heard *, mono_t now,
	    const struct vrrp_advert *);
/*
 * V-13, `auto`: the form to send from now on.  Message only, until all routers
 * heard in the last hold_ns use the other form; while Active no second change
 * within hold_ns.  `in_use` is what is sent now; when the answer differs,
 * the change is taken as made.
 */
enum vrrp_checksum_form vrrp_heard_form(struct vrrp_heard *, mono_t now,
	    enum vrrp_checksum_form in_use, bool active, int64_t hold_ns);

/*
 * V-35, asked by a Backup: the skew that keeps it apart from this router, if
 * that is a Backup as well and the gap is less than a millisecond; else -1.
 * active: whom we follow; a router heard before as Active that did not resign
 * is its Backup now.  Who is nearer than that hears the other's first advert
 * too late: both take over.  version, priority, interval_cs: what we wait by.
 */
int64_t	vrrp_heard_skew_gap_ns(const struct vrrp_heard_router *,
	    const struct addr *active, uint8_t version, uint8_t priority,
	    uint16_t interval_cs);
/* A router that has such a gap and was not returned before; NULL: none. */
const struct vrrp_heard_router *vrrp_heard_too_close(struct vrrp_heard *,
	    const struct addr *active, uint8_t version, uint8_t priority,
	    uint16_t interval_cs);
/*
 * V-39, for each lesser advert an Active hears (V-72); interval_ns: the longer
 * of its interval and ours.  Adverts without three intervals of silence between
 * them are one burst: a Backup took over and gave way when it heard us, or two
 * parts of a network met.  True at the start of the third burst in a row, and
 * of each further one: then our adverts are late or lost on their way.
 */
bool	vrrp_heard_flapping(struct vrrp_heard *, mono_t now,
	    int64_t interval_ns);

/* The form a router uses: the one heard last. */
enum vrrp_checksum_form vrrp_heard_router_form(
	    const struct vrrp_heard_router *);

#endif

/*
 * vrrp_alarm.h - what is wrong with a virtual router, as a state.  PURE.
 *
 * An alarm is a fact that a person must know of and that no election cures: two
 * routers may be Active, or nobody may be reached.  It begins, stands as long as
 * it is so, and ends by itself.  Each instance has one of each kind at most, with
 * who it is about; `show`, `monitor` and the log tell of it.
 *
 * Two sorts of evidence.  A level is known as such: vrrp_alarm_raise() while it is
 * so, as often as is convenient, and vrrp_alarm_end() when it is not.  A sighting
 * is an event, and its absence is the end: vrrp_alarm_see() with how long it lasts.
 * Both may have a patience: what is over within it was ordinary life.
 *
 * To add an alarm: a row below, and its remedy in vrrp_alarm_remedy(); the tests
 * look for both.  The word is for ever (log, JSON); man/vrrpd.8 has a table.
 */
#ifndef VRRPD_VRRP_ALARM_H
#define VRRPD_VRRP_ALARM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"

/* X(id, word in the log and in JSON) */
#define VRRP_ALARMS(X)							\
	X(UNKNOWN_PEER,		"unknown-peer")	/* unicast, one is silent */ \
	X(BFD_ELSEWHERE,	"bfd-elsewhere") /* named, with another address */ \
	X(VRRP_BLOCKED,		"vrrp-blocked")	/* L-10: adverts gone, BFD Up */ \
	X(HOST_SETTING,		"host-setting")	/* of "all", kills the device */ \
	X(ADDRESS_ELSEWHERE,	"address-elsewhere") /* on another interface */ \
	X(BFD_BLOCKED,		"bfd-blocked")	/* adverts go on, BFD Down */ \
	X(CANNOT_SEND,		"cannot-send")	/* the kernel takes no advert */ \
	X(TWO_ACTIVES,		"two-actives")	/* told by another way */ \
	X(UNHEARD,		"unheard")	/* a lesser one stays Active */	\
	X(ADDRESS_CLAIMED,	"address-claimed")	/* by another MAC */ \
	X(VIRTUAL_MAC_ELSEWHERE, "virtual-mac-elsewhere")		\
	X(VIRTUAL_MAC_REFUSED,	"virtual-mac-refused")			\
	X(LEASE_LOST,		"lease-lost")	/* rules asked for are not there */ \
	X(LEASE_RAN_OUT,	"lease-ran-out")	/* of an Active */

enum vrrp_alarm_kind {
#define X(id, word) VRRP_ALARM_##id,
	VRRP_ALARMS(X)
#undef X
	VRRP_ALARM_COUNT
};
const char *vrrp_alarm_name(enum vrrp_alarm_kind);
/* For a person, one line, no full stop: what can be done. */
const char *vrrp_alarm_remedy(enum vrrp_alarm_kind);

#define VRRP_ALARM_TEXT_MAX	160	/* with NUL; longer ones are cut */
#define VRRP_ALARM_WHO_STRLEN	(ADDR_STRLEN + 24)

/* The other router or host, by what is known of it; all zero: nobody. */
struct vrrp_alarm_who {
	struct addr	address;	/* unset: not known */
	uint8_t		mac[6];
	bool		has_mac;
};

struct vrrp_alarm {
	bool			stands;
	bool			suspected;	/* seen, not for long enough */
	mono_t			first;		/* of this series of sightings */
	mono_t			last;
	int64_t			patience_ns;
	int64_t			hold_ns;	/* 0: until vrrp_alarm_end() */
	int64_t			since_real_ns;	/* of `stands`; for show */
	mono_t			since;
	uint64_t		count;		/* times that it began */
	struct vrrp_alarm_who	who;
	char			text[VRRP_ALARM_TEXT_MAX];
	bool			inherited;	/* no word of it here yet */
	bool			logged;		/* the log knows that it began */
	mono_t			logged_at;	/* the last one */
	uint64_t		logged_count;	/* count by then; 0: never */
};

struct vrrp_alarms {
	struct vrrp_alarm	of[VRRP_ALARM_COUNT];
};

void	vrrp_alarm_init(struct vrrp_alarms *);
/*
 * The level is true now, and until vrrp_alarm_end().  who may be NULL.  With a
 * patience the alarm stands only if that has not been called until then
 * (vrrp_alarm_expire()).
 * Another who or text replaces the one before.  now never decreases; real_ns is
 * CLOCK_REALTIME, for people.  True: there is something new to tell.
 */
bool	vrrp_alarm_raise(struct vrrp_alarms *, mono_t now, int64_t real_ns,
	    enum vrrp_alarm_kind, const struct vrrp_alarm_who *who,
	    const char *text, int64_t patience_ns);
/*
 * A sighting, just now.  The alarm is over when hold_ns > 0 have passed without
 * another one, and stands as soon as sightings, none of them hold_ns after the one
 * before, span patience_ns.  Everything else as above.
 */
bool	vrrp_alarm_see(struct vrrp_alarms *, mono_t now, int64_t real_ns,
	    enum vrrp_alarm_kind, const struct vrrp_alarm_who *who,
	    const char *text, int64_t patience_ns, int64_t hold_ns);
/*
 * In the engine before this one the alarm stood, since then, and the log knows.  It
 * stands, whatever vrrp_alarm_end() says, until it is raised or seen here, from
 * when on everything is as ever; if that does not happen for hold_ns it is over.
 */
void	vrrp_alarm_inherit(struct vrrp_alarms *, mono_t now,
	    enum vrrp_alarm_kind, mono_t since, int64_t since_real_ns,
	    const struct vrrp_alarm_who *who, int64_t hold_ns);
/* The level is false, or the sightings meant nothing.  True: the alarm stood. */
bool	vrrp_alarm_end(struct vrrp_alarms *, enum vrrp_alarm_kind);
/* Whatever is due at now: patience that is over, sightings that are. */
bool	vrrp_alarm_expire(struct vrrp_alarms *, mono_t now, int64_t real_ns);
/* When to call that, and to ask for news; MONO_NEVER: not at all. */
mono_t	vrrp_alarm_next_expiry(const struct vrrp_alarms *);

bool	vrrp_alarm_stands(const struct vrrp_alarms *, enum vrrp_alarm_kind);
/* Seen at least once, and neither over nor standing. */
bool	vrrp_alarm_is_suspected(const struct vrrp_alarms *,
	    enum vrrp_alarm_kind);
/* NULL while it does not stand. */
const struct vrrp_alarm *vrrp_alarm_find(const struct vrrp_alarms *,
	    enum vrrp_alarm_kind);

/* News for the log. */
enum vrrp_alarm_news {
	VRRP_ALARM_NO_NEWS,
	VRRP_ALARM_BEGAN,
	VRRP_ALARM_OVER		/* of one whose beginning was told */
};
/*
 * The news of this kind, once.  One beginning per ten seconds is told of each
 * kind; what was kept back is in *suppressed with the next.
 */
enum vrrp_alarm_news vrrp_alarm_news(struct vrrp_alarms *, mono_t now,
	    enum vrrp_alarm_kind, uint64_t *suppressed);

/* " peer=ADDRESS mac=MAC", of what is known; "" for nobody. */
const char *vrrp_alarm_who_words(const struct vrrp_alarm_who *, char *buf,
	    size_t size);

#endif

/*
 * vrrp_lease.h - for how long an Active may answer, and on whose word.  PURE.
 *
 * vrrp_lease.c explains the lease; vrrp_lease_nft.c makes rules of nf_tables of it.
 */
#ifndef VRRPD_VRRP_LEASE_H
#define VRRPD_VRRP_LEASE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_params.h"

#define VRRP_LEASE_PEERS_MAX	32
#define VRRP_LEASE_DEVICES_MAX	8	/* with addresses, the first is its own */
/* "No clock": ten years. */
#define VRRP_LEASE_ASIDE_MS	315360000000ULL

/* A router that counts our BFD packets. */
struct vrrp_lease_peer {
	struct addr	addr;
	uint8_t		multiplier;	/* of ours, as it stands in them */
	uint32_t	tx_us;		/* the pace agreed */
	uint32_t	ms;		/* the peer's Detection Time, as a lease */
};

struct vrrp_lease_vip {
	struct addr	addr;
	uint8_t		device;		/* index into devices */
};

/* One virtual router.  Everything unused is 0, so that two can be compared. */
struct vrrp_lease {
	uint8_t		family;		/* AF_INET, AF_INET6 */
	uint8_t		vrid;
	uint8_t		version;
	bool		unicast;
	bool		virtual_mac;
	uint16_t	interval;	/* as in its adverts: cs, or version 2: s */
	uint32_t	advert_ms;	/* after an advert */
	uint32_t	resign_ms;	/* after one of priority 0 */
	unsigned	device_count;	/* at least 1: where it speaks */
	char		devices[VRRP_LEASE_DEVICES_MAX][IF_NAMESIZE];
	unsigned	vip_count;
	struct vrrp_lease_vip vips[VRRP_ADDRESSES_MAX];
	unsigned	peer_count;
	struct vrrp_lease_peer peers[VRRP_LEASE_PEERS_MAX];
};

/*
 * The lease of a virtual router with these values, without peers.  tick_ns: how
 * exactly the kernel counts (vrrp_lease_ms()).  NULL, or why there can be none:
 * for a user, static.
 */
const char *vrrp_lease_of(const struct vrrp_params *, int64_t tick_ns,
	    struct vrrp_lease *out);
/*
 * A session of role peer that is Up, or was: our packets, so many of which may be
 * missing.  Replaces what was known of that peer.  False: there is no room, and
 * nothing has changed.
 */
bool	vrrp_lease_peer(struct vrrp_lease *, const struct addr *,
	    uint8_t multiplier, int64_t tx_interval_ns, int64_t tick_ns);
bool	vrrp_lease_equal(const struct vrrp_lease *, const struct vrrp_lease *);
/*
 * A timeout of the kernel that ends after the span and never before it.  The kernel
 * counts ticks and begins in the middle of one, so this is longer than the span, by
 * two ticks at most.
 */
uint32_t vrrp_lease_ms(int64_t span_ns, int64_t tick_ns);
/* Of one virtual router: the interface where it speaks, family and VRID. */
bool	vrrp_lease_is_same_router(const struct vrrp_lease *,
	    const struct vrrp_lease *);

/* --- for vrrpd-net --- */

/*
 * The errand: to put the lease into the kernel, in place of what is there for the
 * same virtual router, or to take it out.
 */
struct vrrp_lease_errand {
	uint32_t		number;		/* of the answer */
	bool			put;
	bool			is_active;	/* now: the lease runs from the first */
	struct vrrp_lease	lease;		/* of one to be taken out: its name */
};
#define VRRP_LEASE_ERRAND_MIN	(13 + IF_NAMESIZE)
#define VRRP_LEASE_ERRAND_MAX	(VRRP_LEASE_ERRAND_MIN + 64 +		\
				    VRRP_LEASE_DEVICES_MAX * IF_NAMESIZE + \
				    VRRP_ADDRESSES_MAX * 18 + VRRP_LEASE_PEERS_MAX * 32)
/* The length in buf. */
size_t	vrrp_lease_errand_encode(const struct vrrp_lease_errand *,
	    uint8_t buf[VRRP_LEASE_ERRAND_MAX]);
/* All or nothing. */
bool	vrrp_lease_errand_decode(const uint8_t *, size_t len,
	    struct vrrp_lease_errand *out);

/* The answer: 0, or a negative errno. */
#define VRRP_LEASE_ANSWER_BYTES	8
size_t	vrrp_lease_answer_encode(uint32_t number, int error,
	    uint8_t buf[VRRP_LEASE_ANSWER_BYTES]);
bool	vrrp_lease_answer_decode(const uint8_t *, size_t len,
	    uint32_t *number, int *error);

/* --- words to the rules --- */

/*
 * A word is a frame that our own rules take out again as it leaves; what it says is
 * in force when the call that sent it returns.  A word that leaves all the same has
 * met no rules; VRRP_LEASE_RAN leaves also where the answer is yes, once.
 */
enum vrrp_lease_word {
	VRRP_LEASE_PING,	/* are the rules there? */
	VRRP_LEASE_IDLE,	/* this router is not Active: all may pass */
	VRRP_LEASE_OFF,		/* the rules are not to be trusted: all may pass */
	VRRP_LEASE_ASIDE,	/* no peer counts BFD packets, until one says Up */
	VRRP_LEASE_SAID,	/* as an advert that reaches everybody */
	VRRP_LEASE_END,		/* after VRRP_LEASE_END_MS nothing may pass */
	VRRP_LEASE_RAN,		/* has it run out and stopped something? */
	VRRP_LEASE_RESIGNED,	/* as an advert of priority 0 to everybody */
};
#define VRRP_LEASE_WORD_COUNT	(VRRP_LEASE_RESIGNED + 1)
/*
 * More than VRRP_LINGER_TAIL_NS by what a successor may have to wait for its own
 * kernel: two that answer for a moment are better than nobody.
 */
#define VRRP_LEASE_END_MS	100
/*
 * After an advert of the successor of one that has resigned: ten times the tail, since
 * a successor has its addresses before it says so (V-65).
 */
#define VRRP_LEASE_HEARD_MS	30
#define VRRP_LEASE_ETHERTYPE	0x88b5	/* IEEE 802: local experiments */
#define VRRP_LEASE_KEY_AT	14	/* from the frame's beginning */
#define VRRP_LEASE_KEY_LEN	10
#define VRRP_LEASE_WORD_AT	24
#define VRRP_LEASE_INTERVAL_AT	26
#define VRRP_LEASE_WORD_BYTES	28
/* The part of a word that says for which virtual router of an interface it is. */
void	vrrp_lease_key(uint8_t family, uint8_t vrid,
	    uint8_t out[VRRP_LEASE_KEY_LEN]);
/*
 * The frame: from the interface's own MAC to the same, so that no switch would pass
 * it on if it did leave.
 */
void	vrrp_lease_say(const struct vrrp_lease *, const uint8_t mac[6],
	    enum vrrp_lease_word, uint8_t out[VRRP_LEASE_WORD_BYTES]);

#endif

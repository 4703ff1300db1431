/*
 * vrrp_renewal.h - lent addresses for another while, as bytes.  PURE.
 *
 * The body of VRRP_MSG_RENEW: the instant at which the engine wished it, and the
 * netlink requests (nl_batch_addr_renew()).  An instant is the same for every
 * process of a machine.
 *
 *   u64 nanoseconds of the monotonic clock, in network order
 *   netlink messages as the kernel takes them
 *
 * Each renewal stands for itself, so that one that is lost is made good by the
 * next, and none has to be revoked: it adds no address (see nl_batch.c), and one
 * that is late is worth nothing (vrrp_renewal_is_late()).
 */
#ifndef VRRPD_VRRP_RENEWAL_H
#define VRRPD_VRRP_RENEWAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/mono.h"

#define VRRP_RENEWAL_HEADER	8
#define VRRP_RENEWAL_MIN	(VRRP_RENEWAL_HEADER + 16)
#define VRRP_RENEWAL_MAX	(60 * 1024)
/* How old a renewal may be when it is carried out: the next is there by then. */
#define VRRP_RENEWAL_AGE_NS	(1 * NS_PER_S)

/*
 * The body of VRRP_MSG_RENEWED: that instant, once it has been carried out; one that
 * was late and dropped is answered as well, for whoever asks who is alive.
 */
#define VRRP_RENEWED_BYTES	8

/*
 * vrrpd-net as the monitor sees it, the body of VRRP_MSG_NET.  While it waits for
 * the kernel the engine would wait as well, and must not.
 */
enum vrrp_net_state {
	VRRP_NET_AWAY,		/* dead, stopped or hanging */
	VRRP_NET_THERE,
	VRRP_NET_WAITS,		/* for the kernel, longer than VRRP_NET_LOOK_NS */
};
#define VRRP_NET_STATE_COUNT	(VRRP_NET_WAITS + 1)

/*
 * An address is lent for three seconds and renewed every second.  Whoever is found
 * silent after half of one leaves the engine time for everybody's turn.  The engine
 * looks a little later, in case it is the monitor that is silent.
 */
#define VRRP_NET_LOOK_NS	(500 * NS_PER_MS)
#define VRRP_NET_AGAIN_NS	(100 * NS_PER_MS)	/* between two looks */
#define VRRP_NET_SILENCE_NS	(700 * NS_PER_MS)
#define VRRP_NET_HANGS_NS	(2 * NS_PER_S)

struct vrrp_renewal {
	mono_t		 wished;
	const uint8_t	*netlink;
	size_t		 len;
};

/* The length in buf, or 0 when it does not fit or there is nothing to renew. */
size_t	vrrp_renewal_encode(const struct vrrp_renewal *, uint8_t *buf,
	    size_t size);
/*
 * All or nothing: false when the requests are anything but renewals, which only
 * change an address that is there.  netlink is into body.
 */
bool	vrrp_renewal_decode(const uint8_t *body, size_t len,
	    struct vrrp_renewal *out);
/* Whoever wished it may be dead by now, or hang. */
bool	vrrp_renewal_is_late(const struct vrrp_renewal *, mono_t now);

size_t	vrrp_renewed_encode(mono_t wished, uint8_t buf[VRRP_RENEWED_BYTES]);
bool	vrrp_renewed_decode(const uint8_t *body, size_t len, mono_t *wished);

/*
 * Renewals that were asked for and are not answered yet, in order.  Many are asked
 * for at once: one stands for all within VRRP_UNANSWERED_STEP_NS after it.
 */
#define VRRP_UNANSWERED_MAX	64
#define VRRP_UNANSWERED_STEP_NS	(10 * NS_PER_MS)
struct vrrp_unanswered {
	unsigned	count;
	mono_t		wished[VRRP_UNANSWERED_MAX];
};
/* wished: not before that of the last call. */
void	vrrp_unanswered_add(struct vrrp_unanswered *, mono_t wished);
/* Answers come in order: this one is answered, and all before it. */
void	vrrp_unanswered_answer(struct vrrp_unanswered *, mono_t wished);
/* MONO_NEVER: none. */
mono_t	vrrp_unanswered_since(const struct vrrp_unanswered *);
int64_t	vrrp_unanswered_for_ns(const struct vrrp_unanswered *, mono_t now);

#endif

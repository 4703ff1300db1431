/*
 * vrrp_instance.h - one virtual router: its core, frames, addresses, counters.
 *
 * The instance owns a struct vrrp_core and carries out what it says, in the
 * order of the takeover path: advert, addresses, announcements; words (log,
 * history, notifications) come after the packets of the batch.  Everything that
 * could take long or fail is made ready while the instance is Backup.
 *
 * It runs while nothing stands against it (V-77): not disabled, the interface
 * there, up, with carrier and a primary address, the device made.  Otherwise it
 * is in Initialize and `waiting` says for what.
 *
 * An instance that leaves Active in good health answers on its addresses until
 * a successor is heard (vrrp_linger.h), whatever its state then is.
 *
 * The fields are read by vrrp_ctl.c and the tests; only vrrp_instance.c writes,
 * and for it vrrp_send.c the frames and vrrp_accept.c what it notes of adverts.
 */
#ifndef VRRPD_VRRP_INSTANCE_H
#define VRRPD_VRRP_INSTANCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "shared/pure/addr.h"
#include "shared/loop.h"
#include "shared/pure/mono.h"
#include "shared/nl.h"
#include "shared/pure/token_bucket.h"
#include "vrrpd/pure/vrrp_auto.h"
#include "vrrpd/pure/vrrp_conflict.h"
#include "vrrpd/pure/vrrp_core.h"
#include "vrrpd/pure/vrrp_handoff.h"
#include "vrrpd/pure/vrrp_heard.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/linux/vrrp_io.h"
#include "vrrpd/pure/vrrp_linger.h"
#include "vrrpd/pure/vrrp_params.h"
#include "vrrpd/instance/vrrp_track.h"
#include "vrrpd/instance/vrrp_tracked.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/pure/vrrp_wire.h"

#define VRRP_HISTORY_MAX	64
#define VRRP_BATCHES_MAX	16	/* sent, not yet acknowledged */

/* The steps of a transition, in order (design §5). */
#define VRRP_STEPS(X)							\
	X(LAST_HEARD,	"last-heard")	/* last advert, or BFD packet */	\
	X(DETECTED,	"detected")	/* timer due, bfdd's decision */ \
	X(RECEIVED,	"received")	/* this process knew */		\
	X(DECIDED,	"decided")	/* the state machine had spoken */ \
	X(ADVERT_SENT,	"advert-sent")					\
	X(ADDRESSES_SET, "addresses-set") /* or withdrawn */		\
	X(ANNOUNCED,	"announced")	/* gratuitous ARP, NA */	\
	X(ACKNOWLEDGED,	"acknowledged")	/* the kernel's answer was read */

enum vrrp_step {
#define X(id, word) VRRP_STEP_##id,
	VRRP_STEPS(X)
#undef X
};
#define VRRP_STEP_COUNT	(VRRP_STEP_ACKNOWLEDGED + 1)
const char *vrrp_step_name(enum vrrp_step);

struct vrrp_record {
	struct vrrp_transition	tr;
	int64_t			time_real_ns;	/* of `decided` */
	mono_t			step[VRRP_STEP_COUNT];	/* MONO_NEVER: none */
	bool			awaits_ack;
};

/* Beside one counter per verdict; names of RFC 8347 in vrrp_ctl.c. */
struct vrrp_stats {
	uint64_t	master_transitions;
	uint64_t	advertisement_rcvd;
	uint64_t	advertisement_sent;
	uint64_t	interval_errors;		/* V-50 */
	uint64_t	address_list_errors;		/* V-51 */
	uint64_t	priority_zero_pkts_rcvd;
	uint64_t	priority_zero_pkts_sent;
	uint64_t	legacy_checksum_rcvd;		/* V-13 */
	uint64_t	version_2_ignored;		/* V-133 */
	uint64_t	announcements_sent;
	uint64_t	contests;		/* V-72 */
	int64_t		both_ns;		/* fenced: two owners, the last */
	int64_t		both_most_ns;		/* and the longest */
	uint64_t	send_errors;
	uint64_t	addresses_restored;
	uint64_t	verdicts[VRRP_VERDICT_COUNT];
};

struct vrrp_channel;
struct vrrp_instance;
struct vrrp_notify;
struct vrrp_sync;

/* What an instance needs from the daemon; outlives it. */
struct vrrp_env {
	struct loop		*loop;
	struct nl		*nl;
	struct vrrp_io_tx	*tx;
	const struct vrrp_addrs	*addrs;
	struct vrrp_filter	*filter;	/* accept = no */
	struct vrrp_track	*track;
	struct vrrp_channel	*channel;	/* to the monitor; may be NULL */
	struct vrrp_notify	*notify;	/* NULL: no hooks */
	const struct vrrp_handoff *handoff;	/* L-24; NULL: none */
	unsigned		 lifetime_s;	/* of addresses, 0: none */
	/* After the packets of the batch. All may be NULL. */
	void	(*changed)(struct vrrp_instance *, void *arg);
	/* Its steps are complete, or the acknowledgement was lost. */
	void	(*transition)(struct vrrp_instance *,
		    const struct vrrp_record *, void *arg);
	/* It lingered and does so no more.  May be NULL; must not free it. */
	void	(*withdrawn)(struct vrrp_instance *, void *arg);
	/* There is a router it would have a BFD session with (vrrp_peer.h). */
	void	(*peers_changed)(struct vrrp_instance *, void *arg);
	void	*arg;
};

struct vrrp_instance {
	const struct vrrp_env	*env;
	struct vrrp_iface	*iface;
	struct vrrp_sync	*group;		/* NULL: on its own */
	struct vrrp_params	 p;		/* in force */
	struct vrrp_core	 core;
	bool			 started;	/* vrrp_instance_start() was called */
	bool			 disabled;	/* by the operator */
	bool			 untold;	/* vrrp_ctl.c: its level is due */
	uint64_t		 blocked_logged; /* alarms that were said */
	bool			 handed_over;	/* no preemption until Active again */
	bool			 fresh;		/* never been out of Initialize */
	char			 waiting[VRRP_VIP_REASON_MAX];	/* "" = nothing */
	char			 retry_reason[VRRP_VIP_REASON_MAX];
	mono_t			 created;
	int64_t			 created_real_ns; /* counters start here */
	enum vrrp_cause		 down_cause;	/* why it left for Initialize */

	struct vrrp_vips	*vips;		/* NULL: interface not there */
	struct vrrp_tracked	 tracked;
	bool			 track_moved;	/* to be acted upon */
	struct loop_timer	*track_timer;	/* a delay is over */
	/* A Down that waits for our links to prove themselves (L-18). */
	struct vrrp_bfd_event	 down_event;
	mono_t			 down_decided;
	struct loop_timer	*down_timer;
	bool			 filtered;	/* accept = no is in place */
	bool			 owning;	/* its ARP tells the virtual MAC */
	bool			 holds;		/* installed, not withdrawn */
	bool			 bequeathed;	/* the monitor has its will */
	bool			 bequest_owed;	/* or should have */
	bool			 kept;		/* held by the engine before us */
	bool			 refreshing;	/* not acknowledged yet */
	mono_t			 retry_at;	/* MONO_NEVER: not waiting */
	int64_t			 retry_ns;	/* the next back-off */
	/* Held back until the kernel has set the addresses up. */
	uint32_t		 held;		/* VRRP_DO_... */
	uint64_t		 held_record;
	struct loop_timer	*held_timer;
	struct vrrp_linger	 linger;
	uint64_t		 left_record;	/* of leaving Active */
	struct loop_timer	*linger_timer;
	struct loop_timer	*timer;		/* the core's next expiry */
	struct loop_timer	*retry_timer;
	struct loop_timer	*restore_timer;	/* in a fight over addresses */
	mono_t			 restore_not_before;
	struct loop_timer	*announce_timer;
	unsigned		 announce_left;	/* rounds to come */
	unsigned		 announce_at;	/* address within the round */
	bool			 announce_again;	/* contested: a round soon */
	bool			 announce_later;	/* so is the next one */
	mono_t			 announce_repeat;	/* when that one is due */

	/* Prebuilt; lengths 0 until there is a primary address. */
	uint8_t			*frame;
	size_t			 frame_len;
	uint8_t			 frame_priority;
	uint8_t			*resign;
	size_t			 resign_len;
	uint8_t			*frame_v2;	/* V-131; else NULL, 0 */
	size_t			 frame_v2_len;
	uint8_t			*resign_v2;
	size_t			 resign_v2_len;
	enum vrrp_checksum_form	 send_form;	/* of version 3 */
	struct vrrp_heard	 heard;
	struct vrrp_auto	 peers;		/* vrrp_peer.c's */
	uint8_t			*announce_bytes;
	struct iovec		*announce;	/* vip_count entries */

	struct vrrp_stats	 stats;
	struct token_bucket	 buckets[VRRP_VERDICT_COUNT];
	struct token_bucket	 conflict_buckets[VRRP_CONFLICT_COUNT];
	struct token_bucket	 interval_bucket, contest_bucket, send_bucket, restore_bucket;
	struct token_bucket	 close_bucket, flap_bucket;
	struct vrrp_conflict	 conflict;	/* the newest */
	mono_t			 up_since;
	int64_t			 up_since_real_ns;
	enum vrrp_cause		 last_event;

	struct vrrp_record	 history[VRRP_HISTORY_MAX];
	uint64_t		 history_count;	/* ever; newest is count - 1 */
	uint64_t		 logged, published;
	struct {
		bool		install;
		uint64_t	record;		/* UINT64_MAX: none */
	} batches[VRRP_BATCHES_MAX];		/* FIFO of what is unacknowledged */
	unsigned		 batch_first, batch_count;
	int			 batch_error;	/* install refused: errno */
	unsigned		 batch_failed_at;
};

/*
 * p is copied.  Enters the interface's table and makes the device if the
 * interface is there.  NULL when out of memory or the VRID is taken.
 */
struct vrrp_instance *vrrp_instance_new(const struct vrrp_env *,
	    struct vrrp_iface *, const struct vrrp_params *p);
/* Must be in Initialize. Removes the device. */
void	vrrp_instance_free(struct vrrp_instance *);

/* Where its adverts come from; unset while there is none. */
const struct addr *vrrp_instance_primary(const struct vrrp_instance *);

/* From now on it runs whenever it can. */
void	vrrp_instance_start(struct vrrp_instance *);
/* What it was left with by the engine before us, but cannot use, goes. */
void	vrrp_instance_drop_kept(struct vrrp_instance *);
/* Something it depends on may have changed: start, stop or stay. */
void	vrrp_instance_reconsider(struct vrrp_instance *);
/*
 * Sync groups; for vrrp_sync.c.  join: NULL leaves.  able: may it run, the group
 * apart?  If not and why is not NULL, the reason for a user.  follow: the group
 * goes to Active, or leaves it.
 */
void	vrrp_instance_join(struct vrrp_instance *, struct vrrp_sync *);
bool	vrrp_instance_able(const struct vrrp_instance *, char *why, size_t size);
void	vrrp_instance_follow(struct vrrp_instance *, bool go);
/* The interface came, went or was replaced: device and sockets anew. */
void	vrrp_instance_iface_found(struct vrrp_instance *);
void	vrrp_instance_iface_lost(struct vrrp_instance *);
/* Our primary address or the addresses of the interface changed. */
void	vrrp_instance_primary_changed(struct vrrp_instance *);
/* The device went (or was taken down), or an address of ours: put it back. */
void	vrrp_instance_device_gone(struct vrrp_instance *);
void	vrrp_instance_address_gone(struct vrrp_instance *, int ifindex,
	    const struct addr *);
/* The kernel has made this address usable: it may be ours. */
void	vrrp_instance_address_came(struct vrrp_instance *, int ifindex);
/* After events were lost: are the addresses of an Active still there? */
void	vrrp_instance_check_addresses(struct vrrp_instance *);
/* A link came or changed; it may be the device of one of our addresses. */
void	vrrp_instance_link_changed(struct vrrp_instance *,
	    const struct nl_link *);
/* The interface has another MAC: without a virtual MAC that is ours too. */
void	vrrp_instance_mac_changed(struct vrrp_instance *);

/* V-53, V-96, V-123..V-125, V-133, then the core. */
void	vrrp_instance_rx(struct vrrp_instance *, mono_t now, mono_t arrival,
	    const struct vrrp_advert *);
/* Count and log (rate limited) a packet for this VRID that was refused. */
void	vrrp_instance_refuse(struct vrrp_instance *, mono_t now,
	    enum vrrp_verdict, const struct addr *source);
/*
 * A BFD session of this instance is now so.  received: when this process knew;
 * decided: when bfdd did; last_heard: the last packet of the session before;
 * MONO_NEVER if bfdd did not say.
 */
void	vrrp_instance_bfd(struct vrrp_instance *, const struct vrrp_bfd_event *,
	    mono_t last_heard, mono_t decided, mono_t received, bool came_up);
/* For a user: what vrrp_core_half_heard() found. */
const char *vrrp_instance_alarm_text(bool bfd);
/* bfdd is gone: show that we are alive in another way (L-23). */
void	vrrp_instance_reassure(struct vrrp_instance *);
/* The addresses it holds, if any, are lent for another while. */
void	vrrp_instance_refresh(struct vrrp_instance *);
/*
 * L-32, V-37.  detection_time_ns: the shortest of the BFD sessions to peers, 0 if
 * there are none.  True: an Active that has to listen before it goes on (design
 * §6); what has arrived meanwhile should be read at once.
 */
bool	vrrp_instance_absent(struct vrrp_instance *, mono_t since,
	    mono_t until, int64_t detection_time_ns);

/*
 * Run time changes: a new set of values, of which only those may differ that
 * vrrp_instance_in_place() accepts.
 */
bool	vrrp_instance_in_place(const struct vrrp_params *,
	    const struct vrrp_params *);
void	vrrp_instance_set(struct vrrp_instance *, const struct vrrp_params *);
void	vrrp_instance_disable(struct vrrp_instance *, bool disable);
/*
 * Resign and be a Backup that does not preempt; with its whole group.  If nobody
 * takes the addresses within vrrp_linger_bound_ns() it is Active again, and has
 * answered all the time.  0; -EALREADY not Active; -EPERM it owns the address.
 */
int	vrrp_instance_handover(struct vrrp_instance *);

/*
 * Clean exit: first every priority-0 advert (V-68), then, when a successor was
 * heard or there is no more time, the addresses.
 */
void	vrrp_instance_resign(struct vrrp_instance *, enum vrrp_cause);
bool	vrrp_instance_lingers(const struct vrrp_instance *);
/* No matter who has been heard. */
void	vrrp_instance_withdraw(struct vrrp_instance *);

/* i = 0 is the newest; NULL beyond what is kept. */
const struct vrrp_record *vrrp_instance_record(const struct vrrp_instance *,
	    unsigned i);

#endif

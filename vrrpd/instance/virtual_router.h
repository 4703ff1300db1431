/*
 * virtual_router.h - the struct of one virtual router, and nothing else but what
 * is always true of it.
 *
 * One struct for the whole room, so that every file of vrrpd/instance/ can know
 * what an instance is without knowing the other files.  The fields stand in
 * groups by subject; the comment above each group names the files that write
 * it.  Everybody else reads: vrrpd/engine/ and the tests.
 *
 * Pointers to what lives in other files (the interface, the sync group, the
 * environment) are to incomplete types here, since those files include this one.
 */
#ifndef VRRPD_VIRTUAL_ROUTER_H
#define VRRPD_VIRTUAL_ROUTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "shared/nl.h"
#include "shared/nl_batch.h"
#include "shared/pure/mono.h"
#include "shared/pure/token_bucket.h"
#include "vrrpd/instance/vrrp_tracked.h"
#include "vrrpd/linux/vrrp_stranger.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/pure/vrrp_alarm.h"
#include "vrrpd/pure/vrrp_auto.h"
#include "vrrpd/pure/vrrp_conflict.h"
#include "vrrpd/pure/vrrp_core.h"
#include "vrrpd/pure/vrrp_heard.h"
#include "vrrpd/pure/vrrp_linger.h"
#include "vrrpd/pure/vrrp_params.h"
#include "vrrpd/pure/vrrp_passage.h"
#include "vrrpd/pure/vrrp_unsent.h"
#include "vrrpd/pure/vrrp_will.h"
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
	uint64_t	backup_adverts_rcvd;		/* Type 2 */
	uint64_t	backup_adverts_sent;
	uint64_t	version_2_ignored;		/* V-133 */
	uint64_t	announcements_sent;
	uint64_t	contests;		/* V-72 */
	int64_t		both_ns;		/* fenced: two owners, the last */
	int64_t		both_most_ns;		/* and the longest */
	uint64_t	adverts_withheld;	/* until an absence is judged */
	uint64_t	send_errors;
	uint64_t	addresses_restored;
	uint64_t	verdicts[VRRP_VERDICT_COUNT];
};

struct loop_timer;
struct vrrp_env;
struct vrrp_guard;
struct vrrp_iface;
struct vrrp_routes;
struct vrrp_sync;

struct vrrp_instance {
	/*
	 * Run: may it, and the state machine.  Written by vrrp_instance.c;
	 * core, retry and down by vrrp_machine.c.
	 */
	const struct vrrp_env	*env;
	struct vrrp_iface	*iface;
	struct vrrp_sync	*group;		/* NULL: on its own */
	struct vrrp_params	 p;		/* in force */
	struct vrrp_core	 core;
	struct loop_timer	*timer;		/* the core's next expiry */
	bool			 started;	/* vrrp_instance_start() was called */
	bool			 disabled;	/* by the operator */
	bool			 handed_over;	/* no preemption until Active again */
	bool			 fresh;		/* never been out of Initialize */
	bool			 placeless;	/* not in the interface's table */
	bool			 succeeded;	/* another of ours goes on for it */
	char			 will_name[VRRP_WILL_NAME_MAX];	/* then */
	/* The engine before us left the addresses in the kernel (L-24). */
	bool			 kept;
	/* The engine before us died as its Active, and priority 0 was said. */
	bool			 willed;
	mono_t			 lesser_since;	/* there (V-79); or MONO_NEVER */
	bool			 settled;	/* startup_delay is no matter now */
	struct loop_timer	*startup_timer;	/* until then */
	mono_t			 created;
	int64_t			 created_real_ns; /* counters start here */
	enum vrrp_cause		 down_cause;	/* of going to Initialize */
	char			 waiting[VRRP_VIP_REASON_MAX];	/* "" = nothing */
	char			 retry_reason[VRRP_VIP_REASON_MAX];
	mono_t			 retry_at;	/* MONO_NEVER: not waiting */
	int64_t			 retry_ns;	/* the next back-off */
	struct loop_timer	*retry_timer;
	struct vrrp_tracked	 tracked;
	bool			 track_moved;	/* to be acted upon */
	struct loop_timer	*track_timer;	/* a delay is over */
	/*
	 * Adverts that did not leave.  Written by vrrp_send.c too; the timer tries
	 * again and, after giving up, finds out whether one would.
	 */
	struct vrrp_unsent	 unsent;
	struct loop_timer	*unsent_timer;
	/* To this peer no BFD packet leaves, and why; "": they leave. */
	struct addr		 bfd_unsent_peer;
	char			 bfd_unsent[48];
	/* A Down that waits for our links to prove themselves (L-18). */
	struct vrrp_bfd_event	 down_event;
	mono_t			 down_decided;
	struct loop_timer	*down_timer;

	/*
	 * Hold: the addresses, and what the kernel has been asked.  Written by
	 * vrrp_hold.c; held by vrrp_voice.c, linger by vrrp_machine.c, bequest by
	 * vrrp_bequest.c, restore by vrrp_instance.c.
	 */
	struct vrrp_vips	*vips;		/* NULL: interface not there */
	bool			 mannerly;	/* a holder of the iface's manners */
	/* The errand of vrrpd-net that makes the device, 0: none; with vips: again. */
	uint32_t		 making;
	bool			 taken_down;	/* not removed: the cause of `making` */
	bool			 astray;	/* nor down: in another VRF */
	bool			 renames;	/* another name is wished */
	bool			 renaming;	/* `making` is for that */
	bool			surroundings;	/* of its addresses: prepare again */
	bool			 filtered;	/* accept = no is in place */
	bool			 owning;	/* ARP tells the owner's virtual MAC */
	bool			 holds;		/* installed, not withdrawn */
	bool			 bequeathed;	/* the monitor has a will */
	bool			 bequest_owed;	/* the monitor lacks word of it */
	bool			 refreshing;	/* lent again, not acknowledged */
	nl_batch_done		 answered;	/* arg: the instance */
	nl_batch_done		 followed;	/* the same, of a change */
	unsigned		 lifetime_s;	/* of what is installed */
	struct vrrp_stranger	 stranger;	/* of vrrp_host.c */
	const char		*unsettled;	/* vrrp_vmac_unsettled() */
	bool			 steers;	/* vrrp_hold_steer(), lately */
	struct addr		 gateway;	/* then; unset: none */
	uint32_t		 steering;	/* not answered errand; 0: none */
	mono_t			 steering_since;
	struct {
		bool		install;
		uint64_t	record;		/* UINT64_MAX: none */
	} batches[VRRP_BATCHES_MAX];		/* FIFO of what is unacknowledged */
	unsigned		 batch_first, batch_count;
	bool			 unsaid;	/* Active, and nobody was told */
	bool			 together;	/* speaks when all of its group can */
	int			 batch_error;	/* install refused: errno */
	unsigned		 batch_failed_at;
	/* Held back until the kernel has set the addresses up. */
	uint32_t		 held;		/* VRRP_DO_... */
	uint64_t		 held_record;
	struct loop_timer	*held_timer;
	struct vrrp_linger	 linger;
	struct vrrp_last_word	 last_word;
	uint64_t		 left_record;	/* of leaving Active */
	struct loop_timer	*linger_timer;
	struct loop_timer	*restore_timer;	/* in a fight over addresses */
	mono_t			 restore_not_before;

	/* Routes and rules, as long as it is Active.  Written by vrrp_routes.c. */
	struct vrrp_routes	*routes;	/* NULL: none */

	/* Guard: the lease in the kernel.  Written by vrrp_guard.c. */
	struct vrrp_guard	*guard;		/* NULL: none */

	/*
	 * Frames, prebuilt; lengths 0 until there is a primary address.  Written
	 * by vrrp_frames.c; send_form by vrrp_accept.c, the rounds of
	 * announcements by vrrp_send.c.
	 */
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
	bool			 withheld_resign; /* a resignation is due */
	uint8_t			*announce_bytes;
	struct iovec		*announce;	/* one per address */
	struct loop_timer	*announce_timer;
	unsigned		 announce_left;	/* rounds to come */
	unsigned		 announce_at;	/* address within the round */
	/* Contested: a round follows soon, and when; and one more after it. */
	bool			 announce_again;
	mono_t			 announce_repeat;
	bool			 announce_later;

	/* Peers: who else is there.  Written by vrrp_accept.c. */
	struct vrrp_heard	 heard;
	struct vrrp_auto	 peers;		/* vrrp_peer.c's */

	/* Watch: what the network says of the addresses.  Written by vrrp_watch.c. */
	struct vrrp_passage	 passage;	/* of the virtual MAC */
	/* virtual_mac = auto: why and when it was given up; "": it was not. */
	char			 given_up_why[VRRP_ALARM_TEXT_MAX];
	int64_t			 given_up_real_ns;
	bool			 gives_up;	/* the router is to see to it */
	mono_t			 asked_since;	/* in this state; MONO_NEVER: not */
	/* Somebody answered for an address, by the virtual MAC or another. */
	mono_t			 seen_virtual, seen_other;
	struct loop_timer	*watch_timer;
	enum vrrp_state		 watched;	/* the state that it was set for */
	bool			 asking;	/* nobody else is known to be Active */
	struct addr		 following;	/* or who is */
	mono_t			 ask_at;
	unsigned		 ask_quickly;	/* so many times */
	unsigned		 ask_next;	/* index of the address */
	uint32_t		 ear_sum;	/* of what the filter was told */
	mono_t			 reclaim_not_before;

	/* Record: what happened.  Written by vrrp_history.c; counted by all. */
	struct vrrp_stats	 stats;
	struct vrrp_conflict	 conflict;	/* the newest */
	struct vrrp_alarms	 alarms;	/* vrrp_alert.c's, and the timer */
	struct loop_timer	*alarm_timer;
	mono_t			 up_since;
	int64_t			 up_since_real_ns;
	enum vrrp_cause		 last_event;
	struct vrrp_record	 history[VRRP_HISTORY_MAX];
	uint64_t		 history_count;	/* ever; newest is count - 1 */

	/*
	 * Words: how much of the record has been said, and how often.  Written
	 * by vrrp_machine.c and vrrp_words.c.
	 */
	uint64_t		 logged, published;
	uint64_t		 spared_logged;	/* Downs that were no takeover */
	bool			 untold;	/* vrrp_ctl.c: the level is due */
	struct token_bucket	 buckets[VRRP_VERDICT_COUNT];
	struct token_bucket	 conflict_buckets[VRRP_CONFLICT_COUNT];
	struct token_bucket	 interval_bucket, contest_bucket;
	struct token_bucket	 send_bucket, restore_bucket;
	struct token_bucket	 close_bucket, flap_bucket, spared_bucket;
	struct token_bucket	 state_bucket, peer_bucket;
};

/* Asserts what is true of every instance at rest. */
void	vrrp_instance_check(const struct vrrp_instance *);

#endif

/*
 * vrrp_message.h - what the processes of vrrpd say to each other.  PURE.
 *
 * Engine and helpers are children of the monitor, and each talks with the
 * monitor alone, through a channel (vrrp_channel.h).  A channel has two ways.
 * vrrp_traffic.h says what may go which way, when, and how long; a message that
 * may not is refused by the end that got it: counted (vrrp_refused.h), logged, and
 * without any other effect.
 *
 * A new kind of message is a line of VRRP_MESSAGES, a row in vrrp_traffic.c and a
 * handler at the other end.
 */
#ifndef VRRPD_VRRP_MESSAGE_H
#define VRRPD_VRRP_MESSAGE_H

/* Both ends may be different programs, of one language (vrrp_traffic_id()). */
#define VRRP_MESSAGES(X)						\
	X(NONE,		"unknown")	/* no message: a type nobody knows */ \
	X(BEAT,		"beat")		/* empty: the engine's loop turns */ \
	X(PHASE,	"phase")	/* u8 enum vrrp_phase */	\
	X(WILL,		"will")		/* vrrp_will.h */		\
	X(WILL_REVOKE,	"will-revoke")	/* the name of the instance */	\
	X(RESTART,	"restart")	/* vrrp_handoff.h: start another */ \
	X(NOTICE,	"notice")	/* vrrp_notice.h: for hooks */	\
	X(RELOADED,	"reloaded")	/* vrrp_probation.h: is in force */	\
	X(LEVEL,	"level")	/* vrrp_level.h: of a tracker */ \
	X(REPLAY,	"replay")	/* empty: say every level again */ \
	X(ORDER,	"order")	/* vrrp_orders.h: a line, of one instance */ \
	X(KEPT,		"kept")		/* vrrp_orders.h: on the disk, or why not */ \
	X(REFUSED,	"refused")	/* vrrp_refused.h */		\
	X(PATIENCE,	"patience")	/* vrrp_patience.h */		\
	X(MAKE,		"make")		/* vrrp_device.h: a device is wished */ \
	X(MADE,		"made")		/* vrrp_device.h: the answer */	\
	X(REMOVE,	"remove")	/* vrrp_removal.h: devices */	\
	X(REMOVED,	"removed")	/* vrrp_removal.h: nothing is left */ \
	X(RENEW,	"renew")	/* vrrp_renewal.h: lent addresses */ \
	X(RENEWED,	"renewed")	/* vrrp_renewal.h: carried out */ \
	X(JOIN,		"join")		/* vrrp_joining.h: a group, and sockets */ \
	X(JOINED,	"joined")	/* vrrp_joining.h: the answer */ \
	X(STEER,	"steer")	/* vrrp_steering.h: rules and routes */ \
	X(STEERED,	"steered")	/* vrrp_steering.h: the answer */ \
	X(LEASE,	"lease")	/* vrrp_lease.h: rules for one */ \
	X(LEASED,	"leased")	/* vrrp_lease.h: the answer */	\
	X(NET,		"net")		/* u8 enum vrrp_net_state */ \
	X(TRY,		"try")		/* empty: is the program on disk able? */ \
	X(TRIED,	"tried")	/* vrrp_trial.h: the answer */	\
	X(REPLACE,	"replace")	/* empty: I leave, and the program on \
					 * disk is to begin with all of it */ \
	X(EXECUTE,	"execute")	/* empty: be the program on disk */ \
	X(HERE,		"here")		/* empty: that program's first word */ \
	X(READ,		"read")		/* u32 number: read the file */	\
	X(VALUES,	"values")	/* vrrp_parcel.h: as it was read */ \
	X(UNREAD,	"unread")	/* vrrp_probation.h: it cannot be read */ \
	X(CONFIRM,	"confirm")	/* empty: that is to stay */	\
	X(PROBATION,	"probation")	/* vrrp_probation.h: is it to stay? */

enum vrrp_message {
#define X(id, word) VRRP_MSG_##id,
	VRRP_MESSAGES(X)
#undef X
};
#define VRRP_MSG_COUNT	(VRRP_MSG_PROBATION + 1)
const char *vrrp_message_name(enum vrrp_message);

/* One way of a channel, by its sender; a receiver sends the other way. */
#define VRRP_WAYS(X)							\
	X(ENGINE_UP,	"engine")	/* to the monitor */		\
	X(ENGINE_DOWN,	"monitor")	/* to the engine */		\
	X(SCRIPTS_UP,	"vrrpd-scripts")				\
	X(SCRIPTS_DOWN,	"monitor")					\
	X(CHECKS_UP,	"vrrpd-checks")					\
	X(CHECKS_DOWN,	"monitor")					\
	X(NET_UP,	"vrrpd-net")					\
	X(NET_DOWN,	"monitor")

enum vrrp_way {
#define X(id, from) VRRP_WAY_##id,
	VRRP_WAYS(X)
#undef X
};
#define VRRP_WAY_COUNT	(VRRP_WAY_NET_DOWN + 1)
/* Names of processes. */
const char *vrrp_way_sender(enum vrrp_way);
const char *vrrp_way_receiver(enum vrrp_way);
/* The other way of the same channel. */
enum vrrp_way vrrp_way_back(enum vrrp_way);

/* Why a message was refused. */
#define VRRP_REFUSALS(X)						\
	X(NONE,		"accepted")					\
	X(SHORT,	"shorter-than-a-header")			\
	X(LONG,		"longer-than-any-message")			\
	X(HEADER,	"header")	/* a reserved byte is not 0 */	\
	X(TYPE,		"unknown-type")					\
	X(WAY,		"wrong-way")	/* not from this sender */	\
	X(PHASE,	"wrong-phase")	/* not now */			\
	X(LENGTH,	"length")	/* not of this type */		\
	X(DESCRIPTORS,	"descriptors")	/* more or fewer than of this type */ \
	X(BODY,		"malformed")	/* by its codec, or untrue */	\
	X(ROOM,		"no-room")	/* beyond a limit, or no memory */

enum vrrp_refusal {
#define X(id, word) VRRP_REFUSAL_##id,
	VRRP_REFUSALS(X)
#undef X
};
#define VRRP_REFUSAL_COUNT	(VRRP_REFUSAL_ROOM + 1)
const char *vrrp_refusal_name(enum vrrp_refusal);

#endif

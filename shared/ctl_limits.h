/*
 * ctl_limits.h - the version and the limits of the control protocol, on which
 * server and client agree (swiftover-ctl(7)).
 */
#ifndef SHARED_CTL_LIMITS_H
#define SHARED_CTL_LIMITS_H

#define CTL_PROTOCOL_VERSION	1
#define CTL_CLIENTS_MAX		64
#define CTL_LOOK_MAX		48	/* of them may be look-only */
#define CTL_ROOT_MAX		60	/* look-only or root's; the rest: own user's */
#define CTL_SPARE_FDS		16	/* descriptors that no reader gets, */
#define CTL_SPARE_FDS_ROOT	8	/* nor root */
#define CTL_IDLE_S		300	/* look-only, idle: closed */
#define CTL_GIVE_WAY_S		1	/* idle for so long: may have to give way */
#define CTL_LINE_MAX		65536	/* bytes of one request line */
#define CTL_VALUES_MAX		4096	/* commas and opening brackets in it */
#define CTL_WEIGHT_MAX	20480	/* characters in them */
#define CTL_QUEUE_MAX		(4 * 1024 * 1024) /* unsent bytes before a drop */
#define CTL_ANSWER_MAX		(2 * CTL_QUEUE_MAX) /* a server's longest line */
#define CTL_QUEUE_LOW		65536	/* unsent bytes before levels coalesce */
#define CTL_STUCK_S		30	/* unsent and nothing read: dropped */
#define CTL_TOPICS_MAX		8	/* subscriptions of one client */
#define CTL_TOPIC_LEN		32	/* with its NUL */

#endif

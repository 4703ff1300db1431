/*
 * ctl_conn.h - one connected client, as the parts of the server see it.
 *
 * Private to ctl_server.c, ctl_rpc.c and ctl_queue.c; each part of the struct is
 * changed by the file it is named for.  Only `mute` is also set by ctl_server.c,
 * when libevent reports the error first.
 */
#ifndef SHARED_CTL_CONN_H
#define SHARED_CTL_CONN_H

#include <sys/queue.h>
#include <sys/types.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/ctl_limits.h"
#include "shared/loop.h"

#define CTL_BUCKETS	256

struct bufferevent;
struct evbuffer;
struct ctl_client_conn;
struct ctl_rpc_service;			/* of ctl_rpc.h */
struct ctl_server;			/* of ctl_server.c */
struct ctl_stream;			/* of ctl_stream.h */
struct ctl_waiting;			/* of ctl_queue.c */
struct token_bucket;
TAILQ_HEAD(ctl_waiting_list, ctl_waiting);
SLIST_HEAD(ctl_waiting_chain, ctl_waiting);

struct ctl_client_conn {
	/* ctl_server.c: the connection, and its input. */
	TAILQ_ENTRY(ctl_client_conn) entry;
	struct ctl_server	*server;
	struct loop		*loop;
	struct loop_timer	*work_timer;	/* of the server */
	const struct ctl_rpc_service *service;	/* of the server */
	void			*arg;		/* for the daemon's functions */
	struct bufferevent	*bev;		/* NULL: attached for a test */
	struct evbuffer		*in;		/* of bev, or our own */
	struct evbuffer		*out;		/* likewise */
	int			 fd;		/* -1 without bev */
	uid_t			 uid;
	bool			 own;		/* see ctl_conn_is_own() */
	char			 name[24];
	void			*data;		/* the daemon's */
	bool			 eof;		/* nothing more will come in */
	bool			 finishing;	/* ends when the output is sent */
	bool			 more;		/* lines left for the next turn */
	mono_t			 since;		/* of its last request */
	/*
	 * Of the notifications that wait in the server: the newest number there,
	 * and the last one that this client was told.  Those up to topic_from[]
	 * were before its subscription.
	 */
	const uint64_t		*published;
	uint64_t		 told;
	struct token_bucket	*words;		/* of the server, for the log */

	/* ctl_rpc.c: subscriptions, and the farewell. */
	char			 topics[CTL_TOPICS_MAX][CTL_TOPIC_LEN];
	uint64_t		 topic_from[CTL_TOPICS_MAX];	/* see told */
	unsigned		 topic_count;
	unsigned		 snapshots;	/* bit i: topics[i] is to be told */
	bool			 goodbye;
	bool			 deferred;	/* a request is not answered yet */
	json_t			*deferred_id;	/* NULL: no answer is wanted */

	/* ctl_queue.c: levels that wait, and an answer of many parts. */
	uint64_t		 seq;		/* of the last notification */
	struct ctl_waiting_list	 waiting;	/* in the order of last change */
	struct ctl_waiting_chain buckets[CTL_BUCKETS];	/* the same */
	size_t			 waiting_bytes;
	uint64_t		 events_dropped;
	const struct ctl_stream	*job;		/* NULL: none */
	void			*job_cursor;
	unsigned		 job_list;	/* of its members, now */
	bool			 job_first;	/* no part of that is out yet */
	bool			 mute;		/* nothing can be sent any more */
	bool			 closing;	/* ends now */
};

/*
 * The daemon's own user: vrrpd at bfdd's socket, for whom a level may be a
 * takeover.  Nobody else's wishes come before those of this one.
 */
static inline bool
ctl_conn_is_own(const struct ctl_client_conn *c)
{
	return c->own;
}

/* Root, or the daemon's user. */
static inline bool
ctl_conn_may_change(const struct ctl_client_conn *c)
{
	return c->uid == 0 || ctl_conn_is_own(c);
}

#endif

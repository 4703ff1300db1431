/*
 * ctl_server.h - the control socket of a daemon: JSON-RPC 2.0, a line each.
 *
 * AF_UNIX stream, non-blocking, every queue bounded; swiftover-ctl(7) describes
 * the protocol.  A handler gets its params and fills a result or an error.
 * Notifications are levels: ctl_server_publish() states what an object is now.
 * A subscriber first gets a snapshot from the daemon's own handler, then one
 * line per change, numbered per connection; a slow subscriber is coalesced to
 * the newest level per object (the numbers of what it missed are skipped), and
 * dropped when it does not read at all.  No client can delay the daemon.
 *
 * SO_PEERCRED decides: reading is for anyone who may open the socket, methods
 * marked CTL_CHANGES need root or the daemon's user.
 */
#ifndef SHARED_CTL_SERVER_H
#define SHARED_CTL_SERVER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "shared/loop.h"

#define CTL_PROTOCOL_VERSION	1
#define CTL_CLIENTS_MAX		64
#define CTL_LINE_MAX		65536	/* bytes of one request line */
#define CTL_QUEUE_MAX		(4 * 1024 * 1024) /* unsent bytes before a drop */
#define CTL_QUEUE_LOW		65536	/* unsent bytes before levels coalesce */
#define CTL_STUCK_S		30	/* unsent and nothing read: dropped */
#define CTL_TOPICS_MAX		8	/* subscriptions of one client */
#define CTL_TOPIC_LEN		32	/* with its NUL */

/* JSON-RPC error codes beside the standard -32700, -32600..-32603. */
#define CTL_ERR_REFUSED		1	/* valid, but cannot be done; say why */
#define CTL_ERR_FORBIDDEN	2	/* needs root or the daemon's user */
#define CTL_ERR_NOT_FOUND	3	/* no such instance or session */

struct ctl_server;
struct ctl_client_conn;			/* one connected client */

struct ctl_error {
	int	code;			/* 0: no error */
	char	message[256];
};

/* Sets code and text; returns false so a handler can `return ctl_fail(...)`. */
bool	ctl_fail(struct ctl_error *, int code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/*
 * params is an object (or NULL), borrowed.  On true, *result is a new
 * reference the server takes (NULL: "ok" is sent as true).
 */
typedef bool (*ctl_handler)(struct ctl_client_conn *, json_t *params,
    json_t **result, struct ctl_error *, void *arg);

/*
 * An answer of many parts, which must not be made at one go.  A handler calls
 * this once and returns an object; the server adds to it, under `member`, the
 * list of what next() returns until it returns NULL (new references, the server
 * takes them).  next() is called a few times in a turn of the loop, as the
 * client reads, and not again once gone() was called.  Levels wait until the
 * answer is out; so do the client's further requests.  arg: of the config.
 */
typedef json_t *(*ctl_next)(struct ctl_client_conn *, void *arg);
void	ctl_client_conn_stream(struct ctl_client_conn *, const char *member,
	    ctl_next next);
/*
 * The same for a snapshot: each part becomes a notification of `topic`.  To be
 * called by the snapshot handler.
 */
void	ctl_client_conn_stream_levels(struct ctl_client_conn *,
	    const char *topic, ctl_next next);

#define CTL_CHANGES	0x1		/* needs root or the daemon's user */

struct ctl_method {
	const char	*name;
	unsigned	 flags;
	ctl_handler	 handler;
};

/* A bound socket that outlives a server, as a parent keeps it for its child. */
struct ctl_listener;

struct ctl_server_config {
	const char		 *path;
	/* Instead of path: borrowed until ctl_server_close(), which keeps it. */
	const struct ctl_listener *listener;
	const char		 *program;	/* answered to hello */
	const char		 *version;
	const struct ctl_method	 *methods;	/* ends with name NULL; borrowed */
	/*
	 * The topics there are, ends with NULL; names of a-z, 0-9 and -.
	 * NULL: any such name.  Borrowed.
	 */
	const char *const	 *topics;
	/*
	 * A client subscribed to `topic`: send it every level now, with
	 * ctl_client_conn_notify(), before anything newer.  May be NULL.
	 */
	void			(*snapshot)(struct ctl_client_conn *,
				    const char *topic, void *arg);
	/*
	 * A client went away; clean: it had sent "goodbye".  Called from the
	 * loop or from ctl_server_close(), never from within publish or a
	 * handler.  May be NULL.
	 */
	void			(*gone)(struct ctl_client_conn *, bool clean,
				    void *arg);
	void			 *arg;
};

/*
 * Bind before the change of user.  A socket file nobody answers on is removed;
 * a live daemon behind it, or a file that is no socket, is -EADDRINUSE.  hello,
 * goodbye, ping, subscribe and unsubscribe are answered by the server itself.
 * Mode 0660, group `gid` ((gid_t)-1: as created).  The config is copied, its
 * strings are borrowed until ctl_server_close(), except path.  With path NULL
 * nothing is bound (see the end).
 */
int	ctl_server_open(struct loop *, const struct ctl_server_config *,
	    gid_t gid, struct ctl_server **out);
/*
 * The same as a separate step.  Clients that connect while no server is open on
 * it wait until the next one is.
 */
int	ctl_listener_open(const char *path, gid_t gid,
	    struct ctl_listener **out);
/* remove: also the file, where it still may.  NULL is fine. */
void	ctl_listener_close(struct ctl_listener *, bool remove);
/* Closes all clients, removes the socket file where it still may. NULL is fine. */
void	ctl_server_close(struct ctl_server *);

/* Per-client data of the daemon, freed by it in gone(). */
void	ctl_client_conn_set_data(struct ctl_client_conn *, void *);
void	*ctl_client_conn_data(const struct ctl_client_conn *);
const char *ctl_client_conn_name(const struct ctl_client_conn *); /* "pid 12" */
bool	ctl_client_conn_may_change(const struct ctl_client_conn *);

/*
 * The level of object `key` in `topic` is now `level` (a new reference, taken).
 * Sent to every subscriber of the topic as
 *   {"jsonrpc":"2.0","method":TOPIC,"params":{"seq":N,...level}}
 * A topic published with key NULL is an event: never coalesced.  A client that
 * is behind loses it; when it has caught up it is told how many, by
 *   {"jsonrpc":"2.0","method":"dropped","params":{"seq":N,"events":COUNT}}
 * level is an object without a "seq" of its own.
 */
void	ctl_server_publish(struct ctl_server *, const char *topic,
	    const char *key, json_t *level);
bool	ctl_server_has_subscribers(const struct ctl_server *, const char *topic);
bool	ctl_client_conn_subscribed(const struct ctl_client_conn *,
	    const char *topic);
/* To one client only, e.g. the sessions it asked for. Same coalescing. */
void	ctl_client_conn_notify(struct ctl_client_conn *, const char *topic,
	    const char *key, json_t *level);

/*
 * For the unit tests and the fuzzer: a client without a socket.  feed() is what
 * it sends; what it would be sent collects in output(), owned by the
 * connection; after taking from it, call drained().  detach() is its EOF.
 */
struct evbuffer;
struct ctl_client_conn *ctl_client_conn_attach(struct ctl_server *, uid_t uid);
void	ctl_client_conn_feed(struct ctl_client_conn *, const void *, size_t);
struct evbuffer *ctl_client_conn_output(struct ctl_client_conn *);
void	ctl_client_conn_drained(struct ctl_client_conn *);
bool	ctl_client_conn_is_closing(const struct ctl_client_conn *);
void	ctl_client_conn_detach(struct ctl_client_conn *);

#endif

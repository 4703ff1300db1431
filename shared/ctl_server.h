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

#include "shared/ctl_limits.h"
#include "shared/ctl_rpc.h"
#include "shared/ctl_stream.h"
#include "shared/loop.h"

struct ctl_server;

/*
 * Begin an answer of many parts, in a handler, or the levels of a snapshot, in a
 * snapshot handler; levels may be begun in a handler too, and follow its answer.
 * The cursor is the stream's from now on, which ends it once.  The client's
 * further requests wait, and behind lists also its levels.
 */
void	ctl_client_conn_stream(struct ctl_client_conn *,
	    const struct ctl_stream *, void *cursor);

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
 * nothing is bound (for tests, see the end).
 */
int	ctl_server_open(struct loop *, const struct ctl_server_config *,
	    gid_t gid, struct ctl_server **out);
/* Closes all clients, removes the socket file where it still may. NULL is fine. */
void	ctl_server_close(struct ctl_server *);

/* Per-client data of the daemon, freed by it in gone(). */
void	ctl_client_conn_set_data(struct ctl_client_conn *, void *);
void	*ctl_client_conn_data(const struct ctl_client_conn *);
const char *ctl_client_conn_name(const struct ctl_client_conn *); /* "pid 12" */
bool	ctl_client_conn_may_change(const struct ctl_client_conn *);
/*
 * May what this client did have a line in the log?  A file may be filled by asking
 * again and again, so that it is six hundred lines at a time and one per second in
 * the long run, for all clients together.  *left_out: how many had none before.
 */
bool	ctl_client_conn_may_log(struct ctl_client_conn *, uint64_t *left_out);

/*
 * The level of object `key` in `topic` is now `level` (a new reference, taken).
 * Sent to every subscriber of the topic as
 *   {"jsonrpc":"2.0","method":TOPIC,"params":{"seq":N,...level}}
 * Clients of the daemon's own user are sent it before this returns; all others
 * when there is time for them, however many they are, and of changes that follow
 * each other the newest.  A topic published with key NULL is an event: never
 * coalesced.  A client that is behind loses it; when it has caught up it is told
 * how many, by
 *   {"jsonrpc":"2.0","method":"dropped","params":{"seq":N,"events":COUNT}}
 * level is an object without a "seq" of its own.
 */
void	ctl_server_publish(struct ctl_server *, const char *topic,
	    const char *key, json_t *level);
/*
 * The same, and clients that have not subscribed are told as well, at once and
 * before all others: those that `also` picks.  The text of the level is made once
 * for everybody, so that subscribers do not delay the next level.
 */
typedef bool (*ctl_also)(struct ctl_client_conn *, void *arg);
void	ctl_server_publish_also(struct ctl_server *, const char *topic,
	    const char *key, json_t *level, ctl_also, void *arg);
bool	ctl_server_has_subscribers(const struct ctl_server *, const char *topic);
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
/*
 * The same in single steps, for the time that each of them takes.  put() lays what
 * there is room for into its input, and returns how much that is; step() is one
 * step of the server for this client; false: there was none to do.
 */
size_t	ctl_client_conn_put(struct ctl_client_conn *, const void *, size_t);
bool	ctl_client_conn_step(struct ctl_client_conn *);
struct evbuffer *ctl_client_conn_output(struct ctl_client_conn *);
void	ctl_client_conn_drained(struct ctl_client_conn *);
bool	ctl_client_conn_is_closing(const struct ctl_client_conn *);
void	ctl_client_conn_detach(struct ctl_client_conn *);

#endif

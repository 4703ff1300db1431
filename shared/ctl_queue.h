/*
 * ctl_queue.h - whatever is sent to a client of the control socket: answers,
 * notifications, and what waits because the client is slow.
 *
 * For ctl_server.c and ctl_rpc.c.  Nothing blocks, and nothing frees the
 * connection: one that fails is marked closing, and the server's work timer,
 * which is set for it, takes it away.  On a connection that is closing all of
 * them do nothing.
 */
#ifndef SHARED_CTL_QUEUE_H
#define SHARED_CTL_QUEUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "shared/ctl_conn.h"

struct iovec;
struct ctl_body;

/* Before anything else, on a zeroed connection. */
void	ctl_queue_init(struct ctl_client_conn *);
/*
 * Forget a part of what waits; true: call it again, before the connection is freed.
 */
bool	ctl_queue_drop(struct ctl_client_conn *);

/* The end of this connection: log why, once, and mark it closing. */
void	ctl_queue_close(struct ctl_client_conn *, const char *why);
/*
 * Send these bytes, or keep what the socket does not take.  Borrowed for the
 * call.  Closes the connection when too much is unsent.
 */
void	ctl_queue_send(struct ctl_client_conn *, struct iovec *, size_t count);
/* Put text behind all that is unsent, without trying to send it. */
void	ctl_queue_append(struct ctl_client_conn *, const char *, size_t len);
/* Levels wait for this client, and its requests should. */
bool	ctl_queue_is_behind(const struct ctl_client_conn *);

/*
 * A level as it goes on the line, from behind its "seq", shared by clients.  The
 * object `level` is borrowed.  NULL: out of memory, or no object.  The caller
 * has one reference and releases it (NULL is fine).
 */
struct ctl_body *ctl_queue_body_new(const json_t *level);
void	ctl_queue_body_release(struct ctl_body *);
/* The same body, with one more reference. */
struct ctl_body *ctl_queue_body_ref(struct ctl_body *);
/* The client lost an event, and will be told how many. */
void	ctl_queue_event_lost(struct ctl_client_conn *);
/* So many notifications are left out, which shows as a jump of the numbers. */
void	ctl_queue_left_out(struct ctl_client_conn *, uint64_t count);
/*
 * Notify the client, now or when it has caught up; only the newest level of a
 * (topic, key) then.  key NULL: an event, which a client that is behind loses.
 */
void	ctl_queue_notify(struct ctl_client_conn *, const char *topic,
	    const char *key, struct ctl_body *);
bool	ctl_queue_has_waiting(const struct ctl_client_conn *);
/* The output has room again: send a part of what waits. */
void	ctl_queue_send_waiting(struct ctl_client_conn *);

/*
 * An answer of many parts (a job).  Of one with lists the caller sends the
 * beginning, up to the first part of the first list.
 */
void	ctl_queue_job_start(struct ctl_client_conn *,
	    const struct ctl_stream *, void *cursor);
/* No answer after all: the parts are asked for no more.  None is fine. */
void	ctl_queue_job_cancel(struct ctl_client_conn *);
/* The next part, when there is a job (c->job) and room in the output. */
void	ctl_queue_job_step(struct ctl_client_conn *);
/* The job, if there is one, is an answer with lists. */
bool	ctl_queue_job_is_answer(const struct ctl_client_conn *);

#endif

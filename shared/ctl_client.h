/*
 * ctl_client.h - the other end of a control socket, on a loop.
 *
 * For vrrpd, which keeps a connection to bfdd and must never wait; a process
 * that may wait uses ctl_call.h.  The connection is made again by itself when it
 * is lost.  swiftover-ctl(7) describes what is on the line.
 */
#ifndef SHARED_CTL_CLIENT_H
#define SHARED_CTL_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/loop.h"

struct ctl_client;

struct ctl_client_handlers {
	/* Connected and hello answered. The peer may be a new process. */
	void	(*up)(json_t *hello, void *arg);
	/* Connection lost, refused after having been up, or heartbeat missed. */
	void	(*down)(const char *reason, void *arg);
	/* A notification; params borrowed. */
	void	(*notify)(const char *method, json_t *params, void *arg);
};

/*
 * Connects now, and again every retry_ns while there is nobody (quietly).
 * heartbeat_ns: ping when idle for that long, down() after 3 without any line;
 * 0: no heartbeat.  A pause of this process does not count as silence.
 * path and handlers are copied; arg must live until ctl_client_free().  Handlers
 * are called from the loop only, any of them may be NULL, and each may free the
 * client.  NULL without memory.
 */
struct ctl_client *ctl_client_new(struct loop *, const char *path,
	    int64_t retry_ns, int64_t heartbeat_ns,
	    const struct ctl_client_handlers *, void *arg);
/*
 * Sends "goodbye" when connected and clean.  No handler or reply callback is
 * called any more.  NULL is fine.
 */
void	ctl_client_free(struct ctl_client *, bool clean);
bool	ctl_client_is_up(const struct ctl_client *);

/* result or error is NULL; both borrowed. Both NULL: connection lost. */
typedef void (*ctl_reply_cb)(json_t *result, json_t *error, void *arg);
/*
 * params: new reference or NULL, taken in any case.  cb may be NULL; otherwise
 * it is called exactly once, in the order of the calls, on connection loss just
 * before down().  -ENOTCONN when not up, -ENOBUFS with
 * CTL_CLIENT_CALLS_MAX outstanding or a peer that does not read, -ENOMEM.
 */
#define CTL_CLIENT_CALLS_MAX	1024
int	ctl_client_call(struct ctl_client *, const char *method, json_t *params,
	    ctl_reply_cb, void *arg);

#endif

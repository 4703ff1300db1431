/*
 * ctl_rpc.h - the methods of a daemon, and the requests that call them.
 *
 * The upper part is for the daemons, which get it with ctl_server.h; the lower
 * one for ctl_server.c.
 */
#ifndef SHARED_CTL_RPC_H
#define SHARED_CTL_RPC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "shared/ctl_stream.h"

struct ctl_client_conn;			/* one connected client */

/* JSON-RPC error codes beside the standard -32700, -32600..-32603. */
#define CTL_ERR_REFUSED		1	/* valid, but cannot be done; say why */
#define CTL_ERR_FORBIDDEN	2	/* needs root or the daemon's user */
#define CTL_ERR_NOT_FOUND	3	/* no such instance or session */

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
 * For a request that takes time.  The handler calls ctl_client_conn_defer() and
 * returns true without a result; the client's further requests wait, also its
 * end does, until ctl_client_conn_answer() or ctl_client_conn_refuse() is called,
 * once, from the loop.  After gone() of ctl_server.h neither may be.
 */
void	ctl_client_conn_defer(struct ctl_client_conn *);
/* result: a new reference, taken; NULL: true. */
void	ctl_client_conn_answer(struct ctl_client_conn *, json_t *result);
/* The same in parts (ctl_stream.h): result is an object; it and cursor are taken. */
void	ctl_client_conn_answer_parts(struct ctl_client_conn *, json_t *result,
	    const struct ctl_stream *, void *cursor);
/* error: borrowed, its code is not 0. */
void	ctl_client_conn_refuse(struct ctl_client_conn *,
	    const struct ctl_error *error);

#define CTL_CHANGES	0x1		/* needs root or the daemon's user */

struct ctl_method {
	const char	*name;
	unsigned	 flags;
	ctl_handler	 handler;
};

/* --- for ctl_server.c --- */

#define CTL_RPC_INVALID	(-32600)	/* JSON-RPC: no valid request */

/* The part of struct ctl_server_config that is about requests. */
struct ctl_rpc_service {
	const char		 *program;
	const char		 *version;
	const struct ctl_method	 *methods;
	const char *const	 *topics;
	void			(*snapshot)(struct ctl_client_conn *,
				    const char *topic, void *arg);
};

/*
 * Carry out the request in line, which has len bytes and then its LF.  Borrowed;
 * bad requests are answered.  A blank line is none.
 */
void	ctl_rpc_line(struct ctl_client_conn *, const char *line, size_t len);
/* Answer with an error.  id is borrowed; NULL: the request cannot be named. */
void	ctl_rpc_error(struct ctl_client_conn *, json_t *id, int code,
	    const char *message);
/*
 * The snapshots that were asked for (c->snapshots), until one of them is a stream;
 * the others follow when that has ended.
 */
void	ctl_rpc_snapshots(struct ctl_client_conn *);
/* Index of this client's subscription to topic, or -1. */
int	ctl_rpc_subscription(const struct ctl_client_conn *, const char *topic);

#endif

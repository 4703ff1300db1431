/*
 * ctl_call.h - the other end of a control socket, for a process that may wait.
 *
 * For vrrpctl and the like; a daemon uses ctl_client.h.  swiftover-ctl(7)
 * describes what is on the line.
 */
#ifndef SHARED_CTL_CALL_H
#define SHARED_CTL_CALL_H

#include <jansson.h>

struct ctl_call;
/* 0; -ENOENT/-ECONNREFUSED/-EACCES/...: why the daemon was not reached. */
int	ctl_call_open(const char *path, struct ctl_call **out);
/*
 * Sends and waits for this reply, up to 10 s for the first and each next byte, and
 * two minutes in all.  Exactly one of *result and *error is set, new references.
 * 0 or negative errno (-ECONNRESET: the daemon hung up, -ENODATA: in the middle of
 * its answer, -ETIMEDOUT, -EMSGSIZE: more than 64 MiB, -EPROTO: no JSON); then
 * neither is.  params taken.
 */
int	ctl_call(struct ctl_call *, const char *method, json_t *params,
	    json_t **result, json_t **error);
/*
 * Waits for the next notification, for ever; new reference to the message.
 * Those that came while ctl_call() waited are first.  0 or negative errno;
 * -EINTR when a signal handler ran.
 */
int	ctl_call_next(struct ctl_call *, json_t **message);
/* NULL is fine. */
void	ctl_call_close(struct ctl_call *);

#endif

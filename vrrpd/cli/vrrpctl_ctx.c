/*
 * vrrpctl_ctx.c - what every command of vrrpctl(8) does: ask, print, complain.
 *
 * A connection lives for one question, or for as long as monitor wants it.
 * Nothing is retried: a daemon that does not answer is the answer.
 */
#include "config.h"

#include "vrrpd/cli/vrrpctl_ctx.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "shared/ctl_call.h"

void __attribute__((format(printf, 2, 3)))
ctx_complain(struct ctx *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fprintf(c->err, "vrrpctl: ");
	(void)vfprintf(c->err, fmt, ap);
	(void)fputc('\n', c->err);
	va_end(ap);
}

struct view
ctx_view(struct ctx *c)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (struct view){ c->out,
	    (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000 };
}

void
ctx_print_json(struct ctx *c, const json_t *doc)
{
	(void)json_dumpf(doc, c->out, JSON_INDENT(2) | JSON_ENCODE_ANY);
	(void)fputc('\n', c->out);
}

json_t *
ctx_name(struct ctx *c, int i)
{
	if (i >= c->count)
		return json_object();
	return json_pack("{s:s}", "name", c->args[i]);
}

/* --- asking a daemon --- */

static int
unreachable(struct ctx *c, const char *daemon, const char *path, int rv)
{
	ctx_complain(c, "%s is not reachable at %s: %s %s", daemon, path,
	    strerror(-rv), rv == -EACCES || rv == -EPERM ?
	    "(it is for root and the daemon's group)" : "(is it running?)");
	return VRRPCTL_UNREACHABLE;
}

/* A daemon that was reached, and has not answered. */
static int
unanswered(struct ctx *c, const char *daemon, int rv)
{
	switch (rv) {
	case -ECONNRESET:
		ctx_complain(c, "%s hung up without an answer (has it been "
		    "restarted?)", daemon);
		break;
	case -ENODATA:
		ctx_complain(c, "%s hung up in the middle of its answer (has it "
		    "been restarted?)", daemon);
		break;
	case -ETIMEDOUT:
		ctx_complain(c, "%s does not answer", daemon);
		break;
	default:
		ctx_complain(c, "no answer from %s: %s", daemon,
		    strerror(-rv));
		break;
	}
	return VRRPCTL_UNREACHABLE;
}

int
ctx_open(struct ctx *c, bool bfdd, struct ctl_call **call)
{
	const char *path = bfdd ? c->bfdd_socket : c->vrrpd_socket;
	int rv;

	if ((rv = ctl_call_open(path, call)) != 0)
		return unreachable(c, bfdd ? "bfdd" : "vrrpd", path, rv);
	return VRRPCTL_DONE;
}

int
ctx_ask_on(struct ctx *c, struct ctl_call *call, bool bfdd, const char *method,
    json_t *params, json_t **result)
{
	json_t *error = NULL;
	const char *message;
	int rv;

	*result = NULL;
	if ((rv = ctl_call(call, method, params, result, &error)) != 0)
		return unanswered(c, bfdd ? "bfdd" : "vrrpd", rv);
	if (error == NULL)
		return VRRPCTL_DONE;
	message = json_string_value(json_object_get(error, "message"));
	ctx_complain(c, "%s", message != NULL ? message : "refused");
	json_decref(error);
	return VRRPCTL_REFUSED;
}

int
ctx_ask(struct ctx *c, bool bfdd, const char *method, json_t *params,
    json_t **result)
{
	struct ctl_call *call;
	int rv;

	*result = NULL;
	if ((rv = ctx_open(c, bfdd, &call)) != VRRPCTL_DONE) {
		json_decref(params);
		return rv;
	}
	rv = ctx_ask_on(c, call, bfdd, method, params, result);
	ctl_call_close(call);
	return rv;
}

int
ctx_query(struct ctx *c, const char *method, json_t *params,
    void (*show)(const struct view *, const json_t *))
{
	struct view v;
	json_t *result;
	int rv;

	if ((rv = ctx_ask(c, false, method, params, &result)) != VRRPCTL_DONE)
		return rv;
	v = ctx_view(c);
	if (c->json)
		ctx_print_json(c, result);
	else
		show(&v, result);
	json_decref(result);
	return VRRPCTL_DONE;
}

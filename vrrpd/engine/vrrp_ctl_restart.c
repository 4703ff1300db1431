/*
 * vrrp_ctl_restart.c - what an operator is answered who asks for a restart.
 *
 * The program on disk may be another one by now, or none.  So the monitor tries it
 * first (vrrp_trial.h), and until the verdict is there nothing changes and the
 * operator waits.
 *
 *   good      this engine hands over to one that runs the program on disk
 *   foreign   the program is able, but does not understand the monitor that runs:
 *             all of vrrpd leaves in a planned way, and begins again as the program
 *             on disk
 *   bad       nothing is restarted, and the operator is told why
 *
 * Owns the answers that are still to be given.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_ctl_restart.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/pure/vrrp_trial.h"

/* The monitor itself ends a trial before that. */
#define WAIT_NS	(8 * NS_PER_S)

struct waiting {
	struct waiting		*next;
	struct ctl_client_conn	*conn;
};

struct vrrp_ctl_restart {
	struct vrrp_router	*router;
	struct loop_timer	*limit;
	bool			 trying;
	struct waiting		*first;
};

/* --- answers --- */

static void
refuse_all(struct vrrp_ctl_restart *c, const char *why)
{
	struct ctl_error error;
	struct waiting *w;

	(void)ctl_fail(&error, CTL_ERR_REFUSED, "the program on disk cannot go "
	    "on: %s; nothing was restarted", why);
	log_err("restart refused: %s", error.message);
	while ((w = c->first) != NULL) {
		c->first = w->next;
		ctl_client_conn_refuse(w->conn, &error);
		free(w);
	}
}

static void
answer_all(struct vrrp_ctl_restart *c, const struct vrrp_trial *t)
{
	struct waiting *w;

	while ((w = c->first) != NULL) {
		c->first = w->next;
		ctl_client_conn_answer(w->conn, json_pack("{s:i, s:s, s:b}",
		    "engine-pid", (int)getpid(), "version", t->text, "whole",
		    t->verdict == VRRP_TRIAL_FOREIGN));
		free(w);
	}
}

/* --- the trial --- */

static enum vrrp_refusal
on_tried(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_ctl_restart *c = arg;
	struct vrrp_trial t;

	if (!vrrp_trial_decode(body, len, &t))
		return VRRP_REFUSAL_BODY;
	if (!c->trying)
		return VRRP_REFUSAL_NONE;
	c->trying = false;
	loop_timer_set(c->limit, MONO_NEVER);
	if (t.verdict == VRRP_TRIAL_BAD) {
		refuse_all(c, t.text);
		return VRRP_REFUSAL_NONE;
	}
	if (t.verdict == VRRP_TRIAL_GOOD)
		c->router->restart(c->router->restart_arg);
	else if (c->router->replace(c->router->restart_arg) < 0) {
		refuse_all(c, "the monitor cannot be told");
		return VRRP_REFUSAL_NONE;
	}
	answer_all(c, &t);
	return VRRP_REFUSAL_NONE;
}

static void
limit_cb(mono_t deadline, void *arg)
{
	struct vrrp_ctl_restart *c = arg;

	(void)deadline;
	if (!c->trying)
		return;
	c->trying = false;
	refuse_all(c, "the monitor does not say");
}

bool
vrrp_ctl_restart_ask(struct vrrp_ctl_restart *c, struct ctl_client_conn *conn,
    struct ctl_error *error)
{
	struct waiting *w;

	if (c->router->restart == NULL)
		return ctl_fail(error, CTL_ERR_REFUSED,
		    "nobody is there to start it again");
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return ctl_fail(error, CTL_ERR_REFUSED, "out of memory");
	if (!c->trying && vrrp_channel_send(c->router->env.channel,
	    VRRP_MSG_TRY, NULL, 0) < 0) {
		free(w);
		return ctl_fail(error, CTL_ERR_REFUSED,
		    "the monitor cannot be told");
	}
	if (!c->trying)
		loop_timer_set(c->limit, mono_add(loop_clock(), WAIT_NS));
	c->trying = true;
	w->conn = conn;
	w->next = c->first;
	c->first = w;
	ctl_client_conn_defer(conn);
	return true;
}

void
vrrp_ctl_restart_gone(struct vrrp_ctl_restart *c,
    const struct ctl_client_conn *conn)
{
	struct waiting **at = &c->first, *w;

	while ((w = *at) != NULL && w->conn != conn)
		at = &w->next;
	if (w == NULL)
		return;
	*at = w->next;
	free(w);
}

/* --- life --- */

struct vrrp_ctl_restart *
vrrp_ctl_restart_new(struct loop *loop, struct vrrp_router *r)
{
	struct vrrp_ctl_restart *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->router = r;
	c->limit = loop_timer_new(loop, limit_cb, c);
	if (c->limit == NULL) {
		free(c);
		return NULL;
	}
	if (r->env.channel != NULL)
		vrrp_channel_handle(r->env.channel, VRRP_MSG_TRIED, on_tried,
		    c);
	return c;
}

void
vrrp_ctl_restart_free(struct vrrp_ctl_restart *c)
{
	struct waiting *w;

	if (c == NULL)
		return;
	if (c->router->env.channel != NULL)
		vrrp_channel_handle(c->router->env.channel, VRRP_MSG_TRIED,
		    NULL, NULL);
	while ((w = c->first) != NULL) {
		c->first = w->next;
		free(w);
	}
	loop_timer_free(c->limit);
	free(c);
}

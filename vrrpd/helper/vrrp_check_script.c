/*
 * vrrp_check_script.c - `script`: a command that says good by its exit status.
 *
 * Everything but exit status 0 is a failure: another status, death by a signal,
 * the deadline, and also a command that cannot be run at all.  The runner keeps
 * the deadline; after it the round is over, but no new one begins until nothing
 * of the old one is left.
 */
#include "config.h"

#include <stdlib.h>

#include "vrrpd/helper/vrrp_check_kinds.h"
#include "vrrpd/helper/vrrp_run.h"

struct script {
	struct vrrp_checked			*checked;
	const struct vrrp_tracker_params	*p;
	struct vrrp_job				*job;
};

static void
on_done(const struct vrrp_run_result *r, void *arg)
{
	struct script *s = arg;

	vrrp_checked_round(s->checked, r->end == VRRP_RUN_EXITED &&
	    r->code == 0, r->reason);
}

static void
on_gone(void *arg)
{
	struct script *s = arg;

	s->job = NULL;
}

static void
script_start(void *state)
{
	struct script *s = state;
	struct vrrp_checks_shared *shared = vrrp_checked_shared(s->checked);
	struct vrrp_run_spec spec = {
		.command = s->p->command,
		.user = s->p->user,
		.timeout_ns = s->p->timeout_ns,
	};

	s->job = vrrp_run_start(shared->run, &spec, on_done, on_gone, s);
	if (s->job == NULL)
		vrrp_checked_round(s->checked, false,
		    "cannot run: too many programs at once");
}

static bool
script_busy(void *state)
{
	const struct script *s = state;

	return s->job != NULL;
}

static void *
script_open(struct vrrp_checked *c, const struct vrrp_tracker_params *p)
{
	struct script *s = calloc(1, sizeof(*s));

	if (s != NULL) {
		s->checked = c;
		s->p = p;
	}
	return s;
}

static void
script_close(void *state)
{
	struct script *s = state;

	if (s->job != NULL)
		vrrp_run_abandon(s->job);
	free(s);
}

const struct vrrp_checks_kind vrrp_check_script = {
	.kind = VRRP_TRACK_SCRIPT,
	.open = script_open,
	.close = script_close,
	.start = script_start,
	.busy = script_busy,
};

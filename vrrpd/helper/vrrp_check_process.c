/*
 * vrrp_check_process.c - `process`: so many processes of a name live, or the one
 * of a pid_file.
 *
 * Told by vrrp_procs.h.  Fewer than `minimum` are down at once, or after `delay`
 * if they have not come back by then; enough are up at once.
 *
 * A user is looked up here, when the tracker begins: this process may wait for
 * that.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "vrrpd/config/vrrp_command.h"
#include "vrrpd/helper/vrrp_check_kinds.h"
#include "vrrpd/helper/vrrp_procs.h"

struct process {
	struct vrrp_checked			*checked;
	const struct vrrp_tracker_params	*p;
	struct vrrp_procs_watch			*watch;
	struct loop_timer			*delay;
	unsigned				 alive;
	bool					 up;
	bool					 waiting;	/* for delay */
	/* The user cannot be found: nobody is counted.  "" if that is well. */
	char				 why[VRRP_LEVEL_REASON_MAX];
};

static void
say_down(struct process *s, mono_t since)
{
	const struct vrrp_tracker_params *p = s->p;
	char reason[VRRP_LEVEL_REASON_MAX], whose[40] = "";

	if (p->user[0] != '\0')
		(void)snprintf(whose, sizeof(whose), " of user %.30s", p->user);
	if (s->why[0] != '\0')
		(void)snprintf(reason, sizeof(reason), "%s", s->why);
	else if (p->pid_file[0] != '\0')
		(void)snprintf(reason, sizeof(reason),
		    "no process of %.40s%s", p->pid_file, whose);
	else if (s->alive == 0)
		(void)snprintf(reason, sizeof(reason), "no process %s%s",
		    p->process_name, whose);
	else
		(void)snprintf(reason, sizeof(reason),
		    "%u of %u processes %s%s", s->alive, p->minimum,
		    p->process_name, whose);
	vrrp_checked_level(s->checked, false, since, reason);
}

static void
on_delay(mono_t deadline, void *arg)
{
	struct process *s = arg;

	s->waiting = false;
	say_down(s, deadline);
}

static void
on_change(unsigned alive, mono_t at, void *arg)
{
	struct process *s = arg;
	bool was_up = s->up;

	s->alive = s->why[0] != '\0' ? 0 : alive;
	s->up = s->alive >= s->p->minimum;
	if (s->up) {
		s->waiting = false;
		loop_timer_set(s->delay, MONO_NEVER);
		vrrp_checked_level(s->checked, true, at, NULL);
	} else if (was_up && s->p->delay_ns > 0) {
		s->waiting = true;
		loop_timer_set(s->delay, mono_add(at, s->p->delay_ns));
	} else if (!s->waiting) {
		say_down(s, at);
	}
}

static void
process_close(void *state)
{
	struct process *s = state;

	if (s->watch != NULL)
		vrrp_procs_unwatch(s->watch);
	loop_timer_free(s->delay);
	free(s);
}

static void *
process_open(struct vrrp_checked *c, const struct vrrp_tracker_params *p)
{
	struct vrrp_checks_shared *shared = vrrp_checked_shared(c);
	struct process *s = calloc(1, sizeof(*s));
	struct vrrp_procs_wanted wanted = {
		.name = p->process_name,
		.pid_file = p->pid_file,
		.interval_ns = p->interval_ns,
	};
	struct vrrp_command_user user;

	if (s == NULL)
		return NULL;
	s->checked = c;
	s->p = p;
	s->delay = loop_timer_new(vrrp_checked_loop(c), on_delay, s);
	wanted.whose.by_user = p->user[0] != '\0';
	(void)snprintf(wanted.whose.exe, sizeof(wanted.whose.exe), "%s",
	    p->exe);
	if (wanted.whose.by_user && vrrp_command_user(p->user, &user, s->why,
	    sizeof(s->why)) == 0)
		wanted.whose.uid = user.uid;
	if (s->delay != NULL)
		s->watch = vrrp_procs_watch(shared->procs, &wanted, on_change,
		    s);
	if (s->watch == NULL) {
		process_close(s);
		return NULL;
	}
	return s;
}

const struct vrrp_checks_kind vrrp_check_process = {
	.kind = VRRP_TRACK_PROCESS,
	.open = process_open,
	.close = process_close,
};

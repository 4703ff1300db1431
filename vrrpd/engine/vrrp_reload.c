/*
 * vrrp_reload.c - reloads, from the wish to the answer.
 *
 * A wish is a number that the monitor is asked to read the file under.  Its answer
 * is VRRP_MSG_VALUES, in pieces, or VRRP_MSG_UNREAD; one with another number is of
 * a wish that was given up, and is passed over.  Decoding takes SLICE_NS per turn.
 *
 * The monitor bounds the time of a reading; should it not answer at all, the wish
 * ends after ANSWER_NS.
 *
 * A wish whose client has gone is carried out like any other: `vrrpctl reload`
 * that is interrupted is no reason to do half of what it was for.
 *
 * Before values are applied they are compared with what runs, an element at a time
 * as well: whoever asked is told what was changed, and after a dry run that is all.
 *
 * VRRP_READ_BACK comes unasked: a reload was not confirmed.  It waits for its turn
 * like a wish, and is passed over when another reload is in force by then.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_reload.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "shared/pure/cursor.h"
#include "vrrpd/config/vrrp_reading.h"
#include "vrrpd/ipc/vrrp_post.h"

#define SLICE_NS	(500 * NS_PER_US)
#define PAUSE_NS	(1 * NS_PER_MS)
#define ANSWER_NS	(9 * NS_PER_S)
#define TOO_LATE_NS	(100 * NS_PER_MS)

struct wish {
	struct wish		*next;
	struct vrrp_reload_wish	 wish;
	vrrp_reload_done	 done;
	void			*arg;
};

/* Values on their way. */
struct arrival {
	struct vrrp_inbox	 inbox;
	struct vrrp_decoding	*decoding;	/* of the inbox, once it is whole */
	struct vrrp_reading	*found;		/* decoded, and being compared */
	struct vrrp_changes	*changes;
};

struct vrrp_reload {
	struct vrrp_reload_config config;
	struct loop_timer	*turn;		/* decoding; the next wish */
	struct loop_timer	*patience;	/* for the monitor */
	struct wish		*first;		/* the one at work, then the others */
	unsigned		 count;
	uint32_t		 number;	/* asked for; counts up from 1 */
	bool			 asked;		/* the first wish is at work */
	bool			 ended;		/* the engine leaves */
	/* Being applied, of `fresh` or of `back`; NULL: nothing is. */
	struct arrival		*applying;
	struct vrrp_changes	*applied;	/* the changes in it */
	struct arrival		 fresh;		/* asked for */
	struct arrival		 back;		/* VRRP_READ_BACK */
	uint32_t		 in_force;	/* as the monitor was told */
	struct vrrp_probation	 trial;		/* as the monitor said */
};

/* --- the end of a wish --- */

static void
discard(struct arrival *a)
{
	vrrp_reading_free(vrrp_decoding_end(a->decoding));
	a->decoding = NULL;
	vrrp_changes_free(a->changes);
	a->changes = NULL;
	vrrp_reading_free(a->found);
	a->found = NULL;
	vrrp_inbox_empty(&a->inbox);
}

static void
finish(struct vrrp_reload *r, struct vrrp_reload_end *end)
{
	struct wish *w = r->first;

	end->wish = w->wish;
	r->first = w->next;
	r->count--;
	r->asked = false;
	loop_timer_set(r->patience, MONO_NEVER);
	if (r->first != NULL)
		loop_timer_set(r->turn, loop_clock());
	if (w->done != NULL)
		w->done(end, w->arg);
	vrrp_changes_free(end->changes);
	free(w);
}

static void
fail(struct vrrp_reload *r, int error, const char *why)
{
	struct vrrp_reload_end end = { .error = error, .why = why };

	log_err("reload refused: nothing was changed");
	discard(&r->fresh);
	finish(r, &end);
}

/* --- asking --- */

static void
ask(struct vrrp_reload *r)
{
	uint8_t body[4];
	struct cursor_out c;
	int error;

	if (++r->number == VRRP_READ_BACK)
		r->number++;
	r->asked = true;
	cursor_out_init(&c, body, sizeof(body));
	cursor_put_u32(&c, r->number);
	error = vrrp_channel_send(r->config.channel, VRRP_MSG_READ, body,
	    c.len);
	if (error < 0) {
		log_err("the monitor cannot be asked to read: %s",
		    strerror(-error));
		fail(r, error, "the monitor cannot be asked");
		return;
	}
	loop_timer_set(r->patience, mono_add(loop_clock(), ANSWER_NS));
}

static void
no_answer(mono_t deadline, void *arg)
{
	struct vrrp_reload *r = arg;

	(void)deadline;
	if (!r->asked)
		return;
	log_err("the monitor does not say what it has read");
	fail(r, -ETIMEDOUT, "the monitor does not answer");
}

/* --- a file that was read --- */

static void
say(const struct vrrp_reading *found)
{
	char text[sizeof(struct conf_error) + 32];
	unsigned i;

	for (i = 0; i < found->errors.count && i < CONF_ERRORS_MAX; i++)
		log_err("%s", conf_error_format(&found->errors.list[i], text,
		    sizeof(text)));
	for (i = 0; i < found->warnings.count && i < CONF_ERRORS_MAX; i++)
		log_warning("%s", conf_error_format(&found->warnings.list[i],
		    text, sizeof(text)));
}

static void
say_changes(const struct vrrp_changes *changes)
{
	const struct vrrp_change *c;

	for (c = vrrp_changes_first(changes); c != NULL; c = c->next)
		log_info("reload %s=%s change=%s%s%s%s", c->kind, c->name,
		    vrrp_change_class_name(c->class), c->words[0] == '\0' ?
		    "" : " words=\"", c->words, c->words[0] == '\0' ? "" :
		    "\"");
}

static void
end_dry_run(struct vrrp_reload *r)
{
	struct vrrp_reload_end end = { .changes = r->fresh.changes };

	r->fresh.changes = NULL;
	discard(&r->fresh);
	finish(r, &end);
}

/* The engine takes the values, and comes back to vrrp_reload_applied(). */
static void
begin(struct vrrp_reload *r, struct arrival *a, uint32_t number,
    int64_t trial_ns)
{
	static const struct vrrp_applied nothing;
	int error;

	say_changes(a->changes);
	r->in_force = number;
	r->applying = a;
	r->applied = a->changes;
	a->changes = NULL;
	loop_timer_set(r->turn, MONO_NEVER);
	loop_timer_set(r->patience, MONO_NEVER);
	error = r->config.apply(&a->found->config, number, trial_ns,
	    r->config.arg);
	discard(a);
	if (error < 0)
		vrrp_reload_applied(r, &nothing, error);
}

static void
apply(struct vrrp_reload *r)
{
	if (r->first->wish.dry_run)
		end_dry_run(r);
	else
		begin(r, &r->fresh, r->number, r->first->wish.trial_ns);
}

/* The reload before was not confirmed in time. */
static void
apply_back(struct vrrp_reload *r)
{
	if (r->trial.number == r->in_force)
		begin(r, &r->back, VRRP_READ_BACK, 0);
	else
		discard(&r->back);
}

/* The values were decoded: begin to compare them, if there is a point in it. */
static void
look_at(struct vrrp_reload *r, struct arrival *a, struct vrrp_reading *found)
{
	bool dry_run = a == &r->fresh && r->first->wish.dry_run;
	char why[640];

	if (!found->good) {
		say(found);
		if (a == &r->fresh)
			fail(r, -EINVAL, vrrp_reading_why(found, why,
			    sizeof(why)));
		vrrp_reading_free(found);
		return;
	}
	if (a == &r->fresh && !dry_run)
		say(found);
	a->found = found;
	r->config.prepare(&found->config, dry_run, r->config.arg);
	a->changes = vrrp_changes_new(r->config.in_force(r->config.arg),
	    &found->config, r->config.running, r->config.arg);
	if (a->changes != NULL)
		return;
	log_err("reload: out of memory");
	if (a == &r->fresh)
		fail(r, -ENOMEM, "out of memory");
	else
		discard(a);
}

static void
compare_some(struct vrrp_reload *r, struct arrival *a)
{
	mono_t end = mono_add(loop_clock(), SLICE_NS);

	loop_timer_set(r->turn, mono_add(loop_clock(), PAUSE_NS));
	while (vrrp_changes_step(a->changes))
		if (!mono_before(loop_clock(), end))
			return;
	if (a == &r->fresh)
		apply(r);
	else
		apply_back(r);
}

static void
not_understood(struct vrrp_reload *r, const struct arrival *a, int error)
{
	log_err("what was read cannot be taken: %s", error == -EPROTO ?
	    "its reader is another version" : strerror(-error));
	if (a == &r->fresh)
		fail(r, error, error == -EPROTO ? "vrrpd.conf was read by "
		    "another version of vrrpd: vrrpctl restart first" :
		    error == -ENOMEM ? "out of memory" :
		    "what was read is not understood");
}

static void
has_decoded(struct vrrp_reload *r, struct arrival *a, int error)
{
	struct vrrp_reading *found = vrrp_decoding_end(a->decoding);

	a->decoding = NULL;
	vrrp_inbox_empty(&a->inbox);
	if (error < 0)
		not_understood(r, a, error);
	else
		look_at(r, a, found);
}

static void
decode_some(struct vrrp_reload *r, struct arrival *a)
{
	mono_t end = mono_add(loop_clock(), SLICE_NS);
	int rc;

	do
		rc = vrrp_decoding_step(a->decoding);
	while (rc > 0 && mono_before(loop_clock(), end));
	/* The other arrival, or the next wish. */
	loop_timer_set(r->turn, mono_add(loop_clock(), PAUSE_NS));
	if (rc <= 0)
		has_decoded(r, a, rc);
}

static void
turn(mono_t deadline, void *arg)
{
	struct vrrp_reload *r = arg;

	(void)deadline;
	if (r->applying != NULL)
		return;
	if (r->fresh.changes != NULL)
		compare_some(r, &r->fresh);
	else if (r->back.changes != NULL)
		compare_some(r, &r->back);
	else if (r->fresh.decoding != NULL)
		decode_some(r, &r->fresh);
	else if (r->back.decoding != NULL)
		decode_some(r, &r->back);
	else if (r->first != NULL && !r->asked)
		ask(r);
}

/* --- from the monitor --- */

/* There is no memory for the values that were asked for, or for all of them. */
static enum vrrp_refusal
no_room(struct vrrp_reload *r, struct arrival *a, uint32_t number)
{
	discard(a);
	if (a == &r->fresh && r->asked && number == r->number)
		not_understood(r, a, -ENOMEM);
	return VRRP_REFUSAL_ROOM;
}

static enum vrrp_refusal
on_values(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_reload *r = arg;
	struct arrival *a;
	enum vrrp_refusal why;
	struct cursor_in c;
	uint32_t number;
	bool whole;

	cursor_in_init(&c, body, len);
	number = cursor_get_u32(&c);
	a = number == VRRP_READ_BACK ? &r->back : &r->fresh;
	/* Newer values replace those that were being decoded. */
	if (a->decoding != NULL || a->found != NULL)
		discard(a);
	why = vrrp_inbox_take(&a->inbox, body, len, &whole);
	if (why == VRRP_REFUSAL_ROOM)
		return no_room(r, a, number);
	if (why != VRRP_REFUSAL_NONE || !whole)
		return why;
	if (r->ended || (a == &r->fresh && (!r->asked ||
	    a->inbox.number != r->number))) {
		discard(a);
		return VRRP_REFUSAL_NONE;
	}
	a->decoding = vrrp_decoding_begin(a->inbox.bytes, a->inbox.len);
	if (a->decoding == NULL)
		return no_room(r, a, number);
	loop_timer_set(r->turn, loop_clock());
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_unread(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_reload *r = arg;
	struct vrrp_unread u;

	if (!vrrp_unread_decode(body, len, &u))
		return VRRP_REFUSAL_BODY;
	if (!r->asked || u.number != r->number)
		return VRRP_REFUSAL_NONE;
	log_err("%s", u.why);
	fail(r, -EIO, u.why);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_trial(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_reload *r = arg;

	return vrrp_probation_decode(body, len, &r->trial) ? VRRP_REFUSAL_NONE :
	    VRRP_REFUSAL_BODY;
}

/* --- for the engine --- */

void
vrrp_reload_applied(struct vrrp_reload *r, const struct vrrp_applied *sum,
    int error)
{
	struct vrrp_reload_end end = { .error = error, .applied = *sum,
	    .why = error < 0 ? strerror(-error) : NULL };
	struct arrival *a = r->applying;

	if (a == NULL)
		return;
	r->applying = NULL;
	end.changes = r->applied;
	r->applied = NULL;
	loop_timer_set(r->turn, loop_clock());	/* more may have come */
	if (a == &r->fresh)
		finish(r, &end);
	else
		vrrp_changes_free(end.changes);
}

int
vrrp_reload_ask(struct vrrp_reload *r, const struct vrrp_reload_wish *wish,
    vrrp_reload_done done, void *arg)
{
	struct wish **at = &r->first, *w, *last = NULL;

	if (r->ended)
		return -ESHUTDOWN;
	for (w = r->first; w != NULL; w = w->next)
		last = w;
	/* A file that will be read for good anyway need not be read once more. */
	if (done == NULL && last != NULL && (last != r->first || !r->asked) &&
	    !last->wish.dry_run && last->wish.trial_ns == 0)
		return 0;
	if (r->count == VRRP_RELOADS_MAX)
		return -EBUSY;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return -ENOMEM;
	w->wish = *wish;
	w->done = done;
	w->arg = arg;
	while (*at != NULL)
		at = &(*at)->next;
	*at = w;
	if (r->count++ == 0)
		loop_timer_set(r->turn, loop_clock());
	return 0;
}

void
vrrp_reload_forget(struct vrrp_reload *r, const void *arg)
{
	struct wish *w;

	for (w = r->first; w != NULL; w = w->next)
		if (w->arg == arg)
			w->done = NULL;
}

int
vrrp_reload_confirm(struct vrrp_reload *r)
{
	if (!r->trial.pending)
		return -ENOENT;
	/* Whoever is told that it stays must not see it go. */
	if (mono_sub(r->trial.until, loop_clock()) < TOO_LATE_NS)
		return -ETIME;
	return vrrp_channel_send(r->config.channel, VRRP_MSG_CONFIRM, NULL, 0);
}

const struct vrrp_probation *
vrrp_reload_trial(const struct vrrp_reload *r)
{
	return &r->trial;
}

void
vrrp_reload_end_all(struct vrrp_reload *r)
{
	r->ended = true;
	r->applying = NULL;
	vrrp_changes_free(r->applied);
	r->applied = NULL;
	discard(&r->fresh);
	discard(&r->back);
	while (r->first != NULL)
		fail(r, -ESHUTDOWN, "vrrpd is leaving");
	loop_timer_set(r->turn, MONO_NEVER);
}

struct vrrp_reload *
vrrp_reload_new(const struct vrrp_reload_config *config)
{
	struct vrrp_reload *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->config = *config;
	r->in_force = VRRP_READ_BACK;
	r->turn = loop_timer_new(config->loop, turn, r);
	r->patience = loop_timer_new(config->loop, no_answer, r);
	vrrp_channel_handle(config->channel, VRRP_MSG_VALUES, on_values, r);
	vrrp_channel_handle(config->channel, VRRP_MSG_UNREAD, on_unread, r);
	vrrp_channel_handle(config->channel, VRRP_MSG_PROBATION, on_trial, r);
	if (r->turn == NULL || r->patience == NULL) {
		vrrp_reload_free(r);
		return NULL;
	}
	return r;
}

void
vrrp_reload_free(struct vrrp_reload *r)
{
	struct wish *w;

	if (r == NULL)
		return;
	vrrp_channel_handle(r->config.channel, VRRP_MSG_VALUES, NULL, NULL);
	vrrp_channel_handle(r->config.channel, VRRP_MSG_UNREAD, NULL, NULL);
	vrrp_channel_handle(r->config.channel, VRRP_MSG_PROBATION, NULL, NULL);
	vrrp_changes_free(r->applied);
	discard(&r->fresh);
	discard(&r->back);
	while ((w = r->first) != NULL) {
		r->first = w->next;
		free(w);
	}
	loop_timer_free(r->turn);
	loop_timer_free(r->patience);
	free(r);
}

/*
 * vrrp_ledger.c - the monitor's book of configurations.
 *
 * Three entries: `fresh`, what was read last and is not in force yet; `in_force`;
 * and `confirmed`, while a trial is on.  The engine says which number is in force
 * (VRRP_MSG_RELOADED), so that what it could not take is not given to its
 * successor.
 *
 * The end of a trial reaches an engine that is ready, as values of the number
 * VRRP_READ_BACK; an engine that has another reload in force by then passes over
 * them (the number in vrrp_probation.h).  From the moment of the end on the old values
 * are in force for whoever begins: an engine that dies meanwhile is followed by one
 * that has gone back already.
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_ledger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "shared/pure/cursor.h"
#include "vrrpd/config/vrrp_needs.h"
#include "vrrpd/config/vrrp_reading.h"
#include "vrrpd/monitor/vrrp_reader.h"
#include "vrrpd/pure/vrrp_probation.h"

struct vrrp_ledger {
	const char		*conf;
	const struct priv_user	*user;
	const struct vrrp_program *program;
	struct vrrp_reader	*reader;
	struct vrrp_post	*post;		/* to the engine */
	struct loop_timer	*end;		/* of the trial */
	struct vrrp_channel	*engine;	/* NULL: none */
	bool			 ready;		/* that engine is */
	uint32_t		 number;	/* of the reading at work */
	uint32_t		 heard;		/* of this engine's last RELOADED */
	bool			 owe_fresh, owe_back;	/* to the engine */
	struct vrrp_parcel	*fresh;		/* NULL: none */
	uint32_t		 fresh_number;
	struct vrrp_parcel	*in_force;
	bool			 has_changed;
	struct vrrp_parcel	*confirmed;	/* NULL: no trial */
	mono_t			 until;
	bool			 over;		/* the engine is to go back */
	void			(*changed)(uint8_t needs, void *arg);
	void			*arg;
};

/* --- to the engine --- */

static void
tell_trial(struct vrrp_ledger *l)
{
	struct vrrp_probation t = { .pending = l->confirmed != NULL && !l->over,
	    .number = l->heard };
	uint8_t body[VRRP_PROBATION_BYTES];

	if (t.pending)
		t.until = l->until;
	(void)vrrp_channel_send(l->engine, VRRP_MSG_PROBATION, body,
	    vrrp_probation_encode(&t, body));
}

static void
tell_unread(struct vrrp_ledger *l, const char *why)
{
	struct vrrp_unread u = { .number = l->number };
	uint8_t body[VRRP_UNREAD_BYTES_MAX];

	(void)snprintf(u.why, sizeof(u.why), "%s", why);
	(void)vrrp_channel_send(l->engine, VRRP_MSG_UNREAD, body,
	    vrrp_unread_encode(&u, body));
}

/* One after the other: what is on its way is not cut off. */
static void
send_what_is_owed(void *arg)
{
	struct vrrp_ledger *l = arg;

	if (l->engine == NULL || vrrp_post_is_busy(l->post))
		return;
	if (l->owe_back && l->ready) {
		l->owe_back = false;
		vrrp_post_send(l->post, l->engine, VRRP_READ_BACK,
		    l->confirmed, send_what_is_owed, l);
	} else if (l->owe_fresh) {
		l->owe_fresh = false;
		vrrp_post_send(l->post, l->engine, l->fresh_number, l->fresh,
		    send_what_is_owed, l);
	}
}

static void
replace(struct vrrp_parcel **entry, struct vrrp_parcel *by)
{
	struct vrrp_parcel *old = *entry;

	*entry = vrrp_parcel_keep(by);
	vrrp_parcel_drop(old);
}

/* --- reading --- */

static void
has_read(uint8_t *bytes, size_t len, const char *why, void *arg)
{
	struct vrrp_ledger *l = arg;

	vrrp_parcel_drop(l->fresh);
	l->fresh = bytes == NULL ? NULL : vrrp_parcel_new(bytes, len);
	l->fresh_number = l->number;
	if (l->fresh == NULL) {
		tell_unread(l, bytes == NULL ? why : "out of memory");
		return;
	}
	l->owe_fresh = true;
	send_what_is_owed(l);
}

/* One reading at a time: another one that is asked for replaces it. */
static enum vrrp_refusal
on_read(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_ledger *l = arg;
	struct cursor_in c;
	uint32_t number;
	char why[256];
	int error;

	cursor_in_init(&c, body, len);
	number = cursor_get_u32(&c);
	if (number == VRRP_READ_BACK)
		return VRRP_REFUSAL_BODY;
	l->number = number;
	error = vrrp_reader_start(l->reader);
	if (error < 0) {
		(void)snprintf(why, sizeof(why), "%s: cannot be read: %s",
		    l->conf, error == -EAGAIN ? "readers hang that cannot be "
		    "ended" : strerror(-error));
		tell_unread(l, why);
	}
	return VRRP_REFUSAL_NONE;
}

/* --- in force, and for how long --- */

static void
end_trial(struct vrrp_ledger *l)
{
	vrrp_parcel_drop(l->confirmed);
	l->confirmed = NULL;
	l->over = l->owe_back = false;
	loop_timer_set(l->end, MONO_NEVER);
}

static void
time_is_over(mono_t deadline, void *arg)
{
	struct vrrp_ledger *l = arg;

	(void)deadline;
	if (l->confirmed == NULL)
		return;
	log_notice("the reload was not confirmed: back to the configuration "
	    "before");
	l->over = l->owe_back = true;
	replace(&l->in_force, l->confirmed);
	tell_trial(l);
	send_what_is_owed(l);
}

static void
begin_trial(struct vrrp_ledger *l, int64_t ns)
{
	/* A trial after a trial goes back to what was confirmed. */
	if (l->confirmed == NULL)
		replace(&l->confirmed, l->in_force);
	l->over = l->owe_back = false;
	l->until = mono_add(loop_clock(), ns);
	loop_timer_set(l->end, l->until);
}

static enum vrrp_refusal
on_reloaded(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_ledger *l = arg;
	struct vrrp_reloaded r;

	if (!vrrp_reloaded_decode(body, len, &r) ||
	    (r.needs & ~VRRP_NEEDS_ALL) != 0)
		return VRRP_REFUSAL_BODY;
	if (r.number == VRRP_READ_BACK) {
		if (l->confirmed == NULL || !l->over)
			return VRRP_REFUSAL_BODY;
		end_trial(l);
	} else if (l->fresh == NULL || r.number != l->fresh_number)
		return VRRP_REFUSAL_BODY;
	else {
		if (r.trial_ns > 0)
			begin_trial(l, r.trial_ns);
		else
			end_trial(l);
		replace(&l->in_force, l->fresh);
		replace(&l->fresh, NULL);
	}
	l->has_changed = true;
	l->heard = r.number;
	tell_trial(l);
	if (l->changed != NULL)
		l->changed(r.needs, l->arg);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_confirm(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_ledger *l = arg;

	(void)body;
	(void)len;
	/* Too late: the engine is on its way back, and hears so. */
	if (l->confirmed != NULL && !l->over)
		end_trial(l);
	tell_trial(l);
	return VRRP_REFUSAL_NONE;
}

/* --- a part of the monitor --- */

static void
part_attach(struct vrrp_channel *engine, void *arg)
{
	struct vrrp_ledger *l = arg;

	l->engine = engine;
	l->ready = l->owe_fresh = l->owe_back = false;
	l->heard = VRRP_READ_BACK;
	vrrp_channel_handle(engine, VRRP_MSG_READ, on_read, l);
	vrrp_channel_handle(engine, VRRP_MSG_RELOADED, on_reloaded, l);
	vrrp_channel_handle(engine, VRRP_MSG_CONFIRM, on_confirm, l);
	/* The new one begins with what is in force: it has gone back. */
	if (l->over)
		end_trial(l);
	tell_trial(l);
}

/* Whatever this engine had asked for is of no use to the next one. */
static void
part_detach(void *arg)
{
	struct vrrp_ledger *l = arg;

	l->engine = NULL;
	l->ready = false;
	vrrp_post_stop(l->post);
	vrrp_reader_stop(l->reader);
	replace(&l->fresh, NULL);
}

static void
part_provide(struct vrrp_birth *b, void *arg)
{
	struct vrrp_ledger *l = arg;

	b->values = l->in_force;
	vrrp_reader_program(l->reader, b->own || l->program->path[0] == '\0' ?
	    NULL : l->program->path);
}

static void
part_ready(void *arg)
{
	struct vrrp_ledger *l = arg;

	l->ready = true;
	send_what_is_owed(l);
}

static void
part_forget(void *arg)
{
	struct vrrp_ledger *l = arg;

	vrrp_reader_forget(l->reader);
	vrrp_post_free(l->post);
	loop_timer_free(l->end);
	l->reader = NULL;
	l->post = NULL;
	l->end = NULL;
}

static int
part_open(struct loop *loop, void *arg)
{
	struct vrrp_ledger *l = arg;
	const struct vrrp_reader_config config = {
		.conf = l->conf,
		.user = l->user,
		.read = vrrp_reader_live,
		.done = has_read,
		.arg = l,
	};

	l->reader = vrrp_reader_new(loop, &config);
	l->post = vrrp_post_new(loop);
	l->end = loop_timer_new(loop, time_is_over, l);
	return l->reader == NULL || l->post == NULL || l->end == NULL ?
	    -ENOMEM : 0;
}

static void
part_close(void *arg)
{
	struct vrrp_ledger *l = arg;

	if (l->confirmed != NULL)
		log_warning("leaving before the reload was confirmed: the next "
		    "vrrpd begins with what the file says then");
	if (l->reader != NULL)
		vrrp_reader_stop(l->reader);
	part_forget(l);
}

/* --- life --- */

struct vrrp_ledger *
vrrp_ledger_new(const char *conf, const struct vrrp_config *config,
    const struct priv_user *user, const struct vrrp_program *program)
{
	struct vrrp_ledger *l = calloc(1, sizeof(*l));
	uint8_t *bytes = NULL;
	size_t len;

	if (l == NULL)
		return NULL;
	l->conf = conf;
	l->user = user;
	l->program = program;
	len = vrrp_reading_encode_config(config, &bytes);
	l->in_force = len == 0 ? NULL : vrrp_parcel_new(bytes, len);
	if (l->in_force == NULL) {
		free(l);
		return NULL;
	}
	return l;
}

struct vrrp_monitor_part
vrrp_ledger_part(struct vrrp_ledger *l)
{
	return (struct vrrp_monitor_part){
		.attach = part_attach,
		.detach = part_detach,
		.forget = part_forget,
		.provide = part_provide,
		.ready = part_ready,
		.open = part_open,
		.close = part_close,
		.arg = l,
	};
}

struct vrrp_parcel *
vrrp_ledger_in_force(const struct vrrp_ledger *l)
{
	return l->in_force;
}

bool
vrrp_ledger_has_changed(const struct vrrp_ledger *l)
{
	return l->has_changed;
}

void
vrrp_ledger_on_change(struct vrrp_ledger *l,
    void (*changed)(uint8_t needs, void *arg), void *arg)
{
	l->changed = changed;
	l->arg = arg;
}

void
vrrp_ledger_free(struct vrrp_ledger *l)
{
	if (l == NULL)
		return;
	vrrp_parcel_drop(l->fresh);
	vrrp_parcel_drop(l->in_force);
	vrrp_parcel_drop(l->confirmed);
	free(l);
}

/*
 * bfd_reload.c - what bfdd.conf says now, as a difference to what is there.
 *
 * bfdd.conf is one owner of wishes among others (bfd_wishes.c).  A reload adds,
 * changes and drops the wishes of this owner; a session whose lines say the same
 * as before is not touched.  What was seen in this reload carries its number,
 * and what does not is dropped at the end.
 *
 * A thousand new sessions take longer than the old ones may wait, so a reload in
 * service goes on a slice at a time (bfd_engine_reload_begin); at the start,
 * where nothing waits, it is done at once (bfd_engine_reload).
 */
#include "config.h"

#include "bfdd/bfd_reload.h"

#include <errno.h>
#include <string.h>

#include "bfdd/bfd_engine_state.h"
#include "bfdd/bfd_wishes.h"
#include "shared/log.h"
#include "shared/pure/addr.h"

/* All but the line number, which says nothing about the session. */
static bool
same_values(const struct bfd_params *a, const struct bfd_params *b)
{
	return strcmp(a->name, b->name) == 0 &&
	    addr_equal(&a->peer, &b->peer) &&
	    addr_equal(&a->local, &b->local) &&
	    strcmp(a->interface, b->interface) == 0 &&
	    a->desired_min_tx_ns == b->desired_min_tx_ns &&
	    a->required_min_rx_ns == b->required_min_rx_ns &&
	    a->detect_mult == b->detect_mult &&
	    a->multihop == b->multihop &&
	    a->rx_ttl == b->rx_ttl &&
	    a->passive == b->passive &&
	    a->admin_down == b->admin_down &&
	    a->echo_min_rx_ns == b->echo_min_rx_ns &&
	    a->echo_tx_ns == b->echo_tx_ns &&
	    a->unaffiliated == b->unaffiliated &&
	    bfd_auth_params_equal(&a->auth, &b->auth);
}

static const struct bfd_wish *
conf_wish(const struct bfd_engine *e, const struct bfd_params *p)
{
	const struct bfd_session *s = bfd_table_by_key(e->table, p);

	return s == NULL ? NULL : bfd_session_wish_of(s, bfd_owner_conf);
}

/* One session of the file. */
static void
reload_one(struct bfd_engine *e, const struct bfd_params *p,
    struct bfd_reload *r)
{
	const struct bfd_wish *w = conf_wish(e, p);
	struct bfd_session *s;
	bool there = w != NULL;
	int error = 0;

	if (there && same_values(&w->p, p))
		r->unchanged++;
	else if ((error = bfd_engine_wish(e, bfd_owner_conf, p, &s)) == 0) {
		if (there)
			r->changed++;
		else
			r->added++;
	} else {
		log_err("session=%s line=%d error=\"%s\"", p->name, p->line,
		    error == -EDQUOT ? "beyond max_packets_per_second" :
		    strerror(-error));
		r->failed++;
		if (!there)
			return;
		/* A session that cannot be changed stays as it was. */
	}
	s = bfd_table_by_key(e->table, p);
	bfd_session_wish_of(s, bfd_owner_conf)->listed = e->reload_number;
}

/* One session the file no longer has; false: there is none. */
static bool
drop_unlisted(struct bfd_engine *e, struct bfd_reload *r)
{
	struct bfd_session *s;
	struct bfd_wish *w;

	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		w = bfd_session_wish_of(s, bfd_owner_conf);
		if (w == NULL || w->listed == e->reload_number)
			continue;
		(void)bfd_session_wish_drop(s, bfd_owner_conf);
		bfd_wishes_apply(e, s);
		r->removed++;
		return true;
	}
	return false;
}

static void
set_packets_max(struct bfd_engine *e, int64_t max)
{
	e->packets_max = max;
	(void)loop_defer(e->loop, bfd_wishes_admit, e);
}

void
bfd_engine_reload(struct bfd_engine *e, const struct bfd_config *config,
    struct bfd_reload *r)
{
	struct bfd_reload none = { 0 };
	unsigned i;

	*r = none;
	set_packets_max(e, config->packets_max);
	e->reload_number++;
	for (i = 0; i < config->count; i++)
		reload_one(e, &config->sessions[i], r);
	while (drop_unlisted(e, r))
		;
}

void
bfd_reload_forget(struct bfd_engine *e)
{
	if (e->reload.done == NULL)
		return;
	bfd_config_free(&e->reload.config);
	e->reload.done = NULL;
	loop_timer_set(e->reload.timer, MONO_NEVER);
}

void
bfd_reload_slice(mono_t deadline, void *arg)
{
	struct bfd_engine *e = arg;
	struct reload_run *run = &e->reload;
	mono_t end = mono_add(loop_clock(), BFD_RELOAD_SLICE_NS);
	void (*done)(const struct bfd_reload *, void *) = run->done;

	(void)deadline;
	do {
		if (run->next < run->config.count)
			reload_one(e, &run->config.sessions[run->next++],
			    &run->result);
		else if (!drop_unlisted(e, &run->result)) {
			bfd_reload_forget(e);
			done(&run->result, run->arg);
			return;
		}
	} while (mono_before(loop_clock(), end));
	loop_timer_set(run->timer, mono_add(loop_clock(),
	    BFD_RELOAD_PACE_NS));
}

void
bfd_engine_reload_begin(struct bfd_engine *e, struct bfd_config *config,
    void (*done)(const struct bfd_reload *, void *arg), void *arg)
{
	struct bfd_reload none = { 0 };

	bfd_reload_forget(e);
	set_packets_max(e, config->packets_max);
	e->reload_number++;
	e->reload.config = *config;
	e->reload.next = 0;
	e->reload.result = none;
	e->reload.done = done;
	e->reload.arg = arg;
	loop_timer_set(e->reload.timer, loop_clock());
}

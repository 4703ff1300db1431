/*
 * vrrp_on_change.c - the programs that are told when a check changes.
 *
 * One struct watched for each tracker of which anything is known: what holds, what
 * its program was told last, and whether that runs.  Levels may come before the
 * configuration that declares their tracker, since they come from another process;
 * they are kept, up to WATCHED_MAX, and what no configuration knows goes with the
 * next one.  Called by vrrp_helper.c alone; everything runs on its loop.
 */
#include "config.h"

#include "vrrpd/helper/vrrp_on_change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/log.h"
#include "shared/pure/mono.h"

#define WATCHED_MAX	(2 * VRRP_TRACKERS_MAX)
#define ENV_COUNT	8
#define ENV_MAX		(VRRP_LEVEL_REASON_MAX + 32)

enum result { UNKNOWN, DOWN, UP };
static const char *const result_words[] = { "UNKNOWN", "DOWN", "UP" };

struct watched {
	struct vrrp_on_change	*owner;
	struct vrrp_level	 level;		/* kind and name: whose */
	enum result		 holds, told;
	enum result		 tells, before;	/* the one that runs */
	bool			 runs;
	unsigned		 failures;	/* in a row, of what holds */
	mono_t			 retry;		/* not before, after a failure */
	bool			 wanted;	/* by the configuration */
};

struct vrrp_on_change {
	struct loop		*loop;
	struct vrrp_run		*run;
	const struct vrrp_config *config;
	/* How each tracker was declared, to know one that checks anew. */
	struct vrrp_tracker_params *declared;
	unsigned		 declared_count;
	struct watched		*list[WATCHED_MAX];
	unsigned		 count;
	struct loop_timer	*again;
	void			(*idle)(void *);
	void			*idle_arg;
};

static void	look(struct watched *);

/* Once a second while anything waits: the instants need not be precise. */
static void
look_later(struct vrrp_on_change *c)
{
	loop_timer_set(c->again, mono_add(loop_clock(),
	    VRRP_ON_CHANGE_RETRY_NS));
}

static void
again_cb(mono_t deadline, void *arg)
{
	struct vrrp_on_change *c = arg;
	bool waits = false;
	unsigned i;

	(void)deadline;
	for (i = 0; i < c->count; i++) {
		look(c->list[i]);
		waits = waits || (!c->list[i]->runs &&
		    c->list[i]->failures > 0);
	}
	if (waits)
		look_later(c);
}

struct vrrp_on_change *
vrrp_on_change_new(struct loop *loop, struct vrrp_run *run)
{
	struct vrrp_on_change *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->loop = loop;
	c->run = run;
	c->again = loop_timer_new(loop, again_cb, c);
	if (c->again == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

void
vrrp_on_change_free(struct vrrp_on_change *c)
{
	unsigned i;

	if (c == NULL)
		return;
	for (i = 0; i < c->count; i++)
		free(c->list[i]);
	loop_timer_free(c->again);
	free(c->declared);
	free(c);
}

void
vrrp_on_change_on_idle(struct vrrp_on_change *c, void (*cb)(void *), void *arg)
{
	c->idle = cb;
	c->idle_arg = arg;
}

static const struct vrrp_tracker_params *
params_of(const struct watched *w)
{
	const struct vrrp_tracker_params *t;

	if (w->owner->config == NULL)
		return NULL;
	t = vrrp_config_tracker(w->owner->config, w->level.kind,
	    w->level.name);
	return t == NULL || t->on_change[0] == '\0' ? NULL : t;
}

static bool
is_due(const struct watched *w)
{
	return w->holds != UNKNOWN && w->holds != w->told &&
	    params_of(w) != NULL && (w->failures == 0 ||
	    !mono_before(loop_clock(), w->retry));
}

bool
vrrp_on_change_idle(const struct vrrp_on_change *c)
{
	unsigned i;

	for (i = 0; i < c->count; i++)
		if (c->list[i]->runs || is_due(c->list[i]))
			return false;
	return true;
}

/* --- running --- */

struct words {
	char		 env[ENV_COUNT][ENV_MAX];
	const char	*envp[ENV_COUNT + 1];
	const char	*args[6];
};

/* The wall clock at an instant of the other one. */
static void
format_since(mono_t since, char *buf, size_t size)
{
	int64_t real_ns = loop_realtime_ns() - mono_sub(loop_clock(), since);
	time_t s = (time_t)(real_ns / NS_PER_S);
	struct tm tm;
	size_t n;

	if (gmtime_r(&s, &tm) == NULL ||
	    (n = strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &tm)) == 0) {
		(void)snprintf(buf, size, "?");
		return;
	}
	(void)snprintf(buf + n, size - n, ".%06lldZ",
	    (long long)(real_ns % NS_PER_S / NS_PER_US));
}

static void
build_words(const struct watched *w, struct words *out)
{
	const char *kind = vrrp_track_kind_name(w->level.kind);
	char when[64], router[64] = "";
	unsigned i;

	memset(out, 0, sizeof(*out));
	out->args[0] = "CHECK";
	out->args[1] = w->level.name;
	out->args[2] = result_words[w->holds];
	out->args[3] = kind;
	out->args[4] = result_words[w->told];
	format_since(w->level.since, when, sizeof(when));
	(void)snprintf(router, sizeof(router), "%s",
	    w->owner->config->router_id);
	if (router[0] == '\0')
		(void)gethostname(router, sizeof(router) - 1);
#define PUT(i, ...) (void)snprintf(out->env[i], ENV_MAX, __VA_ARGS__)
	PUT(0, "VRRP_KIND=CHECK");
	PUT(1, "VRRP_NAME=%s", w->level.name);
	PUT(2, "VRRP_CHECK=%s", kind);
	PUT(3, "VRRP_STATE=%s", result_words[w->holds]);
	PUT(4, "VRRP_PREVIOUS_STATE=%s", result_words[w->told]);
	PUT(5, "VRRP_CAUSE=%s", w->level.reason);
	PUT(6, "VRRP_TIME=%s", when);
	PUT(7, "VRRP_ROUTER=%s", router);
#undef PUT
	for (i = 0; i < ENV_COUNT; i++)
		out->envp[i] = out->env[i];
}

static void
has_failed(struct watched *w)
{
	int64_t wait_ns = VRRP_ON_CHANGE_RETRY_NS;
	unsigned i;

	for (i = 0; i < w->failures && wait_ns < VRRP_ON_CHANGE_RETRY_MAX_NS;
	    i++)
		wait_ns *= 2;
	w->told = UNKNOWN;
	/* A result that holds no more needs no second try: the newest is told now. */
	if (w->tells != w->holds)
		return;
	w->failures++;
	w->retry = mono_add(loop_clock(), wait_ns);
	look_later(w->owner);
}

static void
on_done(const struct vrrp_run_result *r, void *arg)
{
	struct watched *w = arg;
	const char *kind = vrrp_track_kind_name(w->level.kind);

	if (r->end == VRRP_RUN_EXITED && r->code == 0) {
		w->failures = 0;
		log_info("on_change %s=%s state=%s before=%s took_ms=%lld",
		    kind, w->level.name, result_words[w->tells],
		    result_words[w->before], (long long)(r->took_ns /
		    NS_PER_MS));
		return;
	}
	log_warning("on_change %s=%s state=%s before=%s failed: %s", kind,
	    w->level.name, result_words[w->tells], result_words[w->before],
	    r->reason);
	has_failed(w);
}

static void
forget(struct vrrp_on_change *c, unsigned at)
{
	free(c->list[at]);
	c->list[at] = c->list[--c->count];
}

static void
on_gone(void *arg)
{
	struct watched *w = arg;
	struct vrrp_on_change *c = w->owner;
	unsigned i;

	w->runs = false;
	look(w);
	for (i = 0; i < c->count; i++)
		if (c->list[i] == w && !w->wanted && !w->runs) {
			forget(c, i);
			break;
		}
	if (c->idle != NULL && vrrp_on_change_idle(c))
		c->idle(c->idle_arg);
}

/* Tell what holds, unless that was told, or the program runs. */
static void
look(struct watched *w)
{
	static struct words words;
	const struct vrrp_tracker_params *t = params_of(w);
	struct vrrp_run_spec spec = { .args = words.args, .env = words.envp };

	if (w->runs || !is_due(w))
		return;
	build_words(w, &words);
	spec.command = t->on_change;
	spec.user = t->on_change_user;
	spec.timeout_ns = t->on_change_timeout_ns;
	if (vrrp_run_start(w->owner->run, &spec, on_done, on_gone, w) == NULL) {
		log_warning("on_change %s=%s not run yet: too many programs at "
		    "once", vrrp_track_kind_name(w->level.kind),
		    w->level.name);
		look_later(w->owner);
		return;
	}
	w->runs = true;
	w->before = w->told;
	w->told = w->tells = w->holds;
}

/* --- known levels, declared trackers --- */

static struct watched *
watched_of(struct vrrp_on_change *c, const struct vrrp_level *l)
{
	struct watched *w;
	unsigned i;

	for (i = 0; i < c->count; i++) {
		w = c->list[i];
		if (w->level.kind == l->kind &&
		    strcmp(w->level.name, l->name) == 0)
			return w;
	}
	if (c->count == WATCHED_MAX || (w = calloc(1, sizeof(*w))) == NULL)
		return NULL;
	w->owner = c;
	w->wanted = true;
	c->list[c->count++] = w;
	return w;
}

void
vrrp_on_change_level(struct vrrp_on_change *c, const struct vrrp_level *l)
{
	struct watched *w = watched_of(c, l);

	if (w == NULL)
		return;
	w->level = *l;
	if (w->holds != (l->up ? UP : DOWN))
		w->failures = 0;
	w->holds = l->up ? UP : DOWN;
	look(w);
}

static const struct vrrp_tracker_params *
declared_as(const struct vrrp_on_change *c, const struct watched *w)
{
	unsigned i;

	for (i = 0; i < c->declared_count; i++)
		if (c->declared[i].kind == w->level.kind &&
		    strcmp(c->declared[i].name, w->level.name) == 0)
			return &c->declared[i];
	return NULL;
}

/* The tracker as it is declared now, whose result may still be that of before. */
static void
declare(struct vrrp_on_change *c, struct watched *w)
{
	const struct vrrp_tracker_params *old, *new;

	new = vrrp_config_tracker(c->config, w->level.kind, w->level.name);
	old = declared_as(c, w);
	w->wanted = new != NULL;
	if (new == NULL || (old != NULL && vrrp_tracker_same_check(old, new) &&
	    old->on_change[0] != '\0'))
		return;
	w->told = UNKNOWN;
	w->failures = 0;
	if (old != NULL && !vrrp_tracker_same_check(old, new))
		w->holds = UNKNOWN;
}

static void
remember(struct vrrp_on_change *c)
{
	const struct vrrp_config *config = c->config;
	struct vrrp_tracker_params *copy;

	copy = calloc(config->tracker_count + 1, sizeof(*copy));
	if (copy != NULL && config->tracker_count > 0)
		memcpy(copy, config->trackers, config->tracker_count *
		    sizeof(*copy));
	free(c->declared);
	c->declared = copy;
	c->declared_count = copy == NULL ? 0 : config->tracker_count;
}

void
vrrp_on_change_apply(struct vrrp_on_change *c,
    const struct vrrp_config *config)
{
	unsigned i;

	c->config = config;
	for (i = 0; i < c->count; i++)
		declare(c, c->list[i]);
	remember(c);
	for (i = c->count; i-- > 0;)
		if (!c->list[i]->wanted && !c->list[i]->runs)
			forget(c, i);
	for (i = 0; i < c->count; i++)
		look(c->list[i]);
}

/*
 * vrrp_hooks.c - the programs that are told of changes of state.
 *
 * A queue is made with the first notice of its name and stays.  There are as
 * many as there ever were instances and groups, up to QUEUES_MAX: beyond that the
 * idle ones are used again.
 */
#include "config.h"

#include "vrrpd/helper/vrrp_hooks.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/pure/addr.h"
#include "shared/log.h"

#define QUEUES_MAX	(VRRP_INSTANCES_MAX + VRRP_GROUPS_MAX)
#define ENV_COUNT	13
#define ADDRESSES_MAX	4096		/* characters of VRRP_ADDRESSES */

/* All that is told, as it was when the state changed. */
struct entry {
	struct vrrp_notice	 notice;
	enum vrrp_notify_on	 on;
	struct vrrp_notify_params how;
	char			 router_id[64];
	char			 interface[IF_NAMESIZE];
	unsigned		 vrid;
	char			 addresses[ADDRESSES_MAX];
};

struct queue {
	struct vrrp_hooks	*hooks;
	bool			 group;
	char			 name[VRRP_NAME_MAX];
	struct entry		*waiting[VRRP_HOOKS_QUEUE];
	unsigned		 count;
	struct entry		*running;
	unsigned		 dropped;	/* since the last that ran */
};

struct vrrp_hooks {
	struct loop		*loop;
	struct vrrp_run		*run;
	const struct vrrp_config *config;
	struct queue		*queues[QUEUES_MAX];
	unsigned		 count;
	void			(*idle)(void *);
	void			*idle_arg;
};

struct vrrp_hooks *
vrrp_hooks_new(struct loop *loop, struct vrrp_run *run)
{
	struct vrrp_hooks *h = calloc(1, sizeof(*h));

	if (h != NULL) {
		h->loop = loop;
		h->run = run;
	}
	return h;
}

void
vrrp_hooks_free(struct vrrp_hooks *h)
{
	unsigned i, k;

	if (h == NULL)
		return;
	for (i = 0; i < h->count; i++) {
		for (k = 0; k < h->queues[i]->count; k++)
			free(h->queues[i]->waiting[k]);
		free(h->queues[i]->running);
		free(h->queues[i]);
	}
	free(h);
}

void
vrrp_hooks_apply(struct vrrp_hooks *h, const struct vrrp_config *config)
{
	h->config = config;
}

void
vrrp_hooks_on_idle(struct vrrp_hooks *h, void (*cb)(void *), void *arg)
{
	h->idle = cb;
	h->idle_arg = arg;
}

static bool
is_idle(const struct queue *q)
{
	return q->running == NULL && q->count == 0;
}

bool
vrrp_hooks_idle(const struct vrrp_hooks *h)
{
	for (unsigned i = 0; i < h->count; i++)
		if (!is_idle(h->queues[i]))
			return false;
	return true;
}

/* --- the command line --- */

static void
format_time(int64_t real_ns, char *buf, size_t size)
{
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

struct words {
	char		 env[ENV_COUNT][ADDRESSES_MAX + 32];
	const char	*envp[ENV_COUNT + 1];
	unsigned	 count;
	char		 state[16];
	char		 priority[8];
	const char	*args[5];
};

static void __attribute__((format(printf, 2, 3)))
put(struct words *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(w->env[w->count], sizeof(w->env[0]), fmt, ap);
	va_end(ap);
	w->envp[w->count] = w->env[w->count];
	w->count++;
}

static void
build_words(const struct entry *e, struct words *w)
{
	const struct vrrp_notice *n = &e->notice;
	enum vrrp_notify_words as = e->how.words;
	char when[64];

	memset(w, 0, sizeof(*w));
	(void)snprintf(w->state, sizeof(w->state), "%s",
	    vrrp_notice_state_word(n->state, as));
	(void)snprintf(w->priority, sizeof(w->priority), "%u", n->priority);
	if (e->on == VRRP_NOTIFY_ON_ANY) {
		w->args[0] = n->group ? "GROUP" : "INSTANCE";
		w->args[1] = n->name;
		w->args[2] = w->state;
		w->args[3] = w->priority;
	}
	format_time(n->time_real_ns, when, sizeof(when));
	put(w, "VRRP_KIND=%s", n->group ? "GROUP" : "INSTANCE");
	put(w, "VRRP_NAME=%s", n->name);
	put(w, "VRRP_STATE=%s", w->state);
	put(w, "VRRP_PREVIOUS_STATE=%s", vrrp_notice_state_word(n->before,
	    as));
	put(w, "VRRP_PRIORITY=%s", w->priority);
	put(w, "VRRP_CAUSE=%s", n->cause);
	put(w, "VRRP_TIME=%s", when);
	put(w, "VRRP_IN_STATE_US=%" PRId64, us_from_ns_floor(n->in_state_ns));
	put(w, "VRRP_ROUTER=%s", e->router_id);
	if (n->group)
		return;
	put(w, "VRRP_INTERFACE=%s", e->interface);
	put(w, "VRRP_VIRTUAL_ROUTER_ID=%u", e->vrid);
	put(w, "VRRP_ADDRESSES=%s", e->addresses);
}

/* --- running --- */

static void	run_next(struct queue *);

static void
on_done(const struct vrrp_run_result *r, void *arg)
{
	const struct queue *q = arg;
	const struct entry *e = q->running;
	const char *kind = q->group ? "group" : "instance";
	const char *word = vrrp_notify_on_word(e->on);
	const char *state = vrrp_notice_state_word(e->notice.state,
	    e->how.words);

	if (r->end == VRRP_RUN_EXITED && r->code == 0)
		log_info("%s %s=%s state=%s took_ms=%lld", word, kind, q->name,
		    state, (long long)(r->took_ns / NS_PER_MS));
	else
		log_warning("%s %s=%s state=%s failed: %s", word, kind,
		    q->name, state, r->reason);
}

static void
on_gone(void *arg)
{
	struct queue *q = arg;

	free(q->running);
	q->running = NULL;
	run_next(q);
	if (q->hooks->idle != NULL && vrrp_hooks_idle(q->hooks))
		q->hooks->idle(q->hooks->idle_arg);
}

static struct entry *
take_first(struct queue *q)
{
	struct entry *e = q->waiting[0];

	q->count--;
	memmove(&q->waiting[0], &q->waiting[1],
	    q->count * sizeof(q->waiting[0]));
	return e;
}

static void
run_next(struct queue *q)
{
	static struct words w;
	struct vrrp_run_spec spec = { .args = w.args, .env = w.envp };

	while (q->running == NULL && q->count > 0) {
		q->running = take_first(q);
		if (q->dropped > 0)
			log_warning("notify %s=%s dropped=%u: what is run is "
			    "too slow", q->group ? "group" : "instance",
			    q->name, q->dropped);
		q->dropped = 0;
		build_words(q->running, &w);
		spec.command = q->running->how.command[q->running->on];
		spec.user = q->running->how.user;
		spec.timeout_ns = q->running->how.timeout_ns;
		if (vrrp_run_start(q->hooks->run, &spec, on_done, on_gone, q)
		    != NULL)
			return;
		log_warning("notify %s=%s not run: too many programs at once",
		    q->group ? "group" : "instance", q->name);
		free(q->running);
		q->running = NULL;
	}
}

/* --- telling --- */

static struct queue *
queue_of(struct vrrp_hooks *h, bool group, const char *name)
{
	struct queue *q = NULL;
	unsigned i;

	for (i = 0; i < h->count; i++)
		if (h->queues[i]->group == group &&
		    strcmp(h->queues[i]->name, name) == 0)
			return h->queues[i];
	for (i = 0; h->count == QUEUES_MAX && i < h->count; i++)
		if (is_idle(h->queues[i]))
			q = h->queues[i];
	if (q == NULL) {
		if (h->count == QUEUES_MAX ||
		    (q = calloc(1, sizeof(*q))) == NULL)
			return NULL;
		h->queues[h->count++] = q;
		q->hooks = h;
	}
	q->group = group;
	(void)snprintf(q->name, sizeof(q->name), "%s", name);
	return q;
}

static void
put_addresses(struct entry *e, const struct vrrp_params *v)
{
	char text[ADDR_STRLEN];
	size_t n = 0;
	unsigned i;

	for (i = 0; i < v->vip_count && n < sizeof(e->addresses); i++)
		n += (size_t)snprintf(e->addresses + n,
		    sizeof(e->addresses) - n, "%s%s/%u", i == 0 ? "" : " ",
		    addr_format(&v->vips[i].prefix.addr, text, sizeof(text)),
		    v->vips[i].prefix.len);
}

/* False when there is no such instance or group. */
static bool
describe(const struct vrrp_hooks *h, const struct vrrp_notice *n,
    struct entry *e)
{
	const struct vrrp_config *c = h->config;
	const struct vrrp_params *v;
	unsigned i;

	e->notice = *n;
	memcpy(e->router_id, c->router_id, sizeof(e->router_id));
	if (e->router_id[0] == '\0')
		(void)gethostname(e->router_id, sizeof(e->router_id) - 1);
	for (i = 0; n->group && i < c->group_count; i++) {
		if (strcmp(c->groups[i].name, n->name) != 0)
			continue;
		e->how = c->groups[i].notify;
		return true;
	}
	for (i = 0; !n->group && i < c->count; i++) {
		v = &c->instances[i];
		if (strcmp(v->name, n->name) != 0)
			continue;
		e->how = v->notify;
		memcpy(e->interface, v->interface, sizeof(e->interface));
		e->vrid = v->vrid;
		put_addresses(e, v);
		return true;
	}
	return false;
}

/* The hook of one state; each of them goes before the one of every change. */
static enum vrrp_notify_on
of_state(enum vrrp_notice_state s)
{
	switch (s) {
	case VRRP_NOTICE_ACTIVE:
		return VRRP_NOTIFY_ON_ACTIVE;
	case VRRP_NOTICE_BACKUP:
		return VRRP_NOTIFY_ON_BACKUP;
	case VRRP_NOTICE_FAULT:
		return VRRP_NOTIFY_ON_FAULT;
	case VRRP_NOTICE_STOP:
		return VRRP_NOTIFY_ON_STOP;
	case VRRP_NOTICE_CONTESTED:
		return VRRP_NOTIFY_ON_CONTESTED;
	case VRRP_NOTICE_NONE:
		break;
	}
	return VRRP_NOTIFY_ON_ANY;
}

static void
enqueue(struct vrrp_hooks *h, const struct entry *told, enum vrrp_notify_on on)
{
	struct entry *e;
	struct queue *q;

	if (told->how.command[on][0] == '\0' ||
	    (e = malloc(sizeof(*e))) == NULL)
		return;
	*e = *told;
	e->on = on;
	if ((q = queue_of(h, e->notice.group, e->notice.name)) == NULL) {
		free(e);
		return;
	}
	if (q->count == VRRP_HOOKS_QUEUE) {
		free(take_first(q));
		q->dropped++;
	}
	q->waiting[q->count++] = e;
	run_next(q);
}

void
vrrp_hooks_tell(struct vrrp_hooks *h, const struct vrrp_notice *n)
{
	static struct entry e;

	memset(&e, 0, sizeof(e));
	if (h->config == NULL || !describe(h, n, &e))
		return;
	if (of_state(n->state) != VRRP_NOTIFY_ON_ANY)
		enqueue(h, &e, of_state(n->state));
	if (n->state != VRRP_NOTICE_CONTESTED)
		enqueue(h, &e, VRRP_NOTIFY_ON_ANY);
}

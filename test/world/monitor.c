/*
 * monitor.c - vrrpd's own monitor, with another fork().
 *
 * A process of the world cannot be doubled with its stack and its heap.  So the
 * parent goes on as always, and the child is a process of the world that begins
 * where the forked one goes to, with the descriptors that it takes over: the
 * engine with its life (vrrp_life.h), a helper with the one below.  What the
 * child does in between, forgetting what the monitor had made, is not run.
 *
 * vrrpd-net is the real one, without the process around it.  A helper here runs no
 * check and no hook.  It says what the scenario knows of the trackers, through the
 * real channel and keeper.
 */
#include "config.h"

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include "vrrpd/monitor/vrrp_child.h"

static pid_t	fork_in_world(const struct vrrp_child_plan *, const int fds[2]);

#define fork()	fork_in_world(plan, fds)
#include "vrrpd/monitor/vrrp_child.c"
#undef fork
#include "vrrpd/monitor/vrrp_monitor.c"

#include "test/world/daemons.h"
#include "test/world/file.h"
#include "test/world/host.h"
#include "test/world/proc.h"
#include "vrrpd/config/vrrp_needs.h"
#include "vrrpd/netd/vrrp_netd.h"
#include "vrrpd/pure/vrrp_level.h"

#define CHANNEL_FD	1000		/* above all others, as in life */

/* --- a helper --- */

struct helper {
	struct proc		*proc;
	enum vrrp_way		 way;		/* of what it says */
	struct loop		*loop;
	struct vrrp_channel	*channel;
};

static bool
is_ours(const struct helper *h, const struct vrrp_level *l)
{
	return (vrrp_needs_of_kind(l->kind) == VRRP_NEEDS_SCRIPTS) ==
	    (h->way == VRRP_WAY_SCRIPTS_UP);
}

static void
say_level(struct helper *h, const struct vrrp_level *l)
{
	uint8_t body[VRRP_LEVEL_BYTES_MAX];

	if (is_ours(h, l))
		(void)vrrp_channel_send(h->channel, VRRP_MSG_LEVEL, body,
		    vrrp_level_encode(l, body));
}

static void
say_all(struct helper *h)
{
	const struct known_level *k;

	for (k = h->proc->host->levels; k != NULL; k = k->next)
		say_level(h, &k->level);
}

static enum vrrp_refusal
on_replay(const uint8_t *body, size_t len, void *arg)
{
	(void)body;
	(void)len;
	say_all(arg);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
take_note(const uint8_t *body, size_t len, void *arg)
{
	(void)body;
	(void)len;
	(void)arg;
	return VRRP_REFUSAL_NONE;
}

static void
hung_up_on(void *arg)
{
	loop_stop(((struct helper *)arg)->loop);
}

static int
live_as_helper(void *arg)
{
	struct helper *h = arg;

	h->proc = world->running;
	h->loop = loop_new();
	h->channel = vrrp_channel_new(h->loop, CHANNEL_FD,
	    vrrp_way_back(h->way), hung_up_on, h);
	vrrp_channel_handle(h->channel, VRRP_MSG_REPLAY, on_replay, h);
	vrrp_channel_handle(h->channel, VRRP_MSG_VALUES, take_note, h);
	vrrp_channel_handle(h->channel, VRRP_MSG_RELOADED, take_note, h);
	vrrp_channel_handle(h->channel, VRRP_MSG_NOTICE, take_note, h);
	h->proc->context = h;
	say_all(h);
	(void)loop_run(h->loop);
	h->proc->context = NULL;
	vrrp_channel_free(h->channel);
	loop_free(h->loop);
	return 0;
}

static enum vrrp_track_kind
kind_named(const char *word)
{
	unsigned k;

	for (k = 0; k < VRRP_TRACK_KIND_COUNT; k++)
		if (strcmp(word, vrrp_track_kind_name(
		    (enum vrrp_track_kind)k)) == 0)
			return (enum vrrp_track_kind)k;
	world_fail("no kind of tracker: %s", word);
}

void
daemon_level(struct host *host, const char *kind, const char *name, bool up)
{
	struct vrrp_level l = { .kind = kind_named(kind), .up = up,
	    .since = { host_mono(host) } };
	struct known_level *k;
	struct proc *p;

	(void)strncpy(l.name, name, sizeof(l.name) - 1);
	(void)strncpy(l.reason, up ? "" : "as the scenario says",
	    sizeof(l.reason) - 1);
	for (k = host->levels; k != NULL; k = k->next)
		if (k->level.kind == l.kind && strcmp(k->level.name, name) == 0)
			break;
	if (k == NULL) {
		k = world_alloc(sizeof(*k));
		k->next = host->levels;
		host->levels = k;
	}
	k->level = l;
	for (p = host->procs; p != NULL; p = p->next)
		if (!p->ended && p->fn == live_as_helper &&
		    p->context != NULL) {
			world->running = p;
			say_level(p->context, &l);
			world->running = NULL;
		}
}

/* --- vrrpd-net, as it is --- */

static int
live_as_net(void *arg)
{
	struct loop *loop = loop_new();
	struct vrrp_netd *n;

	(void)arg;
	if (vrrp_netd_open(loop, CHANNEL_FD, &n) < 0)
		world_fail("vrrpd-net cannot start");
	(void)loop_run(loop);
	vrrp_netd_close(n);
	loop_free(loop);
	return 0;
}

/* --- an engine --- */

struct engine {
	struct vrrp_birth	 birth;
	struct vrrp_handoff	 handoff;
	struct vrrp_orders	 orders;
	const struct vrrp_monitor_config *config;
};

static int
live_as_child(void *arg)
{
	struct engine *e = arg;

	return vrrp_birth_tie(&e->birth) == 0 ?
	    e->config->engine(&e->birth, e->config->arg) : 1;
}

static struct engine *
new_engine(const struct monitor *m)
{
	struct engine *e = world_alloc(sizeof(*e));

	e->birth = m->birth;
	e->birth.channel = CHANNEL_FD;
	if (m->birth.handoff != NULL) {
		e->handoff = *m->birth.handoff;
		e->birth.handoff = &e->handoff;
	}
	e->birth.values = vrrp_parcel_keep(m->birth.values);
	e->orders = *m->birth.orders;
	e->birth.orders = &e->orders;
	e->config = m->config;
	return e;
}

/* --- the fork --- */

static void
inherit(struct proc *child, struct file *f, int as)
{
	file_ref(f);
	(void)proc_install(child, f, as);
}

static pid_t
fork_in_world(const struct vrrp_child_plan *plan, const int fds[2])
{
	struct proc *me = world->running, *p;
	struct helper *h;
	int fd;

	if (plan->in == VRRP_WAY_ENGINE_UP) {
		p = proc_start(me->host, "engine", me, live_as_child,
		    new_engine(plan->arg));
		for (fd = 0; fd < me->fd_size; fd++)
			if (me->fds[fd] != NULL && unix_listens(me->fds[fd]))
				inherit(p, me->fds[fd], fd);
	} else if (plan->in == VRRP_WAY_NET_UP) {
		p = proc_start(me->host, "net", me, live_as_net, NULL);
	} else {
		h = world_alloc(sizeof(*h));
		h->way = plan->in;
		p = proc_start(me->host, plan->in == VRRP_WAY_SCRIPTS_UP ?
		    "scripts" : "checks", me, live_as_helper, h);
	}
	p->blocked = me->blocked;
	inherit(p, proc_file(fds[1]), CHANNEL_FD);
	return p->pid;
}

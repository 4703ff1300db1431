/*
 * vrrp_notify.c - the engine's word to the hooks.
 *
 * An instance is told of as it changes.  A group has no state of its own; it is
 * ACTIVE when all its members are, FAULT or STOP when one is in Initialize, and
 * BACKUP otherwise.  By the time a transition of a member is put into words, all
 * members have moved (vrrp_sync.h), so that a group is told of once.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/pure/vrrp_notice.h"
#include "vrrpd/engine/vrrp_sync.h"

struct group {
	char			name[VRRP_NAME_MAX];
	enum vrrp_notice_state	state;
	mono_t			since;
};

struct vrrp_notify {
	struct vrrp_channel	*channel;
	struct group		 groups[VRRP_GROUPS_MAX];	/* with a hook */
	unsigned		 count;
	uint64_t		 lost;
};

struct vrrp_notify *
vrrp_notify_new(struct vrrp_channel *channel)
{
	struct vrrp_notify *n = calloc(1, sizeof(*n));

	if (n != NULL)
		n->channel = channel;
	return n;
}

void
vrrp_notify_free(struct vrrp_notify *n)
{
	free(n);
}

static struct group *
find(struct vrrp_notify *n, const char *name)
{
	for (unsigned i = 0; i < n->count; i++)
		if (strcmp(n->groups[i].name, name) == 0)
			return &n->groups[i];
	return NULL;
}

void
vrrp_notify_apply(struct vrrp_notify *n, const struct vrrp_config *config)
{
	static struct group next[VRRP_GROUPS_MAX];
	const struct group *old;
	unsigned i, count = 0;

	for (i = 0; i < config->group_count; i++) {
		if (!vrrp_notify_wanted(&config->groups[i].notify))
			continue;
		old = find(n, config->groups[i].name);
		if (old != NULL)
			next[count] = *old;
		else
			next[count] = (struct group){ .since = loop_clock() };
		memcpy(next[count].name, config->groups[i].name,
		    sizeof(next[count].name));
		count++;
	}
	memcpy(n->groups, next, count * sizeof(next[0]));
	n->count = count;
}

static enum vrrp_notice_state
state_of(enum vrrp_state s, enum vrrp_cause cause)
{
	if (s == VRRP_ACTIVE)
		return VRRP_NOTICE_ACTIVE;
	if (s == VRRP_BACKUP)
		return VRRP_NOTICE_BACKUP;
	return cause == VRRP_CAUSE_SHUTDOWN || cause == VRRP_CAUSE_DISABLED ?
	    VRRP_NOTICE_STOP : VRRP_NOTICE_FAULT;
}

static void
send_notice(struct vrrp_notify *n, const struct vrrp_notice *notice)
{
	uint8_t body[VRRP_NOTICE_BYTES_MAX];

	if (vrrp_channel_send(n->channel, VRRP_MSG_NOTICE, body,
	    vrrp_notice_encode(notice, body)) < 0)
		log_err("notify %s=%s state=%s lost=%llu: the monitor takes "
		    "nothing", notice->group ? "group" : "instance",
		    notice->name, vrrp_notice_state_word(notice->state,
		    VRRP_NOTIFY_ACTIVE), (unsigned long long)++n->lost);
}

static void
move_group(struct vrrp_notify *n, struct group *g,
    enum vrrp_notice_state state, const char *cause, int64_t time_real_ns)
{
	struct vrrp_notice notice = {
		.group = true,
		.state = state,
		.before = g->state,
		.time_real_ns = time_real_ns,
		.in_state_ns = mono_sub(loop_clock(), g->since),
	};

	if (g->state == state)
		return;
	g->state = state;
	g->since = loop_clock();
	memcpy(notice.name, g->name, sizeof(notice.name));
	(void)snprintf(notice.cause, sizeof(notice.cause), "%s", cause);
	send_notice(n, &notice);
}

/* Members that the group took along say nothing of the cause. */
static enum vrrp_notice_state
group_state(const struct vrrp_sync *sync)
{
	unsigned i, active = 0, stopped = 0, down = 0;
	const struct vrrp_instance *v;

	for (i = 0; i < sync->count; i++) {
		v = sync->members[i];
		if (v->core.state == VRRP_ACTIVE) {
			active++;
		} else if (v->core.state == VRRP_INITIALIZE) {
			down++;
			if (v->down_cause == VRRP_CAUSE_GROUP)
				continue;
			if (state_of(VRRP_INITIALIZE, v->down_cause) ==
			    VRRP_NOTICE_FAULT)
				return VRRP_NOTICE_FAULT;
			stopped++;
		}
	}
	if (down > 0)
		return stopped > 0 ? VRRP_NOTICE_STOP : VRRP_NOTICE_FAULT;
	return active == sync->count ? VRRP_NOTICE_ACTIVE :
	    VRRP_NOTICE_BACKUP;
}

static void
tell_group(struct vrrp_notify *n, const struct vrrp_sync *sync,
    const struct vrrp_record *r)
{
	struct group *g = find(n, sync->name);

	if (g == NULL)
		return;
	if (r->tr.cause == VRRP_CAUSE_RESTART)
		g->state = group_state(sync);
	else
		move_group(n, g, group_state(sync), vrrp_cause_name(
		    r->tr.cause), r->time_real_ns);
}

void
vrrp_notify_transition(struct vrrp_notify *n, const struct vrrp_instance *v,
    const struct vrrp_record *r)
{
	struct vrrp_notice notice = {
		.state = state_of(r->tr.to, r->tr.cause),
		.before = state_of(r->tr.from, VRRP_CAUSE_NONE),
		.priority = v->core.p.priority,
		.time_real_ns = r->time_real_ns,
		.in_state_ns = r->tr.in_state_ns,
	};

	if (n == NULL)
		return;
	/* The engine before us has told that it is Active. */
	if (vrrp_notify_wanted(&v->p.notify) && r->tr.cause !=
	    VRRP_CAUSE_RESTART) {
		/* The obstacle is known, if the instance ever ran. */
		if (r->tr.from == VRRP_INITIALIZE)
			notice.before = r->tr.cause == VRRP_CAUSE_STARTUP ?
			    VRRP_NOTICE_NONE : r->tr.cause ==
			    VRRP_CAUSE_ENABLED ? VRRP_NOTICE_STOP :
			    VRRP_NOTICE_FAULT;
		memcpy(notice.name, v->p.name, sizeof(notice.name));
		(void)snprintf(notice.cause, sizeof(notice.cause), "%s",
		    vrrp_cause_name(r->tr.cause));
		send_notice(n, &notice);
	}
	if (v->group != NULL)
		tell_group(n, v->group, r);
}

void
vrrp_notify_contested(struct vrrp_notify *n, const struct vrrp_instance *v)
{
	struct vrrp_notice notice = {
		.state = VRRP_NOTICE_CONTESTED,
		.before = VRRP_NOTICE_ACTIVE,
		.priority = v->core.p.priority,
		.cause = "contested",
		.time_real_ns = loop_realtime_ns(),
	};

	if (n == NULL || v->p.notify.command[VRRP_NOTIFY_ON_CONTESTED][0] ==
	    '\0')
		return;
	memcpy(notice.name, v->p.name, sizeof(notice.name));
	send_notice(n, &notice);
}

void
vrrp_notify_stop(struct vrrp_notify *n)
{
	unsigned i;

	for (i = 0; n != NULL && i < n->count; i++)
		if (n->groups[i].state != VRRP_NOTICE_NONE)
			move_group(n, &n->groups[i], VRRP_NOTICE_STOP,
			    vrrp_cause_name(VRRP_CAUSE_SHUTDOWN),
			    loop_realtime_ns());
}

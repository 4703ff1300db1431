/*
 * vrrp_track.c - the one register of everything that is tracked.
 *
 * A few hundred items at most, looked up by name only when something is said of
 * them: an array is enough, and pointers to items stay good while they are held.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "vrrpd/instance/vrrp_track.h"

struct watcher {
	vrrp_track_cb	look, act;
	void		*arg;
};

struct vrrp_track {
	struct loop		*loop;
	struct nl		*nl;
	struct vrrp_track_item	**items;
	unsigned		 count, size;
	struct watcher		*watchers;
	unsigned		 watcher_count;
};

struct vrrp_track *
vrrp_track_new(struct loop *loop, struct nl *nl)
{
	struct vrrp_track *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->loop = loop;
	t->nl = nl;
	return t;
}

static void
settle(void *arg)
{
	struct vrrp_track *t = arg;
	const struct vrrp_track_item *it;
	unsigned i;

	for (i = 0; i < t->watcher_count; i++)
		t->watchers[i].look(t->watchers[i].arg);
	for (i = 0; i < t->watcher_count; i++)
		t->watchers[i].act(t->watchers[i].arg);
	for (i = 0; i < t->count; i++) {	/* words last */
		it = t->items[i];
		if (!it->moved)
			continue;
		t->items[i]->moved = false;
		log_notice("track %s=%s state=%s%s%s%s",
		    vrrp_track_kind_name(it->kind), it->name,
		    vrrp_track_state_name(it->state),
		    it->reason[0] != '\0' ? " reason=\"" : "", it->reason,
		    it->reason[0] != '\0' ? "\"" : "");
	}
}

void
vrrp_track_free(struct vrrp_track *t)
{
	unsigned i;

	if (t == NULL)
		return;
	loop_defer_cancel(t->loop, settle, t);
	for (i = 0; i < t->count; i++)
		free(t->items[i]);
	free(t->items);
	free(t->watchers);
	free(t);
}

static struct vrrp_track_item *
find(const struct vrrp_track *t, enum vrrp_track_kind kind, const char *name)
{
	unsigned i;

	for (i = 0; i < t->count; i++)
		if (t->items[i]->kind == kind &&
		    strcmp(t->items[i]->name, name) == 0)
			return t->items[i];
	return NULL;
}

static void
check(const struct vrrp_track *t)
{
	unsigned i;

	assert(t->count <= t->size);
	for (i = 0; i < t->count; i++) {
		assert(t->items[i]->users > 0);
		assert(t->items[i]->state == VRRP_TRACK_UNKNOWN ||
		    !mono_is_never(t->items[i]->since));
	}
}

/* The only writer of a state. */
static void
enter_value(struct vrrp_track *t, struct vrrp_track_item *it,
    enum vrrp_track_state state, bool number, int32_t value,
    const char *reason, mono_t since)
{
	(void)snprintf(it->reason, sizeof(it->reason), "%s",
	    reason == NULL ? "" : reason);
	if (it->state == state && it->number == number && it->value == value)
		return;
	it->state = state;
	it->number = number;
	it->value = value;
	it->since = since;
	it->since_real_ns = loop_realtime_ns() -
	    mono_sub(loop_clock(), since);
	it->changes++;
	it->moved = true;
	if (loop_defer(t->loop, settle, t) < 0)
		settle(t);
}

static void
enter(struct vrrp_track *t, struct vrrp_track_item *it,
    enum vrrp_track_state state, const char *reason, mono_t since)
{
	enter_value(t, it, state, false, 0, reason, since);
}

/* The trouble of an interface in the words of a user; NULL: up. */
static const char *
trouble(const struct nl_link *link)
{
	if (!link->admin_up)
		return "not set up";
	return link->running ? NULL : "no carrier";
}

static void
look_at_interface(struct vrrp_track *t, struct vrrp_track_item *it)
{
	const char *why = "does not exist";
	struct nl_link link;

	it->ifindex = 0;
	if (nl_link_known(t->nl, it->name, &link) == 0) {
		it->ifindex = link.ifindex;
		why = trouble(&link);
	}
	enter(t, it, why == NULL ? VRRP_TRACK_UP : VRRP_TRACK_DOWN, why,
	    loop_clock());
}

const struct vrrp_track_item *
vrrp_track_get(struct vrrp_track *t, enum vrrp_track_kind kind,
    const char *name)
{
	struct vrrp_track_item *it = find(t, kind, name), **list;
	unsigned size;

	if (it != NULL) {
		it->users++;
		return it;
	}
	if (t->count == t->size) {
		size = t->size == 0 ? 16 : 2 * t->size;
		list = realloc(t->items, size * sizeof(*list));
		if (list == NULL)
			return NULL;
		t->items = list;
		t->size = size;
	}
	if ((it = calloc(1, sizeof(*it))) == NULL)
		return NULL;
	it->kind = kind;
	(void)snprintf(it->name, sizeof(it->name), "%s", name);
	it->since = MONO_NEVER;
	it->users = 1;
	t->items[t->count++] = it;
	if (kind == VRRP_TRACK_INTERFACE) {
		look_at_interface(t, it);
		it->changes = 0;
		it->moved = false;
	}
	check(t);
	return it;
}

void
vrrp_track_put(struct vrrp_track *t, const struct vrrp_track_item *it)
{
	unsigned i;

	for (i = 0; i < t->count; i++)
		if (t->items[i] == it)
			break;
	if (i == t->count || --t->items[i]->users > 0)
		return;
	free(t->items[i]);
	memmove(&t->items[i], &t->items[i + 1],
	    (--t->count - i) * sizeof(struct vrrp_track_item *));
	check(t);
}

const struct vrrp_track_item *
vrrp_track_item(const struct vrrp_track *t, unsigned i)
{
	return i < t->count ? t->items[i] : NULL;
}

void
vrrp_track_set(struct vrrp_track *t, enum vrrp_track_kind kind,
    const char *name, bool up, const char *reason, mono_t since)
{
	struct vrrp_track_item *it = find(t, kind, name);

	if (it != NULL)
		enter(t, it, up ? VRRP_TRACK_UP : VRRP_TRACK_DOWN, reason,
		    since);
}

void
vrrp_track_value(struct vrrp_track *t, enum vrrp_track_kind kind,
    const char *name, int32_t value, mono_t since)
{
	struct vrrp_track_item *it = find(t, kind, name);

	if (it != NULL)
		enter_value(t, it, VRRP_TRACK_UP, true, value, NULL, since);
}

void
vrrp_track_forget(struct vrrp_track *t, enum vrrp_track_kind kind,
    const char *name, const char *reason)
{
	struct vrrp_track_item *it = find(t, kind, name);

	if (it != NULL)
		enter(t, it, VRRP_TRACK_UNKNOWN, reason, loop_clock());
}

void
vrrp_track_detection(struct vrrp_track *t, const char *name,
    int64_t detection_ns)
{
	struct vrrp_track_item *it = find(t, VRRP_TRACK_LINK, name);

	if (it != NULL)
		it->detection_ns = detection_ns;
}

void
vrrp_track_link(struct vrrp_track *t, const struct nl_link *link, bool gone)
{
	struct vrrp_track_item *it;
	const char *why;
	unsigned i;

	for (i = 0; i < t->count; i++) {
		it = t->items[i];
		if (it->kind != VRRP_TRACK_INTERFACE)
			continue;
		if (!gone && nl_link_is_called(link, it->name)) {
			it->ifindex = link->ifindex;
			why = trouble(link);
		} else if (it->ifindex == link->ifindex) {
			it->ifindex = 0;	/* gone or renamed */
			why = "does not exist";
		} else
			continue;
		enter(t, it, why == NULL ? VRRP_TRACK_UP : VRRP_TRACK_DOWN,
		    why, loop_clock());
	}
}

void
vrrp_track_look(struct vrrp_track *t)
{
	unsigned i;

	for (i = 0; i < t->count; i++)
		if (t->items[i]->kind == VRRP_TRACK_INTERFACE)
			look_at_interface(t, t->items[i]);
}

int
vrrp_track_watch(struct vrrp_track *t, vrrp_track_cb look, vrrp_track_cb act,
    void *arg)
{
	struct watcher *list;

	list = realloc(t->watchers, (t->watcher_count + 1) * sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	t->watchers = list;
	t->watchers[t->watcher_count++] = (struct watcher){ look, act, arg };
	return 0;
}

void
vrrp_track_unwatch(struct vrrp_track *t, void *arg)
{
	unsigned i, kept = 0;

	for (i = 0; i < t->watcher_count; i++)
		if (t->watchers[i].arg != arg)
			t->watchers[kept++] = t->watchers[i];
	t->watcher_count = kept;
}

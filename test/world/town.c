/*
 * town.c - hosts, files and questions (see town.h).
 */
#include "config.h"

#include "test/world/town.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/conf.h"
#include "test/world/daemons.h"
#include "test/world/host.h"
#include "test/world/judge.h"
#include "test/world/lan.h"
#include "test/world/paths.h"
#include "test/world/proc.h"
#include "vrrpd/config/vrrp_conf.h"

#define ASK_NS		(20 * NS_PER_S)

static const char *const lan_names[] = { "lan", "wan", "dmz" };
static const char *const lan_prefixes[] = { "192.0.2", "198.51.100",
    "203.0.113" };

struct lan *
town_lan(unsigned n)
{
	struct lan *l = lan_find(lan_names[n]);

	return l != NULL ? l : lan_new(lan_names[n]);
}

static void
give(struct link *l, const char *text)
{
	struct addr_prefix p;

	if (addr_prefix_parse(text, &p) < 0 ||
	    address_add(l, &p, false, 0) < 0)
		world_fail("no address: %s", text);
}

void
town_connect(struct host *h, unsigned n)
{
	char text[64];
	struct link *l;

	(void)snprintf(text, sizeof(text), "eth%u", n);
	l = host_add_link(h, text);
	lan_connect(town_lan(n), l);
	(void)snprintf(text, sizeof(text), "%s.%u/24", lan_prefixes[n],
	    h->index + 1);
	give(l, text);
	(void)snprintf(text, sizeof(text), "fe80::%u/64", h->index + 1);
	give(l, text);
	(void)snprintf(text, sizeof(text), "2001:db8:%u::%u/64", n,
	    h->index + 1);
	give(l, text);
}

struct host *
town_host(const char *name)
{
	struct host *h = host_new(name);

	town_connect(h, 0);
	path_write(h, BFDD_CONF, "");
	path_write(h, VRRPD_CONF, "");
	return h;
}

struct addr
town_address(const struct host *h, unsigned n, uint8_t family)
{
	char text[64];
	struct addr a;

	if (family == AF_INET)
		(void)snprintf(text, sizeof(text), "%s.%u", lan_prefixes[n],
		    h->index + 1);
	else
		(void)snprintf(text, sizeof(text), "fe80::%u", h->index + 1);
	(void)addr_parse(text, &a);
	return a;
}

bool
town_configure(struct host *h, const char *text, char *why, size_t len)
{
	struct conf_errors *errors = world_alloc(sizeof(*errors));
	struct conf_errors *warnings = world_alloc(sizeof(*warnings));
	struct vrrp_config c;
	bool good;

	path_write(h, VRRPD_CONF, text);
	good = vrrp_conf_parse_text(text, VRRPD_CONF, 0, &c, errors,
	    warnings) == 0;
	if (good) {
		judge_configure(h, &c);
		vrrp_config_free(&c);
	} else if (why != NULL)
		(void)conf_error_format(&errors->list[0], why, len);
	free(errors);
	free(warnings);
	return good;
}

void
town_start(struct host *h)
{
	h->powered_off = false;
	daemon_start_bfdd(h);
	daemon_start_vrrpd(h);
}

struct proc *
town_proc(struct host *h, const char *name)
{
	return proc_find(h, strcmp(name, "monitor") == 0 ? "vrrpd" : name);
}

void
town_reload(struct host *h, const char *name)
{
	world_say("%s: reload of %s", h->name, name);
	(void)proc_signal(proc_find(h, name), SIGHUP);
}

/* --- questions --- */

struct answer {
	bool	 done;
	int	 status;
	char	*output;
};

static void
answered(int status, const char *output, void *arg)
{
	struct answer *a = arg;

	a->done = true;
	a->status = status;
	a->output = strdup(output == NULL ? "" : output);
}

int
town_ask(struct host *h, const char *words, char **output)
{
	int64_t until = world->now + ASK_NS;
	struct answer a = { 0 };

	daemon_vrrpctl(h, words, answered, &a);
	while (!a.done && world_step(until))
		continue;
	if (!a.done)
		world_fail("%s: vrrpctl %s gets no answer", h->name, words);
	if (output != NULL)
		*output = a.output;
	else
		free(a.output);
	return a.status;
}

json_t *
town_ask_json(struct host *h, const char *words)
{
	char text[200], *output;
	json_t *doc = NULL;

	(void)snprintf(text, sizeof(text), "-j %s", words);
	if (town_ask(h, text, &output) == 0)
		doc = json_loads(output, 0, NULL);
	free(output);
	return doc;
}

/* --- is all as it should be? --- */

/* The instance in the answer to "show NAME", borrowed from *doc; or NULL. */
json_t *
town_instance(struct host *h, const char *name, json_t **doc)
{
	char words[64];

	(void)snprintf(words, sizeof(words), "show %s", name);
	*doc = town_ask_json(h, words);
	return json_array_get(json_object_get(*doc, "instances"), 0);
}

/* A seat that takes part, and what its vrrpd says of it. */
struct shown {
	struct seat	*seat;
	json_t		*doc;
	unsigned	 part;		/* hosts that hear each other with it */
	struct addr	 active;	/* address it follows */
	long long	 priority;
	bool		 may_preempt;
};
#define SHOWN_MAX	64

/* The hosts that hear each other with host i, as a mask; both ways. */
static unsigned
part_of(const struct lan *l, unsigned i)
{
	const struct host *a = world->hosts[i], *b;
	unsigned j, mask = 0;

	for (j = 0; j < world->host_count; j++) {
		b = world->hosts[j];
		if (i == j || (!lan_is_cut(l, a, b, CUT_VRRP) &&
		    !lan_is_cut(l, b, a, CUT_VRRP)))
			mask |= 1u << j;
	}
	return mask;
}

static void
ask_seat(struct shown *x)
{
	struct seat *s = x->seat;
	const char *active;
	json_t *i;

	i = town_instance(s->host, s->name, &x->doc);
	if (i == NULL)
		world_fail("%s: vrrpctl show %s fails", s->host->name, s->name);
	x->part = part_of(s->lan, s->host->index);
	active = json_string_value(json_object_get(i, "active-address"));
	if (active == NULL || addr_parse(active, &x->active) < 0)
		x->active.family = AF_UNSPEC;
	x->priority = json_integer_value(json_object_get(i,
	    "effective-priority"));
	x->may_preempt = (json_is_true(json_object_get(i, "preempt")) &&
	    !json_is_true(json_object_get(i, "handed-over"))) ||
	    x->priority == 255;
}

static bool
same_router(const struct shown *a, const struct shown *b)
{
	return a->seat->lan == b->seat->lan && a->seat->vrid == b->seat->vrid &&
	    a->seat->family == b->seat->family;
}

/* Given by hand, on that link; the source of adverts may be any such one. */
static bool
is_own_of(const struct host *h, unsigned lan, const struct addr *addr)
{
	const struct address *a;
	char name[16];

	(void)snprintf(name, sizeof(name), "eth%u", lan);
	for (a = h->addresses; a != NULL; a = a->next)
		if (a->lent_until == NEVER && addr_equal(&a->prefix.addr,
		    addr) && strcmp(a->link->name, name) == 0)
			return true;
	return false;
}

static void
check_follower(const struct shown *x, const struct shown *active)
{
	const struct seat *s = x->seat, *a = active->seat;
	unsigned n = s->lan == world->lans ? 0 : 1;
	char text[ADDR_STRLEN];

	/* In a group one may be better, wait for the others and follow nobody. */
	if (s->grouped && x->priority > active->priority)
		return;
	if (!is_own_of(a->host, n, &x->active))
		world_fail("%s %s follows %s and not %s", s->host->name,
		    s->name, addr_format(&x->active, text, sizeof(text)),
		    a->host->name);
	if (x->priority > active->priority && x->may_preempt)
		world_fail("%s %s is better than %s, which is Active",
		    s->host->name, s->name, a->host->name);
}

static void
check_owners(const struct shown *active)
{
	const struct vip *v;
	char text[ADDR_STRLEN];
	unsigned i, j, n;

	for (i = 0; i < active->seat->vip_count; i++) {
		v = judge_vip(&active->seat->vips[i]);
		for (j = n = 0; j < v->owner_count; j++)
			n += active->part >> v->owners[j]->index & 1;
		if (n != 1)
			world_fail("%u owners of %s in part %#x", n,
			    addr_format(&v->addr, text, sizeof(text)),
			    active->part);
	}
}

/* The part of list[first], which is its first seat in the list. */
static void
check_part(const struct shown *list, unsigned count, unsigned first)
{
	const struct shown *x = &list[first], *active = NULL;
	unsigned i;

	for (i = first; i < count; i++) {
		if (!same_router(&list[i], x) ||
		    !(x->part >> list[i].seat->host->index & 1) ||
		    list[i].seat->state != SEAT_ACTIVE)
			continue;
		if (active != NULL)
			world_fail("%s and %s are both Active for %s",
			    active->seat->host->name,
			    list[i].seat->host->name, x->seat->name);
		active = &list[i];
	}
	if (active == NULL)
		world_fail("%s: nobody is Active in part %#x", x->seat->name,
		    x->part);
	check_owners(active);
	for (i = first; i < count; i++)
		if (same_router(&list[i], x) && &list[i] != active &&
		    x->part >> list[i].seat->host->index & 1)
			check_follower(&list[i], active);
}

void
town_check_settled(void)
{
	struct shown list[SHOWN_MAX];
	unsigned count = 0, i, j;
	struct seat *s;

	for (s = world->judge->seats; s != NULL && count < SHOWN_MAX;
	    s = s->next)
		if ((s->state == SEAT_ACTIVE || s->state == SEAT_BACKUP) &&
		    proc_is_awake(proc_find(s->host, "engine")))
			list[count++].seat = s;
	for (i = 0; i < count; i++)
		ask_seat(&list[i]);
	for (i = 0; i < count; i++) {
		for (j = 0; j < i; j++)
			if (same_router(&list[i], &list[j]) &&
			    list[j].part >> list[i].seat->host->index & 1)
				break;
		if (j == i)
			check_part(list, count, i);
	}
	for (i = 0; i < count; i++)
		json_decref(list[i].doc);
}

bool
town_bfd_all_up(void)
{
	json_t *doc, *b;
	const char *state;
	unsigned i;
	size_t n;
	bool up = true;

	for (i = 0; i < world->host_count; i++) {
		if (!proc_is_awake(proc_find(world->hosts[i], "bfdd")))
			continue;
		doc = town_ask_json(world->hosts[i], "show bfd");
		json_array_foreach(json_object_get(doc, "sessions"), n, b) {
			state = json_string_value(json_object_get(b, "state"));
			up = up && state != NULL && strcmp(state, "up") == 0;
		}
		json_decref(doc);
	}
	return up;
}

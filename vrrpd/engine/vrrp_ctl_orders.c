/*
 * vrrp_ctl_orders.c - what an operator is answered who says something to stay.
 *
 * The instance has obeyed already.  The answer waits until the monitor has the
 * order on the disk, or has said why not, or WAIT_NS are over: an operator who
 * reads "disabled" may pull the plug.  The client's own further requests wait
 * meanwhile, nobody else's do.
 *
 * Owns the answers that are still to be given; a client that goes takes its own
 * with it.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_ctl_orders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shared/ctl_json.h"
#include "vrrpd/engine/vrrp_standing.h"
#include "vrrpd/pure/vrrp_orders.h"

#define WAIT_NS	(1 * NS_PER_S)

struct waiting {
	struct waiting		*next;
	struct ctl_client_conn	*conn;
	json_t			*result;
	uint32_t		 order;		/* the number of the last one */
	mono_t			 deadline;
};

struct vrrp_ctl_orders {
	const struct vrrp_router *router;
	struct loop_timer	*timer;
	struct waiting		*first;		/* the oldest */
};

/* --- answers --- */

static void
finish(json_t *result, const char *why_not)
{
	ctl_json_set_bool(result, "on-disk", why_not == NULL);
	if (why_not != NULL)
		ctl_json_set_word(result, "why-not", why_not);
}

/* Takes the first one off the list. */
static void
give_answer(struct vrrp_ctl_orders *c, const char *why_not)
{
	struct waiting *w = c->first;

	c->first = w->next;
	finish(w->result, why_not);
	ctl_client_conn_answer(w->conn, w->result);
	free(w);
}

/* Orders are numbered, and the oldest is served first. */
static void
told(void *arg)
{
	struct vrrp_ctl_orders *c = arg;
	const struct vrrp_kept *kept = vrrp_standing_kept(c->router->standing);

	while (c->first != NULL && c->first->order <= kept->upto)
		give_answer(c, NULL);
	while (c->first != NULL && kept->why[0] != '\0')
		give_answer(c, kept->why);
}

static void
time_is_over(mono_t deadline, void *arg)
{
	struct vrrp_ctl_orders *c = arg;
	mono_t now = loop_clock();

	(void)deadline;
	while (c->first != NULL && !mono_before(now, c->first->deadline))
		give_answer(c, "the disk takes its time");
	if (c->first != NULL)
		loop_timer_set(c->timer, c->first->deadline);
}

static void
wait_for_disk(struct vrrp_ctl_orders *c, struct waiting *w)
{
	struct waiting **at = &c->first;

	while (*at != NULL)
		at = &(*at)->next;
	*at = w;
	if (c->first == w)
		loop_timer_set(c->timer, w->deadline);
	ctl_client_conn_defer(w->conn);
}

json_t *
vrrp_ctl_orders_answer(struct vrrp_ctl_orders *c, struct ctl_client_conn *conn,
    json_t *result, int error)
{
	struct vrrp_standing *s = c->router->standing;
	const struct vrrp_kept *kept;
	struct waiting *w;

	if (s == NULL)
		return result;
	kept = vrrp_standing_kept(s);
	if (error < 0)
		finish(result, error == -ENOSPC ? "too many orders" :
		    strerror(-error));
	else if (vrrp_standing_given(s) <= kept->upto)
		finish(result, NULL);
	else if ((w = calloc(1, sizeof(*w))) == NULL)
		finish(result, "out of memory");
	else {
		w->conn = conn;
		w->result = result;
		w->order = vrrp_standing_given(s);
		w->deadline = mono_add(loop_clock(), WAIT_NS);
		wait_for_disk(c, w);
		return NULL;
	}
	return result;
}

void
vrrp_ctl_orders_gone(struct vrrp_ctl_orders *c,
    const struct ctl_client_conn *conn)
{
	struct waiting **at = &c->first, *w;

	while ((w = *at) != NULL && w->conn != conn)
		at = &w->next;
	if (w == NULL)
		return;
	*at = w->next;
	json_decref(w->result);
	free(w);
}

/* --- show --- */

static void
add_kept(json_t *list, const char *name, unsigned value, unsigned of_file)
{
	if (value != 0)
		(void)json_array_append_new(list, json_pack(
		    "{s:s, s:i, s:i}", "name", name, "value", (int)value,
		    "file", (int)of_file));
}

void
vrrp_ctl_orders_show(json_t *o, const struct vrrp_router *r, const char *name)
{
	const struct vrrp_order *order = vrrp_orders_find(
	    vrrp_standing_orders(r->standing), name);
	json_t *list;

	if (order == NULL)
		return;
	if (order->disabled_s != 0)
		ctl_json_set(o, "disabled-since", ctl_json_time(
		    order->disabled_s * NS_PER_S));
	if (order->handed_over_s != 0)
		ctl_json_set(o, "handed-over-since", ctl_json_time(
		    order->handed_over_s * NS_PER_S));
	if (order->priority == 0 && order->advert_int_cs == 0)
		return;
	list = json_array();
	add_kept(list, "priority", order->priority, order->priority_of_file);
	add_kept(list, "advert-interval-cs", order->advert_int_cs,
	    order->advert_int_of_file_cs);
	ctl_json_set(o, "kept", list);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of orders; sorted, because to look for each in turn takes a millisecond. */
static json_t *
without_instance(const struct vrrp_orders *all, const struct vrrp_router *r)
{
	const char **names = calloc(r->instance_count + 1, sizeof(names[0]));
	json_t *list = json_array();
	const char *name;
	unsigned i;

	if (names == NULL)
		return list;
	for (i = 0; i < r->instance_count; i++)
		names[i] = r->instances[i]->p.name;
	qsort(names, r->instance_count, sizeof(names[0]), by_name);
	for (i = 0; i < all->count; i++) {
		name = all->list[i].name;
		if (bsearch(&name, names, r->instance_count, sizeof(names[0]),
		    by_name) == NULL)
			(void)json_array_append_new(list, json_string(name));
	}
	free(names);
	return list;
}

json_t *
vrrp_ctl_orders_summary(const struct vrrp_router *r)
{
	const struct vrrp_orders *all = vrrp_standing_orders(r->standing);
	const struct vrrp_kept *kept = vrrp_standing_kept(r->standing);
	json_t *o = json_object();

	ctl_json_set_int(o, "count", all->count);
	ctl_json_set_bool(o, "on-disk", kept->why[0] == '\0' &&
	    kept->upto >= vrrp_standing_given(r->standing));
	if (kept->why[0] != '\0')
		ctl_json_set_word(o, "why-not", kept->why);
	ctl_json_set(o, "without-instance", without_instance(all, r));
	return o;
}

/* --- life --- */

struct vrrp_ctl_orders *
vrrp_ctl_orders_new(struct loop *loop, const struct vrrp_router *r)
{
	struct vrrp_ctl_orders *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->router = r;
	c->timer = loop_timer_new(loop, time_is_over, c);
	if (c->timer == NULL) {
		free(c);
		return NULL;
	}
	if (r->standing != NULL)
		vrrp_standing_on_kept(r->standing, told, c);
	return c;
}

void
vrrp_ctl_orders_free(struct vrrp_ctl_orders *c)
{
	if (c == NULL)
		return;
	if (c->router->standing != NULL)
		vrrp_standing_on_kept(c->router->standing, NULL, NULL);
	while (c->first != NULL)
		vrrp_ctl_orders_gone(c, c->first->conn);
	loop_timer_free(c->timer);
	free(c);
}

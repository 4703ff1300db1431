/*
 * vrrp_standing.c - standing orders: what operators said, for the next engine too.
 *
 * An operator who disables an instance for maintenance counts on it until he says
 * otherwise, whatever is restarted meanwhile.  So everything that is said to stay
 * goes to the monitor as the whole order of one instance, which replaces the one
 * before; engine, monitor and file have the same table.  Orders of an instance
 * that is in the file no more are kept: it may come back.
 *
 * A kept value belongs to the value that the file had then.  Whoever changes that
 * very value in the file has the last word; the order ends, and that is said.
 *
 * Called by vrrp_engine.c (birth, configuration, beat) and vrrp_ctl.c (operators).
 * Nothing here waits, and nothing decides about VRRP.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_standing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/config/vrrp_values.h"
#include "vrrpd/instance/virtual_router.h"

/* Values of an instance as the file has them. */
struct of_file {
	char		name[VRRP_NAME_MAX];
	uint8_t		priority;
	uint16_t	advert_int_cs;
};

struct vrrp_standing {
	struct vrrp_channel	*channel;
	struct vrrp_orders	 orders;
	bool			 owes;
	uint32_t		 given;		/* messages sent */
	struct vrrp_kept	 kept;		/* the monitor's last word */
	void			(*told)(void *arg);
	void			*told_arg;
	struct of_file		 file[VRRP_INSTANCES_MAX];
	unsigned		 file_count;
};

/* --- orders --- */

/* The order of that name as it is, or one that orders nothing. */
static struct vrrp_order
order_of(const struct vrrp_standing *s, const char *name)
{
	const struct vrrp_order *o = vrrp_orders_find(&s->orders, name);
	struct vrrp_order none = { .name = "" };

	if (o != NULL)
		return *o;
	(void)snprintf(none.name, sizeof(none.name), "%s", name);
	return none;
}

/* Here and at the monitor, or nowhere. */
static int
give(struct vrrp_standing *s, const struct vrrp_order *o)
{
	const struct vrrp_order was = order_of(s, o->name);
	char line[VRRP_ORDER_LINE_MAX + 1];
	size_t len;
	int error;

	if (vrrp_order_equal(&was, o))
		return 0;
	if (!vrrp_orders_put(&s->orders, o))
		return -ENOSPC;
	len = vrrp_order_print(o, line);
	error = vrrp_channel_send(s->channel, VRRP_MSG_ORDER, line, len);
	if (error == 0)
		s->given++;
	else
		(void)vrrp_orders_put(&s->orders, &was);
	return error;
}

/* A clock that was never set must not make it "not disabled". */
static int64_t
now_s(void)
{
	int64_t s = loop_realtime_ns() / NS_PER_S;

	return s > 0 ? s : 1;
}

int
vrrp_standing_look(struct vrrp_standing *s, const struct vrrp_instance *v)
{
	struct vrrp_order o;
	int error;

	if (s == NULL)
		return 0;
	o = order_of(s, v->p.name);
	if (v->disabled != (o.disabled_s != 0))
		o.disabled_s = v->disabled ? now_s() : 0;
	if (v->handed_over != (o.handed_over_s != 0))
		o.handed_over_s = v->handed_over ? now_s() : 0;
	error = give(s, &o);
	if (error == -ENOSPC)
		log_err("instance=%s what an operator said is not kept: %u "
		    "other instances have orders", v->p.name,
		    s->orders.count);
	else if (error < 0)
		s->owes = true;
	return error;
}

void
vrrp_standing_retry(struct vrrp_standing *s,
    struct vrrp_instance *const *list, unsigned count)
{
	unsigned i;

	if (s == NULL || !s->owes)
		return;
	s->owes = false;
	for (i = 0; i < count; i++)
		(void)vrrp_standing_look(s, list[i]);
}

static const struct of_file *
find_file(const struct vrrp_standing *s, const char *name)
{
	unsigned i;

	for (i = 0; i < s->file_count; i++)
		if (strcmp(s->file[i].name, name) == 0)
			return &s->file[i];
	return NULL;
}

int
vrrp_standing_keep(struct vrrp_standing *s, const struct vrrp_params *p,
    unsigned fields)
{
	const struct of_file *f = s == NULL ? NULL : find_file(s, p->name);
	struct vrrp_order o;

	if (f == NULL)
		return -ENOENT;
	o = order_of(s, p->name);
	if ((fields & VRRP_STANDING_PRIORITY) != 0) {
		o.priority = p->priority == f->priority ? 0 : p->priority;
		o.priority_of_file = o.priority == 0 ? 0 : f->priority;
	}
	if ((fields & VRRP_STANDING_ADVERT_INT) != 0) {
		o.advert_int_cs = p->advert_int_cs == f->advert_int_cs ? 0 :
		    p->advert_int_cs;
		o.advert_int_of_file_cs = o.advert_int_cs == 0 ? 0 :
		    f->advert_int_cs;
	}
	return give(s, &o);
}

bool
vrrp_standing_end(struct vrrp_standing *s, const char *name)
{
	struct vrrp_order o = { .name = "" };

	if (s == NULL || vrrp_orders_find(&s->orders, name) == NULL)
		return false;
	(void)snprintf(o.name, sizeof(o.name), "%s", name);
	return give(s, &o) == 0;
}

/* --- the file --- */

static bool
fits(const struct vrrp_params *p, uint16_t advert_int_cs)
{
	char text[16], why[160];
	uint16_t cs;

	(void)snprintf(text, sizeof(text), "%u", advert_int_cs);
	return vrrp_values_advert_int(text, p->version, &cs, why,
	    sizeof(why)) == 0;
}

static bool
keeps_priority(const struct vrrp_order *o, const struct vrrp_params *p)
{
	return o->priority != 0 && o->priority_of_file == p->priority;
}

static bool
keeps_advert_int(const struct vrrp_order *o, const struct vrrp_params *p)
{
	return o->advert_int_cs != 0 &&
	    o->advert_int_of_file_cs == p->advert_int_cs &&
	    fits(p, o->advert_int_cs);
}

static void
settle_one(struct vrrp_standing *s, const struct vrrp_params *p)
{
	struct vrrp_order o = order_of(s, p->name);

	if (o.priority != 0 && !keeps_priority(&o, p)) {
		log_notice("instance=%s priority=%u is kept no longer: the "
		    "file had %u and has %u now", p->name, o.priority,
		    o.priority_of_file, p->priority);
		o.priority = o.priority_of_file = 0;
	}
	if (o.advert_int_cs != 0 && !keeps_advert_int(&o, p)) {
		log_notice("instance=%s advert_int_cs=%u is kept no longer: "
		    "the file had %u and has %u now%s", p->name,
		    o.advert_int_cs, o.advert_int_of_file_cs, p->advert_int_cs,
		    fits(p, o.advert_int_cs) ? "" : ", of version 2");
		o.advert_int_cs = o.advert_int_of_file_cs = 0;
	}
	(void)give(s, &o);
}

void
vrrp_standing_settle(struct vrrp_standing *s, const struct vrrp_config *c)
{
	const struct vrrp_params *p;
	unsigned i;

	if (s == NULL)
		return;
	s->file_count = 0;
	for (i = 0; i < c->count; i++) {
		p = &c->instances[i];
		s->file[s->file_count].priority = p->priority;
		s->file[s->file_count].advert_int_cs = p->advert_int_cs;
		memcpy(s->file[s->file_count++].name, p->name,
		    sizeof(p->name));
		if (s->orders.count > 0)
			settle_one(s, p);
	}
}

void
vrrp_standing_overlay(const struct vrrp_standing *s, struct vrrp_config *c)
{
	struct vrrp_order o;
	struct vrrp_params *p;
	unsigned i;

	for (i = 0; s != NULL && s->orders.count > 0 && i < c->count; i++) {
		p = &c->instances[i];
		o = order_of(s, p->name);
		if (keeps_advert_int(&o, p))
			p->advert_int_cs = o.advert_int_cs;
		if (keeps_priority(&o, p))
			p->priority = o.priority;
	}
}

/* --- the disk --- */

static enum vrrp_refusal
on_kept(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_standing *s = arg;
	struct vrrp_kept kept;

	if (!vrrp_kept_decode(body, len, &kept) || kept.upto > s->given)
		return VRRP_REFUSAL_BODY;
	s->kept = kept;
	if (s->told != NULL)
		s->told(s->told_arg);
	return VRRP_REFUSAL_NONE;
}

uint32_t
vrrp_standing_given(const struct vrrp_standing *s)
{
	return s->given;
}

const struct vrrp_kept *
vrrp_standing_kept(const struct vrrp_standing *s)
{
	return &s->kept;
}

void
vrrp_standing_on_kept(struct vrrp_standing *s, void (*told)(void *arg),
    void *arg)
{
	s->told = told;
	s->told_arg = arg;
}

/* --- life --- */

struct vrrp_standing *
vrrp_standing_new(struct vrrp_channel *channel,
    const struct vrrp_orders *inherited)
{
	struct vrrp_standing *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->channel = channel;
	if (inherited != NULL)
		s->orders = *inherited;
	vrrp_channel_handle(channel, VRRP_MSG_KEPT, on_kept, s);
	return s;
}

void
vrrp_standing_free(struct vrrp_standing *s)
{
	if (s == NULL)
		return;
	vrrp_channel_handle(s->channel, VRRP_MSG_KEPT, NULL, NULL);
	free(s);
}

const struct vrrp_orders *
vrrp_standing_orders(const struct vrrp_standing *s)
{
	return s == NULL ? NULL : &s->orders;
}

/*
 * vrrp_check_route.c - a tracker of kind route: is the route there?
 *
 * The default route above all: without it a router leads hosts nowhere.  The kernel
 * tells of every change (vrrp_fib_watch.h), and nothing is asked at intervals.
 */
#include "config.h"

#include <stdlib.h>

#include "vrrpd/helper/vrrp_check_kinds.h"
#include "vrrpd/helper/vrrp_fib_watch.h"

struct route {
	struct vrrp_checked		*checked;
	struct vrrp_fib_watched	*watch;
};

static void
on_answer(bool there, mono_t at, const char *why, void *arg)
{
	struct route *r = arg;

	vrrp_checked_level(r->checked, there, at, there ? NULL : why);
}

static void
route_close(void *state)
{
	struct route *r = state;

	if (r->watch != NULL)
		vrrp_fib_watch_remove(r->watch);
	free(r);
}

static void *
route_open(struct vrrp_checked *c, const struct vrrp_tracker_params *p)
{
	struct vrrp_checks_shared *shared = vrrp_checked_shared(c);
	struct route *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->checked = c;
	r->watch = vrrp_fib_watch_add(shared->fib, &p->route, on_answer, r);
	if (r->watch == NULL) {
		route_close(r);
		return NULL;
	}
	return r;
}

const struct vrrp_checks_kind vrrp_check_route = {
	.kind = VRRP_TRACK_ROUTE,
	.open = route_open,
	.close = route_close,
};

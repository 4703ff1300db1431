/*
 * bfd_vrf.c - which VRFs have sessions of ours, and so need sockets.
 *
 * A list of the interfaces that are in a VRF, as netlink tells; most hosts have
 * none.  A VRF is served while a session or an offer is on one of its interfaces:
 * a router may have hundreds of VRFs, and BFD in few.
 *
 * Looking is deferred to the end of the batch, however many interfaces changed, and
 * never happens while the sockets are read.  What cannot be served is tried again
 * with the next change, and said once for each VRF.
 *
 * Called by bfd_engine.c and bfd_wishes.c.
 */
#include "config.h"

#include "bfdd/bfd_vrf.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "bfdd/bfd_engine_state.h"
#include "bfdd/bfd_io.h"
#include "bfdd/bfd_passive.h"
#include "bfdd/bfd_table.h"
#include "shared/log.h"
#include "shared/loop.h"

/* The VRF of this interface, 0: none. */
static int
vrf_of(const struct bfd_engine *e, int ifindex)
{
	unsigned i;

	for (i = 0; i < e->vrf.count; i++)
		if (e->vrf.links[i].ifindex == ifindex)
			return e->vrf.links[i].vrf;
	return 0;
}

static bool
is_needed(const struct bfd_engine *e, int vrf)
{
	const struct bfd_session *s;
	const struct bfd_offer *o;

	for (s = bfd_table_first(e->table); s != NULL; s = s->next)
		if (s->ifindex != 0 && vrf_of(e, s->ifindex) == vrf)
			return true;
	for (o = bfd_passive_first(e->passive); o != NULL; o = o->next)
		if (o->ifindex != 0 && vrf_of(e, o->ifindex) == vrf)
			return true;
	return false;
}

static const char *
name_of(int vrf, char name[IF_NAMESIZE])
{
	return if_indextoname((unsigned)vrf, name) != NULL ? name : "-";
}

static void
serve(struct bfd_engine *e, int vrf)
{
	char name[IF_NAMESIZE];
	int error = bfd_io_serve_vrf(e->io, vrf);

	if (error == 0)
		log_info("vrf %s served", name_of(vrf, name));
	else if (e->vrf.refused != vrf)
		log_warning("vrf %s cannot be served, its sessions stay down: "
		    "%s", name_of(vrf, name), strerror(-error));
	e->vrf.refused = error == 0 ? 0 : vrf;
}

static void
look(void *arg)
{
	struct bfd_engine *e = arg;
	char name[IF_NAMESIZE];
	int vrf = 0;
	unsigned i;

	while ((vrf = bfd_io_next_vrf(e->io, vrf)) != 0)
		if (!is_needed(e, vrf)) {
			bfd_io_leave_vrf(e->io, vrf);
			log_info("vrf %s not served any more",
			    name_of(vrf, name));
		}
	for (i = 0; i < e->vrf.count; i++) {
		vrf = e->vrf.links[i].vrf;
		if (!bfd_io_serves_vrf(e->io, vrf) && is_needed(e, vrf))
			serve(e, vrf);
	}
}

void
bfd_vrf_look_later(struct bfd_engine *e)
{
	if (e->vrf.count > 0 || bfd_io_next_vrf(e->io, 0) != 0)
		(void)loop_defer(e->loop, look, e);
}

static void
drop(struct bfd_engine *e, int ifindex)
{
	unsigned i;

	for (i = 0; i < e->vrf.count; i++)
		if (e->vrf.links[i].ifindex == ifindex) {
			e->vrf.links[i] = e->vrf.links[--e->vrf.count];
			return;
		}
}

void
bfd_vrf_link(struct bfd_engine *e, int ifindex, int vrf)
{
	struct bfd_vrf_link *list;

	if (vrf_of(e, ifindex) == vrf)
		return;
	drop(e, ifindex);
	if (vrf != 0) {
		list = realloc(e->vrf.links, (e->vrf.count + 1) *
		    sizeof(*list));
		if (list == NULL)
			return;
		e->vrf.links = list;
		list[e->vrf.count++] = (struct bfd_vrf_link){ ifindex, vrf };
	}
	(void)loop_defer(e->loop, look, e);
}

void
bfd_vrf_forget(struct bfd_engine *e)
{
	e->vrf.count = 0;
}

void
bfd_vrf_free(struct bfd_engine *e)
{
	loop_defer_cancel(e->loop, look, e);
	free(e->vrf.links);
}

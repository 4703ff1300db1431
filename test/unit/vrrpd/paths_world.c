/* paths_world.c - see paths_world.h. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "shared/nl.h"
#include "shared/nl_batch.h"
#include "test/unit/vrrpd/paths_world.h"

struct paths_world pw;

static void
asked(char what)
{
	size_t n = strlen(pw.asked);

	if (n + 1 < sizeof(pw.asked))
		pw.asked[n] = what;
}

struct vrrp_paths_list *
vrrp_paths_list_new(void)
{
	return (struct vrrp_paths_list *)&pw;
}

void
vrrp_paths_list_free(struct vrrp_paths_list *l)
{
	(void)l;
}

const char *
vrrp_path_state_name(enum vrrp_path_state state)
{
	return state == VRRP_PATH_IN_FORCE ? "in-force" : "other";
}

struct vrrp_paths *
vrrp_paths_new(struct nl *nl, struct vrrp_paths_list *list,
    vrrp_paths_changed changed, void *arg)
{
	(void)nl;
	(void)list;
	pw.changed = changed;
	pw.arg = arg;
	return (struct vrrp_paths *)&pw;
}

void
vrrp_paths_free(struct vrrp_paths *ps)
{
	(void)ps;
}

int
vrrp_paths_prepare(struct vrrp_paths *ps, const struct vrrp_params *p,
    const char self[IF_NAMESIZE], int self_index, int parent_index, bool sure)
{
	(void)ps;
	(void)self;
	(void)self_index;
	(void)parent_index;
	if (pw.no_memory)
		return -1;
	pw.prepared++;
	pw.sure = sure;
	pw.count = p->route_count + p->rule_count;
	return 0;
}

void
vrrp_paths_put(struct vrrp_paths *ps)
{
	(void)ps;
	pw.put = true;
	asked('p');
}

void
vrrp_paths_put_missing(struct vrrp_paths *ps)
{
	(void)ps;
	asked('m');
}

void
vrrp_paths_put_again(struct vrrp_paths *ps)
{
	(void)ps;
	asked('a');
}

void
vrrp_paths_withdraw(struct vrrp_paths *ps)
{
	(void)ps;
	pw.put = false;
	asked('w');
}

const uint8_t *
vrrp_paths_withdrawal(const struct vrrp_paths *ps, size_t *len)
{
	static const uint8_t bytes[8];

	(void)ps;
	*len = pw.count > 0 ? sizeof(bytes) : 0;
	return bytes;
}

bool
vrrp_paths_are_put(const struct vrrp_paths *ps)
{
	(void)ps;
	return pw.put;
}

bool
vrrp_paths_route_event(struct vrrp_paths *ps, const struct nl_route *r,
    bool gone)
{
	(void)ps;
	(void)r;
	return gone && pw.lost;
}

bool
vrrp_paths_rule_event(struct vrrp_paths *ps, const struct nl_rule *r,
    bool gone)
{
	(void)ps;
	(void)r;
	return gone && pw.lost;
}

bool
vrrp_paths_concern(const struct vrrp_paths *ps, int ifindex)
{
	(void)ps;
	(void)ifindex;
	return pw.concerned;
}

/* An instance has those of even tables. */
bool
vrrp_paths_list_has_route(const struct vrrp_paths_list *l,
    const struct nl_route *r)
{
	(void)l;
	return r->table % 2 == 0;
}

bool
vrrp_paths_list_has_rule(const struct vrrp_paths_list *l,
    const struct nl_rule *r)
{
	(void)l;
	return r->table % 2 == 0;
}

unsigned
vrrp_paths_count(const struct vrrp_paths *ps)
{
	(void)ps;
	return pw.count;
}

enum vrrp_path_state
vrrp_paths_state(const struct vrrp_paths *ps, unsigned i, int *error)
{
	(void)ps;
	(void)i;
	*error = pw.error;
	return pw.state;
}

unsigned
vrrp_paths_missing(const struct vrrp_paths *ps)
{
	(void)ps;
	return pw.put ? pw.missing : 0;
}

/* --- of netlink --- */

int
nl_route_watch(struct loop *loop, uint8_t protocol,
    const struct nl_route_handlers *handlers, void *arg,
    struct nl_route_watch **out)
{
	(void)loop;
	(void)protocol;
	pw.handlers = *handlers;
	pw.watcher = arg;
	*out = (struct nl_route_watch *)&pw;
	return 0;
}

void
nl_route_unwatch(struct nl_route_watch *w)
{
	(void)w;
}

int
nl_read_routes(struct nl *nl, uint8_t protocol,
    void (*route)(const struct nl_route *, void *),
    void (*rule)(const struct nl_rule *, void *), void *arg)
{
	struct nl_route r;
	struct nl_rule u;
	unsigned i;

	(void)nl;
	memset(&r, 0, sizeof(r));
	memset(&u, 0, sizeof(u));
	for (i = 0; i < pw.found; i++) {
		r.protocol = u.protocol = protocol;
		r.table = u.table = i;
		route(&r, arg);
		rule(&u, arg);
	}
	return 0;
}

struct nl_batch *
nl_batch_new(struct nl *nl)
{
	(void)nl;
	return (struct nl_batch *)&pw;
}

void
nl_batch_free(struct nl_batch *b)
{
	(void)b;
}

int
nl_batch_put_route(struct nl_batch *b, const struct nl_route *r, bool add)
{
	(void)b;
	(void)r;
	pw.removed += !add;
	return 0;
}

int
nl_batch_put_rule(struct nl_batch *b, const struct nl_rule *r, bool add)
{
	(void)b;
	(void)r;
	pw.removed += !add;
	return 0;
}

int
nl_batch_send(struct nl_batch *b, nl_batch_done done, void *arg)
{
	(void)b;
	(void)done;
	(void)arg;
	return 0;
}

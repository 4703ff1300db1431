/*
 * vrrp_leases.c - the leases that this process has put into the kernel.
 *
 * vrrp_lease_nft.c writes the rules; here is which table they are in, and what is to
 * be written where something has changed.
 *
 * A table is of one interface and one life of this process: swiftover-INTERFACE-PID-N,
 * where PID is the monitor's, since a lease outlives vrrpd-net, and N counts the
 * lives of vrrpd-net that have met the interface.  So nobody has to agree with another
 * vrrpd of the network namespace, and this process knows what is in its table: the
 * book, in memory, is exact.
 *
 * A virtual router that is put moves here.  First it is put, then taken out of every
 * other table of the interface that has it: in between both may stop it, and its own
 * packets renew both.  A table that has no virtual router left is removed.  What no
 * life claims is swept when the process that it is named after has gone, a while after
 * the start, when the addresses of that life have gone too.
 *
 * Who else may interfere: "nft flush ruleset", which a restart of a firewall does, an
 * operator, and the kernel, which removes a chain together with its device.  The
 * events of the kernel tell (netd/vrrp_leaser.c), and the engine looks
 * (instance/vrrp_guard.c).  A table that is not as the book says is given up as a
 * whole, and all its leases are put again: that is rare, and guessing is worse.
 *
 * An address belongs to the virtual router that put it last: where one goes on for
 * another, both have it for a while.
 *
 * Called by vrrpd-net's thread for leases (netd/vrrp_leaser.c), which may wait.
 */
#include "config.h"

#include "vrrpd/linux/vrrp_leases.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vrrpd/linux/vrrp_lease_nft.h"

#define PREFIX		"swiftover-"
#define OTHERS_MAX	64	/* tables that others have left */

struct router {
	struct router		*next;
	struct vrrp_lease	 lease;		/* as it is in the kernel */
	/* Addresses that another has taken over have family 0. */
};

struct peer {
	struct peer		*next;
	struct vrrp_lease_peer	 value;		/* as it is in the kernel */
	struct vrrp_lease_peer	 next_value;	/* of the change */
	uint32_t		 number;
	bool			 is_new;	/* by the change */
};

struct table {
	struct table		*next;
	char			 name[VRRP_LEASES_TABLE_MAX];
	char			 interface[IF_NAMESIZE];
	struct router		*routers;
	struct peer		*peers;
	uint32_t		 peer_number;	/* of the last new one */
};

struct vrrp_leases {
	pid_t			 life;
	struct vrrp_nft		 nft;
	struct table		*tables;
	unsigned		 last;		/* number of a table */
	struct vrrp_lease_nft	 change;	/* put together and sent */
	char			 others[OTHERS_MAX][VRRP_LEASES_TABLE_MAX];
	unsigned		 other_count;
};

/* --- names --- */

/* The two numbers at the end of a name, and how long the interface's is; or false. */
static bool
parse_name(const char *name, int *pid, unsigned *n, size_t *interface_len)
{
	const char *at, *from = name + strlen(PREFIX);
	char end;

	if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
		return false;
	at = strrchr(from, '-');
	while (at != NULL && at > from && *--at != '-')
		;
	if (at == NULL || at <= from ||
	    sscanf(at, "-%d-%u%c", pid, n, &end) != 2)
		return false;
	*interface_len = (size_t)(at - from);
	return *interface_len < IF_NAMESIZE;
}

bool
vrrp_leases_is_table(const char *name)
{
	size_t len;
	unsigned n;
	int pid;

	return parse_name(name, &pid, &n, &len);
}

static void
found_table(const char *name, void *arg)
{
	struct vrrp_leases *ls = arg;

	if (ls->other_count < OTHERS_MAX && vrrp_leases_is_table(name) &&
	    strlen(name) < VRRP_LEASES_TABLE_MAX)
		(void)snprintf(ls->others[ls->other_count++],
		    VRRP_LEASES_TABLE_MAX, "%s", name);
}

/* All tables of leases of this network namespace, whosesoever. */
static void
list_tables(struct vrrp_leases *ls)
{
	ls->other_count = 0;
	(void)vrrp_nft_tables(&ls->nft, NFPROTO_NETDEV, found_table, ls);
}

static bool
is_of_interface(const char *name, const char *interface)
{
	size_t len;
	unsigned n;
	int pid;

	return parse_name(name, &pid, &n, &len) && strlen(interface) == len &&
	    strncmp(name + strlen(PREFIX), interface, len) == 0;
}

/* --- the book --- */

static struct table *
find_table(struct vrrp_leases *ls, const char *interface)
{
	struct table *t;

	for (t = ls->tables; t != NULL; t = t->next)
		if (strcmp(t->interface, interface) == 0)
			return t;
	return NULL;
}

static struct table *
new_table(struct vrrp_leases *ls, const char *interface)
{
	struct table *t = calloc(1, sizeof(*t));
	unsigned i, n;
	size_t len;
	int pid;

	if (t == NULL)
		return NULL;
	list_tables(ls);
	for (i = 0; i < ls->other_count; i++)
		if (is_of_interface(ls->others[i], interface) &&
		    parse_name(ls->others[i], &pid, &n, &len) &&
		    pid == (int)ls->life && n > ls->last)
			ls->last = n;
	(void)snprintf(t->interface, sizeof(t->interface), "%s", interface);
	(void)snprintf(t->name, sizeof(t->name), PREFIX "%s-%d-%u", interface,
	    (int)ls->life, ++ls->last);
	t->next = ls->tables;
	ls->tables = t;
	return t;
}

static void
forget_table(struct vrrp_leases *ls, struct table *t)
{
	struct table **at;
	struct router *r;
	struct peer *p;

	for (at = &ls->tables; *at != t; at = &(*at)->next)
		;
	*at = t->next;
	while ((r = t->routers) != NULL) {
		t->routers = r->next;
		free(r);
	}
	while ((p = t->peers) != NULL) {
		t->peers = p->next;
		free(p);
	}
	free(t);
}

static struct router *
find_router(struct table *t, const struct vrrp_lease *l)
{
	struct router *r;

	for (r = t->routers; r != NULL; r = r->next)
		if (vrrp_lease_is_same_router(&r->lease, l))
			return r;
	return NULL;
}

static struct peer *
find_peer(struct table *t, const struct addr *a)
{
	struct peer *p;

	for (p = t->peers; p != NULL; p = p->next)
		if (addr_equal(&p->value.addr, a))
			return p;
	return NULL;
}

static bool
counts_peer(const struct vrrp_lease *l, const struct addr *a)
{
	unsigned i;

	for (i = 0; i < l->peer_count; i++)
		if (addr_equal(&l->peers[i].addr, a))
			return true;
	return false;
}

static bool
has_device(const struct vrrp_lease *l, const char *device)
{
	unsigned i;

	for (i = 0; i < l->device_count; i++)
		if (strcmp(l->devices[i], device) == 0)
			return true;
	return false;
}

/* The index of its address on the device, or -1. */
static int
find_address(const struct vrrp_lease *l, const char *device,
    const struct addr *a)
{
	unsigned i;

	for (i = 0; i < l->vip_count; i++)
		if (addr_equal(&l->vips[i].addr, a) &&
		    strcmp(l->devices[l->vips[i].device], device) == 0)
			return (int)i;
	return -1;
}

/* --- changes --- */

static bool
is_of_others(const struct table *t, const struct router *own,
    const struct addr *peer, const char *device)
{
	const struct router *r;

	for (r = t->routers; r != NULL; r = r->next)
		if (r != own && (peer != NULL ?
		    counts_peer(&r->lease, peer) :
		    has_device(&r->lease, device)))
			return true;
	return false;
}

/* New peers get a number; those of changed values are written again. */
static int
put_peers(struct vrrp_leases *ls, struct table *t, const struct vrrp_lease *l,
    uint32_t numbers[VRRP_LEASE_PEERS_MAX])
{
	struct peer *p;
	unsigned i;

	for (p = t->peers; p != NULL; p = p->next)
		p->next_value = p->value;
	for (i = 0; i < l->peer_count; i++) {
		p = find_peer(t, &l->peers[i].addr);
		if (p == NULL) {
			p = calloc(1, sizeof(*p));
			if (p == NULL)
				return -ENOMEM;
			p->number = ++t->peer_number;
			p->is_new = true;
			p->value.addr = l->peers[i].addr;
			p->next = t->peers;
			t->peers = p;
		}
		p->next_value = l->peers[i];
		if (p->is_new || memcmp(&p->value, &p->next_value,
		    sizeof(p->value)) != 0)
			vrrp_lease_nft_put_peer(&ls->change, &p->next_value,
			    p->number, p->is_new);
		numbers[i] = p->number;
	}
	return 0;
}

/* The book after the change, or as if that had never been. */
static void
settle_peers(struct table *t, bool is_done)
{
	struct peer **at = &t->peers, *p;

	while ((p = *at) != NULL)
		if (is_done ? is_of_others(t, NULL, &p->next_value.addr, NULL) :
		    !p->is_new) {
			if (is_done)
				p->value = p->next_value;
			p->is_new = false;
			at = &p->next;
		} else {
			*at = p->next;
			free(p);
		}
}

/* An address that is another's by now is left to that one. */
static void
drop_addresses(struct vrrp_leases *ls, const struct vrrp_lease *was,
    const struct vrrp_lease *now)
{
	const char *device;
	unsigned i;

	for (i = 0; i < was->vip_count; i++) {
		device = was->devices[was->vips[i].device];
		if (was->vips[i].addr.family != 0 && (now == NULL ||
		    find_address(now, device, &was->vips[i].addr) == -1))
			vrrp_lease_nft_drop_address(&ls->change, device,
			    &was->vips[i].addr);
	}
}

/* ls NULL: in the book. */
static void
take_addresses(struct vrrp_leases *ls, struct table *t,
    const struct router *own, const struct vrrp_lease *l)
{
	struct router *r;
	const char *device;
	unsigned i;
	int at;

	for (r = t->routers; r != NULL; r = r->next)
		for (i = 0; r != own && i < l->vip_count; i++) {
			device = l->devices[l->vips[i].device];
			at = find_address(&r->lease, device, &l->vips[i].addr);
			if (at != -1 && ls != NULL)
				vrrp_lease_nft_drop_address(&ls->change,
				    device, &l->vips[i].addr);
			else if (at != -1)
				memset(&r->lease.vips[at].addr, 0,
				    sizeof(struct addr));
		}
}

/* After the router is as it will be: what it alone had of devices and peers. */
static void
drop_rest(struct vrrp_leases *ls, struct table *t, const struct router *own,
    const struct vrrp_lease *was, const struct vrrp_lease *now)
{
	const struct peer *p;
	unsigned i;

	for (i = 1; i < was->device_count; i++)
		if ((now == NULL || !has_device(now, was->devices[i])) &&
		    !is_of_others(t, own, NULL, was->devices[i]))
			vrrp_lease_nft_drop_device(&ls->change,
			    was->devices[i]);
	for (p = t->peers; p != NULL; p = p->next)
		if (!p->is_new && (now == NULL ||
		    !counts_peer(now, &p->value.addr)) &&
		    !is_of_others(t, own, &p->value.addr, NULL))
			vrrp_lease_nft_drop_peer(&ls->change, &p->value.addr,
			    p->number);
}

/* --- other tables --- */

static void
drop_table_of(struct vrrp_leases *ls, const char *name)
{
	vrrp_lease_nft_begin(&ls->change, &ls->nft, name, NULL);
	vrrp_lease_nft_drop_table(&ls->change);
	(void)vrrp_lease_nft_commit(&ls->change);
}

/* Of every table of the interface but this one (NULL: of all). */
static void
evict(struct vrrp_leases *ls, const struct table *own,
    const struct vrrp_lease *l)
{
	unsigned i;

	list_tables(ls);
	for (i = 0; i < ls->other_count; i++) {
		if (!is_of_interface(ls->others[i], l->devices[0]) ||
		    (own != NULL && strcmp(own->name, ls->others[i]) == 0))
			continue;
		vrrp_lease_nft_begin(&ls->change, &ls->nft, ls->others[i],
		    NULL);
		vrrp_lease_nft_evict(&ls->change, l->family, l->vrid);
		(void)vrrp_lease_nft_commit(&ls->change);
		if (vrrp_nft_count_elements(&ls->nft, NFPROTO_NETDEV,
		    ls->others[i], VRRP_LEASE_NFT_ROUTERS) == 0)
			drop_table_of(ls, ls->others[i]);
	}
}

static bool
is_over(pid_t pid)
{
	return kill(pid, 0) == -1 && errno == ESRCH;
}

void
vrrp_leases_sweep(struct vrrp_leases *ls)
{
	unsigned i, n;
	size_t len;
	int pid;

	list_tables(ls);
	for (i = 0; i < ls->other_count; i++)
		if (parse_name(ls->others[i], &pid, &n, &len) && is_over(pid))
			drop_table_of(ls, ls->others[i]);
}

/* --- errands --- */

static void
remove_router(struct table *t, struct router *r)
{
	struct router **at;

	for (at = &t->routers; *at != r; at = &(*at)->next)
		;
	*at = r->next;
	free(r);
}

/* A virtual router of which nothing is there yet. */
static struct router *
new_router(struct table *t, const struct vrrp_lease *l)
{
	struct router *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->lease.family = l->family;
	r->lease.vrid = l->vrid;
	memcpy(r->lease.devices[0], l->devices[0], IF_NAMESIZE);
	r->next = t->routers;
	t->routers = r;
	return r;
}

/*
 * The part that all share is written with the first one, and with one that is put
 * again: maybe because somebody has removed it.
 */
static int
change_to(struct vrrp_leases *ls, struct table *t, struct router *r,
    const struct vrrp_lease_errand *e)
{
	static uint32_t numbers[VRRP_LEASE_PEERS_MAX];
	const struct vrrp_lease *l = &e->lease;
	bool all = r->lease.device_count > 0 ||
	    !is_of_others(t, r, NULL, t->interface);
	unsigned i;
	int error;

	vrrp_lease_nft_begin(&ls->change, &ls->nft, t->name,
	    all ? t->interface : NULL);
	for (i = 0; i < l->device_count; i++)
		if (all || !is_of_others(t, r, NULL, l->devices[i]))
			vrrp_lease_nft_put_device(&ls->change, l->devices[i],
			    i == 0);
	error = put_peers(ls, t, l, numbers);
	if (error < 0)
		return error;
	take_addresses(ls, t, r, l);
	drop_addresses(ls, &r->lease, l);
	if (r->lease.device_count > 0 && (r->lease.version != l->version ||
	    r->lease.virtual_mac != l->virtual_mac))
		vrrp_lease_nft_drop_keys(&ls->change, &r->lease);
	vrrp_lease_nft_put_router(&ls->change, l, numbers, e->is_active);
	drop_rest(ls, t, r, &r->lease, l);
	return vrrp_lease_nft_commit(&ls->change);
}

/* All or nothing, in the kernel and in the book. */
static int
put(struct vrrp_leases *ls, struct table *t, const struct vrrp_lease_errand *e)
{
	struct router *r = find_router(t, &e->lease);
	bool is_new = r == NULL;
	int error;

	if (is_new)
		r = new_router(t, &e->lease);
	if (r == NULL)
		return -ENOMEM;
	error = change_to(ls, t, r, e);
	if (error == 0) {
		take_addresses(NULL, t, r, &e->lease);
		r->lease = e->lease;
	}
	settle_peers(t, error == 0);
	if (error < 0 && is_new)
		remove_router(t, r);
	else if (is_new)
		evict(ls, t, &e->lease);
	return error;
}

static void
give_up(struct vrrp_leases *ls, struct table *t)
{
	drop_table_of(ls, t->name);
	forget_table(ls, t);
}

/*
 * Where it fails in the table that is there, and not in another one, that table is
 * not as the book says.
 */
static int
put_somewhere(struct vrrp_leases *ls, const struct vrrp_lease_errand *e,
    bool *others)
{
	struct table *t = find_table(ls, e->lease.devices[0]), *fresh;
	int error;

	if (t != NULL && put(ls, t, e) == 0)
		return 0;
	fresh = new_table(ls, e->lease.devices[0]);
	if (fresh == NULL)
		return -ENOMEM;
	error = put(ls, fresh, e);
	if (error < 0)
		forget_table(ls, fresh);
	else if (t != NULL) {
		*others = true;
		give_up(ls, t);
	}
	return error;
}

static int
take_out(struct vrrp_leases *ls, struct table *t, struct router *r)
{
	int error;

	if (t->routers == r && r->next == NULL) {
		give_up(ls, t);
		return 0;
	}
	vrrp_lease_nft_begin(&ls->change, &ls->nft, t->name, NULL);
	drop_addresses(ls, &r->lease, NULL);
	vrrp_lease_nft_drop_router(&ls->change, &r->lease);
	drop_rest(ls, t, r, &r->lease, NULL);
	error = vrrp_lease_nft_commit(&ls->change);
	remove_router(t, r);
	settle_peers(t, true);
	return error;
}

int
vrrp_leases_carry_out(struct vrrp_leases *ls,
    const struct vrrp_lease_errand *e, bool *others)
{
	int error = vrrp_leases_open(ls);
	struct router *r = NULL;
	struct table *t;

	*others = false;
	if (error < 0)
		return error;
	if (e->put)
		return vrrp_nft_unsupported(put_somewhere(ls, e, others));
	t = find_table(ls, e->lease.devices[0]);
	if (t != NULL)
		r = find_router(t, &e->lease);
	if (r != NULL && take_out(ls, t, r) < 0) {
		*others = true;
		give_up(ls, t);
	}
	evict(ls, find_table(ls, e->lease.devices[0]), &e->lease);
	return 0;
}

bool
vrrp_leases_lost(struct vrrp_leases *ls, const char *table)
{
	struct table *t;

	for (t = ls->tables; t != NULL; t = t->next)
		if (strcmp(t->name, table) == 0)
			break;
	if (t == NULL)
		return false;
	give_up(ls, t);
	return true;
}

/* --- life --- */

struct vrrp_leases *
vrrp_leases_new(pid_t life)
{
	struct vrrp_leases *ls = calloc(1, sizeof(*ls));

	if (ls != NULL)
		ls->life = life;
	return ls;
}

int
vrrp_leases_open(struct vrrp_leases *ls)
{
	return vrrp_nft_open(&ls->nft);
}

uint32_t
vrrp_leases_port(const struct vrrp_leases *ls)
{
	return vrrp_nft_port(&ls->nft);
}

void
vrrp_leases_free(struct vrrp_leases *ls)
{
	if (ls == NULL)
		return;
	while (ls->tables != NULL)
		forget_table(ls, ls->tables);
	vrrp_nft_close(&ls->nft);
	free(ls);
}

/*
 * judge.c - the rules (see judge.h).
 *
 * At every moment:
 *
 *   contest	Two owners of an address that hear each other both ways, whose
 *		engines both run, are one again within the time that an advert
 *		needs to get through, be obeyed and be followed by the loser's
 *		tail (V-71, V-94).  Where neither is Active, both linger: there
 *		must be an Active first.
 *   abandoned	A host whose engine does not run for ABANDONED_NS owns nothing:
 *		its monitor, a last will or the end of the lease has seen to that.
 *   takeover	Nobody becomes Active for a reason that is none: by
 *		Active_Down_Timer while the Active was heard, by priority 0 when
 *		none came, by preemption without a lesser Active, by BFD without a
 *		session that fell for a reason that counts (L-11, L-12).
 *   silence	A session of BFD does not time out while packets come (B-68).
 *   rhythm	An Active says so every interval (V-58).
 *
 * Where somebody was asleep or stopped, or waited for the kernel, the rules
 * begin anew when he is back.
 */
#include "config.h"

#include "test/world/judge.h"

#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/world/host.h"
#include "test/world/lan.h"
#include "test/world/proc.h"
#include "vrrpd/pure/vrrp_linger.h"
#include "vrrpd/pure/vrrp_wire.h"

#define STALL_NS	(2 * NS_PER_MS)		/* a loop calls this absent */
#define ABANDONED_NS	(5500 * NS_PER_MS)
#define RHYTHM_SLACK_NS	(2 * NS_PER_MS)
#define CLOCKS_NS	NS_PER_US	/* two read one after another (rxclock.h) */
#define READING_NS	(100 * NS_PER_MS)	/* of a file, before the reload */
#define BATCH_NS	(5 * NS_PER_MS)	/* from an event to its log line */
#define TAKEOVER_INTERVALS 4		/* Active_Down_Interval at most */
#define LOSSY_ADVERTS	40		/* one of so many gets through */

void
judge_new(void)
{
	world->judge = world_alloc(sizeof(*world->judge));
}

/* --- configured routers --- */

struct seat *
judge_seat(const struct host *h, const char *name)
{
	struct seat *s;

	for (s = world->judge->seats; s != NULL; s = s->next)
		if (s->host == h && strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

struct vip *
judge_vip(const struct addr *addr)
{
	struct vip *v;

	for (v = world->judge->by_addr[addr_slot(addr)]; v != NULL;
	    v = v->same_slot)
		if (addr_equal(&v->addr, addr))
			return v;
	return NULL;
}

struct bfd_seat *
judge_session(const struct host *h, const char *interface,
    const struct addr *peer)
{
	struct bfd_seat *b;

	for (b = world->judge->sessions; b != NULL; b = b->next)
		if (b->host == h && addr_equal(&b->peer, peer) &&
		    (interface == NULL ||
		    strcmp(b->interface, interface) == 0))
			return b;
	b = world_alloc(sizeof(*b));
	b->host = h != NULL ? world->hosts[h->index] : NULL;
	(void)snprintf(b->interface, sizeof(b->interface), "%s",
	    interface == NULL ? "" : interface);
	b->peer = *peer;
	b->heard_at = -NEVER / 2;
	b->fell_at = NEVER;
	b->next = world->judge->sessions;
	world->judge->sessions = b;
	return b;
}

static void
add_vip(struct lan *l, const struct addr *addr)
{
	struct vip *v, **slot = &world->judge->by_addr[addr_slot(addr)];
	int i, j;

	for (v = *slot; v != NULL; v = v->same_slot)
		if (v->lan == l && addr_equal(&v->addr, addr))
			return;
	v = world_alloc(sizeof(*v));
	v->lan = l;
	v->addr = *addr;
	v->unserved_since = world->now;
	v->two_since = NEVER;
	for (i = 0; i < HOSTS_MAX; i++) {
		v->abandoned_since[i] = NEVER;
		for (j = 0; j < HOSTS_MAX; j++)
			v->contest_since[i][j] = v->pair_since[i][j] =
			    v->shared_since[i][j] = NEVER;
	}
	v->next = world->judge->vips;
	world->judge->vips = v;
	v->same_slot = *slot;
	*slot = v;
}

/* An advert heard before may mean something else to a changed seat. */
static void
changed(struct seat *s)
{
	/* A reload may be long in coming: the shorter of both. */
	if (s->heard_priority == 0 && s->interval_ns < s->heard_interval_ns)
		s->heard_interval_ns = s->interval_ns;
	if (s->heard_priority != 0 && s->heard_priority < s->priority)
		s->lesser_at = world->now;
}

/*
 * vrrpd reads the file some time after it was told to, when its monitor runs and
 * no reload is under way.
 */
static void
keep_before(struct seat *s)
{
	if (!s->pending) {
		s->before_priority = s->priority;
		s->before_preempt = s->preempt;
		s->before_ns = s->interval_ns;
	} else {
		if (s->before_priority < s->priority)
			s->before_priority = s->priority;
		s->before_preempt = s->before_preempt || s->preempt;
		if (s->before_ns > s->interval_ns)
			s->before_ns = s->interval_ns;
	}
	s->pending = true;
	s->written_at = world->now;
}

static void
configure_seat(struct seat *s, const struct vrrp_params *p)
{
	const struct link *l = link_by_name(s->host, p->interface);
	unsigned i;

	if (s->vips != NULL)
		keep_before(s);
	s->lan = l != NULL && l->port != NULL ? l->port->lan : world->lans;
	(void)snprintf(s->interface, sizeof(s->interface), "%s", p->interface);
	s->family = p->family;
	s->vrid = p->vrid;
	s->version = p->version;
	s->priority = s->configured = p->priority;
	s->was_set = false;
	s->preempt = p->preempt;
	s->unicast = p->unicast_count > 0;
	s->interval_ns = s->configured_ns = ns_from_cs(p->advert_int_cs);
	s->preempt_delay_ns = p->preempt_delay_ns;
	s->confirm_ns = p->takeover_confirm_ns;
	free(s->vips);
	changed(s);
	s->vip_count = vrrp_params_addresses(p);
	s->vips = world_alloc((s->vip_count + 1) * sizeof(*s->vips));
	for (i = 0; i < s->vip_count; i++) {
		s->vips[i] = p->vips[i].prefix.addr;
		add_vip(s->lan, &s->vips[i]);
	}
}

void
judge_configure(struct host *h, const struct vrrp_config *c)
{
	struct seat *s, **at;
	unsigned i, j;

	for (at = &world->judge->seats; (s = *at) != NULL; ) {
		for (i = 0; i < c->count; i++)
			if (strcmp(c->instances[i].name, s->name) == 0)
				break;
		if (s->host != h || i < c->count) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		free(s->vips);
		free(s);
	}
	for (i = 0; i < c->count; i++) {
		s = judge_seat(h, c->instances[i].name);
		if (s == NULL) {
			s = world_alloc(sizeof(*s));
			s->host = h;
			(void)snprintf(s->name, sizeof(s->name), "%s",
			    c->instances[i].name);
			s->last_sent = s->resigned_at = s->lesser_at = NEVER;
			s->next = world->judge->seats;
			world->judge->seats = s;
		}
		configure_seat(s, &c->instances[i]);
	}
	for (i = 0; i < c->group_count; i++)
		for (j = 0; j < c->groups[i].count; j++)
			judge_seat(h, c->instances[c->groups[i].members[j]]
			    .name)->grouped = true;
	judge_changed();
}

/* --- owners --- */

void
judge_changed(void)
{
	if (world->judge != NULL)
		world->judge->all_dirty = true;
}

static void
look_soon(struct vip *v)
{
	if (v->dirty)
		return;
	v->dirty = true;
	v->next_dirty = world->judge->dirty;
	world->judge->dirty = v;
}

void
judge_address_changed(const struct addr *addr)
{
	struct vip *v;

	if (world->judge == NULL)
		return;
	for (v = world->judge->by_addr[addr_slot(addr)]; v != NULL;
	    v = v->same_slot)
		if (addr_equal(&v->addr, addr))
			look_soon(v);
}

void
judge_mac_changed(const uint8_t mac[6])
{
	const struct neighbour *n;
	const struct lan *l;

	for (l = world->lans; l != NULL; l = l->next)
		for (n = l->neighbours; n != NULL; n = n->next)
			if (!n->known || memcmp(n->mac, mac, 6) == 0)
				judge_address_changed(&n->addr);
}

static const struct proc *
engine_of(const struct host *h)
{
	return proc_find(h, "engine");
}

static bool
has_vip(const struct seat *s, const struct vip *v)
{
	unsigned i;

	for (i = 0; i < s->vip_count; i++)
		if (addr_equal(&s->vips[i], &v->addr))
			return true;
	return false;
}

static bool
is_unicast(const struct vip *v)
{
	const struct seat *s;

	for (s = world->judge->seats; s != NULL; s = s->next)
		if (s->unicast && has_vip(s, v))
			return true;
	return false;
}

/*
 * The kernel of a has had a MAC of b: it asks once a second, and before the first
 * answer no unicast packet leaves (vrrp_neigh.c).
 */
static bool
has_mac_of(const struct host *a, const struct host *b, uint8_t family)
{
	static const uint8_t none[6];
	const struct neighbour *n;

	for (n = a->neighbours; n != NULL; n = n->next)
		if (n->addr.family == family &&
		    memcmp(n->mac, none, sizeof(none)) != 0 &&
		    address_of(b, &n->addr) != NULL)
			return true;
	return false;
}

static bool
hear_each_other(const struct vip *v, const struct host *a,
    const struct host *b)
{
	bool unicast = is_unicast(v);
	unsigned kinds = unicast ? CUT_VRRP | CUT_OTHER : CUT_VRRP;

	return !lan_is_cut(v->lan, a, b, kinds) &&
	    !lan_is_cut(v->lan, b, a, kinds) &&
	    (!unicast || (has_mac_of(a, b, v->addr.family) &&
	    has_mac_of(b, a, v->addr.family)));
}

/* The longest interval of those who have the address. */
static int64_t
interval_of(const struct vip *v)
{
	const struct seat *s;
	int64_t ns = 0;

	for (s = world->judge->seats; s != NULL; s = s->next)
		if (has_vip(s, v) && s->interval_ns > ns)
			ns = s->interval_ns;
	return ns;
}

static int64_t
contest_bound_ns(const struct vip *v)
{
	const struct lan *l = v->lan;
	int64_t adverts = l->loss_permille > 0 ? LOSSY_ADVERTS : 1;

	return (adverts + 1) * interval_of(v) + VRRP_LINGER_TAIL_NS +
	    4 * (l->delay_ns + l->jitter_ns + world->lateness_ns) +
	    STALL_NS + world->judge->margin_ns;
}

static void
look_later(void *arg, uint64_t n)
{
	(void)n;
	look_soon(arg);
}

/* *since is now when it begins; true when it lasts longer than that. */
static bool
lasts(struct vip *v, int64_t *since, bool holds, int64_t bound_ns)
{
	if (!holds) {
		*since = NEVER;
		return false;
	}
	if (*since == NEVER) {
		*since = world->now;
		world_at(world->now + bound_ns + 1, look_later, v, 0);
		return false;
	}
	return world->now - *since > bound_ns;
}

static const char *
vip_text(const struct vip *v, char buf[ADDR_STRLEN])
{
	return addr_format(&v->addr, buf, ADDR_STRLEN);
}

static bool
is_owner(const struct vip *v, const struct host *h)
{
	unsigned i;

	for (i = 0; i < v->owner_count; i++)
		if (v->owners[i] == h)
			return true;
	return false;
}

static bool
engine_runs(const struct host *h)
{
	const struct proc *e = engine_of(h);

	return proc_is_awake(e) && !e->in_call;
}

static bool
is_active(const struct vip *v, const struct host *h)
{
	const struct seat *s;

	for (s = world->judge->seats; s != NULL; s = s->next)
		if (s->host == h && s->state == SEAT_ACTIVE && has_vip(s, v))
			return true;
	return false;
}

/*
 * Lent to a vrrpd that was killed whole, whose file had been changed and not taken
 * over yet: the next one knows nothing of it, and the kernel takes it.
 */
static bool
is_nobodys(const struct vip *v, const struct host *h)
{
	const struct seat *s;

	for (s = world->judge->seats; s != NULL; s = s->next)
		if (s->host == h && has_vip(s, v))
			return false;
	return world->now < h->lent_until;
}

static void
watch_contest(struct vip *v, unsigned i, unsigned j)
{
	const struct host *a = world->hosts[i], *b = world->hosts[j];
	int64_t bound_ns, *since = &v->contest_since[i][j];
	char text[ADDR_STRLEN];
	bool too_long;

	if (!is_owner(v, a) || !is_owner(v, b) || !engine_runs(a) ||
	    !engine_runs(b) || !hear_each_other(v, a, b) ||
	    is_nobodys(v, a) || is_nobodys(v, b)) {
		v->contest_since[i][j] = v->shared_since[i][j] = NEVER;
		return;
	}
	bound_ns = contest_bound_ns(v);
	too_long = lasts(v, since, is_active(v, a) || is_active(v, b),
	    bound_ns);
	if (!too_long) {
		since = &v->shared_since[i][j];
		too_long = lasts(v, since, true,
		    bound_ns + TAKEOVER_INTERVALS * interval_of(v));
	}
	if (too_long)
		world_fail("%s and %s both own %s for %lld us", b->name,
		    a->name, vip_text(v, text),
		    (long long)((world->now - *since) / NS_PER_US));
}

static void
watch_contests(struct vip *v)
{
	unsigned i, j;

	for (i = 0; i < world->host_count; i++)
		for (j = 0; j < i; j++)
			watch_contest(v, i, j);
}

static void
watch_abandoned(struct vip *v)
{
	char text[ADDR_STRLEN];
	struct host *h;
	unsigned i;

	for (i = 0; i < world->host_count; i++) {
		h = world->hosts[i];
		if (lasts(v, &v->abandoned_since[i], is_owner(v, h) &&
		    h->asleep_until <= world->now && !engine_runs(h),
		    ABANDONED_NS))
			world_fail("%s owns %s, and nobody has run there for "
			    "%lld us", h->name, vip_text(v, text),
			    (long long)((world->now - v->abandoned_since[i]) /
			    NS_PER_US));
	}
}

/*
 * Where one succession follows another, a third may come before the first has left.
 * Each pair is one of them.
 */
static void
watch_pairs(struct vip *v)
{
	int64_t *since, ns;
	unsigned i, j;

	for (i = 0; i < world->host_count; i++)
		for (j = 0; j < i; j++) {
			since = &v->pair_since[i][j];
			if (is_owner(v, world->hosts[i]) &&
			    is_owner(v, world->hosts[j])) {
				if (*since == NEVER)
					*since = world->now;
				continue;
			}
			if (*since == NEVER)
				continue;
			ns = world->now - *since;
			if (v->pair_longest_ns < ns)
				v->pair_longest_ns = ns;
			*since = NEVER;
		}
}

static void
say_owners(const struct vip *v, struct host *served)
{
	char text[ADDR_STRLEN], list[160] = "nobody";
	unsigned i;
	size_t at = 0;

	for (i = 0; i < v->owner_count; i++)
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s",
		    i == 0 ? "" : " ", v->owners[i]->name);
	world_say("client: %s owned by %s, answered by %s",
	    vip_text(v, text), list, served == NULL ? "nobody" :
	    served->name);
}

static void
look_at(struct vip *v)
{
	struct host *owners[HOSTS_MAX], *served;
	unsigned n;
	int64_t ns;
	bool same;

	n = lan_owners(v->lan, &v->addr, owners);
	served = lan_client_served(v->lan, &v->addr);
	same = n == v->owner_count && served == v->answering &&
	    memcmp(owners, v->owners, n * sizeof(struct host *)) == 0;
	v->owner_count = n;
	memcpy(v->owners, owners, n * sizeof(struct host *));
	v->answering = served;
	if (!same)
		say_owners(v, served);
	if (served == NULL && v->unserved_since == NEVER) {
		v->unserved_since = world->now;
		v->outages++;
	} else if (served != NULL && v->unserved_since != NEVER) {
		ns = world->now - v->unserved_since;
		v->unserved_ns += ns;
		if (v->longest_ns < ns)
			v->longest_ns = ns;
		v->unserved_since = NEVER;
	}
	if (served != NULL && v->served != NULL && served != v->served)
		v->moves++;
	if (served != NULL)
		v->served = served;
	if (n > 1 && v->two_since == NEVER)
		v->two_since = world->now;
	else if (n < 2 && v->two_since != NEVER) {
		ns = world->now - v->two_since;
		if (v->two_longest_ns < ns)
			v->two_longest_ns = ns;
		v->two_since = NEVER;
	}
	watch_pairs(v);
	watch_contests(v);
	watch_abandoned(v);
}

void
judge_look(void)
{
	struct judge *j = world->judge;
	struct vip *v;

	if (j == NULL)
		return;
	for (v = j->all_dirty ? j->vips : NULL; v != NULL; v = v->next)
		look_soon(v);
	j->all_dirty = false;
	while ((v = j->dirty) != NULL) {
		j->dirty = v->next_dirty;
		v->dirty = false;
		look_at(v);
	}
}

void
judge_mark(void)
{
	struct vip *v;
	unsigned i, j;

	for (v = world->judge->vips; v != NULL; v = v->next) {
		v->unserved_ns = v->longest_ns = v->two_longest_ns = 0;
		v->pair_longest_ns = 0;
		for (i = 0; i < HOSTS_MAX; i++)
			for (j = 0; j < i; j++)
				if (v->pair_since[i][j] != NEVER)
					v->pair_since[i][j] = world->now;
		v->outages = v->moves = 0;
		if (v->unserved_since != NEVER)
			v->unserved_since = world->now;
		if (v->two_since != NEVER)
			v->two_since = world->now;
	}
}

int64_t
judge_outage_ns(const struct vip *v)
{
	int64_t now_ns = v->unserved_since == NEVER ? 0 :
	    world->now - v->unserved_since;

	return now_ns > v->longest_ns ? now_ns : v->longest_ns;
}

/* --- adverts --- */

static bool
advert_of(const struct frame *f, struct vrrp_advert *out)
{
	struct vrrp_packet p;
	uint8_t family = f->bytes[12] == 0x86 ? AF_INET6 : AF_INET;

	return vrrp_wire_packet(family, f->bytes + ETH_HLEN,
	    f->len - ETH_HLEN, &p) == VRRP_OK &&
	    vrrp_wire_parse(&p, VRRP_ACCEPT_V2 | VRRP_ACCEPT_V3, false,
	    out) == VRRP_OK;
}

static struct seat *
seat_of(const struct host *h, const struct link *l, const struct vrrp_advert *a)
{
	struct seat *s;

	for (s = world->judge->seats; s != NULL; s = s->next)
		if (s->host == h && s->vrid == a->vrid &&
		    s->family == a->source.family &&
		    (l == NULL || strcmp(s->interface, l->name) == 0))
			return s;
	return NULL;
}

static void
judge_rhythm(struct seat *s)
{
	const struct proc *e = engine_of(s->host);
	int64_t gap = world->now - s->last_sent;

	if (s->state != SEAT_ACTIVE || s->last_sent == NEVER || e == NULL ||
	    s->since > s->last_sent)
		return;
	/* An Active that was away listens before it speaks. */
	if (e->absent_until == NEVER ||
	    e->absent_until + 4 * s->promised_ns > s->last_sent)
		return;
	if (gap > s->promised_ns + world->lateness_ns + RHYTHM_SLACK_NS)
		world_fail("%s %s is Active and was silent for %lld us",
		    s->host->name, s->name, (long long)(gap / NS_PER_US));
}

void
judge_frame_sent(struct host *h, const struct frame *f)
{
	struct vrrp_advert a;
	struct seat *s;

	if (world->judge == NULL || f->kind != CUT_VRRP || !advert_of(f, &a))
		return;
	s = seat_of(h, NULL, &a);
	if (s == NULL)
		return;
	judge_rhythm(s);
	s->last_sent = world->now;
	s->promised_ns = ns_from_cs(a.interval_cs);
}

/* Could it preempt such an Active, with the file that is in force or the other? */
static bool
may_preempt(const struct seat *s, uint8_t priority)
{
	return ((s->priority == 255 || s->preempt) &&
	    priority < s->priority) || (s->pending &&
	    (s->before_priority == 255 || s->before_preempt) &&
	    priority < s->before_priority);
}

static void
hears(struct seat *s, const struct vrrp_advert *a)
{
	int64_t interval_ns = ns_from_cs(a->interval_cs);

	if (a->version == 2 && s->version == 2 &&
	    (interval_ns != s->interval_ns ||
	    (s->pending && interval_ns != s->before_ns)))
		return;					/* V-124 */
	if (a->priority != 0)
		s->heard_since = true;
	if (a->priority == 0)
		s->resigned_at = world->now;
	else if (may_preempt(s, a->priority)) {
		s->lesser_at = world->now;
		/*
		 * While preempt_delay runs, or after a handover, it is
		 * followed, and its interval with it.
		 */
		if (ns_from_cs(a->interval_cs) < s->heard_interval_ns)
			s->heard_interval_ns = ns_from_cs(a->interval_cs);
	} else {
		s->heard_at = world->now;
		s->heard_interval_ns = ns_from_cs(a->interval_cs);
		s->resigned_at = s->lesser_at = NEVER;
	}
	if (a->priority != 0)
		s->heard_priority = a->priority;
}

static void
bfd_arrived(const struct link *l, const struct frame *f)
{
	const uint8_t *ip = f->bytes + ETH_HLEN, *bfd;
	struct addr from;
	bool six = f->bytes[12] == 0x86;

	bfd = ip + (six ? 40 : 20) + 8;
	if (bfd + 24 > f->bytes + f->len || bfd[1] >> 6 != 3)
		return;
	from = six ? addr_from_bytes(AF_INET6, ip + 8) :
	    addr_from_bytes(AF_INET, ip + 12);
	judge_session(l->host, l->name, &from)->heard_at = world->now;
}

void
judge_frame_arrived(const struct link *l, const struct frame *f)
{
	struct vrrp_advert a;
	struct seat *s;

	if (world->judge == NULL)
		return;
	if (f->kind == CUT_BFD)
		bfd_arrived(l, f);
	if (f->kind != CUT_VRRP || !advert_of(f, &a))
		return;
	s = seat_of(l->host, l, &a);
	if (s != NULL)
		hears(s, &a);
}

/* --- the log --- */

/* The word behind KEY=, or "". */
static const char *
value_of(const char *line, const char *key, char *buf, size_t size)
{
	size_t len = strlen(key), n = 0;
	const char *p = line;

	buf[0] = '\0';
	while ((p = strstr(p, key)) != NULL) {
		if ((p == line || p[-1] == ' ') && p[len] == '=')
			break;
		p += len;
	}
	if (p == NULL)
		return buf;
	for (p += len + 1; *p != '\0' && *p != ' ' && n + 1 < size; p++)
		buf[n++] = *p;
	buf[n] = '\0';
	return buf;
}

static enum seat_state
state_named(const char *word)
{
	return strcmp(word, "active") == 0 ? SEAT_ACTIVE :
	    strcmp(word, "backup") == 0 ? SEAT_BACKUP : SEAT_INITIALIZE;
}

/*
 * A session of its host fell for a reason that counts: acted on now, once.  Where
 * the takeover is confirmed first, the session may be back by then.
 */
static bool
take_fallen(struct seat *s)
{
	struct bfd_seat *b;

	for (b = world->judge->sessions; b != NULL; b = b->next)
		if (b->host == s->host && b->fell_at != NEVER &&
		    b->fell_at > s->fall_used && (b->rose_at == NEVER ||
		    (s->confirm_ns > 0 && b->rose_at + s->confirm_ns +
		    BATCH_NS > world->now))) {
			s->fall_used = b->fell_at;
			return true;
		}
	return false;
}

static void
wrong(const struct seat *s, const char *why)
{
	world_fail("%s %s became Active by %s, and %s", s->host->name, s->name,
	    s->cause, why);
}

/*
 * In this state, or in the batch of the loop that led to it: the log says so at
 * the end of the batch.
 */
static bool
since_then(const struct seat *s, int64_t at)
{
	return at != NEVER && at >= s->since - BATCH_NS;
}

static void
judge_takeover(struct seat *s)
{
	int64_t silent_ns = world->now - s->heard_at;
	const struct proc *e = engine_of(s->host);

	if (world->judge->lenient || s->grouped)
		return;
	/* The kernel kept it in the middle: decided before, said now. */
	if (e != NULL && e->kept_until + BATCH_NS > world->now)
		return;
	if (strcmp(s->cause, "active-down-timer") == 0) {
		if (silent_ns < 3 * s->heard_interval_ns)
			world_fail("%s %s took over, having heard the Active "
			    "%lld us ago", s->host->name, s->name,
			    (long long)(silent_ns / NS_PER_US));
	} else if (strcmp(s->cause, "priority-zero") == 0) {
		if (!since_then(s, s->resigned_at))
			wrong(s, "nobody had resigned");
	} else if (strcmp(s->cause, "preempt") == 0) {
		/* With a priority lowered since, silence is silence. */
		if ((!since_then(s, s->lesser_at) || !may_preempt(s, 0)) &&
		    silent_ns < 3 * s->heard_interval_ns)
			wrong(s, "no lesser Active was heard");
	} else if (strcmp(s->cause, "bfd-down") == 0) {
		if (!take_fallen(s))
			wrong(s, "no session of it had gone down");
		s->bfd_takeovers++;
	} else if (strcmp(s->cause, "owner") == 0) {
		if (s->priority != 255 && (!s->pending ||
		    s->before_priority != 255))
			wrong(s, "does not own the address");
	} else if (strcmp(s->cause, "own-will") == 0) {
		if (s->heard_since)
			wrong(s, "there was an Active");
	} else if (strcmp(s->cause, "taken-back") == 0) {
		if (s->heard_since)
			wrong(s, "there was an Active");
	}
}

/*
 * Adverts that came while the process was absent, or while the kernel kept it, are
 * read just now: after the state that began with its return.
 */
static void
read_now(struct seat *s)
{
	const struct proc *e = engine_of(s->host);

	if (e == NULL || e->absent_until + BATCH_NS < world->now)
		return;
	if (s->lesser_at != NEVER)
		s->lesser_at = world->now;
	if (s->resigned_at != NEVER)
		s->resigned_at = world->now;
}

static void
state_line(struct host *h, const char *line)
{
	char word[40];
	struct seat *s = judge_seat(h, value_of(line, "instance", word,
	    sizeof(word)));
	unsigned i;

	if (s == NULL)
		return;
	(void)value_of(line, "cause", s->cause, sizeof(s->cause));
	s->state = state_named(value_of(line, "to", word, sizeof(word)));
	s->transitions++;
	world->judge->transitions++;
	for (i = 0; i < s->vip_count; i++)
		judge_address_changed(&s->vips[i]);
	if (s->state == SEAT_ACTIVE) {
		judge_takeover(s);
		s->takeovers++;
		s->became_active = world->now;
	}
	read_now(s);
	s->since = s->heard_at = world->now;
	s->heard_since = false;
	/* V-61, or by its own will: as if nobody had ever been heard. */
	if (s->state == SEAT_BACKUP && (strcmp(s->cause, "handover") == 0 ||
	    strcmp(s->cause, "group") == 0 ||
	    strcmp(value_of(line, "from", word, sizeof(word)),
	    "initialize") == 0)) {
		s->heard_interval_ns = s->interval_ns;
		s->heard_priority = 0;
	}
}

static void
session_line(struct host *h, const struct proc *p, const char *line)
{
	/* Of its clock, which goes on while it computes. */
	int64_t now = p->clock > world->now ? p->clock : world->now;
	char word[ADDR_STRLEN], interface[16], reason[32];
	struct bfd_seat *b;
	struct addr peer;
	long long detection_us;

	if (addr_parse(value_of(line, "peer", word, sizeof(word)), &peer) < 0)
		return;
	(void)value_of(line, "interface", interface, sizeof(interface));
	b = judge_session(h, interface, &peer);
	(void)value_of(line, "to", b->state, sizeof(b->state));
	b->transitions++;
	world->judge->bfd_transitions++;
	(void)value_of(line, "reason", reason, sizeof(reason));
	if (strcmp(b->state, "up") == 0)
		b->rose_at = world->now;
	if (strcmp(b->state, "down") != 0 ||
	    strcmp(value_of(line, "from", word, sizeof(word)), "up") != 0)
		return;
	if (strcmp(reason, "timeout") == 0 || strcmp(reason, "echo") == 0 ||
	    strcmp(reason, "remote-down") == 0) {
		b->fell_at = world->now;
		b->rose_at = NEVER;
	}
	detection_us = atoll(value_of(line, "detection_us", word,
	    sizeof(word)));
	if (strcmp(reason, "timeout") == 0 && now - b->heard_at + CLOCKS_NS <
	    detection_us * NS_PER_US)
		world_fail("%s: the session to %s timed out after %lld us of "
		    "%lld", h->name, addr_format(&peer, word, sizeof(word)),
		    (long long)((now - b->heard_at) / NS_PER_US),
		    detection_us);
}

static void
priority_line(struct host *h, const char *line, const char *key)
{
	char word[40];
	struct seat *s = judge_seat(h, value_of(line, "instance", word,
	    sizeof(word)));
	int n = atoi(value_of(line, key, word, sizeof(word)));

	if (s == NULL || n <= 0)
		return;
	s->priority = (uint8_t)n;
	n = atoi(value_of(line, "advert_int_cs", word, sizeof(word)));
	if (n > 0)
		s->interval_ns = ns_from_cs(n);
	s->was_set = strcmp(key, "priority") == 0;
	changed(s);
}

/* Values that were set for a while are the file's again. */
static void
reload_line(const struct host *h)
{
	struct seat *s;

	for (s = world->judge->seats; s != NULL; s = s->next) {
		if (s->host == h && s->written_at + READING_NS <= world->now)
			s->pending = false;
		if (s->host != h || !s->was_set)
			continue;
		s->was_set = false;
		s->priority = s->configured;
		s->interval_ns = s->configured_ns;
		changed(s);
	}
}

void
judge_log(struct host *h, const struct proc *p, const char *line)
{
	bool engine = strcmp(p->name, "engine") == 0;

	if (world->judge == NULL)
		return;
	if (strncmp(line, "notice: state ", 14) == 0) {
		if (engine)
			state_line(h, line);
		else
			session_line(h, p, line);
	} else if (engine && strstr(line, " effective=") != NULL)
		priority_line(h, line, "effective");
	else if (engine && strstr(line, " set priority=") != NULL)
		priority_line(h, line, "priority");
	else if (engine && strncmp(line, "notice: reload added=", 21) == 0)
		reload_line(h);
}

void
judge_proc_gone(const struct proc *p)
{
	struct bfd_seat *b;
	struct seat *s;

	if (world->judge == NULL)
		return;
	judge_changed();
	if (strcmp(p->name, "engine") == 0)
		for (s = world->judge->seats; s != NULL; s = s->next)
			if (s->host == p->host) {
				s->state = SEAT_NONE;
				s->since = world->now;
				s->last_sent = NEVER;
				s->resigned_at = s->lesser_at = NEVER;
				s->heard_priority = 0;
				s->was_set = false;
				s->priority = s->configured;
				s->interval_ns = s->configured_ns;
			}
	if (strcmp(p->name, "bfdd") == 0)
		for (b = world->judge->sessions; b != NULL; b = b->next)
			if (b->host == p->host) {
				b->state[0] = '\0';
				b->fell_at = NEVER;
			}
}

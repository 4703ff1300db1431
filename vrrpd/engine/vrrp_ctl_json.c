/*
 * vrrp_ctl_json.c - the engine's values as swiftover-ctl(7) spells them.
 *
 * Builders: from the values of the engine to JSON, with the names of RFC 8347
 * where one exists.  Read only: asking changes nothing, and nothing about VRRP
 * is decided here.  vrrp_ctl.c calls them; a member may be added, never renamed
 * or given another meaning.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_ctl_json.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/ctl_json.h"
#include "shared/nonlocal_bind.h"
#include "vrrpd/engine/vrrp_ctl_orders.h"
#include "vrrpd/engine/vrrp_protect.h"
#include "vrrpd/engine/vrrp_sync.h"
#include "vrrpd/instance/vrrp_able.h"
#include "vrrpd/instance/vrrp_alert.h"
#include "vrrpd/instance/vrrp_guard.h"
#include "vrrpd/instance/vrrp_history.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/instance/vrrp_peer.h"
#include "vrrpd/instance/vrrp_routes.h"
#include "vrrpd/instance/vrrp_tracked.h"
#include "vrrpd/linux/vrrp_vip.h"

/* --- counters --- */

/* Y-n: the names of ietf-vrrp, then ours, then one per verdict. */
json_t *
vrrp_ctl_json_stats(const struct vrrp_instance *v)
{
	const struct vrrp_stats *s = &v->stats;
	const struct vrrp_core *c = &v->core;
	json_t *o = json_object();
	const struct {
		const char	*name;
		uint64_t	 value;
	} counters[] = {
		{ "master-transitions", s->master_transitions },
		{ "advertisement-rcvd", s->advertisement_rcvd },
		{ "advertisement-sent", s->advertisement_sent },
		{ "interval-errors", s->interval_errors },
		{ "priority-zero-pkts-rcvd", s->priority_zero_pkts_rcvd },
		{ "priority-zero-pkts-sent", s->priority_zero_pkts_sent },
		{ "address-list-errors", s->address_list_errors },
		{ "legacy-checksum-rcvd", s->legacy_checksum_rcvd },
		{ "version-2-ignored", s->version_2_ignored },
		{ "backup-adverts-rcvd", s->backup_adverts_rcvd },
		{ "backup-adverts-sent", s->backup_adverts_sent },
		{ "announcements-sent", s->announcements_sent },
		{ "contests", s->contests },
		{ "fences", v->core.fences },
		{ "fenced-out", v->core.fenced_out },
		{ "two-owners-last-us",
		    (uint64_t)us_from_ns_floor(s->both_ns) },
		{ "two-owners-longest-us",
		    (uint64_t)us_from_ns_floor(s->both_most_ns) },
		{ "adverts-withheld", s->adverts_withheld },
		{ "send-errors", s->send_errors },
		{ "addresses-restored", s->addresses_restored },
		{ "bfd-takeovers", c->bfd_takeovers },
		{ "bfd-false-takeovers", c->bfd_false_takeovers },
		{ "vrrp-blocked-alarms", c->vrrp_blocked },
		{ "takeovers-taken-back", c->takeovers_taken_back },
		{ "bfd-takeovers-unconfirmed", c->bfd_unconfirmed },
		{ "bfd-downs-suspended", c->bfd_suspended },
		{ "bfd-downs-disproved", c->bfd_disproved },
		{ "bfd-downs-left-to-others", c->bfd_left_to_others },
		{ "immediate-adverts", c->immediate_adverts },
		{ "immediate-adverts-suppressed",
		    c->immediate_adverts_suppressed },
		{ "absences", c->absences },
	};
	size_t i;

	ctl_json_set(o, "discontinuity-datetime", ctl_json_time(
	    v->created_real_ns));
	for (i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		ctl_json_set_int(o, counters[i].name, counters[i].value);
	for (i = VRRP_OK + 1; i < VRRP_VERDICT_COUNT; i++)
		ctl_json_set_int(o, vrrp_verdict_name(i), s->verdicts[i]);
	return o;
}

/* --- BFD --- */

static json_t *
json_bfd_block(const struct addr *peer, const char *role,
    const struct vrrp_bfd_session *s)
{
	json_t *o = json_object();

	ctl_json_set(o, "peer", ctl_json_addr(peer));
	ctl_json_set_word(o, "role", role);
	ctl_json_set_word(o, "state", vrrp_bfd_state_name(s == NULL ?
	    VRRP_BFD_UNKNOWN : s->level.state));
	ctl_json_set_us(o, "detection-time-us", s == NULL ? 0 :
	    s->level.detection_time_ns);
	if (s != NULL && s->refused[0] != '\0')
		ctl_json_set_word(o, "refused", s->refused);
	if (s != NULL && s->level.send_error[0] != '\0')
		ctl_json_set_word(o, "send-error", s->level.send_error);
	return o;
}

/* L-13: what is held against this session. */
static void
put_damping(json_t *o, const struct vrrp_core *c, const struct addr *peer)
{
	int64_t ns = mono_sub(vrrp_core_bfd_suspended_until(c, peer),
	    loop_clock());
	const struct vrrp_death_session *s = vrrp_death_find(&c->death, peer);

	if (s != NULL)
		ctl_json_set_int(o, "false-takeovers", s->false_takeovers);
	ctl_json_set_us(o, "suspended-us", ns > 0 ? ns : 0);
}

/* Split brain (1): one half of a router is heard and the other is not. */
static json_t *
json_alarm(const struct vrrp_core *c)
{
	struct addr peer;
	json_t *o;
	bool bfd;

	if (!vrrp_core_half_heard(c, &peer, &bfd))
		return json_null();
	o = json_object();
	ctl_json_set_word(o, "reason", bfd ? "vrrp-blocked" : "bfd-blocked");
	ctl_json_set(o, "peer", ctl_json_addr(&peer));
	ctl_json_set_word(o, "text", vrrp_alert_half_heard_text(bfd));
	return o;
}

/* Everything that stands, in the order of the kinds. */
static json_t *
json_alarms(const struct vrrp_alarms *alarms)
{
	json_t *list = json_array(), *o;
	const struct vrrp_alarm *a;
	unsigned kind;

	for (kind = 0; kind < VRRP_ALARM_COUNT; kind++) {
		if ((a = vrrp_alarm_find(alarms, kind)) == NULL)
			continue;
		o = json_object();
		ctl_json_set_word(o, "alarm", vrrp_alarm_name(kind));
		ctl_json_set(o, "since", ctl_json_time(a->since_real_ns));
		ctl_json_set_text(o, "text", a->text);
		ctl_json_set_word(o, "remedy", vrrp_alarm_remedy(kind));
		if (addr_is_set(&a->who.address))
			ctl_json_set(o, "peer", ctl_json_addr(
			    &a->who.address));
		if (a->who.has_mac)
			ctl_json_set(o, "mac", ctl_json_mac(a->who.mac));
		ctl_json_set_int(o, "count", (json_int_t)a->count);
		(void)json_array_append_new(list, o);
	}
	return list;
}

/* Sessions to the other routers, then the links of this one. */
static json_t *
json_bfd(const struct vrrp_router *r, const struct vrrp_instance *v)
{
	struct vrrp_protect_peer list[VRRP_PEER_LIST_MAX];
	unsigned i, count = vrrp_protect_list(r->bfd, v, list);
	json_t *array = json_array(), *o;

	for (i = 0; i < count; i++) {
		o = json_bfd_block(&list[i].peer.addr, "peer",
		    list[i].session);
		ctl_json_set_word(o, "how",
		    vrrp_peer_how_name(list[i].peer.how));
		ctl_json_set_word(o, "takeover",
		    vrrp_takeover_name(list[i].takeover));
		put_damping(o, &v->core, &list[i].peer.addr);
		if (list[i].notices_ns > 0)
			ctl_json_set_us(o, "notices-us", list[i].notices_ns);
		if (list[i].slow)			/* L-1 */
			ctl_json_set_bool(o, "slower-than-vrrp", true);
		(void)json_array_append_new(array, o);
	}
	for (i = 0; i < v->p.bfd_count; i++)
		if (v->p.bfd[i].role == VRRP_BFD_LINK)
			(void)json_array_append_new(array, json_bfd_block(
			    &v->p.bfd[i].peer, "link", vrrp_bfd_find(r->bfd,
			    vrrp_params_bfd_interface(&v->p, &v->p.bfd[i]),
			    &v->p.bfd[i].peer)));
	return array;
}

/* If the Active vanished now: how long until we had noticed, and by what. */
static void
set_takeover(json_t *o, const struct vrrp_router *r,
    const struct vrrp_instance *v)
{
	const struct vrrp_bfd_session *by;
	int64_t bound = vrrp_protect_bound_ns(r->bfd, v, &by);

	ctl_json_set_us(o, "takeover-bound-us", bound);
	if (v->core.state != VRRP_BACKUP)
		return;
	ctl_json_set_word(o, "takeover-by", by != NULL ? "bfd" : "vrrp");
	if (by != NULL)
		ctl_json_set(o, "takeover-peer", ctl_json_addr(&by->peer));
}

/* --- transitions --- */

static void
set_other(json_t *o, const struct vrrp_other *other)
{
	if (!addr_is_set(&other->address))
		return;
	ctl_json_set(o, "other-address", ctl_json_addr(&other->address));
	ctl_json_set_int(o, "other-priority", other->priority);
}

static json_t *
json_transition(const struct vrrp_record *rec)
{
	json_t *o = json_object();

	ctl_json_set_word(o, "from", vrrp_state_name(rec->tr.from));
	ctl_json_set_word(o, "to", vrrp_state_name(rec->tr.to));
	ctl_json_set_word(o, "cause", vrrp_cause_name(rec->tr.cause));
	set_other(o, &rec->tr.other);
	ctl_json_set(o, "time", ctl_json_time(rec->time_real_ns));
	return o;
}

/* The last Down that was no takeover; null while there was none. */
static json_t *
json_spared(const struct vrrp_spare *s)
{
	json_t *o;

	if (s->count == 0)
		return json_null();
	o = json_object();
	ctl_json_set_word(o, "reason", vrrp_spared_name(s->why));
	set_other(o, &s->other);
	ctl_json_set_int(o, "count", (json_int_t)s->count);
	ctl_json_set_us(o, "age-us", mono_sub(loop_clock(), s->at));
	return o;
}

json_t *
vrrp_ctl_json_record(const struct vrrp_instance *v,
    const struct vrrp_record *rec)
{
	json_t *o = json_transition(rec), *steps = json_array(), *s;
	mono_t zero = rec->step[VRRP_STEP_DETECTED];
	int i;

	ctl_json_set_word(o, "instance", v->p.name);
	ctl_json_set_us(o, "in-state-us", rec->tr.in_state_ns);
	if (mono_is_never(zero))
		zero = rec->step[VRRP_STEP_DECIDED];
	for (i = 0; i < VRRP_STEP_COUNT; i++) {
		if (mono_is_never(rec->step[i]))
			continue;
		s = json_object();
		ctl_json_set_word(s, "step", vrrp_step_name(i));
		ctl_json_set_us(s, "us", mono_sub(rec->step[i], zero));
		(void)json_array_append_new(steps, s);
	}
	ctl_json_set(o, "steps", steps);
	return o;
}

/* --- an instance --- */

static const char *
checksum_mode(const struct vrrp_instance *v)
{
	switch (v->p.checksum_compat) {
	case VRRP_CHECKSUM_AUTO:
		return "auto";
	case VRRP_CHECKSUM_RFC9568:
		return "rfc9568";
	case VRRP_CHECKSUM_LEGACY:
		return "legacy";
	}
	return "auto";
}

static const char *
form_word(enum vrrp_checksum_form form)
{
	return form == VRRP_FORM_PSEUDO ? "legacy" : "rfc9568";
}

/* Routers whose adverts were accepted, in which version and form (V-13). */
static json_t *
json_heard(const struct vrrp_instance *v)
{
	const struct vrrp_core *c = &v->core;
	const struct vrrp_heard_router *r;
	json_t *list = json_array(), *o, *versions;
	mono_t now = loop_clock();
	int64_t gap_ns;
	unsigned i;

	for (i = 0; i < v->heard.count; i++) {
		r = &v->heard.list[i];
		o = json_object();
		ctl_json_set(o, "address", ctl_json_addr(&r->source));
		ctl_json_set_int(o, "priority", r->priority);
		ctl_json_set_int(o, "advert-interval-cs", r->interval_cs);
		versions = json_array();
		if (r->adverts_v3 > 0)
			(void)json_array_append_new(versions, json_integer(3));
		if (r->adverts_v2 > 0)
			(void)json_array_append_new(versions, json_integer(2));
		ctl_json_set(o, "versions", versions);
		if (v->p.family == AF_INET && r->adverts_v3 > 0)
			ctl_json_set_word(o, "checksum", form_word(
			    vrrp_heard_router_form(r)));
		ctl_json_set_us(o, "last-heard-us", mono_sub(now, r->last));
		gap_ns = c->state != VRRP_BACKUP ? -1 :
		    vrrp_heard_skew_gap_ns(r, &c->active.source, c->p.version,
		    c->p.priority, c->active_adver_interval_cs);
		if (gap_ns >= 0)			/* V-35 */
			ctl_json_set_us(o, "skew-gap-us", gap_ns);
		(void)json_array_append_new(list, o);
	}
	return list;
}

/* How the priority of another router is known, and since when (*since). */
static const char *
known_by(const struct vrrp_rank_router *r, mono_t now, mono_t *since)
{
	*since = r->told;
	if (vrrp_rank_is_told(r, now) || (r->told.ns > 0 && !r->session &&
	    !r->named && mono_is_never(r->heard)))
		return "backup-advert";
	*since = r->heard;
	if (r->priority > 0 && !mono_is_never(r->heard))
		return "advert";
	*since = r->up ? r->up_since : MONO_NEVER;
	return r->session ? "session" : "configuration";
}

/* L-15: the other routers, as our place among them depends on them. */
static json_t *
json_known(const struct vrrp_instance *v)
{
	const struct vrrp_rank *k = &v->core.death.rank;
	json_t *list = json_array(), *o;
	mono_t now = loop_clock(), since;
	unsigned i;

	for (i = 0; i < k->count; i++) {
		o = json_object();
		ctl_json_set(o, "address", ctl_json_addr(&k->list[i].address));
		ctl_json_set_word(o, "known-by", known_by(&k->list[i], now,
		    &since));
		if (k->list[i].priority > 0)
			ctl_json_set_int(o, "priority", k->list[i].priority);
		if (!mono_is_never(since))
			ctl_json_set_us(o, "age-us", mono_sub(now, since));
		if (k->list[i].left)
			ctl_json_set_bool(o, "left", true);
		(void)json_array_append_new(list, o);
	}
	return list;
}

/* RFC 8347: why the last Active became one. */
static const char *
new_master_reason(const struct vrrp_instance *v)
{
	const struct vrrp_record *rec;
	unsigned i;

	for (i = 0; (rec = vrrp_history_record(v, i)) != NULL; i++) {
		if (rec->tr.to != VRRP_ACTIVE)
			continue;
		switch (rec->tr.cause) {
		case VRRP_CAUSE_OWNER:
			return "priority";
		case VRRP_CAUSE_PREEMPT:
			return "preempted";
		default:
			return "no-response";
		}
	}
	return "not-master";
}

static json_t *
json_addresses(const struct vrrp_vip *vips, unsigned count)
{
	char text[ADDR_PREFIX_STRLEN];
	json_t *list = json_array();
	unsigned i;

	for (i = 0; i < count; i++)
		(void)json_array_append_new(list, ctl_json_word(
		    addr_prefix_format(&vips[i].prefix, text, sizeof(text))));
	return list;
}

/* Of one list; `from` is the place of its first among all paths. */
static json_t *
json_paths(const struct vrrp_instance *v, bool rules)
{
	unsigned i, n = rules ? v->p.rule_count : v->p.route_count;
	unsigned from = rules ? v->p.route_count : 0;
	char text[VRRP_ROUTE_STRLEN], why[VRRP_ROUTES_WHY_MAX];
	json_t *list = json_array(), *o;

	for (i = 0; i < n; i++) {
		o = json_object();
		ctl_json_set_text(o, rules ? "rule" : "route", rules ?
		    vrrp_rule_format(&v->p.rules[i], text) :
		    vrrp_route_format(&v->p.routes[i], text));
		ctl_json_set_word(o, "state", vrrp_path_state_name(
		    vrrp_routes_state(v, from + i, why)));
		ctl_json_set(o, "reason", why[0] == '\0' ? json_null() :
		    json_string(why));
		(void)json_array_append_new(list, o);
	}
	return list;
}

static json_t *
json_peers(const struct vrrp_params *p)
{
	json_t *list = json_array();
	unsigned i;

	for (i = 0; i < p->unicast_count; i++)
		(void)json_array_append_new(list,
		    ctl_json_addr(&p->unicast_peers[i]));
	return list;
}

static void
set_active(json_t *o, const struct vrrp_instance *v)
{
	const struct vrrp_core *c = &v->core;

	if (c->state == VRRP_ACTIVE) {
		ctl_json_set(o, "active-address", ctl_json_addr(&c->primary));
		ctl_json_set_int(o, "active-priority", c->p.priority);
	} else if (c->state == VRRP_BACKUP && addr_is_set(&c->active.source)) {
		ctl_json_set(o, "active-address", ctl_json_addr(
		    &c->active.source));
		ctl_json_set_int(o, "active-priority", c->active.priority);
	} else {
		ctl_json_set(o, "active-address", json_null());
		ctl_json_set(o, "active-priority", json_null());
	}
}

/* Tracked interfaces alone, in the form from before other things were tracked. */
static json_t *
json_track_interfaces(const struct vrrp_tracked *t)
{
	json_t *list = json_array(), *o;
	unsigned i;

	for (i = 0; i < t->count; i++) {
		if (t->refs[i].kind != VRRP_TRACK_INTERFACE ||
		    t->refs[i].item == NULL)
			continue;
		o = json_object();
		ctl_json_set_text(o, "interface", t->refs[i].item->name);
		ctl_json_set_int(o, "weight", t->weights[i].weight);
		ctl_json_set_word(o, "state", t->weights[i].state ==
		    VRRP_TRACK_UP ? "up" : "down");
		(void)json_array_append_new(list, o);
	}
	return list;
}

static json_t *
json_tracks(const struct vrrp_tracked *t)
{
	const struct vrrp_track_item *it;
	json_t *list = json_array(), *o;
	mono_t now = loop_clock();
	unsigned i;

	for (i = 0; i < t->count; i++) {
		if ((it = t->refs[i].item) == NULL)
			continue;
		o = json_object();
		ctl_json_set_word(o, "kind", vrrp_track_kind_name(it->kind));
		ctl_json_set_text(o, "name", vrrp_tracked_name(it));
		/* The state that counts; where a delay runs, also the one to come. */
		ctl_json_set_word(o, "state", vrrp_track_state_name(
		    t->weights[i].state));
		if (!mono_is_never(t->refs[i].due)) {
			ctl_json_set_word(o, "next-state",
			    vrrp_track_state_name(it->state));
			ctl_json_set_us(o, "next-state-in-us", mono_sub(
			    mono_max(t->refs[i].due, now), now));
		}
		ctl_json_set_int(o, "weight", t->weights[i].weight);
		ctl_json_set_bool(o, "reverse", t->weights[i].reverse);
		ctl_json_set_int(o, "adds", vrrp_weigh_adds(&t->weights[i]));
		if (t->weights[i].number)
			ctl_json_set_int(o, "value", t->weights[i].value);
		ctl_json_set(o, "reason", it->reason[0] == '\0' ? json_null() :
		    json_string(it->reason));
		ctl_json_set(o, "since", mono_is_never(it->since) ?
		    json_null() : ctl_json_time(it->since_real_ns));
		ctl_json_set_int(o, "changes", (json_int_t)it->changes);
		ctl_json_set_bool(o, "group", t->refs[i].from_group);
		(void)json_array_append_new(list, o);
	}
	return list;
}

/* A router on the network that does not fit; null when all do. */
static json_t *
json_conflict(const struct vrrp_conflict *c)
{
	mono_t now = loop_clock();
	char text[ADDR_STRLEN];
	json_t *o, *list;
	unsigned i;

	if (!vrrp_conflict_present(c, now))
		return json_null();
	o = json_object();
	ctl_json_set_word(o, "reason", vrrp_conflict_name(c->kind));
	ctl_json_set_word(o, "text", vrrp_conflict_text(c->kind));
	ctl_json_set(o, "source", ctl_json_addr(&c->source));
	ctl_json_set_int(o, "count", c->count);
	ctl_json_set_us(o, "age-us", mono_sub(now, c->last));
	if (c->addr_count == 0)
		return o;
	list = json_array();
	for (i = 0; i < c->addr_count && i < VRRP_CONFLICT_ADDRS; i++)
		(void)json_array_append_new(list, ctl_json_word(addr_format(
		    &c->addrs[i], text, sizeof(text))));
	ctl_json_set(o, "virtual-addresses", list);
	return o;
}

/*
 * A tracked service that is down may wait for the address that waits for it.
 * The setting is read when somebody asks, since anybody may change it.
 */
static bool
may_wait_for_address(const struct vrrp_instance *v)
{
	const struct vrrp_tracked *t = &v->tracked;
	bool allowed = false;

	if (!t->now.fault || t->now.waits || t->now.why < 0)
		return false;
	switch (t->refs[t->now.why].kind) {
	case VRRP_TRACK_PROCESS:
	case VRRP_TRACK_TCP:
	case VRRP_TRACK_HTTP:
		return !t->weights[t->now.why].reverse &&
		    nonlocal_bind_get(v->p.family, &allowed) == 0 && !allowed;
	default:
		return false;
	}
}

static void
set_waiting(json_t *o, const struct vrrp_instance *v)
{
	char text[sizeof(v->waiting) + 80];

	(void)snprintf(text, sizeof(text), "%s%s", v->waiting,
	    may_wait_for_address(v) ? "; it may wait for the address: "
	    "nonlocal_bind in vrrpd.conf(5)" : "");
	ctl_json_set_word(o, "waiting-for", text);
}

static void
set_vrf(json_t *o, const struct vrrp_instance *v)
{
	int vrf = v->iface->exists ? nl_link_vrf(&v->iface->link) : 0;
	const struct nl_link *l = vrf == 0 ? NULL :
	    nl_link_at(v->env->nl, vrf);

	if (l != NULL)
		ctl_json_set_word(o, "vrf", l->name);
}

/* And what is known of the network, where that decides. */
static void
set_virtual_mac(json_t *o, const struct vrrp_instance *v)
{
	static const char *const passage[] = {
		[VRRP_PASSAGE_UNKNOWN] = "unknown",
		[VRRP_PASSAGE_PASSES] = "passes",
		[VRRP_PASSAGE_REFUSED] = "refused",
	};
	uint8_t mac[6];

	ctl_json_set_bool(o, "virtual-mac-auto", v->p.virtual_mac_auto);
	if (v->p.virtual_mac_auto && !v->p.virtual_mac) {
		ctl_json_set_text(o, "virtual-mac-given-up", v->given_up_why);
		ctl_json_set(o, "virtual-mac-given-up-time", ctl_json_time(
		    v->given_up_real_ns));
	}
	if (!v->p.virtual_mac)
		return;
	vrrp_params_virtual_mac(v->p.family, v->p.vrid, mac);
	ctl_json_set(o, "virtual-mac", ctl_json_mac(mac));
	ctl_json_set_word(o, "virtual-mac-passage",
	    passage[v->passage.verdict]);
	if (v->vips != NULL)
		ctl_json_set_word(o, "virtual-mac-device",
		    vrrp_vip_device(v->vips));
}

static void
set_startup(json_t *o, const struct vrrp_instance *v)
{
	mono_t at = vrrp_able_settles_at(v);

	if (!mono_is_never(at))
		ctl_json_set_us(o, "startup-delay-us", mono_sub(at,
		    loop_clock()));
}

/* V-79: so much is left of preempt_delay. */
static void
set_preempts(json_t *o, const struct vrrp_instance *v)
{
	mono_t now = loop_clock(), at = vrrp_core_preempts_at(&v->core, now);

	if (!mono_is_never(at))
		ctl_json_set_us(o, "preempt-hold-us", mono_sub(at, now));
}

json_t *
vrrp_ctl_json_instance(const struct vrrp_router *r,
    const struct vrrp_instance *v)
{
	const struct vrrp_core *c = &v->core;
	const struct vrrp_record *rec = vrrp_history_record(v, 0);
	const char *why;
	json_t *o = json_object();

	ctl_json_set_word(o, "name", v->p.name);
	ctl_json_set_word(o, "interface", v->p.interface);
	set_vrf(o, v);
	ctl_json_set_int(o, "virtual-router-id", v->p.vrid);
	ctl_json_set_word(o, "address-family", v->p.family == AF_INET6 ?
	    "ipv6" : "ipv4");
	ctl_json_set_int(o, "version", v->p.version);
	if (v->p.also_version_2)
		ctl_json_set_bool(o, "also-version-2", true);
	if (v->p.version == 2 || v->p.also_version_2)
		ctl_json_set_word(o, "authentication", v->p.auth_len > 0 ?
		    "password" : "none");
	ctl_json_set_word(o, "state", vrrp_state_name(c->state));
	ctl_json_set_int(o, "priority", v->p.priority);
	ctl_json_set_int(o, "effective-priority", c->p.priority);
	ctl_json_set_int(o, "advert-interval-cs", v->p.advert_int_cs);
	ctl_json_set_bool(o, "preempt", v->p.preempt);
	ctl_json_set_bool(o, "accept", v->p.accept);
	set_preempts(o, v);
	set_active(o, v);
	ctl_json_set(o, "primary-address", ctl_json_addr(vrrp_iface_primary(
	    v->iface, v->p.family)));
	ctl_json_set_word(o, "primary-address-reason", vrrp_source_why_name(
	    vrrp_iface_primary_why(v->iface, v->p.family)));
	ctl_json_set(o, "virtual-addresses", json_addresses(v->p.vips,
	    v->p.vip_count));
	if (v->p.other_count > 0)
		ctl_json_set(o, "other-addresses", json_addresses(
		    &v->p.vips[v->p.vip_count], v->p.other_count));
	if (v->p.route_count > 0)
		ctl_json_set(o, "routes", json_paths(v, false));
	if (v->p.rule_count > 0)
		ctl_json_set(o, "rules", json_paths(v, true));
	if (v->p.unicast_count > 0) {
		ctl_json_set(o, "unicast-peers", json_peers(&v->p));
		ctl_json_set_int(o, "unicast-min-ttl", v->p.unicast_min_ttl);
	}
	set_virtual_mac(o, v);
	ctl_json_set_word(o, "guard", vrrp_guard_word(v, &why));
	if (why[0] != '\0')
		ctl_json_set_text(o, "guard-reason", why);
	ctl_json_set_us(o, "skew-time-us", c->skew_time_ns);
	ctl_json_set_us(o, "active-down-interval-us",
	    c->active_down_interval_ns);
	ctl_json_set_int(o, "active-adver-interval-cs",
	    c->active_adver_interval_cs);
	set_takeover(o, r, v);
	ctl_json_set_word(o, "checksum-mode", checksum_mode(v));
	if (v->p.family == AF_INET && v->p.version == 3)
		ctl_json_set_word(o, "checksum-sent", form_word(v->send_form));
	ctl_json_set(o, "routers-heard", json_heard(v));
	ctl_json_set_bool(o, "backup-adverts", v->p.backup_adverts);
	ctl_json_set(o, "routers-known", json_known(v));
	if (c->state == VRRP_INITIALIZE && v->waiting[0] != '\0')
		set_waiting(o, v);
	set_startup(o, v);
	if (!mono_is_never(v->unsent.since)) {
		ctl_json_set_word(o, "send-error", strerror(v->unsent.error));
		ctl_json_set_us(o, "send-error-us", mono_sub(loop_clock(),
		    v->unsent.since));
	}
	if (v->p.track_count > 0)
		ctl_json_set(o, "track-interfaces", json_track_interfaces(
		    &v->tracked));
	if (v->tracked.count > 0)
		ctl_json_set(o, "tracks", json_tracks(&v->tracked));
	if (v->tracked.now.last_resort)
		ctl_json_set_bool(o, "last-resort", true);
	if (v->group != NULL)
		ctl_json_set_word(o, "group", v->group->name);
	ctl_json_set(o, "conflict", json_conflict(&v->conflict));
	ctl_json_set(o, "alarm", json_alarm(&v->core));
	ctl_json_set(o, "alarms", json_alarms(&v->alarms));
	if (v->handed_over)
		ctl_json_set_bool(o, "handed-over", true);
	vrrp_ctl_orders_show(o, r, v->p.name);
	ctl_json_set_bool(o, "lingering", vrrp_machine_lingers(v));
	if (c->state != VRRP_INITIALIZE)
		ctl_json_set(o, "up-datetime", ctl_json_time(
		    v->up_since_real_ns));
	ctl_json_set_word(o, "last-event", vrrp_cause_name(v->last_event));
	ctl_json_set_word(o, "new-master-reason", new_master_reason(v));
	ctl_json_set_bool(o, "bfd-auto", v->p.has_bfd_auto);
	ctl_json_set(o, "bfd", json_bfd(r, v));
	ctl_json_set(o, "last-transition", rec == NULL ? json_null() :
	    json_transition(rec));
	ctl_json_set(o, "no-takeover", json_spared(&c->spared));
	ctl_json_set(o, "statistics", vrrp_ctl_json_stats(v));
	return o;
}

/* --- the daemon --- */

json_t *
vrrp_ctl_json_scheduling(const struct vrrp_router *r)
{
	const struct rtsched *s = r->scheduling;
	json_t *o = json_object();

	ctl_json_set_int(o, "realtime-priority", s == NULL ? 0 : s->priority);
	ctl_json_set_bool(o, "locked", s != NULL && s->locked);
	ctl_json_set_int(o, "stalls", r->stalls);
	ctl_json_set_us(o, "worst-stall-us", r->worst_stall_ns);
	return o;
}

/* The ways on which something was refused, with the last of each. */
static json_t *
json_refusals(const struct vrrp_refusals *book)
{
	json_t *list = json_array(), *o;
	const struct vrrp_refused *r;
	unsigned way;

	for (way = 0; way < VRRP_WAY_COUNT; way++) {
		r = &book->of[way];
		if (r->count == 0)
			continue;
		o = json_object();
		ctl_json_set_word(o, "by", vrrp_way_receiver(way));
		ctl_json_set_word(o, "from", vrrp_way_sender(way));
		ctl_json_set_int(o, "count", r->count);
		ctl_json_set_word(o, "message", vrrp_message_name(r->type));
		ctl_json_set_word(o, "reason", vrrp_refusal_name(r->why));
		ctl_json_set(o, "time", ctl_json_time(r->real_ns));
		(void)json_array_append_new(list, o);
	}
	return list;
}

json_t *
vrrp_ctl_json_refused(const struct vrrp_refusals *book)
{
	json_t *o = json_object();
	char key[64];
	unsigned way;

	for (way = 0; way < VRRP_WAY_COUNT; way++) {
		(void)snprintf(key, sizeof(key), "%s-refused-from-%s",
		    vrrp_way_receiver(way), vrrp_way_sender(way));
		ctl_json_set_int(o, key, book->of[way].count);
	}
	return o;
}

json_t *
vrrp_ctl_json_processes(const struct vrrp_router *r)
{
	const struct vrrp_birth *b = r->birth;
	json_t *o = json_object();

	ctl_json_set_int(o, "monitor-pid", b->monitor);
	ctl_json_set_int(o, "engine-pid", getpid());
	ctl_json_set_int(o, "engine-restarts", b->restarts);
	if (b->last_end[0] != '\0') {
		ctl_json_set_word(o, "last-end", b->last_end);
		ctl_json_set(o, "last-end-time", ctl_json_time(
		    b->last_end_real_ns));
	}
	ctl_json_set(o, "refused", json_refusals(&r->refusals));
	return o;
}

json_t *
vrrp_ctl_json_session(const struct vrrp_bfd_session *s)
{
	json_t *o = json_object();

	ctl_json_set(o, "peer", ctl_json_addr(&s->peer));
	ctl_json_set_word(o, "interface", s->interface);
	ctl_json_set_word(o, "state", vrrp_bfd_state_name(s->level.state));
	ctl_json_set_us(o, "detection-time-us", s->level.detection_time_ns);
	if (s->refused[0] != '\0')
		ctl_json_set_word(o, "refused", s->refused);
	return o;
}

/*
 * Every packet refused on this interface, known VRID or not: RFC 8347's global
 * counters, kept per interface (Y-4).  Adds to sums[VRRP_VERDICT_COUNT].
 */
static void
add_refused(const struct vrrp_iface *f, uint64_t sums[])
{
	const struct vrrp_instance *v;
	unsigned i, verdict;

	for (verdict = 0; verdict < VRRP_VERDICT_COUNT; verdict++)
		sums[verdict] += f->verdicts[verdict];
	for (i = 0; i < 2 * 256; i++) {
		v = f->table[i / 256][i % 256];
		for (verdict = 0; v != NULL && verdict < VRRP_VERDICT_COUNT;
		    verdict++)
			sums[verdict] += v->stats.verdicts[verdict];
	}
}

/* The counters that RFC 8347 has for the whole router. */
json_t *
vrrp_ctl_json_total(const struct vrrp_router *r, int64_t since_real_ns)
{
	static const enum vrrp_verdict verdicts[] = { VRRP_CHECKSUM,
	    VRRP_VERSION, VRRP_VRID, VRRP_IP_TTL };
	uint64_t sums[VRRP_VERDICT_COUNT] = { 0 };
	json_t *o = json_object();
	unsigned i;

	ctl_json_set(o, "discontinuity-datetime", ctl_json_time(
	    since_real_ns));
	for (i = 0; i < r->iface_count; i++)
		add_refused(r->ifaces[i], sums);
	for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		ctl_json_set_int(o, vrrp_verdict_name(verdicts[i]),
		    (int64_t)sums[verdicts[i]]);
	return o;
}

json_t *
vrrp_ctl_json_iface_stats(const struct vrrp_iface *f)
{
	uint64_t sums[VRRP_VERDICT_COUNT] = { 0 };
	json_t *o = json_object();
	unsigned i;

	add_refused(f, sums);
	for (i = VRRP_OK + 1; i < VRRP_VERDICT_COUNT; i++)
		ctl_json_set_int(o, vrrp_verdict_name(i), (int64_t)sums[i]);
	ctl_json_set_int(o, "receive-queue-drops", f->rx_dropped);
	return o;
}

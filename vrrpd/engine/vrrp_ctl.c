/*
 * vrrp_ctl.c - what vrrpd answers.
 *
 * Two kinds of functions: builders, from the engine's values to JSON with the
 * names of RFC 8347 where one exists, and handlers, one per method, that find
 * the instance, check the parameters by the rules of the configuration file and
 * call the engine.  Nothing here decides anything about VRRP.
 *
 * Values changed by `set` hold until the next reload or restart; the answer
 * says so.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/ctl_json.h"
#include "shared/ctl_server.h"
#include "shared/log.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/engine/vrrp_ctl.h"
#include "vrrpd/engine/vrrp_protect.h"
#include "vrrpd/engine/vrrp_sync.h"

#define PUBLISH_CHUNK	8		/* levels at a time, about 0.3 ms */
#define PUBLISH_PAUSE_NS NS_PER_MS

struct vrrp_ctl {
	struct loop		*loop;
	struct vrrp_router	*router;
	struct ctl_server	*server;
	struct loop_timer	*publish;	/* levels that are due */
	vrrp_ctl_reload		 reload;
	void			*arg;
	int64_t			 started_real_ns;
};

/* --- builders --- */

/* Y-n: the names of ietf-vrrp, then ours, then one per verdict. */
static json_t *
json_stats(const struct vrrp_instance *v)
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
		{ "announcements-sent", s->announcements_sent },
		{ "contests", s->contests },
		{ "fences", v->core.fences },
		{ "fenced-out", v->core.fenced_out },
		{ "two-owners-last-us",
		    (uint64_t)us_from_ns_floor(s->both_ns) },
		{ "two-owners-longest-us",
		    (uint64_t)us_from_ns_floor(s->both_most_ns) },
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
	return o;
}

/* L-13: what is held against this session. */
static void
put_damping(json_t *o, const struct vrrp_core *c, const struct addr *peer)
{
	int64_t ns = mono_sub(vrrp_core_bfd_suspended_until(c, peer),
	    loop_clock());
	unsigned i;

	for (i = 0; i < c->bfd_count; i++)
		if (addr_equal(&c->bfd[i].peer, peer))
			ctl_json_set_int(o, "false-takeovers",
			    c->bfd[i].false_takeovers);
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
	ctl_json_set_word(o, "text", vrrp_instance_alarm_text(bfd));
	return o;
}

/* The other routers, then what this one needs itself. */
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

static json_t *
json_transition(const struct vrrp_record *rec)
{
	json_t *o = json_object();

	ctl_json_set_word(o, "from", vrrp_state_name(rec->tr.from));
	ctl_json_set_word(o, "to", vrrp_state_name(rec->tr.to));
	ctl_json_set_word(o, "cause", vrrp_cause_name(rec->tr.cause));
	ctl_json_set(o, "time", ctl_json_time(rec->time_real_ns));
	return o;
}

json_t *
vrrp_ctl_record(const struct vrrp_instance *v, const struct vrrp_record *rec)
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

/* Who sent adverts that were accepted, in which version and form (V-13). */
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

/* RFC 8347: why the last Active became one. */
static const char *
new_master_reason(const struct vrrp_instance *v)
{
	const struct vrrp_record *rec;
	unsigned i;

	for (i = 0; (rec = vrrp_instance_record(v, i)) != NULL; i++) {
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
json_vips(const struct vrrp_params *p)
{
	char text[ADDR_PREFIX_STRLEN];
	json_t *list = json_array();
	unsigned i;

	for (i = 0; i < p->vip_count; i++)
		(void)json_array_append_new(list, ctl_json_word(
		    addr_prefix_format(&p->vips[i].prefix, text,
		    sizeof(text))));
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

/* The interfaces among them, as they were told before there were others. */
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
		/* As it counts; what it is, where a delay runs. */
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

json_t *
vrrp_ctl_instance_level(const struct vrrp_router *r,
    const struct vrrp_instance *v)
{
	const struct vrrp_core *c = &v->core;
	const struct vrrp_record *rec = vrrp_instance_record(v, 0);
	uint8_t mac[6];
	json_t *o = json_object();

	ctl_json_set_word(o, "name", v->p.name);
	ctl_json_set_word(o, "interface", v->p.interface);
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
	set_active(o, v);
	ctl_json_set(o, "primary-address", ctl_json_addr(vrrp_iface_primary(
	    v->iface, v->p.family)));
	ctl_json_set(o, "virtual-addresses", json_vips(&v->p));
	if (v->p.unicast_count > 0) {
		ctl_json_set(o, "unicast-peers", json_peers(&v->p));
		ctl_json_set_int(o, "unicast-min-ttl", v->p.unicast_min_ttl);
	}
	if (v->p.virtual_mac) {
		vrrp_params_virtual_mac(v->p.family, v->p.vrid, mac);
		ctl_json_set(o, "virtual-mac", ctl_json_mac(mac));
		if (v->vips != NULL)
			ctl_json_set_word(o, "virtual-mac-device",
			    vrrp_vip_device(v->vips));
	}
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
	if (c->state == VRRP_INITIALIZE && v->waiting[0] != '\0')
		ctl_json_set_word(o, "waiting-for", v->waiting);
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
	if (v->handed_over)
		ctl_json_set_bool(o, "handed-over", true);
	ctl_json_set_bool(o, "lingering", vrrp_instance_lingers(v));
	if (c->state != VRRP_INITIALIZE)
		ctl_json_set(o, "up-datetime", ctl_json_time(
		    v->up_since_real_ns));
	ctl_json_set_word(o, "last-event", vrrp_cause_name(v->last_event));
	ctl_json_set_word(o, "new-master-reason", new_master_reason(v));
	ctl_json_set_bool(o, "bfd-auto", v->p.has_bfd_auto);
	ctl_json_set(o, "bfd", json_bfd(r, v));
	ctl_json_set(o, "last-transition", rec == NULL ? json_null() :
	    json_transition(rec));
	ctl_json_set(o, "statistics", json_stats(v));
	return o;
}

static json_t *
json_scheduling(const struct vrrp_router *r)
{
	const struct rtsched *s = r->scheduling;
	json_t *o = json_object();

	ctl_json_set_int(o, "realtime-priority", s == NULL ? 0 : s->priority);
	ctl_json_set_bool(o, "locked", s != NULL && s->locked);
	ctl_json_set_int(o, "stalls", r->stalls);
	ctl_json_set_us(o, "worst-stall-us", r->worst_stall_ns);
	return o;
}

/* Who is who, for whoever looks at ps(1); and what became of an engine. */
static json_t *
json_processes(const struct vrrp_birth *b)
{
	json_t *o = json_object();

	ctl_json_set_int(o, "monitor-pid", b->monitor);
	ctl_json_set_int(o, "engine-pid", getpid());
	ctl_json_set_int(o, "engine-restarts", b->restarts);
	if (b->last_end[0] != '\0') {
		ctl_json_set_word(o, "last-end", b->last_end);
		ctl_json_set(o, "last-end-time", ctl_json_time(
		    b->last_end_real_ns));
	}
	return o;
}

static json_t *
json_session(const struct vrrp_bfd_session *s)
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
 * counters, kept per interface (Y-4).
 */
static uint64_t
refused(const struct vrrp_iface *f, enum vrrp_verdict verdict)
{
	uint64_t sum = f->verdicts[verdict];
	unsigned i;

	for (i = 0; i < 2 * 256; i++)
		if (f->table[i / 256][i % 256] != NULL)
			sum += f->table[i / 256][i % 256]->
			    stats.verdicts[verdict];
	return sum;
}

/* What RFC 8347 has for the whole router. */
static json_t *
json_total(const struct vrrp_ctl *c)
{
	static const enum vrrp_verdict verdicts[] = { VRRP_CHECKSUM,
	    VRRP_VERSION, VRRP_VRID, VRRP_IP_TTL };
	json_t *o = json_object();
	uint64_t sum;
	unsigned i, j;

	ctl_json_set(o, "discontinuity-datetime", ctl_json_time(
	    c->started_real_ns));
	for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		for (sum = 0, j = 0; j < c->router->iface_count; j++)
			sum += refused(c->router->ifaces[j], verdicts[i]);
		ctl_json_set_int(o, vrrp_verdict_name(verdicts[i]), sum);
	}
	return o;
}

static json_t *
json_iface_stats(struct vrrp_iface *f)
{
	json_t *o = json_object();
	unsigned i;

	if (f->io != NULL)
		f->rx_dropped += vrrp_io_drops(f->io);
	for (i = VRRP_OK + 1; i < VRRP_VERDICT_COUNT; i++)
		ctl_json_set_int(o, vrrp_verdict_name(i), refused(f, i));
	ctl_json_set_int(o, "receive-queue-drops", f->rx_dropped);
	return o;
}

/* --- handlers --- */

/* "name" absent: *v is NULL. False: the error is set. */
static bool
named(const struct vrrp_ctl *c, json_t *params, bool required,
    struct vrrp_instance **v, struct ctl_error *error)
{
	json_t *name = json_object_get(params, "name");

	*v = NULL;
	if (name == NULL && !required)
		return true;
	if (!json_is_string(name))
		return ctl_fail(error, -32602, "\"name\" must be the name of "
		    "an instance");
	*v = vrrp_router_find(c->router, json_string_value(name));
	if (*v == NULL)
		return ctl_fail(error, CTL_ERR_NOT_FOUND,
		    "there is no instance \"%s\"", json_string_value(name));
	return true;
}

static bool
do_show(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct vrrp_ctl *c = arg;
	struct vrrp_router *r = c->router;
	struct vrrp_instance *v;
	json_t *o, *list;
	unsigned i;

	(void)conn;
	if (!named(c, params, false, &v, error))
		return false;
	list = json_array();
	for (i = 0; i < r->instance_count; i++)
		if (v == NULL || v == r->instances[i])
			(void)json_array_append_new(list,
			    vrrp_ctl_instance_level(r, r->instances[i]));
	o = json_object();
	ctl_json_set_word(o, "router-id", r->router_id);
	ctl_json_set(o, "instances", list);
	ctl_json_set(o, "scheduling", json_scheduling(r));
	if (r->birth != NULL)
		ctl_json_set(o, "processes", json_processes(r->birth));
	ctl_json_set_word(o, "bfdd", vrrp_bfd_is_up(r->bfd) ? "connected" :
	    "unreachable");
	*result = o;
	return true;
}

static bool
do_history(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct vrrp_ctl *c = arg;
	struct vrrp_router *r = c->router;
	const struct vrrp_record *rec;
	struct vrrp_instance *v;
	json_t *list;
	unsigned i, j, at[VRRP_INSTANCES_MAX];
	int best;

	(void)conn;
	if (!named(c, params, false, &v, error))
		return false;
	/* Merge the rings by time, oldest first; at[] counts what is left. */
	for (i = 0; i < r->instance_count && i < VRRP_INSTANCES_MAX; i++) {
		at[i] = 0;
		if (v == NULL || v == r->instances[i])
			while (vrrp_instance_record(r->instances[i],
			    at[i]) != NULL)
				at[i]++;
	}
	list = json_array();
	for (;;) {
		best = -1;
		for (j = 0; j < i; j++)
			if (at[j] > 0 && (best == -1 ||
			    vrrp_instance_record(r->instances[j],
			    at[j] - 1)->time_real_ns <
			    vrrp_instance_record(r->instances[best],
			    at[best] - 1)->time_real_ns))
				best = j;
		if (best == -1)
			break;
		rec = vrrp_instance_record(r->instances[best], --at[best]);
		(void)json_array_append_new(list,
		    vrrp_ctl_record(r->instances[best], rec));
	}
	*result = json_pack("{s:o}", "transitions", list);
	return true;
}

static bool
do_stats(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct vrrp_ctl *c = arg;
	struct vrrp_router *r = c->router;
	struct vrrp_instance *v;
	json_t *instances, *interfaces;
	unsigned i;

	(void)conn;
	if (!named(c, params, false, &v, error))
		return false;
	instances = json_array();
	interfaces = json_array();
	for (i = 0; i < r->instance_count; i++)
		if (v == NULL || v == r->instances[i])
			(void)json_array_append_new(instances, json_pack(
			    "{s:s, s:o}", "name", r->instances[i]->p.name,
			    "statistics", json_stats(r->instances[i])));
	for (i = 0; v == NULL && i < r->iface_count; i++)
		(void)json_array_append_new(interfaces, json_pack("{s:s, s:o}",
		    "interface", r->ifaces[i]->name, "statistics",
		    json_iface_stats(r->ifaces[i])));
	*result = json_pack("{s:o, s:o}", "instances", instances,
	    "interfaces", interfaces);
	if (v != NULL)
		return true;
	ctl_json_set_int(*result, "virtual-routers", r->instance_count);
	ctl_json_set(*result, "statistics", json_total(c));
	return true;
}

static bool
new_priority(const struct vrrp_instance *v, const json_t *value,
    struct vrrp_params *p, struct ctl_error *error)
{
	char text[24], why[128];

	if (!json_is_integer(value))
		return ctl_fail(error, -32602, "\"priority\" must be a number");
	if (v->p.priority == VRRP_PRIORITY_OWNER)
		return ctl_fail(error, CTL_ERR_REFUSED, "%s owns its address: "
		    "its priority is always 255", v->p.name);
	(void)snprintf(text, sizeof(text), "%lld",
	    (long long)json_integer_value(value));
	if (vrrp_conf_priority(text, &p->priority, why, sizeof(why)) < 0)
		return ctl_fail(error, CTL_ERR_REFUSED, "%s", why);
	if (p->priority == VRRP_PRIORITY_OWNER)
		return ctl_fail(error, CTL_ERR_REFUSED, "priority 255 is for "
		    "the owner of the address: 1 to 254");
	return true;
}

static bool
new_interval(const struct vrrp_instance *v, const json_t *value,
    struct vrrp_params *p, struct ctl_error *error)
{
	char text[24], why[128];

	if (!json_is_integer(value))
		return ctl_fail(error, -32602,
		    "\"advert-interval-cs\" must be a number");
	(void)snprintf(text, sizeof(text), "%lld",
	    (long long)json_integer_value(value));
	if (vrrp_conf_advert_int(text, v->p.version, &p->advert_int_cs, why,
	    sizeof(why)) < 0)
		return ctl_fail(error, CTL_ERR_REFUSED, "%s", why);
	return true;
}

static bool
do_set(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct vrrp_ctl *c = arg;
	struct vrrp_instance *v;
	struct vrrp_params p;
	json_t *applied, *value;
	const char *key;

	(void)conn;
	if (!named(c, params, true, &v, error))
		return false;
	p = v->p;
	json_object_foreach(params, key, value) {
		if (strcmp(key, "name") == 0)
			continue;
		if (strcmp(key, "priority") == 0) {
			if (!new_priority(v, value, &p, error))
				return false;
		} else if (strcmp(key, "advert-interval-cs") == 0) {
			if (!new_interval(v, value, &p, error))
				return false;
		} else
			return ctl_fail(error, -32602,
			    "\"%s\" cannot be set at run time", key);
	}
	if (json_object_size(params) < 2)
		return ctl_fail(error, -32602, "nothing to set: "
		    "\"advert-interval-cs\" or \"priority\"");
	vrrp_instance_set(v, &p);
	vrrp_router_retune(c->router);
	log_notice("instance=%s set priority=%u advert_int_cs=%u by=\"%s\"",
	    v->p.name, v->p.priority, v->p.advert_int_cs,
	    ctl_client_conn_name(conn));
	applied = json_object();
	json_object_foreach(params, key, value)
		if (strcmp(key, "name") != 0)
			(void)json_object_set(applied, key, value);
	*result = json_pack("{s:o, s:s}", "applied", applied, "kept",
	    "until restart");
	return true;
}

static json_t *
state_answer(const struct vrrp_instance *v)
{
	return json_pack("{s:s, s:s}", "name", v->p.name, "state",
	    vrrp_state_name(v->core.state));
}

static bool
do_disable(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct vrrp_ctl *c = arg;
	struct vrrp_instance *v;

	if (!named(c, params, true, &v, error))
		return false;
	log_notice("instance=%s disabled by=\"%s\"", v->p.name,
	    ctl_client_conn_name(conn));
	vrrp_instance_disable(v, true);
	*result = state_answer(v);
	return true;
}

static bool
do_enable(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct vrrp_ctl *c = arg;
	struct vrrp_instance *v;

	if (!named(c, params, true, &v, error))
		return false;
	log_notice("instance=%s enabled by=\"%s\"", v->p.name,
	    ctl_client_conn_name(conn));
	vrrp_instance_disable(v, false);
	*result = state_answer(v);
	return true;
}

static bool
do_handover(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct vrrp_ctl *c = arg;
	struct vrrp_instance *v;

	if (!named(c, params, true, &v, error))
		return false;
	switch (vrrp_instance_handover(v)) {
	case 0:
		break;
	case -EPERM:
		return ctl_fail(error, CTL_ERR_REFUSED, "%s owns its address "
		    "and would take it back at once", v->p.name);
	default:
		return ctl_fail(error, CTL_ERR_REFUSED, "%s is not Active "
		    "here (it is in state %s)", v->p.name,
		    vrrp_state_name(v->core.state));
	}
	log_notice("instance=%s handed over by=\"%s\"", v->p.name,
	    ctl_client_conn_name(conn));
	*result = state_answer(v);
	return true;
}

static bool
do_reload(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct vrrp_ctl *c = arg;
	struct vrrp_applied done;
	char why[sizeof(error->message)];

	(void)conn;
	(void)params;
	if (c->reload(&done, why, sizeof(why), c->arg) < 0)
		return ctl_fail(error, CTL_ERR_REFUSED, "%s", why);
	*result = json_pack("{s:i, s:i, s:i, s:i, s:i}", "added", done.added,
	    "removed", done.removed, "restarted", done.restarted,
	    "changed", done.changed, "unchanged", done.unchanged);
	return true;
}

static bool
do_restart(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct vrrp_ctl *c = arg;

	(void)conn;
	(void)params;
	if (c->router->restart == NULL)
		return ctl_fail(error, CTL_ERR_REFUSED,
		    "nobody is there to start it again");
	c->router->restart(c->router->restart_arg);
	*result = json_pack("{s:i}", "engine-pid", (int)getpid());
	return true;
}

static const struct ctl_method methods[] = {
	{ "show", 0, do_show },
	{ "history", 0, do_history },
	{ "stats", 0, do_stats },
	{ "set", CTL_CHANGES, do_set },
	{ "disable", CTL_CHANGES, do_disable },
	{ "enable", CTL_CHANGES, do_enable },
	{ "handover", CTL_CHANGES, do_handover },
	{ "reload", CTL_CHANGES, do_reload },
	{ "restart", CTL_CHANGES, do_restart },
	{ NULL, 0, NULL },
};

/* --- topics --- */

static void
snapshot(struct ctl_client_conn *conn, const char *topic, void *arg)
{
	struct vrrp_ctl *c = arg;
	struct vrrp_router *r = c->router;
	const struct vrrp_bfd_session *s;
	char key[IF_NAMESIZE + ADDR_STRLEN + 1], text[ADDR_STRLEN];
	unsigned i;

	if (strcmp(topic, "instance") == 0)
		for (i = 0; i < r->instance_count; i++)
			ctl_client_conn_notify(conn, topic,
			    r->instances[i]->p.name,
			    vrrp_ctl_instance_level(r, r->instances[i]));
	if (strcmp(topic, "bfd") == 0)
		for (i = 0; (s = vrrp_bfd_session(r->bfd, i)) != NULL; i++) {
			(void)snprintf(key, sizeof(key), "%s %s",
			    s->interface, addr_format(&s->peer, text,
			    sizeof(text)));
			ctl_client_conn_notify(conn, topic, key,
			    json_session(s));
		}
}

/*
 * Hundreds of instances may change in one batch, and a level takes time to
 * write: they are told in portions, so that the next advert is not late.
 */
static void
publish_cb(mono_t deadline, void *arg)
{
	struct vrrp_ctl *c = arg;
	struct vrrp_router *r = c->router;
	unsigned i, told = 0;

	(void)deadline;
	for (i = 0; i < r->instance_count; i++) {
		if (!r->instances[i]->untold)
			continue;
		if (told++ == PUBLISH_CHUNK) {
			loop_timer_set(c->publish,
			    mono_add(loop_clock(), PUBLISH_PAUSE_NS));
			return;
		}
		r->instances[i]->untold = false;
		if (ctl_server_has_subscribers(c->server, "instance"))
			ctl_server_publish(c->server, "instance",
			    r->instances[i]->p.name,
			    vrrp_ctl_instance_level(r, r->instances[i]));
	}
}

static void
changed(struct vrrp_instance *v, void *arg)
{
	struct vrrp_ctl *c = arg;

	if (v->untold || !ctl_server_has_subscribers(c->server, "instance"))
		return;
	v->untold = true;
	loop_timer_set(c->publish, loop_clock());
}

static void
transition(struct vrrp_instance *v, const struct vrrp_record *rec, void *arg)
{
	struct vrrp_ctl *c = arg;

	if (ctl_server_has_subscribers(c->server, "transition"))
		ctl_server_publish(c->server, "transition", NULL,
		    vrrp_ctl_record(v, rec));
}

static void
bfd_changed(const struct vrrp_bfd_session *s, void *arg)
{
	struct vrrp_ctl *c = arg;
	char key[IF_NAMESIZE + ADDR_STRLEN + 1], text[ADDR_STRLEN];

	if (!ctl_server_has_subscribers(c->server, "bfd"))
		return;
	(void)snprintf(key, sizeof(key), "%s %s", s->interface,
	    addr_format(&s->peer, text, sizeof(text)));
	ctl_server_publish(c->server, "bfd", key, json_session(s));
}

int
vrrp_ctl_open(struct loop *loop, struct vrrp_router *r,
    const struct ctl_listener *listener, vrrp_ctl_reload reload, void *arg,
    struct vrrp_ctl **out)
{
	struct ctl_server_config config = {
		.listener = listener,
		.program = "vrrpd",
		.version = PACKAGE_VERSION,
		.methods = methods,
		.snapshot = snapshot,
	};
	struct vrrp_ctl *c;
	int error;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return -ENOMEM;
	c->loop = loop;
	c->router = r;
	c->reload = reload;
	c->arg = arg;
	c->started_real_ns = loop_realtime_ns();
	config.arg = c;
	c->publish = loop_timer_new(loop, publish_cb, c);
	error = c->publish == NULL ? -ENOMEM :
	    ctl_server_open(loop, &config, (gid_t)-1, &c->server);
	if (error < 0) {
		loop_timer_free(c->publish);
		free(c);
		return error;
	}
	r->changed = changed;
	r->transition = transition;
	r->bfd_changed = bfd_changed;
	r->arg = c;
	*out = c;
	return 0;
}

void
vrrp_ctl_close(struct vrrp_ctl *c)
{
	if (c == NULL)
		return;
	c->router->changed = NULL;
	c->router->transition = NULL;
	c->router->bfd_changed = NULL;
	ctl_server_close(c->server);
	loop_timer_free(c->publish);
	free(c);
}

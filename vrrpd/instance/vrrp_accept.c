/*
 * vrrp_accept.c - is an advert for us, and what is odd about it.
 *
 * vrrp_wire_parse() has accepted the message and vrrp_receive.c has found the
 * instance; what is left are the checks that need the instance: version,
 * source, destination, checksum form, and those of version 2 (V-53, V-56, V-96,
 * V-123..V-125).  A refused advert must not change anything but a counter.
 *
 * What an accepted advert says that is odd but obeyed (V-50, V-51, V-95) is
 * counted, logged at a limited rate and kept for `show`; so is which checksum
 * the others use (V-13).
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "shared/log.h"
#include "vrrpd/instance/vrrp_accept.h"
#include "vrrpd/instance/vrrp_alert.h"
#include "vrrpd/instance/vrrp_addrs.h"
#include "vrrpd/instance/vrrp_bequest.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_iface.h"

#define FORM_HOLD_NS	(60 * NS_PER_S)		/* V-13 */

/* A peer may be between two addresses for a moment. */
#define UNKNOWN_PATIENCE_NS	(2 * NS_PER_S)
#define UNKNOWN_HOLD_NS		(3 * NS_PER_S)

static bool
is_unicast_peer(const struct vrrp_instance *v, const struct addr *addr)
{
	unsigned i;

	for (i = 0; i < v->p.unicast_count; i++)
		if (addr_equal(&v->p.unicast_peers[i], addr))
			return true;
	return false;
}

static bool
is_vip(const struct vrrp_instance *v, const struct addr *addr)
{
	unsigned i;

	for (i = 0; i < vrrp_params_addresses(&v->p); i++)
		if (addr_equal(&v->p.vips[i].prefix.addr, addr))
			return true;
	return false;
}

/* V-51: the same set; in the configured order it costs one pass. */
static bool
same_addresses(const struct vrrp_instance *v, const struct vrrp_advert *a)
{
	size_t len = addr_len(v->p.family);
	struct addr theirs;
	unsigned i;

	if (a->addr_count != v->p.vip_count)
		return false;
	for (i = 0; i < a->addr_count; i++)
		if (memcmp(a->addrs + i * len, v->p.vips[i].prefix.addr.bytes,
		    len) != 0)
			break;
	for (; i < a->addr_count; i++) {
		theirs = addr_from_bytes(v->p.family, a->addrs + i * len);
		if (!is_vip(v, &theirs))
			return false;
	}
	return true;
}

/*
 * V-123..V-125.  Where version 2 is spoken beside version 3 the interval cannot
 * be ours, because version 3 has shorter ones (V-132); then it and the list are
 * matters of vrrp_accept_note().
 */
static enum vrrp_verdict
judge_v2(const struct vrrp_instance *v, const struct vrrp_advert *a)
{
	if (a->auth_type != (v->p.auth_len > 0 ? 1 : 0))
		return VRRP_AUTH_TYPE;
	if (a->auth_type == 1 && (a->auth_data == NULL ||
	    memcmp(a->auth_data, v->p.auth_pass, 8) != 0))
		return VRRP_AUTH_DATA;
	if (v->p.also_version_2)
		return VRRP_OK;
	if (a->interval_cs != v->p.advert_int_cs)
		return VRRP_V2_INTERVAL;
	/* V-125: unless the sender owns the addresses. */
	if (a->priority != VRRP_PRIORITY_OWNER && a->priority != 0 &&
	    !same_addresses(v, a))
		return VRRP_V2_ADDRESS_LIST;
	return VRRP_OK;
}

/* Another address of this host there, and no virtual one. */
static bool
is_own(const struct vrrp_instance *v, const struct addr *source)
{
	const struct nl_addr *a = NULL;

	while ((a = vrrp_addrs_next(v->env->addrs, v->iface->link.ifindex,
	    a)) != NULL)
		if (addr_equal(&a->prefix.addr, source))
			return !is_vip(v, source) &&
			    !vrrp_iface_is_virtual(v->iface, source);
	return false;
}

/* A network that the virtual addresses are in is one of this link. */
static bool
is_beside_vip(const struct vrrp_instance *v, const struct addr *source)
{
	unsigned i;

	for (i = 0; i < v->p.vip_count; i++)
		if (v->p.vips[i].prefix.len < 31 &&
		    addr_in_prefix(source, &v->p.vips[i].prefix))
			return !addr_is_broadcast_of(source,
			    &v->p.vips[i].prefix);
	return false;
}

/*
 * Is the source on the network of this interface, and no broadcast address of it?
 * In IPv6 every link-local address is.  An address of ours without a network (a
 * host's own /32) says nothing, nor do those that are left while the primary one is
 * away; then a source may be anywhere where hosts are.  Whoever manages an interface
 * may take the own address in a network away for long; the virtual addresses say what
 * networks there are all the same.
 */
static bool
is_on_link(const struct vrrp_instance *v, const struct addr *source)
{
	bool found = false, known = false, alone = false;
	const struct nl_addr *a = NULL;

	if (source->family == AF_INET6)
		return addr_is_link_local(source);
	while ((a = vrrp_addrs_next(v->env->addrs, v->iface->link.ifindex,
	    a)) != NULL) {
		if (a->prefix.addr.family != AF_INET)
			continue;
		if (addr_is_broadcast_of(source, &a->prefix))
			return false;
		found = found || addr_in_prefix(source, &a->prefix);
		if (a->prefix.len >= 31)
			alone = true;
		else
			known = true;
	}
	return found || is_beside_vip(v, source) || (!addr_is_reserved(source) &&
	    (alone || !known || vrrp_iface_is_away(v->iface, AF_INET)));
}

/*
 * No router can have this source: not an address of a host, loopback, one of this
 * host, the virtual address (but for its owner, and for the last word of one), of
 * another network.  A peer that is named may be behind a router.
 */
static bool
is_martian(const struct vrrp_instance *v, const struct vrrp_advert *a)
{
	if (!addr_is_host(&a->source) || addr_is_loopback(&a->source) ||
	    is_own(v, &a->source))
		return true;
	if (is_vip(v, &a->source) && a->priority != VRRP_PRIORITY_OWNER &&
	    a->priority != 0)
		return true;
	return v->p.unicast_count == 0 && !is_on_link(v, &a->source);
}

enum vrrp_verdict
vrrp_accept_judge(const struct vrrp_instance *v, const struct vrrp_advert *a)
{
	struct addr group;

	if (a->version != v->p.version &&
	    !(a->version == 2 && v->p.also_version_2))
		return VRRP_VERSION;		/* V-56 */
	if (addr_equal(&a->source, vrrp_iface_primary_of(v)))
		return VRRP_OWN_SOURCE;		/* V-96 */
	if (v->p.unicast_count > 0) {
		if (!addr_equal(&a->destination, vrrp_iface_primary_of(v)))
			return VRRP_DESTINATION;
		if (!is_unicast_peer(v, &a->source))
			return VRRP_SOURCE;
	} else {
		group = vrrp_wire_group(v->p.family);
		if (!addr_equal(&a->destination, &group))
			return VRRP_DESTINATION;
	}
	if (is_martian(v, a))
		return VRRP_SOURCE;
	if (a->form == VRRP_FORM_PSEUDO &&
	    v->p.checksum_compat == VRRP_CHECKSUM_RFC9568)
		return VRRP_CHECKSUM;
	return a->version == 2 ? judge_v2(v, a) : VRRP_OK;
}

/* Of those that are named: one that is not heard.  NULL: there is none. */
static const struct addr *
silent_peer(const struct vrrp_instance *v, mono_t now)
{
	const struct vrrp_heard_router *r;
	unsigned i;

	for (i = 0; i < v->p.unicast_count; i++) {
		r = vrrp_heard_find(&v->heard, &v->p.unicast_peers[i]);
		if (r == NULL || mono_is_never(r->last) || mono_before(
		    mono_add(r->last, UNKNOWN_HOLD_NS), now))
			return &v->p.unicast_peers[i];
	}
	return NULL;
}

void
vrrp_accept_unknown(struct vrrp_instance *v, mono_t now,
    const struct vrrp_advert *a)
{
	const struct vrrp_alarm_who who = { .address = a->source };
	char text[VRRP_ALARM_TEXT_MAX], address[ADDR_STRLEN];
	const struct addr *silent;

	if (v->p.unicast_count == 0 || is_unicast_peer(v, &a->source) ||
	    is_martian(v, a) || (a->version == 2 && judge_v2(v, a) != VRRP_OK))
		return;
	silent = silent_peer(v, now);
	if (silent == NULL)
		return;
	(void)snprintf(text, sizeof(text), "its advertisements are discarded: "
	    "unicast_peers has %s, which is silent, and not this address",
	    addr_format(silent, address, sizeof(address)));
	vrrp_alert_see(v, VRRP_ALARM_UNKNOWN_PEER, &who, text,
	    UNKNOWN_PATIENCE_NS, UNKNOWN_HOLD_NS +
	    3 * ns_from_cs(a->interval_cs));
}

void
vrrp_accept_refuse(struct vrrp_instance *v, mono_t now,
    enum vrrp_verdict verdict, const struct addr *source)
{
	char text[ADDR_STRLEN];
	uint64_t suppressed;
	enum vrrp_conflict_kind kind = vrrp_conflict_of(verdict);

	v->stats.verdicts[verdict]++;
	if (kind != VRRP_CONFLICT_NONE)
		vrrp_conflict_note(&v->conflict, now, kind, source, NULL, 0);
	if (token_bucket_take(&v->buckets[verdict], now, &suppressed))
		log_warning("instance=%s source=%s discarded=%s "
		    "suppressed=%llu%s%s", v->p.name,
		    addr_format(source, text, sizeof(text)),
		    vrrp_verdict_name(verdict),
		    (unsigned long long)suppressed,
		    kind != VRRP_CONFLICT_NONE ? ": " : "",
		    vrrp_conflict_text(kind));
}

/* The interval of our adverts in that version: version 2 has whole seconds. */
static unsigned
interval_in(const struct vrrp_instance *v, uint8_t version)
{
	return version == 2 ? (v->p.advert_int_cs + 99u) / 100 * 100 :
	    v->p.advert_int_cs;
}

/* Seen in an advert that is obeyed all the same. */
static void
note_conflict(struct vrrp_instance *v, mono_t now, enum vrrp_conflict_kind kind,
    const struct vrrp_advert *a)
{
	char text[ADDR_STRLEN], list[VRRP_CONFLICT_ADDRS * ADDR_STRLEN];
	uint64_t suppressed;

	vrrp_conflict_note(&v->conflict, now, kind, &a->source, a->addrs,
	    a->addr_count);
	if (token_bucket_take(&v->conflict_buckets[kind], now, &suppressed))
		log_warning("instance=%s source=%s conflict=%s vrid=%u "
		    "priority=%u addresses=%s suppressed=%llu: %s", v->p.name,
		    addr_format(&a->source, text, sizeof(text)),
		    vrrp_conflict_name(kind), a->vrid, a->priority,
		    vrrp_conflict_addrs(&v->conflict, list, sizeof(list)),
		    (unsigned long long)suppressed, vrrp_conflict_text(kind));
}

/* V-50, V-51, V-95: said and counted, never a reason to discard. */
void
vrrp_accept_note(struct vrrp_instance *v, mono_t now,
    const struct vrrp_advert *a)
{
	char text[ADDR_STRLEN];
	uint64_t suppressed;

	if (a->interval_cs != interval_in(v, a->version)) {
		v->stats.interval_errors++;
		if (token_bucket_take(&v->interval_bucket, now, &suppressed))
			log_warning("instance=%s source=%s advert_int_cs=%u "
			    "ours=%u suppressed=%llu", v->p.name,
			    addr_format(&a->source, text, sizeof(text)),
			    a->interval_cs, interval_in(v, a->version),
			    (unsigned long long)suppressed);
	}
	if (!same_addresses(v, a)) {
		v->stats.address_list_errors++;
		note_conflict(v, now, VRRP_CONFLICT_OTHER_ADDRESSES, a);
	}
	if (a->priority == VRRP_PRIORITY_OWNER &&
	    v->p.priority == VRRP_PRIORITY_OWNER)
		note_conflict(v, now, VRRP_CONFLICT_TWO_OWNERS, a);
}

/* V-13: which checksum the others use, and which we send to be heard. */
void
vrrp_accept_learn(struct vrrp_instance *v, mono_t now,
    const struct vrrp_advert *a)
{
	enum vrrp_checksum_form form;
	char text[ADDR_STRLEN];
	bool first_legacy;

	vrrp_heard_note(&v->heard, now, a, &first_legacy);
	if (a->form == VRRP_FORM_PSEUDO)
		v->stats.legacy_checksum_rcvd++;
	if (first_legacy)
		log_notice("instance=%s source=%s sends checksums with the "
		    "pseudo-header of older implementations", v->p.name,
		    addr_format(&a->source, text, sizeof(text)));
	if (v->p.checksum_compat != VRRP_CHECKSUM_AUTO || a->version != 3 ||
	    v->p.family != AF_INET)
		return;
	form = vrrp_heard_form(&v->heard, now, v->send_form,
	    v->core.state == VRRP_ACTIVE, FORM_HOLD_NS);
	if (form == v->send_form)
		return;
	v->send_form = form;
	vrrp_bequest_build_adverts(v);
	log_notice("instance=%s now sends checksums %s, as the routers it "
	    "hears", v->p.name, form == VRRP_FORM_PSEUDO ?
	    "with the pseudo-header" : "over the message only");
}

/*
 * ka_instance.c - vrrp_instance to instance.
 *
 * What decides whether two routers understand each other is always written out:
 * version, priority, interval, password, checksum, TTL, addresses in their
 * order, no virtual MAC unless use_vmac.  An instance that cannot be what it
 * was (no interface, IPv6 without a link-local address, peers out of reach) is
 * left out whole and said so: half of it would be a second Active.
 */
#include "config.h"

#include "vrrpd/convert/ka_instance.h"

#include <stdarg.h>
#include <string.h>

#include "shared/pure/mono.h"
#include "shared/pure/span.h"
#include "vrrpd/convert/ka_address.h"
#include "vrrpd/convert/ka_garp.h"
#include "vrrpd/convert/ka_global.h"
#include "vrrpd/convert/ka_layout.h"
#include "vrrpd/convert/ka_notify.h"
#include "vrrpd/convert/ka_route.h"
#include "vrrpd/convert/ka_table.h"
#include "vrrpd/convert/ka_track.h"
#include "vrrpd/convert/ka_words.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const struct ka_rule words[] = {
	{ "state", KA_NOTE, NULL },
	{ "interface", KA_NOTE, NULL },
	{ "virtual_router_id", KA_NOTE, NULL },
	{ "priority", KA_NOTE, NULL },
	{ "version", KA_NOTE, NULL },
	{ "advert_int", KA_NOTE, NULL },
	{ "down_timer_adverts", KA_NOTE, NULL },
	{ "nopreempt", KA_NOTE, NULL },
	{ "preempt", KA_NOTE, NULL },
	{ "preempt_delay", KA_NOTE, NULL },
	{ "strict_mode", KA_NOTE, NULL },
	{ "accept", KA_NOTE, NULL },
	{ "no_accept", KA_NOTE, NULL },
	{ "unicast_peer", KA_NOTE, NULL },
	{ "unicast_src_ip", KA_NOTE, NULL },
	{ "mcast_src_ip", KA_NOTE, NULL },
	{ "unicast_ttl", KA_NOTE, NULL },
	{ "mcast_dst_ip", KA_NOTE, NULL },
	{ "v3_checksum_as_v2", KA_NOTE, NULL },
	{ "authentication", KA_NOTE, NULL },
	{ "use_vmac", KA_NOTE, NULL },
	{ "virtual_ipaddress", KA_NOTE, NULL },
	{ "virtual_ipaddress_excluded", KA_NOTE, NULL },
	{ "smtp_alert", KA_NOTE, NULL },
	{ "native_ipv6", KA_NOTE, NULL },	/* addresses have a family */
	{ "vrf", KA_DIFFERENCE, "an instance has an interface" },
	{ "check_unicast_src", KA_NOTE, "vrrpd always takes adverts from its "
	    "unicast peers only" },
	{ "unicast_fault_no_peer", KA_NOTE, "without a peer the instance is "
	    "left out" },
	{ "track_src_ip", KA_DIFFERENCE, "the source is the first address of "
	    "the interface; an instance without one waits" },
	{ "old_unicast_checksum", KA_DIFFERENCE, "see checksum_compat, which "
	    "knows both forms of today" },
	{ "auth_hmac", KA_NOTE, NULL },
	{ "skip_check_adv_addr", KA_NOTE, "in version 2 vrrpd looks at "
	    "the addresses of every advert; in version 3 it need not" },
	{ "lower_prio_no_advert", KA_DIFFERENCE, "an Active that hears lesser "
	    "adverts answers as RFC 9568 has it" },
	{ "higher_prio_send_advert", KA_DIFFERENCE, "an Active that hears a "
	    "better one is silent at once" },
	{ "owner_ignore_adverts", KA_DIFFERENCE, "there is no owner after the "
	    "conversion" },
	{ "timer_expired_backup", KA_NOTE, "vrrpd reads what has arrived"
	    " before a timer that is due, and gives way to a better router" },
	{ "thread_timer_expired", KA_NOTE, "vrrpd reads what has arrived"
	    " before a timer that is due, and gives way to a better router" },
	{ "kernel_rx_buf_size", KA_NOTE, "vrrpd sizes its sockets itself"
	    },
	{ "dont_track_primary", KA_DIFFERENCE, "an instance whose interface is "
	    "down waits in Initialize" },
	{ "linkbeat_use_polling", KA_NOTE, "the state of links comes "
	    "from the kernel as events; nothing is polled" },
	{ "promote_secondaries", KA_DIFFERENCE, "set the sysctl "
	    "promote_secondaries of the interface" },
	{ "no_virtual_ipaddress", KA_NOTE, "an instance without addresses is "
	    "left out" },
	{ "debug", KA_NOTE, "does nothing in keepalived; see vrrpd -D" },
	{ "use_vmac_addr", KA_DIFFERENCE, "an address on another interface has "
	    "the MAC address of that interface" },
	{ "vmac_xmit_base", KA_DIFFERENCE, "with virtual_mac = yes multicast "
	    "adverts come from the virtual MAC address" },
	{ "use_ipvlan", KA_DIFFERENCE, "there is no ipvlan: the addresses are "
	    "put on the interface itself" },
	{ "virtual_routes", KA_NOTE, NULL },
	{ "virtual_rules", KA_NOTE, NULL },
	{ "lvs_sync_daemon_interface", KA_DIFFERENCE, KA_OF_SYNC },
	{ "notify_priority_changes", KA_DIFFERENCE, "priorities are in vrrpctl "
	    "monitor" },
};
const struct ka_table ka_table_instance = { "vrrp_instance", words,
    COUNT(words) };

struct ka_instance *
ka_find_instance(struct ka_conv *c, const char *name)
{
	struct ka_instance *v;

	for (v = c->instances; v != NULL; v = v->next)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

static bool
name_taken(struct ka_conv *c, const char *name)
{
	struct ka_instance *v;

	for (v = c->instances; v != NULL; v = v->next)
		if (strcmp(v->out, name) == 0)
			return true;
	return false;
}

/* --- reading --- */

static void
read_state(struct ka_conv *c, struct ka_instance *v, const struct ka_node *n)
{
	v->state = NULL;
	if (strcmp(ka_arg(n, 1), "MASTER") == 0)
		v->state = n;
	else if (strcmp(ka_arg(n, 1), "BACKUP") != 0)
		ka_say(c, KA_NOTE, n, "state %.80s is no state: keepalived "
		    "takes BACKUP, which is how vrrpd begins", ka_arg(n, 1));
}

static void
read_vmac(struct ka_conv *c, struct ka_instance *v, const struct ka_node *n)
{
	unsigned i;

	v->virtual_mac = true;
	for (i = 1; i < n->count; i++) {
		if (strchr(n->words[i], ':') != NULL)
			ka_say(c, KA_DIFFERENCE, n, "use_vmac: %.80s: left "
			    "out: the address is that of RFC 9568, "
			    "00:00:5e:00:01 or 02 and the VRID", n->words[i]);
		else if (strcmp(n->words[i], "netlink_notify_msg") == 0)
			ka_say(c, KA_DIFFERENCE, n, "use_vmac: "
			    "netlink_notify_msg is left out");
		else if (strcmp(n->words[i], "group") == 0 &&
		    i + 1 < n->count) {
			ka_say(c, KA_DIFFERENCE, n, "use_vmac: group %.80s is "
			    "left out", n->words[i + 1]);
			i++;
		} else
			v->vmac_name = n->words[i];
	}
}

static void
read_source(struct ka_conv *c, struct ka_instance *v, const struct ka_node *n)
{
	v->source = n;
	if (!ka_host(ka_arg(n, 1), &v->source_addr))
		ka_say(c, KA_DIFFERENCE, n, "%s %.80s: not an address",
		    n->words[0], ka_arg(n, 1));
}

static void
read_number(struct ka_conv *c, const struct ka_node *n, long min, long max,
    long *out)
{
	(void)ka_number(c, n, 1, min, max, out);
	ka_no_more(c, n, 1);
}

static void
read_word(struct ka_conv *c, struct ka_instance *v, const struct ka_node *n)
{
	long down = 3;

	if (ka_is(n, "state"))
		read_state(c, v, n);
	else if (ka_is(n, "interface"))
		v->interface = ka_arg(n, 1);
	else if (ka_is(n, "virtual_router_id"))
		read_number(c, n, 1, 255, &v->vrid);
	else if (ka_is(n, "priority"))
		read_number(c, n, 1, 255, &v->priority);
	else if (ka_is(n, "version"))
		read_number(c, n, 2, 3, &v->version);
	else if (ka_is(n, "advert_int"))
		v->advert_int = n;
	else if (ka_is(n, "down_timer_adverts")) {
		read_number(c, n, 1, 100, &down);
		if (down != 3)
			ka_say(c, KA_DIFFERENCE, n, "down_timer_adverts %ld: "
			    "vrrpd has 3, as RFC 9568 says; it takes over "
			    "sooner or later than a keepalived beside it",
			    down);
	} else if (ka_is(n, "nopreempt"))
		v->nopreempt = n;
	else if (ka_is(n, "preempt"))
		v->nopreempt = NULL;
	else if (ka_is(n, "preempt_delay"))
		v->preempt_delay = n;
	else if (ka_is(n, "strict_mode"))
		v->strict = ka_bool(c, n);
	else if (ka_is(n, "accept") || ka_is(n, "no_accept"))
		v->accept = n;
	else if (ka_is(n, "unicast_peer"))
		v->unicast = n;
	else if (ka_is(n, "unicast_src_ip") || ka_is(n, "mcast_src_ip"))
		read_source(c, v, n);
	else if (ka_is(n, "unicast_ttl"))
		read_number(c, n, 0, 255, &v->unicast_ttl);
	else if (ka_is(n, "mcast_dst_ip")) {
		if (strcmp(ka_arg(n, 1), "224.0.0.18") != 0 &&
		    strcmp(ka_arg(n, 1), "ff02::12") != 0)
			ka_say(c, KA_DIFFERENCE, n, "mcast_dst_ip %.80s: left "
			    "out: vrrpd sends to the group of RFC 9568 and "
			    "nowhere else: it does not hear routers that use "
			    "this one", ka_arg(n, 1));
	} else if (ka_is(n, "v3_checksum_as_v2"))
		v->no_v3_pseudo_header = ka_bool(c, n) ? n : NULL;
	else if (ka_is(n, "authentication"))
		v->authentication = n;
	else if (ka_is(n, "auth_hmac"))
		v->hmac = n;
	else if (ka_is(n, "use_vmac"))
		read_vmac(c, v, n);
	else if (ka_is(n, "virtual_ipaddress"))
		v->vips = n;
	else if (ka_is(n, "smtp_alert")) {
		v->smtp_alert = n;
		(void)ka_bool(c, n);
	}
}

/* Blocks that add up where they are repeated. */
static bool
adds_up(const struct ka_node *n)
{
	return strncmp(n->words[0], "track_", 6) == 0 ||
	    ka_is(n, "virtual_ipaddress") ||
	    ka_is(n, "virtual_ipaddress_excluded") ||
	    ka_is(n, "virtual_routes") || ka_is(n, "virtual_rules") ||
	    ka_is(n, "unicast_peer");
}

/* Of a word that is said twice, keepalived takes the last one. */
static void
say_repeated(struct ka_conv *c, const struct ka_node *block)
{
	const struct ka_node *a, *b;

	for (a = block->first; a != NULL; a = a->next) {
		/* Known words only: lines of unknown ones may be many. */
		if (adds_up(a) ||
		    strncmp(a->words[0], "notify", 6) == 0 ||
		    ka_rule_find(words, COUNT(words), a->words[0]) == NULL)
			continue;
		b = a->next;
		while (b != NULL && strcmp(a->words[0], b->words[0]) != 0)
			b = b->next;
		if (b != NULL)
			ka_say(c, KA_NOTE, a, "%s is said again on line %d, "
			    "which counts, as in keepalived", a->words[0],
			    b->line);
	}
}

void
ka_read_instance(struct ka_conv *c, const struct ka_node *n)
{
	struct ka_instance *v, **at;
	const struct ka_rule *r;
	const struct ka_node *w;

	if (n->count < 2) {
		ka_say(c, KA_DIFFERENCE, n, "vrrp_instance has no name: left "
		    "out");
		return;
	}
	if (ka_find_instance(c, n->words[1]) != NULL) {
		ka_say(c, KA_NOTE, n, "vrrp_instance %.80s is declared twice: "
		    "this one is left out, as in keepalived", n->words[1]);
		return;
	}
	if ((v = ka_new(c, sizeof(*v))) == NULL)
		return;
	v->node = n;
	v->name = n->words[1];
	v->interface = "";
	v->strict = -1;
	v->garp.refresh_s = -1;
	ka_name(c, n, "router", v->name, v->out, name_taken);
	for (w = n->first; w != NULL; w = w->next) {
		if (ka_take_garp(c, w, &v->garp) ||
		    ka_take_notify(c, w, v->notify) ||
		    ka_read_track(c, w, &v->tracks))
			continue;
		r = ka_rule_find(words, COUNT(words), w->words[0]);
		if (r == NULL || r->text != NULL)
			ka_rule_say(c, r, w, "vrrp_instance");
		else
			read_word(c, v, w);
	}
	say_repeated(c, n);
	for (at = &c->instances; *at != NULL; at = &(*at)->next)
		continue;
	*at = v;
}

/* --- protocol --- */

static long
version_of(const struct ka_conv *c, const struct ka_instance *v)
{
	if (v->family == AF_INET6)
		return 3;
	return v->version != 0 ? v->version : c->version;
}

static void
put_advert_int(struct ka_conv *c, const struct ka_instance *v, long version)
{
	const struct ka_node *n = v->advert_int;
	int64_t ns = NS_PER_S, written;
	char text[32];

	if (n != NULL) {
		(void)ka_span(c, n, 1, NS_PER_S, ns_from_ms(10), 255 * NS_PER_S,
		    &ns);
		ka_no_more(c, n, 1);
	}
	if (version == 2) {
		written = (ns + NS_PER_S / 2) / NS_PER_S * NS_PER_S;
		if (written < NS_PER_S)
			written = NS_PER_S;
		if (written != ns)
			ka_say(c, KA_NOTE, n, "advert_int %s: version 2 has "
			    "whole seconds, and keepalived rounds it: %s is "
			    "written. Version 3 on all routers has %s",
			    ka_arg(n, 1), span_format(written, text,
			    sizeof(text)), ka_arg(n, 1));
	} else {
		written = ns / NS_PER_CS * NS_PER_CS;
		if (written > VRRP_ADVERT_INT_MAX * NS_PER_CS)
			written = VRRP_ADVERT_INT_MAX * NS_PER_CS;
		if (written != ns)
			ka_say(c, KA_DIFFERENCE, n, "advert_int %s: version 3 "
			    "has steps of 10ms up to 40.95s: %s is written",
			    ka_arg(n, 1), span_format(written, text,
			    sizeof(text)));
	}
	if (written != NS_PER_S)
		(void)fprintf(c->out, "    advert_int = %s\n", span_format(
		    written, text, sizeof(text)));
}

static void
put_priority(struct ka_conv *c, struct ka_instance *v)
{
	const struct ka_node *n = v->node, *w;

	for (w = v->node->first; w != NULL; w = w->next)
		if (ka_is(w, "priority"))
			n = w;
	if (v->priority == 0 && v->state != NULL) {
		v->priority = VRRP_PRIORITY_OWNER;
		n = v->state;
	} else if (v->priority == 0)
		v->priority = VRRP_PRIORITY_DEFAULT;
	if (v->priority == VRRP_PRIORITY_OWNER)
		ka_say(c, KA_DIFFERENCE, n, "%s: 254 is written: in vrrpd 255 "
		    "is only for the router whose interface has the virtual "
		    "addresses as its own. With 254 it waits for others before"
		    " it is Active, and they must have less", n == v->state ?
		    "state MASTER without a priority means 255" :
		    "priority 255");
	if (v->priority != VRRP_PRIORITY_DEFAULT)
		(void)fprintf(c->out, "    priority = %ld\n", v->priority ==
		    VRRP_PRIORITY_OWNER ? 254 : v->priority);
}

static void
put_preempt(struct ka_conv *c, const struct ka_instance *v)
{
	const struct ka_node *d = v->preempt_delay;
	bool preempt = v->nopreempt == NULL;
	char text[32];
	int64_t ns = 0;

	if (v->state != NULL)
		ka_say(c, KA_NOTE, v->state, "state MASTER: left out: it says "
		    "nothing in an election, in keepalived neither; the router"
		    " with the highest priority is Active");
	if (!preempt && (v->state != NULL || v->priority ==
	    VRRP_PRIORITY_OWNER)) {
		ka_say(c, KA_NOTE, v->nopreempt, "nopreempt: keepalived drops "
		    "it with %s, so preempt = yes is written; preempt = no "
		    "would do what it says", v->state != NULL ?
		    "state MASTER" : "priority 255");
		preempt = true;
	}
	if (!preempt)
		(void)fprintf(c->out, "    preempt = no\n");
	if (d == NULL || !ka_span(c, d, 1, NS_PER_S, 0, 1000 * NS_PER_S, &ns))
		return;
	ka_no_more(c, d, 1);
	if (v->state != NULL || !preempt || ka_is_strict(c, v))
		ka_say(c, KA_NOTE, d, "preempt_delay: left out: keepalived "
		    "drops it with %s", v->state != NULL ? "state MASTER" :
		    !preempt ? "nopreempt" : "vrrp_strict");
	else
		(void)fprintf(c->out, "    preempt_delay = %s\n",
		    span_format(ns, text, sizeof(text)));
}

static void
put_accept(struct ka_conv *c, const struct ka_instance *v, long version)
{
	bool strict = ka_is_strict(c, v), accept = true;

	if (v->accept != NULL)
		accept = ka_is(v->accept, "accept");
	else if (strict)
		accept = v->priority == VRRP_PRIORITY_OWNER;
	if (strict && version == 2 && accept && v->accept != NULL) {
		ka_say(c, KA_NOTE, v->accept, "accept: keepalived drops it in "
		    "version 2 with vrrp_strict");
		accept = v->priority == VRRP_PRIORITY_OWNER;
	}
	if (!accept)
		(void)fprintf(c->out, "    accept = no%s\n",
		    v->accept == NULL ? "  # vrrp_strict" : "");
}

/* Routers of version 3 would take an advert with a password for forged. */
static void
put_authentication(struct ka_conv *c, const struct ka_instance *v,
    long version)
{
	const struct ka_node *n, *type = NULL, *pass = NULL;
	char text[9];

	if (v->authentication == NULL)
		return;
	for (n = v->authentication->first; n != NULL; n = n->next) {
		if (ka_is(n, "auth_type"))
			type = n;
		else if (ka_is(n, "auth_pass"))
			pass = n;
		else
			ka_say(c, KA_DIFFERENCE, n, "%.80s: not a word known in"
			    " authentication; left out", n->words[0]);
	}
	if (version != 2 || ka_is_strict(c, v)) {
		ka_say(c, KA_NOTE, v->authentication, "authentication: left "
		    "out: %s, and keepalived drops it too. Adverts are not "
		    "protected against forgery", version == 2 ? "vrrp_strict" :
		    "version 3 has none");
		return;
	}
	if (type == NULL || (strcmp(ka_arg(type, 1), "PASS") != 0 &&
	    strcmp(ka_arg(type, 1), "SIMPLE") != 0)) {
		ka_say(c, KA_NOTE, type == NULL ? v->authentication : type,
		    "authentication without auth_type PASS: left out, as "
		    "keepalived does");
		return;
	}
	if (pass == NULL || ka_arg(pass, 1)[0] == '\0') {
		ka_say(c, KA_NOTE, type, "auth_type PASS without an auth_pass: "
		    "left out, as keepalived does");
		return;
	}
	(void)snprintf(text, sizeof(text), "%.8s", ka_arg(pass, 1));
	if (strlen(ka_arg(pass, 1)) > 8)
		ka_say(c, KA_NOTE, pass, "auth_pass: only its first 8 "
		    "characters are sent, in keepalived too");
	(void)fprintf(c->out, "    auth_pass = ");
	ka_put_word(c->out, text);
	(void)fputc('\n', c->out);
}

/* --- an instance --- */

static void __attribute__((format(printf, 3, 4)))
leave_out(struct ka_conv *c, struct ka_instance *v, const char *fmt, ...)
{
	char why[512], place[300];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	v->left_out = true;
	c->tree->instances_left_out++;
	ka_say(c, KA_DIFFERENCE, v->node, "vrrp_instance %s is left out: %s",
	    v->out, why);
	ka_begin(c, v->node);
	(void)fprintf(c->out, "# %s: vrrp_instance %s is left out:\n# %s\n",
	    ka_place(v->node, place, sizeof(place)), v->out, why);
}

/* The instance with the same VRID on the same interface, written already. */
static const struct ka_instance *
same_router(const struct ka_conv *c, const struct ka_instance *v)
{
	const struct ka_instance *o;

	for (o = c->instances; o != v; o = o->next)
		if (!o->left_out && o->vrid == v->vrid &&
		    o->family == v->family &&
		    strcmp(o->interface, v->interface) == 0)
			return o;
	return NULL;
}

/* Are its adverts inside of IPsec AH?  keepalived drops that where PASS goes. */
static bool
has_ah(const struct ka_conv *c, const struct ka_instance *v)
{
	const struct ka_node *type;

	if (v->authentication == NULL || version_of(c, v) != 2 ||
	    ka_is_strict(c, v))
		return false;
	type = ka_child(v->authentication, "auth_type");
	return type != NULL && strcmp(ka_arg(type, 1), "AH") == 0;
}

/* False: the instance cannot be written, and that was said. */
static bool
complete(struct ka_conv *c, struct ka_instance *v)
{
	const struct ka_instance *o;

	if (v->interface[0] == '\0')
		leave_out(c, v, "it names no interface");
	else if (!ka_is_interface(v->interface))
		leave_out(c, v, "%.40s is no name of an interface",
		    v->interface);
	else if (v->vrid == 0)
		leave_out(c, v, "it has no virtual_router_id");
	else if (v->vip_count == 0)
		leave_out(c, v, "it has no address in virtual_ipaddress, and "
		    "RFC 9568 wants one in each advert: give all its routers "
		    "the same unused address of the network; its notify "
		    "scripts move what they moved before");
	else if (v->family == AF_INET6 &&
	    !addr_is_link_local(&v->vip[0].prefix.addr))
		leave_out(c, v, "its first IPv6 address must be link-local: "
		    "add one, such as fe80::%lx/64, to all its routers",
		    v->vrid);
	else if (has_ah(c, v))
		leave_out(c, v, "auth_type AH: its adverts are inside of IPsec "
		    "AH, which vrrpd does not have: a keepalived with AH and "
		    "vrrpd would both be Active. Give all its routers auth_type"
		    " PASS, or no authentication, and convert again; unicast "
		    "through IPsec of the kernel or WireGuard protects more");
	else if (v->hmac != NULL)
		leave_out(c, v, "auth_hmac: its adverts end with an HMAC, which "
		    "vrrpd does not have: its form is a draft's and changed "
		    "from keepalived 2.4.0 to 2.4.1. Both would be Active. Take"
		    " it off all its routers, by mode permissive first, and "
		    "convert again; unicast through IPsec of the kernel or "
		    "WireGuard protects as much");
	else if ((o = same_router(c, v)) != NULL)
		leave_out(c, v, "%s has the virtual_router_id %ld on %s",
		    o->out, v->vrid, v->interface);
	else
		return true;
	return false;
}

/* Have all instances on the interface, of this family, the same source? */
static bool
is_source_of_all(const struct ka_conv *c, const struct ka_instance *v)
{
	const struct ka_instance *o;

	for (o = c->instances; o != NULL; o = o->next)
		if (o->family == v->family && strcmp(o->interface,
		    v->interface) == 0 && !addr_equal(&o->source_addr,
		    &v->source_addr))
			return false;
	return true;
}

static const char *
no_source(const struct ka_conv *c, const struct ka_instance *v)
{
	unsigned i;

	if (!addr_is_set(&v->source_addr))
		return "no address";
	if (v->source_addr.family != v->family)
		return "of another family than the virtual addresses";
	if (v->family == AF_INET6 && !addr_is_link_local(&v->source_addr))
		return "RFC 9568 wants a link-local one";
	for (i = 0; i < v->vip_count; i++)
		if (addr_equal(&v->vip[i].prefix.addr, &v->source_addr))
			return "a virtual address";
	return is_source_of_all(c, v) ? NULL : "instances on this interface "
	    "have different ones, and in vrrpd they share it";
}

static void
put_source(struct ka_conv *c, const struct ka_instance *v)
{
	char text[ADDR_STRLEN];
	const char *why;

	if (v->source == NULL)
		return;
	if ((why = no_source(c, v)) == NULL) {
		(void)fprintf(c->out, "    source = %s\n", addr_format(
		    &v->source_addr, text, sizeof(text)));
		return;
	}
	ka_say(c, KA_DIFFERENCE, v->source, "%s %.80s: left out: %s; adverts "
	    "come from an address that vrrpctl show names, see that the other "
	    "routers know it", v->source->words[0], ka_arg(v->source, 1), why);
}

/* The last to have this name was an instance before this one. */
static bool
is_device_taken(const struct ka_conv *c, const struct ka_instance *v)
{
	const struct ka_instance *o;

	for (o = c->instances; o != NULL; o = o->next)
		if (strcmp(o->interface, v->vmac_name) == 0 || (o != v &&
		    !o->left_out && o->virtual_mac && o->vmac_name != NULL &&
		    strcmp(o->vmac_name, v->vmac_name) == 0))
			return true;
	return false;
}

/* keepalived makes up vrrp.51; what is said elsewhere about it is not in this file. */
static void
put_device(struct ka_conv *c, const struct ka_instance *v)
{
	if (v->vmac_name == NULL)
		ka_say(c, KA_NOTE, v->node, "the device of the virtual MAC is "
		    "called vr%c-%ld-N, N the index of %s (keepalived: "
		    "vrrp%s.%ld): virtual_mac_device names it, for radvd, nft "
		    "or firewalld", v->family == AF_INET6 ? '6' : '4', v->vrid,
		    v->interface, v->family == AF_INET6 ? "6" : "", v->vrid);
	else if (!ka_is_interface(v->vmac_name) ||
	    strncmp(v->vmac_name, "vr4-", 4) == 0 ||
	    strncmp(v->vmac_name, "vr6-", 4) == 0 || is_device_taken(c, v))
		ka_say(c, KA_DIFFERENCE, v->node, "use_vmac %.80s: the device "
		    "cannot be named so, and is called vr%c-%ld-N, N the index "
		    "of %s", v->vmac_name, v->family == AF_INET6 ? '6' : '4',
		    v->vrid, v->interface);
	else {
		(void)fprintf(c->out, "    virtual_mac_device = ");
		ka_put_word(c->out, v->vmac_name);
		(void)fputc('\n', c->out);
	}
}

static void
put_instance(struct ka_conv *c, struct ka_instance *v, unsigned *count)
{
	struct addr peers[VRRP_PEERS_MAX];
	unsigned peer_count, refs = v->group == NULL ? 0 : v->group->refs;
	long version, ttl = 255;

	if (c->no_memory || !complete(c, v))
		return;
	if (*count == VRRP_INSTANCES_MAX) {
		leave_out(c, v, "there are more than %d", VRRP_INSTANCES_MAX);
		return;
	}
	if (!ka_read_peers(c, v, peers, &peer_count, &ttl)) {
		leave_out(c, v, "no peer of unicast_peer is left, and multicast"
		    " would be something else");
		return;
	}
	++*count;
	version = version_of(c, v);
	if (v->family == AF_INET6 && v->version == 2)
		ka_say(c, KA_NOTE, v->node, "version 2 has no IPv6: version 3, "
		    "as keepalived does");
	ka_begin(c, v->node);
	(void)fprintf(c->out, "instance %s {\n", v->out);
	ka_put_comments(c, v->node);
	(void)fprintf(c->out, "    interface = ");
	ka_put_word(c->out, v->interface);
	(void)fprintf(c->out, "\n    virtual_router_id = %ld\n", v->vrid);
	if (version != 3)
		(void)fprintf(c->out, "    version = %ld\n", version);
	put_priority(c, v);
	put_advert_int(c, v, version);
	put_preempt(c, v);
	put_accept(c, v, version);
	if (!v->virtual_mac)
		(void)fprintf(c->out, "    virtual_mac = no\n");
	else
		put_device(c, v);
	if (version == 3 && v->family == AF_INET &&
	    v->no_v3_pseudo_header == NULL)
		(void)fprintf(c->out, "    checksum_compat = legacy\n");
	put_authentication(c, v, version);
	ka_put_garp(c, v);
	ka_put_addresses(c, v);
	ka_put_routes(c, v);
	put_source(c, v);
	ka_put_peers(c, peers, peer_count, ttl);
	ka_put_tracks(c, v->tracks, v, &refs);
	if (v->links > 1)		/* one is enough in keepalived */
		(void)fprintf(c->out, "    link_down_number = 1\n");
	ka_put_notify(c, v->notify, v->out);
	ka_put_mail(c, v->smtp_alert);
	(void)fprintf(c->out, "}\n");
}

void
ka_put_instances(struct ka_conv *c)
{
	struct ka_instance *v;
	unsigned count = 0;

	for (v = c->instances; v != NULL; v = v->next)
		ka_read_addresses(c, v);
	for (v = c->instances; v != NULL; v = v->next)
		put_instance(c, v, &count);
}

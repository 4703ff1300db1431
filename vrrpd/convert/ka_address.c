/*
 * ka_address.c - the addresses of an instance: virtual ones, and its peers.
 *
 * The order of addresses is kept, because a keepalived that gets the adverts
 * compares them; an address that vrrpd cannot have is left out and said.  Those of
 * virtual_ipaddress_excluded are other addresses, and so are, as in keepalived, those
 * of virtual_ipaddress that no advert of the instance can hold: of the other family
 * than the first, and too many.  An IPv6 address of length 128, which is what one
 * without a length has, is deprecated there, and so here.  Peers
 * out of the family of the virtual addresses cannot be reached, and an instance
 * whose peers are all left out is left out itself: multicast would be something
 * else.
 */
#include "config.h"

#include "vrrpd/convert/ka_address.h"

#include <ctype.h>
#include <string.h>

#include "vrrpd/convert/ka_global.h"
#include "vrrpd/convert/ka_words.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define VIPS_MAX_IPV6	90

static const char *const blocks[] = {
	"virtual_ipaddress", "virtual_ipaddress_excluded"
};

bool
ka_usable(const struct addr *a)
{
	static const uint8_t broadcast[4] = { 255, 255, 255, 255 };

	return !addr_is_multicast(a) && !addr_is_unspecified(a) &&
	    !(a->family == AF_INET && memcmp(a->bytes, broadcast, 4) == 0);
}

bool
ka_is_virtual(const struct ka_conv *c, const struct addr *a)
{
	const struct ka_instance *v;
	const struct ka_node *n;
	struct addr_prefix p;
	struct ka_lines l;
	size_t i;

	for (v = c->instances; v != NULL; v = v->next)
		for (i = 0; i < COUNT(blocks); i++)
			for (n = ka_lines_first(&l, v->node, blocks[i]);
			    n != NULL; n = ka_lines_next(&l))
				if (addr_prefix_parse(n->words[0], &p) == 0 &&
				    addr_equal(&p.addr, a))
					return true;
	return false;
}

/* --- virtual addresses --- */

static void
take_device(struct ka_conv *c, const struct ka_instance *v,
    const struct ka_node *n, const char *name, struct vrrp_vip *vip)
{
	if (strcmp(name, v->interface) == 0)
		return;
	if (v->vmac_name != NULL && strcmp(name, v->vmac_name) == 0) {
		ka_say(c, KA_NOTE, n, "%.80s is the virtual MAC of the "
		    "instance, where vrrpd puts its addresses", name);
		return;
	}
	if (!ka_is_interface(name))
		ka_say(c, KA_DIFFERENCE, n, "dev %.80s: not the name of an "
		    "interface; left out", name);
	else
		(void)snprintf(vip->device, sizeof(vip->device), "%s", name);
}

static void
take_label(struct ka_conv *c, const struct ka_node *n, const char *label,
    struct vrrp_vip *vip)
{
	size_t i;

	for (i = 0; label[i] != '\0'; i++)
		if (!isgraph((unsigned char)label[i]))
			break;
	if (vip->prefix.addr.family == AF_INET6)
		ka_say(c, KA_NOTE, n, "label %.80s: IPv6 addresses have none, "
		    "and keepalived ignores it", label);
	else if (i == 0 || i >= IF_NAMESIZE || label[i] != '\0')
		ka_say(c, KA_DIFFERENCE, n, "label %.80s: not 1 to %d "
		    "characters; left out", label, IF_NAMESIZE - 1);
	else
		(void)snprintf(vip->label, sizeof(vip->label), "%s", label);
}

/* Is it the last address of the network, which the kernel takes for it anyway? */
static bool
is_own_broadcast(const struct vrrp_vip *vip, const char *text)
{
	unsigned bit, len = vip->prefix.len;
	struct addr a;

	if (strcmp(text, "+") == 0 || len == 32)
		return true;
	if (addr_parse(text, &a) != 0 || a.family != AF_INET ||
	    !addr_in_prefix(&a, &vip->prefix))
		return false;
	for (bit = len; bit < 32; bit++)
		if ((a.bytes[bit / 8] & (0x80 >> bit % 8)) == 0)
			return false;
	return true;
}

/* Says a broadcast address or a scope that changes nothing; false: another. */
static bool
take_usual(struct ka_conv *c, const struct ka_node *n,
    const struct vrrp_vip *vip, const char *option, const char *value)
{
	bool v6 = vip->prefix.addr.family == AF_INET6;

	if (strcmp(option, "scope") == 0) {
		if (v6)
			ka_say(c, KA_NOTE, n, "scope %.40s: the kernel knows "
			    "the scope of an IPv6 address, and keepalived "
			    "ignores it", value);
		return v6 || strcmp(value, "global") == 0;
	}
	if ((strcmp(option, "brd") != 0 && strcmp(option, "broadcast") != 0) ||
	    v6 || !is_own_broadcast(vip, value))
		return false;
	ka_say(c, KA_NOTE, n, "%s %.40s: left out: the kernel knows the "
	    "broadcast address of a network", option, value);
	return true;
}

/* Whoever connects to it sees no difference; its host does not connect from it. */
static void
take_lifetime(struct ka_conv *c, const struct ka_node *n, const char *lifetime,
    struct vrrp_vip *vip)
{
	if (vip->prefix.addr.family != AF_INET6)
		ka_say(c, KA_NOTE, n, "preferred_lft: only IPv6 addresses are "
		    "preferred or not");
	else if (strcmp(lifetime, "0") == 0)
		vip->deprecated = VRRP_DEPRECATED_YES;
	else if (strcmp(lifetime, "forever") == 0)
		vip->deprecated = VRRP_DEPRECATED_NO;
	else
		ka_say(c, KA_DIFFERENCE, n, "preferred_lft %.80s: left out: an "
		    "address is deprecated or not", lifetime);
}

/* The options behind an address: a device, a label; others are said. */
static void
take_options(struct ka_conv *c, const struct ka_instance *v,
    const struct ka_node *n, struct vrrp_vip *vip)
{
	static const char *const with_value[] = { "brd", "broadcast", "scope",
	    "peer", "track_group" };
	const char *o, *value;
	unsigned i;
	size_t k;

	for (i = 1; i < n->count; i++) {
		o = n->words[i];
		value = ka_arg(n, i + 1);
		if (strcmp(o, "dev") == 0 && i + 1 < n->count) {
			take_device(c, v, n, value, vip);
			i++;
			continue;
		}
		if (strcmp(o, "label") == 0 && i + 1 < n->count) {
			take_label(c, n, value, vip);
			i++;
			continue;
		}
		if (strcmp(o, "preferred_lft") == 0 && i + 1 < n->count) {
			take_lifetime(c, n, value, vip);
			i++;
			continue;
		}
		for (k = 0; k < COUNT(with_value); k++)
			if (strcmp(o, with_value[k]) == 0)
				break;
		if (k < COUNT(with_value))
			i++;
		if (take_usual(c, n, vip, o, value))
			continue;
		if (strcmp(o, "no_track") == 0)
			vip->untracked = true;
		else if (strcmp(o, "use_vmac") == 0)
			ka_say(c, KA_DIFFERENCE, n, "use_vmac of an address: "
			    "left out: on another interface it has the MAC "
			    "address of that interface");
		else
			ka_say(c, KA_DIFFERENCE, n, "%.80s%s%.80s: left out: an"
			    " address has dev and label only", o, k <
			    COUNT(with_value) ? " " : "", k <
			    COUNT(with_value) ? value : "");
	}
}

/* Is the address in an instance that is written already, or in this one? */
static bool
vip_taken(struct ka_conv *c, const struct ka_instance *v,
    const struct vrrp_vip *vip, const char **in)
{
	const struct ka_instance *o;
	const struct vrrp_vip *old;
	const char *a, *b;
	unsigned i;

	for (o = c->instances; o != NULL; o = o->next) {
		if (o->left_out)
			continue;
		for (i = 0; i < o->vip_count + o->other_count; i++) {
			old = i < o->vip_count ? &o->vip[i] :
			    &o->other[i - o->vip_count];
			if (!addr_equal(&old->prefix.addr, &vip->prefix.addr))
				continue;
			a = old->device[0] != '\0' ? old->device : o->interface;
			b = vip->device[0] != '\0' ? vip->device : v->interface;
			if (addr_is_link_local(&vip->prefix.addr) &&
			    strcmp(a, b) != 0)
				continue;
			*in = o->out;
			return true;
		}
		if (o == v)
			break;
	}
	return false;
}

/* Why no advert can hold it, or NULL. */
static const char *
not_in_adverts(const struct ka_instance *v, const struct vrrp_vip *vip)
{
	if (v->vip_count > 0 && vip->prefix.addr.family != v->family)
		return "an advert has addresses of one family";
	if (v->vip_count == (vip->prefix.addr.family == AF_INET6 ?
	    VIPS_MAX_IPV6 : VRRP_VIPS_MAX))
		return "an advert holds no more";
	return NULL;
}

static void
add_address(struct ka_conv *c, struct ka_instance *v, const struct ka_node *n,
    const struct vrrp_vip *vip, bool excluded)
{
	const char *why;

	if (!excluded && (why = not_in_adverts(v, vip)) != NULL) {
		ka_say(c, KA_NOTE, n, "%.80s is one of the other_addresses: %s,"
		    " and keepalived moves it to virtual_ipaddress_excluded",
		    n->words[0], why);
		excluded = true;
	}
	if (v->vip_count + v->other_count == VRRP_ADDRESSES_MAX) {
		ka_say(c, KA_DIFFERENCE, n, "%.80s: left out: an instance has "
		    "%d addresses at most", n->words[0], VRRP_ADDRESSES_MAX);
		return;
	}
	if (excluded) {
		v->other[v->other_count++] = *vip;
		return;
	}
	v->family = vip->prefix.addr.family;
	v->vip[v->vip_count++] = *vip;
}

static void
take_address(struct ka_conv *c, struct ka_instance *v, const struct ka_node *n,
    bool excluded)
{
	struct vrrp_vip vip;
	const char *in;

	memset(&vip, 0, sizeof(vip));
	if (addr_prefix_parse(n->words[0], &vip.prefix) != 0 ||
	    !ka_usable(&vip.prefix.addr)) {
		ka_say(c, KA_DIFFERENCE, n, "%.80s: not the address of a host: "
		    "left out", n->words[0]);
		return;
	}
	take_options(c, v, n, &vip);
	/* vrrpd has it so by itself on an interface of the host. */
	if (vip.prefix.addr.family == AF_INET6 && vip.prefix.len == 128 &&
	    vip.deprecated == VRRP_DEPRECATED_AUTO && v->virtual_mac &&
	    vip.device[0] == '\0' && !addr_is_link_local(&vip.prefix.addr))
		vip.deprecated = VRRP_DEPRECATED_YES;
	if (vip_taken(c, v, &vip, &in)) {
		ka_say(c, KA_DIFFERENCE, n, "%.80s: left out: instance %s has "
		    "it already", n->words[0], in);
		return;
	}
	add_address(c, v, n, &vip, excluded);
}

void
ka_read_addresses(struct ka_conv *c, struct ka_instance *v)
{
	const struct ka_node *n;
	struct vrrp_vip first;
	struct ka_lines l;
	unsigned i;

	v->vip = ka_new(c, VRRP_VIPS_MAX * sizeof(*v->vip));
	v->other = ka_new(c, VRRP_ADDRESSES_MAX * sizeof(*v->other));
	if (v->vip == NULL || v->other == NULL)
		return;
	for (i = 0; i < COUNT(blocks); i++)
		for (n = ka_lines_first(&l, v->node, blocks[i]); n != NULL;
		    n = ka_lines_next(&l))
			take_address(c, v, n, i > 0);
	if (v->family != AF_INET6)
		return;
	/* V-4.  keepalived looks for each address, whatever the order. */
	for (i = 0; i < v->vip_count; i++)
		if (addr_is_link_local(&v->vip[i].prefix.addr))
			break;
	if (i == 0 || i == v->vip_count)
		return;
	first = v->vip[i];
	memmove(&v->vip[1], &v->vip[0], i * sizeof(first));
	v->vip[0] = first;
	ka_say(c, KA_NOTE, v->vips, "the link-local address of an IPv6 "
	    "instance stands first in its adverts (RFC 9568)");
}

static void
put_prefix(struct ka_conv *c, const struct vrrp_vip *vip)
{
	char text[ADDR_PREFIX_STRLEN];

	(void)fputs(addr_prefix_format(&vip->prefix, text, sizeof(text)),
	    c->out);
}

static bool
is_plain(const struct vrrp_vip *vip)
{
	return vip->device[0] == '\0' && vip->label[0] == '\0' &&
	    vip->deprecated == VRRP_DEPRECATED_AUTO;
}

static void
put_long(struct ka_conv *c, const struct vrrp_vip *vip, const char *kind)
{
	(void)fprintf(c->out, "    %s_address ", kind);
	put_prefix(c, vip);
	(void)fprintf(c->out, " { ");
	if (vip->device[0] != '\0') {
		(void)fprintf(c->out, "device = ");
		ka_put_word(c->out, vip->device);
		(void)fprintf(c->out, vip->untracked ? " track = no " : " ");
	}
	if (vip->label[0] != '\0') {
		(void)fprintf(c->out, "label = ");
		ka_put_word(c->out, vip->label);
		(void)fputc(' ', c->out);
	}
	if (vip->deprecated != VRRP_DEPRECATED_AUTO)
		(void)fprintf(c->out, "deprecated = %s ", vip->deprecated ==
		    VRRP_DEPRECATED_YES ? "yes" : "no");
	(void)fprintf(c->out, "}\n");
}

/* In the same order: the list is read before the blocks. */
static void
put_addresses(struct ka_conv *c, const struct vrrp_vip *list, unsigned count,
    const char *kind)
{
	unsigned i, n;

	for (n = 0; n < count && is_plain(&list[n]); n++)
		continue;
	if (n > 0)
		(void)fprintf(c->out, "    %s_addresses = { ", kind);
	for (i = 0; i < n; i++) {
		if (i > 0)
			(void)fprintf(c->out, i % 4 == 0 ? ",\n        " :
			    ", ");
		put_prefix(c, &list[i]);
	}
	if (n > 0)
		(void)fprintf(c->out, " }\n");
	for (i = n; i < count; i++)
		put_long(c, &list[i], kind);
}

void
ka_put_addresses(struct ka_conv *c, const struct ka_instance *v)
{
	put_addresses(c, v->vip, v->vip_count, "virtual");
	put_addresses(c, v->other, v->other_count, "other");
}

/* --- peers --- */

/*
 * The address of "fe80::1%eth0" and of "192.0.2.1/24": keepalived looks at
 * neither what follows a percent sign nor at a length.
 */
bool
ka_host(const char *text, struct addr *out)
{
	char host[ADDR_STRLEN + 1];
	size_t n = strcspn(text, "%/");

	if (n >= sizeof(host))
		return false;
	(void)snprintf(host, sizeof(host), "%.*s", (int)n, text);
	return addr_parse(host, out) == 0 && ka_usable(out);
}

/* The least TTL that is accepted, by the options of a peer; 0: none given. */
static long
peer_ttl(struct ka_conv *c, const struct ka_node *n)
{
	long min = 0;
	unsigned i;

	for (i = 1; i < n->count; i += 2) {
		if (strcmp(n->words[i], "min_ttl") == 0)
			(void)ka_number(c, n, i + 1, 0, 255, &min);
		else if (strcmp(n->words[i], "max_ttl") == 0)
			ka_say(c, KA_DIFFERENCE, n, "max_ttl: left out: there "
			    "is unicast_min_ttl only");
		else {
			ka_say(c, KA_DIFFERENCE, n, "%.80s: not a word known "
			    "behind a peer; left out", n->words[i]);
			break;
		}
	}
	return min;
}

static bool
take_peer(struct ka_conv *c, const struct ka_instance *v,
    const struct ka_node *n, struct addr *list, unsigned count)
{
	struct addr a;
	unsigned i;

	if (!ka_host(n->words[0], &a)) {
		ka_say(c, KA_DIFFERENCE, n, "%.80s: not the address of a host:"
		    " left out", n->words[0]);
		return false;
	}
	if (addr_is_set(&v->source_addr) && addr_equal(&a, &v->source_addr)) {
		ka_say(c, KA_NOTE, n, "%.80s is this router's own address: "
		    "left out of its peers", n->words[0]);
		return false;
	}
	for (i = 0; i < count; i++)
		if (addr_equal(&list[i], &a)) {
			ka_say(c, KA_NOTE, n, "%.80s stands there twice",
			    n->words[0]);
			return false;
		}
	if (a.family != v->family) {
		ka_say(c, KA_DIFFERENCE, n, "%.80s: left out: a peer of the "
		    "other family than the addresses", n->words[0]);
		return false;
	}
	if (a.family == AF_INET6 && !addr_is_link_local(&a)) {
		ka_say(c, KA_DIFFERENCE, n, "%.80s: left out: IPv6 adverts come"
		    " from link-local addresses: name that of the peer",
		    n->words[0]);
		return false;
	}
	if (count == VRRP_PEERS_MAX) {
		ka_say(c, KA_DIFFERENCE, n, "%.80s: left out: more than %d "
		    "peers", n->words[0], VRRP_PEERS_MAX);
		return false;
	}
	list[count] = a;
	return true;
}

bool
ka_read_peers(struct ka_conv *c, const struct ka_instance *v, struct addr *list,
    unsigned *count, long *ttl)
{
	const struct ka_node *n;
	struct ka_lines l;
	long min, all = 255;
	bool said = false;

	*count = 0;
	if (v->unicast == NULL)
		return true;
	n = ka_lines_first(&l, v->node, "unicast_peer");
	if (n == NULL) {
		ka_say(c, KA_NOTE, v->unicast, "unicast_peer is empty: "
		    "multicast, as keepalived does");
		return true;
	}
	for (; n != NULL; n = ka_lines_next(&l)) {
		if ((min = peer_ttl(c, n)) > 0) {
			said = true;
			all = min < all ? min : all;
		}
		if (take_peer(c, v, n, list, *count))
			++*count;
	}
	if (ka_is_strict(c, v))
		ka_say(c, KA_DIFFERENCE, v->unicast, "unicast_peer: keepalived "
		    "refuses it with vrrp_strict; it is written here");
	if (said)
		*ttl = all;
	else if (v->unicast_ttl > 0 && v->unicast_ttl < 255)
		*ttl = v->unicast_ttl;
	else		/* keepalived's IPv6 has the kernel's hop limit */
		*ttl = v->family == AF_INET6 ? 64 : 255;
	if (*count > 0 && !said)
		ka_say(c, KA_NOTE, v->unicast, "keepalived takes adverts of "
		    "unicast peers with any TTL, vrrpd with unicast_min_ttl = "
		    "%ld and more; a peer behind routers needs less", *ttl);
	if (v->unicast_ttl > 0 && v->unicast_ttl != 255 && *count > 0)
		ka_say(c, KA_DIFFERENCE, v->unicast, "unicast_ttl %ld: adverts "
		    "are sent with a TTL of 255", v->unicast_ttl);
	return *count > 0;
}

void
ka_put_peers(struct ka_conv *c, const struct addr *list, unsigned count,
    long ttl)
{
	char text[ADDR_STRLEN];
	unsigned i;

	if (count == 0)
		return;
	(void)fprintf(c->out, "    unicast_peers = { ");
	for (i = 0; i < count; i++)
		(void)fprintf(c->out, "%s%s", i > 0 ? ", " : "",
		    addr_format(&list[i], text, sizeof(text)));
	(void)fprintf(c->out, " }\n");
	if (ttl != 255)
		(void)fprintf(c->out, "    unicast_min_ttl = %ld\n", ttl);
}

/*
 * ka_bfd.c - bfd_instance to the bfd block of an instance.
 *
 * keepalived knows one kind of session, whose end is a fault or moves a weight.
 * vrrpd has two roles: the end of a session with the other router is a takeover
 * (peer), that of an uplink is a fault (link).  Which of them was meant is
 * guessed from the neighbour's address, and every guess is said.
 */
#include "config.h"

#include "vrrpd/convert/ka_bfd.h"

#include <string.h>

#include "shared/pure/mono.h"
#include "shared/pure/span.h"
#include "vrrpd/convert/ka_address.h"
#include "vrrpd/convert/ka_layout.h"
#include "vrrpd/convert/ka_words.h"

/* Is the neighbour another router of this virtual router?  A guess. */
static bool
is_peer(const struct ka_instance *v, const struct addr *neighbour,
    const char **because)
{
	const struct ka_node *n;
	struct ka_lines l;
	struct addr a;
	unsigned i;

	for (n = ka_lines_first(&l, v->node, "unicast_peer"); n != NULL;
	    n = ka_lines_next(&l))
		if (ka_host(n->words[0], &a) &&
		    addr_equal(&a, neighbour)) {
			*because = "it is a unicast_peer";
			return true;
		}
	for (i = 0; i < v->vip_count; i++)
		if (v->vip[i].prefix.len < addr_len(v->family) * 8 &&
		    addr_in_prefix(neighbour, &v->vip[i].prefix)) {
			*because = "it is in the network of a virtual address";
			return true;
		}
	if (neighbour->family == AF_INET6 && addr_is_link_local(neighbour)) {
		*because = "it is link-local";
		return true;
	}
	*because = v->unicast != NULL ? "it is no unicast_peer and in no "
	    "network of a virtual address" : "it is in no network of a virtual"
	    " address";
	return false;
}

/* A session as its block will be written. */
struct session {
	struct addr	 addr;		/* of the neighbour */
	char		 text[ADDR_STRLEN];
	int64_t		 tx_ns, rx_ns;
	long		 multiplier;
	bool		 peer;		/* role; else link */
	const char	*because;	/* why this role */
	bool		 multihop;
};

/* False: there is no neighbour, and that was said. */
static bool
read_session(struct ka_conv *c, const struct ka_instance *v,
    const struct ka_track *t, struct session *s)
{
	const struct ka_node *n = t->tracker->node, *w;

	s->tx_ns = s->rx_ns = ns_from_ms(10);
	s->multiplier = 5;
	if ((w = ka_child(n, "neighbor_ip")) == NULL)
		w = ka_child(n, "neighbour_ip");
	if (w == NULL || addr_parse(ka_arg(w, 1), &s->addr) != 0) {
		ka_say(c, KA_DIFFERENCE, w == NULL ? n : w, "bfd_instance "
		    "%.80s has no neighbor_ip that is an address: left out",
		    t->name);
		return false;
	}
	if ((w = ka_child(n, "min_tx")) != NULL)
		(void)ka_span(c, w, 1, NS_PER_MS, ns_from_ms(1),
		    4294 * NS_PER_S, &s->tx_ns);
	if ((w = ka_child(n, "min_rx")) != NULL)
		(void)ka_span(c, w, 1, NS_PER_MS, ns_from_ms(1),
		    4294 * NS_PER_S, &s->rx_ns);
	if ((w = ka_child(n, "multiplier")) != NULL)
		(void)ka_number(c, w, 1, 1, 255, &s->multiplier);
	(void)addr_format(&s->addr, s->text, sizeof(s->text));
	s->peer = is_peer(v, &s->addr, &s->because) && t->weight == 0;
	return true;
}

/* False: vrrpd cannot have the session, and that was said. */
static bool
is_possible(struct ka_conv *c, const struct ka_instance *v,
    const struct ka_track *t, const struct session *s)
{
	unsigned i;

	if (s->addr.family != v->family) {
		ka_say(c, KA_DIFFERENCE, t->node, "%.80s: the addresses of %s "
		    "are of the other family than %s: left out", t->name,
		    v->out, s->text);
		return false;
	}
	for (i = 0; i < v->bfd_count; i++)
		if (addr_equal(&v->bfd[i], &s->addr))
			break;
	if (i < v->bfd_count || i == VRRP_PEERS_MAX) {
		ka_say(c, KA_DIFFERENCE, t->node, i < v->bfd_count ?
		    "%.80s: left out: there is a session with %s already" :
		    "%.80s: left out: an instance has at most 16 sessions",
		    t->name, s->text);
		return false;
	}
	if (ka_is_virtual(c, &s->addr)) {
		ka_say(c, KA_DIFFERENCE, t->node, "%.80s: left out: %s is a "
		    "virtual address, and a session with it would end at "
		    "whoever holds it", t->name, s->text);
		return false;
	}
	if (!ka_usable(&s->addr)) {
		ka_say(c, KA_DIFFERENCE, t->node, "%.80s: left out: %s is not "
		    "the address of a host", t->name, s->text);
		return false;
	}
	if (s->peer && s->addr.family == AF_INET6 &&
	    !addr_is_link_local(&s->addr)) {
		ka_say(c, KA_DIFFERENCE, t->node, "%.80s: left out: adverts "
		    "come from link-local addresses; write bfd with role = peer"
		    " and that of the other router instead of %s", t->name,
		    s->text);
		return false;
	}
	return true;
}

static void
say_role(struct ka_conv *c, const struct ka_track *t, const struct session *s)
{
	if (s->peer)
		ka_say(c, KA_DIFFERENCE, t->node, "%.80s without a weight: "
		    "%s is taken for the other router, as %s, and becomes role"
		    " = peer: its end is a takeover here, not a fault. Should "
		    "it be an uplink, write role = link", t->name, s->text,
		    s->because);
	else
		ka_say(c, KA_DIFFERENCE, t->node, "%.80s: %s is taken for an "
		    "uplink, as %s: role = link, over the interface of the "
		    "instance; name another with interface, and if it is the "
		    "other router write role = peer", t->name, s->text,
		    t->weight != 0 ? "it has a weight" : s->because);
}

static void
put_session(struct ka_conv *c, const struct ka_track *t,
    const struct session *s)
{
	char text[32];

	(void)fprintf(c->out, "    bfd %s {\n        role = %s\n", s->text,
	    s->peer ? "peer" : "link");
	(void)fprintf(c->out, "        %s = %s\n", s->tx_ns == s->rx_ns ?
	    "interval" : "min_tx", span_format(s->tx_ns / NS_PER_US *
	    NS_PER_US, text, sizeof(text)));
	if (s->tx_ns != s->rx_ns)
		(void)fprintf(c->out, "        min_rx = %s\n", span_format(
		    s->rx_ns / NS_PER_US * NS_PER_US, text, sizeof(text)));
	(void)fprintf(c->out, "        multiplier = %ld\n", s->multiplier);
	if (!s->peer && s->multihop)
		(void)fprintf(c->out, "        multihop = yes\n");
	if (!s->peer && t->weight != 0)
		(void)fprintf(c->out, "        weight = %d\n", t->weight);
	if (!s->peer && t->reverse)
		(void)fprintf(c->out, "        reverse = yes\n");
	(void)fprintf(c->out, "    }\n");
}

void
ka_put_bfd(struct ka_conv *c, struct ka_instance *v, const struct ka_track *t)
{
	const struct ka_node *w;
	struct session s;

	memset(&s, 0, sizeof(s));
	if (!read_session(c, v, t, &s) || !is_possible(c, v, t, &s))
		return;
	say_role(c, t, &s);
	w = ka_child(t->tracker->node, "multihop");
	s.multihop = w != NULL && ka_bool(c, w);
	if (s.multihop && s.peer)
		ka_say(c, KA_DIFFERENCE, w, "multihop: left out: the other "
		    "router is on the same link");
	v->bfd[v->bfd_count++] = s.addr;
	if (!s.peer && t->weight == 0)
		v->links++;
	put_session(c, t, &s);
}

void
ka_put_unused_bfd(struct ka_conv *c, const struct ka_tracker *t)
{
	const struct ka_node *n = t->node, *w;
	char place[300];

	ka_say(c, KA_DIFFERENCE, n, "bfd_instance %.80s is tracked by no "
	    "instance: left out; a session for its own sake goes into "
	    "bfdd.conf(5)", t->name);
	ka_begin(c, n);
	(void)fprintf(c->out, "# %s: not tracked; in bfdd.conf(5) it would "
	    "be\n# session ", ka_place(n, place, sizeof(place)));
	ka_put_word(c->out, t->name);
	(void)fprintf(c->out, " {\n");
	if ((w = ka_child(n, "neighbor_ip")) == NULL)
		w = ka_child(n, "neighbour_ip");
	(void)fprintf(c->out, "#     peer = ");
	ka_put_word(c->out, w == NULL ? "" : ka_arg(w, 1));
	if ((w = ka_child(n, "source_ip")) != NULL) {
		(void)fprintf(c->out, "\n#     local = ");
		ka_put_word(c->out, ka_arg(w, 1));
	}
	if (ka_child(n, "multihop") != NULL)
		(void)fprintf(c->out, "\n#     multihop = yes");
	(void)fprintf(c->out, "\n# }\n");
}

/*
 * vrrp_strict.c - does a firewall of this host ask where the way back leads?
 *
 * nf_tables counts its changes (a "generation"), so one question a second tells
 * whether there is anything to be read.  Then all rules are read, whoever made them:
 * a dump, of which the kernel makes the next part when the part before is taken, and
 * a few parts are taken at a time.  There may be tens of thousands of rules.
 *
 * A rule counts by what it asks for, not by what it does then: the result of a look-up
 * of the source address that regards the interface (fib), or xt_rpfilter's that is not
 * loose.  One that asks for a family as well counts for that alone.  A rule before it
 * may exempt our devices; then it does no harm to act as if there were none.
 *
 * What iptables has set without nf_tables (iptables-legacy) is not to be read here.
 *
 * Called by vrrp_router.c; who asks is vrrp_hold.c.
 */
#include "config.h"

#include <sys/socket.h>
#include <netinet/in.h>			/* before the kernel's <linux/in.h> */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vrrpd/linux/vrrp_strict.h"

#define PARTS_AT_ONCE	4
#define PART_SIZE	32768	/* of a dump of the kernel's */
#define RPFILTER_LOOSE	1	/* XT_RPFILTER_LOOSE of its first byte */

struct vrrp_strict {
	int		fd;		/* -1: no nf_tables */
	uint32_t	seq;
	uint32_t	generation, next_generation;
	bool		known;		/* generation was read to its end */
	bool		reading;
	bool		found[2], next_found[2];	/* IPv4, IPv6 */
	uint8_t		part[PART_SIZE] __attribute__((aligned(8)));
};

/* --- one rule --- */

/* Of one rule, by its expressions so far. */
struct seen {
	bool	asks;		/* where the way back leads */
	bool	for_family;	/* the next comparison is of the family */
	uint8_t	family;		/* 0: of both */
};

static uint32_t
number(struct nlattr *a)
{
	return a != NULL && nla_len(a) >= 4 ? ntohl(nla_get_u32(a)) : 0;
}

static void
see_fib(struct nlattr *data, struct seen *s)
{
	struct nlattr *tb[NFTA_FIB_MAX + 1];
	const uint32_t both = NFTA_FIB_F_SADDR | NFTA_FIB_F_IIF;

	if (nla_parse_nested(tb, NFTA_FIB_MAX, data, NULL) < 0)
		return;
	s->asks |= (number(tb[NFTA_FIB_FLAGS]) & both) == both &&
	    number(tb[NFTA_FIB_RESULT]) != NFT_FIB_RESULT_ADDRTYPE;
}

static void
see_match(struct nlattr *data, struct seen *s)
{
	struct nlattr *tb[NFTA_MATCH_MAX + 1];

	if (nla_parse_nested(tb, NFTA_MATCH_MAX, data, NULL) < 0 ||
	    tb[NFTA_MATCH_NAME] == NULL || tb[NFTA_MATCH_INFO] == NULL ||
	    nla_len(tb[NFTA_MATCH_INFO]) < 1 ||
	    nla_strcmp(tb[NFTA_MATCH_NAME], "rpfilter") != 0)
		return;
	s->asks |= (*(const uint8_t *)nla_data(tb[NFTA_MATCH_INFO]) &
	    RPFILTER_LOOSE) == 0;
}

static void
see_meta(struct nlattr *data, struct seen *s)
{
	struct nlattr *tb[NFTA_META_MAX + 1];

	s->for_family = nla_parse_nested(tb, NFTA_META_MAX, data, NULL) >= 0 &&
	    tb[NFTA_META_KEY] != NULL &&
	    number(tb[NFTA_META_KEY]) == NFT_META_NFPROTO;
}

static void
see_comparison(struct nlattr *data, struct seen *s)
{
	struct nlattr *tb[NFTA_CMP_MAX + 1], *value[NFTA_DATA_MAX + 1];

	if (s->for_family && nla_parse_nested(tb, NFTA_CMP_MAX, data, NULL) >=
	    0 && number(tb[NFTA_CMP_OP]) == NFT_CMP_EQ &&
	    tb[NFTA_CMP_DATA] != NULL && nla_parse_nested(value, NFTA_DATA_MAX,
	    tb[NFTA_CMP_DATA], NULL) >= 0 && value[NFTA_DATA_VALUE] != NULL &&
	    nla_len(value[NFTA_DATA_VALUE]) >= 1)
		s->family = *(const uint8_t *)nla_data(value[NFTA_DATA_VALUE]);
	s->for_family = false;
}

static void
see_expression(struct nlattr *expression, struct seen *s)
{
	static const struct {
		const char	*name;
		void		(*see)(struct nlattr *, struct seen *);
	} kinds[] = {
		{ "fib", see_fib },
		{ "match", see_match },
		{ "meta", see_meta },
		{ "cmp", see_comparison },
	};
	struct nlattr *tb[NFTA_EXPR_MAX + 1];
	size_t i;

	if (nla_parse_nested(tb, NFTA_EXPR_MAX, expression, NULL) < 0 ||
	    tb[NFTA_EXPR_NAME] == NULL || tb[NFTA_EXPR_DATA] == NULL)
		return;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (nla_strcmp(tb[NFTA_EXPR_NAME], kinds[i].name) == 0)
			kinds[i].see(tb[NFTA_EXPR_DATA], s);
}

static void
read_rule(struct vrrp_strict *st, const struct nlmsghdr *h)
{
	struct nlattr *tb[NFTA_RULE_MAX + 1], *expression;
	const struct nfgenmsg *head = nlmsg_data(h);
	struct seen s = { .asks = false };
	int left;

	if (nlmsg_parse((struct nlmsghdr *)h, sizeof(*head), tb, NFTA_RULE_MAX,
	    NULL) < 0 || tb[NFTA_RULE_EXPRESSIONS] == NULL)
		return;
	if (head->nfgen_family == NFPROTO_IPV4 ||
	    head->nfgen_family == NFPROTO_IPV6)
		s.family = head->nfgen_family;
	nla_for_each_nested(expression, tb[NFTA_RULE_EXPRESSIONS], left)
		see_expression(expression, &s);
	/* That there is one is known at once, that there is none only at the end. */
	if (s.asks && s.family != NFPROTO_IPV6)
		st->found[0] = st->next_found[0] = true;
	if (s.asks && s.family != NFPROTO_IPV4)
		st->found[1] = st->next_found[1] = true;
}

/* --- all of them --- */

static bool
ask(struct vrrp_strict *st, int type, int flags)
{
	struct {
		struct nlmsghdr	h;
		struct nfgenmsg	head;
	} m = {
		.h = { .nlmsg_len = sizeof(m),
		    .nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type),
		    .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
		    .nlmsg_seq = ++st->seq },
		.head = { .nfgen_family = NFPROTO_UNSPEC },
	};

	return send(st->fd, &m, sizeof(m), MSG_DONTWAIT) ==
	    (ssize_t)sizeof(m);
}

static void
read_generation(struct vrrp_strict *st, const struct nlmsghdr *h)
{
	struct nlattr *tb[NFTA_GEN_MAX + 1];

	if (nlmsg_parse((struct nlmsghdr *)h, sizeof(struct nfgenmsg), tb,
	    NFTA_GEN_MAX, NULL) < 0 || tb[NFTA_GEN_ID] == NULL)
		return;
	st->next_generation = number(tb[NFTA_GEN_ID]);
	if (st->known && st->next_generation == st->generation)
		return;
	memset(st->next_found, 0, sizeof(st->next_found));
	st->reading = ask(st, NFT_MSG_GETRULE, NLM_F_DUMP);
}

/* Somebody has changed them meanwhile: the next look begins anew. */
static void
end_reading(struct vrrp_strict *st, bool whole)
{
	st->reading = false;
	if (!whole)
		return;
	st->known = true;
	st->generation = st->next_generation;
	memcpy(st->found, st->next_found, sizeof(st->found));
}

static void
read_message(struct vrrp_strict *st, const struct nlmsghdr *h)
{
	if (h->nlmsg_seq != st->seq)
		return;
	if (h->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWGEN))
		read_generation(st, h);
	else if (h->nlmsg_flags & NLM_F_DUMP_INTR ||
	    h->nlmsg_type == NLMSG_ERROR)
		end_reading(st, false);
	else if (h->nlmsg_type == NLMSG_DONE && st->reading)
		end_reading(st, true);
	else if (h->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 |
	    NFT_MSG_NEWRULE) && st->reading)
		read_rule(st, h);
}

struct vrrp_strict *
vrrp_strict_new(void)
{
	struct vrrp_strict *st = calloc(1, sizeof(*st));

	if (st != NULL)
		st->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC |
		    SOCK_NONBLOCK, NETLINK_NETFILTER);
	return st;
}

void
vrrp_strict_free(struct vrrp_strict *st)
{
	if (st != NULL && st->fd != -1)
		(void)close(st->fd);
	free(st);
}

void
vrrp_strict_look(struct vrrp_strict *st)
{
	struct nlmsghdr *h;
	unsigned parts;
	ssize_t n;
	int left;

	if (st->fd == -1 || (!st->reading && !ask(st, NFT_MSG_GETGEN, 0)))
		return;
	for (parts = 0; parts < PARTS_AT_ONCE; parts++) {
		n = recv(st->fd, st->part, sizeof(st->part), MSG_DONTWAIT);
		if (n == -1 && errno != EAGAIN)
			end_reading(st, false);
		if (n <= 0)
			return;
		left = (int)n;
		for (h = (void *)st->part; nlmsg_ok(h, left);
		    h = nlmsg_next(h, &left))
			read_message(st, h);
	}
}

bool
vrrp_strict_is(const struct vrrp_strict *st, uint8_t family)
{
	return st != NULL && st->found[family == AF_INET6];
}

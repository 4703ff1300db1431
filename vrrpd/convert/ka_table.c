/*
 * ka_table.c - all words that the converter knows, block by block.
 *
 * The tables themselves belong to the files that read their blocks; here they are
 * brought together, for what is asked of all: is a word that nobody knows a known
 * one misspelt?  The table in swiftover-keepalived(7) is held against them too.
 *
 * Words that are read where they stand, as the options of an address, have a table
 * here, which is for that page and for misspelt ones.
 */
#include "config.h"

#include "vrrpd/convert/ka_table.h"

#include <ctype.h>
#include <string.h>

#include "vrrpd/convert/ka_ipvs.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define NEAR_MAX	40	/* longer words are like no other */
#define GUESSES_MAX	50	/* of a file */

/* Blocks at the top that somebody reads. */
static const struct ka_rule block_words[] = {
	{ "global_defs", KA_NOTE, NULL },
	{ "vrrp_instance", KA_NOTE, NULL },
	{ "vrrp_sync_group", KA_NOTE, NULL },
	{ "vrrp_script", KA_NOTE, NULL },
	{ "vrrp_track_process", KA_NOTE, NULL },
	{ "track_file", KA_NOTE, NULL },
	{ "vrrp_track_file", KA_NOTE, NULL },
	{ "bfd_instance", KA_NOTE, NULL },
	{ "interface_up_down_delays", KA_NOTE, NULL },
};
const struct ka_table ka_table_blocks = { "a block", block_words,
    COUNT(block_words) };

/* The list of ka_notify.c. */
static const struct ka_rule notify_words[] = {
	{ "notify_master", KA_NOTE, NULL },
	{ "notify_backup", KA_NOTE, NULL },
	{ "notify_fault", KA_NOTE, NULL },
	{ "notify_stop", KA_NOTE, NULL },
	{ "notify_master_rx_lower_pri", KA_NOTE, NULL },
	{ "notify_deleted", KA_DIFFERENCE, "a removed instance is no state of "
	    "its own" },
	{ "notify", KA_NOTE, NULL },
};
const struct ka_table ka_table_notify = { "commands", notify_words,
    COUNT(notify_words) };

static const struct ka_rule track_words[] = {
	{ "track_interface", KA_NOTE, NULL },
	{ "track_script", KA_NOTE, NULL },
	{ "track_process", KA_NOTE, NULL },
	{ "track_file", KA_NOTE, NULL },
	{ "track_bfd", KA_NOTE, NULL },
	{ "weight", KA_NOTE, NULL },
	{ "reverse", KA_NOTE, NULL },
	{ "noreverse", KA_NOTE, NULL },
};
const struct ka_table ka_table_track = { "track_*", track_words,
    COUNT(track_words) };

static const struct ka_rule authentication_words[] = {
	{ "auth_type", KA_NOTE, NULL },
	{ "auth_pass", KA_NOTE, NULL },
};
const struct ka_table ka_table_authentication = { "authentication",
    authentication_words, COUNT(authentication_words) };

static const struct ka_rule address_words[] = {
	{ "dev", KA_NOTE, NULL },
	{ "label", KA_NOTE, NULL },
	{ "no_track", KA_NOTE, NULL },
	{ "brd", KA_NOTE, NULL },
	{ "scope", KA_NOTE, NULL },
	{ "peer", KA_DIFFERENCE, "" },
	{ "home", KA_DIFFERENCE, "" },
	{ "-nodad", KA_DIFFERENCE, "" },
	{ "mngtmpaddr", KA_DIFFERENCE, "" },
	{ "noprefixroute", KA_DIFFERENCE, "" },
	{ "autojoin", KA_DIFFERENCE, "" },
	{ "preferred_lft", KA_NOTE, NULL },
	{ "use_vmac", KA_DIFFERENCE, "on another interface it has the MAC "
	    "address of that interface" },
};
const struct ka_table ka_table_address = { "virtual_ipaddress",
    address_words, COUNT(address_words) };

static const struct ka_rule peer_words[] = {
	{ "min_ttl", KA_NOTE, NULL },
	{ "max_ttl", KA_DIFFERENCE, "there is unicast_min_ttl only" },
};
const struct ka_table ka_table_peer = { "unicast_peer", peer_words,
    COUNT(peer_words) };

static const struct ka_rule vmac_words[] = {
	{ "netlink_notify_msg", KA_DIFFERENCE, "the device is made by vrrpd" },
};
const struct ka_table ka_table_vmac = { "use_vmac", vmac_words,
    COUNT(vmac_words) };

/* Nobody looks at these: they go where their virtual_server does. */
static const struct ka_rule server_words[] = {
	{ "real_server", KA_DIFFERENCE, KA_OF_IPVS },
	{ "sorry_server", KA_DIFFERENCE, KA_OF_IPVS },
	{ "delay_loop", KA_DIFFERENCE, KA_OF_IPVS },
	{ "lb_algo", KA_DIFFERENCE, KA_OF_IPVS },
	{ "lvs_sched", KA_DIFFERENCE, KA_OF_IPVS },
	{ "lb_kind", KA_DIFFERENCE, KA_OF_IPVS },
	{ "lvs_method", KA_DIFFERENCE, KA_OF_IPVS },
	{ "persistence_timeout", KA_DIFFERENCE, KA_OF_IPVS },
	{ "persistence_granularity", KA_DIFFERENCE, KA_OF_IPVS },
	{ "protocol", KA_DIFFERENCE, KA_OF_IPVS },
	{ "nat_mask", KA_DIFFERENCE, KA_OF_IPVS },
	{ "quorum", KA_DIFFERENCE, KA_OF_IPVS },
	{ "hysteresis", KA_DIFFERENCE, KA_OF_IPVS },
	{ "quorum_up", KA_DIFFERENCE, KA_OF_IPVS },
	{ "quorum_down", KA_DIFFERENCE, KA_OF_IPVS },
	{ "alpha", KA_DIFFERENCE, KA_OF_IPVS },
	{ "omega", KA_DIFFERENCE, KA_OF_IPVS },
	{ "ha_suspend", KA_DIFFERENCE, KA_OF_IPVS },
	{ "virtualhost", KA_DIFFERENCE, KA_OF_IPVS },
	{ "inhibit_on_failure", KA_DIFFERENCE, KA_OF_IPVS },
	{ "notify_up", KA_DIFFERENCE, KA_OF_IPVS },
	{ "notify_down", KA_DIFFERENCE, KA_OF_IPVS },
	{ "TCP_CHECK", KA_DIFFERENCE, KA_OF_IPVS },
	{ "HTTP_GET", KA_DIFFERENCE, KA_OF_IPVS },
	{ "SSL_GET", KA_DIFFERENCE, KA_OF_IPVS },
	{ "MISC_CHECK", KA_DIFFERENCE, KA_OF_IPVS },
	{ "SMTP_CHECK", KA_DIFFERENCE, KA_OF_IPVS },
	{ "DNS_CHECK", KA_DIFFERENCE, KA_OF_IPVS },
	{ "UDP_CHECK", KA_DIFFERENCE, KA_OF_IPVS },
	{ "PING_CHECK", KA_DIFFERENCE, KA_OF_IPVS },
	{ "BFD_CHECK", KA_DIFFERENCE, KA_OF_IPVS },
	{ "FILE_CHECK", KA_DIFFERENCE, KA_OF_IPVS },
	{ "url", KA_DIFFERENCE, KA_OF_IPVS },
	{ "path", KA_DIFFERENCE, KA_OF_IPVS },
	{ "digest", KA_DIFFERENCE, KA_OF_IPVS },
	{ "status_code", KA_DIFFERENCE, KA_OF_IPVS },
	{ "regex", KA_DIFFERENCE, KA_OF_IPVS },
	{ "connect_ip", KA_DIFFERENCE, KA_OF_IPVS },
	{ "connect_port", KA_DIFFERENCE, KA_OF_IPVS },
	{ "connect_timeout", KA_DIFFERENCE, KA_OF_IPVS },
	{ "bindto", KA_DIFFERENCE, KA_OF_IPVS },
	{ "retry", KA_DIFFERENCE, KA_OF_IPVS },
	{ "nb_get_retry", KA_DIFFERENCE, KA_OF_IPVS },
	{ "delay_before_retry", KA_DIFFERENCE, KA_OF_IPVS },
	{ "warmup", KA_DIFFERENCE, KA_OF_IPVS },
	{ "misc_path", KA_DIFFERENCE, KA_OF_IPVS },
	{ "misc_timeout", KA_DIFFERENCE, KA_OF_IPVS },
	{ "misc_dynamic", KA_DIFFERENCE, KA_OF_IPVS },
};
const struct ka_table ka_table_server = { "virtual_server", server_words,
    COUNT(server_words) };

/* Words that the grammar takes before any block sees them. */
static const struct ka_rule grammar_words[] = {
	{ "include", KA_NOTE, NULL },
	{ "includer", KA_NOTE, NULL },
	{ "includem", KA_NOTE, NULL },
	{ "includew", KA_NOTE, NULL },
	{ "includeb", KA_NOTE, NULL },
	{ "includea", KA_NOTE, NULL },
	{ "@id", KA_NOTE, NULL },
	{ "$NAME=", KA_NOTE, NULL },
	{ "~SEQ", KA_NOTE, NULL },
	{ "~SEQx", KA_NOTE, NULL },
	{ "~LST", KA_NOTE, NULL },
	{ "${_PWD}", KA_NOTE, NULL },
	{ "${_INSTANCE}", KA_NOTE, NULL },
	{ "${_HASH}", KA_NOTE, NULL },
	{ "${_BANG}", KA_NOTE, NULL },
	{ "${_RANDOM}", KA_DIFFERENCE, "its value is not in the file" },
	{ "${_ENV}", KA_DIFFERENCE, "its value is not in the file" },
};
const struct ka_table ka_table_grammar = { "any line", grammar_words,
    COUNT(grammar_words) };

const struct ka_table *const ka_tables[] = {
	&ka_table_grammar, &ka_table_blocks, &ka_table_tops, &ka_table_globals,
	&ka_table_group, &ka_table_instance, &ka_table_authentication,
	&ka_table_address, &ka_table_peer, &ka_table_garp, &ka_table_notify,
	&ka_table_track, &ka_table_script, &ka_table_process,
	&ka_table_file, &ka_table_bfd, &ka_table_vmac, &ka_table_server,
	NULL,
};

/* --- misspelt words --- */

/*
 * How many letters have to be put in, taken out or changed, whatever their case;
 * more than NEAR_MAX where a word is longer.
 */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[NEAR_MAX + 1], i, j, above, corner, best;
	size_t la = strlen(a), lb = strlen(b);

	if (la > NEAR_MAX || lb > NEAR_MAX || la > lb + 2 || lb > la + 2)
		return NEAR_MAX + 1;
	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		corner = row[0];
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			above = row[j];
			best = corner + (tolower((unsigned char)a[i - 1]) !=
			    tolower((unsigned char)b[j - 1]));
			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			corner = above;
		}
	}
	return row[lb];
}

/* The word that is meant, or NULL. */
static const char *
nearest(const char *word)
{
	size_t len = strlen(word), i;
	unsigned best = len < 5 ? 1 : len < 8 ? 2 : 3, d;
	const char *found = NULL;
	unsigned t;

	for (t = 0; ka_tables[t] != NULL; t++)
		for (i = 0; i < ka_tables[t]->count; i++) {
			d = distance(word, ka_tables[t]->rules[i].word);
			if (d < best) {
				best = d;
				found = ka_tables[t]->rules[i].word;
			}
		}
	return found;
}

static void
say_unknown(struct ka_conv *c, const struct ka_node *n, const char *where)
{
	const char *meant = NULL;

	/* A file of such words is none of keepalived's. */
	if (c->guesses < GUESSES_MAX) {
		c->guesses++;
		meant = nearest(n->words[0]);
	}
	if (meant == NULL)
		ka_say(c, KA_DIFFERENCE, n, "%.80s: not a word known in %s; "
		    "left out", n->words[0], where);
	else if (strcmp(meant, n->words[0]) == 0)
		ka_say(c, KA_NOTE, n, "%.80s: not a word known in %s, but "
		    "elsewhere: left out, as in keepalived", n->words[0],
		    where);
	else
		ka_say(c, KA_NOTE, n, "%.80s: not a word known in %s (%s?): "
		    "left out, as in keepalived", n->words[0], where, meant);
}

void
ka_rule_say(struct ka_conv *c, const struct ka_rule *r,
    const struct ka_node *n, const char *where)
{
	if (r == NULL)
		say_unknown(c, n, where);
	else if (r->text != NULL && !ka_has_ipvs(c->tree) &&
	    (strcmp(r->text, KA_OF_IPVS) == 0 ||
	    strcmp(r->text, KA_OF_SYNC) == 0))
		ka_say(c, KA_NOTE, n, "%s: is for virtual servers, and there "
		    "is none", r->word);
	else if (r->text != NULL && strcmp(r->text, KA_OF_IPVS) == 0 &&
	    c->src->ipvs != NULL)
		ka_say(c, KA_NOTE, n, "%s: goes to %.200s", r->word,
		    c->src->ipvs);
	else if (r->text != NULL)
		ka_say(c, r->kind, n, "%s: %s%s", r->word,
		    r->kind == KA_DIFFERENCE ? "left out: " : "", r->text);
}

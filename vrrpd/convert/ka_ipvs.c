/*
 * ka_ipvs.c - the part of keepalived.conf that `keepalived -C` needs.
 *
 * vrrpd does no IPVS.  keepalived goes on doing it as a checker only, beside
 * vrrpd, with a file that has the virtual servers and nothing of VRRP.  That
 * file is written from the tree: lines as they are after includes and variables,
 * words in quotes where they need them.
 *
 * The words inside a virtual_server are not looked at: they are keepalived's, and
 * stay so.  Of the global words a list says which the checkers read.
 */
#include "config.h"

#include "vrrpd/convert/ka_ipvs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vrrpd/convert/ka_comment.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const char *const blocks[] = {
	"virtual_server_group", "SSL", "ssl", "virtual_server",
};

/* Global words that the checkers read, of themselves or of mail and scripts. */
static const char *const globals[] = {
	"checker_cpu_affinity", "checker_log_all_failures", "checker_no_swap",
	"checker_priority", "checker_process_name", "checker_rlimit_rttime",
	"checker_rt_priority", "enable_script_security", "enable_snmp_checker",
	"enable_traps", "lvs_flush", "lvs_flush_on_stop", "lvs_flush_onstop",
	"lvs_id", "lvs_netlink_cmd_rcv_bufs", "lvs_netlink_cmd_rcv_bufs_force",
	"lvs_netlink_monitor_rcv_bufs", "lvs_netlink_monitor_rcv_bufs_force",
	"lvs_notify_fifo", "lvs_notify_fifo_script", "lvs_timeouts",
	"net_namespace", "net_namespace_ipvs", "nftables_ipvs",
	"nftables_ipvs_priority", "nftables_ipvs_start_fwmark",
	"no_checker_emails", "no_email_faults", "notification_email",
	"notification_email_from", "notify_fifo", "notify_fifo_script",
	"router_id", "rs_init_notifies", "script_user",
	"set_supplementary_groups", "smtp_alert", "smtp_alert_checker",
	"smtp_connect_timeout", "smtp_helo_name", "smtp_server", "snmp_socket",
};

static bool
is_one_of(const char *word, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

static bool
is_block(const struct ka_node *n)
{
	return is_one_of(n->words[0], blocks, COUNT(blocks));
}

static bool
is_global(const struct ka_node *n)
{
	return is_one_of(n->words[0], globals, COUNT(globals));
}

bool
ka_has_ipvs(const struct ka_tree *t)
{
	const struct ka_node *n;

	for (n = t->root.first; n != NULL; n = n->next)
		if (strcmp(n->words[0], "virtual_server") == 0)
			return true;
	return false;
}

/* --- blocks that a check names --- */

/*
 * Has the block a line of these words somewhere, or, without a value, one of the
 * first word?
 */
static bool
names(const struct ka_node *n, const char *word, const char *value)
{
	const struct ka_node *w;

	for (w = n->first; w != NULL; w = w->next)
		if ((strcmp(w->words[0], word) == 0 && (value == NULL ||
		    (w->count > 1 && strcmp(w->words[1], value) == 0))) ||
		    names(w, word, value))
			return true;
	return false;
}

static bool
any_server_names(const struct ka_tree *t, const char *word, const char *value)
{
	const struct ka_node *n;

	for (n = t->root.first; n != NULL; n = n->next)
		if (strcmp(n->words[0], "virtual_server") == 0 &&
		    names(n, word, value))
			return true;
	return false;
}

bool
ka_ipvs_has_bfd(const struct ka_tree *t)
{
	return any_server_names(t, "BFD_CHECK", NULL);
}

/* A bfd_instance or a file that a check of a server names? */
static bool
is_named(const struct ka_tree *t, const struct ka_node *n)
{
	if (n->count < 2)
		return false;
	if (strcmp(n->words[0], "bfd_instance") == 0)
		return any_server_names(t, "name", n->words[1]);
	return (strcmp(n->words[0], "track_file") == 0 ||
	    strcmp(n->words[0], "vrrp_track_file") == 0) &&
	    any_server_names(t, "track_file", n->words[1]);
}

/* --- writing --- */

/*
 * A word keeps its backslashes in the tree, so they are written as they are; a
 * quote that has none comes from within single quotes.
 */
static void
put_word(FILE *to, const char *s)
{
	if (s[0] != '\0' && strpbrk(s, " \t\r\v\f\"'{}#!$") == NULL) {
		(void)fputs(s, to);
		return;
	}
	(void)fputc('"', to);
	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			(void)fputc(*s++, to);
		else if (*s == '"' || *s == '\\')
			(void)fputc('\\', to);
		(void)fputc(*s, to);
	}
	(void)fputc('"', to);
}

static void
put_node(FILE *to, const struct ka_node *n, int depth)
{
	const struct ka_node *w;
	unsigned i;

	(void)fprintf(to, "%*s", depth * 4, "");
	for (i = 0; i < n->count; i++) {
		if (i > 0)
			(void)fputc(' ', to);
		put_word(to, n->words[i]);
	}
	(void)fputs(n->block ? " {\n" : "\n", to);
	if (!n->block)
		return;
	ka_comments_put(to, "    ", &n->inside);
	for (w = n->first; w != NULL; w = w->next)
		/* A session for a check has nothing to do with VRRP. */
		if (strcmp(n->words[0], "bfd_instance") != 0 ||
		    (strcmp(w->words[0], "vrrp") != 0 &&
		    strcmp(w->words[0], "weight") != 0))
			put_node(to, w, depth + 1);
	(void)fprintf(to, "%*s}\n", depth * 4, "");
}

static void
put_global(FILE *to, const struct ka_node *n, unsigned *count)
{
	if (!is_global(n))
		return;
	if ((*count)++ == 0)
		(void)fputs("\nglobal_defs {\n", to);
	put_node(to, n, 1);
}

/* Of all blocks of global words; old files have the words without a block. */
static void
put_globals(FILE *to, const struct ka_tree *t)
{
	const struct ka_node *n, *w;
	unsigned count = 0;

	for (n = t->root.first; n != NULL; n = n->next) {
		if (strcmp(n->words[0], "global_defs") == 0)
			for (w = n->first; w != NULL; w = w->next)
				put_global(to, w, &count);
		else
			put_global(to, n, &count);
	}
	if (count > 0)
		(void)fputs("}\n", to);
}

int
ka_ipvs(const struct ka_tree *t, char **text)
{
	const struct ka_node *n;
	char *out = NULL;
	size_t len;
	FILE *to;

	if (!ka_has_ipvs(t))
		return -ENOENT;
	if ((to = open_memstream(&out, &len)) == NULL)
		return -ENOMEM;
	(void)fputs("# keepalived.conf(5) for keepalived -C beside vrrpd, "
	    "written by vrrpctl convert:\n# the virtual servers and what they "
	    "need, nothing of VRRP.\n", to);
	put_globals(to, t);
	for (n = t->root.first; n != NULL; n = n->next) {
		if (!is_block(n) && !is_named(t, n))
			continue;
		(void)fputc('\n', to);
		ka_comments_put(to, "", &n->above);
		put_node(to, n, 0);
	}
	if (fclose(to) != 0) {
		free(out);
		return -ENOMEM;
	}
	*text = out;
	return 0;
}

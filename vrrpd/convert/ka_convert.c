/*
 * ka_convert.c - the whole of a conversion: what keepalived says globally, the
 * groups, what is left to others, and the order of the output.
 *
 * Two passes.  The first reads every block into the structures of ka_conv.h, in
 * any order: keepalived drops a tracker that is declared after its use, here it
 * is found.  The second writes vrrpd.conf.  A word is either taken by somebody
 * or stands in a table with what is to be said about it; one in no table is
 * said to be unknown.  So nothing is left out in silence.
 *
 * What is written is what the router does with keepalived's defaults, spelled
 * out where vrrpd has other ones, so that it goes on speaking with a keepalived
 * on the same link.
 */
#include "config.h"

#include "vrrpd/convert/ka_convert.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "shared/conf.h"
#include "shared/pure/mono.h"
#include "vrrpd/convert/ka_conv.h"
#include "vrrpd/config/vrrp_conf.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

const char *const ka_notify_words[KA_NOTIFY_WORDS] = {
	"notify_master", "notify_backup", "notify_fault", "notify_stop",
	"notify_deleted", "notify",
};

#define OF_IPVS		"belongs to IPVS: left to the tool that does it"
#define OF_UNIT		"is for the service manager: say it in a drop-in of " \
			"vrrpd.service"
#define OF_NAMES	"names keepalived's own processes or files"
#define OF_BUFFERS	"vrrpd sizes its sockets itself"
#define OF_MONITOR	"is not there: vrrpctl monitor and swiftover-ctl(7) " \
			"give every event in order"

/* global_defs, and what stood there in older versions at the top. */
static const struct ka_rule globals[] = {
	{ "router_id", KA_NOTE, NULL },
	{ "vrrp_strict", KA_NOTE, NULL },
	{ "vrrp_version", KA_NOTE, NULL },
	{ "vrrp_rt_priority", KA_NOTE, NULL },
	{ "script_user", KA_NOTE, NULL },
	{ "notification_email", KA_NOTE, NULL },
	{ "notification_email_from", KA_NOTE, NULL },
	{ "smtp_server", KA_NOTE, NULL },
	{ "smtp_alert", KA_NOTE, NULL },
	{ "smtp_alert_vrrp", KA_NOTE, NULL },
	{ "vrrp_down_timer_adverts", KA_NOTE, NULL },
	{ "vrrp_mcast_group4", KA_NOTE, NULL },
	{ "vrrp_mcast_group6", KA_NOTE, NULL },
	{ "smtp_helo_name", KA_DIFFERENCE, "vrrpd sends no mail" },
	{ "smtp_connect_timeout", KA_DIFFERENCE, "vrrpd sends no mail" },
	{ "no_email_faults", KA_DIFFERENCE, "vrrpd sends no mail" },
	{ "smtp_alert_checker", KA_DIFFERENCE, OF_IPVS },
	{ "no_checker_emails", KA_DIFFERENCE, OF_IPVS },
	{ "checker_log_all_failures", KA_DIFFERENCE, OF_IPVS },
	{ "rs_init_notifies", KA_DIFFERENCE, OF_IPVS },
	{ "lvs_sync_daemon", KA_DIFFERENCE, OF_IPVS },
	{ "lvs_sync_daemon_interface", KA_DIFFERENCE, OF_IPVS },
	{ "lvs_timeouts", KA_DIFFERENCE, OF_IPVS },
	{ "lvs_flush", KA_DIFFERENCE, OF_IPVS },
	{ "lvs_flush_on_stop", KA_DIFFERENCE, OF_IPVS },
	{ "lvs_id", KA_DIFFERENCE, OF_IPVS },
	{ "lvs_notify_fifo", KA_DIFFERENCE, OF_IPVS },
	{ "lvs_notify_fifo_script", KA_DIFFERENCE, OF_IPVS },
	{ "lvs_netlink_cmd_rcv_bufs", KA_DIFFERENCE, OF_IPVS },
	{ "lvs_netlink_cmd_rcv_bufs_force", KA_DIFFERENCE, OF_IPVS },
	{ "lvs_netlink_monitor_rcv_bufs", KA_DIFFERENCE, OF_IPVS },
	{ "lvs_netlink_monitor_rcv_bufs_force", KA_DIFFERENCE, OF_IPVS },
	{ "nftables_ipvs", KA_DIFFERENCE, OF_IPVS },
	{ "nftables_ipvs_priority", KA_DIFFERENCE, OF_IPVS },
	{ "nftables_ipvs_start_fwmark", KA_DIFFERENCE, OF_IPVS },
	{ "checker_priority", KA_DIFFERENCE, OF_IPVS },
	{ "checker_no_swap", KA_DIFFERENCE, OF_IPVS },
	{ "checker_cpu_affinity", KA_DIFFERENCE, OF_IPVS },
	{ "checker_rt_priority", KA_DIFFERENCE, OF_IPVS },
	{ "checker_rlimit_rttime", KA_DIFFERENCE, OF_IPVS },
	{ "checker_process_name", KA_DIFFERENCE, OF_IPVS },
	{ "net_namespace_ipvs", KA_DIFFERENCE, OF_IPVS },
	{ "enable_snmp_checker", KA_DIFFERENCE, OF_IPVS },
	{ "net_namespace", KA_DIFFERENCE, "run vrrpd in it: "
	    "NetworkNamespacePath= in a drop-in of vrrpd.service" },
	{ "namespace_with_ipsets", KA_DIFFERENCE, "vrrpd uses no ipsets" },
	{ "nftables", KA_DIFFERENCE, "the table vrrpd makes for accept = no "
	    "has a name of its own" },
	{ "vrrp_nftables", KA_DIFFERENCE, "the table vrrpd makes for "
	    "accept = no has a name of its own" },
	{ "nftables_priority", KA_DIFFERENCE, "vrrpd's table has a priority "
	    "of its own" },
	{ "nftables_counters", KA_DIFFERENCE, "vrrpd's table has no counters" },
	{ "nftables_ifindex", KA_DIFFERENCE, "vrrpd's table is its own affair"
	    },
	{ "vrrp_iptables", KA_DIFFERENCE, "vrrpd uses nf_tables for "
	    "accept = no and needs no chain" },
	{ "vrrp_ipsets", KA_DIFFERENCE, "vrrpd uses no ipsets" },
	{ "disable_local_igmp", KA_DIFFERENCE, "IGMP is left to the kernel" },
	{ "instance", KA_DIFFERENCE, OF_NAMES },
	{ "use_pid_dir", KA_DIFFERENCE, OF_NAMES },
	{ "process_names", KA_DIFFERENCE, OF_NAMES },
	{ "process_name", KA_DIFFERENCE, OF_NAMES },
	{ "vrrp_process_name", KA_DIFFERENCE, OF_NAMES },
	{ "bfd_process_name", KA_DIFFERENCE, OF_NAMES },
	{ "state_dump_file", KA_DIFFERENCE, OF_NAMES },
	{ "stats_dump_file", KA_DIFFERENCE, OF_NAMES },
	{ "json_dump_file", KA_DIFFERENCE, "vrrpctl -j prints JSON" },
	{ "state_dump_file_location", KA_DIFFERENCE, OF_NAMES },
	{ "stats_dump_file_location", KA_DIFFERENCE, OF_NAMES },
	{ "json_dump_file_location", KA_DIFFERENCE, "vrrpctl -j prints JSON" },
	{ "json_version", KA_DIFFERENCE, "vrrpctl -j prints JSON of its own, "
	    "see swiftover-ctl(7)" },
	{ "data_use_instance", KA_DIFFERENCE, OF_NAMES },
	{ "vmac_prefix", KA_DIFFERENCE, "vrrpd names its devices itself" },
	{ "vmac_addr_prefix", KA_DIFFERENCE, "vrrpd names its devices itself" },
	{ "umask", KA_DIFFERENCE, OF_UNIT " (UMask=)" },
	{ "child_wait_time", KA_DIFFERENCE, OF_UNIT " (TimeoutStopSec=)" },
	{ "startup_script", KA_DIFFERENCE, OF_UNIT " (ExecStartPre=)" },
	{ "startup_script_timeout", KA_DIFFERENCE, OF_UNIT },
	{ "shutdown_script", KA_DIFFERENCE, OF_UNIT " (ExecStopPost=)" },
	{ "shutdown_script_timeout", KA_DIFFERENCE, OF_UNIT },
	{ "vrrp_cpu_affinity", KA_DIFFERENCE, OF_UNIT " (CPUAffinity=)" },
	{ "bfd_cpu_affinity", KA_DIFFERENCE, "is for the service manager: "
	    "CPUAffinity= in a drop-in of bfdd.service" },
	{ "vrrp_rlimit_rttime", KA_DIFFERENCE, OF_UNIT " (LimitRTTIME=)" },
	{ "bfd_rlimit_rttime", KA_DIFFERENCE, "is for the service manager: "
	    "LimitRTTIME= in a drop-in of bfdd.service" },
	{ "vrrp_priority", KA_DIFFERENCE, "a nice value means nothing to a "
	    "real-time process; see realtime_priority" },
	{ "bfd_priority", KA_DIFFERENCE, "a nice value means nothing to a "
	    "real-time process; see realtime_priority in bfdd.conf(5)" },
	{ "bfd_rt_priority", KA_DIFFERENCE, "goes into bfdd.conf(5) as "
	    "realtime_priority" },
	{ "vrrp_no_swap", KA_NOTE, "vrrpd always locks its memory" },
	{ "bfd_no_swap", KA_NOTE, "bfdd always locks its memory" },
	{ "max_auto_priority", KA_NOTE, "vrrpd has realtime_priority from the "
	    "start" },
	{ "min_auto_priority_delay", KA_NOTE, "vrrpd has realtime_priority "
	    "from the start" },
	{ "vrrp_netlink_cmd_rcv_bufs", KA_DIFFERENCE, OF_BUFFERS },
	{ "vrrp_netlink_cmd_rcv_bufs_force", KA_DIFFERENCE, OF_BUFFERS },
	{ "vrrp_netlink_monitor_rcv_bufs", KA_DIFFERENCE, OF_BUFFERS },
	{ "vrrp_netlink_monitor_rcv_bufs_force", KA_DIFFERENCE, OF_BUFFERS },
	{ "process_monitor_rcv_bufs", KA_DIFFERENCE, OF_BUFFERS },
	{ "process_monitor_rcv_bufs_force", KA_DIFFERENCE, OF_BUFFERS },
	{ "vrrp_rx_bufs_policy", KA_DIFFERENCE, OF_BUFFERS },
	{ "vrrp_rx_bufs_multiplier", KA_DIFFERENCE, OF_BUFFERS },
	{ "vrrp_startup_delay", KA_DIFFERENCE, "vrrpd begins as soon as the "
	    "interface is there; preempt_delay keeps it from taking over from "
	    "a working router" },
	{ "vrrp_delay_after_boot", KA_DIFFERENCE, "vrrpd begins as soon as the"
	    " interface is there; preempt_delay keeps it from taking over from"
	    " a working router" },
	{ "dynamic_interfaces", KA_NOTE, "vrrpd always lets interfaces come "
	    "and go" },
	{ "linkbeat_use_polling", KA_DIFFERENCE, "the state of links comes "
	    "from the kernel as events; nothing is polled" },
	{ "log_unknown_vrids", KA_DIFFERENCE, "they are counted, see vrrpctl "
	    "show stats" },
	{ "default_interface", KA_DIFFERENCE, "is for static addresses, which "
	    "are left out" },
	{ "enable_script_security", KA_NOTE, "vrrpd never runs a script that "
	    "others than its user may write" },
	{ "set_supplementary_groups", KA_DIFFERENCE, "scripts have the groups "
	    "vrrpd gives them" },
	{ "vrrp_check_unicast_src", KA_NOTE, "vrrpd always takes adverts from "
	    "its unicast peers only" },
	{ "vrrp_skip_check_adv_addr", KA_DIFFERENCE, "in version 2 vrrpd looks"
	    " at the addresses of every advert; in version 3 it need not" },
	{ "vrrp_lower_prio_no_advert", KA_DIFFERENCE, "an Active that hears "
	    "lesser adverts answers as RFC 9568 has it" },
	{ "vrrp_higher_prio_send_advert", KA_DIFFERENCE, "not there: an Active"
	    " that hears a better one is silent at once" },
	{ "vrrp_owner_ignore_adverts", KA_DIFFERENCE, "there is no owner after"
	    " the conversion" },
	{ "vrrp_notify_priority_changes", KA_DIFFERENCE, "priorities are in "
	    "vrrpctl monitor" },
	{ "notify_fifo", KA_DIFFERENCE, OF_MONITOR },
	{ "notify_fifo_script", KA_DIFFERENCE, OF_MONITOR },
	{ "vrrp_notify_fifo", KA_DIFFERENCE, OF_MONITOR },
	{ "vrrp_notify_fifo_script", KA_DIFFERENCE, OF_MONITOR },
	{ "fifo_write_vrrp_states_on_reload", KA_DIFFERENCE, OF_MONITOR },
	{ "enable_dbus", KA_DIFFERENCE, "there is no D-Bus; see "
	    "swiftover-ctl(7)" },
	{ "dbus_service_name", KA_DIFFERENCE, "there is no D-Bus; see "
	    "swiftover-ctl(7)" },
	{ "dbus_no_interface_name", KA_DIFFERENCE, "there is no D-Bus; see "
	    "swiftover-ctl(7)" },
	{ "snmp_socket", KA_DIFFERENCE, "there is no SNMP; see "
	    "swiftover-ctl(7)" },
	{ "enable_snmp_keepalived", KA_DIFFERENCE, "there is no SNMP; see "
	    "swiftover-ctl(7)" },
	{ "enable_snmp_vrrp", KA_DIFFERENCE, "there is no SNMP; see "
	    "swiftover-ctl(7)" },
	{ "enable_snmp_rfc", KA_DIFFERENCE, "there is no SNMP; see "
	    "swiftover-ctl(7)" },
	{ "enable_snmp_rfcv2", KA_DIFFERENCE, "there is no SNMP; see "
	    "swiftover-ctl(7)" },
	{ "enable_snmp_rfcv3", KA_DIFFERENCE, "there is no SNMP; see "
	    "swiftover-ctl(7)" },
	{ "enable_traps", KA_DIFFERENCE, "there is no SNMP; see "
	    "swiftover-ctl(7)" },
	{ "reload_check_config", KA_NOTE, "vrrpd always reads the whole file "
	    "before anything is done with it" },
	{ "reload_time_file", KA_DIFFERENCE, "use a timer that runs vrrpctl "
	    "reload" },
	{ "reload_repeat", KA_DIFFERENCE, "use a timer that runs vrrpctl "
	    "reload" },
	{ "reload_file", KA_DIFFERENCE, "write vrrpd.conf under another name "
	    "and rename it: a reload sees the old or the new file" },
	{ "config_save_dir", KA_DIFFERENCE, "not there" },
	{ "tmp_config_directory", KA_DIFFERENCE, "not needed: no copy is kept"
	    },
	{ "include_check", KA_NOTE, "a file that cannot be read is always an "
	    "error" },
	{ "random_seed", KA_DIFFERENCE, "${_RANDOM} is not put in" },
};

/* Blocks and words at the top that are no router and no tracker. */
static const struct ka_rule tops[] = {
	{ "static_ipaddress", KA_DIFFERENCE, NULL },
	{ "static_routes", KA_DIFFERENCE, NULL },
	{ "static_rules", KA_DIFFERENCE, NULL },
	{ "track_group", KA_DIFFERENCE, "vrrpd watches its own addresses only; "
	    "static ones and their groups are left out" },
	{ "garp_group", KA_DIFFERENCE, "vrrpd spaces its announcements itself "
	    "(garp_interval of an instance)" },
	{ "linkbeat_interfaces", KA_DIFFERENCE, "the state of links comes from "
	    "the kernel as events; nothing is polled" },
	{ "virtual_server", KA_DIFFERENCE, NULL },
	{ "virtual_server_group", KA_DIFFERENCE, OF_IPVS },
	{ "SSL", KA_DIFFERENCE, OF_IPVS },
	{ "ssl", KA_DIFFERENCE, OF_IPVS },
};

static const struct ka_rule group_words[] = {
	{ "smtp_alert", KA_NOTE, NULL },
	{ "group", KA_NOTE, NULL },
	{ "sync_group_tracking_weight", KA_NOTE, NULL },
	{ "notify_priority_changes", KA_DIFFERENCE, "priorities are in vrrpctl "
	    "monitor" },
	{ "global_tracking", KA_DIFFERENCE, "deprecated: name the trackers in "
	    "the group" },
};

/* --- helpers of all three files --- */

void
ka_say(struct ka_conv *c, enum ka_kind kind, const struct ka_node *n,
    const char *fmt, ...)
{
	char text[900];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ka_remark(c->tree, kind, n == NULL ? NULL : n->file,
	    n == NULL ? 0 : n->line, "%s", text);
}

void *
ka_new(struct ka_conv *c, size_t size)
{
	void *p = ka_alloc(c->tree, size);

	if (p == NULL)
		c->no_memory = true;
	return p;
}

const struct ka_rule *
ka_rule_find(const struct ka_rule *rules, size_t count, const char *word)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(rules[i].word, word) == 0)
			return &rules[i];
	return NULL;
}

void
ka_rule_say(struct ka_conv *c, const struct ka_rule *r,
    const struct ka_node *n, const char *where)
{
	if (r == NULL)
		ka_say(c, KA_DIFFERENCE, n, "%.80s: not a word known in %s; "
		    "left out", n->words[0], where);
	else if (r->text != NULL)
		ka_say(c, r->kind, n, "%s: %s%s", r->word,
		    r->kind == KA_DIFFERENCE ? "left out: " : "", r->text);
}

const char *
ka_arg(const struct ka_node *n, unsigned i)
{
	return i < n->count ? n->words[i] : "";
}

bool
ka_is(const struct ka_node *n, const char *word)
{
	return strcmp(n->words[0], word) == 0;
}

void
ka_no_more(struct ka_conv *c, const struct ka_node *n, unsigned last)
{
	if (n->count > last + 1)
		ka_say(c, KA_DIFFERENCE, n, "%.80s: \"%.80s\" and what follows"
		    " is ignored; keepalived wants a line for each word",
		    n->words[0], n->words[last + 1]);
	if (n->block)
		ka_say(c, KA_DIFFERENCE, n, "%.80s has no block; it is left "
		    "out", n->words[0]);
}

bool
ka_number(struct ka_conv *c, const struct ka_node *n, unsigned i, long min,
    long max, long *out)
{
	const char *s = ka_arg(n, i);
	char *end;
	long v;

	errno = 0;
	v = strtol(s, &end, 10);
	if (errno != 0 || end == s || *end != '\0' || v < min || v > max) {
		ka_say(c, KA_DIFFERENCE, n, "%.80s %.80s: not a number from "
		    "%ld to %ld; left out", n->words[0], s, min, max);
		return false;
	}
	*out = v;
	return true;
}

/* Decimals without floating point: 0.1 s is 100000000 ns and not nearly so. */
static bool
decimal(const char *s, int64_t unit_ns, int64_t *out)
{
	int64_t v = 0, part = unit_ns;
	const char *start = s;

	for (; isdigit((unsigned char)*s); s++) {
		v = v * 10 + (*s - '0') * unit_ns;
		if (v > INT64_C(100000000) * NS_PER_S)
			return false;
	}
	if (*s == '.')
		for (s++; isdigit((unsigned char)*s); s++) {
			part /= 10;
			v += (*s - '0') * part;
		}
	*out = v;
	return *s == '\0' && s != start && !(s == start + 1 && *start == '.');
}

bool
ka_span(struct ka_conv *c, const struct ka_node *n, unsigned i,
    int64_t unit_ns, int64_t min_ns, int64_t max_ns, int64_t *out)
{
	const char *s = ka_arg(n, i);
	char lo[32], hi[32];
	int64_t v;

	if (decimal(s, unit_ns, &v) && v >= min_ns && v <= max_ns) {
		*out = v;
		return true;
	}
	ka_say(c, KA_DIFFERENCE, n, "%.80s %.80s: not a time from %s to %s; "
	    "left out", n->words[0], s,
	    conf_span_format(min_ns, lo, sizeof(lo)),
	    conf_span_format(max_ns, hi, sizeof(hi)));
	return false;
}

bool
ka_bool(struct ka_conv *c, const struct ka_node *n)
{
	const char *s = ka_arg(n, 1);

	if (strcmp(s, "off") == 0 || strcmp(s, "false") == 0 ||
	    strcmp(s, "no") == 0)
		return false;
	if (s[0] != '\0' && strcmp(s, "on") != 0 && strcmp(s, "true") != 0 &&
	    strcmp(s, "yes") != 0)
		ka_say(c, KA_DIFFERENCE, n, "%.80s %.80s: neither yes nor no; "
		    "taken for yes", n->words[0], s);
	return true;
}

void
ka_name(struct ka_conv *c, const struct ka_node *n, const char *what,
    const char *name, char out[VRRP_NAME_MAX],
    bool (*taken)(struct ka_conv *, const char *))
{
	char base[VRRP_NAME_MAX], tame[VRRP_NAME_MAX], why[160];
	unsigned i = 1;
	size_t len = 0;

	for (; *name != '\0' && len < sizeof(base) - 1; name++)
		if (isascii((unsigned char)*name) &&
		    (isalnum((unsigned char)*name) ||
		    (len > 0 && strchr("._-", *name) != NULL)))
			base[len++] = *name;
		else if (len > 0)
			base[len++] = '_';
	base[len] = '\0';
	if (len == 0 || vrrp_conf_name(base, why, sizeof(why)) != 0) {
		memcpy(tame, base, sizeof(tame));
		(void)snprintf(base, sizeof(base), "%.12s-%.16s", what,
		    len == 0 ? "1" : tame);
	}
	(void)snprintf(out, VRRP_NAME_MAX, "%s", base);
	while (taken(c, out) && i < 100000)
		(void)snprintf(out, VRRP_NAME_MAX, "%.24s-%u", base, ++i);
	if (strcmp(out, ka_arg(n, 1)) != 0)
		ka_say(c, KA_DIFFERENCE, n, "%.80s %.80s is named %s here",
		    n->words[0], ka_arg(n, 1), out);
}

void
ka_put_word(FILE *f, const char *s)
{
	size_t i;

	for (i = 0; s[i] != '\0'; i++)
		if (!isascii((unsigned char)s[i]) ||
		    (!isalnum((unsigned char)s[i]) &&
		    strchr("._:-@/", s[i]) == NULL))
			break;
	/* A slash alone is a word; two begin a comment. */
	if (i > 0 && s[i] == '\0' && strstr(s, "//") == NULL) {
		(void)fputs(s, f);
		return;
	}
	(void)fputc('"', f);
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\' || *s == '$')
			(void)fprintf(f, "\\%c", *s);
		else if (iscntrl((unsigned char)*s))
			(void)fprintf(f, "\\x%02x", (unsigned char)*s);
		else
			(void)fputc(*s, f);
	}
	(void)fputc('"', f);
}

const char *
ka_place(const struct ka_node *n, char *buf, size_t len)
{
	const char *slash = strrchr(n->file->path, '/');
	char *s;

	(void)snprintf(buf, len, "%s:%d", slash == NULL ? n->file->path :
	    slash + 1, n->line);
	for (s = buf; *s != '\0'; s++)
		if (iscntrl((unsigned char)*s))
			*s = '?';
	return buf;
}

/* --- announcements --- */

static const struct ka_rule garp_words[] = {
	{ "garp_master_repeat", KA_NOTE, NULL },
	{ "garp_master_refresh", KA_NOTE, NULL },
	{ "min_garp", KA_NOTE, NULL },
	{ "garp_interval", KA_NOTE, NULL },
	{ "gna_interval", KA_NOTE, NULL },
	{ "garp_master_delay", KA_DIFFERENCE, "there is no second burst: the "
	    "announcements go out one by one, garp_interval apart" },
	{ "garp_master_refresh_repeat", KA_DIFFERENCE, "each address is "
	    "announced once per garp_refresh" },
	{ "garp_lower_prio_repeat", KA_DIFFERENCE, "lesser adverts begin the "
	    "announcements anew, garp_repeat of them" },
	{ "garp_lower_prio_delay", KA_DIFFERENCE, "lesser adverts begin the "
	    "announcements anew, garp_interval apart" },
	{ "garp_extra_if", KA_DIFFERENCE, "garp_refresh announces every "
	    "address where it is" },
};

bool
ka_take_garp(struct ka_conv *c, const struct ka_node *n, struct ka_garp *g)
{
	const char *word = n->words[0];
	const struct ka_rule *r;
	int64_t ns;
	long v;

	if (strncmp(word, "vrrp_", 5) == 0)
		word += 5;
	if ((r = ka_rule_find(garp_words, COUNT(garp_words), word)) == NULL)
		return false;
	if (r->text != NULL) {
		ka_say(c, r->kind, n, "%s: left out: %s", n->words[0], r->text);
		return true;
	}
	if (strcmp(word, "min_garp") == 0) {
		if (ka_bool(c, n))
			g->repeat = 1;
		ka_no_more(c, n, 1);
		return true;
	}
	if (strcmp(word, "garp_interval") == 0 ||
	    strcmp(word, "gna_interval") == 0) {
		/* 0 is in many examples, and refused by keepalived itself. */
		if (strspn(ka_arg(n, 1), "0.") != strlen(ka_arg(n, 1)) &&
		    ka_span(c, n, 1, NS_PER_S, 1000, 3600 * NS_PER_S, &ns))
			ka_say(c, KA_DIFFERENCE, n, "%s: left out: vrrpd sends"
			    " at most 64 announcements per millisecond, and "
			    "those of one address garp_interval apart",
			    n->words[0]);
		return true;
	}
	if (!ka_number(c, n, 1, 0, 86400, &v))
		return true;
	ka_no_more(c, n, 1);
	if (strcmp(word, "garp_master_refresh") == 0)
		g->refresh_s = v;
	else if (v < 1 || v > 100) {
		g->repeat = v < 1 ? 1 : 100;
		ka_say(c, KA_DIFFERENCE, n, "%s %ld: garp_repeat is 1 to 100; "
		    "%ld is written", n->words[0], v, g->repeat);
	} else
		g->repeat = v;
	return true;
}

/* --- mail and notify --- */

bool
ka_take_notify(struct ka_conv *c, const struct ka_node *n,
    const struct ka_node *notify[KA_NOTIFY_WORDS])
{
	unsigned i;

	for (i = 0; i < KA_NOTIFY_WORDS; i++)
		if (ka_is(n, ka_notify_words[i]))
			break;
	if (i == KA_NOTIFY_WORDS) {
		if (!ka_is(n, "notify_master_rx_lower_pri"))
			return false;
		ka_say(c, KA_DIFFERENCE, n, "%s: left out: vrrpctl monitor and"
		    " history say when a lesser Active was heard", n->words[0]);
		return true;
	}
	if (n->count < 2) {
		if (!ka_is(n, "notify_deleted"))
			ka_say(c, KA_DIFFERENCE, n, "%s: no command is named; "
			    "left out", n->words[0]);
		else
			ka_say(c, KA_DIFFERENCE, n, "%s: left out: a removed "
			    "instance is no state of its own", n->words[0]);
		return true;
	}
	if (notify[i] != NULL)
		ka_say(c, KA_DIFFERENCE, notify[i], "%s is said again on line "
		    "%d, which counts", n->words[0], n->line);
	notify[i] = n;
	return true;
}

/*
 * The command of a notify word, its words fit for a shell, appended to out.
 * False: it cannot stand there.
 */
static bool
shell_command(struct ka_conv *c, const struct ka_node *n, char *out, size_t len)
{
	char command[VRRP_COMMAND_MAX + 1], storage[VRRP_COMMAND_MAX];
	char *argv[VRRP_COMMAND_WORDS_MAX + 1];
	size_t used = strlen(out);
	unsigned i;
	bool plain;

	ka_command(n, 1, 2, command, sizeof(command));
	if (!ka_check_command(c, n, command) ||
	    vrrp_params_command(command, storage, argv) < 0)
		return false;
	for (i = 0; argv[i] != NULL && used < len; i++) {
		if (strpbrk(argv[i], "'\"\\$`!") != NULL)
			return false;
		plain = argv[i][0] != '\0' && strspn(argv[i], "abcdefghijklm"
		    "nopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=:@"
		    ",%") == strlen(argv[i]);
		used += (size_t)snprintf(out + used, len - used, plain ?
		    "%s%s" : "%s\"%s\"", i > 0 ? " " : "", argv[i]);
	}
	return used < len;
}

/* A shell that does what the words for single states say, then notify. */
static bool
dispatch(struct ka_conv *c, const struct ka_node *const *notify, char *out,
    size_t len)
{
	static const char *const states[] = { "MASTER", "BACKUP", "FAULT",
	    "STOP" };
	const char *sep = "";
	unsigned i;

	(void)snprintf(out, len, "/bin/sh -c 'case $3 in ");
	for (i = 0; i < COUNT(states); i++) {
		if (notify[i] == NULL)
			continue;
		(void)snprintf(out + strlen(out), len - strlen(out), "%s%s) ",
		    sep, states[i]);
		sep = ";; ";
		if (!shell_command(c, notify[i], out, len))
			return false;
	}
	(void)snprintf(out + strlen(out), len - strlen(out), ";; esac");
	if (notify[KA_NOTIFY_WORDS - 1] != NULL) {
		(void)snprintf(out + strlen(out), len - strlen(out), "; ");
		if (!shell_command(c, notify[KA_NOTIFY_WORDS - 1], out, len))
			return false;
		(void)snprintf(out + strlen(out), len - strlen(out),
		    " \"$@\"");
	}
	(void)snprintf(out + strlen(out), len - strlen(out), "' notify");
	return strlen(out) + 1 < len;
}

static void
put_notify_user(struct ka_conv *c, const struct ka_node *const *notify)
{
	const struct ka_node *n = NULL, *other;
	unsigned i, first = 1;
	char user[VRRP_USER_MAX];

	for (i = 0; i < KA_NOTIFY_WORDS; i++) {
		if ((other = notify[i]) == NULL || other->count < 3)
			continue;
		/* Of several never root: it was not for all of them. */
		if (n == NULL || (strcmp(ka_arg(n, 2), "root") == 0 &&
		    strcmp(ka_arg(other, 2), "root") != 0))
			n = other;
	}
	for (i = 0; i < KA_NOTIFY_WORDS && n != NULL; i++)
		if ((other = notify[i]) != NULL && (other->count < 3 ||
		    strcmp(ka_arg(n, 2), ka_arg(other, 2)) != 0))
			ka_say(c, KA_DIFFERENCE, other, "%s: runs as %.40s "
			    "too: there is one notify_user", other->words[0],
			    ka_arg(n, 2));
	if (n != NULL)
		first = 2;
	else
		n = c->script_user;
	if (n == NULL) {
		for (i = 0; notify[i] == NULL; i++)
			continue;
		ka_say(c, KA_DIFFERENCE, notify[i], "%s: no user is said: "
		    "keepalived runs it as keepalived_script, or as root where"
		    " there is none; vrrpd never as root unless notify_user = "
		    "root says so", notify[i]->words[0]);
		return;
	}
	if (!ka_user_good(n, first)) {
		ka_say(c, KA_DIFFERENCE, n, "%.80s: not a user and a group; "
		    "left out", n->words[0]);
		return;
	}
	(void)snprintf(user, sizeof(user), "%s%s%s", ka_arg(n, first),
	    n->count > first + 1 ? ":" : "", ka_arg(n, first + 1));
	(void)fprintf(c->out, "    notify_user = ");
	ka_put_word(c->out, user);
	(void)fputc('\n', c->out);
}

static void
put_no_notify(struct ka_conv *c, const struct ka_node *const *notify,
    const char *name)
{
	unsigned i, j;

	for (i = 0; i < KA_NOTIFY_WORDS; i++) {
		if (notify[i] == NULL)
			continue;
		ka_say(c, KA_DIFFERENCE, notify[i], "%s of %s: left out: put "
		    "what the notify words do into one script that looks at its"
		    " third argument, and name that with notify",
		    notify[i]->words[0], name);
		(void)fprintf(c->out, "    # %s", notify[i]->words[0]);
		for (j = 1; j < notify[i]->count; j++) {
			(void)fputc(' ', c->out);
			ka_put_word(c->out, notify[i]->words[j]);
		}
		(void)fputc('\n', c->out);
	}
}

void
ka_put_notify(struct ka_conv *c, const struct ka_node *const *all,
    const char *name)
{
	const struct ka_node *notify[KA_NOTIFY_WORDS];
	char command[VRRP_COMMAND_MAX + 64] = "";
	unsigned i, single = 0, count = 0;
	bool good;

	for (i = 0; i < KA_NOTIFY_WORDS; i++) {
		notify[i] = all[i];
		if (all[i] != NULL && ka_is(all[i], "notify_deleted")) {
			ka_say(c, KA_DIFFERENCE, all[i], "notify_deleted: left "
			    "out: a removed instance is no state of its own");
			notify[i] = NULL;
		}
		count += notify[i] != NULL;
		single += notify[i] != NULL && i + 1 < KA_NOTIFY_WORDS;
	}
	if (count == 0)
		return;
	if (single == 0) {
		ka_command(notify[KA_NOTIFY_WORDS - 1], 1, 2, command,
		    sizeof(command));
		good = strlen(command) < VRRP_COMMAND_MAX &&
		    ka_check_command(c, notify[KA_NOTIFY_WORDS - 1], command);
	} else
		good = dispatch(c, notify, command, sizeof(command)) &&
		    strlen(command) < VRRP_COMMAND_MAX;
	if (!good) {
		put_no_notify(c, notify, name);
		return;
	}
	(void)fprintf(c->out, "    notify = ");
	ka_put_word(c->out, command);
	(void)fprintf(c->out, "\n    notify_states = master\n");
	put_notify_user(c, notify);
}

static void
put_mail(struct ka_conv *c)
{
	const struct ka_node *n;
	struct ka_instance *v;
	struct ka_group *g;
	bool alert = false;

	for (v = c->instances; v != NULL; v = v->next)
		alert = alert || ka_mails(c, v->smtp_alert);
	for (g = c->groups; g != NULL; g = g->next)
		alert = alert || ka_mails(c, g->smtp_alert);
	if (c->mail_to == NULL && c->mail_from == NULL &&
	    c->mail_server == NULL)
		return;
	n = c->mail_to != NULL ? c->mail_to : c->mail_server != NULL ?
	    c->mail_server : c->mail_from;
	if (!alert) {
		ka_say(c, KA_NOTE, n, "mail is set up but no instance says "
		    "smtp_alert: keepalived sends none, and so does vrrpd");
		return;
	}
	ka_say(c, KA_DIFFERENCE, n, "vrrpd sends no mail itself: the hook "
	    "notify-mail, one of the examples, does; how stands as a comment "
	    "where keepalived would have sent some");
	if (c->mail_server != NULL)
		ka_say(c, KA_DIFFERENCE, c->mail_server, "smtp_server: left "
		    "out: notify-mail hands its mail to sendmail(8) of this "
		    "host");
}

bool
ka_mails(const struct ka_conv *c, const struct ka_node *smtp_alert)
{
	const char *value;

	if (smtp_alert == NULL)
		return c->mail_all;
	value = ka_arg(smtp_alert, 1);		/* ka_bool() said it already */
	return strcmp(value, "off") != 0 && strcmp(value, "false") != 0 &&
	    strcmp(value, "no") != 0;
}

void
ka_put_mail(struct ka_conv *c, const struct ka_node *smtp_alert)
{
	char command[VRRP_COMMAND_MAX];
	const struct ka_node *n;
	size_t used;

	if (c->mail_to == NULL || c->mail_to->first == NULL ||
	    !ka_mails(c, smtp_alert))
		return;
	used = (size_t)snprintf(command, sizeof(command),
	    "/usr/local/lib/swiftover/notify-mail");
	if (c->mail_from != NULL)
		used += (size_t)snprintf(command + used, sizeof(command) - used,
		    " -f %.80s", ka_arg(c->mail_from, 1));
	for (n = c->mail_to->first; n != NULL && used < sizeof(command);
	    n = n->next)
		used += (size_t)snprintf(command + used, sizeof(command) - used,
		    "%s%s", n == c->mail_to->first ? " " : ",", n->words[0]);
	(void)fprintf(c->out, "    # smtp_alert; where there is no notify "
	    "yet:\n    # notify = ");
	ka_put_word(c->out, command);
	(void)fprintf(c->out, "\n    # notify_timeout = 30s\n");
}

/* --- reading --- */

static void
take_mcast(struct ka_conv *c, const struct ka_node *n, const char *usual)
{
	if (strcmp(ka_arg(n, 1), usual) != 0)
		ka_say(c, KA_DIFFERENCE, n, "%s %.80s: left out: vrrpd sends to"
		    " %s, the group of RFC 9568, and nowhere else", n->words[0],
		    ka_arg(n, 1), usual);
	ka_no_more(c, n, 1);
}

static void
take_strict(struct ka_conv *c, const struct ka_node *n)
{
	if (!ka_bool(c, n))
		return;
	c->strict = n;
	ka_say(c, KA_NOTE, n, "vrrp_strict: keepalived takes it for: no "
	    "packets to the addresses (accept = no here), no authentication, "
	    "no preempt_delay, no unicast, no second announcements, an instance"
	    " without addresses is an error; each is written out or said where"
	    " it counts. Without it the addresses can be pinged");
}

static void
read_global(struct ka_conv *c, const struct ka_node *n)
{
	const struct ka_rule *r;
	long v;

	if (ka_take_garp(c, n, &c->garp))
		return;
	r = ka_rule_find(globals, COUNT(globals), n->words[0]);
	if (r == NULL || r->text != NULL) {
		ka_rule_say(c, r, n, "global_defs");
		return;
	}
	if (ka_is(n, "router_id"))
		c->router_id = n;
	else if (ka_is(n, "vrrp_strict"))
		take_strict(c, n);
	else if (ka_is(n, "vrrp_version")) {
		if (ka_number(c, n, 1, 2, 3, &v))
			c->version = v;
	} else if (ka_is(n, "vrrp_rt_priority")) {
		if (ka_number(c, n, 1, 1, 99, &v))
			c->rt_priority = n;
	} else if (ka_is(n, "script_user"))
		c->script_user = n;
	else if (ka_is(n, "notification_email"))
		c->mail_to = n;
	else if (ka_is(n, "notification_email_from"))
		c->mail_from = n;
	else if (ka_is(n, "smtp_server"))
		c->mail_server = n;
	else if (ka_is(n, "smtp_alert") || ka_is(n, "smtp_alert_vrrp"))
		c->mail_all = ka_bool(c, n);
	else if (ka_is(n, "vrrp_down_timer_adverts")) {
		if (ka_number(c, n, 1, 1, 100, &v) && v != 3)
			ka_say(c, KA_DIFFERENCE, n, "vrrp_down_timer_adverts "
			    "%ld: vrrpd has 3, as RFC 9568 says; it takes over"
			    " sooner or later than a keepalived beside it", v);
	} else if (ka_is(n, "vrrp_mcast_group4"))
		take_mcast(c, n, "224.0.0.18");
	else if (ka_is(n, "vrrp_mcast_group6"))
		take_mcast(c, n, "ff02::12");
	if (!ka_is(n, "notification_email") && !ka_is(n, "script_user") &&
	    !ka_is(n, "smtp_server"))
		ka_no_more(c, n, 1);
}

static bool
group_name_taken(struct ka_conv *c, const char *name)
{
	struct ka_group *g;

	for (g = c->groups; g != NULL; g = g->next)
		if (strcmp(g->out, name) == 0)
			return true;
	return false;
}

static void
read_group(struct ka_conv *c, const struct ka_node *n)
{
	struct ka_group *g, **at;
	const struct ka_node *w;
	const struct ka_rule *r;

	if ((g = ka_new(c, sizeof(*g))) == NULL)
		return;
	g->node = n;
	ka_name(c, n, "group", ka_arg(n, 1), g->out, group_name_taken);
	for (at = &c->groups; *at != NULL; at = &(*at)->next)
		continue;
	*at = g;
	for (w = n->first; w != NULL; w = w->next) {
		if (ka_take_notify(c, w, g->notify) ||
		    ka_read_track(c, w, &g->tracks))
			continue;
		r = ka_rule_find(group_words, COUNT(group_words), w->words[0]);
		if (r == NULL || r->text != NULL)
			ka_rule_say(c, r, w, "vrrp_sync_group");
		else if (ka_is(w, "group"))
			g->members = w;
		else if (ka_is(w, "smtp_alert")) {
			g->smtp_alert = w;
			(void)ka_bool(c, w);
		}
		else if (ka_is(w, "sync_group_tracking_weight"))
			g->weights = ka_bool(c, w);
	}
}

/* IF DOWN [UP]; used by the track_interface of that name. */
static void
read_delay(struct ka_conv *c, const struct ka_node *n)
{
	struct ka_delay *d = ka_new(c, sizeof(*d)), *old;

	if (d == NULL || !ka_span(c, n, 1, NS_PER_S, 0, 255 * NS_PER_S,
	    &d->down_ns))
		return;
	d->up_ns = d->down_ns;
	if (n->count > 2)
		(void)ka_span(c, n, 2, NS_PER_S, 0, 255 * NS_PER_S, &d->up_ns);
	ka_no_more(c, n, 2);
	for (old = c->delays; old != NULL; old = old->next)
		if (strcmp(old->node->words[0], n->words[0]) == 0) {
			ka_say(c, KA_DIFFERENCE, n, "%.80s has its delays "
			    "twice; these count", n->words[0]);
			old->down_ns = d->down_ns;
			old->up_ns = d->up_ns;
			return;
		}
	d->node = n;
	d->next = c->delays;
	c->delays = d;
}

static void
read_top(struct ka_conv *c, const struct ka_node *n)
{
	static const struct { const char *word; enum ka_tracker_kind kind; }
	trackers[] = {
		{ "vrrp_script", KA_SCRIPT },
		{ "vrrp_track_process", KA_PROCESS },
		{ "track_file", KA_FILE },
		{ "vrrp_track_file", KA_FILE },
		{ "bfd_instance", KA_BFD },
	};
	const struct ka_rule *r;
	const struct ka_node *w;
	size_t i;

	if (ka_is(n, "global_defs")) {
		for (w = n->first; w != NULL; w = w->next)
			read_global(c, w);
		return;
	}
	if (ka_is(n, "vrrp_instance")) {
		ka_read_instance(c, n);
		return;
	}
	if (ka_is(n, "vrrp_sync_group")) {
		read_group(c, n);
		return;
	}
	if (ka_is(n, "interface_up_down_delays")) {
		for (w = n->first; w != NULL; w = w->next)
			read_delay(c, w);
		return;
	}
	for (i = 0; i < COUNT(trackers); i++)
		if (ka_is(n, trackers[i].word)) {
			ka_read_tracker(c, n, trackers[i].kind);
			return;
		}
	if ((r = ka_rule_find(tops, COUNT(tops), n->words[0])) != NULL) {
		ka_rule_say(c, r, n, NULL);
		return;
	}
	/* Old files have global words without a block. */
	if (!n->block && ka_rule_find(globals, COUNT(globals), n->words[0]) !=
	    NULL) {
		read_global(c, n);
		return;
	}
	ka_say(c, KA_DIFFERENCE, n, "%.80s: not a word known at the top of a "
	    "file; %s", n->words[0], n->block ? "its block is left out" :
	    "left out");
}

/* --- groups --- */

/* The weights of members and groups, before anything is written. */
static void
resolve_group(struct ka_conv *c, struct ka_group *g)
{
	const struct ka_node *m;
	struct ka_instance *v;
	struct ka_track *t, *o, *copy;

	ka_find_trackers(c, g->tracks, g->out);
	for (t = g->tracks; t != NULL; t = t->next)
		g->refs += t->name != NULL && t->kind != KA_BFD;
	if (g->members == NULL)
		return;
	for (m = g->members->first; m != NULL; m = m->next) {
		if ((v = ka_find_instance(c, m->words[0])) == NULL ||
		    v->group != NULL)
			continue;
		v->group = g;
		for (t = v->tracks; t != NULL && !g->weights; t = t->next)
			if (t->weight != 0 && !t->of_group) {
				ka_say(c, KA_NOTE, t->node, "%.80s: the weight"
				    " of a member of a group is ignored by "
				    "keepalived, so it is left out",
				    t->name);
				t->name = NULL;
			}
		/* What the group tracks, its members need not. */
		for (t = g->tracks; t != NULL; t = t->next) {
			if (t->name == NULL)
				continue;
			for (o = v->tracks; o != NULL; o = o->next)
				if (o->name != NULL && o->kind == t->kind &&
				    strcmp(o->name, t->name) == 0)
					o->name = NULL;
			if (t->kind != KA_BFD ||
			    (copy = ka_new(c, sizeof(*copy))) == NULL)
				continue;
			*copy = *t;
			copy->of_group = true;
			copy->next = v->tracks;
			v->tracks = copy;
		}
	}
}

static void
put_group(struct ka_conv *c, struct ka_group *g)
{
	const struct ka_node *m;
	struct ka_instance *v;
	unsigned count = 0, refs = 0;
	char place[300];

	for (m = g->members == NULL ? NULL : g->members->first; m != NULL;
	    m = m->next) {
		ka_no_more(c, m, 0);
		v = ka_find_instance(c, m->words[0]);
		if (v == NULL)
			ka_say(c, KA_DIFFERENCE, m, "there is no vrrp_instance"
			    " %.80s: it is left out of group %s", m->words[0],
			    g->out);
		else if (v->left_out)
			ka_say(c, KA_DIFFERENCE, m, "vrrp_instance %.80s is "
			    "left out, and so of group %s", m->words[0],
			    g->out);
		else if (v->group != g)
			ka_say(c, KA_DIFFERENCE, m, "vrrp_instance %.80s is in"
			    " a group already: it is left out of group %s",
			    m->words[0], g->out);
		else {
			if (count++ == 0)
				(void)fprintf(c->out, "\n# %s\ngroup %s {\n"
				    "    members = { ", ka_place(g->node,
				    place, sizeof(place)), g->out);
			else
				(void)fprintf(c->out, ", ");
			(void)fprintf(c->out, "%s", v->out);
			v->group = NULL;	/* and not a second time */
		}
	}
	if (count == 0) {
		ka_say(c, KA_DIFFERENCE, g->node, "vrrp_sync_group %s has no "
		    "members: left out", g->out);
		return;
	}
	(void)fprintf(c->out, " }\n");
	ka_put_tracks(c, g->tracks, NULL, &refs);
	ka_put_notify(c, g->notify, g->out);
	ka_put_mail(c, g->smtp_alert);
	(void)fprintf(c->out, "}\n");
	ka_say(c, KA_NOTE, g->node, "a group of vrrpd goes to another router "
	    "as one, also when its Active is silent on one link only: see "
	    "vrrpd.conf(5)");
}

/* --- what is left to others --- */

static void
put_static(struct ka_conv *c, const struct ka_node *n)
{
	const struct ka_node *w;
	const char *what = ka_is(n, "static_ipaddress") ? "addr" :
	    ka_is(n, "static_routes") ? "route" : "rule";
	char place[300];
	unsigned i;

	ka_say(c, KA_DIFFERENCE, n, "%s: left out: what is always there belongs"
	    " to the configuration of the network; the commands stand as "
	    "comments in the output", n->words[0]);
	(void)fprintf(c->out, "\n# %s %s: for the configuration of the network,"
	    "\n# not for vrrpd:\n", ka_place(n, place, sizeof(place)),
	    n->words[0]);
	for (w = n->first; w != NULL; w = w->next) {
		(void)fprintf(c->out, "#   ip %s add", what);
		for (i = 0; i < w->count; i++) {
			(void)fputc(' ', c->out);
			ka_put_word(c->out, w->words[i]);
		}
		(void)fputc('\n', c->out);
	}
}

static void
put_globals(struct ka_conv *c)
{
	const char *id;
	size_t i;

	(void)fprintf(c->out, "# vrrpd.conf(5), written by vrrpctl convert "
	    "from a configuration of keepalived.\n# What changed its meaning or"
	    " was left out went to standard error.\n");
	put_mail(c);
	if (c->router_id != NULL || c->rt_priority != NULL)
		(void)fputc('\n', c->out);
	if (c->router_id != NULL) {
		id = ka_arg(c->router_id, 1);
		for (i = 0; id[i] != '\0'; i++)
			if (iscntrl((unsigned char)id[i]))
				break;
		if (i == 0 || i > 63 || id[i] != '\0')
			ka_say(c, KA_DIFFERENCE, c->router_id, "router_id: must"
			    " have 1 to 63 printable characters; left out");
		else {
			(void)fprintf(c->out, "router_id = ");
			ka_put_word(c->out, id);
			(void)fputc('\n', c->out);
		}
	}
	if (c->rt_priority != NULL)
		(void)fprintf(c->out, "realtime_priority = %ld\n",
		    strtol(ka_arg(c->rt_priority, 1), NULL, 10));
}

static int
convert(struct ka_conv *c)
{
	const struct ka_node *n;
	struct ka_instance *v;
	struct ka_group *g;
	struct ka_delay *d;

	for (n = c->tree->root.first; n != NULL; n = n->next)
		read_top(c, n);
	for (v = c->instances; v != NULL; v = v->next)
		ka_find_trackers(c, v->tracks, v->out);
	for (g = c->groups; g != NULL; g = g->next)
		resolve_group(c, g);
	put_globals(c);
	ka_put_trackers(c);
	ka_put_instances(c);
	for (g = c->groups; g != NULL; g = g->next)
		put_group(c, g);
	for (d = c->delays; d != NULL; d = d->next)
		ka_say(c, d->used ? KA_NOTE : KA_DIFFERENCE, d->node, "%.80s: "
		    "%s; the interface of an instance itself counts at once",
		    d->node->words[0], d->used ? "the delays are those of its "
		    "track_interface" : "left out: delays are for "
		    "track_interface, where it does not stand");
	for (n = c->tree->root.first; n != NULL; n = n->next) {
		if (strncmp(n->words[0], "static_", 7) == 0)
			put_static(c, n);
		else if (ka_is(n, "virtual_server"))
			ka_put_virtual_server(c, n);
	}
	if (c->instances == NULL)
		ka_say(c, KA_DIFFERENCE, NULL, "there is no vrrp_instance");
	return c->no_memory ? -ENOMEM : 0;
}

int
ka_convert(struct ka_tree *tree, char **text)
{
	struct ka_conv c;
	char *out = NULL;
	size_t len;
	int rv;

	memset(&c, 0, sizeof(c));
	c.tree = tree;
	c.version = 2;			/* keepalived's default */
	if ((c.out = open_memstream(&out, &len)) == NULL)
		return -ENOMEM;
	rv = convert(&c);
	if (fclose(c.out) != 0 && rv == 0)
		rv = -ENOMEM;
	if (rv != 0) {
		free(out);
		return rv;
	}
	ka_remarks_sort(&tree->remarks);
	*text = out;
	return 0;
}

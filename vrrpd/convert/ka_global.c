/*
 * ka_global.c - what keepalived says globally, and what is always there.
 *
 * Most words of global_defs are about keepalived itself; each stands in a table
 * with what does the same for vrrpd, or why nothing has to.
 */
#include "config.h"

#include "vrrpd/convert/ka_global.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "shared/pure/mono.h"
#include "shared/pure/span.h"
#include "vrrpd/convert/ka_garp.h"
#include "vrrpd/convert/ka_layout.h"
#include "vrrpd/convert/ka_notify.h"
#include "vrrpd/convert/ka_table.h"
#include "vrrpd/convert/ka_words.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

#define OF_UNIT		"is for the service manager: say it in a drop-in of " \
			"vrrpd.service"
#define OF_NAMES	"names keepalived's own processes or files"
#define OF_BUFFERS	"vrrpd sizes its sockets itself"
#define OF_MONITOR	"is not there: vrrpctl monitor and swiftover-ctl(7) " \
			"give every event in order"

/* The words of global_defs; in older versions they stood at the top. */
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
	{ "smtp_helo_name", KA_NOTE, "vrrpd sends no mail" },
	{ "smtp_connect_timeout", KA_NOTE, "vrrpd sends no mail" },
	{ "no_email_faults", KA_NOTE, "vrrpd sends no mail" },
	{ "smtp_alert_checker", KA_DIFFERENCE, KA_OF_IPVS },
	{ "no_checker_emails", KA_DIFFERENCE, KA_OF_IPVS },
	{ "checker_log_all_failures", KA_DIFFERENCE, KA_OF_IPVS },
	{ "rs_init_notifies", KA_DIFFERENCE, KA_OF_IPVS },
	{ "lvs_sync_daemon", KA_DIFFERENCE, KA_OF_SYNC },
	{ "lvs_sync_daemon_interface", KA_DIFFERENCE, KA_OF_SYNC },
	{ "lvs_timeouts", KA_DIFFERENCE, KA_OF_IPVS },
	{ "lvs_flush", KA_DIFFERENCE, KA_OF_IPVS },
	{ "lvs_flush_on_stop", KA_DIFFERENCE, KA_OF_IPVS },
	{ "lvs_id", KA_DIFFERENCE, KA_OF_IPVS },
	{ "lvs_notify_fifo", KA_DIFFERENCE, KA_OF_IPVS },
	{ "lvs_notify_fifo_script", KA_DIFFERENCE, KA_OF_IPVS },
	{ "lvs_netlink_cmd_rcv_bufs", KA_DIFFERENCE, KA_OF_IPVS },
	{ "lvs_netlink_cmd_rcv_bufs_force", KA_DIFFERENCE, KA_OF_IPVS },
	{ "lvs_netlink_monitor_rcv_bufs", KA_DIFFERENCE, KA_OF_IPVS },
	{ "lvs_netlink_monitor_rcv_bufs_force", KA_DIFFERENCE, KA_OF_IPVS },
	{ "nftables_ipvs", KA_DIFFERENCE, KA_OF_IPVS },
	{ "nftables_ipvs_priority", KA_DIFFERENCE, KA_OF_IPVS },
	{ "nftables_ipvs_start_fwmark", KA_DIFFERENCE, KA_OF_IPVS },
	{ "checker_priority", KA_DIFFERENCE, KA_OF_IPVS },
	{ "checker_no_swap", KA_DIFFERENCE, KA_OF_IPVS },
	{ "checker_cpu_affinity", KA_DIFFERENCE, KA_OF_IPVS },
	{ "checker_rt_priority", KA_DIFFERENCE, KA_OF_IPVS },
	{ "checker_rlimit_rttime", KA_DIFFERENCE, KA_OF_IPVS },
	{ "checker_process_name", KA_DIFFERENCE, KA_OF_IPVS },
	{ "net_namespace_ipvs", KA_DIFFERENCE, KA_OF_IPVS },
	{ "enable_snmp_checker", KA_DIFFERENCE, KA_OF_IPVS },
	{ "net_namespace", KA_DIFFERENCE, "run vrrpd in it: "
	    "NetworkNamespacePath= in a drop-in of vrrpd.service" },
	{ "namespace_with_ipsets", KA_NOTE, "vrrpd uses no ipsets" },
	{ "nftables", KA_NOTE, "the table vrrpd makes for accept = no "
	    "has a name of its own" },
	{ "vrrp_nftables", KA_NOTE, "the table vrrpd makes for "
	    "accept = no has a name of its own" },
	{ "nftables_priority", KA_NOTE, "vrrpd's table has a priority "
	    "of its own" },
	{ "nftables_counters", KA_NOTE, "vrrpd's table has no counters" },
	{ "nftables_ifindex", KA_NOTE, "vrrpd's table is its own affair"
	    },
	{ "vrrp_iptables", KA_NOTE, "vrrpd uses nf_tables for "
	    "accept = no and needs no chain" },
	{ "vrrp_ipsets", KA_NOTE, "vrrpd uses no ipsets" },
	{ "disable_local_igmp", KA_NOTE, "IGMP is left to the kernel" },
	{ "instance", KA_NOTE, OF_NAMES },
	{ "use_pid_dir", KA_NOTE, OF_NAMES },
	{ "process_names", KA_NOTE, OF_NAMES },
	{ "process_name", KA_NOTE, OF_NAMES },
	{ "vrrp_process_name", KA_NOTE, OF_NAMES },
	{ "bfd_process_name", KA_NOTE, OF_NAMES },
	{ "state_dump_file", KA_NOTE, OF_NAMES },
	{ "stats_dump_file", KA_NOTE, OF_NAMES },
	{ "json_dump_file", KA_NOTE, "vrrpctl -j prints JSON" },
	{ "state_dump_file_location", KA_NOTE, OF_NAMES },
	{ "stats_dump_file_location", KA_NOTE, OF_NAMES },
	{ "json_dump_file_location", KA_NOTE, "vrrpctl -j prints JSON" },
	{ "json_version", KA_NOTE, "vrrpctl -j prints JSON of its own, "
	    "see swiftover-ctl(7)" },
	{ "data_use_instance", KA_NOTE, OF_NAMES },
	{ "vmac_prefix", KA_DIFFERENCE, "vrrpd names its devices itself" },
	{ "vmac_addr_prefix", KA_DIFFERENCE, "vrrpd names its devices itself" },
	{ "umask", KA_DIFFERENCE, OF_UNIT " (UMask=)" },
	{ "child_wait_time", KA_NOTE, OF_UNIT " (TimeoutStopSec=)" },
	{ "startup_script", KA_DIFFERENCE, OF_UNIT " (ExecStartPre=)" },
	{ "startup_script_timeout", KA_DIFFERENCE, OF_UNIT },
	{ "shutdown_script", KA_DIFFERENCE, OF_UNIT " (ExecStopPost=)" },
	{ "shutdown_script_timeout", KA_DIFFERENCE, OF_UNIT },
	{ "vrrp_cpu_affinity", KA_NOTE, OF_UNIT " (CPUAffinity=)" },
	{ "bfd_cpu_affinity", KA_NOTE, "is for the service manager: "
	    "CPUAffinity= in a drop-in of bfdd.service" },
	{ "vrrp_rlimit_rttime", KA_NOTE, OF_UNIT " (LimitRTTIME=)" },
	{ "bfd_rlimit_rttime", KA_NOTE, "is for the service manager: "
	    "LimitRTTIME= in a drop-in of bfdd.service" },
	{ "vrrp_priority", KA_NOTE, "a nice value means nothing to a "
	    "real-time process; see realtime_priority" },
	{ "bfd_priority", KA_NOTE, "a nice value means nothing to a "
	    "real-time process; see realtime_priority in bfdd.conf(5)" },
	{ "bfd_rt_priority", KA_DIFFERENCE, "goes into bfdd.conf(5) as "
	    "realtime_priority" },
	{ "vrrp_no_swap", KA_NOTE, "vrrpd always locks its memory" },
	{ "bfd_no_swap", KA_NOTE, "bfdd always locks its memory" },
	{ "max_auto_priority", KA_NOTE, "vrrpd has realtime_priority from the "
	    "start" },
	{ "min_auto_priority_delay", KA_NOTE, "vrrpd has realtime_priority "
	    "from the start" },
	{ "vrrp_netlink_cmd_rcv_bufs", KA_NOTE, OF_BUFFERS },
	{ "vrrp_netlink_cmd_rcv_bufs_force", KA_NOTE, OF_BUFFERS },
	{ "vrrp_netlink_monitor_rcv_bufs", KA_NOTE, OF_BUFFERS },
	{ "vrrp_netlink_monitor_rcv_bufs_force", KA_NOTE, OF_BUFFERS },
	{ "process_monitor_rcv_bufs", KA_NOTE, OF_BUFFERS },
	{ "process_monitor_rcv_bufs_force", KA_NOTE, OF_BUFFERS },
	{ "vrrp_rx_bufs_policy", KA_NOTE, OF_BUFFERS },
	{ "vrrp_rx_bufs_multiplier", KA_NOTE, OF_BUFFERS },
	{ "vrrp_startup_delay", KA_NOTE, NULL },
	{ "vrrp_delay_after_boot", KA_NOTE, NULL },
	{ "dynamic_interfaces", KA_NOTE, "vrrpd always lets interfaces come "
	    "and go" },
	{ "linkbeat_use_polling", KA_NOTE, "the state of links comes "
	    "from the kernel as events; nothing is polled" },
	{ "log_unknown_vrids", KA_NOTE, "they are counted, see vrrpctl "
	    "show stats" },
	{ "default_interface", KA_NOTE, "is for static addresses, which "
	    "are said by themselves" },
	{ "iproute_usr_dir", KA_NOTE, "has the names of routing tables, "
	    "which are looked up in /etc/iproute2/rt_tables" },
	{ "iproute_etc_dir", KA_NOTE, "has the names of routing tables, "
	    "which are looked up in /etc/iproute2/rt_tables" },
	{ "enable_script_security", KA_NOTE, "vrrpd never runs a script that "
	    "others than its user may write" },
	{ "set_supplementary_groups", KA_DIFFERENCE, "scripts have the groups "
	    "vrrpd gives them" },
	{ "vrrp_check_unicast_src", KA_NOTE, "vrrpd always takes adverts from "
	    "its unicast peers only" },
	{ "vrrp_skip_check_adv_addr", KA_NOTE, "in version 2 vrrpd looks"
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
	{ "config_save_dir", KA_NOTE, "not there" },
	{ "tmp_config_directory", KA_NOTE, "not needed: no copy is kept"
	    },
	{ "include_check", KA_NOTE, "a file that cannot be read is always an "
	    "error" },
	{ "random_seed", KA_NOTE, "${_RANDOM} is not put in" },
};
const struct ka_table ka_table_globals = { "global_defs", globals,
    COUNT(globals) };

bool
ka_is_strict(const struct ka_conv *c, const struct ka_instance *v)
{
	return v->strict >= 0 ? v->strict > 0 : c->strict != NULL;
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

bool
ka_is_global(const struct ka_node *n)
{
	return ka_rule_find(globals, COUNT(globals), n->words[0]) != NULL;
}

void
ka_read_global(struct ka_conv *c, const struct ka_node *n)
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
	else if (ka_is(n, "vrrp_startup_delay"))
		c->startup_delay = n;
	else if (ka_is(n, "vrrp_delay_after_boot") && c->startup_delay == NULL)
		c->startup_delay = n;
	if (!ka_is(n, "notification_email") && !ka_is(n, "script_user") &&
	    !ka_is(n, "smtp_server"))
		ka_no_more(c, n, 1);
}

/* --- writing --- */

static void
put_startup_delay(struct ka_conv *c)
{
	const struct ka_node *n = c->startup_delay;
	char text[32];
	int64_t ns;

	if (n == NULL || !ka_span(c, n, 1, NS_PER_S, 0, 86400 * NS_PER_S, &ns))
		return;
	if (ka_is(n, "vrrp_delay_after_boot"))
		ka_say(c, KA_DIFFERENCE, n, "vrrp_delay_after_boot: "
		    "startup_delay is written, which runs from the start of "
		    "vrrpd and not of the machine: a later start waits as "
		    "well, vrrpctl restart does not");
	(void)fprintf(c->out, "startup_delay = %s\n", span_format(ns, text,
	    sizeof(text)));
}

void
ka_put_globals(struct ka_conv *c)
{
	const struct ka_node *n;
	const char *id;
	size_t i;

	(void)fprintf(c->out, "# vrrpd.conf(5), written by vrrpctl convert "
	    "from a configuration of keepalived.\n# What changed its meaning or"
	    " was left out went to standard error.\n");
	for (n = c->tree->root.first; n != NULL; n = n->next)
		if (ka_is(n, "global_defs"))
			ka_put_heading(c, n);
	ka_say_mail(c);
	if (c->router_id != NULL || c->rt_priority != NULL ||
	    c->startup_delay != NULL)
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
	put_startup_delay(c);
}

void
ka_put_static(struct ka_conv *c, const struct ka_node *n)
{
	const struct ka_node *w;
	const char *what = ka_is(n, "static_ipaddress") ? "addr" :
	    ka_is(n, "static_routes") ? "route" : "rule";
	char place[300];
	unsigned i;

	ka_say(c, KA_DIFFERENCE, n, "%s: left out: what is always there belongs"
	    " to the configuration of the network; the commands stand as "
	    "comments in the output", n->words[0]);
	ka_begin(c, n);
	(void)fprintf(c->out, "# %s %s: for the configuration of the network,"
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

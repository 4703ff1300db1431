/*
 * main.c - vrrpd(8): options, the order of starting, exit status.
 *
 * Order of start: read the configuration; see that the user exists; become the
 * monitor (vrrp_monitor.h), which binds the control socket, starts the helpers
 * and forks the engine, whose life is vrrp_life.h.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/conf.h"
#include "shared/log.h"
#include "shared/priv.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_conf_print.h"
#include "vrrpd/engine/vrrp_cleanup.h"
#include "vrrpd/engine/vrrp_life.h"
#include "vrrpd/monitor/vrrp_desk.h"
#include "vrrpd/monitor/vrrp_helpers.h"
#include "vrrpd/monitor/vrrp_keeper.h"
#include "vrrpd/monitor/vrrp_monitor.h"

#define DEFAULT_CONF	SYSCONFDIR "/vrrpd.conf"
#define DEFAULT_SOCKET	RUNSTATEDIR "/vrrpd.sock"
#define DEFAULT_BFDD	RUNSTATEDIR "/bfdd.sock"
#define DEFAULT_STATE	STATEDIR "/vrrpd"
#define PARTS		3

struct options {
	const char	*conf;
	const char	*socket;
	const char	*bfdd_socket;
	const char	*state;
	bool		 check;
	bool		 cleanup;
	bool		 verbose;
};

static void
usage(FILE *to)
{
	fprintf(to, "usage: vrrpd [-chnVv] [-b bfdd-socket] [-D subsystem] "
	    "[-f file] [-S folder] [-s socket]\n");
}

static void
help(void)
{
	usage(stdout);
	printf(
	    "  -b bfdd-socket  control socket of bfdd (%s)\n"
	    "  -c              remove what a vrrpd that was killed has left, and "
	    "exit\n"
	    "  -D subsystem    debug lines of: bfd, rx, all; repeatable\n"
	    "  -f file         configuration (%s)\n"
	    "  -h              this text\n"
	    "  -n              check the configuration and exit\n"
	    "  -S folder       for what has to outlive a restart (%s)\n"
	    "  -s socket       control socket (%s)\n"
	    "  -V              version\n"
	    "  -v              log more; with -n: print the configuration\n",
	    DEFAULT_BFDD, DEFAULT_CONF, DEFAULT_STATE, DEFAULT_SOCKET);
}

/* --- configuration --- */

static void
print_list(const struct conf_errors *list, const char *prefix)
{
	char text[640];
	unsigned i;

	for (i = 0; i < list->count && i < CONF_ERRORS_MAX; i++)
		fprintf(stderr, "%s%s\n", prefix, conf_error_format(
		    &list->list[i], text, sizeof(text)));
	if (list->count > CONF_ERRORS_MAX)
		fprintf(stderr, "%u more\n", list->count - CONF_ERRORS_MAX);
}

static int
read_config(const struct options *opt, struct vrrp_config *config)
{
	static struct conf_errors errors, warnings;
	int error;

	memset(&errors, 0, sizeof(errors));
	memset(&warnings, 0, sizeof(warnings));
	error = vrrp_conf_parse_file(opt->conf, config, &errors, &warnings);
	print_list(&errors, "");
	print_list(&warnings, "warning: ");
	return error;
}

static int
check_config(const struct options *opt)
{
	struct vrrp_config config;
	char *text;

	if (read_config(opt, &config) < 0)
		return 1;
	if (opt->verbose) {
		text = vrrp_conf_print(&config);
		if (text != NULL)
			fputs(text, stdout);
		free(text);
	}
	vrrp_config_free(&config);
	return 0;
}

/* The monitor with its parts, to the end of it. */
static int
supervise(const struct options *opt, struct vrrp_config *config,
    const struct priv_user *user)
{
	struct vrrp_life life = {
		.conf = opt->conf,
		.bfdd_socket = opt->bfdd_socket,
		.config = config,
		.user = user,
	};
	struct vrrp_desk *desk = vrrp_desk_new(user,
	    config->realtime_priority);
	struct vrrp_helpers *helpers = vrrp_helpers_new(opt->conf, config,
	    user);
	struct vrrp_keeper *keeper = vrrp_keeper_new(opt->state, opt->socket,
	    user);
	struct vrrp_monitor_part parts[PARTS];
	const struct vrrp_monitor_config monitor = {
		.user = user,
		.socket = opt->socket,
		.realtime_priority = config->realtime_priority,
		.parts = parts,
		.part_count = PARTS,
		.orders = keeper == NULL ? NULL : vrrp_keeper_orders(keeper),
		.engine = vrrp_life_run,
		.arg = &life,
	};
	int status = 1;

	if (desk == NULL || helpers == NULL || keeper == NULL)
		log_err("cannot start: %s", strerror(ENOMEM));
	else {
		parts[0] = vrrp_desk_part(desk);
		parts[1] = vrrp_helpers_part(helpers);
		parts[2] = vrrp_keeper_part(keeper);
		status = vrrp_monitor_run(&monitor);
	}
	vrrp_keeper_free(keeper);
	vrrp_desk_free(desk);
	vrrp_helpers_free(helpers);
	return status;
}

int
main(int argc, char **argv)
{
	struct options opt = {
		.conf = DEFAULT_CONF,
		.socket = DEFAULT_SOCKET,
		.bfdd_socket = DEFAULT_BFDD,
		.state = DEFAULT_STATE,
	};
	struct vrrp_config config;
	struct priv_user user;
	int c, status;

	log_init("vrrpd");
	while ((c = getopt(argc, argv, "b:cD:f:hnS:s:Vv")) != -1) {
		switch (c) {
		case 'b':
			opt.bfdd_socket = optarg;
			break;
		case 'c':
			opt.cleanup = true;
			break;
		case 'D':
			if (log_debug_enable(optarg) < 0) {
				fprintf(stderr, "vrrpd: too many -D\n");
				return 2;
			}
			break;
		case 'f':
			opt.conf = optarg;
			break;
		case 'h':
			help();
			return 0;
		case 'n':
			opt.check = true;
			break;
		case 'S':
			opt.state = optarg;
			break;
		case 's':
			opt.socket = optarg;
			break;
		case 'V':
			printf("vrrpd %s\n", PACKAGE_VERSION);
			return 0;
		case 'v':
			opt.verbose = true;
			log_set_level(LOG_LEVEL_INFO);
			break;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind != argc) {
		usage(stderr);
		return 2;
	}
	if (opt.check)
		return check_config(&opt);
	if (read_config(&opt, &config) < 0)
		return 1;
	if (opt.cleanup) {
		status = vrrp_cleanup(opt.socket, &config) < 0 ? 1 : 0;
		vrrp_config_free(&config);
		return status;
	}
	if (priv_lookup(&user) < 0) {
		log_err("there is no user \"%s\" to run as: create it, or "
		    "configure --with-user", priv_user_name());
		vrrp_config_free(&config);
		return 1;
	}
	status = supervise(&opt, &config, &user);
	vrrp_config_free(&config);
	return status;
}

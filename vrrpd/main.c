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
#include "vrrpd/monitor/vrrp_monitor.h"

#define DEFAULT_CONF	SYSCONFDIR "/vrrpd.conf"
#define DEFAULT_SOCKET	RUNSTATEDIR "/vrrpd.sock"
#define DEFAULT_BFDD	RUNSTATEDIR "/bfdd.sock"

struct options {
	const char	*conf;
	const char	*socket;
	const char	*bfdd_socket;
	bool		 check;
	bool		 cleanup;
	bool		 verbose;
};

static void
usage(FILE *to)
{
	fprintf(to, "usage: vrrpd [-chnVv] [-b bfdd-socket] [-D subsystem] "
	    "[-f file] [-s socket]\n");
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
	    "  -s socket       control socket (%s)\n"
	    "  -V              version\n"
	    "  -v              log more; with -n: print the configuration\n",
	    DEFAULT_BFDD, DEFAULT_CONF, DEFAULT_SOCKET);
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

int
main(int argc, char **argv)
{
	struct options opt = {
		.conf = DEFAULT_CONF,
		.socket = DEFAULT_SOCKET,
		.bfdd_socket = DEFAULT_BFDD,
	};
	struct vrrp_config config;
	struct priv_user user;
	struct vrrp_life life = { .config = &config, .user = &user };
	struct vrrp_monitor_config monitor = {
		.user = &user,
		.engine = vrrp_life_run,
		.part_count = 2,
		.arg = &life,
	};
	struct vrrp_monitor_part parts[2];
	struct vrrp_helpers *helpers;
	struct vrrp_desk *desk;
	int c, status;

	log_init("vrrpd");
	while ((c = getopt(argc, argv, "b:cD:f:hns:Vv")) != -1) {
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
	helpers = vrrp_helpers_new(opt.conf, &config, &user);
	desk = vrrp_desk_new(&user, config.realtime_priority);
	if (helpers == NULL || desk == NULL) {
		log_err("helpers: %s", strerror(ENOMEM));
		vrrp_config_free(&config);
		return 1;
	}
	parts[0] = vrrp_desk_part(desk);
	parts[1] = vrrp_helpers_part(helpers);
	life.conf = opt.conf;
	life.bfdd_socket = opt.bfdd_socket;
	monitor.parts = parts;
	monitor.socket = opt.socket;
	monitor.realtime_priority = config.realtime_priority;
	status = vrrp_monitor_run(&monitor);
	vrrp_desk_free(desk);
	vrrp_helpers_free(helpers);
	vrrp_config_free(&config);
	return status;
}

/*
 * main.c - vrrpd(8): options, the order of starting, exit status.
 *
 * Order of start: read the configuration; see that the user exists; become the
 * monitor (vrrp_monitor.h), which binds the control socket, starts the helpers
 * and forks the engine, whose life is vrrp_life.h.
 *
 * A child that becomes the engine or a process beside it executes the program at
 * the path that this one was started from, whatever is there by now, with the same
 * options and one more (vrrp_birth_exec.h).  Where that fails, the child lives on
 * as a fork.  First arguments that vrrpd itself uses, and nobody else:
 *
 *   --engine=N    be the engine; N is a descriptor with its values
 *   --beside=N    be a process beside the engine
 *   --try         say what language this is, and end (vrrp_trial.h)
 *   --listener=N  begin as always, with a control socket that is bound already
 *
 * The last two are understood by every version from this one on.
 */
#include "config.h"

#include <sys/prctl.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/conf.h"
#include "shared/conf_child.h"
#include "shared/ctl_listener.h"
#include "shared/log.h"
#include "shared/priv.h"
#include "shared/sdmanager.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_conf_print.h"
#include "vrrpd/config/vrrp_needs.h"
#include "vrrpd/engine/vrrp_cleanup.h"
#include "vrrpd/engine/vrrp_life.h"
#include "vrrpd/helper/vrrp_helper.h"
#include "vrrpd/ipc/vrrp_birth_exec.h"
#include "vrrpd/monitor/vrrp_desk.h"
#include "vrrpd/monitor/vrrp_helpers.h"
#include "vrrpd/monitor/vrrp_keeper.h"
#include "vrrpd/monitor/vrrp_ledger.h"
#include "vrrpd/monitor/vrrp_monitor.h"
#include "vrrpd/monitor/vrrp_reader.h"
#include "vrrpd/monitor/vrrp_tryout.h"
#include "vrrpd/netd/vrrp_netd.h"
#include "vrrpd/pure/vrrp_traffic.h"
#include "vrrpd/pure/vrrp_trial.h"

#define DEFAULT_CONF	SYSCONFDIR "/vrrpd.conf"
#define DEFAULT_SOCKET	RUNSTATEDIR "/vrrpd.sock"
#define DEFAULT_BFDD	RUNSTATEDIR "/bfdd.sock"
#define DEFAULT_STATE	STATEDIR "/vrrpd"
#define PARTS		5
#define LISTENER	"--listener="

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
read_config(const struct options *opt, struct vrrp_config *config,
    bool warn)
{
	static struct conf_errors errors, warnings;
	int error;

	memset(&errors, 0, sizeof(errors));
	memset(&warnings, 0, sizeof(warnings));
	error = vrrp_conf_parse_file(opt->conf, config, &errors, &warnings);
	print_list(&errors, "");
	if (warn)
		print_list(&warnings, "warning: ");
	return error;
}

static int
check_config(const struct options *opt)
{
	struct vrrp_config config;
	char *text;

	if (read_config(opt, &config, true) < 0)
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

/* --- options --- */

/* -1: go on; else exit with that status. */
static int
read_options(int argc, char **argv, struct options *opt)
{
	static const struct option long_options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "b:cD:f:hnS:s:Vv", long_options,
	    NULL)) != -1) {
		switch (c) {
		case 'b':
			opt->bfdd_socket = optarg;
			break;
		case 'c':
			opt->cleanup = true;
			break;
		case 'D':
			if (log_debug_enable(optarg) < 0) {
				fprintf(stderr, "vrrpd: too many -D\n");
				return 2;
			}
			break;
		case 'f':
			opt->conf = optarg;
			break;
		case 'h':
			help();
			return 0;
		case 'n':
			opt->check = true;
			break;
		case 'S':
			opt->state = optarg;
			break;
		case 's':
			opt->socket = optarg;
			break;
		case 'V':
			printf("vrrpd %s\n", PACKAGE_VERSION);
			return 0;
		case 'v':
			opt->verbose = true;
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
	return -1;
}

/* --- the engine --- */

struct executed {
	struct vrrp_life *life;
	struct vrrp_program *program;
};

/* Without a path, nothing is executed. */
static void
find_program(struct vrrp_program *p, char *const *args,
    const struct vrrp_config *config)
{
	ssize_t n = readlink("/proc/self/exe", p->path, sizeof(p->path) - 1);

	p->args = args;
	p->conf = n <= 0 ? NULL : vrrp_conf_print(config);
	p->path[p->conf == NULL ? 0 : n] = '\0';
}

/* In the child of the monitor; arg is a struct executed. */
static int
become_engine(struct vrrp_birth *birth, void *arg)
{
	struct executed *x = arg;
	int error;

	if (x->program->path[0] != '\0' && !birth->own) {
		error = vrrp_birth_execute(birth, x->program);
		log_err("cannot execute %s: %s: the engine runs the program that "
		    "was started", x->program->path, strerror(-error));
	}
	return vrrp_life_run(birth, x->life);
}

static void
say_no(const char *what, int error)
{
	log_err("vrrpd %s cannot be %s of the vrrpd that runs: %s",
	    PACKAGE_VERSION, what, error == -EPROTO ?
	    "it speaks another language" : error == -EINVAL ?
	    "it does not take its values" : strerror(-error));
}

/* In the program that was executed as the engine. */
static int
be_engine(int fd, int argc, char **argv)
{
	static struct vrrp_birth_values values;
	static struct conf_errors errors;
	struct vrrp_birth *birth = &values.birth;
	struct options opt = {
		.conf = DEFAULT_CONF,
		.socket = DEFAULT_SOCKET,
		.bfdd_socket = DEFAULT_BFDD,
		.state = DEFAULT_STATE,
	};
	struct ctl_listener *listener;
	struct vrrp_config config;
	struct priv_user user;
	struct vrrp_life life = { .config = &config, .user = &user };
	int error, status;

	(void)prctl(PR_SET_NAME, "vrrpd-engine", 0, 0, 0);
	error = vrrp_birth_receive(fd, &values);
	if (error < 0) {
		say_no("the engine", error);
		return 1;
	}
	/* The first argument, which is this program's own, is passed over. */
	if (read_options(argc, argv, &opt) != -1 || priv_lookup(&user) < 0)
		return 1;
	if (vrrp_conf_parse_text(values.conf, opt.conf, 0, &config, &errors,
	    NULL) < 0 || ctl_listener_adopt(opt.socket, values.listener,
	    &listener) < 0) {
		say_no("the engine", -EINVAL);
		return 1;
	}
	free(values.conf);
	birth->listener = listener;
	life.conf = opt.conf;
	life.bfdd_socket = opt.bfdd_socket;
	status = vrrp_birth_tie(birth) == 0 ? vrrp_life_run(birth, &life) : 1;
	/* The socket file is the monitor's to remove, while that lives. */
	ctl_listener_close(listener, getppid() != birth->monitor);
	vrrp_config_free(&config);
	return status;
}

/* --- processes beside the engine --- */

/*
 * The user of the helpers; the daemons' own where there is no other, or where this
 * process was not started as root and cannot become it.
 */
static struct priv_user
helper_user(const struct vrrp_config *config, const struct priv_user *user,
    bool say)
{
	struct priv_user check = *user;
	const char *name = priv_check_user_name(config->check_user);

	if (priv_lookup_check(name, &check) == -ENOENT && say &&
	    vrrp_needs_of_config(config) != 0)
		log_notice("there is no user \"%s\": checks, scripts and hooks "
		    "run as the daemons' own user, which may disable and stop "
		    "them", name);
	return priv_may_become(&check) ? check : *user;
}

static int
be_beside(int fd, int argc, char **argv)
{
	static struct conf_errors errors;
	struct options opt = {
		.conf = DEFAULT_CONF,
	};
	struct vrrp_program program;
	struct vrrp_config config;
	struct priv_user user;
	enum vrrp_way way;
	int channel, error;
	char *conf;

	error = vrrp_birth_receive_beside(fd, &way, &channel, &conf);
	if (error < 0) {
		say_no("a part", error);
		return 1;
	}
	if (read_options(argc, argv, &opt) != -1 || priv_lookup(&user) < 0)
		return 1;
	if (vrrp_conf_parse_text(conf, opt.conf, 0, &config, &errors, NULL) <
	    0) {
		say_no(vrrp_way_sender(way), -EINVAL);
		return 1;
	}
	free(conf);
	find_program(&program, argv + 1, &config);
	if (way == VRRP_WAY_NET_UP)
		vrrp_netd_live(&(struct vrrp_netd_birth){ .channel = channel,
		    .user = &user, .realtime_priority =
		    config.realtime_priority, .program = &program,
		    .executed = true });
	user = helper_user(&config, &user, false);
	vrrp_helper_live(&(struct vrrp_helper_birth){ .role = way ==
	    VRRP_WAY_SCRIPTS_UP ? VRRP_HELPER_SCRIPTS : VRRP_HELPER_CHECKS,
	    .channel = channel, .config = &config,
	    .user = &user, .program = &program, .executed = true });
}

/* --- on trial --- */

/* The configuration that the vrrpd that runs was started with. */
static int
read_standard_input(struct vrrp_config *config)
{
	static struct conf_errors errors;
	static char text[CONF_FILE_MAX + 1];
	size_t len = fread(text, 1, sizeof(text) - 1, stdin);

	text[len] = '\0';
	return len == 0 ? -ENOENT : vrrp_conf_parse_text(text,
	    "standard input", 0, config, &errors, NULL);
}

static int
be_tried(int argc, char **argv)
{
	struct options opt = {
		.conf = DEFAULT_CONF,
	};
	struct vrrp_config config;
	struct priv_user user;
	char line[128];
	int error;

	if (read_options(argc, argv, &opt) != -1)
		return 2;
	if (priv_lookup(&user) < 0) {
		printf("there is no user \"%s\"\n", priv_user_name());
		return 1;
	}
	error = read_config(&opt, &config, false);
	if (error < 0)
		error = read_standard_input(&config);
	if (error < 0)
		return 1;
	vrrp_config_free(&config);
	if (!vrrp_trial_print(line, sizeof(line), PACKAGE_VERSION,
	    vrrp_traffic_id()))
		return 1;
	return fputs(line, stdout) < 0 || fflush(stdout) != 0 ? 1 : 0;
}

/* --- the monitor --- */

/* Of this process all has ended but the listening socket. */
static int
begin_again(int listener, void *arg)
{
	const struct executed *x = arg;
	char name[] = "vrrpd", option[sizeof(LISTENER) + 12];
	size_t n = 0;
	char **argv;
	int error;

	if (x->program->path[0] == '\0')
		return -ENOENT;
	while (x->program->args[n] != NULL)
		n++;
	argv = calloc(n + 3, sizeof(*argv));
	error = argv == NULL ? -ENOMEM : priv_pass_on();
	if (error == 0) {
		(void)snprintf(option, sizeof(option), LISTENER "%d",
		    listener);
		argv[0] = name;
		argv[1] = option;
		memcpy(argv + 2, x->program->args, n * sizeof(*argv));
		(void)execv(x->program->path, argv);
		error = -errno;
	}
	free(argv);
	return error;
}

/* With its parts, to the end of it; in a child, to the end of the engine. */
static int
supervise(const struct options *opt, char **args, int listener,
    struct vrrp_config *config, const struct priv_user *user)
{
	struct vrrp_life life = {
		.conf = opt->conf,
		.bfdd_socket = opt->bfdd_socket,
		.config = config,
		.user = user,
	};
	struct vrrp_program program = { .path = "" };
	struct executed executed = { .life = &life, .program = &program };
	struct vrrp_desk *desk = vrrp_desk_new(user,
	    config->realtime_priority, &program);
	struct vrrp_ledger *ledger = vrrp_ledger_new(opt->conf, config, user,
	    &program);
	const struct priv_user check = helper_user(config, user, true);
	struct vrrp_helpers *helpers = ledger == NULL ? NULL :
	    vrrp_helpers_new(ledger, config, &check, &program);
	struct vrrp_keeper *keeper = vrrp_keeper_new(opt->state, opt->socket,
	    user);
	struct vrrp_tryout *tryout = vrrp_tryout_new(&program,
	    vrrp_helper_has_users(config));
	struct vrrp_monitor_part parts[PARTS];
	struct vrrp_monitor_config monitor = {
		.user = user,
		.helpers_apart = check.uid != user->uid,
		.socket = opt->socket,
		.realtime_priority = config->realtime_priority,
		.parts = parts,
		.part_count = PARTS,
		.orders = keeper == NULL ? NULL : vrrp_keeper_orders(keeper),
		.engine = become_engine,
		.replace = begin_again,
		.listener = listener,
		.arg = &executed,
	};
	int status = 1;

	find_program(&program, args, config);
	if (desk == NULL || helpers == NULL || keeper == NULL ||
	    tryout == NULL)
		log_err("cannot start: %s", strerror(ENOMEM));
	else {
		monitor.executes = program.path[0] != '\0';
		parts[0] = vrrp_desk_part(desk);
		parts[1] = vrrp_helpers_part(helpers);
		parts[2] = vrrp_keeper_part(keeper);
		parts[3] = vrrp_tryout_part(tryout);
		parts[4] = vrrp_ledger_part(ledger);
		status = vrrp_monitor_run(&monitor);
	}
	free(program.conf);
	vrrp_tryout_free(tryout);
	vrrp_keeper_free(keeper);
	vrrp_desk_free(desk);
	vrrp_helpers_free(helpers);
	vrrp_ledger_free(ledger);
	return status;
}

/* The descriptor, or -1. */
static int
inherited_listener(const char *arg)
{
	if (strncmp(arg, LISTENER, sizeof(LISTENER) - 1) != 0)
		return -1;
	return atoi(arg + sizeof(LISTENER) - 1);
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
	const char *first = argc > 1 ? argv[1] : "";
	struct vrrp_config config;
	struct priv_user user;
	int status, listener, fd;

	log_init("vrrpd");
	if ((fd = vrrp_birth_argument(first)) != -1)
		return be_engine(fd, argc - 1, argv + 1);
	if ((fd = vrrp_birth_argument_beside(first)) != -1)
		return be_beside(fd, argc - 1, argv + 1);
	if (strcmp(first, VRRP_TRIAL_ARGUMENT) == 0)
		return be_tried(argc - 1, argv + 1);
	/* A reader of the file, started by the monitor: --read=FD FILE. */
	if (argc == 3 && (fd = conf_child_argument(first)) != -1)
		return vrrp_reader_live(argv[2], fd);
	listener = inherited_listener(first);
	if (listener != -1) {
		argc--;
		argv++;
	}
	status = read_options(argc, argv, &opt);
	if (status != -1)
		return status;
	if (opt.check)
		return check_config(&opt);
	if (read_config(&opt, &config, true) < 0) {
		if (!opt.cleanup)
			return sdmanager_status_not_configured();
		/* The devices carry a tag, and no file is needed to find them. */
		log_notice("cleaning up without a configuration: devices that "
		    "a vrrpd has left");
		memset(&config, 0, sizeof(config));
	}
	if (opt.cleanup) {
		status = vrrp_cleanup(opt.socket, &config) < 0 ? 1 : 0;
		vrrp_config_free(&config);
		return status;
	}
	if (priv_lookup(&user) < 0) {
		log_err("there is no user \"%s\" to run as: create it, or "
		    "configure --with-user", priv_user_name());
		vrrp_config_free(&config);
		return sdmanager_status_not_configured();
	}
	status = supervise(&opt, argv + 1, listener, &config, &user);
	vrrp_config_free(&config);
	return status;
}

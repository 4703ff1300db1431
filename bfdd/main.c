/*
 * main.c - bfdd(8): options, start-up order, exit status.
 *
 * Start: options, configuration, sockets, control socket, real time, change of
 * user, loop.  What needs root comes before the change of user; nothing is read
 * from the network before it.  From then on the daemon does not exit on its own.
 *
 * Restart (an operator): leave, and execute the program on disk (bfd_restart.h).
 *
 * Leave (SIGTERM, SIGINT): AdminDown for one Detection Time on every session
 * (L-22), at most LEAVE_MAX_NS, then exit 0.  Reload (SIGHUP): the file is parsed
 * whole, by a child (bfd_reader.h); with an error in it nothing changes.
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bfdd/bfd_conf.h"
#include "bfdd/bfd_conf_print.h"
#include "bfdd/bfd_ctl.h"
#include "bfdd/bfd_engine.h"
#include "bfdd/bfd_reader.h"
#include "bfdd/bfd_reload.h"
#include "bfdd/bfd_restart.h"
#include "bfdd/bfd_wishes.h"
#include "shared/conf.h"
#include "shared/conf_child.h"
#include "shared/ctl_listener.h"
#include "shared/log.h"
#include "shared/loop.h"
#include "shared/nl.h"
#include "shared/priv.h"
#include "shared/rtsched.h"
#include "shared/sdmanager.h"
#include "shared/sdstate.h"

#define DEFAULT_CONF	SYSCONFDIR "/bfdd.conf"
#define DEFAULT_SOCKET	RUNSTATEDIR "/bfdd.sock"
#define LEAVE_MAX_NS	(5 * NS_PER_S)

struct options {
	const char	*conf;
	const char	*socket;
	bool		 conf_given;
	int		 listener;	/* of the program before; -1: none */
	int		 result;	/* of a reader; -1: it is none */
	bool		 check;
	bool		 verbose;
};

struct daemon {
	const struct options	*opt;
	struct loop		*loop;
	struct bfd_engine	*engine;
	struct bfd_ctl		*ctl;
	struct nl		*nl;
	struct bfd_reader	*reader;
	struct loop_timer	*leave_timer;
	struct sdstate		*sdstate;
	struct ctl_listener	*listener;
	struct bfd_program program;
	struct bfd_restart	*restart;
	bool			 again;		/* as the program on disk */
	struct rtsched		 sched;
	int			 realtime_priority;
	bool			 leaving;
};

static void
usage(FILE *f)
{
	(void)fprintf(f,
	    "usage: bfdd [-nvVh] [-f CONF] [-s SOCKET] [-D SUBSYSTEM]...\n"
	    "  -n            check the configuration and exit; with -v print it\n"
	    "  -v            log more\n"
	    "  -f CONF       configuration (" DEFAULT_CONF ")\n"
	    "  -s SOCKET     control socket (" DEFAULT_SOCKET ")\n"
	    "  -D SUBSYSTEM  log details: rx, all\n"
	    "  -V            print the version and exit\n"
	    "  -h            print this and exit\n");
}

/* Exits for -V, -h and mistakes. */
static void
parse_options(int argc, char *argv[], struct options *o)
{
	static const struct option long_options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "nvf:s:D:Vh", long_options,
	    NULL)) != -1) {
		switch (c) {
		case 'n':
			o->check = true;
			break;
		case 'v':
			o->verbose = true;
			break;
		case 'f':
			o->conf = optarg;
			o->conf_given = true;
			break;
		case 's':
			o->socket = optarg;
			break;
		case 'D':
			if (log_debug_enable(optarg) != 0) {
				(void)fprintf(stderr,
				    "bfdd: too many -D options\n");
				exit(2);
			}
			break;
		case 'V':
			(void)printf("bfdd %s\n", PACKAGE_VERSION);
			exit(0);
		case 'h':
			usage(stdout);
			exit(0);
		default:
			usage(stderr);
			exit(2);
		}
	}
	if (optind != argc) {
		(void)fprintf(stderr, "bfdd: \"%s\" is not an option\n",
		    argv[optind]);
		usage(stderr);
		exit(2);
	}
}

/* --- configuration --- */

/* False: the errors are in *errors.  No file at the default path is no session. */
static bool
read_config(const struct options *o, struct bfd_config *config,
    struct conf_errors *errors)
{
	if (!o->conf_given && access(o->conf, F_OK) == -1 && errno == ENOENT) {
		bfd_conf_empty(config);
		return true;
	}
	return bfd_conf_parse_file(o->conf, config, errors) == 0;
}

static void
tell_errors(const struct conf_errors *errors, bool log)
{
	char line[sizeof(struct conf_error) + 32];
	unsigned i;

	for (i = 0; i < errors->count && i < CONF_ERRORS_MAX; i++) {
		(void)conf_error_format(&errors->list[i], line, sizeof(line));
		if (log)
			log_err("%s", line);
		else
			(void)fprintf(stderr, "%s\n", line);
	}
	if (errors->count > CONF_ERRORS_MAX) {
		unsigned more = errors->count - CONF_ERRORS_MAX;

		if (log)
			log_err("%u more errors", more);
		else
			(void)fprintf(stderr, "%u more errors\n", more);
	}
}

/* -n: nothing but the configuration. */
static int
check_config(const struct options *o, const struct bfd_config *config)
{
	char *text;

	if (!o->verbose)
		return 0;
	text = bfd_conf_print(config);
	if (text == NULL || fputs(text, stdout) == EOF || fflush(stdout) != 0) {
		(void)fprintf(stderr, "bfdd: cannot print: %s\n",
		    strerror(errno));
		free(text);
		return 1;
	}
	free(text);
	return 0;
}

/* In the reader. */
static bool
read_for_another(struct bfd_config *config, struct conf_errors *errors, void *arg)
{
	const struct options *o = arg;

	return conf_await_quiet(o->conf, errors) &&
	    read_config(o, config, errors);
}

static void
reloaded(const struct bfd_reload *r, void *arg)
{
	struct daemon *d = arg;

	log_notice("reload file=%s added=%u changed=%u removed=%u "
	    "unchanged=%u failed=%u", d->opt->conf, r->added, r->changed,
	    r->removed, r->unchanged, r->failed);
	sdstate_tell(d->sdstate, "READY=1");
}

static void
has_been_read(bool good, struct bfd_config *config,
    const struct conf_errors *errors, void *arg)
{
	struct daemon *d = arg;

	if (!good) {
		tell_errors(errors, true);
		log_err("reload file=%s refused=%u: what runs stays as it is",
		    d->opt->conf, errors->count);
		sdstate_tell(d->sdstate, "READY=1");
		return;
	}
	if (d->leaving) {
		bfd_config_free(config);
		return;
	}
	if (config->realtime_priority != d->realtime_priority)
		log_warning("realtime_priority changes when bfdd is started "
		    "again");
	bfd_engine_reload_begin(d->engine, config, reloaded, d);
}

static void
reload(int signo, void *arg)
{
	struct daemon *d = arg;
	int error;

	(void)signo;
	if (d->leaving)
		return;
	sdstate_tell(d->sdstate, "RELOADING=1");
	error = bfd_reader_start(d->reader);
	if (error != 0) {
		log_err("reload error=\"%s\"", strerror(-error));
		sdstate_tell(d->sdstate, "READY=1");
	}
}

/* --- leaving --- */

static void
left(void *arg)
{
	struct daemon *d = arg;

	loop_stop(d->loop);
}

static void
leave_timeout(mono_t deadline, void *arg)
{
	(void)deadline;
	left(arg);
}

static void
begin_leaving(struct daemon *d, const char *why)
{
	d->leaving = true;
	log_notice("leaving %s sessions=%u", why,
	    bfd_table_count(bfd_engine_table(d->engine)));
	loop_timer_set(d->leave_timer, mono_add(loop_clock(), LEAVE_MAX_NS));
	bfd_engine_stop(d->engine, left, d);
}

static void
leave(int signo, void *arg)
{
	struct daemon *d = arg;
	char why[64];

	d->again = false;
	if (d->leaving) {
		left(d);	/* asked twice: at once */
		return;
	}
	sdstate_tell(d->sdstate, "STOPPING=1");
	(void)snprintf(why, sizeof(why), "signal=%s", strsignal(signo));
	begin_leaving(d, why);
}

/* An operator wants it, and the program on disk is able. */
static void
leave_for_restart(void *arg)
{
	struct daemon *d = arg;

	if (d->leaving)
		return;
	d->again = true;
	begin_leaving(d, "restart=yes");
}

/* --- interfaces --- */

static void
link_event(const struct nl_link *link, bool gone, void *arg)
{
	struct daemon *d = arg;

	bfd_engine_link(d->engine, link->name, link->ifindex, gone);
	bfd_engine_vrf(d->engine, link->ifindex, gone ? 0 : nl_link_vrf(link));
}

static void
addr_event(const struct nl_addr *a, bool gone, void *arg)
{
	struct daemon *d = arg;

	bfd_engine_addr(d->engine, a, gone);
}

/* Events were lost; all there is follows. */
static void
events_lost(void *arg)
{
	struct daemon *d = arg;

	bfd_engine_addrs_forget(d->engine);
	bfd_engine_vrfs_forget(d->engine);
	bfd_engine_links_resync(d->engine);
}

static void
all_read(void *arg)
{
	struct daemon *d = arg;

	bfd_engine_links_resync(d->engine);
}

/* --- start --- */

static int
open_engine(struct daemon *d)
{
	struct bfd_engine_config config = {
		.loop = d->loop,
		.sessions_max = BFD_SESSIONS_MAX,
		.changed = bfd_ctl_changed,
		.arg = d->ctl,
	};
	uint16_t port = 0;
	int error;

	if (getrandom(&config.seed, sizeof(config.seed), 0) !=
	    sizeof(config.seed) ||
	    getrandom(config.echo_key, sizeof(config.echo_key), 0) !=
	    sizeof(config.echo_key)) {
		log_err("getrandom error=\"%s\"", strerror(errno));
		return -1;
	}
	error = bfd_engine_new(&config, &d->engine, &port);
	if (error != 0) {
		log_err("udp port=%u error=\"%s\"%s", port, strerror(-error),
		    error == -EADDRINUSE ? " (another BFD daemon is running)" :
		    "");
		return -1;
	}
	bfd_ctl_set_engine(d->ctl, d->engine);
	return 0;
}

static int
open_control(struct daemon *d, const struct priv_user *user)
{
	int error;

	if (d->opt->listener != -1)
		error = ctl_listener_adopt(d->opt->socket, d->opt->listener,
		    &d->listener);
	else
		error = ctl_listener_open(d->opt->socket, user->gid,
		    &d->listener);
	if (error == 0)
		error = bfd_ctl_open(d->loop, d->listener, &d->sched, &d->ctl);
	if (error == 0)
		return 0;
	log_err("control socket=%s error=\"%s\"%s", d->opt->socket,
	    strerror(-error), error == -EADDRINUSE ?
	    " (another bfdd is running)" : error == -ENOENT ?
	    " (the folder must exist)" : "");
	return -1;
}

static int
open_netlink(struct daemon *d)
{
	static const struct nl_handlers handlers = {
		.link = link_event,
		.addr = addr_event,
		.resync = events_lost,
		.synced = all_read,
	};
	int error;

	error = nl_open(d->loop, &handlers, d, &d->nl);
	if (error == 0) {
		bfd_engine_set_nl(d->engine, d->nl);
		error = nl_read_all(d->nl);
	}
	if (error != 0)
		log_err("netlink error=\"%s\"", strerror(-error));
	return error;
}

static int
open_signals(struct daemon *d)
{
	const struct bfd_reader_config reader = {
		.conf = d->opt->conf,
		.program = &d->program,
		.limit_ms = BFD_READER_TIME_MS,
		.done = has_been_read,
		.arg = d,
	};

	d->reader = bfd_reader_new(d->loop, &reader);
	d->sdstate = sdstate_new(d->loop);
	if (d->reader == NULL || d->sdstate == NULL ||
	    loop_signal(d->loop, SIGTERM, leave, d) != 0 ||
	    loop_signal(d->loop, SIGINT, leave, d) != 0 ||
	    loop_signal(d->loop, SIGHUP, reload, d) != 0 ||
	    (d->leave_timer = loop_timer_new(d->loop, leave_timeout, d)) ==
	    NULL) {
		log_err("signals error=\"%s\"", strerror(ENOMEM));
		return -1;
	}
	d->restart = bfd_restart_new(d->loop, &d->program, leave_for_restart,
	    d);
	if (d->restart == NULL) {
		log_err("restart error=\"%s\"", strerror(ENOMEM));
		return -1;
	}
	bfd_ctl_set_restart(d->ctl, d->restart);
	return 0;
}

/* A descriptor per session; as far as the hard limit when that is refused. */
static void
raise_limits(void)
{
	const rlim_t want = BFD_SESSIONS_MAX + 256;
	struct rlimit now, more;

	if (getrlimit(RLIMIT_NOFILE, &now) == -1 || now.rlim_cur >= want)
		return;
	more.rlim_cur = want;
	more.rlim_max = now.rlim_max > want ? now.rlim_max : want;
	if (setrlimit(RLIMIT_NOFILE, &more) == 0)
		return;
	now.rlim_cur = now.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &now);
}

/* Everything that needs root, and then root no more.  0, or the exit status. */
static int
start(struct daemon *d)
{
	struct priv_user user;
	int error;

	error = priv_lookup(&user);
	if (error != 0) {
		log_err("user %s: %s", priv_user_name(), error == -ENOENT ?
		    "does not exist; create it, or configure --with-user" :
		    strerror(-error));
		return error == -ENOENT ? sdmanager_status_not_configured() : 1;
	}
	raise_limits();
	d->loop = loop_new();
	if (d->loop == NULL) {
		log_err("libevent offers no precise timers");
		return 1;
	}
	if (open_control(d, &user) != 0 || open_engine(d) != 0 ||
	    open_netlink(d) != 0 || open_signals(d) != 0)
		return 1;
	/* A timer may otherwise be 50 us late where real time is refused. */
	(void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	rtsched_enter(d->realtime_priority, &d->sched);
	rtsched_report(&d->sched);
	error = priv_drop(PRIV_BFDD, &user);
	if (error != 0) {
		log_err("privileges error=\"%s\"", strerror(-error));
		return 1;
	}
	return 0;
}

static void
stop(struct daemon *d)
{
	bfd_reader_free(d->reader);
	if (d->ctl != NULL)
		bfd_ctl_set_restart(d->ctl, NULL);
	bfd_ctl_close(d->ctl);
	bfd_restart_free(d->restart);
	if (d->engine != NULL)
		bfd_engine_set_nl(d->engine, NULL);
	nl_free(d->nl);
	bfd_engine_free(d->engine);
	loop_timer_free(d->leave_timer);
	sdstate_free(d->sdstate);
	loop_free(d->loop);
}

static void
flush_log(void *arg)
{
	(void)arg;
	log_flush();
}

static int
run(struct daemon *d, const struct bfd_config *config)
{
	struct bfd_reload r;
	int error;

	bfd_engine_reload(d->engine, config, &r);
	log_notice("started version=%s socket=%s sessions=%u", PACKAGE_VERSION,
	    d->opt->socket, r.added);
	sdstate_tell(d->sdstate, "READY=1");
	sdstate_feed(d->sdstate, sdmanager_watchdog_ns());
	log_set_deferred(true);
	loop_at_batch_end(d->loop, flush_log, NULL);
	error = loop_run(d->loop);
	log_flush();
	log_set_deferred(false);
	if (error != 0)
		log_err("loop error=\"%s\"", strerror(-error));
	return error == 0 ? 0 : 1;
}

/* All is closed but the listening socket.  Returns on failure only. */
static void
begin_again(struct daemon *d)
{
	int fd = dup(ctl_listener_fd(d->listener)), error;

	error = fd == -1 ? -errno : bfd_restart_execute(&d->program, fd);
	log_err("cannot execute %s: %s", d->program.path, strerror(-error));
}

int
main(int argc, char *argv[])
{
	struct options opt = {
		.conf = DEFAULT_CONF,
		.socket = DEFAULT_SOCKET,
		.listener = argc > 1 ? bfd_restart_argument(argv[1]) : -1,
		.result = argc > 1 ? conf_child_argument(argv[1]) : -1,
	};
	struct daemon d = { .opt = &opt };
	struct conf_errors *errors;
	struct bfd_config config;
	int status;

	log_init("bfdd");
	/* That argument is bfdd's own, and nobody else's. */
	if (opt.listener != -1 || opt.result != -1) {
		argc--;
		argv++;
	}
	bfd_program_find(&d.program, argv + 1);
	parse_options(argc, argv, &opt);
	if (opt.result != -1)
		return bfd_reader_live(opt.result, read_for_another, &opt);
	errors = calloc(1, sizeof(*errors));
	if (errors == NULL || !read_config(&opt, &config, errors)) {
		if (errors != NULL)
			tell_errors(errors, false);
		free(errors);
		return opt.check ? 1 : sdmanager_status_not_configured();
	}
	free(errors);
	if (opt.check) {
		status = check_config(&opt, &config);
		bfd_config_free(&config);
		return status;
	}
	if (opt.verbose)
		log_set_level(LOG_LEVEL_INFO);
	d.realtime_priority = config.realtime_priority;
	status = start(&d);
	if (status == 0)
		status = run(&d, &config);
	bfd_config_free(&config);
	stop(&d);
	if (status == 0 && d.again) {
		begin_again(&d);
		status = 1;
	}
	ctl_listener_close(d.listener, true);
	if (status == 0)
		log_notice("stopped");
	return status;
}

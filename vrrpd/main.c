/*
 * main.c - vrrpd(8): options, the order of starting and leaving, exit status.
 *
 * Order of start: read the configuration; see that the user exists; become the
 * monitor (vrrp_monitor.h), which binds the control socket and forks the engine.
 * The engine: open netlink and the sockets of the interfaces that are there,
 * make the devices; ask for real-time scheduling and locked memory; become that
 * user with NET_ADMIN and NET_RAW only; then, and not before, let the instances
 * start and read the first packet.
 *
 * run_engine() is a whole life of the engine, in a process of its own.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/conf.h"
#include "shared/log.h"
#include "shared/loop.h"
#include "shared/priv.h"
#include "shared/rtsched.h"
#include "vrrpd/instance/vrrp_bequest.h"
#include "vrrpd/ipc/vrrp_birth.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/engine/vrrp_cleanup.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_needs.h"
#include "vrrpd/engine/vrrp_ctl.h"
#include "vrrpd/helper/vrrp_helper.h"
#include "vrrpd/pure/vrrp_level.h"
#include "vrrpd/monitor/vrrp_monitor.h"
#include "vrrpd/engine/vrrp_notify.h"
#include "vrrpd/engine/vrrp_router.h"
#include "vrrpd/pure/vrrp_supervise.h"
#include "vrrpd/instance/vrrp_track.h"

#define DEFAULT_CONF	SYSCONFDIR "/vrrpd.conf"
#define DEFAULT_SOCKET	RUNSTATEDIR "/vrrpd.sock"
#define DEFAULT_BFDD	RUNSTATEDIR "/bfdd.sock"

#define RESTART_AFTER_NS	(20 * NS_PER_MS)
#define RESTART_GRACE_NS	(10 * NS_PER_S)

/*
 * A second signal means: at once.  Not so soon after the first, for one may come
 * from the terminal or the service manager and again from the monitor.
 */
#define AGAIN_NS	(200 * NS_PER_MS)

struct options {
	const char	*conf;
	const char	*socket;
	const char	*bfdd_socket;
	bool		 check;
	bool		 cleanup;
	bool		 verbose;
};

/* What the monitor passes on to each engine. */
struct life {
	const struct options	 *opt;
	const struct vrrp_config *config;
	const struct priv_user	 *user;
};

struct engine {
	const struct options	*opt;
	const struct vrrp_birth	*birth;
	struct loop		*loop;
	struct vrrp_channel	*channel;	/* to the monitor */
	struct loop_timer	*beat;
	struct loop_timer	*restart;
	int64_t			 client_grace_ns;
	struct vrrp_router	*router;
	struct vrrp_notify	*notify;
	struct vrrp_ctl		*ctl;
	bool			 leaving;
	mono_t			 told_to_leave;
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

/* --- to the monitor --- */

static void
tell_phase(struct engine *e, enum vrrp_phase phase)
{
	uint8_t body = (uint8_t)phase;

	(void)vrrp_channel_send(e->channel, VRRP_MSG_PHASE, &body,
	    sizeof(body));
}

static void
beat(mono_t deadline, void *arg)
{
	struct engine *e = arg;
	unsigned i;

	(void)deadline;
	(void)vrrp_channel_send(e->channel, VRRP_MSG_BEAT, NULL, 0);
	for (i = 0; i < e->router->instance_count; i++)
		vrrp_bequest_retry(e->router->instances[i]);
	vrrp_router_refresh(e->router);
	loop_timer_set(e->beat, mono_add(loop_clock(), VRRP_BEAT_NS));
}

static void
left(void *arg)
{
	struct engine *e = arg;

	loop_stop(e->loop);
}

/* Resign, and end when there are successors or there is no more time. */
static void
leave(struct engine *e)
{
	if (e->leaving)
		return;
	e->leaving = true;
	e->told_to_leave = loop_clock();
	vrrp_router_leave(e->router, left, e);
	tell_phase(e, VRRP_PHASE_LEAVING);
}

/*
 * L-24.  Nothing is said and nothing taken away: the monitor starts another
 * engine, which goes on.  This process just ends, so that bfdd, too, sees us
 * vanish, as it was told we would.
 */
static void
restart_now(mono_t deadline, void *arg)
{
	static struct vrrp_handoff handoff;
	static uint8_t body[VRRP_HANDOFF_BYTES_MAX];
	struct engine *e = arg;
	size_t len;

	(void)deadline;
	/* Our queue ends with us: an end without a word is one for good. */
	if (!e->leaving && !vrrp_channel_flush(e->channel)) {
		loop_timer_set(e->restart, mono_add(loop_clock(),
		    RESTART_AFTER_NS));
		return;
	}
	vrrp_router_hand_off(e->router, &handoff);
	len = vrrp_handoff_encode(&handoff, body, sizeof(body));
	if (e->leaving || len == 0 || vrrp_channel_send(e->channel,
	    VRRP_MSG_RESTART, body, len) < 0) {
		log_err("restart refused: the monitor cannot be told");
		return;
	}
	if (!vrrp_channel_flush(e->channel)) {	/* filled just now: once more */
		loop_timer_set(e->restart, mono_add(loop_clock(),
		    RESTART_AFTER_NS));
		return;
	}
	log_notice("restarting told=%u", handoff.count);
	log_flush();
	_exit(0);
}

/* After the client and bfdd have been told. */
static void
restart(void *arg)
{
	struct engine *e = arg;

	vrrp_bfd_set_grace(e->router->bfd,
	    e->client_grace_ns > RESTART_GRACE_NS ? e->client_grace_ns :
	    RESTART_GRACE_NS);
	loop_timer_set(e->restart, mono_add(loop_clock(), RESTART_AFTER_NS));
}

/* A helper found out about a tracker. */
static void
on_level(const uint8_t *body, size_t len, void *arg)
{
	struct engine *e = arg;
	struct vrrp_level l;

	if (vrrp_level_decode(body, len, &l) == 0)
		vrrp_track_set(e->router->env.track, l.kind, l.name, l.up,
		    l.reason, l.since);
}

static void
tell_reloaded(struct engine *e, const struct vrrp_config *config)
{
	uint8_t needed = vrrp_needs_of_config(config);

	(void)vrrp_channel_send(e->channel, VRRP_MSG_RELOADED, &needed,
	    sizeof(needed));
}

/* Its death is a SIGTERM as well; whichever comes first. */
static void
monitor_gone(void *arg)
{
	struct engine *e = arg;

	log_err("leaving: the monitor is gone");
	leave(e);
}

/* One line for a client; the log gets every error. */
static int
reload(struct vrrp_applied *done, char *why, size_t len, void *arg)
{
	static struct conf_errors errors, warnings;
	struct engine *e = arg;
	struct vrrp_config config;
	char text[640];
	unsigned i;
	int error;

	if (e->leaving) {
		(void)snprintf(why, len, "vrrpd is leaving");
		return -ESHUTDOWN;
	}
	memset(&errors, 0, sizeof(errors));
	memset(&warnings, 0, sizeof(warnings));
	error = vrrp_conf_parse_file(e->opt->conf, &config, &errors,
	    &warnings);
	for (i = 0; i < errors.count && i < CONF_ERRORS_MAX; i++)
		log_err("%s", conf_error_format(&errors.list[i], text,
		    sizeof(text)));
	for (i = 0; i < warnings.count && i < CONF_ERRORS_MAX; i++)
		log_warning("%s", conf_error_format(&warnings.list[i], text,
		    sizeof(text)));
	if (error < 0) {
		log_err("reload refused: nothing was changed");
		if (errors.count > 1)
			(void)snprintf(why, len, "%s (and %u more)",
			    conf_error_format(&errors.list[0], text,
			    sizeof(text)), errors.count - 1);
		else
			(void)snprintf(why, len, "%s", errors.count == 0 ?
			    strerror(-error) : conf_error_format(
			    &errors.list[0], text, sizeof(text)));
		return error;
	}
	tell_phase(e, VRRP_PHASE_RELOADING);
	error = vrrp_router_apply(e->router, &config, done);
	tell_reloaded(e, &config);
	e->client_grace_ns = config.client_grace_ns;
	vrrp_bfd_set_grace(e->router->bfd, e->client_grace_ns);
	vrrp_config_free(&config);
	tell_phase(e, VRRP_PHASE_READY);
	if (error < 0)
		(void)snprintf(why, len, "%s", strerror(-error));
	else
		log_notice("reload added=%u removed=%u restarted=%u "
		    "changed=%u unchanged=%u", done->added, done->removed,
		    done->restarted, done->changed, done->unchanged);
	return error;
}

/* --- the engine --- */

static void
on_signal(int signo, void *arg)
{
	struct engine *e = arg;
	struct vrrp_applied done;
	char why[256];
	bool again;

	if (signo == SIGHUP) {
		(void)reload(&done, why, sizeof(why), e);
		return;
	}
	again = e->leaving &&
	    mono_sub(loop_clock(), e->told_to_leave) > AGAIN_NS;
	log_notice("leaving signal=%s%s", signo == SIGTERM ? "SIGTERM" :
	    "SIGINT", again ? ": at once" : "");
	if (again)
		loop_stop(e->loop);
	else
		leave(e);
}

static void
flush_log(void *arg)
{
	(void)arg;
	log_flush();
}

static int
fatal(const char *what, int error)
{
	log_err("%s: %s", what, strerror(-error));
	return error;
}

/* Everything that needs root. */
static int
open_engine(struct engine *e, const struct vrrp_config *config,
    const struct priv_user *user)
{
	struct vrrp_applied done;
	int error;

	e->loop = loop_new();
	if (e->loop == NULL)
		return fatal("cannot make an event loop", -ENOMEM);
	e->channel = vrrp_channel_new(e->loop, e->birth->channel, monitor_gone,
	    e);
	e->beat = loop_timer_new(e->loop, beat, e);
	e->restart = loop_timer_new(e->loop, restart_now, e);
	if (e->channel == NULL || e->beat == NULL || e->restart == NULL)
		return fatal("cannot talk to the monitor", -ENOMEM);
	error = vrrp_router_open(e->loop, &e->router);
	if (error < 0)
		return fatal(error == -EPERM ? "cannot open sockets (root, or "
		    "CAP_NET_ADMIN and CAP_NET_RAW, are needed)" :
		    "cannot open sockets", error);
	e->router->birth = e->birth;
	e->router->env.channel = e->channel;
	e->router->env.handoff = e->birth->handoff;
	e->router->restart = restart;
	e->router->restart_arg = e;
	e->notify = vrrp_notify_new(e->channel);
	if (e->notify == NULL)
		return fatal("hooks", -ENOMEM);
	e->router->env.notify = e->notify;
	vrrp_channel_handle(e->channel, VRRP_MSG_LEVEL, VRRP_LEVEL_BYTES_MIN,
	    VRRP_LEVEL_BYTES_MAX, on_level, e);
	error = vrrp_ctl_open(e->loop, e->router, e->birth->listener, reload,
	    e, &e->ctl);
	if (error < 0)
		return fatal(e->opt->socket, error);
	error = vrrp_router_apply(e->router, config, &done);
	if (error < 0)
		return fatal("cannot set up the instances", error);
	e->client_grace_ns = config->client_grace_ns;
	rtsched_enter(config->realtime_priority, &e->router->scheduling);
	rtsched_report(&e->router->scheduling);
	error = priv_drop(PRIV_VRRPD_ENGINE, user);
	if (error < 0)
		return fatal("cannot give up privileges", error);
	/* The kernel has forgotten it with the change of user. */
	if (vrrp_birth_tie(e->birth) < 0)
		return fatal("the monitor is gone", -ESRCH);
	return 0;
}

static int
start_engine(struct engine *e)
{
	size_t i;
	int error;

	for (i = 0; i < VRRP_BIRTH_SIGNAL_COUNT; i++) {
		error = loop_signal(e->loop, vrrp_birth_signals[i], on_signal,
		    e);
		if (error < 0)
			return fatal("cannot handle signals", error);
	}
	vrrp_birth_hold_signals(false);
	error = vrrp_router_connect_bfd(e->router, e->opt->bfdd_socket);
	if (error < 0)
		return fatal("cannot watch bfdd", error);
	vrrp_bfd_set_grace(e->router->bfd, e->client_grace_ns);
	loop_at_batch_end(e->loop, flush_log, NULL);
	log_set_deferred(true);
	vrrp_router_start(e->router);
	beat(loop_clock(), e);
	tell_phase(e, VRRP_PHASE_READY);
	log_info("ready router_id=%s instances=%u", e->router->router_id,
	    e->router->instance_count);
	return 0;
}

/* Leaves the machine as it was found, however far the start had come. */
/*
 * The monitor must know that the wills are void before it sees us gone.  One
 * that does not read for so long hangs, and the service manager deals with that.
 */
#define LAST_WORDS_NS	(200 * NS_PER_MS)

static void
send_last_words(struct engine *e)
{
	static const struct timespec pause = { .tv_nsec = NS_PER_MS };
	mono_t until = mono_add(loop_clock(), LAST_WORDS_NS);

	while (!vrrp_channel_flush(e->channel) &&
	    mono_before(loop_clock(), until))
		(void)nanosleep(&pause, NULL);
}

static void
close_engine(struct engine *e)
{
	tell_phase(e, VRRP_PHASE_LEAVING);
	/* A second signal must not cut this short. */
	vrrp_birth_hold_signals(true);
	vrrp_ctl_close(e->ctl);
	vrrp_notify_stop(e->notify);
	vrrp_router_close(e->router);
	vrrp_notify_free(e->notify);
	log_set_deferred(false);
	log_flush();
	loop_timer_free(e->beat);
	loop_timer_free(e->restart);
	send_last_words(e);
	vrrp_channel_free(e->channel);
	loop_free(e->loop);
}

static int
run_engine(struct vrrp_birth *birth, void *arg)
{
	const struct life *life = arg;
	struct engine e = { .opt = life->opt, .birth = birth };
	const struct vrrp_config *config = life->config;
	struct vrrp_config fresh;
	bool again = birth->restarts > 0 || birth->handoff != NULL;
	int error;

	/* The file may have been changed and reloaded since. */
	if (again && read_config(life->opt, &fresh) == 0)
		config = &fresh;
	else if (again)
		log_err("starting again with the configuration of the first "
		    "start");
	error = open_engine(&e, config, life->user);
	if (config == &fresh)
		vrrp_config_free(&fresh);
	if (error == 0)
		error = start_engine(&e);
	if (error == 0) {
		error = loop_run(e.loop);
		if (error < 0)
			log_err("event loop: %s", strerror(-error));
	}
	close_engine(&e);
	return error < 0 ? 1 : 0;
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
	struct life life = { &opt, &config, &user };
	struct vrrp_monitor_config monitor = {
		.user = &user,
		.engine = run_engine,
		.part_count = 1,
		.arg = &life,
	};
	struct vrrp_monitor_part part;
	struct vrrp_helpers *helpers;
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
	if (helpers == NULL) {
		log_err("helpers: %s", strerror(ENOMEM));
		vrrp_config_free(&config);
		return 1;
	}
	part = vrrp_helpers_part(helpers);
	monitor.parts = &part;
	monitor.socket = opt.socket;
	monitor.realtime_priority = config.realtime_priority;
	status = vrrp_monitor_run(&monitor);
	vrrp_helpers_free(helpers);
	vrrp_config_free(&config);
	return status;
}

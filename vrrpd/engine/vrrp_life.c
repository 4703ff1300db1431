/*
 * vrrp_life.c - a whole life of the engine, in a process of its own.
 *
 * The process around a struct vrrp_engine.  Order: everything that needs root is
 * opened; real-time scheduling and locked memory are asked for; the process
 * becomes the unprivileged user with NET_ADMIN and NET_RAW only; then, and not
 * before, the instances start and the first packet is read.  Signals wait until
 * there are handlers for them, and again while the engine closes.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_life.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/fds.h"
#include "shared/log.h"
#include "shared/loop.h"
#include "shared/rtsched.h"
#include "vrrpd/config/vrrp_reading.h"
#include "vrrpd/engine/vrrp_engine.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/pure/vrrp_params.h"

/* A reload has half a dozen copies of the values of an instance on its stack. */
static_assert(10 * sizeof(struct vrrp_params) < RTSCHED_STACK, "more stack?");

/*
 * A second signal means: at once.  Not so soon after the first, for one may come
 * from the terminal or the service manager and again from the monitor.
 */
#define AGAIN_NS	(200 * NS_PER_MS)

/*
 * The monitor must know that the wills are void before it sees us gone.  One
 * that does not read for so long hangs, and the service manager deals with that.
 */
#define LAST_WORDS_NS	(200 * NS_PER_MS)

struct process {
	const struct vrrp_life	*life;
	struct loop		*loop;
	struct vrrp_channel	*channel;	/* to the monitor */
	struct rtsched		 scheduling;
	struct vrrp_engine	*engine;
};

static int
fatal(const char *what, int error)
{
	log_err("%s: %s", what, strerror(-error));
	return error;
}

/* --- for the engine --- */

static void
left(void *arg)
{
	struct process *p = arg;

	loop_stop(p->loop);
}

static void
restarted(void *arg)
{
	(void)arg;
	log_flush();
	_exit(0);
}

/* --- signals --- */

/* The monitor's death is a SIGTERM as well; whichever comes first. */
static void
monitor_gone(void *arg)
{
	struct process *p = arg;

	log_err("leaving: the monitor is gone");
	vrrp_engine_leave(p->engine);
}

static void
on_signal(int signo, void *arg)
{
	struct process *p = arg;
	mono_t since;
	bool again;

	if (signo == SIGHUP) {
		vrrp_engine_reload(p->engine);
		return;
	}
	since = vrrp_engine_leaving_since(p->engine);
	again = !mono_is_never(since) &&
	    mono_sub(loop_clock(), since) > AGAIN_NS;
	log_notice("leaving signal=%s%s", signo == SIGTERM ? "SIGTERM" :
	    "SIGINT", again ? ": at once" : "");
	if (again)
		loop_stop(p->loop);
	else
		vrrp_engine_leave(p->engine);
}

static void
flush_log(void *arg)
{
	(void)arg;
	log_flush();
}

/* --- life --- */

/* Do everything that needs root. */
static int
open_process(struct process *p, const struct vrrp_birth *birth,
    const struct vrrp_config *config)
{
	struct vrrp_engine_config ec = {
		.birth = birth,
		.scheduling = &p->scheduling,
		.bfdd_socket = p->life->bfdd_socket,
		.left = left,
		.restarted = restarted,
		.arg = p,
	};
	int error;

	p->loop = loop_new();
	if (p->loop == NULL)
		return fatal("cannot make an event loop", -ENOMEM);
	p->channel = vrrp_channel_new(p->loop, fds_let_go_first(birth->channel),
	    VRRP_WAY_ENGINE_DOWN, monitor_gone, p);
	if (p->channel == NULL)
		return fatal("cannot talk to the monitor", -ENOMEM);
	/* The first word: this program is able to be an engine. */
	(void)vrrp_channel_send(p->channel, VRRP_MSG_BEAT, NULL, 0);
	ec.loop = p->loop;
	ec.channel = p->channel;
	error = vrrp_engine_open(&ec, config, &p->engine);
	if (error < 0)
		return error;
	rtsched_enter(config->realtime_priority, &p->scheduling);
	rtsched_report(&p->scheduling);
	error = priv_drop(PRIV_VRRPD_ENGINE, p->life->user);
	if (error < 0)
		return fatal("cannot give up privileges", error);
	/* The kernel has forgotten the tie with the change of user. */
	if (vrrp_birth_tie(birth) < 0)
		return fatal("the monitor is gone", -ESRCH);
	return 0;
}

static int
start_process(struct process *p)
{
	size_t i;
	int error;

	for (i = 0; i < VRRP_BIRTH_SIGNAL_COUNT; i++) {
		error = loop_signal(p->loop, vrrp_birth_signals[i], on_signal,
		    p);
		if (error < 0)
			return fatal("cannot handle signals", error);
	}
	vrrp_birth_hold_signals(false);
	loop_at_batch_end(p->loop, flush_log, NULL);
	log_set_deferred(true);
	return vrrp_engine_start(p->engine);
}

static void
send_last_words(struct process *p)
{
	static const struct timespec pause = { .tv_nsec = NS_PER_MS };
	mono_t until = mono_add(loop_clock(), LAST_WORDS_NS);

	while (!vrrp_channel_flush(p->channel) &&
	    mono_before(loop_clock(), until))
		(void)nanosleep(&pause, NULL);
}

/* Undo the start, however far it had come. */
static void
close_process(struct process *p)
{
	/* A second signal must not cut this short. */
	vrrp_birth_hold_signals(true);
	vrrp_engine_close(p->engine);
	log_set_deferred(false);
	log_flush();
	if (p->channel != NULL)
		send_last_words(p);
	vrrp_channel_free(p->channel);
	loop_free(p->loop);
}

/* --- with which configuration --- */

/* As the monitor has it: in force, whatever the file says by now. */
static struct vrrp_reading *
take_values(const struct vrrp_parcel *values)
{
	struct vrrp_reading *r = NULL;
	int error = vrrp_reading_decode(values->bytes, values->len, &r);

	if (error == 0 && r->good)
		return r;
	vrrp_reading_free(r);
	log_err("the configuration in force is not understood%s%s: the file "
	    "is read", error == 0 ? "" : ": ", error == 0 ? "" :
	    error == -EPROTO ? "the monitor is another version" :
	    strerror(-error));
	return NULL;
}

static struct vrrp_reading *
read_file(const char *path)
{
	struct vrrp_reading *r = vrrp_reading_of_file(path);
	char why[640];

	if (r != NULL && r->good)
		return r;
	log_err("%s", r == NULL ? strerror(ENOMEM) : vrrp_reading_why(r, why,
	    sizeof(why)));
	vrrp_reading_free(r);
	log_err("starting with the configuration of the first start");
	return NULL;
}

int
vrrp_life_run(struct vrrp_birth *birth, void *arg)
{
	struct process p = { .life = arg };
	bool again = birth->restarts > 0 || birth->handoff != NULL;
	struct vrrp_reading *r = NULL;
	int error;

	if (birth->values != NULL)
		r = take_values(birth->values);
	if (r == NULL && (again || birth->values != NULL))
		r = read_file(p.life->conf);
	error = open_process(&p, birth, r == NULL ? p.life->config :
	    &r->config);
	vrrp_reading_free(r);
	if (error == 0)
		error = start_process(&p);
	if (error == 0) {
		error = loop_run(p.loop);
		if (error < 0)
			log_err("event loop: %s", strerror(-error));
	}
	close_process(&p);
	return error < 0 ? 1 : 0;
}

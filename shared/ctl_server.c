/*
 * ctl_server.c - the control socket of a daemon (see ctl_server.h).
 *
 * Who may connect, and the life of a connection from accept() to its end.  Each
 * client is a bufferevent.  Its input is read here and cut into lines, which
 * ctl_rpc.c carries out; whatever is sent to it goes through ctl_queue.c.
 *
 * A client that does not keep up.  While more is queued for it than it reads
 * (ctl_queue_is_behind()), its requests wait: a client cannot make the daemon
 * work for answers it does not read.  One that reads nothing for CTL_STUCK_S is
 * dropped.
 *
 * Whose turn it is.  What clients ask for costs time that the daemon's own
 * sockets and timers wait for, so all of it is done in one place, serve(), after
 * everything else of a batch, one step of one client after the other: a request,
 * or a part of an answer.  All clients together get WAKE_NS of a batch; those
 * that may change something come first.  After that a class of clients pauses, in
 * proportion to what it has used: look-only clients never get more than a quarter
 * of the time, the others half of it.  So does accepting them, when they come in
 * crowds.  Unread input stays in the socket.
 *
 * Who is told what when.  A level that a client of the daemon's own user has
 * subscribed to is sent to it at once, because a takeover may hang on it.  For all
 * others it is put down (ctl_backlog.h) and handed on among the requests of the
 * look-only clients.
 *
 * A connection is never freed under the feet of a caller: it is marked closing,
 * and serve() takes it away at the end of the batch.
 */
#include "config.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/ctl_backlog.h"
#include "shared/ctl_conn.h"
#include "shared/ctl_listener.h"
#include "shared/ctl_queue.h"
#include "shared/ctl_server.h"
#include "shared/log.h"
#include "shared/pure/token_bucket.h"

#define WAKE_NS		(LOOP_BUDGET_NS / 2)	/* of a batch, for all clients */
#define STEPS_PER_WAKE	256	/* where the clock stands still */
#define LOOK_PAUSE	3	/* times the time used */
#define CHANGE_PAUSE	1
#define READ_BYTES	4096	/* at a time, from one client */
#define ACCEPTS_PER_WAKE 8
#define WORDS_EVERY_NS	(1 * NS_PER_S)	/* lines about clients in the log */
#define WORDS_BURST	20
#define DEEDS_EVERY_NS	(1 * NS_PER_S)	/* lines about what they did */
#define DEEDS_BURST	600		/* one for each virtual router */
#define SWEEP_NS	(10 * NS_PER_S)
#define ACCEPT_PAUSE_NS	(1 * NS_PER_S)	/* out of descriptors */

TAILQ_HEAD(conn_list, ctl_client_conn);

struct ctl_server {
	struct loop		*loop;
	struct ctl_server_config config;
	struct ctl_rpc_service	 service;	/* of config */
	struct conn_list	 conns;
	unsigned		 conn_count;
	struct loop_timer	*work_timer;
	struct ctl_backlog	*backlog;	/* for others than the own user */
	uint64_t		 published;	/* newest number in it */
	/* When they may have a turn again: [1] those that may change something. */
	mono_t			 turn[2];
	struct loop_timer	*accept_timer;
	struct loop_timer	*sweep_timer;
	struct token_bucket	 words, deeds;
	struct loop_fd		*listen_event;
	int			 listen_fd;
	struct ctl_listener	*own;		/* NULL: borrowed, or none */
};

static void
server_check(const struct ctl_server *s)
{
	assert(TAILQ_EMPTY(&s->conns) == (s->conn_count == 0));
	assert(s->listen_event == NULL || s->listen_fd != -1);
}

/* --- input --- */

/* No more input is taken: close as soon as the output has been sent. */
static void
finish(struct ctl_client_conn *c, const char *why)
{
	c->finishing = true;
	c->more = false;
	if (c->mute || evbuffer_get_length(c->out) == 0)
		ctl_queue_close(c, why);
}

/* Empty lines are no requests: all that are there cost one turn. */
static void
skip_empty_lines(struct ctl_client_conn *c)
{
	struct evbuffer_iovec v;
	size_t n;

	while (evbuffer_peek(c->in, -1, NULL, &v, 1) > 0) {
		for (n = 0; n < v.iov_len && ((char *)v.iov_base)[n] == '\n';)
			n++;
		if (n == 0 || evbuffer_drain(c->in, n) != 0)
			return;
	}
}

/* The length of the first line without its LF, or -1. */
static ssize_t
first_line(struct ctl_client_conn *c)
{
	struct evbuffer_ptr p;

	p = evbuffer_search_eol(c->in, NULL, NULL, EVBUFFER_EOL_LF);
	return p.pos;
}

/* Where there is room for more, it is read. */
static void
want_input(struct ctl_client_conn *c)
{
	if (c->bev != NULL && !c->closing && !c->eof &&
	    evbuffer_get_length(c->in) <= CTL_LINE_MAX)
		(void)bufferevent_enable(c->bev, EV_READ);
}

/* One line. False: there is none, or none may be handled now. */
static bool
take_line(struct ctl_client_conn *c)
{
	ssize_t len;
	char *line;

	if (c->closing || c->finishing || c->deferred || c->job != NULL ||
	    c->snapshots != 0 || ctl_queue_is_behind(c))
		return false;
	skip_empty_lines(c);
	len = first_line(c);
	if (len > CTL_LINE_MAX ||
	    (len == -1 && evbuffer_get_length(c->in) > CTL_LINE_MAX)) {
		ctl_rpc_error(c, NULL, CTL_RPC_INVALID,
		    "a line may have 65536 bytes at most");
		finish(c, "line too long");
		return false;
	}
	if (len == -1) {
		want_input(c);
		return false;
	}
	line = (char *)evbuffer_pullup(c->in, len + 1);
	if (line == NULL) {
		ctl_queue_close(c, "out of memory");
		return false;
	}
	c->since = loop_now(c->loop);
	ctl_rpc_line(c, line, (size_t)len);
	(void)evbuffer_drain(c->in, (size_t)len + 1);
	want_input(c);
	return true;
}

/* All its input was taken: the end, if nothing more can come. */
static void
input_done(struct ctl_client_conn *c)
{
	c->more = false;
	if (c->eof && !c->closing && !c->finishing && !c->deferred &&
	    c->job == NULL && c->snapshots == 0 && !ctl_queue_is_behind(c))
		finish(c, "end of input");
}

static void
conn_free(struct ctl_client_conn *c)
{
	struct ctl_server *s = c->server;

	TAILQ_REMOVE(&s->conns, c, entry);
	s->conn_count--;
	server_check(s);
	if (s->config.gone != NULL)
		s->config.gone(c, c->goodbye, s->config.arg);
	while (ctl_queue_drop(c))
		;
	json_decref(c->deferred_id);
	if (c->bev != NULL)
		bufferevent_free(c->bev);
	else {
		evbuffer_free(c->in);
		evbuffer_free(c->out);
	}
	free(c);
}

/* --- turns --- */

/*
 * The client has left, and whatever it still asks for has no effect.  One that may
 * change something is heard to the end.
 */
static bool
is_dead(const struct ctl_client_conn *c)
{
	return c->mute && !ctl_conn_may_change(c);
}

/* Could a step be done?  A request that waits in the input shows as `more`. */
static bool
has_work(const struct ctl_client_conn *c)
{
	bool room = evbuffer_get_length(c->out) <= CTL_QUEUE_LOW;

	if (c->closing || is_dead(c))
		return true;
	if (c->job != NULL)
		return c->mute || room;
	return c->more || (room && ctl_queue_has_waiting(c));
}

/*
 * One request, or one part of an answer.  At the end of it c->more says whether
 * there may be another one.
 */
static void
step(struct ctl_client_conn *c)
{
	if (is_dead(c)) {
		ctl_queue_close(c, "has left");
		return;
	}
	if (c->job != NULL) {
		ctl_queue_job_step(c);
		c->more = c->more || c->job == NULL;
		return;
	}
	ctl_queue_send_waiting(c);
	ctl_rpc_snapshots(c);
	if (c->finishing && evbuffer_get_length(c->out) == 0)
		ctl_queue_close(c, "done");
	else if (!take_line(c))
		input_done(c);
}

/* The client whose turn it is in its class; NULL: none wants one. */
static struct ctl_client_conn *
next_turn(struct ctl_server *s, bool changes)
{
	struct ctl_client_conn *c;

	TAILQ_FOREACH(c, &s->conns, entry) {
		if (ctl_conn_may_change(c) == changes && has_work(c))
			return c;
	}
	return NULL;
}

/* The client goes to the end of the line. */
static void
take_turn(struct ctl_client_conn *c)
{
	TAILQ_REMOVE(&c->server->conns, c, entry);
	TAILQ_INSERT_TAIL(&c->server->conns, c, entry);
	if (!c->closing)
		step(c);
	else if (!ctl_queue_drop(c))
		conn_free(c);
}

/* Is this client to be told? */
static bool
is_due(const struct ctl_client_conn *c, const struct ctl_due *due)
{
	int k = ctl_conn_is_own(c) || c->closing || c->told >= due->number ?
	    -1 : ctl_rpc_subscription(c, due->topic);

	return k != -1 && c->topic_from[k] < due->number;
}

/* Tell one client one notification that waits.  False: nothing waits. */
static bool
tell_one(struct ctl_server *s)
{
	const struct ctl_due *due = ctl_backlog_first(s->backlog);
	struct ctl_client_conn *c;

	if (due == NULL)
		return false;
	TAILQ_FOREACH(c, &s->conns, entry) {
		if (is_due(c, due))
			break;
	}
	if (c == NULL) {
		ctl_backlog_drop_first(s->backlog);
		return true;
	}
	c->told = due->number;
	ctl_queue_left_out(c, due->replaced);
	ctl_queue_notify(c, due->topic, due->key, due->body);
	/* Events may have been lost before this one, which it is told now. */
	c->more = c->more || c->events_dropped > 0;
	return true;
}

static bool
class_has_work(struct ctl_server *s, bool changes)
{
	return next_turn(s, changes) != NULL ||
	    (!changes && ctl_backlog_first(s->backlog) != NULL);
}

/*
 * Until `end`, but at least one step; requests and notifications take turns.
 * True: there is more to do.
 */
static bool
serve_class(struct ctl_server *s, bool changes, mono_t end, unsigned *steps)
{
	struct ctl_client_conn *c;
	bool told;

	for (;;) {
		told = !changes && tell_one(s);
		c = next_turn(s, changes);
		if (c != NULL)
			take_turn(c);
		else if (!told)
			return false;
		if (--*steps == 0 || !mono_before(loop_clock(), end))
			return class_has_work(s, changes);
	}
}

static void
serve(void *arg)
{
	struct ctl_server *s = arg;
	mono_t begun = loop_clock(), now = begun, next = MONO_NEVER;
	mono_t end = mono_add(begun, WAKE_NS);
	unsigned steps = STEPS_PER_WAKE;
	bool more;
	int i;

	if (mono_before(loop_budget_end(s->loop), end))
		end = loop_budget_end(s->loop);
	for (i = 1; i >= 0; i--) {
		begun = now;
		more = mono_before(now, s->turn[i]) || steps == 0 ?
		    class_has_work(s, i) : serve_class(s, i, end, &steps);
		now = loop_clock();
		if (!mono_before(begun, s->turn[i]))
			s->turn[i] = mono_add(now, (i == 1 ? CHANGE_PAUSE :
			    LOOK_PAUSE) * mono_sub(now, begun));
		if (more)
			next = mono_before(next, s->turn[i]) ? next :
			    s->turn[i];
	}
	if (!mono_is_never(next))
		loop_timer_set(s->work_timer, next);
}

/* Serves clients at the end of this batch, or of the next one. */
static void
want_turn(struct ctl_server *s)
{
	if (loop_last(s->loop, serve, s) < 0)
		loop_timer_set(s->work_timer, loop_clock());
}

static void
work(mono_t deadline, void *arg)
{
	(void)deadline;
	want_turn(arg);
}

/* --- bufferevent callbacks --- */

static void
bev_read(struct bufferevent *bev, void *arg)
{
	struct ctl_client_conn *c = arg;

	loop_batch_begin(c->server->loop);
	c->more = true;
	/*
	 * The input is bounded here: libevent's own high watermark
	 * calls this function again and again in one batch while it is reached,
	 * so that the batch never ends.
	 */
	if (evbuffer_get_length(c->in) > CTL_LINE_MAX)
		(void)bufferevent_disable(bev, EV_READ);
	want_turn(c->server);
}

static void
bev_write(struct bufferevent *bev, void *arg)
{
	bev_read(bev, arg);
}

static void
bev_event(struct bufferevent *bev, short what, void *arg)
{
	struct ctl_client_conn *c = arg;

	(void)bev;
	loop_batch_begin(c->server->loop);
	if (what & BEV_EVENT_TIMEOUT) {
		ctl_queue_close(c, "does not read");
		return;
	}
	if (what & BEV_EVENT_ERROR)
		c->mute = true;
	if (what & BEV_EVENT_READING)
		c->eof = true;
	c->more = true;
	want_turn(c->server);
}

/* --- connections --- */

static struct ctl_client_conn *
conn_new(struct ctl_server *s, uid_t uid, pid_t pid)
{
	struct ctl_client_conn *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->server = s;
	c->loop = s->loop;
	c->work_timer = s->work_timer;
	c->service = &s->service;
	c->arg = s->config.arg;
	c->since = loop_now(s->loop);
	c->words = &s->words;
	c->published = &s->published;
	c->fd = -1;
	c->uid = uid;
	c->own = uid == geteuid();
	(void)snprintf(c->name, sizeof(c->name), "pid %ld", (long)pid);
	ctl_queue_init(c);
	return c;
}

static void
conn_insert(struct ctl_client_conn *c)
{
	TAILQ_INSERT_TAIL(&c->server->conns, c, entry);
	c->server->conn_count++;
	server_check(c->server);
}

/* --- slots --- */

/* Nothing is asked, owed or wished for. */
static bool
is_idle(const struct ctl_client_conn *c)
{
	return c->topic_count == 0 && c->data == NULL && c->job == NULL &&
	    !c->deferred && !c->more && !c->closing &&
	    evbuffer_get_length(c->out) == 0;
}

/* Nobody gives way to one of lower rank: 2 the own user, 1 root, 0 look-only. */
static int
rank(uid_t uid, bool own)
{
	return own ? 2 : uid == 0 ? 1 : 0;
}

/*
 * Of the clients up to that rank that have been idle for so long: of the lowest
 * rank, the one that has been idle longest; or NULL.
 */
static struct ctl_client_conn *
idlest(struct ctl_server *s, int64_t least_ns, int highest)
{
	mono_t before = mono_add(loop_now(s->loop), -least_ns);
	struct ctl_client_conn *c, *best = NULL;
	int r;

	TAILQ_FOREACH(c, &s->conns, entry) {
		r = rank(c->uid, c->own);
		if (r > highest || !is_idle(c) || mono_before(before, c->since))
			continue;
		if (best == NULL || r < highest ||
		    mono_before(c->since, best->since))
			best = c;
		if (best == c)
			highest = r;
	}
	return best;
}

static bool
has_slot(const struct ctl_server *s, int newcomer)
{
	const struct ctl_client_conn *c;
	unsigned look = 0, own = 0;

	TAILQ_FOREACH(c, &s->conns, entry) {
		look += !ctl_conn_may_change(c);
		own += ctl_conn_is_own(c);
	}
	if (s->conn_count >= CTL_CLIENTS_MAX)
		return false;
	if (newcomer == 2)
		return true;
	return s->conn_count - own < CTL_ROOT_MAX &&
	    (newcomer == 1 || look < CTL_LOOK_MAX);
}

/*
 * The last descriptors are the daemon's, for what it opens in the meantime, and
 * its own user's: the number of a new one says how many there are.
 */
static bool
is_scarce(int fd, int newcomer)
{
	rlim_t spare = newcomer == 1 ? CTL_SPARE_FDS_ROOT : CTL_SPARE_FDS;
	struct rlimit limit;

	return newcomer < 2 && getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    (rlim_t)fd + spare >= limit.rlim_cur;
}

/* Idle clients give way to newcomers, of which fd is one. */
static bool
make_room(struct ctl_server *s, int newcomer, int fd)
{
	struct ctl_client_conn *c;

	if (is_scarce(fd, newcomer))
		return false;
	if (has_slot(s, newcomer))
		return true;
	c = idlest(s, CTL_GIVE_WAY_S * NS_PER_S, newcomer);
	if (c != NULL) {
		ctl_queue_close(c, "gives way to a newer client");
		conn_free(c);
	}
	return has_slot(s, newcomer);
}

static void
sweep(mono_t deadline, void *arg)
{
	struct ctl_server *s = arg;
	struct ctl_client_conn *c;

	(void)deadline;
	while ((c = idlest(s, CTL_IDLE_S * NS_PER_S, 0)) != NULL)
		ctl_queue_close(c, "idle");
	if (s->conn_count > 0)
		loop_timer_set(s->sweep_timer, mono_add(loop_now(s->loop),
		    SWEEP_NS));
}

static void
refuse(int fd)
{
	static const char line[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":1,"
	    "\"message\":\"too many clients\"}}\n";

	(void)send(fd, line, sizeof(line) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)close(fd);
}

/* Takes fd. */
static void
conn_start(struct ctl_server *s, int fd)
{
	const struct timeval stuck = { .tv_sec = CTL_STUCK_S };
	struct ucred cred = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(cred);
	struct ctl_client_conn *c;
	uint64_t suppressed;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1) {
		(void)close(fd);
		return;
	}
	if (!make_room(s, rank(cred.uid, cred.uid == geteuid()), fd)) {
		refuse(fd);
		return;
	}
	if ((c = conn_new(s, cred.uid, cred.pid)) == NULL) {
		(void)close(fd);
		return;
	}
	c->bev = bufferevent_socket_new(loop_base(s->loop), fd,
	    BEV_OPT_CLOSE_ON_FREE);
	if (c->bev == NULL) {
		free(c);
		(void)close(fd);
		return;
	}
	c->fd = fd;
	c->in = bufferevent_get_input(c->bev);
	c->out = bufferevent_get_output(c->bev);
	bufferevent_setcb(c->bev, bev_read, bev_write, bev_event, c);
	bufferevent_setwatermark(c->bev, EV_WRITE, CTL_QUEUE_LOW / 2, 0);
	(void)bufferevent_set_max_single_read(c->bev, READ_BYTES);
	(void)bufferevent_set_timeouts(c->bev, NULL, &stuck);
	(void)bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	conn_insert(c);
	if (s->conn_count == 1)
		loop_timer_set(s->sweep_timer, mono_add(loop_now(s->loop),
		    SWEEP_NS));
	if (token_bucket_take(&s->words, loop_now(s->loop), &suppressed))
		log_info("control client connected client=\"%s\" uid=%ld "
		    "suppressed=%llu", c->name, (long)cred.uid,
		    (unsigned long long)suppressed);
}

/* Newcomers wait for so long. */
static void
look_away(struct ctl_server *s, int64_t ns)
{
	loop_fd_free(s->listen_event);
	s->listen_event = NULL;
	loop_timer_set(s->accept_timer, mono_add(loop_clock(), ns));
}

static void
listen_readable(int fd, void *arg)
{
	struct ctl_server *s = arg;
	mono_t begun = loop_clock();
	int i, client;

	for (i = 0; i < ACCEPTS_PER_WAKE; i++) {
		client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (client == -1)
			break;
		conn_start(s, client);
	}
	if (i == ACCEPTS_PER_WAKE) {
		/* To come and go is not for free either. */
		look_away(s, LOOK_PAUSE * mono_sub(loop_clock(), begun));
		return;
	}
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ||
	    errno == ECONNABORTED)
		return;
	/* Out of descriptors: the socket stays readable. */
	log_warning("control socket cannot accept error=\"%s\"",
	    strerror(errno));
	look_away(s, ACCEPT_PAUSE_NS);
}

static void
accept_again(mono_t deadline, void *arg)
{
	struct ctl_server *s = arg;

	(void)deadline;
	loop_timer_set(s->accept_timer, MONO_NEVER);
	s->listen_event = loop_fd_new(s->loop, s->listen_fd, listen_readable,
	    s);
	if (s->listen_event == NULL)
		loop_timer_set(s->accept_timer,
		    mono_add(loop_now(s->loop), ACCEPT_PAUSE_NS));
}

/* --- the socket file --- */

static int
start_listening(struct ctl_server *s, const struct ctl_server_config *config,
    gid_t gid)
{
	int error;

	if (config->listener == NULL && config->path == NULL)
		return 0;
	if (config->listener == NULL) {
		error = ctl_listener_open(config->path, gid, &s->own);
		if (error < 0)
			return error;
	}
	s->listen_fd = ctl_listener_fd(s->own != NULL ? s->own :
	    config->listener);
	s->listen_event = loop_fd_new(s->loop, s->listen_fd, listen_readable,
	    s);
	return s->listen_event == NULL ? -ENOMEM : 0;
}

int
ctl_server_open(struct loop *loop, const struct ctl_server_config *config,
    gid_t gid, struct ctl_server **out)
{
	struct ctl_server *s;
	int error = -ENOMEM;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return -ENOMEM;
	s->loop = loop;
	s->config = *config;
	s->config.path = NULL;
	s->service = (struct ctl_rpc_service){
		.program = config->program,
		.version = config->version,
		.methods = config->methods,
		.topics = config->topics,
		.snapshot = config->snapshot,
	};
	s->listen_fd = -1;
	TAILQ_INIT(&s->conns);
	s->work_timer = loop_timer_new(loop, work, s);
	s->accept_timer = loop_timer_new(loop, accept_again, s);
	s->sweep_timer = loop_timer_new(loop, sweep, s);
	s->backlog = ctl_backlog_new();
	token_bucket_init(&s->words, WORDS_EVERY_NS, WORDS_BURST);
	token_bucket_init(&s->deeds, DEEDS_EVERY_NS, DEEDS_BURST);
	if (s->backlog != NULL && s->work_timer != NULL &&
	    s->accept_timer != NULL && s->sweep_timer != NULL)
		error = start_listening(s, config, gid);
	if (error != 0) {
		ctl_server_close(s);
		return error;
	}
	*out = s;
	return 0;
}

void
ctl_server_close(struct ctl_server *s)
{
	struct ctl_client_conn *c;

	if (s == NULL)
		return;
	while ((c = TAILQ_FIRST(&s->conns)) != NULL)
		conn_free(c);
	loop_last_cancel(s->loop, serve, s);
	ctl_backlog_free(s->backlog);
	loop_fd_free(s->listen_event);
	loop_timer_free(s->work_timer);
	loop_timer_free(s->accept_timer);
	loop_timer_free(s->sweep_timer);
	ctl_listener_close(s->own, true);
	free(s);
}

/* --- for the daemon --- */

void
ctl_client_conn_stream(struct ctl_client_conn *c,
    const struct ctl_stream *stream, void *cursor)
{
	ctl_queue_job_start(c, stream, cursor);
}

void
ctl_client_conn_set_data(struct ctl_client_conn *c, void *data)
{
	c->data = data;
}

void *
ctl_client_conn_data(const struct ctl_client_conn *c)
{
	return c->data;
}

const char *
ctl_client_conn_name(const struct ctl_client_conn *c)
{
	return c->name;
}

bool
ctl_client_conn_may_change(const struct ctl_client_conn *c)
{
	return ctl_conn_may_change(c);
}

bool
ctl_client_conn_may_log(struct ctl_client_conn *c, uint64_t *left_out)
{
	return token_bucket_take(&c->server->deeds, loop_now(c->loop),
	    left_out);
}

bool
ctl_server_has_subscribers(const struct ctl_server *s, const char *topic)
{
	const struct ctl_client_conn *c;

	TAILQ_FOREACH(c, &s->conns, entry) {
		if (!c->closing && ctl_rpc_subscription(c, topic) != -1)
			return true;
	}
	return false;
}

/* To all subscribers but those of the own user, when there is time. */
static void
publish_later(struct ctl_server *s, const char *topic, const char *key,
    struct ctl_body *body)
{
	struct ctl_client_conn *c;

	if (ctl_backlog_add(s->backlog, topic, key, body)) {
		s->published = ctl_backlog_newest(s->backlog);
		want_turn(s);
		return;
	}
	TAILQ_FOREACH(c, &s->conns, entry) {
		if (c->closing || ctl_conn_is_own(c) ||
		    ctl_rpc_subscription(c, topic) == -1)
			continue;
		if (key == NULL)
			ctl_queue_event_lost(c);
		else
			ctl_queue_close(c, "too much to tell");
	}
}

/* A level that is being published; its text is made once, when somebody wants it. */
struct news {
	const char	*topic, *key;
	json_t		*level;		/* NULL: it cannot be written */
	struct ctl_body	*body;
};

static bool
has_body(struct news *n)
{
	if (n->body != NULL || n->level == NULL)
		return n->body != NULL;
	n->body = ctl_queue_body_new(n->level);
	if (n->body != NULL)
		return true;
	log_err("control notification lost topic=%s", n->topic);
	json_decref(n->level);
	n->level = NULL;
	return false;
}

static void
tell_now(struct ctl_client_conn *c, struct news *n)
{
	if (has_body(n))
		ctl_queue_notify(c, n->topic, n->key, n->body);
}

void
ctl_server_publish_also(struct ctl_server *s, const char *topic,
    const char *key, json_t *level, ctl_also also, void *arg)
{
	struct news n = { topic, key, level, NULL };
	struct ctl_client_conn *c;
	bool later = false;

	if (also != NULL) {
		TAILQ_FOREACH(c, &s->conns, entry) {
			if (!c->closing && also(c, arg) &&
			    ctl_rpc_subscription(c, topic) == -1)
				tell_now(c, &n);
		}
	}
	TAILQ_FOREACH(c, &s->conns, entry) {
		if (c->closing || ctl_rpc_subscription(c, topic) == -1)
			continue;
		if (ctl_conn_is_own(c))
			tell_now(c, &n);
		else
			later = true;
	}
	if (later && has_body(&n))
		publish_later(s, topic, key, n.body);
	ctl_queue_body_release(n.body);
	json_decref(n.level);
}

void
ctl_server_publish(struct ctl_server *s, const char *topic, const char *key,
    json_t *level)
{
	ctl_server_publish_also(s, topic, key, level, NULL, NULL);
}

void
ctl_client_conn_notify(struct ctl_client_conn *c, const char *topic,
    const char *key, json_t *level)
{
	struct ctl_body *body;

	body = ctl_queue_body_new(level);
	json_decref(level);
	if (body == NULL) {
		log_err("control notification lost topic=%s", topic);
		return;
	}
	ctl_queue_notify(c, topic, key, body);
	ctl_queue_body_release(body);
}

/* --- without a socket --- */

struct ctl_client_conn *
ctl_client_conn_attach(struct ctl_server *s, uid_t uid)
{
	struct ctl_client_conn *c;

	c = conn_new(s, uid, 0);
	if (c == NULL)
		return NULL;
	c->in = evbuffer_new();
	c->out = evbuffer_new();
	if (c->in == NULL || c->out == NULL) {
		if (c->in != NULL)
			evbuffer_free(c->in);
		if (c->out != NULL)
			evbuffer_free(c->out);
		free(c);
		return NULL;
	}
	conn_insert(c);
	return c;
}

static void
tell_all(struct ctl_server *s)
{
	while (tell_one(s))
		;
}

bool
ctl_client_conn_step(struct ctl_client_conn *c)
{
	if (c->closing)
		return ctl_queue_drop(c);
	if (!has_work(c))
		return false;
	step(c);
	return true;
}

/* Every step that can be done, however long it takes. */
static void
step_on(struct ctl_client_conn *c)
{
	tell_all(c->server);
	while (!c->closing && ctl_client_conn_step(c))
		;
}

size_t
ctl_client_conn_put(struct ctl_client_conn *c, const void *bytes, size_t len)
{
	size_t room;

	if (c->closing || c->finishing)
		return 0;
	room = CTL_LINE_MAX + 1 - evbuffer_get_length(c->in);
	len = len < room ? len : room;
	if (evbuffer_add(c->in, bytes, len) != 0)
		return 0;
	c->more = true;
	return len;
}

void
ctl_client_conn_feed(struct ctl_client_conn *c, const void *bytes, size_t len)
{
	const char *p = bytes;
	size_t n;

	for (; len > 0; p += n, len -= n) {
		n = ctl_client_conn_put(c, p, len);
		step_on(c);
		if (n == 0)
			return;		/* a client that is behind must read first */
	}
}

struct evbuffer *
ctl_client_conn_output(struct ctl_client_conn *c)
{
	tell_all(c->server);
	return c->out;
}

void
ctl_client_conn_drained(struct ctl_client_conn *c)
{
	c->more = true;
	step_on(c);
}

bool
ctl_client_conn_is_closing(const struct ctl_client_conn *c)
{
	tell_all(c->server);
	return c->closing;
}

void
ctl_client_conn_detach(struct ctl_client_conn *c)
{
	conn_free(c);
}

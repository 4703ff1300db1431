/*
 * epoll.c - waiting for files: epoll, timers, pipes, signals, ends.
 *
 * Level-triggered, as libevent uses it.  An item is a candidate from the moment
 * its file said that it may be ready until a look shows that it is not; a wait
 * looks at candidates only.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test/world/file.h"
#include "test/world/host.h"
#include "test/world/proc.h"

/* --- epoll --- */

struct item {
	struct watch		 watch;
	struct item		*next;
	struct item		*next_candidate, *next_timer;
	bool			 candidate;
	struct epoll		*epoll;
	int			 fd;
	struct file		*file;		/* no reference: see closed() */
	struct epoll_event	 event;
};

struct epoll {
	struct file	 file;
	struct proc	*owner;
	struct item	*items, *candidates, **candidates_end;
	struct item	*timers;	/* of the items: each is a timerfd */
};

struct timer {
	struct file	 file;
	int64_t		 at;
};

static const struct file_ops timer_ops;

static void
add_candidate(struct item *i)
{
	struct epoll *e = i->epoll;

	if (i->candidate)
		return;
	i->candidate = true;
	i->next_candidate = NULL;
	*e->candidates_end = i;
	e->candidates_end = &i->next_candidate;
}

static unsigned
wanted(const struct item *i)
{
	return i->file->ops->ready(i->file) &
	    (i->event.events | EPOLLHUP | EPOLLERR);
}

static void
notified(struct watch *w)
{
	struct item *i = (struct item *)w;

	add_candidate(i);
	if (i->epoll->owner != NULL && wanted(i) != 0)
		proc_wake(i->epoll->owner);
}

static void
remove_candidate(struct epoll *e, struct item *gone)
{
	struct item **at;

	if (!gone->candidate)
		return;
	for (at = &e->candidates; *at != gone; at = &(*at)->next_candidate)
		continue;
	*at = gone->next_candidate;
	if (e->candidates_end == &gone->next_candidate)
		e->candidates_end = at;
}

static void
remove_item(struct epoll *e, struct item **at)
{
	struct item *i = *at;

	*at = i->next;
	for (at = &e->timers; *at != NULL; at = &(*at)->next_timer)
		if (*at == i) {
			*at = i->next_timer;
			break;
		}
	remove_candidate(e, i);
	file_unwatch(i->file, &i->watch);
	free(i);
}

static void
closed(struct watch *w)
{
	struct item *i = (struct item *)w, **at;

	for (at = &i->epoll->items; *at != i; at = &(*at)->next)
		continue;
	remove_item(i->epoll, at);
}

static void
epoll_release(struct file *f)
{
	struct epoll *e = (struct epoll *)f;

	while (e->items != NULL)
		remove_item(e, &e->items);
	free(e);
}

static unsigned
never_ready(struct file *f)
{
	(void)f;
	return 0;
}

static const struct file_ops epoll_ops = {
	.kind = "epoll",
	.ready = never_ready,
	.release = epoll_release,
};

struct file *
epoll_file(void)
{
	struct epoll *e = file_new(&epoll_ops, world->running->host,
	    sizeof(*e));

	e->owner = world->running;
	e->candidates_end = &e->candidates;
	return &e->file;
}

int
epoll_change(struct file *file, int op, int fd, struct file *f,
    const struct epoll_event *event)
{
	struct epoll *e = (struct epoll *)file;
	struct item **at, *i;

	if (file->ops != &epoll_ops)
		return -EINVAL;
	for (at = &e->items; *at != NULL; at = &(*at)->next)
		if ((*at)->fd == fd && (f == NULL || (*at)->file == f))
			break;
	switch (op) {
	case EPOLL_CTL_ADD:
		if (*at != NULL)
			return -EEXIST;
		i = world_alloc(sizeof(*i));
		i->watch.notify = notified;
		i->watch.gone = closed;
		i->epoll = e;
		i->fd = fd;
		i->file = f;
		i->event = *event;
		*at = i;
		if (f->ops == &timer_ops) {
			i->next_timer = e->timers;
			e->timers = i;
		}
		file_watch(f, &i->watch);
		add_candidate(i);
		return 0;
	case EPOLL_CTL_MOD:
		if (*at == NULL)
			return -ENOENT;
		(*at)->event = *event;
		add_candidate(*at);
		return 0;
	case EPOLL_CTL_DEL:
		if (*at == NULL)
			return -ENOENT;
		remove_item(e, at);
		return 0;
	default:
		return -EINVAL;
	}
}

/* The items that are ready now; others are candidates no more. */
static int
look(struct epoll *e, struct epoll_event *out, int max)
{
	struct item *i, *list = e->candidates;
	unsigned what;
	int n = 0;

	e->candidates = NULL;
	e->candidates_end = &e->candidates;
	for (; (i = list) != NULL; ) {
		list = i->next_candidate;
		i->candidate = false;
		what = wanted(i);
		if (what == 0)
			continue;
		add_candidate(i);
		if (n == max)
			continue;
		out[n].events = what;
		out[n++].data = i->event.data;
	}
	return n;
}

static int64_t
first_timer(const struct epoll *e)
{
	const struct item *i;
	int64_t at = NEVER;

	for (i = e->timers; i != NULL; i = i->next_timer)
		if (((struct timer *)i->file)->at < at)
			at = ((struct timer *)i->file)->at;
	return at;
}

static void
timers_due(struct epoll *e)
{
	struct item *i;

	for (i = e->timers; i != NULL; i = i->next_timer)
		if (((struct timer *)i->file)->at <= world->now)
			add_candidate(i);
}

int
epoll_collect(struct file *file, struct epoll_event *out, int max,
    int64_t timeout_ns)
{
	struct epoll *e = (struct epoll *)file;
	int64_t until = NEVER, first;
	int n;

	if (file->ops != &epoll_ops)
		return -EINVAL;
	timers_due(e);
	n = look(e, out, max);
	if (n > 0 || timeout_ns == 0)
		return n;
	if (timeout_ns > 0)
		until = world->now + timeout_ns;
	for (;;) {
		first = first_timer(e);
		(void)proc_wait(first < until ? first : until);
		timers_due(e);
		n = look(e, out, max);
		if (n > 0 || world->now >= until)
			return n;
	}
}

/* --- timerfd --- */

static unsigned
timer_ready(struct file *f)
{
	return ((struct timer *)f)->at <= world->now ? EPOLLIN : 0;
}

static void
plain_release(struct file *f)
{
	free(f);
}

static const struct file_ops timer_ops = {
	.kind = "timerfd",
	.ready = timer_ready,
	.release = plain_release,
};

struct file *
timer_file(void)
{
	struct timer *t = file_new(&timer_ops, world->running->host,
	    sizeof(*t));

	t->at = NEVER;
	return &t->file;
}

void
timer_set(struct file *f, int64_t at)
{
	((struct timer *)f)->at = at;
}

void
timers_shift(struct host *h, int64_t by_ns)
{
	const struct proc *p;
	struct timer *t;
	int fd;

	for (p = h->procs; p != NULL; p = p->next)
		for (fd = 0; fd < p->fd_size; fd++) {
			t = (struct timer *)p->fds[fd];
			if (t != NULL && t->file.ops == &timer_ops &&
			    t->at != NEVER)
				t->at += by_ns;
		}
}

/* --- pipes: a few bytes, as between a thread and a loop --- */

struct pipe_end {
	struct file	 file;
	struct pipe_end	*other;		/* NULL: closed */
	size_t		 bytes;		/* to be read from this end */
};

static unsigned
pipe_ready(struct file *f)
{
	struct pipe_end *p = (struct pipe_end *)f;

	return (p->bytes > 0 ? EPOLLIN : 0) |
	    (p->other == NULL ? EPOLLHUP | EPOLLIN : EPOLLOUT);
}

static ssize_t
pipe_recv(struct file *f, struct msghdr *m, int flags)
{
	struct pipe_end *p = (struct pipe_end *)f;
	static const uint8_t zeros[64];
	size_t n = msg_len(m);

	(void)flags;
	n = n > p->bytes ? p->bytes : n;
	n = n > sizeof(zeros) ? sizeof(zeros) : n;
	if (n == 0)
		return p->other == NULL ? 0 : -EAGAIN;
	p->bytes -= n;
	return (ssize_t)msg_put(m, zeros, n);
}

static ssize_t
pipe_send(struct file *f, const struct msghdr *m, int flags)
{
	struct pipe_end *p = (struct pipe_end *)f;

	(void)flags;
	if (p->other == NULL)
		return -EPIPE;
	p->other->bytes += msg_len(m);
	file_notify(&p->other->file);
	return (ssize_t)msg_len(m);
}

static void
pipe_release(struct file *f)
{
	struct pipe_end *p = (struct pipe_end *)f;

	if (p->other != NULL) {
		p->other->other = NULL;
		file_notify(&p->other->file);
	}
	free(p);
}

static const struct file_ops pipe_ops = {
	.kind = "pipe",
	.ready = pipe_ready,
	.recv = pipe_recv,
	.send = pipe_send,
	.release = pipe_release,
};

void
pipe_files(struct file *out[2])
{
	struct pipe_end *p[2];
	int i;

	for (i = 0; i < 2; i++) {
		p[i] = file_new(&pipe_ops, world->running->host,
		    sizeof(*p[i]));
		out[i] = &p[i]->file;
	}
	p[0]->other = p[1];
	p[1]->other = p[0];
}

/* --- signals and ends, as files --- */

struct of_proc {
	struct file	 file;
	struct proc	*proc;
	int		 signo;
};

static unsigned
signal_ready(struct file *f)
{
	struct of_proc *s = (struct of_proc *)f;

	return (s->proc->pending & ~s->proc->blocked) >> s->signo & 1 ?
	    EPOLLIN : 0;
}

static ssize_t
signal_recv(struct file *f, struct msghdr *m, int flags)
{
	struct of_proc *s = (struct of_proc *)f;

	(void)m;
	(void)flags;
	if (signal_ready(f) == 0)
		return -EAGAIN;
	s->proc->pending &= ~(UINT64_C(1) << s->signo);
	return 1;
}

static void
signal_release(struct file *f)
{
	struct of_proc *s = (struct of_proc *)f;

	if (s->proc->signal_files[s->signo] == f)
		s->proc->signal_files[s->signo] = NULL;
	free(f);
}

static const struct file_ops signal_ops = {
	.kind = "signal",
	.ready = signal_ready,
	.recv = signal_recv,
	.release = signal_release,
};

struct file *
signal_file(struct proc *p, int signo)
{
	struct of_proc *s = file_new(&signal_ops, p->host, sizeof(*s));

	s->proc = p;
	s->signo = signo;
	p->signal_files[signo] = &s->file;
	return &s->file;
}

static unsigned
pid_ready(struct file *f)
{
	return ((struct of_proc *)f)->proc->exit_seen ? EPOLLIN : 0;
}

static void
pid_release(struct file *f)
{
	struct of_proc *s = (struct of_proc *)f;

	if (s->proc->pidfd == f)
		s->proc->pidfd = NULL;
	free(f);
}

static const struct file_ops pid_ops = {
	.kind = "pidfd",
	.ready = pid_ready,
	.release = pid_release,
};

struct file *
pid_file(struct proc *p)
{
	struct of_proc *s = file_new(&pid_ops, p->host, sizeof(*s));

	s->proc = p;
	p->pidfd = &s->file;
	return &s->file;
}

/* --- standard error --- */

static unsigned
log_ready(struct file *f)
{
	(void)f;
	return EPOLLOUT;
}

/* "2025-11-21T10:00:00.123456+00:00 vrrpd notice: text" without its time. */
static void
say_line(const struct proc *p, char *line)
{
	char *level = strchr(line, ' ');

	level = level != NULL ? strchr(level + 1, ' ') : NULL;
	host_log(p->host, p, level != NULL ? level + 1 : line);
}

static ssize_t
log_send(struct file *f, const struct msghdr *m, int flags)
{
	struct of_proc *s = (struct of_proc *)f;
	char buf[4097], *line, *end;
	size_t n = msg_take(m, buf, sizeof(buf) - 1);

	(void)flags;
	buf[n] = '\0';
	for (line = buf; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		say_line(s->proc, line);
	}
	return (ssize_t)n;
}

static const struct file_ops log_ops = {
	.kind = "log",
	.ready = log_ready,
	.send = log_send,
	.release = plain_release,
};

struct file *
log_file(struct proc *p)
{
	struct of_proc *s = file_new(&log_ops, p->host, sizeof(*s));

	s->proc = p;
	return &s->file;
}

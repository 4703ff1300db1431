/*
 * proc.c - processes (see proc.h).
 *
 * A process that waits has an event in the world's heap for the time it waits
 * until, and gets another one when something it waits for is there.  Whichever
 * is first lets it run; `wait` counts, so that the other is known to be late.
 *
 * In the middle of a call.  The daemons are single-threaded and keep scratch
 * buffers in static memory: whoever is in a system call finds them as they were.
 * Here several processes share that memory, so before one is kept in a call
 * (proc_spend) all of it is put aside, and put back after.  Between batches of
 * a loop nothing is in them, and nothing is put aside.
 *
 * The end.  Descriptors are closed at once, from the highest down; the process
 * becomes waitable up to EXIT_NS later, because the kernel waits for a grace
 * period for each of its packet sockets.  The heap of a process that is killed is
 * lost: each run of a world is a process of its own, and short.
 */
#include "config.h"

#include "test/world/proc.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "test/world/coro.h"
#include "test/world/file.h"
#include "test/world/host.h"
#include "test/world/judge.h"

#define READ_NS	20		/* from one reading of a clock to the next */
#define WAKE_MIN_NS	NS_PER_US
#define EXIT_NS		(30 * NS_PER_MS)
#define FDS_FIRST	64

/* --- waiting and running --- */

static void
run(struct proc *p)
{
	world->wakes++;
	p->wakes++;
	p->wait++;
	world->running = p;
	coro_enter(p->co);
	world->running = NULL;
	if (!p->ended)
		return;
	coro_free(p->co);
	p->co = NULL;
}

static void
wake_event(void *arg, uint64_t n)
{
	struct proc *p = arg;
	int64_t later;

	if (p->ended || n != p->wait)
		return;
	later = p->stopped_until > p->host->asleep_until ? p->stopped_until :
	    p->host->asleep_until;
	if (later <= world->now) {
		run(p);
		return;
	}
	if (p->absent_until < later)
		p->absent_until = later;
	if (p->in_call)
		p->kept_until = later;
	world_at(later, wake_event, p, n);
}

static int64_t
wake_time(int64_t at)
{
	return at == NEVER ? NEVER : at + WAKE_MIN_NS +
	    (int64_t)world_draw((uint64_t)world->lateness_ns);
}

bool
proc_wait(int64_t until)
{
	struct proc *p = world->running;
	int saved = errno;

	log_flush();
	p->woken = p->in_call = false;
	p->until = until;
	world_at(wake_time(until), wake_event, p, p->wait);
	coro_leave(p->co);
	errno = saved;
	return p->woken;
}

/*
 * The static memory of this program, the world's own included: that is one
 * pointer which never changes, and constants.
 */
extern char __data_start[], _end[];

__attribute__((no_sanitize("address")))
static void
copy_bytes(volatile char *to, const volatile char *from, size_t len)
{
	size_t i;

	for (i = 0; i + sizeof(long) <= len; i += sizeof(long))
		*(volatile long *)(to + i) = *(const volatile long *)(from + i);
	for (; i < len; i++)
		to[i] = from[i];
}

void
proc_spend(int64_t span_ns)
{
	struct proc *p = world->running;
	size_t size = (size_t)(_end - __data_start);
	int saved = errno;
	char *aside;

	if (p == NULL || span_ns <= 0)
		return;
	aside = world_alloc(size);
	log_flush();
	copy_bytes(aside, __data_start, size);
	p->in_call = true;
	p->woken = false;
	p->until = p->absent_until = p->kept_until = world->now + span_ns;
	judge_changed();
	world_at(p->until, wake_event, p, p->wait);
	coro_leave(p->co);
	copy_bytes(__data_start, aside, size);
	free(aside);
	p->in_call = false;
	judge_changed();
	errno = saved;
}

void
proc_wake(struct proc *p)
{
	if (p->ended || p->woken || p->in_call || p == world->running)
		return;
	p->woken = true;
	world_at(wake_time(world->now), wake_event, p, p->wait);
}

int64_t
proc_read_clock(void)
{
	struct proc *p = world->running;

	if (p->clock < world->now)
		p->clock = world->now;
	else
		p->clock += READ_NS;
	return p->clock;
}

bool
proc_is_awake(const struct proc *p)
{
	return p != NULL && !p->ended && p->stopped_until <= world->now &&
	    p->host->asleep_until <= world->now;
}

/* --- descriptors --- */

struct file *
proc_file(int fd)
{
	struct proc *p = world->running;

	return fd < 0 || fd >= p->fd_size ? NULL : p->fds[fd];
}

int
proc_install(struct proc *p, struct file *f, int low)
{
	int fd, size;

	for (fd = low; fd < p->fd_size && p->fds[fd] != NULL; fd++)
		continue;
	if (fd >= p->fd_size) {
		for (size = FDS_FIRST; size <= fd; size *= 2)
			continue;
		p->fds = realloc(p->fds, (size_t)size * sizeof(*p->fds));
		if (p->fds == NULL)
			abort();
		memset(p->fds + p->fd_size, 0, (size_t)(size - p->fd_size) *
		    sizeof(*p->fds));
		p->fd_size = size;
	}
	p->fds[fd] = f;
	return fd;
}

int
proc_close(int fd)
{
	struct file *f = proc_file(fd);

	if (f == NULL)
		return -EBADF;
	world->running->fds[fd] = NULL;
	file_unref(f);
	return 0;
}

/* --- the beginning and the end --- */

static void
main_of(void *arg)
{
	struct proc *p = arg;

	proc_exit(p->fn(p->arg));
}

struct proc *
proc_start(struct host *host, const char *name, struct proc *parent,
    int (*fn)(void *), void *arg)
{
	struct proc *p = world_alloc(sizeof(*p)), **at;

	p->host = host;
	(void)strncpy(p->name, name, sizeof(p->name) - 1);
	p->pid = world->next_pid++;
	p->parent = p->forker = parent;
	p->fn = fn;
	p->arg = arg;
	p->until = NEVER;
	p->co = coro_new(main_of, p);
	(void)proc_install(p, log_file(p), STDERR_FILENO);
	for (at = &host->procs; *at != NULL; at = &(*at)->next)
		continue;
	*at = p;
	p->woken = true;
	world_at(wake_time(world->now), wake_event, p, p->wait);
	return p;
}

void
proc_forget(struct proc *p)
{
	struct proc **at;

	if (!p->exit_seen || (p->parent != NULL && !p->reaped))
		return;
	for (at = &p->host->procs; *at != NULL; at = &(*at)->next)
		if (*at == p) {
			*at = p->next;
			return;
		}
}

static void
seen(void *arg, uint64_t n)
{
	struct proc *p = arg;

	(void)n;
	p->exit_seen = true;
	if (p->pidfd != NULL)
		file_notify(p->pidfd);
	if (p->done != NULL)
		p->done(p, p->done_arg);
	proc_forget(p);
}

/* Whoever ends leaves those behind that nobody else waits for. */
static void
orphan(struct proc *parent)
{
	struct proc *c, *next;

	for (c = parent->host->procs; c != NULL; c = next) {
		next = c->next;
		if (c->parent != parent)
			continue;
		c->parent = NULL;
		if (c->death_signal != 0 && !c->ended)
			(void)proc_signal(c, c->death_signal);
		proc_forget(c);
	}
}

static void
end(struct proc *p, int status)
{
	int fd;

	p->ended = true;
	p->status = status;
	for (fd = p->fd_size; fd-- > 0; )
		if (p->fds[fd] != NULL) {
			struct file *f = p->fds[fd];

			p->fds[fd] = NULL;
			file_unref(f);
		}
	free(p->fds);
	p->fds = NULL;
	p->fd_size = 0;
	memset(p->signal_files, 0, sizeof(p->signal_files));
	orphan(p);
	judge_proc_gone(p);
	world_at(world->now + (int64_t)world_draw(p->brief ? NS_PER_US :
	    EXIT_NS), seen, p, 0);
}

void
proc_exit(int status)
{
	struct proc *p = world->running;

	log_flush();
	if (!p->brief)
		world_say("%s %s: exit %d", p->host->name, p->name, status);
	end(p, (status & 0xff) << 8);
	coro_leave(p->co);
	abort();
}

void
proc_kill(struct proc *p)
{
	struct proc *c;

	if (p == NULL || p->ended)
		return;
	world_say("%s %s: killed", p->host->name, p->name);
	end(p, SIGKILL);
	if (p == world->running) {
		coro_leave(p->co);
		abort();
	}
	/* A fork copies the stack; here the child goes on reading this one. */
	for (c = p->host->procs; c != NULL; c = c->next)
		if (c->forker == p && !c->ended)
			return;
	coro_free(p->co);
	p->co = NULL;
}

/* --- signals, stops --- */

int
proc_signal(struct proc *p, int signo)
{
	/* The first process of a host reaps at once what has lost its parent. */
	if (p == NULL || p->reaped || (p->exit_seen && p->parent == NULL))
		return -ESRCH;
	if (signo == 0 || p->ended)
		return 0;
	switch (signo) {
	case SIGKILL:
		proc_kill(p);
		return 0;
	case SIGSTOP:
		proc_stop(p);
		return 0;
	case SIGCONT:
		proc_continue(p);
		return 0;
	default:
		break;
	}
	if (signo < 0 || signo >= PROC_SIGNALS)
		return -EINVAL;
	p->pending |= UINT64_C(1) << signo;
	if (p->signal_files[signo] != NULL)
		file_notify(p->signal_files[signo]);
	else if ((p->blocked >> signo & 1) == 0)
		proc_kill(p);			/* the default of a signal */
	return 0;
}

static void
back(void *arg, uint64_t n)
{
	(void)arg;
	(void)n;
	judge_changed();
}

void
proc_stall(struct proc *p, int64_t span_ns)
{
	if (p == NULL || p->ended)
		return;
	world_say("%s %s: stalls for %lld us", p->host->name, p->name,
	    (long long)(span_ns / NS_PER_US));
	if (p->stopped_until < world->now + span_ns)
		p->stopped_until = world->now + span_ns;
	p->absent_until = p->stopped_until;
	world_at(p->stopped_until, back, NULL, 0);
	judge_changed();
}

void
proc_stop(struct proc *p)
{
	if (p == NULL || p->ended)
		return;
	world_say("%s %s: stopped", p->host->name, p->name);
	p->stopped_until = p->absent_until = NEVER;
	judge_changed();
}

/* A wake-up that came meanwhile is made up for. */
void
proc_continue(struct proc *p)
{
	if (p == NULL || p->ended || p->stopped_until <= world->now)
		return;
	world_say("%s %s: continues", p->host->name, p->name);
	p->stopped_until = p->absent_until = world->now;
	judge_changed();
	if (p->woken || p->until <= world->now)
		world_at(wake_time(world->now), wake_event, p, p->wait);
}

void
proc_host_woke(struct host *host)
{
	struct proc *p;

	for (p = host->procs; p != NULL; p = p->next)
		if (!p->ended && (p->woken || p->until <= world->now))
			world_at(wake_time(world->now), wake_event, p,
			    p->wait);
}

struct proc *
proc_find(const struct host *host, const char *name)
{
	struct proc *p, *found = NULL;

	for (p = host->procs; p != NULL; p = p->next)
		if (!p->ended && strcmp(p->name, name) == 0)
			found = p;
	return found;
}

struct proc *
proc_by_pid(const struct host *host, int pid)
{
	struct proc *p;

	for (p = host->procs; p != NULL; p = p->next)
		if (p->pid == pid)
			return p;
	return NULL;
}

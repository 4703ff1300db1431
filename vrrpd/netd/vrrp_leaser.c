/*
 * vrrp_leaser.c - the thread of vrrpd-net that carries out errands of leases.
 *
 * The thread has the leases (vrrp_leases.c) to itself.  It takes jobs from a list and
 * leaves answers in another, both behind one lock that nobody holds for longer than it
 * takes to hang something in.  A byte in a pipe wakes the loop; a pipe that is full has
 * woken it enough.  The thread ends when there is no job, and the next job starts
 * another: there is none most of the time.
 *
 * An errand that waits is as good as its newest words: a lease that is asked for again
 * takes the place of the one before, so the list has as many entries as there are
 * virtual routers, however long the lock is held.
 *
 * The loop hears what others take out of our tables (vrrp_nft_hear()), and leaves it
 * to the thread to find out whether the table is one of its own; if so the engine is
 * told to look at all its leases, by the answer number 0.
 *
 * SWEEP_NS after the first errand the tables of lives that have ended are taken away:
 * by then no address of theirs is left (an address is lent for 3 s).
 */
#include "config.h"

#include "vrrpd/netd/vrrp_leaser.h"

#include <linux/netfilter.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vrrpd/linux/vrrp_leases.h"
#include "vrrpd/linux/vrrp_nft.h"

#define STACK_SIZE	(256 * 1024)	/* the stack is locked in memory */
#define SWEEP_NS	(20 * NS_PER_S)

enum kind { JOB_ERRAND, JOB_LOST, JOB_SWEEP };

struct job {
	struct job		*next;
	enum kind		 kind;
	struct vrrp_lease_errand errand;
	char			 table[VRRP_LEASES_TABLE_MAX];
};

struct answer {
	struct answer		*next;
	uint32_t		 number;
	int			 error;
};

struct vrrp_leaser {
	struct loop		*loop;
	vrrp_leaser_cb		 cb;
	void			*arg;
	struct vrrp_leases	*leases;	/* the thread's, if there is one */
	uint32_t		 port;
	bool			 open;		/* everything is there */
	bool			 to_join;	/* a thread that was started */
	pthread_t		 thread;
	pthread_mutex_t		 lock;
	struct job		*jobs;		/* under the lock */
	struct answer		*answers;	/* the same */
	bool			 works;		/* the same: takes the next job */
	int			 wake[2];	/* to the loop */
	struct loop_fd		*wake_event;
	int			 events;
	struct loop_fd		*events_event;
	struct loop_timer	*sweep;
};

/* --- the thread --- */

static void
wake_up(const int pipe[2])
{
	(void)!write(pipe[1], "", 1);
}

static void
drain(const int pipe[2])
{
	char bytes[64];

	while (read(pipe[0], bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
		;
}

static void
answer(struct vrrp_leaser *l, uint32_t number, int error)
{
	struct answer *a = malloc(sizeof(*a)), **at;

	if (a == NULL)
		return;		/* the engine asks again */
	*a = (struct answer){ .number = number, .error = error };
	(void)pthread_mutex_lock(&l->lock);
	for (at = &l->answers; *at != NULL; at = &(*at)->next)
		;
	*at = a;
	(void)pthread_mutex_unlock(&l->lock);
	wake_up(l->wake);
}

static void
carry_out(struct vrrp_leaser *l, const struct job *j)
{
	bool others = false;
	int error;

	switch (j->kind) {
	case JOB_ERRAND:
		error = vrrp_leases_carry_out(l->leases, &j->errand, &others);
		answer(l, j->errand.number, error);
		break;
	case JOB_LOST:
		others = vrrp_leases_lost(l->leases, j->table);
		break;
	case JOB_SWEEP:
		vrrp_leases_sweep(l->leases);
		break;
	}
	if (others)
		answer(l, 0, 0);
}

/* The next job; NULL: none, and the thread is to end. */
static struct job *
next_job(struct vrrp_leaser *l)
{
	struct job *j;

	(void)pthread_mutex_lock(&l->lock);
	j = l->jobs;
	if (j != NULL)
		l->jobs = j->next;
	l->works = j != NULL;
	(void)pthread_mutex_unlock(&l->lock);
	return j;
}

static void *
work(void *arg)
{
	struct vrrp_leaser *l = arg;
	struct job *j;

	while ((j = next_job(l)) != NULL) {
		carry_out(l, j);
		free(j);
	}
	return NULL;
}

/* Waits for a thread that works until it has no job. */
static void
join(struct vrrp_leaser *l)
{
	if (l->to_join)
		(void)pthread_join(l->thread, NULL);
	l->to_join = false;
}

/* Where no thread can be had, the loop waits. */
static void
start_thread(struct vrrp_leaser *l)
{
	pthread_attr_t attr;
	sigset_t all, before;

	join(l);
	(void)sigfillset(&all);
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, STACK_SIZE);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	l->to_join = pthread_create(&l->thread, &attr, work, l) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
	if (!l->to_join)
		(void)work(l);
}

/* --- the loop --- */

static void
wake_cb(int fd, void *arg)
{
	struct vrrp_leaser *l = arg;
	struct answer *a, *next;

	(void)fd;
	drain(l->wake);
	(void)pthread_mutex_lock(&l->lock);
	a = l->answers;
	l->answers = NULL;
	(void)pthread_mutex_unlock(&l->lock);
	for (; a != NULL; a = next) {
		next = a->next;
		l->cb(a->number, a->error, l->arg);
		free(a);
	}
}

/* Is what waits the same, so that the new one can stand in its place? */
static bool
is_same(const struct job *a, const struct job *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == JOB_ERRAND ? vrrp_lease_is_same_router(
	    &a->errand.lease, &b->errand.lease) :
	    strcmp(a->table, b->table) == 0;
}

static void
give(struct vrrp_leaser *l, struct job *j)
{
	struct job **at, *old = NULL;
	bool works;

	(void)pthread_mutex_lock(&l->lock);
	for (at = &l->jobs; *at != NULL; at = &(*at)->next)
		if (is_same(*at, j)) {
			old = *at;
			j->next = old->next;
			break;
		}
	*at = j;
	works = l->works;
	l->works = true;
	(void)pthread_mutex_unlock(&l->lock);
	free(old);
	if (!works)
		start_thread(l);
}

static void
taken(const char *table, uint32_t port, void *arg)
{
	struct vrrp_leaser *l = arg;
	struct job *j;

	if (table == NULL) {
		l->cb(0, 0, l->arg);
		return;
	}
	if (port == l->port || !vrrp_leases_is_table(table) ||
	    strlen(table) >= sizeof(j->table))
		return;
	j = calloc(1, sizeof(*j));
	if (j == NULL)
		return;		/* the engine looks, now and then */
	j->kind = JOB_LOST;
	(void)snprintf(j->table, sizeof(j->table), "%s", table);
	give(l, j);
}

static void
events_cb(int fd, void *arg)
{
	vrrp_nft_hear(fd, NFPROTO_NETDEV, taken, arg);
}

static void
sweep_cb(mono_t deadline, void *arg)
{
	struct job *j = calloc(1, sizeof(*j));

	(void)deadline;
	if (j == NULL)
		return;
	j->kind = JOB_SWEEP;
	give(arg, j);
}

/* --- life --- */

/* Whatever has been opened is closed by the end. */
static int
start(struct vrrp_leaser *l)
{
	int error = vrrp_leases_open(l->leases);

	if (l->open || error < 0)
		return error;
	l->port = vrrp_leases_port(l->leases);
	if (l->wake[0] == -1 && pipe2(l->wake, O_CLOEXEC | O_NONBLOCK) == -1)
		return -errno;
	if (l->wake_event == NULL)
		l->wake_event = loop_fd_new(l->loop, l->wake[0], wake_cb, l);
	if (l->sweep == NULL)
		l->sweep = loop_timer_new(l->loop, sweep_cb, l);
	if (l->wake_event == NULL || l->sweep == NULL)
		return -ENOMEM;
	l->open = true;
	loop_timer_set(l->sweep, mono_add(loop_clock(), SWEEP_NS));
	/* Without events the engine looks, which takes longer. */
	l->events = vrrp_nft_listen();
	if (l->events >= 0)
		l->events_event = loop_fd_new(l->loop, l->events, events_cb,
		    l);
	return 0;
}

void
vrrp_leaser_ask(struct vrrp_leaser *l, const struct vrrp_lease_errand *e)
{
	int error = start(l);
	struct job *j;

	if (error < 0) {
		l->cb(e->number, error, l->arg);
		return;
	}
	j = calloc(1, sizeof(*j));
	if (j == NULL) {
		l->cb(e->number, -ENOMEM, l->arg);
		return;
	}
	j->kind = JOB_ERRAND;
	j->errand = *e;
	give(l, j);
}

struct vrrp_leaser *
vrrp_leaser_new(struct loop *loop, pid_t life, vrrp_leaser_cb cb, void *arg)
{
	struct vrrp_leaser *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->leases = vrrp_leases_new(life);
	if (l->leases == NULL) {
		free(l);
		return NULL;
	}
	l->loop = loop;
	l->cb = cb;
	l->arg = arg;
	l->wake[0] = l->wake[1] = l->events = -1;
	(void)pthread_mutex_init(&l->lock, NULL);
	return l;
}

void
vrrp_leaser_finish(struct vrrp_leaser *l)
{
	join(l);
	if (l->wake_event != NULL)
		wake_cb(l->wake[0], l);
}

static void
close_pipe(const int pipe[2])
{
	if (pipe[0] == -1)
		return;
	(void)close(pipe[0]);
	(void)close(pipe[1]);
}

void
vrrp_leaser_free(struct vrrp_leaser *l)
{
	struct answer *a;

	if (l == NULL)
		return;
	join(l);
	loop_timer_free(l->sweep);
	loop_fd_free(l->wake_event);
	loop_fd_free(l->events_event);
	close_pipe(l->wake);
	if (l->events >= 0)
		(void)close(l->events);
	while ((a = l->answers) != NULL) {
		l->answers = a->next;
		free(a);
	}
	(void)pthread_mutex_destroy(&l->lock);
	vrrp_leases_free(l->leases);
	free(l);
}

/*
 * gap.c - how long did this machine sleep?
 *
 * One SCHED_FIFO thread for each CPU sleeps a millisecond at a time, to
 * absolute deadlines, and notes by how much it was woken late.  A virtual
 * machine that is not scheduled for 20 ms delays everything on it at once;
 * figures measured meanwhile are the machine's, not the program's.  Every gap
 * of at least -m microseconds is kept with its time on the monotonic clock, so
 * that a bench can lay it beside the trial it fell into.
 *
 * Runs until SIGTERM, SIGINT or -d seconds, then prints one JSON document.
 * -l prints each gap at once instead, as a line: when it ended, in nanoseconds of the
 * monotonic clock, and its microseconds.  -s sets how long each sleep is.
 * `gap -c SECONDS -m US` prints nothing else and exits 1 when a worse gap than
 * -m was seen: is the machine quiet enough to measure?
 */
#include "config.h"

#include <sys/mman.h>

#include <err.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S	INT64_C(1000000000)
#define NS_PER_US	INT64_C(1000)
#define CPUS_MAX	256
#define KEPT_MAX	1024		/* gaps per CPU; more are counted only */
#define RT_PRIORITY	70		/* above the meter */

struct cpu {
	pthread_t thread;
	int	 id;
	bool	 started;
	bool	 realtime;
	uint64_t wakeups;
	uint64_t count;			/* gaps of at least min_ns */
	int64_t	 worst_ns;
	struct {
		int64_t	due_ns;
		int64_t	late_ns;
	} kept[KEPT_MAX];
};

static struct cpu	*cpus;
static int64_t		 min_ns = 2000 * NS_PER_US;
static int64_t		 step_ns = 1000 * NS_PER_US;
static bool		 live;
static volatile bool	 stop;

static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* One write: the threads share the descriptor. */
static void
say(int64_t end_ns, int64_t late_ns)
{
	char line[64];
	int n = snprintf(line, sizeof line, "%" PRId64 " %" PRId64 "\n", end_ns,
	    late_ns / NS_PER_US);

	if (write(STDOUT_FILENO, line, (size_t)n) != n)
		live = false;
}

static void *
watch(void *arg)
{
	struct cpu *c = arg;
	struct sched_param sp = { .sched_priority = RT_PRIORITY };
	struct timespec ts;
	cpu_set_t set;
	int64_t due, late;

	CPU_ZERO(&set);
	CPU_SET(c->id, &set);
	(void)pthread_setaffinity_np(pthread_self(), sizeof set, &set);
	c->realtime = pthread_setschedparam(pthread_self(), SCHED_FIFO,
	    &sp) == 0;
	due = now_ns();
	while (!stop) {
		due += step_ns;
		ts.tv_sec = due / NS_PER_S;
		ts.tv_nsec = due % NS_PER_S;
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts,
		    NULL) != 0)
			continue;
		late = now_ns() - due;
		c->wakeups++;
		if (late > c->worst_ns)
			c->worst_ns = late;
		if (late >= min_ns) {
			if (c->count < KEPT_MAX) {
				c->kept[c->count].due_ns = due;
				c->kept[c->count].late_ns = late;
			}
			c->count++;
			if (live)
				say(due + late, late);
		}
		if (late > step_ns)
			due += late / step_ns * step_ns;
	}
	return NULL;
}

static void
print_cpu(const struct cpu *c, bool first)
{
	uint64_t i, n = c->count < KEPT_MAX ? c->count : KEPT_MAX;

	printf("%s{\"cpu\":%d,\"realtime\":%s,\"wakeups\":%" PRIu64
	    ",\"worst-us\":%" PRId64 ",\"gap-count\":%" PRIu64 ",\"gaps\":[",
	    first ? "" : ",", c->id, c->realtime ? "true" : "false",
	    c->wakeups, c->worst_ns / NS_PER_US, c->count);
	for (i = 0; i < n; i++)
		printf("%s{\"due-ns\":%" PRId64 ",\"late-us\":%" PRId64 "}",
		    i == 0 ? "" : ",", c->kept[i].due_ns,
		    c->kept[i].late_ns / NS_PER_US);
	printf("]}");
}

static long
number(const char *s)
{
	char *end;
	long v = strtol(s, &end, 10);

	if (end == s || *end != '\0' || v < 1 || v > 1000000)
		errx(2, "%s: not a number from 1 to 1000000", s);
	return v;
}

int
main(int argc, char **argv)
{
	struct timespec limit, *timeout = NULL;
	sigset_t signals;
	cpu_set_t allowed;
	int64_t worst_ns = 0;
	bool check = false, first = true;
	int ch, i;

	while ((ch = getopt(argc, argv, "c:d:lm:s:")) != -1) {
		switch (ch) {
		case 'c':
			check = true;
			/* FALLTHROUGH */
		case 'd':
			limit = (struct timespec){ .tv_sec = number(optarg) };
			timeout = &limit;
			break;
		case 'l':
			live = true;
			break;
		case 's':
			step_ns = number(optarg) * NS_PER_US;
			break;
		case 'm':
			min_ns = number(optarg) * NS_PER_US;
			break;
		default:
			fprintf(stderr, "usage: gap [-c SECONDS | -d SECONDS] "
			    "[-l] [-m MICROSECONDS] [-s MICROSECONDS]\n");
			return 2;
		}
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	(void)mlockall(MCL_CURRENT | MCL_FUTURE);

	cpus = calloc(CPUS_MAX, sizeof *cpus);
	if (cpus == NULL || sched_getaffinity(0, sizeof allowed,
	    &allowed) == -1)
		err(1, "start");
	for (i = 0; i < CPUS_MAX; i++) {
		if (!CPU_ISSET(i, &allowed))
			continue;
		cpus[i].id = i;
		if (pthread_create(&cpus[i].thread, NULL, watch, &cpus[i]) != 0)
			errx(1, "no thread for CPU %d", i);
		cpus[i].started = true;
	}
	(void)sigtimedwait(&signals, NULL, timeout);
	stop = true;

	for (i = 0; i < CPUS_MAX; i++) {
		if (!cpus[i].started)
			continue;
		pthread_join(cpus[i].thread, NULL);
		if (cpus[i].worst_ns > worst_ns)
			worst_ns = cpus[i].worst_ns;
	}
	if (check)
		return worst_ns >= min_ns;
	if (live)
		return 0;
	printf("{\"worst-us\":%" PRId64 ",\"min-us\":%" PRId64 ",\"cpus\":[",
	    worst_ns / NS_PER_US, min_ns / NS_PER_US);
	for (i = 0; i < CPUS_MAX; i++) {
		if (cpus[i].started) {
			print_cpu(&cpus[i], first);
			first = false;
		}
	}
	printf("]}\n");
	return 0;
}

/*
 * world.h - one process, several hosts: time, events, and what is written down.
 *
 * The daemons run as they are, from main() on.  What they call is taken in
 * place of the C library's (calls.c) and answered by a kernel that is made here:
 * a clock that stands still while anybody computes, sockets, netlink, links and
 * addresses, a switch between the hosts.  README.md, "The world", lists what is
 * real and what is not.
 *
 * Everything hangs on `world`, whose value never changes while a world exists,
 * and everything random comes from its seed: the same seed gives the same
 * sequence of events, byte for byte.
 *
 * Times: world time is nanoseconds since the world began.  Each host has clocks
 * of its own (host.h), which are all that a process sees.
 */
#ifndef TEST_WORLD_WORLD_H
#define TEST_WORLD_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/mono.h"
#include "shared/pure/rng.h"

#define HOSTS_MAX	10
#define NEVER		INT64_MAX

struct host;
struct lan;
struct proc;
struct judge;

struct event {
	int64_t		at;
	uint64_t	order;
	void		(*fn)(void *arg, uint64_t n);
	void		*arg;
	uint64_t	n;
};

struct world {
	uint64_t	 seed;
	const char	*title;		/* for messages; NULL: none */
	struct rng	 rng;
	int64_t		 now;
	struct proc	*running;	/* NULL: the world itself */
	struct host	*hosts[HOSTS_MAX];
	unsigned	 host_count;
	struct lan	*lans;
	struct judge	*judge;
	int		 next_pid;

	void		*free_stacks;	/* of coroutines that have ended */

	int64_t		 lateness_ns;	/* of a wake-up, at most */

	struct event	*heap;
	size_t		 event_count, event_size;
	uint64_t	 order;
	uint64_t	 events;	/* so far */
	uint64_t	 frames, wakes;

	char		**log;		/* the last lines */
	size_t		 log_count;
	uint64_t	 log_hash;	/* of every line */
	bool		 tell;		/* every line goes out */
};

extern struct world *world;

/* A new one, in the place of none. */
void	world_new(uint64_t seed);
/* Of this seed: uniform below the bound; 0 for a bound of 0. */
uint64_t world_draw(uint64_t bound);
/* fn(arg, n) at that time, after what was asked for the same time before. */
void	world_at(int64_t at, void (*fn)(void *, uint64_t), void *arg,
	    uint64_t n);
/* Everything that happens up to and including that time. */
void	world_run_until(int64_t at);
void	world_run(int64_t span_ns);
/* The next event, if it is not later: false otherwise, and time is `at`. */
bool	world_step(int64_t at);

/* One line: what happened.  Kept, and part of what two runs must agree on. */
void	world_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Something that must not be: prints the seed, the last lines and why; exits. */
void	world_fail(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2), noreturn));
/* Was it said of that host, behind the first `from` lines, and kept? */
bool	world_log_has(const char *host, const char *text, size_t from);
/* "12.345678" */
#define WORLD_TIME_LEN	32
const char *world_time(int64_t ns, char buf[WORLD_TIME_LEN]);
/* calloc() that does not fail. */
void	*world_alloc(size_t size);

#endif

/*
 * world.c - events in order, and the record of them (see world.h).
 */
#include "config.h"

#include "test/world/world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/world/judge.h"

#define LOG_KEPT	400
#define LINE_MAX_LEN	360
#define FNV_START	UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME	UINT64_C(0x100000001b3)

struct world *world;

void *
world_alloc(size_t size)
{
	void *p = calloc(1, size);

	if (p == NULL) {
		perror("world");
		abort();
	}
	return p;
}

void
world_new(uint64_t seed)
{
	world = world_alloc(sizeof(*world));
	world->seed = seed;
	rng_seed(&world->rng, seed);
	world->next_pid = 100;
	world->lateness_ns = 50 * NS_PER_US;
	world->log = world_alloc(LOG_KEPT * sizeof(*world->log));
	world->log_hash = FNV_START;
}

uint64_t
world_draw(uint64_t bound)
{
	return bound == 0 ? 0 : rng_below(&world->rng, bound);
}

/* --- events: a heap by time and order --- */

static bool
earlier(const struct event *a, const struct event *b)
{
	return a->at < b->at || (a->at == b->at && a->order < b->order);
}

void
world_at(int64_t at, void (*fn)(void *, uint64_t), void *arg, uint64_t n)
{
	struct event e = { at < world->now ? world->now : at, world->order++,
	    fn, arg, n };
	size_t i, parent;

	if (at == NEVER)
		return;
	if (world->event_count == world->event_size) {
		world->event_size = world->event_size == 0 ? 1024 :
		    2 * world->event_size;
		world->heap = realloc(world->heap, world->event_size *
		    sizeof(*world->heap));
		if (world->heap == NULL)
			abort();
	}
	for (i = world->event_count++; i > 0; i = parent) {
		parent = (i - 1) / 2;
		if (!earlier(&e, &world->heap[parent]))
			break;
		world->heap[i] = world->heap[parent];
	}
	world->heap[i] = e;
}

static struct event
next_event(void)
{
	struct event *heap = world->heap, top = heap[0], last;
	size_t i = 0, child, n = --world->event_count;

	last = heap[n];
	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n && earlier(&heap[child + 1], &heap[child]))
			child++;
		if (!earlier(&heap[child], &last))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = last;
	return top;
}

bool
world_step(int64_t at)
{
	struct event e;

	if (world->event_count == 0 || world->heap[0].at > at) {
		if (world->now < at)
			world->now = at;
		return false;
	}
	e = next_event();
	world->now = e.at;
	world->events++;
	e.fn(e.arg, e.n);
	judge_look();
	return true;
}

void
world_run_until(int64_t at)
{
	while (world_step(at))
		continue;
}

void
world_run(int64_t span_ns)
{
	world_run_until(world->now + span_ns);
}

/* --- words --- */

const char *
world_time(int64_t ns, char buf[WORLD_TIME_LEN])
{
	(void)snprintf(buf, WORLD_TIME_LEN, "%" PRId64 ".%06" PRId64,
	    ns / NS_PER_S, ns % NS_PER_S / NS_PER_US);
	return buf;
}

static void
keep(char *line)
{
	char **slot = &world->log[world->log_count++ % LOG_KEPT];
	const char *p;

	for (p = line; *p != '\0'; p++)
		world->log_hash = (world->log_hash ^ (uint8_t)*p) * FNV_PRIME;
	if (world->tell)
		(void)printf("%s\n", line);
	free(*slot);
	*slot = strdup(line);
}

void
world_say(const char *fmt, ...)
{
	char line[LINE_MAX_LEN], when[WORLD_TIME_LEN];
	va_list ap;
	int n;

	n = snprintf(line, sizeof(line), "%11s  ",
	    world_time(world->now, when));
	va_start(ap, fmt);
	(void)vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
	va_end(ap);
	keep(line);
}

/* "   1.234567  HOST ..." */
bool
world_log_has(const char *host, const char *text, size_t from)
{
	size_t i, len = strlen(host);
	const char *line, *name;

	if (world->log_count > LOG_KEPT && from < world->log_count - LOG_KEPT)
		from = world->log_count - LOG_KEPT;
	for (i = from; i < world->log_count; i++) {
		line = world->log[i % LOG_KEPT];
		name = strstr(line, "  ");
		while (name != NULL && strchr(" .0123456789", *name) != NULL &&
		    *name != '\0')
			name++;
		if (name != NULL && strncmp(name, host, len) == 0 &&
		    name[len] == ' ' && strstr(name, text) != NULL)
			return true;
	}
	return false;
}

void
world_fail(const char *fmt, ...)
{
	size_t i = world->log_count > LOG_KEPT ?
	    world->log_count - LOG_KEPT : 0;
	char when[WORLD_TIME_LEN];
	va_list ap;

	(void)fflush(stdout);
	for (; !world->tell && i < world->log_count; i++)
		(void)fprintf(stderr, "%s\n", world->log[i % LOG_KEPT]);
	(void)fprintf(stderr, "world: %s%sseed %" PRIu64 ", at %s: ",
	    world->title != NULL ? world->title : "",
	    world->title != NULL ? ": " : "", world->seed,
	    world_time(world->now, when));
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	(void)fflush(stderr);
	_Exit(1);
}

/*
 * main.c - what to play, each in a process of its own.
 *
 * usage: world				everything that make check runs
 *	  world FILE... [-s SEED]	these scenarios; with a seed every line
 *	  world SEED			a random world, every line
 *	  world FIRST..LAST		random worlds
 *	  world --hours N [FIRST]	so many hours of faults, and of an operator,
 *					one of each for each seed
 *	  world --faults N [FIRST]	those of faults alone
 *	  world --operator N [FIRST]	those of an operator alone
 *	  world --hosts N [FIRST]	so many hosts that are used and left as they were
 *	  world --host SEED		one of them, every line
 *	  world --hour SEED		one hour of faults, every line
 *	  world --operated SEED		one of an operator, every line
 *
 * With WORLD_ONCE in the environment everything is each scenario once, with its
 * first seed: for another build by the same compiler of what has played it all.
 * The same seed gives the same events, so the others could only say it again.
 *
 * A play is a child: memory that a killed process of the world has left, a crash
 * or an assertion ends with it, and what it printed is kept until it is known
 * whether it was to fail.  Environment: srcdir, where test/world is found.
 */
#include "config.h"

#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "test/world/random.h"
#include "test/world/scenario.h"
#include "test/world/world.h"

/* Fixed seeds of make check. */
#define RANDOM_SEEDS	16
#define HOURS		2
#define OPERATOR_HOURS	1
#define HOST_SEEDS	12

struct play {
	const char		*name;		/* "random", "hour", "operator", a path */
	const struct scenario	*scenario;	/* NULL: by name */
	uint64_t		 seed;
};

/* Told by a child at the end. */
struct told {
	uint64_t	hash, events, wakes;
	int64_t		now;
};

struct totals {
	unsigned	plays, failed;
	uint64_t	events;
	int64_t		now;
};

static void
play_it(const struct play *p, bool tell)
{
	if (p->scenario != NULL)
		scenario_play(p->scenario, p->seed, tell);
	else if (strcmp(p->name, "hour") == 0)
		soak_play(p->seed, tell);
	else if (strcmp(p->name, "host") == 0)
		hosts_play(p->seed, tell);
	else if (strcmp(p->name, "operator") == 0)
		operator_play(p->seed, tell);
	else
		random_play(p->seed, tell);
}

static void
crashed(int signo)
{
	(void)signal(signo, SIG_DFL);
	if (world != NULL)
		world_fail("signal %d", signo);
	(void)raise(signo);
}

static void __attribute__((noreturn))
be_child(const struct play *p, int out, FILE *complaints)
{
	struct told t;

	(void)dup2(fileno(complaints), STDERR_FILENO);
	(void)signal(SIGABRT, crashed);
	(void)signal(SIGSEGV, crashed);
	play_it(p, false);
	t = (struct told){ world->log_hash, world->events, world->wakes,
	    world->now };
	_Exit(write(out, &t, sizeof(t)) == sizeof(t) ? 0 : 3);
}

static void
show(FILE *complaints)
{
	char buf[4096];
	size_t n;

	rewind(complaints);
	while ((n = fread(buf, 1, sizeof(buf), complaints)) > 0)
		(void)fwrite(buf, 1, n, stderr);
}

/*
 * 0: all as expected; 1: something was not, and *complaints has what (the
 * caller's to close); 2: it cannot be played.
 */
static int
play(const struct play *p, struct told *t, FILE **complaints)
{
	int fds[2], status;
	pid_t pid;

	*complaints = tmpfile();
	if (*complaints == NULL || pipe(fds) == -1) {
		perror("world");
		exit(2);
	}
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0)
		be_child(p, fds[1], *complaints);
	(void)close(fds[1]);
	memset(t, 0, sizeof(*t));
	(void)!read(fds[0], t, sizeof(*t));
	(void)close(fds[0]);
	if (pid == -1 || waitpid(pid, &status, 0) != pid) {
		perror("world");
		exit(2);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static bool
play_well(const struct play *p, struct totals *sum)
{
	FILE *complaints;
	struct told t;
	int status;

	status = play(p, &t, &complaints);
	sum->plays++;
	sum->events += t.events;
	sum->now += t.now;
	if (status != 0) {
		sum->failed++;
		show(complaints);
	}
	(void)fclose(complaints);
	return status == 0;
}

static void
report(const char *what, const struct totals *sum)
{
	(void)printf("world: %s: %u plays, %" PRId64 " s, %" PRIu64
	    " events, %u failed\n", what, sum->plays, sum->now / NS_PER_S,
	    sum->events, sum->failed);
	(void)fflush(stdout);
}

/* --- scenarios --- */

static bool
once(void)
{
	return getenv("WORLD_ONCE") != NULL;
}

static void
play_scenario(const char *path, struct totals *sum)
{
	struct play p = { .name = path, .scenario = scenario_read(path) };
	unsigned seeds;

	if (p.scenario == NULL)
		exit(2);
	seeds = once() ? 1 : scenario_seeds(p.scenario);
	for (p.seed = 1; p.seed <= seeds; p.seed++)
		if (!play_well(&p, sum))
			break;
}

/* A known fault, or a wrong expectation: it has to fail with some seed. */
static void
play_to_fail(const char *path, int with, struct totals *sum)
{
	struct play p = { .name = path, .scenario = scenario_read(path) };
	FILE *complaints;
	struct told t;
	unsigned seeds;
	int status = 0;

	if (p.scenario == NULL)
		exit(2);
	seeds = scenario_seeds(p.scenario);
	sum->plays++;
	for (p.seed = 1; p.seed <= seeds && status == 0; p.seed++) {
		status = play(&p, &t, &complaints);
		if (status != 0 && status != with)
			show(complaints);
		(void)fclose(complaints);
	}
	if (status == with)
		return;
	sum->failed++;
	(void)fprintf(stderr, "world: %s: it was to fail (%s), and does not: "
	    "status %d\n", path, scenario_fault(p.scenario), status);
}

static const char *
folder(const char *name)
{
	static char path[1024];
	const char *top = getenv("srcdir");

	(void)snprintf(path, sizeof(path), "%s/test/world/%s",
	    top == NULL ? "." : top, name);
	return path;
}

static void
play_folder(const char *name, void (*play_file)(const char *,
    struct totals *))
{
	struct totals sum = { 0 };
	char pattern[1100];
	glob_t found;
	size_t i;

	(void)snprintf(pattern, sizeof(pattern), "%s/*.txt", folder(name));
	/* The day when no fault is known, that folder is empty. */
	if (glob(pattern, 0, NULL, &found) != 0) {
		if (strcmp(name, "faults") == 0)
			return;
		(void)fprintf(stderr, "world: nothing is found by %s\n",
		    pattern);
		exit(2);
	}
	for (i = 0; i < found.gl_pathc; i++)
		play_file(found.gl_pathv[i], &sum);
	globfree(&found);
	report(name, &sum);
	if (sum.failed > 0)
		exit(1);
}

static void
must_fail(const char *path, struct totals *sum)
{
	play_to_fail(path, 1, sum);
}

static void
must_be_refused(const char *path, struct totals *sum)
{
	play_to_fail(path, 2, sum);
}

/* --- seeds --- */

/* "random 5 REASON" or "hour 7 REASON": a known fault. */
static bool
is_known(const char *name, uint64_t seed)
{
	FILE *f = fopen(folder("faults/seeds"), "r");
	char line[400], word[16];
	uint64_t n;
	bool known = false;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		known = known || (sscanf(line, "%15s %" SCNu64, word,
		    &n) == 2 && n == seed && strcmp(word, name) == 0);
	if (f != NULL)
		(void)fclose(f);
	return known;
}

static void
play_seeds(const char *name, uint64_t first, uint64_t last)
{
	struct play p = { .name = name };
	struct totals sum = { 0 };
	clock_t start = clock();

	for (p.seed = first; p.seed <= last; p.seed++) {
		if (is_known(name, p.seed))
			continue;
		(void)play_well(&p, &sum);
	}
	(void)start;
	report(name, &sum);
	if (sum.failed > 0)
		exit(1);
}

/* "hours": both kinds. */
static void
play_hours(const char *kind, uint64_t first, uint64_t last)
{
	if (strcmp(kind, "operator") != 0)
		play_seeds("hour", first, last);
	if (strcmp(kind, "faults") != 0)
		play_seeds("operator", first, last);
}

static void
play_known_seeds(void)
{
	FILE *f = fopen(folder("faults/seeds"), "r"), *complaints;
	struct totals sum = { 0 };
	char line[400], word[16];
	struct play p = { .name = word };
	struct told t;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (line[0] == '#' || sscanf(line, "%15s %" SCNu64, word,
		    &p.seed) != 2)
			continue;
		sum.plays++;
		if (play(&p, &t, &complaints) == 0) {
			(void)fprintf(stderr, "world: %s %" PRIu64 " is a "
			    "known fault, and does not fail: take it out of "
			    "%s\n", word, p.seed, folder("faults/seeds"));
			sum.failed++;
		}
		(void)fclose(complaints);
	}
	if (f != NULL)
		(void)fclose(f);
	report("known seeds", &sum);
	if (sum.failed > 0)
		exit(1);
}

/* The same seed, twice: the same lines. */
static void
play_twice(const struct play *p)
{
	struct told t[2];
	FILE *complaints;
	int i;

	for (i = 0; i < 2; i++) {
		if (play(p, &t[i], &complaints) != 0) {
			show(complaints);
			exit(1);
		}
		(void)fclose(complaints);
	}
	if (t[0].hash != t[1].hash || t[0].events != t[1].events) {
		(void)fprintf(stderr, "world: %s %" PRIu64 " is another one "
		    "each time\n", p->name, p->seed);
		exit(1);
	}
	(void)printf("world: %s %" PRIu64 " is the same each time\n", p->name,
	    p->seed);
}

static void
everything(void)
{
	play_folder("scenarios", play_scenario);
	play_folder("wrong", must_fail);
	play_folder("refused", must_be_refused);
	play_folder("faults", must_fail);
	if (once())
		return;
	play_twice(&(struct play){ .name = "random", .seed = 8 });
	play_seeds("random", 1, RANDOM_SEEDS);
	play_seeds("hour", 1, HOURS);
	play_seeds("operator", 1, OPERATOR_HOURS);
	play_seeds("host", 1, HOST_SEEDS);
	play_known_seeds();
}

static int
usage(void)
{
	(void)fprintf(stderr, "usage: world [FILE... [-s SEED] | SEED | "
	    "FIRST..LAST |\n    --hours N [FIRST] | --faults N [FIRST] | "
	    "--operator N [FIRST] |\n    --hour SEED | --operated SEED]\n");
	return 2;
}

static int
play_files(int count, char **paths)
{
	struct totals sum = { 0 };
	int i;

	for (i = 0; i < count; i++) {
		if (i + 2 < count && strcmp(paths[i + 1], "-s") == 0) {
			scenario_play(scenario_read(paths[i]),
			    strtoull(paths[i + 2], NULL, 10), true);
			return 0;
		}
		play_scenario(paths[i], &sum);
	}
	report("scenarios", &sum);
	return sum.failed > 0;
}

int
main(int argc, char **argv)
{
	uint64_t first, last;
	char *end;

	(void)setenv("TZ", "UTC", 1);
	if (argc == 1) {
		everything();
		return 0;
	}
	if ((strcmp(argv[1], "--hours") == 0 ||
	    strcmp(argv[1], "--faults") == 0 ||
	    strcmp(argv[1], "--operator") == 0) && argc > 2) {
		first = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
		last = first + strtoull(argv[2], NULL, 10) - 1;
		play_hours(argv[1] + 2, first, last);
		return 0;
	}
	if (strcmp(argv[1], "--hosts") == 0 && argc > 2) {
		first = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
		play_seeds("host", first,
		    first + strtoull(argv[2], NULL, 10) - 1);
		return 0;
	}
	if (strcmp(argv[1], "--host") == 0 && argc > 2) {
		hosts_play(strtoull(argv[2], NULL, 10), true);
		return 0;
	}
	if (strcmp(argv[1], "--operated") == 0 && argc > 2) {
		operator_play(strtoull(argv[2], NULL, 10), true);
		return 0;
	}
	if (strcmp(argv[1], "--hour") == 0 && argc > 2) {
		soak_play(strtoull(argv[2], NULL, 10), true);
		return 0;
	}
	first = last = strtoull(argv[1], &end, 10);
	if (end == argv[1])
		return argv[1][0] == '-' ? usage() :
		    play_files(argc - 1, argv + 1);
	if (strncmp(end, "..", 2) == 0)
		last = strtoull(end + 2, &end, 10);
	if (*end != '\0' || last < first)
		return usage();
	if (first == last)
		random_play(first, true);
	else
		play_seeds("random", first, last);
	return 0;
}

/*
 * daemons.c - starting the programs, from main() on (see daemons.h).
 */
#include "config.h"

#include "test/world/daemons.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/world/host.h"
#include "test/world/paths.h"
#include "test/world/proc.h"
#include "vrrpd/cli/vrrpctl_cmd.h"

#define VRRPD_SOCKET	"/run/vrrpd.sock"
#define BFDD_SOCKET	"/run/bfdd.sock"
#define WORDS_MAX	32

int	world_vrrpd_main(int argc, char **argv);
int	world_bfdd_main(int argc, char *argv[]);

static int
vrrpd(void *arg)
{
	static const char *const argv[] = { "vrrpd", "-f", VRRPD_CONF, "-s",
	    VRRPD_SOCKET, "-b", BFDD_SOCKET, NULL };
	char *copy[8];

	(void)arg;
	memcpy(copy, argv, sizeof(argv));
	optind = 0;
	return world_vrrpd_main(7, copy);
}

static int
bfdd(void *arg)
{
	static const char *const argv[] = { "bfdd", "-f", BFDD_CONF, "-s",
	    BFDD_SOCKET, NULL };
	char *copy[6];

	(void)arg;
	memcpy(copy, argv, sizeof(argv));
	optind = 0;
	return world_bfdd_main(5, copy);
}

void
daemon_start_vrrpd(struct host *h)
{
	if (proc_find(h, "vrrpd") == NULL)
		(void)proc_start(h, "vrrpd", NULL, vrrpd, NULL);
}

void
daemon_start_bfdd(struct host *h)
{
	if (proc_find(h, "bfdd") == NULL)
		(void)proc_start(h, "bfdd", NULL, bfdd, NULL);
}

void
daemon_stop(struct host *h, const char *name)
{
	(void)proc_signal(proc_find(h, name), SIGTERM);
}

/* --- vrrpctl --- */

struct control {
	char		*words;
	char		*argv[WORDS_MAX];
	int		 argc;
	char		*output;
	size_t		 len;
	FILE		*out;
	vrrpctl_done	 done;
	void		*arg;
};

static int
control(void *arg)
{
	struct control *c = arg;

	optind = 0;
	return vrrpctl_run(c->argc, c->argv, c->out, c->out);
}

static void
controlled(struct proc *p, void *arg)
{
	struct control *c = arg;

	(void)fclose(c->out);
	c->done(p->status >> 8 & 0xff, c->output, c->arg);
	free(c->output);
	free(c->words);
	free(c);
}

static void
split(struct control *c)
{
	char *word, *save = NULL;

	c->argv[c->argc++] = "vrrpctl";
	c->argv[c->argc++] = "-s";
	c->argv[c->argc++] = VRRPD_SOCKET;
	c->argv[c->argc++] = "-b";
	c->argv[c->argc++] = BFDD_SOCKET;
	for (word = strtok_r(c->words, " \t", &save); word != NULL &&
	    c->argc < WORDS_MAX - 1; word = strtok_r(NULL, " \t", &save))
		c->argv[c->argc++] = word;
}

void
daemon_vrrpctl(struct host *h, const char *words, vrrpctl_done done, void *arg)
{
	struct control *c = world_alloc(sizeof(*c));
	struct proc *p;

	c->words = strdup(words);
	c->done = done;
	c->arg = arg;
	c->out = open_memstream(&c->output, &c->len);
	if (c->words == NULL || c->out == NULL)
		abort();
	split(c);
	p = proc_start(h, "vrrpctl", NULL, control, c);
	p->brief = true;
	p->done = controlled;
	p->done_arg = c;
}

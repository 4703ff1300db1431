/*
 * vrrpctl_cmd.c - options and commands of vrrpctl(8).
 *
 * The commands are one static table; it is the parser, the help and the list of
 * what is expected where a word is wrong.
 *
 * Words may be shortened as long as they are unique.  Where a name may stand
 * too (show NAME), a word in full is the word, and a shortened one gives way to
 * an instance of that very name.
 */
#include "config.h"

#include "vrrpd/cli/vrrpctl_cmd.h"

#include <getopt.h>
#include <jansson.h>
#include <string.h>

#include "shared/ctl_call.h"
#include "vrrpd/cli/vrrpctl_change.h"
#include "vrrpd/cli/vrrpctl_check.h"
#include "vrrpd/cli/vrrpctl_convert.h"
#include "vrrpd/cli/vrrpctl_ctx.h"
#include "vrrpd/cli/vrrpctl_query.h"
#include "vrrpd/cli/vrrpctl_reload.h"

#define WORDS_MAX	4
#define OPTION_STRICT	256	/* no character */
#define OPTION_ID	257
#define OPTION_KEEP	258
#define OPTION_DRY_RUN	259
#define OPTION_TIMEOUT	260
#define OPTION_SCRIPT_USER 261
#define OPTION_IPVS	262
#define OPTION_RUN_BESIDE 263

struct command {
	/* lower case: itself; NAME: anything; [NAME]: anything, or nothing */
	const char	*words[WORDS_MAX];
	int		(*run)(struct ctx *);
	const char	*help;
};

static int
cmd_convert(struct ctx *c)
{
	struct vrrpctl_convert what = { c->args[1], c->id, c->script_user,
	    c->ipvs, (c->strict ? VRRPCTL_CONVERT_STRICT : 0) |
	    (c->json ? VRRPCTL_CONVERT_JSON : 0) |
	    (c->run_beside ? VRRPCTL_CONVERT_BESIDE : 0) };

	return vrrpctl_convert(&what, c->out, c->err) ? VRRPCTL_DONE :
	    VRRPCTL_REFUSED;
}

static const struct command commands[] = {
	{ { "show" }, query_show, "every virtual router, a line each" },
	{ { "show", "NAME" }, query_show_name, "everything about one" },
	{ { "show", "bfd", "[PEER]" }, query_show_bfd,
	    "the BFD sessions of bfdd, or one in full" },
	{ { "show", "history", "[NAME]" }, query_history,
	    "transitions, their cause and their steps" },
	{ { "show", "stats", "[NAME]" }, query_stats, "all counters" },
	{ { "set", "NAME", "advert_int", "N" }, change_advert_int,
	    "centiseconds, or 10ms, 1s\n"
	    "      [--keep]" },
	{ { "set", "NAME", "priority", "N" }, change_priority,
	    "1 to 254\n"
	    "      [--keep]" },
	{ { "handover", "NAME" }, change_handover,
	    "let the other router take over" },
	{ { "disable", "NAME" }, change_disable, "take no part until enabled" },
	{ { "enable", "NAME" }, change_enable, "take part again" },
	{ { "bfd", "disable", "PEER", "[INTERFACE]" }, change_bfd_disable,
	    "hold BFD sessions in AdminDown" },
	{ { "bfd", "enable", "PEER", "[INTERFACE]" }, change_bfd_enable,
	    "let them come up again" },
	{ { "monitor" }, query_monitor, "a line per event, as it happens" },
	{ { "reload" }, reload_run, "read vrrpd.conf again\n"
	    "      [--dry-run | --timeout=60s]" },
	{ { "confirm" }, reload_confirm, "let a reload --timeout stay" },
	{ { "restart" }, change_restart,
	    "vrrpd as the program on disk, addresses stay" },
	{ { "restart", "bfdd" }, change_restart_bfdd,
	    "bfdd as the program on disk" },
	{ { "check", "FILE" }, check_file, "is this a good vrrpd.conf?" },
	{ { "convert", "FILE" }, cmd_convert, "keepalived.conf to vrrpd.conf\n"
	    "      [--strict] [--id=NAME] [--script-user=NAME]\n"
	    "      [--ipvs=FILE] [--run-beside]" },
};
#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

/* --- the command line --- */

static void
usage(FILE *f)
{
	char text[64];
	size_t i, w;
	int n;

	(void)fprintf(f, "usage: vrrpctl [-jVh] [-s VRRPD_SOCKET] "
	    "[-b BFDD_SOCKET] COMMAND\n"
	    "  -j  print JSON\n  -V  print the version\n  -h  print this\n"
	    "commands:\n");
	for (i = 0; i < COMMANDS; i++) {
		for (w = 0, n = 0; w < WORDS_MAX &&
		    commands[i].words[w] != NULL; w++)
			n += snprintf(text + n, sizeof(text) - (size_t)n,
			    "%s%s", w > 0 ? " " : "", commands[i].words[w]);
		(void)fprintf(f, "  %-24s %s\n", text, commands[i].help);
	}
	(void)fprintf(f, "Words may be shortened: vrrpctl sh hi\n");
}

static bool
is_keyword(const char *word)
{
	return word != NULL && word[0] >= 'a' && word[0] <= 'z';
}

static bool
is_optional(const char *word)
{
	return word != NULL && word[0] == '[';
}

/* Complains, and says which words could stand at i, as "a, b or c". */
static void
say_expected(struct ctx *c, const bool *candidate, int i, const char *got)
{
	const char *words[COMMANDS], *w;
	char text[256];
	size_t n = 0, k, j;
	int len = 0;

	for (k = 0; k < COMMANDS; k++) {
		w = candidate[k] ? commands[k].words[i] : NULL;
		for (j = 0; j < n; j++)
			if (w != NULL && strcmp(words[j], w) == 0)
				break;
		if (w != NULL && j == n)
			words[n++] = w;
	}
	text[0] = '\0';
	for (k = 0; k < n; k++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "%s%s",
		    k == 0 ? "" : k + 1 == n ? " or " : ", ", words[k]);
	if (got == NULL)
		ctx_complain(c, "something is missing; expected %s", text);
	else if (n == 0)
		ctx_complain(c, "nothing is expected after \"%s\", but \"%s\" "
		    "stands there", c->args[i - 1], got);
	else
		ctx_complain(c, "\"%s\" is not known here; expected %s", got,
		    text);
}

static void
say_ambiguous(struct ctx *c, const bool *candidate, int i)
{
	const char *last = NULL;
	size_t k;

	(void)fprintf(c->err, "vrrpctl: \"%s\" may be", c->args[i]);
	for (k = 0; k < COMMANDS; k++) {
		if (!candidate[k] || (last != NULL &&
		    strcmp(last, commands[k].words[i]) == 0))
			continue;
		(void)fprintf(c->err, "%s %s", last == NULL ? "" : " or",
		    commands[k].words[i]);
		last = commands[k].words[i];
	}
	(void)fputc('\n', c->err);
}

/*
 * Keeps the candidates that word i of the command line fits: the keyword in
 * full, else the keyword it begins, else the arguments.  *name: the command
 * that is meant if the shortened keyword is in truth a name.  False: nothing
 * fits, and that was said.
 */
static bool
narrow(struct ctx *c, bool *candidate, int i, const struct command **name)
{
	enum { NO, ARGUMENT, PREFIX, FULL } fits[COMMANDS], best = NO;
	const char *word, *chosen = NULL;
	bool before[COMMANDS], ambiguous = false;
	size_t k, len = strlen(c->args[i]);

	memcpy(before, candidate, sizeof(before));
	for (k = 0; k < COMMANDS; k++) {
		word = candidate[k] ? commands[k].words[i] : NULL;
		if (word == NULL || len == 0)
			fits[k] = NO;
		else if (!is_keyword(word))
			fits[k] = ARGUMENT;
		else if (strcmp(word, c->args[i]) == 0)
			fits[k] = FULL;
		else if (strncmp(word, c->args[i], len) == 0)
			fits[k] = PREFIX;
		else
			fits[k] = NO;
		if (fits[k] > best)
			best = fits[k];
	}
	if (best == NO) {
		say_expected(c, before, i, c->args[i]);
		return false;
	}
	for (k = 0; k < COMMANDS; k++) {
		if (best == PREFIX && fits[k] == ARGUMENT &&
		    i + 1 == c->count)
			*name = &commands[k];
		candidate[k] = fits[k] == best;
		if (!candidate[k] || best != PREFIX)
			continue;
		if (chosen != NULL && strcmp(chosen, commands[k].words[i]) != 0)
			ambiguous = true;
		chosen = commands[k].words[i];
	}
	if (ambiguous && *name == NULL) {
		say_ambiguous(c, candidate, i);
		return false;
	}
	return true;
}

/* Is there an instance of exactly that name? */
static bool
instance_exists(struct ctx *c, const char *name)
{
	json_t *result = NULL, *error = NULL;
	struct ctl_call *call;
	bool found;

	if (ctl_call_open(c->vrrpd_socket, &call) != 0)
		return false;
	found = ctl_call(call, "show", json_pack("{s:s}", "name", name),
	    &result, &error) == 0 && result != NULL;
	json_decref(result);
	json_decref(error);
	ctl_call_close(call);
	return found;
}

static int
run_command(struct ctx *c)
{
	const struct command *name = NULL;
	bool candidate[COMMANDS];
	size_t k, left = 0, match = 0;
	int i;

	memset(candidate, true, sizeof(candidate));
	for (i = 0; i < c->count && i < WORDS_MAX; i++)
		if (!narrow(c, candidate, i, &name))
			return VRRPCTL_USAGE;
	if (c->count > WORDS_MAX) {
		ctx_complain(c, "nothing is expected after \"%s\"",
		    c->args[WORDS_MAX - 1]);
		return VRRPCTL_USAGE;
	}
	if (name != NULL && instance_exists(c, c->args[c->count - 1]))
		return name->run(c);
	for (k = 0; k < COMMANDS; k++)
		if (candidate[k] && (i == WORDS_MAX ||
		    commands[k].words[i] == NULL ||
		    is_optional(commands[k].words[i]))) {
			left++;
			match = k;
		}
	if (left == 1)
		return commands[match].run(c);
	if (left > 1)
		say_ambiguous(c, candidate, i - 1);
	else
		say_expected(c, candidate, i, NULL);
	return VRRPCTL_USAGE;
}

/* An option that is none, or has no value. */
static void
say_option(struct ctx *c, int option, const char *word)
{
	if (option == 's' || option == 'b')
		ctx_complain(c, "-%c needs a path", option);
	else if (option == OPTION_ID)
		ctx_complain(c, "--id needs a name");
	else if (option == OPTION_SCRIPT_USER)
		ctx_complain(c, "--script-user needs a name");
	else if (option == OPTION_IPVS)
		ctx_complain(c, "--ipvs needs a file, or -");
	else if (option == OPTION_TIMEOUT)
		ctx_complain(c, "--timeout needs a time, like 60s");
	else if (option == 0 || option == OPTION_STRICT ||
	    option == OPTION_KEEP || option == OPTION_DRY_RUN ||
	    option == OPTION_RUN_BESIDE)
		ctx_complain(c, "%s is not an option", word);
	else
		ctx_complain(c, "-%c is not an option", option);
}

static bool
is_command(const struct ctx *c, const char *start)
{
	return c->count > 0 && strncmp(c->args[0], start, strlen(start)) == 0;
}

/* Options of one command, with another one? */
static bool
options_fit(struct ctx *c)
{
	const char *of_convert = c->strict ? "--strict" : c->id != NULL ?
	    "--id" : c->script_user != NULL ? "--script-user" : c->ipvs != NULL
	    ? "--ipvs" : c->run_beside ? "--run-beside" : NULL;

	if (of_convert != NULL && !is_command(c, "co"))
		ctx_complain(c, "%s is for convert", of_convert);
	else if (c->keep && !is_command(c, "se"))
		ctx_complain(c, "--keep is for set");
	else if ((c->dry_run || c->timeout != NULL) && !is_command(c, "rel"))
		ctx_complain(c, "%s is for reload", c->dry_run ? "--dry-run" :
		    "--timeout");
	else if (c->dry_run && c->timeout != NULL)
		ctx_complain(c, "--dry-run applies nothing that could be taken "
		    "back: no --timeout");
	else
		return true;
	return false;
}

int
vrrpctl_run(int argc, char **argv, FILE *out, FILE *err)
{
	struct ctx c = {
		.out = out,
		.err = err,
		.vrrpd_socket = RUNSTATEDIR "/vrrpd.sock",
		.bfdd_socket = RUNSTATEDIR "/bfdd.sock",
	};
	static const struct option long_options[] = {
		{ "strict", no_argument, NULL, OPTION_STRICT },
		{ "id", required_argument, NULL, OPTION_ID },
		{ "script-user", required_argument, NULL, OPTION_SCRIPT_USER },
		{ "ipvs", required_argument, NULL, OPTION_IPVS },
		{ "run-beside", no_argument, NULL, OPTION_RUN_BESIDE },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ "keep", no_argument, NULL, OPTION_KEEP },
		{ "dry-run", no_argument, NULL, OPTION_DRY_RUN },
		{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
		{ NULL, 0, NULL, 0 },
	};
	int ch, rv;

	optind = 0;	/* a test calls more than once */
	opterr = 0;
	while ((ch = getopt_long(argc, argv, "js:b:Vh", long_options,
	    NULL)) != -1) {
		switch (ch) {
		case 'j':
			c.json = true;
			break;
		case 's':
			c.vrrpd_socket = optarg;
			break;
		case 'b':
			c.bfdd_socket = optarg;
			break;
		case 'V':
			(void)fprintf(out, "vrrpctl %s\n", PACKAGE_VERSION);
			return VRRPCTL_DONE;
		case 'h':
			usage(out);
			return VRRPCTL_DONE;
		case OPTION_STRICT:
			c.strict = true;
			break;
		case OPTION_KEEP:
			c.keep = true;
			break;
		case OPTION_DRY_RUN:
			c.dry_run = true;
			break;
		case OPTION_TIMEOUT:
			c.timeout = optarg;
			break;
		case OPTION_SCRIPT_USER:
			c.script_user = optarg;
			break;
		case OPTION_IPVS:
			c.ipvs = optarg;
			break;
		case OPTION_RUN_BESIDE:
			c.run_beside = true;
			break;
		case OPTION_ID:
			c.id = optarg;
			break;
		default:
			say_option(&c, optopt, argv[optind - 1]);
			usage(err);
			return VRRPCTL_USAGE;
		}
	}
	c.args = argv + optind;
	c.count = argc - optind;
	if (!options_fit(&c))
		return VRRPCTL_USAGE;
	if (c.count == 0) {
		usage(err);
		return VRRPCTL_USAGE;
	}
	rv = run_command(&c);
	if (fflush(out) != 0 && rv == VRRPCTL_DONE)
		rv = VRRPCTL_REFUSED;
	return rv;
}

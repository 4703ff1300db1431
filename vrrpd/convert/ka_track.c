/*
 * ka_track.c - what keepalived's routers depend on: scripts, processes, files,
 * interfaces, BFD sessions; and what to have instead of a script.
 *
 * A script that only looks whether a process lives, or whether a port or a page
 * answers, finds a dead service once per interval; a tracker of vrrpd finds it
 * when it dies, or every few milliseconds.  Which scripts those are is guessed
 * from their command, so the tracker is offered as a comment and the script is
 * kept.
 */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "shared/conf.h"
#include "shared/pure/mono.h"
#include "vrrpd/convert/ka_conv.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define ARGS_MAX	32

static const char *const kind_words[KA_TRACKER_KINDS] = {
	[KA_SCRIPT] = "vrrp_script",
	[KA_PROCESS] = "vrrp_track_process",
	[KA_FILE] = "track_file",
	[KA_BFD] = "bfd_instance",
	[KA_INTERFACE] = "interface",
};

static const struct ka_rule script_words[] = {
	{ "script", KA_NOTE, NULL },
	{ "interval", KA_NOTE, NULL },
	{ "timeout", KA_NOTE, NULL },
	{ "weight", KA_NOTE, NULL },
	{ "rise", KA_NOTE, NULL },
	{ "fall", KA_NOTE, NULL },
	{ "user", KA_NOTE, NULL },
	{ "init_fail", KA_NOTE, NULL },
	{ "raise", KA_DIFFERENCE, "no word of keepalived, which means rise" },
};

static const struct ka_rule process_words[] = {
	{ "process", KA_NOTE, NULL },
	{ "quorum", KA_NOTE, NULL },
	{ "delay", KA_NOTE, NULL },
	{ "terminate_delay", KA_NOTE, NULL },
	{ "weight", KA_NOTE, NULL },
	{ "fork_delay", KA_DIFFERENCE, "a process counts as soon as it is "
	    "there" },
	{ "param_match", KA_DIFFERENCE, "processes are found by name only" },
	{ "full_command", KA_DIFFERENCE, "processes are found by name only" },
	{ "quorum_max", KA_DIFFERENCE, "there is no most, only minimum" },
};

static const struct ka_rule file_words[] = {
	{ "file", KA_NOTE, NULL },
	{ "weight", KA_NOTE, NULL },
	{ "init_file", KA_DIFFERENCE, "a file of vrrpd counts by being there, "
	    "not by what is in it" },
};

static const struct ka_rule bfd_words[] = {
	{ "neighbor_ip", KA_NOTE, NULL },
	{ "neighbour_ip", KA_NOTE, NULL },
	{ "min_rx", KA_NOTE, NULL },
	{ "min_tx", KA_NOTE, NULL },
	{ "multiplier", KA_NOTE, NULL },
	{ "weight", KA_NOTE, NULL },
	{ "vrrp", KA_NOTE, NULL },
	{ "multihop", KA_NOTE, NULL },
	{ "source_ip", KA_NOTE, NULL },
	{ "checker", KA_DIFFERENCE, "belongs to IPVS: left to the tool that "
	    "does it" },
	{ "idle_tx", KA_DIFFERENCE, "bfdd sends once a second while a session "
	    "is not Up" },
	{ "passive", KA_DIFFERENCE, "a session for vrrpd begins by itself; a "
	    "session of bfdd.conf(5) may be passive" },
	{ "ttl", KA_DIFFERENCE, "bfdd sends 255, as RFC 5881 says" },
	{ "hoplimit", KA_DIFFERENCE, "bfdd sends 255, as RFC 5881 says" },
	{ "max_hops", KA_DIFFERENCE, "on one link bfdd takes 255 only, as RFC "
	    "5881 says" },
};

/* --- declarations --- */

static struct ka_tracker *
find_tracker(struct ka_conv *c, enum ka_tracker_kind kind, const char *name)
{
	struct ka_tracker *t;

	for (t = c->trackers; t != NULL; t = t->next)
		if (t->kind == kind && strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

static bool
tracker_name_taken(struct ka_conv *c, const char *name)
{
	struct ka_tracker *t;

	for (t = c->trackers; t != NULL; t = t->next)
		if (strcmp(t->out, name) == 0)
			return true;
	return false;
}

/* "weight N [reverse]" from word i on. */
static void
read_weight(struct ka_conv *c, const struct ka_node *n, unsigned i,
    enum ka_tracker_kind kind, int *weight, bool *reverse)
{
	long v, max = kind == KA_FILE ? 2147483647 : 254;

	if (!ka_number(c, n, i, -max, max, &v))
		return;
	if (kind != KA_FILE && kind != KA_PROCESS && (v == 254 || v == -254)) {
		v = v < 0 ? -253 : 253;
		ka_say(c, KA_NOTE, n, "weight %s counts as %ld in keepalived",
		    ka_arg(n, i), v);
	}
	*weight = (int)v;
	i++;
	if (strcmp(ka_arg(n, i), "reverse") == 0) {
		*reverse = true;
		i++;
	} else if (strcmp(ka_arg(n, i), "noreverse") == 0 ||
	    strcmp(ka_arg(n, i), "no_reverse") == 0) {
		*reverse = false;
		i++;
	}
	ka_no_more(c, n, i - 1);
}

static const struct ka_node *
child(const struct ka_node *n, const char *word)
{
	const struct ka_node *w, *found = NULL;

	for (w = n->first; w != NULL; w = w->next)
		if (ka_is(w, word))
			found = w;
	return found;
}

void
ka_read_tracker(struct ka_conv *c, const struct ka_node *n,
    enum ka_tracker_kind kind)
{
	static const struct {
		const struct ka_rule *rules;
		size_t count;
	} words[KA_TRACKER_KINDS] = {
		[KA_SCRIPT] = { script_words, COUNT(script_words) },
		[KA_PROCESS] = { process_words, COUNT(process_words) },
		[KA_FILE] = { file_words, COUNT(file_words) },
		[KA_BFD] = { bfd_words, COUNT(bfd_words) },
	};
	struct ka_tracker *t, **at;
	const struct ka_rule *r;
	const struct ka_node *w, *later;

	if (n->count < 2) {
		ka_say(c, KA_DIFFERENCE, n, "%s has no name: left out",
		    n->words[0]);
		return;
	}
	if (n->count > 2)
		ka_say(c, KA_DIFFERENCE, n, "%s: \"%.80s\" behind the name is "
		    "ignored", n->words[0], n->words[2]);
	if (find_tracker(c, kind, n->words[1]) != NULL) {
		ka_say(c, KA_DIFFERENCE, n, "%s %.80s is declared twice: this "
		    "one is left out", n->words[0], n->words[1]);
		return;
	}
	if ((t = ka_new(c, sizeof(*t))) == NULL)
		return;
	t->node = n;
	t->kind = kind;
	t->name = n->words[1];
	t->weight = kind == KA_FILE ? 1 : 0;
	if (kind != KA_BFD)
		ka_name(c, n, "track", t->name, t->out, tracker_name_taken);
	for (w = n->first; w != NULL; w = w->next) {
		r = ka_rule_find(words[kind].rules, words[kind].count,
		    w->words[0]);
		if (r == NULL || r->text != NULL)
			ka_rule_say(c, r, w, kind_words[kind]);
		else if ((later = child(n, w->words[0])) != w)
			ka_say(c, KA_DIFFERENCE, w, "%s is said again on line "
			    "%d, which counts", w->words[0], later->line);
		else if (ka_is(w, "weight"))
			read_weight(c, w, 1, kind, &t->weight, &t->reverse);
		else if (ka_is(w, "source_ip") && ka_arg(w, 1)[0] != '\0')
			ka_say(c, KA_NOTE, w, "source_ip: bfdd sends from the "
			    "address of the interface that reaches the "
			    "neighbour; see that it is %.80s", ka_arg(w, 1));
	}
	for (at = &c->trackers; *at != NULL; at = &(*at)->next)
		continue;
	*at = t;
}

/* --- uses --- */

static void
add_track(struct ka_conv *c, const struct ka_node *n, unsigned first,
    enum ka_tracker_kind kind, struct ka_track **list)
{
	struct ka_track *t, **at;

	if (first >= n->count)
		return;
	for (at = list; *at != NULL; at = &(*at)->next)
		if ((*at)->kind == kind &&
		    strcmp((*at)->name, n->words[first]) == 0) {
			ka_say(c, KA_DIFFERENCE, n, "%.80s is tracked already;"
			    " left out", n->words[first]);
			return;
		}
	if ((t = ka_new(c, sizeof(*t))) == NULL)
		return;
	t->node = n;
	t->kind = kind;
	t->name = n->words[first];
	t->weight = INT32_MIN;			/* nothing said */
	if (strcmp(ka_arg(n, first + 1), "weight") == 0)
		read_weight(c, n, first + 2, kind, &t->weight, &t->reverse);
	else
		ka_no_more(c, n, first);
	*at = t;
}

bool
ka_read_track(struct ka_conv *c, const struct ka_node *n,
    struct ka_track **list)
{
	static const struct { const char *word; enum ka_tracker_kind kind; }
	blocks[] = {
		{ "track_interface", KA_INTERFACE },
		{ "track_script", KA_SCRIPT },
		{ "track_process", KA_PROCESS },
		{ "track_file", KA_FILE },
		{ "track_bfd", KA_BFD },
	};
	const struct ka_node *w;
	size_t i;

	for (i = 0; i < COUNT(blocks); i++)
		if (ka_is(n, blocks[i].word))
			break;
	if (i == COUNT(blocks))
		return false;
	if (!n->block)
		ka_say(c, KA_DIFFERENCE, n, "%s without { and }: left out",
		    n->words[0]);
	else if (n->count > 1)
		ka_say(c, KA_DIFFERENCE, n, "%s: \"%.80s\" before { is ignored",
		    n->words[0], n->words[1]);
	for (w = n->first; w != NULL; w = w->next)
		add_track(c, w, 0, blocks[i].kind, list);
	return true;
}

void
ka_find_trackers(struct ka_conv *c, struct ka_track *list, const char *of)
{
	struct ka_track *t;

	for (t = list; t != NULL; t = t->next) {
		if (t->name == NULL)
			continue;
		if (t->kind != KA_INTERFACE) {
			t->tracker = find_tracker(c, t->kind, t->name);
			if (t->tracker == NULL) {
				ka_say(c, KA_DIFFERENCE, t->node, "there is no"
				    " %s %.80s: %s does not track it, as in "
				    "keepalived", kind_words[t->kind], t->name,
				    of);
				t->name = NULL;
				continue;
			}
			if (t->tracker->node->file == t->node->file &&
			    t->tracker->node->line > t->node->line)
				ka_say(c, KA_DIFFERENCE, t->node, "%s %.80s is"
				    " declared below, on line %d: keepalived "
				    "does not find it there and tracks nothing,"
				    " vrrpd does", kind_words[t->kind],
				    t->name, t->tracker->node->line);
			t->tracker->used = true;
			if (t->weight == INT32_MIN) {
				t->weight = t->tracker->weight;
				t->reverse = t->tracker->reverse;
			}
		}
		if (t->weight == INT32_MIN)
			t->weight = 0;
	}
}

/* --- commands --- */

void
ka_command(const struct ka_node *n, unsigned first, unsigned end, char *out,
    size_t len)
{
	size_t n_out = 0;
	char word[2 * VRRP_COMMAND_MAX];
	unsigned i;

	out[0] = '\0';
	for (i = first; i < end && n_out < len; i++) {
		(void)ka_unescape(n->words[i], word, sizeof(word));
		n_out += (size_t)snprintf(out + n_out, len - n_out,
		    i == first ? "%s" : strpbrk(word, " \t'\"") != NULL ?
		    " '%s'" : " %s", word);
	}
}

bool
ka_check_command(struct ka_conv *c, const struct ka_node *n, char *command)
{
	char storage[VRRP_COMMAND_MAX], *argv[VRRP_COMMAND_WORDS_MAX + 1];
	static const char env[] = "/usr/bin/env ";
	size_t len = strlen(command), i;

	for (i = 0; i < len; i++)
		if (iscntrl((unsigned char)command[i]))
			break;
	if (i < len || len >= VRRP_COMMAND_MAX ||
	    vrrp_params_command(command, storage, argv) < 0) {
		ka_say(c, KA_DIFFERENCE, n, "%.80s: the command is longer than "
		    "%d bytes or %d words, or not of words: left out",
		    n->words[0], VRRP_COMMAND_MAX - 1, VRRP_COMMAND_WORDS_MAX);
		return false;
	}
	for (i = 1; argv[i] != NULL; i++)
		if (strcmp(argv[i], "|") == 0 || strcmp(argv[i], "||") == 0 ||
		    strcmp(argv[i], "&&") == 0 || strcmp(argv[i], ";") == 0 ||
		    strchr(argv[i], '>') == argv[i]) {
			ka_say(c, KA_NOTE, n, "%.80s: \"%.20s\" is an argument"
			    " and nothing to a shell: neither keepalived nor "
			    "vrrpd starts one", n->words[0], argv[i]);
			break;
		}
	if (argv[0][0] == '/')
		return true;
	if (len + sizeof(env) > VRRP_COMMAND_MAX ||
	    strchr(argv[0], '/') != NULL || strchr(argv[0], '=') != NULL) {
		ka_say(c, KA_DIFFERENCE, n, "%.80s: %.80s: vrrpd wants the "
		    "whole path of a program: left out", n->words[0], argv[0]);
		return false;
	}
	ka_say(c, KA_NOTE, n, "%.80s: vrrpd wants the whole path of a program; "
	    "/usr/bin/env is put before %.80s and finds it", n->words[0],
	    argv[0]);
	memmove(command + strlen(env), command, len + 1);
	memcpy(command, env, strlen(env));
	return true;
}

/* Splits at blanks, quotes group; the words are in text. */
static unsigned
split(char *text, char **args, unsigned max)
{
	unsigned count = 0;
	char *s = text, *to, quote;

	while (count < max) {
		while (isspace((unsigned char)*s))
			s++;
		if (*s == '\0')
			break;
		args[count++] = to = s;
		for (quote = '\0'; *s != '\0' && (quote != '\0' ||
		    !isspace((unsigned char)*s)); s++) {
			if (quote == '\0' && (*s == '"' || *s == '\''))
				quote = *s;
			else if (*s == quote && quote != '\0')
				quote = '\0';
			else
				*to++ = *s;
		}
		if (*s != '\0')
			s++;
		*to = '\0';
	}
	return count;
}

static const char *
basename_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static bool
is_number(const char *s)
{
	return s[0] != '\0' && strspn(s, "0123456789") == strlen(s);
}

/* Only what may stand in a comment and be used as it is. */
static bool
is_tame(const char *s)
{
	for (; *s != '\0'; s++)
		if (!isascii((unsigned char)*s) || !isgraph((unsigned char)*s))
			return false;
	return true;
}

static void
offer_process(struct ka_conv *c, const struct ka_tracker *t, const char *name)
{
	name = basename_of(name);
	(void)fprintf(c->out, "# This script looks for a process. A process "
	    "tracker knows of its end at once:\n# process %s {\n#     name = ",
	    t->out);
	ka_put_word(c->out, name);
	(void)fprintf(c->out, "\n# }\n# and track_process %s instead of "
	    "track_script %s.\n", t->out, t->out);
	ka_say(c, KA_NOTE, t->node, "vrrp_script %s looks for the process %.40s"
	    ": a process tracker is offered as a comment", t->out, name);
}

static void
offer_tcp(struct ka_conv *c, const struct ka_tracker *t, const char *host,
    const char *port)
{
	struct addr a;

	(void)fprintf(c->out, "# This script connects. A tcp tracker does it "
	    "every few milliseconds:\n# tcp %s {\n#     address = %s%s\n"
	    "#     port = %s\n# }\n# and track_tcp %s instead of track_script "
	    "%s.\n", t->out, strcmp(host, "localhost") == 0 ? "127.0.0.1" :
	    host, addr_parse(host, &a) == 0 || strcmp(host, "localhost") == 0 ?
	    "" : "  # its number", port, t->out, t->out);
	ka_say(c, KA_NOTE, t->node, "vrrp_script %s connects to %.80s port "
	    "%.20s: a tcp tracker is offered as a comment", t->out, host, port);
}

static void
offer_http(struct ka_conv *c, const struct ka_tracker *t, const char *url)
{
	bool scheme = strncmp(url, "http://", 7) == 0 ||
	    strncmp(url, "https://", 8) == 0;

	(void)fprintf(c->out, "# This script asks for a page. An http tracker "
	    "does it without a process:\n# http %s {\n#     url = \"%s%s\"\n"
	    "# }\n# and track_http %s instead of track_script %s.\n", t->out,
	    scheme ? "" : "http://", url, t->out, t->out);
	ka_say(c, KA_NOTE, t->node, "vrrp_script %s asks for %.120s: an http "
	    "tracker is offered as a comment", t->out, url);
}

/* /dev/tcp/HOST/PORT somewhere in a shell command. */
static bool
offer_dev_tcp(struct ka_conv *c, const struct ka_tracker *t, const char *s)
{
	char host[64], port[8];
	size_t n;

	if ((s = strstr(s, "/dev/tcp/")) == NULL)
		return false;
	s += strlen("/dev/tcp/");
	n = strcspn(s, "/");
	if (s[n] != '/' || n == 0 || n >= sizeof(host))
		return false;
	(void)snprintf(host, sizeof(host), "%.*s", (int)n, s);
	s += n + 1;
	n = strspn(s, "0123456789");
	if (n == 0 || n >= sizeof(port) || !is_tame(host))
		return false;
	(void)snprintf(port, sizeof(port), "%.*s", (int)n, s);
	offer_tcp(c, t, host, port);
	return true;
}

/* The last word that is no option and no option's value. */
static const char *
last_plain(char **args, unsigned count, const char *with_value)
{
	const char *found = NULL;
	unsigned i;

	for (i = 1; i < count; i++) {
		if (args[i][0] != '-')
			found = args[i];
		else if (args[i][1] != '\0' && args[i][2] == '\0' &&
		    strchr(with_value, args[i][1]) != NULL)
			i++;
	}
	return found;
}

static void
offer_nc(struct ka_conv *c, const struct ka_tracker *t, char **args,
    unsigned count)
{
	const char *port = last_plain(args, count, "wipsqGIO"), *host = NULL;
	unsigned i;

	for (i = 1; i < count; i++)
		if (args[i] == port)
			break;
	host = last_plain(args, i, "wipsqGIO");
	if (port != NULL && host != NULL && is_number(port) && is_tame(host) &&
	    strlen(port) < 6)
		offer_tcp(c, t, host, port);
}

static void
offer_instead(struct ka_conv *c, const struct ka_tracker *t,
    const char *command)
{
	char text[VRRP_COMMAND_MAX + 1], inner[VRRP_COMMAND_MAX + 1];
	char *args[ARGS_MAX];
	const char *name, *arg;
	unsigned count, skip = 0, i;

	(void)snprintf(text, sizeof(text), "%s", command);
	count = split(text, args, ARGS_MAX);
	if (count >= 3 && strcmp(args[1], "-c") == 0) {	/* sh -c '...' */
		if (offer_dev_tcp(c, t, args[2]))
			return;
		(void)snprintf(inner, sizeof(inner), "%s", args[2]);
		inner[strcspn(inner, "|&;<>")] = '\0';
		count = split(inner, args, ARGS_MAX);
	}
	if (count > 2 && strcmp(basename_of(args[0]), "timeout") == 0)
		skip = 2;
	else if (count > 1 && strcmp(basename_of(args[0]), "sudo") == 0)
		skip = 1;
	for (i = skip; i < count; i++)		/* no shell, but meant so */
		if (strpbrk(args[i], "|&;<>") != NULL)
			count = i;
	if (count <= skip + 1)
		return;
	name = basename_of(args[skip]);
	count -= skip;
	if (strcmp(name, "pgrep") == 0 || strcmp(name, "pidof") == 0 ||
	    strcmp(name, "killall") == 0) {
		arg = last_plain(args + skip, count, "usgGPtUo");
		for (i = 1; i < count; i++)
			if (strcmp(args[skip + i], "-0") == 0)
				break;
		/* killall with another signal is no question. */
		if (strcmp(name, "killall") == 0 && i == count &&
		    (count < 3 || strcmp(args[skip + 1], "-s") != 0 ||
		    strcmp(args[skip + 2], "0") != 0))
			return;
		if (arg != NULL && is_tame(arg))
			offer_process(c, t, arg);
	} else if (strcmp(name, "nc") == 0 || strcmp(name, "ncat") == 0 ||
	    strcmp(name, "netcat") == 0) {
		offer_nc(c, t, args + skip, count);
	} else if (strcmp(name, "curl") == 0 || strcmp(name, "wget") == 0) {
		arg = last_plain(args + skip, count, "moOwHXAeudTU");
		for (i = 1; i < count; i++)
			if (strncmp(args[skip + i], "http", 4) == 0 &&
			    strstr(args[skip + i], "://") != NULL)
				arg = args[skip + i];
		if (arg != NULL && is_tame(arg) && strpbrk(arg, "\"\\") == NULL)
			offer_http(c, t, arg);
	}
}

/* --- declarations, written --- */

static void
put_span(struct ka_conv *c, const char *name, int64_t ns)
{
	char text[32];

	(void)fprintf(c->out, "    %-8s = %s\n", name, conf_span_format(ns,
	    text, sizeof(text)));
}

/* USER [GROUP] from word i on. */
bool
ka_user_good(const struct ka_node *n, unsigned i)
{
	return i < n->count && is_tame(n->words[i]) && n->words[i][0] != '\0' &&
	    strchr(n->words[i], ':') == NULL && strlen(n->words[i]) <= 30 &&
	    (i + 1 >= n->count || (is_tame(n->words[i + 1]) &&
	    n->words[i + 1][0] != '\0' && strlen(n->words[i + 1]) <= 30 &&
	    strchr(n->words[i + 1], ':') == NULL));
}

static void
put_user(struct ka_conv *c, const struct ka_node *user)
{
	if (user == NULL || !ka_user_good(user, 1)) {
		(void)fprintf(c->out, "    # user: keepalived takes "
		    "keepalived_script if there is one, else root;\n"
		    "    # vrrpd its own user for scripts.\n");
		return;
	}
	(void)fprintf(c->out, "    user     = ");
	if (user->count > 2) {
		char both[VRRP_USER_MAX];

		(void)snprintf(both, sizeof(both), "%.30s:%.30s",
		    user->words[1], user->words[2]);
		ka_put_word(c->out, both);
	} else
		ka_put_word(c->out, user->words[1]);
	(void)fputc('\n', c->out);
}

static void
put_script(struct ka_conv *c, struct ka_tracker *t)
{
	const struct ka_node *n = t->node, *w, *user;
	char command[VRRP_COMMAND_MAX + 1], plain[VRRP_COMMAND_MAX + 1];
	char place[300];
	int64_t interval = NS_PER_S, timeout;
	long rise = 1, fall = 1;

	w = child(n, "script");
	if (w == NULL || w->count < 2) {
		ka_say(c, KA_DIFFERENCE, n, "vrrp_script %s has no script: it "
		    "is left out, and nothing tracks it", t->out);
		t->left_out = true;
		return;
	}
	ka_command(w, 1, w->count, command, sizeof(command));
	(void)snprintf(plain, sizeof(plain), "%s", command);
	if (!ka_check_command(c, w, command)) {
		t->left_out = true;
		return;
	}
	if ((w = child(n, "interval")) != NULL) {
		if (ka_span(c, w, 1, NS_PER_S, 0, 3600 * NS_PER_S,
		    &interval) && interval < ns_from_ms(10)) {
			interval = interval == 0 ? NS_PER_S : ns_from_ms(10);
			ka_say(c, KA_DIFFERENCE, w, "interval %s: %s is "
			    "written", ka_arg(w, 1), interval == NS_PER_S ?
			    "1s, which keepalived takes too," : "10ms, which "
			    "is the least,");
		}
		ka_no_more(c, w, 1);
	}
	timeout = interval;
	if ((w = child(n, "timeout")) != NULL) {
		if (!ka_span(c, w, 1, NS_PER_S, ns_from_ms(1), 3600 * NS_PER_S,
		    &timeout))
			timeout = interval;
		ka_no_more(c, w, 1);
		if (timeout > interval) {
			ka_say(c, KA_DIFFERENCE, w, "timeout %s: longer than "
			    "the interval, which is written instead: a script "
			    "still running when its next run is due has failed",
			    ka_arg(w, 1));
			timeout = interval;
		}
	}
	if ((w = child(n, "fall")) != NULL) {
		(void)ka_number(c, w, 1, 1, 255, &fall);
		ka_no_more(c, w, 1);
	}
	if ((w = child(n, "rise")) != NULL) {
		(void)ka_number(c, w, 1, 1, 255, &rise);
		ka_no_more(c, w, 1);
	}
	if ((w = child(n, "init_fail")) != NULL && rise > 1)
		ka_say(c, KA_DIFFERENCE, w, "init_fail: left out: an instance "
		    "waits for the first result, which counts alone; "
		    "keepalived waits for %ld good ones", rise);
	if ((user = child(n, "user")) == NULL)
		user = c->script_user;
	if (user != NULL && !ka_user_good(user, 1))
		ka_say(c, KA_DIFFERENCE, user, "%.80s: not a user and a group; "
		    "left out", user->words[0]);
	if (user == NULL)
		ka_say(c, KA_DIFFERENCE, n, "vrrp_script %s: no user is said: "
		    "keepalived runs it as keepalived_script, or as root where"
		    " there is none; vrrpd never as root unless user = root "
		    "says so", t->out);
	if (!c->said_exec)
		ka_say(c, KA_NOTE, n, "a script that cannot be run counts as "
		    "well in keepalived and as failed in vrrpd; one that takes"
		    " longer than its timeout is killed with all it started");
	c->said_exec = true;

	(void)fprintf(c->out, "\n# %s\nscript %s {\n    command  = ",
	    ka_place(n, place, sizeof(place)), t->out);
	ka_put_word(c->out, command);
	(void)fputc('\n', c->out);
	put_span(c, "interval", interval);
	put_span(c, "timeout", timeout);
	(void)fprintf(c->out, "    fall     = %ld\n    rise     = %ld\n", fall,
	    rise);
	put_user(c, user);
	(void)fprintf(c->out, "}\n");
	offer_instead(c, t, plain);
}

static void
put_process(struct ka_conv *c, struct ka_tracker *t)
{
	const struct ka_node *n = t->node, *w;
	char name[VRRP_COMMAND_MAX], place[300];
	int64_t delay = 0;
	long minimum = 1;
	size_t i;

	w = child(n, "process");
	(void)ka_unescape(w == NULL ? "" : ka_arg(w, 1), name, sizeof(name));
	name[strcspn(name, " \t")] = '\0';
	if (name[0] == '\0') {
		ka_say(c, KA_DIFFERENCE, n, "vrrp_track_process %s names no "
		    "process: it is left out, and nothing tracks it", t->out);
		t->left_out = true;
		return;
	}
	if (w->count > 2 || strchr(ka_arg(w, 1), ' ') != NULL)
		ka_say(c, KA_DIFFERENCE, w, "vrrp_track_process %s: what the "
		    "process is started with is not looked at, only its name",
		    t->out);
	memmove(name, basename_of(name), strlen(basename_of(name)) + 1);
	for (i = 0; name[i] != '\0'; i++)
		if (iscntrl((unsigned char)name[i]))
			break;
	if (i == 0 || name[i] != '\0') {
		ka_say(c, KA_DIFFERENCE, w, "process %.80s: not the name of a "
		    "process: it is left out, and nothing tracks it",
		    ka_arg(w, 1));
		t->left_out = true;
		return;
	}
	if (strlen(name) >= VRRP_COMM_MAX) {
		name[VRRP_COMM_MAX - 1] = '\0';
		ka_say(c, KA_NOTE, w, "the kernel keeps %d characters of a "
		    "name: %s", VRRP_COMM_MAX - 1, name);
	}
	if ((w = child(n, "quorum")) != NULL) {
		(void)ka_number(c, w, 1, 1, 65535, &minimum);
		ka_no_more(c, w, 1);
	}
	if ((w = child(n, "terminate_delay")) == NULL)
		w = child(n, "delay");
	if (w != NULL) {
		(void)ka_span(c, w, 1, NS_PER_S, 0, 3600 * NS_PER_S, &delay);
		ka_no_more(c, w, 1);
		if (ka_is(w, "delay"))
			ka_say(c, KA_DIFFERENCE, w, "delay: waits before a "
			    "process counts as gone; one that is there counts "
			    "at once, keepalived waits for that too");
	}
	(void)fprintf(c->out, "\n# %s\nprocess %s {\n    name     = ",
	    ka_place(n, place, sizeof(place)), t->out);
	ka_put_word(c->out, name);
	(void)fprintf(c->out, "\n    minimum  = %ld\n", minimum);
	put_span(c, "delay", delay);
	(void)fprintf(c->out, "}\n");
}

/*
 * keepalived's files hold a number that is multiplied; ours count by being
 * there.  A file that is always there would be a fault here, so it is offered
 * only.
 */
static void
put_file(struct ka_conv *c, struct ka_tracker *t)
{
	const struct ka_node *w = child(t->node, "file");
	char place[300], path[512];

	t->left_out = true;
	(void)ka_unescape(w == NULL ? "" : ka_arg(w, 1), path, sizeof(path));
	ka_say(c, KA_DIFFERENCE, t->node, "track_file %s: left out: keepalived "
	    "reads a number from the file, in vrrpd a file counts by being "
	    "there; such a tracker is offered as a comment", t->out);
	(void)fprintf(c->out, "\n# %s: keepalived took a number from this file."
	    "\n# Failed as long as the file is there would be\n# file %s {\n"
	    "#     path = ", ka_place(t->node, place, sizeof(place)), t->out);
	ka_put_word(c->out, path);
	(void)fprintf(c->out, "\n# }\n# and track_file %s { weight = -N } in "
	    "the instance.\n", t->out);
}

static void
put_unused_bfd(struct ka_conv *c, const struct ka_tracker *t)
{
	const struct ka_node *n = t->node, *w;
	char place[300];

	ka_say(c, KA_DIFFERENCE, n, "bfd_instance %.80s is tracked by no "
	    "instance: left out; a session for its own sake goes into "
	    "bfdd.conf(5)", t->name);
	(void)fprintf(c->out, "\n# %s: not tracked; in bfdd.conf(5) it would "
	    "be\n# session ", ka_place(n, place, sizeof(place)));
	ka_put_word(c->out, t->name);
	(void)fprintf(c->out, " {\n");
	if ((w = child(n, "neighbor_ip")) == NULL)
		w = child(n, "neighbour_ip");
	(void)fprintf(c->out, "#     peer = ");
	ka_put_word(c->out, w == NULL ? "" : ka_arg(w, 1));
	if ((w = child(n, "source_ip")) != NULL) {
		(void)fprintf(c->out, "\n#     local = ");
		ka_put_word(c->out, ka_arg(w, 1));
	}
	if (child(n, "multihop") != NULL)
		(void)fprintf(c->out, "\n#     multihop = yes");
	(void)fprintf(c->out, "\n# }\n");
}

void
ka_put_trackers(struct ka_conv *c)
{
	struct ka_tracker *t;

	for (t = c->trackers; t != NULL; t = t->next) {
		if (t->kind == KA_SCRIPT)
			put_script(c, t);
		else if (t->kind == KA_PROCESS)
			put_process(c, t);
		else if (t->kind == KA_FILE)
			put_file(c, t);
		else if (!t->used)
			put_unused_bfd(c, t);
		if (!t->used && t->kind != KA_BFD)
			ka_say(c, KA_NOTE, t->node, "%s %s is tracked by no "
			    "instance", kind_words[t->kind], t->out);
	}
}

/* --- BFD --- */

/* Is the neighbour a router of this virtual router?  A guess, and said. */
static bool
is_peer(const struct ka_instance *v, const struct addr *neighbour,
    const char **because)
{
	const struct ka_node *n;
	struct addr a;
	unsigned i;

	for (n = v->unicast == NULL ? NULL : v->unicast->first; n != NULL;
	    n = n->next)
		if (addr_parse(n->words[0], &a) == 0 &&
		    addr_equal(&a, neighbour)) {
			*because = "it is a unicast_peer";
			return true;
		}
	for (i = 0; i < v->vip_count; i++)
		if (v->vip[i].prefix.len < addr_len(v->family) * 8 &&
		    addr_in_prefix(neighbour, &v->vip[i].prefix)) {
			*because = "it is in the network of a virtual address";
			return true;
		}
	if (neighbour->family == AF_INET6 && addr_is_link_local(neighbour)) {
		*because = "it is link-local";
		return true;
	}
	*because = v->unicast != NULL ? "it is no unicast_peer and in no "
	    "network of a virtual address" : "it is in no network of a virtual"
	    " address";
	return false;
}

static void
put_bfd(struct ka_conv *c, struct ka_instance *v, const struct ka_track *t)
{
	const struct ka_node *n = t->tracker->node, *w;
	int64_t tx = ns_from_ms(10), rx = ns_from_ms(10);
	char text[ADDR_STRLEN];
	const char *because;
	struct addr a;
	long multiplier = 5;
	bool peer, multihop;
	unsigned i;

	if ((w = child(n, "neighbor_ip")) == NULL)
		w = child(n, "neighbour_ip");
	if (w == NULL || addr_parse(ka_arg(w, 1), &a) != 0) {
		ka_say(c, KA_DIFFERENCE, w == NULL ? n : w, "bfd_instance "
		    "%.80s has no neighbor_ip that is an address: left out",
		    t->name);
		return;
	}
	if ((w = child(n, "min_tx")) != NULL)
		(void)ka_span(c, w, 1, NS_PER_MS, ns_from_ms(1),
		    4294 * NS_PER_S, &tx);
	if ((w = child(n, "min_rx")) != NULL)
		(void)ka_span(c, w, 1, NS_PER_MS, ns_from_ms(1),
		    4294 * NS_PER_S, &rx);
	if ((w = child(n, "multiplier")) != NULL)
		(void)ka_number(c, w, 1, 1, 255, &multiplier);
	(void)addr_format(&a, text, sizeof(text));
	peer = is_peer(v, &a, &because) && t->weight == 0;
	if (a.family != v->family) {
		ka_say(c, KA_DIFFERENCE, t->node, "%.80s: the addresses of %s "
		    "are of the other family than %s: left out", t->name,
		    v->out, text);
		return;
	}
	for (i = 0; i < v->bfd_count; i++)
		if (addr_equal(&v->bfd[i], &a))
			break;
	if (i < v->bfd_count || i == VRRP_PEERS_MAX) {
		ka_say(c, KA_DIFFERENCE, t->node, i < v->bfd_count ?
		    "%.80s: left out: there is a session with %s already" :
		    "%.80s: left out: an instance has at most 16 sessions",
		    t->name, text);
		return;
	}
	if (ka_is_virtual(c, &a)) {
		ka_say(c, KA_DIFFERENCE, t->node, "%.80s: left out: %s is a "
		    "virtual address, and a session with it would end at "
		    "whoever holds it", t->name, text);
		return;
	}
	if (!ka_usable(&a)) {
		ka_say(c, KA_DIFFERENCE, t->node, "%.80s: left out: %s is not "
		    "the address of a host", t->name, text);
		return;
	}
	if (peer && a.family == AF_INET6 && !addr_is_link_local(&a)) {
		ka_say(c, KA_DIFFERENCE, t->node, "%.80s: left out: adverts "
		    "come from link-local addresses; write bfd with role = peer"
		    " and that of the other router instead of %s", t->name,
		    text);
		return;
	}
	if (peer)
		ka_say(c, KA_DIFFERENCE, t->node, "%.80s without a weight: "
		    "%s is taken for the other router, as %s, and becomes role"
		    " = peer: its end is a takeover here, not a fault. Should "
		    "it be an uplink, write role = link", t->name, text,
		    because);
	else
		ka_say(c, KA_DIFFERENCE, t->node, "%.80s: %s is taken for an "
		    "uplink, as %s: role = link, over the interface of the "
		    "instance; name another with interface, and if it is the "
		    "other router write role = peer", t->name, text,
		    t->weight != 0 ? "it has a weight" : because);
	multihop = (w = child(n, "multihop")) != NULL && ka_bool(c, w);
	if (multihop && peer)
		ka_say(c, KA_DIFFERENCE, w, "multihop: left out: the other "
		    "router is on the same link");
	v->bfd[v->bfd_count++] = a;
	if (!peer && t->weight == 0)
		v->links++;
	(void)fprintf(c->out, "    bfd %s {\n        role = %s\n", text,
	    peer ? "peer" : "link");
	(void)fprintf(c->out, "        min_tx = %s\n", conf_span_format(
	    tx / NS_PER_US * NS_PER_US, text, sizeof(text)));
	(void)fprintf(c->out, "        min_rx = %s\n", conf_span_format(
	    rx / NS_PER_US * NS_PER_US, text, sizeof(text)));
	(void)fprintf(c->out, "        multiplier = %ld\n", multiplier);
	if (!peer && multihop)
		(void)fprintf(c->out, "        multihop = yes\n");
	if (!peer && t->weight != 0)
		(void)fprintf(c->out, "        weight = %d\n", t->weight);
	if (!peer && t->reverse)
		(void)fprintf(c->out, "        reverse = yes\n");
	(void)fprintf(c->out, "    }\n");
}

/* --- references, written --- */

bool
ka_is_interface(const char *s)
{
	size_t i, len = strlen(s);

	if (len == 0 || len >= IF_NAMESIZE || strcmp(s, ".") == 0 ||
	    strcmp(s, "..") == 0)
		return false;
	for (i = 0; i < len; i++)
		if (s[i] == '/' || s[i] == ':' || iscntrl((unsigned char)s[i])
		    || isspace((unsigned char)s[i]))
			return false;
	return true;
}

static void
put_ref(struct ka_conv *c, const struct ka_track *t)
{
	static const char *const words[KA_TRACKER_KINDS] = {
		[KA_SCRIPT] = "track_script",
		[KA_PROCESS] = "track_process",
		[KA_FILE] = "track_file",
		[KA_INTERFACE] = "track_interface",
	};
	struct ka_delay *d;
	char text[32];

	(void)fprintf(c->out, "    %s ", words[t->kind]);
	ka_put_word(c->out, t->kind == KA_INTERFACE ? t->name :
	    t->tracker->out);
	(void)fprintf(c->out, " { weight = %d ", t->weight);
	if (t->reverse)
		(void)fprintf(c->out, "reverse = yes ");
	for (d = c->delays; d != NULL && t->kind == KA_INTERFACE; d = d->next)
		if (strcmp(d->node->words[0], t->name) == 0) {
			(void)fprintf(c->out, "down_delay = %s ",
			    conf_span_format(d->down_ns, text, sizeof(text)));
			(void)fprintf(c->out, "up_delay = %s ",
			    conf_span_format(d->up_ns, text, sizeof(text)));
			d->used = true;
		}
	(void)fprintf(c->out, "}\n");
}

void
ka_put_tracks(struct ka_conv *c, struct ka_track *list, struct ka_instance *v,
    unsigned *refs)
{
	struct ka_track *t;

	for (t = list; t != NULL; t = t->next) {
		if (t->name == NULL || (t->tracker != NULL &&
		    t->tracker->left_out) || (v == NULL && t->kind == KA_BFD))
			continue;
		if (t->weight != 0 && v != NULL &&
		    v->priority == VRRP_PRIORITY_OWNER) {
			ka_say(c, KA_NOTE, t->node, "%.80s: left out: weights "
			    "do not move a priority of 255 in keepalived",
			    t->name);
			continue;
		}
		if (t->kind == KA_BFD) {
			put_bfd(c, v, t);
			continue;
		}
		if (*refs == VRRP_TRACKS_MAX) {
			ka_say(c, KA_DIFFERENCE, t->node, "%.80s: left out: an "
			    "instance tracks at most %d", t->name,
			    VRRP_TRACKS_MAX);
			continue;
		}
		if (t->kind == KA_INTERFACE && !ka_is_interface(t->name)) {
			ka_say(c, KA_DIFFERENCE, t->node, "%.80s: not the name"
			    " of an interface; left out", t->name);
			continue;
		}
		++*refs;
		put_ref(c, t);
	}
}

/* --- IPVS --- */

static void
put_words(struct ka_conv *c, const struct ka_node *n)
{
	unsigned i;

	for (i = 0; i < n->count; i++) {
		if (i > 0)
			(void)fputc(' ', c->out);
		ka_put_word(c->out, n->words[i]);
	}
}

/* The trackers a check would be, were the server this host. */
static void
put_check(struct ka_conv *c, const struct ka_node *server,
    const struct ka_node *check)
{
	const struct ka_node *host = child(check, "connect_ip");
	const struct ka_node *port = child(check, "connect_port"), *url, *w;
	const char *address = host != NULL ? ka_arg(host, 1) :
	    ka_arg(server, 1);
	const char *number = port != NULL ? ka_arg(port, 1) : ka_arg(server, 2);
	bool tls = ka_is(check, "SSL_GET"), v6 = strchr(address, ':') != NULL;
	const char *at = v6 ? "[" : "", *end = v6 ? "]" : "";

	(void)fprintf(c->out, "#   check ");
	put_words(c, check);
	if (!is_tame(address) || !is_tame(number)) {
		(void)fputc('\n', c->out);
		return;
	}
	if (ka_is(check, "TCP_CHECK"))
		(void)fprintf(c->out, ": tcp NAME { address = %s port = %s }\n",
		    address, number);
	else if (ka_is(check, "HTTP_GET") || tls) {
		(void)fputc('\n', c->out);
		for (url = check->first; url != NULL; url = url->next) {
			if (!ka_is(url, "url") ||
			    (w = child(url, "path")) == NULL ||
			    !is_tame(ka_arg(w, 1)))
				continue;
			(void)fprintf(c->out, "#     http NAME { url = "
			    "\"http%s://%s%s%s%s%s%s\"", tls ? "s" : "", at,
			    address, end, number[0] != '\0' ? ":" : "", number,
			    ka_arg(w, 1));
			if ((w = child(url, "status_code")) != NULL &&
			    is_number(ka_arg(w, 1)))
				(void)fprintf(c->out, " status = %s",
				    ka_arg(w, 1));
			(void)fprintf(c->out, " }\n");
		}
	} else if (ka_is(check, "PING_CHECK"))
		(void)fprintf(c->out, ": ping NAME { address = %s }\n",
		    address);
	else if (ka_is(check, "MISC_CHECK") &&
	    (w = child(check, "misc_path")) != NULL) {
		char command[VRRP_COMMAND_MAX];

		ka_command(w, 1, w->count, command, sizeof(command));
		(void)fprintf(c->out, ": script NAME { command = ");
		ka_put_word(c->out, command);
		(void)fprintf(c->out, " }\n");
	} else
		(void)fputc('\n', c->out);
}

void
ka_put_virtual_server(struct ka_conv *c, const struct ka_node *n)
{
	const struct ka_node *server, *w;
	char place[300];

	ka_say(c, KA_DIFFERENCE, n, "virtual_server %.80s %.20s: left to the "
	    "tool that does IPVS; keepalived -C runs its checks beside vrrpd. "
	    "Its checks stand as comments in the output", ka_arg(n, 1),
	    ka_arg(n, 2));
	(void)fprintf(c->out, "\n# %s: ", ka_place(n, place, sizeof(place)));
	put_words(c, n);
	(void)fprintf(c->out, ": left to IPVS.\n# Where a server is this host, "
	    "its check could be a tracker:\n");
	for (server = n->first; server != NULL; server = server->next) {
		if (!ka_is(server, "real_server"))
			continue;
		(void)fprintf(c->out, "# ");
		put_words(c, server);
		(void)fputc('\n', c->out);
		for (w = server->first; w != NULL; w = w->next)
			if (w->block)
				put_check(c, server, w);
	}
	/* Checks for all servers. */
	for (w = n->first; w != NULL; w = w->next)
		if (w->block && strstr(w->words[0], "_CHECK") != NULL)
			(void)fprintf(c->out, "#   and of each: %s\n",
			    w->words[0]);
}

/*
 * ka_script.c - a vrrp_script, written.
 *
 * A script stays a script, with its own command, but for two kinds that cannot
 * work here: one that asks for a process with a signal needs root, which a
 * script has only where the file says so, and one that is a line for a shell
 * has none.  Both say plainly what they look at, and become the tracker that
 * looks at that.  A script that can be read is looked through for what gives
 * the address away by stopping keepalived: nothing is stopped any more.
 */
#include "config.h"

#include "vrrpd/convert/ka_script.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shared/pure/mono.h"
#include "shared/pure/span.h"
#include "vrrpd/convert/ka_command.h"
#include "vrrpd/convert/ka_layout.h"
#include "vrrpd/convert/ka_offer.h"
#include "vrrpd/convert/ka_sight.h"
#include "vrrpd/convert/ka_words.h"

/* How often the script runs, and how long it may take. */
static void
read_times(struct ka_conv *c, const struct ka_node *n, int64_t *interval,
    int64_t *timeout)
{
	const struct ka_node *w;

	*interval = NS_PER_S;
	if ((w = ka_child(n, "interval")) != NULL) {
		if (ka_span(c, w, 1, NS_PER_S, 0, 3600 * NS_PER_S,
		    interval) && *interval < ns_from_ms(10)) {
			*interval = *interval == 0 ? NS_PER_S : ns_from_ms(10);
			ka_say(c, KA_DIFFERENCE, w, "interval %s: %s is "
			    "written", ka_arg(w, 1), *interval == NS_PER_S ?
			    "1s, which keepalived takes too," : "10ms, which "
			    "is the least,");
		}
		ka_no_more(c, w, 1);
	}
	*timeout = *interval;
	if ((w = ka_child(n, "timeout")) != NULL) {
		if (!ka_span(c, w, 1, NS_PER_S, ns_from_ms(1), 3600 * NS_PER_S,
		    timeout))
			*timeout = *interval;
		ka_no_more(c, w, 1);
	}
}

/* The line that names the user of a script. */
static const struct ka_node *
user_of(struct ka_conv *c, const struct ka_tracker *t)
{
	const struct ka_node *user;

	if ((user = ka_child(t->node, "user")) == NULL) {
		ka_say_user(c, t->node);
		user = c->script_user;
	}
	if (!ka_user_good(user, 1))
		ka_say(c, KA_DIFFERENCE, user, "%.80s: not a user and a group; "
		    "left out", user->words[0]);
	return user;
}

/* --- the tracker that a script is meant to be --- */

struct times {
	int64_t	interval, timeout;
	long	rise, fall;
};

/* The script as it was, as a comment before what is written in its place. */
static void
put_was(struct ka_conv *c, const struct ka_tracker *t, const char *command)
{
	char place[300];

	ka_begin(c, t->node);
	(void)fprintf(c->out, "# %s: vrrp_script %s\n#     script ",
	    ka_place(t->node, place, sizeof(place)), t->out);
	ka_put_word(c->out, command);
	(void)fputc('\n', c->out);
}

/*
 * A process: of a script with fall = N the service may be away for N - 1 runs,
 * and so it may here.
 */
static void
put_process(struct ka_conv *c, struct ka_tracker *t, const char *command,
    const struct ka_sight *sight, const struct times *times)
{
	const char *name = sight->what;
	char comm[VRRP_COMM_MAX];

	put_was(c, t, command);
	(void)fprintf(c->out, "process %s {\n", t->out);
	ka_put_comments(c, t->node);
	(void)fprintf(c->out, "    ");
	if (sight->kind == KA_SEES_PROCESS) {
		if (strlen(name) >= sizeof(comm))
			ka_say(c, KA_NOTE, t->node, "the kernel keeps %d "
			    "characters of a name: %.*s", VRRP_COMM_MAX - 1,
			    VRRP_COMM_MAX - 1, name);
		(void)snprintf(comm, sizeof(comm), "%.*s", VRRP_COMM_MAX - 1,
		    name);
		(void)fprintf(c->out, "name = ");
		ka_put_word(c->out, comm);
	} else {
		(void)fprintf(c->out, "pid_file = ");
		ka_put_word(c->out, name);
	}
	(void)fputc('\n', c->out);
	if (times->fall > 1)
		ka_put_span(c, "delay", (times->fall - 1) * times->interval);
	(void)fprintf(c->out, "}\n");
	t->written = KA_PROCESS;
	ka_say(c, KA_NOTE, t->node, "vrrp_script %s asks whether %.80s "
	    "lives in a way that needs root, and no user is said: it becomes "
	    "a process tracker, which does not and knows of the end at once", t->out, name);
}

/* False: the host is a name, which a tracker does not look up. */
static bool
put_tcp(struct ka_conv *c, struct ka_tracker *t, const char *command,
    const struct ka_sight *sight, const struct times *times)
{
	const char *host = sight->what;
	struct addr a;

	if (strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	if (addr_parse(host, &a) != 0 || strlen(sight->port) > 5 ||
	    atoi(sight->port) < 1 || atoi(sight->port) > 65535)
		return false;
	put_was(c, t, command);
	(void)fprintf(c->out, "tcp %s {\n", t->out);
	ka_put_comments(c, t->node);
	(void)fprintf(c->out, "    address = %s\n    port = %d\n", host,
	    atoi(sight->port));
	ka_put_span(c, "interval", times->interval);
	ka_put_span(c, "timeout", times->timeout < times->interval ?
	    times->timeout : times->interval);
	(void)fprintf(c->out, "    fall = %ld\n    rise = %ld\n}\n",
	    times->fall, times->rise);
	t->written = KA_TCP;
	ka_say(c, KA_DIFFERENCE, t->node, "vrrp_script %s is a line for a shell "
	    "that knows /dev/tcp, and there is none: it becomes a tcp tracker, "
	    "which connects to %.80s port %s", t->out, host, sight->port);
	return true;
}

/* --- scripts that stop keepalived --- */

static bool
is_one_of(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/* Words that join commands, or come before one. */
static bool
is_before(const char *word)
{
	static const char *const before[] = { "if", "then", "else", "elif",
	    "do", "while", "until", "!", "exec", "sudo", NULL };

	return is_one_of(word, before);
}

/*
 * One command of a script, a pipeline too: does it stop keepalived?  By a service
 * manager, by its init script, or by a signal, wherever in it that stands: behind
 * sudo, in quotes for a shell, in the list of another language.  A command that
 * only prints such words does not.
 */
static bool
command_stops_keepalived(const char *command, size_t len)
{
	static const char *const managers[] = { "systemctl", "service",
	    "rc-service", "invoke-rc.d", "initctl", "supervisorctl", "sv",
	    "s6-svc", "docker", "podman", "snap", NULL };
	static const char *const stops[] = { "stop", "kill", "restart", "down",
	    "-d", "--now", NULL };
	static const char *const signals[] = { "kill", "pkill", "killall", NULL };
	static const char *const prints[] = { "echo", "printf", "logger",
	    "print", NULL };
	static const char between[] = " \t\"'`(){}[],$=<>|";
	bool by_service = false, by_signal = false, stop = false, it = false;
	char text[512], *word, *save = NULL;
	const char *name;
	bool first = true;

	(void)snprintf(text, sizeof(text), "%.*s", (int)len, command);
	for (word = strtok_r(text, between, &save); word != NULL;
	    word = strtok_r(NULL, between, &save)) {
		name = ka_basename(word);
		if (first && is_one_of(name, prints))
			return false;
		first = first && is_before(name);
		if (strcmp(word, "-0") == 0)
			return false;
		stop = stop || (by_service && is_one_of(word, stops));
		by_service = by_service || is_one_of(name, managers) ||
		    (name != word && strcmp(name, "keepalived") == 0);
		by_signal = by_signal || is_one_of(name, signals);
		it = it || strstr(word, "keepalived") != NULL;
	}
	return it && ((by_service && stop) || by_signal);
}

/* How long the line's first command is; "2>&1" ends none. */
static size_t
command_length(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] == ';' || (s[i] == '&' && (i == 0 || s[i - 1] != '>'))
		    || (s[i] == '|' && i + 1 < len && s[i + 1] == '|'))
			return i;
		if (s[i] == '#' && (i == 0 || s[i - 1] == ' ' ||
		    s[i - 1] == '\t'))
			return i;
	}
	return len;
}

/* One line of a script: is one of its commands such a one? */
static bool
stops_keepalived(const char *line, size_t len)
{
	size_t n;

	for (;;) {
		n = command_length(line, len);
		if (command_stops_keepalived(line, n))
			return true;
		if (n == len || line[n] == '#')
			return false;
		line += n + 1;
		len -= n + 1;
	}
}

static bool
text_stops_keepalived(const char *text, int *line)
{
	const char *s = text, *end;

	for (*line = 1; *s != '\0'; s = end + 1, ++*line) {
		end = s + strcspn(s, "\n");
		if (stops_keepalived(s, (size_t)(end - s)))
			return true;
		if (*end == '\0')
			break;
	}
	return false;
}

/*
 * Looks through what the command names by its whole path, wherever in it: a
 * shell's script is its second word.
 */
static void
look_through(struct ka_conv *c, const struct ka_tracker *t,
    const char *command)
{
	char storage[VRRP_COMMAND_MAX], *argv[VRRP_COMMAND_WORDS_MAX + 1];
	char why[256], *text;
	int i, line, argc;
	bool stops;

	if (text_stops_keepalived(command, &line)) {
		ka_say(c, KA_DIFFERENCE, t->node, "vrrp_script %s stops "
		    "keepalived, which gives no address away here: end with a "
		    "status other than 0 instead", t->out);
		return;
	}
	argc = vrrp_params_command(command, storage, argv);
	for (i = 0; i < argc && i < 4; i++) {
		if (argv[i][0] != '/' || strstr(argv[i], "..") != NULL ||
		    c->src->read(c->src->arg, argv[i], &text, why,
		    sizeof(why)) != 0)
			continue;
		stops = text_stops_keepalived(text, &line);
		free(text);
		if (!stops)
			continue;
		ka_say(c, KA_DIFFERENCE, t->node, "vrrp_script %s: %.160s "
		    "stops keepalived on its line %d, which gives no address "
		    "away here, and the script ends well: let it end with a "
		    "status other than 0 instead", t->out, argv[i], line);
		return;
	}
}

/* --- a script --- */

static void
read_counts(struct ka_conv *c, const struct ka_node *n, struct times *times)
{
	const struct ka_node *w;

	times->rise = times->fall = 1;
	if ((w = ka_child(n, "fall")) != NULL) {
		(void)ka_number(c, w, 1, 1, 255, &times->fall);
		ka_no_more(c, w, 1);
	}
	if ((w = ka_child(n, "rise")) != NULL) {
		(void)ka_number(c, w, 1, 1, 255, &times->rise);
		ka_no_more(c, w, 1);
	}
}

static void
put_script(struct ka_conv *c, const struct ka_tracker *t, const char *command,
    const struct times *times, const struct ka_node *user)
{
	if (!c->said_exec)
		ka_say(c, KA_NOTE, t->node, "a script that cannot be run counts"
		    " as well in keepalived and as failed in vrrpd; one that "
		    "takes longer than its timeout is killed with all it "
		    "started");
	c->said_exec = true;
	ka_begin(c, t->node);
	(void)fprintf(c->out, "script %s {\n", t->out);
	ka_put_comments(c, t->node);
	(void)fprintf(c->out, "    command = ");
	ka_put_word(c->out, command);
	(void)fputc('\n', c->out);
	if (times->interval != NS_PER_S)
		ka_put_span(c, "interval", times->interval);
	if (times->timeout != times->interval)
		ka_put_span(c, "timeout", times->timeout);
	if (times->fall != 1)
		(void)fprintf(c->out, "    fall = %ld\n", times->fall);
	if (times->rise != 1)
		(void)fprintf(c->out, "    rise = %ld\n", times->rise);
	ka_put_user(c, user);
	(void)fprintf(c->out, "}\n");
}

static bool
user_is_said(const struct ka_conv *c, const struct ka_tracker *t)
{
	return ka_child(t->node, "user") != NULL || !c->user_settled;
}

void
ka_put_script(struct ka_conv *c, struct ka_tracker *t)
{
	const struct ka_node *n = t->node, *w;
	char command[VRRP_COMMAND_MAX + 1], plain[VRRP_COMMAND_MAX + 1];
	struct ka_sight sight;
	struct times times;

	w = ka_child(n, "script");
	if (w == NULL || w->count < 2) {
		ka_say(c, KA_DIFFERENCE, n, "vrrp_script %s has no script: it "
		    "is left out, and nothing tracks it", t->out);
		t->left_out = true;
		return;
	}
	ka_command(w, 1, w->count, command, sizeof(command));
	(void)snprintf(plain, sizeof(plain), "%s", command);
	ka_sight(plain, &sight);
	read_times(c, n, &times.interval, &times.timeout);
	read_counts(c, n, &times);
	if (sight.needs_root && !user_is_said(c, t)) {
		put_process(c, t, plain, &sight, &times);
		return;
	}
	if (sight.kind == KA_SEES_TCP && sight.needs_shell &&
	    put_tcp(c, t, plain, &sight, &times))
		return;
	if (!ka_check_command(c, w, command)) {
		t->left_out = true;
		return;
	}
	if ((w = ka_child(n, "init_fail")) != NULL && times.rise > 1)
		ka_say(c, KA_DIFFERENCE, w, "init_fail: left out: an instance "
		    "waits for the first result, which counts alone; "
		    "keepalived waits for %ld good ones", times.rise);
	look_through(c, t, plain);
	put_script(c, t, command, &times, user_of(c, t));
	ka_offer_instead(c, t, &sight);
}

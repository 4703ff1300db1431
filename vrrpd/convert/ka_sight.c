/*
 * ka_sight.c - what a check script looks at, as far as its command says.
 *
 * Most check scripts only look whether a process lives, or whether a port or a
 * page answers.  Which these are is guessed from the words of the command; the
 * callers decide what becomes of the guess.
 */
#include "config.h"

#include "vrrpd/convert/ka_sight.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "vrrpd/convert/ka_command.h"
#include "vrrpd/convert/ka_words.h"

#define ARGS_MAX	32

/* Splits text at blanks outside quotes; the words are pieces of text. */
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
see(struct ka_sight *out, enum ka_sight_kind kind, const char *what)
{
	out->kind = kind;
	(void)snprintf(out->what, sizeof(out->what), "%s", what);
}

static void
see_tcp(struct ka_sight *out, const char *host, const char *port)
{
	see(out, KA_SEES_TCP, host);
	(void)snprintf(out->port, sizeof(out->port), "%.7s", port);
}

/* /dev/tcp/HOST/PORT somewhere in a shell command. */
static bool
see_dev_tcp(struct ka_sight *out, const char *s)
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
	if (n == 0 || n >= sizeof(port) || !ka_is_tame(host))
		return false;
	(void)snprintf(port, sizeof(port), "%.*s", (int)n, s);
	see_tcp(out, host, port);
	return true;
}

/* kill -0 with the output of "pidof NAME" or "pgrep NAME". */
static void
see_pidof(struct ka_sight *out, const char *s)
{
	const char *at;
	char name[64];
	size_t n;

	if ((at = strstr(s, "pidof ")) == NULL &&
	    (at = strstr(s, "pgrep ")) == NULL)
		return;
	at += 6;
	while (at[0] == '-' || at[0] == ' ')	/* options without a value */
		at += at[0] == ' ' ? 1 : strcspn(at, " ");
	n = strcspn(at, " )`'\"");
	if (n == 0 || n >= sizeof(name))
		return;
	(void)snprintf(name, sizeof(name), "%.*s", (int)n, at);
	if (!ka_is_tame(name) || strpbrk(name, "$()*[]|^") != NULL)
		return;
	see(out, KA_SEES_PROCESS, ka_basename(name));
	out->needs_root = true;
}

/* kill -0 with the output of "cat FILE", in either kind of quotes. */
static void
see_pid_file(struct ka_sight *out, const char *s)
{
	const char *cat;
	char path[256];
	size_t n;

	if ((cat = strstr(s, "$(cat ")) != NULL)
		cat += 6;
	else if ((cat = strstr(s, "`cat ")) != NULL)
		cat += 5;
	else if ((cat = strstr(s, "$(<")) != NULL)
		cat += 3;
	else {
		see_pidof(out, s);
		return;
	}
	cat += strspn(cat, " ");
	n = strcspn(cat, " )`'\"");
	if (cat[0] != '/' || n >= sizeof(path))
		return;
	(void)snprintf(path, sizeof(path), "%.*s", (int)n, cat);
	if (!ka_is_tame(path))
		return;
	see(out, KA_SEES_PID_FILE, path);
	out->needs_root = true;
}

static void
see_nc(struct ka_sight *out, char **args, unsigned count)
{
	const char *port = last_plain(args, count, "wipsqGIO"), *host;
	unsigned i;

	for (i = 1; i < count; i++)
		if (args[i] == port)
			break;
	host = last_plain(args, i, "wipsqGIO");
	if (port != NULL && host != NULL && ka_is_digits(port) &&
	    ka_is_tame(host) && strlen(port) < 6)
		see_tcp(out, host, port);
}

/* Is signal 0 sent, as one word or two? */
static bool
signal_zero(char **args, unsigned count)
{
	unsigned i;

	for (i = 1; i < count; i++)
		if (strcmp(args[i], "-0") == 0 ||
		    strcmp(args[i], "--signal=0") == 0 || (i + 1 < count &&
		    (strcmp(args[i], "-s") == 0 || strcmp(args[i], "--signal")
		    == 0) && strcmp(args[i + 1], "0") == 0))
			return true;
	return false;
}

static void
see_process(struct ka_sight *out, const char *name, char **args,
    unsigned count)
{
	bool signals = strcmp(name, "killall") == 0 ||
	    strcmp(name, "pkill") == 0;
	const char *arg, *with_value = strcmp(name, "pidof") == 0 ? "odS" :
	    strcmp(name, "killall") == 0 ? "usoyZ" : "usgGPtUoFd";
	unsigned i;

	/* With any signal but 0 they kill, and ask nothing. */
	if (signals && !signal_zero(args, count))
		return;
	for (i = 1; i + 1 < count; i++)	/* the signal is no name */
		if (strcmp(args[i], "--signal") == 0) {
			args[i + 1] = args[i];
			i++;
		}
	arg = last_plain(args, count, with_value);
	if (arg == NULL || !ka_is_tame(arg) || arg[0] == '0' ||
	    strpbrk(arg, "$`()*[]|^") != NULL)
		return;
	/* Of several names all have to live, which is no single tracker. */
	for (i = 1; i < count && args[i] != arg; i++)
		continue;
	if (last_plain(args, i, with_value) != NULL)
		return;
	see(out, KA_SEES_PROCESS, ka_basename(arg));
	out->needs_root = strcmp(name, "pgrep") != 0;
}

void
ka_sight(const char *command, struct ka_sight *out)
{
	char text[VRRP_COMMAND_MAX + 1], inner[VRRP_COMMAND_MAX + 1];
	const char *name, *arg, *whole = command;
	unsigned count, skip = 0, i;
	char *args[ARGS_MAX];

	memset(out, 0, sizeof(*out));
	/* A shell's redirection, and no shell: nothing would connect. */
	if (strstr(command, "/dev/tcp/") != NULL &&
	    strstr(command, " -c ") == NULL) {
		out->needs_shell = see_dev_tcp(out, command);
		return;
	}
	(void)snprintf(text, sizeof(text), "%s", command);
	count = split(text, args, ARGS_MAX);
	if (count >= 3 && strcmp(args[1], "-c") == 0) {	/* sh -c '...' */
		if (see_dev_tcp(out, args[2]))
			return;
		whole = args[2];
		(void)snprintf(inner, sizeof(inner), "%s", args[2]);
		inner[strcspn(inner, "|&;<>")] = '\0';
		count = split(inner, args, ARGS_MAX);
	}
	if (count > 2 && strcmp(ka_basename(args[0]), "timeout") == 0)
		skip = 2;
	else if (count > 1 && strcmp(ka_basename(args[0]), "sudo") == 0)
		skip = 1;
	if (count > skip + 1 && strcmp(ka_basename(args[skip]), "kill") == 0) {
		if (signal_zero(args + skip, count - skip))
			see_pid_file(out, whole);
		return;
	}
	for (i = skip; i < count; i++)		/* meant for a shell */
		if (strpbrk(args[i], "|&;<>") != NULL)
			count = i;
	if (count <= skip + 1)
		return;
	name = ka_basename(args[skip]);
	count -= skip;
	if (strcmp(name, "pgrep") == 0 || strcmp(name, "pidof") == 0 ||
	    strcmp(name, "killall") == 0 || strcmp(name, "pkill") == 0) {
		see_process(out, name, args + skip, count);
	} else if (strcmp(name, "nc") == 0 || strcmp(name, "ncat") == 0 ||
	    strcmp(name, "netcat") == 0) {
		see_nc(out, args + skip, count);
	} else if (strcmp(name, "curl") == 0 || strcmp(name, "wget") == 0) {
		arg = last_plain(args + skip, count, "moOwHXAeudTU");
		for (i = 1; i < count; i++)
			if (strncmp(args[skip + i], "http", 4) == 0 &&
			    strstr(args[skip + i], "://") != NULL)
				arg = args[skip + i];
		if (arg != NULL && ka_is_tame(arg) &&
		    strpbrk(arg, "\"\\") == NULL)
			see(out, KA_SEES_HTTP, arg);
	}
}

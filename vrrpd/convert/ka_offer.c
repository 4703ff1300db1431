/*
 * ka_offer.c - what to have instead of a script.
 *
 * A script that only looks whether a process lives, or whether a port or a page
 * answers, finds a dead service once per interval; a tracker of vrrpd finds it
 * when it dies, or every few milliseconds.  Which scripts those are is guessed
 * from their command, so the tracker is offered as a comment and the script is
 * kept.
 */
#include "config.h"

#include "vrrpd/convert/ka_offer.h"

#include <ctype.h>
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

static void
offer_process(struct ka_conv *c, const struct ka_tracker *t, const char *name)
{
	name = ka_basename(name);
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
	if (n == 0 || n >= sizeof(port) || !ka_is_tame(host))
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
	if (port != NULL && host != NULL && ka_is_digits(port) &&
	    ka_is_tame(host) && strlen(port) < 6)
		offer_tcp(c, t, host, port);
}

void
ka_offer_instead(struct ka_conv *c, const struct ka_tracker *t,
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
	if (count > 2 && strcmp(ka_basename(args[0]), "timeout") == 0)
		skip = 2;
	else if (count > 1 && strcmp(ka_basename(args[0]), "sudo") == 0)
		skip = 1;
	for (i = skip; i < count; i++)		/* meant for a shell */
		if (strpbrk(args[i], "|&;<>") != NULL)
			count = i;
	if (count <= skip + 1)
		return;
	name = ka_basename(args[skip]);
	count -= skip;
	if (strcmp(name, "pgrep") == 0 || strcmp(name, "pidof") == 0 ||
	    strcmp(name, "killall") == 0) {
		arg = last_plain(args + skip, count, "usgGPtUo");
		for (i = 1; i < count; i++)
			if (strcmp(args[skip + i], "-0") == 0)
				break;
		/* killall with any signal but 0 kills, and asks nothing. */
		if (strcmp(name, "killall") == 0 && i == count &&
		    (count < 3 || strcmp(args[skip + 1], "-s") != 0 ||
		    strcmp(args[skip + 2], "0") != 0))
			return;
		if (arg != NULL && ka_is_tame(arg))
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
		if (arg != NULL && ka_is_tame(arg) &&
		    strpbrk(arg, "\"\\") == NULL)
			offer_http(c, t, arg);
	}
}

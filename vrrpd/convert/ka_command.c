/*
 * ka_command.c - the commands that keepalived runs, as vrrpd takes them.
 *
 * vrrpd starts no shell and no program without its whole path, and neither does
 * the converter guess one: what cannot be said in vrrpd.conf(5) is left out and
 * said.  Users are checked for their form only, as the file may be for another
 * machine.
 */
#include "config.h"

#include "vrrpd/convert/ka_command.h"

#include <ctype.h>
#include <string.h>

#include "vrrpd/convert/ka_parse.h"
#include "vrrpd/convert/ka_words.h"

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

/* Is the argument one that only a shell would do something with? */
static bool
for_a_shell(const char *arg)
{
	const char *digits = arg + strspn(arg, "0123456789&");

	return strcmp(arg, "|") == 0 || strcmp(arg, "||") == 0 ||
	    strcmp(arg, "&&") == 0 || strcmp(arg, ";") == 0 ||
	    strcmp(arg, "&") == 0 || digits[0] == '>' || digits[0] == '<' ||
	    strstr(arg, "$(") != NULL || strchr(arg, '`') != NULL;
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
		if (strcmp(argv[i - 1], "-c") != 0 && for_a_shell(argv[i])) {
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

const char *
ka_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

bool
ka_user_good(const struct ka_node *n, unsigned i)
{
	return i < n->count && ka_is_tame(n->words[i]) &&
	    n->words[i][0] != '\0' &&
	    strchr(n->words[i], ':') == NULL && strlen(n->words[i]) <= 30 &&
	    (i + 1 >= n->count || (ka_is_tame(n->words[i + 1]) &&
	    n->words[i + 1][0] != '\0' && strlen(n->words[i + 1]) <= 30 &&
	    strchr(n->words[i + 1], ':') == NULL));
}

void
ka_settle_user(struct ka_conv *c)
{
	const char *name = c->src->script_user;
	struct ka_node *n;
	char *words[2];

	if (c->script_user != NULL)
		return;
	if (name == NULL)
		name = "root";
	words[0] = ka_strdup(c->tree, "script_user", strlen("script_user"));
	words[1] = ka_strdup(c->tree, name, strlen(name));
	if (words[0] == NULL || words[1] == NULL ||
	    (n = ka_new(c, sizeof(*n))) == NULL ||
	    (n->words = ka_new(c, sizeof(words))) == NULL) {
		c->no_memory = true;
		return;
	}
	memcpy(n->words, words, sizeof(words));
	n->count = 2;
	c->script_user = n;
	c->user_settled = true;
}

void
ka_say_user(struct ka_conv *c, const struct ka_node *n)
{
	if (!c->user_settled || c->said_user)
		return;
	c->said_user = true;
	ka_say(c, KA_NOTE, n, "no user is said: as in keepalived it is %s, %s; "
	    "vrrpctl convert --script-user=NAME names another",
	    c->script_user->words[1], strcmp(c->script_user->words[1], "root")
	    == 0 ? "where there is no user keepalived_script" :
	    "who is there for that");
}

void
ka_put_user(struct ka_conv *c, const struct ka_node *user)
{
	if (user == NULL || !ka_user_good(user, 1))
		return;
	(void)fprintf(c->out, "    user = ");
	if (user->count > 2) {
		char both[VRRP_USER_MAX];

		(void)snprintf(both, sizeof(both), "%.30s:%.30s",
		    user->words[1], user->words[2]);
		ka_put_word(c->out, both);
	} else
		ka_put_word(c->out, user->words[1]);
	(void)fputc('\n', c->out);
}

/*
 * ka_notify.c - what keepalived tells of a change of state: commands, mail.
 *
 * keepalived has a command for each state and one for all; vrrpd has one, which
 * gets the state as its third argument.  Where commands for single states are
 * said, a shell that chooses among them is written.  Mail is left to a hook
 * that comes with vrrpd, as a comment.
 */
#include "config.h"

#include "vrrpd/convert/ka_notify.h"

#include <string.h>

#include "vrrpd/convert/ka_command.h"
#include "vrrpd/convert/ka_words.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const char *const notify_words[KA_NOTIFY_WORDS] = {
	"notify_master", "notify_backup", "notify_fault", "notify_stop",
	"notify_deleted", "notify",
};

/* --- commands --- */

bool
ka_take_notify(struct ka_conv *c, const struct ka_node *n,
    const struct ka_node *notify[KA_NOTIFY_WORDS])
{
	unsigned i;

	for (i = 0; i < KA_NOTIFY_WORDS; i++)
		if (ka_is(n, notify_words[i]))
			break;
	if (i == KA_NOTIFY_WORDS) {
		if (!ka_is(n, "notify_master_rx_lower_pri"))
			return false;
		ka_say(c, KA_DIFFERENCE, n, "%s: left out: vrrpctl monitor and"
		    " history say when a lesser Active was heard", n->words[0]);
		return true;
	}
	if (n->count < 2) {
		if (!ka_is(n, "notify_deleted"))
			ka_say(c, KA_DIFFERENCE, n, "%s: no command is named; "
			    "left out", n->words[0]);
		else
			ka_say(c, KA_DIFFERENCE, n, "%s: left out: a removed "
			    "instance is no state of its own", n->words[0]);
		return true;
	}
	if (notify[i] != NULL)
		ka_say(c, KA_DIFFERENCE, notify[i], "%s is said again on line "
		    "%d, which counts", n->words[0], n->line);
	notify[i] = n;
	return true;
}

/*
 * Appends the command of a notify word to out, with its words fit for a shell.
 * False: there are words that cannot be.
 */
static bool
shell_command(struct ka_conv *c, const struct ka_node *n, char *out, size_t len)
{
	char command[VRRP_COMMAND_MAX + 1], storage[VRRP_COMMAND_MAX];
	char *argv[VRRP_COMMAND_WORDS_MAX + 1];
	size_t used = strlen(out);
	unsigned i;
	bool plain;

	ka_command(n, 1, 2, command, sizeof(command));
	if (!ka_check_command(c, n, command) ||
	    vrrp_params_command(command, storage, argv) < 0)
		return false;
	for (i = 0; argv[i] != NULL && used < len; i++) {
		if (strpbrk(argv[i], "'\"\\$`!") != NULL)
			return false;
		plain = argv[i][0] != '\0' && strspn(argv[i], "abcdefghijklm"
		    "nopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=:@"
		    ",%") == strlen(argv[i]);
		used += (size_t)snprintf(out + used, len - used, plain ?
		    "%s%s" : "%s\"%s\"", i > 0 ? " " : "", argv[i]);
	}
	return used < len;
}

/* A shell that does what the words for single states say, then notify. */
static bool
dispatch(struct ka_conv *c, const struct ka_node *const *notify, char *out,
    size_t len)
{
	static const char *const states[] = { "MASTER", "BACKUP", "FAULT",
	    "STOP" };
	const char *sep = "";
	unsigned i;

	(void)snprintf(out, len, "/bin/sh -c 'case $3 in ");
	for (i = 0; i < COUNT(states); i++) {
		if (notify[i] == NULL)
			continue;
		(void)snprintf(out + strlen(out), len - strlen(out), "%s%s) ",
		    sep, states[i]);
		sep = ";; ";
		if (!shell_command(c, notify[i], out, len))
			return false;
	}
	(void)snprintf(out + strlen(out), len - strlen(out), ";; esac");
	if (notify[KA_NOTIFY_WORDS - 1] != NULL) {
		(void)snprintf(out + strlen(out), len - strlen(out), "; ");
		if (!shell_command(c, notify[KA_NOTIFY_WORDS - 1], out, len))
			return false;
		(void)snprintf(out + strlen(out), len - strlen(out),
		    " \"$@\"");
	}
	(void)snprintf(out + strlen(out), len - strlen(out), "' notify");
	return strlen(out) + 1 < len;
}

static void
put_notify_user(struct ka_conv *c, const struct ka_node *const *notify)
{
	const struct ka_node *n = NULL, *other;
	unsigned i, first = 1;
	char user[VRRP_USER_MAX];

	for (i = 0; i < KA_NOTIFY_WORDS; i++) {
		if ((other = notify[i]) == NULL || other->count < 3)
			continue;
		/* Of several users never root, which not all commands had. */
		if (n == NULL || (strcmp(ka_arg(n, 2), "root") == 0 &&
		    strcmp(ka_arg(other, 2), "root") != 0))
			n = other;
	}
	for (i = 0; i < KA_NOTIFY_WORDS && n != NULL; i++)
		if ((other = notify[i]) != NULL && (other->count < 3 ||
		    strcmp(ka_arg(n, 2), ka_arg(other, 2)) != 0))
			ka_say(c, KA_DIFFERENCE, other, "%s: runs as %.40s "
			    "too: there is one notify_user", other->words[0],
			    ka_arg(n, 2));
	if (n != NULL)
		first = 2;
	else
		n = c->script_user;
	if (n == NULL) {
		for (i = 0; notify[i] == NULL; i++)
			continue;
		ka_say(c, KA_DIFFERENCE, notify[i], "%s: no user is said: "
		    "keepalived runs it as keepalived_script, or as root where"
		    " there is none; vrrpd never as root unless notify_user = "
		    "root says so", notify[i]->words[0]);
		return;
	}
	if (!ka_user_good(n, first)) {
		ka_say(c, KA_DIFFERENCE, n, "%.80s: not a user and a group; "
		    "left out", n->words[0]);
		return;
	}
	(void)snprintf(user, sizeof(user), "%s%s%s", ka_arg(n, first),
	    n->count > first + 1 ? ":" : "", ka_arg(n, first + 1));
	(void)fprintf(c->out, "    notify_user = ");
	ka_put_word(c->out, user);
	(void)fputc('\n', c->out);
}

static void
put_no_notify(struct ka_conv *c, const struct ka_node *const *notify,
    const char *name)
{
	unsigned i, j;

	for (i = 0; i < KA_NOTIFY_WORDS; i++) {
		if (notify[i] == NULL)
			continue;
		ka_say(c, KA_DIFFERENCE, notify[i], "%s of %s: left out: put "
		    "what the notify words do into one script that looks at its"
		    " third argument, and name that with notify",
		    notify[i]->words[0], name);
		(void)fprintf(c->out, "    # %s", notify[i]->words[0]);
		for (j = 1; j < notify[i]->count; j++) {
			(void)fputc(' ', c->out);
			ka_put_word(c->out, notify[i]->words[j]);
		}
		(void)fputc('\n', c->out);
	}
}

void
ka_put_notify(struct ka_conv *c, const struct ka_node *const *all,
    const char *name)
{
	const struct ka_node *notify[KA_NOTIFY_WORDS];
	char command[VRRP_COMMAND_MAX + 64] = "";
	unsigned i, single = 0, count = 0;
	bool good;

	for (i = 0; i < KA_NOTIFY_WORDS; i++) {
		notify[i] = all[i];
		if (all[i] != NULL && ka_is(all[i], "notify_deleted")) {
			ka_say(c, KA_DIFFERENCE, all[i], "notify_deleted: left "
			    "out: a removed instance is no state of its own");
			notify[i] = NULL;
		}
		count += notify[i] != NULL;
		single += notify[i] != NULL && i + 1 < KA_NOTIFY_WORDS;
	}
	if (count == 0)
		return;
	if (single == 0) {
		ka_command(notify[KA_NOTIFY_WORDS - 1], 1, 2, command,
		    sizeof(command));
		good = strlen(command) < VRRP_COMMAND_MAX &&
		    ka_check_command(c, notify[KA_NOTIFY_WORDS - 1], command);
	} else
		good = dispatch(c, notify, command, sizeof(command)) &&
		    strlen(command) < VRRP_COMMAND_MAX;
	if (!good) {
		put_no_notify(c, notify, name);
		return;
	}
	(void)fprintf(c->out, "    notify = ");
	ka_put_word(c->out, command);
	(void)fprintf(c->out, "\n    notify_states = master\n");
	put_notify_user(c, notify);
}

/* --- mail --- */

bool
ka_mails(const struct ka_conv *c, const struct ka_node *smtp_alert)
{
	const char *value;

	if (smtp_alert == NULL)
		return c->mail_all;
	value = ka_arg(smtp_alert, 1);		/* ka_bool() has judged it */
	return strcmp(value, "off") != 0 && strcmp(value, "false") != 0 &&
	    strcmp(value, "no") != 0;
}

void
ka_say_mail(struct ka_conv *c)
{
	const struct ka_node *n;
	struct ka_instance *v;
	struct ka_group *g;
	bool alert = false;

	for (v = c->instances; v != NULL; v = v->next)
		alert = alert || ka_mails(c, v->smtp_alert);
	for (g = c->groups; g != NULL; g = g->next)
		alert = alert || ka_mails(c, g->smtp_alert);
	if (c->mail_to == NULL && c->mail_from == NULL &&
	    c->mail_server == NULL)
		return;
	n = c->mail_to != NULL ? c->mail_to : c->mail_server != NULL ?
	    c->mail_server : c->mail_from;
	if (!alert) {
		ka_say(c, KA_NOTE, n, "mail is set up but no instance says "
		    "smtp_alert: keepalived sends none, and so does vrrpd");
		return;
	}
	ka_say(c, KA_DIFFERENCE, n, "vrrpd sends no mail itself: the hook "
	    "notify-mail, one of the examples, does; how stands as a comment "
	    "where keepalived would have sent some");
	if (c->mail_server != NULL)
		ka_say(c, KA_DIFFERENCE, c->mail_server, "smtp_server: left "
		    "out: notify-mail hands its mail to sendmail(8) of this "
		    "host");
}

void
ka_put_mail(struct ka_conv *c, const struct ka_node *smtp_alert)
{
	char command[VRRP_COMMAND_MAX];
	const struct ka_node *n;
	size_t used;

	if (c->mail_to == NULL || c->mail_to->first == NULL ||
	    !ka_mails(c, smtp_alert))
		return;
	used = (size_t)snprintf(command, sizeof(command),
	    "/usr/local/lib/swiftover/notify-mail");
	if (c->mail_from != NULL)
		used += (size_t)snprintf(command + used, sizeof(command) - used,
		    " -f %.80s", ka_arg(c->mail_from, 1));
	for (n = c->mail_to->first; n != NULL && used < sizeof(command);
	    n = n->next)
		used += (size_t)snprintf(command + used, sizeof(command) - used,
		    "%s%s", n == c->mail_to->first ? " " : ",", n->words[0]);
	(void)fprintf(c->out, "    # smtp_alert; where there is no notify "
	    "yet:\n    # notify = ");
	ka_put_word(c->out, command);
	(void)fprintf(c->out, "\n    # notify_timeout = 30s\n");
}

/*
 * ka_notify.c - what keepalived tells of a change of state: commands, mail.
 *
 * keepalived has a command for each state and one for all, and so has vrrpd.
 * Mail is left to a hook that comes with vrrpd, as a comment.
 */
#include "config.h"

#include "vrrpd/convert/ka_notify.h"

#include <string.h>

#include "vrrpd/convert/ka_command.h"
#include "vrrpd/convert/ka_words.h"

static const struct { const char *keepalived, *vrrpd; }
notify_words[KA_NOTIFY_WORDS] = {
	{ "notify_master", "notify_active" },
	{ "notify_backup", "notify_backup" },
	{ "notify_fault", "notify_fault" },
	{ "notify_stop", "notify_stop" },
	{ "notify_master_rx_lower_pri", "notify_contested" },
	{ "notify_deleted", NULL },
	{ "notify", "notify" },
};

/* --- commands --- */

bool
ka_take_notify(struct ka_conv *c, const struct ka_node *n,
    const struct ka_node *notify[KA_NOTIFY_WORDS])
{
	unsigned i;

	for (i = 0; i < KA_NOTIFY_WORDS; i++)
		if (ka_is(n, notify_words[i].keepalived))
			break;
	if (i == KA_NOTIFY_WORDS)
		return false;
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
		ka_say(c, KA_NOTE, n, "%s stands on line %d already, which "
		    "counts, as in keepalived", n->words[0],
		    notify[i]->line);
	else
		notify[i] = n;
	return true;
}

/* The user of a command: of its own line, or of all scripts. */
static const struct ka_node *
user_of(struct ka_conv *c, const struct ka_node *n, unsigned *first)
{
	*first = n->count < 3 ? 1 : 2;
	if (n->count < 3)
		ka_say_user(c, n);
	return n->count < 3 ? c->script_user : n;
}

static void
put_notify_user(struct ka_conv *c, const struct ka_node *const *notify)
{
	const struct ka_node *n = NULL, *other;
	unsigned i, first = 1, at;
	char user[VRRP_USER_MAX];

	for (i = 0; i < KA_NOTIFY_WORDS; i++) {
		if (notify[i] == NULL)
			continue;
		other = user_of(c, notify[i], &at);
		/* Of several users never root, which not all commands had. */
		if (n == NULL || (strcmp(ka_arg(n, first), "root") == 0 &&
		    strcmp(ka_arg(other, at), "root") != 0)) {
			n = other;
			first = at;
		}
	}
	for (i = 0; i < KA_NOTIFY_WORDS; i++) {
		if (notify[i] == NULL)
			continue;
		other = user_of(c, notify[i], &at);
		if (strcmp(ka_arg(n, first), ka_arg(other, at)) != 0)
			ka_say(c, KA_DIFFERENCE, notify[i], "%s: runs as %.40s "
			    "too: there is one notify_user",
			    notify[i]->words[0], ka_arg(n, first));
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

/* One hook; false: vrrpd cannot run it, and it is a comment. */
static bool
put_hook(struct ka_conv *c, const struct ka_node *n, const char *word,
    const char *name)
{
	char command[VRRP_COMMAND_MAX + 64];
	unsigned i;

	ka_command(n, 1, 2, command, VRRP_COMMAND_MAX);
	if (ka_check_command(c, n, command)) {
		(void)fprintf(c->out, "    %s = ", word);
		ka_put_word(c->out, command);
		(void)fputc('\n', c->out);
		return true;
	}
	ka_say(c, KA_DIFFERENCE, n, "%s of %s: left out: put what it does into "
	    "a script, and name that with %s", n->words[0], name, word);
	(void)fprintf(c->out, "    # %s", n->words[0]);
	for (i = 1; i < n->count; i++) {
		(void)fputc(' ', c->out);
		ka_put_word(c->out, n->words[i]);
	}
	(void)fputc('\n', c->out);
	return false;
}

void
ka_put_notify(struct ka_conv *c, const struct ka_node *const *all,
    const char *name)
{
	const struct ka_node *notify[KA_NOTIFY_WORDS];
	unsigned i, count = 0;

	for (i = 0; i < KA_NOTIFY_WORDS; i++) {
		notify[i] = all[i];
		if (all[i] != NULL && notify_words[i].vrrpd == NULL) {
			ka_say(c, KA_DIFFERENCE, all[i], "%s: left out: a "
			    "removed instance is no state of its own",
			    all[i]->words[0]);
			notify[i] = NULL;
		}
		if (notify[i] == NULL)
			continue;
		if (put_hook(c, notify[i], notify_words[i].vrrpd, name))
			count++;
		else
			notify[i] = NULL;
	}
	if (count == 0)
		return;
	(void)fprintf(c->out, "    notify_states = master\n");
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
	ka_say(c, KA_NOTE, n, "vrrpd sends no mail itself: the hook "
	    "notify-mail, one of the examples, does; how stands as a comment "
	    "where keepalived would have sent some");
	if (c->mail_server != NULL)
		ka_say(c, KA_NOTE, c->mail_server, "smtp_server: left "
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

/*
 * ka_offer.c - what to have instead of a script.
 *
 * A script that only looks whether a process lives, or whether a port or a page
 * answers, finds a dead service once per interval; a tracker of vrrpd finds it
 * when it dies, or every few milliseconds.  What a script looks at is guessed
 * from its command (ka_sight), so the tracker is offered as a comment and the
 * script is kept.
 */
#include "config.h"

#include "vrrpd/convert/ka_offer.h"

#include <string.h>

#include "vrrpd/convert/ka_words.h"

static void
offer_process(struct ka_conv *c, const struct ka_tracker *t, const char *name)
{
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
offer_pid_file(struct ka_conv *c, const struct ka_tracker *t, const char *path)
{
	(void)fprintf(c->out, "# This script looks for a process. A process "
	    "tracker knows of its end at once:\n# process %s {\n#     pid_file "
	    "= ", t->out);
	ka_put_word(c->out, path);
	(void)fprintf(c->out, "\n# }\n# and track_process %s instead of "
	    "track_script %s.\n", t->out, t->out);
	ka_say(c, KA_NOTE, t->node, "vrrp_script %s looks for the process of "
	    "%.80s: a process tracker is offered as a comment", t->out, path);
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

void
ka_offer_instead(struct ka_conv *c, const struct ka_tracker *t,
    const struct ka_sight *sight)
{
	if (sight->kind == KA_SEES_PROCESS)
		offer_process(c, t, sight->what);
	else if (sight->kind == KA_SEES_PID_FILE)
		offer_pid_file(c, t, sight->what);
	else if (sight->kind == KA_SEES_TCP)
		offer_tcp(c, t, sight->what, sight->port);
	else if (sight->kind == KA_SEES_HTTP)
		offer_http(c, t, sight->what);
}

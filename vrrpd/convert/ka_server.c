/*
 * ka_server.c - the checks of a virtual_server, as comments.
 *
 * IPVS is left to the tool that does it.  Where a real server is this host, its
 * check would be a tracker of vrrpd, so that is what stands beside it.
 */
#include "config.h"

#include "vrrpd/convert/ka_server.h"

#include <string.h>

#include "vrrpd/convert/ka_command.h"
#include "vrrpd/convert/ka_ipvs.h"
#include "vrrpd/convert/ka_layout.h"
#include "vrrpd/convert/ka_words.h"

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

/* A check, and the trackers it would be if the server were this host. */
static void
put_check(struct ka_conv *c, const struct ka_node *server,
    const struct ka_node *check)
{
	const struct ka_node *host = ka_child(check, "connect_ip");
	const struct ka_node *port = ka_child(check, "connect_port"), *url, *w;
	const char *address = host != NULL ? ka_arg(host, 1) :
	    ka_arg(server, 1);
	const char *number = port != NULL ? ka_arg(port, 1) : ka_arg(server, 2);
	bool tls = ka_is(check, "SSL_GET"), v6 = strchr(address, ':') != NULL;
	const char *at = v6 ? "[" : "", *end = v6 ? "]" : "";

	(void)fprintf(c->out, "#   check ");
	put_words(c, check);
	if (!ka_is_tame(address) || !ka_is_tame(number)) {
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
			    (w = ka_child(url, "path")) == NULL ||
			    !ka_is_tame(ka_arg(w, 1)))
				continue;
			(void)fprintf(c->out, "#     http NAME { url = "
			    "\"http%s://%s%s%s%s%s%s\"", tls ? "s" : "", at,
			    address, end, number[0] != '\0' ? ":" : "", number,
			    ka_arg(w, 1));
			if ((w = ka_child(url, "status_code")) != NULL &&
			    ka_is_digits(ka_arg(w, 1)))
				(void)fprintf(c->out, " status = %s",
				    ka_arg(w, 1));
			(void)fprintf(c->out, " }\n");
		}
	} else if (ka_is(check, "PING_CHECK"))
		(void)fprintf(c->out, ": ping NAME { address = %s }\n",
		    address);
	else if (ka_is(check, "MISC_CHECK") &&
	    (w = ka_child(check, "misc_path")) != NULL) {
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

	if (c->src->ipvs != NULL && ka_ipvs_has_bfd(c->tree))
		ka_say(c, KA_DIFFERENCE, n, "BFD_CHECK: keepalived -C does its "
		    "own BFD on the ports of bfdd: only one of them can run");
	if (c->src->ipvs != NULL)
		ka_say(c, KA_NOTE, n, "virtual_server %.80s %.20s: goes to "
		    "%.200s, for keepalived -C beside vrrpd", ka_arg(n, 1),
		    ka_arg(n, 2), c->src->ipvs);
	else
		ka_say(c, KA_DIFFERENCE, n, "virtual_server %.80s %.20s: left to the "
	    "tool that does IPVS; --ipvs=FILE writes what keepalived "
		    "-C needs for it beside vrrpd. Its checks stand as "
		    "comments in the output", ka_arg(n, 1),
	    ka_arg(n, 2));
	ka_begin(c, n);
	(void)fprintf(c->out, "# %s: ", ka_place(n, place, sizeof(place)));
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

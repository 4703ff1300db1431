/*
 * vrrp_conf.c - vrrpd.conf(5) to struct vrrp_config.
 *
 * libconfuse knows the block syntax and nothing of our values: every value is
 * handed to us as a word with its place, and read by the functions of
 * conf_words.h, so that every error names its line and all errors of a file
 * are found in one go.  Unknown words, and braces and = that are missing, are
 * found before libconfuse ends at the first of them (conf_scan.h).
 *
 * Three steps: parse a file into words, build the instances out of the words
 * (vrrp_conf_instance.c, vrrp_conf_track.c), and when all files are read, check
 * what they say against each other (vrrp_conf_check.c).
 *
 * include is ours and not libconfuse's: the file is put into a queue and read as
 * a file of its own after the one that names it, with the same checks.  It may
 * stand at the top level only, which is where it is useful.
 *
 * A new word touches: vrrp_params.h, vrrp_conf_instance.c (table, build),
 * vrrp_conf_print.c, vrrp_diff.c, its user, the man page, a golden in
 * test/conf/vrrpd.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_conf_check.h"
#include "vrrpd/config/vrrp_conf_instance.h"
#include "vrrpd/config/vrrp_conf_parse.h"
#include "vrrpd/config/vrrp_conf_track.h"

/* --- a file --- */

/*
 * Puts a file into the queue; a relative path starts at the folder of the file
 * that includes it.  The value libconfuse keeps is of no use: include may be said
 * again and again.
 */
static int
include_parse(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct parse *p = parse_running();
	struct draft *d = p->grammar;
	const char *slash = strrchr(p->file, '/');
	struct source *s;
	unsigned i;
	char *path;
	int rv;

	(void)opt;
	*(void **)result = NULL;
	if (value[0] == '\0') {
		bad(p, cfg->line, "include: no file is named");
		return 0;
	}
	if (value[0] == '/' || slash == NULL)
		rv = asprintf(&path, "%s", value);
	else
		rv = asprintf(&path, "%.*s/%s", (int)(slash - p->file), p->file,
		    value);
	if (rv < 0)
		return -1;
	for (i = 0; i < d->source_count; i++)
		if (strcmp(d->sources[i].path, path) == 0)
			break;
	if (i < d->source_count || d->source_count == FILES_MAX) {
		if (i < d->source_count)
			bad(p, cfg->line, "include %s: is read already", path);
		else
			bad(p, cfg->line, "include %s: more than %d files",
			    path, FILES_MAX);
		free(path);
		return 0;
	}
	s = &d->sources[d->source_count++];
	s->path = path;
	s->from = p->file;
	s->line = cfg->line;
	return 0;
}

static void
build_check_user(struct draft *d, cfg_t *root)
{
	struct parse *p = &d->p;
	const struct word *w = word_get(root, "check_user");
	char *name = d->config.check_user;

	if (w == NULL)
		return;
	if (d->check_user_set)
		bad(p, w->line, "check_user is given in two files");
	d->check_user_set = true;
	vrrp_conf_track_user(p, root, "check_user", name);
	if (strchr(name, ':') != NULL)
		bad(p, w->line, "check_user = %s: must be a user, whose groups "
		    "are its own", name);
	else if (strcmp(name, "root") == 0 || strcmp(name, "0") == 0)
		bad(p, w->line, "check_user = %s: a script or hook that needs "
		    "root says so itself (user, notify_user)", name);
}

static void
build_startup(struct draft *d, cfg_t *root)
{
	struct parse *p = &d->p;

	if (!read_span(p, root, "startup_delay", 0, SPAN_MAX_NS,
	    &d->startup_delay_ns))
		return;
	if (d->startup_set)
		bad(p, word_get(root, "startup_delay")->line,
		    "startup_delay is given in two files");
	d->startup_set = true;
}

static void
build_globals(struct draft *d, cfg_t *root)
{
	struct parse *p = &d->p;
	const struct word *w;
	size_t i;
	long n;

	if ((w = word_get(root, "router_id")) != NULL) {
		for (i = 0; w->text[i] != '\0'; i++)
			if (iscntrl((unsigned char)w->text[i]))
				break;
		if (d->router_id_set)
			bad(p, w->line, "router_id is given in two files");
		else if (i == 0 || i >= sizeof(d->config.router_id) ||
		    w->text[i] != '\0')
			bad(p, w->line, "router_id: must have 1 to %zu "
			    "printable characters",
			    sizeof(d->config.router_id) - 1);
		else
			(void)snprintf(d->config.router_id,
			    sizeof(d->config.router_id), "%s", w->text);
		d->router_id_set = true;
	}
	if (read_int(p, root, "realtime_priority", 0, 99, &n)) {
		if (d->realtime_set)
			bad(p, word_get(root, "realtime_priority")->line,
			    "realtime_priority is given in two files");
		d->config.realtime_priority = (int)n;
		d->realtime_set = true;
	}
	if (read_span(p, root, "client_grace", 0, GRACE_MAX_NS,
	    &d->config.client_grace_ns)) {
		if (d->grace_set)
			bad(p, word_get(root, "client_grace")->line,
			    "client_grace is given in two files");
		d->grace_set = true;
	}
	build_check_user(d, root);
	build_startup(d, root);
	if (read_bool(p, root, "nonlocal_bind", &d->config.nonlocal_bind)) {
		if (d->nonlocal_set)
			bad(p, word_get(root, "nonlocal_bind")->line,
			    "nonlocal_bind is given in two files");
		d->nonlocal_set = true;
	}
}

#define OF_KEEPALIVED	"a word of keepalived: vrrpctl convert FILE makes a " \
			"vrrpd.conf of its whole configuration"

/* Words that people write instead of ours: of keepalived, of others, in short. */
static const struct conf_hint hints[] = {
	{ "vrrp_instance", NULL, OF_KEEPALIVED },
	{ "vrrp_sync_group", NULL, OF_KEEPALIVED },
	{ "vrrp_script", NULL, OF_KEEPALIVED },
	{ "vrrp_track_process", NULL, OF_KEEPALIVED },
	{ "bfd_instance", NULL, OF_KEEPALIVED },
	{ "global_defs", NULL, OF_KEEPALIVED },
	{ "static_ipaddress", NULL, OF_KEEPALIVED },
	{ "static_routes", NULL, OF_KEEPALIVED },
	{ "static_rules", NULL, OF_KEEPALIVED },
	{ "virtual_server", NULL, "a word of keepalived, whose balancing is "
	    "not done here" },
	{ "virtual_server_group", NULL, "a word of keepalived, whose balancing "
	    "is not done here" },
	{ "session", NULL, "a block of bfdd.conf(5), which bfdd -n -f FILE "
	    "checks; here it is bfd ADDRESS { } in an instance" },
	{ "max_packets_per_second", NULL, "a word of bfdd.conf(5)" },
	{ "state", NULL, "the priority decides who is Active" },
	{ "nopreempt", NULL, "here it is preempt = no" },
	{ "use_vmac", NULL, "here it is virtual_mac = yes" },
	{ "authentication", NULL, "here it is auth_pass = TEXT" },
	{ "script_user", "check_user", NULL },
	{ "ip_nonlocal_bind", "nonlocal_bind", NULL },
	{ "iface", "interface", NULL },
	{ "dev", "interface", NULL },
	{ "vrid", "virtual_router_id", NULL },
	{ "router_id", "virtual_router_id", NULL },
	{ "prio", "priority", NULL },
	{ "vip", "virtual_addresses", NULL },
	{ "vips", "virtual_addresses", NULL },
	{ "address", "virtual_addresses", NULL },
	{ "addresses", "virtual_addresses", NULL },
	{ "virtual_ipaddress", "virtual_addresses", NULL },
	{ "virtual_ip", "virtual_addresses", NULL },
	{ "virtual_routes", "routes", NULL },
	{ "route", "routes", NULL },
	{ "virtual_rules", "rules", NULL },
	{ "rule", "rules", NULL },
	{ "virtual_ipaddress_excluded", "other_addresses", NULL },
	{ "excluded_addresses", "other_addresses", NULL },
	{ "unicast_peer", "unicast_peers", NULL },
	{ "peers", "unicast_peers", NULL },
	{ "advertisement_interval", "advert_int", NULL },
	{ "auth_password", "auth_pass", NULL },
	{ "tx", "min_tx", NULL },
	{ "rx", "min_rx", NULL },
	{ NULL, NULL, NULL },
};

static int
parse_one(struct draft *d, const char *text)
{
	struct parse *p = &d->p;
	cfg_opt_t root_opts[] = {
		WORD("router_id"),
		WORD("realtime_priority"),
		WORD("client_grace"),
		WORD("nonlocal_bind"),
		WORD("check_user"),
		WORD("startup_delay"),
		BLOCK("instance", vrrp_conf_instance_opts()),
		BLOCK("group", vrrp_conf_instance_group_opts()),
		BLOCK("script", vrrp_conf_track_opts_of(VRRP_TRACK_SCRIPT)),
		BLOCK("process", vrrp_conf_track_opts_of(VRRP_TRACK_PROCESS)),
		BLOCK("tcp", vrrp_conf_track_opts_of(VRRP_TRACK_TCP)),
		BLOCK("http", vrrp_conf_track_opts_of(VRRP_TRACK_HTTP)),
		BLOCK("ping", vrrp_conf_track_opts_of(VRRP_TRACK_PING)),
		BLOCK("file", vrrp_conf_track_opts_of(VRRP_TRACK_FILE)),
		CFG_PTR_LIST_CB("include", 0, CFGF_NODEFAULT, include_parse,
		    free),
		CFG_END()
	};
	cfg_t *root;
	unsigned i;
	int rv;

	if ((root = cfg_init(root_opts, CFGF_NONE)) == NULL)
		return -ENOMEM;
	p->hints = hints;
	rv = parse_words(p, root, text);
	if (rv == 0) {
		build_globals(d, root);
		for (i = 0; i < cfg_size(root, "instance") && rv == 0; i++)
			rv = vrrp_conf_instance_add(d, cfg_getnsec(root,
			    "instance", i));
		for (i = 0; i < cfg_size(root, "group") && rv == 0; i++)
			rv = vrrp_conf_instance_add_group(d, cfg_getnsec(root,
			    "group", i));
		if (rv == 0)
			rv = vrrp_conf_track_trackers(d, root);
	}
	(void)cfg_free(root);
	return rv;
}

/* An included file: what is wrong with reading it is said where it is named. */
static int
parse_included(struct draft *d, const struct source *s)
{
	struct parse *p = &d->p;
	struct conf_errors *why;
	char *text;
	int rv;

	if ((why = calloc(1, sizeof(*why))) == NULL)
		return -ENOMEM;
	if ((rv = conf_read_file(s->path, &text, why)) != 0)
		conf_errors_add(p->errors, s->from, s->line,
		    "include %s: %s", s->path, why->list[0].text);
	else {
		p->file = s->path;
		rv = parse_one(d, text);
		free(text);
	}
	free(why);
	return rv;
}

/* --- the whole --- */

/* An instance that says nothing of its own has the value for all. */
static void
inherit_startup(struct draft *d)
{
	struct vrrp_params *v;
	unsigned i;

	for (i = 0; i < d->config.count; i++) {
		v = &d->config.instances[i];
		if (v->startup_delay_ns == NOT_SAID_NS)
			v->startup_delay_ns = d->startup_delay_ns;
	}
}

void
vrrp_config_free(struct vrrp_config *c)
{
	unsigned i;

	if (c == NULL)
		return;
	for (i = 0; i < c->group_count; i++)
		free(c->groups[i].members);
	free(c->groups);
	c->groups = NULL;
	c->group_count = 0;
	free(c->trackers);
	c->trackers = NULL;
	c->tracker_count = 0;
	free(c->instances);
	c->instances = NULL;
	c->count = 0;
}

static unsigned
source_index(const struct draft *d, const struct conf_error *e)
{
	unsigned i;

	for (i = 0; i < d->source_count; i++)
		if (strncmp(d->sources[i].path, e->file,
		    sizeof(e->file) - 1) == 0)
			break;
	return i;
}

/* Errors are found in three passes; people read from top to bottom. */
static void
sort_errors(const struct draft *d, struct conf_errors *list, unsigned from)
{
	unsigned end, i, j, a, b;
	struct conf_error e;

	end = list->count < CONF_ERRORS_MAX ? list->count : CONF_ERRORS_MAX;
	for (i = from + 1; i < end; i++) {
		e = list->list[i];
		b = source_index(d, &e);
		for (j = i; j > from; j--) {
			a = source_index(d, &list->list[j - 1]);
			if (a < b || (a == b &&
			    list->list[j - 1].line <= e.line))
				break;
			list->list[j] = list->list[j - 1];
		}
		list->list[j] = e;
	}
}

int
vrrp_conf_parse_text(const char *text, const char *filename, unsigned flags,
    struct vrrp_config *out, struct conf_errors *errors,
    struct conf_errors *warnings)
{
	struct draft *d;
	unsigned i, before = errors->count;
	int rv;

	if ((d = calloc(1, sizeof(*d))) == NULL)
		goto nomem;
	d->look = (flags & VRRP_CONF_LOOK) != 0;
	d->p.grammar = d;
	d->p.errors = errors;
	d->p.warnings = warnings;
	d->config.realtime_priority = 50;
	if ((d->sources[0].path = strdup(filename)) == NULL)
		goto nomem;
	d->source_count = 1;
	d->p.file = d->sources[0].path;

	rv = parse_one(d, text);
	/* The queue grows while it is worked on. */
	for (i = 1; i < d->source_count && rv != -ENOMEM; i++)
		rv = parse_included(d, &d->sources[i]);
	inherit_startup(d);
	if (rv != -ENOMEM)
		rv = vrrp_conf_check(d);
	if (rv == -ENOMEM)
		goto nomem;
	sort_errors(d, errors, before);
	if (errors->count == before) {
		*out = d->config;
		memset(&d->config, 0, sizeof(d->config));
	}
	goto out;
nomem:
	conf_errors_add(errors, filename, 0, "out of memory");
out:
	if (d != NULL) {
		for (i = 0; i < d->places_count; i++)
			free(d->places[i]);
		free(d->places);
		for (i = 0; i < d->group_count; i++)
			vrrp_conf_instance_free_group(d->groups[i]);
		vrrp_config_free(&d->config);
		for (i = 0; i < d->source_count; i++)
			free(d->sources[i].path);
		free(d);
	}
	return errors->count == before ? 0 : -EINVAL;
}

int
vrrp_conf_parse_file(const char *path, struct vrrp_config *out,
    struct conf_errors *errors, struct conf_errors *warnings)
{
	char *text;
	int rv;

	if (conf_read_file(path, &text, errors) != 0)
		return -EINVAL;
	rv = vrrp_conf_parse_text(text, path, VRRP_CONF_LOOK, out, errors,
	    warnings);
	free(text);
	return rv;
}

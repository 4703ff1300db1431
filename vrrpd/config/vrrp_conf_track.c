/*
 * vrrp_conf_track.c - the grammar of what is tracked.
 *
 * A tracker is declared once, at the top level, and used by name in any number
 * of instances and groups, before or after its declaration and in any file:
 * names are looked up when all files are read (vrrp_conf_check.c).  A weight said
 * where it is used counts for that use; without one the declaration's does, and
 * without that it is 0, which is a fault.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shared/pure/mono.h"
#include "shared/pure/span.h"
#include "vrrpd/config/vrrp_conf_track.h"
#include "vrrpd/config/vrrp_conf_track_route.h"

#define INTERVAL_MIN_NS	ns_from_ms(10)
#define TIMEOUT_MIN_NS	ns_from_ms(1)
#define COUNT_MAX	255

static const struct {
	enum vrrp_track_kind	kind;
	const char		*ref;		/* the block that uses it */
} kinds[] = {
	{ VRRP_TRACK_SCRIPT,	"track_script" },
	{ VRRP_TRACK_PROCESS,	"track_process" },
	{ VRRP_TRACK_TCP,	"track_tcp" },
	{ VRRP_TRACK_HTTP,	"track_http" },
	{ VRRP_TRACK_PING,	"track_ping" },
	{ VRRP_TRACK_FILE,	"track_file" },
};
#define KIND_COUNT	(sizeof(kinds) / sizeof(kinds[0]))

#define ON_CHANGE_WORDS							\
	WORD("on_change"),						\
	WORD("on_change_user"),						\
	WORD("on_change_timeout")

cfg_opt_t vrrp_conf_track_ref_opts[] = {
	BEGINNING,
	WORD("weight"),
	WORD("reverse"),
	WORD("up_delay"),
	WORD("down_delay"),
	CFG_END()
};

cfg_opt_t *
vrrp_conf_track_opts_of(enum vrrp_track_kind kind)
{
	static cfg_opt_t script[] = {
		BEGINNING,
		WORD("command"),
		WORD("user"),
		WORD("interval"),
		WORD("timeout"),
		WORD("fall"),
		WORD("rise"),
		WORD("weight"),
		ON_CHANGE_WORDS,
		CFG_END()
	};
	static cfg_opt_t process[] = {
		BEGINNING,
		WORD("name"),
		WORD("pid_file"),
		WORD("user"),
		WORD("exe"),
		WORD("minimum"),
		WORD("delay"),
		WORD("interval"),
		WORD("weight"),
		ON_CHANGE_WORDS,
		CFG_END()
	};
	static cfg_opt_t tcp[] = {
		BEGINNING,
		WORD("address"),
		WORD("port"),
		WORD("source"),
		WORD("vrf"),
		WORD("interval"),
		WORD("timeout"),
		WORD("fall"),
		WORD("rise"),
		WORD("weight"),
		ON_CHANGE_WORDS,
		CFG_END()
	};
	static cfg_opt_t http[] = {
		BEGINNING,
		WORD("url"),
		WORD("address"),
		WORDS("status"),
		WORD("match"),
		WORD("digest"),
		WORD("verify"),
		WORD("ca"),
		WORD("source"),
		WORD("interval"),
		WORD("timeout"),
		WORD("fall"),
		WORD("rise"),
		WORD("weight"),
		ON_CHANGE_WORDS,
		CFG_END()
	};
	static cfg_opt_t ping[] = {
		BEGINNING,
		WORD("address"),
		WORD("source"),
		WORD("vrf"),
		WORD("interval"),
		WORD("timeout"),
		WORD("fall"),
		WORD("rise"),
		WORD("weight"),
		ON_CHANGE_WORDS,
		CFG_END()
	};
	static cfg_opt_t file[] = {
		BEGINNING,
		WORD("path"),
		WORD("number"),
		WORD("weight"),
		ON_CHANGE_WORDS,
		CFG_END()
	};

	switch (kind) {
	case VRRP_TRACK_SCRIPT:
		return script;
	case VRRP_TRACK_PROCESS:
		return process;
	case VRRP_TRACK_TCP:
		return tcp;
	case VRRP_TRACK_HTTP:
		return http;
	case VRRP_TRACK_PING:
		return ping;
	case VRRP_TRACK_FILE:
		return file;
	case VRRP_TRACK_ROUTE:
	case VRRP_TRACK_INTERFACE:
	case VRRP_TRACK_LINK:
		break;
	}
	return NULL;
}

/* --- declarations --- */

/* The line of a word, or that of its block where it is not said. */
static int
line_of(cfg_t *sec, const char *name)
{
	const struct word *w = word_get(sec, name);

	return w == NULL ? begin_line(sec) : w->line;
}

static bool
given(struct parse *p, cfg_t *sec, const struct vrrp_tracker_params *t,
    const char *name)
{
	if (word_get(sec, name) != NULL)
		return true;
	bad(p, begin_line(sec), "%s %.31s has no %s",
	    vrrp_track_kind_name(t->kind), t->name, name);
	return false;
}

static void
read_path(struct parse *p, cfg_t *sec, const char *name, char *out, size_t size)
{
	if (!read_text(p, sec, name, out, size))
		return;
	if (out[0] != '/')
		bad(p, line_of(sec, name), "%s = %s: must begin with /", name,
		    out);
}

static void
read_command(struct parse *p, cfg_t *sec, const char *name, char *out)
{
	char storage[VRRP_COMMAND_MAX], *argv[VRRP_COMMAND_WORDS_MAX + 1];

	if (!read_text(p, sec, name, out, VRRP_COMMAND_MAX))
		return;
	if (vrrp_params_command(out, storage, argv) < 0)
		bad(p, line_of(sec, name), "%s = %.80s: a quote is not closed, "
		    "or not 1 to %d words", name, out, VRRP_COMMAND_WORDS_MAX);
	else if (argv[0][0] != '/')
		bad(p, line_of(sec, name), "%s = %.80s: the program must be "
		    "named with its whole path, from /", name, out);
}

void
vrrp_conf_track_user(struct parse *p, cfg_t *sec, const char *name, char *out)
{
	const char *colon;
	size_t i;

	if (!read_text(p, sec, name, out, VRRP_USER_MAX))
		return;
	colon = strchr(out, ':');
	for (i = 0; out[i] != '\0'; i++)
		if (isspace((unsigned char)out[i]) || (out[i] == ':' &&
		    (out + i != colon || i == 0 || colon[1] == '\0')))
			break;
	if (out[i] != '\0')
		bad(p, line_of(sec, name), "%s = %s: must be a user, or "
		    "user:group", name, out);
}

static void
read_weight(struct parse *p, cfg_t *sec, int *out)
{
	long n;

	if (read_int(p, sec, "weight", -VRRP_WEIGHT_MAX, VRRP_WEIGHT_MAX, &n))
		*out = (int)n;
}

static void
read_count(struct parse *p, cfg_t *sec, const char *name, long max,
    unsigned *out)
{
	long n;

	if (read_int(p, sec, name, 1, max, &n))
		*out = (unsigned)n;
}

/*
 * interval, timeout, fall and rise; an unsaid timeout is the interval.  A script may
 * take longer, and then misses the runs that are due meanwhile.
 */
static void
build_pace(struct parse *p, cfg_t *sec, struct vrrp_tracker_params *t)
{
	char text[32];

	(void)read_span(p, sec, "interval", INTERVAL_MIN_NS, SPAN_MAX_NS,
	    &t->interval_ns);
	t->timeout_ns = t->interval_ns;
	if (read_span(p, sec, "timeout", TIMEOUT_MIN_NS, SPAN_MAX_NS,
	    &t->timeout_ns) && t->timeout_ns > t->interval_ns &&
	    t->kind != VRRP_TRACK_SCRIPT)
		bad(p, line_of(sec, "timeout"), "timeout = %s: the next check "
		    "would begin before (interval = %s)",
		    word_get(sec, "timeout")->text,
		    span_format(t->interval_ns, text, sizeof(text)));
	read_count(p, sec, "fall", COUNT_MAX, &t->fall);
	read_count(p, sec, "rise", COUNT_MAX, &t->rise);
}

static void
build_script(struct parse *p, cfg_t *sec, struct vrrp_tracker_params *t)
{
	t->interval_ns = NS_PER_S;		/* as keepalived's */
	t->fall = t->rise = 1;
	build_pace(p, sec, t);
	if (given(p, sec, t, "command"))
		read_command(p, sec, "command", t->command);
	vrrp_conf_track_user(p, sec, "user", t->user);
}

static void
build_process(struct parse *p, cfg_t *sec, struct vrrp_tracker_params *t)
{
	const struct word *name = word_get(sec, "name");

	t->interval_ns = ns_from_ms(100);
	t->minimum = 1;
	(void)read_span(p, sec, "interval", INTERVAL_MIN_NS, SPAN_MAX_NS,
	    &t->interval_ns);
	read_count(p, sec, "minimum", 65535, &t->minimum);
	(void)read_span(p, sec, "delay", 0, SPAN_MAX_NS, &t->delay_ns);
	read_path(p, sec, "pid_file", t->pid_file, sizeof(t->pid_file));
	read_path(p, sec, "exe", t->exe, sizeof(t->exe));
	vrrp_conf_track_user(p, sec, "user", t->user);
	if (strchr(t->user, ':') != NULL)
		bad(p, line_of(sec, "user"), "user = %s: a process is known by "
		    "its user, without a group", t->user);
	if (name == NULL) {
		if (word_get(sec, "pid_file") == NULL)
			bad(p, begin_line(sec), "process %.31s has neither name "
			    "nor pid_file", t->name);
		else if (t->minimum > 1)
			bad(p, line_of(sec, "minimum"), "minimum = %u: a "
			    "pid_file names one process", t->minimum);
		return;
	}
	if (word_get(sec, "pid_file") != NULL)
		bad(p, name->line, "process %.31s: name and pid_file; give one",
		    t->name);
	else if (strlen(name->text) >= VRRP_COMM_MAX)
		bad(p, name->line, "name = %.40s: the kernel keeps %d "
		    "characters of a name: %.15s", name->text,
		    VRRP_COMM_MAX - 1, name->text);
	else if (strchr(name->text, '/') != NULL)
		bad(p, name->line, "name = %s: the name of a process, without "
		    "its folder", name->text);
	else
		(void)read_text(p, sec, "name", t->process_name,
		    sizeof(t->process_name));
}

/* address and source, of one family. */
static void
build_addresses(struct parse *p, cfg_t *sec, struct vrrp_tracker_params *t)
{
	const struct word *w;

	if ((w = word_get(sec, "address")) != NULL)
		(void)addr_read(p, w->line, "address", w->text, &t->address);
	if ((w = word_get(sec, "source")) == NULL ||
	    !addr_read(p, w->line, "source", w->text, &t->source))
		return;
	if (addr_is_set(&t->address) && t->address.family != t->source.family)
		bad(p, w->line, "source %s: the address that is checked is of "
		    "the other family", w->text);
}

static void
build_tcp(struct parse *p, cfg_t *sec, struct vrrp_tracker_params *t)
{
	long n;

	t->interval_ns = ns_from_ms(100);
	t->fall = t->rise = 2;
	build_pace(p, sec, t);
	(void)given(p, sec, t, "address");
	build_addresses(p, sec, t);
	(void)read_interface(p, sec, "vrf", t->vrf);
	if (given(p, sec, t, "port") &&
	    read_int(p, sec, "port", 1, 65535, &n))
		t->port = (uint16_t)n;
}

static void
build_ping(struct parse *p, cfg_t *sec, struct vrrp_tracker_params *t)
{
	t->interval_ns = ns_from_ms(100);
	t->fall = 3;				/* packets get lost */
	t->rise = 2;
	build_pace(p, sec, t);
	(void)given(p, sec, t, "address");
	build_addresses(p, sec, t);
	(void)read_interface(p, sec, "vrf", t->vrf);
}

/* http[s]://HOST[:PORT][/...]; HOST may be [IPv6]. */
static bool
is_url(const char *s)
{
	size_t host, i;

	if (strncmp(s, "http://", 7) == 0)
		s += 7;
	else if (strncmp(s, "https://", 8) == 0)
		s += 8;
	else
		return false;
	for (i = 0; s[i] != '\0'; i++)
		if (!isgraph((unsigned char)s[i]))
			return false;
	if (*s == '[')
		host = strcspn(s, "]/") - 1;
	else
		host = strcspn(s, ":/?#");
	return host > 0 && host < 254 && (*s != '[' || s[host + 1] == ']') &&
	    memchr(s, '@', strcspn(s, "/?#")) == NULL;
}

/* 200 or 200-299. */
static void
build_status(struct parse *p, cfg_t *sec, struct vrrp_tracker_params *t)
{
	const struct word *w;
	unsigned i, first, last;
	int end;

	for (i = 0; i < word_count(sec, "status"); i++) {
		w = word_nth(sec, "status", i);
		if (i == VRRP_STATUS_MAX) {
			bad(p, w->line, "more than %d status", VRRP_STATUS_MAX);
			return;
		}
		end = -1;
		if (sscanf(w->text, "%3u-%3u%n", &first, &last, &end) != 2 ||
		    w->text[end] != '\0') {
			end = -1;
			if (sscanf(w->text, "%3u%n", &first, &end) == 1)
				last = first;
		}
		if (end < 0 || w->text[end] != '\0' ||
		    !isdigit((unsigned char)w->text[0]) || first < 100 ||
		    last > 599 || first > last) {
			bad(p, w->line, "status = %s: must be a number from "
			    "100 to 599, or a range such as 200-299", w->text);
			continue;
		}
		t->status[t->status_count].first = (uint16_t)first;
		t->status[t->status_count++].last = (uint16_t)last;
	}
	if (word_count(sec, "status") == 0) {
		t->status[0].first = 200;
		t->status[0].last = 299;
		t->status_count = 1;
	}
}

static void
build_digest(struct parse *p, cfg_t *sec, struct vrrp_tracker_params *t)
{
	const struct word *w = word_get(sec, "digest");
	size_t i;

	if (w == NULL)
		return;
	for (i = 0; isxdigit((unsigned char)w->text[i]); i++)
		continue;
	if (w->text[i] != '\0' || (i != 32 && i != 64)) {
		bad(p, w->line, "digest: must be the 32 hexadecimal digits of "
		    "an MD5 or the 64 of a SHA-256");
		return;
	}
	for (i = 0; w->text[i] != '\0'; i++)
		t->digest[i] = (char)tolower((unsigned char)w->text[i]);
}

static void
build_http(struct parse *p, cfg_t *sec, struct vrrp_tracker_params *t)
{
	t->interval_ns = ns_from_ms(500);
	t->fall = t->rise = 2;
	t->verify = true;
	build_pace(p, sec, t);
	if (given(p, sec, t, "url") &&
	    read_text(p, sec, "url", t->url, sizeof(t->url)) && !is_url(t->url))
		bad(p, line_of(sec, "url"), "url = %.80s: must be http:// or "
		    "https://, a host, and then perhaps a port and a path",
		    t->url);
	build_addresses(p, sec, t);
	build_status(p, sec, t);
	(void)read_text(p, sec, "match", t->match, sizeof(t->match));
	build_digest(p, sec, t);
	(void)read_bool(p, sec, "verify", &t->verify);
	read_path(p, sec, "ca", t->ca, sizeof(t->ca));
	if ((word_get(sec, "verify") != NULL || word_get(sec, "ca") != NULL) &&
	    strncmp(t->url, "http:", 5) == 0)
		bad(p, line_of(sec, word_get(sec, "verify") != NULL ?
		    "verify" : "ca"), "verify and ca are for https");
}

static void
build_on_change(struct parse *p, cfg_t *sec, struct vrrp_tracker_params *t)
{
	static const char *const others[] = { "on_change_user",
	    "on_change_timeout" };
	const struct word *w;
	size_t i;

	if (word_get(sec, "on_change") == NULL) {
		for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			if ((w = word_get(sec, others[i])) != NULL)
				bad(p, w->line, "%s is for on_change, which is "
				    "not given", others[i]);
		return;
	}
	t->on_change_timeout_ns = VRRP_NOTIFY_DEFAULT_TIMEOUT_NS;
	read_command(p, sec, "on_change", t->on_change);
	vrrp_conf_track_user(p, sec, "on_change_user", t->on_change_user);
	(void)read_span(p, sec, "on_change_timeout", ns_from_ms(10),
	    SPAN_MAX_NS, &t->on_change_timeout_ns);
}

static void
build_tracker(struct parse *p, cfg_t *sec, struct vrrp_tracker_params *t)
{
	char why[160];

	if (name_parse(vrrp_track_kind_name(t->kind), cfg_title(sec),
	    VRRP_NAME_MAX - 1, why, sizeof(why)) != 0)
		bad(p, begin_line(sec), "%s", why);
	(void)snprintf(t->name, sizeof(t->name), "%s", cfg_title(sec));
	t->line = begin_line(sec);
	read_weight(p, sec, &t->weight);
	build_on_change(p, sec, t);
	switch (t->kind) {
	case VRRP_TRACK_SCRIPT:
		build_script(p, sec, t);
		return;
	case VRRP_TRACK_PROCESS:
		build_process(p, sec, t);
		return;
	case VRRP_TRACK_TCP:
		build_tcp(p, sec, t);
		return;
	case VRRP_TRACK_HTTP:
		build_http(p, sec, t);
		return;
	case VRRP_TRACK_PING:
		build_ping(p, sec, t);
		return;
	case VRRP_TRACK_FILE:
		if (given(p, sec, t, "path"))
			read_path(p, sec, "path", t->path, sizeof(t->path));
		(void)read_bool(p, sec, "number", &t->number);
		if (t->number && word_get(sec, "weight") == NULL)
			t->weight = 1;
		return;
	case VRRP_TRACK_ROUTE:
	case VRRP_TRACK_INTERFACE:
	case VRRP_TRACK_LINK:
		return;
	}
}

static int
add_tracker(struct draft *d, cfg_t *sec, unsigned kind)
{
	struct parse *p = &d->p;
	struct vrrp_config *c = &d->config;
	const struct vrrp_tracker_params *old;
	struct vrrp_tracker_params *list, t;

	if (c->tracker_count == VRRP_TRACKERS_MAX) {
		bad(p, begin_line(sec), "more than %d trackers",
		    VRRP_TRACKERS_MAX);
		return 0;
	}
	list = realloc(c->trackers, (c->tracker_count + 1) * sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	c->trackers = list;
	memset(&t, 0, sizeof(t));
	t.kind = kinds[kind].kind;
	build_tracker(p, sec, &t);
	old = vrrp_config_tracker(c, t.kind, t.name);
	if (old != NULL)
		bad(p, t.line, "%s %s is declared twice (first in %s:%d)",
		    vrrp_track_kind_name(t.kind), t.name,
		    d->tracker_files[old - c->trackers], old->line);
	d->tracker_files[c->tracker_count] = p->file;
	c->trackers[c->tracker_count++] = t;
	return 0;
}

int
vrrp_conf_track_trackers(struct draft *d, cfg_t *root)
{
	const char *block;
	unsigned i, j;
	int rv = 0;

	for (i = 0; i < KIND_COUNT; i++) {
		block = vrrp_track_kind_name(kinds[i].kind);
		for (j = 0; j < cfg_size(root, block) && rv == 0; j++)
			rv = add_tracker(d, cfg_getnsec(root, block, j), i);
	}
	return rv;
}

/* --- references --- */

static bool
is_ref_name(enum vrrp_track_kind kind, const char *name)
{
	char why[160];

	return kind == VRRP_TRACK_INTERFACE ? is_interface_name(name) :
	    kind == VRRP_TRACK_ROUTE || name_parse(vrrp_track_kind_name(kind),
	    name, VRRP_NAME_MAX - 1, why, sizeof(why)) == 0;
}

static void
build_ref(struct parse *p, cfg_t *sec, const char *name,
    enum vrrp_track_kind kind, struct vrrp_track_ref *list, int *lines,
    unsigned *count)
{
	struct vrrp_track_ref *r;
	int line = begin_line(sec);

	if (!is_ref_name(kind, name)) {
		bad(p, line, "%s %.40s: not %s name", cfg_name(sec), name,
		    kind == VRRP_TRACK_INTERFACE ? "an interface" : "a");
		return;
	}
	if (*count == VRRP_TRACKS_MAX) {
		bad(p, line, "more than %d things are tracked",
		    VRRP_TRACKS_MAX);
		return;
	}
	lines[*count] = line;
	r = &list[(*count)++];
	memset(r, 0, sizeof(*r));
	r->kind = kind;
	(void)snprintf(r->name, sizeof(r->name), "%s", name);
	r->weight = NO_WEIGHT;
	read_weight(p, sec, &r->weight);
	(void)read_bool(p, sec, "reverse", &r->reverse);
	(void)read_span(p, sec, "up_delay", 0, SPAN_MAX_NS, &r->up_delay_ns);
	(void)read_span(p, sec, "down_delay", 0, SPAN_MAX_NS,
	    &r->down_delay_ns);
}

void
vrrp_conf_track_refs(struct parse *p, cfg_t *sec, struct vrrp_track_ref *list,
    int *lines, unsigned *count)
{
	char name[VRRP_NAME_MAX];
	unsigned i, j;
	cfg_t *ref;

	for (i = 0; i < cfg_size(sec, "track_interface"); i++) {
		ref = cfg_getnsec(sec, "track_interface", i);
		build_ref(p, ref, cfg_title(ref), VRRP_TRACK_INTERFACE, list,
		    lines, count);
	}
	for (i = 0; i < KIND_COUNT; i++)
		for (j = 0; j < cfg_size(sec, kinds[i].ref); j++) {
			ref = cfg_getnsec(sec, kinds[i].ref, j);
			build_ref(p, ref, cfg_title(ref), kinds[i].kind, list,
			    lines, count);
		}
	for (i = 0; i < cfg_size(sec, "track_route"); i++) {
		ref = cfg_getnsec(sec, "track_route", i);
		if (vrrp_conf_track_route(p, ref, name))
			build_ref(p, ref, name, VRRP_TRACK_ROUTE, list, lines,
			    count);
	}
}

/* True: the word is there, right or wrong. */
static bool
read_hook(struct parse *p, cfg_t *sec, const char *word, char *command)
{
	read_command(p, sec, word, command);
	return word_get(sec, word) != NULL;
}

void
vrrp_conf_track_notify(struct parse *p, cfg_t *sec, bool contested,
    struct vrrp_notify_params *n)
{
	static const char *const others[] = { "notify_user", "notify_timeout",
	    "notify_states" };
	const struct word *w;
	bool said = false;
	unsigned i;

	n->timeout_ns = VRRP_NOTIFY_DEFAULT_TIMEOUT_NS;
	for (i = 0; i < VRRP_NOTIFY_ON_COUNT; i++)
		if (contested || i != VRRP_NOTIFY_ON_CONTESTED)
			said = read_hook(p, sec, vrrp_notify_on_word(
			    (enum vrrp_notify_on)i), n->command[i]) || said;
	vrrp_conf_track_user(p, sec, "notify_user", n->user);
	(void)read_span(p, sec, "notify_timeout", ns_from_ms(10),
	    SPAN_MAX_NS, &n->timeout_ns);
	if ((w = word_get(sec, "notify_states")) != NULL) {
		if (strcmp(w->text, "master") == 0)
			n->words = VRRP_NOTIFY_MASTER;
		else if (strcmp(w->text, "active") != 0)
			bad(p, w->line, "notify_states = %s: must be active or "
			    "master", w->text);
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!said && (w = word_get(sec, others[i])) != NULL)
			bad(p, w->line, "%s is for notify, which is not given",
			    others[i]);
}

/* --- links --- */

void
vrrp_conf_track_link(struct parse *p, cfg_t *sec, struct vrrp_bfd_params *b)
{
	static const char *const words[] = { "interface", "multihop", "weight",
	    "reverse", "up_delay" };
	const struct word *w;
	size_t i;

	if (b->role == VRRP_BFD_PEER) {
		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if ((w = word_get(sec, words[i])) != NULL)
				bad(p, w->line, "%s is for role = link",
				    words[i]);
		return;
	}
	(void)read_interface(p, sec, "interface", b->interface);
	(void)read_bool(p, sec, "multihop", &b->multihop);
	if (b->multihop && (w = word_get(sec, "interface")) != NULL)
		bad(p, w->line, "interface: a multihop session goes where the "
		    "routes say");
	read_weight(p, sec, &b->weight);
	(void)read_bool(p, sec, "reverse", &b->reverse);
	(void)read_span(p, sec, "up_delay", 0, SPAN_MAX_NS, &b->up_delay_ns);
}

/* Called after the bfd blocks are built, whose number limits the word. */
void
vrrp_conf_track_links(struct parse *p, cfg_t *sec, struct vrrp_params *v)
{
	unsigned i, links = 0;
	long n;

	(void)read_bool(p, sec, "last_resort", &v->last_resort);
	for (i = 0; i < v->bfd_count; i++)
		if (v->bfd[i].role == VRRP_BFD_LINK && v->bfd[i].weight == 0)
			links++;
	if (!read_int(p, sec, "link_down_number", 1, VRRP_PEERS_MAX, &n))
		return;
	if ((unsigned)n > links)
		bad(p, line_of(sec, "link_down_number"), "link_down_number = "
		    "%ld: there are %u bfd blocks of role = link without a "
		    "weight", n, links);
	v->link_down_number = (unsigned)n;
}

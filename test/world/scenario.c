/*
 * scenario.c - reads and plays scenarios.
 *
 * A file is lines; # begins a comment, blank lines separate.  First who is there:
 *
 *   title TEXT			what it shows, in one line
 *   covers TEXT		rules and where they come from (test/req.sh reads it)
 *   seeds N			played with so many seeds (default 3); the phase of
 *				every timer depends on the seed
 *   fault TEXT			a known fault: the scenario must fail, TEXT says why
 *   hosts NAME...		on LAN "lan": 192.0.2.1, .2, ... (and fe80::1, ...;
 *				2001:db8::1, ...) on eth0
 *   also wan NAME...		these have eth1 on a second LAN: 198.51.100.N
 *   lateness SPAN, delay SPAN, jitter SPAN
 *				of wake-ups and frames (50us, 100us, 20us)
 *   ring N			frames that a sleeping machine's card keeps (256)
 *   config NAME...		the lines that follow, indented, are vrrpd.conf of
 *				these hosts; a NAME that is no host is a text to be
 *				used later ("reload r1 with NAME")
 *				"repeat 6..255", LINES, "end" in it: the LINES for
 *				every number, with the number in place of each @
 *   config NAME like OTHER: A -> B, C -> D
 *				the same with every A replaced by B
 *   bfdd NAME...		the same for bfdd.conf
 *
 * then what happens.  TIME is from the beginning, "+SPAN" from the line before;
 * ~SPAN adds a random part of it, and moves everything after it.
 *
 *   at TIME[~SPAN] DEED	and DEED (at the same time)
 *
 *   start [vrrpd|bfdd] HOST...	stop [vrrpd|bfdd] HOST... (SIGTERM)
 *   kill PROCESS HOST...	PROCESS: engine, monitor, bfdd, all
 *   stall PROCESS HOST SPAN	freeze PROCESS HOST	thaw PROCESS HOST
 *   sleep HOST... SPAN		suspend HOST SPAN	clock HOST +SPAN|-SPAN
 *   off HOST...		(no power; start switches it on)
 *   cut HOST [KIND]		cut HOST -> HOST [KIND]; KIND: vrrp, bfd, other
 *   uncut ... (the same)	heal			partition HOST... | rest
 *   loss N%			twice N%
 *   carrier HOST IF off|on	link HOST IF down|up
 *   address HOST IF add|del PREFIX
 *   rtnl HOST SPAN		(held by somebody else)
 *   lose-events HOST		(of netlink: ENOBUFS)
 *   forget HOST		(its kernel, every neighbour's MAC)
 *   refuse-frames HOST ERRNO|0	refuse-addresses HOST ERRNO|0
 *   refuse-address HOST ADDRESS ERRNO|0
 *   write [vrrpd|bfdd] HOST with NAME	the file; nobody is told
 *   reload [vrrpd|bfdd] HOST [with NAME]
 *   run HOST WORDS...		vrrpctl; must end with status 0
 *   try HOST WORDS...		vrrpctl; see "expect status"
 *   level HOST KIND NAME up|down	a tracker (script, process, tcp, http, ping, file)
 *   mark			counts since: transitions, outages, log lines
 *   wait SPAN
 *
 *   expect WHAT		now
 *   within SPAN expect WHAT	at some moment until then, and time stops there
 *   throughout SPAN expect WHAT	at every moment until then
 *
 *   owner ADDR HOST...|nobody	served ADDR HOST|nobody
 *   state HOST INSTANCE WORD	cause HOST INSTANCE WORD
 *   bfd HOST PEER WORD
 *   transitions [HOST] = N	(or <= N, >= N; since the mark)
 *   bfd-transitions = N
 *   outage ADDR <= SPAN	outages ADDR <= N	moves ADDR <= N
 *   both ADDR <= SPAN		two owners at a time
 *   [no] log HOST "TEXT"	[no] output "TEXT"	status N
 *   running PROCESS HOST	gone PROCESS HOST
 *   settled			all-up (every BFD session)
 */
#include "config.h"

#include "test/world/scenario.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/world/daemons.h"
#include "test/world/host.h"
#include "test/world/judge.h"
#include "test/world/lan.h"
#include "test/world/netlink.h"
#include "test/world/paths.h"
#include "test/world/proc.h"
#include "test/world/town.h"

#define WORDS_MAX	40
#define TEXTS_MAX	24
#define DEFAULT_SEEDS	3

struct text {
	char	*name;
	bool	 bfdd;
	char	*text;
};

struct line {
	unsigned	 number;
	char		*text;
};

struct scenario {
	char		*path;
	char		*title, *fault;
	unsigned	 seeds;
	struct line	*lines;		/* of the play */
	unsigned	 line_count;
	char		*hosts, *wan;
	int64_t		 lateness_ns, delay_ns, jitter_ns;	/* -1: default */
	unsigned	 ring;		/* 0: default */
	struct text	 texts[TEXTS_MAX];
	unsigned	 text_count;
};

/* A scenario being played; one at a time. */
struct play {
	const struct scenario *s;
	const struct line *line;
	int64_t		 shift_ns;	/* of all that was random */
	char		*words[WORDS_MAX];
	unsigned	 count, at;
	int		 status;
	char		*output;
	uint64_t	 transitions, host_transitions[HOSTS_MAX];
	uint64_t	 bfd_transitions;
	size_t		 log_mark;
};

/* --- reading --- */

static void __attribute__((format(printf, 3, 4), noreturn))
bad(const char *path, unsigned number, const char *fmt, ...)
{
	va_list ap;

	(void)fprintf(stderr, "%s:%u: ", path, number);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	exit(2);
}

static bool
span_of(const char *text, int64_t *ns)
{
	static const struct {
		const char	*unit;
		int64_t		 ns;
	} units[] = {
		{ "ms", NS_PER_MS }, { "us", NS_PER_US }, { "s", NS_PER_S },
		{ "m", 60 * NS_PER_S }, { "h", 3600 * NS_PER_S },
	};
	char *end;
	double n = strtod(text, &end);
	size_t i;

	if (end == text)
		return false;
	if (n == 0 && *end == '\0') {
		*ns = 0;
		return true;
	}
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].unit) == 0) {
			*ns = (int64_t)(n * (double)units[i].ns);
			return true;
		}
	return false;
}

static char *
trimmed(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	for (end = text + strlen(text); end > text &&
	    isspace((unsigned char)end[-1]); end--)
		continue;
	*end = '\0';
	return text;
}

static char *
joined(char *old, const char *more)
{
	size_t len = old == NULL ? 0 : strlen(old);
	char *p = realloc(old, len + strlen(more) + 2);

	if (p == NULL)
		abort();
	memcpy(p + len, more, strlen(more) + 1);
	return p;
}

static const struct text *
find_text(const struct scenario *s, const char *name, bool bfdd)
{
	unsigned i;

	for (i = 0; i < s->text_count; i++)
		if (s->texts[i].bfdd == bfdd &&
		    strcmp(s->texts[i].name, name) == 0)
			return &s->texts[i];
	return NULL;
}

static char *
replaced(const char *text, const char *from, const char *to)
{
	char *out = joined(NULL, ""), *piece;
	const char *p;

	while ((p = strstr(text, from)) != NULL) {
		piece = strndup(text, (size_t)(p - text));
		out = joined(joined(out, piece), to);
		free(piece);
		text = p + strlen(from);
	}
	return joined(out, text);
}

/* text with its "repeat" sections spelled out. */
static char *
spelled_out(const struct scenario *s, const char *text)
{
	char *out = joined(NULL, ""), *copy = strdup(text), *rest = copy;
	char *line, *lines = NULL, *one, number[16];
	unsigned first = 0, last = 0, n;
	int used;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (sscanf(line, " repeat %u..%u%n", &first, &last, &used) == 2
		    && line[used] == '\0' && lines == NULL) {
			lines = joined(NULL, "");
		} else if (lines != NULL && strcmp(trimmed(line), "end") == 0) {
			for (n = first; n <= last; n++) {
				(void)snprintf(number, sizeof(number), "%u", n);
				one = replaced(lines, "@", number);
				out = joined(out, one);
				free(one);
			}
			free(lines);
			lines = NULL;
		} else if (lines != NULL) {
			lines = joined(joined(lines, line), "\n");
		} else {
			out = joined(joined(out, line), rest != NULL ? "\n" : "");
		}
	}
	if (lines != NULL)
		bad(s->path, 0, "a \"repeat\" has no \"end\"");
	free(copy);
	return out;
}

/* "OTHER: A -> B, C -> D" */
static char *
text_like(const struct scenario *s, unsigned number, char *how, bool bfdd)
{
	char *rules = strchr(how, ':'), *rule, *arrow, *save = NULL, *out, *old;
	const struct text *like;

	if (rules == NULL)
		bad(s->path, number, "\"like NAME: A -> B, ...\" is meant");
	*rules++ = '\0';
	like = find_text(s, trimmed(how), bfdd);
	if (like == NULL)
		bad(s->path, number, "there is no config %s", trimmed(how));
	out = strdup(like->text);
	for (rule = strtok_r(rules, ",", &save); rule != NULL;
	    rule = strtok_r(NULL, ",", &save)) {
		arrow = strstr(rule, "->");
		if (arrow == NULL)
			bad(s->path, number, "\"A -> B\" is meant");
		*arrow = '\0';
		if (strstr(out, trimmed(rule)) == NULL)
			bad(s->path, number, "%s has no \"%s\"", like->name,
			    trimmed(rule));
		old = out;
		out = replaced(old, trimmed(rule), trimmed(arrow + 2));
		free(old);
	}
	return out;
}

/* "config r1 r2", or "config r2 like r1: ..."; the first new text, or -1. */
static int
begin_text(struct scenario *s, unsigned number, char *words, bool bfdd)
{
	char *like = strstr(words, " like "), *name, *save = NULL, *text = NULL;
	int first = (int)s->text_count;

	if (like != NULL) {
		*like = '\0';
		text = text_like(s, number, like + 6, bfdd);
	}
	for (name = strtok_r(words, " \t", &save); name != NULL;
	    name = strtok_r(NULL, " \t", &save)) {
		if (s->text_count == TEXTS_MAX)
			bad(s->path, number, "too many texts");
		s->texts[s->text_count++] = (struct text){ strdup(name), bfdd,
		    strdup(text == NULL ? "" : text) };
	}
	free(text);
	return like == NULL ? first : -1;
}

static void
add_line(struct scenario *s, unsigned number, const char *text)
{
	s->lines = realloc(s->lines, (s->line_count + 1) * sizeof(*s->lines));
	if (s->lines == NULL)
		abort();
	s->lines[s->line_count++] = (struct line){ number, strdup(text) };
}

static bool
begins(char *line, const char *word, char **rest)
{
	size_t len = strlen(word);

	if (strncmp(line, word, len) != 0 || !isspace((unsigned char)line[len]))
		return false;
	*rest = trimmed(line + len);
	return true;
}

/* A line of the head; false: it is something that happens. */
static bool
read_head(struct scenario *s, unsigned number, char *line, int *open)
{
	char *rest;

	if (begins(line, "title", &rest))
		s->title = strdup(rest);
	else if (begins(line, "covers", &rest))
		;
	else if (begins(line, "fault", &rest))
		s->fault = strdup(rest);
	else if (begins(line, "seeds", &rest))
		s->seeds = (unsigned)atoi(rest);
	else if (begins(line, "hosts", &rest))
		s->hosts = strdup(rest);
	else if (begins(line, "also wan", &rest))
		s->wan = strdup(rest);
	else if (begins(line, "lateness", &rest)) {
		if (!span_of(rest, &s->lateness_ns))
			bad(s->path, number, "no span: %s", rest);
	} else if (begins(line, "delay", &rest)) {
		if (!span_of(rest, &s->delay_ns))
			bad(s->path, number, "no span: %s", rest);
	} else if (begins(line, "jitter", &rest)) {
		if (!span_of(rest, &s->jitter_ns))
			bad(s->path, number, "no span: %s", rest);
	} else if (begins(line, "ring", &rest))
		s->ring = (unsigned)atoi(rest);
	else if (begins(line, "config", &rest))
		*open = begin_text(s, number, rest, false);
	else if (begins(line, "bfdd", &rest))
		*open = begin_text(s, number, rest, true);
	else
		return false;
	return true;
}

struct scenario *
scenario_read(const char *path)
{
	struct scenario *s = calloc(1, sizeof(*s));
	FILE *f = fopen(path, "r");
	char *line = NULL, *text;
	size_t size = 0;
	unsigned number = 0, i;
	int open = -1;

	if (s == NULL || f == NULL) {
		perror(path);
		return NULL;
	}
	s->path = strdup(path);
	s->seeds = DEFAULT_SEEDS;
	s->lateness_ns = s->delay_ns = s->jitter_ns = -1;
	while (getline(&line, &size, f) != -1) {
		number++;
		if (open >= 0 && (isspace((unsigned char)line[0]) ||
		    line[0] == '\n')) {
			for (i = (unsigned)open; i < s->text_count; i++)
				s->texts[i].text = joined(s->texts[i].text,
				    line);
			continue;
		}
		text = strchr(line, '#');
		if (text != NULL)
			*text = '\0';
		text = trimmed(line);
		if (text[0] == '\0')
			continue;
		open = -1;
		if (!read_head(s, number, text, &open))
			add_line(s, number, text);
	}
	free(line);
	(void)fclose(f);
	for (i = 0; i < s->text_count; i++) {
		text = s->texts[i].text;
		s->texts[i].text = spelled_out(s, text);
		free(text);
	}
	if (s->title == NULL || s->hosts == NULL)
		bad(path, number, "there must be a title and hosts");
	return s;
}

const char *
scenario_title(const struct scenario *s)
{
	return s->title;
}

unsigned
scenario_seeds(const struct scenario *s)
{
	return s->seeds;
}

const char *
scenario_fault(const struct scenario *s)
{
	return s->fault == NULL ? "" : s->fault;
}

/* --- words of the line being played --- */

static void __attribute__((format(printf, 2, 3), noreturn))
wrong(struct play *p, const char *fmt, ...)
{
	char what[200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	bad(p->s->path, p->line->number, "%s: %s", p->line->text, what);
}

static const char *
word(struct play *p)
{
	if (p->at >= p->count)
		wrong(p, "something is missing");
	return p->words[p->at++];
}

static bool
more(const struct play *p)
{
	return p->at < p->count;
}

static bool
next_is(struct play *p, const char *text)
{
	if (p->at >= p->count || strcmp(p->words[p->at], text) != 0)
		return false;
	p->at++;
	return true;
}

static int64_t
span(struct play *p)
{
	const char *text = word(p);
	int64_t ns;

	if (!span_of(text, &ns))
		wrong(p, "no span: %s", text);
	return ns;
}

static struct host *
host(struct play *p)
{
	const char *name = word(p);
	struct host *h = host_find(name);

	if (h == NULL)
		wrong(p, "no host: %s", name);
	return h;
}

static struct link *
link_word(struct play *p, struct host *h)
{
	const char *name = word(p);
	struct link *l = link_by_name(h, name);

	if (l == NULL)
		wrong(p, "no interface: %s", name);
	return l;
}

static struct addr
address(struct play *p)
{
	const char *text = word(p);
	struct addr a;

	if (addr_parse(text, &a) < 0)
		wrong(p, "no address: %s", text);
	return a;
}

static struct vip *
vip_word(struct play *p)
{
	struct addr a = address(p);
	struct vip *v = judge_vip(&a);

	if (v == NULL)
		wrong(p, "nobody is configured to have that address");
	return v;
}

static struct seat *
seat_word(struct play *p)
{
	struct host *h = host(p);
	const char *name = word(p);
	struct seat *s = judge_seat(h, name);

	if (s == NULL)
		wrong(p, "no instance: %s", name);
	return s;
}

static unsigned
kinds(struct play *p)
{
	if (!more(p))
		return CUT_ALL;
	if (next_is(p, "vrrp"))
		return CUT_VRRP;
	if (next_is(p, "bfd"))
		return CUT_BFD;
	if (next_is(p, "other"))
		return CUT_OTHER;
	wrong(p, "vrrp, bfd or other");
}

static int
errno_word(struct play *p)
{
	static const struct {
		const char	*name;
		int		 value;
	} names[] = {
		{ "0", 0 }, { "ENOBUFS", ENOBUFS }, { "EPERM", EPERM },
		{ "EEXIST", EEXIST }, { "ENOSPC", ENOSPC },
		{ "EACCES", EACCES }, { "ENETDOWN", ENETDOWN },
	};
	const char *text = word(p);
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(text, names[i].name) == 0)
			return names[i].value;
	wrong(p, "no error: %s", text);
}

/* --- deeds --- */

static void
do_start(struct play *p)
{
	bool vrrpd = true, bfdd = true;
	struct host *h;

	if (next_is(p, "vrrpd"))
		bfdd = false;
	else if (next_is(p, "bfdd"))
		vrrpd = false;
	while (more(p)) {
		h = host(p);
		h->powered_off = false;
		if (bfdd)
			daemon_start_bfdd(h);
		if (vrrpd)
			daemon_start_vrrpd(h);
		judge_changed();
	}
}

static void
do_stop(struct play *p)
{
	bool vrrpd = true, bfdd = true;
	struct host *h;

	if (next_is(p, "vrrpd"))
		bfdd = false;
	else if (next_is(p, "bfdd"))
		vrrpd = false;
	while (more(p)) {
		h = host(p);
		world_say("%s: stop", h->name);
		if (vrrpd)
			daemon_stop(h, "vrrpd");
		if (bfdd)
			daemon_stop(h, "bfdd");
	}
}

static void
do_kill(struct play *p)
{
	const char *which = word(p);
	struct proc *x;
	struct host *h;

	while (more(p)) {
		h = host(p);
		if (strcmp(which, "all") == 0) {
			for (x = h->procs; x != NULL; x = x->next)
				x->parent = NULL;	/* all at one moment */
			for (x = h->procs; x != NULL; x = x->next)
				proc_kill(x);
			continue;
		}
		x = town_proc(h, which);
		if (x == NULL)
			wrong(p, "%s has no %s", h->name, which);
		proc_kill(x);
	}
}

static struct proc *
proc_word(struct play *p)
{
	const char *which = word(p);
	struct host *h = host(p);
	struct proc *x = town_proc(h, which);

	if (x == NULL)
		wrong(p, "%s has no %s", h->name, which);
	return x;
}

static void
do_stall(struct play *p)
{
	struct proc *x = proc_word(p);

	proc_stall(x, span(p));
}

static void
do_freeze(struct play *p)
{
	proc_stop(proc_word(p));
}

static void
do_thaw(struct play *p)
{
	proc_continue(proc_word(p));
}

static void
do_sleep(struct play *p)
{
	struct host *list[HOSTS_MAX];
	unsigned n = 0, i;
	int64_t ns;

	while (p->at + 1 < p->count)
		list[n++] = host(p);
	ns = span(p);
	for (i = 0; i < n; i++)
		host_sleep(list[i], ns);
}

static void
do_suspend(struct play *p)
{
	struct host *h = host(p);

	host_suspend(h, span(p));
}

static void
do_clock(struct play *p)
{
	struct host *h = host(p);
	const char *text = word(p);
	int64_t ns;

	if ((text[0] != '+' && text[0] != '-') || !span_of(text + 1, &ns))
		wrong(p, "+SPAN or -SPAN");
	host_set_clock(h, text[0] == '-' ? -ns : ns);
}

static void
do_off(struct play *p)
{
	while (more(p))
		host_power_off(host(p));
}

static void
cut(struct play *p, bool on)
{
	struct host *a = host(p), *b;
	struct lan *l = world->lans;
	unsigned what;

	if (next_is(p, "->")) {
		b = host(p);
		what = kinds(p);
		world_say("%s -> %s: %s%#x", a->name, b->name, on ? "cut " :
		    "whole ", what);
		lan_cut(l, a, b, what, on);
	} else {
		what = kinds(p);
		world_say("%s: %s%#x", a->name, on ? "cut off " :
		    "connected ", what);
		for (; l != NULL; l = l->next)
			lan_isolate(l, a, what, on);
	}
}

static void
do_cut(struct play *p)
{
	cut(p, true);
}

static void
do_uncut(struct play *p)
{
	cut(p, false);
}

static void
do_heal(struct play *p)
{
	struct lan *l;

	(void)p;
	world_say("the network is whole");
	for (l = world->lans; l != NULL; l = l->next)
		lan_heal(l);
}

static void
do_partition(struct play *p)
{
	unsigned mask = 0;
	struct lan *l;

	while (more(p))
		mask |= 1u << host(p)->index;
	world_say("partition %#x", mask);
	for (l = world->lans; l != NULL; l = l->next)
		lan_partition(l, mask);
}

static unsigned
percent(struct play *p)
{
	const char *text = word(p);
	char *end;
	double n = strtod(text, &end);

	if (strcmp(end, "%") != 0 || n < 0 || n > 100)
		wrong(p, "N%% is meant");
	return (unsigned)(n * 10);
}

static void
do_loss(struct play *p)
{
	world->lans->loss_permille = percent(p);
}

static void
do_twice(struct play *p)
{
	world->lans->twice_permille = percent(p);
}

static void
do_carrier(struct play *p)
{
	struct link *l = link_word(p, host(p));

	link_set_carrier(l, strcmp(word(p), "on") == 0);
}

static void
do_link(struct play *p)
{
	struct host *h = host(p);
	struct link *l = link_word(p, h);
	bool up = strcmp(word(p), "up") == 0;

	world_say("%s: %s set %s", h->name, l->name, up ? "up" : "down");
	(void)link_set_up(l, up);
}

static void
do_address(struct play *p)
{
	struct link *l = link_word(p, host(p));
	bool add = strcmp(word(p), "add") == 0;
	struct addr_prefix prefix;

	if (addr_prefix_parse(word(p), &prefix) < 0)
		wrong(p, "no prefix");
	if ((add ? address_add(l, &prefix, false, 0) :
	    address_del(l, &prefix)) < 0)
		wrong(p, "the kernel refuses it");
}

static void
do_rtnl(struct play *p)
{
	struct host *h = host(p);

	host_hold_rtnl(h, span(p));
}

static void
do_forget(struct play *p)
{
	struct neighbour *n;

	for (n = host(p)->neighbours; n != NULL; n = n->next) {
		n->known = false;
		n->failing_since = NEVER;
	}
}

static void
do_lose_events(struct play *p)
{
	struct host *h = host(p);

	world_say("%s: netlink events are lost", h->name);
	netlink_lose_events(h);
}

static void
do_refuse_frames(struct play *p)
{
	struct host *h = host(p);

	h->send_error = errno_word(p);
	world_say("%s: frames are refused: %d", h->name, h->send_error);
}

static void
do_refuse_addresses(struct play *p)
{
	struct host *h = host(p);

	h->address_error = errno_word(p);
	h->address_refused = (struct addr){ 0 };
	world_say("%s: addresses are refused: %d", h->name, h->address_error);
}

static void
do_refuse_address(struct play *p)
{
	struct host *h = host(p);
	struct addr a = address(p);

	h->address_error = errno_word(p);
	h->address_refused = a;
	world_say("%s: an address is refused: %d", h->name, h->address_error);
}

/* The file of a daemon becomes the text of that name. */
static void
write_file(struct play *p, struct host *h, bool bfdd)
{
	const char *name = word(p);
	const struct text *t = find_text(p->s, name, bfdd);

	if (t == NULL)
		wrong(p, "no text: %s", name);
	if (bfdd)
		path_write(h, BFDD_CONF, t->text);
	else
		(void)town_configure(h, t->text, NULL, 0);
}

static bool
is_bfdd(struct play *p)
{
	bool bfdd = next_is(p, "bfdd");

	if (!bfdd)
		(void)next_is(p, "vrrpd");
	return bfdd;
}

static void
do_write(struct play *p)
{
	bool bfdd = is_bfdd(p);
	struct host *h = host(p);

	if (!next_is(p, "with"))
		wrong(p, "with what?");
	write_file(p, h, bfdd);
}

static void
do_reload(struct play *p)
{
	bool bfdd = is_bfdd(p);
	struct host *h = host(p);

	if (next_is(p, "with"))
		write_file(p, h, bfdd);
	town_reload(h, bfdd ? "bfdd" : "vrrpd");
}

static void
ask(struct play *p)
{
	struct host *h = host(p);
	char *words = joined(NULL, "");

	if (more(p) && strcmp(p->words[p->at], "vrrpctl") == 0)
		p->at++;
	while (more(p))
		words = joined(joined(words, word(p)), " ");
	free(p->output);
	world_say("%s: vrrpctl %s", h->name, words);
	p->status = town_ask(h, words, &p->output);
	free(words);
}

static void
do_run(struct play *p)
{
	ask(p);
	if (p->status != 0)
		world_fail("%s:%u: %s: status %d: %s", p->s->path,
		    p->line->number, p->line->text, p->status, p->output);
}

static void
do_level(struct play *p)
{
	struct host *h = host(p);
	const char *kind = word(p), *name = word(p);
	bool up = strcmp(word(p), "up") == 0;

	world_say("%s: %s %s is %s", h->name, kind, name, up ? "up" : "down");
	daemon_level(h, kind, name, up);
}

static void
do_mark(struct play *p)
{
	const struct seat *s;

	judge_mark();
	p->transitions = world->judge->transitions;
	p->bfd_transitions = world->judge->bfd_transitions;
	memset(p->host_transitions, 0, sizeof(p->host_transitions));
	for (s = world->judge->seats; s != NULL; s = s->next)
		p->host_transitions[s->host->index] += s->transitions;
	p->log_mark = world->log_count;
}

static void
do_wait(struct play *p)
{
	world_run(span(p));
}

/* --- expectations: each says whether it holds now --- */

static bool
compares(struct play *p, int64_t value, bool spans)
{
	const char *op = word(p);
	int64_t n;

	if (spans)
		n = span(p);
	else
		n = atoll(word(p));
	if (strcmp(op, "=") == 0)
		return value == n;
	if (strcmp(op, "<=") == 0)
		return value <= n;
	if (strcmp(op, ">=") == 0)
		return value >= n;
	wrong(p, "=, <= or >=");
}

static bool
is_owner(struct play *p)
{
	const struct vip *v = vip_word(p);
	const struct host *h;
	unsigned n = 0, i;
	bool good = true;

	if (next_is(p, "nobody"))
		return v->owner_count == 0;
	while (more(p)) {
		h = host(p);
		for (i = 0; i < v->owner_count; i++)
			if (v->owners[i] == h)
				break;
		good = good && i < v->owner_count;
		n++;
	}
	return good && n == v->owner_count;
}

static bool
is_served(struct play *p)
{
	const struct vip *v = vip_word(p);
	const struct host *h;

	if (next_is(p, "nobody"))
		return v->answering == NULL;
	h = host(p);
	return v->answering == h;
}

static bool
is_in_state(struct play *p)
{
	static const char *const words[] = { "none", "initialize", "backup",
	    "active" };
	const struct seat *s = seat_word(p);

	return strcmp(word(p), words[s->state]) == 0;
}

static bool
is_cause(struct play *p)
{
	const struct seat *s = seat_word(p);

	return strcmp(word(p), s->cause) == 0;
}

static bool
is_session(struct play *p)
{
	const struct host *h = host(p);
	struct addr a = address(p);
	const struct bfd_seat *b = judge_session(h, NULL, &a);
	const char *state = word(p);

	return strcmp(state, b->state[0] == '\0' ? "none" : b->state) == 0;
}

static bool
are_transitions(struct play *p)
{
	const struct seat *s;
	const struct host *h;
	uint64_t n = 0;

	if (p->at < p->count && host_find(p->words[p->at]) == NULL)
		return compares(p, (int64_t)(world->judge->transitions -
		    p->transitions), false);
	h = host(p);
	for (s = world->judge->seats; s != NULL; s = s->next)
		if (s->host == h)
			n += s->transitions;
	return compares(p, (int64_t)(n - p->host_transitions[h->index]),
	    false);
}

static bool
are_bfd_transitions(struct play *p)
{
	return compares(p, (int64_t)(world->judge->bfd_transitions -
	    p->bfd_transitions), false);
}

static bool
is_outage(struct play *p)
{
	const struct vip *v = vip_word(p);

	return compares(p, judge_outage_ns(v), true);
}

static bool
are_outages(struct play *p)
{
	const struct vip *v = vip_word(p);

	return compares(p, v->outages, false);
}

static bool
are_moves(struct play *p)
{
	const struct vip *v = vip_word(p);

	return compares(p, v->moves, false);
}

static bool
are_both(struct play *p)
{
	const struct vip *v = vip_word(p);
	int64_t ns = v->two_longest_ns;

	if (v->two_since != NEVER && world->now - v->two_since > ns)
		ns = world->now - v->two_since;
	return compares(p, ns, true);
}

static bool
is_logged(struct play *p)
{
	const struct host *h = host(p);
	const char *text = word(p);

	return world_log_has(h->name, text, p->log_mark);
}

static bool
is_output(struct play *p)
{
	return p->output != NULL && strstr(p->output, word(p)) != NULL;
}

static bool
is_status(struct play *p)
{
	return p->status == atoi(word(p));
}

static bool
is_running(struct play *p)
{
	const char *which = word(p);

	return town_proc(host(p), which) != NULL;
}

static bool
is_gone(struct play *p)
{
	return !is_running(p);
}

static bool
is_settled(struct play *p)
{
	(void)p;
	town_check_settled();
	return true;
}

static bool
are_all_up(struct play *p)
{
	(void)p;
	return town_bfd_all_up();
}

static const struct {
	const char	*word;
	bool		(*holds)(struct play *);
} claims[] = {
	{ "owner", is_owner },
	{ "served", is_served },
	{ "state", is_in_state },
	{ "cause", is_cause },
	{ "bfd", is_session },
	{ "transitions", are_transitions },
	{ "bfd-transitions", are_bfd_transitions },
	{ "outage", is_outage },
	{ "outages", are_outages },
	{ "moves", are_moves },
	{ "both", are_both },
	{ "log", is_logged },
	{ "output", is_output },
	{ "status", is_status },
	{ "running", is_running },
	{ "gone", is_gone },
	{ "settled", is_settled },
	{ "all-up", are_all_up },
};

/* The claim that begins at p->at, which stays there. */
static bool
claim_holds(struct play *p)
{
	unsigned start = p->at;
	bool no = next_is(p, "no"), holds;
	const char *what = word(p);
	size_t i;

	for (i = 0; i < sizeof(claims) / sizeof(claims[0]); i++)
		if (strcmp(what, claims[i].word) == 0) {
			holds = claims[i].holds(p);
			if (more(p))
				wrong(p, "too many words");
			p->at = start;
			return holds != no;
		}
	wrong(p, "nothing to expect: %s", what);
}

static void __attribute__((noreturn))
disappointed(struct play *p, const char *when)
{
	world_fail("%s:%u: %s%s", p->s->path, p->line->number, p->line->text,
	    when);
}

static void
do_expect(struct play *p)
{
	if (!claim_holds(p))
		disappointed(p, "");
}

static void
expect_word(struct play *p)
{
	if (!next_is(p, "expect"))
		wrong(p, "\"expect\" is missing");
}

static void
do_within(struct play *p)
{
	int64_t until = world->now + span(p);

	expect_word(p);
	while (!claim_holds(p))
		if (!world_step(until)) {
			if (claim_holds(p))
				return;
			disappointed(p, ": not in time");
		}
}

static void
do_throughout(struct play *p)
{
	int64_t until = world->now + span(p);
	bool going = true;

	expect_word(p);
	while (going) {
		if (!claim_holds(p))
			disappointed(p, ": not all the time");
		going = world_step(until);
	}
}

static const struct {
	const char	*word;
	void		(*deed)(struct play *);
} deeds[] = {
	{ "start", do_start },
	{ "stop", do_stop },
	{ "kill", do_kill },
	{ "stall", do_stall },
	{ "freeze", do_freeze },
	{ "thaw", do_thaw },
	{ "sleep", do_sleep },
	{ "suspend", do_suspend },
	{ "clock", do_clock },
	{ "off", do_off },
	{ "cut", do_cut },
	{ "uncut", do_uncut },
	{ "heal", do_heal },
	{ "partition", do_partition },
	{ "loss", do_loss },
	{ "twice", do_twice },
	{ "carrier", do_carrier },
	{ "link", do_link },
	{ "address", do_address },
	{ "rtnl", do_rtnl },
	{ "lose-events", do_lose_events },
	{ "forget", do_forget },
	{ "refuse-frames", do_refuse_frames },
	{ "refuse-addresses", do_refuse_addresses },
	{ "refuse-address", do_refuse_address },
	{ "write", do_write },
	{ "reload", do_reload },
	{ "run", do_run },
	{ "try", ask },
	{ "level", do_level },
	{ "mark", do_mark },
	{ "wait", do_wait },
	{ "expect", do_expect },
	{ "within", do_within },
	{ "throughout", do_throughout },
};

/* --- playing --- */

/* Words are separated by blanks; "a text" is one, and 'a text'. */
static void
split(struct play *p, char *text)
{
	char *at = text;

	p->count = p->at = 0;
	for (;;) {
		while (isspace((unsigned char)*at))
			at++;
		if (*at == '\0')
			return;
		if (p->count == WORDS_MAX)
			wrong(p, "too many words");
		if (*at == '"' || *at == '\'') {
			p->words[p->count++] = at + 1;
			at = strchr(at + 1, *at);
			if (at == NULL)
				wrong(p, "an open quote");
		} else {
			p->words[p->count++] = at;
			while (*at != '\0' && !isspace((unsigned char)*at))
				at++;
		}
		if (*at != '\0')
			*at++ = '\0';
	}
}

/* "5s", "+20ms", "5s~1s" */
static void
go_to(struct play *p, const char *when)
{
	char text[64], *random;
	int64_t ns, part = 0, at;

	(void)snprintf(text, sizeof(text), "%s", when + (when[0] == '+'));
	random = strchr(text, '~');
	if (random != NULL) {
		*random++ = '\0';
		if (!span_of(random, &part))
			wrong(p, "no span: %s", random);
		part = (int64_t)world_draw((uint64_t)part);
	}
	if (!span_of(text, &ns))
		wrong(p, "no time: %s", text);
	at = when[0] == '+' ? world->now + ns + part :
	    ns + p->shift_ns + part;
	if (when[0] != '+')
		p->shift_ns += part;
	if (at < world->now)
		wrong(p, "that is over already");
	world_run_until(at);
}

static void
play_line(struct play *p)
{
	char *copy = strdup(p->line->text);
	const char *what;
	size_t i;

	split(p, copy);
	if (next_is(p, "at"))
		go_to(p, word(p));
	else if (!next_is(p, "and") && strcmp(p->words[0], "expect") != 0 &&
	    strcmp(p->words[0], "within") != 0 &&
	    strcmp(p->words[0], "throughout") != 0)
		wrong(p, "\"at TIME\", \"and\" or an expectation is meant");
	what = word(p);
	for (i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (strcmp(what, deeds[i].word) == 0)
			break;
	if (i == sizeof(deeds) / sizeof(deeds[0]))
		wrong(p, "nothing to do: %s", what);
	deeds[i].deed(p);
	free(copy);
}

static void
make_hosts(const struct scenario *s)
{
	char *names = strdup(s->hosts), *name, *save = NULL;
	struct host *h;

	for (name = strtok_r(names, " \t", &save); name != NULL;
	    name = strtok_r(NULL, " \t", &save))
		(void)town_host(name);
	free(names);
	names = strdup(s->wan == NULL ? "" : s->wan);
	for (name = strtok_r(names, " \t", &save); name != NULL;
	    name = strtok_r(NULL, " \t", &save)) {
		h = host_find(name);
		if (h == NULL)
			bad(s->path, 0, "no host: %s", name);
		town_connect(h, 1);
	}
	free(names);
}

static void
give_texts(const struct scenario *s)
{
	char why[400] = "";
	struct host *h;
	unsigned i;

	for (i = 0; i < s->text_count; i++) {
		h = host_find(s->texts[i].name);
		if (h == NULL)
			continue;
		if (s->texts[i].bfdd)
			path_write(h, BFDD_CONF, s->texts[i].text);
		else if (!town_configure(h, s->texts[i].text, why,
		    sizeof(why)))
			bad(s->path, 0, "config %s: %s", s->texts[i].name,
			    why);
	}
}

void
scenario_play(const struct scenario *s, uint64_t seed, bool tell)
{
	struct play p = { .s = s };
	struct lan *l;
	unsigned i;

	world_new(seed);
	world->title = s->path;
	world->tell = tell;
	if (s->lateness_ns >= 0)
		world->lateness_ns = s->lateness_ns;
	judge_new();
	make_hosts(s);
	for (l = world->lans; l != NULL; l = l->next) {
		if (s->delay_ns >= 0)
			l->delay_ns = s->delay_ns;
		if (s->jitter_ns >= 0)
			l->jitter_ns = s->jitter_ns;
		if (s->ring > 0)
			l->ring = s->ring;
	}
	give_texts(s);
	for (i = 0; i < s->line_count; i++) {
		p.line = &s->lines[i];
		play_line(&p);
	}
}

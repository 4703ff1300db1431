/*
 * ka_track.c - what keepalived's routers depend on: scripts, processes, files,
 * interfaces, BFD sessions; their declarations and their uses.
 *
 * A tracker is declared once and used by name.  keepalived drops a use that
 * comes before the declaration; here the use counts, and that is said.
 */
#include "config.h"

#include "vrrpd/convert/ka_track.h"

#include <ctype.h>
#include <string.h>

#include "shared/pure/mono.h"
#include "shared/pure/span.h"
#include "vrrpd/convert/ka_bfd.h"
#include "vrrpd/convert/ka_command.h"
#include "vrrpd/convert/ka_layout.h"
#include "vrrpd/convert/ka_parse.h"
#include "vrrpd/convert/ka_script.h"
#include "vrrpd/convert/ka_table.h"
#include "vrrpd/convert/ka_words.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const char *const kind_words[KA_TRACKER_KINDS] = {
	[KA_SCRIPT] = "vrrp_script",
	[KA_PROCESS] = "vrrp_track_process",
	[KA_FILE] = "track_file",
	[KA_BFD] = "bfd_instance",
	[KA_INTERFACE] = "interface",
	[KA_TCP] = "tcp",
};

static const struct ka_rule script_words[] = {
	{ "script", KA_NOTE, NULL },
	{ "interval", KA_NOTE, NULL },
	{ "timeout", KA_NOTE, NULL },
	{ "weight", KA_NOTE, NULL },
	{ "rise", KA_NOTE, NULL },
	{ "fall", KA_NOTE, NULL },
	{ "user", KA_NOTE, NULL },
	{ "init_fail", KA_NOTE, NULL },
	{ "raise", KA_DIFFERENCE, "no word of keepalived, which means rise" },
};
const struct ka_table ka_table_script = { "vrrp_script", script_words,
    COUNT(script_words) };

static const struct ka_rule process_words[] = {
	{ "process", KA_NOTE, NULL },
	{ "quorum", KA_NOTE, NULL },
	{ "delay", KA_NOTE, NULL },
	{ "terminate_delay", KA_NOTE, NULL },
	{ "weight", KA_NOTE, NULL },
	{ "fork_delay", KA_DIFFERENCE, "a process counts as soon as it is "
	    "there" },
	{ "param_match", KA_DIFFERENCE, "processes are found by name only" },
	{ "full_command", KA_DIFFERENCE, "processes are found by name only" },
	{ "quorum_max", KA_DIFFERENCE, "there is no most, only minimum" },
};
const struct ka_table ka_table_process = { "vrrp_track_process", process_words,
    COUNT(process_words) };

static const struct ka_rule file_words[] = {
	{ "file", KA_NOTE, NULL },
	{ "weight", KA_NOTE, NULL },
	{ "init_file", KA_DIFFERENCE, "vrrpd does not write the file: where "
	    "there is none its number is 0" },
};
const struct ka_table ka_table_file = { "track_file", file_words,
    COUNT(file_words) };

static const struct ka_rule bfd_words[] = {
	{ "neighbor_ip", KA_NOTE, NULL },
	{ "neighbour_ip", KA_NOTE, NULL },
	{ "min_rx", KA_NOTE, NULL },
	{ "min_tx", KA_NOTE, NULL },
	{ "multiplier", KA_NOTE, NULL },
	{ "weight", KA_NOTE, NULL },
	{ "vrrp", KA_NOTE, NULL },
	{ "multihop", KA_NOTE, NULL },
	{ "source_ip", KA_NOTE, NULL },
	{ "checker", KA_DIFFERENCE, KA_OF_IPVS },
	{ "idle_tx", KA_DIFFERENCE, "bfdd sends once a second while a session "
	    "is not Up" },
	{ "passive", KA_DIFFERENCE, "a session for vrrpd begins by itself; a "
	    "session of bfdd.conf(5) may be passive" },
	{ "ttl", KA_DIFFERENCE, "bfdd sends 255, as RFC 5881 says" },
	{ "hoplimit", KA_DIFFERENCE, "bfdd sends 255, as RFC 5881 says" },
	{ "max_hops", KA_DIFFERENCE, "on one link bfdd takes 255 only, as RFC "
	    "5881 says" },
};
const struct ka_table ka_table_bfd = { "bfd_instance", bfd_words,
    COUNT(bfd_words) };

/* --- declarations --- */

static struct ka_tracker *
find_tracker(struct ka_conv *c, enum ka_tracker_kind kind, const char *name)
{
	struct ka_tracker *t;

	for (t = c->trackers; t != NULL; t = t->next)
		if (t->kind == kind && strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

static bool
tracker_name_taken(struct ka_conv *c, const char *name)
{
	struct ka_tracker *t;

	for (t = c->trackers; t != NULL; t = t->next)
		if (strcmp(t->out, name) == 0)
			return true;
	return false;
}

/* "weight N [reverse]" from word i on. */
static void
read_weight(struct ka_conv *c, const struct ka_node *n, unsigned i,
    enum ka_tracker_kind kind, int *weight, bool *reverse)
{
	long v, max = kind == KA_FILE ? 2147483647 : 254;

	if (!ka_number(c, n, i, -max, max, &v))
		return;
	if (kind != KA_FILE && kind != KA_PROCESS && (v == 254 || v == -254)) {
		v = v < 0 ? -253 : 253;
		ka_say(c, KA_NOTE, n, "weight %s counts as %ld in keepalived",
		    ka_arg(n, i), v);
	}
	*weight = (int)v;
	i++;
	if (strcmp(ka_arg(n, i), "reverse") == 0) {
		*reverse = true;
		i++;
	} else if (strcmp(ka_arg(n, i), "noreverse") == 0 ||
	    strcmp(ka_arg(n, i), "no_reverse") == 0) {
		*reverse = false;
		i++;
	}
	ka_no_more(c, n, i - 1);
}

void
ka_read_tracker(struct ka_conv *c, const struct ka_node *n,
    enum ka_tracker_kind kind)
{
	static const struct {
		const struct ka_rule *rules;
		size_t count;
	} words[KA_TRACKER_KINDS] = {
		[KA_SCRIPT] = { script_words, COUNT(script_words) },
		[KA_PROCESS] = { process_words, COUNT(process_words) },
		[KA_FILE] = { file_words, COUNT(file_words) },
		[KA_BFD] = { bfd_words, COUNT(bfd_words) },
	};
	struct ka_tracker *t, **at;
	const struct ka_rule *r;
	const struct ka_node *w, *later;

	if (n->count < 2) {
		ka_say(c, KA_DIFFERENCE, n, "%s has no name: left out",
		    n->words[0]);
		return;
	}
	if (n->count > 2)
		ka_say(c, KA_DIFFERENCE, n, "%s: \"%.80s\" behind the name is "
		    "ignored", n->words[0], n->words[2]);
	if (find_tracker(c, kind, n->words[1]) != NULL) {
		ka_say(c, KA_DIFFERENCE, n, "%s %.80s is declared twice: this "
		    "one is left out", n->words[0], n->words[1]);
		return;
	}
	if ((t = ka_new(c, sizeof(*t))) == NULL)
		return;
	t->node = n;
	t->kind = t->written = kind;
	t->name = n->words[1];
	t->weight = kind == KA_FILE ? 1 : 0;
	if (kind != KA_BFD)
		ka_name(c, n, "track", t->name, t->out, tracker_name_taken);
	for (w = n->first; w != NULL; w = w->next) {
		r = ka_rule_find(words[kind].rules, words[kind].count,
		    w->words[0]);
		if (r == NULL || r->text != NULL)
			ka_rule_say(c, r, w, kind_words[kind]);
		else if ((later = ka_child(n, w->words[0])) != w)
			ka_say(c, KA_NOTE, w, "%s is said again on line %d, "
			    "which counts, as in keepalived", w->words[0],
			    later->line);
		else if (ka_is(w, "weight"))
			read_weight(c, w, 1, kind, &t->weight, &t->reverse);
		else if (ka_is(w, "source_ip") && ka_arg(w, 1)[0] != '\0')
			ka_say(c, KA_NOTE, w, "source_ip: bfdd sends from the "
			    "address of the interface that reaches the "
			    "neighbour; see that it is %.80s", ka_arg(w, 1));
	}
	for (at = &c->trackers; *at != NULL; at = &(*at)->next)
		continue;
	*at = t;
}

/* --- uses --- */

static void
add_track(struct ka_conv *c, const struct ka_node *n, unsigned first,
    enum ka_tracker_kind kind, struct ka_track **list)
{
	struct ka_track *t, **at;

	if (first >= n->count)
		return;
	for (at = list; *at != NULL; at = &(*at)->next)
		if ((*at)->kind == kind &&
		    strcmp((*at)->name, n->words[first]) == 0) {
			ka_say(c, KA_NOTE, n, "%.80s is tracked already: left "
			    "out, as in keepalived", n->words[first]);
			return;
		}
	if ((t = ka_new(c, sizeof(*t))) == NULL)
		return;
	t->node = n;
	t->kind = kind;
	t->name = n->words[first];
	t->weight = INT32_MIN;			/* nothing said */
	if (strcmp(ka_arg(n, first + 1), "weight") == 0)
		read_weight(c, n, first + 2, kind, &t->weight, &t->reverse);
	else
		ka_no_more(c, n, first);
	*at = t;
}

bool
ka_read_track(struct ka_conv *c, const struct ka_node *n,
    struct ka_track **list)
{
	static const struct { const char *word; enum ka_tracker_kind kind; }
	blocks[] = {
		{ "track_interface", KA_INTERFACE },
		{ "track_script", KA_SCRIPT },
		{ "track_process", KA_PROCESS },
		{ "track_file", KA_FILE },
		{ "track_bfd", KA_BFD },
	};
	const struct ka_node *w;
	size_t i;

	for (i = 0; i < COUNT(blocks); i++)
		if (ka_is(n, blocks[i].word))
			break;
	if (i == COUNT(blocks))
		return false;
	if (!n->block)
		ka_say(c, KA_DIFFERENCE, n, "%s without { and }: left out",
		    n->words[0]);
	else if (n->count > 1)
		ka_say(c, KA_DIFFERENCE, n, "%s: \"%.80s\" before { is ignored",
		    n->words[0], n->words[1]);
	for (w = n->first; w != NULL; w = w->next)
		add_track(c, w, 0, blocks[i].kind, list);
	return true;
}

void
ka_find_trackers(struct ka_conv *c, struct ka_track *list, const char *of)
{
	struct ka_track *t;

	for (t = list; t != NULL; t = t->next) {
		if (t->name == NULL)
			continue;
		if (t->kind != KA_INTERFACE) {
			t->tracker = find_tracker(c, t->kind, t->name);
			if (t->tracker == NULL) {
				ka_say(c, KA_NOTE, t->node, "there is no %s "
				    "%.80s: %s does not track it, as in "
				    "keepalived", kind_words[t->kind], t->name,
				    of);
				t->name = NULL;
				continue;
			}
			if (t->tracker->node->file == t->node->file &&
			    t->tracker->node->line > t->node->line)
				ka_say(c, KA_DIFFERENCE, t->node, "%s %.80s is"
				    " declared below, on line %d: keepalived "
				    "does not find it there and tracks nothing,"
				    " vrrpd does", kind_words[t->kind],
				    t->name, t->tracker->node->line);
			t->tracker->used = true;
			if (t->weight == INT32_MIN) {
				t->weight = t->tracker->weight;
				t->reverse = t->tracker->reverse;
			}
		}
		if (t->weight == INT32_MIN)
			t->weight = 0;
	}
}

/* --- delays of interfaces --- */

void
ka_read_delay(struct ka_conv *c, const struct ka_node *n)
{
	struct ka_delay *d = ka_new(c, sizeof(*d)), *old;

	if (d == NULL || !ka_span(c, n, 1, NS_PER_S, 0, 255 * NS_PER_S,
	    &d->down_ns))
		return;
	d->up_ns = d->down_ns;
	if (n->count > 2)
		(void)ka_span(c, n, 2, NS_PER_S, 0, 255 * NS_PER_S, &d->up_ns);
	ka_no_more(c, n, 2);
	for (old = c->delays; old != NULL; old = old->next)
		if (strcmp(old->node->words[0], n->words[0]) == 0) {
			ka_say(c, KA_DIFFERENCE, n, "%.80s has its delays "
			    "twice; these count", n->words[0]);
			old->down_ns = d->down_ns;
			old->up_ns = d->up_ns;
			return;
		}
	d->node = n;
	d->next = c->delays;
	c->delays = d;
}

void
ka_say_delays(struct ka_conv *c)
{
	const struct ka_delay *d;

	for (d = c->delays; d != NULL; d = d->next)
		ka_say(c, d->used ? KA_NOTE : KA_DIFFERENCE, d->node, "%.80s: "
		    "%s; the interface of an instance itself counts at once",
		    d->node->words[0], d->used ? "the delays are those of its "
		    "track_interface" : "left out: delays are for "
		    "track_interface, where it does not stand");
}

/* --- declarations, written --- */

/* False: there is no name of a process, and that was said. */
static bool
read_process_name(struct ka_conv *c, const struct ka_tracker *t,
    char name[VRRP_COMMAND_MAX])
{
	const struct ka_node *n = t->node, *w;
	size_t i;

	w = ka_child(n, "process");
	(void)ka_unescape(w == NULL ? "" : ka_arg(w, 1), name,
	    VRRP_COMMAND_MAX);
	name[strcspn(name, " \t")] = '\0';
	if (name[0] == '\0') {
		ka_say(c, KA_DIFFERENCE, n, "vrrp_track_process %s names no "
		    "process: it is left out, and nothing tracks it", t->out);
		return false;
	}
	if (w->count > 2 || strchr(ka_arg(w, 1), ' ') != NULL)
		ka_say(c, KA_DIFFERENCE, w, "vrrp_track_process %s: what the "
		    "process is started with is not looked at, only its name",
		    t->out);
	memmove(name, ka_basename(name), strlen(ka_basename(name)) + 1);
	for (i = 0; name[i] != '\0'; i++)
		if (iscntrl((unsigned char)name[i]))
			break;
	if (i == 0 || name[i] != '\0') {
		ka_say(c, KA_DIFFERENCE, w, "process %.80s: not the name of a "
		    "process: it is left out, and nothing tracks it",
		    ka_arg(w, 1));
		return false;
	}
	if (strlen(name) >= VRRP_COMM_MAX) {
		name[VRRP_COMM_MAX - 1] = '\0';
		ka_say(c, KA_NOTE, w, "the kernel keeps %d characters of a "
		    "name: %s", VRRP_COMM_MAX - 1, name);
	}
	return true;
}

static void
put_process(struct ka_conv *c, struct ka_tracker *t)
{
	const struct ka_node *n = t->node, *w;
	char name[VRRP_COMMAND_MAX];
	int64_t delay = 0;
	long minimum = 1;

	if (!read_process_name(c, t, name)) {
		t->left_out = true;
		return;
	}
	if ((w = ka_child(n, "quorum")) != NULL) {
		(void)ka_number(c, w, 1, 1, 65535, &minimum);
		ka_no_more(c, w, 1);
	}
	if ((w = ka_child(n, "terminate_delay")) == NULL)
		w = ka_child(n, "delay");
	if (w != NULL) {
		(void)ka_span(c, w, 1, NS_PER_S, 0, 3600 * NS_PER_S, &delay);
		ka_no_more(c, w, 1);
		if (ka_is(w, "delay"))
			ka_say(c, KA_DIFFERENCE, w, "delay: waits before a "
			    "process counts as gone; one that is there counts "
			    "at once, keepalived waits for that too");
	}
	ka_begin(c, n);
	(void)fprintf(c->out, "process %s {\n", t->out);
	ka_put_comments(c, n);
	(void)fprintf(c->out, "    name = ");
	ka_put_word(c->out, name);
	(void)fputc('\n', c->out);
	if (minimum != 1)
		(void)fprintf(c->out, "    minimum = %ld\n", minimum);
	if (delay != 0)
		ka_put_span(c, "delay", delay);
	(void)fprintf(c->out, "}\n");
}

/* The weight, 1 if there is none, stands where the file is tracked. */
static void
put_file(struct ka_conv *c, struct ka_tracker *t)
{
	const struct ka_node *w = ka_child(t->node, "file");
	char path[VRRP_PATH_MAX];

	(void)ka_unescape(w == NULL ? "" : ka_arg(w, 1), path, sizeof(path));
	if (path[0] != '/') {
		t->left_out = true;
		ka_say(c, KA_DIFFERENCE, t->node, "track_file %s: left out: "
		    "its file is not named with its whole path, from /",
		    t->out);
		return;
	}
	ka_no_more(c, w, 1);
	ka_begin(c, t->node);
	(void)fprintf(c->out, "file %s {\n", t->out);
	ka_put_comments(c, t->node);
	(void)fprintf(c->out, "    path = ");
	ka_put_word(c->out, path);
	(void)fprintf(c->out, "\n    number = yes\n}\n");
}

void
ka_put_trackers(struct ka_conv *c)
{
	struct ka_tracker *t;

	for (t = c->trackers; t != NULL; t = t->next) {
		if (t->kind == KA_SCRIPT)
			ka_put_script(c, t);
		else if (t->kind == KA_PROCESS)
			put_process(c, t);
		else if (t->kind == KA_FILE)
			put_file(c, t);
		else if (!t->used)
			ka_put_unused_bfd(c, t);
		if (!t->used && t->kind != KA_BFD)
			ka_say(c, KA_NOTE, t->node, "%s %s is tracked by no "
			    "instance", kind_words[t->kind], t->out);
	}
}

/* --- uses, written --- */

static void
put_ref(struct ka_conv *c, const struct ka_track *t)
{
	static const char *const words[KA_TRACKER_KINDS] = {
		[KA_SCRIPT] = "track_script",
		[KA_PROCESS] = "track_process",
		[KA_FILE] = "track_file",
		[KA_INTERFACE] = "track_interface",
		[KA_TCP] = "track_tcp",
	};
	bool number = t->kind == KA_FILE;
	int weight = t->weight;
	struct ka_delay *d;
	char text[32];

	(void)fprintf(c->out, "    %s ", words[t->tracker == NULL ? t->kind :
	    t->tracker->written]);
	ka_put_word(c->out, t->kind == KA_INTERFACE ? t->name :
	    t->tracker->out);
	(void)fprintf(c->out, " { ");
	/* No more than that is ever added, and 1 is the weight of a number without. */
	if (number && (weight > VRRP_WEIGHT_MAX || weight < -VRRP_WEIGHT_MAX))
		weight = weight < 0 ? -VRRP_WEIGHT_MAX : VRRP_WEIGHT_MAX;
	if (weight != (number ? 1 : 0))
		(void)fprintf(c->out, "weight = %d ", weight);
	if (t->reverse)
		(void)fprintf(c->out, "reverse = yes ");
	for (d = c->delays; d != NULL && t->kind == KA_INTERFACE; d = d->next)
		if (strcmp(d->node->words[0], t->name) == 0) {
			(void)fprintf(c->out, "down_delay = %s ",
			    span_format(d->down_ns, text, sizeof(text)));
			(void)fprintf(c->out, "up_delay = %s ",
			    span_format(d->up_ns, text, sizeof(text)));
			d->used = true;
		}
	(void)fprintf(c->out, "}\n");
}

void
ka_put_tracks(struct ka_conv *c, struct ka_track *list, struct ka_instance *v,
    unsigned *refs)
{
	struct ka_track *t;

	for (t = list; t != NULL; t = t->next) {
		if (t->name == NULL || (t->tracker != NULL &&
		    t->tracker->left_out) || (v == NULL && t->kind == KA_BFD))
			continue;
		if (t->weight != 0 && v != NULL &&
		    v->priority == VRRP_PRIORITY_OWNER) {
			ka_say(c, KA_NOTE, t->node, "%.80s: left out: weights "
			    "do not move a priority of 255 in keepalived",
			    t->name);
			continue;
		}
		if (t->kind == KA_BFD) {
			ka_put_bfd(c, v, t);
			continue;
		}
		if (*refs == VRRP_TRACKS_MAX) {
			ka_say(c, KA_DIFFERENCE, t->node, "%.80s: left out: an "
			    "instance tracks at most %d", t->name,
			    VRRP_TRACKS_MAX);
			continue;
		}
		if (t->kind == KA_INTERFACE && !ka_is_interface(t->name)) {
			ka_say(c, KA_DIFFERENCE, t->node, "%.80s: not the name"
			    " of an interface; left out", t->name);
			continue;
		}
		++*refs;
		put_ref(c, t);
	}
}

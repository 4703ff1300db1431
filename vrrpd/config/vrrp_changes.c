/*
 * vrrp_changes.c - what a reload changes, in words.
 *
 * Values are compared by vrrp_diff.h, as the reload itself does it, and shown by
 * their canonical text: both texts are taken apart into lines, each with the block
 * that it stands in, and those that only one of them has are the difference.  So
 * there is no second list of fields, and what is said can be written into a file.
 *
 * What is wanted for lack of memory is left out, the class is not.
 */
#include "config.h"

#include "vrrpd/config/vrrp_changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vrrpd/config/vrrp_conf_print.h"
#include "vrrpd/config/vrrp_diff.h"

#define LINES_MAX	2048	/* of one block; there are fewer */
#define LINE_MAX_LEN	1100
#define SECRET		"auth_pass"

struct vrrp_changes {
	const struct vrrp_config *from, *to;
	const struct vrrp_params *(*running)(const char *, bool *, void *);
	void			*arg;
	unsigned		 stage, at;
	struct vrrp_change	*first, **last;
	unsigned		 count[VRRP_CHANGE_LATER + 1], unchanged;
};

const char *
vrrp_change_class_name(enum vrrp_change_class class)
{
	static const char *const names[] = {
		[VRRP_CHANGE_ADDED] = "added",
		[VRRP_CHANGE_REMOVED] = "removed",
		[VRRP_CHANGE_IN_PLACE] = "in-place",
		[VRRP_CHANGE_RESTART] = "restart",
		[VRRP_CHANGE_LATER] = "later",
	};

	return names[class];
}

/* --- costs --- */

static bool
has_word(const struct vrrp_change *c, const char *word)
{
	size_t len = strlen(word);
	const char *at = c->words;

	for (; (at = strstr(at, word)) != NULL; at += len)
		if ((at == c->words || at[-1] == ' ') &&
		    (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

static const char *
cost_in_place(const struct vrrp_change *c)
{
	if (has_word(c, "priority") || has_word(c, "preempt"))
		return "no address moves by itself; the election may have "
		    "another result";
	if (has_word(c, "virtual_addresses") || has_word(c, "other_addresses"))
		return "no other address is touched";
	if (has_word(c, "version") || has_word(c, "auth_pass") ||
	    has_word(c, "unicast_peers") || has_word(c, "checksum_compat"))
		return "no address moves, as long as the other routers agree";
	return "no address moves";
}

const char *
vrrp_change_cost(const struct vrrp_change *c)
{
	if (c->class == VRRP_CHANGE_LATER)
		return "takes effect when vrrpd is started again";
	if (strcmp(c->kind, "instance") != 0)
		return c->class == VRRP_CHANGE_IN_PLACE ?
		    "at once; no address moves by itself" : "at once";
	switch (c->class) {
	case VRRP_CHANGE_ADDED:
		return "starts as Backup";
	case VRRP_CHANGE_REMOVED:
		return c->active ? "resigns: another router takes its "
		    "addresses over, or they are gone" : "nothing, it is not "
		    "Active";
	case VRRP_CHANGE_RESTART:
		return c->active ? "hands over to itself: answers until the "
		    "new one does" : "starts again as Backup";
	case VRRP_CHANGE_IN_PLACE:
	case VRRP_CHANGE_LATER:
		break;
	}
	return cost_in_place(c);
}

/* --- texts --- */

struct lines {
	char		*list[LINES_MAX];
	unsigned	 count;
};

static void
add_line(struct lines *l, const char *block, const char *text, size_t len)
{
	char *line;

	if (len == 0 || l->count == LINES_MAX)
		return;
	if (strncmp(text, SECRET, strlen(SECRET)) == 0)
		return;
	if (asprintf(&line, "%s%s%.*s", block, block[0] == '\0' ? "" : " ",
	    (int)len, text) >= 0)
		l->list[l->count++] = line;
}

/* The elements of a list on its line: WORD = { A, B }. */
static void
add_list(struct lines *l, const char *text, size_t word, const char *brace)
{
	char block[LINE_MAX_LEN];
	const char *at = brace + 1;
	size_t n;

	(void)snprintf(block, sizeof(block), "%.*s", (int)word, text);
	while (*at != '\0' && *at != '}') {
		at += strspn(at, " ,");
		n = strcspn(at, " ,}");
		add_line(l, block, at, n);
		at += n;
	}
}

/*
 * A line of the canonical text, without its newline; block: the blocks around it,
 * the outermost (which is what the change is about) left out.
 */
static void
take_line(struct lines *l, char *text, char *block, size_t size,
    unsigned *depth)
{
	size_t len, word, used;
	char *brace;

	text += strspn(text, " ");
	len = strlen(text);
	if (len > 0 && text[len - 1] == ',')
		text[--len] = '\0';
	if (strcmp(text, "}") == 0) {
		if (*depth > 0)
			(*depth)--;
		block[0] = '\0';	/* blocks of blocks there are none */
		return;
	}
	word = strcspn(text, " ");
	if (len > 0 && text[len - 1] == '{') {
		used = len - 1;
		while (used > 0 && strchr(" =", text[used - 1]) != NULL)
			used--;
		if ((*depth)++ > 0)
			(void)snprintf(block, size, "%.*s", (int)used, text);
		return;
	}
	brace = strstr(text, "= {");
	if (brace != NULL)
		add_list(l, text, word, brace + 2);
	else
		add_line(l, block, text, len);
}

/* Takes the text apart, in which newlines become NULs. */
static void
take_text(struct lines *l, char *text, bool in_a_block)
{
	char block[LINE_MAX_LEN] = "", *line, *next;
	unsigned depth = in_a_block ? 0 : 1;

	for (line = text; line != NULL && *line != '\0'; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		take_line(l, line, block, sizeof(block), &depth);
	}
}

static void
free_lines(struct lines *l)
{
	while (l->count > 0)
		free(l->list[--l->count]);
}

/* Each line of a that b has not, with the sign before it. */
static void
print_missing(FILE *f, const char *sign, const struct lines *a,
    const struct lines *b)
{
	unsigned i, j;

	for (i = 0; i < a->count; i++) {
		for (j = 0; j < b->count; j++)
			if (strcmp(a->list[i], b->list[j]) == 0)
				break;
		if (j == b->count)
			(void)fprintf(f, "%s %s\n", sign, a->list[i]);
	}
}

/* Takes the texts, either of which may be NULL.  NULL: out of memory. */
static char *
difference(char *old, char *new, bool in_a_block)
{
	static struct lines a, b;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (old != NULL)
		take_text(&a, old, in_a_block);
	if (new != NULL)
		take_text(&b, new, in_a_block);
	if (f != NULL) {
		print_missing(f, "-", &a, &b);
		print_missing(f, "+", &b, &a);
		if (fclose(f) != 0) {
			free(text);
			text = NULL;
		}
	}
	free_lines(&a);
	free_lines(&b);
	free(old);
	free(new);
	return text;
}

/* --- one change --- */

/* lines is taken. */
static struct vrrp_change *
add(struct vrrp_changes *c, const char *kind, const char *name,
    enum vrrp_change_class class, char *lines)
{
	struct vrrp_change *n = calloc(1, sizeof(*n));

	if (n == NULL) {
		free(lines);
		return NULL;
	}
	n->kind = kind;
	(void)snprintf(n->name, sizeof(n->name), "%s", name);
	n->class = class;
	n->lines = lines;
	*c->last = n;
	c->last = &n->next;
	return n;
}

static void
look_at_globals(struct vrrp_changes *c)
{
	const struct vrrp_config *a = c->from, *b = c->to;
	struct vrrp_config x = *a;
	char *lines;

	/* The words of them that wait. */
	x.realtime_priority = b->realtime_priority;
	memcpy(x.check_user, b->check_user, sizeof(x.check_user));
	lines = difference(vrrp_conf_print_globals(&x),
	    vrrp_conf_print_globals(b), false);
	if (lines != NULL && lines[0] != '\0')
		(void)add(c, "global", "", VRRP_CHANGE_IN_PLACE, lines);
	else
		free(lines);
	if (a->realtime_priority != b->realtime_priority ||
	    strcmp(a->check_user, b->check_user) != 0) {
		x = *b;
		x.realtime_priority = a->realtime_priority;
		memcpy(x.check_user, a->check_user, sizeof(x.check_user));
		(void)add(c, "global", "", VRRP_CHANGE_LATER, difference(
		    vrrp_conf_print_globals(&x), vrrp_conf_print_globals(b),
		    false));
	}
}

/* Of blocks that are their text: NULL where there is none. */
static void
look_at_texts(struct vrrp_changes *c, const char *kind, const char *name,
    char *old, char *new)
{
	enum vrrp_change_class class = old == NULL ? VRRP_CHANGE_ADDED :
	    new == NULL ? VRRP_CHANGE_REMOVED : VRRP_CHANGE_IN_PLACE;

	if (old != NULL && new != NULL && strcmp(old, new) == 0) {
		free(old);
		free(new);
	} else
		(void)add(c, kind, name, class, difference(old, new, true));
}

static const struct vrrp_group_params *
find_group(const struct vrrp_config *c, const char *name)
{
	unsigned i;

	for (i = 0; i < c->group_count; i++)
		if (strcmp(c->groups[i].name, name) == 0)
			return &c->groups[i];
	return NULL;
}

static const struct vrrp_params *
find_instance(const struct vrrp_config *c, const char *name)
{
	unsigned i;

	for (i = 0; i < c->count; i++)
		if (strcmp(c->instances[i].name, name) == 0)
			return &c->instances[i];
	return NULL;
}

static void
name_words(struct vrrp_change *n, const struct vrrp_params *old,
    const struct vrrp_params *new)
{
	struct vrrp_diff_field fields[VRRP_DIFF_FIELDS_MAX];
	unsigned i, count = vrrp_diff_fields(old, new, fields);
	size_t len = 0;

	for (i = 0; i < count && len < sizeof(n->words); i++)
		len += (size_t)snprintf(n->words + len, sizeof(n->words) - len,
		    "%s%s", i == 0 ? "" : " ", fields[i].word);
}

/* The same virtual router, whatever it is called. */
static bool
same_place(const struct vrrp_params *a, const struct vrrp_params *b)
{
	return a->vrid == b->vrid && a->family == b->family &&
	    strcmp(a->interface, b->interface) == 0;
}

/* The running instance that is called new->name from now on, or NULL. */
static const struct vrrp_params *
renamed_to(struct vrrp_changes *c, const struct vrrp_params *new, bool *active)
{
	const struct vrrp_params *old;
	unsigned i;

	for (i = 0; i < c->from->count; i++) {
		old = &c->from->instances[i];
		if (same_place(old, new) &&
		    find_instance(c->to, old->name) == NULL)
			return c->running(old->name, active, c->arg);
	}
	return NULL;
}

/* Does the instance go on under another name? */
static bool
is_renamed(struct vrrp_changes *c, const struct vrrp_params *old)
{
	const struct vrrp_params *new;
	bool active;
	unsigned i;

	for (i = 0; i < c->to->count; i++) {
		new = &c->to->instances[i];
		if (same_place(old, new))
			return c->running(new->name, &active, c->arg) == NULL;
	}
	return false;
}

/* An instance goes on under another name, whatever else changes. */
static void
tell_renamed(struct vrrp_changes *c, const struct vrrp_params *old,
    const struct vrrp_params *new, bool active)
{
	struct vrrp_params *called = malloc(sizeof(*called));
	enum vrrp_diff diff = VRRP_DIFF_RESTART;
	struct vrrp_change *n;
	char *lines = difference(vrrp_conf_print_instance(old),
	    vrrp_conf_print_instance(new), true), *all = NULL;

	if (asprintf(&all, "- instance %s\n+ instance %s\n%s", old->name,
	    new->name, lines == NULL ? "" : lines) < 0)
		all = NULL;
	free(lines);
	if (called != NULL) {		/* the name alone changes nothing */
		*called = *old;
		memcpy(called->name, new->name, sizeof(called->name));
		diff = vrrp_diff(called, new);
	}
	free(called);
	n = add(c, "instance", new->name, diff == VRRP_DIFF_RESTART ?
	    VRRP_CHANGE_RESTART : VRRP_CHANGE_IN_PLACE, all);
	if (n == NULL)
		return;
	n->active = active;
	name_words(n, old, new);
	c->count[n->class]++;
}

static void
look_at_wanted(struct vrrp_changes *c, const struct vrrp_params *new)
{
	const struct vrrp_params *old;
	enum vrrp_diff diff;
	struct vrrp_change *n;
	bool active = false;

	old = c->running(new->name, &active, c->arg);
	if (old == NULL && (old = renamed_to(c, new, &active)) != NULL) {
		tell_renamed(c, old, new, active);
		return;
	}
	diff = old == NULL ? VRRP_DIFF_RESTART : vrrp_diff(old, new);
	if (diff == VRRP_DIFF_EQUAL) {
		c->unchanged++;
		return;
	}
	n = add(c, "instance", new->name, old == NULL ? VRRP_CHANGE_ADDED :
	    diff == VRRP_DIFF_RESTART ? VRRP_CHANGE_RESTART :
	    VRRP_CHANGE_IN_PLACE, difference(old == NULL ? NULL :
	    vrrp_conf_print_instance(old), vrrp_conf_print_instance(new),
	    true));
	if (n == NULL)
		return;
	n->active = active;
	if (old != NULL)
		name_words(n, old, new);
	c->count[n->class]++;
}

static void
look_for_removed(struct vrrp_changes *c, const struct vrrp_params *old)
{
	struct vrrp_change *n;
	bool active = false;

	if (find_instance(c->to, old->name) != NULL ||
	    c->running(old->name, &active, c->arg) == NULL ||
	    is_renamed(c, old))
		return;
	n = add(c, "instance", old->name, VRRP_CHANGE_REMOVED, difference(
	    vrrp_conf_print_instance(old), NULL, true));
	if (n == NULL)
		return;
	n->active = active;
	c->count[VRRP_CHANGE_REMOVED]++;
}

static void
look_at_tracker(struct vrrp_changes *c, const struct vrrp_tracker_params *t,
    bool is_new)
{
	const struct vrrp_tracker_params *other = vrrp_config_tracker(is_new ?
	    c->from : c->to, t->kind, t->name);
	const char *kind = vrrp_track_kind_name(t->kind);

	if (is_new)
		look_at_texts(c, kind, t->name, other == NULL ? NULL :
		    vrrp_conf_print_tracker(other), vrrp_conf_print_tracker(t));
	else if (other == NULL)
		look_at_texts(c, kind, t->name, vrrp_conf_print_tracker(t),
		    NULL);
}

static void
look_at_group(struct vrrp_changes *c, const struct vrrp_group_params *g,
    bool is_new)
{
	const struct vrrp_group_params *other = find_group(is_new ? c->from :
	    c->to, g->name);

	if (is_new)
		look_at_texts(c, "group", g->name, other == NULL ? NULL :
		    vrrp_conf_print_group(c->from, other),
		    vrrp_conf_print_group(c->to, g));
	else if (other == NULL)
		look_at_texts(c, "group", g->name,
		    vrrp_conf_print_group(c->from, g), NULL);
}

/* --- all of them --- */

/* How many there are to look at in a stage; 0 after the last one. */
static unsigned
size_of(const struct vrrp_changes *c)
{
	switch (c->stage) {
	case 0:
		return 1;
	case 1:
		return c->to->tracker_count;
	case 2:
		return c->from->tracker_count;
	case 3:
		return c->to->count;
	case 4:
		return c->from->count;
	case 5:
		return c->to->group_count;
	case 6:
		return c->from->group_count;
	default:
		return 0;
	}
}

bool
vrrp_changes_step(struct vrrp_changes *c)
{
	unsigned at;

	while (c->stage < 7 && c->at == size_of(c)) {
		c->stage++;
		c->at = 0;
	}
	if (c->stage == 7)
		return false;
	at = c->at++;
	switch (c->stage) {
	case 0:
		look_at_globals(c);
		break;
	case 1:
		look_at_tracker(c, &c->to->trackers[at], true);
		break;
	case 2:
		look_at_tracker(c, &c->from->trackers[at], false);
		break;
	case 3:
		look_at_wanted(c, &c->to->instances[at]);
		break;
	case 4:
		look_for_removed(c, &c->from->instances[at]);
		break;
	case 5:
		look_at_group(c, &c->to->groups[at], true);
		break;
	default:
		look_at_group(c, &c->from->groups[at], false);
		break;
	}
	return true;
}

struct vrrp_changes *
vrrp_changes_new(const struct vrrp_config *from, const struct vrrp_config *to,
    const struct vrrp_params *(*running)(const char *, bool *, void *),
    void *arg)
{
	struct vrrp_changes *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->from = from;
	c->to = to;
	c->running = running;
	c->arg = arg;
	c->last = &c->first;
	return c;
}

void
vrrp_changes_free(struct vrrp_changes *c)
{
	struct vrrp_change *n;

	if (c == NULL)
		return;
	while ((n = c->first) != NULL) {
		c->first = n->next;
		free(n->lines);
		free(n);
	}
	free(c);
}

const struct vrrp_change *
vrrp_changes_first(const struct vrrp_changes *c)
{
	return c->first;
}

unsigned
vrrp_changes_count(const struct vrrp_changes *c, enum vrrp_change_class class)
{
	return c->count[class];
}

unsigned
vrrp_changes_unchanged(const struct vrrp_changes *c)
{
	return c->unchanged;
}

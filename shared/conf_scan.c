/*
 * conf_scan.c - the statements of a configuration, before libconfuse sees them.
 *
 * libconfuse ends at the first word that it does not know, and blames a brace
 * that is missing on the one at the end of the file.  People want every mistake
 * of a file at once, each on its own line, with the word that would be right.
 * So the text is gone through first, by libconfuse's own tables: what they do
 * not have is said and taken out, and libconfuse gets the rest.
 *
 * A statement is WORD = VALUE, WORD = { VALUE, ... } or WORD NAME { ... }.  The
 * text before `done` has been copied to the result; statements are copied,
 * blanked or mended in their order, so the copy only grows.
 */
#include "config.h"

#include "shared/conf_scan.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX	64		/* a longer one is near to nothing */

enum kind { END, WORD, OPEN, CLOSE, EQUALS, COMMA, OTHER };

struct token {
	enum kind	 kind;
	const char	*at, *end;
	int		 line;
};

struct scan {
	const cfg_opt_t	*root;
	const struct conf_hint *hints;
	const char	*file;
	struct conf_errors *errors;
	const char	*at;		/* before the next token */
	int		 line;
	int		 unclosed;	/* blocks that the text never closes */
	const char	*done;
	char		*out;
	size_t		 len, room;
	bool		 broken;	/* some block is not closed */
	bool		 no_memory;
};

static void	complain(struct scan *, int line, const char *fmt, ...)
		    __attribute__((format(printf, 3, 4)));
static void	scan_block(struct scan *, const cfg_opt_t *,
		    const struct token *opener);

static void
complain(struct scan *s, int line, const char *fmt, ...)
{
	char text[sizeof(((struct conf_error *)0)->text)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	conf_errors_add(s->errors, s->file, line, "%s", text);
}

/* --- the result --- */

static void
put(struct scan *s, const char *text, size_t len)
{
	char *more;

	if (s->len + len + 1 > s->room) {
		s->room = (s->room + len + 1) * 2;
		if ((more = realloc(s->out, s->room)) == NULL) {
			s->no_memory = true;
			return;
		}
		s->out = more;
	}
	memcpy(s->out + s->len, text, len);
	s->len += len;
	s->out[s->len] = '\0';
}

static void
copy_up_to(struct scan *s, const char *at)
{
	if (!s->no_memory && at > s->done)
		put(s, s->done, (size_t)(at - s->done));
	if (at > s->done)
		s->done = at;
}

/* Leaves out [from, to), but for the ends of its lines. */
static void
blank(struct scan *s, const char *from, const char *to)
{
	copy_up_to(s, from);
	for (; s->done < to && !s->no_memory; s->done++)
		if (*s->done == '\n')
			put(s, "\n", 1);
}

static void
insert(struct scan *s, const char *at, const char *text)
{
	copy_up_to(s, at);
	if (!s->no_memory)
		put(s, text, strlen(text));
}

/* --- tokens --- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
ends_word(char c)
{
	return c == '\0' || is_blank(c) || strchr("{}=,()\"'", c) != NULL;
}

/* The token at *at, which goes behind it, as *line does. */
static struct token
token_at(const char **at, int *line)
{
	struct token t = { .kind = END };
	char quote;

	for (; is_blank(**at); ++*at)
		*line += **at == '\n';
	t.at = t.end = *at;
	t.line = *line;
	switch (*t.at) {
	case '\0':
		return t;
	case '{':
		t.kind = OPEN;
		t.end++;
		break;
	case '}':
		t.kind = CLOSE;
		t.end++;
		break;
	case '=':
		t.kind = EQUALS;
		t.end++;
		break;
	case ',':
		t.kind = COMMA;
		t.end++;
		break;
	case '(':
	case ')':
		t.kind = OTHER;
		t.end++;
		break;
	case '"':
	case '\'':
		t.kind = WORD;
		quote = *t.end++;
		while (*t.end != quote && *t.end != '\0')
			t.end += *t.end == '\\' && t.end[1] != '\0' ? 2 : 1;
		t.end += *t.end == quote;
		break;
	case '+':
		if (t.at[1] == '=') {
			t.kind = EQUALS;
			t.end += 2;
			break;
		}
		/* FALLTHROUGH */
	default:
		t.kind = WORD;
		for (t.end++; !ends_word(*t.end); t.end++)
			if (t.end[0] == '+' && t.end[1] == '=')
				break;
	}
	*at = t.end;
	return t;
}

static struct token
next(struct scan *s)
{
	return token_at(&s->at, &s->line);
}

static struct token
peek(const struct scan *s)
{
	const char *at = s->at;
	int line = s->line;

	return token_at(&at, &line);
}

static size_t
length(const struct token *t)
{
	return (size_t)(t->end - t->at);
}

static int
show(const struct token *t)
{
	return length(t) > 80 ? 80 : (int)length(t);
}

static bool
is_word(const struct token *t, const char *word)
{
	return length(t) == strlen(word) &&
	    strncmp(t->at, word, length(t)) == 0;
}

/* --- the tables --- */

static bool
is_section(const cfg_opt_t *o)
{
	return o->type == CFGT_SEC;
}

static const cfg_opt_t *
find(const cfg_opt_t *opts, const struct token *t)
{
	const cfg_opt_t *o;

	for (o = opts; o->name != NULL; o++)
		if (o->name[0] != ' ' && is_word(t, o->name))
			return o;
	return NULL;
}

static const cfg_opt_t *
find_name(const cfg_opt_t *opts, const char *name)
{
	const cfg_opt_t *o;

	for (o = opts; o->name != NULL; o++)
		if (strcmp(o->name, name) == 0)
			return o;
	return NULL;
}

/* How many letters to change, add or take away make b of a; - and _ are one. */
static unsigned
distance(const char *a, size_t a_len, const char *b)
{
	unsigned row[WORD_MAX + 1], before, above, best;
	size_t i, j, b_len = strlen(b);
	char x, y;

	if (a_len > WORD_MAX || b_len > WORD_MAX)
		return WORD_MAX;
	for (j = 0; j <= b_len; j++)
		row[j] = (unsigned)j;
	for (i = 1; i <= a_len; i++) {
		before = row[0];
		row[0] = (unsigned)i;
		x = a[i - 1] == '-' ? '_' :
		    (char)tolower((unsigned char)a[i - 1]);
		for (j = 1; j <= b_len; j++) {
			y = b[j - 1];
			above = row[j];
			best = before + (x != y);
			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			before = above;
		}
	}
	return row[b_len];
}

/* The option nearest to the word, a block or a value; NULL: none is near. */
static const cfg_opt_t *
nearest(const cfg_opt_t *opts, const struct token *t, bool section)
{
	unsigned d, best = length(t) < 5 ? 2 : length(t) < 9 ? 3 : 4;
	const cfg_opt_t *o, *found = NULL;

	for (o = opts; o->name != NULL; o++) {
		if (o->name[0] == ' ' || is_section(o) != section)
			continue;
		d = distance(t->at, length(t), o->name);
		if (d < best) {
			best = d;
			found = o;
		}
	}
	return found;
}

static const struct conf_hint *
find_hint(const struct scan *s, const struct token *t)
{
	const struct conf_hint *h;

	for (h = s->hints; h != NULL && h->word != NULL; h++)
		if (is_word(t, h->word))
			return h;
	return NULL;
}

/* --- statements that are not understood --- */

/* Goes behind the block whose { is next. */
static void
skip_block(struct scan *s)
{
	unsigned depth = 0;
	struct token t;

	do {
		t = next(s);
		if (t.kind == OPEN)
			depth++;
		else if (t.kind == CLOSE)
			depth--;
	} while (depth > 0 && t.kind != END);
}

/* Goes behind a statement, of which the first word has been read. */
static void
skip_statement(struct scan *s, int line)
{
	struct token t = peek(s);

	while (t.line == line && (t.kind == WORD || t.kind == COMMA ||
	    t.kind == OTHER)) {
		(void)next(s);
		t = peek(s);
	}
	if (t.kind == EQUALS) {
		(void)next(s);
		t = peek(s);
		if (t.kind == WORD)
			(void)next(s);
	}
	if (t.kind == OPEN)
		skip_block(s);
}

/*
 * Says that a word is not known, and what would be.  Returns the option that is
 * meant and stands in place of the word now; NULL: the statement is left out.
 */
static const cfg_opt_t *
unknown_word(struct scan *s, const cfg_opt_t *opts, const struct token *t)
{
	const struct conf_hint *hint = find_hint(s, t);
	struct token following = peek(s);
	bool section = following.kind == OPEN || following.kind == WORD;
	const cfg_opt_t *meant = NULL;

	if (hint != NULL && hint->meant != NULL)
		meant = find_name(opts, hint->meant);
	if (meant == NULL)
		meant = nearest(opts, t, section);
	if (meant != NULL)
		complain(s, t->line, "unknown word '%.*s': did you mean '%s'?",
		    show(t), t->at, meant->name);
	else if (hint != NULL && hint->text != NULL)
		complain(s, t->line, "unknown word '%.*s': %s", show(t), t->at,
		    hint->text);
	else
		complain(s, t->line, "unknown word '%.*s'", show(t), t->at);
	if (meant != NULL && is_section(meant) == section &&
	    (section || following.kind == EQUALS)) {
		copy_up_to(s, t->at);
		insert(s, t->at, meant->name);
		s->done = t->end;
		return meant;
	}
	skip_statement(s, t->line);
	blank(s, t->at, s->at);
	return NULL;
}

/* --- values --- */

static bool
is_unit(const struct token *t)
{
	static const char *const units[] = { "ns", "us", "ms", "s", "m" };
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (is_word(t, units[i]))
			return true;
	return false;
}

static bool
is_number(const struct token *t)
{
	return strspn(t->at, "0123456789.") >= length(t);
}

/* "10 ms" and "3,3ms" behind their =: said, and the statement is left out. */
static bool
torn_number(struct scan *s, const struct token *word, const struct token *value)
{
	struct token t = peek(s);

	if (!is_number(value) || t.line != value->line)
		return false;
	if (t.kind == WORD && is_unit(&t)) {
		(void)next(s);
		complain(s, word->line, "%.*s = %.*s %.*s: a time and its unit "
		    "are one word: %.*s%.*s", show(word), word->at, show(value),
		    value->at, show(&t), t.at, show(value), value->at,
		    show(&t), t.at);
	} else if (t.kind == COMMA && t.at == value->end &&
	    isdigit((unsigned char)t.at[1])) {
		(void)next(s);
		t = next(s);
		complain(s, word->line, "%.*s = %.*s,%.*s: decimals follow a "
		    "point: %.*s.%.*s", show(word), word->at, show(value),
		    value->at, show(&t), t.at, show(value), value->at,
		    show(&t), t.at);
	} else
		return false;
	blank(s, word->at, s->at);
	return true;
}

/* A value that was forgotten: the next statement stands in its place. */
static bool
is_next_statement(const struct scan *s, const cfg_opt_t *opts,
    const struct token *word, const struct token *value)
{
	struct scan ahead = *s;

	if (value->line == word->line || find(opts, value) == NULL)
		return false;
	(void)next(&ahead);
	return next(&ahead).kind == EQUALS;
}

static void
scan_value(struct scan *s, const cfg_opt_t *opts, const struct token *word)
{
	struct token t = peek(s);

	if (t.kind == WORD && !is_next_statement(s, opts, word, &t)) {
		(void)next(s);
		(void)torn_number(s, word, &t);
	} else if (t.kind == OPEN) {
		do
			t = next(s);
		while (t.kind == WORD || t.kind == COMMA || t.kind == OPEN);
		if (t.kind != CLOSE && t.kind != END) {
			complain(s, t.line, "unexpected token '%.*s' in the "
			    "list of %.*s", show(&t), t.at, show(word),
			    word->at);
			while (t.kind != CLOSE && t.kind != END)
				t = next(s);
			blank(s, word->at, s->at);
		}
	} else {
		complain(s, word->line, "'%.*s' needs a value behind its =",
		    show(word), word->at);
		blank(s, word->at, s->at);
	}
}

/* A word for a value, which has been read. */
static void
scan_option(struct scan *s, const cfg_opt_t *opts, const struct token *word,
    const cfg_opt_t *opt)
{
	struct token t = peek(s);

	if (t.kind == EQUALS) {
		(void)next(s);
		scan_value(s, opts, word);
		return;
	}
	complain(s, word->line, "'%s' needs a = behind it", opt->name);
	if (t.kind == WORD && t.line == word->line) {
		copy_up_to(s, word->end);
		insert(s, word->end, " =");
		scan_value(s, opts, word);
		return;
	}
	skip_statement(s, word->line);
	blank(s, word->at, s->at);
}

/* --- blocks --- */

/* "instance my web {": one name, of which the rest is left out. */
static void
one_name(struct scan *s, const struct token *word, const struct token *name)
{
	struct token t = peek(s), last = *name;

	if (t.kind != WORD || t.line != name->line)
		return;
	while (t.kind == WORD && t.line == name->line) {
		last = next(s);
		t = peek(s);
	}
	complain(s, word->line, "'%.*s' has one name; with blanks it is in "
	    "quotes", show(word), word->at);
	blank(s, name->end, last.end);
}

static void
scan_section(struct scan *s, const struct token *word, const cfg_opt_t *opt)
{
	struct token t = peek(s), name = *word;

	if (opt->flags & CFGF_TITLE) {
		if (t.kind != WORD) {
			complain(s, word->line, "'%s' needs a name before its "
			    "{", opt->name);
			skip_statement(s, word->line);
			blank(s, word->at, s->at);
			return;
		}
		name = next(s);
		one_name(s, word, &name);
		t = peek(s);
	}
	if (t.kind == OPEN)
		(void)next(s);
	else {
		complain(s, word->line, "'%.*s%s%.*s' needs a {", show(word),
		    word->at, name.at == word->at ? "" : " ", name.at ==
		    word->at ? 0 : show(&name), name.at);
		copy_up_to(s, s->at);
		insert(s, s->at, " {");
		s->unclosed++;
	}
	scan_block(s, opt->subopts, word);
}

/* "virtual_address = { ... }": a block is no value, but near to one maybe. */
static const cfg_opt_t *
no_value(struct scan *s, const cfg_opt_t *opts, const struct token *word)
{
	const cfg_opt_t *meant = nearest(opts, word, false);

	if (meant == NULL) {
		complain(s, word->line, "'%.*s' needs a name before its {",
		    show(word), word->at);
		skip_statement(s, word->line);
		blank(s, word->at, s->at);
		return NULL;
	}
	complain(s, word->line, "'%.*s' is a block with a name: did you mean "
	    "'%s'?", show(word), word->at, meant->name);
	insert(s, word->at, meant->name);
	s->done = word->end;
	return meant;
}

static void
scan_statement(struct scan *s, const cfg_opt_t *opts, const struct token *word)
{
	const cfg_opt_t *opt = find(opts, word);

	/* Quoted words and paths are libconfuse's own. */
	if (opt == NULL && (memchr(word->at, '|', length(word)) != NULL ||
	    word->at[0] == '"' || word->at[0] == '\'')) {
		skip_statement(s, word->line);
		return;
	}
	if (opt == NULL)
		opt = unknown_word(s, opts, word);
	if (opt != NULL && is_section(opt) && peek(s).kind == EQUALS)
		opt = no_value(s, opts, word);
	if (opt != NULL && is_section(opt))
		scan_section(s, word, opt);
	else if (opt != NULL)
		scan_option(s, opts, word, opt);
}

/* Does a block of the top level begin here, in one that is not closed? */
static bool
begins_anew(const struct scan *s, const cfg_opt_t *opts, const struct token *t,
    const struct token *opener)
{
	const cfg_opt_t *o = find(s->root, t);

	return opener != NULL && s->unclosed > 0 && o != NULL &&
	    is_section(o) && find(opts, t) == NULL;
}

/* To the } of the block, or to the end of the text: opener is NULL there. */
static void
scan_block(struct scan *s, const cfg_opt_t *opts, const struct token *opener)
{
	struct token t;

	for (;;) {
		t = peek(s);
		if (t.kind == END && opener != NULL) {
			complain(s, opener->line, "block is not closed");
			s->broken = true;
		}
		if (t.kind == END)
			return;
		if (t.kind == WORD && begins_anew(s, opts, &t, opener)) {
			complain(s, opener->line, "block is not closed before "
			    "'%.*s' on line %d", show(&t), t.at, t.line);
			insert(s, t.at, "} ");
			s->unclosed--;
			s->broken = true;
			return;
		}
		(void)next(s);
		if (t.kind == CLOSE && opener != NULL)
			return;
		if (t.kind == WORD) {
			scan_statement(s, opts, &t);
			continue;
		}
		if (t.kind == CLOSE)
			complain(s, t.line, "'}' closes no block");
		else
			complain(s, t.line, "unexpected token '%c'", *t.at);
		if (t.kind == OPEN) {
			s->at = t.at;
			skip_block(s);
		} else if (t.kind != CLOSE)
			skip_statement(s, t.line);
		while (t.kind != CLOSE && peek(s).line == t.line &&
		    peek(s).kind == EQUALS)
			(void)next(s);
		blank(s, t.at, s->at);
	}
}

/* How many blocks are opened and not closed. */
static int
count_unclosed(const char *text)
{
	int line = 1, count = 0;
	struct token t;

	do {
		t = token_at(&text, &line);
		count += t.kind == OPEN;
		count -= t.kind == CLOSE;
	} while (t.kind != END);
	return count;
}

int
conf_scan(const cfg_opt_t *root, const char *file, const char *text,
    const struct conf_hint *hints, struct conf_errors *errors, char **out)
{
	struct scan s = {
		.root = root, .hints = hints, .file = file, .errors = errors,
		.at = text, .done = text, .line = 1,
		.unclosed = count_unclosed(text),
	};

	put(&s, "", 0);
	scan_block(&s, root, NULL);
	copy_up_to(&s, text + strlen(text));
	if (s.no_memory || s.broken) {
		free(s.out);
		s.out = NULL;
	}
	*out = s.out;
	return s.no_memory ? -ENOMEM : s.broken ? -EINVAL : 0;
}

/*
 * ka_parse.c - keepalived's configuration grammar as a tree of lines.
 *
 * keepalived reads lines.  A line goes through these steps here, in its order:
 * a line that ends a definition is added to it; the comment goes; @ lines of
 * other routers go; include reads a file; $NAME= defines; ~SEQ and ~LST repeat
 * the rest of the line; variables are put in, and where a value has several
 * lines each is a line of its own that begins again.  What is left is words,
 * and braces that may stand anywhere on a line: { opens the block of the words
 * before it, or of the line before it when there are none.
 *
 * A value is put in where it is used, not where it is defined, so a variable
 * may hold itself.  Depth, lines and bytes are counted against limits, and
 * beyond them the input is refused: half a configuration is not one.
 *
 * All memory is in the tree and goes with it.
 */
#include "config.h"

#include "vrrpd/convert/ka_parse.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vrrpd/convert/ka_comment.h"
#include "vrrpd/convert/ka_line.h"

#define VARIABLE_DEPTH	32
#define SEQUENCE_MAX	65536
#define KA_OTHERS_MAX	16

struct variable {
	struct variable	*next;
	const char	*name;
	const char	*value;		/* lines with \n between them */
};

struct parse {
	struct ka_tree	*tree;
	const struct ka_source *src;
	struct variable	*variables;
	struct ka_node	*stack[KA_BLOCK_DEPTH + 1];	/* open blocks */
	unsigned	 depth;		/* stack[depth] takes the next line */
	struct ka_node	*previous;	/* a line whose { may still come */
	struct ka_comments above;	/* of the next line at the top */
	const struct ka_file *file;	/* being read */
	int		 line;
	unsigned	 includes;	/* files open around this one */
	unsigned	 lines;
	char		*defining;	/* name of a variable, or NULL */
	char		*value;		/* so far */
	size_t		 value_len;
	int		 defined_at;
	bool		 failed;
	const char	*others[KA_OTHERS_MAX];	/* routers whose @ lines went */
	unsigned	 other_count;
	const struct ka_file *other_file;	/* where the first of them is */
	int		 other_line;
};

static void	take_line(struct parse *, const char *, unsigned depth);
static void	read_file(struct parse *, const char *, char *);

/* --- remarks --- */

static void __attribute__((format(printf, 3, 4)))
say(struct parse *p, enum ka_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (kind == KA_ERROR)
		p->failed = true;
	va_start(ap, fmt);
	ka_remark_va(p->tree, kind, p->file, p->line, fmt, ap);
	va_end(ap);
}

static void
no_memory(struct parse *p)
{
	if (!p->failed)
		say(p, KA_ERROR, "more than %d MiB of configuration",
		    KA_MEMORY_MAX / 1024 / 1024);
}

/* --- characters --- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static const char *
skip_blanks(const char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

static bool
is_name(char c)
{
	return c == '_' || (isascii((unsigned char)c) &&
	    isalnum((unsigned char)c));
}

static size_t
name_len(const char *s)
{
	size_t n = 0;

	if (isdigit((unsigned char)s[0]))
		return 0;
	while (is_name(s[n]))
		n++;
	return n;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *
ka_unescape(const char *s, char *out, size_t len)
{
	static const char from[] = "abEefnrtv", to[] = "\a\b\033\033\f\n\r\t\v";
	const char *at;
	size_t n = 0;
	int i, v;

	while (*s != '\0' && n + 1 < len) {
		if (*s != '\\' || s[1] == '\0') {
			out[n++] = *s++;
			continue;
		}
		s++;
		if (*s == 'x' && hex_value(s[1]) >= 0) {
			for (s++, v = 0; hex_value(*s) >= 0; s++)
				v = (v * 16 + hex_value(*s)) & 0xff;
		} else if (*s >= '0' && *s <= '7') {
			for (i = v = 0; i < 3 && *s >= '0' && *s <= '7'; i++)
				v = (v * 8 + *s++ - '0') & 0xff;
		} else {
			at = strchr(from, *s);
			v = at != NULL ? to[at - from] : *s;
			s++;
		}
		if (v != 0)		/* a NUL would end the string */
			out[n++] = (char)v;
	}
	out[n] = '\0';
	return out;
}

/* --- variables --- */

static struct variable *
find_variable(struct parse *p, const char *name, size_t len)
{
	struct variable *v;

	for (v = p->variables; v != NULL; v = v->next)
		if (strncmp(v->name, name, len) == 0 && v->name[len] == '\0')
			return v;
	return NULL;
}

static void
set_variable(struct parse *p, const char *name, size_t name_length,
    const char *value, size_t len)
{
	struct variable *v = find_variable(p, name, name_length);
	char *text = ka_strdup(p->tree, value, len);

	if (v == NULL && (v = ka_alloc(p->tree, sizeof(*v))) != NULL) {
		v->name = ka_strdup(p->tree, name, name_length);
		v->value = "";
		if (v->name == NULL) {
			no_memory(p);
			return;
		}
		v->next = p->variables;
		p->variables = v;
	}
	if (v == NULL || text == NULL)
		no_memory(p);
	else
		v->value = text;
}

/* How long the line is without the blanks at its end. */
static size_t
trimmed(const char *s)
{
	size_t len = strlen(s);

	while (len > 0 && is_blank(s[len - 1]))
		len--;
	return len;
}

/*
 * A definition ends with the first line that has no backslash at its end; one
 * behind a comment counts too, and the comment does not.
 */
static void
add_to_definition(struct parse *p, const char *line)
{
	size_t len = ka_without_comment(line), whole = trimmed(line);
	bool more = whole > 0 && line[whole - 1] == '\\';
	char *value;

	if (more && len == whole)
		len--;
	while (len > 0 && is_blank(line[len - 1]))
		len--;
	if (p->value_len + len + 2 > KA_LINE_MAX) {
		say(p, KA_ERROR, "the value of $%s is longer than %d bytes",
		    p->defining, KA_LINE_MAX);
		return;
	}
	if ((value = realloc(p->value, p->value_len + len + 2)) == NULL) {
		no_memory(p);
		return;
	}
	p->value = value;
	if (p->value_len > 0)
		value[p->value_len++] = '\n';
	memcpy(value + p->value_len, line, len);
	p->value_len += len;
	value[p->value_len] = '\0';
	if (more)
		return;
	set_variable(p, p->defining, strlen(p->defining), value, p->value_len);
	p->defining = NULL;
	p->value_len = 0;
}

/* Takes $NAME=VALUE; false: the line is something else. */
static bool
define(struct parse *p, const char *s, size_t len)
{
	size_t n;
	const char *value;

	if (s[0] != '$' || (n = name_len(s + 1)) == 0 || s[1 + n] != '=')
		return false;
	value = skip_blanks(s + n + 2);
	if (value[0] == '\\' && value + 1 == s + len) {
		if ((p->defining = ka_strdup(p->tree, s + 1, n)) == NULL)
			no_memory(p);
		p->defined_at = p->line;
		p->value_len = 0;
		return true;
	}
	set_variable(p, s + 1, n, value, (size_t)(s + len - value));
	return true;
}

/* The value of a name that keepalived itself defines; NULL: no such name. */
static const char *
predefined(struct parse *p, const char *name, size_t len, char *buf,
    size_t size)
{
	const char *slash;
	int n;

	if (len == 4 && strncmp(name, "_PWD", len) == 0) {
		slash = strrchr(p->file->path, '/');
		n = slash == NULL ? 0 : slash == p->file->path ? 1 :
		    (int)(slash - p->file->path);
		if (n > 0 && p->file->path[0] == '/')
			(void)snprintf(buf, size, "%.*s", n, p->file->path);
		else
			(void)snprintf(buf, size, "%s%s%.*s", p->src->cwd,
			    n > 0 ? "/" : "", n, p->file->path);
		return buf;
	}
	if (len == 9 && strncmp(name, "_INSTANCE", len) == 0)
		return p->src->id;
	/* _HASH and _BANG come later, or # and ! would begin a comment. */
	return NULL;
}

/* The next $NAME or ${NAME...} from s on; how long it is, its name. */
static const char *
next_use(const char *s, size_t *len, const char **name, size_t *n)
{
	const char *end;

	for (; (s = strchr(s, '$')) != NULL; s++) {
		if (s[1] == '{') {
			*n = name_len(s + 2);
			end = strchr(s + 2, '}');
			if (*n == 0 || end == NULL || (s[2 + *n] != '}' &&
			    s[2 + *n] != ' '))
				continue;
			*name = s + 2;
			*len = (size_t)(end - s) + 1;
			return s;
		}
		*n = name_len(s + 1);
		if (*n > 0 && (s[1 + *n] == '\0' || is_blank(s[1 + *n]))) {
			*name = s + 1;
			*len = 1 + *n;
			return s;
		}
	}
	return NULL;
}

/*
 * Puts the variables in.  *lines: a value with several lines was put in, and
 * the result has to be read as lines.  A new string of KA_LINE_MAX, or NULL.
 */
static char *
substitute(struct parse *p, const char *line, bool *lines)
{
	char *text, pwd[1024];
	const char *name, *value, *use;
	size_t from = 0, len, n, value_len, total = strlen(line);
	struct variable *v;
	unsigned rounds = 0;

	*lines = false;
	if (total >= KA_LINE_MAX || (text = malloc(KA_LINE_MAX)) == NULL) {
		say(p, KA_ERROR, "a line is longer than %d bytes", KA_LINE_MAX);
		return NULL;
	}
	memcpy(text, line, total + 1);
	while ((use = next_use(text + from, &len, &name, &n)) != NULL) {
		from = (size_t)(use - text);
		v = find_variable(p, name, n);
		value = v != NULL ? v->value :
		    predefined(p, name, n, pwd, sizeof(pwd));
		if (value == NULL) {
			from += len;	/* said when words are made */
			continue;
		}
		value_len = strlen(value);
		if (++rounds > 1000 || total - len + value_len >= KA_LINE_MAX) {
			say(p, KA_ERROR, "$%.*s: the line grows without end",
			    (int)n, name);
			free(text);
			return NULL;
		}
		memmove(text + from + value_len, text + from + len,
		    total - from - len + 1);
		memcpy(text + from, value, value_len);
		total = total - len + value_len;
		if (strchr(value, '\n') != NULL) {
			*lines = true;
			break;
		}
	}
	return text;
}

/* --- ~SEQ and ~LST --- */

struct repeat {
	const char	*end;		/* behind the closing parenthesis */
	char		*args[KA_WORDS_MAX];
	unsigned	 count;
	char		 text[KA_LINE_MAX];
};

/* Splits "(a, {b,c}, d)" at the outer commas. */
static bool
split_arguments(const char *s, struct repeat *r)
{
	unsigned nest = 0;
	size_t n = 0;
	char *start = r->text;

	r->count = 0;
	for (s++; *s != '\0' && n + 2 < sizeof(r->text); s++) {
		if (*s == '{')
			nest++;
		else if (*s == '}' && nest > 0)
			nest--;
		else if ((*s == ',' || *s == ')') && nest == 0) {
			r->text[n++] = '\0';
			if (r->count == KA_WORDS_MAX)
				return false;
			r->args[r->count++] = start;
			start = r->text + n;
			if (*s == ')') {
				r->end = s + 1;
				return true;
			}
			continue;
		}
		if (!is_blank(*s))
			r->text[n++] = *s;
	}
	return false;
}

static bool
number(const char *s, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(s, &end, 0);
	return errno == 0 && end != s && *end == '\0' && *out > -1000000000 &&
	    *out < 1000000000;
}

static void
repeat_sequence(struct parse *p, const struct repeat *r, bool hex,
    const char *rest, unsigned depth)
{
	long start, step, end = 0, i, rounds;
	char text[32];
	bool ok = r->count >= 2 && r->count <= 4 && name_len(r->args[0]) > 0 &&
	    name_len(r->args[0]) == strlen(r->args[0]) &&
	    number(r->args[r->count - 1], &end);

	start = end < 0 ? -1 : 1;
	if (ok && r->count >= 3)
		ok = number(r->args[1], &start);
	step = end < start ? -1 : 1;
	if (ok && r->count == 4)
		ok = number(r->args[2], &step) && step != 0;
	if (!ok) {
		say(p, KA_ERROR, "~SEQ: not (NAME, START, STEP, END)");
		return;
	}
	rounds = 0;
	for (i = start; (step > 0 ? i <= end : i >= end) && !p->failed;
	    i += step) {
		if (++rounds > SEQUENCE_MAX) {
			say(p, KA_ERROR, "~SEQ: more than %d lines",
			    SEQUENCE_MAX);
			return;
		}
		(void)snprintf(text, sizeof(text), hex ? "%lx" : "%ld", i);
		set_variable(p, r->args[0], strlen(r->args[0]), text,
		    strlen(text));
		take_line(p, rest, depth + 1);
	}
}

/* The members of "{a,b}" or the single "a"; how many. */
static unsigned
members(char *text, char **out, unsigned max)
{
	unsigned n = 0;
	size_t len = strlen(text);
	char *s = text, *comma;

	if (len >= 2 && text[0] == '{' && text[len - 1] == '}') {
		text[len - 1] = '\0';
		for (s = text + 1; n < max; s = comma + 1) {
			out[n++] = s;
			if ((comma = strchr(s, ',')) == NULL)
				break;
			*comma = '\0';
		}
		return n;
	}
	out[0] = text;
	return 1;
}

static void
repeat_list(struct parse *p, struct repeat *r, const char *rest, unsigned depth)
{
	char *names[16], *values[16];
	unsigned n, i, j;
	bool ok = r->count >= 2;

	n = ok ? members(r->args[0], names, 16) : 0;
	for (j = 0; j < n; j++)
		ok = ok && name_len(names[j]) > 0 &&
		    name_len(names[j]) == strlen(names[j]);
	for (i = 1; i < r->count && ok && !p->failed; i++) {
		ok = members(r->args[i], values, 16) == n;
		for (j = 0; j < n && ok; j++)
			set_variable(p, names[j], strlen(names[j]), values[j],
			    strlen(values[j]));
		if (ok)
			take_line(p, rest, depth + 1);
	}
	if (!ok)
		say(p, KA_ERROR, "~LST: not (NAME, VALUE, ...) with as many "
		    "values as names");
}

/* Puts the variables into the arguments behind the first, which has names. */
static bool
substitute_arguments(struct parse *p, struct repeat *r)
{
	unsigned i;
	char *text;
	bool lines;

	for (i = 1; i < r->count; i++) {
		if (strchr(r->args[i], '$') == NULL)
			continue;
		if ((text = substitute(p, r->args[i], &lines)) == NULL)
			return false;
		r->args[i] = ka_strdup(p->tree, text, strlen(text));
		free(text);
		if (r->args[i] == NULL) {
			no_memory(p);
			return false;
		}
	}
	return true;
}

/* Takes a line with ~SEQ or ~LST; false: there is none. */
static bool
repeat(struct parse *p, const char *s, unsigned depth)
{
	struct repeat *r;
	bool list = strncmp(s, "~LST(", 5) == 0;
	bool hex = strncmp(s, "~SEQx(", 6) == 0;
	char *rest = NULL;

	if (!list && !hex && strncmp(s, "~SEQ(", 5) != 0)
		return false;
	if ((r = malloc(sizeof(*r))) == NULL ||
	    !split_arguments(strchr(s, '('), r))
		say(p, KA_ERROR, "%.4s: no closing parenthesis", s);
	else if ((rest = strdup(skip_blanks(r->end))) == NULL)
		no_memory(p);
	else if (!substitute_arguments(p, r))
		;	/* said */
	else if (list)
		repeat_list(p, r, rest, depth);
	else
		repeat_sequence(p, r, hex, rest, depth);
	free(rest);
	free(r);
	return true;
}

/* --- words and blocks --- */

/* Opens the block of n, or of the line before when n is NULL. */
static void
open_block(struct parse *p, struct ka_node *n)
{
	if (n == NULL)
		n = p->previous;
	if (n == NULL) {
		say(p, KA_DIFFERENCE, "{ without a word before it: the block "
		    "is read as one without a name and left out");
		if ((n = ka_alloc(p->tree, sizeof(*n))) == NULL ||
		    (n->words = ka_alloc(p->tree, sizeof(char *))) == NULL ||
		    (n->words[0] = ka_strdup(p->tree, "{", 1)) == NULL) {
			no_memory(p);
			return;
		}
		n->count = 1;
		n->file = p->file;
		n->line = p->line;
	}
	p->previous = NULL;
	if (p->depth == KA_BLOCK_DEPTH) {
		say(p, KA_ERROR, "blocks are more than %d deep",
		    KA_BLOCK_DEPTH);
		return;
	}
	n->block = true;
	p->stack[++p->depth] = n;
}

static void
close_block(struct parse *p)
{
	p->previous = NULL;
	if (p->depth == 0)
		say(p, KA_DIFFERENCE, "} without a block that it closes: "
		    "ignored");
	else
		p->depth--;
}

static struct ka_node *
add_node(struct parse *p, char **words, unsigned count)
{
	struct ka_node *n = ka_alloc(p->tree, sizeof(*n)), *in;

	if (n == NULL || (n->words = ka_alloc(p->tree,
	    (count + 1) * sizeof(char *))) == NULL) {
		no_memory(p);
		return NULL;
	}
	memcpy(n->words, words, count * sizeof(char *));
	n->count = count;
	n->file = p->file;
	n->line = p->line;
	in = p->stack[p->depth];
	if (p->depth == 0) {
		n->above = p->above;
		p->above = (struct ka_comments){ NULL, NULL };
	}
	if (in->last != NULL)
		in->last->next = n;
	else
		in->first = n;
	in->last = n;
	p->previous = n;
	return n;
}

/* ${_HASH} and ${_BANG} become # and !; any other name is said. */
static void
finish_word(struct parse *p, char *word)
{
	const char *name, *use;
	size_t len, n;
	char *s = word, c;

	while ((use = next_use(s, &len, &name, &n)) != NULL) {
		s = word + (use - word);
		c = n == 5 && strncmp(name, "_HASH", n) == 0 ? '#' :
		    n == 5 && strncmp(name, "_BANG", n) == 0 ? '!' : '\0';
		if (c != '\0') {
			*s = c;
			memmove(s + 1, s + len, strlen(s + len) + 1);
			s++;
			continue;
		}
		if (name[0] == '_')
			say(p, KA_DIFFERENCE, "%.*s is not put in: its "
			    "value is not in the file", (int)len, s);
		else
			say(p, KA_NOTE, "%.*s is not defined and stays as it "
			    "is, as in keepalived", (int)len, s);
		s += len;
	}
}

/*
 * One word into buf, quotes removed.  command: see ka_names_command().  Returns
 * where the word ends.  *open: a string was not closed.
 */
static const char *
scan_word(const char *s, bool command, char *buf, bool *open)
{
	char quote = '\0';
	size_t n = 0;

	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0') {
			buf[n++] = *s++;
			buf[n++] = *s;
		} else if (quote != '\0') {
			if (*s != quote) {
				buf[n++] = *s;
				continue;
			}
			quote = '\0';
			if (!command) {		/* the word ends here */
				s++;
				break;
			}
		} else if (*s == '"' && n > 0 && !command)
			break;
		else if (*s == '"' || (*s == '\'' && command))
			quote = *s;
		else if (s[0] == '$' && s[1] == '{' && strchr(s, '}') != NULL) {
			while (*s != '}')
				buf[n++] = *s++;
			buf[n++] = *s;
		} else if (is_blank(*s) || *s == '{' || *s == '}')
			break;
		else
			buf[n++] = *s;
	}
	*open = quote != '\0';
	buf[n] = '\0';
	return s;
}

static void
take_words(struct parse *p, const char *s)
{
	char *words[KA_WORDS_MAX], *buf;
	struct ka_node *n = NULL;
	unsigned count = 0;
	bool open, command = false;

	if ((buf = malloc(strlen(s) + 1)) == NULL) {
		no_memory(p);
		return;
	}
	while (!p->failed) {
		s = skip_blanks(s);
		if (*s == '\0' || *s == '{' || *s == '}') {
			if (count > 0)
				n = add_node(p, words, count);
			count = 0;
			if (*s == '{')
				open_block(p, n);
			else if (*s == '}')
				close_block(p);
			n = NULL;
			if (*s++ == '\0')
				break;
			continue;
		}
		if (count == 0)		/* a brace began another line */
			command = ka_names_command(s);
		s = scan_word(s, command, buf, &open);
		if (open)
			say(p, KA_DIFFERENCE, "a string that is not closed "
			    "ends with its line");
		if (count == KA_WORDS_MAX) {
			say(p, KA_ERROR, "more than %d words on a line",
			    KA_WORDS_MAX);
			break;
		}
		finish_word(p, buf);
		words[count] = ka_strdup(p->tree, buf, strlen(buf));
		if (words[count++] == NULL)
			no_memory(p);
	}
	free(buf);
}

/* --- include --- */

struct include_word {
	const char	*word;
	bool		 must;		/* an error in keepalived too */
};

static const struct include_word include_words[] = {
	{ "include", false },
	{ "includer", false },
	{ "includem", true },
	{ "includew", true },
	{ "includeb", true },
	{ "includea", true },
};

static void
include_one(struct parse *p, const char *path)
{
	char why[256], *text = NULL;
	const struct ka_file *file = p->file;
	int line = p->line;

	if (p->includes == KA_INCLUDE_DEPTH) {
		say(p, KA_ERROR, "include %s: files include each other more "
		    "than %d deep", path, KA_INCLUDE_DEPTH);
		return;
	}
	if (p->src->read(p->src->arg, path, &text, why, sizeof(why)) != 0) {
		say(p, KA_ERROR, "include %s: %s", path, why);
		return;
	}
	p->includes++;
	read_file(p, path, text);
	p->includes--;
	free(text);
	p->file = file;
	p->line = line;
}

static void
include(struct parse *p, const struct include_word *w, const char *name)
{
	const char *slash = strrchr(p->file->path, '/');
	bool wild = strpbrk(name, "*?[{") != NULL;
	char path[4096], **paths, **at;
	int n;

	if (name[0] == '/' || slash == NULL)
		n = snprintf(path, sizeof(path), "%s", name);
	else
		n = snprintf(path, sizeof(path), "%.*s/%s",
		    (int)(slash - p->file->path), p->file->path, name);
	if (n < 0 || (size_t)n >= sizeof(path)) {
		say(p, KA_ERROR, "include: the path is too long");
		return;
	}
	if (!wild) {
		include_one(p, path);
		return;
	}
	paths = p->src->match(p->src->arg, path);
	if (paths == NULL || paths[0] == NULL)
		say(p, w->must ? KA_ERROR : KA_NOTE, "%s %s: no file has such "
		    "a name", w->word, path);
	for (at = paths; at != NULL && *at != NULL; at++) {
		if (!p->failed)
			include_one(p, *at);
		free(*at);
	}
	free(paths);
}

/* Takes include; false: the line is something else. */
static bool
take_include(struct parse *p, const char *s, size_t len)
{
	char word[16], *name;
	size_t i, n = 0;
	bool open;

	while (n < len && !is_blank(s[n]))
		n++;
	if (n >= sizeof(word))
		return false;
	memcpy(word, s, n);
	word[n] = '\0';
	for (i = 0; i < sizeof(include_words) / sizeof(include_words[0]); i++)
		if (strcmp(word, include_words[i].word) == 0)
			break;
	if (i == sizeof(include_words) / sizeof(include_words[0]))
		return false;
	s = skip_blanks(s + n);
	if (*s == '\0') {
		say(p, KA_DIFFERENCE, "%s: no file is named", word);
		return true;
	}
	if ((name = malloc(strlen(s) + 1)) == NULL) {
		no_memory(p);
		return true;
	}
	if (*s == '"' || *s == '\'')
		(void)scan_word(s, true, name, &open);
	else {
		n = strcspn(s, " \t\r\v\f");
		memcpy(name, s, n);
		name[n] = '\0';
	}
	include(p, &include_words[i], name);
	free(name);
	return true;
}

/* --- lines --- */

/* Keeps the name of a router whose line is left out; the first ones do. */
static void
other_router(struct parse *p, const char *id, size_t n)
{
	unsigned i;

	for (i = 0; i < p->other_count; i++)
		if (strlen(p->others[i]) == n &&
		    strncmp(p->others[i], id, n) == 0)
			return;
	if (p->other_count == KA_OTHERS_MAX)
		return;
	p->others[p->other_count] = ka_strdup(p->tree, id, n);
	if (p->others[p->other_count] == NULL)
		no_memory(p);
	else
		p->other_count++;
}

/* NULL: a line of another router; else what follows the @ word. */
static const char *
condition(struct parse *p, const char *s)
{
	bool not = s[1] == '^';
	const char *id = s + 1 + not;
	size_t n = strcspn(id, " \t\r\v\f");
	bool same = strlen(p->src->id) == n &&
	    strncmp(p->src->id, id, n) == 0;

	if (same != not)
		return skip_blanks(id + n);
	if (p->other_count == 0) {
		p->other_file = p->file;
		p->other_line = p->line;
	}
	other_router(p, s + 1, n + not);
	return NULL;
}

static void
say_others(struct parse *p)
{
	char names[256] = "";
	size_t used = 0;
	unsigned i;

	for (i = 0; i < p->other_count && used < sizeof(names); i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used,
		    "%s@%.60s", i > 0 ? ", " : "", p->others[i]);
	if (p->other_count == 0)
		return;
	p->file = p->other_file;
	p->line = p->other_line;
	say(p, KA_DIFFERENCE, "lines with %s are left out: this is the router "
	    "\"%s\" (vrrpctl convert --id=NAME for another)", names,
	    p->src->id);
}

static void
take_lines(struct parse *p, char *text, unsigned depth)
{
	char *s, *end;

	for (s = text; s != NULL && !p->failed; s = end) {
		if ((end = strchr(s, '\n')) != NULL)
			*end++ = '\0';
		take_line(p, s, depth);
	}
}

/* Behind a line: of its word.  Above the lines at the top: of the next. */
static void
take_comment(struct parse *p, const char *line, size_t len)
{
	size_t word = len == 0 ? 0 : strcspn(line, " \t{}#!");
	const char *comment = skip_blanks(line + len);

	if (*comment != '\0' && !ka_comment_add(p->tree, p->depth == 0 ?
	    &p->above : &p->stack[1]->inside, line, p->depth == 0 ? 0 : word,
	    comment))
		no_memory(p);
}

/* A line without \n: of a file, of a value, or the rest of a ~SEQ line. */
static void
take_line(struct parse *p, const char *raw, unsigned depth)
{
	char *line, *text;
	const char *s;
	size_t len;
	bool lines;

	if (depth > VARIABLE_DEPTH) {
		say(p, KA_ERROR, "variables are more than %d deep",
		    VARIABLE_DEPTH);
		return;
	}
	if (++p->lines > KA_LINES_MAX) {
		say(p, KA_ERROR, "more than %d lines", KA_LINES_MAX);
		return;
	}
	raw = skip_blanks(raw);
	if (p->defining != NULL) {
		add_to_definition(p, raw);
		return;
	}
	len = ka_without_comment(raw);
	take_comment(p, raw, len);
	if (len == 0)
		return;
	if ((line = strndup(raw, len)) == NULL) {
		no_memory(p);
		return;
	}
	s = line;
	while (s != NULL && *s == '@')
		s = condition(p, s);
	if (s == NULL || *s == '\0' || p->failed)
		goto out;
	if (take_include(p, s, strlen(s)) || define(p, s, strlen(s)) ||
	    repeat(p, s, depth))
		goto out;
	if (ka_is_template(s)) {
		say(p, KA_ERROR, "this is a template: convert what is made of "
		    "it (%.80s)", s);
		goto out;
	}
	if ((text = substitute(p, s, &lines)) == NULL)
		goto out;
	/* A value may hold several lines, or a word that begins a line. */
	if (lines)
		take_lines(p, text, depth + 1);
	else if (strcmp(text, s) != 0 && (text[0] == '@' || text[0] == '~' ||
	    text[0] == '$'))
		take_line(p, text, depth + 1);
	else
		take_words(p, text);
	free(text);
out:
	free(line);
}

/* text is changed in place. */
static void
read_file(struct parse *p, const char *path, char *text)
{
	struct ka_file *f, **at;
	char *s, *end;

	if (p->tree->file_count == KA_FILES_MAX) {
		say(p, KA_ERROR, "include: more than %d files", KA_FILES_MAX);
		return;
	}
	if ((f = ka_alloc(p->tree, sizeof(*f))) == NULL ||
	    (f->path = ka_strdup(p->tree, path, strlen(path))) == NULL) {
		no_memory(p);
		return;
	}
	f->index = p->tree->file_count++;
	for (at = &p->tree->files; *at != NULL; at = &(*at)->next)
		continue;
	*at = f;
	p->file = f;
	p->line = 0;
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		p->line = 1;
		say(p, KA_DIFFERENCE, "the file begins with a byte order mark: "
		    "skipped; keepalived takes it for a part of the first "
		    "word, does not know that, and ignores its line");
		p->line = 0;
	}
	for (s = text; s != NULL && !p->failed; s = end) {
		if ((end = strchr(s, '\n')) != NULL)
			*end++ = '\0';
		p->line++;
		take_line(p, s, 0);
	}
}

int
ka_parse(const char *path, const struct ka_source *src, struct ka_tree *tree)
{
	struct parse p;
	char why[256], *text = NULL;

	memset(tree, 0, sizeof(*tree));
	memset(&p, 0, sizeof(p));
	p.tree = tree;
	p.src = src;
	p.stack[0] = &tree->root;
	if (src->read(src->arg, path, &text, why, sizeof(why)) != 0)
		say(&p, KA_ERROR, "%s: %s", path, why);
	else
		read_file(&p, path, text);
	free(text);
	if (!p.failed)
		say_others(&p);
	if (!p.failed && p.defining != NULL) {
		p.line = p.defined_at;
		say(&p, KA_DIFFERENCE, "the value of $%s has no end: left out",
		    p.defining);
	}
	if (!p.failed && p.depth > 0)
		ka_remark(tree, KA_DIFFERENCE, p.stack[p.depth]->file,
		    p.stack[p.depth]->line, "the block \"%s\" is not closed: "
		    "it is taken to end with the file",
		    p.stack[p.depth]->words[0]);
	tree->root.inside = p.above;
	free(p.value);
	return p.failed ? -EINVAL : 0;
}

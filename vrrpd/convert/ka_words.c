/*
 * ka_words.c - the words of one line, whoever they belong to.
 *
 * Reads numbers, times and names out of the words of a line, says what is wrong
 * with them, and writes words as vrrpd.conf(5) wants them.  No word has a
 * meaning here: the tables of words (struct ka_rule) belong to the files that
 * call, and are only searched.
 */
#include "config.h"

#include "vrrpd/convert/ka_words.h"

#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "shared/pure/mono.h"
#include "shared/pure/span.h"
#include "vrrpd/config/vrrp_values.h"

/* --- memory and remarks --- */

void
ka_say(struct ka_conv *c, enum ka_kind kind, const struct ka_node *n,
    const char *fmt, ...)
{
	char text[900];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ka_remark(c->tree, kind, n == NULL ? NULL : n->file,
	    n == NULL ? 0 : n->line, "%s", text);
}

void *
ka_new(struct ka_conv *c, size_t size)
{
	void *p = ka_alloc(c->tree, size);

	if (p == NULL)
		c->no_memory = true;
	return p;
}

const struct ka_rule *
ka_rule_find(const struct ka_rule *rules, size_t count, const char *word)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(rules[i].word, word) == 0)
			return &rules[i];
	return NULL;
}

/* --- reading --- */

const char *
ka_arg(const struct ka_node *n, unsigned i)
{
	return i < n->count ? n->words[i] : "";
}

bool
ka_is(const struct ka_node *n, const char *word)
{
	return strcmp(n->words[0], word) == 0;
}

const struct ka_node *
ka_child(const struct ka_node *n, const char *word)
{
	const struct ka_node *w, *found = NULL;

	for (w = n->first; w != NULL; w = w->next)
		if (ka_is(w, word))
			found = w;
	return found;
}

/* From n on: the next block with the word. */
static const struct ka_node *
next_block(const struct ka_node *n, const char *word)
{
	while (n != NULL && !ka_is(n, word))
		n = n->next;
	return n;
}

/* Goes on to the blocks behind where this one has no line left. */
static const struct ka_node *
fill_line(struct ka_lines *l)
{
	while (l->line == NULL && l->block != NULL) {
		l->block = next_block(l->block->next, l->word);
		l->line = l->block == NULL ? NULL : l->block->first;
	}
	return l->line;
}

const struct ka_node *
ka_lines_first(struct ka_lines *l, const struct ka_node *in, const char *word)
{
	l->word = word;
	l->block = next_block(in->first, word);
	l->line = l->block == NULL ? NULL : l->block->first;
	return fill_line(l);
}

const struct ka_node *
ka_lines_next(struct ka_lines *l)
{
	l->line = l->line->next;
	return fill_line(l);
}

void
ka_no_more(struct ka_conv *c, const struct ka_node *n, unsigned last)
{
	if (n->count > last + 1)
		ka_say(c, KA_DIFFERENCE, n, "%.80s: \"%.80s\" and what follows"
		    " is ignored; keepalived wants a line for each word",
		    n->words[0], n->words[last + 1]);
	if (n->block)
		ka_say(c, KA_DIFFERENCE, n, "%.80s has no block; it is left "
		    "out", n->words[0]);
}

bool
ka_number(struct ka_conv *c, const struct ka_node *n, unsigned i, long min,
    long max, long *out)
{
	const char *s = ka_arg(n, i);
	char *end;
	long v;

	errno = 0;
	v = strtol(s, &end, 10);
	if (errno != 0 || end == s || *end != '\0' || v < min || v > max) {
		ka_say(c, KA_DIFFERENCE, n, "%.80s %.80s: not a number from "
		    "%ld to %ld; left out", n->words[0], s, min, max);
		return false;
	}
	*out = v;
	return true;
}

/* Decimals without floating point: 0.1 s is 100000000 ns and not nearly so. */
static bool
decimal(const char *s, int64_t unit_ns, int64_t *out)
{
	int64_t v = 0, part = unit_ns;
	const char *start = s;

	for (; isdigit((unsigned char)*s); s++) {
		v = v * 10 + (*s - '0') * unit_ns;
		if (v > INT64_C(100000000) * NS_PER_S)
			return false;
	}
	if (*s == '.')
		for (s++; isdigit((unsigned char)*s); s++) {
			part /= 10;
			v += (*s - '0') * part;
		}
	*out = v;
	return *s == '\0' && s != start && !(s == start + 1 && *start == '.');
}

bool
ka_span(struct ka_conv *c, const struct ka_node *n, unsigned i,
    int64_t unit_ns, int64_t min_ns, int64_t max_ns, int64_t *out)
{
	const char *s = ka_arg(n, i);
	char lo[32], hi[32];
	int64_t v;

	if (decimal(s, unit_ns, &v) && v >= min_ns && v <= max_ns) {
		*out = v;
		return true;
	}
	ka_say(c, KA_DIFFERENCE, n, "%.80s %.80s: not a time from %s to %s; "
	    "left out", n->words[0], s,
	    span_format(min_ns, lo, sizeof(lo)),
	    span_format(max_ns, hi, sizeof(hi)));
	return false;
}

bool
ka_bool(struct ka_conv *c, const struct ka_node *n)
{
	const char *s = ka_arg(n, 1);

	if (strcmp(s, "off") == 0 || strcmp(s, "false") == 0 ||
	    strcmp(s, "no") == 0)
		return false;
	if (s[0] != '\0' && strcmp(s, "on") != 0 && strcmp(s, "true") != 0 &&
	    strcmp(s, "yes") != 0)
		ka_say(c, KA_DIFFERENCE, n, "%.80s %.80s: neither yes nor no; "
		    "taken for yes", n->words[0], s);
	return true;
}

bool
ka_is_digits(const char *s)
{
	return s[0] != '\0' && strspn(s, "0123456789") == strlen(s);
}

bool
ka_is_tame(const char *s)
{
	for (; *s != '\0'; s++)
		if (!isascii((unsigned char)*s) || !isgraph((unsigned char)*s))
			return false;
	return true;
}

bool
ka_is_interface(const char *s)
{
	size_t i, len = strlen(s);

	if (len == 0 || len >= IF_NAMESIZE || strcmp(s, ".") == 0 ||
	    strcmp(s, "..") == 0)
		return false;
	for (i = 0; i < len; i++)
		if (s[i] == '/' || s[i] == ':' || iscntrl((unsigned char)s[i])
		    || isspace((unsigned char)s[i]))
			return false;
	return true;
}

void
ka_name(struct ka_conv *c, const struct ka_node *n, const char *what,
    const char *name, char out[VRRP_NAME_MAX],
    bool (*taken)(struct ka_conv *, const char *))
{
	char base[VRRP_NAME_MAX], tame[VRRP_NAME_MAX], why[160];
	unsigned i = 1;
	size_t len = 0;

	for (; *name != '\0' && len < sizeof(base) - 1; name++)
		if (isascii((unsigned char)*name) &&
		    (isalnum((unsigned char)*name) ||
		    (len > 0 && strchr("._-", *name) != NULL)))
			base[len++] = *name;
		else if (len > 0)
			base[len++] = '_';
	base[len] = '\0';
	if (len == 0 || vrrp_values_name(base, why, sizeof(why)) != 0) {
		memcpy(tame, base, sizeof(tame));
		(void)snprintf(base, sizeof(base), "%.12s-%.16s", what,
		    len == 0 ? "1" : tame);
	}
	(void)snprintf(out, VRRP_NAME_MAX, "%s", base);
	while (taken(c, out) && i < 100000)
		(void)snprintf(out, VRRP_NAME_MAX, "%.24s-%u", base, ++i);
	if (strcmp(out, ka_arg(n, 1)) != 0)
		ka_say(c, KA_DIFFERENCE, n, "%.80s %.80s is named %s here",
		    n->words[0], ka_arg(n, 1), out);
}

/* --- writing --- */

void
ka_put_word(FILE *f, const char *s)
{
	size_t i;

	for (i = 0; s[i] != '\0'; i++)
		if (!isascii((unsigned char)s[i]) ||
		    (!isalnum((unsigned char)s[i]) &&
		    strchr("._:-@/", s[i]) == NULL))
			break;
	/* A slash alone is a word; two begin a comment. */
	if (i > 0 && s[i] == '\0' && strstr(s, "//") == NULL) {
		(void)fputs(s, f);
		return;
	}
	(void)fputc('"', f);
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\' || *s == '$')
			(void)fprintf(f, "\\%c", *s);
		else if (iscntrl((unsigned char)*s))
			(void)fprintf(f, "\\x%02x", (unsigned char)*s);
		else
			(void)fputc(*s, f);
	}
	(void)fputc('"', f);
}

void
ka_put_span(struct ka_conv *c, const char *name, int64_t ns)
{
	char text[32];

	(void)fprintf(c->out, "    %s = %s\n", name, span_format(ns,
	    text, sizeof(text)));
}

const char *
ka_place(const struct ka_node *n, char *buf, size_t len)
{
	const char *slash = strrchr(n->file->path, '/');
	char *s;

	(void)snprintf(buf, len, "%s:%d", slash == NULL ? n->file->path :
	    slash + 1, n->line);
	for (s = buf; *s != '\0'; s++)
		if (iscntrl((unsigned char)*s))
			*s = '?';
	return buf;
}

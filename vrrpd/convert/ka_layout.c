/*
 * ka_layout.c - what is written, as a person would have.
 *
 * Trackers are written before the instances that use them, since a use has to
 * know what became of its tracker; the file may have another order, and the user
 * looks for the blocks where they were.  So what is written is cut at the marks
 * that ka_begin() leaves, and the pieces are sorted by the lines that they stand
 * for.
 *
 * Values are aligned when all is written: lines "word = value" that follow each
 * other at one depth have their signs in one column.
 */
#include "config.h"

#include "vrrpd/convert/ka_layout.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vrrpd/convert/ka_comment.h"
#include "vrrpd/convert/ka_words.h"

struct ka_mark {
	struct ka_mark	*next;
	const struct ka_node *node;
	size_t		 at;
};

/* --- comments --- */

void
ka_begin(struct ka_conv *c, const struct ka_node *n)
{
	struct ka_mark *m = ka_new(c, sizeof(*m)), **at = &c->marks;

	if (m == NULL)
		return;
	(void)fflush(c->out);
	m->node = n;
	m->at = (size_t)ftell(c->out);
	while (*at != NULL)
		at = &(*at)->next;
	*at = m;
	(void)fputc('\n', c->out);
	ka_comments_put(c->out, "", &n->above);
}

void
ka_put_comments(struct ka_conv *c, const struct ka_node *n)
{
	ka_comments_put(c->out, "    ", &n->inside);
}

void
ka_put_heading(struct ka_conv *c, const struct ka_node *n)
{
	if (n->above.first != NULL || n->inside.first != NULL)
		(void)fputc('\n', c->out);
	ka_comments_put(c->out, "", &n->above);
	ka_comments_put(c->out, "", &n->inside);
}

/* --- columns --- */

/* The length of "    word" of a line "    word = value"; 0 for other lines. */
static size_t
name_of(const char *line, size_t len, size_t *value)
{
	size_t n = 0, end;

	while (n < len && line[n] == ' ')
		n++;
	end = n;
	while (end < len && (islower((unsigned char)line[end]) ||
	    isdigit((unsigned char)line[end]) || line[end] == '_'))
		end++;
	if (end == n || n == 0)
		return 0;
	for (n = end; n < len && line[n] == ' '; n++)
		continue;
	if (n == end || n + 1 >= len || line[n] != '=' || line[n + 1] != ' ')
		return 0;
	*value = n + 2;
	return end;
}

static size_t
line_length(const char *s)
{
	return strcspn(s, "\n");
}

static size_t
indent_of(const char *s)
{
	return strspn(s, " ");
}

/* The widest name among this line and those that follow it at its depth. */
static size_t
column_of(const char *s)
{
	size_t depth = indent_of(s), widest = 0, n, value;

	while (*s != '\0' && indent_of(s) == depth &&
	    (n = name_of(s, line_length(s), &value)) > 0) {
		if (n > widest)
			widest = n;
		s += line_length(s);
		s += *s == '\n';
	}
	return widest;
}

static void
align(FILE *to, const char *s)
{
	size_t len, name, value, column = 0, depth = 0;

	for (; *s != '\0'; s += len, s += *s == '\n') {
		len = line_length(s);
		name = name_of(s, len, &value);
		if (name == 0) {
			column = 0;
			(void)fprintf(to, "%.*s\n", (int)len, s);
			continue;
		}
		if (column == 0 || indent_of(s) != depth)
			column = column_of(s);
		depth = indent_of(s);
		(void)fprintf(to, "%.*s%*s = %.*s\n", (int)name, s,
		    (int)(column - name), "", (int)(len - value), s + value);
	}
}

/* --- order --- */

/* The piece of the mark: to the next one, or the end. */
static char *
piece_of(const struct ka_mark *m, const char *text, size_t len)
{
	size_t end = m->next != NULL ? m->next->at : len;

	return strndup(text + m->at, end - m->at);
}

char *
ka_layout(const struct ka_conv *c, const char *text, size_t len)
{
	const struct ka_mark *m;
	const struct ka_node *n;
	char *out = NULL, *piece;
	bool good = true;
	size_t size;
	FILE *to;

	if ((to = open_memstream(&out, &size)) == NULL)
		return NULL;
	(void)fprintf(to, "%.*s", (int)(c->marks != NULL ? c->marks->at : len),
	    text);
	for (n = c->tree->root.first; n != NULL; n = n->next)
		for (m = c->marks; m != NULL && good; m = m->next) {
			if (m->node != n)
				continue;
			if ((piece = piece_of(m, text, len)) != NULL)
				align(to, piece);
			good = piece != NULL;
			free(piece);
		}
	if (c->tree->root.inside.first != NULL)
		(void)fputc('\n', to);
	ka_comments_put(to, "", &c->tree->root.inside);
	if (fclose(to) == 0 && good)
		return out;
	free(out);
	return NULL;
}

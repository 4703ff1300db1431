/*
 * ka_comment.c - the comments of keepalived.conf: where they begin, and kept.
 *
 * Kept for people: the file that is written has them where it can.
 */
#include "config.h"

#include "vrrpd/convert/ka_comment.h"

#include <ctype.h>
#include <string.h>

size_t
ka_without_comment(const char *s)
{
	bool quoted = false;
	size_t i;

	for (i = 0; s[i] != '\0'; i++) {
		if (quoted && s[i] == '\\' && s[i + 1] != '\0')
			i++;
		else if (s[i] == '"')
			quoted = !quoted;
		else if (!quoted && (s[i] == '#' || s[i] == '!'))
			break;
	}
	while (i > 0 && (s[i - 1] == ' ' || s[i - 1] == '\t' ||
	    s[i - 1] == '\r' || s[i - 1] == '\v' || s[i - 1] == '\f'))
		i--;
	return i;
}

bool
ka_comment_add(struct ka_tree *t, struct ka_comments *list, const char *word,
    size_t word_len, const char *text)
{
	struct ka_comment *c;
	size_t len;
	char *s;

	while (*text == '#' || *text == '!' || isspace((unsigned char)*text))
		text++;
	for (len = strlen(text); len > 0 &&
	    isspace((unsigned char)text[len - 1]); len--)
		continue;
	if (strcasestr(text, "configuration file for keepalived") != NULL)
		return true;
	if ((c = ka_alloc(t, sizeof(*c))) == NULL ||
	    (c->text = s = ka_strdup(t, text, len)) == NULL ||
	    (word_len > 0 &&
	    (c->word = ka_strdup(t, word, word_len)) == NULL))
		return false;
	for (; *s != '\0'; s++)
		if (iscntrl((unsigned char)*s))
			*s = ' ';
	if (list->last != NULL)
		list->last->next = c;
	else
		list->first = c;
	list->last = c;
	return true;
}

void
ka_comments_put(FILE *to, const char *indent, const struct ka_comments *list)
{
	const struct ka_comment *m;

	for (m = list->first; m != NULL; m = m->next)
		if (m->word != NULL)
			(void)fprintf(to, "%s# %s: %s\n", indent, m->word,
			    m->text);
		else
			(void)fprintf(to, "%s#%s%s\n", indent,
			    m->text[0] == '\0' ? "" : " ", m->text);
}

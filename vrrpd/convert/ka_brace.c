/*
 * ka_brace.c - the braces of a file pattern.
 *
 * The first pair of braces is put away and each of its alternatives in its
 * place, until a pattern has none: as a shell and glibc's glob() do it.  Pure;
 * the list has an end, so that "{a,b}{a,b}{a,b}..." costs its reader nothing.
 */
#include "config.h"

#include "vrrpd/convert/ka_brace.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct patterns {
	char	**list;
	size_t	 count;
};

static const char *
past(const char *s)
{
	return *s == '\\' && s[1] != '\0' ? s + 2 : s + 1;
}

/* The comma or brace that ends the alternative at s; NULL without its brace. */
static const char *
alternative_end(const char *s)
{
	unsigned depth = 0;

	for (; *s != '\0'; s = past(s)) {
		if (depth == 0 && (*s == ',' || *s == '}'))
			return s;
		if (*s == '{')
			depth++;
		else if (*s == '}')
			depth--;
	}
	return NULL;
}

static const char *
closing_brace(const char *s)
{
	while ((s = alternative_end(s)) != NULL && *s == ',')
		s++;
	return s;
}

/* The first brace that has alternatives, and in *close its other half. */
static const char *
first_brace(const char *s, const char **close)
{
	for (; *s != '\0'; s = past(s)) {
		if (*s != '{' || s[1] == '}')
			continue;
		if ((*close = closing_brace(s + 1)) != NULL)
			return s;
	}
	return NULL;
}

static bool
add(struct patterns *p, char *pattern)
{
	if (pattern == NULL || p->count == KA_BRACE_MAX) {
		free(pattern);
		return false;
	}
	p->list[p->count++] = pattern;
	return true;
}

static char *
joined(const char *from, const char *open, const char *alternative,
    const char *end, const char *after)
{
	size_t before = (size_t)(open - from), own = (size_t)(end - alternative);
	char *s = malloc(before + own + strlen(after) + 1);

	if (s != NULL) {
		memcpy(s, from, before);
		memcpy(s + before, alternative, own);
		strcpy(s + before + own, after);
	}
	return s;
}

/* Takes one pattern; those of its alternatives are added, in their order. */
static bool
expand(struct patterns *p, char *pattern)
{
	const char *open, *close, *s, *end;
	bool ok = true;

	if (pattern == NULL)
		return false;
	if ((open = first_brace(pattern, &close)) == NULL)
		return add(p, pattern);
	for (s = open + 1; ok; s = end + 1) {
		end = alternative_end(s);
		ok = expand(p, joined(pattern, open, s, end, close + 1));
		if (end == close)
			break;
	}
	free(pattern);
	return ok;
}

char **
ka_brace(const char *pattern)
{
	struct patterns p = { calloc(KA_BRACE_MAX + 1, sizeof(*p.list)), 0 };

	if (p.list != NULL && !expand(&p, strdup(pattern))) {
		ka_brace_free(p.list);
		return NULL;
	}
	return p.list;
}

void
ka_brace_free(char **list)
{
	char **at;

	for (at = list; at != NULL && *at != NULL; at++)
		free(*at);
	free(list);
}

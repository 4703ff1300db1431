/*
 * ka_brace.h - the braces of a file pattern, for a C library whose glob() takes
 * none (musl's).
 */
#ifndef VRRPD_KA_BRACE_H
#define VRRPD_KA_BRACE_H

#define KA_BRACE_MAX	256		/* patterns that one stands for */

/*
 * ka_brace - the patterns that stand for a pattern with braces, in its order:
 * "a{b,c{d,e}}" gives ab, acd, ace.  A backslash takes the next character for
 * itself, and stays; "{}" and a brace without its other half are themselves.
 * A malloc'd list of malloc'd patterns with NULL at its end, to be released with
 * ka_brace_free(); NULL when there is no memory, or more than KA_BRACE_MAX.
 */
char	**ka_brace(const char *pattern);

void	ka_brace_free(char **list);

#endif

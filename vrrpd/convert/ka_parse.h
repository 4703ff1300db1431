/*
 * ka_parse.h - keepalived's configuration grammar as a tree of lines.
 *
 * Knows lines, words, quotes, blocks, comments, include, $variables, @ lines
 * and ~SEQ/~LST; ka_convert.c knows what the words mean.  Files come through
 * the caller, so that a test or a fuzzer has none.  No globals; every size
 * below is a limit, and reaching one is an error, never a shorter tree.
 */
#ifndef VRRPD_KA_PARSE_H
#define VRRPD_KA_PARSE_H

#include <stddef.h>

#include "vrrpd/convert/ka_tree.h"

#define KA_FILES_MAX	256
#define KA_INCLUDE_DEPTH 16
#define KA_BLOCK_DEPTH	16
#define KA_WORDS_MAX	256		/* of one line */
#define KA_LINE_MAX	16384		/* bytes, after variables */
#define KA_LINES_MAX	32768		/* after ~SEQ and variables */

struct ka_source {
	void	*arg;
	const char *id;		/* @ lines are compared with this */
	const char *cwd;	/* absolute: a relative path begins there */
	/* 0 and a malloc'd, terminated text; or -errno and why[] filled in. */
	int	(*read)(void *arg, const char *path, char **text, char *why,
		    size_t len);
	/* A malloc'd list of malloc'd paths, NULL at its end, or NULL. */
	char	**(*match)(void *arg, const char *pattern);
	/* The user of scripts that name none; NULL: root, as in keepalived. */
	const char *script_user;
	/* The file that ka_ipvs() is for; NULL: there is none. */
	const char *ipvs;
};

/*
 * ka_parse - read path and what it includes.
 * tree: overwritten; to be released with ka_tree_free() whatever is returned.
 * 0; -EINVAL when it cannot be read, and then remarks has at least one
 * KA_ERROR.  src is borrowed for the call.
 */
int	ka_parse(const char *path, const struct ka_source *src,
	    struct ka_tree *tree);

/*
 * The word with its backslashes taken for escapes (\n, \x41, \101, \"), as
 * keepalived does for commands.  Into out, cut at len.  Returns out.
 */
char	*ka_unescape(const char *word, char *out, size_t len);

#endif

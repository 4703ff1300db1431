/*
 * conf_scan.h - the statements of a configuration, before libconfuse sees them.
 *
 * Used by conf.c alone.
 */
#ifndef SHARED_CONF_SCAN_H
#define SHARED_CONF_SCAN_H

#include <confuse.h>

#include "shared/conf_errors.h"

/*
 * A word that no block has, and what is said of it: the word that is meant, where
 * the block has that, or else a text.  A list ends with a NULL word.
 */
struct conf_hint {
	const char	*word;
	const char	*meant;		/* or NULL */
	const char	*text;		/* or NULL */
};

/*
 * Goes through tidied text (no comments, strings closed) with the table of its
 * root.  Each word that the table does not have where it stands, each brace and
 * each = that is missing gets an error with its line.  What remains is text
 * without such mistakes: a statement that is not understood is blank there, one
 * whose meaning is plain (a near word, a word of hints) is as it was meant, so
 * that what follows is judged too.  Lines keep their numbers.
 *
 * hints may be NULL.  0 and a malloc'd text in *out; -EINVAL: a block is not
 * closed, and what stands in which is a guess that is not worth judging; -ENOMEM.
 */
int	conf_scan(const cfg_opt_t *root, const char *file, const char *text,
	    const struct conf_hint *hints, struct conf_errors *, char **out);

#endif

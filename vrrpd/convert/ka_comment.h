/*
 * ka_comment.h - the comments of keepalived.conf: where they begin, and kept.
 */
#ifndef VRRPD_KA_COMMENT_H
#define VRRPD_KA_COMMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "vrrpd/convert/ka_tree.h"

/*
 * The length of the line without its comment and the blanks at its end.  # and
 * ! begin a comment anywhere but in double quotes; in single ones they do.
 */
size_t	ka_without_comment(const char *line);
/*
 * Appends a comment, # or ! and all; word: of the line that it stands behind,
 * length 0: of none.  The first line of the file that keepalived comes with is
 * left out: another program will read what is written.  False: out of memory.
 */
bool	ka_comment_add(struct ka_tree *, struct ka_comments *, const char *word,
	    size_t word_len, const char *comment);

/* A line "# text" for each, "# word: text" for one behind a word. */
void	ka_comments_put(FILE *, const char *indent,
	    const struct ka_comments *);

#endif

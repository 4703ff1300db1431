/*
 * ka_parse.h - keepalived's configuration grammar as a tree of lines.
 *
 * Knows lines, words, quotes, blocks, comments, include, $variables, @ lines
 * and ~SEQ/~LST; ka_convert.c knows what the words mean.  Files come through
 * the caller, so that a test or a fuzzer has none.  No globals; every size below
 * is a limit, and reaching one is an error, never a shorter tree.
 */
#ifndef VRRPD_KA_PARSE_H
#define VRRPD_KA_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#define KA_FILES_MAX	256
#define KA_INCLUDE_DEPTH 16
#define KA_BLOCK_DEPTH	16
#define KA_WORDS_MAX	256		/* of one line */
#define KA_LINE_MAX	16384		/* bytes, after variables */
#define KA_LINES_MAX	32768		/* after ~SEQ and variables */
#define KA_MEMORY_MAX	(32 * 1024 * 1024)
#define KA_REMARKS_MAX	5000		/* kept; the rest is counted */

struct ka_file {
	struct ka_file	*next;
	const char	*path;
	unsigned	 index;		/* in the order they were opened */
};

/* A line; owned by its tree, as all it points to. */
struct ka_node {
	struct ka_node	*next;
	struct ka_node	*first;		/* lines of its block */
	struct ka_node	*last;
	const struct ka_file *file;
	int		 line;
	bool		 block;		/* had braces, maybe empty ones */
	unsigned	 count;		/* words; at least 1 below the root */
	char		**words;	/* quotes removed, backslashes kept */
};

enum ka_kind {
	KA_NOTE,		/* means the same; something to know */
	KA_DIFFERENCE,		/* means something else now, or is left out */
	KA_ERROR,		/* the input cannot be read */
};

struct ka_remark {
	enum ka_kind	 kind;
	const struct ka_file *file;	/* NULL: the input as a whole */
	int		 line;
	unsigned	 order;		/* as they came */
	char		*text;
};

struct ka_remarks {
	unsigned	 count;		/* in list */
	unsigned	 room;
	unsigned	 lost;		/* not kept */
	unsigned	 differences;	/* also those not kept */
	unsigned	 errors;
	struct ka_remark *list;
};

struct ka_memory {
	struct ka_chunk	*chunks;
	size_t		 used;
};

struct ka_tree {
	struct ka_memory memory;
	struct ka_file	*files;
	unsigned	 file_count;
	struct ka_node	 root;		/* no words; its block is the file */
	struct ka_remarks remarks;
};

struct ka_source {
	void	*arg;
	const char *id;		/* @ lines are compared with this */
	/* 0 and a malloc'd, terminated text; or -errno and why[] filled in. */
	int	(*read)(void *arg, const char *path, char **text, char *why,
		    size_t len);
	/* A malloc'd list of malloc'd paths, NULL at its end, or NULL. */
	char	**(*match)(void *arg, const char *pattern);
};

/*
 * ka_parse - read path and what it includes.
 * tree: overwritten; to be released with ka_tree_free() whatever is returned.
 * 0; -EINVAL when it cannot be read, and then remarks has at least one
 * KA_ERROR.  src is borrowed for the call.
 */
int	ka_parse(const char *path, const struct ka_source *src,
	    struct ka_tree *tree);
void	ka_tree_free(struct ka_tree *);

/*
 * Adds a remark about a place (file may be NULL).  Control characters in the
 * text become question marks.  Beyond KA_REMARKS_MAX, or without memory, a
 * remark is only counted.
 */
void	ka_remark(struct ka_tree *, enum ka_kind, const struct ka_file *,
	    int line, const char *fmt, ...)
	    __attribute__((format(printf, 5, 6)));
/* Into the order of files and lines; of equal remarks one stays. */
void	ka_remarks_sort(struct ka_remarks *);

/* Zeroed memory of the tree; NULL past KA_MEMORY_MAX. */
void	*ka_alloc(struct ka_tree *, size_t);
char	*ka_strdup(struct ka_tree *, const char *, size_t len);

/*
 * The word with its backslashes taken for escapes (\n, \x41, \101, \"), as
 * keepalived does for commands.  Into out, cut at len.  Returns out.
 */
char	*ka_unescape(const char *word, char *out, size_t len);

#endif

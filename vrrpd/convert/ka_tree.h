/*
 * ka_tree.h - keepalived's configuration as lines, and remarks about them.
 *
 * ka_parse() makes the tree; the files that convert read it and add remarks.
 */
#ifndef VRRPD_KA_TREE_H
#define VRRPD_KA_TREE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define KA_MEMORY_MAX	(32 * 1024 * 1024)
#define KA_REMARKS_MAX	5000		/* kept; the rest is counted */

struct ka_file {
	struct ka_file	*next;
	const char	*path;
	unsigned	 index;		/* in the order they were opened */
};

/* Words of a user for users, without control characters. */
struct ka_comment {
	struct ka_comment *next;
	const char	*word;		/* behind a line of that word; or NULL */
	const char	*text;		/* without # or !, and blanks around */
};

struct ka_comments {
	struct ka_comment *first, *last;
};

/* A line; owned by its tree, as all it points to. */
struct ka_node {
	struct ka_node	*next;
	struct ka_node	*first;		/* lines of its block */
	struct ka_node	*last;
	const struct ka_file *file;
	int		 line;
	bool		 block;		/* had braces, maybe empty ones */
	/* Of a line at the top: comments above, and anywhere in its block. */
	struct ka_comments above, inside;
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
	unsigned	 instances_left_out;
};

/* Frees everything; a zeroed tree is fine. */
void	ka_tree_free(struct ka_tree *);

/*
 * Adds a remark about a place (file may be NULL).  Control characters in the
 * text become question marks.  Beyond KA_REMARKS_MAX, or without memory, a
 * remark is only counted.
 */
void	ka_remark(struct ka_tree *, enum ka_kind, const struct ka_file *,
	    int line, const char *fmt, ...)
	    __attribute__((format(printf, 5, 6)));
void	ka_remark_va(struct ka_tree *, enum ka_kind, const struct ka_file *,
	    int line, const char *fmt, va_list)
	    __attribute__((format(printf, 5, 0)));
/* Into the order of files and lines; of equal remarks one stays. */
void	ka_remarks_sort(struct ka_remarks *);

/* Zeroed memory of the tree; NULL past KA_MEMORY_MAX. */
void	*ka_alloc(struct ka_tree *, size_t);
char	*ka_strdup(struct ka_tree *, const char *, size_t len);

#endif

/*
 * ka_words.h - the words of one line, whoever they belong to.
 *
 * Word i of a line counts from 0, which is its keyword.  A reader that returns
 * false has said what is wrong, and *out is untouched.
 */
#ifndef VRRPD_KA_WORDS_H
#define VRRPD_KA_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "vrrpd/convert/ka_conv.h"
#include "vrrpd/convert/ka_tree.h"
#include "vrrpd/pure/vrrp_params.h"

/* The remark about words of virtual servers, and about their globals. */
#define KA_OF_IPVS	"belongs to IPVS: left to the tool that does it"
#define KA_OF_SYNC	"ipvsadm keeps the connections of two directors in " \
			"step: --start-daemon=master and =backup on both of " \
			"them, whoever is Active"

/* A word, and what is said about it where it is not carried over. */
struct ka_rule {
	const char	*word;
	enum ka_kind	 kind;
	const char	*text;		/* NULL: carried over by somebody */
};

/* A remark about a line; NULL: about the whole. */
void	ka_say(struct ka_conv *, enum ka_kind, const struct ka_node *,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Zeroed memory of the tree; NULL when there is none, and no_memory is set. */
void	*ka_new(struct ka_conv *, size_t);
/* The word's rule, or NULL. */
const struct ka_rule *ka_rule_find(const struct ka_rule *, size_t count,
	    const char *word);
const char *ka_arg(const struct ka_node *, unsigned i);	/* "" past the end */
/* Is word 0 this one? */
bool	ka_is(const struct ka_node *, const char *word);
/* The last line of a block with this keyword, which is the one that counts. */
const struct ka_node *ka_child(const struct ka_node *, const char *word);
/* Walks the lines of all blocks with one keyword: they add up. */
struct ka_lines {
	const struct ka_node	*block;		/* NULL: there is none */
	const struct ka_node	*line;
	const char		*word;
};
/* The first line of the blocks `word` in `in`, or NULL. */
const struct ka_node *ka_lines_first(struct ka_lines *,
	    const struct ka_node *in, const char *word);
const struct ka_node *ka_lines_next(struct ka_lines *);
/* Says what stands behind word `last`, which keepalived does not look at. */
void	ka_no_more(struct ka_conv *, const struct ka_node *, unsigned last);
/* Word i as a number in a range. */
bool	ka_number(struct ka_conv *, const struct ka_node *, unsigned i,
	    long min, long max, long *out);
/* Word i in units of unit_ns with decimals. */
bool	ka_span(struct ka_conv *, const struct ka_node *, unsigned i,
	    int64_t unit_ns, int64_t min_ns, int64_t max_ns, int64_t *out);
/* on, true, yes or nothing: true; off, false, no: false. */
bool	ka_bool(struct ka_conv *, const struct ka_node *);
bool	ka_is_digits(const char *);		/* at least one */
/* Printable ASCII without blanks: may stand in a comment as it is. */
bool	ka_is_tame(const char *);
bool	ka_is_interface(const char *);		/* can be its name */
/*
 * Makes a name that vrrpd takes of `name`, unlike those that taken() knows.
 * what: the beginning where nothing of `name` can be one.  A name that is not
 * `name` is said.
 */
void	ka_name(struct ka_conv *, const struct ka_node *, const char *what,
	    const char *name, char out[VRRP_NAME_MAX],
	    bool (*taken)(struct ka_conv *, const char *));

/* A value as vrrpd.conf(5) wants it: in quotes where it must be. */
void	ka_put_word(FILE *, const char *);
/* A line of a block: the name and a time. */
void	ka_put_span(struct ka_conv *, const char *name, int64_t ns);
/* "file:line" of the line, for comments.  Returns buf. */
const char *ka_place(const struct ka_node *, char *buf, size_t len);

#endif

/*
 * conf_words.h - the words of a configuration file, for the files of a grammar.
 *
 * libconfuse (conf.h) knows the syntax of blocks and nothing of our values: it
 * hands over every value as a struct word, and the readers below make numbers,
 * times, addresses and names of words.  Each complains by itself, with file and
 * line, and leaves *out alone then.  vrrpd.conf(5) and bfdd.conf(5) are read
 * with this.  Nobody but the files of the two grammars includes it, so the names
 * are short.
 *
 * A grammar is tables of libconfuse options made with WORD, WORDS and BLOCK, a
 * call of parse_words(), and functions that go through the result with
 * word_get() and the readers.
 */
#ifndef SHARED_CONF_WORDS_H
#define SHARED_CONF_WORDS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "shared/conf.h"
#include "shared/pure/addr.h"

/* A value as written, and where.  The text is wiped when it goes: keys. */
struct word {
	char		*text;
	int		 line;
	const char	*name;		/* the option's, while libconfuse runs */
};

/* A file while it is read: all zeros, then file, errors and the rest are set. */
struct parse {
	const char		*file;		/* for complaints; borrowed */
	struct conf_errors	*errors;	/* borrowed */
	struct conf_errors	*warnings;	/* borrowed; NULL: not wanted */
	const struct conf_hint	*hints;		/* borrowed; NULL: none */
	void			*grammar;	/* for its own value callbacks */
	struct conf_errors	 scanning;	/* ours while libconfuse runs */
	int			 replaced;	/* line of the word just freed */
	char			 replaced_name[32];
};

/* --- tables --- */

/* The first word of each block: libconfuse remembers only where it ends. */
#define BEGIN	" begin"
extern char word_beginning[];

int	word_parse(cfg_t *, cfg_opt_t *, const char *, void *);
void	word_free(void *);
int	block_end(cfg_t *, cfg_opt_t *);

#define WORD(name)	CFG_PTR_CB(name, 0, CFGF_NODEFAULT, word_parse, word_free)
#define WORDS(name)	CFG_PTR_LIST_CB(name, 0, CFGF_NODEFAULT, word_parse, \
			    word_free)
#define BLOCK_OF(n, o, f) { .name = n, .type = CFGT_SEC, .subopts = o,	\
			    .flags = CFGF_MULTI | CFGF_TITLE | (f),	\
			    .validcb = block_end }
/* A block with a name that is given once. */
#define BLOCK(name, o)	BLOCK_OF(name, o, CFGF_NO_TITLE_DUPES)
/* First in the table of a block. */
#define BEGINNING	{ .name = BEGIN, .type = CFGT_PTR,		\
			    .def = { .parsed = word_beginning },	\
			    .parsecb = word_parse, .freecb = word_free }

/*
 * Parses text with the table that root was made of.  A word that is given twice,
 * and a word or block that stands outside its block, is complained about.
 * 0; -EINVAL or -ENOMEM, and then at least one error was added.  0 does not mean
 * that there were no complaints: p->errors tells.
 */
int	parse_words(struct parse *, cfg_t *root, const char *text);
/* For value callbacks of the grammar: the one that runs.  NULL: none does. */
struct parse *parse_running(void);

void	bad(struct parse *, int line, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/* --- words of a block --- */

unsigned word_count(cfg_t *, const char *name);
const struct word *word_nth(cfg_t *, const char *name, unsigned i);
const struct word *word_get(cfg_t *, const char *name);	/* NULL: not said */
int	begin_line(cfg_t *);		/* of a block */

/* --- values --- */

/* -EINVAL, with why filled in. */
int	refuse(char *why, size_t len, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* Decimal digits, with a minus sign where min is negative. 0 or -EINVAL. */
int	int_parse(const char *text, long min, long max, long *out);
/*
 * A name of ours has 1 to max characters: letters, digits, and after the first
 * also . _ -.  0, or -EINVAL with what is wrong with the WHAT in why.
 */
int	name_parse(const char *what, const char *text, size_t max, char *why,
	    size_t len);
bool	is_interface_name(const char *);	/* as the kernel has it */

/* Each: true if it was said and is good. */
bool	read_int(struct parse *, cfg_t *, const char *name, long min, long max,
	    long *out);
bool	read_bool(struct parse *, cfg_t *, const char *name, bool *out);
bool	read_span(struct parse *, cfg_t *, const char *name, int64_t min_ns,
	    int64_t max_ns, int64_t *out);
/* An interval that BFD can send: whole microseconds, 1 ms to 32 bits of them. */
bool	read_bfd_interval(struct parse *, cfg_t *, const char *name,
	    int64_t *out_ns);
bool	read_interface(struct parse *, cfg_t *, const char *name,
	    char out[IF_NAMESIZE]);
/* 1 to size - 1 printable characters. */
bool	read_text(struct parse *, cfg_t *, const char *name, char *out,
	    size_t size);
bool	read_addr(struct parse *, cfg_t *, const char *name, struct addr *out);
/* The same of any text; what: how complaints name it. */
bool	addr_read(struct parse *, int line, const char *what, const char *text,
	    struct addr *out);

/* --- printing, as it can be read back --- */

void	print_word(FILE *, const char *, size_t len);	/* quotes if needed */
void	print_quoted(FILE *, const char *, size_t len);
/* INDENT NAME = VALUE and a newline. */
void	print_string(FILE *, const char *indent, const char *name,
	    const char *value);
void	print_span(FILE *, const char *indent, const char *name, int64_t ns);

#endif

/*
 * conf.h - what both configuration grammars share on top of libconfuse.
 *
 * A parser is a function from text to values or an error list: no globals, no
 * output, no half result.  Every error carries file and line.  libconfuse gives
 * the block syntax; times, addresses, ranges and cross-checks are ours.
 */
#ifndef SHARED_CONF_H
#define SHARED_CONF_H

#include <confuse.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"

#define CONF_FILE_MAX	(1024 * 1024)	/* bytes; a larger file is refused */
#define CONF_ERRORS_MAX	64		/* kept; the rest is counted */

struct conf_error {
	char	file[256];
	int	line;			/* 0: the file as a whole */
	char	text[256];
};

struct conf_errors {
	struct conf_error	list[CONF_ERRORS_MAX];
	unsigned		count;	/* may exceed CONF_ERRORS_MAX */
};

/* Appends; also what cfg_error_t hooks end in. */
void	conf_errors_add(struct conf_errors *, const char *file, int line,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* "file:line: text" (or "file: text") into buf, which it returns. */
const char *conf_error_format(const struct conf_error *, char *buf, size_t len);

/*
 * Reads a regular file of at most CONF_FILE_MAX bytes without NUL bytes into a
 * malloc'd, terminated buffer.  On failure adds one error that says what is
 * wrong (not there, a directory, too large, binary) and returns negative errno.
 */
int	conf_read_file(const char *path, char **text, struct conf_errors *);
/*
 * The same of an open descriptor of any kind, to its end, which may be a wait.
 * name: for the error.
 */
int	conf_read_stream(int fd, const char *name, char **text,
	    struct conf_errors *);

/*
 * Parses text into cfg, naming it `file` in errors.  Before libconfuse sees it,
 * comments (#, // and C style, no nesting) are blanked, and what its lexer would
 * misread is refused: open strings, comments and blocks, control characters,
 * "${", a bare '*' or '+'.  Strings end on the line they begin.  libconfuse
 * reports through a callback without user data, so one parse at a time; a
 * validation callback may use cfg_error() or add to the list itself.
 * 0; -EINVAL or -ENOMEM, and then at least one error was added.
 */
int	conf_parse(cfg_t *, const char *file, const char *text,
	    struct conf_errors *);

#endif

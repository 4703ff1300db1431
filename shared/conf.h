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

#include "shared/conf_errors.h"
#include "shared/conf_scan.h"
#include "shared/pure/addr.h"
#include "shared/pure/mono.h"

#define CONF_FILE_MAX	(1024 * 1024)	/* bytes; a larger file is refused */

/*
 * Reads a regular file of at most CONF_FILE_MAX bytes without NUL bytes into a
 * malloc'd, terminated buffer.  On failure adds one error that says what is
 * wrong (not there, a directory, too large, binary, changed meanwhile) and returns
 * negative errno.
 */
int	conf_read_file(const char *path, char **text, struct conf_errors *);
/*
 * Waits until the file was left alone for CONF_QUIET_NS.  Whoever writes a file where
 * it stands begins with an empty one and goes on with parts of it, each of which may
 * be a good configuration.  False: for a second it was not, and an error was added.
 * Of a file that is not there nothing is said.
 */
#define CONF_QUIET_NS	(50 * NS_PER_MS)
bool	conf_await_quiet(const char *path, struct conf_errors *);
/*
 * conf_read_file() of an open descriptor of any kind, to its end, which may be a wait.
 * name: for the error.
 */
int	conf_read_stream(int fd, const char *name, char **text,
	    struct conf_errors *);

/*
 * Parses text into cfg, naming it `file` in errors.  Before libconfuse sees it,
 * comments (#, // and C style, no nesting) are blanked, and what its lexer would
 * misread is refused: open strings, comments and blocks, control characters,
 * "${", a bare '*' or '+', bytes above 0x7f outside of strings.  Strings end on
 * the line they begin.  Words that the tables do not have are said with the one
 * that is meant (hints may be NULL) and left out, so that all are found in one go
 * (conf_scan.h).  libconfuse reports through a callback without user data, so one
 * parse at a time; a validation callback may use cfg_error() or add to the list
 * itself.
 * 0: cfg has what could be read, and errors may have been added all the same.
 * -EINVAL or -ENOMEM: libconfuse did not come to the end, and at least one was.
 */
int	conf_parse(cfg_t *, const char *file, const char *text,
	    const struct conf_hint *hints, struct conf_errors *);

#endif

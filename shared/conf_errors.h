/*
 * conf_errors.h - what is wrong with a configuration, as a list.
 *
 * A list of zeros is empty.  No memory, no output.
 */
#ifndef SHARED_CONF_ERRORS_H
#define SHARED_CONF_ERRORS_H

#include <stdarg.h>
#include <stddef.h>

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
void	conf_errors_vadd(struct conf_errors *, const char *file, int line,
	    const char *fmt, va_list) __attribute__((format(printf, 4, 0)));
/* "file:line: text" (or "file: text") into buf, which it returns. */
const char *conf_error_format(const struct conf_error *, char *buf, size_t len);

#endif

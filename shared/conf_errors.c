/*
 * conf_errors.c - what is wrong with a configuration, as a list.
 */
#include "config.h"

#include "shared/conf_errors.h"

#include <stdio.h>

/* One line stays one line, whatever was quoted in it. */
static void
blank_controls(char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
}

void
conf_errors_vadd(struct conf_errors *errors, const char *file, int line,
    const char *fmt, va_list ap)
{
	struct conf_error *e;

	if (errors->count++ >= CONF_ERRORS_MAX)
		return;
	e = &errors->list[errors->count - 1];
	(void)snprintf(e->file, sizeof(e->file), "%s", file);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
	blank_controls(e->file);
	blank_controls(e->text);
	e->line = line > 0 ? line : 0;
}

void
conf_errors_add(struct conf_errors *errors, const char *file, int line,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	conf_errors_vadd(errors, file, line, fmt, ap);
	va_end(ap);
}

const char *
conf_error_format(const struct conf_error *e, char *buf, size_t len)
{
	if (e->line > 0)
		(void)snprintf(buf, len, "%s:%d: %s", e->file, e->line,
		    e->text);
	else
		(void)snprintf(buf, len, "%s: %s", e->file, e->text);
	return buf;
}

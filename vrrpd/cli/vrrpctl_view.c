/*
 * vrrpctl_view.c - lines that every full view has: a label and a value.
 */
#include "config.h"

#include "vrrpd/cli/vrrpctl_view.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "vrrpd/cli/vrrpctl_word.h"

void __attribute__((format(printf, 3, 4)))
view_line(const struct view *v, const char *label, const char *fmt, ...)
{
	va_list ap;

	(void)fprintf(v->out, "  %-17s ", label);
	va_start(ap, fmt);
	(void)vfprintf(v->out, fmt, ap);
	va_end(ap);
	(void)fputc('\n', v->out);
}

void
view_wrap(const struct view *v, const char *indent, const char *first,
    const char *text)
{
	size_t at = strlen(indent) + strlen(first), len;
	bool fresh = true;			/* nothing of text in this line */

	(void)fprintf(v->out, "%s%s", indent, first);
	for (; *text != '\0'; text += len + strspn(text + len, " ")) {
		len = strcspn(text, " ");
		if (!fresh && at + 1 + len > VIEW_COLUMNS) {
			(void)fprintf(v->out, "\n%s", indent);
			at = strlen(indent);
		} else if (!fresh) {
			(void)fputc(' ', v->out);
			at++;
		}
		fresh = false;
		(void)fprintf(v->out, "%.*s", (int)len, text);
		at += len;
	}
	(void)fputc('\n', v->out);
}

void
view_moment(const struct view *v, const char *label, const char *time)
{
	char when[VALUE_LEN], buf[VALUE_LEN];

	if (time != NULL)
		view_line(v, label, "%s (%s ago)", word_moment(when, time),
		    word_age(buf, v->now_us, time));
}

/*
 * vrrpctl_table.c - columns as wide as their contents.
 *
 * A table is filled a cell after the other, row by row, and printed once, when
 * the widths are known.  Numbers stand to the right.  One column may be cut
 * where a row would be longer than 80 characters.
 */
#include "config.h"

#include "vrrpd/cli/vrrpctl_table.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH_MAX	80
#define SHRUNK_MIN	10

void
table_cell(struct table *t, size_t column, const char *text)
{
	char **cells;

	if (t->failed)
		return;
	if (column == 0) {
		cells = reallocarray(t->cells, (t->rows + 1) * t->columns,
		    sizeof(char *));
		if (cells == NULL) {
			t->failed = true;
			return;
		}
		t->cells = cells;
		memset(&cells[t->rows * t->columns], 0,
		    t->columns * sizeof(char *));
		t->rows++;
	}
	if ((t->cells[(t->rows - 1) * t->columns + column] = strdup(text)) ==
	    NULL)
		t->failed = true;
}

static bool
is_number(const char *s)
{
	if (*s == '-' && s[1] != '\0')
		s++;
	s += strspn(s, "0123456789");
	return *s == '\0' || strcmp(s, "*") == 0;
}

/* The width of the column that may shrink, so that lines keep to 80. */
static size_t
shrunk(const size_t *width, size_t columns, size_t which)
{
	size_t c, others = 2 * (columns - 1);

	for (c = 0; c < columns; c++)
		if (c != which)
			others += width[c];
	if (others + width[which] <= WIDTH_MAX)
		return width[which];
	return others + SHRUNK_MIN <= WIDTH_MAX ? WIDTH_MAX - others :
	    SHRUNK_MIN < width[which] ? SHRUNK_MIN : width[which];
}

void
table_print(struct table *t, FILE *out, const char *indent)
{
	size_t width[COLUMNS_MAX] = { 0 };
	bool right[COLUMNS_MAX];
	const char *s;
	size_t r, c;

	for (c = 0; c < t->columns; c++)
		right[c] = t->rows > 1;
	for (r = 0; r < t->rows; r++)
		for (c = 0; c < t->columns; c++) {
			s = t->cells[r * t->columns + c];
			if (t->failed || s == NULL)
				goto out;
			if (strlen(s) > width[c])
				width[c] = strlen(s);
			if (r > 0 && !is_number(s))
				right[c] = false;
		}
	if (t->shrink != 0)
		width[t->shrink - 1] = shrunk(width, t->columns,
		    t->shrink - 1);
	for (r = 0; r < t->rows; r++) {
		(void)fputs(indent, out);
		for (c = 0; c < t->columns; c++) {
			s = t->cells[r * t->columns + c];
			if (strlen(s) > width[c]) {
				/* The end of an address says more. */
				(void)fprintf(out, "..%s  ",
				    s + strlen(s) - (width[c] - 2));
				continue;
			}
			if (c + 1 == t->columns && !right[c])
				(void)fprintf(out, "%s\n", s);
			else
				(void)fprintf(out, "%*s%s",
				    (int)(right[c] ? width[c] : -width[c]), s,
				    c + 1 == t->columns ? "\n" : "  ");
		}
	}
out:
	for (r = 0; t->cells != NULL && r < t->rows * t->columns; r++)
		free(t->cells[r]);
	free(t->cells);
	memset(t, 0, sizeof(*t));
}

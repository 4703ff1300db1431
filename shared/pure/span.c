/*
 * span.c - a length of time as people write it (see span.h).
 *
 * Whole numbers throughout: a span that cannot be represented is an error and
 * never rounded, and a floating-point number would hide which ones those are.
 * Used by both configuration grammars, by vrrpctl and by the converter.
 */
#include "config.h"

#include "shared/pure/span.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "shared/pure/mono.h"

static const struct {
	const char	*name;
	int64_t		 ns;
} units[] = {			/* longest first, for span_format() */
	{ "m", 60 * NS_PER_S },
	{ "s", NS_PER_S },
	{ "ms", NS_PER_MS },
	{ "us", NS_PER_US },
	{ "ns", 1 },
};
#define NUNITS	(sizeof(units) / sizeof(units[0]))

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int64_t
unit_by_name(const char *name, int64_t bare_unit_ns)
{
	if (*name == '\0')
		return bare_unit_ns;
	for (size_t i = 0; i < NUNITS; i++)
		if (strcmp(name, units[i].name) == 0)
			return units[i].ns;
	return 0;
}

/*
 * The digits [p, end) after a decimal point, in nanoseconds.  False when they
 * do not come out even.
 *
 * From the last digit to the first: what the digits so far are worth is carried
 * to the next as tenths of it.  The sum comes out even only if every step does,
 * and no step exceeds ten times the unit.
 */
static bool
parse_fraction(const char *p, const char *end, int64_t unit_ns, int64_t *out_ns)
{
	int64_t ns = 0;

	while (end > p) {
		ns += (*--end - '0') * unit_ns;
		if (ns % 10 != 0)
			return false;
		ns /= 10;
	}
	*out_ns = ns;
	return true;
}

int
span_parse(const char *text, int64_t bare_unit_ns, int64_t *out_ns)
{
	const char *p = text, *frac;
	bool negative = *p == '-', overflow = false;
	int64_t whole = 0, unit, ns, rest = 0;

	p += negative;
	if (!is_digit(*p))
		return -EINVAL;
	for (; is_digit(*p); p++)
		overflow |= __builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, *p - '0', &whole);
	frac = p;
	if (*p == '.') {
		frac = ++p;
		if (!is_digit(*p))
			return -EINVAL;
		while (is_digit(*p))
			p++;
	}
	if ((unit = unit_by_name(p, bare_unit_ns)) == 0 ||
	    !parse_fraction(frac, p, unit, &rest))
		return -EINVAL;
	if (overflow || negative ||
	    __builtin_mul_overflow(whole, unit, &ns) ||
	    __builtin_add_overflow(ns, rest, &ns))
		return -ERANGE;
	*out_ns = ns;
	return 0;
}

const char *
span_format(int64_t ns, char *buf, size_t len)
{
	size_t i = 0;

	if (ns == 0) {
		(void)snprintf(buf, len, "0s");
		return buf;
	}
	while (ns % units[i].ns != 0)
		i++;
	(void)snprintf(buf, len, "%lld%s", (long long)(ns / units[i].ns),
	    units[i].name);
	return buf;
}

/*
 * vrrpctl_word.c - values as people read them.
 *
 * Spans have the unit that leaves few digits; times are ages where the question
 * is how long ago, and otherwise moments in the reader's own zone, with the
 * offset.
 */
#include "config.h"

#include "vrrpd/cli/vrrpctl_word.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shared/pure/mono.h"
#include "shared/timestamp.h"
#include "vrrpd/cli/vrrpctl_doc.h"

/* At most three decimals, and no zeros at the end. */
static const char *
decimal(char *buf, double v, const char *unit)
{
	size_t n;

	(void)snprintf(buf, VALUE_LEN, "%.3f", v);
	n = strlen(buf);
	while (buf[n - 1] == '0')
		n--;
	if (buf[n - 1] == '.')
		n--;
	(void)snprintf(buf + n, VALUE_LEN - n, " %s", unit);
	return buf;
}

const char *
word_span(char *buf, int64_t us)
{
	if (us > -1000 && us < 1000)
		(void)snprintf(buf, VALUE_LEN, "%" PRId64 " us", us);
	else if (us > -1000000 && us < 1000000)
		return decimal(buf, (double)us / 1e3, "ms");
	else
		return decimal(buf, (double)us / 1e6, "s");
	return buf;
}

const char *
word_short_span(char *buf, int64_t us)
{
	char *space;

	(void)word_span(buf, us);
	if ((space = strchr(buf, ' ')) != NULL)
		memmove(space, space + 1, strlen(space));
	return buf;
}

const char *
word_length(char *buf, int64_t us)
{
	int64_t s = us < 0 ? 0 : us / 1000000;

	if (s < 60)
		(void)snprintf(buf, VALUE_LEN, "%" PRId64 "s", s);
	else if (s < 3600)
		(void)snprintf(buf, VALUE_LEN, "%" PRId64 "m%02" PRId64 "s",
		    s / 60, s % 60);
	else if (s < 86400)
		(void)snprintf(buf, VALUE_LEN, "%" PRId64 "h%02" PRId64 "m",
		    s / 3600, s / 60 % 60);
	else
		(void)snprintf(buf, VALUE_LEN, "%" PRId64 "d%02" PRId64 "h",
		    s / 86400, s / 3600 % 24);
	return buf;
}

const char *
word_age(char *buf, int64_t now_us, const char *time)
{
	int64_t us = doc_time_us(time);

	if (us < 0)
		(void)snprintf(buf, VALUE_LEN, "-");
	else
		(void)word_length(buf, now_us - us);
	return buf;
}

const char *
word_moment(char *buf, const char *time)
{
	int64_t us = doc_time_us(time);

	if (us < 0 || us > INT64_MAX / NS_PER_US)
		(void)snprintf(buf, VALUE_LEN, "%s", time);
	else
		(void)timestamp_format(us * NS_PER_US, buf);
	return buf;
}

const char *
word_other(char *buf, const char *to, const char *address, int64_t priority)
{
	buf[0] = '\0';
	if (address != NULL)
		(void)snprintf(buf, OTHER_LEN, "%s %s, priority %" PRId64,
		    strcmp(to, "active") == 0 ? "in place of" : "to", address,
		    priority);
	return buf;
}

/*
 * vrrpctl_doc.c - the members of a document that a daemon sent.
 *
 * A member of another type is as good as absent: NULL, 0, or what the caller
 * says instead.  So a view need not know which version of the daemon answers.
 */
#include "config.h"

#include "vrrpd/cli/vrrpctl_doc.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *
doc_str(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

const char *
doc_str_or(const json_t *o, const char *key, const char *otherwise)
{
	const char *s = doc_str(o, key);

	return s != NULL && s[0] != '\0' ? s : otherwise;
}

bool
doc_has_int(const json_t *o, const char *key)
{
	return json_is_integer(json_object_get(o, key));
}

int64_t
doc_num(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

int64_t
doc_time_us(const char *s)
{
	struct tm tm;
	const char *p;
	int64_t us = 0, scale = 100000;
	int hours, minutes, offset = 0;

	memset(&tm, 0, sizeof(tm));
	if (s == NULL || (p = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm)) == NULL)
		return -1;
	if (*p == '.')
		for (p++; isdigit((unsigned char)*p); p++, scale /= 10)
			us += (*p - '0') * scale;
	if ((*p == '+' || *p == '-') &&
	    sscanf(p + 1, "%2d:%2d", &hours, &minutes) == 2)
		offset = (*p == '-' ? -1 : 1) * (hours * 60 + minutes) * 60;
	return ((int64_t)timegm(&tm) - offset) * 1000000 + us;
}

json_t *
doc_sessions_with(const json_t *result, const char *peer)
{
	json_t *found = json_array(), *s;
	const char *p;
	size_t i;

	json_array_foreach(json_object_get(result, "sessions"), i, s) {
		p = json_string_value(json_object_get(s, "peer"));
		if (p != NULL && strcmp(p, peer) == 0)
			(void)json_array_append(found, s);
	}
	return found;
}

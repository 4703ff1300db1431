/*
 * ka_line.c - what kind of line it is, before its words are taken.
 *
 * Two questions that the grammar of keepalived does not settle: are quotes those
 * of a shell, and has another program still to put values in?  Pure.
 */
#include "config.h"

#include "vrrpd/convert/ka_line.h"

#include <stddef.h>
#include <string.h>

bool
ka_names_command(const char *s)
{
	static const char *const words[] = { "script", "process",
	    "startup_script", "shutdown_script", "misc_path", "quorum_up",
	    "quorum_down" };
	size_t i, n = strcspn(s, " \t\r\v\f{}");

	if (n >= 6 && strncmp(s, "notify", 6) == 0)
		return true;
	if (n > 7 && strncmp(s + n - 7, "_script", 7) == 0)
		return true;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == n && strncmp(s, words[i], n) == 0)
			return true;
	return false;
}

bool
ka_is_template(const char *s)
{
	static const char *const marks[][2] = { { "{{", "}}" },
	    { "{%", "%}" }, { "<%", "%>" } };
	const char *open;
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if ((open = strstr(s, marks[i][0])) != NULL &&
		    strstr(open + 2, marks[i][1]) != NULL)
			return !ka_names_command(s);
	return false;
}

/*
 * vrrp_values.c - single values by the rules of vrrpd.conf(5).
 *
 * Text to value and nothing else: no block, no file, no line.  The grammar of the
 * file, the engine's `set`, vrrpctl before it asks and the converter call this.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "shared/conf_words.h"
#include "shared/pure/mono.h"
#include "shared/pure/span.h"
#include "vrrpd/config/vrrp_values.h"
#include "vrrpd/pure/vrrp_params.h"

int
vrrp_values_advert_int(const char *text, uint8_t version, uint16_t *cs,
    char *why, size_t len)
{
	int64_t ns;
	int rv;

	rv = span_parse(text, NS_PER_CS, &ns);
	if (rv == -EINVAL)
		return refuse(why, len, "advert_int = %s: must be a number of "
		    "centiseconds, or a time such as 10ms or 1s", text);
	if (version == 2) {
		if (rv != 0 || ns < NS_PER_S || ns > 255 * NS_PER_S)
			return refuse(why, len, "advert_int = %s: version 2 "
			    "has 1s to 255s%s", text,
			    rv == 0 && ns < NS_PER_S ?
			    "; less needs version = 3" : "");
		if (ns % NS_PER_S != 0)
			return refuse(why, len, "advert_int = %s: version 2 "
			    "has whole seconds only; use version = 3", text);
	} else if (rv != 0 || ns < NS_PER_CS ||
	    ns > VRRP_ADVERT_INT_MAX * NS_PER_CS)
		return refuse(why, len, "advert_int = %s: must be from 1 to %d "
		    "centiseconds (10ms to 40950ms)", text,
		    VRRP_ADVERT_INT_MAX);
	if (ns % NS_PER_CS != 0)
		return refuse(why, len, "advert_int = %s: not a whole number "
		    "of centiseconds (10ms), which is what VRRP can send",
		    text);
	*cs = (uint16_t)(ns / NS_PER_CS);
	return 0;
}

int
vrrp_values_priority(const char *text, uint8_t *priority, char *why, size_t len)
{
	long v;

	if (int_parse(text, 1, VRRP_PRIORITY_OWNER, &v) != 0)
		return refuse(why, len, "priority = %s: must be from 1 to 254 "
		    "(255 only for the owner of the addresses)", text);
	*priority = (uint8_t)v;
	return 0;
}

int
vrrp_values_name(const char *text, char *why, size_t len)
{
	static const char *const taken[] = { "bfd", "history", "stats" };
	size_t i;

	if (name_parse("instance", text, VRRP_NAME_MAX - 1, why, len) != 0)
		return -EINVAL;
	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (strcmp(text, taken[i]) == 0)
			return refuse(why, len, "instance name \"%s\" is a "
			    "word of vrrpctl show", text);
	return 0;
}

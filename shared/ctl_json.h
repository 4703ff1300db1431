/*
 * ctl_json.h - values as swiftover-ctl(7) spells them, for both daemons.
 *
 * Two kinds.  ctl_json_X() makes a value, which the caller owns; an address or
 * an instant that there is not is null.  ctl_json_set_X() makes a value and puts
 * it into an object; an address or an instant that there is not is left out.
 *
 * Keys and words are ASCII of ours and are not checked; a text comes from
 * outside, and one that is not UTF-8 is left out.  Nobody looks for memory that
 * ran out: the member is missing then, and a document without it is still one.
 */
#ifndef SHARED_CTL_JSON_H
#define SHARED_CTL_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/loop.h"
#include "shared/pure/addr.h"

json_t	*ctl_json_word(const char *ascii);
/* RFC 3339, microseconds, local with offset (timestamp.h); real_ns 0: null. */
json_t	*ctl_json_time(int64_t real_ns);
json_t	*ctl_json_addr(const struct addr *);	/* null: not set */
json_t	*ctl_json_mac(const uint8_t mac[6]);
/* "loop" of both daemons: how long it was away, and whose work that was. */
json_t	*ctl_json_loop(const struct loop_absence *);

/* value: the object's from now on; NULL: no memory, and no member. */
void	ctl_json_set(json_t *object, const char *key, json_t *value);
void	ctl_json_set_int(json_t *, const char *key, int64_t);
/* In whole microseconds, rounded down. */
void	ctl_json_set_us(json_t *, const char *key, int64_t ns);
void	ctl_json_set_bool(json_t *, const char *key, bool);
void	ctl_json_set_word(json_t *, const char *key, const char *ascii);
void	ctl_json_set_text(json_t *, const char *key, const char *text);
void	ctl_json_set_addr(json_t *, const char *key, const struct addr *);
void	ctl_json_set_time(json_t *, const char *key, int64_t real_ns);

#endif

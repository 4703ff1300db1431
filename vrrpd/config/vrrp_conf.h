/*
 * vrrp_conf.h - vrrpd.conf(5) to struct vrrp_config and back.
 *
 * A parser is a function from text to values or a list of errors: no output, no
 * half result.
 *
 * Not reentrant: libconfuse's scanner is global.
 */
#ifndef VRRPD_VRRP_CONF_H
#define VRRPD_VRRP_CONF_H

#include <stddef.h>
#include <stdint.h>

#include "shared/conf.h"
#include "vrrpd/pure/vrrp_params.h"

/*
 * Look at the programs of commands and their users (vrrp_command.h): an error
 * where others could change a program, a warning where it could not be run.
 * vrrp_conf_parse_file() does.
 */
#define VRRP_CONF_LOOK		0x1

/*
 * Each: 0, then *out is complete and the caller's to vrrp_config_free(); or
 * -EINVAL with at least one error added, *out untouched.  warnings (may be
 * NULL): what is allowed and surely not meant, such as L-1.  Both lists are
 * appended to; the caller zeroes them.  router_id is "" when the file does not
 * set it: the daemon uses the host name.
 *
 * priority 255 is taken as written; whether the interface owns the addresses
 * is only known at run time, and the daemon refuses it then (V-76).
 */
int	vrrp_conf_parse_file(const char *path, struct vrrp_config *out,
	    struct conf_errors *errors, struct conf_errors *warnings);
/*
 * text: borrowed; filename: for messages, and its folder is where relative
 * include paths start.
 */
int	vrrp_conf_parse_text(const char *text, const char *filename,
	    unsigned flags, struct vrrp_config *out,
	    struct conf_errors *errors, struct conf_errors *warnings);

/*
 * Frees the arrays of *c, not *c itself; afterwards they are empty.  NULL, a
 * zeroed struct and one freed before are fine.
 */
void	vrrp_config_free(struct vrrp_config *c);

/*
 * The canonical text: every value spelled out, parsed back it is the same
 * configuration.  malloc'd; NULL when out of memory.
 */
char	*vrrp_conf_print(const struct vrrp_config *);

/*
 * One value, by the rules of the file; vrrpctl set uses them too.
 * 0, or -EINVAL with what is wrong in why[], *cs or *priority untouched.
 */
int	vrrp_conf_advert_int(const char *text, uint8_t version, uint16_t *cs,
	    char *why, size_t len);
int	vrrp_conf_priority(const char *text, uint8_t *priority, char *why,
	    size_t len);
/* Instance names: 1..31 of A-Z a-z 0-9 . _ - and not a word of vrrpctl show. */
int	vrrp_conf_name(const char *text, char *why, size_t len);

#endif

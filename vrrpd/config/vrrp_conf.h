/*
 * vrrp_conf.h - vrrpd.conf(5) to struct vrrp_config; vrrp_conf_print.h goes back.
 *
 * A parser is a function from text to values or a list of errors: no output, no
 * half result.
 *
 * Not reentrant: libconfuse's scanner is global.
 */
#ifndef VRRPD_VRRP_CONF_H
#define VRRPD_VRRP_CONF_H

#include "shared/conf.h"
#include "vrrpd/pure/vrrp_params.h"

/*
 * Look at the programs of commands and their users (vrrp_command.h): an error
 * where others could change a program, a warning where it could not be run.
 * vrrp_conf_parse_file() sets this flag.
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

#endif

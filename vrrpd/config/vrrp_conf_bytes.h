/*
 * vrrp_conf_bytes.h - the parts of a configuration as bytes, for vrrp_reading.c.
 *
 * One function per kind of part, which both writes and reads: the order of the
 * fields and their ranges are said once.  A coder that has refused something
 * stays refused; values read then are zero.
 */
#ifndef VRRPD_VRRP_CONF_BYTES_H
#define VRRPD_VRRP_CONF_BYTES_H

#include <stdbool.h>

#include "shared/conf.h"
#include "shared/pure/cursor.h"
#include "vrrpd/pure/vrrp_params.h"

struct vrrp_coder {
	bool			 reads;		/* from in; else writes to out */
	bool			 refused;	/* a range, a length, the end */
	struct cursor_in	 in;
	struct cursor_out	 out;
};

bool	vrrp_coder_ok(const struct vrrp_coder *);
/* Writing leaves *value as it is; reading sets it, to min when refused. */
void	vrrp_code_number(struct vrrp_coder *, int64_t *value, int64_t min,
	    int64_t max);
/* Of any integer, bool or enum. */
#define VRRP_CODE(c, lvalue, min, max) do {				\
	int64_t code_value_ = (int64_t)(lvalue);			\
	vrrp_code_number((c), &code_value_, (min), (max));		\
	if ((c)->reads)							\
		(lvalue) = (__typeof__(lvalue))code_value_;		\
} while (0)
/* Terminated text in a field of that size. */
void	vrrp_code_text(struct vrrp_coder *, char *text, size_t size);

void	vrrp_code_errors(struct vrrp_coder *, struct conf_errors *);
void	vrrp_code_instance(struct vrrp_coder *, struct vrrp_params *);
void	vrrp_code_tracker(struct vrrp_coder *, struct vrrp_tracker_params *);
/*
 * instances: how many there are to be a member of.  Reading takes memory for the
 * members, which are then the caller's to free, also after a refusal.
 */
void	vrrp_code_group(struct vrrp_coder *, struct vrrp_group_params *,
	    unsigned instances);

#endif

/*
 * conf_bytes.h - values of a configuration as bytes, and back.
 *
 * For a configuration that one process has read and another goes by.  One function
 * per kind of value both writes and reads, so that the order of the fields and their
 * ranges are said once.  A coder that has refused something stays refused; values
 * read then are zero.
 */
#ifndef SHARED_CONF_BYTES_H
#define SHARED_CONF_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/conf_errors.h"
#include "shared/pure/addr.h"
#include "shared/pure/cursor.h"

struct conf_coder {
	bool			 reads;		/* from in; else writes to out */
	bool			 refused;	/* a range, a length, the end */
	struct cursor_in	 in;
	struct cursor_out	 out;
};

bool	conf_coder_ok(const struct conf_coder *);
/* Writing leaves *value as it is; reading sets it, to min when refused. */
void	conf_code_number(struct conf_coder *, int64_t *value, int64_t min,
	    int64_t max);
/* Of any integer, bool or enum. */
#define CONF_CODE(c, lvalue, min, max) do {				\
	int64_t code_value_ = (int64_t)(lvalue);			\
	conf_code_number((c), &code_value_, (min), (max));		\
	if ((c)->reads)							\
		(lvalue) = (__typeof__(lvalue))code_value_;		\
} while (0)
/* Terminated text in a field of that size. */
void	conf_code_text(struct conf_coder *, char *text, size_t size);
void	conf_code_raw(struct conf_coder *, void *, size_t len);
/* may_be_unset: AF_UNSPEC is a value, too. */
void	conf_code_addr(struct conf_coder *, struct addr *, bool may_be_unset);

void	conf_code_errors(struct conf_coder *, struct conf_errors *);

#endif

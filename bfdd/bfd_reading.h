/*
 * bfd_reading.h - what a reading of bfdd.conf has found, as values and as bytes.
 *
 * bfdd does not read the file while it serves: a child does (bfd_reader.h), and what
 * it has found travels as bytes.  They are no file format: only a program of the same
 * layout takes them.  Decoding trusts nothing: every count, length and range is
 * looked at.
 */
#ifndef BFDD_BFD_READING_H
#define BFDD_BFD_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bfdd/pure/bfd_params.h"
#include "shared/conf_errors.h"

/* The longest encoding, of BFD_SESSIONS_MAX sessions. */
#define BFD_READING_MAX	(4 * 1024 * 1024)

struct bfd_reading {
	bool			 good;		/* no errors: config is complete */
	struct conf_errors	 errors;
	struct bfd_config	 config;	/* empty unless good */
};

/* malloc'd bytes and their number; 0: out of memory. */
size_t	bfd_reading_encode(const struct bfd_reading *, uint8_t **out);
/*
 * Into zeros, and on failure there are zeros again: -EPROTO: of a program with another
 * layout; -EBADMSG; -ENOMEM.  0: the config is the caller's to free.
 */
int	bfd_reading_decode(const void *bytes, size_t len, struct bfd_reading *);

#endif

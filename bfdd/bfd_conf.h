/*
 * bfd_conf.h - bfdd.conf(5) to struct bfd_config.
 *
 * A parser is a function from text to values or a list of errors: no output, no
 * half result.  Not reentrant: libconfuse's scanner is global.
 */
#ifndef BFDD_BFD_CONF_H
#define BFDD_BFD_CONF_H

#include <stdbool.h>

#include "bfdd/pure/bfd_params.h"
#include "shared/conf.h"

#define BFD_REALTIME_PRIORITY_DEFAULT	50
/*
 * B-123 leaves it to us, and peers differ in what they send (BIRD: 64): anything,
 * unless told otherwise.
 */
#define BFD_RX_TTL_MULTIHOP_DEFAULT	1

/*
 * Each: 0, then *out is complete and the caller's to bfd_config_free(); or
 * -EINVAL with at least one error appended, *out untouched.
 */
int	bfd_conf_parse_file(const char *path, struct bfd_config *out,
	    struct conf_errors *);
/* text: borrowed; filename: for messages. */
int	bfd_conf_parse_text(const char *text, const char *filename,
	    struct bfd_config *out, struct conf_errors *);
/* The configuration of a file that does not exist: no session. */
void	bfd_conf_empty(struct bfd_config *out);

/* A key as bytes: "0x" and an even number of digits.  Anything else is text. */
bool	bfd_conf_key_is_hex(const char *);

#endif

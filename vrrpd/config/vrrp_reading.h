/*
 * vrrp_reading.h - what a reading of vrrpd.conf has found, as values and as bytes.
 *
 * The engine does not read the file: a child of the monitor does
 * (vrrpd/monitor/vrrp_reader.h), and what it has found travels as bytes.  They are
 * no file format: only a program of the same layout takes them, and a program that
 * does not says so.
 *
 * Decoding trusts nothing: every count, length and range is looked at before
 * anything is written, and what is refused leaves nothing behind.
 */
#ifndef VRRPD_VRRP_READING_H
#define VRRPD_VRRP_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/conf.h"
#include "vrrpd/pure/vrrp_params.h"

/* The longest encoding; a configuration with more is refused by its reader. */
#define VRRP_READING_MAX	(32 * 1024 * 1024)

struct vrrp_reading {
	bool			 good;		/* no errors: config is complete */
	struct conf_errors	 errors;
	struct conf_errors	 warnings;
	struct vrrp_config	 config;	/* empty unless good */
};

/*
 * Reads and checks the file (vrrp_conf_parse_file).  NULL when out of memory;
 * vrrp_reading_free() is the caller's.
 */
struct vrrp_reading *vrrp_reading_of_file(const char *path);
/* The same when nobody writes the file any more (conf_await_quiet()). */
struct vrrp_reading *vrrp_reading_at_rest(const char *path);
void	vrrp_reading_free(struct vrrp_reading *);	/* NULL is fine */
/* The first error in one line, "(and N more)" after it.  Returns buf. */
const char *vrrp_reading_why(const struct vrrp_reading *, char *buf,
	    size_t len);

/* malloc'd bytes and their number; 0: out of memory, or VRRP_READING_MAX. */
size_t	vrrp_reading_encode(const struct vrrp_reading *, uint8_t **out);
/* The same of a good reading without warnings. */
size_t	vrrp_reading_encode_config(const struct vrrp_config *, uint8_t **out);

/* A configuration of its own with the same values.  0 or -ENOMEM. */
int	vrrp_reading_copy_config(const struct vrrp_config *,
	    struct vrrp_config *out);

/*
 * Decoding, in steps of one element each (some 20 us) for a process that has to be
 * on time.  bytes: borrowed until the end.  NULL when out of memory.
 */
struct vrrp_decoding;
struct vrrp_decoding *vrrp_decoding_begin(const void *bytes, size_t len);
/*
 * 1: there is more; 0: done; -EPROTO: of a program with another layout; -EBADMSG;
 * -ENOMEM.  After 0 or an error no further step may be taken.
 */
int	vrrp_decoding_step(struct vrrp_decoding *);
/*
 * Frees the decoding; NULL is fine.  Returns the reading, which is the caller's,
 * if the last step has said 0, or NULL.
 */
struct vrrp_reading *vrrp_decoding_end(struct vrrp_decoding *);

/* All steps at once; *out is untouched on failure.  0 or an error as above. */
int	vrrp_reading_decode(const void *bytes, size_t len,
	    struct vrrp_reading **out);

#endif

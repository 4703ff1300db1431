/*
 * vrrp_diff.h - what it takes to make a running instance what the file says.
 *
 * One table in vrrp_diff.c says of every field of struct vrrp_params what a
 * difference in it is worth.  Reload, `vrrpctl set` and whoever tells a user
 * beforehand what a reload would do ask here, so that none of them has a list of
 * its own.
 */
#ifndef VRRPD_VRRP_DIFF_H
#define VRRPD_VRRP_DIFF_H

#include <stdbool.h>

#include "vrrpd/pure/vrrp_params.h"

/* From the least to the most; a diff is worth as much as its worst field. */
enum vrrp_diff {
	VRRP_DIFF_EQUAL,	/* nothing to do */
	VRRP_DIFF_IN_PLACE,	/* vrrp_diff_apply(), the instance goes on */
	VRRP_DIFF_RESTART,	/* another instance is made, and takes over */
};
const char *vrrp_diff_name(enum vrrp_diff);	/* "equal", "in-place", ... */

/* From what runs to what is wanted. */
enum vrrp_diff vrrp_diff(const struct vrrp_params *running,
	    const struct vrrp_params *wanted);

/*
 * Copies every field whose class is not restart; the others keep what runs.
 * Meant for a diff worth VRRP_DIFF_IN_PLACE, after which nothing differs.
 */
void	vrrp_diff_apply(struct vrrp_params *running,
	    const struct vrrp_params *wanted);

/* Do they differ in the fields of this word of vrrpd.conf(5)? */
bool	vrrp_diff_in(const struct vrrp_params *running,
	    const struct vrrp_params *wanted, const char *word);

/* A field that differs, by the word of vrrpd.conf(5), and its worth. */
struct vrrp_diff_field {
	const char	*word;		/* static */
	enum vrrp_diff	 worth;		/* never VRRP_DIFF_EQUAL */
};
#define VRRP_DIFF_FIELDS_MAX	64

/* The words of the table, i = 0 is the first, maybe twice; NULL: no more. */
const char *vrrp_diff_word(unsigned i);

/* Fills in the fields that differ, in the order of the table.  How many. */
unsigned vrrp_diff_fields(const struct vrrp_params *running,
	    const struct vrrp_params *wanted,
	    struct vrrp_diff_field out[VRRP_DIFF_FIELDS_MAX]);

#endif

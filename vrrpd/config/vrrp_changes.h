/*
 * vrrp_changes.h - what a reload changes, in words.
 *
 * Between what runs and what is wanted: every instance, tracker, group and global
 * word that differs, how it is changed (vrrp_diff.h) and what that costs.  The
 * same list is for whoever asks beforehand and for whoever asks after it was done.
 */
#ifndef VRRPD_VRRP_CHANGES_H
#define VRRPD_VRRP_CHANGES_H

#include <stdbool.h>
#include <stddef.h>

#include "vrrpd/pure/vrrp_params.h"

enum vrrp_change_class {
	VRRP_CHANGE_ADDED,
	VRRP_CHANGE_REMOVED,
	VRRP_CHANGE_IN_PLACE,
	VRRP_CHANGE_RESTART,	/* an instance that hands over to itself */
	VRRP_CHANGE_LATER,	/* when vrrpd is started again */
};
/* "added", "removed", "in-place", "restart", "later". */
const char *vrrp_change_class_name(enum vrrp_change_class);

struct vrrp_change {
	struct vrrp_change	*next;
	const char		*kind;	/* "instance", "group", "global", "script" */
	char			 name[VRRP_NAME_MAX];	/* "" of globals */
	enum vrrp_change_class	 class;
	bool			 active;	/* an instance that is Active */
	/* Words of vrrpd.conf(5) with a blank between; "" if added or removed. */
	char			 words[512];
	/*
	 * "- WORD = OLD" and "+ WORD = NEW", each with a newline; a word in a block
	 * follows the block's.  No password.
	 */
	char			*lines;
};
/* The cost of a change, a static text. */
const char *vrrp_change_cost(const struct vrrp_change *);

struct vrrp_changes;

/*
 * from: in force, to: wanted, both borrowed until the last step.  running(): the
 * instance of that name as it runs, whose values may be others than those of the
 * file, and whether it is Active; NULL when there is none.  NULL: out of memory.
 */
struct vrrp_changes *vrrp_changes_new(const struct vrrp_config *from,
	    const struct vrrp_config *to,
	    const struct vrrp_params *(*running)(const char *name,
	    bool *active, void *arg), void *arg);
void	vrrp_changes_free(struct vrrp_changes *);	/* NULL is fine */
/* Looks at one more thing, some 100 us at the most.  False: that was all. */
bool	vrrp_changes_step(struct vrrp_changes *);
/* In the order: globals, trackers, instances, groups; NULL: none. */
const struct vrrp_change *vrrp_changes_first(const struct vrrp_changes *);
/* How many instances. */
unsigned vrrp_changes_count(const struct vrrp_changes *,
	    enum vrrp_change_class);
unsigned vrrp_changes_unchanged(const struct vrrp_changes *);

#endif

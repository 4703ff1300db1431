/*
 * ka_layout.h - what is written, as a person would have: the file's own order,
 * the user's comments, values in a column.
 */
#ifndef VRRPD_KA_LAYOUT_H
#define VRRPD_KA_LAYOUT_H

#include <stddef.h>

#include "vrrpd/convert/ka_conv.h"
#include "vrrpd/convert/ka_tree.h"

/*
 * Text that goes to c->out from now on stands for this line of the top of the
 * file.  Writes an empty line and the comments that stood above.
 */
void	ka_begin(struct ka_conv *, const struct ka_node *);
/* The comments that stood inside the block, each as a line of ours. */
void	ka_put_comments(struct ka_conv *, const struct ka_node *);
/* All comments of a block that nothing of ours stands for, after an empty line. */
void	ka_put_heading(struct ka_conv *, const struct ka_node *);
/*
 * The text that was written, in the order of the lines that it stands for; what
 * was written before the first ka_begin() comes first.  Malloc'd; NULL when out
 * of memory.
 */
char	*ka_layout(const struct ka_conv *, const char *text, size_t len);

#endif

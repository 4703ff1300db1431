/*
 * ka_bfd.h - bfd_instance to the bfd block of an instance.
 */
#ifndef VRRPD_KA_BFD_H
#define VRRPD_KA_BFD_H

#include "vrrpd/convert/ka_conv.h"

/*
 * The bfd block for a use of a session, whose tracker is known; counts it in
 * v->bfd and v->links.  After ka_read_addresses().
 */
void	ka_put_bfd(struct ka_conv *, struct ka_instance *v,
	    const struct ka_track *);
/* A session that no instance tracks, as a comment: bfdd.conf(5) has it. */
void	ka_put_unused_bfd(struct ka_conv *, const struct ka_tracker *);

#endif

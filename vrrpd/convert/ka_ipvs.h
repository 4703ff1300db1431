/*
 * ka_ipvs.h - the part of keepalived.conf that `keepalived -C` needs.
 */
#ifndef VRRPD_KA_IPVS_H
#define VRRPD_KA_IPVS_H

#include <stdbool.h>

#include "vrrpd/convert/ka_tree.h"

/* Is there a virtual_server in the file? */
bool	ka_has_ipvs(const struct ka_tree *);

/* Does a check ask for BFD, which keepalived would do itself? */
bool	ka_ipvs_has_bfd(const struct ka_tree *);

/*
 * ka_ipvs - the virtual servers as a keepalived.conf of their own.
 *
 * tree: of ka_parse(), so includes, variables and @ lines are put in already.
 * text: malloc'd; virtual_server, virtual_server_group, SSL, the global words
 * that the checkers read, and the bfd_instance and track_file blocks that a check
 * names; nothing of VRRP.
 * 0; -ENOENT: there is no virtual_server; -ENOMEM.  Of an error *text is
 * untouched.
 */
int	ka_ipvs(const struct ka_tree *, char **text);

#endif

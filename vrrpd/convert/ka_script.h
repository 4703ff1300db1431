/*
 * ka_script.h - a vrrp_script, written.
 */
#ifndef VRRPD_KA_SCRIPT_H
#define VRRPD_KA_SCRIPT_H

#include "vrrpd/convert/ka_conv.h"

/*
 * Writes the script, or the tracker that does what the script is meant to do
 * where the script itself cannot; t->written says which.  t->left_out: there
 * is nothing to write, and that was said.
 */
void	ka_put_script(struct ka_conv *, struct ka_tracker *t);

#endif

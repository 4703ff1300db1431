/*
 * ka_convert.h - keepalived's configuration as a vrrpd.conf(5).
 */
#ifndef VRRPD_KA_CONVERT_H
#define VRRPD_KA_CONVERT_H

#include "vrrpd/convert/ka_parse.h"
#include "vrrpd/convert/ka_tree.h"

struct ka_beside;

/*
 * ka_convert - the vrrpd.conf that does what a keepalived.conf does.
 *
 * src: scripts that it can read are looked through for what would not work any
 * more; borrowed for the call.
 *
 * tree: of ka_parse(); gets a remark with file and line for every word that
 * means something else in *text or is left out (KA_DIFFERENCE), and for words
 * that stay the same where there is something to know (KA_NOTE).  Every word of
 * the input is either carried over or has such a remark.
 *
 * text: a malloc'd configuration that vrrp_conf_parse_text() takes.
 * 0; -EINVAL: there is no router in it, as a remark of KA_ERROR says; -ENOMEM.
 * Of an error *text is untouched.
 */
int	ka_convert(struct ka_tree *tree, const struct ka_source *src,
	    char **text);

/* The same, and in *guide what ka_put_beside() writes, malloc'd too. */
int	ka_convert_beside(struct ka_tree *tree, const struct ka_source *src,
	    const struct ka_beside *, char **text, char **guide);

#endif

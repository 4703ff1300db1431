/*
 * bfd_conf_print.h - struct bfd_config to the text of bfdd.conf(5).
 */
#ifndef BFDD_BFD_CONF_PRINT_H
#define BFDD_BFD_CONF_PRINT_H

#include "bfdd/pure/bfd_params.h"

/*
 * The canonical text: every value spelled out, keys included; parsed back it is
 * the same configuration.  malloc'd; NULL when out of memory.
 */
char	*bfd_conf_print(const struct bfd_config *);

#endif

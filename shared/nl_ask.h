/*
 * nl_ask.h - one question to rtnetlink, for whoever has no loop.
 */
#ifndef SHARED_NL_ASK_H
#define SHARED_NL_ASK_H

#include "shared/nl_msg.h"

/* Look one link up in the kernel now.  0 or negative errno; -ENODEV: none. */
int	nl_ask_link(const char *name, struct nl_link *out);

#endif

/*
 * ka_sight.h - what a check script looks at, as far as its command says.
 */
#ifndef VRRPD_KA_SIGHT_H
#define VRRPD_KA_SIGHT_H

#include <stdbool.h>

#include "vrrpd/pure/vrrp_params.h"

enum ka_sight_kind {
	KA_SEES_NOTHING,		/* that a tracker of vrrpd sees */
	KA_SEES_PROCESS,		/* name of it in what */
	KA_SEES_PID_FILE,		/* path of it in what */
	KA_SEES_TCP,			/* a host in what, and port */
	KA_SEES_HTTP,			/* a URL in what */
};

struct ka_sight {
	enum ka_sight_kind	 kind;
	bool			 needs_root;	/* asks with a signal */
	bool			 needs_shell;	/* and none is named */
	char			 what[VRRP_COMMAND_MAX + 1];
	char			 port[8];
};

/*
 * Fills in *out with what the command only looks at.  command: as ka_command()
 * gave it.  What is found is a guess from the words of the command.
 */
void	ka_sight(const char *command, struct ka_sight *out);

#endif

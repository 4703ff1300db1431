/*
 * confine.h - which system calls a process may still make.
 *
 * A filter of the kernel (seccomp), by libseccomp where it was built with it.  One
 * list for each kind of process, in confine.c; called by priv_drop(), after all
 * that needs more is open.
 */
#ifndef SHARED_CONFINE_H
#define SHARED_CONFINE_H

#include <stdbool.h>

enum confine_kind {
	CONFINE_NOT,
	CONFINE_TREE,	/* starts others, which inherit it: some calls denied */
	CONFINE_ENGINE,	/* the calls listed for it: executes, forks, traces nothing */
	CONFINE_BFDD,	/* the same, and may execute itself anew */
	CONFINE_NET,	/* vrrpd-net: the same */
	CONFINE_CHECKS,	/* vrrpd-checks: the same, and inotify, pidfds */
};

/*
 * From now on and for whatever this process executes.  0; 1 when it was confined so
 * before, or the program is built without (or to be looked at by sanitizers,
 * fuzzers, valgrind); or negative errno when the kernel does not want to, and all
 * is as before.  Sets no_new_privs.  CONFINE_NOT does nothing.
 */
int	confine(enum confine_kind);
/* confine() does something in this program. */
bool	confine_is_built(void);

#endif

/*
 * priv.h - who we are after start: an unprivileged user with a few capabilities.
 *
 * One table in priv.c says which capabilities each daemon keeps (design: engine
 * NET_ADMIN, NET_RAW; bfdd NET_RAW).  priv_drop() is called once, after
 * everything that needs root is open and before the first packet is read.
 */
#ifndef SHARED_PRIV_H
#define SHARED_PRIV_H

#include <stdbool.h>
#include <sys/types.h>

enum priv_role {
	PRIV_VRRPD_ENGINE,
	PRIV_VRRPD_MONITOR,
	PRIV_VRRPD_MONITOR_USERS,	/* helpers of another user */
	PRIV_VRRPD_NET,
	PRIV_VRRPD_CHECKS,		/* nothing, and starts no programs */
	PRIV_VRRPD_HELPER,		/* nothing */
	PRIV_VRRPD_HELPER_USERS,	/* may become another user */
	PRIV_VRRPD_HELPER_ROOT,		/* so that the result is a whole root */
	PRIV_BFDD,
};

struct priv_user {
	uid_t	uid;
	gid_t	gid;
};

/*
 * The user named at configure time (--with-user).  Not root ourselves: the
 * current user.  0; -ENOENT when started by root and the user does not exist.
 */
int	priv_lookup(struct priv_user *out);
const char *priv_user_name(void);
/*
 * The user of checks, scripts and hooks: `name`, or if that is NULL or "" the one of
 * configure time (--with-check-user).  Who is neither root nor the daemons' user is
 * that user already: the current one.  0; -ENOENT when there is no such user, and
 * then *out is the daemons' user.
 */
int	priv_lookup_check(const char *name, struct priv_user *out);
const char *priv_check_user_name(const char *name);
/* True when this process is that user, or may become it. */
bool	priv_may_become(const struct priv_user *);
/*
 * Become that user (root, or with CAP_SETUID and CAP_SETGID), keep exactly the role's
 * capabilities (effective and permitted, nothing inheritable or ambient, bounding set
 * emptied as far as allowed), set no_new_privs, no dumpable core.
 * PRIV_VRRPD_HELPER_ROOT keeps the bounding set and does without no_new_privs, or a
 * child of it that becomes root would have nothing of root but the number.
 * Capabilities we did not have are not an error.  Then the process is confined to the
 * role's system calls (confine.h); a kernel that does not do that is said in the log
 * and no error.  0 or negative errno; then the process must exit.
 */
int	priv_drop(enum priv_role, const struct priv_user *);
/*
 * In a child that is about to execute a program of ours: that gets the
 * capabilities of the child, and gives them up with a priv_drop() of its own.
 * For a role that has such heirs (the monitor), or root.  0 or negative errno:
 * then the program would be without.
 */
int	priv_pass_on(void);

#endif

/*
 * priv.c - the one table of what each process may still do, and the way there.
 *
 * Engine: NET_ADMIN for addresses and devices, NET_RAW for AF_PACKET and raw
 * sockets opened later (an interface that appears, a reload).  Monitor: the
 * same two, because the last will removes addresses and sends adverts when the
 * engine no longer can.  What a role has whose process executes programs of ours
 * later (heirs) stays in its bounding set, or they could not be given it.  It
 * does not need KILL where the helpers it starts run as the same user as the
 * engine.  Where they run as another one, it keeps the way to that user, to start
 * again a helper that has died: one that came back as the daemons' user would give
 * that user's rights to whoever can end a helper, its own scripts for example.
 * The monitor reads nothing from the network.  vrrpd-net: NET_ADMIN, for
 * devices and the lifetimes of addresses; it sends no packet.  Helpers: none; who has
 * to run programs as other users changes to them and ends them.  bfdd: NET_RAW, for
 * SO_BINDTODEVICE on kernels before 5.7 and for sockets of sessions requested later;
 * its ports are above 1023.  SYS_NICE and IPC_LOCK are used by rtsched_enter() before
 * this.
 *
 * The order matters: the bounding set and the groups can only be changed with
 * full privileges; KEEPCAPS carries the permitted set over the change of user;
 * the change clears the effective set, which cap_set_proc() then fills with
 * what the table says.  At the end the result is read back: a daemon that
 * believes to have dropped its privileges and has not is worse than none.
 */
#include "config.h"

#include "shared/priv.h"

#include <sys/capability.h>
#include <sys/prctl.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "shared/confine.h"
#include "shared/log.h"

#define ROLE_CAPS_MAX	5

static const struct {
	int		ncaps;
	cap_value_t	caps[ROLE_CAPS_MAX];
	bool		children;	/* may get what we have not */
	bool		heirs;		/* programs of ours, to get what we have */
	enum confine_kind confined;
} roles[] = {
	[PRIV_VRRPD_ENGINE] = { 2, { CAP_NET_ADMIN, CAP_NET_RAW },
	    .confined = CONFINE_ENGINE },
	[PRIV_VRRPD_MONITOR] = { 2, { CAP_NET_ADMIN, CAP_NET_RAW },
	    .heirs = true, .confined = CONFINE_TREE },
	[PRIV_VRRPD_MONITOR_USERS] = { 5, { CAP_NET_ADMIN, CAP_NET_RAW,
	    CAP_SETUID, CAP_SETGID, CAP_KILL }, .heirs = true,
	    .confined = CONFINE_TREE },
	[PRIV_VRRPD_NET] = { 1, { CAP_NET_ADMIN }, .heirs = true,
	    .confined = CONFINE_NET },
	[PRIV_VRRPD_CHECKS] = { 0, .confined = CONFINE_CHECKS },
	[PRIV_VRRPD_HELPER] = { 0, .confined = CONFINE_TREE },
	[PRIV_VRRPD_HELPER_USERS] = { 3, { CAP_SETUID, CAP_SETGID, CAP_KILL },
	    .heirs = true, .confined = CONFINE_TREE },
	/* A whole root does what it wants, and no_new_privs is not set. */
	[PRIV_VRRPD_HELPER_ROOT] = { 3, { CAP_SETUID, CAP_SETGID, CAP_KILL },
	    true },
	[PRIV_BFDD] = { 1, { CAP_NET_RAW }, .heirs = true,
	    .confined = CONFINE_BFDD },
};

/*
 * The leak check at the end of a sanitized process traces itself, which a
 * process that is not dumpable may not.
 */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DUMPABLE	1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define DUMPABLE	1
#endif
#ifndef DUMPABLE
#define DUMPABLE	0
#endif

const char *
priv_user_name(void)
{
	return DAEMON_USER;
}

const char *
priv_check_user_name(const char *name)
{
	return name == NULL || name[0] == '\0' ? CHECK_USER : name;
}

static int
look_up(const char *name, struct priv_user *out)
{
	struct passwd pw, *found = NULL;
	char buf[4096];
	int rc;

	rc = getpwnam_r(name, &pw, buf, sizeof(buf), &found);
	if (found != NULL) {
		*out = (struct priv_user){ pw.pw_uid, pw.pw_gid };
		return 0;
	}
	/* Different libraries say "not found" differently: getpwnam(3). */
	if (rc == 0 || rc == ESRCH || rc == EBADF || rc == EPERM)
		rc = ENOENT;
	return -rc;
}

int
priv_lookup(struct priv_user *out)
{
	if (geteuid() == 0)
		return look_up(DAEMON_USER, out);
	*out = (struct priv_user){ getuid(), getgid() };
	return 0;
}

int
priv_lookup_check(const char *name, struct priv_user *out)
{
	struct priv_user us, found;
	int error;

	error = priv_lookup(&us);
	if (error == 0)
		*out = us;
	if (geteuid() != 0 && (look_up(DAEMON_USER, &found) < 0 ||
	    found.uid != us.uid))
		return 0;
	error = look_up(priv_check_user_name(name), &found);
	if (error == 0)
		*out = found;
	return error;
}

bool
priv_may_become(const struct priv_user *u)
{
	cap_flag_value_t uid = CAP_CLEAR, gid = CAP_CLEAR;
	cap_t have;

	if (geteuid() == 0 || geteuid() == u->uid)
		return true;
	have = cap_get_proc();
	if (have == NULL)
		return false;
	(void)cap_get_flag(have, CAP_SETUID, CAP_EFFECTIVE, &uid);
	(void)cap_get_flag(have, CAP_SETGID, CAP_EFFECTIVE, &gid);
	(void)cap_free(have);
	return uid == CAP_SET && gid == CAP_SET;
}

/* The user's groups from the group database, or only its own. */
static int
set_groups(const struct priv_user *u)
{
	struct passwd pw, *found = NULL;
	char buf[4096];

	(void)getpwuid_r(u->uid, &pw, buf, sizeof(buf), &found);
	if (found != NULL)
		return initgroups(found->pw_name, u->gid);
	return setgroups(1, &u->gid);
}

/* Needs SETPCAP; without it there is nothing in reach worth dropping. */
static void
empty_bounding_set(enum priv_role role)
{
	int i, n = roles[role].heirs ? roles[role].ncaps : 0;

	for (cap_value_t c = 0; c <= CAP_LAST_CAP; c++) {
		for (i = 0; i < n && roles[role].caps[i] != c; i++)
			;
		if (i == n)
			(void)cap_drop_bound(c);
	}
}

static int
become(const struct priv_user *u)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || set_groups(u) < 0 ||
	    setresgid(u->gid, u->gid, u->gid) < 0 ||
	    setresuid(u->uid, u->uid, u->uid) < 0 ||
	    prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return -errno;
	return 0;
}

/* Effective and permitted become what both the table and we have. */
static int
keep_caps(enum priv_role role)
{
	cap_t have = cap_get_proc(), want = cap_init();
	int rc = 0;

	if (have == NULL || want == NULL) {
		rc = -ENOMEM;
		goto out;
	}
	for (int i = 0; i < roles[role].ncaps; i++) {
		const cap_value_t *c = &roles[role].caps[i];
		cap_flag_value_t permitted;

		if (cap_get_flag(have, *c, CAP_PERMITTED, &permitted) < 0 ||
		    permitted != CAP_SET)
			continue;
		if (cap_set_flag(want, CAP_PERMITTED, 1, c, CAP_SET) < 0 ||
		    cap_set_flag(want, CAP_EFFECTIVE, 1, c, CAP_SET) < 0) {
			rc = -errno;
			goto out;
		}
	}
	if (cap_set_proc(want) < 0)
		rc = -errno;
out:
	(void)cap_free(have);
	(void)cap_free(want);
	return rc;
}

/* The table's capabilities of a role; libcap refuses to set none. */
static int
set_permitted(cap_t caps, enum priv_role role)
{
	return roles[role].ncaps == 0 ? 0 : cap_set_flag(caps, CAP_PERMITTED,
	    roles[role].ncaps, roles[role].caps, CAP_SET);
}

/* Is there a way back to root, or a capability beyond the table? */
static bool
has_more(enum priv_role role, const struct priv_user *u)
{
	cap_t now = cap_get_proc(), allowed = cap_init();
	bool more = true;
	uid_t r, e, s;

	if (now != NULL && allowed != NULL &&
	    set_permitted(allowed, role) == 0 && set_permitted(now, role) == 0)
		more = CAP_DIFFERS(cap_compare(now, allowed), CAP_PERMITTED) ||
		    CAP_DIFFERS(cap_compare(now, allowed), CAP_INHERITABLE);
	(void)cap_free(now);
	(void)cap_free(allowed);
	return more || getresuid(&r, &e, &s) < 0 ||
	    r != u->uid || e != u->uid || s != u->uid;
}

int
priv_drop(enum priv_role role, const struct priv_user *u)
{
	int rc;

	if (!roles[role].children)
		empty_bounding_set(role);
	if ((geteuid() == 0 || geteuid() != u->uid) && (rc = become(u)) < 0)
		return rc;
	if ((rc = keep_caps(role)) < 0)
		return rc;
	/* Kernels before 4.3 have no ambient set to clear. */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 &&
	    errno != EINVAL)
		return -errno;
	if ((!roles[role].children &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) ||
	    prctl(PR_SET_DUMPABLE, DUMPABLE, 0, 0, 0) < 0)
		return -errno;
	if (has_more(role, u))
		return -EPERM;
	rc = confine(roles[role].confined);
	if (rc < 0)
		log_warning("system calls are not filtered: %s", strerror(-rc));
	return 0;
}

int
priv_pass_on(void)
{
	cap_t have;
	int rc = 0;

	/* Root is given everything anyway. */
	if (geteuid() == 0)
		return 0;
	have = cap_get_proc();
	if (have == NULL)
		return -ENOMEM;
	for (cap_value_t c = 0; rc == 0 && c <= CAP_LAST_CAP; c++) {
		cap_flag_value_t permitted;

		if (cap_get_flag(have, c, CAP_PERMITTED, &permitted) < 0 ||
		    permitted != CAP_SET)
			continue;
		if (cap_set_flag(have, CAP_INHERITABLE, 1, &c, CAP_SET) < 0 ||
		    cap_set_proc(have) < 0 ||
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0) < 0)
			rc = -errno;
	}
	(void)cap_free(have);
	return rc;
}

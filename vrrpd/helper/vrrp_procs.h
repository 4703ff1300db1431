/*
 * vrrp_procs.h - processes that live: their end at once, their start soon.
 *
 * The end of a process is an event of its pidfd: exact, in any namespace, without
 * privileges.  Starts are looked for, every interval: the kernel's number of the
 * last process tells whether there was one at all, and only then is /proc read,
 * and of it only what is new, or was new in the last second (a program has its
 * name only after exec).  Every other process is read again every 2 s, because a
 * name may change.
 *
 * The kernel can also tell of starts, by its proc connector: only in the first
 * network namespace of the machine and to who may administer it.  Where that
 * answers, a start is seen at once; nothing depends on it, and what it loses is
 * found as anywhere else.
 *
 * A process whose core is being written has ended: at once where the connector tells
 * of it, and elsewhere a tenth of a second later.
 *
 * Only processes in our own network namespace count: one of another container
 * or namespace of the same name serves somebody else.  Two processes share one
 * if /proc/PID/net/dev is the same file for both, which everybody may look at;
 * /proc/PID/ns/net says the same but is only for those who could trace the
 * process.
 *
 * Nothing is found of processes that /proc hides (hidepid, ProtectProc).
 *
 * A name is what a process says it is.  Who asks for a user or an executable
 * (vrrp_whose.h) is told of no other; both are looked at again as names are, for a
 * daemon begins as root.
 */
#ifndef VRRPD_VRRP_PROCS_H
#define VRRPD_VRRP_PROCS_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/loop.h"
#include "shared/pure/mono.h"
#include "vrrpd/helper/vrrp_whose.h"

#define VRRP_PROCS_YOUNG_NS	NS_PER_S
#define VRRP_PROCS_REREAD_NS	(2 * NS_PER_S)
#define VRRP_PROCS_CORES_NS	(100 * NS_PER_MS)

struct vrrp_procs;
struct vrrp_procs_watch;

/* So many live now, since `at`.  From the loop, never from within _watch(). */
typedef void (*vrrp_procs_cb)(unsigned alive, mono_t at, void *arg);

/*
 * Asks for the proc connector too, which needs CAP_NET_ADMIN and goes on without
 * it.  NULL when out of memory.
 */
struct vrrp_procs *vrrp_procs_new(struct loop *);
/* The kernel has said that it will tell of starts. */
bool	vrrp_procs_told(const struct vrrp_procs *);
void	vrrp_procs_free(struct vrrp_procs *);	/* after every watch; NULL is fine */
/* Borrowed for the call. */
struct vrrp_procs_wanted {
	const char	*name;		/* as in /proc/PID/comm; or "" */
	const char	*pid_file;	/* exactly one of the two is not "" */
	struct vrrp_whose whose;
	int64_t		 interval_ns;	/* how often a start is looked for */
};

/*
 * The shortest interval of all watches counts for all.  The callback comes for the
 * first time soon, then with every change.  A process whose end was seen is not taken
 * for alive again because its pid_file is still there.  NULL when out of memory.
 */
struct vrrp_procs_watch *vrrp_procs_watch(struct vrrp_procs *,
	    const struct vrrp_procs_wanted *, vrrp_procs_cb, void *arg);
void	vrrp_procs_unwatch(struct vrrp_procs_watch *);
/* Descriptors could not be had for so many processes; those do not count. */
uint64_t vrrp_procs_missed(const struct vrrp_procs *);

#endif

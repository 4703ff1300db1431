/*
 * vrrp_run.h - programs of others: started, limited in time, and cleaned up after.
 *
 * Used by vrrpd-scripts (vrrp_helper.h), never by the engine.  A job is one run of
 * one command:
 *
 *   - in a session and process group of its own, with the signals' defaults, an
 *     environment of our making, / as its folder, nothing to read, and what it
 *     writes going nowhere but for its first line;
 *   - as the user that was asked for, with no capabilities and no way to new
 *     ones (no_new_privs) unless that user is root; never as root otherwise;
 *   - refused while others could change the program (vrrp_command.h), looked at
 *     before every run.
 *
 * A job ends when the program it started ends.  The rest of its process group is
 * then killed; a daemon it started, which has left the group, stays.  At the
 * deadline the job has failed, and its owner is told at once; its process group
 * gets SIGTERM, and SIGKILL VRRP_RUN_GRACE_NS later.  The job still counts as
 * running until it is gone, so that there is never more than one.
 *
 * The output is read, so that nobody blocks, but at no more than
 * VRRP_RUN_OUTPUT_MAX bytes and then 64 KiB every VRRP_RUN_OUTPUT_PACE_NS:
 * a program that prints a gigabyte meets its deadline.
 *
 * Needs Linux 5.3 (pidfd).  Single-threaded, on one loop.
 */
#ifndef VRRPD_VRRP_RUN_H
#define VRRPD_VRRP_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/loop.h"
#include "shared/pure/mono.h"
#include "vrrpd/config/vrrp_command.h"

#define VRRP_RUN_GRACE_NS	(500 * NS_PER_MS)
#define VRRP_RUN_OUTPUT_MAX	(1024 * 1024)
#define VRRP_RUN_OUTPUT_PACE_NS	(10 * NS_PER_MS)
#define VRRP_RUN_LINE_MAX	120
#define VRRP_RUN_JOBS_MAX	512	/* at once, the dying included */

enum vrrp_run_end {
	VRRP_RUN_EXITED,	/* code: exit status */
	VRRP_RUN_KILLED,	/* code: the signal */
	VRRP_RUN_TIMED_OUT,	/* the deadline passed */
	VRRP_RUN_REFUSED,	/* not started; code: errno */
};

struct vrrp_run_result {
	enum vrrp_run_end	end;
	int			code;
	int64_t			took_ns;
	/* For a user: "exit 1: no such host", "killed by signal 9", ... */
	char			reason[VRRP_RUN_LINE_MAX + 64];
};

struct vrrp_run_spec {
	const char	*command;	/* vrrp_command.h */
	const char	*user;		/* "" or NULL: the daemon's */
	const char *const *args;	/* behind it; NULL-terminated, or NULL */
	const char *const *env;		/* "NAME=value", likewise */
	int64_t		 timeout_ns;	/* at least 1 */
};

struct vrrp_run;		/* the runner */
struct vrrp_job;

struct vrrp_run *vrrp_run_new(struct loop *);
/* Kills all jobs, and tells nobody.  NULL is fine. */
void	vrrp_run_free(struct vrrp_run *);

/*
 * done is called once, from the loop and never from within vrrp_run_start(),
 * with a result it may read during the call: at the end of the program or at the
 * deadline, whatever is first, or soon when it could not be started.  It may
 * abandon the job and start others; it may not free the runner.
 *
 * gone (may be NULL) is called once after done, when nothing is left: then, and
 * not before, the job is freed and the next may be started in its place.
 */
typedef void (*vrrp_run_done)(const struct vrrp_run_result *, void *arg);
typedef void (*vrrp_run_gone)(void *arg);
/*
 * spec: borrowed for the call.  The job is the runner's; NULL when out of
 * memory or beyond VRRP_RUN_JOBS_MAX, and then neither is called.
 */
struct vrrp_job *vrrp_run_start(struct vrrp_run *, const struct vrrp_run_spec *,
	    vrrp_run_done, vrrp_run_gone, void *arg);
/* Kill the job, and call neither done nor gone any more. */
void	vrrp_run_abandon(struct vrrp_job *);
/* Jobs that are not gone yet. */
unsigned vrrp_run_count(const struct vrrp_run *);

#endif

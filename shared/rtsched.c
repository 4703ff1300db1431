/*
 * rtsched.c - real-time scheduling and locked memory.
 *
 * Locking has a trap.  After mlockall(MCL_FUTURE) every allocation counts
 * against RLIMIT_MEMLOCK as soon as CAP_IPC_LOCK is gone, and with the usual
 * limit of a few megabytes malloc() begins to fail hours later.  So the limit
 * is raised first; where that is refused only what is mapped now is locked,
 * with some heap and stack in reserve, and the caller says so.
 *
 * The allocator is told to keep what it has: giving pages back and faulting
 * them in again costs more than they are worth to a daemon of a few megabytes.
 */
#include "config.h"

#include "shared/rtsched.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"

#define NICE_FIRST	(-20)
#define HEAP_RESERVE	(4 * 1024 * 1024)

/* Touch the stack below us, so that it is there when it is needed. */
static __attribute__((noinline)) void
fault_in_stack(void)
{
	volatile char reserve[RTSCHED_STACK];

	for (size_t i = 0; i < sizeof(reserve); i += 1024)
		reserve[i] = 0;
}

static void
fault_in_heap(void)
{
	void *p;

#ifdef M_TRIM_THRESHOLD
	(void)mallopt(M_TRIM_THRESHOLD, -1);
	(void)mallopt(M_MMAP_MAX, 0);
#endif
	if ((p = malloc(HEAP_RESERVE)) == NULL)
		return;
	memset(p, 0, HEAP_RESERVE);
	/* Without this the compiler removes the pair of malloc and free. */
	__asm__ volatile("" : : "r"(p) : "memory");
	free(p);
}

/* 0 when memory may be locked without limit, for good; else an errno. */
static int
lift_lock_limit(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY }, now;

	if (setrlimit(RLIMIT_MEMLOCK, &all) == 0)
		return 0;
	if (getrlimit(RLIMIT_MEMLOCK, &now) == 0 &&
	    now.rlim_max == RLIM_INFINITY) {
		now.rlim_cur = RLIM_INFINITY;
		if (setrlimit(RLIMIT_MEMLOCK, &now) == 0)
			return 0;
	}
	return errno != 0 ? errno : EPERM;
}

void
rtsched_enter(int priority, struct rtsched *out)
{
	struct sched_param param = { .sched_priority = priority };
	int limit_error = lift_lock_limit();

	*out = (struct rtsched){ 0 };
	fault_in_heap();
	fault_in_stack();
	if (mlockall(MCL_CURRENT | (limit_error == 0 ? MCL_FUTURE : 0)) < 0) {
		out->lock_error = errno;
	} else {
		out->locked = limit_error == 0;
		out->locked_at_start = true;
		out->lock_error = limit_error;
	}
	if (priority <= 0)
		return;
	if (sched_setscheduler(0, SCHED_FIFO, &param) < 0)
		out->sched_error = errno;
	else
		out->priority = priority;
}

void
rtsched_prefer(void)
{
	(void)setpriority(PRIO_PROCESS, 0, NICE_FIRST);
}

void
rtsched_report(const struct rtsched *r)
{
	const char *locked = r->locked ? "yes" :
	    r->locked_at_start ? "at-start-only" : "no";

	if (r->sched_error == 0 && r->lock_error == 0)
		return;
	log_warning("scheduling realtime=%s%s%s locked=%s%s%s: %s%s%s",
	    r->sched_error == 0 ? "ok" : "refused",
	    r->sched_error == 0 ? "" : " why=",
	    r->sched_error == 0 ? "" : strerror(r->sched_error), locked,
	    r->lock_error == 0 ? "" : " why=",
	    r->lock_error == 0 ? "" : strerror(r->lock_error),
	    r->sched_error == 0 ? "" : "failover may be late on a busy machine;"
	    " start as root or with CAP_SYS_NICE, and give the cgroup a"
	    " real-time budget where the kernel has RT_GROUP_SCHED",
	    r->sched_error != 0 && r->lock_error != 0 ? "; " : "",
	    r->lock_error == 0 ? "" : "memory may be paged out; start as root"
	    " or with LimitMEMLOCK=infinity");
}

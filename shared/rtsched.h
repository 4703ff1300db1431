/*
 * rtsched.h - real-time scheduling and locked memory, asked for once at start.
 *
 * Both may be refused (no privilege, RT_GROUP_SCHED, RLIMIT_MEMLOCK).  That is
 * reported once by the caller, shown in `show`, and the daemon goes on.
 */
#ifndef SHARED_RTSCHED_H
#define SHARED_RTSCHED_H

#include <stdbool.h>

/*
 * So much stack is there from the start.  Where locked memory has a limit the kernel
 * gives no more, and a call that needs more ends the process.
 */
#define RTSCHED_STACK	(768 * 1024)

struct rtsched {
	int	priority;	/* SCHED_FIFO priority in force, 0 = not real time */
	int	sched_error;	/* 0, or errno of the refusal */
	bool	locked;		/* mlockall(MCL_CURRENT | MCL_FUTURE) holds */
	bool	locked_at_start; /* at least what was mapped at start is locked */
	int	lock_error;	/* 0, or errno why `locked` is not true */
};

/*
 * Before priv_drop(), when threads, sockets and tables exist.  Raises
 * RLIMIT_MEMLOCK, reserves and faults in some heap and stack, locks memory,
 * then takes SCHED_FIFO `priority` (1..99).  priority 0: stay SCHED_OTHER,
 * memory is locked all the same.
 */
void	rtsched_enter(int priority, struct rtsched *out);
/*
 * This process and its children come before all others that are not real time, for
 * as long as they ask for nothing else.  Before priv_drop(); a refusal changes
 * nothing, and rtsched_enter() reports the same one.
 */
void	rtsched_prefer(void);
/* One log line at warning level naming whatever was refused and the cure. */
void	rtsched_report(const struct rtsched *);

#endif

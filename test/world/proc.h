/*
 * proc.h - processes: a coroutine, a table of descriptors, signals, an end.
 *
 * A process runs in no time, except that a clock is never read twice at the same
 * instant.  Time passes for a process when it waits, be it for an event
 * (epoll_wait, poll) or in a call that the kernel takes long for; and it wakes a
 * little late, later when it is stopped, and when its host sleeps not before the
 * host does.
 */
#ifndef TEST_WORLD_PROC_H
#define TEST_WORLD_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "test/world/world.h"

struct file;
struct coro;

#define PROC_SIGNALS	65

struct proc {
	struct host	*host;
	char		 name[24];	/* "bfdd", "engine" */
	int		 pid;
	struct proc	*parent;	/* NULL: nobody's */
	struct proc	*forker;	/* the parent at birth */
	struct proc	*next;		/* of this host */
	struct coro	*co;		/* NULL: ended */
	int		 (*fn)(void *arg);
	void		*arg;
	struct file	**fds;
	int		 fd_size;
	FILE		*out;		/* standard output, or NULL */

	/* Waiting. */
	bool		 woken;		/* the wake-up is under way */
	uint64_t	 wait;		/* number of this wait */
	int64_t		 until;		/* waits no longer than that */
	int64_t		 stopped_until;	/* SIGSTOP, or no processor */
	int64_t		 absent_until;	/* did not run, last until then */
	int64_t		 kept_until;	/* in a call, the last time */
	bool		 in_call;	/* the kernel keeps it */
	int64_t		 clock;		/* read last: world time, and a bit */

	int		 death_signal;	/* when the parent dies */
	uint64_t	 blocked, pending;	/* signals */
	struct file	*signal_files[PROC_SIGNALS];
	bool		 ended, reaped;
	bool		 exit_seen;	/* a moment after the end: waitable */
	int		 status;	/* as waitpid(2) says */
	struct file	*pidfd;		/* readable when waitable; or NULL */
	bool		 brief;		/* a command: its end is nothing to say */
	/* For whoever started it; called when it has ended. */
	void		(*done)(struct proc *, void *arg);
	void		*done_arg;
	void		*context;	/* of whoever wrote fn */
	uint64_t	 wakes;
};

/* fn(arg) begins a moment from now; its value is the exit status. */
struct proc *proc_start(struct host *, const char *name, struct proc *parent,
	    int (*fn)(void *), void *arg);
/* A signal, as kill(2). 0 or negative errno. */
int	proc_signal(struct proc *, int signo);
/* Everything it had is gone, and nobody was told: SIGKILL. */
void	proc_kill(struct proc *);
/* From within: the process ends with this status. */
void	proc_exit(int status) __attribute__((noreturn));
/* Not running for so long: it finds out when it wakes. */
void	proc_stall(struct proc *, int64_t span_ns);
/* The same until proc_continue(). */
void	proc_stop(struct proc *);
void	proc_continue(struct proc *);
/*
 * Out of the host's list, when it has ended, and whoever was to know knows.  The
 * memory stays: others may compare.
 */
void	proc_forget(struct proc *);
struct proc *proc_find(const struct host *, const char *name);
struct proc *proc_by_pid(const struct host *, int pid);
/* The process exists, is not stopped, and its host is awake. */
bool	proc_is_awake(const struct proc *);

/* --- for calls.c and files --- */

/*
 * The running process waits until it is woken, or until that time.  True: woken.
 * A wait that is over before it begins (until <= now) still lets others run.
 */
bool	proc_wait(int64_t until);
/* The running process is in a call for so long, in the middle of whatever. */
void	proc_spend(int64_t span_ns);
/* Something that the process waits for may be there. */
void	proc_wake(struct proc *);
/* The world time that the running process reads off a clock. */
int64_t	proc_read_clock(void);
struct file *proc_file(int fd);		/* of the running one; NULL: EBADF */
/* The lowest free descriptor from `low` on; takes the reference. */
int	proc_install(struct proc *, struct file *, int low);
int	proc_close(int fd);
/* Lets it run without the time it would take to wake. */
void	proc_host_woke(struct host *);

#endif

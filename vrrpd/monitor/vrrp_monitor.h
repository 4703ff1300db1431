/*
 * vrrp_monitor.h - the parent of the engine: starts it, watches it, survives it.
 *
 * The shell of vrrpd/pure/vrrp_supervise.h, which judges and waits.
 *
 * The monitor is the process that the service manager started.  It has a loop of
 * its own, few duties and the same capabilities as the engine.  The engine is its
 * child, and executes the program on disk, so that a restart after an upgrade
 * runs the new one.  Where that ends without a word (it cannot be executed, or
 * speaks another language) the next engine is a fork without exec, which needs
 * no file and no privilege that was given up.
 */
#ifndef VRRPD_VRRP_MONITOR_H
#define VRRPD_VRRP_MONITOR_H

#include "shared/loop.h"
#include "shared/priv.h"
#include "vrrpd/ipc/vrrp_birth.h"
#include "vrrpd/ipc/vrrp_channel.h"

/* A whole life of the engine; returns the exit status of the process. */
typedef int (*vrrp_engine_main)(struct vrrp_birth *, void *arg);

/*
 * Something else that the monitor does and that talks to the engine, such as
 * running programs.  attach: a new engine, register handlers on its channel.
 * detach: that channel is about to be freed.  forget: in a child, free what was
 * made on the loop, and nothing else; no other function is called after it.
 */
struct vrrp_monitor_part {
	void	(*attach)(struct vrrp_channel *, void *arg);
	void	(*detach)(void *arg);
	void	(*forget)(void *arg);
	/*
	 * A planned restart has succeeded, and whatever is this part's process is
	 * to become the program on disk, too.  NULL: none is.
	 */
	void	(*renew)(void *arg);
	/* An engine is about to be born: adds what it is given.  May be NULL. */
	void	(*provide)(struct vrrp_birth *, void *arg);
	/* The engine is ready for the first time in its life.  May be NULL. */
	void	(*ready)(void *arg);
	/* While there is still root: loop exists, no engine yet. 0 or -errno. */
	int	(*open)(struct loop *, void *arg);
	/* The engine has left for good, so does the monitor. May wait. */
	void	(*close)(void *arg);
	void	*arg;
};

struct vrrp_monitor_config {
	const char		*socket;	/* control socket, for the engine */
	const struct priv_user	*user;
	bool			 helpers_apart;	/* by another user */
	int			 realtime_priority;	/* of the engine */
	const struct vrrp_monitor_part *parts;	/* part_count */
	unsigned		 part_count;
	const struct vrrp_orders *orders;	/* for each engine; or NULL */
	vrrp_engine_main	 engine;
	bool			 executes;	/* engine() does, if it may */
	/*
	 * All has ended in order, and this process is to execute the program on
	 * disk, which takes the listening socket.  Returns on failure only.
	 */
	int	(*replace)(int listener, void *arg);
	int			 listener;	/* of the program before; -1: none */
	void			*arg;
};

/*
 * Supervises until there is nothing left to supervise; returns the exit status:
 * the engine's, when it ends by itself or is told to leave (SIGTERM, SIGINT); 1
 * when there is no engine to be had.  Returns in a child as well, with the
 * status of the engine that has lived there.
 */
int	vrrp_monitor_run(const struct vrrp_monitor_config *);

#endif

/*
 * vrrp_reload.h - reloads, from the wish to the answer.
 *
 * The engine's half of vrrpd/monitor/vrrp_ledger.h.  The file is read elsewhere:
 * here the monitor is asked for it, what comes is decoded a piece at a time and
 * handed to the engine to apply, and whoever asked is answered.  One wish at a
 * time; others wait for their turn and find the file as it is then.
 */
#ifndef VRRPD_VRRP_RELOAD_H
#define VRRPD_VRRP_RELOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/loop.h"
#include "vrrpd/config/vrrp_changes.h"
#include "vrrpd/engine/vrrp_apply.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/pure/vrrp_params.h"
#include "vrrpd/pure/vrrp_probation.h"

/* That many wishes at most, the one at work included. */
#define VRRP_RELOADS_MAX	8

struct vrrp_reload;

/* Zeroed: apply it for good. */
struct vrrp_reload_wish {
	bool			 dry_run;	/* say what would change */
	int64_t			 trial_ns;	/* 0: for good; else vrrp_probation.h */
};

/* The end of a wish. */
struct vrrp_reload_end {
	struct vrrp_reload_wish	 wish;
	int			 error;		/* 0, or negative errno */
	const char		*why;		/* one line, if there is one */
	struct vrrp_applied	 applied;	/* zero after a dry run */
	/* All steps done.  Its taker, who may be done(), leaves NULL. */
	struct vrrp_changes	*changes;
};
typedef void (*vrrp_reload_done)(struct vrrp_reload_end *, void *arg);

/* The engine, for its reloads. */
struct vrrp_reload_config {
	struct loop		*loop;
	struct vrrp_channel	*channel;	/* to the monitor */
	/* As it was applied last; and an instance as it runs (vrrp_changes.h). */
	const struct vrrp_config *(*in_force)(void *arg);
	const struct vrrp_params *(*running)(const char *name, bool *active,
		    void *arg);
	/*
	 * Puts what operators said to keep into the configuration; for a dry run
	 * nothing else may change.
	 */
	void	(*prepare)(struct vrrp_config *, bool dry_run, void *arg);
	/*
	 * Begins to put the configuration in force, takes it and leaves an empty
	 * one; when that is done the monitor has been told, with that number and
	 * trial, and vrrp_reload_applied() is called once, from the loop and not
	 * from here.  No other is to be applied meanwhile.  0; negative errno:
	 * nothing was begun.
	 */
	int	(*apply)(struct vrrp_config *, uint32_t number,
		    int64_t trial_ns, void *arg);
	void	*arg;
};

/* The config is copied; what it points at is borrowed.  NULL: out of memory. */
struct vrrp_reload *vrrp_reload_new(const struct vrrp_reload_config *);
/* Nobody is answered any more.  NULL is fine. */
void	vrrp_reload_free(struct vrrp_reload *);

/*
 * done (NULL: nobody wants to know, which may share the turn of another wish) is
 * called once, from the loop and not from here.  0; -EBUSY: too many wait; -ESHUTDOWN
 * after vrrp_reload_end_all(); another error of the channel.  Then done is not
 * called.
 */
int	vrrp_reload_ask(struct vrrp_reload *, const struct vrrp_reload_wish *,
	    vrrp_reload_done done, void *arg);
/*
 * The configuration of config.apply() is in force.  error: 0, or -ENOMEM with as much
 * done as was possible.  After vrrp_reload_end_all() it need not be called.
 */
void	vrrp_reload_applied(struct vrrp_reload *, const struct vrrp_applied *,
	    int error);
/* Whoever asked with that arg has gone: the wish stays, its answer does not. */
void	vrrp_reload_forget(struct vrrp_reload *, const void *arg);
/*
 * The reload on trial is to stay.  0; -ENOENT: none is; -ETIME: it is about to be
 * taken back; or an error of the channel.
 */
int	vrrp_reload_confirm(struct vrrp_reload *);
/* As the monitor has said last. */
const struct vrrp_probation *vrrp_reload_trial(const struct vrrp_reload *);
/* The engine leaves: every wish is answered so, and none is taken any more. */
void	vrrp_reload_end_all(struct vrrp_reload *);

#endif

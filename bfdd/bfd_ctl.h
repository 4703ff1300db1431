/*
 * bfd_ctl.h - what swiftover-ctl(7) says about bfdd: its methods, its topic.
 */
#ifndef BFDD_BFD_CTL_H
#define BFDD_BFD_CTL_H

#include <jansson.h>

#include "bfdd/bfd_engine_values.h"
#include "bfdd/bfd_restart.h"
#include "bfdd/bfd_table.h"
#include "shared/ctl_listener.h"
#include "shared/loop.h"
#include "shared/rtsched.h"

struct bfd_ctl;
struct bfd_engine;

/*
 * Answers on the listener; NULL: on nothing.  Both pointers are borrowed until
 * bfd_ctl_close().  0 or negative errno as ctl_server_open().
 */
int	bfd_ctl_open(struct loop *, const struct ctl_listener *,
	    const struct rtsched *sched, struct bfd_ctl **out);
/* The one to be asked for a restart; NULL, and at first: nobody.  Borrowed. */
void	bfd_ctl_set_restart(struct bfd_ctl *, struct bfd_restart *);
/* Answers from here on; before, requests are refused. */
void	bfd_ctl_set_engine(struct bfd_ctl *, struct bfd_engine *);
void	bfd_ctl_close(struct bfd_ctl *);

/* For tests, which attach clients to it. */
struct ctl_server *bfd_ctl_server(struct bfd_ctl *);

/* The engine's `changed` callback; arg: the struct bfd_ctl. */
void	bfd_ctl_changed(struct bfd_session *, enum bfd_change, void *arg);

/*
 * The params of session.request or session.release (key_only) as values.  False
 * with *error set.
 */
struct ctl_error;
bool	bfd_ctl_read_params(json_t *params, bool key_only,
	    struct bfd_params *out, struct ctl_error *error);
/* The same of passive.request and passive.release. */
bool	bfd_ctl_read_offer(json_t *params, bool key_only,
	    struct bfd_params *out, unsigned *sessions_max,
	    struct ctl_error *error);

#endif

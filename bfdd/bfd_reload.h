/*
 * bfd_reload.h - what bfdd.conf says now, as a difference to what is there.
 */
#ifndef BFDD_BFD_RELOAD_H
#define BFDD_BFD_RELOAD_H

#include "bfdd/bfd_engine_values.h"
#include "bfdd/pure/bfd_params.h"
#include "shared/pure/mono.h"

struct bfd_engine;

/*
 * bfdd.conf now says this: wishes of bfd_owner_conf are added, changed and
 * dropped by difference; a session whose lines did not change is not touched.
 * Failures are logged.  A lower packets_max takes nothing from what is there.
 */
void	bfd_engine_reload(struct bfd_engine *, const struct bfd_config *,
	    struct bfd_reload *);
/*
 * The same a little at a time, so that a thousand new sessions do not keep the
 * old ones from being served: BFD_RELOAD_SLICE_NS in every BFD_RELOAD_PACE_NS.
 * config is the engine's from here on.  done is called at the end, unless another
 * reload begins before, which takes its place.
 */
#define BFD_RELOAD_SLICE_NS	(200 * NS_PER_US)
#define BFD_RELOAD_PACE_NS	(1 * NS_PER_MS)
void	bfd_engine_reload_begin(struct bfd_engine *, struct bfd_config *config,
	    void (*done)(const struct bfd_reload *, void *arg), void *arg);

/* --- for bfd_engine.c --- */

/* Ends a reload that goes on, without a word to who began it. */
void	bfd_reload_forget(struct bfd_engine *);
/* The callback of e->reload.timer; arg: the engine. */
void	bfd_reload_slice(mono_t deadline, void *arg);

#endif

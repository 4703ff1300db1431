/*
 * bfd_act.h - what leaves a session: packets, echo, words to clients and log.
 *
 * For the other files of the engine.
 */
#ifndef BFDD_BFD_ACT_H
#define BFDD_BFD_ACT_H

#include <stdbool.h>
#include <stddef.h>

#include "bfdd/bfd_engine_state.h"
#include "bfdd/bfd_engine_values.h"
#include "bfdd/bfd_table.h"
#include "bfdd/pure/bfd_core.h"
#include "shared/pure/mono.h"

/* The clock, read; never before what it said last. Also in e->now. */
mono_t	bfd_act_now(struct bfd_engine *);

/* "peer=192.0.2.2 interface=eth0": how every line names a session. Returns buf. */
#define BFD_LABEL_LEN	160
const char *bfd_act_label(const struct bfd_session *, char *buf, size_t size);

/*
 * Does what the core of s asked for just now, at e->now: packets, then clients,
 * then the log.  s is not freed before the end of the batch.
 */
void	bfd_act_carry_out(struct bfd_engine *, struct bfd_session *,
	    const struct bfd_actions *);
/* s was changed without actions: tells whoever is to be told of sessions. */
void	bfd_act_notify(struct bfd_engine *, struct bfd_session *,
	    enum bfd_change);
/*
 * RFC 9468 2: what was accepted and is not Up is not kept for ever.  To be
 * called when who wishes s, or whether it is Up, has changed.
 */
void	bfd_act_consider_abandoning(struct bfd_engine *, struct bfd_session *);

/* A deadline of s may have changed: into its place in the heap. */
void	bfd_act_rearm(struct bfd_session *);
/* The heap or the slot has changed: the one timer of the engine. */
void	bfd_act_set_timer(struct bfd_engine *);

/* The next packet opens another socket; on the same port unless release. */
void	bfd_act_close_socket(struct bfd_engine *, struct bfd_session *,
	    bool release);

/* The callback of e->echo_timer; arg: the engine. */
void	bfd_act_echo_due(mono_t deadline, void *arg);

#endif

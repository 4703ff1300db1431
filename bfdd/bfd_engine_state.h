/*
 * bfd_engine_state.h - the engine's own struct, for the files of the engine.
 *
 * bfd_engine.c owns it and runs its life; bfd_act.c, bfd_wishes.c and bfd_reload.c
 * work on it.  Everybody else knows it by name only (bfd_engine.h).
 */
#ifndef BFDD_BFD_ENGINE_STATE_H
#define BFDD_BFD_ENGINE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "bfdd/bfd_engine_values.h"
#include "bfdd/bfd_heap.h"
#include "bfdd/bfd_io.h"
#include "bfdd/bfd_passive.h"
#include "bfdd/bfd_table.h"
#include "bfdd/pure/bfd_echo.h"
#include "bfdd/pure/bfd_params.h"
#include "bfdd/pure/bfd_wire.h"
#include "shared/loop.h"
#include "shared/nl.h"
#include "shared/pure/mono.h"
#include "shared/pure/token_bucket.h"

/* A reload that goes on; done NULL: none does. */
struct reload_run {
	struct bfd_config	 config;	/* ours */
	unsigned		 next;		/* session of it */
	struct bfd_reload	 result;
	struct loop_timer	*timer;
	void			(*done)(const struct bfd_reload *, void *arg);
	void			*arg;
};

/* An interface that is in a VRF, the index of whose device it is. */
struct bfd_vrf_link {
	int	ifindex, vrf;
};

struct bfd_engine {
	struct bfd_engine_config config;
	struct loop		*loop;
	struct bfd_table	*table;
	struct bfd_passive	*passive;
	struct bfd_io		*io;
	struct bfd_heap		 heap;
	struct loop_timer	*timer;		/* the heap's first, or the slot */
	mono_t			 now;
	int64_t			 slot_ns;	/* 0: off */
	mono_t			 slot_due;	/* MONO_NEVER: off */
	uint64_t		 rate_packets;	/* received since rate_since */
	mono_t			 rate_since;
	bool			 many_received;
	int64_t			 cadence_ns;	/* of the sentinel; 0: off */
	struct nl		*nl;		/* for echo; may be NULL */
	int			 echo_fd;	/* sends; -1: not opened */
	uint8_t			 echo_key[BFD_ECHO_KEY_LEN];
	struct loop_timer	*echo_timer;	/* looks for ways */
	struct loop_timer	*mourn_timer;
	/* Functions of the files above, to be deferred by those below. */
	void			(*pace)(void *arg);	/* sessions changed */
	void			(*reap)(void *arg);	/* one is doomed */
	struct bfd_engine_stats	 stats;
	struct token_bucket	 stall_log;
	int64_t			 shortest_ns;	/* Detection Time; 0: none */
	struct token_bucket	 discard_log[BFD_VERDICT_COUNT], limit_log;
	int64_t			 packets_max;	/* B-84; 0: no limit */
	int64_t			 packet_rate;	/* sum of the sessions' */
	struct token_bucket	 refused_log;
	struct token_bucket	 operator_log;
	struct {			/* bfd_vrf.c */
		struct bfd_vrf_link *links;
		unsigned	 count;
		int		 refused;	/* said for that one */
	}			 vrf;
	unsigned		 reload_number;
	struct reload_run	 reload;
	bool			 stopping;
	void			(*stopped)(void *arg);
	void			*stopped_arg;
};

#endif

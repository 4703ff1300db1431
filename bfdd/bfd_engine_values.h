/*
 * bfd_engine_values.h - what goes into the engine, and what it tells.
 *
 * Values only, for the files of the engine and for those who use it; the struct
 * bfd_engine itself is in bfd_engine_state.h, which is not for others.
 */
#ifndef BFDD_BFD_ENGINE_VALUES_H
#define BFDD_BFD_ENGINE_VALUES_H

#include <stdint.h>

#include "bfdd/bfd_table.h"
#include "bfdd/pure/bfd_echo.h"
#include "bfdd/pure/bfd_wire.h"
#include "shared/loop.h"

enum bfd_change {
	BFD_CHANGE_STATE,	/* s->last is new */
	BFD_CHANGE_VALUES,	/* intervals, remote values, wishes */
	BFD_CHANGE_DELETED,	/* s is freed after the call */
};

struct bfd_engine_config {
	struct loop	*loop;
	unsigned	 sessions_max;
	uint64_t	 seed;
	uint8_t		 echo_key[BFD_ECHO_KEY_LEN];	/* random, secret */
	uint16_t	 port_single_hop, port_multihop;	/* 0: the standard's */
	int64_t		 linger_ns;	/* 0: BFD_PASSIVE_LINGER_NS */
	/*
	 * Called after the packets of the event are out.  On the failover path:
	 * must be quick.  May be NULL.
	 */
	void		(*changed)(struct bfd_session *, enum bfd_change,
			    void *arg);
	void		*arg;
};

struct bfd_engine_stats {
	uint64_t	verdicts[BFD_VERDICT_COUNT];	/* [OK]: accepted */
	uint64_t	stalls;
	int64_t		worst_stall_ns;
	int64_t		last_stall_ns;
	int64_t		slot_ns;	/* 0: every packet wakes us */
	uint64_t	overflows;	/* dropped by the kernel, buffer full */
	uint64_t	strangers_lost;	/* the same, of no session of ours */
	int64_t		packet_rate;	/* of all sessions, at their fastest */
	int64_t		packets_max;	/* 0: no limit */
	uint64_t	refused;	/* wishes, for going beyond that */
};

struct bfd_reload {
	unsigned	added, changed, removed, unchanged, failed;
};

#endif

/*
 * sim.h - routers, a network and a clock, all of them pretended.
 *
 * Each router runs the real cores: one virtual router (vrrp_core.c) in a process
 * "vrrpd" and, if asked for, a BFD session to every other router (bfd_core.c) in
 * a process "bfdd".  What lies between the cores and the world in the daemons is
 * rebuilt here in small: sockets that queue with a receive stamp, a loop that
 * wakes a little late, drains before it looks at timers and notices when it was
 * absent, a control connection between the two processes.
 *
 * Time jumps to the earliest of arrivals and wake-ups.  Everything random comes
 * from the seed.  What must always hold is checked as it happens (sim_fail()
 * prints the seed and the last events and ends the program); what must hold in
 * quiet is checked by sim_check_settled().
 */
#ifndef TEST_SIM_SIM_H
#define TEST_SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "bfdd/pure/bfd_core.h"
#include "shared/pure/mono.h"
#include "shared/pure/rng.h"
#include "vrrpd/pure/vrrp_core.h"
#include "vrrpd/pure/vrrp_linger.h"

#define SIM_ROUTERS_MAX	7
#define SIM_INBOX_MAX	64	/* what a socket holds while nobody reads */
#define SIM_MESSAGE_MAX	96
#define SIM_TRACE_MAX	80

enum sim_proc_name { SIM_VRRPD, SIM_BFDD };
#define SIM_PROC_COUNT	2

/* The last two come over the control connection, which loses nothing. */
enum sim_kind { SIM_ADVERT, SIM_BFD, SIM_BFD_LEVEL, SIM_BFDD_LOST };

struct sim_message {
	enum sim_kind	kind;
	unsigned	from;
	mono_t		arrival;	/* the receive stamp */
	size_t		len;
	uint8_t		bytes[SIM_MESSAGE_MAX];
	struct vrrp_bfd_event level;
};

struct sim_proc {
	bool			running;
	mono_t			stalled_until;
	mono_t			sentinel;	/* due in a stall; else NEVER */
	int64_t			lateness_ns;	/* of the next wake-up */
	bool			known;		/* wanted is up to date */
	mono_t			wanted;
	bool			jumped;		/* the clock of the stamps */
	mono_t			ran;		/* its sockets were empty then */
	unsigned		count;
	struct sim_message	inbox[SIM_INBOX_MAX];
};

/* What an observer beside the router knows, to judge its takeovers. */
struct sim_witness {
	mono_t		heard_at;	/* last advert that ought to hold it back */
	int64_t		heard_interval_ns;
	bool		resigned;	/* priority 0 since */
	mono_t		state_at;
	bool		heard_since;	/* then, any Active */
	bool		lesser_heard;	/* an advert it may preempt */
	mono_t		bfd_heard[SIM_ROUTERS_MAX];
	unsigned	bfd_timeouts[SIM_ROUTERS_MAX];	/* not yet acted on */
	mono_t		last_advert_sent;
};

struct sim_router {
	struct addr		address;
	struct vrrp_core_params	params;
	struct vrrp_core	core;
	struct bfd_core		bfd[SIM_ROUTERS_MAX];
	struct sim_proc		proc[SIM_PROC_COUNT];
	mono_t			asleep_until;	/* the machine itself */
	bool			alive;		/* vrrpd runs */
	struct vrrp_linger	linger;
	bool			leaving;	/* dead when it has withdrawn */
	bool			handed_over;	/* and preempt is what it was: */
	bool			preempted;
	uint64_t		transitions, takeovers;
	mono_t			became_active;
	struct sim_witness	witness;
};

struct sim {
	uint64_t	seed;
	struct rng	rng;
	mono_t		now;
	uint8_t		family;
	unsigned	count;
	struct sim_router r[SIM_ROUTERS_MAX];

	/* The network: [from][to]. */
	bool		cut[SIM_ROUTERS_MAX][SIM_ROUTERS_MAX];
	bool		cut_vrrp[SIM_ROUTERS_MAX][SIM_ROUTERS_MAX];
	bool		cut_bfd[SIM_ROUTERS_MAX][SIM_ROUTERS_MAX];
	mono_t		last_arrival[SIM_ROUTERS_MAX][SIM_ROUTERS_MAX];
	unsigned	loss_permille;
	int64_t		delay_ns, jitter_ns;	/* of a frame */
	int64_t		lateness_ns;		/* of a loop, at most */

	/* BFD; interval 0: none. */
	int64_t		bfd_interval_ns;
	uint8_t		bfd_mult;

	/* Both Active and able to hear each other since: MONO_NEVER if not. */
	mono_t		contest_since[SIM_ROUTERS_MAX][SIM_ROUTERS_MAX];
	/* [i] answers still, while [j] is Active, and they hear each other. */
	mono_t		overlap_since[SIM_ROUTERS_MAX][SIM_ROUTERS_MAX];

	uint64_t	events;
	uint64_t	transitions;
	unsigned	trace_count;
	char		trace[SIM_TRACE_MAX][120];
	struct sim_heap	*heap;
};

/* count routers, priorities 100, 1 cs, no BFD, 100 us links; none started. */
void	sim_init(struct sim *, uint64_t seed, unsigned count);
void	sim_free(struct sim *);
/* Prints seed, what and the trace; exits 1. */
void	sim_fail(struct sim *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3), noreturn));
#define SIM_REQUIRE(s, condition) do {					\
	if (!(condition))						\
		sim_fail(s, "%s:%d: %s", __FILE__, __LINE__, #condition); \
} while (0)
void	sim_trace(struct sim *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* Everything that happens up to and including that instant. */
void	sim_run_until(struct sim *, mono_t);
void	sim_run_for(struct sim *, int64_t span_ns);

/* Things that are done to a router. */
void	sim_start(struct sim *, unsigned i);		/* vrrpd and bfdd */
void	sim_start_all(struct sim *);
void	sim_stop(struct sim *, unsigned i);		/* vrrpd, cleanly */
void	sim_handover(struct sim *, unsigned i);		/* if Active */
void	sim_kill(struct sim *, unsigned i);		/* vrrpd */
void	sim_kill_bfdd(struct sim *, unsigned i);
void	sim_start_bfdd(struct sim *, unsigned i);
void	sim_stall(struct sim *, unsigned i, enum sim_proc_name, int64_t span_ns);
void	sim_sleep(struct sim *, unsigned i, int64_t span_ns);	/* machine */
/* The clock that stamps packets was set: what waits has any age it may have. */
void	sim_clock_jump(struct sim *, unsigned i);
void	sim_set_params(struct sim *, unsigned i, const struct vrrp_core_params *);
void	sim_bfd_admin_down(struct sim *, unsigned i);

/* Things that are done to the network. */
void	sim_cut(struct sim *, unsigned from, unsigned to, bool cut);
void	sim_isolate(struct sim *, unsigned i, bool cut);	/* both ways */
void	sim_partition(struct sim *, unsigned member_mask);	/* or 0: none */
void	sim_heal(struct sim *);

/* Questions. */
int64_t	sim_interval_ns(const struct sim *);		/* the longest */
int64_t	sim_active_down_interval_ns(const struct sim *);	/* the longest */
int64_t	sim_detection_time_ns(const struct sim *);
unsigned sim_active_count(const struct sim *);
unsigned sim_active(struct sim *);		/* the only one, or fails */
/* How many answer on the addresses: Active, or not withdrawn yet. */
unsigned sim_answer_count(const struct sim *);
bool	sim_bfd_all_up(const struct sim *);
/*
 * Of every connected part with a live router exactly one is Active and no
 * better router that may preempt waits behind it; parts are judged by the cuts
 * in force, which must be the same both ways.
 */
void	sim_check_settled(struct sim *);

/* soak.c: hours of single faults, an hour for each seed from first on. */
void	soak_hours(uint64_t first, uint64_t hours);
void	soak_seeds(void);		/* one hour, and seeds that failed once */

#endif

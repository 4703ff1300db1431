/*
 * judge.h - what must hold, and what a client sees.
 *
 * The judge knows what each host is configured to be, sees every frame leave and
 * arrive, every address come and go, and reads the log.  Owners are hosts on
 * which a virtual address is and which get frames for it, whatever their daemons
 * believe.  Rules that must hold at every moment end the world when they are
 * broken (judge.c lists them); what is asked now and then are functions.
 */
#ifndef TEST_WORLD_JUDGE_H
#define TEST_WORLD_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "test/world/host.h"
#include "test/world/world.h"
#include "vrrpd/pure/vrrp_params.h"

struct frame;
struct host;
struct lan;
struct link;
struct proc;

/* As the log says; SEAT_NONE: no engine, or nothing said yet. */
enum seat_state { SEAT_NONE, SEAT_INITIALIZE, SEAT_BACKUP, SEAT_ACTIVE };

/* An instance on a host. */
struct seat {
	struct seat	*next;
	struct host	*host;
	struct lan	*lan;
	char		 name[VRRP_NAME_MAX];
	char		 interface[16];
	uint8_t		 family, vrid, version;
	uint8_t		 priority;	/* effective, as far as it is known */
	uint8_t		 configured;
	bool		 was_set;	/* until the next reload */
	bool		 preempt, grouped, unicast;
	int64_t		 interval_ns, configured_ns, preempt_delay_ns;
	int64_t		 confirm_ns;
	/*
	 * Another file is written, and nobody has said that it is in force: the
	 * values before may be, of several the most eager ones.
	 */
	bool		 pending;
	uint8_t		 before_priority;
	bool		 before_preempt;
	int64_t		 before_ns;		/* interval */
	int64_t		 written_at;
	unsigned	 vip_count;
	struct addr	*vips;

	enum seat_state	 state;
	int64_t		 since;
	char		 cause[24];
	uint64_t	 transitions, takeovers, bfd_takeovers;
	int64_t		 became_active;
	int64_t		 last_sent;	/* an advert; NEVER */
	int64_t		 promised_ns;	/* interval said there */

	/* A bystander's knowledge, to judge takeovers. */
	int64_t		 heard_at;	/* an advert that ought to hold it */
	int64_t		 heard_interval_ns;
	uint8_t		 heard_priority;
	int64_t		 resigned_at;	/* priority 0 since; or NEVER */
	int64_t		 lesser_at;	/* an advert it may preempt; or NEVER */
	bool		 heard_since;	/* in this state, of any Active */
	int64_t		 fall_used;	/* the last session's fall it acted on */
};

/* A virtual address on a LAN, as its client sees it. */
struct vip {
	struct vip	*next;
	struct vip	*same_slot;
	bool		 dirty;			/* to be looked at */
	struct vip	*next_dirty;
	struct lan	*lan;
	struct addr	 addr;
	unsigned	 owner_count;
	struct host	*owners[HOSTS_MAX];
	struct host	*answering;		/* now; NULL */
	struct host	*served;		/* the last that answered */
	int64_t		 unserved_since;	/* NEVER */
	int64_t		 unserved_ns, longest_ns;	/* since the mark */
	unsigned	 outages, moves;		/* since the mark */
	int64_t		 two_since;	/* two owners; NEVER */
	int64_t		 two_longest_ns;		/* since the mark */
	/* The same two owners: since, and the longest since the mark. */
	int64_t		 pair_since[HOSTS_MAX][HOSTS_MAX];
	int64_t		 pair_longest_ns;
	/*
	 * Owners that can hear each other, both able to: since; and since when
	 * one of the two is Active.
	 */
	int64_t		 shared_since[HOSTS_MAX][HOSTS_MAX];
	int64_t		 contest_since[HOSTS_MAX][HOSTS_MAX];
	/* An owner without an engine that runs: since. */
	int64_t		 abandoned_since[HOSTS_MAX];
};

/* A BFD session of a host, as its log says. */
struct bfd_seat {
	struct bfd_seat	*next;
	struct host	*host;
	char		 interface[16];
	struct addr	 peer;
	char		 state[12];		/* "up" */
	int64_t		 heard_at;		/* a packet in state Up */
	int64_t		 fell_at;		/* for a reason that counts; NEVER */
	int64_t		 rose_at;		/* from that fall */
	uint64_t	 transitions;
};

struct judge {
	struct seat	*seats;
	struct vip	*vips;
	struct vip	*by_addr[ADDR_SLOTS];
	struct bfd_seat	*sessions;
	bool		 all_dirty;		/* every vip is to be looked at */
	struct vip	*dirty;			/* or these */
	uint64_t	 transitions;		/* of all seats */
	uint64_t	 bfd_transitions;
	bool		 lenient;		/* takeovers are not judged */
	int64_t		 margin_ns;		/* more, for a contest */
};

void	judge_new(void);
/* A configuration is in force, or will be: seats and addresses of it. */
void	judge_configure(struct host *, const struct vrrp_config *);
/* Links, addresses, switch or cuts are others. */
void	judge_changed(void);
/* No more than who has this address, or where it is. */
void	judge_address_changed(const struct addr *);
/* No more than where frames to this MAC go, or who takes them. */
void	judge_mac_changed(const uint8_t mac[6]);
/* After every event. */
void	judge_look(void);
void	judge_log(struct host *, const struct proc *, const char *line);
void	judge_proc_gone(const struct proc *);
void	judge_frame_sent(struct host *, const struct frame *);
void	judge_frame_arrived(const struct link *, const struct frame *);

/* Counters of outages and moves begin anew. */
void	judge_mark(void);

struct seat *judge_seat(const struct host *, const char *name);
/* On any LAN; NULL: nobody is configured to have it. */
struct vip *judge_vip(const struct addr *);
/* Not NULL.  interface NULL: the first to that peer, on whatever interface. */
struct bfd_seat *judge_session(const struct host *, const char *interface,
	    const struct addr *peer);
/* Longest outage since the mark, one that lasts included. */
int64_t	judge_outage_ns(const struct vip *);

#endif

/*
 * plan.h - routers that belong together, as values, and their vrrpd.conf.
 */
#ifndef TEST_WORLD_PLAN_H
#define TEST_WORLD_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#define PLAN_ROUTERS_MAX	7
#define PLAN_INSTANCES_MAX	3
#define PLAN_EXTRAS_MAX		4
#define PLAN_OTHERS_MAX		3

enum plan_bfd { PLAN_NO_BFD, PLAN_PEERS, PLAN_AUTO };

/* An instance as one router has it. */
struct plan_part {
	uint8_t		 priority;
	bool		 preempt;
	unsigned	 preempt_delay_s;
	uint16_t	 interval_cs;
	unsigned	 confirm_ms;		/* 0: none */
	/* Values that may differ from router to router without harm. */
	unsigned	 extras;		/* mask: addresses more */
	bool		 long_prefix;		/* of those: one host only */
	bool		 refuses;		/* accept = no */
	bool		 stranger;		/* a unicast peer that is nobody */
	bool		 other_mode;		/* virtual_mac the other way round */
	bool		 without_bfd;
	bool		 slow_bfd;		/* half as often */
	bool		 no_lease;
	bool		 other_backup;		/* backup_adverts the other way round */
	unsigned	 garp;			/* one announcement more, seldomer */
};

/* A virtual router: number k is VRID 51 + k, address .50 + k, "web", "db", ... */
struct plan_instance {
	unsigned	 lan;
	uint8_t		 family;
	uint8_t		 version;
	bool		 virtual_mac, unicast;
	enum plan_bfd	 bfd;
	struct plan_part parts[PLAN_ROUTERS_MAX];
};

struct plan {
	unsigned	 routers, instances;
	bool		 lans;			/* two, else one */
	bool		 group;			/* all instances move together */
	bool		 link;			/* a gateway "gw", watched by BFD */
	unsigned	 bfd_ms, mult;
	unsigned	 others[PLAN_ROUTERS_MAX];	/* instances nobody shares */
	bool		 named[PLAN_ROUTERS_MAX];	/* the source, in all of them */
	struct plan_instance list[PLAN_INSTANCES_MAX];
};

/* Hosts r1, r2, ... (and gw), with their files; nothing is started. */
void	plan_build(const struct plan *);
/* The files of one router anew, as the plan is now. */
void	plan_rewrite(const struct plan *, unsigned router);
struct host *plan_host(unsigned router);
const char *plan_name(unsigned instance);
/* The longest that a Backup of any instance waits, about. */
int64_t	plan_down_ns(const struct plan *);
int64_t	plan_detection_ns(const struct plan *);
int64_t	plan_delay_ns(const struct plan *);	/* the longest preempt_delay */

#endif

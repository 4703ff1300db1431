/*
 * host.h - a machine: clocks, links, addresses, settings, and who lives on it.
 *
 * The kernel's side.  Links and addresses change by netlink (netlink.c) or by
 * the scenario, and every change is told to whoever listens.  An address that is
 * lent goes by itself, up to a second late, as the kernel's do.
 *
 * rtnl.  One lock for all changes of links and addresses.  A process that needs
 * it while it is held is kept in its call until it is free; removing a macvlan
 * holds it for a grace period.
 */
#ifndef TEST_WORLD_HOST_H
#define TEST_WORLD_HOST_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "test/world/world.h"
#include "vrrpd/pure/vrrp_level.h"

struct file;
struct lease;
struct path;
struct port;
struct proc;
struct route;

#define GROUPS_MAX	16		/* multicast addresses of a link */
#define ADDR_SLOTS	256

struct link {
	struct link	*next;
	struct host	*host;
	int		 ifindex;
	char		 name[IF_NAMESIZE];
	uint8_t		 mac[6];
	bool		 up, carrier;
	uint32_t	 mtu, group;
	struct port	*port;		/* of a LAN; NULL: a macvlan */
	struct link	*parent;	/* of a macvlan */
	bool		 hears;		/* macvlan: bridge mode */
	bool		 mute;		/* the queue takes nothing */
	struct {
		uint8_t		mac[6];
		unsigned	users;
	}		 groups[GROUPS_MAX];
};

struct address {
	struct address	*next;
	struct address	*same_slot;	/* in the host's by_addr */
	struct link	*link;
	struct addr_prefix prefix;
	bool		 secondary, no_route;
	int64_t		 lent_until;	/* NEVER: for good */
	uint64_t	 lease;		/* counts the renewals */
};

/* A neighbour as known by a host, or by the client of a LAN. */
struct neighbour {
	struct neighbour *next;
	const struct link *link;	/* where; NULL: a client's */
	struct addr	 addr;
	uint8_t		 mac[6];
	bool		 known;
	int64_t		 failing_since;	/* nobody answers; NEVER */
};

/* A level that a helper of vrrpd would have found out. */
struct known_level {
	struct known_level *next;
	struct vrrp_level level;
};

struct setting {
	struct setting	*next;
	int		 value;
	char		 name[];
};

struct host {
	char		 name[16];
	unsigned	 index;
	int64_t		 mono_offset_ns;	/* CLOCK_MONOTONIC */
	int64_t		 suspended_ns;		/* CLOCK_BOOTTIME counts it */
	int64_t		 real_offset_ns;	/* CLOCK_REALTIME */
	int64_t		 asleep_until;
	int64_t		 lent_until;	/* all was killed: addresses of no file */
	bool		 powered_off;
	struct link	*links;
	struct address	*addresses;	/* in the order they came */
	struct address	*by_addr[ADDR_SLOTS];	/* in that order too */
	struct setting	*settings;
	struct route	*routes;	/* routes.c */
	struct path	*paths;
	struct proc	*procs;
	struct known_level *levels;	/* of trackers (monitor.c) */
	struct file	*netlinks;	/* lists kept by netlink.c, inet.c, */
	struct file	*packets;	/* epoll.c */
	struct file	*datagrams;
	struct lease	*lent;		/* of virtual routers (lease.c) */
	uint64_t	 inodes, leases;	/* counts */
	int		 next_ifindex;
	int64_t		 rtnl_free_at;
	uint32_t	 next_port;	/* of netlink sockets */
	/* Errors that the scenario asks for. */
	int		 send_error;	/* of every frame; 0: none */
	int		 address_error;	/* of every new address ... */
	struct addr	 address_refused;	/* ... or of this one alone */
	bool		 drops_secondaries;	/* promote_secondaries 0 */
	struct neighbour *neighbours;
};

/* --- clocks --- */
int64_t	host_mono(const struct host *);
int64_t	host_real(const struct host *);
/* The machine does not run for so long; its clocks do. */
void	host_sleep(struct host *, int64_t span_ns);
/* Suspended: CLOCK_MONOTONIC does not run either. */
void	host_suspend(struct host *, int64_t span_ns);
/* Somebody sets the wall clock. */
void	host_set_clock(struct host *, int64_t by_ns);
/* No power: every process is gone, and so is what the kernel knew. */
void	host_power_off(struct host *);

/* --- making --- */
struct host *host_new(const char *name);
struct host *host_find(const char *name);
struct link *host_add_link(struct host *, const char *name);

/* --- links and addresses; 0 or negative errno --- */
struct link *link_by_index(const struct host *, int ifindex);
struct link *link_by_name(const struct host *, const char *name);
/* Admin up, and everything under it. */
bool	link_works(const struct link *);
int	link_set_up(struct link *, bool up);
/* The settings of the link go along. */
int	link_rename(struct link *, const char *name);
void	link_set_carrier(struct link *, bool carrier);
int	link_add_macvlan(struct host *, const char *name, struct link *parent,
	    const uint8_t mac[6], bool hears, struct link **out);
int	link_set_hears(struct link *, bool hears);
int	link_set_mute(struct link *, bool mute);
int	link_delete(struct link *);
int	link_group_join(struct link *, const uint8_t mac[6]);
void	link_group_leave(struct link *, const uint8_t mac[6]);

struct address *address_find(const struct host *, const struct link *,
	    const struct addr_prefix *);
/* The slot of an address in a table of ADDR_SLOTS. */
unsigned addr_slot(const struct addr *);
/* The first address of the host that is this one; NULL. */
struct address *address_of(const struct host *, const struct addr *);
/* lifetime_s 0: for good. An address that is there is renewed. */
int	address_add(struct link *, const struct addr_prefix *, bool no_route,
	    uint32_t lifetime_s);
int	address_del(struct link *, const struct addr_prefix *);
/* The address a packet to that destination leaves from. */
bool	address_source(const struct link *, const struct addr *to,
	    struct addr *out);

/* "ipv4/conf/eth0/forwarding" */
int	host_get(struct host *, const char *setting, int *value);
void	host_set(struct host *, const char *setting, int value);

/* --- rtnl --- */
/*
 * The running process waits until it is free; with `grace` it then holds it
 * until the kernel has waited for a grace period.
 */
void	host_rtnl(struct host *, bool grace);
/* Somebody else holds it. */
void	host_hold_rtnl(struct host *, int64_t span_ns);

/* --- seen by a neighbour --- */
/* The frame's destination is one of this link's, or a macvlan's on it. */
bool	link_takes(const struct link *, const uint8_t mac[6]);
/* A packet for addr in a frame to that MAC gets an answer. */
bool	link_answers(const struct link *, const uint8_t mac[6],
	    const struct addr *);
/* A question who has addr gets an answer, and with which MAC. */
bool	link_resolves(const struct link *, const struct addr *,
	    uint8_t mac[6]);

/* In that list; made, unknown, when it was not there.  Never a macvlan. */
struct neighbour *neighbour_get(struct neighbour **list, const struct link *,
	    const struct addr *);

/* A process of it has logged a line. */
void	host_log(struct host *, const struct proc *, const char *line);

#endif

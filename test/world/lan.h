/*
 * lan.h - a switch, its ports, what is under way, and the clients beside it.
 *
 * The switch learns from the source of every frame and forgets nothing.  Ways
 * between two ports can be cut, for everything or for one protocol, in one
 * direction; a port learns from what could have reached it, as if a cable between
 * two switches were cut; frames are late, lost or doubled as the world says, and never
 * overtake each other between the same two ports.
 *
 * A client is a port with nothing but a neighbour table in the manner of Linux:
 * what it knows of an address is changed by gratuitous ARP and by unsolicited
 * advertisements, and looked up afresh when nobody has answered for a while.
 */
#ifndef TEST_WORLD_LAN_H
#define TEST_WORLD_LAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "test/world/world.h"

struct host;
struct link;

#define PORTS_MAX	12
#define MACS_MAX	640
#define FRAME_MAX	2048
#define RING_MAX	256

/* Kinds of traffic that a cut is for. */
#define CUT_VRRP	0x1
#define CUT_BFD		0x2
#define CUT_OTHER	0x4
#define CUT_ALL		0x7

struct frame {
	unsigned	refs;
	size_t		len;
	unsigned	kind;		/* one of CUT_ */
	struct port	*from;
	uint8_t		bytes[];	/* from the Ethernet header on */
};

struct port {
	struct lan	*lan;
	unsigned	 index;
	struct link	*link;		/* NULL: the client's */
	/* A host that sleeps: what its card keeps. */
	struct frame	*ring[RING_MAX];
	unsigned	 ringed;
};

struct lan {
	struct lan	*next;
	char		 name[16];
	struct port	*ports[PORTS_MAX];
	unsigned	 count;
	struct port	*client;
	struct neighbour *neighbours;	/* of the client */
	uint8_t		 cut[PORTS_MAX][PORTS_MAX];	/* [from][to] */
	int64_t		 last_arrival[PORTS_MAX][PORTS_MAX];
	unsigned	 loss_permille, twice_permille;
	int64_t		 delay_ns, jitter_ns;
	unsigned	 ring;		/* frames a sleeping machine's card keeps */
	/* Where a MAC is, as seen from each port; NULL: not known. */
	struct {
		uint8_t		 mac[6];
		struct port	*at[PORTS_MAX];
	}		 macs[MACS_MAX];
	unsigned	 mac_count;
};

struct lan *lan_new(const char *name);
struct lan *lan_find(const char *name);
void	lan_connect(struct lan *, struct link *);
/* A frame leaves the link; copied.  0, or negative errno as the kernel says. */
int	lan_send(struct link *, const void *frame, size_t len);
/* A frame for a neighbour that is not known: its sender has done what it could. */
void	lan_kept(struct link *, const void *frame, size_t len);
/* A link is about to be freed. */
void	lan_link_gone(struct link *);
void	lan_host_woke(struct host *);
void	frame_unref(struct frame *);

/* kinds: CUT_*; taken away with cut false. */
void	lan_cut(struct lan *, const struct host *from, const struct host *to,
	    unsigned kinds, bool cut);
void	lan_isolate(struct lan *, const struct host *, unsigned kinds,
	    bool cut);
/* Members on one side, everybody else on the other, the client with others. */
void	lan_partition(struct lan *, unsigned member_mask);
void	lan_heal(struct lan *);
bool	lan_is_cut(const struct lan *, const struct host *from,
	    const struct host *to, unsigned kinds);
struct port *lan_port_of(const struct lan *, const struct host *);

/* The MAC of the host that has this address, for a sender on that link. */
bool	lan_resolve(const struct link *from, const struct addr *,
	    uint8_t mac[6]);

/* --- the client --- */

/* NULL: nobody answers a packet to that address, sent as it knows best. */
struct host *lan_client_served(struct lan *, const struct addr *);
/* Every host that answers on the address, wherever it is: how many. */
unsigned lan_owners(const struct lan *, const struct addr *,
	    struct host *owners[HOSTS_MAX]);

#endif

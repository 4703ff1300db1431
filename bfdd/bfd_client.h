/*
 * bfd_client.h - the clients of the control socket, and what their end means.
 *
 * BFD says that a host is there, not that the program is which the host is there
 * for.  A client that is in charge on an interface (vrrpd with an Active virtual
 * router) says so, and then its sessions there share its fate: when it vanishes
 * without goodbye (L-20), or is asked and does not answer in time (L-21), their
 * peers are told Down with diag 5.  What that does to sessions is bfd_engine.c's.
 *
 * A client may ask for a grace, in which its wishes stay as they are, and another
 * client, its next life, takes them over by wishing the same (L-24).
 */
#ifndef BFDD_BFD_CLIENT_H
#define BFDD_BFD_CLIENT_H

#include <jansson.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "bfdd/bfd_table.h"
#include "shared/ctl_server.h"
#include "shared/loop.h"
#include "shared/pure/mono.h"

#define BFD_FATE_INTERFACES_MAX		1024
#define BFD_GRACE_MAX_NS		(600 * NS_PER_S)
#define BFD_ANSWER_WITHIN_DEFAULT_NS	(300 * NS_PER_MS)
#define BFD_ANSWER_WITHIN_MAX_NS	(60 * NS_PER_S)
/* So many in this time, and the hang is noticed when all are unanswered. */
#define BFD_PINGS_MAX			3

struct bfd_clients;

/* The owner of its wishes (bfd_table.h). Read only. */
struct bfd_client {
	struct bfd_client	*next;
	struct bfd_clients	*clients;
	struct ctl_client_conn	*conn;		/* NULL: vanished, in its grace */
	char			 name[24];
	bool			 declared;	/* sent "fate" */
	int64_t			 grace_ns;
	int64_t			 answer_within_ns;	/* 0: no pings */
	char			(*interfaces)[IF_NAMESIZE];	/* in charge */
	unsigned		 interface_count;
	struct loop_timer	*timer;		/* next ping; end of the grace */
	unsigned		 missed;	/* pings without an answer */
	bool			 hung;
	uint64_t		 silences;	/* how often the client hung */
};

/*
 * answers_again: called when a client that hung sends something, so that it can be
 * told the levels of its sessions.  NULL: no memory.
 */
struct bfd_clients *bfd_clients_new(struct loop *,
	    void (*answers_again)(struct bfd_client *, void *arg), void *arg);
/* Frees every client; NULL is fine. */
void	bfd_clients_free(struct bfd_clients *);
/* NULL: there is no engine any more. */
void	bfd_clients_set_engine(struct bfd_clients *, struct bfd_engine *);
/* Iterate: for (c = first; c; c = c->next). */
struct bfd_client *bfd_clients_first(const struct bfd_clients *);

/* The client of a connection, made when it is new.  NULL: no memory. */
struct bfd_client *bfd_client_of(struct bfd_clients *,
	    struct ctl_client_conn *);
/*
 * The client is in charge on these interfaces (a list of names, borrowed; an
 * empty one is fine), in place of those it said before.  False: no memory,
 * nothing changed.
 */
bool	bfd_client_set_fate(struct bfd_client *, const json_t *interfaces,
	    int64_t grace_ns, int64_t answer_within_ns);
/* The client sent something: it does not hang. */
void	bfd_client_answers(struct bfd_client *);
/* The connection is about to be freed; frees the client, perhaps later. */
void	bfd_client_gone(struct bfd_client *, bool clean);
/*
 * Before a client wishes or offers: it takes over what clients in their grace had
 * wished or offered for the same session or interface (L-24).
 */
void	bfd_client_inherits(struct bfd_client *, const struct bfd_params *key);
void	bfd_client_inherits_offer(struct bfd_client *, const char *interface,
	    uint8_t family);
/* Would the end of the client be told to the peer of s, wished by w? */
bool	bfd_client_in_charge(const struct bfd_client *,
	    const struct bfd_session *s, const struct bfd_wish *w);

#endif

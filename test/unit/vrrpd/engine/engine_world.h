/*
 * engine_world.h - the rest of the machine, for a whole engine.
 *
 * On top of vrrpd_world.h: netlink as a source of events, bfdd, the channel from
 * the monitor, and the clients of the control socket.  What a real one of them
 * would have been told is written down; what it would say, a test says.
 */
#ifndef TEST_UNIT_VRRPD_ENGINE_WORLD_H
#define TEST_UNIT_VRRPD_ENGINE_WORLD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/ctl_server.h"
#include "shared/loop.h"
#include "shared/nl.h"
#include "test/unit/best_time.h"
#include "test/unit/vrrpd/vrrpd_world.h"
#include "vrrpd/engine/vrrp_router.h"
#include "vrrpd/ipc/vrrp_bfd.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/pure/vrrp_params.h"

#define ENGINE_SESSIONS_MAX	8

struct engine_world {
	struct vrrp_router *r;		/* of engine_open() */
	struct vrrp_applied done;	/* by the last engine_apply() */
	/* Errors of the calls themselves, negative; ENOMEM of bfd_new. */
	int		nl_open_error, nl_read_error, tx_error;
	bool		no_bfd, no_listener;
	int		flushed;	/* the last device */
	int		extra_links;	/* of orphans[], seen by nl_read_all() */
	struct nl_link	links[4];
	/* the sentinel */
	int64_t		cadence_ns, threshold_ns;
	/* bfdd */
	bool		bfd_up;
	char		bfd_path[64];
	char		wishes[1024];	/* of the last commit */
	char		refuses[256];	/* sources of no session, since the last */
	unsigned	commits;
	char		in_charge[256];	/* interfaces, blanks between */
	int64_t		grace_ns;
	bool		goodbye;	/* the client was closed cleanly */
	struct vrrp_bfd_session	sessions[ENGINE_SESSIONS_MAX];
	unsigned	session_count;
	/* the channel */
	bool		stuck;		/* messages stay in the queue */
	/* clients */
	bool		serving;	/* the control socket is answered */
	const char	*subscribed;	/* the topic; NULL: nobody */
	char		told[2048];	/* "instance:web transition: ..." */
	json_t		*last_told;
	struct ctl_error error;		/* of the last engine_ask() */
	unsigned	parts;		/* of its answer, made one by one */
	void		(*between)(void);	/* after the first of them */
	struct best_time best;		/* of the steps: head, and each part */
	bool		deferred;	/* engine_ask() has no answer yet */
	json_t		*answer;	/* the late one; NULL: none */
};
extern struct engine_world ew;

/* world_open(), named and with answers of the kernel; nothing of the engine. */
void	engine_world_open(void);
void	engine_world_close(void);
/* The configuration of this text, which has to be good. */
struct vrrp_config engine_config(const char *text);

/* A router without an engine around it, as ew.r; not started. */
void	engine_open(void);
void	engine_apply(const char *text);
void	engine_start(void);		/* with bfdd connected */
void	engine_close(void);		/* as an exit does; world too */
struct vrrp_instance *engine_find(const char *name);

/* Events of the kernel, and the turn of the loop ends. */
void	engine_link(const struct nl_link *, bool gone);
void	engine_addr(int ifindex, const char *prefix, bool secondary, bool gone);
void	engine_resync(void);		/* events were lost; a dump follows */
void	engine_synced(void);
struct nl_link engine_eth(int ifindex, const char *name);
/* The loop was absent for so long, until now. */
void	engine_stall(int64_t ns);
/* An advert of this VRID arrives at eth0. */
void	engine_advert(const char *source, uint8_t vrid, uint8_t priority);

/* A session of bfdd, made if need be, is now so; told to the client. */
struct vrrp_bfd_session *engine_session(const char *interface,
	    const char *peer, enum vrrp_bfd_state, enum vrrp_bfd_reason);
void	engine_bfdd(bool up);

/* A message of the monitor's side. */
void	engine_message(enum vrrp_message, const void *body, size_t len);
/*
 * The monitor has read what it was asked for, and found this text; the other one:
 * values of that number come, asked for or not.
 */
void	engine_reads(const char *text);
void	engine_values(unsigned number, const char *text);
/* The engine itself has refused one of its messages. */
void	engine_refuses(const struct vrrp_refused *);

/* As a client that subscribes: ew.told has the snapshot. */
void	engine_subscribe(const char *topic);
/*
 * A request: the answer (a new reference), or NULL and ew.error; or NULL and
 * ew.deferred, until ew.answer is there.
 */
json_t	*engine_ask(const char *method, const char *params);
/* The client hangs up in the middle of an answer of parts. */
void	engine_ask_and_go(const char *method, const char *params);
/* The client of a deferred answer hangs up. */
void	engine_client_goes(void);
/* The same where it has to be refused so. */
void	engine_refused(const char *method, const char *params, int code,
	    const char *message);

#endif

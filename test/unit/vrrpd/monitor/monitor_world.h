/*
 * monitor_world.h - the world around the monitor, in virtual time.
 *
 * Takes the place of loop, channel and child by link order.  Timers are a list
 * and time is a variable; a child is a number, its channel a list of handlers
 * and of messages that have come and were not read yet.  Whatever the code does
 * is appended to world.did, in words; world.said is the log.
 *
 * loop_run() asks world.step for what happens next; false: nothing more, and the
 * loop fails, which ends the monitor.
 */
#ifndef TEST_VRRPD_MONITOR_WORLD_H
#define TEST_VRRPD_MONITOR_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/loop.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/monitor/vrrp_child.h"

#define WORLD_START_NS	(1000 * NS_PER_S)

struct world {
	mono_t	now;
	char	did[4096];
	char	said[4096];
	bool	(*step)(void);
	int	start_error;	/* of the next vrrp_child_start(), once */
	bool	is_child;	/* the next vrrp_child_start() returns 1 */
	int	signal_error;	/* of vrrp_child_signal(), while not 0 */
	bool	stays;		/* vrrp_child_await() waits in vain */
	bool	full;		/* no channel takes anything */
	unsigned children;	/* ever */
};
extern struct world world;

/* Before each test; after it: fails when something was not freed. */
void	world_begin(void);
void	world_end(void);
void	world_did(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Time passes, and timers run at their instants, until one stops the loop. */
void	world_run_ms(int64_t ms);
/* Time passes while nothing runs; then the stall is told, then timers run. */
void	world_sleep_ms(int64_t ms);
void	world_signal(int signo);

/* The channel of child n, 1 being the first; NULL when let go. */
struct vrrp_channel *world_channel(unsigned n);
/* Child n says something: read at once, or left unread in the socket. */
void	world_says(unsigned n, enum vrrp_message, const void *body, size_t len);
void	world_writes(unsigned n, enum vrrp_message, const void *body,
	    size_t len);
/* Child n closes its end; is dead with this waitpid(2) status. */
void	world_hangs_up(unsigned n);
void	world_dies(unsigned n, int status);
/* A message to child n was sent since the last call of this with that type. */
bool	world_told(unsigned n, enum vrrp_message, const uint8_t **body,
	    size_t *len);
/* Why the last message of child n that was refused was refused. */
enum vrrp_refusal world_refused(unsigned n);

#endif

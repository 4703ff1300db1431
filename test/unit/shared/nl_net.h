/*
 * nl_net.h - a network namespace to test rtnetlink in, and an nl open in it.
 *
 * Needs root or permission to make user namespaces; skipped with the reason
 * where neither is given.  The whole program moves into the namespace, which
 * ends with it.
 *
 *     nlp0 (veth, up) ---- nlp1 (veth, up)
 *       |
 *     nlm* macvlans made by the tests
 */
#ifndef TEST_UNIT_SHARED_NL_NET_H
#define TEST_UNIT_SHARED_NL_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/loop.h"
#include "shared/nl.h"
#include "shared/nl_batch.h"
#include "shared/nl_msg.h"
#include "shared/pure/addr.h"

/* First in main(): enter the namespace, or say in skip_reason why not. */
void	prepare(void);
extern char skip_reason[128];

/* Around every test: a loop, and an nl that has read everything. */
int	setup(void **state);
int	teardown(void **state);
#define NL_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* First in every test. */
#define NEED_NAMESPACE() do {						\
	(void)state;							\
	if (skip_reason[0] != '\0') {					\
		print_message("skipped: %s\n", skip_reason);		\
		skip();							\
	}								\
} while (0)

extern struct loop *loop;
extern struct nl *nl;
extern const uint8_t mac[6];

/* The handlers note here what they were told; order has a letter for each. */
extern struct nl_link last_link, nlp0, nlm0;
extern struct nl_addr last_addr;
extern int links, links_gone, addrs, addrs_gone, resyncs, synced;
extern char order[64];

/* Run the loop until what() is true; fails after ten seconds. */
void	await(bool (*what)(void));

/* on_done() is for nl_batch_send(); send_and_wait() returns its first error. */
extern int dones, done_error;
extern unsigned done_at;
void	on_done(int first_error, unsigned failed_at, void *arg);
int	send_and_wait(struct nl_batch *);
bool	is_done(void);		/* on_done() was called */

/* Run a shell command, which must succeed. */
void	run(const char *command);
/* Does `ip ARGS` print this pattern? */
bool	ip_says(const char *args, const char *pattern);
struct addr_prefix prefix(const char *text);
/* The index of nlp0, and of a new macvlan on it. */
int	parent(void);
int	macvlan(const char *name);

#endif

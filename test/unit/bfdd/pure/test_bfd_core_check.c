/*
 * test_bfd_core_check.c - a session that is not as it should be is noticed.
 *
 * One good session in Up, one field of it made wrong, in a process of its own:
 * the check must end it.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bfdd/pure/bfd_core.h"

static struct bfd_core s;

static void
receive(enum bfd_state state, uint32_t min_rx_us)
{
	struct bfd_packet in = {
		.state = state,
		.detect_mult = 3,
		.my_discr = 2,
		.your_discr = 1,
		.desired_min_tx_us = 50000,
		.required_min_rx_us = min_rx_us,
		.required_min_echo_rx_us = 20000,
	};
	uint8_t bytes[BFD_PACKET_MAX];
	struct bfd_actions act;

	assert_int_equal(bfd_wire_build(&in, 0, bytes, sizeof(bytes)), 24);
	assert_int_equal(bfd_wire_parse(bytes, 24, &in), BFD_OK_VERDICT);
	assert_int_equal(bfd_core_rx(&s, s.now, s.now, &in, &act),
	    BFD_OK_VERDICT);
}

/* Up, echo running, the Poll for the fast interval on its way. */
static void
up(void)
{
	uint8_t buf[BFD_PACKET_MAX];
	struct bfd_params p;

	bfd_params_init(&p);
	p.echo_tx_ns = 20 * NS_PER_MS;
	bfd_core_init(&s, (mono_t){ NS_PER_S }, &p, 1, 1);
	receive(BFD_DOWN, 50000);
	receive(BFD_UP, 50000);
	assert_int_equal(s.session_state, BFD_UP);
	assert_int_equal(bfd_core_build(&s, s.now, false, buf, sizeof(buf)),
	    24);
	assert_true(s.polling && s.poll_sent && s.echo_interval_ns > 0);
}

static int
signal_of_check(void)
{
	const struct rlimit none = { 0 };
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		/* Without words, a core file or cmocka's handlers. */
		(void)signal(SIGABRT, SIG_DFL);
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)close(STDERR_FILENO);
		(void)open("/dev/null", O_WRONLY);
		bfd_core_check(&s);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

#define WRONG(change) do {						\
	up();								\
	assert_int_equal(signal_of_check(), 0);				\
	change;								\
	if (signal_of_check() != SIGABRT)				\
		fail_msg("not noticed: " #change);			\
} while (0)

static void
test_bfd_core_check_notices_what_is_wrong(void **state)
{
	const mono_t later = { 100 * NS_PER_S };

	(void)state;
	WRONG(s.local_discr = 0);
	WRONG(s.p.detect_mult = 0);
	WRONG(s.p.admin_down = true);
	WRONG(s.session_state = BFD_ADMIN_DOWN);
	WRONG(s.session_state = BFD_DOWN);
	WRONG(s.remote_discr = 0);
	WRONG(s.remote_detect_mult = 0);
	WRONG(s.session_down_count = 2);
	WRONG(s.last_words = 1);
	WRONG(s.desired_min_tx_ns++);
	WRONG(s.required_min_rx_ns--);
	WRONG(s.polling = false);
	WRONG((s.poll_sent = false, s.poll_again = true));
	WRONG(s.p.unaffiliated = true);
	WRONG(s.detection_timer = MONO_NEVER);
	WRONG(s.detection_timer.ns++);
	WRONG(s.detection_time_ns = 0);
	WRONG(s.granted_ns = -1);
	WRONG(s.tx_timer = MONO_NEVER);
	WRONG(s.tx_timer = later);
	WRONG(s.tx_interval_ns = 0);
	WRONG(s.remote_min_rx_interval_ns = 0);
	WRONG((s.remote_demand_mode = true, s.polling = s.poll_sent = false));
	WRONG(s.release_timer = later);
	WRONG(s.echo_interval_ns = 0);
	WRONG(s.echo_blocked = true);
	WRONG(s.echo_tx_timer = MONO_NEVER);
	WRONG(s.echo_detection_timer = MONO_NEVER);
	WRONG(s.last_rx = later);
	WRONG(s.last_tx = later);
	WRONG(s.state_since = later);
	WRONG(s.created = later);
	WRONG(s.absent_since = later);
	WRONG(s.auth_in_use.type = BFD_AUTH_SIMPLE; s.p.unaffiliated = true);
}

/* Of a peer that was never heard. */
static void
test_bfd_core_check_notices_remains_of_a_peer(void **state)
{
	struct bfd_params p;

	(void)state;
	bfd_params_init(&p);
#define REMAINS(change) do {						\
	bfd_core_init(&s, (mono_t){ NS_PER_S }, &p, 1, 1);		\
	assert_int_equal(signal_of_check(), 0);				\
	change;								\
	if (signal_of_check() != SIGABRT)				\
		fail_msg("not noticed: " #change);			\
} while (0)
	REMAINS(s.remote_session_state = BFD_UP);
	REMAINS(s.remote_min_rx_interval_ns = NS_PER_MS);
	REMAINS(s.remote_desired_min_tx_ns = NS_PER_MS);
	REMAINS(s.remote_min_echo_rx_ns = NS_PER_MS);
	REMAINS(s.remote_demand_mode = true);
	REMAINS(s.polling = true);
	REMAINS(s.detection_timer = s.now);
	REMAINS(s.desired_min_tx_ns = NS_PER_MS);
	REMAINS(s.auth_in_use.type = BFD_AUTH_SIMPLE);
	REMAINS(s.p.passive = true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bfd_core_check_notices_what_is_wrong),
		cmocka_unit_test(test_bfd_core_check_notices_remains_of_a_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_log.c - what ends up on standard error, and that nobody waits for it.
 *
 * Standard error is a pipe or a socket pair for the time of a test; cmocka
 * reports through its own stream after the tear-down has put it back.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/log.h"

static int real_stderr, reader = -1;
static char got[1 << 20];

/* The text on standard error so far; does not wait. */
static const char *
output(void)
{
	ssize_t n, len = 0;

	while ((size_t)len < sizeof(got) - 1 && (n = read(reader, got + len,
	    sizeof(got) - 1 - (size_t)len)) > 0)
		len += n;
	got[len] = '\0';
	return got;
}

static unsigned
lines(const char *s)
{
	unsigned n = 0;

	for (; *s != '\0'; s++)
		n += *s == '\n';
	return n;
}

static void
redirect(int rd, int wr)
{
	reader = rd;
	assert_int_equal(dup2(wr, STDERR_FILENO), STDERR_FILENO);
	close(wr);
	assert_int_equal(fcntl(rd, F_SETFL, O_NONBLOCK), 0);
}

static int
setup_pipe(void **state)
{
	int p[2];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_int_equal(pipe(p), 0);
	redirect(p[0], p[1]);
	log_init("vrrpd");
	log_set_level(LOG_LEVEL_NOTICE);
	log_set_deferred(false);
	return 0;
}

static int
setup_socket(void **state)
{
	int p[2];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, p), 0);
	redirect(p[0], p[1]);
	log_init("vrrpd");
	log_set_level(LOG_LEVEL_NOTICE);
	log_set_deferred(false);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	log_capture(NULL, NULL);
	close(reader);			/* the rest has no reader */
	log_set_deferred(false);
	dup2(real_stderr, STDERR_FILENO);
	return 0;
}

static void
test_log_line_has_time_program_and_level(void **state)
{
	int y, mo, d, h, mi, s, us, oh, om, end = 0;
	char sign;

	(void)state;
	log_notice("state instance=%s from=%s to=%s", "web", "backup", "active");
	assert_int_equal(sscanf(output(), "%d-%d-%dT%d:%d:%d.%d%c%d:%d vrrpd "
	    "notice: state instance=web from=backup to=active%n", &y, &mo, &d,
	    &h, &mi, &s, &us, &sign, &oh, &om, &end), 10);
	assert_string_equal(got + end, "\n");
	assert_true(sign == '+' || sign == '-');
}

static void
test_log_level_filters(void **state)
{
	(void)state;
	log_info("not at notice");
	assert_string_equal(output(), "");
	log_err("e");
	log_warning("w");
	log_notice("n");
	assert_int_equal(lines(output()), 3);
	log_set_level(LOG_LEVEL_INFO);
	log_info("i");
	assert_int_equal(lines(output()), 1);
}

static void
test_log_debug_only_when_subsystem_is_on(void **state)
{
	(void)state;
	log_debug("rx", "one");
	assert_string_equal(output(), "");
	assert_false(log_debug_on("rx"));
	assert_int_equal(log_debug_enable("rx"), 0);
	assert_true(log_debug_on("rx"));
	assert_false(log_debug_on("tx"));
	log_debug("rx", "two n=%d", 2);
	assert_non_null(strstr(output(), " debug: rx: two n=2\n"));
	log_debug("tx", "three");
	assert_string_equal(output(), "");
	assert_int_equal(log_debug_enable("all"), 0);
	assert_true(log_debug_on("tx"));
	for (int i = 0; i < 14; i++)
		assert_int_equal(log_debug_enable("more"), 0);
	assert_int_equal(log_debug_enable("more"), -EINVAL);
}

static void
test_log_control_characters_cannot_start_a_line(void **state)
{
	(void)state;
	log_err("name=%s", "a\nb\r\x1b[31m\x7f");
	assert_int_equal(lines(output()), 1);
	assert_non_null(strstr(got, "name=a?b??[31m?\n"));
}

static void
test_log_long_line_is_cut_and_marked(void **state)
{
	char big[5000];

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	log_err("%s", big);
	output();
	assert_int_equal(lines(got), 1);
	assert_true(strlen(got) <= 1024);
	assert_string_equal(got + strlen(got) - 5, "x...\n");
}

static void
test_log_keeps_errno(void **state)
{
	(void)state;
	errno = EXDEV;
	log_err("why=%m");
	assert_int_equal(errno, EXDEV);
	assert_non_null(strstr(output(), strerror(EXDEV)));
	log_set_deferred(true);
	errno = EXDEV;
	log_flush();
	assert_int_equal(errno, EXDEV);
}

static void
test_log_journal_prefix_only_when_stream_is_ours(void **state)
{
	struct stat st;
	char stream[64];

	(void)state;
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	(void)snprintf(stream, sizeof(stream), "%llu:%llu",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_init("vrrpd");
	log_err("e");
	log_notice("n");
	assert_string_equal(output(), "<3>e\n<5>n\n");

	setenv("JOURNAL_STREAM", "1:2", 1);
	log_init("vrrpd");
	log_err("e");
	assert_non_null(strstr(output(), " vrrpd error: e\n"));
	unsetenv("JOURNAL_STREAM");
}

static void
test_log_deferred_lines_wait_for_flush(void **state)
{
	(void)state;
	log_set_deferred(true);
	log_notice("one");
	log_notice("two");
	assert_string_equal(output(), "");
	log_flush();
	assert_int_equal(lines(output()), 2);
}

/* The reader is asleep: nothing waits, the excess is counted and told later. */
static void
full_descriptor(void)
{
	struct timespec t0, t1;
	unsigned total = 0, dropped = 0, i;
	const char *p;
	char *line, *save;

	log_set_deferred(true);
	clock_gettime(CLOCK_MONOTONIC, &t0);
	for (i = 0; i < 20000; i++) {
		log_notice("line=%u padding=%080d", i, 0);
		if (i % 100 == 0)
			log_flush();
	}
	log_flush();
	clock_gettime(CLOCK_MONOTONIC, &t1);
	assert_true(t1.tv_sec - t0.tv_sec < 10);	/* no hang */

	for (i = 0; i < 1000; i++) {
		if (*(p = output()) == '\0')
			break;
		for (line = strtok_r(got, "\n", &save); line != NULL;
		    line = strtok_r(NULL, "\n", &save)) {
			p = strstr(line, "log dropped=");
			if (p != NULL)
				dropped += (unsigned)strtoul(p + 12, NULL, 10);
			else if (strstr(line, " vrrpd notice: line=") != NULL &&
			    strstr(line, " padding=00000") != NULL)
				total++;
			else
				fail_msg("broken line: %s", line);
		}
		log_flush();
	}
	assert_true(dropped > 0);
	assert_int_equal(total + dropped, 20000);
}

/* L-30 + */
static void
test_log_full_pipe_drops_counts_and_never_waits(void **state)
{
	(void)state;
	full_descriptor();
}

/* L-30 + */
static void
test_log_full_socket_drops_counts_and_never_waits(void **state)
{
	(void)state;
	full_descriptor();
}

static void
test_log_reader_gone_is_survived(void **state)
{
	(void)state;
	close(reader);
	log_err("nobody reads this");
	log_set_deferred(true);
	log_err("nor this");
	log_flush();
}

static void
remember(enum log_level level, const char *line, void *arg)
{
	(void)snprintf(arg, 100, "%d|%s", (int)level, line);
}

static void
test_log_capture_gets_the_bare_text(void **state)
{
	char line[100] = "";

	(void)state;
	log_capture(remember, line);
	log_warning("peer=%s", "192.0.2.2");
	assert_string_equal(line, "1|peer=192.0.2.2");
	log_info("filtered");
	assert_string_equal(line, "1|peer=192.0.2.2");
	log_capture(NULL, NULL);
	assert_string_equal(output(), "");
}

#define ON_PIPE(t)	cmocka_unit_test_setup_teardown(t, setup_pipe, teardown)
#define ON_SOCKET(t) cmocka_unit_test_setup_teardown(t, setup_socket, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_PIPE(test_log_line_has_time_program_and_level),
		ON_PIPE(test_log_level_filters),
		ON_PIPE(test_log_debug_only_when_subsystem_is_on),
		ON_PIPE(test_log_control_characters_cannot_start_a_line),
		ON_PIPE(test_log_long_line_is_cut_and_marked),
		ON_PIPE(test_log_keeps_errno),
		ON_PIPE(test_log_journal_prefix_only_when_stream_is_ours),
		ON_PIPE(test_log_deferred_lines_wait_for_flush),
		ON_PIPE(test_log_full_pipe_drops_counts_and_never_waits),
		ON_SOCKET(test_log_full_socket_drops_counts_and_never_waits),
		ON_PIPE(test_log_reader_gone_is_survived),
		ON_PIPE(test_log_capture_gets_the_bare_text),
	};

	real_stderr = dup(STDERR_FILENO);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_sdstate.c - a state that the service manager has no room for is told later. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shared/sdnotify.h"
#include "shared/sdstate.h"

#define FULL_NS		(350 * NS_PER_MS)	/* the manager reads after that */
#define FILLING		"STATUS=others"
#define GUARD_NS	(30 * NS_PER_S)

static struct loop *l;
static struct sdstate *s;
static int manager = -1;
static unsigned filled;
static char heard[64];
static bool timed_out;

/* A manager that reads nothing yet. */
static int
open_manager(void **state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char name[64];
	int len;

	(void)state;
	len = snprintf(name, sizeof(name), "@test-sdstate-%d", (int)getpid());
	memcpy(sun.sun_path, name, (size_t)len);
	sun.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_int_not_equal(manager, -1);
	assert_int_equal(bind(manager, (struct sockaddr *)&sun,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len)),
	    0);
	setenv("NOTIFY_SOCKET", name, 1);
	l = loop_new();
	assert_non_null(l);
	s = sdstate_new(l);
	assert_non_null(s);
	filled = 0;
	heard[0] = '\0';
	timed_out = false;
	return 0;
}

static int
close_manager(void **state)
{
	(void)state;
	sdstate_free(s);
	loop_free(l);
	(void)close(manager);
	return 0;
}

static void
fill(void)
{
	while (sdnotify(FILLING) == 0)
		filled++;
	assert_true(filled > 0);
}

/* The next of what is there that is no filling; "": none. */
static void
hear(void)
{
	ssize_t n;

	while ((n = recv(manager, heard, sizeof(heard) - 1,
	    MSG_DONTWAIT)) > 0) {
		heard[n] = '\0';
		if (strcmp(heard, FILLING) != 0)
			return;
	}
	heard[0] = '\0';
}

static void
look(mono_t deadline, void *arg)
{
	struct loop_timer *t = *(struct loop_timer **)arg;

	(void)deadline;
	hear();
	if (heard[0] != '\0')
		loop_stop(l);
	else
		loop_timer_set(t, mono_add(loop_clock(), 10 * NS_PER_MS));
}

static void
give_up(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	timed_out = true;
	loop_stop(l);
}

/* Until something is heard, with a look at the queue no earlier than after_ns. */
static void
run(int64_t after_ns)
{
	struct loop_timer *t, *guard = loop_timer_new(l, give_up, NULL);

	t = loop_timer_new(l, look, &t);
	assert_non_null(t);
	assert_non_null(guard);
	loop_timer_set(t, mono_add(loop_clock(), after_ns));
	loop_timer_set(guard, mono_add(loop_clock(), GUARD_NS));
	assert_int_equal(loop_run(l), 0);
	loop_timer_free(t);
	loop_timer_free(guard);
	assert_false(timed_out);
}

static void
test_sdstate_with_room_is_told_at_once(void **state)
{
	(void)state;
	sdstate_tell(s, "READY=1");
	hear();
	assert_string_equal(heard, "READY=1");
}

static void
test_sdstate_without_room_is_told_when_there_is_some(void **state)
{
	(void)state;
	fill();
	sdstate_tell(s, "READY=1");
	run(FULL_NS);
	assert_string_equal(heard, "READY=1");
	/* Once. */
	hear();
	assert_string_equal(heard, "");
}

/* A state that is over is not told any more. */
static void
test_sdstate_newest_counts(void **state)
{
	(void)state;
	fill();
	sdstate_tell(s, "RELOADING=1");
	sdstate_tell(s, "READY=1");
	run(FULL_NS);
	assert_string_equal(heard, "READY=1");
	hear();
	assert_string_equal(heard, "");
}

/* Long before the half of a minute after which it would be due again. */
static void
test_sdstate_sign_of_life_without_room_is_given_soon(void **state)
{
	(void)state;
	fill();
	sdstate_feed(s, 60 * NS_PER_S);
	run(FULL_NS);
	assert_string_equal(heard, "WATCHDOG=1");
	hear();
	assert_string_equal(heard, "");
}

static void
test_sdstate_signs_of_life_come_in_time(void **state)
{
	unsigned i;

	(void)state;
	sdstate_feed(s, 0);
	hear();
	assert_string_equal(heard, "");
	sdstate_feed(s, 40 * NS_PER_MS);
	for (i = 0; i < 3; i++) {
		run(0);
		assert_string_equal(heard, "WATCHDOG=1");
	}
}

/* Where nobody is asked, or nobody is there, waiting cures nothing. */
static void
test_sdstate_without_manager_is_let_be(void **state)
{
	(void)state;
	setenv("NOTIFY_SOCKET", "/nonexistent/notify.sock", 1);
	sdstate_tell(s, "READY=1");
	setenv("NOTIFY_SOCKET", "", 1);
	sdstate_tell(s, "READY=1");
	sdstate_free(s);
	s = NULL;
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, open_manager, close_manager)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sdstate_with_room_is_told_at_once),
		TEST(test_sdstate_without_room_is_told_when_there_is_some),
		TEST(test_sdstate_newest_counts),
		TEST(test_sdstate_sign_of_life_without_room_is_given_soon),
		TEST(test_sdstate_signs_of_life_come_in_time),
		TEST(test_sdstate_without_manager_is_let_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

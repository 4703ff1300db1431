/*
 * test_vrrp_keeper.c - the monitor's table of orders, and its file.
 *
 * Time is virtual and the writer is ours: a write is at work until the test says
 * how it ended.  The file that is read at the start is a real one.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <cmocka.h>
#include <errno.h>
#include <unistd.h>

#include "shared/state_file.h"
#include "test/unit/vrrpd/monitor/monitor_world.h"
#include "vrrpd/monitor/vrrp_keeper.h"
#include "vrrpd/monitor/vrrp_writer.h"

#define HEAD	"vrrpd-orders 1\n"
#define COMMENT	"# What operators said with vrrpctl, and vrrpd keeps.\n"
#define SOCKET	"/run/swiftover/vrrpd.sock"
#define NAME	"/run-swiftover-vrrpd.sock.orders"
#define DISABLED " disabled=2026-11-28T20:05:47Z"

static char top[64], folder[96], path[160], bad[176];
static struct priv_user user;
static struct vrrp_keeper *k;
static struct vrrp_monitor_part part;
static struct loop *l;
static struct vrrp_child engine;
static unsigned engine_number;

/* --- the writer --- */

struct vrrp_writer {
	vrrp_writer_done	 done;
	void			*arg;
	bool			 busy;
};
static struct vrrp_writer writer;
static char written[1024];		/* by the last start */
static int start_error, wait_error;	/* wait_error 1: the time is over */
static unsigned starts, waits;

struct vrrp_writer *
vrrp_writer_new(struct loop *loop, vrrp_writer_done done, void *arg)
{
	assert_ptr_equal(loop, l);
	writer = (struct vrrp_writer){ done, arg, false };
	return &writer;
}

int
vrrp_writer_start(struct vrrp_writer *w, const char *to, const void *bytes,
    size_t len)
{
	assert_false(w->busy);
	starts++;
	assert_string_equal(to, path);
	assert_true(len < sizeof(written));
	memcpy(written, bytes, len);
	written[len] = '\0';
	w->busy = start_error == 0;
	return start_error;
}

bool
vrrp_writer_is_busy(const struct vrrp_writer *w)
{
	return w->busy;
}

static void
ends(int error)
{
	assert_true(writer.busy);
	writer.busy = false;
	writer.done(error, writer.arg);
}

void
vrrp_writer_wait(struct vrrp_writer *w, mono_t deadline)
{
	assert_true(mono_sub(deadline, world.now) == 2 * NS_PER_S);
	waits++;
	if (w->busy && wait_error != 1)
		ends(wait_error);
}

void
vrrp_writer_free(struct vrrp_writer *w)
{
	(void)w;
}

/* --- the scene --- */

static int
setup(void **state)
{
	(void)state;
	world_begin();
	l = loop_new();
	(void)snprintf(top, sizeof(top), "/tmp/test_vrrp_keeper.XXXXXX");
	if (mkdtemp(top) == NULL)
		return -1;
	(void)snprintf(folder, sizeof(folder), "%s/swiftover", top);
	(void)snprintf(path, sizeof(path), "%s" NAME, folder);
	(void)snprintf(bad, sizeof(bad), "%s.bad", path);
	user = (struct priv_user){ geteuid(), getegid() };
	starts = waits = 0;
	start_error = wait_error = 0;
	written[0] = '\0';
	memset(&engine, 0, sizeof(engine));
	k = vrrp_keeper_new(folder, SOCKET, &user);
	assert_non_null(k);
	part = vrrp_keeper_part(k);
	return 0;
}

static int
teardown(void **state)
{
	char command[128];

	(void)state;
	vrrp_child_let_go(&engine);
	part.close(part.arg);
	vrrp_keeper_free(k);
	loop_free(l);
	world_end();
	(void)snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

static void
file_is(const char *text)
{
	assert_int_equal(state_file_folder(folder, user.uid), 0);
	assert_int_equal(state_file_write(path, text, strlen(text)), 0);
}

static void
opens(void)
{
	assert_int_equal(part.open(l, part.arg), 0);
}

static void
ignore_gone(void *arg)
{
	(void)arg;
}

static void
ignore_end(int fd, void *arg)
{
	(void)fd;
	(void)arg;
}

static void
engine_starts(void)
{
	static const struct vrrp_child_plan plan = { VRRP_WAY_ENGINE_UP,
	    ignore_gone, ignore_end, NULL };
	int fd;

	assert_int_equal(vrrp_child_start(&engine, l, &plan, &fd), 0);
	engine_number = world.children;
	part.attach(engine.channel, part.arg);
}

static void
says(const char *line)
{
	world_says(engine_number, VRRP_MSG_ORDER, line, strlen(line));
}

/* And the write is due. */
static void
orders(const char *line)
{
	says(line);
	world_run_ms(10);
}

/* The last word of how far the disk is. */
static void
was_told(uint32_t upto, const char *why)
{
	struct vrrp_kept kept;
	const uint8_t *body;
	bool told = false;
	size_t len;

	while (world_told(engine_number, VRRP_MSG_KEPT, &body, &len)) {
		assert_true(vrrp_kept_decode(body, len, &kept));
		told = true;
	}
	assert_true(told);
	assert_int_equal(kept.upto, upto);
	if (why[0] == '\0')
		assert_string_equal(kept.why, "");
	else if (strstr(kept.why, why) == NULL)
		fail_msg("%s is not said in: %s", why, kept.why);
}

static void
in_force(const char *name, const char *wanted)
{
	const struct vrrp_order *o = vrrp_orders_find(vrrp_keeper_orders(k),
	    name);
	char line[VRRP_ORDER_LINE_MAX + 1];

	if (o == NULL) {
		assert_null(wanted);
		return;
	}
	(void)vrrp_order_print(o, line);
	assert_string_equal(line, wanted);
}

static void
said(const char *text)
{
	if (strstr(world.said, text) == NULL)
		fail_msg("%s is not said in: %s", text, world.said);
}

/* --- the name of the file --- */

static void
test_vrrp_keeper_file_is_named_after_the_socket(void **state)
{
	static const struct { const char *socket, *file; } cases[] = {
		{ SOCKET, "/var" NAME },
		{ "/run/blue/v.sock", "/var/run-blue-v.sock.orders" },
		{ "/run/blue-v.sock", "/var/run-blue%2Dv.sock.orders" },
		{ "//a//b", "/var/a--b.orders" },
		{ "/%2F _\xff", "/var/%252F%20_%FF.orders" },
		{ "v", "/var/tmp-v.orders" },
		{ "./../v", "/var/tmp-.-..-v.orders" },
	};
	char buf[128], cwd[512];
	size_t i;

	(void)state;
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	assert_int_equal(chdir("/tmp"), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(vrrp_keeper_path("/var", cases[i].socket, buf,
		    sizeof(buf)), 0);
		assert_string_equal(buf, cases[i].file);
	}
	assert_int_equal(chdir(cwd), 0);
	assert_int_equal(vrrp_keeper_path("/var", "/a", buf, 14), 0);
	for (i = 1; i < 14; i++)
		assert_int_equal(vrrp_keeper_path("/var", "/a", buf, i),
		    -ENAMETOOLONG);
}

/* --- reading --- */

static void
test_vrrp_keeper_first_start_has_no_orders(void **state)
{
	(void)state;
	opens();
	assert_int_equal(vrrp_keeper_orders(k)->count, 0);
	assert_string_equal(world.said, "");
	assert_int_equal(access(folder, F_OK), 0);
	engine_starts();
	was_told(0, "");
	assert_int_equal(starts, 0);
}

static void
test_vrrp_keeper_orders_of_the_file_are_in_force_and_said(void **state)
{
	(void)state;
	file_is(HEAD "web" DISABLED "\ndb priority=150/100\nend 2\n");
	opens();
	in_force("web", "web" DISABLED);
	in_force("db", "db priority=150/100");
	said("as an operator said: web" DISABLED);
	said("as an operator said: db priority=150/100");
}

static void
test_vrrp_keeper_bad_file_is_said_and_kept_aside(void **state)
{
	static const struct { const char *text, *said; } cases[] = {
		{ HEAD "web disabled=yes\nend 1\n", ":2: damaged" },
		{ HEAD "web" DISABLED "\n", ":3: damaged" },
		{ "", ":1: not a file of this vrrpd" },
		{ "vrrpd-orders 2\nend 0\n", ":1: not a file of this vrrpd" },
	};
	char text[256];
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		world.said[0] = '\0';
		file_is(cases[i].text);
		opens();
		assert_int_equal(vrrp_keeper_orders(k)->count, 0);
		said(cases[i].said);
		said(".bad");
		assert_int_equal(access(path, F_OK), -1);
		assert_int_equal(state_file_read(bad, text, sizeof(text),
		    &len), 0);
		assert_int_equal(len, strlen(cases[i].text));
		assert_memory_equal(text, cases[i].text, len);
		part.close(part.arg);
	}
	opens();
}

static void
test_vrrp_keeper_endless_file_and_one_that_is_none_go_aside(void **state)
{
	static char text[VRRP_ORDERS_TEXT_MAX + 2];

	(void)state;
	memset(text, '#', sizeof(text) - 1);
	file_is(text);
	opens();
	said("too long");
	assert_int_equal(access(bad, F_OK), 0);
	part.close(part.arg);
	assert_int_equal(mkfifo(path, 0600), 0);
	opens();
	said("not a file");
	assert_int_equal(access(path, F_OK), -1);
}

/* The daemon starts, and says what it cannot do. */
static void
test_vrrp_keeper_folder_that_cannot_be_is_said(void **state)
{
	char text[160];

	(void)state;
	(void)snprintf(text, sizeof(text), "%s/swiftover", top);
	assert_int_equal(state_file_write(text, "", 0), 0);
	opens();
	said("Not a directory");
	said("does not outlive this vrrpd");
	engine_starts();
	was_told(0, "Not a directory");
}

/* --- writing --- */

static void
test_vrrp_keeper_order_is_in_force_at_once_and_then_written(void **state)
{
	(void)state;
	opens();
	engine_starts();
	was_told(0, "");
	orders("web" DISABLED);
	in_force("web", "web" DISABLED);
	assert_string_equal(written, HEAD COMMENT "web" DISABLED "\nend 1\n");
	assert_false(world_told(engine_number, VRRP_MSG_KEPT, NULL, NULL));
	ends(0);
	was_told(1, "");
	orders("web");
	in_force("web", NULL);
	assert_string_equal(written, HEAD COMMENT "end 0\n");
	ends(0);
	was_told(2, "");
	assert_int_equal(starts, 2);
}

/* The engine has better uses for the processor right after a handover. */
static void
test_vrrp_keeper_writes_a_little_later_and_all_at_once(void **state)
{
	(void)state;
	opens();
	engine_starts();
	says("a" DISABLED);
	world_run_ms(5);
	says("b" DISABLED);
	world_run_ms(4);
	assert_int_equal(starts, 0);
	in_force("b", "b" DISABLED);
	world_run_ms(1);
	assert_int_equal(starts, 1);
	ends(0);
	was_told(2, "");
	world_run_ms(100);
	assert_int_equal(starts, 1);
}

static void
test_vrrp_keeper_burst_costs_one_more_write(void **state)
{
	(void)state;
	opens();
	engine_starts();
	orders("a" DISABLED);
	orders("b" DISABLED);
	orders("c" DISABLED);
	assert_int_equal(starts, 1);
	ends(0);
	was_told(1, "");
	assert_int_equal(starts, 2);
	assert_non_null(strstr(written, "end 3\n"));
	ends(0);
	was_told(3, "");
	assert_int_equal(starts, 2);
}

static void
test_vrrp_keeper_failed_write_is_said_once_and_tried_again(void **state)
{
	(void)state;
	opens();
	engine_starts();
	orders("a" DISABLED);
	ends(-ENOSPC);
	was_told(0, "No space left");
	said("No space left on device: what operators said does not outlive");
	world.said[0] = '\0';
	world_run_ms(9999);
	assert_int_equal(starts, 1);
	world_run_ms(1);
	assert_int_equal(starts, 2);
	ends(-ENOSPC);
	assert_string_equal(world.said, "");
	/* A change is a reason, too. */
	orders("b" DISABLED);
	assert_int_equal(starts, 3);
	ends(0);
	was_told(2, "");
	said(": written");
	world_run_ms(60000);
	assert_int_equal(starts, 3);
}

static void
test_vrrp_keeper_without_a_fork_it_is_tried_again(void **state)
{
	(void)state;
	opens();
	engine_starts();
	start_error = -EAGAIN;
	orders("a" DISABLED);
	was_told(0, "temporarily unavailable");
	start_error = 0;
	world_run_ms(10000);
	assert_int_equal(starts, 2);
	ends(0);
	was_told(1, "");
}

static void
test_vrrp_keeper_bad_orders_are_refused(void **state)
{
	struct vrrp_order o = { .name = "", .disabled_s = 1 };
	unsigned i;

	(void)state;
	opens();
	engine_starts();
	orders("web disabled");
	assert_int_equal(world_refused(engine_number), VRRP_REFUSAL_BODY);
	assert_int_equal(starts, 0);
	for (i = 0; i < VRRP_ORDERS_MAX; i++) {
		(void)snprintf(o.name, sizeof(o.name), "i%u", i);
		assert_true(vrrp_orders_put((struct vrrp_orders *)(uintptr_t)
		    vrrp_keeper_orders(k), &o));
	}
	orders("web" DISABLED);
	assert_int_equal(world_refused(engine_number), VRRP_REFUSAL_ROOM);
	assert_int_equal(starts, 0);
}

/* --- engines come and go --- */

static void
test_vrrp_keeper_next_engine_counts_its_own_orders(void **state)
{
	(void)state;
	opens();
	engine_starts();
	orders("a" DISABLED);
	orders("b" DISABLED);
	part.detach(part.arg);
	vrrp_child_let_go(&engine);
	ends(0);
	assert_int_equal(starts, 2);
	in_force("a", "a" DISABLED);
	engine_starts();
	was_told(0, "");
	orders("c" DISABLED);
	/* The write at work was begun for the engine before. */
	ends(0);
	was_told(0, "");
	assert_int_equal(starts, 3);
	ends(0);
	was_told(1, "");
}

static void
test_vrrp_keeper_end_waits_for_the_last_order(void **state)
{
	(void)state;
	opens();
	engine_starts();
	orders("a" DISABLED);
	orders("b" DISABLED);
	part.detach(part.arg);
	part.close(part.arg);
	assert_int_equal(starts, 2);
	assert_non_null(strstr(written, "end 2\n"));
	assert_false(writer.busy);
	opens();
}

static void
test_vrrp_keeper_end_does_not_wait_for_ever(void **state)
{
	(void)state;
	opens();
	engine_starts();
	orders("a" DISABLED);
	orders("b" DISABLED);
	wait_error = 1;
	part.detach(part.arg);
	part.close(part.arg);
	assert_int_equal(starts, 1);
	assert_int_equal(waits, 2);
	wait_error = 0;
	opens();
}

static void
test_vrrp_keeper_end_tries_a_failed_write_once_more(void **state)
{
	(void)state;
	opens();
	engine_starts();
	orders("a" DISABLED);
	ends(-ENOSPC);
	part.detach(part.arg);
	part.close(part.arg);
	assert_int_equal(starts, 2);
	opens();
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_keeper_file_is_named_after_the_socket),
		T(test_vrrp_keeper_first_start_has_no_orders),
		T(test_vrrp_keeper_orders_of_the_file_are_in_force_and_said),
		T(test_vrrp_keeper_bad_file_is_said_and_kept_aside),
		T(test_vrrp_keeper_endless_file_and_one_that_is_none_go_aside),
		T(test_vrrp_keeper_folder_that_cannot_be_is_said),
		T(test_vrrp_keeper_order_is_in_force_at_once_and_then_written),
		T(test_vrrp_keeper_writes_a_little_later_and_all_at_once),
		T(test_vrrp_keeper_burst_costs_one_more_write),
		T(test_vrrp_keeper_failed_write_is_said_once_and_tried_again),
		T(test_vrrp_keeper_without_a_fork_it_is_tried_again),
		T(test_vrrp_keeper_bad_orders_are_refused),
		T(test_vrrp_keeper_next_engine_counts_its_own_orders),
		T(test_vrrp_keeper_end_waits_for_the_last_order),
		T(test_vrrp_keeper_end_does_not_wait_for_ever),
		T(test_vrrp_keeper_end_tries_a_failed_write_once_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_vrrp_hooks.c - hooks in order, one at a time, with the newest state last.
 *
 * The hook is a shell that appends to a file of the test's.
 */
#include "config.h"

#include <sys/stat.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "shared/priv.h"
#include "vrrpd/helper/vrrp_hooks.h"

static char top[] = "/tmp/swiftover-hooks-XXXXXX";
static char file[64];
static struct loop *l;
static struct loop_timer *guard;
static struct vrrp_run *runner;
static struct vrrp_hooks *hooks;
static struct vrrp_config config;
static struct vrrp_params instances[2];
static struct vrrp_group_params group;
static char said[4096];		/* the log */
static bool timed_out;

static void
on_guard(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	timed_out = true;
	loop_stop(l);
}

static void
on_idle(void *arg)
{
	assert_true(vrrp_hooks_idle(hooks));
	loop_stop(arg);
}

static void
on_log(enum log_level level, const char *line, void *arg)
{
	size_t n = strlen(said);

	(void)level;
	(void)arg;
	(void)snprintf(said + n, sizeof(said) - n, "%s\n", line);
}

static void
set_hook(struct vrrp_notify_params *p, enum vrrp_notify_on on,
    const char *script)
{
	struct priv_user us;

	(void)snprintf(p->command[on], sizeof(p->command[on]),
	    "/bin/sh -c '%s' %s", script, file);
	p->timeout_ns = 60 * NS_PER_S;	/* busy machines begin slowly */
	p->words = VRRP_NOTIFY_ACTIVE;
	/* Where the daemon's user was not made. */
	if (geteuid() == 0 && priv_lookup(&us) < 0)
		strcpy(p->user, "nobody");
}

static int
setup(void **state)
{
	int fd = open(file, O_WRONLY | O_TRUNC);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	timed_out = false;
	said[0] = '\0';
	log_capture(on_log, NULL);
	memset(&config, 0, sizeof(config));
	memset(&group, 0, sizeof(group));
	for (int i = 0; i < 2; i++)
		vrrp_params_init(&instances[i]);
	strcpy(config.router_id, "lb1");
	config.instances = instances;
	config.count = 2;
	strcpy(instances[0].name, "web");
	strcpy(instances[0].interface, "eth0");
	instances[0].vrid = 51;
	instances[0].vip_count = 2;
	assert_int_equal(addr_prefix_parse("192.0.2.50/24",
	    &instances[0].vips[0].prefix), 0);
	assert_int_equal(addr_prefix_parse("2001:db8::5",
	    &instances[0].vips[1].prefix), 0);
	strcpy(instances[1].name, "quiet");
	config.groups = &group;
	config.group_count = 1;
	strcpy(group.name, "web");	/* of the same name */
	set_hook(&instances[0].notify, VRRP_NOTIFY_ON_ANY, "echo \"$*\" >>$0");
	set_hook(&group.notify, VRRP_NOTIFY_ON_ANY, "echo \"$*\" >>$0");
	l = loop_new();
	runner = vrrp_run_new(l);
	hooks = vrrp_hooks_new(l, runner);
	assert_non_null(hooks);
	vrrp_hooks_apply(hooks, &config);
	vrrp_hooks_on_idle(hooks, on_idle, l);
	guard = loop_timer_new(l, on_guard, NULL);
	loop_timer_set(guard, mono_add(loop_clock(), 120 * NS_PER_S));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	log_capture(NULL, NULL);
	vrrp_run_free(runner);
	vrrp_hooks_free(hooks);
	loop_timer_free(guard);
	loop_free(l);
	return 0;
}

static void
tell(bool of_group, const char *name, enum vrrp_notice_state s, unsigned n)
{
	struct vrrp_notice notice = {
		.group = of_group,
		.state = s,
		.before = VRRP_NOTICE_BACKUP,
		.priority = (uint8_t)n,
		.cause = "bfd-down",
		.time_real_ns = INT64_C(1795232616938823456),
		.in_state_ns = 1234567,
	};

	(void)snprintf(notice.name, sizeof(notice.name), "%s", name);
	vrrp_hooks_tell(hooks, &notice);
}

static void
run(void)
{
	if (!vrrp_hooks_idle(hooks))
		assert_int_equal(loop_run(l), 0);
	assert_false(timed_out);
}

static const char *
written(void)
{
	static char text[8192];
	FILE *fp = fopen(file, "r");
	size_t n;

	assert_non_null(fp);
	n = fread(text, 1, sizeof(text) - 1, fp);
	text[n] = '\0';
	fclose(fp);
	return text;
}

static void
test_vrrp_hooks_are_run_in_order(void **state)
{
	(void)state;
	assert_true(vrrp_hooks_idle(hooks));
	for (unsigned i = 1; i <= 6; i++)
		tell(false, "web", i % 2 ? VRRP_NOTICE_BACKUP :
		    VRRP_NOTICE_ACTIVE, i);
	assert_false(vrrp_hooks_idle(hooks));
	assert_int_equal(vrrp_run_count(runner), 1);	/* one at a time */
	run();
	assert_string_equal(written(),
	    "INSTANCE web BACKUP 1\nINSTANCE web ACTIVE 2\n"
	    "INSTANCE web BACKUP 3\nINSTANCE web ACTIVE 4\n"
	    "INSTANCE web BACKUP 5\nINSTANCE web ACTIVE 6\n");
	assert_non_null(strstr(said, "notify instance=web state=ACTIVE took"));
}

static void
test_vrrp_hooks_of_a_state_goes_first_and_has_no_arguments(void **state)
{
	struct vrrp_notify_params *n = &instances[0].notify;

	(void)state;
	set_hook(n, VRRP_NOTIFY_ON_ACTIVE, "echo active $# $VRRP_STATE "
	    "$VRRP_PRIORITY $VRRP_ADDRESSES >>$0");
	set_hook(n, VRRP_NOTIFY_ON_BACKUP, "echo backup $# >>$0");
	set_hook(n, VRRP_NOTIFY_ON_FAULT, "echo fault $# >>$0");
	set_hook(n, VRRP_NOTIFY_ON_STOP, "echo stop $# >>$0");
	set_hook(n, VRRP_NOTIFY_ON_CONTESTED, "echo contested $# $VRRP_STATE "
	    ">>$0");
	tell(false, "web", VRRP_NOTICE_ACTIVE, 1);
	tell(false, "web", VRRP_NOTICE_CONTESTED, 2);
	tell(false, "web", VRRP_NOTICE_BACKUP, 3);
	tell(false, "web", VRRP_NOTICE_FAULT, 4);
	tell(false, "web", VRRP_NOTICE_STOP, 5);
	run();
	assert_string_equal(written(),
	    "active 0 ACTIVE 1 192.0.2.50/24 2001:db8::5/128\n"
	    "INSTANCE web ACTIVE 1\ncontested 0 CONTESTED\n"
	    "backup 0\nINSTANCE web BACKUP 3\n"
	    "fault 0\nINSTANCE web FAULT 4\nstop 0\nINSTANCE web STOP 5\n");
	assert_non_null(strstr(said, "notify_contested instance=web state="
	    "CONTESTED took"));
}

static void
test_vrrp_hooks_of_one_state_alone(void **state)
{
	struct vrrp_notify_params *n = &instances[0].notify;

	(void)state;
	n->command[VRRP_NOTIFY_ON_ANY][0] = '\0';
	set_hook(n, VRRP_NOTIFY_ON_BACKUP, "echo backup >>$0");
	tell(false, "web", VRRP_NOTICE_ACTIVE, 1);
	tell(false, "web", VRRP_NOTICE_CONTESTED, 1);
	assert_true(vrrp_hooks_idle(hooks));
	tell(false, "web", VRRP_NOTICE_BACKUP, 1);
	run();
	assert_string_equal(written(), "backup\n");
}

static void
test_vrrp_hooks_of_a_group_has_a_queue_of_its_own(void **state)
{
	(void)state;
	group.notify.words = VRRP_NOTIFY_MASTER;
	tell(false, "web", VRRP_NOTICE_ACTIVE, 7);
	tell(true, "web", VRRP_NOTICE_ACTIVE, 0);
	assert_int_equal(vrrp_run_count(runner), 2);	/* side by side */
	run();
	assert_non_null(strstr(written(), "INSTANCE web ACTIVE 7\n"));
	assert_non_null(strstr(written(), "GROUP web MASTER 0\n"));
}

static void
test_vrrp_hooks_of_nobody_are_nothing(void **state)
{
	(void)state;
	tell(false, "quiet", VRRP_NOTICE_ACTIVE, 1);	/* has none */
	tell(false, "nobody", VRRP_NOTICE_ACTIVE, 1);
	tell(true, "nobody", VRRP_NOTICE_ACTIVE, 1);
	assert_true(vrrp_hooks_idle(hooks));
	assert_int_equal(vrrp_run_count(runner), 0);
}

/* One runs, so many wait, and the oldest of those make room. */
static void
test_vrrp_hooks_full_queue_keeps_the_newest(void **state)
{
	const char *text;

	(void)state;
	set_hook(&instances[0].notify, VRRP_NOTIFY_ON_ANY,
	    "sleep 0.2; echo $4 >>$0");
	tell(false, "web", VRRP_NOTICE_BACKUP, 1);
	for (unsigned i = 2; i <= VRRP_HOOKS_QUEUE + 4; i++) {
		/* The hook that runs is the one configured at that time. */
		set_hook(&instances[0].notify, VRRP_NOTIFY_ON_ANY, "echo $4 >>$0");
		tell(false, "web", VRRP_NOTICE_ACTIVE, i);
	}
	run();
	assert_non_null(strstr(said, "dropped=3"));
	text = written();
	assert_memory_equal(text, "1\n5\n6\n", 6);
	assert_string_equal(text + strlen(text) - 4, "\n20\n");
	assert_null(strstr(text, "\n4\n"));
}

static void
test_vrrp_hooks_failure_is_said_and_the_next_runs(void **state)
{
	(void)state;
	set_hook(&instances[0].notify, VRRP_NOTIFY_ON_ANY, "echo no way; exit 7");
	tell(false, "web", VRRP_NOTICE_BACKUP, 1);
	set_hook(&instances[0].notify, VRRP_NOTIFY_ON_ANY, "sleep 1000");
	instances[0].notify.timeout_ns = 50 * NS_PER_MS;
	tell(false, "web", VRRP_NOTICE_ACTIVE, 2);
	/* The others have time, also on a machine that is busy. */
	instances[0].notify.timeout_ns = 60 * NS_PER_S;
	strcpy(instances[0].notify.command[VRRP_NOTIFY_ON_ANY], "/no/such/hook");
	tell(false, "web", VRRP_NOTICE_FAULT, 3);
	set_hook(&instances[0].notify, VRRP_NOTIFY_ON_ANY, "echo \"$*\" >>$0");
	tell(false, "web", VRRP_NOTICE_STOP, 4);
	run();
	assert_string_equal(written(), "INSTANCE web STOP 4\n");
	assert_non_null(strstr(said,
	    "notify instance=web state=BACKUP failed: exit 7: no way\n"));
	assert_non_null(strstr(said,
	    "notify instance=web state=ACTIVE failed: not done in time\n"));
	assert_non_null(strstr(said,
	    "notify instance=web state=FAULT failed: cannot run: "));
}

static void
test_vrrp_hooks_environment_says_why_and_when(void **state)
{
	(void)state;
	set_hook(&instances[0].notify, VRRP_NOTIFY_ON_ANY,
	    "env | grep ^VRRP_ | sort >$0");
	tell(false, "web", VRRP_NOTICE_ACTIVE, 200);
	run();
	assert_string_equal(written(),
	    "VRRP_ADDRESSES=192.0.2.50/24 2001:db8::5/128\n"
	    "VRRP_CAUSE=bfd-down\n"
	    "VRRP_INTERFACE=eth0\n"
	    "VRRP_IN_STATE_US=1234\n"
	    "VRRP_KIND=INSTANCE\n"
	    "VRRP_NAME=web\n"
	    "VRRP_PREVIOUS_STATE=BACKUP\n"
	    "VRRP_PRIORITY=200\n"
	    "VRRP_ROUTER=lb1\n"
	    "VRRP_STATE=ACTIVE\n"
	    "VRRP_TIME=2026-11-21T03:43:36.938823Z\n"
	    "VRRP_VIRTUAL_ROUTER_ID=51\n");
}

/* Not in /tmp itself, where the kernel keeps others from writing to it. */
static int
make_file(void **state)
{
	int fd;

	(void)state;
	log_set_level(LOG_LEVEL_INFO);
	if (mkdtemp(top) == NULL || chmod(top, 0755) < 0)
		return -1;
	(void)snprintf(file, sizeof(file), "%s/out", top);
	fd = open(file, O_WRONLY | O_CREAT, 0666);
	return fd < 0 || fchmod(fd, 0666) < 0 ? -1 : close(fd);
}

static int
remove_file(void **state)
{
	(void)state;
	return unlink(file) < 0 ? -1 : rmdir(top);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_hooks_are_run_in_order),
		T(test_vrrp_hooks_of_a_state_goes_first_and_has_no_arguments),
		T(test_vrrp_hooks_of_one_state_alone),
		T(test_vrrp_hooks_of_a_group_has_a_queue_of_its_own),
		T(test_vrrp_hooks_of_nobody_are_nothing),
		T(test_vrrp_hooks_full_queue_keeps_the_newest),
		T(test_vrrp_hooks_failure_is_said_and_the_next_runs),
		T(test_vrrp_hooks_environment_says_why_and_when),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}

/*
 * test_vrrp_helper.c - the life of a helper, as a real process.
 *
 * The test is the monitor: it forks, gives the child to vrrp_helper_live() and
 * talks with it over a socket pair of its own.  Only the daemon's user is a fake:
 * nobody, where the tests are root; and becoming it is written down, not done.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
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

#include "shared/conf.h"
#include "shared/log.h"
#include "shared/priv.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_reading.h"
#include "vrrpd/config/vrrp_needs.h"
#include "vrrpd/helper/vrrp_helper.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/pure/vrrp_level.h"
#include "vrrpd/pure/vrrp_notice.h"
#include "vrrpd/pure/vrrp_parcel.h"
#include "vrrpd/pure/vrrp_refused.h"

#define WAIT_MS	20000	/* more than any machine needs */

static char top[] = "/tmp/swiftover-helper-XXXXXX";
static char conf[64], told[64], drained[64];
static struct vrrp_config config;
static struct vrrp_helper_birth birth;
static struct shared {
	volatile int	role;		/* asked for; -1: not yet */
} *shm;
static int fd = -1;			/* the monitor's end */
static pid_t pid;

int
priv_drop(enum priv_role role, const struct priv_user *user)
{
	assert_ptr_equal(user, birth.user);
	shm->role = (int)role;
	return 0;
}

int
priv_pass_on(void)
{
	return 0;
}

const char *
priv_user_name(void)
{
	return "nobody";
}

int
priv_lookup(struct priv_user *out)
{
	const struct passwd *pw = geteuid() == 0 ? getpwnam("nobody") : NULL;

	out->uid = pw == NULL ? geteuid() : pw->pw_uid;
	out->gid = pw == NULL ? getegid() : pw->pw_gid;
	return 0;
}

const char *
priv_check_user_name(const char *name)
{
	return name == NULL || name[0] == '\0' ? "nobody" : name;
}

int
priv_lookup_check(const char *name, struct priv_user *out)
{
	(void)name;
	return priv_lookup(out);
}

bool
priv_may_become(const struct priv_user *u)
{
	(void)u;
	return true;
}

/* --- files --- */

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

#define INSTANCE "instance web {\n"					\
	"interface = lo\nvirtual_router_id = 51\n"			\
	"virtual_addresses = { 192.0.2.50/24 }\n"			\
	"notify = \"%s\"\nnotify_timeout = 10s\n}\n"

static void
configure(const char *hook, const char *more)
{
	char text[2048];

	(void)snprintf(text, sizeof(text), INSTANCE "%s", hook, more);
	write_file(conf, text);
}

static const char *
script(const char *name, const char *command)
{
	static char text[512];

	(void)snprintf(text, sizeof(text), "script %s {\ncommand = \"%s\"\n"
	    "interval = 60s\n}\n", name, command);
	return text;
}

static void
read_config(void)
{
	static struct conf_errors errors;
	char text[640];

	memset(&errors, 0, sizeof(errors));
	if (vrrp_conf_parse_file(conf, &config, &errors, NULL) < 0)
		fail_msg("%s", conf_error_format(&errors.list[0], text,
		    sizeof(text)));
}

/* The file as a reader finds it now. */
static struct vrrp_parcel *
values(void)
{
	struct vrrp_reading *r = vrrp_reading_of_file(conf);
	uint8_t *bytes = NULL;
	size_t len = vrrp_reading_encode(r, &bytes);
	struct vrrp_parcel *p = vrrp_parcel_new(bytes, len);

	assert_non_null(p);
	vrrp_reading_free(r);
	return p;
}

/* --- the helper --- */

static void
quiet(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static void
start(enum vrrp_helper_role role, bool with_values)
{
	static const struct priv_user user;
	struct vrrp_parcel *p = with_values ? values() : NULL;
	int fds[2];

	birth = (struct vrrp_helper_birth){
		.role = role,
		.config = &config,
		.values = p,
		.user = &user,
	};
	shm->role = -1;
	assert_int_equal(vrrp_channel_pair(fds), 0);
	pid = fork();
	if (pid == 0) {
		log_capture(quiet, NULL);
		(void)close(fds[0]);
		birth.channel = fds[1];
		vrrp_helper_live(&birth);
	}
	assert_true(pid > 0);
	vrrp_parcel_drop(p);
	birth.values = NULL;
	(void)close(fds[1]);
	fd = fds[0];
}

static void
say(enum vrrp_message type, const void *body, size_t len)
{
	uint8_t message[20000] = { 0, (uint8_t)type };

	if (len > 0)
		memcpy(message + 4, body, len);
	assert_int_equal(send(fd, message, len + 4, 0), (ssize_t)len + 4);
}

static void
say_reloaded(void)
{
	uint8_t body[VRRP_PARCEL_HEADER + VRRP_PARCEL_PIECE];
	struct vrrp_parcel *p = values();
	size_t at, n;

	for (at = 0; at < p->len; at += n - VRRP_PARCEL_HEADER) {
		n = vrrp_piece_encode(0, p->bytes, p->len, at, body);
		say(VRRP_MSG_VALUES, body, n);
	}
	vrrp_parcel_drop(p);
	say(VRRP_MSG_RELOADED, NULL, 0);
}

/* The next message: its type, and the body in buf. */
static enum vrrp_message
hear(uint8_t *buf, size_t *len)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	static uint8_t message[512];
	ssize_t n;

	assert_int_equal(poll(&pfd, 1, WAIT_MS), 1);
	n = recv(fd, message, sizeof(message), 0);
	assert_true(n >= 4);
	assert_int_equal(message[0], 0);
	*len = (size_t)n - 4;
	memcpy(buf, message + 4, *len);
	return (enum vrrp_message)message[1];
}

static struct vrrp_level
hear_level(const char *name)
{
	uint8_t buf[512];
	struct vrrp_level l;
	size_t len;

	assert_int_equal(hear(buf, &len), VRRP_MSG_LEVEL);
	assert_int_equal(vrrp_level_decode(buf, len, &l), 0);
	assert_string_equal(l.name, name);
	return l;
}

static void
notify(enum vrrp_notice_state state)
{
	uint8_t buf[VRRP_NOTICE_BYTES_MAX];
	const struct vrrp_notice n = { .name = "web", .state = state,
	    .before = VRRP_NOTICE_BACKUP, .priority = 100,
	    .cause = "bfd-down" };

	say(VRRP_MSG_NOTICE, buf, vrrp_notice_encode(&n, buf));
}

/* The exit status of the helper, which must be about to end. */
static int
end(void)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
hang_up(void)
{
	(void)close(fd);
	fd = -1;
}

/* Until the file that hooks write to has this in it. */
static void
wait_for_told(const char *want)
{
	static const struct timespec pause = { .tv_nsec = 5 * NS_PER_MS };
	char text[512] = "";
	int i, f;
	ssize_t n;

	for (i = 0; i < WAIT_MS / 5; i++) {
		f = open(told, O_RDONLY);
		n = read(f, text, sizeof(text) - 1);
		(void)close(f);
		text[n < 0 ? 0 : n] = '\0';
		if (strcmp(text, want) == 0)
			return;
		(void)nanosleep(&pause, NULL);
	}
	assert_string_equal(text, want);
}

static int
setup(void **state)
{
	(void)state;
	shm = mmap(NULL, sizeof(*shm), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	write_file(told, "");
	(void)chmod(told, 0666);
	(void)unlink(drained);
	memset(&config, 0, sizeof(config));
	return shm == MAP_FAILED ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	if (fd != -1)
		hang_up();
	if (pid > 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		pid = 0;
	}
	vrrp_config_free(&config);
	(void)munmap(shm, sizeof(*shm));
	return 0;
}

static int
setup_folder(void **state)
{
	(void)state;
	if (mkdtemp(top) == NULL)
		return -1;
	(void)chmod(top, 0755);
	(void)snprintf(conf, sizeof(conf), "%s/vrrpd.conf", top);
	(void)snprintf(told, sizeof(told), "%s/told", top);
	(void)snprintf(drained, sizeof(drained), "%s/drained", top);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	(void)unlink(conf);
	(void)unlink(told);
	(void)unlink(drained);
	return rmdir(top);
}

/* A hook that writes down its third word, the state, after a while. */
static const char *
hook(const char *after)
{
	static char text[256];

	(void)snprintf(text, sizeof(text),
	    "/bin/sh -c 'sleep %s; echo $3 >>%s' hook", after, told);
	return text;
}

/* --- tests --- */

static void
test_vrrp_helper_levels_come_and_are_said_again_when_asked(void **state)
{
	(void)state;
	configure("/bin/true", script("good", "/bin/true"));
	read_config();
	start(VRRP_HELPER_SCRIPTS, false);
	assert_true(hear_level("good").up);
	say(VRRP_MSG_REPLAY, NULL, 0);
	assert_true(hear_level("good").up);
	hang_up();
	assert_int_equal(end(), 0);
}

static void
test_vrrp_helper_failing_script_is_down_with_its_reason(void **state)
{
	struct vrrp_level l;

	(void)state;
	configure("/bin/true", script("bad",
	    "/bin/sh -c 'echo it is broken; exit 3'"));
	read_config();
	start(VRRP_HELPER_SCRIPTS, false);
	do
		l = hear_level("bad");
	while (l.up);
	assert_string_equal(l.reason, "exit 3: it is broken");
}

/* Values that are not good, or not whole, change nothing. */
static void
test_vrrp_helper_reload_puts_the_values_into_force(void **state)
{
	(void)state;
	configure("/bin/true", script("one", "/bin/true"));
	read_config();
	start(VRRP_HELPER_SCRIPTS, false);
	(void)hear_level("one");
	configure("/bin/true", script("two", "/bin/true"));
	say_reloaded();
	(void)hear_level("two");
	write_file(conf, "nonsense");
	say_reloaded();
	(void)hear_level("two");
	say(VRRP_MSG_RELOADED, NULL, 0);
	(void)hear_level("two");
}

static void
test_vrrp_helper_hooks_are_told_in_order(void **state)
{
	(void)state;
	configure(hook("0.05"), "");
	read_config();
	start(VRRP_HELPER_SCRIPTS, false);
	notify(VRRP_NOTICE_ACTIVE);
	notify(VRRP_NOTICE_FAULT);
	notify(VRRP_NOTICE_BACKUP);
	wait_for_told("ACTIVE\nFAULT\nBACKUP\n");
}

/* The last change of state is told, also when the monitor is gone already. */
static void
test_vrrp_helper_hooks_are_finished_before_it_leaves(void **state)
{
	(void)state;
	configure(hook("0.2"), "");
	read_config();
	start(VRRP_HELPER_SCRIPTS, false);
	notify(VRRP_NOTICE_BACKUP);
	notify(VRRP_NOTICE_STOP);
	hang_up();
	assert_int_equal(end(), 0);
	wait_for_told("BACKUP\nSTOP\n");
}

/* Only the monitor ends it; ^C reaches the whole group. */
static void
test_vrrp_helper_signals_do_not_end_it(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	size_t i;

	(void)state;
	configure("/bin/true", script("good", "/bin/true"));
	read_config();
	start(VRRP_HELPER_SCRIPTS, false);
	(void)hear_level("good");
	for (i = 0; i < 3; i++)
		assert_int_equal(kill(pid, signals[i]), 0);
	say(VRRP_MSG_REPLAY, NULL, 0);
	(void)hear_level("good");
	hang_up();
	assert_int_equal(end(), 0);
}

static void
test_vrrp_helper_keeps_no_descriptor_of_the_monitor(void **state)
{
	struct pollfd pfd;
	int ends[2], high;

	(void)state;
	configure("/bin/true", script("good", "/bin/true"));
	read_config();
	assert_int_equal(pipe(ends), 0);
	high = fcntl(ends[1], F_DUPFD, 200);
	assert_true(high >= 200);
	start(VRRP_HELPER_SCRIPTS, false);
	(void)hear_level("good");
	/* With ours closed nobody has the writing end any more. */
	(void)close(ends[1]);
	(void)close(high);
	pfd = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	assert_int_equal(poll(&pfd, 1, WAIT_MS), 1);
	assert_true(pfd.revents & POLLHUP);
	(void)close(ends[0]);
}

static void
test_vrrp_helper_refused_messages_are_told(void **state)
{
	struct vrrp_refused r;
	uint8_t buf[512];
	enum vrrp_way way;
	size_t len;

	(void)state;
	configure("/bin/true", "file f {\npath = /nonexistent/f\n}\n");
	read_config();
	start(VRRP_HELPER_CHECKS, false);
	assert_true(hear_level("f").up);
	/* Hooks are not its business. */
	notify(VRRP_NOTICE_ACTIVE);
	assert_int_equal(hear(buf, &len), VRRP_MSG_REFUSED);
	assert_true(vrrp_refused_decode(buf, len, &way, &r));
	assert_int_equal(way, VRRP_WAY_CHECKS_DOWN);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.type, VRRP_MSG_NOTICE);
	assert_int_equal(r.why, VRRP_REFUSAL_WAY);
}

static void
test_vrrp_helper_checks_watch_files(void **state)
{
	char text[160];
	struct vrrp_level l;

	(void)state;
	(void)snprintf(text, sizeof(text), "file f {\npath = \"%s\"\n}\n",
	    drained);
	configure("/bin/true", text);
	read_config();
	start(VRRP_HELPER_CHECKS, false);
	assert_true(hear_level("f").up);
	write_file(drained, "");
	l = hear_level("f");
	assert_false(l.up);
	assert_non_null(strstr(l.reason, "is there"));
	(void)unlink(drained);
	assert_true(hear_level("f").up);
	hang_up();
	assert_int_equal(end(), 0);
}

/* All kinds but script, which is the other helper's. */
static void
test_vrrp_helper_checks_has_every_kind_that_is_its_own(void **state)
{
	static const char text[] =
	    "file f { path = /nonexistent/f }\n"
	    "process p { name = no-such-process }\n"
	    "tcp t { address = 127.0.0.1 port = 1 fall = 1 }\n"
	    "http h { url = \"http://127.0.0.1:1/\" fall = 1 }\n"
	    "ping g { address = 127.0.0.1 fall = 1 }\n"
	    "script s { command = /bin/true }\n";
	unsigned seen = 0;
	uint8_t buf[512];
	struct vrrp_level l;
	size_t len;

	(void)state;
	configure("/bin/true", text);
	read_config();
	start(VRRP_HELPER_CHECKS, false);
	while (seen != (1U << VRRP_TRACK_FILE | 1U << VRRP_TRACK_PROCESS |
	    1U << VRRP_TRACK_TCP | 1U << VRRP_TRACK_HTTP |
	    1U << VRRP_TRACK_PING)) {
		assert_int_equal(hear(buf, &len), VRRP_MSG_LEVEL);
		assert_int_equal(vrrp_level_decode(buf, len, &l), 0);
		assert_int_not_equal(l.kind, VRRP_TRACK_SCRIPT);
		seen |= 1U << l.kind;
	}
}

/* vrrpd-scripts runs on_change of both helpers' checks, and tells what holds last. */
static void
test_vrrp_helper_on_change_of_its_own_and_of_the_other(void **state)
{
	uint8_t buf[VRRP_LEVEL_BYTES_MAX];
	struct vrrp_level l = { .kind = VRRP_TRACK_FILE, .name = "f" };
	char text[1024];

	(void)state;
	(void)snprintf(text, sizeof(text),
	    "script s {\ncommand = /bin/true\ninterval = 60s\non_change = "
	    "\"/bin/sh -c 'echo $2 $3 $5 >>%s' told\"\n}\n"
	    "file f {\npath = \"%s\"\non_change = "
	    "\"/bin/sh -c 'echo $2 $3 $5 >>%s' told\"\n}\n", told, drained,
	    told);
	configure("/bin/true", text);
	read_config();
	start(VRRP_HELPER_SCRIPTS, false);
	assert_true(hear_level("s").up);
	wait_for_told("s UP UNKNOWN\n");
	l.since = loop_clock();
	say(VRRP_MSG_LEVEL, buf, vrrp_level_encode(&l, buf));
	wait_for_told("s UP UNKNOWN\nf DOWN UNKNOWN\n");
	/* Asked again, by whichever engine, nobody is told again. */
	say(VRRP_MSG_REPLAY, NULL, 0);
	assert_true(hear_level("s").up);
	say(VRRP_MSG_LEVEL, buf, vrrp_level_encode(&l, buf));
	l.up = true;
	say(VRRP_MSG_LEVEL, buf, vrrp_level_encode(&l, buf));
	/* And it does not leave before that was told. */
	hang_up();
	assert_int_equal(end(), 0);
	wait_for_told("s UP UNKNOWN\nf DOWN UNKNOWN\nf UP DOWN\n");
}

/* Nobody says levels of scripts to vrrpd-scripts: it makes them. */
static void
test_vrrp_helper_level_of_a_script_is_refused(void **state)
{
	uint8_t body[VRRP_LEVEL_BYTES_MAX], buf[512];
	struct vrrp_level l = { .kind = VRRP_TRACK_SCRIPT, .name = "s" };
	struct vrrp_refused r;
	enum vrrp_way way;
	size_t len;

	(void)state;
	configure("/bin/true", "");
	read_config();
	start(VRRP_HELPER_SCRIPTS, false);
	l.since = loop_clock();
	say(VRRP_MSG_LEVEL, body, vrrp_level_encode(&l, body));
	assert_int_equal(hear(buf, &len), VRRP_MSG_REFUSED);
	assert_true(vrrp_refused_decode(buf, len, &way, &r));
	assert_int_equal(r.type, VRRP_MSG_LEVEL);
	assert_int_equal(r.why, VRRP_REFUSAL_BODY);
}

/* Started after a reload: what counts is the file, and it must be good. */
static void
test_vrrp_helper_reads_the_file_when_it_has_changed(void **state)
{
	(void)state;
	configure("/bin/true", script("one", "/bin/true"));
	read_config();
	configure("/bin/true", script("two", "/bin/true"));
	start(VRRP_HELPER_SCRIPTS, true);
	(void)hear_level("two");
	hang_up();
	assert_int_equal(end(), 0);
	write_file(conf, "nonsense");
	start(VRRP_HELPER_SCRIPTS, true);
	assert_int_equal(end(), 1);
}

static const struct {
	const char		*user;
	enum vrrp_helper_role	 role;
	enum priv_role		 want;
} privileges[] = {
	{ "", VRRP_HELPER_SCRIPTS, PRIV_VRRPD_HELPER },
	{ "nobody", VRRP_HELPER_SCRIPTS, PRIV_VRRPD_HELPER_USERS },
	{ "root", VRRP_HELPER_SCRIPTS, PRIV_VRRPD_HELPER_ROOT },
	{ "root:daemon", VRRP_HELPER_SCRIPTS, PRIV_VRRPD_HELPER_ROOT },
	{ "0", VRRP_HELPER_SCRIPTS, PRIV_VRRPD_HELPER_ROOT },
	{ "rooter", VRRP_HELPER_SCRIPTS, PRIV_VRRPD_HELPER_USERS },
	{ "root", VRRP_HELPER_CHECKS, PRIV_VRRPD_CHECKS },
};

/* As little as the configuration of the start allows. */
static void
asks_for(unsigned i, char *user_of)
{
	strcpy(user_of, privileges[i].user);
	start(privileges[i].role, false);
	hang_up();
	assert_int_equal(end(), 0);
	assert_int_equal(shm->role, privileges[i].want);
	user_of[0] = '\0';
}

static void
test_vrrp_helper_privileges_follow_from_the_configuration(void **state)
{
	unsigned i;

	(void)state;
	configure("/bin/true", "script s {\ncommand = /bin/true\n}\n");
	read_config();
	config.instances[0].notify.user[0] = '\0';
	for (i = 0; i < sizeof(privileges) / sizeof(privileges[0]); i++) {
		asks_for(i, config.trackers[0].user);
		asks_for(i, config.instances[0].notify.user);
	}
}

/* Each kind is checked by the process that is started for it. */
static void
test_vrrp_helper_roles_have_their_own_names_and_ways(void **state)
{
	(void)state;
	assert_string_equal(vrrp_helper_name(VRRP_HELPER_SCRIPTS),
	    vrrp_way_sender(vrrp_helper_way(VRRP_HELPER_SCRIPTS)));
	assert_string_equal(vrrp_helper_name(VRRP_HELPER_CHECKS),
	    vrrp_way_sender(vrrp_helper_way(VRRP_HELPER_CHECKS)));
	assert_int_equal(vrrp_helper_need(VRRP_HELPER_SCRIPTS),
	    VRRP_NEEDS_SCRIPTS);
	assert_int_equal(vrrp_helper_need(VRRP_HELPER_CHECKS),
	    VRRP_NEEDS_CHECKS);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_helper_levels_come_and_are_said_again_when_asked),
		T(test_vrrp_helper_failing_script_is_down_with_its_reason),
		T(test_vrrp_helper_reload_puts_the_values_into_force),
		T(test_vrrp_helper_hooks_are_told_in_order),
		T(test_vrrp_helper_hooks_are_finished_before_it_leaves),
		T(test_vrrp_helper_signals_do_not_end_it),
		T(test_vrrp_helper_keeps_no_descriptor_of_the_monitor),
		T(test_vrrp_helper_refused_messages_are_told),
		T(test_vrrp_helper_checks_watch_files),
		T(test_vrrp_helper_checks_has_every_kind_that_is_its_own),
		T(test_vrrp_helper_on_change_of_its_own_and_of_the_other),
		T(test_vrrp_helper_level_of_a_script_is_refused),
		T(test_vrrp_helper_reads_the_file_when_it_has_changed),
		T(test_vrrp_helper_privileges_follow_from_the_configuration),
		T(test_vrrp_helper_roles_have_their_own_names_and_ways),
	};

	return cmocka_run_group_tests(tests, setup_folder, remove_folder);
}

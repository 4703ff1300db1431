/*
 * nl_net.c - a network namespace to test rtnetlink in (see nl_net.h).
 */
#include "config.h"

#include <net/if.h>
#include <sys/socket.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/nl_batch.h"
#include "test/unit/shared/nl_net.h"

char skip_reason[128];
struct loop *loop;
struct nl *nl;
static struct loop_timer *tick, *guard;
static bool timed_out;
const uint8_t mac[6] = { 0, 0, 0x5e, 0, 1, 51 };

/* The handlers note here what they were told. */
struct nl_link last_link, nlp0, nlm0;
struct nl_addr last_addr;
int links, links_gone, addrs, addrs_gone, resyncs, synced;
char order[64];

int dones, done_error;
unsigned done_at;

static void
note(char what)
{
	size_t n = strlen(order);

	if (n + 1 < sizeof(order))
		order[n] = what;
}

static void
on_link(const struct nl_link *l, bool gone, void *arg)
{
	(void)arg;
	last_link = *l;
	if (strcmp(l->name, "nlp0") == 0)
		nlp0 = *l;
	if (strcmp(l->name, "nlm0") == 0)
		nlm0 = *l;
	if (gone)
		links_gone++;
	else
		links++;
	note('l');
}

static void
on_addr(const struct nl_addr *a, bool gone, void *arg)
{
	(void)arg;
	/* The kernel gives the devices these when it likes. */
	if (a->prefix.addr.family == AF_INET6 &&
	    addr_is_link_local(&a->prefix.addr))
		return;
	last_addr = *a;
	if (gone)
		addrs_gone++;
	else
		addrs++;
	note('a');
}

static void
on_resync(void *arg)
{
	(void)arg;
	resyncs++;
	order[0] = '\0';
	note('r');
}

static void
on_synced(void *arg)
{
	(void)arg;
	synced++;
	note('s');
}

static const struct nl_handlers handlers = {
	.link = on_link,
	.addr = on_addr,
	.resync = on_resync,
	.synced = on_synced,
};

void
on_done(int first_error, unsigned failed_at, void *arg)
{
	(void)arg;
	dones++;
	done_error = first_error;
	done_at = failed_at;
}

static void
on_guard(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	timed_out = true;
	loop_stop(loop);
}

static bool	(*awaited)(void);

static void
on_tick(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	if (awaited())
		loop_stop(loop);
	else
		loop_timer_set(tick, mono_add(loop_clock(), NS_PER_MS / 5));
}

void
await(bool (*what)(void))
{
	awaited = what;
	timed_out = false;
	loop_timer_set(guard, mono_add(loop_clock(), 10 * NS_PER_S));
	loop_timer_set(tick, loop_clock());
	assert_int_equal(loop_run(loop), 0);
	loop_timer_set(guard, MONO_NEVER);
	assert_false(timed_out);
}

bool
is_done(void)
{
	return dones > 0;
}

/* --- the namespace --- */

void
run(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

static bool
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok;

	if (fd == -1)
		return false;
	ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return ok;
}

static bool
enter_namespace(void)
{
	char map[64];
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (uid == 0 && unshare(CLONE_NEWNET) == 0)
		return true;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) == -1) {
		(void)snprintf(skip_reason, sizeof(skip_reason),
		    "no network namespace: %s", strerror(errno));
		return false;
	}
	(void)write_file("/proc/self/setgroups", "deny");
	(void)snprintf(map, sizeof(map), "0 %lu 1", (unsigned long)uid);
	if (!write_file("/proc/self/uid_map", map))
		goto refused;
	(void)snprintf(map, sizeof(map), "0 %lu 1", (unsigned long)gid);
	if (!write_file("/proc/self/gid_map", map))
		goto refused;
	return true;
refused:
	(void)snprintf(skip_reason, sizeof(skip_reason),
	    "no user namespace: %s", strerror(errno));
	return false;
}

void
prepare(void)
{
	if (!enter_namespace())
		return;
	if (system("ip link add nlp0 type veth peer name nlp1 2>/dev/null && "
	    "ip link set nlp0 up && ip link set nlp1 up && "
	    "ip link set lo up") != 0)
		(void)snprintf(skip_reason, sizeof(skip_reason),
		    "cannot make a veth pair with ip(8)");
}

int
setup(void **state)
{
	(void)state;
	if (skip_reason[0] != '\0')
		return 0;
	loop = loop_new();
	assert_non_null(loop);
	tick = loop_timer_new(loop, on_tick, NULL);
	guard = loop_timer_new(loop, on_guard, NULL);
	assert_int_equal(nl_open(loop, &handlers, NULL, &nl), 0);
	assert_int_equal(nl_read_all(nl), 0);
	links = links_gone = addrs = addrs_gone = resyncs = synced = 0;
	memset(order, 0, sizeof(order));
	dones = 0;
	done_error = -1;
	done_at = 4711;
	return 0;
}

int
teardown(void **state)
{
	(void)state;
	if (skip_reason[0] != '\0')
		return 0;
	nl_free(nl);
	loop_timer_free(tick);
	loop_timer_free(guard);
	loop_free(loop);
	run("for i in $(ip -o link | grep -o 'nlm[0-9]*@' | tr -d @); do "
	    "ip link del $i; done; ip addr flush dev nlp0 scope global");
	return 0;
}

struct addr_prefix
prefix(const char *text)
{
	struct addr_prefix p;

	assert_int_equal(addr_prefix_parse(text, &p), 0);
	return p;
}

int
parent(void)
{
	int i = (int)if_nametoindex("nlp0");

	assert_true(i > 0);
	return i;
}

int
macvlan(const char *name)
{
	int ifindex = 0;

	assert_int_equal(nl_macvlan_add(nl, name, parent(), mac, &ifindex), 0);
	assert_int_equal(ifindex, if_nametoindex(name));
	return ifindex;
}

bool
ip_says(const char *args, const char *pattern)
{
	char command[256];

	(void)snprintf(command, sizeof(command),
	    "ip %s | grep -q -- '%s'", args, pattern);
	return system(command) == 0;
}

int
send_and_wait(struct nl_batch *b)
{
	dones = 0;
	assert_int_equal(nl_batch_send(b, on_done, b), 0);
	assert_int_equal(dones, 0);		/* from the loop, not before */
	await(is_done);
	assert_int_equal(dones, 1);
	return done_error;
}

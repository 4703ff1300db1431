/*
 * linux_net.c - see linux_net.h.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/devconf.h"
#include "shared/nl_batch.h"
#include "test/unit/bfdd_net.h"
#include "test/unit/vrrpd/linux/linux_net.h"

bool have_net;
struct loop *loop;
struct nl *nl;
struct nl_link parent;
struct vrrp_params p;
char reason[VRRP_VIP_REASON_MAX];
bool on_link_answer, owned_answer;
int done_error;
unsigned done_count;

static void
ignore_link(const struct nl_link *link, bool gone, void *arg)
{
	(void)link;
	(void)gone;
	(void)arg;
}

static void
ignore_addr(const struct nl_addr *addr, bool gone, void *arg)
{
	(void)addr;
	(void)gone;
	(void)arg;
}

int
open_net(void **state)
{
	static const struct nl_handlers h = {
		.link = ignore_link,
		.addr = ignore_addr,
	};

	(void)state;
	have_net = net_own() && system("ip link add eth0 type veth peer name "
	    "eth1 2>/dev/null && ip link set eth0 up && ip link set eth1 up && "
	    "ip link add v0 link eth0 type macvlan 2>/dev/null && "
	    "ip link del v0") == 0;
	loop = loop_new();
	if (loop == NULL || (have_net && (nl_open(loop, &h, NULL, &nl) < 0 ||
	    nl_read_all(nl) < 0)))
		return 1;
	return have_net && nl_link_get(nl, "eth0", &parent) < 0;
}

int
close_net(void **state)
{
	(void)state;
	if (nl != NULL)
		nl_free(nl);
	loop_free(loop);
	return 0;
}

int
setup(void **state)
{
	(void)state;
	vrrp_params_init(&p);
	p.vrid = 51;
	p.family = AF_INET;
	p.vip_count = 2;
	(void)addr_prefix_parse("192.0.2.50/24", &p.vips[0].prefix);
	(void)addr_prefix_parse("192.0.2.51/24", &p.vips[1].prefix);
	on_link_answer = owned_answer = false;
	done_count = 0;
	done_error = -1;
	return 0;
}

void
need_net(void)
{
	if (!have_net) {
		print_message("no network namespace with a macvlan here\n");
		skip();
	}
}

static bool
on_link(int ifindex, const struct addr_prefix *prefix, void *arg)
{
	(void)ifindex;
	(void)prefix;
	(void)arg;
	return on_link_answer;
}

static bool
owned(const struct addr *addr, void *arg)
{
	(void)addr;
	(void)arg;
	return owned_answer;
}

const struct vrrp_vip_questions questions = { .on_link = on_link,
	.owned = owned };

void
done(int error, unsigned failed_at, void *arg)
{
	(void)failed_at;
	(void)arg;
	done_count++;
	done_error = error;
}

/* True when the command prints something. */
bool
says(const char *command)
{
	char buf[256];
	FILE *f = popen(command, "r");
	bool yes;

	assert_non_null(f);
	yes = fgets(buf, sizeof(buf), f) != NULL;
	pclose(f);
	return yes;
}

struct vrrp_vips *
open_vips(void)
{
	struct vrrp_vips *v = NULL;

	assert_int_equal(vrrp_vip_open(nl, &p, &parent, &v, reason), 0);
	assert_int_equal(vrrp_vip_prepare(v, &questions, reason), 0);
	return v;
}

void
install(struct vrrp_vips *v)
{
	assert_int_equal(vrrp_vip_install(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
}

void
use_ipv6(void)
{
	p.family = AF_INET6;
	(void)addr_prefix_parse("fe80::50", &p.vips[0].prefix);
	(void)addr_prefix_parse("2001:db8::50/64", &p.vips[1].prefix);
}

int
setting(const char *device, uint8_t family, const char *key)
{
	int value = -1;

	assert_int_equal(devconf_get(family, device, key, &value), 0);
	return value;
}

/*
 * vrrp_fib_watch.c - routes of this network namespace that trackers wait for.
 *
 * Two sockets.  That of events is bound to the groups and filtered; that of dumps
 * is not, since a filter sees a message of a dump by its first route alone.  Events
 * that arrive while a dump is read change the set that is in force; the dump may be
 * older than they are, so it is thrown away then and read again, but for the first.
 *
 * Why links and addresses: the kernel takes IPv4 routes away with their device, or
 * their source address, and says nothing (net/ipv4/fib_frontend.c).  A device that a
 * way goes by and that is down is believed at once; everything else that was said of
 * it means a dump.
 *
 * Answers go to the watches after what woke the loop was read.
 */
#include "config.h"

#include "vrrpd/helper/vrrp_fib_watch.h"

#include <sys/socket.h>
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "vrrpd/pure/vrrp_fib.h"

#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK	12
#endif
#define CHUNK_MAX	65536
#define BUFFER		(1024 * 1024)
#define READ_MAX	32		/* messages per wake-up, of events */
#define FILTERED_MAX	128		/* prefixes that are told apart */
#define INSTRUCTIONS_MAX 4096
#define DUMP_SOON_NS	(20 * NS_PER_MS)
#define DUMP_PAUSE_NS	(200 * NS_PER_MS)
#define DUMP_SHARE	10		/* of the time */
#define DUMP_LATE_NS	(30 * NS_PER_S)	/* no answer: ask anew */
#define AGAIN_NS	NS_PER_S	/* after a failure */

struct vrrp_fib_watched {
	struct vrrp_fib_watch	*routes;
	struct vrrp_fib_watched *next, **link;
	struct vrrp_route_want	 want;
	vrrp_fib_watch_cb		 cb;
	void			*arg;
};

struct vrrp_fib_watch {
	struct loop		*loop;
	struct vrrp_fib_watched *watches;
	int			 events, dump;	/* -1: not open */
	struct loop_fd		*events_fd, *dump_fd;
	struct loop_timer	*timer;		/* the next dump, or its deadline */
	struct vrrp_fib		*fib, *fresh;
	bool			 known;		/* fib is what there is */
	bool			 dumping;
	uint8_t			 family;	/* of the dump */
	uint32_t		 sequence;
	bool			 stale;		/* the dump under way is too old */
	bool			 wanted;	/* another one after it */
	mono_t			 dump_began, not_before;
	int			 error;		/* why nothing is known; or 0 */
	uint64_t		 dumps, told;
};

static void	dump_later(struct vrrp_fib_watch *, int64_t wait_ns);

/* --- answers --- */

static void
answer(struct vrrp_fib_watch *r, mono_t now)
{
	struct vrrp_fib_watched *w, *next;
	char why[80];
	bool there;

	for (w = r->watches; w != NULL; w = next) {
		next = w->next;
		why[0] = '\0';
		if (r->error != 0) {
			(void)snprintf(why, sizeof(why), "routes cannot be "
			    "read: %s", strerror(r->error));
			w->cb(false, now, why, w->arg);
		} else if (r->known) {
			there = vrrp_fib_has(r->fib, &w->want, why,
			    sizeof(why));
			w->cb(there, now, why, w->arg);
		}
	}
}

static bool
is_wanted(const struct vrrp_fib_watch *r, const struct addr_prefix *p)
{
	const struct vrrp_fib_watched *w;

	for (w = r->watches; w != NULL; w = w->next)
		if (w->want.prefix.len == p->len &&
		    addr_equal(&w->want.prefix.addr, &p->addr))
			return true;
	return false;
}

static bool
wants_family(const struct vrrp_fib_watch *r, uint8_t family)
{
	const struct vrrp_fib_watched *w;

	for (w = r->watches; w != NULL; w = w->next)
		if (w->want.prefix.addr.family == family)
			return true;
	return false;
}

/* --- the filter --- */

struct program {
	struct sock_filter	list[INSTRUCTIONS_MAX];
	unsigned		count;
};

static void
put(struct program *p, struct sock_filter i)
{
	if (p->count < INSTRUCTIONS_MAX)
		p->list[p->count] = i;
	p->count++;
}

/* Ends the comparison with this prefix unless A is k. */
static void
put_or_next(struct program *p, uint32_t k)
{
	put(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 0,
	    0));
}

/* Passes what is about this prefix, or about any of its length. */
static void
put_prefix(struct program *p, const struct addr_prefix *prefix, bool address)
{
	const unsigned head = NLMSG_ALIGN(sizeof(struct nlmsghdr));
	unsigned from = p->count, i, at;
	uint32_t word;

	put(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_ABS, head));
	put_or_next(p, prefix->addr.family);
	put(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
	    head + 1));
	put_or_next(p, prefix->len);
	if (address && prefix->len > 0) {
		put(p, (struct sock_filter)BPF_STMT(BPF_LDX | BPF_IMM,
		    RTA_DST));
		put(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, head +
		    NLMSG_ALIGN(sizeof(struct rtmsg))));
		put(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    (uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR)));
		put(p, (struct sock_filter)BPF_STMT(BPF_MISC | BPF_TAX, 0));
		for (i = 0; i < addr_len(prefix->addr.family); i += 4) {
			put(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W |
			    BPF_IND, sizeof(struct rtattr) + i));
			word = (uint32_t)prefix->addr.bytes[i] << 24 |
			    (uint32_t)prefix->addr.bytes[i + 1] << 16 |
			    (uint32_t)prefix->addr.bytes[i + 2] << 8 |
			    prefix->addr.bytes[i + 3];
			put_or_next(p, word);
		}
	}
	put(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX));
	/* Where the attribute is missing the offset is 0, and the header no address. */
	for (at = from; at < p->count && p->count <= INSTRUCTIONS_MAX; at++)
		if (p->list[at].code == (BPF_JMP | BPF_JEQ | BPF_K))
			p->list[at].jf = (uint8_t)(p->count - at - 1);
}

static bool
is_first(const struct vrrp_fib_watch *r, const struct vrrp_fib_watched *of)
{
	const struct vrrp_fib_watched *w;

	for (w = r->watches; w != of; w = w->next)
		if (w->want.prefix.len == of->want.prefix.len &&
		    addr_equal(&w->want.prefix.addr, &of->want.prefix.addr))
			return false;
	return true;
}

static int
attach(const struct vrrp_fib_watch *r)
{
	static struct program p;
	const unsigned type = offsetof(struct nlmsghdr, nlmsg_type);
	const struct vrrp_fib_watched *w;
	struct sock_fprog prog = { .filter = p.list };
	unsigned prefixes = 0;

	for (w = r->watches; w != NULL; w = w->next)
		prefixes += is_first(r, w);
	p.count = 0;
	put(&p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_H | BPF_ABS, type));
	put(&p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    htons(RTM_NEWROUTE), 2, 0));
	put(&p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    htons(RTM_DELROUTE), 1, 0));
	put(&p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX));
	for (w = r->watches; w != NULL; w = w->next)
		if (is_first(r, w))
			put_prefix(&p, &w->want.prefix,
			    prefixes <= FILTERED_MAX);
	put(&p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0));
	if (p.count > INSTRUCTIONS_MAX)
		return -E2BIG;
	prog.len = (unsigned short)p.count;
	return setsockopt(r->events, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
	    sizeof(prog)) == 0 ? 0 : -errno;
}

/* --- messages --- */

/* Messages of the kernel; 0 for those of anybody else.  -1 and errno. */
static ssize_t
receive(int fd, uint8_t *buf, size_t size)
{
	struct sockaddr_nl from = { .nl_pid = 0 };
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(fd, buf, size, MSG_DONTWAIT,
	    (struct sockaddr *)&from, &len);

	return n > 0 && from.nl_pid != 0 ? 0 : n;
}

/* The next whole message of those; NULL at the end. */
static const struct nlmsghdr *
next_message(const uint8_t **at, size_t *left)
{
	const struct nlmsghdr *h = (const void *)*at;
	size_t step;

	if (*left < sizeof(*h) || h->nlmsg_len < sizeof(*h) ||
	    h->nlmsg_len > *left)
		return NULL;
	step = NLMSG_ALIGN(h->nlmsg_len);
	if (step > *left)
		step = *left;
	*at += step;
	*left -= step;
	return h;
}

/* --- events --- */

static void
look_at_device(struct vrrp_fib_watch *r, int ifindex, bool works)
{
	bool used = vrrp_fib_device(r->fib, ifindex, works);

	/* A device that comes up may be that of a dead way, or of none yet. */
	if (used)
		dump_later(r, DUMP_SOON_NS);
}

static void
take_link(struct vrrp_fib_watch *r, const struct nlmsghdr *h)
{
	const struct ifinfomsg *m = (const void *)((const uint8_t *)h +
	    NLMSG_ALIGN(sizeof(*h)));

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*m)))
		return;
	look_at_device(r, m->ifi_index, h->nlmsg_type == RTM_NEWLINK &&
	    (m->ifi_flags & IFF_UP) != 0 &&
	    (m->ifi_flags & IFF_LOWER_UP) != 0);
}

static void
take_address(struct vrrp_fib_watch *r, const struct nlmsghdr *h)
{
	const struct ifaddrmsg *m = (const void *)((const uint8_t *)h +
	    NLMSG_ALIGN(sizeof(*h)));

	if (h->nlmsg_type == RTM_DELADDR &&
	    h->nlmsg_len >= NLMSG_LENGTH(sizeof(*m)))
		look_at_device(r, (int)m->ifa_index, true);
}

static void
take_route(struct vrrp_fib_watch *r, const struct nlmsghdr *h, size_t len)
{
	struct vrrp_fib_route route;
	enum vrrp_fib_news news;

	if (!vrrp_fib_read(h, len, &route) || !is_wanted(r, &route.prefix))
		return;
	r->stale = true;
	if (h->nlmsg_type == RTM_DELROUTE)
		news = vrrp_fib_went(r->fib, &route);
	else
		news = vrrp_fib_came(r->fib, &route,
		    (h->nlmsg_flags & NLM_F_REPLACE) != 0);
	if (news == VRRP_FIB_UNSURE || r->dumping)
		dump_later(r, DUMP_SOON_NS);
}

static void
take_event(struct vrrp_fib_watch *r, const struct nlmsghdr *h, size_t len)
{
	r->told++;
	switch (h->nlmsg_type) {
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		take_route(r, h, len);
		return;
	case RTM_NEWLINK:
	case RTM_DELLINK:
		take_link(r, h);
		return;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		take_address(r, h);
		return;
	default:				/* nexthop objects */
		if (vrrp_fib_by_id(r->fib))
			dump_later(r, DUMP_SOON_NS);
		return;
	}
}

static void
on_events(int fd, void *arg)
{
	static _Alignas(struct nlmsghdr) uint8_t buf[CHUNK_MAX];
	struct vrrp_fib_watch *r = arg;
	const struct nlmsghdr *h;
	const uint8_t *at;
	size_t left;
	ssize_t n;
	int i;

	for (i = 0; i < READ_MAX; i++) {
		n = receive(fd, buf, sizeof(buf));
		if (n == -1 && errno == ENOBUFS) {
			/* Some were lost, of links as well. */
			r->stale = true;
			dump_later(r, DUMP_SOON_NS);
			continue;
		}
		if (n < 0)
			break;
		at = buf;
		left = (size_t)n;
		while ((h = next_message(&at, &left)) != NULL)
			take_event(r, h, h->nlmsg_len);
	}
	answer(r, loop_clock());
}

/* --- dumps --- */

static void
dump_failed(struct vrrp_fib_watch *r, int error)
{
	r->dumping = false;
	r->error = error;
	dump_later(r, AGAIN_NS);
	answer(r, loop_clock());
}

static void
ask(struct vrrp_fib_watch *r, uint8_t family)
{
	struct {
		struct nlmsghdr	h;
		struct rtmsg	m;
	} q = {
		.h = {
			.nlmsg_len = sizeof(q),
			.nlmsg_type = RTM_GETROUTE,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			.nlmsg_seq = ++r->sequence,
		},
		.m = { .rtm_family = family },
	};

	r->family = family;
	if (send(r->dump, &q, sizeof(q), MSG_DONTWAIT) == -1)
		dump_failed(r, errno);
}

static void
begin_dump(struct vrrp_fib_watch *r)
{
	r->dumping = true;
	r->stale = r->wanted = false;
	r->dump_began = loop_clock();
	vrrp_fib_init(r->fresh);
	loop_timer_set(r->timer, mono_add(r->dump_began, DUMP_LATE_NS));
	ask(r, wants_family(r, AF_INET) ? AF_INET : AF_INET6);
}

static void
dump_done(struct vrrp_fib_watch *r)
{
	mono_t now = loop_clock();
	struct vrrp_fib *was = r->fib;
	int64_t took_ns;

	if (r->family == AF_INET && wants_family(r, AF_INET6)) {
		ask(r, AF_INET6);
		return;
	}
	took_ns = mono_sub(now, r->dump_began);
	r->dumping = false;
	r->dumps++;
	r->not_before = mono_add(now, took_ns * DUMP_SHARE > DUMP_PAUSE_NS ?
	    took_ns * DUMP_SHARE : DUMP_PAUSE_NS);
	loop_timer_set(r->timer, MONO_NEVER);
	if (!r->stale || !r->known) {
		r->fib = r->fresh;
		r->fresh = was;
		r->known = true;
		r->error = 0;
	}
	if (r->stale || r->wanted)
		dump_later(r, DUMP_SOON_NS);
	answer(r, now);
}

static void
dump_later(struct vrrp_fib_watch *r, int64_t wait_ns)
{
	r->wanted = true;
	if (!r->dumping)
		loop_timer_set(r->timer, mono_max(r->not_before,
		    mono_add(loop_clock(), wait_ns)));
}

static void
take_part(struct vrrp_fib_watch *r, const struct nlmsghdr *h)
{
	struct vrrp_fib_route route;
	int error;

	if (h->nlmsg_seq != r->sequence || !r->dumping)
		return;
	if ((h->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
		r->stale = true;
	if (h->nlmsg_type == NLMSG_DONE) {
		dump_done(r);
	} else if (h->nlmsg_type == NLMSG_ERROR) {
		memcpy(&error, (const uint8_t *)h +
		    NLMSG_ALIGN(sizeof(*h)), sizeof(error));
		dump_failed(r, error < 0 ? -error : EPROTO);
	} else if (vrrp_fib_read(h, h->nlmsg_len, &route) &&
	    is_wanted(r, &route.prefix))
		vrrp_fib_add(r->fresh, &route);
}

/* One message, and the loop has its turn; the kernel makes the next meanwhile. */
static void
on_dump(int fd, void *arg)
{
	static _Alignas(struct nlmsghdr) uint8_t buf[CHUNK_MAX];
	struct vrrp_fib_watch *r = arg;
	const struct nlmsghdr *h;
	const uint8_t *at = buf;
	size_t left;
	ssize_t n = receive(fd, buf, sizeof(buf));

	if (n == -1 && errno != EAGAIN && errno != EINTR && r->dumping) {
		dump_failed(r, errno);
		return;
	}
	left = n > 0 ? (size_t)n : 0;
	while ((h = next_message(&at, &left)) != NULL)
		take_part(r, h);
}

/* --- sockets --- */

static int
open_socket(bool events)
{
	static const int groups[] = { RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR,
	    RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_NEXTHOP };
	const struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int fd, error, on = 1, size = BUFFER;
	size_t i;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    NETLINK_ROUTE);
	if (fd == -1)
		return -errno;
	/* A socket without a number of its own is told of no event of the kernel. */
	if (bind(fd, (const struct sockaddr *)&any, sizeof(any)) == -1) {
		error = -errno;
		(void)close(fd);
		return error;
	}
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on,
	    sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	for (i = 0; events && i < sizeof(groups) / sizeof(groups[0]); i++)
		/* A kernel without nexthop objects refuses the last. */
		(void)setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
		    &groups[i], sizeof(groups[i]));
	return fd;
}

static void
close_sockets(struct vrrp_fib_watch *r)
{
	loop_fd_free(r->events_fd);
	loop_fd_free(r->dump_fd);
	r->events_fd = r->dump_fd = NULL;
	if (r->events >= 0)
		(void)close(r->events);
	if (r->dump >= 0)
		(void)close(r->dump);
	r->events = r->dump = -1;
	r->dumping = r->known = false;
}

/* The filter comes first, so that nothing else has ever to be read. */
static int
open_sockets(struct vrrp_fib_watch *r)
{
	int error;

	r->events = open_socket(true);
	r->dump = open_socket(false);
	if (r->events < 0 || r->dump < 0)
		error = r->events < 0 ? r->events : r->dump;
	else
		error = attach(r);
	if (error == 0) {
		r->events_fd = loop_fd_new(r->loop, r->events, on_events, r);
		r->dump_fd = loop_fd_new(r->loop, r->dump, on_dump, r);
		if (r->events_fd == NULL || r->dump_fd == NULL)
			error = -ENOMEM;
	}
	if (error < 0)
		close_sockets(r);
	return error;
}

static void
on_timer(mono_t deadline, void *arg)
{
	struct vrrp_fib_watch *r = arg;
	int error = 0;

	(void)deadline;
	if (r->watches == NULL)
		return;
	if (r->dumping)				/* no answer in all the time */
		close_sockets(r);
	if (r->events == -1)
		error = open_sockets(r);
	if (error < 0)
		dump_failed(r, -error);
	else
		begin_dump(r);
}

/* --- watches --- */

struct vrrp_fib_watch *
vrrp_fib_watch_new(struct loop *loop)
{
	struct vrrp_fib_watch *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->loop = loop;
	r->events = r->dump = -1;
	r->not_before = MONO_ZERO;
	r->timer = loop_timer_new(loop, on_timer, r);
	r->fib = calloc(1, sizeof(*r->fib));
	r->fresh = calloc(1, sizeof(*r->fresh));
	if (r->timer == NULL || r->fib == NULL || r->fresh == NULL) {
		vrrp_fib_watch_free(r);
		return NULL;
	}
	return r;
}

void
vrrp_fib_watch_free(struct vrrp_fib_watch *r)
{
	if (r == NULL)
		return;
	close_sockets(r);
	loop_timer_free(r->timer);
	free(r->fib);
	free(r->fresh);
	free(r);
}

struct vrrp_fib_watched *
vrrp_fib_watch_add(struct vrrp_fib_watch *r, const struct vrrp_route_want *want,
    vrrp_fib_watch_cb cb, void *arg)
{
	struct vrrp_fib_watched *w = calloc(1, sizeof(*w));
	int error;

	if (w == NULL)
		return NULL;
	w->routes = r;
	w->want = *want;
	w->cb = cb;
	w->arg = arg;
	w->next = r->watches;
	w->link = &r->watches;
	if (w->next != NULL)
		w->next->link = &w->next;
	r->watches = w;
	/* Nobody has looked for its prefix yet: all is unknown. */
	r->known = false;
	r->stale = true;
	r->not_before = MONO_ZERO;
	if (r->events >= 0 && (error = attach(r)) < 0)
		log_err("routes cannot be sorted out by the kernel: %s",
		    strerror(-error));
	dump_later(r, 0);
	return w;
}

void
vrrp_fib_watch_remove(struct vrrp_fib_watched *w)
{
	struct vrrp_fib_watch *r = w->routes;

	*w->link = w->next;
	if (w->next != NULL)
		w->next->link = w->link;
	free(w);
	if (r->watches == NULL) {
		close_sockets(r);
		loop_timer_set(r->timer, MONO_NEVER);
	}
}

uint64_t
vrrp_fib_watch_dumps(const struct vrrp_fib_watch *r)
{
	return r->dumps;
}

uint64_t
vrrp_fib_watch_events(const struct vrrp_fib_watch *r)
{
	return r->told;
}

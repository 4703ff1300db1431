/*
 * meter.c - how long was the virtual address away, as a client sees it.
 *
 * Sends one request every period (0.5 ms unless told otherwise) and matches
 * each answer to its request by sequence number.  A request is a raw ICMP echo
 * with a sequence of our own in the payload, or one TCP connection of its own,
 * with or without an HTTP request on it.
 *
 * An outage lasts from the instant the first unanswered request was sent to
 * the instant the answer to the next answered request arrived:
 *
 *	request    1    2    3    4    5    6
 *	answered   yes  yes  no   no   yes  yes
 *	                     |<------->|          plus the round trip of 5
 *
 * The service died at most one period before the start and was back at most
 * one period before the end, so the figure is off by less than a period either
 * way, and by none on average.  A request counts as answered when the answer
 * came within the deadline (-t): without one, requests that the client's
 * kernel parks while it resolves a neighbour and delivers later would make an
 * outage invisible, and a SYN sent again after a second would end one late.
 *
 * Arrival times are the kernel's for ICMP.  For TCP they are those of the wake
 * up; an answer found after the meter itself was away is given the benefit of
 * the doubt when it may have come in time.  The worst interval between two
 * sends is reported, because an outage shorter than that means nothing.
 *
 * One thread, no allocation once it runs, SCHED_FIFO and locked memory when
 * allowed.  Neighbour entries are never touched: what the client's kernel does
 * with them is part of what is measured.
 *
 * Output, a line each:
 *	ready		-w requests in a row were answered; measuring starts
 *	outage JSON	one has just ended
 *	JSON		the report, after SIGTERM, SIGINT or -d seconds
 */
#include "config.h"

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <linux/icmp.h>

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_US	INT64_C(1000)
#define NS_PER_MS	INT64_C(1000000)
#define NS_PER_S	INT64_C(1000000000)

#define PROBES_MAX	8192		/* in flight; a power of two */
#define OUTAGES_MAX	4096		/* kept; more are counted only */
#define RT_PRIORITY	60		/* above the daemons under test */

enum mode { MODE_ICMP, MODE_TCP, MODE_HTTP };

struct probe {
	uint64_t seq;
	int64_t	 sent_ns;
	int64_t	 answered_ns;		/* 0: not yet */
	int	 fd;			/* TCP only, -1 when closed */
};

struct outage {
	int64_t	 start_ns;
	int64_t	 end_ns;
	uint64_t lost;
	bool	 complete;
};

struct echo_payload {
	uint64_t magic;
	uint64_t seq;
};

static struct {
	enum mode	 mode;
	union {
		struct sockaddr		sa;
		struct sockaddr_in	in;
		struct sockaddr_in6	in6;
	} target;
	socklen_t	 target_len;
	const char	*target_name;
	int64_t		 period_ns;
	int64_t		 deadline_ns;
	int64_t		 run_ns;	/* 0: until a signal */
	uint64_t	 warm_up;
} opt = {
	.period_ns = 500 * NS_PER_US,
	.deadline_ns = 20 * NS_PER_MS,
	.warm_up = 20,
};

static struct probe	probes[PROBES_MAX];	/* in flight, and some before */
static uint64_t		next_seq = 1;	/* the next to send; 0 is none */
static uint64_t		oldest_seq = 1;	/* the oldest not yet judged */

static struct outage	outages[OUTAGES_MAX];
static uint64_t		outage_count;
static struct outage	current;	/* lost > 0: one is going on */

static bool		measuring;
static uint64_t		warm;		/* answered in a row before that */
static int64_t		measure_start_ns;
static uint64_t		sent_count, answered_count, lost_count, late_count;
static uint64_t		send_errors, skipped_count;
static int64_t		worst_gap_ns, last_send_ns;
static int64_t		rtt_min_ns = INT64_MAX, rtt_max_ns, rtt_sum_ns;

static int		icmp_fd = -1, epoll_fd = -1;
static uint64_t		magic;
static char		http_request[512];
static bool		realtime;
static volatile sig_atomic_t stop;

static int64_t
clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static int64_t
now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static struct probe *
probe_at(uint64_t seq)
{
	return &probes[seq % PROBES_MAX];
}

/* Report */

static void
print_outage(const struct outage *o)
{
	printf("{\"start-ns\":%" PRId64 ",\"end-ns\":%" PRId64
	    ",\"at-s\":%.6f,\"length-ms\":%.3f,\"lost\":%" PRIu64
	    ",\"complete\":%s}", o->start_ns, o->end_ns,
	    (double)(o->start_ns - measure_start_ns) / NS_PER_S,
	    (double)(o->end_ns - o->start_ns) / NS_PER_MS, o->lost,
	    o->complete ? "true" : "false");
}

static void
end_outage(int64_t end_ns, bool complete)
{
	current.end_ns = end_ns;
	current.complete = complete;
	if (outage_count < OUTAGES_MAX)
		outages[outage_count] = current;
	outage_count++;
	if (complete) {
		printf("outage ");
		print_outage(&current);
		printf("\n");
		fflush(stdout);
	}
	memset(&current, 0, sizeof current);
}

static void
print_report(int64_t end_ns)
{
	static const char *const mode_names[] = { "icmp", "tcp", "http" };
	uint64_t i, n;

	printf("{\"mode\":\"%s\",\"target\":\"%s\",\"period-us\":%" PRId64
	    ",\"deadline-us\":%" PRId64 ",\"realtime\":%s",
	    mode_names[opt.mode], opt.target_name, opt.period_ns / NS_PER_US,
	    opt.deadline_ns / NS_PER_US, realtime ? "true" : "false");
	printf(",\"ready\":%s,\"measured-s\":%.6f,\"probes\":%" PRIu64
	    ",\"answered\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"late\":%" PRIu64
	    ",\"send-errors\":%" PRIu64 ",\"skipped\":%" PRIu64
	    ",\"worst-gap-us\":%" PRId64, measuring ? "true" : "false",
	    measuring ? (double)(end_ns - measure_start_ns) / NS_PER_S : 0.0,
	    sent_count, answered_count, lost_count, late_count, send_errors,
	    skipped_count, worst_gap_ns / NS_PER_US);
	if (answered_count > 0)
		printf(",\"rtt-us\":{\"min\":%" PRId64 ",\"mean\":%" PRId64
		    ",\"max\":%" PRId64 "}", rtt_min_ns / NS_PER_US,
		    rtt_sum_ns / (int64_t)answered_count / NS_PER_US,
		    rtt_max_ns / NS_PER_US);
	printf(",\"outage-count\":%" PRIu64 ",\"outages\":[", outage_count);
	n = outage_count < OUTAGES_MAX ? outage_count : OUTAGES_MAX;
	for (i = 0; i < n; i++) {
		if (i > 0)
			printf(",");
		print_outage(&outages[i]);
	}
	printf("]}\n");
	fflush(stdout);
}

/* Judgement: requests are looked at in the order they were sent. */

static void
judge_answered(const struct probe *p)
{
	int64_t rtt = p->answered_ns - p->sent_ns;

	if (!measuring) {
		if (++warm < opt.warm_up)
			return;
		measuring = true;
		measure_start_ns = p->sent_ns;
		worst_gap_ns = 0;
		skipped_count = send_errors = 0;
		printf("ready\n");
		fflush(stdout);
		return;
	}
	answered_count++;
	sent_count++;
	rtt_sum_ns += rtt;
	if (rtt < rtt_min_ns)
		rtt_min_ns = rtt;
	if (rtt > rtt_max_ns)
		rtt_max_ns = rtt;
	if (current.lost > 0)
		end_outage(p->answered_ns, true);
}

static void
judge_lost(const struct probe *p)
{
	if (!measuring) {
		warm = 0;
		return;
	}
	sent_count++;
	lost_count++;
	if (current.lost++ == 0)
		current.start_ns = p->sent_ns;
}

/* drained_ns: every answer that arrived before this instant has been read. */
static void
judge(int64_t drained_ns)
{
	struct probe *p;

	for (; oldest_seq < next_seq; oldest_seq++) {
		p = probe_at(oldest_seq);
		if (p->answered_ns != 0 &&
		    p->answered_ns - p->sent_ns <= opt.deadline_ns)
			judge_answered(p);
		else if (drained_ns - p->sent_ns > opt.deadline_ns)
			judge_lost(p);
		else
			return;
		if (p->fd != -1) {
			close(p->fd);
			p->fd = -1;
		}
	}
}

static bool
in_flight(uint64_t seq)
{
	return seq >= oldest_seq && seq < next_seq;
}

/* ICMP */

static void
icmp_open(void)
{
	struct icmp6_filter filter6;
	int family = opt.target.sa.sa_family, one = 1, size = 4 << 20;
	uint32_t filter = ~(1U << ICMP_ECHOREPLY);

	icmp_fd = socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    family == AF_INET ? (int)IPPROTO_ICMP : (int)IPPROTO_ICMPV6);
	if (icmp_fd == -1)
		err(1, "raw socket");
	if (family == AF_INET) {
		setsockopt(icmp_fd, SOL_RAW, ICMP_FILTER, &filter,
		    sizeof filter);
	} else {
		ICMP6_FILTER_SETBLOCKALL(&filter6);
		ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter6);
		setsockopt(icmp_fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter6,
		    sizeof filter6);
	}
	setsockopt(icmp_fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	if (setsockopt(icmp_fd, SOL_SOCKET, SO_TIMESTAMPNS, &one,
	    sizeof one) == -1)
		err(1, "SO_TIMESTAMPNS");
}

static uint16_t
checksum(const void *data, size_t len)
{
	const uint8_t *b = data;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(b[i] << 8 | b[i + 1]);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static int
icmp_send(uint64_t seq)
{
	struct {
		struct icmphdr		h;
		struct echo_payload	p;
	} m;

	memset(&m, 0, sizeof m);
	m.h.type = opt.target.sa.sa_family == AF_INET ? ICMP_ECHO :
	    ICMP6_ECHO_REQUEST;
	m.h.un.echo.id = htons((uint16_t)getpid());
	m.h.un.echo.sequence = htons((uint16_t)seq);
	m.p.magic = magic;
	m.p.seq = seq;
	if (opt.target.sa.sa_family == AF_INET)
		m.h.checksum = checksum(&m, sizeof m);
	if (sendto(icmp_fd, &m, sizeof m, MSG_DONTWAIT, &opt.target.sa,
	    opt.target_len) == -1)
		return -errno;
	return 0;
}

/* The span from real time to monotonic time; undisturbed if possible. */
static int64_t
clock_offset_ns(void)
{
	int64_t before, real, after, best = INT64_MAX, offset = 0;
	int i;

	for (i = 0; i < 4 && best > 2 * NS_PER_US; i++) {
		before = now_ns();
		real = clock_ns(CLOCK_REALTIME);
		after = now_ns();
		if (after - before < best) {
			best = after - before;
			offset = after - real;
		}
	}
	return offset;
}

static int64_t
arrival_ns(struct msghdr *mh)
{
	struct cmsghdr *c;
	struct timespec ts;

	for (c = CMSG_FIRSTHDR(mh); c != NULL; c = CMSG_NXTHDR(mh, c)) {
		if (c->cmsg_level != SOL_SOCKET ||
		    c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&ts, CMSG_DATA(c), sizeof ts);
		return ts.tv_sec * NS_PER_S + ts.tv_nsec + clock_offset_ns();
	}
	return now_ns();
}

static void
icmp_drain(void)
{
	uint8_t buf[1500];
	char control[256];
	struct iovec iov = { buf, sizeof buf };
	struct msghdr mh;
	struct echo_payload p;
	struct probe *probe;
	size_t offset;
	ssize_t n;

	for (;;) {
		memset(&mh, 0, sizeof mh);
		mh.msg_iov = &iov;
		mh.msg_iovlen = 1;
		mh.msg_control = control;
		mh.msg_controllen = sizeof control;
		n = recvmsg(icmp_fd, &mh, MSG_DONTWAIT);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		offset = sizeof(struct icmphdr);
		if (opt.target.sa.sa_family == AF_INET)
			offset += (size_t)(buf[0] & 0x0f) * 4;
		if ((size_t)n < offset + sizeof p)
			continue;
		memcpy(&p, buf + offset, sizeof p);
		probe = probe_at(p.seq);
		/* A second answer, of another router, changes nothing. */
		if (p.magic != magic || probe->seq != p.seq ||
		    probe->answered_ns != 0)
			continue;
		probe->answered_ns = arrival_ns(&mh);
		if (measuring && probe->answered_ns - probe->sent_ns >
		    opt.deadline_ns)
			late_count++;
	}
}

/* TCP: a connection for each request, closed with a reset (no TIME_WAIT). */

static int
tcp_send(uint64_t seq)
{
	static const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	struct epoll_event ev = { .events = EPOLLOUT, .data.u64 = seq };
	int fd, one = 1, saved;

	fd = socket(opt.target.sa.sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if ((connect(fd, &opt.target.sa, opt.target_len) == -1 &&
	    errno != EINPROGRESS) ||
	    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &ev) == -1) {
		saved = errno;
		close(fd);
		return -saved;
	}
	probe_at(seq)->fd = fd;
	return 0;
}

static void
tcp_forget(struct probe *p)
{
	close(p->fd);
	p->fd = -1;
}

static void
tcp_event(uint64_t seq, uint32_t events, int64_t when_ns)
{
	struct probe *p = probe_at(seq);
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = seq };
	size_t len = strlen(http_request);
	char byte;

	if (!in_flight(seq) || p->fd == -1)
		return;
	if (events & EPOLLIN && recv(p->fd, &byte, 1, MSG_DONTWAIT) == 1) {
		p->answered_ns = when_ns;
		tcp_forget(p);
	} else if (events & (EPOLLERR | EPOLLHUP)) {
		tcp_forget(p);		/* refused: not an answer */
	} else if (events & EPOLLOUT && opt.mode == MODE_TCP) {
		p->answered_ns = when_ns;
		tcp_forget(p);
	} else if (events & EPOLLOUT) {
		if (send(p->fd, http_request, len, MSG_NOSIGNAL) !=
		    (ssize_t)len ||
		    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, p->fd, &ev) == -1)
			tcp_forget(p);
	}
}

/*
 * checked_ns: when we last looked.  An answer that is here now came after
 * that; if we were away in between it may have come right after.
 */
static void
tcp_drain(int64_t checked_ns)
{
	struct epoll_event ev[64];
	struct probe *p;
	int64_t now, when;
	int i, n;

	do {
		n = epoll_wait(epoll_fd, ev, 64, 0);
		now = now_ns();
		for (i = 0; i < n; i++) {
			p = probe_at(ev[i].data.u64);
			when = now;
			if (now - checked_ns > opt.period_ns * 4 &&
			    now - p->sent_ns > opt.deadline_ns &&
			    checked_ns - p->sent_ns <= opt.deadline_ns)
				when = p->sent_ns + opt.deadline_ns;
			tcp_event(ev[i].data.u64, ev[i].events, when);
		}
	} while (n == 64);
}

/* Loop */

static void
send_probe(int64_t now)
{
	struct probe *p = probe_at(next_seq);
	int error;

	if (last_send_ns != 0 && now - last_send_ns > worst_gap_ns)
		worst_gap_ns = now - last_send_ns;
	last_send_ns = now;
	*p = (struct probe){ .seq = next_seq, .sent_ns = now, .fd = -1 };
	error = opt.mode == MODE_ICMP ? icmp_send(next_seq) :
	    tcp_send(next_seq);
	if (error != 0)
		send_errors++;
	next_seq++;
}

static void
wait_until(int64_t when_ns)
{
	struct epoll_event ev;
	struct timespec ts;
	int64_t left = when_ns - now_ns();

	if (left < 0)
		left = 0;
	ts.tv_sec = left / NS_PER_S;
	ts.tv_nsec = left % NS_PER_S;
	/* Only to wake up: what is readable is found by the drain. */
	(void)epoll_pwait2(epoll_fd, &ev, 1, &ts, NULL);
}

static void
run(void)
{
	int64_t now, before, due, end, checked;

	due = checked = now_ns();
	end = opt.run_ns == 0 ? INT64_MAX : due + opt.run_ns;
	for (;;) {
		wait_until(due);
		before = now_ns();
		if (opt.mode == MODE_ICMP)
			icmp_drain();
		else
			tcp_drain(checked);
		checked = before;
		judge(before);
		now = now_ns();
		if (now < due)
			continue;
		if (stop || now >= end) {
			/* Every request sent is still waited for. */
			if (oldest_seq == next_seq)
				break;
			due = now + opt.period_ns;
			continue;
		}
		send_probe(now);
		due += opt.period_ns;
		if (due <= now) {	/* late: no burst to catch up */
			skipped_count += (uint64_t)((now - due) /
			    opt.period_ns + 1);
			due += ((now - due) / opt.period_ns + 1) *
			    opt.period_ns;
		}
	}
	now = now_ns();
	if (current.lost > 0)
		end_outage(now, false);
	print_report(now);
}

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void
go_realtime(void)
{
	struct sched_param sp = { .sched_priority = RT_PRIORITY };

	realtime = sched_setscheduler(0, SCHED_FIFO, &sp) == 0;
	(void)mlockall(MCL_CURRENT | MCL_FUTURE);
	(void)prctl(PR_SET_TIMERSLACK, 1UL);
}

static _Noreturn void
usage(void)
{
	fprintf(stderr,
	    "usage: meter [-p PERIOD_US] [-t DEADLINE_MS] [-d SECONDS] "
	    "[-w WARM_UP]\n"
	    "             icmp ADDRESS | tcp ADDRESS PORT | "
	    "http ADDRESS PORT [PATH]\n"
	    "  -p  microseconds between requests (500)\n"
	    "  -t  milliseconds after which an answer does not count (20)\n"
	    "  -d  stop after so many seconds (never: SIGTERM)\n"
	    "  -w  answers in a row before measuring starts (20)\n");
	exit(2);
}

static int64_t
number(const char *s, int64_t min, int64_t max)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(s, &end, 10);
	if (errno != 0 || end == s || *end != '\0' || v < min || v > max)
		errx(2, "%s: not a number from %" PRId64 " to %" PRId64, s,
		    min, max);
	return v;
}

static void
parse_target(const char *address, int port)
{
	char bare[INET6_ADDRSTRLEN];
	const char *scope = strchr(address, '%');

	opt.target_name = address;
	if (scope != NULL) {		/* fe80::1%eth0 */
		if ((size_t)(scope - address) >= sizeof bare)
			errx(2, "%s: not an address", address);
		memcpy(bare, address, (size_t)(scope - address));
		bare[scope - address] = '\0';
		opt.target.in6.sin6_scope_id = if_nametoindex(scope + 1);
		if (opt.target.in6.sin6_scope_id == 0)
			errx(2, "%s: no such interface", scope + 1);
		address = bare;
	}
	if (inet_pton(AF_INET, address, &opt.target.in.sin_addr) == 1) {
		opt.target.in.sin_family = AF_INET;
		opt.target.in.sin_port = htons((uint16_t)port);
		opt.target_len = sizeof opt.target.in;
	} else if (inet_pton(AF_INET6, address,
	    &opt.target.in6.sin6_addr) == 1) {
		opt.target.in6.sin6_family = AF_INET6;
		opt.target.in6.sin6_port = htons((uint16_t)port);
		opt.target_len = sizeof opt.target.in6;
	} else {
		errx(2, "%s: not an address", address);
	}
}

static void
parse_args(int argc, char **argv)
{
	int ch;

	while ((ch = getopt(argc, argv, "p:t:d:w:")) != -1) {
		switch (ch) {
		case 'p':
			opt.period_ns = number(optarg, 100, 10000000) *
			    NS_PER_US;
			break;
		case 't':
			opt.deadline_ns = number(optarg, 1, 10000) * NS_PER_MS;
			break;
		case 'd':
			opt.run_ns = number(optarg, 1, 1000000) * NS_PER_S;
			break;
		case 'w':
			opt.warm_up = (uint64_t)number(optarg, 1, 1000000);
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	argv += optind;
	if (argc == 2 && strcmp(argv[0], "icmp") == 0) {
		opt.mode = MODE_ICMP;
		parse_target(argv[1], 0);
	} else if (argc == 3 && strcmp(argv[0], "tcp") == 0) {
		opt.mode = MODE_TCP;
		parse_target(argv[1], (int)number(argv[2], 1, 65535));
	} else if ((argc == 3 || argc == 4) && strcmp(argv[0], "http") == 0) {
		opt.mode = MODE_HTTP;
		parse_target(argv[1], (int)number(argv[2], 1, 65535));
		snprintf(http_request, sizeof http_request,
		    "GET %s HTTP/1.0\r\n\r\n", argc == 4 ? argv[3] : "/");
	} else {
		usage();
	}
	if (opt.deadline_ns / opt.period_ns >= PROBES_MAX / 2)
		errx(2, "deadline too long for this period");
}

int
main(int argc, char **argv)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct sigaction sa = { .sa_handler = on_signal };

	parse_args(argc, argv);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	magic = (uint64_t)clock_ns(CLOCK_REALTIME) ^
	    (uint64_t)getpid() << 48;
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd == -1)
		err(1, "epoll_create1");
	if (opt.mode == MODE_ICMP) {
		icmp_open();
		if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, icmp_fd, &ev) == -1)
			err(1, "epoll_ctl");
	}
	go_realtime();
	run();
	return 0;
}

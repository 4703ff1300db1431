/*
 * owners.c - which routers answer for an address, as the switch sees it.
 *
 * usage: owners [-p PERIOD_US] [-t TIMEOUT_MS] ADDRESS PORT,MAC[,MAC]...
 *
 * Every period a question who has ADDRESS goes out of each PORT of a bridge (ARP;
 * a neighbour solicitation for an IPv6 address), and answers are seen where they
 * come in: each router has a port to itself, so that two with the same virtual MAC
 * are two.  Each question has a sender's address of its own, of RING, which the
 * answer names: a late answer counts for its own question.
 *
 * A question is sent to each MAC of its port, as a client sends it that knows the
 * address already.  One to all would be another matter: the kernel hands it to a
 * macvlan from a work queue, which waits for a processor like any other process.
 *
 * An owner at a question is who has answered it within the timeout.  Whenever the
 * owners are others than at the question before, a line is written; time is the
 * monotonic clock when the question was sent, or when the first of several was
 * missed.  A question that was sent late proves nothing about the time before, so
 * the worst gap between two is reported, and each of GAP_MS or more is a line.
 *
 * Output, a line each:
 *	owners NS [PORT]...	from that question on
 *	gap NS MS		no question was sent for so long, until NS
 *	JSON			at the end: SIGTERM or SIGINT
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
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

#define PORTS_MAX	8
#define MACS_MAX	2
#define RING		50		/* senders; more than a timeout lasts */
#define FIRST_SENDER	200		/* of the last byte */
#define GAP_MS		5
#define RT_PRIORITY	60		/* as the meter's */
#define ARP_LEN		42
#define NS_LEN		86		/* with a link-layer address option */

struct question {
	int64_t	 sent_ns;
	unsigned answered;		/* bit i: port i */
};

struct port {
	char		*name;
	int		 fd;
	uint8_t		 macs[MACS_MAX][6];
	unsigned	 mac_count;
};

/* Nobody's, and not to be learned by any bridge: frames leave at the ports. */
static const uint8_t our_mac[6] = { 0x02, 0, 0, 0x0b, 0xad, 1 };

static struct {
	int		 family;
	uint8_t		 target[16];
	struct port	 ports[PORTS_MAX];
	unsigned	 port_count;
	int64_t		 period_ns, timeout_ns;
	struct question	 ring[RING];
	uint64_t	 asked, judged;
	unsigned	 owners;	/* at the last one that was judged */
	bool		 known;
	int64_t		 worst_gap_ns;
} o = {
	.period_ns = NS_PER_MS,
	.timeout_ns = 20 * NS_PER_MS,
};
static volatile sig_atomic_t stop;

static void
on_signal(int signo)
{
	(void)signo;
	stop = 1;
}

static int64_t
now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* --- sockets --- */

static int
open_socket(const char *name)
{
	/* ARP, or ICMPv6 of type neighbour advertisement. */
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_ARP, 5, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 5),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 20),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 54),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_NEIGHBOR_ADVERT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 256),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	static const struct sock_fprog filter = {
		sizeof(code) / sizeof(code[0]), code
	};
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(name),
	};
	int fd, one = 1;

	if (sll.sll_ifindex == 0)
		err(1, "%s", name);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
	    sizeof(filter)) == -1 || setsockopt(fd, SOL_PACKET,
	    PACKET_IGNORE_OUTGOING, &one, sizeof(one)) == -1 ||
	    bind(fd, (struct sockaddr *)&sll, sizeof(sll)) == -1)
		err(1, "%s: socket", name);
	return fd;
}

/* "p-r1,00:00:5e:00:01:33,..." */
static void
add_port(char *text)
{
	struct port *p = &o.ports[o.port_count++];
	unsigned b[6];
	char *word, *save = NULL;
	int i, n;

	p->name = strtok_r(text, ",", &save);
	while ((word = strtok_r(NULL, ",", &save)) != NULL) {
		n = 0;
		if (p->mac_count == MACS_MAX || sscanf(word,
		    "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3],
		    &b[4], &b[5], &n) != 6 || word[n] != '\0')
			errx(2, "%s: no MAC address", word);
		for (i = 0; i < 6; i++)
			p->macs[p->mac_count][i] = (uint8_t)b[i];
		p->mac_count++;
	}
	if (p->name == NULL || p->mac_count == 0)
		errx(2, "a port without a MAC address");
	p->fd = open_socket(p->name);
}

/* --- questions --- */

/* The network of the target, with a last byte that is nobody's. */
static void
sender(uint64_t n, uint8_t out[16])
{
	memcpy(out, o.target, 16);
	out[o.family == AF_INET ? 3 : 15] = (uint8_t)(FIRST_SENDER + n % RING);
	if (o.family == AF_INET6)
		out[14] = 0x77;
}

static size_t
make_arp(uint64_t n, uint8_t *p)
{
	uint8_t from[16];

	sender(n, from);
	memcpy(p + 6, our_mac, 6);
	memcpy(p + 12, "\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01", 10);
	memcpy(p + 22, our_mac, 6);
	memcpy(p + 28, from, 4);
	memset(p + 32, 0, 6);
	memcpy(p + 38, o.target, 4);
	return ARP_LEN;
}

static uint32_t
sum(uint32_t s, const uint8_t *p, size_t len)
{
	for (; len > 1; p += 2, len -= 2)
		s += (uint32_t)p[0] << 8 | p[1];
	return s;
}

static size_t
make_solicitation(uint64_t n, uint8_t *p)
{
	uint32_t s;

	memset(p, 0, NS_LEN);
	memcpy(p + 6, our_mac, 6);
	memcpy(p + 12, "\x86\xdd\x60", 3);
	p[19] = 32;
	p[20] = IPPROTO_ICMPV6;
	p[21] = 255;
	sender(n, p + 22);
	memcpy(p + 38, o.target, 16);
	p[54] = ND_NEIGHBOR_SOLICIT;
	memcpy(p + 62, o.target, 16);
	p[78] = 1;
	p[79] = 1;
	memcpy(p + 80, our_mac, 6);
	s = sum(32 + IPPROTO_ICMPV6, p + 22, 64);
	while (s >> 16 != 0)
		s = (s & 0xffff) + (s >> 16);
	p[56] = (uint8_t)(~s >> 8);
	p[57] = (uint8_t)~s;
	return NS_LEN;
}

static void
ask(int64_t now)
{
	struct question *q = &o.ring[o.asked % RING];
	int64_t gap_ns;
	uint8_t frame[NS_LEN];
	unsigned p, m;
	size_t len;

	if (o.asked > 0) {
		gap_ns = now - o.ring[(o.asked - 1) % RING].sent_ns;
		if (gap_ns > o.worst_gap_ns)
			o.worst_gap_ns = gap_ns;
		if (gap_ns >= GAP_MS * NS_PER_MS)
			printf("gap %" PRId64 " %.1f\n", now,
			    (double)gap_ns / NS_PER_MS);
	}
	q->sent_ns = now;
	q->answered = 0;
	len = o.family == AF_INET ? make_arp(o.asked, frame) :
	    make_solicitation(o.asked, frame);
	for (p = 0; p < o.port_count; p++)
		for (m = 0; m < o.ports[p].mac_count; m++) {
			memcpy(frame, o.ports[p].macs[m], 6);
			if (send(o.ports[p].fd, frame, len, 0) == -1 &&
			    errno != ENETDOWN && errno != ENOBUFS)
				err(1, "%s: send", o.ports[p].name);
		}
	o.asked++;
}

/* --- answers --- */

/* The last byte of the address that was told; -1: no answer to us. */
static int
asker(const uint8_t *p, size_t len)
{
	if (o.family == AF_INET)
		return len >= ARP_LEN && p[12] == 8 && p[13] == 6 &&
		    p[20] == 0 && p[21] == 2 &&
		    memcmp(p + 28, o.target, 4) == 0 ? p[41] : -1;
	return len >= 78 && p[12] == 0x86 && p[13] == 0xdd &&
	    memcmp(p + 62, o.target, 16) == 0 && p[52] == 0x77 ? p[53] : -1;
}

static void
read_port(unsigned port)
{
	uint8_t frame[256];
	struct question *q;
	ssize_t n;
	int who;

	while ((n = recv(o.ports[port].fd, frame, sizeof(frame), 0)) > 0) {
		who = asker(frame, (size_t)n) - FIRST_SENDER;
		if (who < 0 || who >= RING)
			continue;
		q = &o.ring[who];
		q->answered |= 1U << port;
	}
	if (n == -1 && errno != EAGAIN && errno != ENETDOWN && errno != EINTR)
		err(1, "%s", o.ports[port].name);
}

static void
judge(int64_t now)
{
	const struct question *q;
	unsigned i;

	for (; o.judged < o.asked; o.judged++) {
		q = &o.ring[o.judged % RING];
		if (now - q->sent_ns < o.timeout_ns)
			return;
		if (o.known && q->answered == o.owners)
			continue;
		o.known = true;
		o.owners = q->answered;
		printf("owners %" PRId64, q->sent_ns);
		for (i = 0; i < o.port_count; i++)
			if ((q->answered & 1U << i) != 0)
				printf(" %s", o.ports[i].name);
		printf("\n");
	}
}

/* --- the run --- */

static void
run(void)
{
	struct pollfd fds[PORTS_MAX];
	int64_t next = now_ns(), now, left_ns;
	struct timespec wait;
	unsigned i;

	for (i = 0; i < o.port_count; i++)
		fds[i] = (struct pollfd){ .fd = o.ports[i].fd, .events = POLLIN };
	while (!stop) {
		left_ns = next - now_ns();
		if (left_ns < 0)
			left_ns = 0;
		wait.tv_sec = 0;
		wait.tv_nsec = left_ns;
		if (ppoll(fds, o.port_count, &wait, NULL) == -1 &&
		    errno != EINTR)
			err(1, "poll");
		for (i = 0; i < o.port_count; i++)
			read_port(i);
		now = now_ns();
		judge(now);
		if (now < next)
			continue;
		ask(now);
		next += o.period_ns;
		if (next < now)
			next = now + o.period_ns;
	}
}

static int64_t
number(const char *text, int64_t max)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno != 0 || *end != '\0' || n < 1 || n > max)
		errx(2, "%s: 1 to %" PRId64, text, max);
	return n;
}

int
main(int argc, char **argv)
{
	const struct sched_param sp = { .sched_priority = RT_PRIORITY };
	int c, i;

	while ((c = getopt(argc, argv, "p:t:")) != -1)
		switch (c) {
		case 'p':
			o.period_ns = number(optarg, 999999) * NS_PER_US;
			break;
		case 't':
			o.timeout_ns = number(optarg, 1000) * NS_PER_MS;
			break;
		default:
			return 2;
		}
	argv += optind;
	argc -= optind;
	if (argc < 2 || argc > PORTS_MAX + 1)
		errx(2, "usage: owners [-p PERIOD_US] [-t TIMEOUT_MS] ADDRESS "
		    "PORT,MAC[,MAC]...");
	if (o.timeout_ns >= (RING - 1) * o.period_ns)
		errx(2, "the timeout is longer than %d periods", RING - 1);
	o.family = strchr(argv[0], ':') == NULL ? AF_INET : AF_INET6;
	if (inet_pton(o.family, argv[0], o.target) != 1)
		errx(2, "%s: no address", argv[0]);
	for (i = 1; i < argc; i++)
		add_port(argv[i]);
	(void)signal(SIGTERM, on_signal);
	(void)signal(SIGINT, on_signal);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)mlockall(MCL_CURRENT | MCL_FUTURE);
	(void)sched_setscheduler(0, SCHED_FIFO, &sp);
	run();
	printf("{\"questions\":%" PRIu64 ",\"worst-gap-us\":%" PRId64
	    ",\"end-ns\":%" PRId64 "}\n", o.judged,
	    o.worst_gap_ns / NS_PER_US, now_ns());
	return 0;
}

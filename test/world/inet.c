/*
 * inet.c - packet, UDP and raw sockets of a host.
 *
 * In: a frame that the link's card takes goes to the taps first (packet
 * sockets), then, if it is for this host, to the UDP sockets of its port.  What
 * a socket holds is the frame itself and where its part of it begins.
 *
 * Out: packet sockets send what they are given; UDP and raw sockets get their
 * headers here, from the address, the hop limit and the way out that the process
 * has asked for.  The neighbour's MAC is looked up across the switch in no time
 * and kept until the scenario has it forgotten.  A neighbour that does not answer is
 * asked for again once a second, as Linux does, unless it says itself who it is.
 *
 * Not modelled: routes (everything is on link), fragments, UDP checksums,
 * loopback.
 */
#include "config.h"

#include "test/world/inet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/pure/csum.h"
#include "test/world/bpf.h"
#include "test/world/file.h"
#include "test/world/host.h"
#include "test/world/judge.h"
#include "test/world/lan.h"
#include "test/world/proc.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif
#ifndef SO_ATTACH_REUSEPORT_CBPF
#define SO_ATTACH_REUSEPORT_CBPF 51
#endif

#define RCVBUF		(208 * 1024)
#define TRUESIZE	768		/* bytes a small packet counts for */
#define IP4_LEN		20
#define IP6_LEN		40
#define UDP_LEN		8
#define MEMBERS_MAX	4
#define ASK_AGAIN_NS	NS_PER_S	/* for a neighbour's MAC */

/* Something received. */
struct item {
	struct frame	*frame;
	uint16_t	 offset, len;	/* the part recv() gives */
	uint16_t	 net;		/* the IP header */
	uint8_t		 pkttype;
	int		 ifindex;
	int64_t		 stamp;		/* CLOCK_REALTIME of the host */
};

struct inet {
	struct file	 file;
	struct inet	*next;		/* in the list of the host */
	int		 domain, type, protocol;
	/* Received: a ring. */
	struct item	*items;
	unsigned	 first, count, size;
	size_t		 bytes, rcvbuf;
	uint32_t	 dropped;
	uint32_t	 dropped_told;	/* PACKET_STATISTICS */
	struct bpf_program filter, reuse;
	bool		 stamps, tell_drops, pktinfo, tell_ttl;
	bool		 reuseport;
	bool		 transparent;	/* sends from any source */
	int		 device;	/* bound to; 0: any */
	char		 device_name[IF_NAMESIZE];
	struct addr	 source;	/* bound to; AF_UNSPEC: any */
	uint16_t	 port;
	int		 ttl, tos;
	struct {
		struct link	*link;
		uint8_t		 mac[6];
	}		 members[MEMBERS_MAX];
	unsigned	 member_count;
};

static const struct file_ops inet_ops;

/* --- received packets --- */

static void
put(struct inet *s, struct frame *f, const struct item *like)
{
	struct item *grown;
	unsigned i;

	if (s->bytes + TRUESIZE > s->rcvbuf) {
		s->dropped++;
		return;
	}
	if (s->count == s->size) {
		grown = world_alloc((s->size == 0 ? 16 : 2 * s->size) *
		    sizeof(*grown));
		for (i = 0; i < s->count; i++)
			grown[i] = s->items[(s->first + i) % s->size];
		free(s->items);
		s->items = grown;
		s->first = 0;
		s->size = s->size == 0 ? 16 : 2 * s->size;
	}
	s->items[(s->first + s->count++) % s->size] = *like;
	s->items[(s->first + s->count - 1) % s->size].frame = f;
	f->refs++;
	s->bytes += TRUESIZE;
	file_notify(&s->file);
}

static void
drop_first(struct inet *s)
{
	frame_unref(s->items[s->first].frame);
	s->first = (s->first + 1) % s->size;
	s->count--;
	s->bytes -= TRUESIZE;
}

/* --- in: taps --- */

static unsigned
packet_type(const struct link *l, const uint8_t *mac)
{
	static const uint8_t all[6] = { 255, 255, 255, 255, 255, 255 };

	if (memcmp(mac, all, sizeof(all)) == 0)
		return PACKET_BROADCAST;
	if (mac[0] & 1)
		return PACKET_MULTICAST;
	return memcmp(mac, l->mac, 6) == 0 ? PACKET_HOST : PACKET_OTHERHOST;
}

/* An address of the link, or of a macvlan on it, is asked for there (RFC 4291 2.7.1). */
static bool
is_solicited(const struct link *l, const uint8_t *mac)
{
	static const uint8_t prefix[3] = { 0x33, 0x33, 0xff };
	const struct address *a;

	if (memcmp(mac, prefix, sizeof(prefix)) != 0)
		return false;
	for (a = l->host->addresses; a != NULL; a = a->next)
		if (a->prefix.addr.family == AF_INET6 &&
		    (a->link == l || a->link->parent == l) &&
		    memcmp(a->prefix.addr.bytes + 13, mac + 3, 3) == 0)
			return true;
	return false;
}

/* The card's own filter. */
static bool
is_taken(const struct link *l, const uint8_t *mac)
{
	unsigned i;

	switch (packet_type(l, mac)) {
	case PACKET_BROADCAST:
		return true;
	case PACKET_MULTICAST:
		for (i = 0; i < GROUPS_MAX; i++)
			if (l->groups[i].users > 0 &&
			    memcmp(l->groups[i].mac, mac, 6) == 0)
				return true;
		return is_solicited(l, mac);
	default:
		return link_takes(l, mac);
	}
}

static void
tap(struct inet *s, const struct link *l, struct frame *f,
    const struct item *like)
{
	struct item i = *like;
	struct bpf_packet k = {
		.data = f->bytes,
		.len = f->len,
		.net = f->bytes + ETH_HLEN,
		.net_len = f->len - ETH_HLEN,
		.pkttype = like->pkttype,
	};

	if (s->device != 0 && s->device != l->ifindex)
		return;
	if (s->type == SOCK_DGRAM) {
		k.data = k.net;
		k.len = k.net_len;
	}
	if (bpf_run(&s->filter, &k) == 0)
		return;
	i.offset = s->type == SOCK_RAW ? 0 : ETH_HLEN;
	i.len = (uint16_t)(f->len - i.offset);
	put(s, f, &i);
}

/* --- in: UDP --- */

struct parsed {
	uint8_t		 family;
	uint8_t		 protocol, ttl;
	struct addr	 source, destination;
	uint16_t	 sport, dport;
	const uint8_t	*payload;
	size_t		 payload_len;
};

static uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static bool
parse_ip(const struct frame *f, struct parsed *p)
{
	const uint8_t *ip = f->bytes + ETH_HLEN, *end = f->bytes + f->len;
	size_t header, total;

	switch (get16(f->bytes + 12)) {
	case ETH_P_IP:
		if (f->len < ETH_HLEN + IP4_LEN)
			return false;
		p->family = AF_INET;
		header = (size_t)(ip[0] & 0xf) * 4;
		total = get16(ip + 2);
		p->protocol = ip[9];
		p->ttl = ip[8];
		p->source = addr_from_bytes(AF_INET, ip + 12);
		p->destination = addr_from_bytes(AF_INET, ip + 16);
		break;
	case ETH_P_IPV6:
		if (f->len < ETH_HLEN + IP6_LEN)
			return false;
		p->family = AF_INET6;
		header = IP6_LEN;
		total = IP6_LEN + (size_t)get16(ip + 4);
		p->protocol = ip[6];
		p->ttl = ip[7];
		p->source = addr_from_bytes(AF_INET6, ip + 8);
		p->destination = addr_from_bytes(AF_INET6, ip + 24);
		break;
	default:
		return false;
	}
	if (p->protocol != IPPROTO_UDP || total > (size_t)(end - ip) ||
	    total < header + UDP_LEN)
		return false;
	p->sport = get16(ip + header);
	p->dport = get16(ip + header + 2);
	p->payload = ip + header + UDP_LEN;
	p->payload_len = total - header - UDP_LEN;
	return true;
}

static bool
wants(const struct inet *s, const struct link *l, const struct parsed *p)
{
	return s->domain == p->family && s->port == p->dport &&
	    (s->device == 0 || s->device == l->ifindex) &&
	    (!addr_is_set(&s->source) ||
	    addr_equal(&s->source, &p->destination));
}

/* Of a group that shares a port, the one its program names. */
static struct inet *
choose(struct host *h, const struct link *l, const struct frame *f,
    const struct parsed *p)
{
	struct inet *s, *found = NULL, *group[8];
	struct bpf_packet k = {
		.data = p->payload,
		.len = p->payload_len,
		.net = f->bytes + ETH_HLEN,
		.net_len = f->len - ETH_HLEN,
		.pkttype = PACKET_HOST,
	};
	const struct bpf_program *program = NULL;
	unsigned n = 0, i;

	for (s = (struct inet *)h->datagrams; s != NULL; s = s->next) {
		if (!wants(s, l, p))
			continue;
		if (found == NULL)
			found = s;
		if (s->reuseport && n < 8)
			group[n++] = s;
		if (s->reuse.code != NULL)
			program = &s->reuse;
	}
	if (n > 1 && program != NULL) {
		i = bpf_run(program, &k);
		return i < n ? group[i] : group[0];
	}
	return found;
}

static void
receive_udp(struct link *l, struct frame *f, struct item *like)
{
	struct parsed p;
	struct inet *s;

	if (!parse_ip(f, &p) || (address_of(l->host, &p.destination) == NULL &&
	    like->pkttype == PACKET_HOST) ||
	    address_of(l->host, &p.source) != NULL)
		return;
	s = choose(l->host, l, f, &p);
	if (s == NULL)
		return;
	if (s->filter.code != NULL)
		return;		/* only senders have one, and take nothing */
	like->offset = (uint16_t)(p.payload - f->bytes);
	like->len = (uint16_t)p.payload_len;
	put(s, f, like);
}

/* ARP, or an unsolicited NA: changes what is known, and is no new entry. */
static void
neighbour_says(const struct link *l, const struct frame *f)
{
	const uint8_t *b = f->bytes, *mac;
	struct neighbour *n;
	struct addr a;

	if (b[12] == 0x08 && b[13] == 0x06 && f->len >= 42) {
		a = addr_from_bytes(AF_INET, b + 14 + 14);
		mac = b + 14 + 8;
	} else if (b[12] == 0x86 && f->len >= 54 + 32 && b[14 + 6] ==
	    IPPROTO_ICMPV6 && b[54] == 136) {
		a = addr_from_bytes(AF_INET6, b + 54 + 8);
		mac = b + 54 + 26;
	} else
		return;
	for (n = l->host->neighbours; n != NULL; n = n->next)
		if (n->link == l && addr_equal(&n->addr, &a)) {
			memcpy(n->mac, mac, sizeof(n->mac));
			n->known = true;
			n->failing_since = NEVER;
		}
}

void
inet_receive(struct link *l, struct frame *f)
{
	struct item like = { .net = ETH_HLEN, .ifindex = l->ifindex,
	    .stamp = host_real(l->host) };
	uint16_t type = get16(f->bytes + 12);
	struct inet *s;

	neighbour_says(l, f);
	if (!is_taken(l, f->bytes))
		return;
	judge_frame_arrived(l, f);
	like.pkttype = (uint8_t)packet_type(l, f->bytes);
	for (s = (struct inet *)l->host->packets; s != NULL; s = s->next)
		if (s->protocol == ETH_P_ALL || s->protocol == type)
			tap(s, l, f, &like);
	if (f->kind == CUT_BFD)
		receive_udp(l, f, &like);
}

/* --- recv --- */

static void
put_name(const struct inet *s, const struct item *i, struct msghdr *m)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET };
	struct sockaddr_storage ss;
	struct parsed p;
	socklen_t len;

	if (m->msg_name == NULL)
		return;
	if (s->domain == AF_PACKET) {
		memcpy(&ll.sll_protocol, i->frame->bytes + 12, 2);
		ll.sll_ifindex = i->ifindex;
		ll.sll_pkttype = i->pkttype;
		ll.sll_halen = 6;
		memcpy(ll.sll_addr, i->frame->bytes + 6, 6);
		len = sizeof(ll);
		memcpy(m->msg_name, &ll, m->msg_namelen < len ?
		    m->msg_namelen : len);
	} else {
		(void)parse_ip(i->frame, &p);
		len = addr_to_sockaddr(&p.source, p.sport, i->ifindex, &ss);
		memcpy(m->msg_name, &ss, m->msg_namelen < len ?
		    m->msg_namelen : len);
	}
	m->msg_namelen = len;
}

static void
put_ip_control(const struct inet *s, const struct item *i, struct msghdr *m,
    size_t *used)
{
	const uint8_t *ip = i->frame->bytes + i->net;
	struct in6_pktinfo six = { .ipi6_ifindex = (unsigned)i->ifindex };
	struct in_pktinfo four = { .ipi_ifindex = i->ifindex };
	int ttl;

	if (s->domain == AF_INET) {
		ttl = ip[8];
		memcpy(&four.ipi_addr, ip + 16, 4);
		memcpy(&four.ipi_spec_dst, ip + 16, 4);
		if (s->pktinfo)
			msg_control(m, used, IPPROTO_IP, IP_PKTINFO, &four,
			    sizeof(four));
		if (s->tell_ttl)
			msg_control(m, used, IPPROTO_IP, IP_TTL, &ttl,
			    sizeof(ttl));
	} else if (s->domain == AF_INET6) {
		ttl = ip[7];
		memcpy(&six.ipi6_addr, ip + 24, 16);
		if (s->pktinfo)
			msg_control(m, used, IPPROTO_IPV6, IPV6_PKTINFO, &six,
			    sizeof(six));
		if (s->tell_ttl)
			msg_control(m, used, IPPROTO_IPV6, IPV6_HOPLIMIT,
			    &ttl, sizeof(ttl));
	}
}

static void
put_control(const struct inet *s, const struct item *i, struct msghdr *m)
{
	struct timespec ts = { .tv_sec = i->stamp / NS_PER_S,
	    .tv_nsec = i->stamp % NS_PER_S };
	size_t used = 0;

	if (s->stamps)
		msg_control(m, &used, SOL_SOCKET, SO_TIMESTAMPNS, &ts,
		    sizeof(ts));
	if (s->tell_drops && s->dropped > 0)
		msg_control(m, &used, SOL_SOCKET, SO_RXQ_OVFL, &s->dropped,
		    sizeof(s->dropped));
	put_ip_control(s, i, m, &used);
	m->msg_controllen = used;
}

static ssize_t
inet_recv(struct file *f, struct msghdr *m, int flags)
{
	struct inet *s = (struct inet *)f;
	const struct item *i;
	size_t len, n;

	if (s->count == 0)
		return -EAGAIN;
	i = &s->items[s->first];
	len = i->len;
	n = msg_put(m, i->frame->bytes + i->offset, len);
	m->msg_flags = n < len ? MSG_TRUNC : 0;
	put_name(s, i, m);
	put_control(s, i, m);
	drop_first(s);
	return (ssize_t)((flags & MSG_TRUNC) ? len : n);
}

static int
inet_recv_many(struct file *f, struct mmsghdr *msgs, unsigned max, int flags)
{
	struct inet *s = (struct inet *)f;
	unsigned n;

	if (s->count == 0)
		return -EAGAIN;
	for (n = 0; n < max && s->count > 0; n++)
		msgs[n].msg_len = (unsigned)inet_recv(f, &msgs[n].msg_hdr,
		    flags);
	return (int)n;
}

/* --- out --- */

struct way {
	struct link	*link;
	struct addr	 source, to;
	uint16_t	 port;		/* of the destination */
	uint8_t		 mac[6];
	bool		 unknown;	/* no MAC is known */
};

/* The control messages of a send: source and way out. */
static void
read_pktinfo(const struct msghdr *m, int *ifindex, struct addr *source)
{
	struct msghdr copy = *m;
	struct cmsghdr *c;
	struct in6_pktinfo six;
	struct in_pktinfo four;

	for (c = CMSG_FIRSTHDR(&copy); c != NULL; c = CMSG_NXTHDR(&copy, c)) {
		if (c->cmsg_level == IPPROTO_IP &&
		    c->cmsg_type == IP_PKTINFO) {
			memcpy(&four, CMSG_DATA(c), sizeof(four));
			*ifindex = four.ipi_ifindex;
			*source = addr_from_bytes(AF_INET,
			    (const uint8_t *)&four.ipi_spec_dst);
		} else if (c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&six, CMSG_DATA(c), sizeof(six));
			*ifindex = (int)six.ipi6_ifindex;
			*source = addr_from_bytes(AF_INET6,
			    (const uint8_t *)&six.ipi6_addr);
		}
	}
}

static bool
is_unset(const struct addr *a)
{
	static const uint8_t zero[16];

	return !addr_is_set(a) ||
	    memcmp(a->bytes, zero, addr_len(a->family)) == 0;
}

static struct link *
route(struct host *h, const struct addr *to)
{
	struct address *a;

	for (a = h->addresses; a != NULL; a = a->next)
		if (a->link->up && !a->no_route &&
		    addr_in_prefix(to, &a->prefix))
			return a->link;
	return NULL;
}

static bool
resolve(struct host *h, struct way *w)
{
	const struct link *lower = w->link->parent != NULL ? w->link->parent :
	    w->link;
	struct neighbour *n = neighbour_get(&h->neighbours, lower, &w->to);

	if (!n->known && (n->failing_since == NEVER ||
	    world->now - n->failing_since >= ASK_AGAIN_NS)) {
		n->known = lan_resolve(lower, &w->to, n->mac);
		n->failing_since = n->known ? NEVER : world->now;
	}
	memcpy(w->mac, n->mac, sizeof(w->mac));
	return n->known;
}

/* 0, 1 when it goes nowhere and nobody is told, or negative errno. */
static int
find_way(struct inet *s, const struct msghdr *m, struct way *w)
{
	struct host *h = s->file.host;
	int ifindex = s->device;

	memset(w, 0, sizeof(*w));
	w->source = s->source;
	if (m->msg_name == NULL || addr_from_sockaddr(m->msg_name, &w->to,
	    &w->port) != 0)
		return -EDESTADDRREQ;
	if (m->msg_controllen > 0)
		read_pktinfo(m, &ifindex, &w->source);
	w->link = ifindex != 0 ? link_by_index(h, ifindex) : route(h, &w->to);
	if (w->link == NULL)
		return -ENETUNREACH;
	if (!w->link->up)
		return -ENETUNREACH;
	if (is_unset(&w->source)) {
		if (!address_source(w->link, &w->to, &w->source))
			return -EADDRNOTAVAIL;
	} else if (!s->transparent && address_of(h, &w->source) == NULL)
		return -EINVAL;
	if (address_of(h, &w->to) != NULL)
		return 1;
	w->unknown = !resolve(h, w);
	return 0;
}

static void
put16(uint8_t *p, size_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static size_t
put_ip(const struct inet *s, const struct way *w, size_t len, uint8_t *ip)
{
	uint16_t sum;

	if (w->to.family == AF_INET6) {
		memset(ip, 0, IP6_LEN);
		ip[0] = (uint8_t)(0x60 | s->tos >> 4);
		ip[1] = (uint8_t)(s->tos << 4);
		put16(ip + 4, len);
		ip[6] = (uint8_t)s->protocol;
		ip[7] = (uint8_t)s->ttl;
		memcpy(ip + 8, w->source.bytes, 16);
		memcpy(ip + 24, w->to.bytes, 16);
		return IP6_LEN;
	}
	memset(ip, 0, IP4_LEN);
	ip[0] = 0x45;
	ip[1] = (uint8_t)s->tos;
	put16(ip + 2, IP4_LEN + len);
	ip[8] = (uint8_t)s->ttl;
	ip[9] = (uint8_t)s->protocol;
	memcpy(ip + 12, w->source.bytes, 4);
	memcpy(ip + 16, w->to.bytes, 4);
	sum = csum_finish(csum_add(0, ip, IP4_LEN));
	put16(ip + 10, sum);
	return IP4_LEN;
}

static ssize_t
send_ip(struct inet *s, const struct msghdr *m)
{
	uint8_t frame[FRAME_MAX];
	size_t len = msg_len(m), at = ETH_HLEN;
	struct way w;
	int rc;

	rc = find_way(s, m, &w);
	if (rc != 0)
		return rc < 0 ? rc : (ssize_t)len;
	if (len > FRAME_MAX - 100)
		return -EMSGSIZE;
	memcpy(frame, w.mac, 6);
	memcpy(frame + 6, w.link->mac, 6);
	put16(frame + 12, w.to.family == AF_INET6 ? ETH_P_IPV6 : ETH_P_IP);
	at += put_ip(s, &w, len + (s->type == SOCK_DGRAM ? UDP_LEN : 0),
	    frame + at);
	if (s->type == SOCK_DGRAM) {
		put16(frame + at, s->port);
		put16(frame + at + 2, w.port);
		put16(frame + at + 4, UDP_LEN + len);
		put16(frame + at + 6, 0);
		at += UDP_LEN;
	}
	at += msg_take(m, frame + at, len);
	if (w.unknown) {
		lan_kept(w.link, frame, at);
		return (ssize_t)len;
	}
	rc = lan_send(w.link, frame, at);
	return rc < 0 ? rc : (ssize_t)len;
}

static ssize_t
send_packet(struct inet *s, const struct msghdr *m)
{
	struct sockaddr_ll ll;
	uint8_t frame[FRAME_MAX + ETH_HLEN];
	size_t len = msg_len(m), at = 0;
	struct link *l;
	int rc;

	if (m->msg_name == NULL || m->msg_namelen < sizeof(ll))
		return -EDESTADDRREQ;
	memcpy(&ll, m->msg_name, sizeof(ll));
	l = link_by_index(s->file.host, ll.sll_ifindex);
	if (l == NULL)
		return -ENXIO;
	if (len > FRAME_MAX)
		return -EMSGSIZE;
	if (s->type == SOCK_DGRAM) {
		memcpy(frame, ll.sll_addr, 6);
		memcpy(frame + 6, l->mac, 6);
		memcpy(frame + 12, &ll.sll_protocol, 2);
		at = ETH_HLEN;
	}
	at += msg_take(m, frame + at, len);
	rc = lan_send(l, frame, at);
	return rc < 0 ? rc : (ssize_t)len;
}

static ssize_t
inet_send(struct file *f, const struct msghdr *m, int flags)
{
	struct inet *s = (struct inet *)f;

	(void)flags;
	return s->domain == AF_PACKET ? send_packet(s, m) : send_ip(s, m);
}

/* --- options --- */

static int
bind_device(struct inet *s, const char *name, size_t len)
{
	struct link *l;

	if (len >= sizeof(s->device_name))
		return -EINVAL;
	memcpy(s->device_name, name, len);
	s->device_name[len] = '\0';
	l = link_by_name(s->file.host, s->device_name);
	if (l == NULL)
		return -ENODEV;
	s->device = l->ifindex;
	return 0;
}

static int
set_socket(struct inet *s, int name, const void *value, socklen_t len)
{
	int n = 0;

	memcpy(&n, value, len < sizeof(n) ? len : sizeof(n));
	switch (name) {
	case SO_RCVBUF:
	case SO_RCVBUFFORCE:
		s->rcvbuf = 2 * (size_t)n;
		return 0;
	case SO_SNDBUF:
	case SO_SNDBUFFORCE:
	case SO_PRIORITY:
		return 0;
	case SO_TIMESTAMPNS:
		s->stamps = n != 0;
		return 0;
	case SO_RXQ_OVFL:
		s->tell_drops = n != 0;
		return 0;
	case SO_REUSEPORT:
		s->reuseport = n != 0;
		return 0;
	case SO_ATTACH_FILTER:
		bpf_take(&s->filter, value, len);
		return 0;
	case SO_ATTACH_REUSEPORT_CBPF:
		bpf_take(&s->reuse, value, len);
		return 0;
	case SO_BINDTODEVICE:
		return bind_device(s, value, len);
	default:
		return -ENOPROTOOPT;
	}
}

/* A membership is a change of the interface, and waits for rtnl. */
static int
join_group(struct inet *s, int ifindex, const uint8_t mac[6])
{
	struct link *l;
	int error;

	host_rtnl(s->file.host, false);
	l = link_by_index(s->file.host, ifindex);
	if (l == NULL)
		return -ENODEV;
	if (s->member_count == MEMBERS_MAX)
		return -ENOBUFS;
	error = link_group_join(l, mac);
	if (error == 0) {
		s->members[s->member_count].link = l;
		memcpy(s->members[s->member_count++].mac, mac, 6);
	}
	return error;
}

static int
set_ip(struct inet *s, int level, int name, const void *value, socklen_t len)
{
	struct ip_mreqn four;
	struct ipv6_mreq six;
	uint8_t mac[6] = { 0x01, 0, 0x5e };
	int n = 0;

	memcpy(&n, value, len < sizeof(n) ? len : sizeof(n));
	if (level == IPPROTO_IP && name == IP_ADD_MEMBERSHIP) {
		memcpy(&four, value, sizeof(four));
		memcpy(mac + 3, (uint8_t *)&four.imr_multiaddr + 1, 3);
		mac[3] &= 0x7f;
		return join_group(s, four.imr_ifindex, mac);
	}
	if (level == IPPROTO_IPV6 && name == IPV6_ADD_MEMBERSHIP) {
		memcpy(&six, value, sizeof(six));
		mac[0] = mac[1] = 0x33;
		memcpy(mac + 2, (uint8_t *)&six.ipv6mr_multiaddr + 12, 4);
		return join_group(s, (int)six.ipv6mr_interface, mac);
	}
	if (level == IPPROTO_IP) {
		switch (name) {
		case IP_TTL:
			s->ttl = n;
			return 0;
		case IP_TOS:
			s->tos = n;
			return 0;
		case IP_RECVTTL:
			s->tell_ttl = n != 0;
			return 0;
		case IP_PKTINFO:
			s->pktinfo = n != 0;
			return 0;
		case IP_TRANSPARENT:
			s->transparent = n != 0;
			return 0;
		case IP_MTU_DISCOVER:
			return 0;
		default:
			return -ENOPROTOOPT;
		}
	}
	switch (name) {
	case IPV6_UNICAST_HOPS:
		s->ttl = n;
		return 0;
	case IPV6_TCLASS:
		s->tos = n;
		return 0;
	case IPV6_RECVHOPLIMIT:
		s->tell_ttl = n != 0;
		return 0;
	case IPV6_RECVPKTINFO:
		s->pktinfo = n != 0;
		return 0;
	case IPV6_TRANSPARENT:
		s->transparent = n != 0;
		return 0;
	case IPV6_V6ONLY:
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static int
set_packet(struct inet *s, int name, const void *value, socklen_t len)
{
	struct packet_mreq mreq;

	switch (name) {
	case PACKET_IGNORE_OUTGOING:
		return 0;
	case PACKET_ADD_MEMBERSHIP:
		if (len < sizeof(mreq))
			return -EINVAL;
		memcpy(&mreq, value, sizeof(mreq));
		return join_group(s, mreq.mr_ifindex, mreq.mr_address);
	default:
		return -ENOPROTOOPT;
	}
}

static int
inet_set(struct file *f, int level, int name, const void *value, socklen_t len)
{
	struct inet *s = (struct inet *)f;

	switch (level) {
	case SOL_SOCKET:
		return set_socket(s, name, value, len);
	case SOL_PACKET:
		return set_packet(s, name, value, len);
	case IPPROTO_IP:
	case IPPROTO_IPV6:
		return set_ip(s, level, name, value, len);
	default:
		return -ENOPROTOOPT;
	}
}

static int
inet_get(struct file *f, int level, int name, void *value, socklen_t *len)
{
	struct tpacket_stats st = { 0 };
	struct inet *s = (struct inet *)f;

	if (level != SOL_PACKET || name != PACKET_STATISTICS ||
	    *len < sizeof(st))
		return -ENOPROTOOPT;
	st.tp_drops = s->dropped - s->dropped_told;
	s->dropped_told = s->dropped;
	memcpy(value, &st, sizeof(st));
	return 0;
}

/* --- life --- */

static bool
is_taken_port(const struct inet *s, uint16_t port)
{
	const struct inet *o;

	for (o = (struct inet *)s->file.host->datagrams; o != NULL;
	    o = o->next)
		if (o != s && o->domain == s->domain && o->port == port &&
		    (!o->reuseport || !s->reuseport) &&
		    (o->device == 0 || s->device == 0 ||
		    o->device == s->device))
			return true;
	return false;
}

static int
inet_bind(struct file *f, const struct sockaddr *sa, socklen_t len)
{
	struct inet *s = (struct inet *)f;
	struct sockaddr_ll ll;
	struct addr a;
	uint16_t port;

	if (s->domain == AF_PACKET) {
		if (len < sizeof(ll))
			return -EINVAL;
		memcpy(&ll, sa, sizeof(ll));
		if (ll.sll_ifindex != 0 &&
		    link_by_index(f->host, ll.sll_ifindex) == NULL)
			return -ENODEV;
		s->device = ll.sll_ifindex;
		s->protocol = ntohs(ll.sll_protocol);
		return 0;
	}
	if (addr_from_sockaddr(sa, &a, &port) != 0)
		return -EINVAL;
	if (!is_unset(&a) && !s->transparent &&
	    address_of(f->host, &a) == NULL)
		return -EADDRNOTAVAIL;
	if (s->type == SOCK_DGRAM && is_taken_port(s, port))
		return -EADDRINUSE;
	s->source = a;
	if (is_unset(&a))
		s->source.family = AF_UNSPEC;
	s->port = port;
	return 0;
}

static unsigned
inet_ready(struct file *f)
{
	return (((struct inet *)f)->count > 0 ? EPOLLIN : 0) | EPOLLOUT;
}

static struct file **
list_of(const struct inet *s)
{
	return s->domain == AF_PACKET ? &s->file.host->packets :
	    &s->file.host->datagrams;
}

static void
inet_release(struct file *f)
{
	struct inet *s = (struct inet *)f, **at;

	for (at = (struct inet **)list_of(s); *at != NULL; at = &(*at)->next)
		if (*at == s) {
			*at = s->next;
			break;
		}
	while (s->member_count-- > 0)
		link_group_leave(s->members[s->member_count].link,
		    s->members[s->member_count].mac);
	while (s->count > 0)
		drop_first(s);
	free(s->items);
	free(s->filter.code);
	free(s->reuse.code);
	free(s);
}

static int
inet_ioctl(struct file *f, unsigned long request, void *arg)
{
	(void)f;
	(void)request;
	(void)arg;
	return -ENOTTY;
}

static const struct file_ops inet_ops = {
	.kind = "inet",
	.ready = inet_ready,
	.recv = inet_recv,
	.recv_many = inet_recv_many,
	.send = inet_send,
	.set = inet_set,
	.get = inet_get,
	.bind = inet_bind,
	.ioctl = inet_ioctl,
	.release = inet_release,
};

/* At the end of the host's list: a group is in the order of its making. */
static struct file *
new_socket(int domain, int type, int protocol)
{
	struct inet *s = file_new(&inet_ops, world->running->host,
	    sizeof(*s)), **at;

	s->domain = domain;
	s->type = type;
	s->protocol = protocol;
	s->rcvbuf = RCVBUF;
	s->ttl = 64;
	for (at = (struct inet **)list_of(s); *at != NULL; at = &(*at)->next)
		continue;
	*at = s;
	return &s->file;
}

struct file *
packet_file(int type, uint16_t protocol)
{
	return new_socket(AF_PACKET, type, protocol);
}

struct file *
udp_file(int family)
{
	return new_socket(family, SOCK_DGRAM, IPPROTO_UDP);
}

struct file *
raw_file(int family, int protocol)
{
	return new_socket(family, SOCK_RAW, protocol);
}

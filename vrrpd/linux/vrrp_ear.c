/*
 * vrrp_ear.c - ARP and Neighbor Discovery about our addresses, as it passes by.
 *
 * ETH_P_ALL, for the reason that vrrp_io.c gives: the receive handler of a macvlan
 * takes frames to and from the virtual MAC away before a tap for one protocol
 * sees them.  Frames to the virtual MAC are PACKET_OTHERHOST on the parent; those
 * of them are passed that are for a virtual MAC of VRRP.
 *
 * What passes, of ARP: whoever says that he has one of the addresses; a request for
 * one that is signed (vrrp_ask.h), which ordinary hosts' are not; an answer to a
 * request from 0.0.0.0.  Of everything: what comes from a virtual MAC that is ours to
 * use, since we are Active.  Of Neighbor Discovery: an advertisement of one of the
 * addresses, and a signed solicitation.  So the clients of an address wake nobody, but
 * where they are wished for, because there is nobody else to try the network with.
 *
 * A flood: after VRRP_EAR_RATE_MAX frames the rest of the second is left to the
 * kernel, whose queue is short.  What is missed is seen in the next second, as an
 * alarm needs more than one sighting anyway.
 *
 * The end of a packet socket waits for the kernel, so the socket belongs to the
 * receiver of adverts, which is kept for the same reason.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/loop.h"
#include "vrrpd/linux/vrrp_ear.h"
#include "vrrpd/linux/vrrp_io.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

#define RCVBUF		(64 * 1024)
#define FRAME_MAX	256
#define BATCH_MAX	32	/* read in one turn of the loop */

struct vrrp_ear {
	struct loop		*loop;
	struct loop_fd		*event;	/* NULL: the rest of a second */
	struct loop_timer	*again;
	int			 fd;
	unsigned		 taken;	/* in this second */
	mono_t			 second;
	vrrp_ear_cb		 cb;
	void			*arg;
};

/* --- the filter --- */

struct program {
	struct sock_filter	*code;
	size_t			 len;
};

static void
put(struct program *p, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	p->code[p->len++] = (struct sock_filter){ code, jt, jf, k };
}

#define LOAD(p, size, offset)	put((p), BPF_LD | (size) | BPF_ABS, (offset), 0, 0)
#define ACCEPT(p)	put((p), BPF_RET | BPF_K, FRAME_MAX, 0, 0)
#define REFUSE(p)	put((p), BPF_RET | BPF_K, 0, 0, 0)
/* The next instruction only where A is k; the one after it where it is not. */
#define IF_EQUAL(p, k)	put((p), BPF_JMP | BPF_JEQ | BPF_K, (k), 0, 1)
#define UNLESS_EQUAL(p, k) put((p), BPF_JMP | BPF_JEQ | BPF_K, (k), 1, 0)

static uint32_t
word_at(const uint8_t *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	    (uint32_t)b[2] << 8 | b[3];
}

/* Accepts what comes from one of these virtual MACs. */
static void
put_macs(struct program *p, const struct vrrp_ear_wish *w)
{
	size_t jump;
	unsigned i;

	if (w->mac_count == 0)
		return;
	LOAD(p, BPF_W, 6);
	UNLESS_EQUAL(p, 0x00005e00);
	jump = p->len;
	put(p, BPF_JMP | BPF_JA, 0, 0, 0);
	LOAD(p, BPF_H, 10);
	for (i = 0; i < w->mac_count; i++) {
		IF_EQUAL(p, w->macs[i]);
		ACCEPT(p);
	}
	p->code[jump].k = (uint32_t)(p->len - jump - 1);
}

/* Ours, from outside, without a tag, and to us or to a virtual MAC. */
static void
put_head(struct program *p, const struct vrrp_ear_wish *w)
{
	LOAD(p, BPF_W, SKF_AD_OFF + SKF_AD_PKTTYPE);
	IF_EQUAL(p, PACKET_OUTGOING);
	REFUSE(p);
	put(p, BPF_JMP | BPF_JEQ | BPF_K, PACKET_OTHERHOST, 0, 6);
	LOAD(p, BPF_W, 0);
	UNLESS_EQUAL(p, 0x00005e00);
	REFUSE(p);
	LOAD(p, BPF_B, 4);
	put(p, BPF_JMP | BPF_JEQ | BPF_K, 0x01, 1, 0);
	put(p, BPF_JMP | BPF_JEQ | BPF_K, 0x02, 0, 4);
	LOAD(p, BPF_W, SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT);
	put(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0);
	LOAD(p, BPF_W, SKF_AD_OFF + SKF_AD_VLAN_TAG);
	put(p, BPF_JMP | BPF_JSET | BPF_K, 0x0fff, 0, 1);
	REFUSE(p);
	put_macs(p, w);
	LOAD(p, BPF_H, 12);
}

/* Accepts where the word at this offset is one of the addresses. */
static void
put_arp_field(struct program *p, uint32_t offset, const struct addr *list,
    unsigned count)
{
	unsigned i;

	LOAD(p, BPF_W, offset);
	for (i = 0; i < count; i++) {
		if (list[i].family != AF_INET)
			continue;
		IF_EQUAL(p, word_at(list[i].bytes));
		ACCEPT(p);
	}
}

static void
put_arp(struct program *p, const struct addr *list, unsigned count,
    bool askers)
{
	LOAD(p, BPF_H, 16);
	UNLESS_EQUAL(p, ETH_P_IP);
	REFUSE(p);
	put_arp_field(p, 28, list, count);		/* sender */
	LOAD(p, BPF_H, 20);
	put(p, BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 4);	/* reply */
	LOAD(p, BPF_W, 38);
	IF_EQUAL(p, 0);					/* to 0.0.0.0 */
	ACCEPT(p);
	REFUSE(p);
	LOAD(p, BPF_W, 32);				/* signed */
	UNLESS_EQUAL(p, 0x00005e00);
	if (askers)
		put(p, BPF_JMP | BPF_JA, 0, 0, 0);	/* or not */
	else
		REFUSE(p);
	put_arp_field(p, 38, list, count);		/* target */
	REFUSE(p);
}

static void
put_nd(struct program *p, const struct addr *list, unsigned count, bool askers)
{
	unsigned i, word;

	LOAD(p, BPF_B, 20);
	UNLESS_EQUAL(p, 58);
	REFUSE(p);
	LOAD(p, BPF_B, 54);
	/* An advertisement or a solicitation, which is signed by a nonce. */
	put(p, BPF_JMP | BPF_JEQ | BPF_K, 136, askers ? 2 : 8, 0);
	UNLESS_EQUAL(p, 135);
	REFUSE(p);
	if (!askers) {
		LOAD(p, BPF_B, 86);
		UNLESS_EQUAL(p, 14);
		REFUSE(p);
		LOAD(p, BPF_W, 88);
		UNLESS_EQUAL(p, 0x00005e00);
		REFUSE(p);
	}
	for (i = 0; i < count; i++) {
		if (list[i].family != AF_INET6)
			continue;
		for (word = 0; word < 4; word++) {
			LOAD(p, BPF_W, 62 + 4 * word);
			put(p, BPF_JMP | BPF_JEQ | BPF_K,
			    word_at(list[i].bytes + 4 * word), 0,
			    (uint8_t)(7 - 2 * word));
		}
		ACCEPT(p);
	}
	REFUSE(p);
}

size_t
vrrp_ear_build_filter(const struct vrrp_ear_wish *w,
    struct sock_filter out[VRRP_EAR_FILTER_MAX])
{
	struct program p = { out, 0 };
	size_t jump;

	put_head(&p, w);
	put(&p, BPF_JMP | BPF_JEQ | BPF_K, ETH_P_ARP, 3, 0);
	UNLESS_EQUAL(&p, ETH_P_IPV6);
	REFUSE(&p);
	jump = p.len;
	put(&p, BPF_JMP | BPF_JA, 0, 0, 0);		/* to put_nd() */
	put_arp(&p, w->addrs, w->addr_count, w->askers);
	out[jump].k = (uint32_t)(p.len - jump - 1);
	put_nd(&p, w->addrs, w->addr_count, w->askers);
	return p.len;
}

/* --- the socket --- */

static bool
attach(int fd, struct sock_filter *code, size_t len)
{
	const struct sock_fprog prog = { (unsigned short)len, code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
	    sizeof(prog)) == 0;
}

static bool
deafen(int fd)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);

	return attach(fd, &nothing, 1);
}

int
vrrp_ear_listen(struct vrrp_ear *e, const struct vrrp_ear_wish *w)
{
	static struct sock_filter code[VRRP_EAR_FILTER_MAX];
	size_t len = vrrp_ear_build_filter(w, code);

	return attach(e->fd, code, len) ? 0 : -errno;
}

static void readable(int fd, void *arg);

static void
again(mono_t deadline, void *arg)
{
	struct vrrp_ear *e = arg;

	(void)deadline;
	e->taken = 0;
	if (e->event == NULL)
		e->event = loop_fd_new(e->loop, e->fd, readable, e);
}

static void
readable(int fd, void *arg)
{
	struct vrrp_ear *e = arg;
	uint8_t frame[FRAME_MAX];
	mono_t now = loop_clock();
	unsigned i;
	ssize_t n;

	if (mono_sub(now, e->second) >= NS_PER_S) {
		e->second = now;
		e->taken = 0;
	}
	for (i = 0; i < BATCH_MAX && e->taken < VRRP_EAR_RATE_MAX; i++) {
		n = recv(fd, frame, sizeof(frame), MSG_DONTWAIT);
		if (n <= 0)
			return;
		e->taken++;
		e->cb(frame, (size_t)n, e->arg);
	}
	if (e->taken < VRRP_EAR_RATE_MAX)
		return;
	loop_fd_free(e->event);
	e->event = NULL;
	loop_timer_set(e->again, mono_add(e->second, NS_PER_S));
}

static int
open_socket(int ifindex, int *out)
{
	struct sockaddr_ll sll;
	int fd, one = 1, size = RCVBUF, error;

	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -errno;
	memset(&sll, 0, sizeof(sll));
	sll.sll_family = AF_PACKET;
	sll.sll_protocol = htons(ETH_P_ALL);
	sll.sll_ifindex = ifindex;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	(void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one,
	    sizeof(one));
	if (!deafen(fd) ||
	    bind(fd, (struct sockaddr *)&sll, sizeof(sll)) == -1) {
		error = errno;
		close(fd);
		return -error;
	}
	*out = fd;
	return 0;
}

static void
forget_queue(int fd)
{
	uint8_t byte;
	int i;

	for (i = 0; i < 1024; i++)
		if (recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) == -1 &&
		    errno != ENETDOWN)
			return;
}

int
vrrp_ear_open(struct loop *loop, struct vrrp_io *io, int ifindex,
    vrrp_ear_cb cb, void *arg, struct vrrp_ear **out)
{
	int *fd = vrrp_io_ear_fd(io), error;
	struct vrrp_ear *e;

	if (*fd == -1) {
		error = open_socket(ifindex, fd);
		if (error < 0)
			return error;
	} else
		forget_queue(*fd);
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return -ENOMEM;
	e->loop = loop;
	e->fd = *fd;
	e->cb = cb;
	e->arg = arg;
	e->second = loop_clock();
	e->again = loop_timer_new(loop, again, e);
	e->event = loop_fd_new(loop, e->fd, readable, e);
	if (e->again == NULL || e->event == NULL) {
		vrrp_ear_close(e);
		return -ENOMEM;
	}
	*out = e;
	return 0;
}

void
vrrp_ear_close(struct vrrp_ear *e)
{
	if (e == NULL)
		return;
	(void)deafen(e->fd);
	loop_fd_free(e->event);
	loop_timer_free(e->again);
	free(e);
}

int
vrrp_ear_ask(struct vrrp_io_tx *tx, int ifindex, const void *frame, size_t len)
{
	return vrrp_io_send(tx, ifindex, frame, len);
}

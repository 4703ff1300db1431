/*
 * bfd_echo_io.c - echo packets on the wire (RFC 5881 §4, RFC 9747 §2).
 *
 * An echo packet is addressed to ourselves and must leave nevertheless.  The
 * kernel would keep it, so it goes out through a packet socket, to the
 * neighbour's link address, which is what the kernel's neighbour table says;
 * the kernel does all resolving.
 *
 * What comes back has our own address as source and as destination.  The IPv4
 * layer of Linux refuses such a packet (as a martian, unless accept_local is
 * set), so it is taken before that, by a packet socket with a filter.  The
 * neighbour needs ip_forward, or forwarding for IPv6; it may want to send
 * redirects, which do no harm.
 *
 * A link-local IPv6 address is never forwarded, so a session between link-local
 * addresses needs another address on the interface for its echo.
 */
#include "config.h"

#include "bfdd/bfd_echo_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bfdd/pure/bfd_wire.h"

#define RCVBUF		(1024 * 1024)
#define PRIORITY	6

/*
 * Addressed to us on the link, UDP, not a fragment, to port 3785, and not with a
 * TTL of 255: that is the neighbour's own, which we are about to forward.
 */
static const struct sock_filter ip4_filter[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_HOST, 0, 10),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 8),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 255, 8, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x3fff, 4, 0),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
	BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BFD_PORT_ECHO, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	BPF_STMT(BPF_RET | BPF_K, 0),
};
static const struct sock_filter ip6_filter[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_HOST, 0, 7),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 7),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 255, 5, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 3),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 42),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BFD_PORT_ECHO, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

static uint16_t
ethertype(uint8_t family)
{
	return htons(family == AF_INET ? ETH_P_IP : ETH_P_IPV6);
}

static int
tap_options(int fd, uint8_t family)
{
	bool ip4 = family == AF_INET;
	/* The kernel does not write to the filter. */
	struct sock_fprog filter = {
		.len = ip4 ? sizeof(ip4_filter) / sizeof(ip4_filter[0]) :
		    sizeof(ip6_filter) / sizeof(ip6_filter[0]),
		.filter = (void *)(uintptr_t)(ip4 ? ip4_filter : ip6_filter),
	};
	int on = 1, size = RCVBUF;

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
	    sizeof(filter)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on)) == -1)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return 0;
}

/* Without a protocol the socket is given nothing before the filter is there. */
int
bfd_echo_io_tap_open(uint8_t family)
{
	struct sockaddr_ll any = { .sll_family = AF_PACKET,
	    .sll_protocol = ethertype(family) };
	int fd, error;

	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -errno;
	error = tap_options(fd, family);
	if (error == 0 && bind(fd, (struct sockaddr *)&any, sizeof(any)) == -1)
		error = -errno;
	if (error != 0) {
		(void)close(fd);
		return error;
	}
	return fd;
}

int
bfd_echo_io_tap_ifindex(const struct sockaddr_storage *name)
{
	struct sockaddr_ll ll;

	if (name->ss_family != AF_PACKET)
		return 0;
	memcpy(&ll, name, sizeof(ll));
	return ll.sll_ifindex;
}

int
bfd_echo_io_tx_open(void)
{
	int fd, priority = PRIORITY;

	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &priority,
	    sizeof(priority));
	return fd;
}

int
bfd_echo_io_tx(int fd, const struct bfd_echo_path *path, int ifindex,
    const uint8_t *packet, size_t len)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = ethertype(path->self.family),
		.sll_ifindex = ifindex,
		.sll_halen = path->neighbour.mac_len,
	};

	memcpy(to.sll_addr, path->neighbour.mac, sizeof(to.sll_addr));
	return sendto(fd, packet, len, MSG_DONTWAIT | MSG_NOSIGNAL,
	    (struct sockaddr *)&to, sizeof(to)) == -1 ? -errno : 0;
}

/* Would a router forward to this address? */
static bool
routable(const struct addr *a)
{
	return addr_is_set(a) && !(a->family == AF_INET6 &&
	    addr_is_link_local(a)) && addr_is_host(a);
}

/* The first address of the interface that will do. */
static int
find_self(const char *interface, uint8_t family, struct addr *out)
{
	struct ifaddrs *list, *i;
	int error = -EADDRNOTAVAIL;

	if (getifaddrs(&list) == -1)
		return -errno;
	for (i = list; i != NULL && error != 0; i = i->ifa_next) {
		struct addr a;

		if (i->ifa_addr == NULL || i->ifa_addr->sa_family != family ||
		    strcmp(i->ifa_name, interface) != 0 ||
		    addr_from_sockaddr(i->ifa_addr, &a, NULL) != 0 ||
		    !routable(&a))
			continue;
		*out = a;
		error = 0;
	}
	freeifaddrs(list);
	return error;
}

/* A link without link addresses, such as a tunnel. */
static bool
needs_no_address(int fd_family, const char *interface)
{
	struct ifreq r = { .ifr_flags = 0 };
	int fd = socket(fd_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool noarp;

	if (fd == -1)
		return false;
	memcpy(r.ifr_name, interface, IF_NAMESIZE);
	noarp = ioctl(fd, SIOCGIFFLAGS, &r) == 0 && r.ifr_flags & IFF_NOARP;
	(void)close(fd);
	return noarp;
}

int
bfd_echo_io_find(struct nl *nl, const struct bfd_params *p,
    const struct addr *local, int ifindex, struct bfd_echo_path *path)
{
	struct nl_neigh neighbour = { .mac_len = 0 };
	int error;

	if (ifindex == 0 || nl == NULL)
		return -ENODEV;
	if (routable(&p->local))
		path->self = p->local;
	else if (routable(local))
		path->self = *local;
	else if (!routable(&path->self)) {
		error = find_self(p->interface, p->peer.family, &path->self);
		if (error != 0)
			return error;
	}
	error = nl_neigh_get(nl, ifindex, &p->peer, &neighbour);
	if (error == 0 && neighbour.usable && neighbour.mac_len > 0) {
		path->neighbour = neighbour;
		path->ready = true;
	} else if (needs_no_address(p->peer.family, p->interface)) {
		path->neighbour = (struct nl_neigh){ .usable = true,
		    .confirmed = true };
		path->ready = true;
	} else
		path->neighbour.confirmed = false;
	return path->ready ? 0 : -EHOSTUNREACH;
}

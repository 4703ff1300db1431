/*
 * vrrp_member.c - a host as a member of the VRRP group on an interface.
 *
 * Group membership is taken twice (V-28): PACKET_ADD_MEMBERSHIP opens the NIC's
 * multicast filter, and an ordinary socket joins with IP_ADD_MEMBERSHIP, so
 * that an IGMP or MLD report leaves with the interface's own MAC and snooping
 * switches deliver the group to this port.
 */
#include "config.h"

#include "vrrpd/linux/vrrp_member.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "vrrpd/pure/vrrp_wire.h"

int
vrrp_member_socket(uint8_t family)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd == -1 ? -errno : fd;
}

static int
join_ordinary(int fd, int ifindex, uint8_t family)
{
	struct addr group = vrrp_wire_group(family);
	struct ip_mreqn four;
	struct ipv6_mreq six;

	if (family == AF_INET) {
		memset(&four, 0, sizeof(four));
		memcpy(&four.imr_multiaddr, group.bytes, 4);
		four.imr_ifindex = ifindex;
		return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &four,
		    sizeof(four));
	}
	memset(&six, 0, sizeof(six));
	memcpy(&six.ipv6mr_multiaddr, group.bytes, 16);
	six.ipv6mr_interface = ifindex;
	return setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &six,
	    sizeof(six));
}

int
vrrp_member_join(int packet_fd, int ordinary_fd, int ifindex, uint8_t family)
{
	struct packet_mreq mreq;

	memset(&mreq, 0, sizeof(mreq));
	mreq.mr_ifindex = ifindex;
	mreq.mr_type = PACKET_MR_MULTICAST;
	mreq.mr_alen = ETH_ALEN;
	vrrp_wire_group_mac(family, mreq.mr_address);
	if (setsockopt(packet_fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mreq,
	    sizeof(mreq)) == -1)
		return -errno;
	/* Somebody who did not hear the answer asks again. */
	if (join_ordinary(ordinary_fd, ifindex, family) == -1 &&
	    errno != EADDRINUSE)
		return -errno;
	return 0;
}

/*
 * vrrp_member.h - a host as a member of the VRRP group on an interface.
 */
#ifndef VRRPD_VRRP_MEMBER_H
#define VRRPD_VRRP_MEMBER_H

#include <stdint.h>

/* A socket that vrrp_member_join() may use, or negative errno.  Does not wait. */
int	vrrp_member_socket(uint8_t family);
/*
 * These two are members of the family's group on that interface for as long as they
 * are open: the packet socket, and one of vrrp_member_socket().  Any process that
 * has them may call, with no privilege.  Waits for the kernel's lock on network
 * configuration, as does the end of such a socket.  Twice is as good as once.
 * 0 or negative errno.
 */
int	vrrp_member_join(int packet_fd, int ordinary_fd, int ifindex,
	    uint8_t family);

#endif

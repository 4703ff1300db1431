/*
 * bpf_run.h - a filter of a packet socket, run by hand.
 *
 * A test cannot make frames with VLAN tags, or for other hosts, reach a socket.
 */
#ifndef TEST_UNIT_VRRPD_LINUX_BPF_RUN_H
#define TEST_UNIT_VRRPD_LINUX_BPF_RUN_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_frame {
	const uint8_t	*bytes;
	size_t		 len;
	uint32_t	 type;		/* PACKET_* */
	bool		 tagged;
	uint16_t	 tci;
};

/* The answer of the program: 0 drops.  Fails at an instruction no filter here has. */
uint32_t bpf_run(const struct sock_filter *, size_t len,
	    const struct bpf_frame *);

#endif

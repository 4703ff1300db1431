/*
 * bpf.h - classic BPF, as the kernel runs it for a socket.
 */
#ifndef TEST_WORLD_BPF_H
#define TEST_WORLD_BPF_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_packet {
	const uint8_t	*data;		/* offset 0 of the program */
	size_t		 len;
	const uint8_t	*net;		/* SKF_NET_OFF: the IP header */
	size_t		 net_len;
	unsigned	 pkttype;	/* PACKET_HOST ... */
};

struct bpf_program {
	struct sock_filter	*code;	/* NULL: none */
	size_t			 len;
};

/* Copies what setsockopt(2) was given; free() frees the code. */
void	 bpf_take(struct bpf_program *, const void *fprog, size_t len);
/* The value of its RET; UINT32_MAX without a program. */
uint32_t bpf_run(const struct bpf_program *, const struct bpf_packet *);

#endif

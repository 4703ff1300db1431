/*
 * vrrp_estate.h - the last wills that the monitor holds, and their execution.
 *
 * Everything is opened while there is root and kept ready: the sending socket of
 * frames, raw sockets for unicast peers, a netlink socket.  Carrying out is a
 * matter of writing bytes.
 */
#ifndef VRRPD_VRRP_ESTATE_H
#define VRRPD_VRRP_ESTATE_H

#include <stdint.h>

#include "vrrpd/ipc/vrrp_channel.h"

#define VRRP_ESTATE_MAX		1024	/* wills; twice the instances */
#define VRRP_ESTATE_BYTES	(16 * 1024 * 1024)

struct vrrp_estate;

/* 0 or negative errno. */
int	vrrp_estate_open(struct vrrp_estate **out);
void	vrrp_estate_close(struct vrrp_estate *);	/* NULL is fine */
/* Take the wills of the engine at the other end. */
void	vrrp_estate_attach(struct vrrp_estate *, struct vrrp_channel *);
/*
 * The engine is dead: every advert, then every withdrawal, then a line for each
 * in the log; nothing is left after.  Returns how many there were.
 */
unsigned vrrp_estate_execute(struct vrrp_estate *);
/* The engine that deposited them is to be followed by one that adopts them. */
unsigned vrrp_estate_count(const struct vrrp_estate *);
/* Refused: malformed, or too many. */
uint64_t vrrp_estate_refused(const struct vrrp_estate *);

#endif

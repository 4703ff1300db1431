/*
 * vrrp_estate.h - the last wills that the monitor holds, and their execution.
 */
#ifndef VRRPD_VRRP_ESTATE_H
#define VRRPD_VRRP_ESTATE_H

#include <stdint.h>

#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/pure/vrrp_handoff.h"

#define VRRP_ESTATE_MAX		1024	/* wills; twice the instances */
#define VRRP_ESTATE_BYTES	(16 * 1024 * 1024)

struct vrrp_estate;

/* 0 or negative errno. */
int	vrrp_estate_open(struct vrrp_estate **out);
void	vrrp_estate_close(struct vrrp_estate *);	/* NULL is fine */
/*
 * Take the wills of the engine at the other end, which is the living one from now
 * on.  Wills that are there already were left by the engine before, on a planned
 * restart, and stay in force until vrrp_estate_settle().
 */
void	vrrp_estate_attach(struct vrrp_estate *, struct vrrp_channel *);
/*
 * The engine is dead: every advert, then every withdrawal, then a line for each
 * in the log; nothing is left after.  Returns how many there were.
 */
unsigned vrrp_estate_execute(struct vrrp_estate *);
/*
 * Adds to h whose wills there are and say priority 0, for whoever comes after the
 * engine that is dead: VRRP_HANDOFF_WILLED.  Before they are carried out.
 */
void	vrrp_estate_list(struct vrrp_estate *, struct vrrp_handoff *h);
/*
 * The living engine has started, with what the engine before handed over: the
 * wills of instances that were Active are the living engine's from now on; others
 * that the engine before left are void, for nobody would ever revoke them.
 */
void	vrrp_estate_settle(struct vrrp_estate *, const struct vrrp_handoff *);
unsigned vrrp_estate_count(const struct vrrp_estate *);

#endif

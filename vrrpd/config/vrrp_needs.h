/*
 * vrrp_needs.h - which helper processes a configuration needs.
 */
#ifndef VRRPD_VRRP_NEEDS_H
#define VRRPD_VRRP_NEEDS_H

#include <stdint.h>

#include "vrrpd/pure/vrrp_params.h"

/* A set of helper processes; also the body of VRRP_MSG_RELOADED. */
#define VRRP_NEEDS_SCRIPTS	0x01	/* vrrpd-scripts: scripts and hooks */
#define VRRP_NEEDS_CHECKS	0x02	/* vrrpd-checks: every other check */
#define VRRP_NEEDS_LEVELS	0x04	/* vrrpd-scripts hears of vrrpd-checks */
#define VRRP_NEEDS_ALL		0x07

/* The helper process that runs the checks of a kind: one bit, or 0 for none. */
uint8_t	vrrp_needs_of_kind(enum vrrp_track_kind);
/* The helper processes that a configuration gives something to do. */
uint8_t	vrrp_needs_of_config(const struct vrrp_config *);

#endif

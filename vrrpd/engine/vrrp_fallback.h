/*
 * vrrp_fallback.h - virtual_mac = auto: an instance goes on without the virtual MAC.
 */
#ifndef VRRPD_VRRP_FALLBACK_H
#define VRRPD_VRRP_FALLBACK_H

struct vrrp_instance;
struct vrrp_router;

/* env.gives_up; arg: the router. */
void	vrrp_fallback_asked(struct vrrp_instance *, void *arg);
/* The router ends. */
void	vrrp_fallback_cancel(struct vrrp_router *);

#endif

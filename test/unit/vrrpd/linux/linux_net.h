/*
 * linux_net.h - a veth pair eth0, eth1 in a network namespace of its own, and
 * the addresses of one virtual router on it.
 */
#ifndef TEST_UNIT_VRRPD_LINUX_NET_H
#define TEST_UNIT_VRRPD_LINUX_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/devconf.h"
#include "shared/loop.h"
#include "shared/nl.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/pure/vrrp_params.h"

extern bool have_net;
extern struct loop *loop;
extern struct nl *nl;
extern struct nl_link parent;		/* eth0 */
extern struct vrrp_params p;
extern char reason[VRRP_VIP_REASON_MAX];
extern bool on_link_answer, owned_answer;	/* of questions */
extern int done_error;			/* of the last batch */
extern unsigned done_count;
extern const struct vrrp_vip_questions questions;

/* Of the group of tests, and of each: VRID 51, 192.0.2.50/24 and .51/24. */
int	open_net(void **state);
int	close_net(void **state);
int	setup(void **state);
/* The same virtual router with fe80::50 and 2001:db8::50/64. */
void	use_ipv6(void);
/* Skips the test where there is no namespace to be had. */
void	need_net(void);
/* True when the command prints something. */
bool	says(const char *command);
int	setting(const char *device, uint8_t family, const char *key);

/* Opened and prepared. */
struct vrrp_vips *open_vips(void);
/* The addresses are there when this returns. */
void	install(struct vrrp_vips *);
void	done(int error, unsigned failed_at, void *arg);

#endif

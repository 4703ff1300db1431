/*
 * vrrp_check_kinds.h - the kinds of checks there are, and what they share.
 *
 * vrrp_checks.h says what a kind is and how one is added.
 */
#ifndef VRRPD_VRRP_CHECK_KINDS_H
#define VRRPD_VRRP_CHECK_KINDS_H

#include "vrrpd/helper/vrrp_checks.h"

struct vrrp_fib_watch;
struct vrrp_ping;
struct vrrp_procs;
struct vrrp_run;

/*
 * The value of vrrp_checked_shared(); vrrp_helper.c makes it before the
 * privileges of the process are given up.
 */
struct vrrp_checks_shared {
	struct vrrp_run		*run;		/* in vrrpd-scripts */
	struct vrrp_procs	*procs;		/* in vrrpd-checks */
	struct vrrp_ping	*ping;		/* in vrrpd-checks */
	struct vrrp_fib_watch	*fib;		/* in vrrpd-checks */
};

#define VRRP_CHECK_HTTP_BODY_MAX	(1024 * 1024)	/* more is a failure */
#define VRRP_CHECK_HTTP_HEADERS_MAX	(64 * 1024)

extern const struct vrrp_checks_kind vrrp_check_file;
extern const struct vrrp_checks_kind vrrp_check_http;
extern const struct vrrp_checks_kind vrrp_check_ping;
extern const struct vrrp_checks_kind vrrp_check_process;
extern const struct vrrp_checks_kind vrrp_check_route;
extern const struct vrrp_checks_kind vrrp_check_script;
extern const struct vrrp_checks_kind vrrp_check_tcp;

#endif

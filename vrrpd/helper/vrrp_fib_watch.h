/*
 * vrrp_fib_watch.h - routes of this network namespace that trackers wait for.
 *
 * One set for all trackers of the process, kept by rtnetlink: events as they come,
 * and a dump at the start and whenever an event leaves something open, or was lost.
 *
 * A router may have a million routes, and thousands of them may change in a second.
 * So the kernel sorts them out: a filter on the socket of events lets pass what is
 * about a prefix that is tracked, and whatever is about links, addresses and nexthop
 * objects.  A dump cannot be sorted out so.  The next is no sooner than ten times as
 * long after one as that one took, and between two of its messages the loop has its
 * turn.
 *
 * Needs no privilege, and changes nothing.
 */
#ifndef VRRPD_VRRP_FIB_WATCH_H
#define VRRPD_VRRP_FIB_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/loop.h"
#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_params.h"

struct vrrp_fib_watch;
struct vrrp_fib_watched;

/*
 * The route is there since `at`, or not and why.  From the loop, never from within
 * _add(), and again with the same answer whenever anything was looked at.
 */
typedef void (*vrrp_fib_watch_cb)(bool there, mono_t at, const char *why,
    void *arg);

/* No socket is opened before the first watch.  NULL when out of memory. */
struct vrrp_fib_watch *vrrp_fib_watch_new(struct loop *);
void	vrrp_fib_watch_free(struct vrrp_fib_watch *);	/* after every watch; NULL is fine */
/* The first answer comes when the routes were read.  NULL when out of memory. */
struct vrrp_fib_watched *vrrp_fib_watch_add(struct vrrp_fib_watch *,
	    const struct vrrp_route_want *, vrrp_fib_watch_cb, void *arg);
void	vrrp_fib_watch_remove(struct vrrp_fib_watched *);

/* For tests: dumps that were finished, and messages that came as events. */
uint64_t vrrp_fib_watch_dumps(const struct vrrp_fib_watch *);
uint64_t vrrp_fib_watch_events(const struct vrrp_fib_watch *);

#endif

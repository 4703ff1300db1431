/*
 * vrrp_orders.h - standing orders: what operators told instances to be until
 * they say otherwise.  PURE.
 *
 * An order outlives the engine, the daemon and the machine: the engine makes and
 * ends orders (vrrpd/engine/vrrp_standing.h), the monitor keeps them in a file
 * and gives them to each engine at its birth (vrrpd/monitor/vrrp_keeper.h).
 *
 * The text, of the file and of the pipe, is one line per instance:
 *
 *   NAME [disabled=TIME] [handed-over=TIME] [priority=N/FILE]
 *   [advert-int=CS/FILE]
 *
 * TIME is as in 2026-11-28T20:05:47Z; FILE is what vrrpd.conf said when the value
 * was kept, for a value that is changed there ends the order.  The file has a
 * first line with its kind and version and a last one with the number of orders;
 * lines that begin with # are for people.
 */
#ifndef VRRPD_VRRP_ORDERS_H
#define VRRPD_VRRP_ORDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vrrpd/pure/vrrp_params.h"

#define VRRP_ORDERS_MAX		VRRP_INSTANCES_MAX
/* The longest line of an order, without a newline, and the shortest. */
#define VRRP_ORDER_LINE_MAX	140
#define VRRP_ORDER_LINE_MIN	1
/* The longest file, and of one that people have written comments into. */
#define VRRP_ORDERS_TEXT_MAX	(VRRP_ORDERS_MAX * (VRRP_ORDER_LINE_MAX + 1) \
				    + 256)

/* All of it about one instance.  Nothing but a name: no order. */
struct vrrp_order {
	char		name[VRRP_NAME_MAX];
	int64_t		disabled_s;	/* since, of 1970; 0: is not */
	int64_t		handed_over_s;	/* since; 0: is not */
	uint8_t		priority;	/* 0: the file's */
	uint8_t		priority_of_file;
	uint16_t	advert_int_cs;	/* 0: the file's */
	uint16_t	advert_int_of_file_cs;
};

/* One entry per name, none of them empty; in no order. */
struct vrrp_orders {
	unsigned		count;
	struct vrrp_order	list[VRRP_ORDERS_MAX];
};

bool	vrrp_order_is_empty(const struct vrrp_order *);
bool	vrrp_order_equal(const struct vrrp_order *, const struct vrrp_order *);
/*
 * One order as a line, NUL-terminated and without a newline; buf has room for
 * VRRP_ORDER_LINE_MAX + 1.  Returns its length.
 */
size_t	vrrp_order_print(const struct vrrp_order *, char *buf);
/* The whole of text is one such line; it may be empty of orders.  All or
 * nothing: *out is untouched when false. */
bool	vrrp_order_parse(const char *text, size_t len, struct vrrp_order *out);

/* The orders for that instance; NULL: none.  The table may be NULL. */
const struct vrrp_order *vrrp_orders_find(const struct vrrp_orders *,
	    const char *name);
/*
 * Puts it in the place of what was ordered of the same name; an empty one leaves
 * no entry.  False: the table is full, and as it was.
 */
bool	vrrp_orders_put(struct vrrp_orders *, const struct vrrp_order *);

/*
 * The monitor's word to the engine: how far the disk is.  Body of VRRP_MSG_KEPT:
 * u32 in network order, then the text.
 */
#define VRRP_KEPT_WHY_MAX	200	/* with NUL */
#define VRRP_KEPT_BYTES_MIN	4
#define VRRP_KEPT_BYTES_MAX	(4 + VRRP_KEPT_WHY_MAX - 1)

struct vrrp_kept {
	uint32_t	upto;	/* so many orders of this engine are written */
	char		why[VRRP_KEPT_WHY_MAX];	/* more are not; "": all is well */
};

/* buf has room for VRRP_KEPT_BYTES_MAX.  Returns the length. */
size_t	vrrp_kept_encode(const struct vrrp_kept *, uint8_t *buf);
/* All or nothing: *out is untouched when false. */
bool	vrrp_kept_decode(const uint8_t *buf, size_t len, struct vrrp_kept *out);

/* The file; buf has room for VRRP_ORDERS_TEXT_MAX.  Returns its length. */
size_t	vrrp_orders_print(const struct vrrp_orders *, char *buf);

enum vrrp_orders_verdict {
	VRRP_ORDERS_GOOD,
	VRRP_ORDERS_FOREIGN,	/* no such file, or of another version */
	VRRP_ORDERS_DAMAGED,	/* cut off, or a line that is none */
};
/* *line: where, from 1, unless it is good.  Then, too, *out is empty. */
enum vrrp_orders_verdict vrrp_orders_parse(const char *text, size_t len,
	    struct vrrp_orders *out, unsigned *line);

#endif

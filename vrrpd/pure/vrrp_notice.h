/*
 * vrrp_notice.h - a change of state that hooks are told of, as a message.  PURE.
 *
 * The words between two halves: vrrpd/engine/vrrp_notify.h says them,
 * vrrpd/helper/vrrp_hooks.h runs the hooks.
 */
#ifndef VRRPD_VRRP_NOTICE_H
#define VRRPD_VRRP_NOTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vrrpd/pure/vrrp_params.h"

#define VRRP_NOTICE_CAUSE_MAX	32
#define VRRP_NOTICE_BYTES_MIN	22
#define VRRP_NOTICE_BYTES_MAX	(22 + VRRP_NAME_MAX + VRRP_NOTICE_CAUSE_MAX)

/* States as hooks know them; FAULT and STOP are both Initialize. */
enum vrrp_notice_state {
	VRRP_NOTICE_NONE,	/* before the first */
	VRRP_NOTICE_ACTIVE,
	VRRP_NOTICE_BACKUP,
	VRRP_NOTICE_FAULT,	/* cannot run: something is down */
	VRRP_NOTICE_STOP,	/* leaving, or disabled: somebody said so */
	VRRP_NOTICE_CONTESTED,	/* ACTIVE as before, and a lesser one was heard */
};
#define VRRP_NOTICE_STATE_COUNT	6
/* "ACTIVE", or "MASTER" for programs made for keepalived; "" for NONE. */
const char *vrrp_notice_state_word(enum vrrp_notice_state,
	    enum vrrp_notify_words);

struct vrrp_notice {
	bool			group;		/* name is a group's */
	char			name[VRRP_NAME_MAX];
	enum vrrp_notice_state	state, before;
	uint8_t			priority;	/* effective; 0 of a group */
	char			cause[VRRP_NOTICE_CAUSE_MAX];
	int64_t			time_real_ns;
	int64_t			in_state_ns;	/* time spent before */
};

/* The length; buf has VRRP_NOTICE_BYTES_MAX bytes. */
size_t	vrrp_notice_encode(const struct vrrp_notice *, uint8_t *buf);
/* 0, or -EBADMSG and *out untouched. */
int	vrrp_notice_decode(const uint8_t *body, size_t len,
	    struct vrrp_notice *out);

#endif

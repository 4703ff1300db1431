/*
 * vrrp_post.c - parcels: sending them over a channel, and putting them together.
 *
 * A piece is 16 KB, and after BURST of them there is a pause: a receiver gets
 * 64 KB in one batch at the most, which is some 30 us of copying.  A channel that
 * is full is tried again with the next turn.
 */
#include "config.h"

#include "vrrpd/ipc/vrrp_post.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vrrpd/pure/vrrp_parcel.h"

#define BURST		4
#define PAUSE_NS	(1 * NS_PER_MS)

struct vrrp_post {
	struct loop_timer	*timer;
	struct vrrp_channel	*channel;
	struct vrrp_parcel	*parcel;	/* NULL: nothing to send */
	size_t			 at;
	uint32_t		 number;
	void			(*sent)(void *arg);
	void			*arg;
};

/* --- parcels --- */

struct vrrp_parcel *
vrrp_parcel_new(uint8_t *bytes, size_t len)
{
	struct vrrp_parcel *p = NULL;

	if (len > 0 && len <= VRRP_PARCEL_MAX)
		p = calloc(1, sizeof(*p));
	if (p == NULL) {
		free(bytes);
		return NULL;
	}
	p->owners = 1;
	p->bytes = bytes;
	p->len = len;
	return p;
}

struct vrrp_parcel *
vrrp_parcel_copy(const void *bytes, size_t len)
{
	uint8_t *copy = malloc(len + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, bytes, len);
	return vrrp_parcel_new(copy, len);
}

struct vrrp_parcel *
vrrp_parcel_keep(struct vrrp_parcel *p)
{
	if (p != NULL)
		p->owners++;
	return p;
}

void
vrrp_parcel_drop(struct vrrp_parcel *p)
{
	if (p == NULL || --p->owners > 0)
		return;
	free(p->bytes);
	free(p);
}

/* --- sending --- */

void
vrrp_post_stop(struct vrrp_post *o)
{
	if (o == NULL)
		return;
	vrrp_parcel_drop(o->parcel);
	o->parcel = NULL;
	loop_timer_set(o->timer, MONO_NEVER);
}

bool
vrrp_post_is_busy(const struct vrrp_post *o)
{
	return o->parcel != NULL;
}

static void
send_some(mono_t deadline, void *arg)
{
	static uint8_t body[VRRP_PARCEL_HEADER + VRRP_PARCEL_PIECE];
	struct vrrp_post *o = arg;
	size_t len;
	int i, error = 0;

	(void)deadline;
	if (o->parcel == NULL)
		return;
	for (i = 0; i < BURST && error == 0 && o->at < o->parcel->len; i++) {
		len = vrrp_piece_encode(o->number, o->parcel->bytes,
		    o->parcel->len, o->at, body);
		error = vrrp_channel_send(o->channel, VRRP_MSG_VALUES, body,
		    len);
		if (error == 0)
			o->at += len - VRRP_PARCEL_HEADER;
	}
	if (error < 0 && error != -ENOBUFS) {
		/* The other end is gone, and asks for more when it is back. */
		vrrp_post_stop(o);
		return;
	}
	if (o->at < o->parcel->len) {
		loop_timer_set(o->timer, mono_add(loop_clock(), PAUSE_NS));
		return;
	}
	vrrp_post_stop(o);
	if (o->sent != NULL)
		o->sent(o->arg);
}

void
vrrp_post_send(struct vrrp_post *o, struct vrrp_channel *c, uint32_t number,
    struct vrrp_parcel *p, void (*sent)(void *arg), void *arg)
{
	struct vrrp_parcel *mine = vrrp_parcel_keep(p);

	vrrp_post_stop(o);
	o->channel = c;
	o->parcel = mine;
	o->at = 0;
	o->number = number;
	o->sent = sent;
	o->arg = arg;
	send_some(loop_clock(), o);
}

struct vrrp_post *
vrrp_post_new(struct loop *loop)
{
	struct vrrp_post *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->timer = loop_timer_new(loop, send_some, o);
	if (o->timer == NULL) {
		free(o);
		return NULL;
	}
	return o;
}

void
vrrp_post_free(struct vrrp_post *o)
{
	if (o == NULL)
		return;
	vrrp_parcel_drop(o->parcel);
	loop_timer_free(o->timer);
	free(o);
}

/* --- receiving --- */

void
vrrp_inbox_empty(struct vrrp_inbox *in)
{
	free(in->bytes);
	memset(in, 0, sizeof(*in));
}

enum vrrp_refusal
vrrp_inbox_take(struct vrrp_inbox *in, const uint8_t *body, size_t len,
    bool *whole)
{
	struct vrrp_piece p;

	*whole = false;
	if (!vrrp_piece_decode(body, len, &p))
		return VRRP_REFUSAL_BODY;
	if (p.at == 0) {
		vrrp_inbox_empty(in);
		in->bytes = malloc(p.total);
		if (in->bytes == NULL)
			return VRRP_REFUSAL_ROOM;
		in->number = p.number;
		in->len = p.total;
	} else if (in->bytes == NULL || p.number != in->number ||
	    p.total != in->len || p.at != in->have) {
		vrrp_inbox_empty(in);
		return VRRP_REFUSAL_BODY;
	}
	memcpy(in->bytes + in->have, p.bytes, p.len);
	in->have += p.len;
	*whole = in->have == in->len;
	return VRRP_REFUSAL_NONE;
}

/*
 * vrrp_parcel.h - bytes that are longer than a message, piece by piece.  PURE.
 *
 * Body of VRRP_MSG_VALUES: u32 number, of the whole; u32 length of the whole; u32
 * where the piece belongs; the piece.  Pieces come in order, and the first one
 * begins another whole, whatever has come before.
 *
 * Why messages and no descriptor of a memory file: the receiver is on time by
 * taking small pieces at its sender's pace, need not map what another process has
 * made, and has one kind of message to validate.
 */
#ifndef VRRPD_VRRP_PARCEL_H
#define VRRPD_VRRP_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VRRP_PARCEL_MAX		(32 * 1024 * 1024)
#define VRRP_PARCEL_HEADER	12
#define VRRP_PARCEL_PIECE	(16 * 1024)

/* One piece, as a message brings it; bytes are borrowed of the message. */
struct vrrp_piece {
	uint32_t	 number;
	uint32_t	 total;		/* 1 to VRRP_PARCEL_MAX */
	uint32_t	 at;
	const uint8_t	*bytes;
	size_t		 len;		/* at least 1; at + len <= total */
};

/*
 * The piece of the whole that begins at `at`; buf has room for the header and
 * VRRP_PARCEL_PIECE.  Returns the length of the message.
 */
size_t	vrrp_piece_encode(uint32_t number, const uint8_t *whole, size_t total,
	    size_t at, uint8_t *buf);
/* All or nothing: *out is untouched when false. */
bool	vrrp_piece_decode(const uint8_t *body, size_t len,
	    struct vrrp_piece *out);

#endif

/*
 * cursor.h - bounds-checked reading and writing of network-order fields.
 *
 * A cursor that ran out stays failed: every later get returns 0 and every later
 * put writes nothing, so a decoder may read all fields and ask cursor_ok() once.
 */
#ifndef SHARED_CURSOR_H
#define SHARED_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor_in {
	const uint8_t	*at;
	size_t		 left;
	bool		 failed;
};

struct cursor_out {
	uint8_t	*start;
	size_t	 len;		/* written so far */
	size_t	 size;
	bool	 failed;
};

void		cursor_in_init(struct cursor_in *, const void *bytes, size_t len);
uint8_t		cursor_get_u8(struct cursor_in *);
uint16_t	cursor_get_u16(struct cursor_in *);
uint32_t	cursor_get_u32(struct cursor_in *);
/* Borrow n bytes of the input; NULL when it is shorter. */
const uint8_t	*cursor_get_bytes(struct cursor_in *, size_t n);
bool		cursor_in_ok(const struct cursor_in *);

void		cursor_out_init(struct cursor_out *, void *buf, size_t size);
void		cursor_put_u8(struct cursor_out *, uint8_t);
void		cursor_put_u16(struct cursor_out *, uint16_t);
void		cursor_put_u32(struct cursor_out *, uint32_t);
void		cursor_put_bytes(struct cursor_out *, const void *, size_t n);
void		cursor_put_zeros(struct cursor_out *, size_t n);
bool		cursor_out_ok(const struct cursor_out *);

#endif

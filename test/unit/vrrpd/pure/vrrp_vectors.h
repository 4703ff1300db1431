/*
 * vrrp_vectors.h - helpers for tests that speak in bytes.
 *
 * Packets are written as the standards print them, hexadecimal with blanks.
 */
#ifndef TEST_UNIT_VRRP_VECTORS_H
#define TEST_UNIT_VRRP_VECTORS_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "shared/pure/addr.h"

static inline size_t
unhex(const char *text, uint8_t *buf, size_t size)
{
	size_t n = 0;
	char *end;

	for (;;) {
		unsigned long byte = strtoul(text, &end, 16);

		if (end == text)
			return n;
		assert(n < size && byte <= 0xff);
		buf[n++] = (uint8_t)byte;
		text = end;
	}
}

static inline struct addr
addr_of(const char *text)
{
	struct addr a;
	int rc = addr_parse(text, &a);

	assert(rc == 0);
	(void)rc;
	return a;
}

#endif

/*
 * token_bucket.h - rate limit for log lines and answers; a value, `now` passed
 * in.  The first event passes at once; refused ones are counted, and the count
 * is handed out with the next one that passes (suppressed=N).
 */
#ifndef SHARED_TOKEN_BUCKET_H
#define SHARED_TOKEN_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/mono.h"

struct token_bucket {
	int64_t		interval_ns;	/* one token per this */
	uint32_t	burst;		/* at most this many saved up */
	uint32_t	tokens;
	mono_t		last;		/* when the last token was added */
	uint64_t	suppressed;
};

/* interval_ns and burst are at least 1. */
void	token_bucket_init(struct token_bucket *, int64_t interval_ns,
	    uint32_t burst);
/*
 * True when the event may pass; *suppressed (may be NULL) is then what was
 * refused since the last one that passed.
 */
bool	token_bucket_take(struct token_bucket *, mono_t now,
	    uint64_t *suppressed);

#endif

/*
 * token_bucket.c - the classic bucket, in whole tokens.
 *
 * In any span T at most burst + T / interval_ns events pass.  A bucket that is
 * or becomes full saves up no time: its next token comes one interval after the
 * take, so with burst 1 two events are never closer than interval_ns.
 */
#include "config.h"

#include "shared/pure/token_bucket.h"

#include <assert.h>
#include <stddef.h>

void
token_bucket_init(struct token_bucket *b, int64_t interval_ns, uint32_t burst)
{
	assert(interval_ns > 0 && burst > 0);
	*b = (struct token_bucket){
		.interval_ns = interval_ns,
		.burst = burst,
		.tokens = burst,
	};
}

static void
refill(struct token_bucket *b, mono_t now)
{
	int64_t gained = mono_sub(now, b->last) / b->interval_ns;

	if (b->tokens == b->burst) {
		b->last = mono_max(b->last, now);
	} else if (gained >= b->burst - b->tokens) {
		b->tokens = b->burst;
		b->last = now;
	} else if (gained > 0) {
		b->tokens += (uint32_t)gained;
		b->last = mono_add(b->last, gained * b->interval_ns);
	}
}

bool
token_bucket_take(struct token_bucket *b, mono_t now, uint64_t *suppressed)
{
	refill(b, now);
	if (b->tokens == 0) {
		b->suppressed++;
		return false;
	}
	b->tokens--;
	if (suppressed != NULL)
		*suppressed = b->suppressed;
	b->suppressed = 0;
	return true;
}

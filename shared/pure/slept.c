/*
 * slept.c - has the machine slept?  See slept.h.
 */
#include "config.h"

#include "shared/pure/slept.h"

void
slept_init(struct slept *s, int64_t boot_ns, mono_t now)
{
	s->apart_ns = boot_ns - now.ns;
}

int64_t
slept_since(struct slept *s, int64_t boot_ns, mono_t now)
{
	int64_t apart_ns = boot_ns - now.ns, ns = apart_ns - s->apart_ns;

	if (ns <= 0)
		return 0;
	s->apart_ns = apart_ns;
	return ns;
}

/*
 * bpf_run.c - a filter of a packet socket, run by hand.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "test/unit/vrrpd/linux/bpf_run.h"

static bool
load(const struct bpf_frame *f, uint32_t at, unsigned size, uint32_t *out)
{
	unsigned i;

	*out = at == (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE) ? f->type :
	    at == (uint32_t)(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT) ?
	    f->tagged : at == (uint32_t)(SKF_AD_OFF + SKF_AD_VLAN_TAG) ?
	    f->tci : 0;
	if (at >= (uint32_t)SKF_AD_OFF)
		return true;
	if (at + size > f->len)
		return false;
	for (i = 0; i < size; i++)
		*out = *out << 8 | f->bytes[at + i];
	return true;
}

static unsigned
size_of(const struct sock_filter *i)
{
	return BPF_SIZE(i->code) == BPF_B ? 1 : BPF_SIZE(i->code) == BPF_H ? 2 :
	    4;
}

static bool
holds(const struct sock_filter *i, uint32_t a)
{
	return BPF_OP(i->code) == BPF_JSET ? (a & i->k) != 0 : a == i->k;
}

uint32_t
bpf_run(const struct sock_filter *code, size_t len, const struct bpf_frame *f)
{
	const struct sock_filter *i;
	uint32_t a = 0;
	size_t pc = 0;

	for (;;) {
		assert_true(pc < len);
		i = &code[pc++];
		switch (BPF_CLASS(i->code)) {
		case BPF_LD:
			if (!load(f, i->k, size_of(i), &a))
				return 0;
			break;
		case BPF_RET:
			return i->k;
		case BPF_JMP:
			if (BPF_OP(i->code) == BPF_JA)
				pc += i->k;
			else
				pc += holds(i, a) ? i->jt : i->jf;
			break;
		default:
			fail();
		}
	}
}

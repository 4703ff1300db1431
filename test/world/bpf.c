/*
 * bpf.c - an interpreter of classic BPF (see bpf.h).
 *
 * A load beyond the packet ends the program with 0, as in the kernel.
 */
#include "config.h"

#include "test/world/bpf.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "test/world/world.h"

void
bpf_take(struct bpf_program *p, const void *value, size_t len)
{
	struct sock_fprog f;

	free(p->code);
	p->code = NULL;
	p->len = 0;
	if (len < sizeof(f))
		return;
	memcpy(&f, value, sizeof(f));
	p->len = f.len;
	p->code = world_alloc(f.len * sizeof(*p->code));
	memcpy(p->code, f.filter, f.len * sizeof(*p->code));
}

static bool
load(const struct bpf_packet *k, uint32_t offset, unsigned size,
    uint32_t *out)
{
	const uint8_t *base = k->data;
	size_t len = k->len;
	unsigned i;

	switch (offset) {
	case (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE):
		*out = k->pkttype;
		return true;
	case (uint32_t)(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT):
	case (uint32_t)(SKF_AD_OFF + SKF_AD_VLAN_TAG):
		*out = 0;
		return true;
	default:
		break;
	}
	if (offset >= (uint32_t)SKF_NET_OFF && (int32_t)offset < 0) {
		base = k->net;
		len = k->net_len;
		offset -= (uint32_t)SKF_NET_OFF;
	}
	if ((uint64_t)offset + size > len)
		return false;
	*out = 0;
	for (i = 0; i < size; i++)
		*out = *out << 8 | base[offset + i];
	return true;
}

static unsigned
size_of(uint16_t code)
{
	return BPF_SIZE(code) == BPF_W ? 4 : BPF_SIZE(code) == BPF_H ? 2 : 1;
}

static uint32_t
alu(uint16_t code, uint32_t a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_MUL:
		return a * b;
	case BPF_OR:
		return a | b;
	case BPF_AND:
		return a & b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH:
		return a << (b & 31);
	case BPF_RSH:
		return a >> (b & 31);
	default:
		world_fail("BPF: operation %#x", code);
	}
}

static bool
holds(uint16_t code, uint32_t a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	case BPF_JSET:
		return (a & b) != 0;
	default:
		world_fail("BPF: jump %#x", code);
	}
}

uint32_t
bpf_run(const struct bpf_program *p, const struct bpf_packet *k)
{
	const struct sock_filter *c;
	uint32_t a = 0, x = 0, v;
	size_t pc;

	if (p->code == NULL)
		return UINT32_MAX;
	for (pc = 0; pc < p->len; pc++) {
		c = &p->code[pc];
		switch (BPF_CLASS(c->code)) {
		case BPF_LD:
			if (BPF_MODE(c->code) == BPF_IMM)
				a = c->k;
			else if (BPF_MODE(c->code) == BPF_LEN)
				a = (uint32_t)k->len;
			else if (!load(k, c->k + (BPF_MODE(c->code) ==
			    BPF_IND ? x : 0), size_of(c->code), &a))
				return 0;
			break;
		case BPF_LDX:
			if (BPF_MODE(c->code) == BPF_MSH) {
				if (!load(k, c->k, 1, &v))
					return 0;
				x = (v & 0xf) * 4;
			} else
				x = BPF_MODE(c->code) == BPF_LEN ?
				    (uint32_t)k->len : c->k;
			break;
		case BPF_ALU:
			a = alu(c->code, a, BPF_SRC(c->code) == BPF_X ? x :
			    c->k);
			break;
		case BPF_JMP:
			if (BPF_OP(c->code) == BPF_JA)
				pc += c->k;
			else
				pc += holds(c->code, a, BPF_SRC(c->code) ==
				    BPF_X ? x : c->k) ? c->jt : c->jf;
			break;
		case BPF_RET:
			return BPF_RVAL(c->code) == BPF_A ? a : c->k;
		default:
			world_fail("BPF: instruction %#x", c->code);
		}
	}
	return 0;
}

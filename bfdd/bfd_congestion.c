/*
 * bfd_congestion.c - what sessions cost, and whether one more fits (B-84).  PURE.
 */
#include "config.h"

#include "bfdd/bfd_congestion.h"

/* Packets come 1/8 earlier than their interval on the mean (B-63). */
static int64_t
one_way(int64_t interval_ns)
{
	int64_t mean_ns = interval_ns - interval_ns / 8;

	return interval_ns == 0 ? 0 : (NS_PER_S + mean_ns - 1) / mean_ns;
}

int64_t
bfd_packet_rate(const struct bfd_params *p)
{
	return one_way(p->desired_min_tx_ns) + one_way(p->required_min_rx_ns) +
	    2 * one_way(p->echo_tx_ns);
}

bool
bfd_rate_admits(int64_t max, int64_t in_use, int64_t before, int64_t after)
{
	return max == 0 || after <= before || in_use - before + after <= max;
}

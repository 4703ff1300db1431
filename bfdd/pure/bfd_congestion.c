/*
 * bfd_congestion.c - what sessions cost, and whether one more fits (B-84); what
 * is lost on a path, and how much slower to go for it (B-124).  PURE.
 */
#include "config.h"

#include "bfdd/pure/bfd_congestion.h"

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

void
bfd_loss_init(struct bfd_loss *l)
{
	*l = (struct bfd_loss){
		.last = MONO_NEVER,
		.patience = BFD_LOSS_CALM_WINDOWS,
		.factor = 1,
	};
}

void
bfd_loss_restart(struct bfd_loss *l)
{
	l->last = MONO_NEVER;
}

static void
window_begins(struct bfd_loss *l)
{
	l->expected = l->lost = 0;
}

static bool
raise_factor(struct bfd_loss *l)
{
	if (l->halved && l->patience < BFD_LOSS_PATIENCE_MAX)
		l->patience *= 2;	/* recovery came too early */
	l->halved = false;
	l->calm = 0;
	window_begins(l);
	if (l->factor == BFD_LOSS_FACTOR_MAX)
		return false;
	l->factor *= 2;
	return true;
}

static bool
window_ends(struct bfd_loss *l)
{
	l->calm = l->lost <= BFD_LOSS_CALM ? l->calm + 1 : 0;
	window_begins(l);
	if (l->calm < l->patience)
		return false;
	l->calm = 0;
	if (l->factor == 1) {
		l->patience = BFD_LOSS_CALM_WINDOWS;
		l->halved = false;
		return false;
	}
	l->factor /= 2;
	l->halved = true;
	return true;
}

/* How many packets did not come; a gap of 2 may be one of 3 that was jittered. */
static unsigned
missing(int64_t gap_ns, int64_t interval_ns)
{
	if (gap_ns < interval_ns + interval_ns / 2)
		return 0;
	if (gap_ns > BFD_LOSS_WINDOW * interval_ns)
		return BFD_LOSS_WINDOW;
	return (unsigned)((gap_ns + interval_ns - 1) / interval_ns - 1);
}

bool
bfd_loss_note(struct bfd_loss *l, mono_t arrival, int64_t interval_ns)
{
	unsigned lost = 0;

	if (!mono_is_never(l->last) && interval_ns > 0 &&
	    mono_before(l->last, arrival))
		lost = missing(mono_sub(arrival, l->last), interval_ns);
	l->last = mono_is_never(l->last) ? arrival :
	    mono_max(l->last, arrival);
	l->expected += 1 + lost;
	l->lost += lost;
	l->lost_count += lost;
	if (l->lost >= BFD_LOSS_RAISE)
		return raise_factor(l);
	return l->expected >= BFD_LOSS_WINDOW && window_ends(l);
}

int64_t
bfd_loss_stretch(const struct bfd_loss *l, int64_t interval_ns)
{
	int64_t most_ns = interval_ns > BFD_LOSS_INTERVAL_MAX_NS ?
	    interval_ns : BFD_LOSS_INTERVAL_MAX_NS;

	return interval_ns > most_ns / l->factor ? most_ns :
	    interval_ns * l->factor;
}

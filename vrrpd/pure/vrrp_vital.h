/*
 * vrrp_vital.h - what a silent process is doing, from what the kernel says.  PURE.
 *
 * The text of /proc/PID/stat and /proc/PID/schedstat (proc(5)) becomes a struct
 * vrrp_vital; two of them, some time apart, become a verdict.  The other half,
 * which reads the files, is monitor/vrrp_witness.h.
 */
#ifndef VRRPD_VRRP_VITAL_H
#define VRRPD_VRRP_VITAL_H

#include <stdbool.h>
#include <stdint.h>

struct vrrp_vital {
	bool	known;		/* else the rest is unset */
	char	state;		/* of proc(5): R, S, D, T, ... */
	int64_t	run_ns;		/* on a processor, in its whole life */
	int64_t	wait_ns;	/* ready to run and not run */
};

#define VRRP_VITAL_VERDICTS(X)						\
	X(UNKNOWN,	"no evidence")					\
	X(BUSY,		"runs in a circle")				\
	X(IDLE,		"sleeps")					\
	X(STOPPED,	"is stopped")					\
	X(STARVED,	"gets no processor")				\
	X(KERNEL,	"waits in the kernel")

enum vrrp_vital_verdict {
#define X(id, word) VRRP_VITAL_##id,
	VRRP_VITAL_VERDICTS(X)
#undef X
};
#define VRRP_VITAL_VERDICT_COUNT	(VRRP_VITAL_KERNEL + 1)
const char *vrrp_vital_word(enum vrrp_vital_verdict);

/*
 * stat, schedstat: NUL-terminated, as read; schedstat NULL where the kernel has
 * none, then the run time is counted in ticks of tick_ns and the waiting is
 * unknown, 0.  False, and *out says so, when stat is no such text.
 */
bool	vrrp_vital_parse(const char *stat, const char *schedstat,
	    int64_t tick_ns, struct vrrp_vital *out);

/*
 * The verdict on the elapsed_ns before now, in which nothing was heard of the
 * process.
 * before: the look at their beginning; NULL when there was none, and then only
 * the state counts.
 */
enum vrrp_vital_verdict vrrp_vital_judge(const struct vrrp_vital *before,
	    const struct vrrp_vital *now, int64_t elapsed_ns);
/* Kept from running by others, so that the silence is not its fault. */
bool	vrrp_vital_is_kept(enum vrrp_vital_verdict);

#endif

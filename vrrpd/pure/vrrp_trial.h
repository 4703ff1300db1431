/*
 * vrrp_trial.h - is the program on disk able to go on where this one stops?  PURE.
 *
 * Before an operator's restart the monitor runs the program with the argument
 * --try.  That reads the configuration, where the file is bad the one on standard
 * input, and ends with status 0 and a last line:
 *
 *   vrrpd VERSION speaks ID
 *
 * ID is vrrp_traffic_id() in hex.  The form of this line is a promise to programs
 * of other versions and never changes.  A program that says anything else is
 * not able, and what it has said is the reason.
 *
 * Body of VRRP_MSG_TRIED: u8 verdict, then text to the end.
 */
#ifndef VRRPD_VRRP_TRIAL_H
#define VRRPD_VRRP_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VRRP_TRIAL_ARGUMENT	"--try"
#define VRRP_TRIAL_TEXT_MAX	200	/* with NUL */
#define VRRP_TRIAL_BYTES_MIN	1
#define VRRP_TRIAL_BYTES_MAX	(1 + VRRP_TRIAL_TEXT_MAX - 1)

enum vrrp_trial_verdict {
	VRRP_TRIAL_GOOD,	/* text: its version */
	VRRP_TRIAL_FOREIGN,	/* able, but of another language; text: version */
	VRRP_TRIAL_BAD,		/* text: why */
};
#define VRRP_TRIAL_VERDICTS	(VRRP_TRIAL_BAD + 1)

struct vrrp_trial {
	enum vrrp_trial_verdict	verdict;
	char			text[VRRP_TRIAL_TEXT_MAX];
};

/* The line, with a newline.  False: size is too small. */
bool	vrrp_trial_print(char *buf, size_t size, const char *version,
	    uint32_t id);
/*
 * The verdict on a program that has said len bytes of anything and ended, well or
 * not, for somebody who speaks id.  why_ended is for one that said nothing.
 */
void	vrrp_trial_judge(const char *said, size_t len, bool ended_well,
	    const char *why_ended, uint32_t id, struct vrrp_trial *out);

/* buf has room for VRRP_TRIAL_BYTES_MAX.  Returns the length. */
size_t	vrrp_trial_encode(const struct vrrp_trial *, uint8_t *buf);
/* All or nothing: *out is untouched when false. */
bool	vrrp_trial_decode(const uint8_t *buf, size_t len,
	    struct vrrp_trial *out);

#endif

/*
 * vrrp_vital.c - what a silent process is doing.  PURE.
 *
 * One state seen once says little: a process that hangs in a circle and one that
 * waits for a processor are both "R".  The run time between two looks tells them
 * apart.  Half of the time is the border: an engine that had the processor for
 * longer than that and did not turn its loop has hung in its own code.
 *
 * The time spent ready to run is added by the kernel when the waiting ends, so
 * that it tells of a process that has just been let run again, and not of one
 * that still waits.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_vital.h"

#include <stddef.h>
#include <string.h>

const char *
vrrp_vital_word(enum vrrp_vital_verdict v)
{
	static const char *const words[] = {
#define X(id, word) [VRRP_VITAL_##id] = word,
		VRRP_VITAL_VERDICTS(X)
#undef X
	};

	return words[v];
}

/* A number and the blank behind it; NULL, or where the next word begins. */
static const char *
number(const char *at, int64_t *out)
{
	int64_t n = 0;
	int digits;

	for (digits = 0; *at >= '0' && *at <= '9' && digits < 18; digits++)
		n = n * 10 + (*at++ - '0');
	if (digits == 0 || (*at != ' ' && *at != '\n' && *at != '\0'))
		return NULL;
	*out = n;
	return *at == '\0' ? at : at + 1;
}

/* Behind the last ')': the name before it may hold anything. */
static const char *
behind_name(const char *stat)
{
	const char *at = NULL;

	for (; *stat != '\0'; stat++)
		if (*stat == ')')
			at = stat + 1;
	return at;
}

/* at: in front of field 4.  The sum of fields 14 and 15, utime and stime. */
static bool
ticks(const char *at, int64_t *out)
{
	int64_t user, system;
	int field;

	for (field = 4; field < 14; field++) {
		while (*at != ' ' && *at != '\0')
			at++;
		if (*at == '\0')
			return false;
		at++;
	}
	at = number(at, &user);
	if (at == NULL || number(at, &system) == NULL)
		return false;
	*out = user + system;
	return true;
}

bool
vrrp_vital_parse(const char *stat, const char *schedstat, int64_t tick_ns,
    struct vrrp_vital *out)
{
	struct vrrp_vital v = { .known = true };
	const char *at = behind_name(stat);
	int64_t n;

	memset(out, 0, sizeof(*out));
	if (at == NULL || at[0] != ' ' || at[1] == '\0' || at[2] != ' ')
		return false;
	v.state = at[1];
	if (schedstat != NULL) {
		at = number(schedstat, &v.run_ns);
		if (at == NULL || number(at, &v.wait_ns) == NULL)
			return false;
	} else {
		if (!ticks(at + 3, &n) || n > INT64_MAX / tick_ns)
			return false;
		v.run_ns = n * tick_ns;
	}
	*out = v;
	return true;
}

enum vrrp_vital_verdict
vrrp_vital_judge(const struct vrrp_vital *before,
    const struct vrrp_vital *now, int64_t elapsed_ns)
{
	int64_t ran, waited;

	if (!now->known)
		return VRRP_VITAL_UNKNOWN;
	if (now->state == 'T' || now->state == 't')
		return VRRP_VITAL_STOPPED;
	if (now->state == 'D')
		return VRRP_VITAL_KERNEL;
	if (before == NULL || !before->known)
		return now->state == 'R' ? VRRP_VITAL_UNKNOWN :
		    VRRP_VITAL_IDLE;
	ran = now->run_ns - before->run_ns;
	waited = now->wait_ns - before->wait_ns;
	if (ran >= elapsed_ns - ran)
		return VRRP_VITAL_BUSY;
	if (now->state == 'R' || waited >= elapsed_ns - waited)
		return VRRP_VITAL_STARVED;
	return VRRP_VITAL_IDLE;
}

bool
vrrp_vital_is_kept(enum vrrp_vital_verdict v)
{
	return v == VRRP_VITAL_STARVED || v == VRRP_VITAL_KERNEL;
}

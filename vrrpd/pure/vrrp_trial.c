/*
 * vrrp_trial.c - the words of a program that is tried, and the verdict.  PURE.
 *
 * Used by main.c (the program that is tried), by monitor/vrrp_tryout.c, which runs
 * the trial, and by engine/vrrp_ctl_restart.c, which was asked for a restart.  What
 * a program says is put into a log and into an answer, so nothing of it is passed
 * on that is not printable ASCII.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_trial.h"

#include <stdio.h>
#include <string.h>

#define BEFORE_VERSION	"vrrpd "
#define BEFORE_ID	" speaks "
#define ID_DIGITS	8

bool
vrrp_trial_print(char *buf, size_t size, const char *version, uint32_t id)
{
	int n = snprintf(buf, size, BEFORE_VERSION "%s" BEFORE_ID "%08lx\n",
	    version, (unsigned long)id);

	return n > 0 && (size_t)n < size;
}

static void
put_text(struct vrrp_trial *t, const char *text, size_t len)
{
	size_t i;

	if (len >= sizeof(t->text))
		len = sizeof(t->text) - 1;
	for (i = 0; i < len; i++)
		t->text[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	t->text[len] = '\0';
}

/* The hexadecimal digits of an id, no more and no less. */
static bool
parse_id(const char *text, size_t len, uint32_t *id)
{
	size_t i;
	char c;

	*id = 0;
	for (i = 0; i < len; i++) {
		c = text[i];
		if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
			return false;
		*id = *id << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return len == ID_DIGITS;
}

/* Is that the promised line?  Then *version is where, and its length. */
static bool
parse_line(const char *line, size_t len, const char **version, size_t *vlen,
    uint32_t *id)
{
	const size_t head = sizeof(BEFORE_VERSION) - 1;
	const size_t tail = sizeof(BEFORE_ID) - 1 + ID_DIGITS;

	if (len <= head + tail || memcmp(line, BEFORE_VERSION, head) != 0 ||
	    memcmp(line + len - tail, BEFORE_ID, tail - ID_DIGITS) != 0 ||
	    !parse_id(line + len - ID_DIGITS, ID_DIGITS, id))
		return false;
	*version = line + head;
	*vlen = len - head - tail;
	return memchr(*version, ' ', *vlen) == NULL;
}

void
vrrp_trial_judge(const char *said, size_t len, bool ended_well,
    const char *why_ended, uint32_t id, struct vrrp_trial *out)
{
	const char *lf = len == 0 ? NULL : memchr(said, '\n', len);
	size_t first = lf == NULL ? len : (size_t)(lf - said), last = len, vlen;
	const char *version;
	uint32_t its;

	while (last > 1 && said[last - 2] != '\n')
		last--;
	if (last > 0)
		last--;
	if (ended_well && lf != NULL && said[len - 1] == '\n' &&
	    parse_line(said + last, len - 1 - last, &version, &vlen, &its)) {
		out->verdict = its == id ? VRRP_TRIAL_GOOD :
		    VRRP_TRIAL_FOREIGN;
		put_text(out, version, vlen);
		return;
	}
	out->verdict = VRRP_TRIAL_BAD;
	if (first > 0)
		put_text(out, said, first);
	else
		put_text(out, why_ended, strlen(why_ended));
}

size_t
vrrp_trial_encode(const struct vrrp_trial *t, uint8_t *buf)
{
	size_t len = strlen(t->text);

	buf[0] = (uint8_t)t->verdict;
	memcpy(buf + 1, t->text, len);
	return 1 + len;
}

bool
vrrp_trial_decode(const uint8_t *buf, size_t len, struct vrrp_trial *out)
{
	size_t i;

	if (len < VRRP_TRIAL_BYTES_MIN || len > VRRP_TRIAL_BYTES_MAX ||
	    buf[0] >= VRRP_TRIAL_VERDICTS)
		return false;
	for (i = 1; i < len; i++)
		if (buf[i] < ' ' || buf[i] > '~')
			return false;
	out->verdict = (enum vrrp_trial_verdict)buf[0];
	memcpy(out->text, buf + 1, len - 1);
	out->text[len - 1] = '\0';
	return true;
}

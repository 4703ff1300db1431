/*
 * fuzz_vrrp_trial.c - any bytes as the words of a program on trial, and as the
 * message with the verdict.
 *
 * Whatever is passed on can be printed, and a verdict is the same again after it
 * was sent.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "vrrpd/pure/vrrp_trial.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)
#define ID	0x1234abcdU

static void
check(const struct vrrp_trial *t)
{
	uint8_t buf[VRRP_TRIAL_BYTES_MAX];
	struct vrrp_trial again;
	size_t i, len;

	REQUIRE(t->verdict < VRRP_TRIAL_VERDICTS);
	REQUIRE(memchr(t->text, '\0', sizeof(t->text)) != NULL);
	for (i = 0; t->text[i] != '\0'; i++)
		REQUIRE(t->text[i] >= ' ' && t->text[i] <= '~');
	len = vrrp_trial_encode(t, buf);
	REQUIRE(len >= VRRP_TRIAL_BYTES_MIN && len <= VRRP_TRIAL_BYTES_MAX);
	REQUIRE(vrrp_trial_decode(buf, len, &again));
	REQUIRE(again.verdict == t->verdict);
	REQUIRE(strcmp(again.text, t->text) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vrrp_trial t;
	char line[VRRP_TRIAL_TEXT_MAX + 64];

	vrrp_trial_judge((const char *)data, size, true, "exit status 0", ID,
	    &t);
	check(&t);
	if (t.verdict == VRRP_TRIAL_GOOD && t.text[0] != '\0' &&
	    strlen(t.text) < VRRP_TRIAL_TEXT_MAX - 1) {
		/* The line that says so is the promised one. */
		REQUIRE(vrrp_trial_print(line, sizeof(line), t.text, ID));
		REQUIRE(size >= strlen("vrrpd  speaks 1234abcd\n"));
	}
	vrrp_trial_judge((const char *)data, size, false, "exit status 1", ID,
	    &t);
	check(&t);
	REQUIRE(t.verdict == VRRP_TRIAL_BAD);
	if (vrrp_trial_decode(data, size, &t))
		check(&t);
	return 0;
}

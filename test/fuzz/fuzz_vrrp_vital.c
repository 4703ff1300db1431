/*
 * fuzz_vrrp_vital.c - any bytes as what the kernel says of a process.
 *
 * The name in /proc/PID/stat is the process's to choose, and nobody promises that a
 * kernel of the future adds no field.  The first byte says whether there is a second
 * text; the two are parted by a NUL.  What is taken is no negative time, and has a
 * verdict.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_vital.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)

static void
look(const char *stat, const char *schedstat, int64_t tick_ns)
{
	struct vrrp_vital v, none = { 0 };
	enum vrrp_vital_verdict verdict;

	memset(&v, 0xff, sizeof(v));
	if (!vrrp_vital_parse(stat, schedstat, tick_ns, &v)) {
		REQUIRE(!v.known);
		REQUIRE(vrrp_vital_judge(NULL, &v, 0) == VRRP_VITAL_UNKNOWN);
		return;
	}
	REQUIRE(v.known && v.state != '\0' && v.run_ns >= 0 && v.wait_ns >= 0);
	REQUIRE(schedstat != NULL || v.wait_ns == 0);
	verdict = vrrp_vital_judge(NULL, &v, 50 * NS_PER_MS);
	REQUIRE(verdict < VRRP_VITAL_VERDICT_COUNT);
	REQUIRE(*vrrp_vital_word(verdict) != '\0');
	/* The same again: neither did it run, nor did it wait to run. */
	verdict = vrrp_vital_judge(&v, &v, 50 * NS_PER_MS);
	REQUIRE(verdict < VRRP_VITAL_VERDICT_COUNT &&
	    verdict != VRRP_VITAL_BUSY);
	REQUIRE(vrrp_vital_judge(&none, &v, 50 * NS_PER_MS) !=
	    VRRP_VITAL_BUSY);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;
	size_t len;

	if (size == 0)
		return 0;
	text = malloc(size + 1);
	if (text == NULL)
		abort();
	memcpy(text, data + 1, size - 1);
	text[size - 1] = text[size] = '\0';
	len = strlen(text);
	look(text, data[0] % 2 == 0 ? NULL : len + 1 < size ? text + len + 1 :
	    "", data[0] < 128 ? 10 * NS_PER_MS : NS_PER_MS);
	free(text);
	return 0;
}

/*
 * bfd_reader.c - bfdd.conf is read by a child, which may fail (see bfd_reader.h).
 *
 * A thread beside the loop waits for the child and looks into what it has left
 * (bfd_aside.h), so that the loop gets values.  The child is bfdd with one more
 * argument.  It has the user of bfdd without any capability, and goes when its
 * thread does.
 */
#include "config.h"

#include "bfdd/bfd_reader.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bfdd/bfd_reading.h"
#include "shared/conf_child.h"

/* The program that runs, whatever is on the disk by now. */
#define PROGRAM	"/proc/self/exe"

struct bfd_reader {
	struct bfd_reader_config config;
	struct bfd_aside	*aside;
	bool			 again;
	/* The thread's while it is busy. */
	struct bfd_reading	 result;
};

/* --- the child --- */

int
bfd_reader_live(int fd, bool (*read)(struct bfd_config *,
    struct conf_errors *, void *arg), void *arg)
{
	struct bfd_reading *r = calloc(1, sizeof(*r));
	uint8_t *bytes = NULL;
	size_t len;

	(void)prctl(PR_SET_NAME, "bfdd-reader", 0, 0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	conf_child_limit(BFD_READING_MAX);
	if (r == NULL)
		return 1;
	r->good = read(&r->config, &r->errors, arg);
	len = bfd_reading_encode(r, &bytes);
	if (len == 0 || conf_child_write(fd, bytes, len) < 0)
		return 1;
	free(bytes);
	bfd_config_free(&r->config);
	free(r);
	return 0;
}

/* --- in the thread --- */

/* why: there is no reading. */
static void
fail(struct bfd_reader *r, const char *why)
{
	conf_errors_add(&r->result.errors, r->config.conf, 0,
	    "cannot be read: %s", why);
}

static void
take_result(struct bfd_reader *r, int status, int fd)
{
	char why[CONF_CHILD_WHY_MAX], text[CONF_CHILD_WHY_MAX + 16];
	uint8_t *bytes;
	size_t len = 0;
	int error;

	bytes = conf_child_result(status, fd, BFD_READING_MAX, &len, why);
	if (bytes != NULL) {
		error = bfd_reading_decode(bytes, len, &r->result);
		free(bytes);
		if (error == 0)
			return;
		(void)snprintf(why, sizeof(why), "was not understood: %s",
		    strerror(-error));
	}
	(void)snprintf(text, sizeof(text), "its reader %s", why);
	fail(r, text);
}

static void
work(struct bfd_aside *aside, void *arg)
{
	struct bfd_reader *r = arg;
	struct bfd_child child = {
		.path = PROGRAM,
		.program = r->config.program,
		.words = -1,
		.result = memfd_create("bfdd-config", MFD_CLOEXEC),
		.limit_ms = r->config.limit_ms,
	};
	char option[sizeof(CONF_CHILD_ARGUMENT) + 12], text[64];
	int status = 0, error;

	(void)snprintf(option, sizeof(option), "%s%d", CONF_CHILD_ARGUMENT,
	    CONF_CHILD_FD);
	child.option = option;
	error = child.result == -1 ? -errno :
	    bfd_aside_run(aside, &child, &status);
	if (error == 0)
		take_result(r, status, child.result);
	else if (error == -ETIMEDOUT) {
		(void)snprintf(text, sizeof(text), "its reader took longer "
		    "than %g s", child.limit_ms / 1000.0);
		fail(r, text);
	} else
		fail(r, strerror(-error));
	if (child.result != -1)
		(void)close(child.result);
}

/* --- in the loop --- */

static int
start(struct bfd_reader *r)
{
	memset(&r->result, 0, sizeof(r->result));
	return bfd_aside_start(r->aside);
}

static void
done(void *arg)
{
	struct bfd_reader *r = arg;

	if (r->again) {
		r->again = false;
		bfd_config_free(&r->result.config);
		if (start(r) == 0)
			return;
		fail(r, "there is no thread for it");
	}
	r->config.done(r->result.good, &r->result.config, &r->result.errors,
	    r->config.arg);
}

int
bfd_reader_start(struct bfd_reader *r)
{
	if (!bfd_aside_is_busy(r->aside))
		return start(r);
	r->again = true;
	bfd_aside_hurry(r->aside);
	return 0;
}

/* --- life --- */

struct bfd_reader *
bfd_reader_new(struct loop *loop, const struct bfd_reader_config *config)
{
	struct bfd_reader *r = calloc(1, sizeof(*r));
	const struct bfd_aside_config aside = {
		.work = work,
		.done = done,
		.arg = r,
	};

	if (r == NULL)
		return NULL;
	r->config = *config;
	r->aside = bfd_aside_new(loop, &aside);
	if (r->aside == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

void
bfd_reader_free(struct bfd_reader *r)
{
	bool busy;

	if (r == NULL)
		return;
	busy = bfd_aside_is_busy(r->aside);
	bfd_aside_free(r->aside);
	if (busy)	/* otherwise it is the receiver's */
		bfd_config_free(&r->result.config);
	free(r);
}

/*
 * conf_child.c - a process that reads a configuration for another one (see
 * conf_child.h).
 *
 * Nothing here starts a process or waits for one: the daemons do, each in its way.
 */
#include "config.h"

#include "shared/conf_child.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"

#define CPU_S	20

/* --- the child --- */

int
conf_child_argument(const char *arg)
{
	const size_t len = sizeof(CONF_CHILD_ARGUMENT) - 1;
	char *end;
	long n;

	if (strncmp(arg, CONF_CHILD_ARGUMENT, len) != 0)
		return -1;
	arg += len;
	n = strtol(arg, &end, 10);
	return *arg == '\0' || *end != '\0' || n < 0 || n > 1024 ? -1 : (int)n;
}

static void
limit(int what, rlim_t most)
{
	const struct rlimit r = { most, most };

	(void)setrlimit(what, &r);
}

static void
go_first(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd == -1)
		return;
	if (write(fd, "1000", 4) == -1)
		log_debug("config", "oom_score_adj: %s", strerror(errno));
	(void)close(fd);
}

void
conf_child_limit(size_t result_max)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_CPU, CPU_S);
	limit(RLIMIT_FSIZE, result_max);
	go_first();
}

int
conf_child_write(int fd, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	ssize_t n;

	for (; len > 0; at += n, len -= (size_t)n) {
		n = write(fd, at, len);
		if (n == -1)
			return -errno;
	}
	return 0;
}

/* --- the parent --- */

/* The whole of the memory file; NULL with why. */
static uint8_t *
take(int fd, size_t max, size_t *len, char *why)
{
	struct stat st;
	uint8_t *bytes;
	ssize_t n;

	if (fstat(fd, &st) == -1 || st.st_size <= 0 ||
	    (size_t)st.st_size > max) {
		(void)snprintf(why, CONF_CHILD_WHY_MAX, "has left nothing");
		return NULL;
	}
	*len = (size_t)st.st_size;
	bytes = malloc(*len);
	n = bytes == NULL ? -1 : pread(fd, bytes, *len, 0);
	if (n >= 0 && (size_t)n == *len)
		return bytes;
	(void)snprintf(why, CONF_CHILD_WHY_MAX, "was not understood: %s",
	    strerror(bytes == NULL ? ENOMEM : EIO));
	free(bytes);
	return NULL;
}

uint8_t *
conf_child_result(int status, int fd, size_t max, size_t *len,
    char why[CONF_CHILD_WHY_MAX])
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return take(fd, max, len, why);
	if (WIFSIGNALED(status))
		(void)snprintf(why, CONF_CHILD_WHY_MAX, "died (%s)",
		    strsignal(WTERMSIG(status)));
	else
		(void)snprintf(why, CONF_CHILD_WHY_MAX, "gave up (status %d), "
		    "maybe for lack of memory", WEXITSTATUS(status));
	return NULL;
}

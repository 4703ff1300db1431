/*
 * log.c - one event, one line on standard error, never waited for.
 *
 * A line is formatted into a fixed buffer and leaves it in log_flush(), in
 * pieces of whole lines no longer than PIPE_BUF: such a piece either goes into
 * a pipe at once or the pipe is not writable, and it is never interleaved with
 * what another process writes to the same pipe (the monitor and the engine of
 * vrrpd share one).  A socket, which is what the journal gives us, is written
 * with MSG_DONTWAIT.  A regular file or a terminal can in principle make
 * write(2) wait; who logs to a disk chooses that.
 *
 * Two forms of a line: under the journal "<5>text", which has its own clock and
 * its own name for us; everywhere else "TIME PROGRAM LEVEL: text".  Control
 * characters in the text become '?', so that nothing received from a peer can
 * start a line of its own.
 *
 * The state is static on purpose: there is one standard error per process, and
 * a log that has to be handed through every function is a log nobody uses.
 */
#include "config.h"

#include "shared/log.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/pure/mono.h"
#include "shared/timestamp.h"

#define LINE_MAX_BYTES	1024		/* with newline; below PIPE_BUF */
#define BUFFER_BYTES	(128 * 1024)
#define SUBSYSTEMS_MAX	16
#define EAGER_WAIT_MS	100		/* when not deferred, per line */

static struct {
	const char	*program;
	enum log_level	 level;
	bool		 deferred;
	bool		 journal;	/* prefix with <N> */
	bool		 not_a_socket;
	const char	*subsystems[SUBSYSTEMS_MAX];
	unsigned	 nsubsystems;
	log_hook	 hook;
	void		*hook_arg;

	char		 buf[BUFFER_BYTES];
	size_t		 start, end;	/* unsent bytes: whole lines */
	uint64_t	 dropped;
} logger = { .program = "?", .level = LOG_LEVEL_NOTICE };

static void	log_write(enum log_level, const char *, const char *, va_list)
		    __attribute__((format(printf, 3, 0)));

static const char *
level_name(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERR:
		return "error";
	case LOG_LEVEL_WARNING:
		return "warning";
	case LOG_LEVEL_NOTICE:
		return "notice";
	case LOG_LEVEL_INFO:
		return "info";
	case LOG_LEVEL_DEBUG:
		return "debug";
	}
	return "?";
}

/* Does JOURNAL_STREAM (device:inode) name the descriptor we write to? */
static bool
stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream != NULL &&
	    sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	    fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev &&
	    st.st_ino == ino;
}

void
log_init(const char *program)
{
	tzset();		/* the zone file is read now, not in a batch */
	logger.program = program;
	logger.journal = stderr_is_journal();
	logger.not_a_socket = false;
}

void
log_set_level(enum log_level level)
{
	logger.level = level;
}

void
log_set_deferred(bool deferred)
{
	logger.deferred = deferred;
	if (!deferred)
		log_flush();
}

int
log_debug_enable(const char *subsystem)
{
	if (logger.nsubsystems == SUBSYSTEMS_MAX)
		return -EINVAL;
	logger.subsystems[logger.nsubsystems++] = subsystem;
	return 0;
}

bool
log_debug_on(const char *subsystem)
{
	for (unsigned i = 0; i < logger.nsubsystems; i++)
		if (strcmp(logger.subsystems[i], "all") == 0 ||
		    strcmp(logger.subsystems[i], subsystem) == 0)
			return true;
	return false;
}

void
log_capture(log_hook hook, void *arg)
{
	logger.hook = hook;
	logger.hook_arg = arg;
}

/* "2025-11-21T10:00:00.123456+01:00 vrrpd notice: " or "<5>". */
static size_t
format_prefix(char *buf, size_t size, enum log_level level)
{
	char when[TIMESTAMP_LEN];
	struct timespec ts;
	int n;

	if (logger.journal) {
		/* syslog: 3 is err, and ours follow in its order. */
		n = snprintf(buf, size, "<%d>", 3 + (int)level);
	} else {
		clock_gettime(CLOCK_REALTIME, &ts);
		n = snprintf(buf, size, "%s %s %s: ", timestamp_format(
		    ts.tv_sec * NS_PER_S + ts.tv_nsec, when), logger.program,
		    level_name(level));
	}
	return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

/* Takes a line with its newline, or counts it as dropped. */
static bool
enqueue(const char *line, size_t len)
{
	if (logger.start > 0 && len > BUFFER_BYTES - logger.end) {
		memmove(logger.buf, logger.buf + logger.start,
		    logger.end - logger.start);
		logger.end -= logger.start;
		logger.start = 0;
	}
	if (len > BUFFER_BYTES - logger.end)
		return false;
	memcpy(logger.buf + logger.end, line, len);
	logger.end += len;
	return true;
}

static void
log_write(enum log_level level, const char *subsystem, const char *fmt,
    va_list ap)
{
	char line[LINE_MAX_BYTES], *text;
	size_t at, max = sizeof(line) - 1;	/* room for the newline */
	int saved = errno, n;

	at = logger.hook != NULL ? 0 : format_prefix(line, max, level);
	text = line + at;
	if (subsystem != NULL && max - at > 1) {
		n = snprintf(line + at, max - at, "%s: ", subsystem);
		at += n < 0 ? 0 : (size_t)n < max - at ? (size_t)n :
		    max - at - 1;
	}
	errno = saved;				/* for %m */
	n = vsnprintf(line + at, max - at, fmt, ap);
	if (n >= 0 && (size_t)n >= max - at)
		memcpy(line + max - 4, "...", 4);
	at += strlen(line + at);
	for (char *p = text; p < line + at; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';

	if (logger.hook != NULL) {
		logger.hook(level, line, logger.hook_arg);
	} else {
		line[at++] = '\n';
		if (!enqueue(line, at))
			logger.dropped++;
		if (!logger.deferred)
			log_flush();
	}
	errno = saved;
}

/* Bytes of whole lines at `start`, at most PIPE_BUF. */
static size_t
next_piece(void)
{
	const char *p = logger.buf + logger.start, *nl;
	size_t len = logger.end - logger.start;

	if (len <= PIPE_BUF)
		return len;
	nl = memrchr(p, '\n', PIPE_BUF);
	return nl == NULL ? PIPE_BUF : (size_t)(nl - p) + 1;
}

/* Bytes taken by the descriptor; -1 with errno, EAGAIN for "not now". */
static ssize_t
send_piece(const char *p, size_t len)
{
	struct pollfd pfd = { .fd = STDERR_FILENO, .events = POLLOUT };
	ssize_t n;

	if (!logger.not_a_socket) {
		n = send(STDERR_FILENO, p, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n >= 0 || errno != ENOTSOCK)
			return n;
		logger.not_a_socket = true;
	}
	if (poll(&pfd, 1, 0) == 1)
		return write(STDERR_FILENO, p, len);
	errno = EAGAIN;
	return -1;
}

/* Writes until the buffer is empty or the descriptor has had enough. */
static void
drain(void)
{
	struct pollfd pfd = { .fd = STDERR_FILENO, .events = POLLOUT };
	bool waited = false;
	ssize_t n;

	while (logger.start < logger.end) {
		n = send_piece(logger.buf + logger.start, next_piece());
		if (n >= 0) {
			logger.start += (size_t)n;
		} else if (errno == EINTR) {
			continue;
		} else if (errno == EAGAIN) {
			if (logger.deferred || waited)
				return;
			waited = true;
			(void)poll(&pfd, 1, EAGER_WAIT_MS);
		} else {
			/* Nobody can read it; the daemon goes on without. */
			logger.start = logger.end;
		}
	}
	logger.start = logger.end = 0;
}

void
log_flush(void)
{
	char line[LINE_MAX_BYTES];
	int saved = errno, n;
	size_t at;

	drain();
	if (logger.dropped > 0 && logger.end < BUFFER_BYTES / 2) {
		at = format_prefix(line, sizeof(line), LOG_LEVEL_WARNING);
		n = snprintf(line + at, sizeof(line) - at,
		    "log dropped=%llu\n", (unsigned long long)logger.dropped);
		if (n > 0 && enqueue(line, at + (size_t)n))
			logger.dropped = 0;
		drain();
	}
	errno = saved;
}

#define DEFINE_LEVEL(name, which)		\
	void					\
	name(const char *fmt, ...)		\
	{					\
		va_list ap;			\
						\
		if (logger.level < which)	\
			return;			\
		va_start(ap, fmt);		\
		log_write(which, NULL, fmt, ap);\
		va_end(ap);			\
	}

DEFINE_LEVEL(log_err, LOG_LEVEL_ERR)
DEFINE_LEVEL(log_warning, LOG_LEVEL_WARNING)
DEFINE_LEVEL(log_notice, LOG_LEVEL_NOTICE)
DEFINE_LEVEL(log_info, LOG_LEVEL_INFO)

void
log_debug(const char *subsystem, const char *fmt, ...)
{
	va_list ap;

	if (!log_debug_on(subsystem))
		return;
	va_start(ap, fmt);
	log_write(LOG_LEVEL_DEBUG, subsystem, fmt, ap);
	va_end(ap);
}

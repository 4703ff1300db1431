/*
 * log.h - one event, one line of key=value words on standard error.
 *
 * The daemon never waits for its log: a line is formatted into a bounded buffer
 * and written by log_flush() at the end of the batch, in pieces the descriptor
 * can take without blocking.  What does not fit is counted, and the count is
 * written as a line of its own when there is room again.
 *
 * Under the systemd journal (JOURNAL_STREAM names our standard error) each line
 * is prefixed with its syslog priority as <N>; elsewhere with time, program and
 * level.  Lines longer than 1 KB end in "...".  Not thread safe.
 */
#ifndef SHARED_LOG_H
#define SHARED_LOG_H

#include <stdarg.h>
#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERR,		/* an operator must act */
	LOG_LEVEL_WARNING,	/* degraded */
	LOG_LEVEL_NOTICE,	/* a transition */
	LOG_LEVEL_INFO,		/* reload, connections */
	LOG_LEVEL_DEBUG,	/* per packet, behind -D SUBSYSTEM */
};

/* program: borrowed for ever.  Lines are written at once until log_deferred. */
void	log_init(const char *program);
void	log_set_level(enum log_level);		/* default: notice; -v: info */
/* Buffer lines until log_flush(); true once the loop runs, false at the end. */
void	log_set_deferred(bool);
void	log_flush(void);
/*
 * -D NAME: "all" or a name the daemon defines; borrowed for ever.  Its debug
 * lines appear whatever the level.  0 or -EINVAL when too many.
 */
int	log_debug_enable(const char *subsystem);
bool	log_debug_on(const char *subsystem);

#define LOG_PRINTF(f, a) __attribute__((format(printf, f, a)))
void	log_err(const char *fmt, ...) LOG_PRINTF(1, 2);
void	log_warning(const char *fmt, ...) LOG_PRINTF(1, 2);
void	log_notice(const char *fmt, ...) LOG_PRINTF(1, 2);
void	log_info(const char *fmt, ...) LOG_PRINTF(1, 2);
/* Formatted only when the subsystem is on. Keeps errno, as all of them do. */
void	log_debug(const char *subsystem, const char *fmt, ...) LOG_PRINTF(2, 3);

/*
 * Tests: lines that pass the level go to the hook instead, without time, program
 * and newline.  NULL: back to standard error.
 */
typedef void (*log_hook)(enum log_level, const char *line, void *arg);
void	log_capture(log_hook, void *arg);

#endif

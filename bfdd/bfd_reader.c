/*
 * bfd_reader.c - reads bfdd.conf beside the loop.
 *
 * The thread gets ordinary scheduling whatever we have, and no signals.  It and
 * the loop share one struct, which is the thread's from bfd_reader_start() until
 * its byte arrives in the pipe, and the loop's at all other times; so there is
 * nothing to lock.
 */
#include "config.h"

#include "bfdd/bfd_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define STACK_SIZE	(512 * 1024)	/* the stack is locked in memory */

struct bfd_reader {
	struct loop		*loop;
	struct bfd_reader_config config;
	struct loop_fd		*event;
	int			 pipe[2];
	pthread_t		 thread;
	bool			 reading;
	bool			 again;
	/* The thread's while reading. */
	struct bfd_config	 result;
	struct conf_errors	 errors;
	bool			 good;
};

static void *
run(void *arg)
{
	static const char byte = 0;
	struct bfd_reader *r = arg;

	r->good = r->config.read(&r->result, &r->errors, r->config.arg);
	while (write(r->pipe[1], &byte, 1) == -1 && errno == EINTR)
		;
	return NULL;
}

static int
start_thread(struct bfd_reader *r)
{
	struct sched_param param = { .sched_priority = 0 };
	pthread_attr_t attr;
	sigset_t all, old;
	int error;

	error = pthread_attr_init(&attr);
	if (error != 0)
		return -error;
	(void)pthread_attr_setstacksize(&attr, STACK_SIZE);
	(void)pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
	(void)pthread_attr_setschedpolicy(&attr, SCHED_OTHER);
	(void)pthread_attr_setschedparam(&attr, &param);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&r->thread, &attr, run, r);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	(void)pthread_attr_destroy(&attr);
	return -error;
}

int
bfd_reader_start(struct bfd_reader *r)
{
	int error;

	if (r->reading) {
		r->again = true;
		return 0;
	}
	r->errors.count = 0;
	error = start_thread(r);
	r->reading = error == 0;
	return error;
}

static void
finished(int fd, void *arg)
{
	struct bfd_reader *r = arg;
	char byte;

	if (read(fd, &byte, 1) != 1)
		return;
	(void)pthread_join(r->thread, NULL);
	r->reading = false;
	if (r->again) {
		/* The file may have changed under the thread's eyes. */
		r->again = false;
		if (r->good)
			bfd_config_free(&r->result);
		if (bfd_reader_start(r) == 0)
			return;
		r->good = false;
	}
	r->config.done(r->good, &r->result, &r->errors, r->config.arg);
}

struct bfd_reader *
bfd_reader_new(struct loop *loop, const struct bfd_reader_config *config)
{
	struct bfd_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->loop = loop;
	r->config = *config;
	if (pipe2(r->pipe, O_CLOEXEC) == -1) {
		free(r);
		return NULL;
	}
	r->event = loop_fd_new(loop, r->pipe[0], finished, r);
	if (r->event == NULL) {
		bfd_reader_free(r);
		return NULL;
	}
	return r;
}

void
bfd_reader_free(struct bfd_reader *r)
{
	if (r == NULL)
		return;
	if (r->reading) {
		(void)pthread_join(r->thread, NULL);
		if (r->good)
			bfd_config_free(&r->result);
	}
	loop_fd_free(r->event);
	(void)close(r->pipe[0]);
	(void)close(r->pipe[1]);
	free(r);
}

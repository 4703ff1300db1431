/*
 * vrrp_writer.h - a file is written by a child of the monitor's, which may wait.
 *
 * A disk can keep a process for seconds, and the monitor must see an engine's
 * death at once.
 */
#ifndef VRRPD_VRRP_WRITER_H
#define VRRPD_VRRP_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/loop.h"

struct vrrp_writer;

/* From the loop: the file is on the disk (0), or is not, negative errno. */
typedef void (*vrrp_writer_done)(int error, void *arg);

/* arg outlives the writer.  NULL when out of memory. */
struct vrrp_writer *vrrp_writer_new(struct loop *, vrrp_writer_done,
	    void *arg);
/*
 * Starts to replace the file (state_file.h) by a copy of bytes; path is borrowed
 * for the call.  0, and done() will be called once; or negative errno, -EBUSY
 * when the file before is not written yet.
 */
int	vrrp_writer_start(struct vrrp_writer *, const char *path,
	    const void *bytes, size_t len);
bool	vrrp_writer_is_busy(const struct vrrp_writer *);
/*
 * Without the loop: wait for the child until the deadline.  done() is called from
 * here if it came to its end; otherwise the child goes on alone.
 */
void	vrrp_writer_wait(struct vrrp_writer *, mono_t deadline);
/* A child that is at work goes on; done() is not called any more. */
void	vrrp_writer_free(struct vrrp_writer *);		/* NULL is fine */

#endif

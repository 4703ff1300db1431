/*
 * state_file.h - small files that have to outlive the machine.
 *
 * Every function waits for the disk, so a process that has to be on time calls
 * none of them: vrrpd(8) reads before there is an engine, and writes from a
 * process that does nothing else.
 */
#ifndef SHARED_STATE_FILE_H
#define SHARED_STATE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#define STATE_FILE_PATH_MAX	4096

/*
 * Makes the folder and the one above where they are missing, and gives the folder
 * that it made to that user; our group may write there, too, for a root without
 * CAP_DAC_OVERRIDE has no more rights than anybody.  One that was there keeps its
 * owner: what root has is not the user's because an option names it.  0, or negative
 * errno: the folder may be there nevertheless; -EPERM when it is, and that user may
 * not write in it.
 */
int	state_file_folder(const char *path, uid_t uid);
/*
 * The whole file into buf, *len its length.  Negative errno: -ENOENT; -EFBIG when
 * it is longer than size; -EINVAL when it is something else than a file.
 */
int	state_file_read(const char *path, char *buf, size_t size, size_t *len);
/*
 * Replaces the file, or makes it: afterwards the whole of the new contents is on
 * the disk, or on failure, or when the power fails meanwhile, the old one as it
 * was.  PATH.new is written first; one caller at a time.  0 or negative errno.
 * Async-signal-safe, and thereby good for the child of a fork.
 */
int	state_file_write(const char *path, const void *bytes, size_t len);
/*
 * Out of the way, as PATH.bad; an older one of that name is gone then.  0 or
 * negative errno.
 */
int	state_file_set_aside(const char *path);

#endif

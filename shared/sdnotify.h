/*
 * sdnotify.h - tell the service manager where we are (sd_notify(3)).
 *
 * One datagram to $NOTIFY_SOCKET, without libsystemd.  Without that variable
 * nothing happens, so the daemons call it unconditionally.
 */
#ifndef SHARED_SDNOTIFY_H
#define SHARED_SDNOTIFY_H

/*
 * state: "READY=1", "RELOADING=1", "STOPPING=1", "WATCHDOG=1", or several
 * separated by newlines.  Never blocks.  0 when sent or when nobody asked,
 * else negative errno.
 */
int	sdnotify(const char *state);

#endif

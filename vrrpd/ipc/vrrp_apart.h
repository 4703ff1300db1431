/*
 * vrrp_apart.h - a child of the monitor leaves what it has of its parent.
 */
#ifndef VRRPD_VRRP_APART_H
#define VRRPD_VRRP_APART_H

/*
 * Every signal does what it does by default and none waits, but SIGTERM, SIGINT,
 * SIGHUP and SIGPIPE are ignored: only the monitor tells such a child to leave, by
 * closing its end of the channel, and ^C reaches the whole group.
 */
void	vrrp_apart_signals(void);
/*
 * Closes every descriptor but 0 to 2 and fd, which becomes 3 and does not wait.
 * Returns 3, or negative errno with everything as it was.
 */
int	vrrp_apart_descriptors(int fd);

#endif

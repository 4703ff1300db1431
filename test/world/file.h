/*
 * file.h - what a descriptor stands for, and who waits for it.
 *
 * Every kind of file is a struct that begins with struct file and has a table of
 * functions.  They never wait and return negative errno; -EAGAIN makes calls.c
 * wait on behalf of a process that asked for that.
 */
#ifndef TEST_WORLD_FILE_H
#define TEST_WORLD_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "test/world/world.h"

struct file;
struct sockaddr;
struct timespec;
struct itimerspec;

/* Told whenever the file may have become ready, and when it is closed. */
struct watch {
	struct watch	*next;
	void		(*notify)(struct watch *);
	void		(*gone)(struct watch *);	/* has to unwatch */
};

struct file_ops {
	const char	*kind;
	/* EPOLLIN, EPOLLOUT, EPOLLHUP as they are now. */
	unsigned	(*ready)(struct file *);
	ssize_t		(*recv)(struct file *, struct msghdr *, int flags);
	ssize_t		(*send)(struct file *, const struct msghdr *,
			    int flags);
	/* recvmmsg(2), where a loop over recv would be slow. May be NULL. */
	int		(*recv_many)(struct file *, struct mmsghdr *,
			    unsigned n, int flags);
	int		(*set)(struct file *, int level, int name,
			    const void *, socklen_t);
	int		(*get)(struct file *, int level, int name, void *,
			    socklen_t *);
	int		(*bind)(struct file *, const struct sockaddr *,
			    socklen_t);
	int		(*connect)(struct file *, const struct sockaddr *,
			    socklen_t);
	int		(*listen)(struct file *, int backlog);
	int		(*accept)(struct file *, struct file **out);
	int		(*getname)(struct file *, struct sockaddr *,
			    socklen_t *);
	int		(*ioctl)(struct file *, unsigned long, void *);
	void		(*release)(struct file *);	/* frees it */
};

struct file {
	const struct file_ops	*ops;
	unsigned		 refs;
	struct host		*host;
	bool			 nonblock;
	int64_t			 rcvtimeo_ns, sndtimeo_ns;	/* 0: none */
	struct watch		*watches;
};

/* One reference, for whoever asked. size: of the kind's own struct. */
void	*file_new(const struct file_ops *, struct host *, size_t size);
void	 file_ref(struct file *);
void	 file_unref(struct file *);
void	 file_watch(struct file *, struct watch *);
void	 file_unwatch(struct file *, struct watch *);
/* To be called whenever the file may be ready. */
void	 file_notify(struct file *);

/* Copies into, or out of, the pieces of a message; the bytes copied. */
size_t	 msg_put(struct msghdr *, const void *bytes, size_t len);
size_t	 msg_take(const struct msghdr *, void *bytes, size_t max);
size_t	 msg_len(const struct msghdr *);
/* A control message, if there is room. *used: bytes of msg_control taken. */
void	 msg_control(struct msghdr *, size_t *used, int level, int type,
	    const void *data, size_t len);

/* --- kinds: each returns a file of the running process's host --- */

/* epoll.c */
struct file *epoll_file(void);
int	epoll_change(struct file *epoll, int op, int fd, struct file *,
	    const struct epoll_event *);
int	epoll_collect(struct file *epoll, struct epoll_event *, int max,
	    int64_t timeout_ns);
struct file *timer_file(void);
/* In world time; NEVER: off. */
void	timer_set(struct file *, int64_t at);
/* All of a host's that run: so much later. */
void	timers_shift(struct host *, int64_t by_ns);
void	pipe_files(struct file *out[2]);
struct file *signal_file(struct proc *, int signo);
struct file *pid_file(struct proc *);
/* Every line written to this file is said. */
struct file *log_file(struct proc *);

/* unix.c */
struct file *unix_file(int type);
int	unix_pair(int type, struct file *out[2]);
bool	unix_listens(const struct file *);

/* inet.c */
struct file *packet_file(int type, uint16_t protocol);
struct file *udp_file(int family);
struct file *raw_file(int family, int protocol);

/* netlink.c */
struct file *netlink_file(int protocol);

/* paths.c: /proc/sys/net, the configuration, sockets. -errno or 0. */
int	path_open(const char *path, int flags, struct file **out);

#endif

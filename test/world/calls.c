/*
 * calls.c - the system calls of the daemons and of their libraries.
 *
 * A function that a program defines is taken in place of the C library's by
 * everything in the program, shared libraries included; only the C library's
 * own inside goes on as before (stdio, and so the world's own reading and
 * printing).  While no process of the world runs, each of these does what it
 * always did.
 *
 * A call that no process should make ends the world, so that nothing reaches
 * the machine underneath.
 */
#undef _FORTIFY_SOURCE		/* fortification defines some of these itself */
#include "config.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "test/world/file.h"
#include "test/world/host.h"
#include "test/world/paths.h"
#include "test/world/proc.h"

#define OUTSIDE	(world == NULL || world->running == NULL)
#define REAL(f)	(*({							\
	static __typeof__(&f) p_;					\
	if (p_ == NULL)							\
		p_ = (__typeof__(&f))real(#f);				\
	p_;								\
}))
#define MMSG_MAX	64

static void *
real(const char *name)
{
	void *p = dlsym(RTLD_NEXT, name);

	if (p == NULL)
		abort();
	return p;
}

static int64_t
result(int64_t rc)
{
	if (rc >= 0)
		return rc;
	errno = (int)-rc;
	return -1;
}

static struct host *
here(void)
{
	return world->running->host;
}

static int64_t
ns_of(const struct timespec *ts)
{
	return (int64_t)ts->tv_sec * NS_PER_S + ts->tv_nsec;
}

static struct timespec
timespec_of(int64_t ns)
{
	return (struct timespec){ .tv_sec = ns / NS_PER_S,
	    .tv_nsec = ns % NS_PER_S };
}

/* --- waiting for one file --- */

struct waiter {
	struct watch	 watch;
	struct proc	*proc;
	struct file	*file;
};

static void
wake_waiter(struct watch *w)
{
	proc_wake(((struct waiter *)w)->proc);
}

static void
lose_file(struct watch *w)
{
	file_unwatch(((struct waiter *)w)->file, w);
	((struct waiter *)w)->file = NULL;
	proc_wake(((struct waiter *)w)->proc);
}

static void
wait_on(struct waiter *w, struct file *f)
{
	*w = (struct waiter){ .watch = { .notify = wake_waiter,
	    .gone = lose_file }, .proc = world->running, .file = f };
	file_watch(f, &w->watch);
}

/* 0 when it may be ready, -EAGAIN when the time is over. */
static int
wait_for(struct file *f, unsigned what, int64_t timeout_ns)
{
	int64_t until = timeout_ns > 0 ? world->now + timeout_ns : NEVER;
	struct waiter w;
	bool ready;

	do {
		wait_on(&w, f);
		(void)proc_wait(until);
		if (w.file == NULL)
			return -EBADF;
		file_unwatch(f, &w.watch);
		ready = f->ops->ready(f) & (what | EPOLLHUP);
	} while (!ready && world->now < until);
	return ready ? 0 : -EAGAIN;
}

static ssize_t
receive(int fd, struct msghdr *m, int flags)
{
	struct file *f = proc_file(fd);
	ssize_t n;

	if (f == NULL || f->ops->recv == NULL)
		return f == NULL ? -EBADF : -EINVAL;
	for (;;) {
		n = f->ops->recv(f, m, flags);
		if (n != -EAGAIN || f->nonblock || flags & MSG_DONTWAIT)
			return n;
		n = wait_for(f, EPOLLIN, f->rcvtimeo_ns);
		if (n < 0)
			return n;
	}
}

static ssize_t
transmit(int fd, const struct msghdr *m, int flags)
{
	struct file *f = proc_file(fd);
	ssize_t n;

	if (f == NULL || f->ops->send == NULL)
		return f == NULL ? -EBADF : -EINVAL;
	for (;;) {
		n = f->ops->send(f, m, flags);
		if (n != -EAGAIN || f->nonblock || flags & MSG_DONTWAIT)
			return n;
		n = wait_for(f, EPOLLOUT, f->sndtimeo_ns);
		if (n < 0)
			return n;
	}
}

/* --- reading and writing --- */

ssize_t
recvmsg(int fd, struct msghdr *m, int flags)
{
	if (OUTSIDE)
		return REAL(recvmsg)(fd, m, flags);
	return result(receive(fd, m, flags));
}

ssize_t
recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *from,
    socklen_t *from_len)
{
	struct iovec iov = { buf, len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_name = from, .msg_namelen = from != NULL ? *from_len : 0 };
	ssize_t n;

	if (OUTSIDE)
		return REAL(recvfrom)(fd, buf, len, flags, from, from_len);
	n = receive(fd, &m, flags);
	if (n >= 0 && from != NULL)
		*from_len = m.msg_namelen;
	return result(n);
}

ssize_t
recv(int fd, void *buf, size_t len, int flags)
{
	return recvfrom(fd, buf, len, flags, NULL, NULL);
}

ssize_t
readv(int fd, const struct iovec *iov, int n)
{
	struct msghdr m = { .msg_iov = (struct iovec *)(uintptr_t)iov,
	    .msg_iovlen = (size_t)n };

	if (OUTSIDE)
		return REAL(readv)(fd, iov, n);
	return result(receive(fd, &m, 0));
}

ssize_t
read(int fd, void *buf, size_t len)
{
	struct iovec iov = { buf, len };

	if (OUTSIDE)
		return REAL(read)(fd, buf, len);
	return readv(fd, &iov, 1);
}

int
recvmmsg(int fd, struct mmsghdr *msgs, unsigned max, int flags,
    struct timespec *timeout)
{
	struct file *f;
	ssize_t n;
	unsigned i;

	if (OUTSIDE)
		return REAL(recvmmsg)(fd, msgs, max, flags, timeout);
	f = proc_file(fd);
	if (f != NULL && f->ops->recv_many != NULL)
		return (int)result(f->ops->recv_many(f, msgs, max, flags));
	for (i = 0; i < max; i++) {
		n = receive(fd, &msgs[i].msg_hdr, flags | MSG_DONTWAIT);
		if (n < 0)
			return (int)result(i > 0 ? (ssize_t)i : n);
		msgs[i].msg_len = (unsigned)n;
	}
	return (int)max;
}

ssize_t
sendmsg(int fd, const struct msghdr *m, int flags)
{
	if (OUTSIDE)
		return REAL(sendmsg)(fd, m, flags);
	return result(transmit(fd, m, flags));
}

ssize_t
sendto(int fd, const void *buf, size_t len, int flags,
    const struct sockaddr *to, socklen_t to_len)
{
	struct iovec iov = { (void *)(uintptr_t)buf, len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_name = (void *)(uintptr_t)to, .msg_namelen = to_len };

	if (OUTSIDE)
		return REAL(sendto)(fd, buf, len, flags, to, to_len);
	return result(transmit(fd, &m, flags));
}

ssize_t
send(int fd, const void *buf, size_t len, int flags)
{
	return sendto(fd, buf, len, flags, NULL, 0);
}

ssize_t
writev(int fd, const struct iovec *iov, int n)
{
	struct msghdr m = { .msg_iov = (struct iovec *)(uintptr_t)iov,
	    .msg_iovlen = (size_t)n };

	if (OUTSIDE)
		return REAL(writev)(fd, iov, n);
	return result(transmit(fd, &m, 0));
}

ssize_t
write(int fd, const void *buf, size_t len)
{
	struct iovec iov = { (void *)(uintptr_t)buf, len };

	if (OUTSIDE)
		return REAL(write)(fd, buf, len);
	return writev(fd, &iov, 1);
}

int
sendmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags)
{
	unsigned i;
	ssize_t n;

	if (OUTSIDE)
		return REAL(sendmmsg)(fd, msgs, count, flags);
	for (i = 0; i < count; i++) {
		n = transmit(fd, &msgs[i].msg_hdr, flags);
		if (n < 0)
			return (int)result(i > 0 ? (ssize_t)i : n);
		msgs[i].msg_len = (unsigned)n;
	}
	return (int)count;
}

/* --- descriptors --- */

int
close(int fd)
{
	if (OUTSIDE)
		return REAL(close)(fd);
	return (int)result(proc_close(fd));
}

static int
install(struct file *f, int flags)
{
	f->nonblock = (flags & O_NONBLOCK) != 0;
	return proc_install(world->running, f, 0);
}

static int
control(int fd, int command, long arg)
{
	struct file *f = proc_file(fd);

	if (f == NULL)
		return -EBADF;
	switch (command) {
	case F_GETFL:
		return O_RDWR | (f->nonblock ? O_NONBLOCK : 0);
	case F_SETFL:
		f->nonblock = (arg & O_NONBLOCK) != 0;
		return 0;
	case F_GETFD:
		return FD_CLOEXEC;
	case F_SETFD:
		return 0;
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		file_ref(f);
		return proc_install(world->running, f, (int)arg);
	default:
		world_fail("fcntl(%d)", command);
	}
}

int
fcntl(int fd, int command, ...)
{
	va_list ap;
	long arg;

	va_start(ap, command);
	arg = va_arg(ap, long);
	va_end(ap);
	if (OUTSIDE)
		return REAL(fcntl)(fd, command, arg);
	return (int)result(control(fd, command, arg));
}

int	fcntl64(int fd, int command, ...);
int
fcntl64(int fd, int command, ...)
{
	va_list ap;
	long arg;

	va_start(ap, command);
	arg = va_arg(ap, long);
	va_end(ap);
	return fcntl(fd, command, arg);
}

int
ioctl(int fd, unsigned long request, ...)
{
	struct file *f;
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (OUTSIDE)
		return REAL(ioctl)(fd, request, arg);
	f = proc_file(fd);
	if (f == NULL)
		return (int)result(-EBADF);
	if (f->ops->ioctl == NULL)
		return (int)result(-ENOTTY);	/* FIONREAD: a guess will do */
	return (int)result(f->ops->ioctl(f, request, arg));
}

static int
open_path(const char *path, int flags)
{
	struct file *f;
	int error;

	error = path_open(path, flags, &f);
	return error < 0 ? error : install(f, flags);
}

int
open(const char *path, int flags, ...)
{
	va_list ap;
	int mode;

	va_start(ap, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, int) : 0;
	va_end(ap);
	if (OUTSIDE)
		return REAL(open)(path, flags, mode);
	return (int)result(open_path(path, flags));
}

int	open64(const char *path, int flags, ...);
int
open64(const char *path, int flags, ...)
{
	va_list ap;
	int mode;

	va_start(ap, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, int) : 0;
	va_end(ap);
	return open(path, flags, mode);
}

/* The names that fortification gives to calls of unknown sizes. */
int	__open_2(const char *path, int flags);
int	__open64_2(const char *path, int flags);
ssize_t	__read_chk(int fd, void *buf, size_t len, size_t size);
ssize_t	__recv_chk(int fd, void *buf, size_t len, size_t size, int flags);
ssize_t	__recvfrom_chk(int fd, void *buf, size_t len, size_t size, int flags,
	    struct sockaddr *from, socklen_t *from_len);
int	__poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size);
int	__gethostname_chk(char *name, size_t len, size_t size);

int
__open_2(const char *path, int flags)
{
	return open(path, flags);
}

int
__open64_2(const char *path, int flags)
{
	return open(path, flags);
}

ssize_t
__read_chk(int fd, void *buf, size_t len, size_t size)
{
	(void)size;
	return read(fd, buf, len);
}

ssize_t
__recv_chk(int fd, void *buf, size_t len, size_t size, int flags)
{
	(void)size;
	return recv(fd, buf, len, flags);
}

ssize_t
__recvfrom_chk(int fd, void *buf, size_t len, size_t size, int flags,
    struct sockaddr *from, socklen_t *from_len)
{
	(void)size;
	return recvfrom(fd, buf, len, flags, from, from_len);
}

int
__poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size)
{
	(void)size;
	return poll(fds, n, timeout);
}

int
pipe2(int fds[2], int flags)
{
	struct file *f[2];
	int i;

	if (OUTSIDE)
		return REAL(pipe2)(fds, flags);
	pipe_files(f);
	for (i = 0; i < 2; i++)
		fds[i] = install(f[i], flags);
	return 0;
}

/* --- sockets --- */

static int
new_socket(int domain, int type, int protocol)
{
	int kind = type & 0xf, flags = type & SOCK_NONBLOCK ? O_NONBLOCK : 0;

	switch (domain) {
	case AF_UNIX:
		return install(unix_file(kind), flags);
	case AF_NETLINK:
		return install(netlink_file(protocol), flags);
	case AF_PACKET:
		return install(packet_file(kind, ntohs((uint16_t)protocol)),
		    flags);
	case AF_INET:
	case AF_INET6:
		if (kind == SOCK_DGRAM)
			return install(udp_file(domain), flags);
		if (kind == SOCK_RAW)
			return install(raw_file(domain, protocol), flags);
		break;
	default:
		break;
	}
	world_fail("socket(%d, %d, %d)", domain, kind, protocol);
}

int
socket(int domain, int type, int protocol)
{
	if (OUTSIDE)
		return REAL(socket)(domain, type, protocol);
	return new_socket(domain, type, protocol);
}

int
socketpair(int domain, int type, int protocol, int fds[2])
{
	struct file *f[2];
	int i, flags = type & SOCK_NONBLOCK ? O_NONBLOCK : 0;

	if (OUTSIDE)
		return REAL(socketpair)(domain, type, protocol, fds);
	(void)unix_pair(type & 0xf, f);
	for (i = 0; i < 2; i++)
		fds[i] = install(f[i], flags);
	return 0;
}

#define WITH_FILE(op, ...) do {						\
	struct file *f_ = proc_file(fd);				\
									\
	if (f_ == NULL)							\
		return (int)result(-EBADF);				\
	if (f_->ops->op == NULL)					\
		world_fail(#op "() of a %s", f_->ops->kind);		\
	return (int)result(f_->ops->op(f_, __VA_ARGS__));		\
} while (0)

int
bind(int fd, const struct sockaddr *sa, socklen_t len)
{
	if (OUTSIDE)
		return REAL(bind)(fd, sa, len);
	WITH_FILE(bind, sa, len);
}

int
connect(int fd, const struct sockaddr *sa, socklen_t len)
{
	if (OUTSIDE)
		return REAL(connect)(fd, sa, len);
	WITH_FILE(connect, sa, len);
}

int
listen(int fd, int backlog)
{
	if (OUTSIDE)
		return REAL(listen)(fd, backlog);
	WITH_FILE(listen, backlog);
}

int
accept4(int fd, struct sockaddr *sa, socklen_t *len, int flags)
{
	struct file *f, *new;
	int error;

	if (OUTSIDE)
		return REAL(accept4)(fd, sa, len, flags);
	f = proc_file(fd);
	if (f == NULL || f->ops->accept == NULL)
		return (int)result(-EBADF);
	error = f->ops->accept(f, &new);
	if (error < 0)
		return (int)result(error);
	return install(new, flags & SOCK_NONBLOCK ? O_NONBLOCK : 0);
}

int
getsockname(int fd, struct sockaddr *sa, socklen_t *len)
{
	struct file *f;

	if (OUTSIDE)
		return REAL(getsockname)(fd, sa, len);
	f = proc_file(fd);
	if (f == NULL)
		return (int)result(-EBADF);
	/*
	 * A receiver of packets that is kept is in static memory.  Another process
	 * of this world finds it there, with a number that is some file of its own
	 * by now: that one is bound to nothing.
	 */
	if (f->ops->getname == NULL)
		return (int)result(-ENOTSOCK);
	return (int)result(f->ops->getname(f, sa, len));
}

static int64_t
timeval_ns(const void *value)
{
	struct timeval tv;

	memcpy(&tv, value, sizeof(tv));
	return (int64_t)tv.tv_sec * NS_PER_S + tv.tv_usec * NS_PER_US;
}

int
setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	struct file *f;

	if (OUTSIDE)
		return REAL(setsockopt)(fd, level, name, value, len);
	f = proc_file(fd);
	if (f == NULL)
		return (int)result(-EBADF);
	if (level == SOL_SOCKET && name == SO_RCVTIMEO)
		f->rcvtimeo_ns = timeval_ns(value);
	else if (level == SOL_SOCKET && name == SO_SNDTIMEO)
		f->sndtimeo_ns = timeval_ns(value);
	else if (f->ops->set == NULL)
		return (int)result(-ENOTSOCK);
	else
		return (int)result(f->ops->set(f, level, name, value, len));
	return 0;
}

int
getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	struct file *f;

	if (OUTSIDE)
		return REAL(getsockopt)(fd, level, name, value, len);
	f = proc_file(fd);
	if (f == NULL)
		return (int)result(-EBADF);
	if (f->ops->get == NULL)
		return (int)result(-ENOTSOCK);
	return (int)result(f->ops->get(f, level, name, value, len));
}

int
shutdown(int fd, int how)
{
	if (OUTSIDE)
		return REAL(shutdown)(fd, how);
	return proc_file(fd) == NULL ? (int)result(-EBADF) : 0;
}

/* --- waiting --- */

int
epoll_create1(int flags)
{
	if (OUTSIDE)
		return REAL(epoll_create1)(flags);
	return install(epoll_file(), 0);
}

int
epoll_create(int size)
{
	if (OUTSIDE)
		return REAL(epoll_create)(size);
	return install(epoll_file(), 0);
}

int
epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
	struct file *e, *f;

	if (OUTSIDE)
		return REAL(epoll_ctl)(epfd, op, fd, event);
	e = proc_file(epfd);
	f = proc_file(fd);
	if (e == NULL || f == NULL)
		return (int)result(-EBADF);
	return (int)result(epoll_change(e, op, fd, f, event));
}

int
epoll_wait(int epfd, struct epoll_event *events, int max, int timeout)
{
	struct file *e;

	if (OUTSIDE)
		return REAL(epoll_wait)(epfd, events, max, timeout);
	e = proc_file(epfd);
	if (e == NULL)
		return (int)result(-EBADF);
	return (int)result(epoll_collect(e, events, max, timeout < 0 ? -1 :
	    ns_from_ms(timeout)));
}

int
timerfd_create(clockid_t clock, int flags)
{
	if (OUTSIDE)
		return REAL(timerfd_create)(clock, flags);
	return install(timer_file(), O_NONBLOCK);
}

int
timerfd_settime(int fd, int flags, const struct itimerspec *new,
    struct itimerspec *old)
{
	struct file *f;
	int64_t ns;

	if (OUTSIDE)
		return REAL(timerfd_settime)(fd, flags, new, old);
	f = proc_file(fd);
	if (f == NULL)
		return (int)result(-EBADF);
	ns = ns_of(&new->it_value);
	if (ns != 0 && flags & TFD_TIMER_ABSTIME)
		ns -= host_mono(here());
	timer_set(f, ns == 0 ? NEVER : world->now + (ns < 0 ? 0 : ns));
	return 0;
}

static int
poll_once(struct pollfd *fds, nfds_t n)
{
	struct file *f;
	nfds_t i;
	int ready = 0;

	for (i = 0; i < n; i++) {
		fds[i].revents = 0;
		if (fds[i].fd < 0)
			continue;
		f = proc_file(fds[i].fd);
		fds[i].revents = f == NULL ? POLLNVAL :
		    (short)(f->ops->ready(f) &
		    ((unsigned)fds[i].events | POLLHUP));
		ready += fds[i].revents != 0;
	}
	return ready;
}

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
	struct waiter w[8];
	int64_t until;
	nfds_t i;
	int ready;

	if (OUTSIDE)
		return REAL(poll)(fds, n, timeout);
	if (n > sizeof(w) / sizeof(w[0]))
		world_fail("poll() of %lu", (unsigned long)n);
	until = timeout < 0 ? NEVER : world->now + ns_from_ms(timeout);
	while ((ready = poll_once(fds, n)) == 0 && world->now < until) {
		for (i = 0; i < n; i++)
			wait_on(&w[i], proc_file(fds[i].fd));
		(void)proc_wait(until);
		for (i = 0; i < n; i++)
			if (w[i].file != NULL)
				file_unwatch(w[i].file, &w[i].watch);
	}
	return ready;
}

int
nanosleep(const struct timespec *span, struct timespec *left)
{
	int64_t until;

	if (OUTSIDE)
		return REAL(nanosleep)(span, left);
	until = world->now + ns_of(span);
	while (world->now < until)
		(void)proc_wait(until);
	return 0;
}

/* --- clocks --- */

int
clock_gettime(clockid_t clock, struct timespec *ts)
{
	if (OUTSIDE)
		return REAL(clock_gettime)(clock, ts);
	*ts = timespec_of(proc_read_clock() + (clock == CLOCK_REALTIME ||
	    clock == CLOCK_REALTIME_COARSE ? here()->real_offset_ns :
	    here()->mono_offset_ns + (clock == CLOCK_BOOTTIME ?
	    here()->suspended_ns : 0)));
	return 0;
}

int
gettimeofday(struct timeval *tv, void *zone)
{
	int64_t ns;

	if (OUTSIDE)
		return REAL(gettimeofday)(tv, zone);
	ns = proc_read_clock() + here()->real_offset_ns;
	tv->tv_sec = ns / NS_PER_S;
	tv->tv_usec = ns % NS_PER_S / NS_PER_US;
	return 0;
}

time_t
time(time_t *out)
{
	time_t t;

	if (OUTSIDE)
		return REAL(time)(out);
	t = (proc_read_clock() + here()->real_offset_ns) / NS_PER_S;
	if (out != NULL)
		*out = t;
	return t;
}

/* --- the host --- */

int
gethostname(char *name, size_t len)
{
	if (OUTSIDE)
		return REAL(gethostname)(name, len);
	(void)strncpy(name, here()->name, len);
	return 0;
}

int
__gethostname_chk(char *name, size_t len, size_t size)
{
	(void)size;
	return gethostname(name, len);
}

unsigned
if_nametoindex(const char *name)
{
	struct link *l;

	if (OUTSIDE)
		return REAL(if_nametoindex)(name);
	l = link_by_name(here(), name);
	if (l != NULL)
		return (unsigned)l->ifindex;
	errno = ENODEV;
	return 0;
}

char *
if_indextoname(unsigned ifindex, char name[IF_NAMESIZE])
{
	struct link *l;

	if (OUTSIDE)
		return REAL(if_indextoname)(ifindex, name);
	l = link_by_index(here(), (int)ifindex);
	if (l != NULL)
		return memcpy(name, l->name, sizeof(l->name));
	errno = ENXIO;
	return NULL;
}

ssize_t
getrandom(void *buf, size_t len, unsigned flags)
{
	uint8_t *p = buf;
	size_t i;

	if (OUTSIDE)
		return REAL(getrandom)(buf, len, flags);
	for (i = 0; i < len; i++)
		p[i] = (uint8_t)world_draw(256);
	return (ssize_t)len;
}

/* The addresses of the host, for whoever looks for one to use. */
struct found {
	struct ifaddrs		entry;
	struct sockaddr_storage	addr;
	char			name[IF_NAMESIZE];
};

int
getifaddrs(struct ifaddrs **out)
{
	const struct address *a;
	struct found *f;

	if (OUTSIDE)
		return REAL(getifaddrs)(out);
	*out = NULL;
	for (a = here()->addresses; a != NULL; a = a->next) {
		f = world_alloc(sizeof(*f));
		memcpy(f->name, a->link->name, sizeof(f->name));
		(void)addr_to_sockaddr(&a->prefix.addr, 0, a->link->ifindex,
		    &f->addr);
		f->entry.ifa_name = f->name;
		f->entry.ifa_addr = (struct sockaddr *)&f->addr;
		f->entry.ifa_next = *out;
		*out = &f->entry;
	}
	return 0;
}

void
freeifaddrs(struct ifaddrs *list)
{
	struct ifaddrs *next;

	if (OUTSIDE) {
		REAL(freeifaddrs)(list);
		return;
	}
	for (; list != NULL; list = next) {
		next = list->ifa_next;
		free(list);
	}
}

/* --- paths --- */

int
lstat(const char *path, struct stat *st)
{
	if (OUTSIDE)
		return REAL(lstat)(path, st);
	return (int)result(path_stat(here(), path, st));
}

int
stat(const char *path, struct stat *st)
{
	if (OUTSIDE)
		return REAL(stat)(path, st);
	return (int)result(path_stat(here(), path, st));
}

int
fstat(int fd, struct stat *st)
{
	if (OUTSIDE)
		return REAL(fstat)(fd, st);
	if (proc_file(fd) == NULL)
		return (int)result(-EBADF);
	if (path_opened(proc_file(fd), st))
		return 0;
	memset(st, 0, sizeof(*st));
	st->st_mode = S_IFREG | 0644;
	return 0;
}

int
access(const char *path, int mode)
{
	if (OUTSIDE)
		return REAL(access)(path, mode);
	return path_find(here(), path) == NULL ? (int)result(-ENOENT) : 0;
}

int
unlink(const char *path)
{
	if (OUTSIDE)
		return REAL(unlink)(path);
	return (int)result(path_unlink(here(), path));
}

int
fchownat(int fd, const char *path, uid_t uid, gid_t gid, int flags)
{
	return OUTSIDE ? REAL(fchownat)(fd, path, uid, gid, flags) : 0;
}

/* --- processes --- */

pid_t
getpid(void)
{
	return OUTSIDE ? REAL(getpid)() : world->running->pid;
}

pid_t
getppid(void)
{
	const struct proc *p;

	if (OUTSIDE)
		return REAL(getppid)();
	p = world->running->parent;
	return p == NULL ? 1 : p->pid;
}

int
kill(pid_t pid, int signo)
{
	if (OUTSIDE)
		return REAL(kill)(pid, signo);
	return (int)result(proc_signal(proc_by_pid(here(), pid), signo));
}

pid_t
waitpid(pid_t pid, int *status, int options)
{
	struct proc *p;

	if (OUTSIDE)
		return REAL(waitpid)(pid, status, options);
	p = proc_by_pid(here(), pid);
	if (p == NULL || p->reaped)
		return (pid_t)result(-ECHILD);
	while (!p->exit_seen) {
		if (options & WNOHANG)
			return 0;
		(void)proc_wait(world->now + NS_PER_MS);
	}
	p->reaped = true;
	proc_forget(p);
	if (status != NULL)
		*status = p->status;
	return pid;
}

void
_exit(int status)
{
	if (OUTSIDE) {
		REAL(_exit)(status);
		abort();
	}
	proc_exit(status);
}

void
exit(int status)
{
	if (OUTSIDE) {
		REAL(exit)(status);
		abort();
	}
	proc_exit(status);
}

int
prctl(int option, ...)
{
	va_list ap;
	unsigned long a, b, c, d;

	va_start(ap, option);
	a = va_arg(ap, unsigned long);
	b = va_arg(ap, unsigned long);
	c = va_arg(ap, unsigned long);
	d = va_arg(ap, unsigned long);
	va_end(ap);
	if (OUTSIDE)
		return REAL(prctl)(option, a, b, c, d);
	if (option == PR_SET_PDEATHSIG)
		world->running->death_signal = (int)a;
	return 0;
}

int
sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	struct proc *p;
	uint64_t bits = 0;
	int i;

	if (OUTSIDE)
		return REAL(sigprocmask)(how, set, old);
	p = world->running;
	for (i = 1; set != NULL && i < PROC_SIGNALS; i++)
		if (sigismember(set, i) == 1)
			bits |= UINT64_C(1) << i;
	if (how == SIG_BLOCK)
		p->blocked |= bits;
	else
		p->blocked &= ~bits;
	for (i = 1; i < PROC_SIGNALS; i++)
		if (p->signal_files[i] != NULL)
			file_notify(p->signal_files[i]);
	return 0;
}

/* Signal handlers of libraries are of no use here: see event_new(). */
int
sigaction(int signo, const struct sigaction *new, struct sigaction *old)
{
	return OUTSIDE ? REAL(sigaction)(signo, new, old) : 0;
}

int
getrlimit(__rlimit_resource_t what, struct rlimit *out)
{
	if (OUTSIDE)
		return REAL(getrlimit)(what, out);
	*out = (struct rlimit){ 1 << 20, 1 << 20 };
	return 0;
}

int
setrlimit(__rlimit_resource_t what, const struct rlimit *in)
{
	return OUTSIDE ? REAL(setrlimit)(what, in) : 0;
}

/* A thread runs to its end before its maker goes on. */
int
pthread_create(pthread_t *thread, const pthread_attr_t *attr,
    void *(*fn)(void *), void *arg)
{
	if (OUTSIDE)
		return REAL(pthread_create)(thread, attr, fn, arg);
	memset(thread, 0, sizeof(*thread));
	(void)fn(arg);
	return 0;
}

int
pthread_join(pthread_t thread, void **value)
{
	if (OUTSIDE)
		return REAL(pthread_join)(thread, value);
	return 0;
}

int
pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	return OUTSIDE ? REAL(pthread_sigmask)(how, set, old) : 0;
}

long
syscall(long number, ...)
{
	long a[6];
	va_list ap;
	struct proc *p;
	int i;

	va_start(ap, number);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (OUTSIDE)
		return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4],
		    a[5]);
	if (number != SYS_pidfd_open)
		world_fail("syscall(%ld)", number);
	p = proc_by_pid(here(), (int)a[0]);
	return p == NULL ? (long)result(-ESRCH) : install(pid_file(p), 0);
}

/* --- libevent: signals --- */

/*
 * libevent takes signals for one loop of a program only.  Here each process has
 * a file for each signal it handles, which is readable when the signal is there.
 */
struct handler {
	int			 signo;
	event_callback_fn	 cb;
	void			*arg;
};

static void
take_signal(evutil_socket_t fd, short what, void *arg)
{
	struct handler *h = arg;
	char byte;

	(void)what;
	if (read(fd, &byte, 1) == 1)
		h->cb(h->signo, EV_SIGNAL, h->arg);
}

struct event *
event_new(struct event_base *base, evutil_socket_t fd, short what,
    event_callback_fn cb, void *arg)
{
	struct handler *h;

	if (OUTSIDE || (what & EV_SIGNAL) == 0)
		return REAL(event_new)(base, fd, what, cb, arg);
	h = world_alloc(sizeof(*h));
	*h = (struct handler){ fd, cb, arg };
	fd = install(signal_file(world->running, fd), O_NONBLOCK);
	return REAL(event_new)(base, fd, EV_READ | EV_PERSIST, take_signal, h);
}

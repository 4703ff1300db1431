/*
 * unix.c - sockets between the processes of a host.
 *
 * Streams hold what was sent until it is read, up to STREAM_MAX bytes; message
 * sockets whole messages, up to as many bytes, each with the descriptors that it
 * carries.  What one end has sent is there for the other at once, which then takes
 * as long to notice as any process takes to wake.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "test/world/file.h"
#include "test/world/host.h"
#include "test/world/paths.h"
#include "test/world/proc.h"

#define STREAM_MAX	(208 * 1024)
#define PACKETS_MAX	(1024 * 1024)
#define FILES_MAX	4		/* in one message */

struct message {
	struct message	*next;
	struct file	*files[FILES_MAX];
	unsigned	 file_count;
	size_t		 len;
	uint8_t		 bytes[];
};

struct unix_socket {
	struct file		 file;
	int			 type;
	struct unix_socket	*peer;		/* NULL: none, or closed */
	bool			 connected;	/* there was a peer */
	bool			 shut;		/* for writing, by the peer */
	struct ucred		 peer_cred;
	/* A stream: */
	uint8_t			*buf;
	size_t			 start, end, size;
	/* Messages: */
	struct message		*first, **last;
	size_t			 queued;
	/* A listener: */
	bool			 listening;
	unsigned		 backlog, waiting;
	struct unix_socket	*pending[128];
};

static const struct file_ops unix_ops;

static size_t
held(const struct unix_socket *s)
{
	return s->type == SOCK_STREAM ? s->end - s->start : s->queued;
}

static bool
has_room(const struct unix_socket *s)
{
	return held(s) < (s->type == SOCK_STREAM ? STREAM_MAX : PACKETS_MAX);
}

static unsigned
unix_ready(struct file *f)
{
	struct unix_socket *s = (struct unix_socket *)f;
	unsigned what = 0;

	if (s->listening)
		return s->waiting > 0 ? EPOLLIN : 0;
	if (held(s) > 0 || s->first != NULL || s->shut)
		what |= EPOLLIN;
	if (s->peer != NULL)
		return what | (has_room(s->peer) ? EPOLLOUT : 0);
	return s->connected ? what | EPOLLIN | EPOLLOUT | EPOLLHUP :
	    what | EPOLLHUP;
}

/* --- sending and receiving --- */

static void
append(struct unix_socket *s, const struct msghdr *m, size_t len)
{
	if (s->start > 0 && s->start == s->end)
		s->start = s->end = 0;
	if (s->end + len > s->size && s->start > 0) {
		memmove(s->buf, s->buf + s->start, s->end - s->start);
		s->end -= s->start;
		s->start = 0;
	}
	if (s->end + len > s->size) {
		s->size = 2 * (s->end + len);
		s->buf = realloc(s->buf, s->size);
		if (s->buf == NULL)
			abort();
	}
	s->end += msg_take(m, s->buf + s->end, len);
}

/* The files that go along with a message, a reference to each. */
static int
pack_files(struct message *msg, const struct msghdr *m)
{
	struct cmsghdr *c;
	unsigned i, n;
	int fd;

	for (c = CMSG_FIRSTHDR(m); c != NULL;
	    c = CMSG_NXTHDR((struct msghdr *)(uintptr_t)m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(fd));
		for (i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (proc_file(fd) == NULL ||
			    msg->file_count == FILES_MAX)
				return -EBADF;
			file_ref(proc_file(fd));
			msg->files[msg->file_count++] = proc_file(fd);
		}
	}
	return 0;
}

static void
message_free(struct message *msg)
{
	while (msg->file_count > 0)
		file_unref(msg->files[--msg->file_count]);
	free(msg);
}

/* Those without room are closed, and the receiver is told. */
static void
unpack_files(struct message *msg, struct msghdr *m)
{
	size_t used = 0, room = m->msg_control == NULL ? 0 : m->msg_controllen;
	int fds[FILES_MAX], n = 0;

	while (n < (int)msg->file_count &&
	    CMSG_SPACE((size_t)(n + 1) * sizeof(int)) <= room) {
		fds[n] = proc_install(world->running, msg->files[n], 0);
		file_ref(msg->files[n++]);
	}
	if (n < (int)msg->file_count)
		m->msg_flags |= MSG_CTRUNC;
	if (n > 0)
		msg_control(m, &used, SOL_SOCKET, SCM_RIGHTS, fds,
		    (size_t)n * sizeof(int));
	m->msg_controllen = used;
}

static ssize_t
unix_send(struct file *f, const struct msghdr *m, int flags)
{
	struct unix_socket *s = (struct unix_socket *)f, *to = s->peer;
	size_t len = msg_len(m);
	struct message *msg;
	int error;

	(void)flags;
	if (to == NULL)
		return s->connected ? -EPIPE : -ENOTCONN;
	if (!has_room(to))
		return -EAGAIN;
	if (s->type == SOCK_STREAM) {
		if (len > STREAM_MAX - held(to))
			len = STREAM_MAX - held(to);
		append(to, m, len);
	} else {
		msg = world_alloc(sizeof(*msg) + len);
		msg->len = msg_take(m, msg->bytes, len);
		error = pack_files(msg, m);
		if (error < 0) {
			message_free(msg);
			return error;
		}
		*to->last = msg;
		to->last = &msg->next;
		to->queued += len;
	}
	file_notify(&to->file);
	return (ssize_t)len;
}

static ssize_t
receive_message(struct unix_socket *s, struct msghdr *m)
{
	struct message *msg = s->first;
	size_t n;

	n = msg_put(m, msg->bytes, msg->len);
	m->msg_flags = n < msg->len ? MSG_TRUNC : 0;
	unpack_files(msg, m);
	s->first = msg->next;
	if (s->first == NULL)
		s->last = &s->first;
	s->queued -= msg->len;
	message_free(msg);
	return (ssize_t)n;
}

static ssize_t
unix_recv(struct file *f, struct msghdr *m, int flags)
{
	struct unix_socket *s = (struct unix_socket *)f;
	bool was_full = !has_room(s);
	ssize_t n;

	if (s->type != SOCK_STREAM && s->first != NULL)
		n = receive_message(s, m);
	else if (s->type == SOCK_STREAM && held(s) > 0) {
		n = (ssize_t)msg_put(m, s->buf + s->start, held(s));
		if ((flags & MSG_PEEK) == 0)
			s->start += (size_t)n;
	} else if (s->peer != NULL && !s->shut)
		return -EAGAIN;
	else
		return s->connected ? 0 : -ENOTCONN;
	if (s->peer != NULL && was_full)
		file_notify(&s->peer->file);
	return n;
}

/* --- connections --- */

static struct ucred
my_cred(void)
{
	return (struct ucred){ .pid = world->running->pid };
}

static void
join(struct unix_socket *a, struct unix_socket *b)
{
	a->peer = b;
	b->peer = a;
	a->connected = b->connected = true;
}

struct file *
unix_file(int type)
{
	struct unix_socket *s = file_new(&unix_ops, world->running->host,
	    sizeof(*s));

	s->type = type;
	s->last = &s->first;
	return &s->file;
}

int
unix_pair(int type, struct file *out[2])
{
	int i;

	for (i = 0; i < 2; i++)
		out[i] = unix_file(type);
	join((struct unix_socket *)out[0], (struct unix_socket *)out[1]);
	return 0;
}

bool
unix_listens(const struct file *f)
{
	return f->ops == &unix_ops && ((const struct unix_socket *)f)->listening;
}

static int
unix_bind(struct file *f, const struct sockaddr *sa, socklen_t len)
{
	const struct sockaddr_un *sun = (const struct sockaddr_un *)sa;

	(void)len;
	return path_bind(f->host, sun->sun_path, f);
}

static int
unix_listen(struct file *f, int backlog)
{
	struct unix_socket *s = (struct unix_socket *)f;

	s->listening = true;
	s->backlog = (unsigned)backlog;
	return 0;
}

static int
unix_connect(struct file *f, const struct sockaddr *sa, socklen_t len)
{
	const struct sockaddr_un *sun = (const struct sockaddr_un *)sa;
	struct unix_socket *s = (struct unix_socket *)f, *l, *other;
	struct path *p = path_find(f->host, sun->sun_path);

	(void)len;
	if (p == NULL)
		return -ENOENT;
	l = (struct unix_socket *)p->socket;
	if (l == NULL || !l->listening)
		return -ECONNREFUSED;
	if (l->waiting > l->backlog ||
	    l->waiting == sizeof(l->pending) / sizeof(l->pending[0]))
		return -EAGAIN;
	other = (struct unix_socket *)unix_file(s->type);
	other->peer_cred = my_cred();
	join(s, other);
	l->pending[l->waiting++] = other;
	file_notify(&l->file);
	return 0;
}

static int
unix_accept(struct file *f, struct file **out)
{
	struct unix_socket *l = (struct unix_socket *)f;

	if (l->waiting == 0)
		return -EAGAIN;
	*out = &l->pending[0]->file;
	memmove(l->pending, l->pending + 1, --l->waiting *
	    sizeof(struct unix_socket *));
	return 0;
}

static int
unix_set(struct file *f, int level, int name, const void *value, socklen_t len)
{
	(void)f;
	(void)value;
	(void)len;
	return level == SOL_SOCKET && (name == SO_SNDBUF ||
	    name == SO_RCVBUF || name == SO_SNDBUFFORCE) ? 0 : -ENOPROTOOPT;
}

static int
unix_get(struct file *f, int level, int name, void *value, socklen_t *len)
{
	struct unix_socket *s = (struct unix_socket *)f;

	if (level == SOL_SOCKET && name == SO_PEERCRED &&
	    *len >= sizeof(s->peer_cred)) {
		memcpy(value, &s->peer_cred, sizeof(s->peer_cred));
		*len = sizeof(s->peer_cred);
		return 0;
	}
	if (level == SOL_SOCKET && name == SO_ERROR && *len >= sizeof(int)) {
		memset(value, 0, sizeof(int));
		return 0;
	}
	return -ENOPROTOOPT;
}

static void
unix_release(struct file *f)
{
	struct unix_socket *s = (struct unix_socket *)f;
	struct message *m;

	path_forget(f->host, f);
	if (s->peer != NULL) {
		s->peer->peer = NULL;
		file_notify(&s->peer->file);
	}
	while (s->waiting > 0)
		file_unref(&s->pending[--s->waiting]->file);
	while ((m = s->first) != NULL) {
		s->first = m->next;
		message_free(m);
	}
	free(s->buf);
	free(s);
}

static const struct file_ops unix_ops = {
	.kind = "unix",
	.ready = unix_ready,
	.recv = unix_recv,
	.send = unix_send,
	.set = unix_set,
	.get = unix_get,
	.bind = unix_bind,
	.connect = unix_connect,
	.listen = unix_listen,
	.accept = unix_accept,
	.release = unix_release,
};

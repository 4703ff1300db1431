/*
 * file.c - references, watches, and the pieces of a message (see file.h).
 */
#include "config.h"

#include "test/world/file.h"

#include <stdlib.h>
#include <string.h>

void *
file_new(const struct file_ops *ops, struct host *host, size_t size)
{
	struct file *f = world_alloc(size);

	f->ops = ops;
	f->refs = 1;
	f->host = host;
	return f;
}

void
file_ref(struct file *f)
{
	f->refs++;
}

void
file_unref(struct file *f)
{
	if (f == NULL || --f->refs > 0)
		return;
	while (f->watches != NULL)
		f->watches->gone(f->watches);
	f->ops->release(f);
}

void
file_watch(struct file *f, struct watch *w)
{
	w->next = f->watches;
	f->watches = w;
}

void
file_unwatch(struct file *f, struct watch *w)
{
	struct watch **at;

	for (at = &f->watches; *at != NULL; at = &(*at)->next)
		if (*at == w) {
			*at = w->next;
			return;
		}
}

void
file_notify(struct file *f)
{
	struct watch *w, *next;

	for (w = f->watches; w != NULL; w = next) {
		next = w->next;
		w->notify(w);
	}
}

size_t
msg_put(struct msghdr *m, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	size_t i, n, done = 0;

	for (i = 0; i < m->msg_iovlen && done < len; i++) {
		n = m->msg_iov[i].iov_len < len - done ?
		    m->msg_iov[i].iov_len : len - done;
		memcpy(m->msg_iov[i].iov_base, p + done, n);
		done += n;
	}
	return done;
}

size_t
msg_take(const struct msghdr *m, void *bytes, size_t max)
{
	uint8_t *p = bytes;
	size_t i, n, done = 0;

	for (i = 0; i < m->msg_iovlen && done < max; i++) {
		n = m->msg_iov[i].iov_len < max - done ?
		    m->msg_iov[i].iov_len : max - done;
		if (n > 0)
			memcpy(p + done, m->msg_iov[i].iov_base, n);
		done += n;
	}
	return done;
}

size_t
msg_len(const struct msghdr *m)
{
	size_t i, len = 0;

	for (i = 0; i < m->msg_iovlen; i++)
		len += m->msg_iov[i].iov_len;
	return len;
}

void
msg_control(struct msghdr *m, size_t *used, int level, int type,
    const void *data, size_t len)
{
	struct cmsghdr *c;

	if (m->msg_control == NULL ||
	    *used + CMSG_SPACE(len) > m->msg_controllen)
		return;
	c = (struct cmsghdr *)((uint8_t *)m->msg_control + *used);
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	*used += CMSG_SPACE(len);
}

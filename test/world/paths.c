/*
 * paths.c - the files of a host (see paths.h).
 */
#include "config.h"

#include "test/world/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test/world/host.h"
#include "test/world/proc.h"

static uint64_t
next_inode(struct host *h)
{
	return ++h->inodes;
}

struct path *
path_find(const struct host *h, const char *name)
{
	struct path *p;

	for (p = h->paths; p != NULL; p = p->next)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

static struct path *
add(struct host *h, const char *name)
{
	struct path *p = world_alloc(sizeof(*p));

	p->name = strdup(name);
	p->inode = next_inode(h);
	p->next = h->paths;
	h->paths = p;
	return p;
}

void
path_write(struct host *h, const char *name, const char *text)
{
	struct path *p = path_find(h, name);

	if (p == NULL)
		p = add(h, name);
	free(p->text);
	p->text = strdup(text);
}

int
path_bind(struct host *h, const char *name, struct file *socket)
{
	if (path_find(h, name) != NULL)
		return -EADDRINUSE;
	add(h, name)->socket = socket;
	return 0;
}

void
path_forget(struct host *h, const struct file *socket)
{
	struct path *p;

	for (p = h->paths; p != NULL; p = p->next)
		if (p->socket == socket)
			p->socket = NULL;
}

int
path_unlink(struct host *h, const char *name)
{
	struct path **at, *p;

	for (at = &h->paths; (p = *at) != NULL; at = &p->next) {
		if (strcmp(p->name, name) != 0)
			continue;
		*at = p->next;
		free(p->name);
		free(p->text);
		free(p);
		return 0;
	}
	return -ENOENT;
}

/* Programs that a configuration may name. */
static bool
is_system(const char *name, struct stat *st)
{
	if (strcmp(name, "/") == 0 || strcmp(name, "/bin") == 0)
		st->st_mode = S_IFDIR | 0755;
	else if (strcmp(name, "/bin/true") == 0)
		st->st_mode = S_IFREG | 0755;
	else
		return false;
	return true;
}

int
path_stat(const struct host *h, const char *name, struct stat *st)
{
	const struct path *p = path_find(h, name);

	memset(st, 0, sizeof(*st));
	if (p == NULL)
		return is_system(name, st) ? 0 : -ENOENT;
	st->st_dev = 1;
	st->st_nlink = 1;
	st->st_uid = geteuid();
	st->st_ino = p->inode;
	st->st_mode = p->text == NULL ? S_IFSOCK | 0660 : S_IFREG | 0644;
	st->st_size = p->text == NULL ? 0 : (off_t)strlen(p->text);
	return 0;
}

/* --- open files --- */

struct text_file {
	struct file	 file;
	char		*text;		/* a copy, as of the opening */
	size_t		 at;
	char		*setting;	/* /proc/sys: written to it; or NULL */
	bool		 is_path;	/* O_PATH: st is what it leads to */
	struct stat	 st;
};

static unsigned
text_ready(struct file *f)
{
	(void)f;
	return EPOLLIN | EPOLLOUT;
}

static ssize_t
text_recv(struct file *f, struct msghdr *m, int flags)
{
	struct text_file *t = (struct text_file *)f;
	size_t n = msg_put(m, t->text + t->at, strlen(t->text + t->at));

	(void)flags;
	t->at += n;
	return (ssize_t)n;
}

static ssize_t
text_send(struct file *f, const struct msghdr *m, int flags)
{
	struct text_file *t = (struct text_file *)f;
	char value[32];
	size_t n = msg_take(m, value, sizeof(value) - 1);

	(void)flags;
	if (t->setting == NULL)
		return -EBADF;
	value[n] = '\0';
	host_set(f->host, t->setting, (int)strtol(value, NULL, 10));
	return (ssize_t)n;
}

static void
text_release(struct file *f)
{
	struct text_file *t = (struct text_file *)f;

	free(t->text);
	free(t->setting);
	free(t);
}

static const struct file_ops text_ops = {
	.kind = "text",
	.ready = text_ready,
	.recv = text_recv,
	.send = text_send,
	.release = text_release,
};

bool
path_opened(const struct file *f, struct stat *st)
{
	const struct text_file *t = (const struct text_file *)f;

	if (f->ops != &text_ops || !t->is_path)
		return false;
	*st = t->st;
	return true;
}

/* /proc/PID/stat of a process that waits in the kernel; of another nothing is known. */
static char *
stat_of(const struct host *h, const char *name)
{
	struct proc *p;
	char text[64];
	int pid, end = 0;

	if (sscanf(name, "/proc/%d/stat%n", &pid, &end) != 1 || end == 0 ||
	    name[end] != '\0')
		return NULL;
	p = proc_by_pid(h, pid);
	if (p == NULL || p->ended || !p->in_call)
		return NULL;
	(void)snprintf(text, sizeof(text), "%d (x) D 1 0 0 0 0 0 0 0 0 0 0 0",
	    pid);
	return strdup(text);
}

int
path_open(const char *name, int flags, struct file **out)
{
	static const char sys[] = "/proc/sys/net/";
	struct host *h = world->running->host;
	struct text_file *t;
	struct path *p;
	struct proc *q;
	char value[16], *stat;
	int n, error;

	if ((flags & O_PATH) != 0) {
		t = file_new(&text_ops, h, sizeof(*t));
		t->text = strdup("");
		t->is_path = true;
		error = path_stat(h, name, &t->st);
		if (error < 0) {
			file_unref(&t->file);
			return error;
		}
	} else if (strncmp(name, sys, sizeof(sys) - 1) == 0) {
		error = host_get(h, name + sizeof(sys) - 1, &n);
		if (error < 0)
			return error;
		t = file_new(&text_ops, h, sizeof(*t));
		(void)snprintf(value, sizeof(value), "%d\n", n);
		t->text = strdup(value);
		t->setting = strdup(name + sizeof(sys) - 1);
	} else if ((stat = stat_of(h, name)) != NULL) {
		t = file_new(&text_ops, h, sizeof(*t));
		t->text = stat;
	} else if (sscanf(name, "/proc/%d/stat", &n) == 1) {
		q = proc_by_pid(h, n);
		/* Of a live process nothing else is told: nobody watches it here. */
		if (q == NULL || !q->ended || proc_signal(q, 0) < 0)
			return -ENOENT;
		t = file_new(&text_ops, h, sizeof(*t));
		t->text = strdup(q->exit_seen ? "1 (p) Z 1 1 1 0 -1 4194564 0\n" :
		    "1 (p) R 1 1 1 0 -1 4194564 0\n");
	} else {
		p = path_find(h, name);
		if (p == NULL || p->text == NULL)
			return p == NULL ? -ENOENT : -ENXIO;
		t = file_new(&text_ops, h, sizeof(*t));
		t->text = strdup(p->text);
	}
	*out = &t->file;
	return 0;
}

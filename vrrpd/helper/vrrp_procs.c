/*
 * vrrp_procs.c - processes that live: their end at once, their start soon.
 *
 * A found process holds a pidfd.  The order in which it is taken in closes the
 * gaps: first the pidfd, then its name and namespace are read, then the pidfd is
 * asked whether it still lives; what was read was then true of that process and
 * not of another that got its number.
 *
 * A process that is killed by an error writes its core before its pidfd says that it
 * has ended, which takes seconds for one that is large, and does nothing else any
 * more.  The proc connector tells of that as it begins; /proc/PID/status says it for
 * as long as it lasts, and is read ten times a second where there is no connector.
 * Such a process does not count from then on, and is kept until its end, so that it
 * is not found anew.
 *
 * The list of numbers seen is sorted, as /proc is read in rising order; merging
 * it with what is read now costs one step per process.
 */
#include "config.h"

#include "vrrpd/helper/vrrp_procs.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vrrpd/pure/vrrp_params.h"

struct found {
	struct vrrp_procs_watch	*watch;
	struct found		*next, **link;
	pid_t			 pid;
	int			 pidfd;
	struct loop_fd		*event;
	bool			 dying;		/* writes its core: does not count */
};

struct vrrp_procs_watch {
	struct vrrp_procs	*procs;
	struct vrrp_procs_watch	*next, **link;
	char			 name[VRRP_COMM_MAX];
	char			 pid_file[VRRP_PATH_MAX];
	struct vrrp_whose	 whose;
	struct stat		 dead_file;	/* of a process that has ended */
	pid_t			 dead_pid;	/* 0: none */
	int64_t			 interval_ns;
	struct found		*found;
	unsigned		 count;
	bool			 told;
	unsigned		 told_count;
	vrrp_procs_cb		 cb;
	void			*arg;
};

struct seen {
	pid_t	pid;
	mono_t	since;
};

struct vrrp_procs {
	struct loop		*loop;
	struct vrrp_procs_watch	*watches;
	struct loop_timer	*timer;
	struct seen		*seen;		/* sorted */
	size_t			 seen_count, seen_size;
	struct seen		*next;		/* of the scan under way */
	size_t			 next_count, next_size;
	char			 last_pid[32];
	mono_t			 started;	/* the last new process */
	mono_t			 reread;	/* all, at */
	mono_t			 cores;		/* looked for, at */
	bool			 has_ns;
	ino_t			 ns;
	uint64_t		 missed;
	int			 connector;	/* -1: none */
	struct loop_fd		*connector_event;
	bool			 told;
};

/* --- /proc --- */

static bool
read_whole(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, buf, size - 1);
	(void)close(fd);
	if (n < 0)
		return false;
	buf[n] = '\0';
	return true;
}

static bool
read_small(const char *path, char *buf, size_t size)
{
	if (!read_whole(path, buf, size))
		return false;
	buf[strcspn(buf, "\n")] = '\0';
	return true;
}

static bool
net_of(const char *who, ino_t *ns)
{
	char path[300];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%s/net/dev", who);
	if (stat(path, &st) < 0)
		return false;
	*ns = st.st_ino;
	return true;
}

static bool
in_our_network(const struct vrrp_procs *p, const char *pid)
{
	ino_t ns;

	return !p->has_ns || (net_of(pid, &ns) && ns == p->ns);
}

static bool
lives(int pidfd)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 0;
}

/* The core of a process is being written. */
static bool
is_dumping(const char *pid)
{
	static const char word[] = "\nCoreDumping:";
	char path[64], buf[4096];
	const char *at;

	(void)snprintf(path, sizeof(path), "/proc/%s/status", pid);
	if (!read_whole(path, buf, sizeof(buf)))
		return false;
	at = strstr(buf, word);
	if (at == NULL)			/* before Linux 4.15 */
		return false;
	at += sizeof(word) - 1;
	return at[strspn(at, "\t ")] == '1';
}

/* --- found processes --- */

static void
tell(struct vrrp_procs_watch *w, mono_t at)
{
	if (w->told && w->told_count == w->count)
		return;
	w->told = true;
	w->told_count = w->count;
	w->cb(w->count, at, w->arg);
}

static void
drop(struct found *f)
{
	*f->link = f->next;
	if (f->next != NULL)
		f->next->link = f->link;
	if (!f->dying)
		f->watch->count--;
	loop_fd_free(f->event);
	(void)close(f->pidfd);
	free(f);
}

static void
on_end(int fd, void *arg)
{
	struct found *f = arg;
	struct vrrp_procs_watch *w = f->watch;

	(void)fd;
	if (w->pid_file[0] != '\0') {
		w->dead_pid = f->pid;
		if (stat(w->pid_file, &w->dead_file) < 0)
			w->dead_pid = 0;
	}
	drop(f);
	tell(w, loop_now(w->procs->loop));
}

static void
begins_to_die(struct found *f)
{
	if (f->dying)
		return;
	f->dying = true;
	f->watch->count--;
}

static bool
has(const struct vrrp_procs_watch *w, pid_t pid)
{
	const struct found *f;

	for (f = w->found; f != NULL; f = f->next)
		if (f->pid == pid)
			return true;
	return false;
}

/* text: the number of the process.  comm NULL: any name will do. */
static void
take_in(struct vrrp_procs_watch *w, pid_t pid, const char *text,
    const char *comm)
{
	struct vrrp_procs *p = w->procs;
	char path[300], now[64];
	struct found *f;
	int pidfd;

	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0) {
		if (errno != ESRCH && errno != EINVAL)
			p->missed++;
		return;
	}
	(void)snprintf(path, sizeof(path), "/proc/%s/comm", text);
	f = NULL;
	if ((comm == NULL || (read_small(path, now, sizeof(now)) &&
	    strcmp(now, comm) == 0)) && in_our_network(p, text) &&
	    vrrp_whose_fits(&w->whose, text) && !is_dumping(text) &&
	    lives(pidfd))
		f = calloc(1, sizeof(*f));
	if (f == NULL) {
		(void)close(pidfd);
		return;
	}
	f->watch = w;
	f->pid = pid;
	f->pidfd = pidfd;
	f->link = &w->found;
	f->next = w->found;
	if (f->next != NULL)
		f->next->link = &f->next;
	w->found = f;
	w->count++;
	f->event = loop_fd_new(p->loop, pidfd, on_end, f);
	if (f->event == NULL) {
		p->missed++;
		drop(f);
	}
}

/* --- by name --- */

static void
look_at(struct vrrp_procs *p, pid_t pid, const char *text)
{
	struct vrrp_procs_watch *w;
	char path[300], comm[64];

	(void)snprintf(path, sizeof(path), "/proc/%s/comm", text);
	if (!read_small(path, comm, sizeof(comm)))
		return;
	for (w = p->watches; w != NULL; w = w->next)
		if (w->name[0] != '\0' && strcmp(w->name, comm) == 0 &&
		    !has(w, pid))
			take_in(w, pid, text, comm);
}

static void
find_dumping(struct vrrp_procs_watch *w)
{
	struct found *f;
	char text[16];

	for (f = w->found; f != NULL; f = f->next) {
		(void)snprintf(text, sizeof(text), "%d", (int)f->pid);
		if (!f->dying && is_dumping(text))
			begins_to_die(f);
	}
}

/* A process may have taken another name, user or program. */
static void
forget_changed(struct vrrp_procs *p)
{
	struct vrrp_procs_watch *w;
	struct found *f, *next;
	char path[300], comm[64], text[16];

	for (w = p->watches; w != NULL; w = w->next) {
		for (f = w->found; f != NULL; f = next) {
			next = f->next;
			(void)snprintf(path, sizeof(path), "/proc/%d/comm",
			    (int)f->pid);
			(void)snprintf(text, sizeof(text), "%d", (int)f->pid);
			/* Of one that cannot be read, its end will tell. */
			if (read_small(path, comm, sizeof(comm)) &&
			    ((w->name[0] != '\0' &&
			    strcmp(comm, w->name) != 0) ||
			    !vrrp_whose_fits(&w->whose, text)))
				drop(f);
		}
	}
}

static void
remember(struct vrrp_procs *p, pid_t pid, mono_t since)
{
	size_t size;
	struct seen *list;

	if (p->next_count == p->next_size) {
		size = p->next_size == 0 ? 1024 : 2 * p->next_size;
		list = reallocarray(p->next, size, sizeof(*list));
		if (list == NULL)
			return;		/* read again next time */
		p->next = list;
		p->next_size = size;
	}
	p->next[p->next_count++] = (struct seen){ pid, since };
}

/* Since when this number was seen; advances through the old list. */
static mono_t
seen_since(const struct vrrp_procs *p, size_t *at, pid_t pid, mono_t now)
{
	while (*at < p->seen_count && p->seen[*at].pid < pid)
		(*at)++;
	if (*at < p->seen_count && p->seen[*at].pid == pid)
		return p->seen[*at].since;
	return now;
}

static void
swap_lists(struct vrrp_procs *p)
{
	struct seen *list = p->seen;
	size_t size = p->seen_size;

	p->seen = p->next;
	p->seen_size = p->next_size;
	p->seen_count = p->next_count;
	p->next = list;
	p->next_size = size;
	p->next_count = 0;
}

static void
scan(struct vrrp_procs *p, mono_t now, bool all)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	size_t at = 0;
	mono_t since;
	pid_t pid;

	if (dir == NULL)
		return;
	while ((e = readdir(dir)) != NULL) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		pid = (pid_t)strtol(e->d_name, NULL, 10);
		since = seen_since(p, &at, pid, now);
		remember(p, pid, since);
		if (all || mono_sub(now, since) <= VRRP_PROCS_YOUNG_NS)
			look_at(p, pid, e->d_name);
	}
	(void)closedir(dir);
	swap_lists(p);
}

/* The last field of /proc/loadavg: the number of the newest process. */
static bool
something_started(struct vrrp_procs *p)
{
	char line[128], *last;

	if (!read_small("/proc/loadavg", line, sizeof(line)) ||
	    (last = strrchr(line, ' ')) == NULL)
		return true;
	if (strcmp(last, p->last_pid) == 0)
		return false;
	(void)snprintf(p->last_pid, sizeof(p->last_pid), "%s", last);
	return true;
}

/* --- by the proc connector --- */

/* Only these kinds of event pass: all of a busy machine's are too many. */
static void
filter_events(int fd)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NLMSG_HDRLEN +
		    sizeof(struct cn_msg)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 4, 0),	/* answer */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0),	/* exec */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0),	/* comm */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),	/* core */
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]),
		.filter = code,
	};

	/* A filter reads network order, the events have the machine's. */
	code[2].k = htonl(PROC_EVENT_EXEC);
	code[3].k = htonl(PROC_EVENT_COMM);
	code[4].k = htonl(PROC_EVENT_COREDUMP);
	(void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
	    sizeof(program));
}

static void
writes_its_core(struct vrrp_procs *p, pid_t pid)
{
	struct vrrp_procs_watch *w;
	struct found *f;

	for (w = p->watches; w != NULL; w = w->next)
		for (f = w->found; f != NULL; f = f->next)
			if (f->pid == pid)
				begins_to_die(f);
}

static void
on_event(struct vrrp_procs *p, const uint8_t *data, size_t len)
{
	struct vrrp_procs_watch *w;
	struct proc_event ev;
	char text[16];
	pid_t pid = 0;

	if (len < NLMSG_HDRLEN + sizeof(struct cn_msg) + sizeof(ev))
		return;
	memcpy(&ev, data + NLMSG_HDRLEN + sizeof(struct cn_msg), sizeof(ev));
	if (ev.what == PROC_EVENT_EXEC) {
		pid = ev.event_data.exec.process_tgid;
	} else if (ev.what == PROC_EVENT_COMM) {
		pid = ev.event_data.comm.process_tgid;
	} else if (ev.what == PROC_EVENT_COREDUMP) {
		writes_its_core(p, ev.event_data.coredump.process_tgid);
	} else {
		p->told = p->told || ev.event_data.ack.err == 0;
		return;
	}
	if (pid != 0) {
		(void)snprintf(text, sizeof(text), "%d", (int)pid);
		look_at(p, pid, text);
	}
	for (w = p->watches; w != NULL; w = w->next)
		if (w->told)
			tell(w, loop_now(p->loop));
}

/* A flood is cut short: lost starts are found by looking. */
static void
on_connector(int fd, void *arg)
{
	struct vrrp_procs *p = arg;
	uint8_t buf[1024];
	ssize_t n;

	for (int i = 0; i < 64; i++) {
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n < 0)
			return;
		on_event(p, buf, (size_t)n);
	}
}

static void
open_connector(struct vrrp_procs *p)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK,
	    .nl_groups = CN_IDX_PROC };
	const enum proc_cn_mcast_op op = PROC_CN_MCAST_LISTEN;
	const struct cn_msg cn = {
		.id = { CN_IDX_PROC, CN_VAL_PROC },
		.len = sizeof(op),
	};
	uint8_t ask[NLMSG_HDRLEN + sizeof(cn) + sizeof(op)];
	const struct nlmsghdr nl = {
		.nlmsg_len = sizeof(ask),
		.nlmsg_type = NLMSG_DONE,
	};

	memcpy(ask, &nl, sizeof(nl));
	memcpy(ask + NLMSG_HDRLEN, &cn, sizeof(cn));
	memcpy(ask + NLMSG_HDRLEN + sizeof(cn), &op, sizeof(op));
	p->connector = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, NETLINK_CONNECTOR);
	if (p->connector < 0)
		return;
	filter_events(p->connector);
	if (bind(p->connector, (struct sockaddr *)&to, sizeof(to)) == 0 &&
	    send(p->connector, ask, sizeof(ask), 0) ==
	    (ssize_t)sizeof(ask))
		p->connector_event = loop_fd_new(p->loop, p->connector,
		    on_connector, p);
	if (p->connector_event != NULL)
		return;
	(void)close(p->connector);
	p->connector = -1;
}

bool
vrrp_procs_told(const struct vrrp_procs *p)
{
	return p->told;
}

/* --- by file --- */

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void
look_at_file(struct vrrp_procs_watch *w)
{
	char line[64], text[16], *end;
	struct stat st;
	long pid;

	if (stat(w->pid_file, &st) < 0 || !S_ISREG(st.st_mode) ||
	    !read_small(w->pid_file, line, sizeof(line)))
		return;
	errno = 0;
	pid = strtol(line, &end, 10);
	if (end == line || errno != 0 || pid <= 0 || pid > INT32_MAX ||
	    (*end != '\0' && !isspace((unsigned char)*end)))
		return;
	if (w->dead_pid == (pid_t)pid && same_file(&st, &w->dead_file))
		return;
	if (has(w, (pid_t)pid))
		return;
	/* One process: the file has moved on from the one before. */
	while (w->found != NULL)
		drop(w->found);
	(void)snprintf(text, sizeof(text), "%ld", pid);
	take_in(w, (pid_t)pid, text, NULL);
}

/* --- the rhythm --- */

static void
look(struct vrrp_procs *p, mono_t now)
{
	struct vrrp_procs_watch *w;
	bool names = false, all = !mono_before(now, p->reread);
	bool cores = !mono_before(now, p->cores);

	if (cores)
		p->cores = mono_add(now, p->told ? VRRP_PROCS_REREAD_NS :
		    VRRP_PROCS_CORES_NS);
	for (w = p->watches; w != NULL; w = w->next) {
		if (cores)
			find_dumping(w);
		if (w->pid_file[0] != '\0')
			look_at_file(w);
		else
			names = true;
	}
	if (something_started(p))
		p->started = now;
	if (all)
		forget_changed(p);
	if (names && (all || mono_sub(now, p->started) <=
	    VRRP_PROCS_YOUNG_NS))
		scan(p, now, all);
	if (all)
		p->reread = mono_add(now, VRRP_PROCS_REREAD_NS);
}

static int64_t
shortest_ns(const struct vrrp_procs *p)
{
	const struct vrrp_procs_watch *w;
	int64_t ns = INT64_MAX;

	for (w = p->watches; w != NULL; w = w->next)
		if (w->interval_ns < ns)
			ns = w->interval_ns;
	return ns;
}

static void
on_timer(mono_t deadline, void *arg)
{
	struct vrrp_procs *p = arg;
	struct vrrp_procs_watch *w;
	mono_t now = loop_now(p->loop);

	(void)deadline;
	if (p->watches == NULL)
		return;
	look(p, now);
	loop_timer_set(p->timer, mono_add(now, shortest_ns(p)));
	for (w = p->watches; w != NULL; w = w->next)
		tell(w, now);
}

struct vrrp_procs *
vrrp_procs_new(struct loop *loop)
{
	struct vrrp_procs *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->loop = loop;
	p->timer = loop_timer_new(loop, on_timer, p);
	if (p->timer == NULL) {
		free(p);
		return NULL;
	}
	p->has_ns = net_of("self", &p->ns);
	open_connector(p);
	return p;
}

void
vrrp_procs_free(struct vrrp_procs *p)
{
	if (p == NULL)
		return;
	while (p->watches != NULL)
		vrrp_procs_unwatch(p->watches);
	loop_timer_free(p->timer);
	loop_fd_free(p->connector_event);
	if (p->connector >= 0)
		(void)close(p->connector);
	free(p->seen);
	free(p->next);
	free(p);
}

struct vrrp_procs_watch *
vrrp_procs_watch(struct vrrp_procs *p, const struct vrrp_procs_wanted *wanted,
    vrrp_procs_cb cb, void *arg)
{
	struct vrrp_procs_watch *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->procs = p;
	(void)snprintf(w->name, sizeof(w->name), "%s", wanted->name);
	(void)snprintf(w->pid_file, sizeof(w->pid_file), "%s",
	    wanted->pid_file);
	w->whose = wanted->whose;
	w->interval_ns = wanted->interval_ns;
	w->cb = cb;
	w->arg = arg;
	w->link = &p->watches;
	w->next = p->watches;
	if (w->next != NULL)
		w->next->link = &w->next;
	p->watches = w;
	/* A new watch: everything is looked at anew. */
	p->reread = loop_clock();
	loop_timer_set(p->timer, p->reread);
	return w;
}

void
vrrp_procs_unwatch(struct vrrp_procs_watch *w)
{
	while (w->found != NULL)
		drop(w->found);
	*w->link = w->next;
	if (w->next != NULL)
		w->next->link = w->link;
	free(w);
}

uint64_t
vrrp_procs_missed(const struct vrrp_procs *p)
{
	return p->missed;
}

/*
 * vrrp_birth_exec.c - how the values of a birth reach a program on disk.
 *
 * Used on both sides of the exec: by the child of the monitor, and by the program
 * that the child becomes.
 *
 * The memfd holds, in network order:
 *
 *   u32 magic  u32 vrrp_traffic_id()  u32 channel  u32 listener  u32 monitor
 *   u32 restarts  u64 last end  u8 length, last end in words
 *   u32 length, vrrp_handoff.h; 0: none
 *   u32 length, vrrp_orders.h as in the file; 0: none
 *   the configuration as text, to the end
 *
 * No descriptor gets another number on the way: the channel must keep the highest
 * (vrrp_monitor.c).
 */
#include "config.h"

#include "vrrpd/ipc/vrrp_birth_exec.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/ctl_listener.h"
#include "shared/priv.h"
#include "shared/pure/cursor.h"
#include "vrrpd/pure/vrrp_traffic.h"

#define MAGIC		0x76626972	/* "vbir" */
#define HEADER_MAX	(64 + 64 + VRRP_HANDOFF_BYTES_MAX + \
			    VRRP_ORDERS_TEXT_MAX)
#define MEMFD_MAX	(16 * 1024 * 1024)
#define ARGUMENT	"--engine="
#define ARGS_MAX	64

/* --- the way to the program --- */

static size_t
encode(const struct vrrp_birth *b, uint8_t *buf, size_t size)
{
	static uint8_t handoff[VRRP_HANDOFF_BYTES_MAX];
	static char orders[VRRP_ORDERS_TEXT_MAX];
	uint64_t ns = (uint64_t)b->last_end_real_ns;
	size_t len = strlen(b->last_end);
	struct cursor_out c;

	cursor_out_init(&c, buf, size);
	cursor_put_u32(&c, MAGIC);
	cursor_put_u32(&c, vrrp_traffic_id());
	cursor_put_u32(&c, (uint32_t)b->channel);
	cursor_put_u32(&c, (uint32_t)ctl_listener_fd(b->listener));
	cursor_put_u32(&c, (uint32_t)b->monitor);
	cursor_put_u32(&c, b->restarts);
	cursor_put_u32(&c, (uint32_t)(ns >> 32));
	cursor_put_u32(&c, (uint32_t)ns);
	cursor_put_u8(&c, (uint8_t)len);
	cursor_put_bytes(&c, b->last_end, len);
	len = b->handoff == NULL ? 0 : vrrp_handoff_encode(b->handoff,
	    handoff, sizeof(handoff));
	cursor_put_u32(&c, (uint32_t)len);
	cursor_put_bytes(&c, handoff, len);
	len = b->orders == NULL ? 0 : vrrp_orders_print(b->orders, orders);
	cursor_put_u32(&c, (uint32_t)len);
	cursor_put_bytes(&c, orders, len);
	return cursor_out_ok(&c) ? c.len : 0;
}

static int
write_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;
	ssize_t n;

	while (len > 0) {
		n = write(fd, at, len);
		if (n == -1)
			return -errno;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
make_memfd(const struct vrrp_birth *b, const char *conf)
{
	static uint8_t header[HEADER_MAX];
	size_t len = encode(b, header, sizeof(header));
	int fd, error;

	if (len == 0)
		return -EMSGSIZE;
	fd = memfd_create("vrrpd-birth", MFD_CLOEXEC);
	if (fd == -1)
		return -errno;
	error = write_all(fd, header, len);
	if (error == 0)
		error = write_all(fd, conf, strlen(conf));
	if (error == 0 && lseek(fd, 0, SEEK_SET) == -1)
		error = -errno;
	if (error < 0)
		(void)close(fd);
	return error < 0 ? error : fd;
}

static void
keep_open(int fd, bool keep)
{
	(void)fcntl(fd, F_SETFD, keep ? 0 : FD_CLOEXEC);
}

int
vrrp_birth_execute(const struct vrrp_birth *b, const char *program,
    char *const args[], const char *conf)
{
	char name[] = "vrrpd: engine", arg[sizeof(ARGUMENT) + 12];
	char *argv[ARGS_MAX + 3] = { name, arg };
	int fd, i, error;

	for (i = 0; args[i] != NULL; i++) {
		if (i == ARGS_MAX)
			return -E2BIG;
		argv[i + 2] = args[i];
	}
	error = priv_pass_on();
	if (error < 0)
		return error;
	fd = make_memfd(b, conf);
	if (fd < 0)
		return fd;
	(void)snprintf(arg, sizeof(arg), "%s%d", ARGUMENT, fd);
	keep_open(fd, true);
	keep_open(b->channel, true);
	keep_open(ctl_listener_fd(b->listener), true);
	(void)execv(program, argv);
	error = -errno;
	keep_open(b->channel, false);
	keep_open(ctl_listener_fd(b->listener), false);
	(void)close(fd);
	return error;
}

/* --- in the program --- */

int
vrrp_birth_argument(const char *arg)
{
	char *end;
	long n;

	if (strncmp(arg, ARGUMENT, sizeof(ARGUMENT) - 1) != 0)
		return -1;
	arg += sizeof(ARGUMENT) - 1;
	errno = 0;
	n = strtol(arg, &end, 10);
	return *arg == '\0' || *end != '\0' || errno != 0 || n < 3 ||
	    n > 1048576 ? -1 : (int)n;
}

static char *
read_all(int fd, size_t *len)
{
	struct stat st;
	size_t at = 0;
	ssize_t n = 1;
	char *text;

	if (fstat(fd, &st) == -1 || st.st_size < 0 || st.st_size > MEMFD_MAX ||
	    (text = malloc((size_t)st.st_size + 1)) == NULL)
		return NULL;
	while (n > 0 && at < (size_t)st.st_size) {
		n = pread(fd, text + at, (size_t)st.st_size - at, (off_t)at);
		at += n > 0 ? (size_t)n : 0;
	}
	text[at] = '\0';
	*len = at;
	return text;
}

/* How much of bytes was for us, or negative errno. */
static int
decode(const char *bytes, size_t size, struct vrrp_birth_values *v)
{
	struct vrrp_birth *b = &v->birth;
	const uint8_t *words;
	struct cursor_in c;
	unsigned line;
	size_t len;
	uint64_t ns;

	cursor_in_init(&c, bytes, size);
	if (cursor_get_u32(&c) != MAGIC ||
	    cursor_get_u32(&c) != vrrp_traffic_id())
		return -EPROTO;
	b->channel = (int)cursor_get_u32(&c);
	v->listener = (int)cursor_get_u32(&c);
	b->monitor = (pid_t)cursor_get_u32(&c);
	b->restarts = cursor_get_u32(&c);
	ns = cursor_get_u32(&c);
	b->last_end_real_ns = (int64_t)(ns << 32 | cursor_get_u32(&c));
	len = cursor_get_u8(&c);
	words = cursor_get_bytes(&c, len);
	if (words == NULL || len >= sizeof(b->last_end))
		return -EPROTO;
	memcpy(b->last_end, words, len);
	len = cursor_get_u32(&c);
	words = cursor_get_bytes(&c, len);
	if (words == NULL || (len > 0 && !vrrp_handoff_decode(words, len,
	    &v->handoff)))
		return -EPROTO;
	b->handoff = len > 0 ? &v->handoff : NULL;
	len = cursor_get_u32(&c);
	words = cursor_get_bytes(&c, len);
	if (!cursor_in_ok(&c) || (len > 0 && vrrp_orders_parse(
	    (const char *)words, len, &v->orders, &line) != VRRP_ORDERS_GOOD))
		return -EPROTO;
	b->orders = len > 0 ? &v->orders : NULL;
	return (int)(size - c.left);
}

int
vrrp_birth_receive(int fd, struct vrrp_birth_values *v)
{
	size_t size = 0;
	char *text = read_all(fd, &size);
	int at;

	(void)close(fd);
	if (text == NULL)
		return -ENOMEM;
	memset(v, 0, sizeof(*v));
	at = decode(text, size, v);
	if (at < 0) {
		free(text);
		return at;
	}
	keep_open(v->birth.channel, false);
	keep_open(v->listener, false);
	memmove(text, text + at, size - (size_t)at + 1);
	v->conf = text;
	return 0;
}

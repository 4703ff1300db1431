/*
 * vrrp_birth_exec.c - how the values of a birth reach a program on disk.
 *
 * Used on both sides of the exec: by the child of the monitor, and by the program
 * that the child becomes.
 *
 * The memfd holds, in network order:
 *
 *   u32 magic  u32 vrrp_traffic_id()
 *   of an engine:
 *     u32 channel  u32 listener  u32 monitor  u32 restarts  u64 last end
 *     u8 length, last end in words
 *     u32 length, vrrp_handoff.h; 0: none
 *     u32 length, vrrp_orders.h as in the file; 0: none
 *     u32 length, vrrp_reading.h, the configuration in force; 0: none
 *   of a process beside it:
 *     u32 way, as a sender  u32 channel
 *   u32 length, the configuration as text
 *
 * A process beside the engine executes itself, too, to become another version
 * without losing what only the first one was given, which came from root.
 *
 * No descriptor gets another number on the way: the channel must keep the highest
 * (vrrp_monitor.c).
 */
#include "config.h"

#include "vrrpd/ipc/vrrp_birth_exec.h"

#include <arpa/inet.h>
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
#include "vrrpd/pure/vrrp_parcel.h"
#include "vrrpd/pure/vrrp_traffic.h"

#define MAGIC_ENGINE	0x76626972	/* "vbir" */
#define MAGIC_BESIDE	0x76627369	/* "vbsi" */
#define HEADER_MAX	(64 + 64 + VRRP_HANDOFF_BYTES_MAX + \
			    VRRP_ORDERS_TEXT_MAX)
#define MEMFD_MAX	(2 * VRRP_PARCEL_MAX)
#define ENGINE		"--engine="
#define BESIDE		"--beside="
#define ARGUMENT_MAX	32
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
	cursor_put_u32(&c, MAGIC_ENGINE);
	cursor_put_u32(&c, vrrp_traffic_id());
	cursor_put_u32(&c, (uint32_t)b->channel);
	cursor_put_u32(&c, (uint32_t)ctl_listener_fd(b->listener));
	cursor_put_u32(&c, (uint32_t)b->monitor);
	cursor_put_u32(&c, (uint32_t)((uint64_t)b->booted.ns >> 32));
	cursor_put_u32(&c, (uint32_t)b->booted.ns);
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
	cursor_put_u32(&c, b->values == NULL ? 0 : (uint32_t)b->values->len);
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

/* The header, the values that it ends with, and the text behind its length. */
static int
make_memfd(const uint8_t *header, size_t len, const struct vrrp_parcel *values,
    const char *conf)
{
	uint32_t length = htonl((uint32_t)strlen(conf));
	int fd, error;

	if (len == 0)
		return -EMSGSIZE;
	fd = memfd_create("vrrpd-birth", MFD_CLOEXEC);
	if (fd == -1)
		return -errno;
	error = write_all(fd, header, len);
	if (error == 0 && values != NULL)
		error = write_all(fd, values->bytes, values->len);
	if (error == 0)
		error = write_all(fd, &length, sizeof(length));
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

/* Takes fd.  The two others survive, -1 is none.  Returns on failure only. */
static int
execute(const struct vrrp_program *p, const char *title, const char *option,
    int fd, int channel, int listener)
{
	char name[32], arg[ARGUMENT_MAX], *argv[ARGS_MAX + 3] = { name, arg };
	int i, error;

	if (fd < 0)
		return fd;
	for (i = 0; p->args[i] != NULL && i < ARGS_MAX; i++)
		argv[i + 2] = p->args[i];
	(void)snprintf(name, sizeof(name), "vrrpd: %s", title);
	(void)snprintf(arg, sizeof(arg), "%s%d", option, fd);
	error = p->args[i] != NULL ? -E2BIG : priv_pass_on();
	if (error == 0) {
		keep_open(fd, true);
		keep_open(channel, true);
		keep_open(listener, true);
		(void)execv(p->path, argv);
		error = -errno;
		keep_open(channel, false);
		keep_open(listener, false);
	}
	(void)close(fd);
	return error;
}

int
vrrp_birth_execute(const struct vrrp_birth *b, const struct vrrp_program *p)
{
	static uint8_t header[HEADER_MAX];
	size_t len = encode(b, header, sizeof(header));

	return execute(p, "engine", ENGINE, make_memfd(header, len,
	    b->values, p->conf),
	    b->channel, ctl_listener_fd(b->listener));
}

int
vrrp_birth_execute_beside(enum vrrp_way way, int channel,
    const struct vrrp_program *p, const char *conf)
{
	uint8_t header[16];
	struct cursor_out c;

	cursor_out_init(&c, header, sizeof(header));
	cursor_put_u32(&c, MAGIC_BESIDE);
	cursor_put_u32(&c, vrrp_traffic_id());
	cursor_put_u32(&c, (uint32_t)way);
	cursor_put_u32(&c, (uint32_t)channel);
	return execute(p, vrrp_way_sender(way), BESIDE,
	    make_memfd(header, c.len, NULL, conf), channel, -1);
}

/* --- in the program --- */

static int
number_behind(const char *option, const char *arg)
{
	char *end;
	long n;

	if (strncmp(arg, option, strlen(option)) != 0)
		return -1;
	arg += strlen(option);
	errno = 0;
	n = strtol(arg, &end, 10);
	return *arg == '\0' || *end != '\0' || errno != 0 || n < 3 ||
	    n > 1048576 ? -1 : (int)n;
}

int
vrrp_birth_argument(const char *arg)
{
	return number_behind(ENGINE, arg);
}

int
vrrp_birth_argument_beside(const char *arg)
{
	return number_behind(BESIDE, arg);
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

static bool
decode_engine(struct cursor_in *c, struct vrrp_birth_values *v)
{
	struct vrrp_birth *b = &v->birth;
	const uint8_t *words;
	unsigned line;
	size_t len;
	uint64_t ns;

	b->channel = (int)cursor_get_u32(c);
	v->listener = (int)cursor_get_u32(c);
	b->monitor = (pid_t)cursor_get_u32(c);
	ns = cursor_get_u32(c);
	b->booted.ns = (int64_t)(ns << 32 | cursor_get_u32(c));
	b->restarts = cursor_get_u32(c);
	ns = cursor_get_u32(c);
	b->last_end_real_ns = (int64_t)(ns << 32 | cursor_get_u32(c));
	len = cursor_get_u8(c);
	words = cursor_get_bytes(c, len);
	if (words == NULL || len >= sizeof(b->last_end))
		return false;
	memcpy(b->last_end, words, len);
	len = cursor_get_u32(c);
	words = cursor_get_bytes(c, len);
	if (words == NULL || (len > 0 && !vrrp_handoff_decode(words, len,
	    &v->handoff)))
		return false;
	b->handoff = len > 0 ? &v->handoff : NULL;
	len = cursor_get_u32(c);
	words = cursor_get_bytes(c, len);
	if (words == NULL || (len > 0 && vrrp_orders_parse(
	    (const char *)words, len, &v->orders, &line) != VRRP_ORDERS_GOOD))
		return false;
	b->orders = len > 0 ? &v->orders : NULL;
	len = cursor_get_u32(c);
	words = cursor_get_bytes(c, len);
	if (words == NULL)
		return false;
	b->values = len == 0 ? NULL : vrrp_parcel_copy(words, len);
	return true;
}

/* The last of all, and whole; *conf is the caller's to free. */
static int
decode_conf(struct cursor_in *c, char **conf)
{
	size_t len = cursor_get_u32(c);
	const uint8_t *text = cursor_get_bytes(c, len);

	if (text == NULL || c->left != 0 || memchr(text, '\0', len) != NULL)
		return -EPROTO;
	*conf = malloc(len + 1);
	if (*conf == NULL)
		return -ENOMEM;
	memcpy(*conf, text, len);
	(*conf)[len] = '\0';
	return 0;
}

/* Takes fd.  0 and *c, which reads from *bytes, the caller's to free. */
static int
open_values(int fd, uint32_t magic, char **bytes, struct cursor_in *c)
{
	size_t size = 0;

	*bytes = read_all(fd, &size);
	(void)close(fd);
	if (*bytes == NULL)
		return -ENOMEM;
	cursor_in_init(c, *bytes, size);
	if (cursor_get_u32(c) == magic &&
	    cursor_get_u32(c) == vrrp_traffic_id())
		return 0;
	free(*bytes);
	return -EPROTO;
}

int
vrrp_birth_receive(int fd, struct vrrp_birth_values *v)
{
	struct cursor_in c;
	char *bytes;
	int error;

	memset(v, 0, sizeof(*v));
	error = open_values(fd, MAGIC_ENGINE, &bytes, &c);
	if (error < 0)
		return error;
	error = decode_engine(&c, v) ? decode_conf(&c, &v->conf) : -EPROTO;
	free(bytes);
	if (error < 0) {
		vrrp_parcel_drop(v->birth.values);
		v->birth.values = NULL;
		return error;
	}
	keep_open(v->birth.channel, false);
	keep_open(v->listener, false);
	return 0;
}

int
vrrp_birth_receive_beside(int fd, enum vrrp_way *way, int *channel,
    char **conf)
{
	struct cursor_in c;
	char *bytes;
	uint32_t n;
	int error;

	error = open_values(fd, MAGIC_BESIDE, &bytes, &c);
	if (error < 0)
		return error;
	n = cursor_get_u32(&c);
	*channel = (int)cursor_get_u32(&c);
	error = n < VRRP_WAY_COUNT ? decode_conf(&c, conf) : -EPROTO;
	free(bytes);
	if (error < 0)
		return error;
	*way = (enum vrrp_way)n;
	keep_open(*channel, false);
	return 0;
}

/*
 * vrrp_keeper.c - the keeper of the standing orders, in the monitor.
 *
 * The table in memory is what is in force: engines come and go, and get it at
 * their birth.  The file follows after SETTLE_NS: a fork keeps a processor for half
 * a millisecond, and in the few after a handover the engine has better uses for it.
 * A change that comes while the file is written is written right after it, so a
 * burst of orders costs two writes at most; one that
 * cannot be written is tried again every RETRY_NS, and said once.  The engine is
 * told after each attempt up to which of its orders the disk has them, for those
 * who asked to wait for it.
 *
 * The monitor does not end before the last order is on the disk, within LAST_NS:
 * an operator may stop the daemon right after having disabled an instance.
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_keeper.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "shared/state_file.h"
#include "vrrpd/monitor/vrrp_writer.h"

#define SETTLE_NS	(10 * NS_PER_MS)
#define RETRY_NS	(10 * NS_PER_S)
#define LAST_NS		(2 * NS_PER_S)
#define SUFFIX		".orders"

struct vrrp_keeper {
	const char		*folder;
	const char		*socket;
	const struct priv_user	*user;
	char			 path[STATE_FILE_PATH_MAX];
	struct vrrp_orders	 orders;
	struct vrrp_writer	*writer;
	struct loop_timer	*due;		/* the next write */
	struct vrrp_channel	*engine;	/* NULL: none */
	bool			 changed;	/* since the write began */
	uint32_t		 heard;		/* orders of this engine */
	uint32_t		 writing;	/* of them, in the write at work */
	struct vrrp_kept	 kept;		/* as the engine knows it */
	char			 text[VRRP_ORDERS_TEXT_MAX];
};

/* --- the file's name --- */

int
vrrp_keeper_path(const char *folder, const char *socket, char *buf, size_t size)
{
	char here[STATE_FILE_PATH_MAX] = "";
	const char *parts[3] = { here, "/", socket }, *c;
	bool first = true;
	size_t n, i;

	/* A socket is in some folder, also when that is not said. */
	if (socket[0] != '/' && getcwd(here, sizeof(here)) == NULL)
		return -errno;
	n = (size_t)snprintf(buf, size, "%s/", folder);
	for (i = socket[0] == '/' ? 2 : 0; i < 3; i++)
		for (c = parts[i]; *c != '\0' && n < size; c++) {
			if (*c == '/' && first)
				continue;
			first = false;
			if (*c == '/')
				n += (size_t)snprintf(buf + n, size - n, "-");
			else if ((*c >= 'a' && *c <= 'z') ||
			    (*c >= 'A' && *c <= 'Z') ||
			    (*c >= '0' && *c <= '9') || *c == '.' || *c == '_')
				n += (size_t)snprintf(buf + n, size - n, "%c",
				    *c);
			else
				n += (size_t)snprintf(buf + n, size - n,
				    "%%%02X", (unsigned char)*c);
		}
	if (n < size)
		n += (size_t)snprintf(buf + n, size - n, SUFFIX);
	return n < size ? 0 : -ENAMETOOLONG;
}

/* --- to the engine --- */

static void
tell_engine(struct vrrp_keeper *k)
{
	uint8_t body[VRRP_KEPT_BYTES_MAX];

	(void)vrrp_channel_send(k->engine, VRRP_MSG_KEPT, body,
	    vrrp_kept_encode(&k->kept, body));
}

/* --- writing --- */

/* Said when it begins and when it is over. */
static void
judge(struct vrrp_keeper *k, int error)
{
	struct vrrp_kept was = k->kept;

	k->kept.why[0] = '\0';
	if (error < 0)
		(void)snprintf(k->kept.why, sizeof(k->kept.why), "%.*s: %s",
		    VRRP_KEPT_WHY_MAX / 2, k->path, strerror(-error));
	if (error < 0 && strcmp(was.why, k->kept.why) != 0)
		log_err("%s: what operators said does not outlive this vrrpd",
		    k->kept.why);
	else if (error == 0 && was.why[0] != '\0')
		log_notice("%s: written", k->path);
}

static void
start_writing(struct vrrp_keeper *k)
{
	size_t len;
	int error;

	k->changed = true;
	if (vrrp_writer_is_busy(k->writer))
		return;
	len = vrrp_orders_print(&k->orders, k->text);
	error = k->path[0] == '\0' ? -ENAMETOOLONG :
	    vrrp_writer_start(k->writer, k->path, k->text, len);
	k->writing = k->heard;
	if (error == 0) {
		k->changed = false;
		return;
	}
	judge(k, error);
	tell_engine(k);
	loop_timer_set(k->due, mono_add(loop_clock(), RETRY_NS));
}

static void
written(int error, void *arg)
{
	struct vrrp_keeper *k = arg;

	judge(k, error);
	if (error == 0)
		k->kept.upto = k->writing;
	else
		k->changed = true;
	tell_engine(k);
	if (error < 0)
		loop_timer_set(k->due, mono_add(loop_clock(), RETRY_NS));
	else if (k->changed)
		start_writing(k);
}

static void
due_cb(mono_t deadline, void *arg)
{
	struct vrrp_keeper *k = arg;

	(void)deadline;
	if (k->changed)
		start_writing(k);
}

/* --- from the engine --- */

static enum vrrp_refusal
on_order(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_keeper *k = arg;
	struct vrrp_order o;

	if (!vrrp_order_parse((const char *)body, len, &o))
		return VRRP_REFUSAL_BODY;
	if (!vrrp_orders_put(&k->orders, &o))
		return VRRP_REFUSAL_ROOM;
	k->heard++;
	/* The timer may be set already, or to the next attempt, far away. */
	if (!vrrp_writer_is_busy(k->writer) &&
	    (!k->changed || k->kept.why[0] != '\0'))
		loop_timer_set(k->due, mono_add(loop_clock(), SETTLE_NS));
	k->changed = true;
	return VRRP_REFUSAL_NONE;
}

/* --- reading --- */

/* 0 or negative errno; damage is dealt with here. */
static int
read_file(struct vrrp_keeper *k)
{
	enum vrrp_orders_verdict verdict = VRRP_ORDERS_FOREIGN;
	unsigned line = 1;
	size_t len;
	int error;

	error = state_file_read(k->path, k->text, sizeof(k->text), &len);
	if (error == 0)
		verdict = vrrp_orders_parse(k->text, len, &k->orders, &line);
	if (error == -ENOENT || (error == 0 && verdict == VRRP_ORDERS_GOOD))
		return 0;
	if (error != 0 && error != -EFBIG && error != -EINVAL)
		return error;
	log_err("%s:%u: %s: kept aside as %s.bad, and what operators said "
	    "before is forgotten", k->path, line, error == -EFBIG ? "too long" :
	    verdict == VRRP_ORDERS_DAMAGED ? "damaged" :
	    "not a file of this vrrpd", k->path);
	return state_file_set_aside(k->path);
}

static void
report(const struct vrrp_keeper *k)
{
	char line[VRRP_ORDER_LINE_MAX + 1];
	unsigned i;

	for (i = 0; i < k->orders.count; i++) {
		(void)vrrp_order_print(&k->orders.list[i], line);
		log_notice("as an operator said: %s", line);
	}
}

/* --- a part of the monitor --- */

static void
part_attach(struct vrrp_channel *engine, void *arg)
{
	struct vrrp_keeper *k = arg;

	k->engine = engine;
	k->heard = k->writing = k->kept.upto = 0;
	vrrp_channel_handle(engine, VRRP_MSG_ORDER, on_order, k);
	tell_engine(k);
}

static void
part_detach(void *arg)
{
	struct vrrp_keeper *k = arg;

	k->engine = NULL;
}

static void
part_forget(void *arg)
{
	struct vrrp_keeper *k = arg;

	vrrp_writer_free(k->writer);
	loop_timer_free(k->due);
	k->writer = NULL;
	k->due = NULL;
}

/* Without a file the daemon works as well, but for what it is to remember. */
static int
part_open(struct loop *loop, void *arg)
{
	struct vrrp_keeper *k = arg;
	int error, read_error = 0;

	k->writer = vrrp_writer_new(loop, written, k);
	k->due = loop_timer_new(loop, due_cb, k);
	if (k->writer == NULL || k->due == NULL)
		return -ENOMEM;
	error = vrrp_keeper_path(k->folder, k->socket, k->path,
	    sizeof(k->path));
	if (error < 0) {
		k->path[0] = '\0';
		judge(k, error);
		return 0;
	}
	error = state_file_folder(k->folder, k->user->uid);
	if (error == -EPERM)
		log_err("%s: vrrpd did not make this folder, and its user %s may "
		    "not write there: give it to that user, or name one that "
		    "does not exist yet", k->folder, priv_user_name());
	/* Read all the same: what was said counts, wherever it stands. */
	if (error == 0 || error == -EPERM)
		read_error = read_file(k);
	error = error < 0 ? error : read_error;
	if (error < 0)
		judge(k, error);
	report(k);
	return 0;
}

static void
part_close(void *arg)
{
	struct vrrp_keeper *k = arg;
	mono_t deadline = mono_add(loop_clock(), LAST_NS);

	if (k->writer != NULL) {
		vrrp_writer_wait(k->writer, deadline);
		if (k->changed && !vrrp_writer_is_busy(k->writer))
			start_writing(k);
		vrrp_writer_wait(k->writer, deadline);
	}
	part_forget(k);
}

struct vrrp_keeper *
vrrp_keeper_new(const char *folder, const char *socket,
    const struct priv_user *user)
{
	struct vrrp_keeper *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->folder = folder;
	k->socket = socket;
	k->user = user;
	return k;
}

struct vrrp_monitor_part
vrrp_keeper_part(struct vrrp_keeper *k)
{
	return (struct vrrp_monitor_part){
		.attach = part_attach,
		.detach = part_detach,
		.forget = part_forget,
		.open = part_open,
		.close = part_close,
		.arg = k,
	};
}

const struct vrrp_orders *
vrrp_keeper_orders(const struct vrrp_keeper *k)
{
	return &k->orders;
}

void
vrrp_keeper_free(struct vrrp_keeper *k)
{
	free(k);
}

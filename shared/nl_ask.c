/*
 * nl_ask.c - one question to rtnetlink, for whoever has no loop.
 *
 * A command that checks a file (vrrpd/config/vrrp_conf_lint.c) wants to know what
 * kind an interface is, once, and nl.c brings events, batches and a loop along.
 * The socket lives for the question.
 */
#include "config.h"

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include <errno.h>
#include <string.h>

#include "shared/nl_ask.h"
#include "shared/nl_sock.h"

#define ANSWER_MAX	32768		/* a card with many virtual functions */

static int
receive(int fd, uint32_t seq, struct nl_link *out)
{
	static uint8_t buf[ANSWER_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *h = (void *)buf;
	ssize_t n = recv(fd, buf, sizeof(buf), 0);
	int error = -EBADMSG;

	if (n == -1)
		return -errno;
	if (!nlmsg_ok(h, (int)n) || h->nlmsg_seq != seq)
		return -EBADMSG;
	if (h->nlmsg_type == NLMSG_ERROR) {
		if (h->nlmsg_len >= NLMSG_LENGTH(sizeof(error)))
			memcpy(&error, NLMSG_DATA(h), sizeof(error));
		return error < 0 ? error : -EBADMSG;
	}
	return nl_msg_read_link(h, out) ? 0 : -EBADMSG;
}

static int
ask(int fd, const char *name, struct nl_link *out)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct nl_msg *msg = nl_msg_link(RTM_GETLINK, NLM_F_REQUEST, 0, 0);
	struct nlmsghdr *h;
	int error = 0;

	if (msg == NULL)
		return -ENOMEM;
	h = nlmsg_hdr(msg);
	if (nla_put_string(msg, IFLA_IFNAME, name) < 0 ||
	    nla_put_u32(msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS) < 0)
		error = -EMSGSIZE;
	h->nlmsg_seq = 1;
	h->nlmsg_pid = 0;
	if (error == 0 && sendto(fd, h, h->nlmsg_len, 0,
	    (struct sockaddr *)&kernel, sizeof(kernel)) == -1)
		error = -errno;
	if (error == 0)
		error = receive(fd, h->nlmsg_seq, out);
	nlmsg_free(msg);
	return error;
}

int
nl_ask_link(const char *name, struct nl_link *out)
{
	struct nl_sock *s;
	int error;

	if (name[0] == '\0' || strlen(name) >= IF_NAMESIZE)
		return -ENODEV;
	error = nl_sock_open(&s);
	if (error < 0)
		return error;
	error = ask(nl_socket_get_fd(s), name, out);
	nl_socket_free(s);
	return error;
}

/*
 * vrrp_nft.h - tables of nf_tables, put together message by message.
 *
 * What vrrp_filter.c and vrrp_lease_nft.c have in common: a batch is a list of
 * messages that take effect together or not at all.  Functions that add a message
 * remember their first error, and vrrp_nft_commit() returns it, so that nobody has
 * to look in between.
 */
#ifndef VRRPD_VRRP_NFT_H
#define VRRPD_VRRP_NFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nl_msg;
struct nl_sock;
struct nlattr;

/* How nft(8) prints the keys of sets. */
#define VRRP_NFT_TYPE_MARK	19	/* a number of 32 bits */
#define VRRP_NFT_TYPE_IPADDR	7
#define VRRP_NFT_TYPE_IP6ADDR	8
#define VRRP_NFT_TYPE_ETHERADDR	9
#define VRRP_NFT_TYPE_SERVICE	13	/* a number of 16 bits */

/* A socket of NETLINK_NETFILTER; all zero before vrrp_nft_open(). */
struct vrrp_nft {
	struct nl_sock	*sock;
	uint32_t	 seq;
};

struct vrrp_nft_batch {
	struct vrrp_nft	*nft;
	const char	*table;			/* borrowed */
	uint8_t		 family;		/* of the table */
	size_t		 len, last_at;	/* of the last message */
	int		 error;
	uint32_t	 first, last;		/* sequence numbers */
};

/* A rule that is being put together; expressions go to its list. */
struct vrrp_nft_rule {
	struct nl_msg	*msg;			/* NULL: no memory */
	struct nlattr	*list;
};

/* 0, -ENOMEM or -EOPNOTSUPP (no nf_tables in this kernel).  Once is enough. */
int	vrrp_nft_open(struct vrrp_nft *);
/* Tables that the socket owns go with it, which waits for a grace period. */
void	vrrp_nft_close(struct vrrp_nft *);
/* Of the socket: no other one of this network namespace has it. */
uint32_t vrrp_nft_port(const struct vrrp_nft *);

/*
 * family: NFPROTO_...; nft and table are borrowed until the commit.  One batch at a
 * time: all are put together in the same place.
 */
void	vrrp_nft_begin(struct vrrp_nft_batch *, struct vrrp_nft *,
	    uint8_t family, const char *table);
/* A message NFT_MSG_...; NULL: no memory, and the batch knows. */
struct nl_msg *vrrp_nft_message(struct vrrp_nft_batch *, int type, int flags);
/* Into the batch, freed; NULL is fine. */
void	vrrp_nft_finish(struct vrrp_nft_batch *, struct nl_msg *);
/*
 * Sends it and waits for the answer.  0 or negative errno; then nothing was done.
 */
int	vrrp_nft_commit(struct vrrp_nft_batch *);
/* The errors of an older kernel that does not know what it is asked for. */
int	vrrp_nft_unsupported(int error);

/*
 * The names of the tables of this family; found() must not use the socket.  0 or
 * negative errno.
 */
int	vrrp_nft_tables(struct vrrp_nft *, uint8_t family,
	    void (*found)(const char *name, void *arg), void *arg);
/* How many elements a set has; negative errno where there is no such set. */
int	vrrp_nft_count_elements(struct vrrp_nft *, uint8_t family,
	    const char *table, const char *set);

/*
 * The events of the kernel, of every table: a descriptor that is readable when
 * there is one, or negative errno.
 */
int	vrrp_nft_listen(void);
/*
 * Reads some of them.  Whatever was taken out of a table of this family is told, by
 * its name and the port of who did it (0: the kernel itself); table NULL: something
 * has been missed.
 */
void	vrrp_nft_hear(int fd, uint8_t family, void (*taken)(const char *table,
	    uint32_t port, void *arg), void *arg);

/* --- messages --- */

void	vrrp_nft_put_table(struct vrrp_nft_batch *, uint32_t flags);
/* -ENOENT where there is none. */
void	vrrp_nft_del_table(struct vrrp_nft_batch *, int flags);
/* id: unique in the batch; set_flags: NFT_SET_...; size 0: unbounded. */
void	vrrp_nft_put_set(struct vrrp_nft_batch *, const char *name,
	    uint32_t id, uint32_t type, uint32_t len, uint32_t set_flags,
	    uint32_t size);
/* A map to chains; where it is there already nothing changes. */
void	vrrp_nft_put_verdict_map(struct vrrp_nft_batch *, const char *name,
	    uint32_t id, uint32_t type, uint32_t len);
/* Nothing may refer to it any more, in the batch so far. */
void	vrrp_nft_del_set(struct vrrp_nft_batch *, const char *name);
/* A base chain that accepts; device: of a netdev table, else NULL. */
void	vrrp_nft_put_chain(struct vrrp_nft_batch *, const char *name,
	    uint32_t hook, int priority, const char *device);
/* A chain that rules go to. */
void	vrrp_nft_put_plain_chain(struct vrrp_nft_batch *, const char *name);
/* Takes out all its rules, also those of the batch so far. */
void	vrrp_nft_flush_chain(struct vrrp_nft_batch *, const char *name);
/* One without rules that nothing goes to any more. */
void	vrrp_nft_del_chain(struct vrrp_nft_batch *, const char *name);
/* Elements of a set: message and list, one call each, finish. */
struct nl_msg *vrrp_nft_begin_elements(struct vrrp_nft_batch *, int type,
	    int flags, const char *set, struct nlattr **list);
/* data: of a map, or NULL; timeout_ms 0: none. */
void	vrrp_nft_element(struct nl_msg *, const void *key, int key_len,
	    const void *data, int data_len, uint64_t timeout_ms);
/* Of a map to chains: those packets go to that one. */
void	vrrp_nft_element_to(struct nl_msg *, const void *key, int key_len,
	    const char *chain);
void	vrrp_nft_end_elements(struct vrrp_nft_batch *, struct nl_msg *,
	    struct nlattr *list);

/* Appended to the chain.  Expressions may be added to a rule without memory. */
void	vrrp_nft_begin_rule(struct vrrp_nft_batch *, struct vrrp_nft_rule *,
	    int flags, const char *chain);
void	vrrp_nft_end_rule(struct vrrp_nft_batch *, struct vrrp_nft_rule *);

/* --- expressions; a value is put in or taken from register 1 --- */

void	vrrp_nft_load_meta(struct vrrp_nft_rule *, uint32_t key);
void	vrrp_nft_load_payload(struct vrrp_nft_rule *, uint32_t base,
	    uint32_t offset, uint32_t len);
/* At most 16 bytes. */
void	vrrp_nft_load_value(struct vrrp_nft_rule *, const void *, int len);
/* Register &= mask, of len bytes. */
void	vrrp_nft_mask(struct vrrp_nft_rule *, const void *mask, int len);
void	vrrp_nft_compare(struct vrrp_nft_rule *, uint32_t op, const void *,
	    int len);
void	vrrp_nft_compare_byte(struct vrrp_nft_rule *, uint32_t op,
	    uint8_t value);
void	vrrp_nft_is_in_set(struct vrrp_nft_rule *, const char *set);
void	vrrp_nft_is_not_in_set(struct vrrp_nft_rule *, const char *set);
/* Of a map: the value is put in register 2. */
void	vrrp_nft_look_up(struct vrrp_nft_rule *, const char *map);
/* Of a map to chains: where it is found the packet goes there. */
void	vrrp_nft_go_by(struct vrrp_nft_rule *, const char *map);
/* The packet writes register 2 there. */
void	vrrp_nft_write_payload(struct vrrp_nft_rule *, uint32_t base,
	    uint32_t offset, uint32_t len);
/* The packet changes the set: op NFT_DYNSET_OP_...; timeout_ms 0: none. */
void	vrrp_nft_change_set(struct vrrp_nft_rule *, uint32_t op,
	    const char *set, uint64_t timeout_ms);
void	vrrp_nft_count(struct vrrp_nft_rule *);
/* NF_ACCEPT, NF_DROP. */
void	vrrp_nft_verdict(struct vrrp_nft_rule *, uint32_t code);
/* The rest of this packet's way is that chain's. */
void	vrrp_nft_go_to(struct vrrp_nft_rule *, const char *chain);

#endif

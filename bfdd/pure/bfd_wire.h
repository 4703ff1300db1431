/*
 * bfd_wire.h - BFD control packets: bytes <-> values (RFC 5880 §4.1).  PURE.
 *
 * bfd_wire_parse() makes the checks of §6.8.6 that need nothing but the packet
 * (B-20..B-25), in that order, and fills *out only when all hold.  The session's
 * own checks (B-26..B-31) are the table's and the core's.
 */
#ifndef BFDD_BFD_WIRE_H
#define BFDD_BFD_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BFD_PORT_SINGLE_HOP	3784
#define BFD_PORT_ECHO		3785
#define BFD_PORT_MULTIHOP	4784
#define BFD_VERSION		1
#define BFD_SOURCE_PORT_MIN	49152
#define BFD_PACKET_MIN		24
#define BFD_PACKET_MAX		64	/* 24 + the longest authentication section */
#define BFD_INTERVAL_MAX_US	UINT32_MAX

enum bfd_state { BFD_ADMIN_DOWN = 0, BFD_DOWN = 1, BFD_INIT = 2, BFD_UP = 3 };
#define BFD_STATE_COUNT	4
const char *bfd_state_name(enum bfd_state);	/* "admin-down", "down", ... */

/* RFC 5880 §4.1 Diag; the words are RFC 9314's. */
#define BFD_DIAGS(X)					\
	X(0, NONE,		"none")			\
	X(1, CONTROL_EXPIRY,	"control-expiry")	\
	X(2, ECHO_FAILED,	"echo-failed")		\
	X(3, NEIGHBOR_DOWN,	"neighbor-down")	\
	X(4, FORWARDING_RESET,	"forwarding-reset")	\
	X(5, PATH_DOWN,		"path-down")		\
	X(6, CONCATENATED_PATH_DOWN, "concatenated-path-down") \
	X(7, ADMIN_DOWN,	"admin-down")		\
	X(8, REVERSE_CONCATENATED_PATH_DOWN, "reverse-concatenated-path-down") \
	X(9, MIS_CONNECTIVITY,	"mis-connectivity-defect")

enum bfd_diag {
#define X(value, id, word) BFD_DIAG_##id = value,
	BFD_DIAGS(X)
#undef X
};
const char *bfd_diag_name(uint8_t diag);	/* "reserved" for 10..31 */

/* Why a packet was discarded: enum, counter, log word, JSON key. */
#define BFD_VERDICTS(X)					\
	X(OK,		"ok")				\
	X(SHORT,	"short")	/* fewer than 24 bytes */	\
	X(VERSION,	"version")	/* B-20 */	\
	X(LENGTH,	"length")	/* B-21, B-22 */ \
	X(DETECT_MULT,	"detect-mult")	/* B-23 */	\
	X(MULTIPOINT,	"multipoint")	/* B-24 */	\
	X(MY_DISCR,	"my-discriminator")	/* B-25 */ \
	X(YOUR_DISCR,	"your-discriminator")	/* B-26 */ \
	X(STATE,	"state")	/* B-27 */	\
	X(NO_SESSION,	"no-session")	/* B-28 */	\
	X(TTL,		"ttl")		/* B-41, B-112 */ \
	X(SOURCE,	"source")	/* not this session's peer */ \
	X(PASSIVE_SOURCE, "passive-source") /* not of the subnet (B-142) */ \
	X(PASSIVE_LIMIT, "passive-limit") /* too many (B-146) */ \
	X(AUTH_UNEXPECTED, "auth-unexpected")	/* B-29 */ \
	X(AUTH_MISSING,	"auth-missing")	/* B-30 */	\
	X(AUTH_TYPE,	"auth-type")	/* B-105 */	\
	X(AUTH_LENGTH,	"auth-length")			\
	X(AUTH_KEY,	"auth-key")	/* unknown key id */ \
	X(AUTH_SEQUENCE, "auth-sequence")		\
	X(AUTH_DIGEST,	"auth-digest")			\
	X(ECHO,		"echo")	/* not ours, or too late */ \
	X(AUTH_UNAVAILABLE, "auth-unavailable")	/* libcrypto refuses MD5 */ \
	X(ADMIN_DOWN_STATE, "admin-down")	/* B-36 */

enum bfd_verdict {
#define X(id, word) BFD_##id##_VERDICT,
	BFD_VERDICTS(X)
#undef X
};
#define BFD_VERDICT_COUNT	(BFD_ADMIN_DOWN_STATE_VERDICT + 1)
const char *bfd_verdict_name(enum bfd_verdict);

struct bfd_packet {
	uint8_t		diag;
	enum bfd_state	state;
	bool		poll;
	bool		final;
	bool		control_plane_independent;
	bool		auth_present;
	bool		demand;
	bool		multipoint;
	uint8_t		detect_mult;
	uint8_t		length;
	uint32_t	my_discr;
	uint32_t	your_discr;
	uint32_t	desired_min_tx_us;
	uint32_t	required_min_rx_us;
	uint32_t	required_min_echo_rx_us;
	/* The packet as received: `length` bytes, borrowed; for authentication. */
	const uint8_t	*bytes;
};

/*
 * payload: the UDP payload.  BFD_OK_VERDICT or why not; *out is written only
 * then.  A payload longer than Length is accepted and its tail ignored (B-22).
 */
enum bfd_verdict bfd_wire_parse(const uint8_t *payload, size_t len,
    struct bfd_packet *out);
/*
 * The 24 mandatory bytes; Length is 24 + auth_section_len, A set when that is
 * not 0, and the caller appends the section.  24, or 0 when the whole would not
 * fit.  poll and final together are a programming error (B-76, asserted).
 */
size_t	bfd_wire_build(const struct bfd_packet *, size_t auth_section_len,
	    uint8_t *buf, size_t size);

#endif

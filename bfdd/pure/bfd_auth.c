/*
 * bfd_auth.c - BFD authentication sections (RFC 5880 §4.2-4.4, §6.7).  PURE.
 *
 * Five types behind two functions.  Simple password carries the secret itself;
 * the other four carry a sequence number and a plain MD5 or SHA1 hash over the
 * packet, with the zero-padded key sitting where the hash goes (B-101; no HMAC).
 *
 * The printed RFC sets AuthSeqKnown before it looks at the hash, so that anybody
 * could move the window of a fresh session.  Errata 7083 and 7082 put the hash
 * first, and so do we (B-104): nothing is stored from a packet that was not
 * proved.  The window test comes before the hash all the same, because it only
 * reads, and it spares the hash on a replayed flood.
 *
 * libcrypto may refuse MD5 (FIPS mode).  Then packets are refused as
 * AUTH_UNAVAILABLE and nothing is sent; configuration asks beforehand.
 */
#include "config.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "bfdd/pure/bfd_auth.h"
#include "shared/pure/cursor.h"

#define DIGEST_OFFSET	(BFD_PACKET_MIN + 8)	/* type len id 0 sequence(4) */
#define MD5_LEN		16
#define SHA1_LEN	20

static size_t
digest_len(enum bfd_auth_type type)
{
	switch (type) {
	case BFD_AUTH_NONE:
	case BFD_AUTH_SIMPLE:
		return 0;
	case BFD_AUTH_KEYED_MD5:
	case BFD_AUTH_METICULOUS_MD5:
		return MD5_LEN;
	case BFD_AUTH_KEYED_SHA1:
	case BFD_AUTH_METICULOUS_SHA1:
		return SHA1_LEN;
	}
	return 0;
}

static bool
is_meticulous(enum bfd_auth_type type)
{
	return type == BFD_AUTH_METICULOUS_MD5 ||
	    type == BFD_AUTH_METICULOUS_SHA1;
}

/* The hash of `packet` with the key in the digest field. */
static bool
digest(enum bfd_auth_type type, const struct bfd_auth_key *key,
    const uint8_t *packet, size_t len, uint8_t out[EVP_MAX_MD_SIZE])
{
	size_t n = digest_len(type);
	uint8_t keyed[BFD_PACKET_MAX];
	unsigned out_len = 0;
	bool ok;

	assert(len == DIGEST_OFFSET + n && len <= sizeof(keyed));
	assert(key->len <= n);
	memcpy(keyed, packet, DIGEST_OFFSET);
	memset(keyed + DIGEST_OFFSET, 0, n);
	memcpy(keyed + DIGEST_OFFSET, key->key, key->len);
	ok = EVP_Digest(keyed, len, out, &out_len,
	    n == MD5_LEN ? EVP_md5() : EVP_sha1(), NULL) == 1 && out_len == n;
	OPENSSL_cleanse(keyed, sizeof(keyed));
	return ok;
}

bool
bfd_auth_available(enum bfd_auth_type type)
{
	static const uint8_t packet[BFD_PACKET_MAX];
	static const struct bfd_auth_key key = { .id = 0, .len = 1 };
	uint8_t out[EVP_MAX_MD_SIZE];
	size_t n = digest_len(type);

	return n == 0 || digest(type, &key, packet, DIGEST_OFFSET + n, out);
}

size_t
bfd_auth_section_len(const struct bfd_auth_params *a)
{
	switch (a->type) {
	case BFD_AUTH_NONE:
		return 0;
	case BFD_AUTH_SIMPLE:
		return 3 + a->keys[0].len;
	case BFD_AUTH_KEYED_MD5:
	case BFD_AUTH_METICULOUS_MD5:
	case BFD_AUTH_KEYED_SHA1:
	case BFD_AUTH_METICULOUS_SHA1:
		return 8 + digest_len(a->type);
	}
	return 0;
}

size_t
bfd_auth_sign(const struct bfd_auth_params *a, struct bfd_auth_state *st,
    bool advance, uint8_t *buf, size_t size)
{
	const struct bfd_auth_key *key = &a->keys[0];
	size_t section = bfd_auth_section_len(a);
	uint8_t hash[EVP_MAX_MD_SIZE];
	uint32_t seq = st->xmit_auth_seq;
	struct cursor_out out;

	if (section == 0)
		return BFD_PACKET_MIN;
	if (size < BFD_PACKET_MIN + section)
		return 0;
	assert(a->key_count > 0);

	cursor_out_init(&out, buf + BFD_PACKET_MIN, section);
	cursor_put_u8(&out, (uint8_t)a->type);
	cursor_put_u8(&out, (uint8_t)section);
	cursor_put_u8(&out, key->id);
	if (a->type == BFD_AUTH_SIMPLE) {
		cursor_put_bytes(&out, key->key, key->len);
		assert(cursor_out_ok(&out));
		return BFD_PACKET_MIN + section;
	}
	if (!is_meticulous(a->type) && advance)
		seq++;					/* B-102 */
	cursor_put_u8(&out, 0);
	cursor_put_u32(&out, seq);
	if (!digest(a->type, key, buf, BFD_PACKET_MIN + section, hash))
		return 0;
	cursor_put_bytes(&out, hash, digest_len(a->type));
	assert(cursor_out_ok(&out));
	st->xmit_auth_seq = is_meticulous(a->type) ? seq + 1 : seq;
	return BFD_PACKET_MIN + section;
}

static const struct bfd_auth_key *
find_key(const struct bfd_auth_params *a, uint8_t id)
{
	unsigned i;

	for (i = 0; i < a->key_count; i++)
		if (a->keys[i].id == id)
			return &a->keys[i];
	return NULL;
}

static enum bfd_verdict
check_password(const struct bfd_auth_key *key, const uint8_t *password,
    size_t len)
{
	/* B-105: password length + 3 is the only right length. */
	if (len != key->len)
		return BFD_AUTH_LENGTH_VERDICT;
	if (CRYPTO_memcmp(password, key->key, len) != 0)
		return BFD_AUTH_DIGEST_VERDICT;
	return BFD_OK_VERDICT;
}

/* B-103; the multiplier is the received one. */
static bool
in_window(enum bfd_auth_type type, const struct bfd_auth_state *st,
    uint32_t seq, uint8_t detect_mult)
{
	uint32_t ahead = seq - st->rcv_auth_seq;	/* modulo 2^32 */

	if (!st->auth_seq_known)
		return true;
	if (is_meticulous(type) && ahead == 0)
		return false;
	return ahead <= 3 * (uint32_t)detect_mult;
}

enum bfd_verdict
bfd_auth_check(const struct bfd_auth_params *a, struct bfd_auth_state *st,
    const struct bfd_packet *p)
{
	const struct bfd_auth_key *key;
	uint8_t hash[EVP_MAX_MD_SIZE];
	struct cursor_in in;
	uint8_t type, len, id;
	size_t n = digest_len(a->type);
	uint32_t seq;

	if (a->type == BFD_AUTH_NONE)				/* B-29 */
		return p->auth_present ? BFD_AUTH_UNEXPECTED_VERDICT :
		    BFD_OK_VERDICT;
	if (!p->auth_present)					/* B-30 */
		return BFD_AUTH_MISSING_VERDICT;

	cursor_in_init(&in, p->bytes + BFD_PACKET_MIN,
	    (size_t)p->length - BFD_PACKET_MIN);
	type = cursor_get_u8(&in);
	len = cursor_get_u8(&in);
	if (type != (uint8_t)a->type)
		return BFD_AUTH_TYPE_VERDICT;
	if (len != p->length - BFD_PACKET_MIN || len < 4 ||
	    (n > 0 && len != 8 + n))
		return BFD_AUTH_LENGTH_VERDICT;
	id = cursor_get_u8(&in);
	if ((key = find_key(a, id)) == NULL)
		return BFD_AUTH_KEY_VERDICT;
	if (n == 0)
		return check_password(key, in.at, in.left);

	(void)cursor_get_u8(&in);			/* reserved, not checked */
	seq = cursor_get_u32(&in);
	if (!in_window(a->type, st, seq, p->detect_mult))
		return BFD_AUTH_SEQUENCE_VERDICT;
	if (!digest(a->type, key, p->bytes, p->length, hash))
		return BFD_AUTH_UNAVAILABLE_VERDICT;
	if (CRYPTO_memcmp(in.at, hash, n) != 0)
		return BFD_AUTH_DIGEST_VERDICT;
	st->rcv_auth_seq = seq;					/* B-104 */
	st->auth_seq_known = true;
	return BFD_OK_VERDICT;
}

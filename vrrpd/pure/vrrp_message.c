/*
 * vrrp_message.c - the words for messages, ways and refusals.  PURE.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_message.h"

const char *
vrrp_message_name(enum vrrp_message m)
{
	static const char *const names[] = {
#define X(id, word) [VRRP_MSG_##id] = word,
		VRRP_MESSAGES(X)
#undef X
	};

	return names[m];
}

const char *
vrrp_way_sender(enum vrrp_way w)
{
	static const char *const names[] = {
#define X(id, from) [VRRP_WAY_##id] = from,
		VRRP_WAYS(X)
#undef X
	};

	return names[w];
}

const char *
vrrp_way_receiver(enum vrrp_way w)
{
	return vrrp_way_sender(vrrp_way_back(w));
}

enum vrrp_way
vrrp_way_back(enum vrrp_way w)
{
	switch (w) {
	case VRRP_WAY_ENGINE_UP:
		return VRRP_WAY_ENGINE_DOWN;
	case VRRP_WAY_ENGINE_DOWN:
		return VRRP_WAY_ENGINE_UP;
	case VRRP_WAY_SCRIPTS_UP:
		return VRRP_WAY_SCRIPTS_DOWN;
	case VRRP_WAY_SCRIPTS_DOWN:
		return VRRP_WAY_SCRIPTS_UP;
	case VRRP_WAY_CHECKS_UP:
		return VRRP_WAY_CHECKS_DOWN;
	case VRRP_WAY_CHECKS_DOWN:
		return VRRP_WAY_CHECKS_UP;
	case VRRP_WAY_NET_UP:
		return VRRP_WAY_NET_DOWN;
	case VRRP_WAY_NET_DOWN:
		break;
	}
	return VRRP_WAY_NET_UP;
}

const char *
vrrp_refusal_name(enum vrrp_refusal r)
{
	static const char *const names[] = {
#define X(id, word) [VRRP_REFUSAL_##id] = word,
		VRRP_REFUSALS(X)
#undef X
	};

	return names[r];
}

/*
 * fuzz_vrrp_conf.c - any text as vrrpd.conf: an answer, and what it promises.
 *
 * What is accepted is printed and read back as the same values, and keeps to
 * the ranges the daemon relies on; what is refused says why and leaves the
 * result alone.  Files that are included are not looked at.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "shared/pure/mono.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_conf_print.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)

static struct conf_errors errors, warnings;

static void
check_instance(const struct vrrp_params *v)
{
	unsigned i;

	REQUIRE(v->name[0] != '\0' && v->interface[0] != '\0');
	REQUIRE(v->vrid != 0 && v->priority != 0);
	REQUIRE(v->advert_int_cs >= 1 && (v->version == 2 ?
	    v->advert_int_cs % 100 == 0 : v->advert_int_cs <=
	    VRRP_ADVERT_INT_MAX));
	REQUIRE(v->vip_count >= 1 && v->vip_count <= VRRP_VIPS_MAX);
	for (i = 0; i < v->vip_count; i++)
		REQUIRE(v->vips[i].prefix.addr.family == v->family &&
		    v->vips[i].prefix.len <= addr_len(v->family) * 8);
	REQUIRE(vrrp_params_addresses(v) <= VRRP_ADDRESSES_MAX);
	for (; i < vrrp_params_addresses(v); i++)
		REQUIRE(v->vips[i].prefix.len <=
		    addr_len(v->vips[i].prefix.addr.family) * 8);
	for (i = 0; i < v->bfd_count; i++)
		REQUIRE((v->bfd[i].peer.family == v->family ||
		    v->bfd[i].role == VRRP_BFD_LINK) &&
		    v->bfd[i].multiplier != 0 &&
		    v->bfd[i].min_tx_ns >= ns_from_ms(1) &&
		    v->bfd[i].min_rx_ns >= ns_from_ms(1));
	REQUIRE(v->auth_len <= sizeof(v->auth_pass));
	REQUIRE(v->track_count <= VRRP_TRACKS_MAX);
	for (i = 0; i < v->track_count; i++)
		REQUIRE(v->tracks[i].weight >= -VRRP_WEIGHT_MAX &&
		    v->tracks[i].weight <= VRRP_WEIGHT_MAX &&
		    v->priority != VRRP_PRIORITY_OWNER);
}

static void
check_tracker(const struct vrrp_tracker_params *t)
{
	char storage[VRRP_COMMAND_MAX], *argv[VRRP_COMMAND_WORDS_MAX + 1];

	REQUIRE(t->name[0] != '\0' && (t->timeout_ns <= t->interval_ns ||
	    t->kind == VRRP_TRACK_SCRIPT));
	if (t->on_change[0] != '\0') {
		REQUIRE(vrrp_params_command(t->on_change, storage, argv) > 0);
		REQUIRE(argv[0][0] == '/');
	}
	switch (t->kind) {
	case VRRP_TRACK_SCRIPT:
		REQUIRE(vrrp_params_command(t->command, storage, argv) > 0);
		REQUIRE(argv[0][0] == '/');
		break;
	case VRRP_TRACK_PROCESS:
		REQUIRE((t->process_name[0] != '\0') !=
		    (t->pid_file[0] != '\0'));
		break;
	case VRRP_TRACK_TCP:
		REQUIRE(t->port != 0 && addr_is_set(&t->address));
		break;
	case VRRP_TRACK_HTTP:
		REQUIRE(t->status_count > 0 && t->url[0] != '\0');
		break;
	case VRRP_TRACK_PING:
		REQUIRE(addr_is_set(&t->address));
		break;
	case VRRP_TRACK_FILE:
		REQUIRE(t->path[0] == '/');
		break;
	case VRRP_TRACK_ROUTE:
		REQUIRE(addr_is_set(&t->route.prefix.addr) &&
		    t->route.table != 0);
		break;
	case VRRP_TRACK_INTERFACE:
	case VRRP_TRACK_LINK:
		abort();
	}
}

static void
check_round_trip(const struct vrrp_config *c, unsigned flags)
{
	struct vrrp_config again;
	struct vrrp_params a, b;
	struct vrrp_tracker_params x, y;
	char *text = vrrp_conf_print(c);
	unsigned i;

	REQUIRE(text != NULL);
	errors.count = 0;
	REQUIRE(vrrp_conf_parse_text(text, "printed", flags, &again, &errors,
	    NULL) == 0);
	REQUIRE(again.count == c->count);
	REQUIRE(strcmp(again.router_id, c->router_id) == 0);
	REQUIRE(again.realtime_priority == c->realtime_priority);
	for (i = 0; i < c->count; i++) {
		a = c->instances[i];
		b = again.instances[i];
		a.line = b.line = 0;
		REQUIRE(memcmp(&a, &b, sizeof(a)) == 0);
	}
	REQUIRE(again.tracker_count == c->tracker_count);
	for (i = 0; i < c->tracker_count; i++) {
		x = c->trackers[i];
		y = again.trackers[i];
		x.line = y.line = 0;
		REQUIRE(memcmp(&x, &y, sizeof(x)) == 0);
	}
	vrrp_config_free(&again);
	free(text);
}

static void
parse(const char *text, unsigned flags)
{
	struct vrrp_config c, untouched;
	unsigned i;

	memset(&c, 0xa5, sizeof(c));
	memcpy(&untouched, &c, sizeof(c));
	errors.count = warnings.count = 0;
	if (vrrp_conf_parse_text(text, "fuzz", flags, &c, &errors,
	    &warnings) != 0) {
		REQUIRE(errors.count > 0);
		REQUIRE(memcmp(&c, &untouched, sizeof(c)) == 0);
		return;
	}
	REQUIRE(errors.count == 0);
	for (i = 0; i < c.count; i++)
		check_instance(&c.instances[i]);
	for (i = 0; i < c.tracker_count; i++)
		check_tracker(&c.trackers[i]);
	check_round_trip(&c, flags);
	vrrp_config_free(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if ((text = malloc(size + 1)) == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (strstr(text, "include") == NULL)
		parse(text, 0);
	free(text);
	return 0;
}

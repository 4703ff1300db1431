/*
 * vrrp_conf_routes.c - the words `routes` and `rules` of an instance.
 *
 * Each element is a text in the words of ip(8), which vrrp_route.c reads: whoever has
 * a route has it as such a line, from `ip route` or from keepalived, and blocks with
 * the same words again would be a second language for it.
 *
 * Two routes of which the kernel takes one are an error, since the second would be
 * refused at the takeover, when nobody looks.
 *
 * Called by vrrp_conf_instance.c.
 */
#include "config.h"

#include "vrrpd/config/vrrp_conf_routes.h"

#include "vrrpd/pure/vrrp_route.h"

static void
add_route(struct parse *p, struct vrrp_params *v, const struct word *w,
    uint8_t family)
{
	struct vrrp_route r;
	char why[VRRP_ROUTE_WHY_MAX];
	unsigned i;

	if (vrrp_route_parse(w->text, family, &r, why) < 0) {
		bad(p, w->line, "route \"%s\": %s", w->text, why);
		return;
	}
	for (i = 0; i < v->route_count; i++)
		if (vrrp_route_excludes(&v->routes[i], &r)) {
			bad(p, w->line, "route \"%s\": there is another one of "
			    "this network, table and metric", w->text);
			return;
		}
	if (v->route_count == VRRP_ROUTES_MAX) {
		bad(p, w->line, "instance %s has more than %d routes", v->name,
		    VRRP_ROUTES_MAX);
		return;
	}
	v->routes[v->route_count++] = r;
}

static void
add_rule(struct parse *p, struct vrrp_params *v, const struct word *w,
    uint8_t family)
{
	struct vrrp_rule r;
	char why[VRRP_ROUTE_WHY_MAX];
	unsigned i;

	if (vrrp_rule_parse(w->text, family, &r, why) < 0) {
		bad(p, w->line, "rule \"%s\": %s", w->text, why);
		return;
	}
	for (i = 0; i < v->rule_count; i++)
		if (vrrp_rule_equal(&v->rules[i], &r)) {
			bad(p, w->line, "rule \"%s\" is given twice", w->text);
			return;
		}
	if (v->rule_count == VRRP_RULES_MAX) {
		bad(p, w->line, "instance %s has more than %d rules", v->name,
		    VRRP_RULES_MAX);
		return;
	}
	v->rules[v->rule_count++] = r;
}

void
vrrp_conf_routes(struct parse *p, cfg_t *sec, struct vrrp_params *v)
{
	/* Without addresses there has been a complaint already. */
	uint8_t family = v->family == AF_UNSPEC ? AF_INET : v->family;
	unsigned i;

	for (i = 0; i < word_count(sec, "routes"); i++)
		add_route(p, v, word_nth(sec, "routes", i), family);
	for (i = 0; i < word_count(sec, "rules"); i++)
		add_rule(p, v, word_nth(sec, "rules", i), family);
}

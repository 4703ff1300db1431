/*
 * ka_beside.c - from keepalived to vrrpd, as commands for one file.
 *
 * The guide of swiftover-keepalived(7), "One router at a time", with the names,
 * interfaces, VRIDs and addresses of the file at hand: the Backup first, what to
 * look at before and after, how to go back.  Nothing is run: a person reads each
 * line, runs it, and looks at what it answers.  A word of the file may be
 * anything, so in a command it stands in quotes.
 */
#include "config.h"

#include "vrrpd/convert/ka_beside.h"

#include <ctype.h>
#include <string.h>

#include "vrrpd/convert/ka_ipvs.h"
#include "vrrpd/convert/ka_words.h"

#define KEEPALIVED	"keepalived.service"
#define SHOWN_MAX	8	/* more of them are shown in one table */
#define DROP_IN		"/etc/systemd/system/" KEEPALIVED ".d"

/* A word for a shell: in quotes unless it is plain. */
static void
put_shell(FILE *to, const char *s)
{
	size_t i;

	for (i = 0; s[i] != '\0'; i++)
		if (!isascii((unsigned char)s[i]) ||
		    (!isalnum((unsigned char)s[i]) &&
		    strchr("._:-@/+,=", s[i]) == NULL))
			break;
	if (i > 0 && s[i] == '\0' && s[0] != '-') {
		(void)fputs(s, to);
		return;
	}
	(void)fputs(s[0] == '-' ? "./'" : "'", to);
	for (; *s != '\0'; s++)
		if (*s == '\'')
			(void)fputs("'\\''", to);
		else
			(void)fputc(*s, to);
	(void)fputc('\'', to);
}

/* For a comment: what could end the line does not. */
static void
put_plain(FILE *to, const char *s)
{
	for (; *s != '\0'; s++)
		(void)fputc(iscntrl((unsigned char)*s) ? '?' : *s, to);
}

static void
put_address(FILE *to, const struct addr *a)
{
	char text[ADDR_STRLEN];

	(void)fputs(addr_format(a, text, sizeof(text)), to);
}

/* --- the virtual routers --- */

static void
put_router(FILE *to, const struct ka_instance *v)
{
	char text[ADDR_PREFIX_STRLEN];
	unsigned i;

	(void)fprintf(to, "#   %s: VRID %ld on ", v->out, v->vrid);
	put_plain(to, v->interface);
	(void)fprintf(to, ", priority %ld:", v->priority ==
	    VRRP_PRIORITY_OWNER ? 254 : v->priority);
	for (i = 0; i < v->vip_count; i++)
		(void)fprintf(to, "%s %s", i > 0 ? "," : "",
		    addr_prefix_format(&v->vip[i].prefix, text, sizeof(text)));
	(void)fputc('\n', to);
}

static void
put_routers(FILE *to, const struct ka_conv *c)
{
	const struct ka_instance *v;

	(void)fputs("#\n# Its virtual routers:\n", to);
	for (v = c->instances; v != NULL; v = v->next)
		if (!v->left_out)
			put_router(to, v);
	for (v = c->instances; v != NULL; v = v->next)
		if (v->left_out)
			(void)fprintf(to, "#   %s is left out, standard error "
			    "says why: cure that first, or it is nowhere\n",
			    v->out);
}

/* One command for each address: the first of each instance tells. */
static void
put_where(FILE *to, const struct ka_conv *c)
{
	const struct ka_instance *v;

	for (v = c->instances; v != NULL; v = v->next)
		if (!v->left_out && v->vip_count > 0) {
			(void)fputs("ip -brief address show to ", to);
			put_address(to, &v->vip[0].prefix.addr);
			(void)fputc('\n', to);
		}
}

static void
put_show(FILE *to, const struct ka_conv *c, const char *what)
{
	const struct ka_instance *v;
	unsigned count = 0;

	for (v = c->instances; v != NULL; v = v->next)
		count += !v->left_out;
	if (count > SHOWN_MAX) {
		(void)fprintf(to, "vrrpctl show %s\n", what);
		return;
	}
	for (v = c->instances; v != NULL; v = v->next)
		if (!v->left_out)
			(void)fprintf(to, "vrrpctl show %s%s%s\n", what,
			    what[0] != '\0' ? " " : "", v->out);
}

static void
put_pings(FILE *to, const struct ka_conv *c)
{
	const struct ka_instance *v;

	for (v = c->instances; v != NULL; v = v->next)
		if (!v->left_out && v->vip_count > 0) {
			(void)fputs("#       ping -c 3 ", to);
			put_address(to, &v->vip[0].prefix.addr);
			(void)fputc('\n', to);
		}
}

/* Is the interface that of an earlier instance, which has been said? */
static bool
said_interface(const struct ka_conv *c, const struct ka_instance *v)
{
	const struct ka_instance *o;

	for (o = c->instances; o != v; o = o->next)
		if (!o->left_out && strcmp(o->interface, v->interface) == 0)
			return true;
	return false;
}

static void
put_listen(FILE *to, const struct ka_conv *c)
{
	const struct ka_instance *v;

	for (v = c->instances; v != NULL; v = v->next)
		if (!v->left_out && !said_interface(c, v)) {
			(void)fputs("tcpdump -c 5 -ni ", to);
			put_shell(to, v->interface);
			(void)fputs(" 'proto 112'\n", to);
		}
}

/* --- the steps --- */

static void
put_convert(FILE *to, const struct ka_beside *b, bool ipvs)
{
	(void)fputs("vrrpctl convert ", to);
	if (b->id != NULL) {
		(void)fputs("--id=", to);
		put_shell(to, b->id);
		(void)fputc(' ', to);
	}
	if (b->script_user != NULL) {
		(void)fputs("--script-user=", to);
		put_shell(to, b->script_user);
		(void)fputc(' ', to);
	}
	if (ipvs) {
		(void)fputs("--ipvs=", to);
		put_shell(to, b->ipvs);
		(void)fputc(' ', to);
	}
	put_shell(to, b->file);
	(void)fputs(" > ", to);
	put_shell(to, b->conf);
	(void)fputs("\nvrrpctl check ", to);
	put_shell(to, b->conf);
	(void)fputc('\n', to);
}

static void
put_before(FILE *to, const struct ka_conv *c, const struct ka_beside *b,
    bool ipvs)
{
	const struct ka_remarks *r = &c->tree->remarks;
	unsigned notes = 0, i;

	(void)fputs("\n# 1. The Backup first.  Where one of these answers with "
	    "an address, this router is\n#    the Active of it: begin with the "
	    "other routers.\n", to);
	put_where(to, c);
	(void)fputs("\n# 2. Who leads now?  Of each VRID there are adverts of "
	    "one other router; keep it in\n#    mind.\n", to);
	put_listen(to, c);
	for (i = 0; i < r->count; i++)
		notes += r->list[i].kind == KA_NOTE;
	(void)fprintf(to, "\n# 3. The configuration.  Read what the first "
	    "command says: %u difference%s, %u note%s.\n#    The second has "
	    "to say \"good\".\n", r->differences, r->differences == 1 ?
	    "" : "s", notes, notes == 1 ? "" : "s");
	put_convert(to, b, ipvs);
	if (ipvs) {
		(void)fputs("keepalived -t -C -f ", to);
		put_shell(to, b->ipvs);
		(void)fputc('\n', to);
	}
}

/* keepalived stays for its virtual servers, and for nothing else. */
static void
put_checker(FILE *to, const struct ka_beside *b)
{
	(void)fputs("mkdir -p " DROP_IN "\n", to);
	(void)fputs("printf '%s\\n' '[Service]' Type=simple ExecStart= 'ExecStart="
	    "/usr/sbin/keepalived --dont-fork --check --use-file='", to);
	put_shell(to, b->ipvs);
	(void)fputs(" > " DROP_IN "/vrrpd.conf\n"
	    "systemctl daemon-reload\n"
	    "systemctl restart " KEEPALIVED "\n", to);
}

static void
put_change(FILE *to, const struct ka_conv *c, const struct ka_beside *b,
    bool ipvs)
{
	(void)fputs("\n# 4. Change over.  keepalived and vrrpd never run both "
	    "for a virtual router on one host.\n", to);
	if (ipvs) {
		(void)fputs("#    keepalived goes on with the virtual servers "
		    "alone (-C).\n", to);
		put_checker(to, b);
	} else
		(void)fputs("systemctl disable --now " KEEPALIVED "\n", to);
	(void)fputs("systemctl enable --now bfdd.service vrrpd.service\n", to);
	(void)fputs("\n# 5. Look: each is \"backup\", and its Active is the "
	    "router of step 2.  Should one be\n#    \"active\" the two do not "
	    "understand each other: go back at once (step 8); the counters\n"
	    "#    of show stats say which adverts were discarded, and why.\n",
	    to);
	put_show(to, c, "");
	put_show(to, c, "stats");
	put_where(to, c);
}

static void
put_after(FILE *to, const struct ka_conv *c, bool ipvs)
{
	const struct ka_instance *v;

	(void)fputs("\n# 6. Take over once.  On the Active:\n"
	    "#       systemctl stop " KEEPALIVED "\n"
	    "#    Here each is \"active\" then, and the addresses are here:\n",
	    to);
	put_show(to, c, "");
	put_where(to, c);
	(void)fputs("#    From a client in each network:\n", to);
	put_pings(to, c);
	(void)fputs("#    And on the other router again:\n"
	    "#       systemctl start " KEEPALIVED "\n", to);
	for (v = c->instances; v != NULL; v = v->next)
		if (!v->left_out)
			(void)fprintf(to, "#    %s %s\n", v->out,
			    v->nopreempt != NULL && v->state == NULL ?
			    "stays here (nopreempt)." : "goes to whoever has "
			    "the higher priority.");
	(void)fputs("\n# 7. The same on the next router; the Active is the last"
	    " one.  When all of them run\n#    vrrpd: version 3, a short "
	    "advert_int, virtual_mac = yes and a bfd block are in\n"
	    "#    swiftover-keepalived(7).\n"
	    "\n# 8. How to go back, at any step.  The file of keepalived is as "
	    "it was.\nsystemctl disable --now vrrpd.service\n", to);
	if (ipvs)
		(void)fputs("rm " DROP_IN "/vrrpd.conf\n"
		    "systemctl daemon-reload\n"
		    "systemctl restart " KEEPALIVED "\n", to);
	else
		(void)fputs("systemctl enable --now " KEEPALIVED "\n", to);
	put_where(to, c);
}

void
ka_put_beside(const struct ka_conv *c, const struct ka_beside *b, FILE *to)
{
	bool ipvs = ka_has_ipvs(c->tree);

	(void)fputs("# vrrpd instead of keepalived on this router, for ", to);
	put_plain(to, b->file);
	(void)fputs("\n# One command after the other, as root, with a look at "
	    "its answer: this is no script.\n", to);
	put_routers(to, c);
	put_before(to, c, b, ipvs);
	put_change(to, c, b, ipvs);
	put_after(to, c, ipvs);
}

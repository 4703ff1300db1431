/*
 * vrrp_ledger.h - the monitor's book of configurations.
 *
 * Kept as values, never as a file: the one in force, which a new engine and the
 * helpers are given; and while that is on trial, the one that was confirmed last,
 * to which it goes back unless somebody confirms.  Has the file read when the
 * engine asks (vrrp_reader.h).  The engine's half is vrrpd/engine/vrrp_reload.h.
 *
 * Whatever happens to an engine, the book stays; with the monitor it ends, and the
 * next vrrpd begins with the file.
 */
#ifndef VRRPD_VRRP_LEDGER_H
#define VRRPD_VRRP_LEDGER_H

#include "shared/priv.h"
#include "vrrpd/ipc/vrrp_post.h"
#include "vrrpd/ipc/vrrp_program.h"
#include "vrrpd/monitor/vrrp_monitor.h"
#include "vrrpd/pure/vrrp_params.h"

struct vrrp_ledger;

/*
 * conf: the file; config: as read at the start; user: whom a reader becomes;
 * program: what engines execute; all but config are borrowed until the monitor has
 * ended.  NULL when out of memory.
 */
struct vrrp_ledger *vrrp_ledger_new(const char *conf,
	    const struct vrrp_config *config, const struct priv_user *user,
	    const struct vrrp_program *program);
/* The ledger as a part of the monitor, valid as long as the ledger. */
struct vrrp_monitor_part vrrp_ledger_part(struct vrrp_ledger *);
/* After the monitor has ended, or in a child.  NULL is fine. */
void	vrrp_ledger_free(struct vrrp_ledger *);

/* The configuration in force, never NULL; the ledger's. */
struct vrrp_parcel *vrrp_ledger_in_force(const struct vrrp_ledger *);
/* Has it changed since the start? */
bool	vrrp_ledger_has_changed(const struct vrrp_ledger *);
/* changed(): another one is in force, which needs those helpers (vrrp_needs.h). */
void	vrrp_ledger_on_change(struct vrrp_ledger *,
	    void (*changed)(uint8_t needs, void *arg), void *arg);

#endif

/*
 * vrrp_machine.h - the state machine of an instance, fed and obeyed.
 *
 * One function per event.  Each gives it to the core, carries out the answer and
 * arms the timers; each may move the whole sync group before it returns.
 */
#ifndef VRRPD_VRRP_MACHINE_H
#define VRRPD_VRRP_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/mono.h"
#include "vrrpd/instance/virtual_router.h"
#include "vrrpd/pure/vrrp_core.h"
#include "vrrpd/pure/vrrp_wire.h"

/* In Initialize, with the values in force. False when out of memory. */
bool	vrrp_machine_init(struct vrrp_instance *);
void	vrrp_machine_free(struct vrrp_instance *);	/* also after that */

/*
 * Run; everything has been prepared.  One that is `kept` goes on as the Active
 * that it was in the engine before us (L-24), and has no cause.
 */
void	vrrp_machine_start(struct vrrp_instance *, enum vrrp_cause);
/*
 * Run as the Active that another instance of ours has been since then.  One that is
 * `kept` has its addresses already; else they are installed before the advert.
 */
void	vrrp_machine_inherit(struct vrrp_instance *, mono_t since);
/*
 * That other instance stops, without a word.  holds: it answers for as long as one
 * whose successor was heard; else its addresses are the successor's now.
 */
void	vrrp_machine_retire(struct vrrp_instance *, bool holds);
/* Go to Initialize, with a priority-0 advert where that is due (V-63, V-68). */
void	vrrp_machine_stop(struct vrrp_instance *, enum vrrp_cause);
/* Resign and be a Backup. */
void	vrrp_machine_yield(struct vrrp_instance *, enum vrrp_cause);
/* For vrrp_sync.c: the group goes to Active, or leaves it. */
void	vrrp_machine_follow(struct vrrp_instance *, bool go);
/*
 * The same to go, of one member after the other, and then for each of them what came
 * of it.  Where an install comes before the word (a preemption), nobody is told of it
 * until vrrp_machine_gone(), with `whole`: no member was refused its addresses.  Else
 * this one leaves again without a word, and whoever serves goes on.
 */
void	vrrp_machine_go_unsaid(struct vrrp_instance *);
void	vrrp_machine_gone(struct vrrp_instance *, bool whole);
/* Priority, interval, preempt or group have changed: the core learns of it. */
void	vrrp_machine_update(struct vrrp_instance *);
/*
 * The same after a reload.  An Active adverts at once where speak says that its
 * adverts have changed, and announces where it has new addresses.
 */
void	vrrp_machine_change(struct vrrp_instance *, bool speak, bool announce);
/*
 * The primary address may have changed, and is set.  An Active adverts at once from
 * a new one.
 */
void	vrrp_machine_set_primary(struct vrrp_instance *);
/* An Active says once more where its addresses are. */
void	vrrp_machine_reannounce(struct vrrp_instance *);

/* V-53, V-96, V-123..V-125, V-133, then the core. */
void	vrrp_machine_rx(struct vrrp_instance *, mono_t now, mono_t arrival,
	    const struct vrrp_advert *);
/*
 * A BFD session of this instance is now so.  received: when this process knew;
 * decided: when bfdd did; last_heard: the last packet of the session before;
 * MONO_NEVER if bfdd did not say.
 */
void	vrrp_machine_bfd(struct vrrp_instance *, const struct vrrp_bfd_event *,
	    mono_t last_heard, mono_t decided, mono_t received, bool came_up);
/*
 * bfdd is gone: show that we are alive in another way (L-23); first, each session
 * on this network that was Up, and how often packets of ours went out there.
 */
void	vrrp_machine_watched(struct vrrp_instance *, int64_t tx_interval_ns,
	    unsigned tx_multiplier);
void	vrrp_machine_reassure(struct vrrp_instance *);
/*
 * L-32, V-37.  detection_time_ns: the shortest of the BFD sessions to peers, 0 if
 * there are none.  True: an Active that has to listen before it goes on (design
 * §6); what has arrived meanwhile should be read at once.
 */
bool	vrrp_machine_absent(struct vrrp_instance *, mono_t since,
	    mono_t until, int64_t detection_time_ns);

/*
 * The kernel has answered the oldest batch; arguments of nl_batch_done.  True: a
 * transition is complete, and vrrp_machine_say_later() is due.  *device_gone: the
 * addresses were refused because their device is not there any more.
 */
bool	vrrp_machine_answered(struct vrrp_instance *, int error,
	    unsigned failed_at, bool *device_gone);
/* Preparing or taking the addresses failed: back off, and log retry_reason. */
void	vrrp_machine_retry_later(struct vrrp_instance *);

/*
 * From unsent_timer: an Active whose adverts do not leave tries once more; one that
 * gave up for that finds out whether they would.  True: it may run again.
 */
bool	vrrp_machine_try_to_send(struct vrrp_instance *);

/* True: the instance has left Active, and answers on its addresses still. */
bool	vrrp_machine_lingers(const struct vrrp_instance *);
/* The cause stands against running: lingering may have to end with it. */
void	vrrp_machine_blocked(struct vrrp_instance *, enum vrrp_cause);
/* An instance that lingers withdraws, whoever has been heard. */
void	vrrp_machine_end_linger(struct vrrp_instance *);

/* New transitions are put into words after the packets of this batch, or now. */
void	vrrp_machine_say_later(struct vrrp_instance *);
void	vrrp_machine_say(void *instance);
/* The sync group, if there is one, looks at its members. */
void	vrrp_machine_settle(struct vrrp_instance *);

#endif

# No I/O, clock, heap, globals or log; test/purity.sh checks it.
vrrpd_libvrrpcore_a_SOURCES += \
	vrrpd/pure/vrrp_alarm.c vrrpd/pure/vrrp_alarm.h \
	vrrpd/pure/vrrp_announce.c vrrpd/pure/vrrp_announce.h \
	vrrpd/pure/vrrp_ask.c vrrpd/pure/vrrp_ask.h \
	vrrpd/pure/vrrp_auto.c vrrpd/pure/vrrp_auto.h \
	vrrpd/pure/vrrp_check.c vrrpd/pure/vrrp_check.h \
	vrrpd/pure/vrrp_conflict.c vrrpd/pure/vrrp_conflict.h \
	vrrpd/pure/vrrp_core.c vrrpd/pure/vrrp_core.h \
	vrrpd/pure/vrrp_core_absence.c \
	vrrpd/pure/vrrp_core_backup.c \
	vrrpd/pure/vrrp_core_bfd.c \
	vrrpd/pure/vrrp_core_check.c \
	vrrpd/pure/vrrp_core_inside.h \
	vrrpd/pure/vrrp_core_state.h \
	vrrpd/pure/vrrp_death.c vrrpd/pure/vrrp_death.h \
	vrrpd/pure/vrrp_device.c vrrpd/pure/vrrp_device.h \
	vrrpd/pure/vrrp_fib.c vrrpd/pure/vrrp_fib.h \
	vrrpd/pure/vrrp_ground.c vrrpd/pure/vrrp_ground.h \
	vrrpd/pure/vrrp_group.c vrrpd/pure/vrrp_group.h \
	vrrpd/pure/vrrp_handoff.c vrrpd/pure/vrrp_handoff.h \
	vrrpd/pure/vrrp_heard.c vrrpd/pure/vrrp_heard.h \
	vrrpd/pure/vrrp_joining.c vrrpd/pure/vrrp_joining.h \
	vrrpd/pure/vrrp_steering.c vrrpd/pure/vrrp_steering.h \
	vrrpd/pure/vrrp_lease.c vrrpd/pure/vrrp_lease.h \
	vrrpd/pure/vrrp_level.c vrrpd/pure/vrrp_level.h \
	vrrpd/pure/vrrp_linger.c vrrpd/pure/vrrp_linger.h \
	vrrpd/pure/vrrp_message.c vrrpd/pure/vrrp_message.h \
	vrrpd/pure/vrrp_nd.c vrrpd/pure/vrrp_nd.h \
	vrrpd/pure/vrrp_notice.c vrrpd/pure/vrrp_notice.h \
	vrrpd/pure/vrrp_orders.c vrrpd/pure/vrrp_orders.h \
	vrrpd/pure/vrrp_params.c vrrpd/pure/vrrp_params.h \
	vrrpd/pure/vrrp_parcel.c vrrpd/pure/vrrp_parcel.h \
	vrrpd/pure/vrrp_passage.c vrrpd/pure/vrrp_passage.h \
	vrrpd/pure/vrrp_patience.c vrrpd/pure/vrrp_patience.h \
	vrrpd/pure/vrrp_probation.c vrrpd/pure/vrrp_probation.h \
	vrrpd/pure/vrrp_rank.c vrrpd/pure/vrrp_rank.h \
	vrrpd/pure/vrrp_refused.c vrrpd/pure/vrrp_refused.h \
	vrrpd/pure/vrrp_removal.c vrrpd/pure/vrrp_removal.h \
	vrrpd/pure/vrrp_renewal.c vrrpd/pure/vrrp_renewal.h \
	vrrpd/pure/vrrp_route.c vrrpd/pure/vrrp_route.h \
	vrrpd/pure/vrrp_said.c vrrpd/pure/vrrp_said.h \
	vrrpd/pure/vrrp_settings.c vrrpd/pure/vrrp_settings.h \
	vrrpd/pure/vrrp_source.c vrrpd/pure/vrrp_source.h \
	vrrpd/pure/vrrp_supervise.c vrrpd/pure/vrrp_supervise.h \
	vrrpd/pure/vrrp_traffic.c vrrpd/pure/vrrp_traffic.h \
	vrrpd/pure/vrrp_trial.c vrrpd/pure/vrrp_trial.h \
	vrrpd/pure/vrrp_unsent.c vrrpd/pure/vrrp_unsent.h \
	vrrpd/pure/vrrp_vital.c vrrpd/pure/vrrp_vital.h \
	vrrpd/pure/vrrp_weigh.c vrrpd/pure/vrrp_weigh.h \
	vrrpd/pure/vrrp_will.c vrrpd/pure/vrrp_will.h \
	vrrpd/pure/vrrp_wire.c vrrpd/pure/vrrp_wire.h \
	# end

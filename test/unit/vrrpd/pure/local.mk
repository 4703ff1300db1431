# Unit tests of vrrpd/pure/: one cmocka program per file.
if CMOCKA
UNIT_VRRPD_PURE_LIBS = vrrpd/libvrrpcore.a shared/libpure.a $(CMOCKA_LIBS)
check_PROGRAMS += \
	test/unit/vrrpd/pure/test_vrrp_alarm \
	test/unit/vrrpd/pure/test_vrrp_announce \
	test/unit/vrrpd/pure/test_vrrp_ask \
	test/unit/vrrpd/pure/test_vrrp_auto \
	test/unit/vrrpd/pure/test_vrrp_check \
	test/unit/vrrpd/pure/test_vrrp_conflict \
	test/unit/vrrpd/pure/test_vrrp_core \
	test/unit/vrrpd/pure/test_vrrp_core_absence \
	test/unit/vrrpd/pure/test_vrrp_core_backup \
	test/unit/vrrpd/pure/test_vrrp_core_bfd \
	test/unit/vrrpd/pure/test_vrrp_core_others \
	test/unit/vrrpd/pure/test_vrrp_core_place \
	test/unit/vrrpd/pure/test_vrrp_core_takeover \
	test/unit/vrrpd/pure/test_vrrp_death \
	test/unit/vrrpd/pure/test_vrrp_device \
	test/unit/vrrpd/pure/test_vrrp_fib \
	test/unit/vrrpd/pure/test_vrrp_ground \
	test/unit/vrrpd/pure/test_vrrp_group \
	test/unit/vrrpd/pure/test_vrrp_handoff \
	test/unit/vrrpd/pure/test_vrrp_heard \
	test/unit/vrrpd/pure/test_vrrp_joining \
	test/unit/vrrpd/pure/test_vrrp_steering \
	test/unit/vrrpd/pure/test_vrrp_lease \
	test/unit/vrrpd/pure/test_vrrp_level \
	test/unit/vrrpd/pure/test_vrrp_linger \
	test/unit/vrrpd/pure/test_vrrp_notice \
	test/unit/vrrpd/pure/test_vrrp_orders \
	test/unit/vrrpd/pure/test_vrrp_params \
	test/unit/vrrpd/pure/test_vrrp_passage \
	test/unit/vrrpd/pure/test_vrrp_patience \
	test/unit/vrrpd/pure/test_vrrp_probation \
	test/unit/vrrpd/pure/test_vrrp_rank \
	test/unit/vrrpd/pure/test_vrrp_refused \
	test/unit/vrrpd/pure/test_vrrp_removal \
	test/unit/vrrpd/pure/test_vrrp_renewal \
	test/unit/vrrpd/pure/test_vrrp_said \
	test/unit/vrrpd/pure/test_vrrp_settings \
	test/unit/vrrpd/pure/test_vrrp_route \
	test/unit/vrrpd/pure/test_vrrp_source \
	test/unit/vrrpd/pure/test_vrrp_supervise \
	test/unit/vrrpd/pure/test_vrrp_traffic \
	test/unit/vrrpd/pure/test_vrrp_trial \
	test/unit/vrrpd/pure/test_vrrp_unsent \
	test/unit/vrrpd/pure/test_vrrp_vital \
	test/unit/vrrpd/pure/test_vrrp_weigh \
	test/unit/vrrpd/pure/test_vrrp_will \
	test/unit/vrrpd/pure/test_vrrp_wire \
	# end

test_unit_vrrpd_pure_test_vrrp_alarm_SOURCES = test/unit/vrrpd/pure/test_vrrp_alarm.c
test_unit_vrrpd_pure_test_vrrp_alarm_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_announce_SOURCES = test/unit/vrrpd/pure/test_vrrp_announce.c
test_unit_vrrpd_pure_test_vrrp_announce_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_ask_SOURCES = test/unit/vrrpd/pure/test_vrrp_ask.c
test_unit_vrrpd_pure_test_vrrp_ask_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_auto_SOURCES = test/unit/vrrpd/pure/test_vrrp_auto.c
test_unit_vrrpd_pure_test_vrrp_auto_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_check_SOURCES = test/unit/vrrpd/pure/test_vrrp_check.c
test_unit_vrrpd_pure_test_vrrp_check_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_conflict_SOURCES = test/unit/vrrpd/pure/test_vrrp_conflict.c
test_unit_vrrpd_pure_test_vrrp_conflict_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_core_SOURCES = test/unit/vrrpd/pure/test_vrrp_core.c
test_unit_vrrpd_pure_test_vrrp_core_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_core_absence_SOURCES = test/unit/vrrpd/pure/test_vrrp_core_absence.c
test_unit_vrrpd_pure_test_vrrp_core_absence_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_core_others_SOURCES = test/unit/vrrpd/pure/test_vrrp_core_others.c
test_unit_vrrpd_pure_test_vrrp_core_others_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_core_place_SOURCES = test/unit/vrrpd/pure/test_vrrp_core_place.c
test_unit_vrrpd_pure_test_vrrp_core_place_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_core_takeover_SOURCES = test/unit/vrrpd/pure/test_vrrp_core_takeover.c
test_unit_vrrpd_pure_test_vrrp_core_takeover_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_core_backup_SOURCES = test/unit/vrrpd/pure/test_vrrp_core_backup.c
test_unit_vrrpd_pure_test_vrrp_core_backup_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_core_bfd_SOURCES = test/unit/vrrpd/pure/test_vrrp_core_bfd.c
test_unit_vrrpd_pure_test_vrrp_core_bfd_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_death_SOURCES = test/unit/vrrpd/pure/test_vrrp_death.c
test_unit_vrrpd_pure_test_vrrp_death_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_device_SOURCES = test/unit/vrrpd/pure/test_vrrp_device.c
test_unit_vrrpd_pure_test_vrrp_device_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_fib_SOURCES = test/unit/vrrpd/pure/test_vrrp_fib.c
test_unit_vrrpd_pure_test_vrrp_fib_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_ground_SOURCES = test/unit/vrrpd/pure/test_vrrp_ground.c
test_unit_vrrpd_pure_test_vrrp_ground_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_group_SOURCES = test/unit/vrrpd/pure/test_vrrp_group.c
test_unit_vrrpd_pure_test_vrrp_group_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_handoff_SOURCES = test/unit/vrrpd/pure/test_vrrp_handoff.c
test_unit_vrrpd_pure_test_vrrp_handoff_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_heard_SOURCES = test/unit/vrrpd/pure/test_vrrp_heard.c
test_unit_vrrpd_pure_test_vrrp_heard_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_joining_SOURCES = test/unit/vrrpd/pure/test_vrrp_joining.c
test_unit_vrrpd_pure_test_vrrp_joining_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_steering_SOURCES = test/unit/vrrpd/pure/test_vrrp_steering.c
test_unit_vrrpd_pure_test_vrrp_steering_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_lease_SOURCES = test/unit/vrrpd/pure/test_vrrp_lease.c
test_unit_vrrpd_pure_test_vrrp_lease_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_level_SOURCES = test/unit/vrrpd/pure/test_vrrp_level.c
test_unit_vrrpd_pure_test_vrrp_level_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_linger_SOURCES = test/unit/vrrpd/pure/test_vrrp_linger.c
test_unit_vrrpd_pure_test_vrrp_linger_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_notice_SOURCES = test/unit/vrrpd/pure/test_vrrp_notice.c
test_unit_vrrpd_pure_test_vrrp_notice_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_orders_SOURCES = test/unit/vrrpd/pure/test_vrrp_orders.c
test_unit_vrrpd_pure_test_vrrp_orders_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_params_SOURCES = test/unit/vrrpd/pure/test_vrrp_params.c
test_unit_vrrpd_pure_test_vrrp_params_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_passage_SOURCES = test/unit/vrrpd/pure/test_vrrp_passage.c
test_unit_vrrpd_pure_test_vrrp_passage_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_patience_SOURCES = test/unit/vrrpd/pure/test_vrrp_patience.c
test_unit_vrrpd_pure_test_vrrp_patience_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_rank_SOURCES = test/unit/vrrpd/pure/test_vrrp_rank.c
test_unit_vrrpd_pure_test_vrrp_rank_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_said_SOURCES = test/unit/vrrpd/pure/test_vrrp_said.c
test_unit_vrrpd_pure_test_vrrp_said_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_settings_SOURCES = test/unit/vrrpd/pure/test_vrrp_settings.c
test_unit_vrrpd_pure_test_vrrp_settings_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_route_SOURCES = test/unit/vrrpd/pure/test_vrrp_route.c
test_unit_vrrpd_pure_test_vrrp_route_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_source_SOURCES = test/unit/vrrpd/pure/test_vrrp_source.c
test_unit_vrrpd_pure_test_vrrp_source_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_supervise_SOURCES = test/unit/vrrpd/pure/test_vrrp_supervise.c
test_unit_vrrpd_pure_test_vrrp_supervise_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_unsent_SOURCES = test/unit/vrrpd/pure/test_vrrp_unsent.c
test_unit_vrrpd_pure_test_vrrp_unsent_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_probation_SOURCES = test/unit/vrrpd/pure/test_vrrp_probation.c
test_unit_vrrpd_pure_test_vrrp_probation_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_vital_SOURCES = test/unit/vrrpd/pure/test_vrrp_vital.c
test_unit_vrrpd_pure_test_vrrp_vital_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_weigh_SOURCES = test/unit/vrrpd/pure/test_vrrp_weigh.c
test_unit_vrrpd_pure_test_vrrp_weigh_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_will_SOURCES = test/unit/vrrpd/pure/test_vrrp_will.c
test_unit_vrrpd_pure_test_vrrp_will_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_wire_SOURCES = test/unit/vrrpd/pure/test_vrrp_wire.c
test_unit_vrrpd_pure_test_vrrp_wire_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_refused_SOURCES = test/unit/vrrpd/pure/test_vrrp_refused.c
test_unit_vrrpd_pure_test_vrrp_refused_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_removal_SOURCES = test/unit/vrrpd/pure/test_vrrp_removal.c
test_unit_vrrpd_pure_test_vrrp_removal_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_renewal_SOURCES = test/unit/vrrpd/pure/test_vrrp_renewal.c
test_unit_vrrpd_pure_test_vrrp_renewal_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_trial_SOURCES = test/unit/vrrpd/pure/test_vrrp_trial.c
test_unit_vrrpd_pure_test_vrrp_trial_LDADD = $(UNIT_VRRPD_PURE_LIBS)
test_unit_vrrpd_pure_test_vrrp_traffic_SOURCES = test/unit/vrrpd/pure/test_vrrp_traffic.c
test_unit_vrrpd_pure_test_vrrp_traffic_LDADD = $(UNIT_VRRPD_PURE_LIBS)
endif
EXTRA_DIST += \
	test/unit/vrrpd/pure/vrrp_core_router.h \
	test/unit/vrrpd/pure/vrrp_vectors.h \
	# end

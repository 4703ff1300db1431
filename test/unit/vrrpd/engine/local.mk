# Unit tests of vrrpd/engine/: one cmocka program per file.
if CMOCKA
UNIT_VRRPD_ENGINE_LIBS = $(VRRPD_LIBS) $(CMOCKA_LIBS)
ENGINE_WORLD = \
	test/unit/vrrpd/engine/engine_world.c \
	test/unit/vrrpd/engine/engine_world.h \
	$(VRRPD_WORLD) \
	# end
check_PROGRAMS += \
	test/unit/vrrpd/engine/test_vrrp_apply \
	test/unit/vrrpd/engine/test_vrrp_apply_fields \
	test/unit/vrrpd/engine/test_vrrp_cleanup \
	test/unit/vrrpd/engine/test_vrrp_ctl \
	test/unit/vrrpd/engine/test_vrrp_ctl_orders \
	test/unit/vrrpd/engine/test_vrrp_ctl_steps \
	test/unit/vrrpd/engine/test_vrrp_engine \
	test/unit/vrrpd/engine/test_vrrp_life \
	test/unit/vrrpd/engine/test_vrrp_link \
	test/unit/vrrpd/engine/test_vrrp_notify \
	test/unit/vrrpd/engine/test_vrrp_protect \
	test/unit/vrrpd/engine/test_vrrp_receive \
	test/unit/vrrpd/engine/test_vrrp_router \
	test/unit/vrrpd/engine/test_vrrp_routing \
	test/unit/vrrpd/engine/test_vrrp_sessions \
	test/unit/vrrpd/engine/test_vrrp_standing \
	# end

test_unit_vrrpd_engine_test_vrrp_apply_SOURCES = \
	test/unit/vrrpd/engine/test_vrrp_apply.c \
	$(ENGINE_WORLD) \
	# end
test_unit_vrrpd_engine_test_vrrp_apply_LDADD = $(UNIT_VRRPD_ENGINE_LIBS)
test_unit_vrrpd_engine_test_vrrp_life_SOURCES = test/unit/vrrpd/engine/test_vrrp_life.c
test_unit_vrrpd_engine_test_vrrp_life_LDADD = $(UNIT_VRRPD_ENGINE_LIBS)
test_unit_vrrpd_engine_test_vrrp_apply_fields_SOURCES = \
	test/unit/vrrpd/engine/test_vrrp_apply_fields.c \
	$(ENGINE_WORLD) \
	# end
test_unit_vrrpd_engine_test_vrrp_apply_fields_LDADD = $(UNIT_VRRPD_ENGINE_LIBS)
test_unit_vrrpd_engine_test_vrrp_link_SOURCES = \
	test/unit/vrrpd/engine/test_vrrp_link.c \
	$(VRRPD_WORLD) \
	# end
test_unit_vrrpd_engine_test_vrrp_link_LDADD = $(UNIT_VRRPD_ENGINE_LIBS)
test_unit_vrrpd_engine_test_vrrp_router_SOURCES = \
	test/unit/vrrpd/engine/test_vrrp_router.c \
	$(ENGINE_WORLD) \
	# end
test_unit_vrrpd_engine_test_vrrp_router_LDADD = $(UNIT_VRRPD_ENGINE_LIBS)
test_unit_vrrpd_engine_test_vrrp_routing_SOURCES = \
	test/unit/vrrpd/engine/test_vrrp_routing.c \
	$(ENGINE_WORLD) \
	# end
test_unit_vrrpd_engine_test_vrrp_routing_LDADD = $(UNIT_VRRPD_ENGINE_LIBS)
test_unit_vrrpd_engine_test_vrrp_sessions_SOURCES = \
	test/unit/vrrpd/engine/test_vrrp_sessions.c \
	$(ENGINE_WORLD) \
	# end
test_unit_vrrpd_engine_test_vrrp_sessions_LDADD = $(UNIT_VRRPD_ENGINE_LIBS)
test_unit_vrrpd_engine_test_vrrp_engine_SOURCES = \
	test/unit/vrrpd/engine/test_vrrp_engine.c \
	$(ENGINE_WORLD) \
	# end
test_unit_vrrpd_engine_test_vrrp_engine_LDADD = $(UNIT_VRRPD_ENGINE_LIBS)
test_unit_vrrpd_engine_test_vrrp_ctl_steps_SOURCES = \
	test/unit/vrrpd/engine/test_vrrp_ctl_steps.c \
	$(ENGINE_WORLD) \
	# end
test_unit_vrrpd_engine_test_vrrp_ctl_steps_LDADD = $(UNIT_VRRPD_ENGINE_LIBS)
test_unit_vrrpd_engine_test_vrrp_ctl_orders_SOURCES = \
	test/unit/vrrpd/engine/test_vrrp_ctl_orders.c \
	$(ENGINE_WORLD) \
	# end
test_unit_vrrpd_engine_test_vrrp_ctl_orders_LDADD = $(UNIT_VRRPD_ENGINE_LIBS)
test_unit_vrrpd_engine_test_vrrp_standing_SOURCES = \
	test/unit/vrrpd/engine/test_vrrp_standing.c \
	$(ENGINE_WORLD) \
	# end
test_unit_vrrpd_engine_test_vrrp_standing_LDADD = $(UNIT_VRRPD_ENGINE_LIBS)
test_unit_vrrpd_engine_test_vrrp_ctl_SOURCES = \
	test/unit/vrrpd/engine/test_vrrp_ctl.c \
	$(ENGINE_WORLD) \
	# end
test_unit_vrrpd_engine_test_vrrp_ctl_LDADD = $(UNIT_VRRPD_ENGINE_LIBS)
test_unit_vrrpd_engine_test_vrrp_protect_SOURCES = \
	test/unit/vrrpd/engine/test_vrrp_protect.c \
	$(ENGINE_WORLD) \
	# end
test_unit_vrrpd_engine_test_vrrp_protect_LDADD = $(UNIT_VRRPD_ENGINE_LIBS)
test_unit_vrrpd_engine_test_vrrp_cleanup_SOURCES = \
	test/unit/vrrpd/engine/test_vrrp_cleanup.c \
	$(ENGINE_WORLD) \
	# end
test_unit_vrrpd_engine_test_vrrp_cleanup_LDADD = $(UNIT_VRRPD_ENGINE_LIBS)
test_unit_vrrpd_engine_test_vrrp_receive_SOURCES = \
	test/unit/vrrpd/engine/test_vrrp_receive.c \
	$(ENGINE_WORLD) \
	# end
test_unit_vrrpd_engine_test_vrrp_receive_LDADD = $(UNIT_VRRPD_ENGINE_LIBS)
test_unit_vrrpd_engine_test_vrrp_notify_SOURCES = \
	test/unit/vrrpd/engine/test_vrrp_notify.c \
	$(ENGINE_WORLD) \
	# end
test_unit_vrrpd_engine_test_vrrp_notify_LDADD = $(UNIT_VRRPD_ENGINE_LIBS)
endif

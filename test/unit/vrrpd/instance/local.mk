# Unit tests of vrrpd/instance/: one cmocka program per file.
if CMOCKA
UNIT_VRRPD_INSTANCE_LIBS = $(VRRPD_LIBS) $(CMOCKA_LIBS)
UNIT_VRRPD_INSTANCE_WORLD = \
	$(VRRPD_WORLD) \
	test/unit/vrrpd/instance/instance_world.c \
	test/unit/vrrpd/instance/instance_world.h \
	# end
check_PROGRAMS += \
	test/unit/vrrpd/instance/test_virtual_router \
	test/unit/vrrpd/instance/test_vrrp_able \
	test/unit/vrrpd/instance/test_vrrp_accept \
	test/unit/vrrpd/instance/test_vrrp_addrs \
	test/unit/vrrpd/instance/test_vrrp_bequest \
	test/unit/vrrpd/instance/test_vrrp_errand \
	test/unit/vrrpd/instance/test_vrrp_frames \
	test/unit/vrrpd/instance/test_vrrp_guard \
	test/unit/vrrpd/instance/test_vrrp_history \
	test/unit/vrrpd/instance/test_vrrp_hold \
	test/unit/vrrpd/instance/test_vrrp_host \
	test/unit/vrrpd/instance/test_vrrp_instance \
	test/unit/vrrpd/instance/test_vrrp_machine \
	test/unit/vrrpd/instance/test_vrrp_peer \
	test/unit/vrrpd/instance/test_vrrp_presence \
	test/unit/vrrpd/instance/test_vrrp_routes \
	test/unit/vrrpd/instance/test_vrrp_send \
	test/unit/vrrpd/instance/test_vrrp_track \
	test/unit/vrrpd/instance/test_vrrp_tracked \
	test/unit/vrrpd/instance/test_vrrp_watch \
	test/unit/vrrpd/instance/test_vrrp_words \
	# end

test_unit_vrrpd_instance_test_virtual_router_SOURCES = \
	test/unit/vrrpd/instance/test_virtual_router.c \
	$(VRRPD_WORLD) \
	# end
test_unit_vrrpd_instance_test_virtual_router_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_able_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_able.c \
	$(UNIT_VRRPD_INSTANCE_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_able_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_accept_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_accept.c \
	$(UNIT_VRRPD_INSTANCE_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_accept_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_addrs_SOURCES = test/unit/vrrpd/instance/test_vrrp_addrs.c
test_unit_vrrpd_instance_test_vrrp_addrs_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_bequest_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_bequest.c \
	$(UNIT_VRRPD_INSTANCE_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_bequest_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_errand_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_errand.c \
	$(UNIT_VRRPD_INSTANCE_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_errand_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_frames_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_frames.c \
	$(UNIT_VRRPD_INSTANCE_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_frames_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_guard_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_guard.c \
	$(UNIT_VRRPD_INSTANCE_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_guard_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_history_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_history.c \
	$(UNIT_VRRPD_INSTANCE_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_history_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_host_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_host.c \
	$(UNIT_VRRPD_INSTANCE_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_host_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_hold_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_hold.c \
	$(UNIT_VRRPD_INSTANCE_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_hold_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_instance_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_instance.c \
	$(UNIT_VRRPD_INSTANCE_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_instance_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_machine_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_machine.c \
	$(UNIT_VRRPD_INSTANCE_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_machine_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_peer_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_peer.c \
	$(VRRPD_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_peer_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_presence_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_presence.c \
	$(UNIT_VRRPD_INSTANCE_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_presence_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_routes_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_routes.c \
	$(UNIT_VRRPD_INSTANCE_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_routes_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_send_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_send.c \
	$(UNIT_VRRPD_INSTANCE_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_send_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_track_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_track.c \
	$(VRRPD_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_track_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_tracked_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_tracked.c \
	$(VRRPD_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_tracked_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_watch_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_watch.c \
	$(UNIT_VRRPD_INSTANCE_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_watch_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_words_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_words.c \
	$(UNIT_VRRPD_INSTANCE_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_words_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
endif

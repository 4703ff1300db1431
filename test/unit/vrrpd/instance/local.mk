# Unit tests of vrrpd/instance/: one cmocka program per file.
if CMOCKA
UNIT_VRRPD_INSTANCE_LIBS = $(VRRPD_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += \
	test/unit/vrrpd/instance/test_virtual_router \
	test/unit/vrrpd/instance/test_vrrp_instance \
	test/unit/vrrpd/instance/test_vrrp_peer \
	test/unit/vrrpd/instance/test_vrrp_track \
	test/unit/vrrpd/instance/test_vrrp_tracked \
	# end

test_unit_vrrpd_instance_test_virtual_router_SOURCES = \
	test/unit/vrrpd/instance/test_virtual_router.c \
	$(VRRPD_WORLD) \
	# end
test_unit_vrrpd_instance_test_virtual_router_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_instance_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_instance.c \
	$(VRRPD_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_instance_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
test_unit_vrrpd_instance_test_vrrp_peer_SOURCES = \
	test/unit/vrrpd/instance/test_vrrp_peer.c \
	$(VRRPD_WORLD) \
	# end
test_unit_vrrpd_instance_test_vrrp_peer_LDADD = $(UNIT_VRRPD_INSTANCE_LIBS)
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
endif

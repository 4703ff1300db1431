# Unit tests of vrrpd's shells: one cmocka program per file.
if CMOCKA
VRRPD_UNIT_LIBS = \
	vrrpd/libvrrpd.a \
	vrrpd/libvrrpconf.a \
	vrrpd/libvrrpcore.a \
	$(LIBEVENT_OPENSSL_LIBS) \
	$(LIBCRYPTO_LIBS) \
	$(SHARED_LIBS) \
	$(CMOCKA_LIBS) \
	# end
VRRPD_UNIT_TESTS = \
	test/unit/test_vrrp_bfd \
	test/unit/test_vrrp_check_net \
	test/unit/test_vrrp_checks \
	test/unit/test_vrrp_command \
	test/unit/test_vrrp_channel \
	test/unit/test_vrrp_filter \
	test/unit/test_vrrp_instance \
	test/unit/test_vrrp_io \
	test/unit/test_vrrp_hooks \
	test/unit/test_vrrp_peer \
	test/unit/test_vrrp_procs \
	test/unit/test_vrrp_run \
	test/unit/test_vrrp_link \
	test/unit/test_vrrp_track \
	test/unit/test_vrrp_tracked \
	test/unit/test_vrrp_vip \
	# end
check_PROGRAMS += $(VRRPD_UNIT_TESTS)
TESTS += $(VRRPD_UNIT_TESTS)

test_unit_test_vrrp_bfd_SOURCES = test/unit/test_vrrp_bfd.c
test_unit_test_vrrp_bfd_LDADD = $(VRRPD_UNIT_LIBS)
test_unit_test_vrrp_check_net_SOURCES = test/unit/test_vrrp_check_net.c
test_unit_test_vrrp_check_net_LDADD = $(VRRPD_UNIT_LIBS)
test_unit_test_vrrp_checks_SOURCES = test/unit/test_vrrp_checks.c
test_unit_test_vrrp_checks_LDADD = $(VRRPD_UNIT_LIBS)
test_unit_test_vrrp_command_SOURCES = test/unit/test_vrrp_command.c
test_unit_test_vrrp_command_LDADD = $(VRRPD_UNIT_LIBS)
test_unit_test_vrrp_channel_SOURCES = test/unit/test_vrrp_channel.c
test_unit_test_vrrp_channel_LDADD = $(VRRPD_UNIT_LIBS)
test_unit_test_vrrp_filter_SOURCES = \
	test/unit/bfdd_net.h \
	test/unit/test_vrrp_filter.c \
	# end
test_unit_test_vrrp_filter_LDADD = $(VRRPD_UNIT_LIBS)
test_unit_test_vrrp_instance_SOURCES = \
	test/unit/test_vrrp_instance.c \
	test/unit/vrrpd_world.c \
	test/unit/vrrpd_world.h \
	# end
test_unit_test_vrrp_instance_LDADD = $(VRRPD_UNIT_LIBS)
test_unit_test_vrrp_io_SOURCES = test/unit/bfdd_net.h test/unit/test_vrrp_io.c
test_unit_test_vrrp_io_LDADD = $(VRRPD_UNIT_LIBS)
test_unit_test_vrrp_hooks_SOURCES = test/unit/test_vrrp_hooks.c
test_unit_test_vrrp_hooks_LDADD = $(VRRPD_UNIT_LIBS)
test_unit_test_vrrp_procs_SOURCES = test/unit/test_vrrp_procs.c
test_unit_test_vrrp_procs_LDADD = $(VRRPD_UNIT_LIBS)
test_unit_test_vrrp_run_SOURCES = test/unit/test_vrrp_run.c
test_unit_test_vrrp_run_LDADD = $(VRRPD_UNIT_LIBS)
test_unit_test_vrrp_link_SOURCES = \
	test/unit/test_vrrp_link.c \
	test/unit/vrrpd_world.c \
	test/unit/vrrpd_world.h \
	# end
test_unit_test_vrrp_link_LDADD = $(VRRPD_UNIT_LIBS)
test_unit_test_vrrp_track_SOURCES = \
	test/unit/test_vrrp_track.c \
	test/unit/vrrpd_world.c \
	test/unit/vrrpd_world.h \
	# end
test_unit_test_vrrp_track_LDADD = $(VRRPD_UNIT_LIBS)
test_unit_test_vrrp_tracked_SOURCES = \
	test/unit/test_vrrp_tracked.c \
	test/unit/vrrpd_world.c \
	test/unit/vrrpd_world.h \
	# end
test_unit_test_vrrp_tracked_LDADD = $(VRRPD_UNIT_LIBS)
test_unit_test_vrrp_peer_SOURCES = \
	test/unit/test_vrrp_peer.c \
	test/unit/vrrpd_world.c \
	test/unit/vrrpd_world.h \
	# end
test_unit_test_vrrp_peer_LDADD = $(VRRPD_UNIT_LIBS)
test_unit_test_vrrp_vip_SOURCES = \
	test/unit/bfdd_net.h \
	test/unit/test_vrrp_vip.c \
	# end
test_unit_test_vrrp_vip_LDADD = $(VRRPD_UNIT_LIBS)
endif

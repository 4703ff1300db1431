# The pure parts of vrrpd.
if CMOCKA
VRRP_UNIT_TESTS = \
	test/unit/test_vrrp_announce \
	test/unit/test_vrrp_auto \
	test/unit/test_vrrp_check \
	test/unit/test_vrrp_conflict \
	test/unit/test_vrrp_core \
	test/unit/test_vrrp_core_bfd \
	test/unit/test_vrrp_group \
	test/unit/test_vrrp_handoff \
	test/unit/test_vrrp_heard \
	test/unit/test_vrrp_linger \
	test/unit/test_vrrp_level \
	test/unit/test_vrrp_notice \
	test/unit/test_vrrp_params \
	test/unit/test_vrrp_supervise \
	test/unit/test_vrrp_weigh \
	test/unit/test_vrrp_rank \
	test/unit/test_vrrp_will \
	test/unit/test_vrrp_wire \
	# end
VRRP_UNIT_LIBS = vrrpd/libvrrpcore.a shared/libpure.a $(CMOCKA_LIBS)

test_unit_test_vrrp_announce_SOURCES = \
	test/unit/test_vrrp_announce.c \
	test/unit/vrrp_vectors.h \
	# end
test_unit_test_vrrp_announce_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_announce_LDADD = $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_auto_SOURCES = test/unit/test_vrrp_auto.c
test_unit_test_vrrp_auto_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_auto_LDADD = $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_check_SOURCES = test/unit/test_vrrp_check.c
test_unit_test_vrrp_check_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_check_LDADD = $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_conflict_SOURCES = test/unit/test_vrrp_conflict.c
test_unit_test_vrrp_conflict_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_conflict_LDADD = $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_core_SOURCES = test/unit/test_vrrp_core.c
test_unit_test_vrrp_core_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_core_LDADD = $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_core_bfd_SOURCES = test/unit/test_vrrp_core_bfd.c
test_unit_test_vrrp_core_bfd_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_core_bfd_LDADD = $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_group_SOURCES = \
	test/unit/test_vrrp_group.c \
	test/unit/vrrp_vectors.h \
	# end
test_unit_test_vrrp_group_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_group_LDADD = $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_handoff_SOURCES = test/unit/test_vrrp_handoff.c
test_unit_test_vrrp_handoff_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_handoff_LDADD = $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_heard_SOURCES = test/unit/test_vrrp_heard.c
test_unit_test_vrrp_heard_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_heard_LDADD = $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_linger_SOURCES = test/unit/test_vrrp_linger.c
test_unit_test_vrrp_linger_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_linger_LDADD = $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_level_SOURCES = test/unit/test_vrrp_level.c
test_unit_test_vrrp_level_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_level_LDADD = $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_notice_SOURCES = test/unit/test_vrrp_notice.c
test_unit_test_vrrp_notice_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_notice_LDADD = $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_params_SOURCES = test/unit/test_vrrp_params.c
test_unit_test_vrrp_params_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_params_LDADD = vrrpd/libvrrpconf.a $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_supervise_SOURCES = test/unit/test_vrrp_supervise.c
test_unit_test_vrrp_supervise_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_supervise_LDADD = $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_weigh_SOURCES = test/unit/test_vrrp_weigh.c
test_unit_test_vrrp_weigh_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_weigh_LDADD = $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_rank_SOURCES = test/unit/test_vrrp_rank.c
test_unit_test_vrrp_rank_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_rank_LDADD = $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_will_SOURCES = test/unit/test_vrrp_will.c
test_unit_test_vrrp_will_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_will_LDADD = $(VRRP_UNIT_LIBS)
test_unit_test_vrrp_wire_SOURCES = \
	test/unit/test_vrrp_wire.c \
	test/unit/vrrp_vectors.h \
	# end
test_unit_test_vrrp_wire_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_test_vrrp_wire_LDADD = $(VRRP_UNIT_LIBS)

check_PROGRAMS += $(VRRP_UNIT_TESTS)
TESTS += $(VRRP_UNIT_TESTS)
endif

EXTRA_DIST += \
	test/link.req \
	test/rfc9568.req \
	# end

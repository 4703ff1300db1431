# Unit tests of vrrpd/ipc/: one cmocka program per file.
if CMOCKA
UNIT_VRRPD_IPC_LIBS = $(VRRPD_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += \
	test/unit/vrrpd/ipc/test_vrrp_bfd \
	test/unit/vrrpd/ipc/test_vrrp_birth \
	test/unit/vrrpd/ipc/test_vrrp_channel \
	test/unit/vrrpd/ipc/test_vrrp_post \
	test/unit/vrrpd/ipc/test_vrrp_tally \
	# end

test_unit_vrrpd_ipc_test_vrrp_bfd_SOURCES = test/unit/vrrpd/ipc/test_vrrp_bfd.c
test_unit_vrrpd_ipc_test_vrrp_bfd_LDADD = $(UNIT_VRRPD_IPC_LIBS)
test_unit_vrrpd_ipc_test_vrrp_birth_SOURCES = test/unit/vrrpd/ipc/test_vrrp_birth.c
test_unit_vrrpd_ipc_test_vrrp_birth_LDADD = $(UNIT_VRRPD_IPC_LIBS)
test_unit_vrrpd_ipc_test_vrrp_channel_SOURCES = test/unit/vrrpd/ipc/test_vrrp_channel.c
test_unit_vrrpd_ipc_test_vrrp_channel_LDADD = $(UNIT_VRRPD_IPC_LIBS)
test_unit_vrrpd_ipc_test_vrrp_tally_SOURCES = test/unit/vrrpd/ipc/test_vrrp_tally.c
test_unit_vrrpd_ipc_test_vrrp_tally_LDADD = $(UNIT_VRRPD_IPC_LIBS)
test_unit_vrrpd_ipc_test_vrrp_post_SOURCES = test/unit/vrrpd/ipc/test_vrrp_post.c
test_unit_vrrpd_ipc_test_vrrp_post_LDADD = $(UNIT_VRRPD_IPC_LIBS)
endif

# Unit tests of vrrpd/linux/: one cmocka program per file.
if CMOCKA
UNIT_VRRPD_LINUX_LIBS = $(VRRPD_LIBS) $(CMOCKA_LIBS)
UNIT_VRRPD_LINUX_NET = \
	test/unit/vrrpd/linux/linux_net.c \
	test/unit/vrrpd/linux/linux_net.h \
	# end
check_PROGRAMS += \
	test/unit/vrrpd/linux/test_vrrp_ear \
	test/unit/vrrpd/linux/test_vrrp_filter \
	test/unit/vrrpd/linux/test_vrrp_io \
	test/unit/vrrpd/linux/test_vrrp_lease_nft \
	test/unit/vrrpd/linux/test_vrrp_manners \
	test/unit/vrrpd/linux/test_vrrp_neigh \
	test/unit/vrrpd/linux/test_vrrp_strict \
	test/unit/vrrpd/linux/test_vrrp_paths \
	test/unit/vrrpd/linux/test_vrrp_vip \
	test/unit/vrrpd/linux/test_vrrp_vip_back \
	test/unit/vrrpd/linux/test_vrrp_vip_steer \
	test/unit/vrrpd/linux/test_vrrp_vip_change \
	test/unit/vrrpd/linux/test_vrrp_vmac \
	# end

test_unit_vrrpd_linux_test_vrrp_ear_SOURCES = \
	test/unit/vrrpd/linux/test_vrrp_ear.c \
	test/unit/vrrpd/linux/bpf_run.c test/unit/vrrpd/linux/bpf_run.h \
	# end
test_unit_vrrpd_linux_test_vrrp_ear_LDADD = $(UNIT_VRRPD_LINUX_LIBS)
test_unit_vrrpd_linux_test_vrrp_filter_SOURCES = test/unit/vrrpd/linux/test_vrrp_filter.c
test_unit_vrrpd_linux_test_vrrp_filter_LDADD = $(UNIT_VRRPD_LINUX_LIBS)
test_unit_vrrpd_linux_test_vrrp_io_SOURCES = \
	test/unit/vrrpd/linux/test_vrrp_io.c \
	test/unit/vrrpd/linux/bpf_run.c test/unit/vrrpd/linux/bpf_run.h \
	# end
test_unit_vrrpd_linux_test_vrrp_io_LDADD = $(UNIT_VRRPD_LINUX_LIBS)
test_unit_vrrpd_linux_test_vrrp_lease_nft_SOURCES = test/unit/vrrpd/linux/test_vrrp_lease_nft.c
test_unit_vrrpd_linux_test_vrrp_lease_nft_LDADD = $(UNIT_VRRPD_LINUX_LIBS)
test_unit_vrrpd_linux_test_vrrp_manners_SOURCES = \
	test/unit/vrrpd/linux/test_vrrp_manners.c \
	$(UNIT_VRRPD_LINUX_NET) \
	# end
test_unit_vrrpd_linux_test_vrrp_manners_LDADD = $(UNIT_VRRPD_LINUX_LIBS)
test_unit_vrrpd_linux_test_vrrp_neigh_SOURCES = test/unit/vrrpd/linux/test_vrrp_neigh.c
test_unit_vrrpd_linux_test_vrrp_neigh_LDADD = $(UNIT_VRRPD_LINUX_LIBS)
test_unit_vrrpd_linux_test_vrrp_strict_SOURCES = \
	test/unit/vrrpd/linux/test_vrrp_strict.c \
	$(UNIT_VRRPD_LINUX_NET) \
	# end
test_unit_vrrpd_linux_test_vrrp_strict_LDADD = $(UNIT_VRRPD_LINUX_LIBS)
test_unit_vrrpd_linux_test_vrrp_paths_SOURCES = \
	test/unit/vrrpd/linux/test_vrrp_paths.c \
	$(UNIT_VRRPD_LINUX_NET) \
	# end
test_unit_vrrpd_linux_test_vrrp_paths_LDADD = $(UNIT_VRRPD_LINUX_LIBS)
test_unit_vrrpd_linux_test_vrrp_vip_SOURCES = \
	test/unit/vrrpd/linux/test_vrrp_vip.c \
	$(UNIT_VRRPD_LINUX_NET) \
	# end
test_unit_vrrpd_linux_test_vrrp_vip_LDADD = $(UNIT_VRRPD_LINUX_LIBS)
test_unit_vrrpd_linux_test_vrrp_vip_back_SOURCES = \
	test/unit/vrrpd/linux/test_vrrp_vip_back.c \
	$(UNIT_VRRPD_LINUX_NET) \
	# end
test_unit_vrrpd_linux_test_vrrp_vip_back_LDADD = $(UNIT_VRRPD_LINUX_LIBS)
test_unit_vrrpd_linux_test_vrrp_vip_steer_SOURCES = \
	test/unit/vrrpd/linux/test_vrrp_vip_steer.c \
	$(UNIT_VRRPD_LINUX_NET) \
	# end
test_unit_vrrpd_linux_test_vrrp_vip_steer_LDADD = $(UNIT_VRRPD_LINUX_LIBS)
test_unit_vrrpd_linux_test_vrrp_vip_change_SOURCES = \
	test/unit/vrrpd/linux/test_vrrp_vip_change.c \
	$(UNIT_VRRPD_LINUX_NET) \
	# end
test_unit_vrrpd_linux_test_vrrp_vip_change_LDADD = $(UNIT_VRRPD_LINUX_LIBS)
test_unit_vrrpd_linux_test_vrrp_vmac_SOURCES = \
	test/unit/vrrpd/linux/test_vrrp_vmac.c \
	$(UNIT_VRRPD_LINUX_NET) \
	# end
test_unit_vrrpd_linux_test_vrrp_vmac_LDADD = $(UNIT_VRRPD_LINUX_LIBS)
endif

# Unit tests of vrrpd/linux/: one cmocka program per file.
if CMOCKA
UNIT_VRRPD_LINUX_LIBS = $(VRRPD_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += \
	test/unit/vrrpd/linux/test_vrrp_filter \
	test/unit/vrrpd/linux/test_vrrp_io \
	test/unit/vrrpd/linux/test_vrrp_vip \
	# end

test_unit_vrrpd_linux_test_vrrp_filter_SOURCES = test/unit/vrrpd/linux/test_vrrp_filter.c
test_unit_vrrpd_linux_test_vrrp_filter_LDADD = $(UNIT_VRRPD_LINUX_LIBS)
test_unit_vrrpd_linux_test_vrrp_io_SOURCES = test/unit/vrrpd/linux/test_vrrp_io.c
test_unit_vrrpd_linux_test_vrrp_io_LDADD = $(UNIT_VRRPD_LINUX_LIBS)
test_unit_vrrpd_linux_test_vrrp_vip_SOURCES = test/unit/vrrpd/linux/test_vrrp_vip.c
test_unit_vrrpd_linux_test_vrrp_vip_LDADD = $(UNIT_VRRPD_LINUX_LIBS)
endif

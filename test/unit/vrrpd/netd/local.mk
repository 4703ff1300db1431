# Unit tests of vrrpd/netd/: one cmocka program per file.
if CMOCKA
UNIT_VRRPD_NETD_LIBS = $(VRRPD_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += \
	test/unit/vrrpd/netd/test_vrrp_leaser \
	test/unit/vrrpd/netd/test_vrrp_netd \
	# end

test_unit_vrrpd_netd_test_vrrp_leaser_SOURCES = \
	test/unit/vrrpd/netd/test_vrrp_leaser.c
test_unit_vrrpd_netd_test_vrrp_leaser_LDADD = $(UNIT_VRRPD_NETD_LIBS)

test_unit_vrrpd_netd_test_vrrp_netd_SOURCES = \
	test/unit/vrrpd/netd/test_vrrp_netd.c \
	$(UNIT_VRRPD_LINUX_NET) \
	# end
test_unit_vrrpd_netd_test_vrrp_netd_LDADD = $(UNIT_VRRPD_NETD_LIBS)
endif

# Unit tests of vrrpd/monitor/: one cmocka program per file.
if CMOCKA
UNIT_VRRPD_MONITOR_LIBS = $(VRRPD_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += \
	test/unit/vrrpd/monitor/test_vrrp_estate \
	# end

test_unit_vrrpd_monitor_test_vrrp_estate_SOURCES = test/unit/vrrpd/monitor/test_vrrp_estate.c
test_unit_vrrpd_monitor_test_vrrp_estate_LDADD = $(UNIT_VRRPD_MONITOR_LIBS)
endif

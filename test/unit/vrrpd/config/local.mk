# Unit tests of vrrpd/config/: one cmocka program per file.
if CMOCKA
UNIT_VRRPD_CONFIG_LIBS = $(VRRPCONF_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += \
	test/unit/vrrpd/config/test_vrrp_changes \
	test/unit/vrrpd/config/test_vrrp_command \
	test/unit/vrrpd/config/test_vrrp_conf \
	test/unit/vrrpd/config/test_vrrp_diff \
	test/unit/vrrpd/config/test_vrrp_needs \
	test/unit/vrrpd/config/test_vrrp_reading \
	test/unit/vrrpd/config/test_vrrp_values \
	# end

test_unit_vrrpd_config_test_vrrp_command_SOURCES = test/unit/vrrpd/config/test_vrrp_command.c
test_unit_vrrpd_config_test_vrrp_command_LDADD = $(VRRPD_LIBS) $(CMOCKA_LIBS)
test_unit_vrrpd_config_test_vrrp_conf_SOURCES = test/unit/vrrpd/config/test_vrrp_conf.c
test_unit_vrrpd_config_test_vrrp_conf_LDADD = $(UNIT_VRRPD_CONFIG_LIBS)
test_unit_vrrpd_config_test_vrrp_needs_SOURCES = test/unit/vrrpd/config/test_vrrp_needs.c
test_unit_vrrpd_config_test_vrrp_needs_LDADD = $(UNIT_VRRPD_CONFIG_LIBS)
test_unit_vrrpd_config_test_vrrp_diff_SOURCES = test/unit/vrrpd/config/test_vrrp_diff.c
test_unit_vrrpd_config_test_vrrp_diff_LDADD = $(UNIT_VRRPD_CONFIG_LIBS)
test_unit_vrrpd_config_test_vrrp_values_SOURCES = test/unit/vrrpd/config/test_vrrp_values.c
test_unit_vrrpd_config_test_vrrp_values_LDADD = $(UNIT_VRRPD_CONFIG_LIBS)
test_unit_vrrpd_config_test_vrrp_reading_SOURCES = test/unit/vrrpd/config/test_vrrp_reading.c
test_unit_vrrpd_config_test_vrrp_reading_LDADD = $(UNIT_VRRPD_CONFIG_LIBS)
test_unit_vrrpd_config_test_vrrp_changes_SOURCES = test/unit/vrrpd/config/test_vrrp_changes.c
test_unit_vrrpd_config_test_vrrp_changes_LDADD = $(UNIT_VRRPD_CONFIG_LIBS)
endif

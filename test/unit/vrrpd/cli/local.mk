# Unit tests of vrrpd/cli/: one cmocka program per file.
if CMOCKA
UNIT_VRRPD_CLI_LIBS = $(VRRPCTL_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += \
	test/unit/vrrpd/cli/test_vrrpctl \
	# end

test_unit_vrrpd_cli_test_vrrpctl_SOURCES = test/unit/vrrpd/cli/test_vrrpctl.c
test_unit_vrrpd_cli_test_vrrpctl_LDADD = $(UNIT_VRRPD_CLI_LIBS)
endif

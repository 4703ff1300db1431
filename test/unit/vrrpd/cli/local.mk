# Unit tests of vrrpd/cli/: one cmocka program per file.
if CMOCKA
UNIT_VRRPD_CLI_LIBS = $(VRRPCTL_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += \
	test/unit/vrrpd/cli/test_vrrpctl_cmd \
	test/unit/vrrpd/cli/test_vrrpctl_show \
	test/unit/vrrpd/cli/test_vrrpctl_table \
	test/unit/vrrpd/cli/test_vrrpctl_word \
	# end

test_unit_vrrpd_cli_test_vrrpctl_cmd_SOURCES = test/unit/vrrpd/cli/test_vrrpctl_cmd.c
test_unit_vrrpd_cli_test_vrrpctl_cmd_LDADD = $(UNIT_VRRPD_CLI_LIBS)
test_unit_vrrpd_cli_test_vrrpctl_show_SOURCES = test/unit/vrrpd/cli/test_vrrpctl_show.c
test_unit_vrrpd_cli_test_vrrpctl_show_LDADD = $(UNIT_VRRPD_CLI_LIBS)
test_unit_vrrpd_cli_test_vrrpctl_table_SOURCES = test/unit/vrrpd/cli/test_vrrpctl_table.c
test_unit_vrrpd_cli_test_vrrpctl_table_LDADD = $(UNIT_VRRPD_CLI_LIBS)
test_unit_vrrpd_cli_test_vrrpctl_word_SOURCES = test/unit/vrrpd/cli/test_vrrpctl_word.c
test_unit_vrrpd_cli_test_vrrpctl_word_LDADD = $(UNIT_VRRPD_CLI_LIBS)
endif

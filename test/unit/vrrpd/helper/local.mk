# Unit tests of vrrpd/helper/: one cmocka program per file.
if CMOCKA
UNIT_VRRPD_HELPER_LIBS = $(VRRPD_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += \
	test/unit/vrrpd/helper/test_vrrp_check_file \
	test/unit/vrrpd/helper/test_vrrp_check_net \
	test/unit/vrrpd/helper/test_vrrp_checks \
	test/unit/vrrpd/helper/test_vrrp_fib_watch \
	test/unit/vrrpd/helper/test_vrrp_helper \
	test/unit/vrrpd/helper/test_vrrp_hooks \
	test/unit/vrrpd/helper/test_vrrp_on_change \
	test/unit/vrrpd/helper/test_vrrp_procs \
	test/unit/vrrpd/helper/test_vrrp_run \
	# end

test_unit_vrrpd_helper_test_vrrp_check_file_SOURCES = test/unit/vrrpd/helper/test_vrrp_check_file.c
test_unit_vrrpd_helper_test_vrrp_check_file_LDADD = $(UNIT_VRRPD_HELPER_LIBS)
test_unit_vrrpd_helper_test_vrrp_check_net_SOURCES = test/unit/vrrpd/helper/test_vrrp_check_net.c
test_unit_vrrpd_helper_test_vrrp_check_net_LDADD = $(UNIT_VRRPD_HELPER_LIBS)
test_unit_vrrpd_helper_test_vrrp_checks_SOURCES = test/unit/vrrpd/helper/test_vrrp_checks.c
test_unit_vrrpd_helper_test_vrrp_checks_LDADD = $(UNIT_VRRPD_HELPER_LIBS)
test_unit_vrrpd_helper_test_vrrp_fib_watch_SOURCES = test/unit/vrrpd/helper/test_vrrp_fib_watch.c $(NL_NET)
test_unit_vrrpd_helper_test_vrrp_fib_watch_LDADD = $(UNIT_VRRPD_HELPER_LIBS)
test_unit_vrrpd_helper_test_vrrp_helper_SOURCES = test/unit/vrrpd/helper/test_vrrp_helper.c
test_unit_vrrpd_helper_test_vrrp_helper_LDADD = $(UNIT_VRRPD_HELPER_LIBS)
test_unit_vrrpd_helper_test_vrrp_hooks_SOURCES = test/unit/vrrpd/helper/test_vrrp_hooks.c
test_unit_vrrpd_helper_test_vrrp_hooks_LDADD = $(UNIT_VRRPD_HELPER_LIBS)
test_unit_vrrpd_helper_test_vrrp_on_change_SOURCES = test/unit/vrrpd/helper/test_vrrp_on_change.c
test_unit_vrrpd_helper_test_vrrp_on_change_LDADD = $(UNIT_VRRPD_HELPER_LIBS)
test_unit_vrrpd_helper_test_vrrp_procs_SOURCES = test/unit/vrrpd/helper/test_vrrp_procs.c
test_unit_vrrpd_helper_test_vrrp_procs_LDADD = $(UNIT_VRRPD_HELPER_LIBS)
test_unit_vrrpd_helper_test_vrrp_run_SOURCES = test/unit/vrrpd/helper/test_vrrp_run.c
test_unit_vrrpd_helper_test_vrrp_run_LDADD = $(UNIT_VRRPD_HELPER_LIBS)
endif

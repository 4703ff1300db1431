# Unit tests of what talks to the kernel and to other processes.
if CMOCKA
NET_TESTS = \
	test/unit/test_ctl_client \
	test/unit/test_ctl_server \
	test/unit/test_nl \
	# end
check_PROGRAMS += $(NET_TESTS)
TESTS += $(NET_TESTS)

NET_TEST_LIBS = $(SHARED_LIBS) $(CMOCKA_LIBS)
test_unit_test_ctl_client_LDADD = $(NET_TEST_LIBS)
test_unit_test_ctl_server_LDADD = $(NET_TEST_LIBS)
test_unit_test_nl_LDADD = $(NET_TEST_LIBS)
endif

# Unit tests of shared/; one program per file.
dist_check_SCRIPTS += test/purity.sh
TESTS += test/purity.sh
EXTRA_DIST += test/req.sh

if CMOCKA
SHARED_PURE_TESTS = \
	test/unit/test_addr \
	test/unit/test_csum \
	test/unit/test_cursor \
	test/unit/test_rng \
	test/unit/test_rxclock \
	test/unit/test_token_bucket \
	# end
check_PROGRAMS += $(SHARED_PURE_TESTS)
TESTS += $(SHARED_PURE_TESTS)

SHARED_PURE_TEST_LIBS = shared/libpure.a $(CMOCKA_LIBS)
test_unit_test_addr_LDADD = $(SHARED_PURE_TEST_LIBS)
test_unit_test_csum_LDADD = $(SHARED_PURE_TEST_LIBS)
test_unit_test_cursor_LDADD = $(SHARED_PURE_TEST_LIBS)
test_unit_test_rng_LDADD = $(SHARED_PURE_TEST_LIBS)
test_unit_test_rxclock_LDADD = $(SHARED_PURE_TEST_LIBS)
test_unit_test_token_bucket_LDADD = $(SHARED_PURE_TEST_LIBS)

SHARED_TESTS = \
	test/unit/test_conf \
	test/unit/test_log \
	test/unit/test_loop \
	test/unit/test_priv \
	test/unit/test_rtsched \
	# end
check_PROGRAMS += $(SHARED_TESTS)
TESTS += $(SHARED_TESTS)

SHARED_TEST_LIBS = $(SHARED_LIBS) $(CMOCKA_LIBS)
test_unit_test_conf_LDADD = $(SHARED_TEST_LIBS)
test_unit_test_log_LDADD = $(SHARED_TEST_LIBS)
test_unit_test_loop_LDADD = $(SHARED_TEST_LIBS)
test_unit_test_priv_LDADD = $(SHARED_TEST_LIBS)
test_unit_test_rtsched_LDADD = $(SHARED_TEST_LIBS)
endif

# Unit tests of the BFD core; one program per file.
if CMOCKA
BFD_CORE_TESTS = \
	test/unit/test_bfd_auth \
	test/unit/test_bfd_congestion \
	test/unit/test_bfd_core \
	test/unit/test_bfd_echo \
	test/unit/test_bfd_pair \
	test/unit/test_bfd_params \
	test/unit/test_bfd_wire \
	# end
check_PROGRAMS += $(BFD_CORE_TESTS)
TESTS += $(BFD_CORE_TESTS)

BFD_CORE_TEST_LIBS = \
	bfdd/libbfdcore.a \
	shared/libpure.a \
	$(LIBCRYPTO_LIBS) \
	$(CMOCKA_LIBS) \
	# end
test_unit_test_bfd_auth_LDADD = $(BFD_CORE_TEST_LIBS)
test_unit_test_bfd_congestion_LDADD = $(BFD_CORE_TEST_LIBS)
test_unit_test_bfd_core_LDADD = $(BFD_CORE_TEST_LIBS)
test_unit_test_bfd_echo_LDADD = $(BFD_CORE_TEST_LIBS)
test_unit_test_bfd_pair_LDADD = $(BFD_CORE_TEST_LIBS)
test_unit_test_bfd_params_LDADD = $(BFD_CORE_TEST_LIBS)
test_unit_test_bfd_wire_LDADD = $(BFD_CORE_TEST_LIBS)
endif
EXTRA_DIST += test/unit/bfd_vectors.h

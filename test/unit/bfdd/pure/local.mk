# Unit tests of bfdd/pure/: one cmocka program per file.
if CMOCKA
UNIT_BFDD_PURE_LIBS = bfdd/libbfdcore.a shared/libpure.a $(LIBCRYPTO_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += \
	test/unit/bfdd/pure/test_bfd_auth \
	test/unit/bfdd/pure/test_bfd_congestion \
	test/unit/bfdd/pure/test_bfd_core \
	test/unit/bfdd/pure/test_bfd_core_check \
	test/unit/bfdd/pure/test_bfd_echo \
	test/unit/bfdd/pure/test_bfd_pair \
	test/unit/bfdd/pure/test_bfd_params \
	test/unit/bfdd/pure/test_bfd_wire \
	# end

test_unit_bfdd_pure_test_bfd_auth_SOURCES = test/unit/bfdd/pure/test_bfd_auth.c
test_unit_bfdd_pure_test_bfd_auth_LDADD = $(UNIT_BFDD_PURE_LIBS)
test_unit_bfdd_pure_test_bfd_congestion_SOURCES = test/unit/bfdd/pure/test_bfd_congestion.c
test_unit_bfdd_pure_test_bfd_congestion_LDADD = $(UNIT_BFDD_PURE_LIBS)
test_unit_bfdd_pure_test_bfd_core_SOURCES = test/unit/bfdd/pure/test_bfd_core.c
test_unit_bfdd_pure_test_bfd_core_LDADD = $(UNIT_BFDD_PURE_LIBS)
test_unit_bfdd_pure_test_bfd_core_check_SOURCES = test/unit/bfdd/pure/test_bfd_core_check.c
test_unit_bfdd_pure_test_bfd_core_check_LDADD = $(UNIT_BFDD_PURE_LIBS)
test_unit_bfdd_pure_test_bfd_echo_SOURCES = test/unit/bfdd/pure/test_bfd_echo.c
test_unit_bfdd_pure_test_bfd_echo_LDADD = $(UNIT_BFDD_PURE_LIBS)
test_unit_bfdd_pure_test_bfd_pair_SOURCES = test/unit/bfdd/pure/test_bfd_pair.c
test_unit_bfdd_pure_test_bfd_pair_LDADD = $(UNIT_BFDD_PURE_LIBS)
test_unit_bfdd_pure_test_bfd_params_SOURCES = test/unit/bfdd/pure/test_bfd_params.c
test_unit_bfdd_pure_test_bfd_params_LDADD = $(UNIT_BFDD_PURE_LIBS)
test_unit_bfdd_pure_test_bfd_wire_SOURCES = test/unit/bfdd/pure/test_bfd_wire.c
test_unit_bfdd_pure_test_bfd_wire_LDADD = $(UNIT_BFDD_PURE_LIBS)
endif
EXTRA_DIST += test/unit/bfdd/pure/bfd_vectors.h

# Unit tests of shared/pure/: one cmocka program per file.
if CMOCKA
UNIT_SHARED_PURE_LIBS = shared/libpure.a $(CMOCKA_LIBS)
check_PROGRAMS += \
	test/unit/shared/pure/test_addr \
	test/unit/shared/pure/test_csum \
	test/unit/shared/pure/test_cursor \
	test/unit/shared/pure/test_histogram \
	test/unit/shared/pure/test_rng \
	test/unit/shared/pure/test_rxclock \
	test/unit/shared/pure/test_slept \
	test/unit/shared/pure/test_span \
	test/unit/shared/pure/test_token_bucket \
	# end

test_unit_shared_pure_test_addr_SOURCES = test/unit/shared/pure/test_addr.c
test_unit_shared_pure_test_addr_LDADD = $(UNIT_SHARED_PURE_LIBS)
test_unit_shared_pure_test_csum_SOURCES = test/unit/shared/pure/test_csum.c
test_unit_shared_pure_test_csum_LDADD = $(UNIT_SHARED_PURE_LIBS)
test_unit_shared_pure_test_cursor_SOURCES = test/unit/shared/pure/test_cursor.c
test_unit_shared_pure_test_cursor_LDADD = $(UNIT_SHARED_PURE_LIBS)
test_unit_shared_pure_test_histogram_SOURCES = test/unit/shared/pure/test_histogram.c
test_unit_shared_pure_test_histogram_LDADD = $(UNIT_SHARED_PURE_LIBS)
test_unit_shared_pure_test_rng_SOURCES = test/unit/shared/pure/test_rng.c
test_unit_shared_pure_test_rng_LDADD = $(UNIT_SHARED_PURE_LIBS)
test_unit_shared_pure_test_rxclock_SOURCES = test/unit/shared/pure/test_rxclock.c
test_unit_shared_pure_test_rxclock_LDADD = $(UNIT_SHARED_PURE_LIBS)
test_unit_shared_pure_test_slept_SOURCES = test/unit/shared/pure/test_slept.c
test_unit_shared_pure_test_slept_LDADD = $(UNIT_SHARED_PURE_LIBS)
test_unit_shared_pure_test_span_SOURCES = test/unit/shared/pure/test_span.c
test_unit_shared_pure_test_span_LDADD = $(UNIT_SHARED_PURE_LIBS)
test_unit_shared_pure_test_token_bucket_SOURCES = test/unit/shared/pure/test_token_bucket.c
test_unit_shared_pure_test_token_bucket_LDADD = $(UNIT_SHARED_PURE_LIBS)
endif

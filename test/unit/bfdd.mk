# Unit tests of bfdd's shells: one cmocka program per file.
if CMOCKA
BFDD_UNIT_TESTS = \
	test/unit/test_sdnotify \
	# end
check_PROGRAMS += $(BFDD_UNIT_TESTS)
TESTS += $(BFDD_UNIT_TESTS)

test_unit_test_sdnotify_SOURCES = test/unit/test_sdnotify.c
test_unit_test_sdnotify_LDADD = $(SHARED_LIBS) $(CMOCKA_LIBS)
endif

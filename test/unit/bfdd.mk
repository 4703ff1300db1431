# Unit tests of bfdd's shells: one cmocka program per file.
if CMOCKA
BFDD_UNIT_LIBS = \
	bfdd/libbfdd.a \
	bfdd/libbfdcore.a \
	$(SHARED_LIBS) \
	$(LIBCRYPTO_LIBS) \
	$(CMOCKA_LIBS) \
	# end
BFDD_UNIT_TESTS = \
	test/unit/test_bfd_conf \
	test/unit/test_bfd_ctl \
	test/unit/test_bfd_engine \
	test/unit/test_bfd_heap \
	test/unit/test_bfd_io \
	test/unit/test_bfd_passive \
	test/unit/test_bfd_reader \
	test/unit/test_bfd_table \
	test/unit/test_sdnotify \
	# end
check_PROGRAMS += $(BFDD_UNIT_TESTS)
TESTS += $(BFDD_UNIT_TESTS)

test_unit_test_bfd_conf_SOURCES = test/unit/test_bfd_conf.c
test_unit_test_bfd_conf_LDADD = $(BFDD_UNIT_LIBS)
test_unit_test_bfd_ctl_SOURCES = test/unit/test_bfd_ctl.c test/unit/bfdd_net.h
test_unit_test_bfd_ctl_LDADD = $(BFDD_UNIT_LIBS)
test_unit_test_bfd_engine_SOURCES = \
	test/unit/bfdd_net.h \
	test/unit/test_bfd_engine.c \
	# end
test_unit_test_bfd_engine_LDADD = $(BFDD_UNIT_LIBS)
test_unit_test_bfd_heap_SOURCES = test/unit/test_bfd_heap.c
test_unit_test_bfd_heap_LDADD = $(BFDD_UNIT_LIBS)
test_unit_test_bfd_io_SOURCES = test/unit/bfdd_net.h test/unit/test_bfd_io.c
test_unit_test_bfd_io_LDADD = $(BFDD_UNIT_LIBS)
test_unit_test_bfd_passive_SOURCES = test/unit/test_bfd_passive.c
test_unit_test_bfd_passive_LDADD = $(BFDD_UNIT_LIBS)
test_unit_test_bfd_reader_SOURCES = test/unit/test_bfd_reader.c
test_unit_test_bfd_reader_LDADD = $(BFDD_UNIT_LIBS)
test_unit_test_bfd_reader_LDFLAGS = $(AM_LDFLAGS) -pthread
test_unit_test_bfd_table_SOURCES = test/unit/test_bfd_table.c
test_unit_test_bfd_table_LDADD = $(BFDD_UNIT_LIBS)
test_unit_test_sdnotify_SOURCES = test/unit/test_sdnotify.c
test_unit_test_sdnotify_LDADD = $(SHARED_LIBS) $(CMOCKA_LIBS)
endif

EXTRA_DIST += \
	test/conf/bfdd/addresses.conf \
	test/conf/bfdd/addresses.err \
	test/conf/bfdd/auth-bad.conf \
	test/conf/bfdd/auth-bad.err \
	test/conf/bfdd/auth.conf \
	test/conf/bfdd/auth.ok \
	test/conf/bfdd/defaults.conf \
	test/conf/bfdd/defaults.ok \
	test/conf/bfdd/design.conf \
	test/conf/bfdd/design.ok \
	test/conf/bfdd/duplicate-name.conf \
	test/conf/bfdd/duplicate-name.err \
	test/conf/bfdd/duplicates.conf \
	test/conf/bfdd/duplicates.err \
	test/conf/bfdd/echo-bad.conf \
	test/conf/bfdd/echo-bad.err \
	test/conf/bfdd/echo.conf \
	test/conf/bfdd/echo.ok \
	test/conf/bfdd/empty.conf \
	test/conf/bfdd/empty.ok \
	test/conf/bfdd/given-twice.conf \
	test/conf/bfdd/given-twice.err \
	test/conf/bfdd/ipv6.conf \
	test/conf/bfdd/ipv6.ok \
	test/conf/bfdd/multihop.conf \
	test/conf/bfdd/multihop.ok \
	test/conf/bfdd/names.conf \
	test/conf/bfdd/names.err \
	test/conf/bfdd/paths.conf \
	test/conf/bfdd/paths.err \
	test/conf/bfdd/ranges.conf \
	test/conf/bfdd/ranges.err \
	test/conf/bfdd/syntax.conf \
	test/conf/bfdd/syntax.err \
	test/conf/bfdd/timers.conf \
	test/conf/bfdd/timers.ok \
	test/conf/bfdd/unfinished.conf \
	test/conf/bfdd/unfinished.err \
	test/conf/bfdd/unknown-block.conf \
	test/conf/bfdd/unknown-block.err \
	test/conf/bfdd/unknown-word.conf \
	test/conf/bfdd/unknown-word.err \
	# end

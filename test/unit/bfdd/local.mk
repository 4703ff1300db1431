# Unit tests of bfdd/: one cmocka program per file.
if CMOCKA
UNIT_BFDD_LIBS = $(BFDD_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += \
	test/unit/bfdd/test_bfd_client \
	test/unit/bfdd/test_bfd_conf \
	test/unit/bfdd/test_bfd_ctl \
	test/unit/bfdd/test_bfd_echo_io \
	test/unit/bfdd/test_bfd_engine \
	test/unit/bfdd/test_bfd_heap \
	test/unit/bfdd/test_bfd_io \
	test/unit/bfdd/test_bfd_passive \
	test/unit/bfdd/test_bfd_reader \
	test/unit/bfdd/test_bfd_reading \
	test/unit/bfdd/test_bfd_restart \
	test/unit/bfdd/test_bfd_table \
	# end

test_unit_bfdd_test_bfd_client_SOURCES = test/unit/bfdd/test_bfd_client.c
test_unit_bfdd_test_bfd_client_LDADD = $(UNIT_BFDD_LIBS)
test_unit_bfdd_test_bfd_client_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc
test_unit_bfdd_test_bfd_conf_SOURCES = test/unit/bfdd/test_bfd_conf.c
test_unit_bfdd_test_bfd_conf_LDADD = $(UNIT_BFDD_LIBS)
test_unit_bfdd_test_bfd_ctl_SOURCES = test/unit/bfdd/test_bfd_ctl.c
test_unit_bfdd_test_bfd_ctl_LDADD = $(UNIT_BFDD_LIBS)
test_unit_bfdd_test_bfd_echo_io_SOURCES = test/unit/bfdd/test_bfd_echo_io.c
test_unit_bfdd_test_bfd_echo_io_LDADD = $(UNIT_BFDD_LIBS)
test_unit_bfdd_test_bfd_echo_io_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=bind \
	-Wl,--wrap=close \
	-Wl,--wrap=freeifaddrs \
	-Wl,--wrap=getifaddrs \
	-Wl,--wrap=ioctl \
	-Wl,--wrap=sendto \
	-Wl,--wrap=setsockopt \
	-Wl,--wrap=socket \
	# end
test_unit_bfdd_test_bfd_engine_SOURCES = test/unit/bfdd/test_bfd_engine.c
test_unit_bfdd_test_bfd_engine_LDADD = $(UNIT_BFDD_LIBS)
test_unit_bfdd_test_bfd_heap_SOURCES = test/unit/bfdd/test_bfd_heap.c
test_unit_bfdd_test_bfd_heap_LDADD = $(UNIT_BFDD_LIBS)
test_unit_bfdd_test_bfd_io_SOURCES = test/unit/bfdd/test_bfd_io.c
test_unit_bfdd_test_bfd_io_LDADD = $(UNIT_BFDD_LIBS)
test_unit_bfdd_test_bfd_passive_SOURCES = test/unit/bfdd/test_bfd_passive.c
test_unit_bfdd_test_bfd_passive_LDADD = $(UNIT_BFDD_LIBS)
test_unit_bfdd_test_bfd_restart_SOURCES = test/unit/bfdd/test_bfd_restart.c
test_unit_bfdd_test_bfd_restart_LDADD = $(UNIT_BFDD_LIBS)
test_unit_bfdd_test_bfd_restart_LDFLAGS = $(AM_LDFLAGS) -pthread
test_unit_bfdd_test_bfd_reading_SOURCES = test/unit/bfdd/test_bfd_reading.c
test_unit_bfdd_test_bfd_reading_LDADD = $(UNIT_BFDD_LIBS)
test_unit_bfdd_test_bfd_reader_SOURCES = test/unit/bfdd/test_bfd_reader.c
test_unit_bfdd_test_bfd_reader_LDADD = $(UNIT_BFDD_LIBS)
test_unit_bfdd_test_bfd_reader_LDFLAGS = $(AM_LDFLAGS) -pthread
test_unit_bfdd_test_bfd_table_SOURCES = test/unit/bfdd/test_bfd_table.c
test_unit_bfdd_test_bfd_table_LDADD = $(UNIT_BFDD_LIBS)
endif

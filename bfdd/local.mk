noinst_LIBRARIES += bfdd/libbfdcore.a
bfdd_libbfdcore_a_SOURCES = \
	bfdd/bfd_auth.c bfdd/bfd_auth.h \
	bfdd/bfd_congestion.c bfdd/bfd_congestion.h \
	bfdd/bfd_core.c bfdd/bfd_core.h \
	bfdd/bfd_echo.c bfdd/bfd_echo.h \
	bfdd/bfd_params.c bfdd/bfd_params.h \
	bfdd/bfd_wire.c bfdd/bfd_wire.h \
	# end

noinst_LIBRARIES += bfdd/libbfdd.a
bfdd_libbfdd_a_SOURCES = \
	bfdd/bfd_client.c bfdd/bfd_client.h \
	bfdd/bfd_conf.c bfdd/bfd_conf.h \
	bfdd/bfd_ctl.c bfdd/bfd_ctl.h \
	bfdd/bfd_echo_io.c bfdd/bfd_echo_io.h \
	bfdd/bfd_engine.c bfdd/bfd_engine.h \
	bfdd/bfd_heap.c bfdd/bfd_heap.h \
	bfdd/bfd_io.c bfdd/bfd_io.h \
	bfdd/bfd_mark.h \
	bfdd/bfd_passive.c bfdd/bfd_passive.h \
	bfdd/bfd_reader.c bfdd/bfd_reader.h \
	bfdd/bfd_table.c bfdd/bfd_table.h \
	# end

sbin_PROGRAMS += bfdd/bfdd
bfdd_bfdd_SOURCES = bfdd/main.c
bfdd_bfdd_LDFLAGS = $(AM_LDFLAGS) -pthread
bfdd_bfdd_LDADD = \
	bfdd/libbfdd.a \
	bfdd/libbfdcore.a \
	$(SHARED_LIBS) \
	$(LIBCRYPTO_LIBS) \
	# end

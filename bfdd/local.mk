noinst_LIBRARIES += bfdd/libbfdcore.a
bfdd_libbfdcore_a_SOURCES = \
	bfdd/pure/bfd_auth.c bfdd/pure/bfd_auth.h \
	bfdd/pure/bfd_congestion.c bfdd/pure/bfd_congestion.h \
	bfdd/pure/bfd_absence.c \
	bfdd/pure/bfd_core.c bfdd/pure/bfd_core.h \
	bfdd/pure/bfd_core_check.c \
	bfdd/pure/bfd_echo.c bfdd/pure/bfd_echo.h \
	bfdd/pure/bfd_params.c bfdd/pure/bfd_params.h \
	bfdd/pure/bfd_wire.c bfdd/pure/bfd_wire.h \
	# end

noinst_LIBRARIES += bfdd/libbfdd.a
bfdd_libbfdd_a_SOURCES = \
	bfdd/bfd_act.c bfdd/bfd_act.h \
	bfdd/bfd_aside.c bfdd/bfd_aside.h \
	bfdd/bfd_away.c bfdd/bfd_away.h \
	bfdd/bfd_client.c bfdd/bfd_client.h \
	bfdd/bfd_conf.c bfdd/bfd_conf.h \
	bfdd/bfd_conf_print.c bfdd/bfd_conf_print.h \
	bfdd/bfd_ctl.c bfdd/bfd_ctl.h \
	bfdd/bfd_ctl_json.c bfdd/bfd_ctl_json.h \
	bfdd/bfd_echo_io.c bfdd/bfd_echo_io.h \
	bfdd/bfd_engine.c bfdd/bfd_engine.h \
	bfdd/bfd_engine_state.h \
	bfdd/bfd_engine_values.h \
	bfdd/bfd_heap.c bfdd/bfd_heap.h \
	bfdd/bfd_io.c bfdd/bfd_io.h \
	bfdd/pure/bfd_mark.h \
	bfdd/bfd_passive.c bfdd/bfd_passive.h \
	bfdd/bfd_reader.c bfdd/bfd_reader.h \
	bfdd/bfd_reading.c bfdd/bfd_reading.h \
	bfdd/bfd_reload.c bfdd/bfd_reload.h \
	bfdd/bfd_restart.c bfdd/bfd_restart.h \
	bfdd/bfd_table.c bfdd/bfd_table.h \
	bfdd/bfd_vrf.c bfdd/bfd_vrf.h \
	bfdd/bfd_wishes.c bfdd/bfd_wishes.h \
	# end

BFDD_LIBS = \
	bfdd/libbfdd.a \
	bfdd/libbfdcore.a \
	$(SHARED_LIBS) \
	$(LIBCRYPTO_LIBS) \
	# end

sbin_PROGRAMS += bfdd/bfdd
bfdd_bfdd_SOURCES = bfdd/main.c
bfdd_bfdd_LDFLAGS = $(AM_LDFLAGS) -pthread
bfdd_bfdd_LDADD = $(BFDD_LIBS)

# Fuzz targets: one program per file fuzz_X.c, its corpus in corpus/X/.
#
# Without --enable-fuzzer each is linked with replay.c and `make check` runs it
# over its corpus.  With it (CC=clang) libFuzzer's main explores, by hand:
#	make test/fuzz/fuzz_X && test/fuzz/fuzz_X NEW_DIR $(srcdir)/test/fuzz/corpus/X
# Findings and inputs worth keeping go into corpus/X/.
#
# To add a target: name it in FUZZ_TARGETS, give it _SOURCES, _LDADD, _LDFLAGS.
FUZZ_TARGETS = \
	test/fuzz/fuzz_bfd_conf \
	test/fuzz/fuzz_bfd_core \
	test/fuzz/fuzz_bfd_ctl \
	test/fuzz/fuzz_bfd_echo \
	test/fuzz/fuzz_bfd_reading \
	test/fuzz/fuzz_bfd_wire \
	test/fuzz/fuzz_ctl \
	test/fuzz/fuzz_ka \
	test/fuzz/fuzz_vrrp_ask \
	test/fuzz/fuzz_vrrp_bfd_level \
	test/fuzz/fuzz_vrrp_conf \
	test/fuzz/fuzz_vrrp_core \
	test/fuzz/fuzz_vrrp_errands \
	test/fuzz/fuzz_vrrp_fib \
	test/fuzz/fuzz_vrrp_messages \
	test/fuzz/fuzz_vrrp_orders \
	test/fuzz/fuzz_vrrp_reading \
	test/fuzz/fuzz_vrrp_trial \
	test/fuzz/fuzz_vrrp_vital \
	test/fuzz/fuzz_vrrp_wire \
	# end

if FUZZER
FUZZ_MAIN =
noinst_PROGRAMS += $(FUZZ_TARGETS)
else
FUZZ_MAIN = test/fuzz/replay.c
check_PROGRAMS += $(FUZZ_TARGETS)
endif
FUZZ_LINK = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

test_fuzz_fuzz_bfd_conf_SOURCES = test/fuzz/fuzz_bfd_conf.c
nodist_test_fuzz_fuzz_bfd_conf_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_bfd_conf_LDADD = bfdd/libbfdd.a bfdd/libbfdcore.a $(SHARED_LIBS) $(LIBCRYPTO_LIBS)
test_fuzz_fuzz_bfd_conf_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_bfd_echo_SOURCES = test/fuzz/fuzz_bfd_echo.c
nodist_test_fuzz_fuzz_bfd_echo_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_bfd_echo_LDADD = bfdd/libbfdcore.a shared/libpure.a $(LIBCRYPTO_LIBS)
test_fuzz_fuzz_bfd_echo_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_bfd_core_SOURCES = test/fuzz/fuzz_bfd_core.c
nodist_test_fuzz_fuzz_bfd_core_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_bfd_core_LDADD = bfdd/libbfdcore.a shared/libpure.a $(LIBCRYPTO_LIBS)
test_fuzz_fuzz_bfd_core_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_bfd_ctl_SOURCES = test/fuzz/fuzz_bfd_ctl.c
nodist_test_fuzz_fuzz_bfd_ctl_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_bfd_ctl_LDADD = bfdd/libbfdd.a bfdd/libbfdcore.a $(SHARED_LIBS) $(LIBCRYPTO_LIBS)
test_fuzz_fuzz_bfd_ctl_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_bfd_reading_SOURCES = test/fuzz/fuzz_bfd_reading.c
nodist_test_fuzz_fuzz_bfd_reading_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_bfd_reading_LDADD = bfdd/libbfdd.a bfdd/libbfdcore.a $(SHARED_LIBS) $(LIBCRYPTO_LIBS)
test_fuzz_fuzz_bfd_reading_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_bfd_wire_SOURCES = test/fuzz/fuzz_bfd_wire.c
nodist_test_fuzz_fuzz_bfd_wire_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_bfd_wire_LDADD = bfdd/libbfdcore.a shared/libpure.a $(LIBCRYPTO_LIBS)
test_fuzz_fuzz_bfd_wire_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_ctl_SOURCES = test/fuzz/fuzz_ctl.c
nodist_test_fuzz_fuzz_ctl_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_ctl_LDADD = $(SHARED_LIBS)
test_fuzz_fuzz_ctl_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_ka_SOURCES = test/fuzz/fuzz_ka.c
nodist_test_fuzz_fuzz_ka_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_ka_LDADD = $(VRRPCTL_LIBS)
test_fuzz_fuzz_ka_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_vrrp_ask_SOURCES = test/fuzz/fuzz_vrrp_ask.c
nodist_test_fuzz_fuzz_vrrp_ask_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_vrrp_ask_LDADD = vrrpd/libvrrpcore.a shared/libpure.a
test_fuzz_fuzz_vrrp_ask_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_vrrp_bfd_level_SOURCES = test/fuzz/fuzz_vrrp_bfd_level.c
nodist_test_fuzz_fuzz_vrrp_bfd_level_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_vrrp_bfd_level_LDADD = $(VRRPD_LIBS)
test_fuzz_fuzz_vrrp_bfd_level_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_vrrp_conf_SOURCES = test/fuzz/fuzz_vrrp_conf.c
nodist_test_fuzz_fuzz_vrrp_conf_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_vrrp_conf_LDADD = vrrpd/libvrrpconf.a vrrpd/libvrrpcore.a $(SHARED_LIBS)
test_fuzz_fuzz_vrrp_conf_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_vrrp_core_SOURCES = test/fuzz/fuzz_vrrp_core.c
nodist_test_fuzz_fuzz_vrrp_core_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_vrrp_core_LDADD = vrrpd/libvrrpcore.a shared/libpure.a
test_fuzz_fuzz_vrrp_core_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_vrrp_errands_SOURCES = test/fuzz/fuzz_vrrp_errands.c
nodist_test_fuzz_fuzz_vrrp_errands_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_vrrp_errands_LDADD = vrrpd/libvrrpcore.a shared/libpure.a
test_fuzz_fuzz_vrrp_errands_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_vrrp_fib_SOURCES = test/fuzz/fuzz_vrrp_fib.c
nodist_test_fuzz_fuzz_vrrp_fib_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_vrrp_fib_LDADD = $(VRRPD_LIBS)
test_fuzz_fuzz_vrrp_fib_LDFLAGS = $(FUZZ_LINK)
test_fuzz_fuzz_vrrp_messages_SOURCES = test/fuzz/fuzz_vrrp_messages.c
nodist_test_fuzz_fuzz_vrrp_messages_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_vrrp_messages_LDADD = vrrpd/libvrrpcore.a shared/libpure.a
test_fuzz_fuzz_vrrp_messages_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_vrrp_orders_SOURCES = test/fuzz/fuzz_vrrp_orders.c
nodist_test_fuzz_fuzz_vrrp_orders_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_vrrp_orders_LDADD = vrrpd/libvrrpcore.a shared/libpure.a
test_fuzz_fuzz_vrrp_orders_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_vrrp_reading_SOURCES = test/fuzz/fuzz_vrrp_reading.c
nodist_test_fuzz_fuzz_vrrp_reading_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_vrrp_reading_LDADD = vrrpd/libvrrpconf.a vrrpd/libvrrpcore.a $(SHARED_LIBS)
test_fuzz_fuzz_vrrp_reading_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_vrrp_trial_SOURCES = test/fuzz/fuzz_vrrp_trial.c
nodist_test_fuzz_fuzz_vrrp_trial_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_vrrp_trial_LDADD = vrrpd/libvrrpcore.a shared/libpure.a
test_fuzz_fuzz_vrrp_trial_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_vrrp_vital_SOURCES = test/fuzz/fuzz_vrrp_vital.c
nodist_test_fuzz_fuzz_vrrp_vital_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_vrrp_vital_LDADD = vrrpd/libvrrpcore.a shared/libpure.a
test_fuzz_fuzz_vrrp_vital_LDFLAGS = $(FUZZ_LINK)

test_fuzz_fuzz_vrrp_wire_SOURCES = test/fuzz/fuzz_vrrp_wire.c
nodist_test_fuzz_fuzz_vrrp_wire_SOURCES = $(FUZZ_MAIN)
test_fuzz_fuzz_vrrp_wire_LDADD = vrrpd/libvrrpcore.a shared/libpure.a
test_fuzz_fuzz_vrrp_wire_LDFLAGS = $(FUZZ_LINK)

EXTRA_DIST += \
	test/fuzz/corpus \
	test/fuzz/replay.c \
	# end

# Unit tests of vrrpd/monitor/: one cmocka program per file.
if CMOCKA
UNIT_VRRPD_MONITOR_LIBS = $(VRRPD_LIBS) $(CMOCKA_LIBS)
MONITOR_WORLD = \
	test/unit/vrrpd/monitor/monitor_world.c \
	test/unit/vrrpd/monitor/monitor_world.h \
	# end
check_PROGRAMS += \
	test/unit/vrrpd/monitor/test_vrrp_child \
	test/unit/vrrpd/monitor/test_vrrp_desk \
	test/unit/vrrpd/monitor/test_vrrp_estate \
	test/unit/vrrpd/monitor/test_vrrp_executor \
	test/unit/vrrpd/monitor/test_vrrp_helpers \
	test/unit/vrrpd/monitor/test_vrrp_keeper \
	test/unit/vrrpd/monitor/test_vrrp_ledger \
	test/unit/vrrpd/monitor/test_vrrp_monitor \
	test/unit/vrrpd/monitor/test_vrrp_monitor_forks \
	test/unit/vrrpd/monitor/test_vrrp_tryout \
	test/unit/vrrpd/monitor/test_vrrp_reader \
	test/unit/vrrpd/monitor/test_vrrp_writer \
	# end

test_unit_vrrpd_monitor_test_vrrp_child_SOURCES = test/unit/vrrpd/monitor/test_vrrp_child.c
test_unit_vrrpd_monitor_test_vrrp_child_LDADD = $(UNIT_VRRPD_MONITOR_LIBS)
test_unit_vrrpd_monitor_test_vrrp_desk_SOURCES = test/unit/vrrpd/monitor/test_vrrp_desk.c $(MONITOR_WORLD)
test_unit_vrrpd_monitor_test_vrrp_desk_LDADD = $(UNIT_VRRPD_MONITOR_LIBS)
test_unit_vrrpd_monitor_test_vrrp_estate_SOURCES = test/unit/vrrpd/monitor/test_vrrp_estate.c
test_unit_vrrpd_monitor_test_vrrp_estate_LDADD = $(UNIT_VRRPD_MONITOR_LIBS)
test_unit_vrrpd_monitor_test_vrrp_executor_SOURCES = test/unit/vrrpd/monitor/test_vrrp_executor.c
test_unit_vrrpd_monitor_test_vrrp_executor_LDADD = $(UNIT_VRRPD_MONITOR_LIBS)
test_unit_vrrpd_monitor_test_vrrp_helpers_SOURCES = test/unit/vrrpd/monitor/test_vrrp_helpers.c $(MONITOR_WORLD)
test_unit_vrrpd_monitor_test_vrrp_helpers_LDADD = $(UNIT_VRRPD_MONITOR_LIBS)
test_unit_vrrpd_monitor_test_vrrp_keeper_SOURCES = test/unit/vrrpd/monitor/test_vrrp_keeper.c $(MONITOR_WORLD)
test_unit_vrrpd_monitor_test_vrrp_keeper_LDADD = $(UNIT_VRRPD_MONITOR_LIBS)
test_unit_vrrpd_monitor_test_vrrp_tryout_SOURCES = test/unit/vrrpd/monitor/test_vrrp_tryout.c
test_unit_vrrpd_monitor_test_vrrp_tryout_LDADD = $(UNIT_VRRPD_MONITOR_LIBS)
test_unit_vrrpd_monitor_test_vrrp_reader_SOURCES = test/unit/vrrpd/monitor/test_vrrp_reader.c
test_unit_vrrpd_monitor_test_vrrp_reader_LDADD = $(UNIT_VRRPD_MONITOR_LIBS)
test_unit_vrrpd_monitor_test_vrrp_ledger_SOURCES = test/unit/vrrpd/monitor/test_vrrp_ledger.c $(MONITOR_WORLD)
test_unit_vrrpd_monitor_test_vrrp_ledger_LDADD = $(UNIT_VRRPD_MONITOR_LIBS)
test_unit_vrrpd_monitor_test_vrrp_writer_SOURCES = test/unit/vrrpd/monitor/test_vrrp_writer.c
test_unit_vrrpd_monitor_test_vrrp_writer_LDADD = $(UNIT_VRRPD_MONITOR_LIBS)
test_unit_vrrpd_monitor_test_vrrp_monitor_SOURCES = test/unit/vrrpd/monitor/test_vrrp_monitor.c $(MONITOR_WORLD)
test_unit_vrrpd_monitor_test_vrrp_monitor_LDADD = $(UNIT_VRRPD_MONITOR_LIBS)
test_unit_vrrpd_monitor_test_vrrp_monitor_forks_SOURCES = test/unit/vrrpd/monitor/test_vrrp_monitor_forks.c
test_unit_vrrpd_monitor_test_vrrp_monitor_forks_LDADD = $(UNIT_VRRPD_MONITOR_LIBS)
endif

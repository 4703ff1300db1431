# The process that guards the engine.
vrrpd_libvrrpd_a_SOURCES += \
	vrrpd/monitor/vrrp_beside.c vrrpd/monitor/vrrp_beside.h \
	vrrpd/monitor/vrrp_child.c vrrpd/monitor/vrrp_child.h \
	vrrpd/monitor/vrrp_desk.c vrrpd/monitor/vrrp_desk.h \
	vrrpd/monitor/vrrp_estate.c vrrpd/monitor/vrrp_estate.h \
	vrrpd/monitor/vrrp_executor.c vrrpd/monitor/vrrp_executor.h \
	vrrpd/monitor/vrrp_helpers.c vrrpd/monitor/vrrp_helpers.h \
	vrrpd/monitor/vrrp_keeper.c vrrpd/monitor/vrrp_keeper.h \
	vrrpd/monitor/vrrp_ledger.c vrrpd/monitor/vrrp_ledger.h \
	vrrpd/monitor/vrrp_monitor.c vrrpd/monitor/vrrp_monitor.h \
	vrrpd/monitor/vrrp_tryout.c vrrpd/monitor/vrrp_tryout.h \
	vrrpd/monitor/vrrp_reader.c vrrpd/monitor/vrrp_reader.h \
	vrrpd/monitor/vrrp_witness.c vrrpd/monitor/vrrp_witness.h \
	vrrpd/monitor/vrrp_writer.c vrrpd/monitor/vrrp_writer.h \
	# end

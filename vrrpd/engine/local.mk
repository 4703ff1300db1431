# The process on the wire.
vrrpd_libvrrpd_a_SOURCES += \
	vrrpd/engine/vrrp_apply.c vrrpd/engine/vrrp_apply.h \
	vrrpd/engine/vrrp_cleanup.c vrrpd/engine/vrrp_cleanup.h \
	vrrpd/engine/vrrp_ctl.c vrrpd/engine/vrrp_ctl.h \
	vrrpd/engine/vrrp_ctl_history.c vrrpd/engine/vrrp_ctl_history.h \
	vrrpd/engine/vrrp_ctl_json.c vrrpd/engine/vrrp_ctl_json.h \
	vrrpd/engine/vrrp_ctl_list.c vrrpd/engine/vrrp_ctl_list.h \
	vrrpd/engine/vrrp_ctl_orders.c vrrpd/engine/vrrp_ctl_orders.h \
	vrrpd/engine/vrrp_ctl_restart.c vrrpd/engine/vrrp_ctl_restart.h \
	vrrpd/engine/vrrp_ctl_reload.c vrrpd/engine/vrrp_ctl_reload.h \
	vrrpd/engine/vrrp_engine.c vrrpd/engine/vrrp_engine.h \
	vrrpd/engine/vrrp_leaving.c vrrpd/engine/vrrp_leaving.h \
	vrrpd/engine/vrrp_life.c vrrpd/engine/vrrp_life.h \
	vrrpd/engine/vrrp_link.c vrrpd/engine/vrrp_link.h \
	vrrpd/engine/vrrp_move.c vrrpd/engine/vrrp_move.h \
	vrrpd/engine/vrrp_notify.c vrrpd/engine/vrrp_notify.h \
	vrrpd/engine/vrrp_protect.c vrrpd/engine/vrrp_protect.h \
	vrrpd/engine/vrrp_receive.c vrrpd/engine/vrrp_receive.h \
	vrrpd/engine/vrrp_reload.c vrrpd/engine/vrrp_reload.h \
	vrrpd/engine/vrrp_regroup.c vrrpd/engine/vrrp_regroup.h \
	vrrpd/engine/vrrp_router.c vrrpd/engine/vrrp_router.h \
	vrrpd/engine/vrrp_router_state.c vrrpd/engine/vrrp_router_state.h \
	vrrpd/engine/vrrp_sessions.c vrrpd/engine/vrrp_sessions.h \
	vrrpd/engine/vrrp_standing.c vrrpd/engine/vrrp_standing.h \
	vrrpd/engine/vrrp_succession.c vrrpd/engine/vrrp_succession.h \
	vrrpd/engine/vrrp_sync.c vrrpd/engine/vrrp_sync.h \
	# end

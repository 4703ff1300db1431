# One virtual router.
vrrpd_libvrrpd_a_SOURCES += \
	vrrpd/instance/virtual_router.c vrrpd/instance/virtual_router.h \
	vrrpd/instance/vrrp_env.h \
	vrrpd/instance/vrrp_able.c vrrpd/instance/vrrp_able.h \
	vrrpd/instance/vrrp_accept.c vrrpd/instance/vrrp_accept.h \
	vrrpd/instance/vrrp_alert.c vrrpd/instance/vrrp_alert.h \
	vrrpd/instance/vrrp_addrs.c vrrpd/instance/vrrp_addrs.h \
	vrrpd/instance/vrrp_backup.c vrrpd/instance/vrrp_backup.h \
	vrrpd/instance/vrrp_bequest.c vrrpd/instance/vrrp_bequest.h \
	vrrpd/instance/vrrp_errand.c vrrpd/instance/vrrp_errand.h \
	vrrpd/instance/vrrp_frames.c vrrpd/instance/vrrp_frames.h \
	vrrpd/instance/vrrp_guard.c vrrpd/instance/vrrp_guard.h \
	vrrpd/instance/vrrp_history.c vrrpd/instance/vrrp_history.h \
	vrrpd/instance/vrrp_hold.c vrrpd/instance/vrrp_hold.h \
	vrrpd/instance/vrrp_host.c vrrpd/instance/vrrp_host.h \
	vrrpd/instance/vrrp_iface.c vrrpd/instance/vrrp_iface.h \
	vrrpd/instance/vrrp_instance.c vrrpd/instance/vrrp_instance.h \
	vrrpd/instance/vrrp_leftover.c vrrpd/instance/vrrp_leftover.h \
	vrrpd/instance/vrrp_machine.c vrrpd/instance/vrrp_machine.h \
	vrrpd/instance/vrrp_mute.c vrrpd/instance/vrrp_mute.h \
	vrrpd/instance/vrrp_peer.c vrrpd/instance/vrrp_peer.h \
	vrrpd/instance/vrrp_presence.c vrrpd/instance/vrrp_presence.h \
	vrrpd/instance/vrrp_presence_state.h \
	vrrpd/instance/vrrp_routes.c vrrpd/instance/vrrp_routes.h \
	vrrpd/instance/vrrp_send.c vrrpd/instance/vrrp_send.h \
	vrrpd/instance/vrrp_track.c vrrpd/instance/vrrp_track.h \
	vrrpd/instance/vrrp_tracked.c vrrpd/instance/vrrp_tracked.h \
	vrrpd/instance/vrrp_voice.c vrrpd/instance/vrrp_voice.h \
	vrrpd/instance/vrrp_watch.c vrrpd/instance/vrrp_watch.h \
	vrrpd/instance/vrrp_words.c vrrpd/instance/vrrp_words.h \
	# end

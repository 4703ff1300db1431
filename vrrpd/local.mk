noinst_LIBRARIES += vrrpd/libvrrpcore.a
vrrpd_libvrrpcore_a_SOURCES = \
	vrrpd/vrrp_announce.c vrrpd/vrrp_announce.h \
	vrrpd/vrrp_auto.c vrrpd/vrrp_auto.h \
	vrrpd/vrrp_check.c vrrpd/vrrp_check.h \
	vrrpd/vrrp_conflict.c vrrpd/vrrp_conflict.h \
	vrrpd/vrrp_core.c vrrpd/vrrp_core.h \
	vrrpd/vrrp_group.c vrrpd/vrrp_group.h \
	vrrpd/vrrp_linger.c vrrpd/vrrp_linger.h \
	vrrpd/vrrp_handoff.c vrrpd/vrrp_handoff.h \
	vrrpd/vrrp_heard.c vrrpd/vrrp_heard.h \
	vrrpd/vrrp_level.c vrrpd/vrrp_level.h \
	vrrpd/vrrp_notice.c vrrpd/vrrp_notice.h \
	vrrpd/vrrp_supervise.c vrrpd/vrrp_supervise.h \
	vrrpd/vrrp_weigh.c vrrpd/vrrp_weigh.h \
	vrrpd/vrrp_rank.c vrrpd/vrrp_rank.h \
	vrrpd/vrrp_will.c vrrpd/vrrp_will.h \
	vrrpd/vrrp_wire.c vrrpd/vrrp_wire.h \
	# end

noinst_LIBRARIES += vrrpd/libvrrpconf.a
vrrpd_libvrrpconf_a_SOURCES = \
	vrrpd/vrrp_command.c vrrpd/vrrp_command.h \
	vrrpd/vrrp_conf.c vrrpd/vrrp_conf.h \
	vrrpd/vrrp_conf_track.c vrrpd/vrrp_conf_track.h \
	vrrpd/vrrp_conf_words.c vrrpd/vrrp_conf_words.h \
	vrrpd/vrrp_params.c vrrpd/vrrp_params.h \
	# end

noinst_LIBRARIES += vrrpd/libvrrpd.a
vrrpd_libvrrpd_a_SOURCES = \
	vrrpd/vrrp_accept.c vrrpd/vrrp_accept.h \
	vrrpd/vrrp_bequest.c vrrpd/vrrp_bequest.h \
	vrrpd/vrrp_bfd.c vrrpd/vrrp_bfd.h \
	vrrpd/vrrp_channel.c vrrpd/vrrp_channel.h \
	vrrpd/vrrp_check_file.c \
	vrrpd/vrrp_check_http.c \
	vrrpd/vrrp_check_kinds.h \
	vrrpd/vrrp_check_ping.c vrrpd/vrrp_check_ping.h \
	vrrpd/vrrp_check_process.c \
	vrrpd/vrrp_check_script.c \
	vrrpd/vrrp_check_tcp.c \
	vrrpd/vrrp_checks.c vrrpd/vrrp_checks.h \
	vrrpd/vrrp_cleanup.c vrrpd/vrrp_cleanup.h \
	vrrpd/vrrp_ctl.c vrrpd/vrrp_ctl.h \
	vrrpd/vrrp_estate.c vrrpd/vrrp_estate.h \
	vrrpd/vrrp_filter.c vrrpd/vrrp_filter.h \
	vrrpd/vrrp_helper.c vrrpd/vrrp_helper.h \
	vrrpd/vrrp_hooks.c vrrpd/vrrp_hooks.h \
	vrrpd/vrrp_iface.c vrrpd/vrrp_iface.h \
	vrrpd/vrrp_instance.c vrrpd/vrrp_instance.h \
	vrrpd/vrrp_io.c vrrpd/vrrp_io.h \
	vrrpd/vrrp_monitor.c vrrpd/vrrp_monitor.h \
	vrrpd/vrrp_link.c vrrpd/vrrp_link.h \
	vrrpd/vrrp_notify.c vrrpd/vrrp_notify.h \
	vrrpd/vrrp_procs.c vrrpd/vrrp_procs.h \
	vrrpd/vrrp_peer.c vrrpd/vrrp_peer.h \
	vrrpd/vrrp_protect.c vrrpd/vrrp_protect.h \
	vrrpd/vrrp_router.c vrrpd/vrrp_router.h \
	vrrpd/vrrp_run.c vrrpd/vrrp_run.h \
	vrrpd/vrrp_send.c vrrpd/vrrp_send.h \
	vrrpd/vrrp_sync.c vrrpd/vrrp_sync.h \
	vrrpd/vrrp_track.c vrrpd/vrrp_track.h \
	vrrpd/vrrp_tracked.c vrrpd/vrrp_tracked.h \
	vrrpd/vrrp_vip.c vrrpd/vrrp_vip.h \
	# end

sbin_PROGRAMS += vrrpd/vrrpd
vrrpd_vrrpd_SOURCES = vrrpd/main.c
vrrpd_vrrpd_LDADD = \
	vrrpd/libvrrpd.a \
	vrrpd/libvrrpconf.a \
	vrrpd/libvrrpcore.a \
	$(LIBEVENT_OPENSSL_LIBS) \
	$(LIBCRYPTO_LIBS) \
	$(SHARED_LIBS) \
	# end

noinst_LIBRARIES += vrrpd/libvrrpctl.a
vrrpd_libvrrpctl_a_SOURCES = \
	vrrpd/ka_conv.h \
	vrrpd/ka_convert.c vrrpd/ka_convert.h \
	vrrpd/ka_instance.c \
	vrrpd/ka_parse.c vrrpd/ka_parse.h \
	vrrpd/ka_track.c \
	vrrpd/vrrpctl.h \
	vrrpd/vrrpctl_cmd.c \
	vrrpd/vrrpctl_convert.c \
	vrrpd/vrrpctl_show.c \
	# end

bin_PROGRAMS += vrrpd/vrrpctl
vrrpd_vrrpctl_SOURCES = vrrpd/vrrpctl.c
vrrpd_vrrpctl_LDADD = $(VRRPCTL_LIBS)
VRRPCTL_LIBS = \
	vrrpd/libvrrpctl.a \
	vrrpd/libvrrpconf.a \
	vrrpd/libvrrpcore.a \
	$(SHARED_LIBS) \
	# end

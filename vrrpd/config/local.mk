# vrrpd.conf <-> struct vrrp_params.
vrrpd_libvrrpconf_a_SOURCES += \
	vrrpd/config/vrrp_changes.c vrrpd/config/vrrp_changes.h \
	vrrpd/config/vrrp_command.c vrrpd/config/vrrp_command.h \
	vrrpd/config/vrrp_conf.c vrrpd/config/vrrp_conf.h \
	vrrpd/config/vrrp_conf_bytes.c vrrpd/config/vrrp_conf_bytes.h \
	vrrpd/config/vrrp_conf_check.c vrrpd/config/vrrp_conf_check.h \
	vrrpd/config/vrrp_conf_ground.c vrrpd/config/vrrp_conf_ground.h \
	vrrpd/config/vrrp_conf_instance.c vrrpd/config/vrrp_conf_instance.h \
	vrrpd/config/vrrp_conf_lint.c vrrpd/config/vrrp_conf_lint.h \
	vrrpd/config/vrrp_conf_parse.h \
	vrrpd/config/vrrp_conf_print.c vrrpd/config/vrrp_conf_print.h \
	vrrpd/config/vrrp_conf_routes.c vrrpd/config/vrrp_conf_routes.h \
	vrrpd/config/vrrp_conf_track.c vrrpd/config/vrrp_conf_track.h \
	vrrpd/config/vrrp_conf_track_route.c vrrpd/config/vrrp_conf_track_route.h \
	vrrpd/config/vrrp_diff.c vrrpd/config/vrrp_diff.h \
	vrrpd/config/vrrp_needs.c vrrpd/config/vrrp_needs.h \
	vrrpd/config/vrrp_reading.c vrrpd/config/vrrp_reading.h \
	vrrpd/config/vrrp_values.c vrrpd/config/vrrp_values.h \
	# end

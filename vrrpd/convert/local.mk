# keepalived.conf -> vrrpd.conf.
vrrpd_libvrrpctl_a_SOURCES += \
	vrrpd/convert/ka_address.c vrrpd/convert/ka_address.h \
	vrrpd/convert/ka_beside.c vrrpd/convert/ka_beside.h \
	vrrpd/convert/ka_bfd.c vrrpd/convert/ka_bfd.h \
	vrrpd/convert/ka_brace.c vrrpd/convert/ka_brace.h \
	vrrpd/convert/ka_command.c vrrpd/convert/ka_command.h \
	vrrpd/convert/ka_conv.h \
	vrrpd/convert/ka_convert.c vrrpd/convert/ka_convert.h \
	vrrpd/convert/ka_garp.c vrrpd/convert/ka_garp.h \
	vrrpd/convert/ka_global.c vrrpd/convert/ka_global.h \
	vrrpd/convert/ka_group.c vrrpd/convert/ka_group.h \
	vrrpd/convert/ka_instance.c vrrpd/convert/ka_instance.h \
	vrrpd/convert/ka_ipvs.c vrrpd/convert/ka_ipvs.h \
	vrrpd/convert/ka_notify.c vrrpd/convert/ka_notify.h \
	vrrpd/convert/ka_offer.c vrrpd/convert/ka_offer.h \
	vrrpd/convert/ka_parse.c vrrpd/convert/ka_parse.h \
	vrrpd/convert/ka_route.c vrrpd/convert/ka_route.h \
	vrrpd/convert/ka_script.c vrrpd/convert/ka_script.h \
	vrrpd/convert/ka_sight.c vrrpd/convert/ka_sight.h \
	vrrpd/convert/ka_server.c vrrpd/convert/ka_server.h \
	vrrpd/convert/ka_table.c vrrpd/convert/ka_table.h \
	vrrpd/convert/ka_track.c vrrpd/convert/ka_track.h \
	vrrpd/convert/ka_comment.c vrrpd/convert/ka_comment.h \
	vrrpd/convert/ka_layout.c vrrpd/convert/ka_layout.h \
	vrrpd/convert/ka_line.c vrrpd/convert/ka_line.h \
	vrrpd/convert/ka_tree.c vrrpd/convert/ka_tree.h \
	vrrpd/convert/ka_words.c vrrpd/convert/ka_words.h \
	# end

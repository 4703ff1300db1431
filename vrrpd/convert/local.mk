# keepalived.conf -> vrrpd.conf.
vrrpd_libvrrpctl_a_SOURCES += \
	vrrpd/convert/ka_conv.h \
	vrrpd/convert/ka_convert.c vrrpd/convert/ka_convert.h \
	vrrpd/convert/ka_instance.c \
	vrrpd/convert/ka_parse.c vrrpd/convert/ka_parse.h \
	vrrpd/convert/ka_track.c \
	# end

# vrrpctl; the built program is vrrpd/vrrpctl.
vrrpd_libvrrpctl_a_SOURCES += \
	vrrpd/cli/vrrpctl.h \
	vrrpd/cli/vrrpctl_cmd.c \
	vrrpd/cli/vrrpctl_convert.c \
	vrrpd/cli/vrrpctl_show.c \
	# end

bin_PROGRAMS += vrrpd/vrrpctl
vrrpd_vrrpctl_SOURCES = vrrpd/cli/vrrpctl.c
vrrpd_vrrpctl_LDADD = $(VRRPCTL_LIBS)

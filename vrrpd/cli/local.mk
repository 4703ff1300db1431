# vrrpctl; the built program is vrrpd/vrrpctl.
vrrpd_libvrrpctl_a_SOURCES += \
	vrrpd/cli/vrrpctl_change.c vrrpd/cli/vrrpctl_change.h \
	vrrpd/cli/vrrpctl_check.c vrrpd/cli/vrrpctl_check.h \
	vrrpd/cli/vrrpctl_cmd.c vrrpd/cli/vrrpctl_cmd.h \
	vrrpd/cli/vrrpctl_convert.c vrrpd/cli/vrrpctl_convert.h \
	vrrpd/cli/vrrpctl_ctx.c vrrpd/cli/vrrpctl_ctx.h \
	vrrpd/cli/vrrpctl_doc.c vrrpd/cli/vrrpctl_doc.h \
	vrrpd/cli/vrrpctl_event.c vrrpd/cli/vrrpctl_event.h \
	vrrpd/cli/vrrpctl_query.c vrrpd/cli/vrrpctl_query.h \
	vrrpd/cli/vrrpctl_reload.c vrrpd/cli/vrrpctl_reload.h \
	vrrpd/cli/vrrpctl_show.c vrrpd/cli/vrrpctl_show.h \
	vrrpd/cli/vrrpctl_show_bfd.c vrrpd/cli/vrrpctl_show_bfd.h \
	vrrpd/cli/vrrpctl_table.c vrrpd/cli/vrrpctl_table.h \
	vrrpd/cli/vrrpctl_view.c vrrpd/cli/vrrpctl_view.h \
	vrrpd/cli/vrrpctl_word.c vrrpd/cli/vrrpctl_word.h \
	# end

bin_PROGRAMS += vrrpd/vrrpctl
vrrpd_vrrpctl_SOURCES = vrrpd/cli/vrrpctl.c
vrrpd_vrrpctl_LDADD = $(VRRPCTL_LIBS)

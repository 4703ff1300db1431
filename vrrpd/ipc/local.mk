# What the processes say to each other, and to bfdd.
vrrpd_libvrrpd_a_SOURCES += \
	vrrpd/ipc/vrrp_apart.c vrrpd/ipc/vrrp_apart.h \
	vrrpd/ipc/vrrp_bfd.c vrrpd/ipc/vrrp_bfd.h \
	vrrpd/ipc/vrrp_birth.c vrrpd/ipc/vrrp_birth.h \
	vrrpd/ipc/vrrp_birth_exec.c vrrpd/ipc/vrrp_birth_exec.h \
	vrrpd/ipc/vrrp_channel.c vrrpd/ipc/vrrp_channel.h \
	vrrpd/ipc/vrrp_program.h \
	vrrpd/ipc/vrrp_post.c vrrpd/ipc/vrrp_post.h \
	vrrpd/ipc/vrrp_tally.c vrrpd/ipc/vrrp_tally.h \
	# end

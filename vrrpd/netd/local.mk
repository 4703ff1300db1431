# The process that may wait for the kernel's lock on network configuration.
vrrpd_libvrrpd_a_SOURCES += \
	vrrpd/netd/vrrp_leaser.c vrrpd/netd/vrrp_leaser.h \
	vrrpd/netd/vrrp_netd.c vrrpd/netd/vrrp_netd.h \
	# end

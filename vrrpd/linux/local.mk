# Sockets, filters, addresses and devices of the kernel.
vrrpd_libvrrpd_a_SOURCES += \
	vrrpd/linux/vrrp_ear.c vrrpd/linux/vrrp_ear.h \
	vrrpd/linux/vrrp_filter.c vrrpd/linux/vrrp_filter.h \
	vrrpd/linux/vrrp_io.c vrrpd/linux/vrrp_io.h \
	vrrpd/linux/vrrp_lease_nft.c vrrpd/linux/vrrp_lease_nft.h \
	vrrpd/linux/vrrp_leases.c vrrpd/linux/vrrp_leases.h \
	vrrpd/linux/vrrp_manners.c vrrpd/linux/vrrp_manners.h \
	vrrpd/linux/vrrp_member.c vrrpd/linux/vrrp_member.h \
	vrrpd/linux/vrrp_nft.c vrrpd/linux/vrrp_nft.h \
	vrrpd/linux/vrrp_neigh.c vrrpd/linux/vrrp_neigh.h \
	vrrpd/linux/vrrp_paths.c vrrpd/linux/vrrp_paths.h \
	vrrpd/linux/vrrp_stranger.c vrrpd/linux/vrrp_stranger.h \
	vrrpd/linux/vrrp_strict.c vrrpd/linux/vrrp_strict.h \
	vrrpd/linux/vrrp_vip.c vrrpd/linux/vrrp_vip.h \
	vrrpd/linux/vrrp_vip_back.c \
	vrrpd/linux/vrrp_vip_steer.c \
	vrrpd/linux/vrrp_vip_change.c \
	vrrpd/linux/vrrp_vip_state.h \
	vrrpd/linux/vrrp_vmac.c vrrpd/linux/vrrp_vmac.h \
	# end

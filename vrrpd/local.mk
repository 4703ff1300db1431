# Each room lists its own files; README.md says what lives where.
noinst_LIBRARIES += vrrpd/libvrrpcore.a
vrrpd_libvrrpcore_a_SOURCES =
noinst_LIBRARIES += vrrpd/libvrrpconf.a
vrrpd_libvrrpconf_a_SOURCES =
noinst_LIBRARIES += vrrpd/libvrrpd.a
vrrpd_libvrrpd_a_SOURCES =
noinst_LIBRARIES += vrrpd/libvrrpctl.a
vrrpd_libvrrpctl_a_SOURCES =

VRRPD_LIBS = \
	vrrpd/libvrrpd.a \
	vrrpd/libvrrpconf.a \
	vrrpd/libvrrpcore.a \
	$(LIBEVENT_OPENSSL_LIBS) \
	$(LIBCRYPTO_LIBS) \
	$(SHARED_LIBS) \
	# end
VRRPCONF_LIBS = \
	vrrpd/libvrrpconf.a \
	vrrpd/libvrrpcore.a \
	$(SHARED_LIBS) \
	# end
VRRPCTL_LIBS = \
	vrrpd/libvrrpctl.a \
	vrrpd/libvrrpconf.a \
	vrrpd/libvrrpcore.a \
	$(SHARED_LIBS) \
	# end

include vrrpd/pure/local.mk
include vrrpd/instance/local.mk
include vrrpd/engine/local.mk
include vrrpd/monitor/local.mk
include vrrpd/helper/local.mk
include vrrpd/netd/local.mk
include vrrpd/ipc/local.mk
include vrrpd/linux/local.mk
include vrrpd/config/local.mk
include vrrpd/convert/local.mk
include vrrpd/cli/local.mk

sbin_PROGRAMS += vrrpd/vrrpd
vrrpd_vrrpd_SOURCES = vrrpd/main.c
vrrpd_vrrpd_LDADD = $(VRRPD_LIBS)

EXTRA_DIST += \
	vrrpd/README.md \
	# end

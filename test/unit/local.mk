# One cmocka program per .c, in the folder of what it tests.
VRRPD_WORLD = \
	test/unit/vrrpd/paths_world.c \
	test/unit/vrrpd/paths_world.h \
	test/unit/vrrpd/vrrpd_world.c \
	test/unit/vrrpd/vrrpd_world.h \
	# end

include test/unit/shared/pure/local.mk
include test/unit/shared/local.mk
include test/unit/bfdd/pure/local.mk
include test/unit/bfdd/local.mk
include test/unit/vrrpd/pure/local.mk
include test/unit/vrrpd/config/local.mk
include test/unit/vrrpd/convert/local.mk
include test/unit/vrrpd/cli/local.mk
include test/unit/vrrpd/instance/local.mk
include test/unit/vrrpd/engine/local.mk
include test/unit/vrrpd/helper/local.mk
include test/unit/vrrpd/ipc/local.mk
include test/unit/vrrpd/linux/local.mk
include test/unit/vrrpd/monitor/local.mk
include test/unit/vrrpd/netd/local.mk

EXTRA_DIST += \
	test/conf \
	test/convert \
	test/unit/best_time.h \
	test/unit/bfdd_net.h \
	test/unit/vrrpctl \
	# end

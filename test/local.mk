# Unit tests print TAP (cmocka); the lab needs root and is run by test/check.sh.
include test/unit/shared.mk
include test/unit/vrrp.mk
include test/unit/vrrpd.mk
include test/unit/conf.mk
include test/unit/bfd.mk
include test/unit/bfdd.mk
include test/unit/net.mk
include test/sim/local.mk
include test/fuzz/local.mk
include test/lab/local.mk

# Every rule has its tests, or a reason.
dist_check_SCRIPTS += test/req.sh
TESTS += test/req.sh
EXTRA_DIST += test/rfc5880.req

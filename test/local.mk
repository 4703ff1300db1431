# Unit tests print TAP (cmocka); the lab needs root and is run by test/check.sh.
include test/unit/local.mk
include test/world/local.mk
include test/fuzz/local.mk
include test/lab/local.mk

# Rules that are tests: every rule of the standards has its tests, or a reason;
# the pure parts are pure; the man pages are good mdoc; comments have subjects;
# no include is against the table of vrrpd/README.md; nothing is too long.
dist_check_SCRIPTS += \
	test/comments.sh \
	test/includes.sh \
	test/man.sh \
	test/programs.sh \
	test/purity.sh \
	test/req.sh \
	test/sizes.sh \
	test/units.sh \
	# end
TESTS += $(check_PROGRAMS) $(dist_check_SCRIPTS)
EXTRA_DIST += \
	test/bare.sh \
	test/denied.sh \
	test/link.req \
	test/programs \
	test/rfc5880.req \
	test/rfc9568.req \
	# end

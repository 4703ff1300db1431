# vrrpd.conf, vrrpctl and the man pages.
dist_check_SCRIPTS += test/man.sh
TESTS += test/man.sh

if CMOCKA
CONF_UNIT_TESTS = \
	test/unit/test_ka_convert \
	test/unit/test_ka_parse \
	test/unit/test_vrrp_conf \
	test/unit/test_vrrpctl \
	# end
check_PROGRAMS += $(CONF_UNIT_TESTS)
TESTS += $(CONF_UNIT_TESTS)

test_unit_test_ka_convert_SOURCES = test/unit/test_ka_convert.c
test_unit_test_ka_convert_LDADD = $(VRRPCTL_LIBS) $(CMOCKA_LIBS)
test_unit_test_ka_parse_SOURCES = test/unit/test_ka_parse.c
test_unit_test_ka_parse_LDADD = $(VRRPCTL_LIBS) $(CMOCKA_LIBS)
test_unit_test_vrrp_conf_SOURCES = test/unit/test_vrrp_conf.c
test_unit_test_vrrp_conf_LDADD = \
	vrrpd/libvrrpconf.a \
	vrrpd/libvrrpcore.a \
	$(SHARED_LIBS) \
	$(CMOCKA_LIBS) \
	# end
test_unit_test_vrrpctl_SOURCES = test/unit/test_vrrpctl.c
test_unit_test_vrrpctl_LDADD = $(VRRPCTL_LIBS) $(CMOCKA_LIBS)
endif
EXTRA_DIST += \
	test/conf/vrrpd \
	test/convert \
	test/unit/vrrpctl \
	# end

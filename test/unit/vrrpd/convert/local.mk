# Unit tests of vrrpd/convert/: one cmocka program per file.
if CMOCKA
UNIT_VRRPD_CONVERT_LIBS = $(VRRPCTL_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += \
	test/unit/vrrpd/convert/test_ka_brace \
	test/unit/vrrpd/convert/test_ka_convert \
	test/unit/vrrpd/convert/test_ka_parse \
	test/unit/vrrpd/convert/test_ka_script \
	test/unit/vrrpd/convert/test_ka_table \
	test/unit/vrrpd/convert/test_ka_words \
	# end

test_unit_vrrpd_convert_test_ka_brace_SOURCES = test/unit/vrrpd/convert/test_ka_brace.c
test_unit_vrrpd_convert_test_ka_brace_LDADD = $(UNIT_VRRPD_CONVERT_LIBS)
test_unit_vrrpd_convert_test_ka_convert_SOURCES = test/unit/vrrpd/convert/test_ka_convert.c
test_unit_vrrpd_convert_test_ka_convert_LDADD = $(UNIT_VRRPD_CONVERT_LIBS)
test_unit_vrrpd_convert_test_ka_parse_SOURCES = test/unit/vrrpd/convert/test_ka_parse.c
test_unit_vrrpd_convert_test_ka_parse_LDADD = $(UNIT_VRRPD_CONVERT_LIBS)
test_unit_vrrpd_convert_test_ka_script_SOURCES = test/unit/vrrpd/convert/test_ka_script.c
test_unit_vrrpd_convert_test_ka_script_LDADD = $(UNIT_VRRPD_CONVERT_LIBS)
test_unit_vrrpd_convert_test_ka_table_SOURCES = test/unit/vrrpd/convert/test_ka_table.c
test_unit_vrrpd_convert_test_ka_table_LDADD = $(UNIT_VRRPD_CONVERT_LIBS)
test_unit_vrrpd_convert_test_ka_words_SOURCES = test/unit/vrrpd/convert/test_ka_words.c
test_unit_vrrpd_convert_test_ka_words_LDADD = $(UNIT_VRRPD_CONVERT_LIBS)
endif

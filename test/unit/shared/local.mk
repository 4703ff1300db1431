# Unit tests of shared/: one cmocka program per file.
if CMOCKA
NL_NET = test/unit/shared/nl_net.c test/unit/shared/nl_net.h
UNIT_SHARED_LIBS = $(SHARED_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += \
	test/unit/shared/test_conf \
	test/unit/shared/test_conf_words \
	test/unit/shared/test_confine \
	test/unit/shared/test_ctl_client \
	test/unit/shared/test_ctl_json \
	test/unit/shared/test_ctl_listener \
	test/unit/shared/test_ctl_server \
	test/unit/shared/test_ctl_steps \
	test/unit/shared/test_devconf \
	test/unit/shared/test_fds \
	test/unit/shared/test_log \
	test/unit/shared/test_loop \
	test/unit/shared/test_nl \
	test/unit/shared/test_nl_batch \
	test/unit/shared/test_nl_msg \
	test/unit/shared/test_nl_route \
	test/unit/shared/test_nonlocal_bind \
	test/unit/shared/test_priv \
	test/unit/shared/test_rtsched \
	test/unit/shared/test_sdmanager \
	test/unit/shared/test_sdnotify \
	test/unit/shared/test_sdstate \
	test/unit/shared/test_send_error \
	test/unit/shared/test_state_file \
	test/unit/shared/test_timestamp \
	# end

test_unit_shared_test_conf_SOURCES = test/unit/shared/test_conf.c
test_unit_shared_test_conf_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_conf_words_SOURCES = test/unit/shared/test_conf_words.c
test_unit_shared_test_conf_words_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_confine_SOURCES = test/unit/shared/test_confine.c
test_unit_shared_test_confine_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_ctl_client_SOURCES = test/unit/shared/test_ctl_client.c
test_unit_shared_test_ctl_client_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_ctl_listener_SOURCES = test/unit/shared/test_ctl_listener.c
test_unit_shared_test_ctl_listener_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_ctl_server_SOURCES = test/unit/shared/test_ctl_server.c
test_unit_shared_test_ctl_server_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_ctl_steps_SOURCES = test/unit/shared/test_ctl_steps.c
test_unit_shared_test_ctl_steps_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_devconf_SOURCES = test/unit/shared/test_devconf.c $(NL_NET)
test_unit_shared_test_devconf_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_fds_SOURCES = test/unit/shared/test_fds.c
test_unit_shared_test_fds_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_log_SOURCES = test/unit/shared/test_log.c
test_unit_shared_test_log_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_loop_SOURCES = test/unit/shared/test_loop.c
test_unit_shared_test_loop_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_nl_SOURCES = test/unit/shared/test_nl.c $(NL_NET)
test_unit_shared_test_nl_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_nl_batch_SOURCES = test/unit/shared/test_nl_batch.c $(NL_NET)
test_unit_shared_test_nl_batch_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_nl_route_SOURCES = test/unit/shared/test_nl_route.c
test_unit_shared_test_nl_route_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_nl_msg_SOURCES = test/unit/shared/test_nl_msg.c
test_unit_shared_test_nl_msg_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_nonlocal_bind_SOURCES = test/unit/shared/test_nonlocal_bind.c $(NL_NET)
test_unit_shared_test_nonlocal_bind_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_priv_SOURCES = test/unit/shared/test_priv.c
test_unit_shared_test_priv_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_rtsched_SOURCES = test/unit/shared/test_rtsched.c
test_unit_shared_test_rtsched_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_sdmanager_SOURCES = test/unit/shared/test_sdmanager.c
test_unit_shared_test_sdmanager_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_sdnotify_SOURCES = test/unit/shared/test_sdnotify.c
test_unit_shared_test_sdnotify_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_sdstate_SOURCES = test/unit/shared/test_sdstate.c
test_unit_shared_test_sdstate_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_send_error_SOURCES = test/unit/shared/test_send_error.c
test_unit_shared_test_send_error_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_ctl_json_SOURCES = test/unit/shared/test_ctl_json.c
test_unit_shared_test_ctl_json_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_state_file_SOURCES = test/unit/shared/test_state_file.c
test_unit_shared_test_state_file_LDADD = $(UNIT_SHARED_LIBS)
test_unit_shared_test_timestamp_SOURCES = test/unit/shared/test_timestamp.c
test_unit_shared_test_timestamp_LDADD = $(UNIT_SHARED_LIBS)
endif

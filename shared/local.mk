# libpure.a: no I/O, clock, heap, globals; checked by test/purity.sh.
noinst_LIBRARIES += shared/libpure.a
shared_libpure_a_SOURCES = \
	shared/pure/addr.c shared/pure/addr.h \
	shared/pure/csum.c shared/pure/csum.h \
	shared/pure/cursor.c shared/pure/cursor.h \
	shared/pure/histogram.c shared/pure/histogram.h \
	shared/pure/mono.h \
	shared/pure/rng.c shared/pure/rng.h \
	shared/pure/rxclock.c shared/pure/rxclock.h \
	shared/pure/slept.c shared/pure/slept.h \
	shared/pure/span.c shared/pure/span.h \
	shared/pure/token_bucket.c shared/pure/token_bucket.h \
	# end

noinst_LIBRARIES += shared/libshared.a
shared_libshared_a_SOURCES = \
	shared/conf.c shared/conf.h \
	shared/conf_bytes.c shared/conf_bytes.h \
	shared/conf_child.c shared/conf_child.h \
	shared/conf_errors.c shared/conf_errors.h \
	shared/conf_scan.c shared/conf_scan.h \
	shared/conf_words.c shared/conf_words.h \
	shared/confine.c shared/confine.h \
	shared/ctl_backlog.c shared/ctl_backlog.h \
	shared/ctl_call.c shared/ctl_call.h \
	shared/ctl_client.c shared/ctl_client.h \
	shared/ctl_conn.h \
	shared/ctl_json.c shared/ctl_json.h \
	shared/ctl_limits.h \
	shared/ctl_listener.c shared/ctl_listener.h \
	shared/ctl_queue.c shared/ctl_queue.h \
	shared/ctl_request.c shared/ctl_request.h \
	shared/ctl_rpc.c shared/ctl_rpc.h \
	shared/ctl_server.c shared/ctl_server.h \
	shared/ctl_stream.h \
	shared/devconf.c shared/devconf.h \
	shared/fds.c shared/fds.h \
	shared/log.c shared/log.h \
	shared/loop.c shared/loop.h \
	shared/nl.c shared/nl.h \
	shared/nl_ask.c shared/nl_ask.h \
	shared/nl_batch.c shared/nl_batch.h \
	shared/nl_msg.c shared/nl_msg.h \
	shared/nl_route.c shared/nl_route.h \
	shared/nl_sock.c shared/nl_sock.h \
	shared/nl_state.h \
	shared/nonlocal_bind.c shared/nonlocal_bind.h \
	shared/priv.c shared/priv.h \
	shared/rtsched.c shared/rtsched.h \
	shared/sdmanager.c shared/sdmanager.h \
	shared/sdnotify.c shared/sdnotify.h \
	shared/sdstate.c shared/sdstate.h \
	shared/send_error.c shared/send_error.h \
	shared/state_file.c shared/state_file.h \
	shared/timestamp.c shared/timestamp.h \
	# end
SHARED_LIBS = \
	shared/libshared.a \
	shared/libpure.a \
	$(LIBEVENT_LIBS) \
	$(LIBNL_LIBS) \
	$(LIBCAP_LIBS) \
	$(LIBSECCOMP_LIBS) \
	$(CONFUSE_LIBS) \
	$(JANSSON_LIBS) \
	# end

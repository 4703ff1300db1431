# The two helper processes: checks, scripts and hooks.
vrrpd_libvrrpd_a_SOURCES += \
	vrrpd/helper/vrrp_check_file.c \
	vrrpd/helper/vrrp_check_http.c \
	vrrpd/helper/vrrp_check_kinds.h \
	vrrpd/helper/vrrp_check_ping.c vrrpd/helper/vrrp_check_ping.h \
	vrrpd/helper/vrrp_check_process.c \
	vrrpd/helper/vrrp_check_route.c \
	vrrpd/helper/vrrp_check_script.c \
	vrrpd/helper/vrrp_check_tcp.c \
	vrrpd/helper/vrrp_checks.c vrrpd/helper/vrrp_checks.h \
	vrrpd/helper/vrrp_fib_watch.c vrrpd/helper/vrrp_fib_watch.h \
	vrrpd/helper/vrrp_helper.c vrrpd/helper/vrrp_helper.h \
	vrrpd/helper/vrrp_hooks.c vrrpd/helper/vrrp_hooks.h \
	vrrpd/helper/vrrp_on_change.c vrrpd/helper/vrrp_on_change.h \
	vrrpd/helper/vrrp_procs.c vrrpd/helper/vrrp_procs.h \
	vrrpd/helper/vrrp_run.c vrrpd/helper/vrrp_run.h \
	vrrpd/helper/vrrp_whose.c vrrpd/helper/vrrp_whose.h \
	# end

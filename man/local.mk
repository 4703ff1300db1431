# man pages: listed here one per line
dist_man_MANS += \
	man/bfdd.8 \
	man/bfdd.conf.5 \
	man/swiftover-ctl.7 \
	man/swiftover-keepalived.7 \
	man/vrrpctl.8 \
	man/vrrpd.8 \
	man/vrrpd.conf.5 \
	# end

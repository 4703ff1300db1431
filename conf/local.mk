# examples, units, sysusers, tmpfiles: installed from here
exampledir = $(docdir)/examples
dist_example_DATA = \
	conf/bfdd.conf.example \
	conf/vrrpd.conf.example \
	# end

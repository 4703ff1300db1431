# The tools of the lab.  The lab itself needs root: see test/README.md.
noinst_PROGRAMS += \
	test/lab/gap \
	test/lab/meter \
	# end
test_lab_meter_SOURCES = test/lab/meter.c
test_lab_gap_SOURCES = test/lab/gap.c
test_lab_gap_LDFLAGS = $(AM_LDFLAGS) -pthread

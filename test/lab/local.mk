# The tools of the lab.  The lab itself needs root: see test/README.md.
noinst_PROGRAMS += \
	test/lab/gap \
	test/lab/meter \
	# end
test_lab_meter_SOURCES = test/lab/meter.c
test_lab_gap_SOURCES = test/lab/gap.c
test_lab_gap_LDFLAGS = $(AM_LDFLAGS) -pthread

EXTRA_DIST += \
	test/README.md \
	test/bench/bfd.sh \
	test/bench/bfd_bench.py \
	test/bench/bfd_detect.py \
	test/bench/bfd_false.py \
	test/bench/bfd_scale.py \
	test/bench/contest.py \
	test/bench/contest.sh \
	test/bench/compare.py \
	test/bench/compare.sh \
	test/bench/failover.py \
	test/bench/failover.sh \
	test/bench/link.py \
	test/bench/link.sh \
	test/bench/scale.py \
	test/bench/scale.sh \
	test/bench/service.py \
	test/bench/service.sh \
	test/bench/trackers.py \
	test/bench/trackers.sh \
	test/check.sh \
	test/conftest.py \
	test/copy.sh \
	test/count.py \
	test/demo.sh \
	test/deps.sh \
	test/interop/story.py \
	test/interop/bfd_peers.py \
	test/interop/test_bfd_bird_auth.py \
	test/interop/test_bfd_frr_echo.py \
	test/interop/test_bfd_peers.py \
	test/interop/test_frr.py \
	test/interop/test_convert.py \
	test/interop/test_keepalived.py \
	test/interop/test_tshark.py \
	test/lab/demo.py \
	test/lab/frames.py \
	test/lab/lab.py \
	test/lab/run.sh \
	test/lab/sandbox.sh \
	test/lab/test_announce.py \
	test/lab/test_auto.py \
	test/lab/test_bfd.py \
	test/lab/test_compat.py \
	test/lab/test_bfd_auth.py \
	test/lab/test_bfd_echo.py \
	test/lab/test_bfd_paths.py \
	test/lab/test_bfd_robust.py \
	test/lab/test_checks.py \
	test/lab/test_config.py \
	test/lab/test_contest.py \
	test/lab/test_discards.py \
	test/lab/test_election.py \
	test/lab/test_failover.py \
	test/lab/test_fate.py \
	test/lab/test_group.py \
	test/lab/test_interface.py \
	test/lab/test_ipv6.py \
	test/lab/test_privileges.py \
	test/lab/test_service.py \
	test/lab/test_silence.py \
	test/lab/test_tools.py \
	test/lab/test_track.py \
	test/lab/test_vrrpctl.py \
	test/lab/test_wire.py \
	test/lab/test_many.py \
	test/lab/test_world.py \
	# end

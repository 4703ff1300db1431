# The simulator: the cores of both daemons in virtual time.
#	make check			scenarios and fixed seeds
#	make check-sim SEEDS=1..1000	chaos with these seeds
#	test/sim/sim --hours 1000	long quiet, deaths and single faults
check_PROGRAMS += test/sim/sim
test_sim_sim_SOURCES = \
	test/sim/main.c \
	test/sim/sim.c \
	test/sim/sim.h \
	test/sim/soak.c \
	# end
test_sim_sim_LDADD = \
	vrrpd/libvrrpcore.a \
	bfdd/libbfdcore.a \
	shared/libpure.a \
	$(LIBCRYPTO_LIBS) \
	# end

SEEDS = 1..200
check-sim: test/sim/sim$(EXEEXT)
	test/sim/sim $(SEEDS)
.PHONY: check-sim

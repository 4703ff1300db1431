# Several routers in one process and in virtual time: the programs as they are,
# from main() on, over a kernel and a network that are made here.
#	make check			scenarios, known faults, fixed seeds
#	make check-world SEEDS=1..1000	random worlds with these seeds
#	test/world/world --hours 1000	single faults, each into a settled world, and
#					as many hours of an operator
#
# Not with sanitizers: the system calls that are made here, and the stacks of its
# coroutines, are the very ones that their runtime wants for itself.
if !SANITIZERS
check_PROGRAMS += test/world/world
endif
test_world_world_SOURCES = \
	test/world/bfdd_main.c \
	test/world/bpf.c test/world/bpf.h \
	test/world/calls.c \
	test/world/coro.c test/world/coro.h \
	test/world/daemons.c test/world/daemons.h \
	test/world/epoll.c \
	test/world/file.c test/world/file.h \
	test/world/host.c test/world/host.h \
	test/world/hosts.c \
	test/world/inet.c test/world/inet.h \
	test/world/judge.c test/world/judge.h \
	test/world/lan.c test/world/lan.h \
	test/world/lease.c test/world/lease.h \
	test/world/machine.c \
	test/world/main.c \
	test/world/monitor.c \
	test/world/netlink.c test/world/netlink.h \
	test/world/operator.c \
	test/world/paths.c test/world/paths.h \
	test/world/plan.c test/world/plan.h \
	test/world/proc.c test/world/proc.h \
	test/world/random.c test/world/random.h \
	test/world/reader.c \
	test/world/routes.c test/world/routes.h \
	test/world/scenario.c test/world/scenario.h \
	test/world/soak.c \
	test/world/state.c \
	test/world/town.c test/world/town.h \
	test/world/unix.c \
	test/world/vrrpd_main.c \
	test/world/world.c test/world/world.h \
	# end
test_world_world_LDADD = \
	vrrpd/libvrrpctl.a \
	$(VRRPD_LIBS) \
	$(BFDD_LIBS) \
	$(SHARED_LIBS) \
	# end
EXTRA_DIST += \
	test/world/faults \
	test/world/refused \
	test/world/scenarios \
	test/world/wrong \
	# end

check-world: test/world/world$(EXEEXT)
	srcdir=$(srcdir) test/world/world $(SEEDS)
.PHONY: check-world

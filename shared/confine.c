/*
 * confine.c - which system calls a process may still make (see confine.h).
 *
 * What reads packets has a list of the calls that it makes and no others: the
 * engine, bfdd, vrrpd-checks, vrrpd-net.  The monitor and vrrpd-scripts start
 * programs of others, which inherit a filter; theirs names what none of them is
 * for, and is what the units have beside it (SystemCallFilter=@system-service).
 *
 * A call that is not allowed fails, and the process goes on.  The list may have
 * missed one (another libc, another architecture), and then an error on a way that
 * handles errors is better than an address without its router.  An unknown call is
 * one that does not exist (ENOSYS), since libc tries new calls first and does
 * without them on that answer alone; calls that an intruder would like are refused
 * (EPERM).  The kernel logs each (audit, or its own log), at its limited rate.
 * ./configure --with-seccomp=kill ends the process instead, so that a test run finds
 * what a list lacks.
 *
 * Processes that execute themselves for an upgrade keep execve(2), which is no way
 * to more than they have: no_new_privs is set, and the filter stays.  The next
 * program finds a mark and adds no second layer: an argument to prctl(2) that
 * only the filter answers.
 *
 * Paths cannot be filtered, nor who is meant by a call but by number.
 */
#include "config.h"

#include "shared/confine.h"

#include <errno.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define LOOKED_AT
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    defined(FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
#define LOOKED_AT
#endif

#if !defined(HAVE_SECCOMP) || defined(LOOKED_AT)

int
confine(enum confine_kind kind)
{
	(void)kind;
	return 1;
}

bool
confine_is_built(void)
{
	return false;
}

#else

#include <sys/prctl.h>
#include <sched.h>
#include <sys/socket.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MARK		0x73776674	/* no option of prctl(2) */
#define MARK_ERRNO	1999		/* no errno of the kernel */

#ifdef SECCOMP_KILL
#define UNKNOWN		SCMP_ACT_KILL_PROCESS
#else
#define UNKNOWN		SCMP_ACT_ERRNO(ENOSYS)
#endif

/* For any process: memory, time, files, its own end. */
static const char *const common[] = {
	"brk", "mmap", "mmap2", "munmap", "mremap", "mprotect", "madvise",
	"mlock", "mlock2", "mlockall", "munlock", "munlockall", "membarrier",
	"clock_gettime", "clock_gettime64", "clock_getres",
	"clock_getres_time64", "clock_nanosleep", "clock_nanosleep_time64",
	"nanosleep", "gettimeofday", "time", "times", "getrusage", "sysinfo",
	"uname", "getrandom",
	"exit", "exit_group", "restart_syscall", "futex", "futex_time64",
	"rseq", "set_robust_list", "get_robust_list", "set_tid_address",
	"arch_prctl", "set_tls", "gettid", "getpid", "getppid", "getpgrp",
	"getpgid", "getsid", "getuid", "getuid32", "geteuid", "geteuid32",
	"getgid", "getgid32", "getegid", "getegid32", "getresuid",
	"getresuid32", "getresgid", "getresgid32", "getgroups", "getgroups32",
	"capget", "capset", "getrlimit", "ugetrlimit", "prlimit64",
	"setrlimit", "getcpu", "sched_getaffinity", "sched_getparam",
	"sched_getscheduler", "sched_setscheduler", "sched_setparam",
	"sched_get_priority_max", "sched_get_priority_min", "sched_yield",
	"getpriority", "setpriority",
	"rt_sigaction", "sigaction", "rt_sigprocmask", "sigprocmask",
	"rt_sigreturn", "sigreturn", "rt_sigpending", "rt_sigtimedwait",
	"rt_sigtimedwait_time64", "rt_sigsuspend", "sigaltstack",
	"read", "readv", "pread64", "write", "writev", "pwrite64", "lseek",
	"_llseek", "open", "openat", "openat2", "close", "close_range",
	"stat", "stat64", "lstat", "lstat64", "fstat", "fstat64",
	"newfstatat", "fstatat64", "statx", "statfs", "fstatfs", "access",
	"faccessat", "faccessat2", "readlink", "readlinkat", "getcwd",
	"getdents", "getdents64", "fcntl", "fcntl64", "fadvise64", "ioctl",
	"dup", "dup2", "dup3", "pipe", "pipe2", "unlink", "unlinkat",
	"umask", "flock", "fsync", "fdatasync", "ftruncate", "ftruncate64",
	"memfd_create",
	"epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait",
	"epoll_pwait", "epoll_pwait2", "poll", "ppoll", "ppoll_time64",
	"select", "_newselect", "pselect6", "pselect6_time64", "eventfd",
	"eventfd2", "signalfd", "signalfd4", "timerfd_create",
	"timerfd_settime", "timerfd_settime64", "timerfd_gettime",
	"timerfd_gettime64",
	"socketpair", "bind", "connect", "listen", "accept", "accept4",
	"getsockname", "getpeername", "getsockopt", "setsockopt", "shutdown",
	"sendto", "send", "sendmsg", "sendmmsg", "recvfrom", "recv",
	"recvmsg", "recvmmsg", "recvmmsg_time64", "socketcall",
	NULL
};

/* Execute the program on disk, which begins as any program does. */
static const char *const executes[] = {
	"execve", "seccomp", NULL
};

/* Try that program before, or have it read a file. */
static const char *const tries[] = {
	"fork", "vfork", "clone", "wait4", "waitpid", "waitid", "kill",
	"pidfd_open", "pidfd_send_signal", "execveat", "alarm", "setitimer",
	NULL
};

static const char *const checks[] = {
	"inotify_init", "inotify_init1", "inotify_add_watch",
	"inotify_rm_watch", "pidfd_open", NULL
};

/* Nothing here is for any of them, nor for a check script or a hook. */
static const char *const refused[] = {
	"ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd",
	"kcmp", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup",
	"io_uring_enter", "io_uring_register",
	"mount", "umount", "umount2", "move_mount", "open_tree", "fsopen",
	"fsconfig", "fsmount", "fspick", "mount_setattr", "pivot_root",
	"chroot", "open_by_handle_at", "quotactl", "quotactl_fd", "acct",
	"swapon", "swapoff",
	"init_module", "finit_module", "delete_module", "kexec_load",
	"kexec_file_load", "reboot", "iopl", "ioperm",
	"settimeofday", "clock_settime", "clock_settime64", "clock_adjtime",
	"clock_adjtime64", "adjtimex", "stime",
	NULL
};

/* Nor these, for those that start no programs of others. */
static const char *const refused_alone[] = {
	"execve", "execveat", "fork", "vfork", "clone", "setns", "unshare",
	"add_key", "request_key", "keyctl", "rt_sigqueueinfo",
	"rt_tgsigqueueinfo", "pidfd_send_signal",
	NULL
};

static const struct {
	bool			 all_but;	/* refused[] is denied, and no more */
	const char *const	*lists[4];	/* NULL ends */
} kinds[] = {
	[CONFINE_TREE] = { true, { NULL } },
	[CONFINE_ENGINE] = { false, { common, NULL } },
	[CONFINE_BFDD] = { false, { common, executes, tries, NULL } },
	[CONFINE_NET] = { false, { common, executes, NULL } },
	[CONFINE_CHECKS] = { false, { common, executes, checks, NULL } },
};

static const int families[] = { AF_UNIX, AF_NETLINK, AF_INET, AF_INET6,
    AF_PACKET };

bool
confine_is_built(void)
{
	return true;
}

static bool
is_marked(enum confine_kind kind)
{
	return prctl(MARK, (unsigned long)kind, 0, 0, 0) == -1 &&
	    errno == MARK_ERRNO;
}

/*
 * Names that this libseccomp or this architecture has not are left out, and
 * what the filter does anyway, which is -EACCES.
 */
static int
add(scmp_filter_ctx ctx, uint32_t action, const char *name)
{
	int nr = seccomp_syscall_resolve_name(name);
	int error = nr == __NR_SCMP_ERROR ? 0 :
	    seccomp_rule_add(ctx, action, nr, 0);

	return error == -EDOM || error == -EACCES ? 0 : error;
}

static bool
has(enum confine_kind kind, const char *name)
{
	const char *const *const *list, *const *at;

	if (kind == CONFINE_NET && strcmp(name, "clone") == 0)
		return true;			/* in part */
	for (list = kinds[kind].lists; *list != NULL; list++)
		for (at = *list; *at != NULL; at++)
			if (strcmp(*at, name) == 0)
				return true;
	return false;
}

static int
refuse(scmp_filter_ctx ctx, enum confine_kind kind, const char *const *list)
{
	int error = 0;

	for (; error == 0 && *list != NULL; list++)
		if (!has(kind, *list))
			error = add(ctx, SCMP_ACT_ERRNO(EPERM), *list);
	return error;
}

/* A thread, and no process: vrrpd-net has one for what may take long. */
static int
allow_threads(scmp_filter_ctx ctx)
{
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
}

/* The calls that are allowed with some arguments only. */
static int
allow_in_part(scmp_filter_ctx ctx, enum confine_kind kind)
{
	size_t i;
	int error;

	error = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
	    SCMP_A0(SCMP_CMP_NE, MARK));
	if (error == 0 && kind == CONFINE_NET)
		error = allow_threads(ctx);
	/* abort(3), in this process. */
	if (error == 0)
		error = seccomp_rule_add(ctx, SCMP_ACT_ALLOW,
		    SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ,
		    (scmp_datum_t)getpid()));
	if (error == 0)
		error = seccomp_rule_add(ctx, SCMP_ACT_ALLOW,
		    SCMP_SYS(tkill), 1, SCMP_A0(SCMP_CMP_EQ,
		    (scmp_datum_t)getpid()));
	/* Signal 0 asks whether a process lives: whose a device is. */
	if (error == 0)
		error = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(kill), 1,
		    SCMP_A1(SCMP_CMP_EQ, 0));
	for (i = 0; error == 0 && i < sizeof(families) / sizeof(families[0]);
	    i++)
		error = seccomp_rule_add(ctx, SCMP_ACT_ALLOW,
		    SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ,
		    (scmp_datum_t)families[i]));
	return error;
}

static int
allow(scmp_filter_ctx ctx, enum confine_kind kind)
{
	const char *const *const *list, *const *name;
	int error = allow_in_part(ctx, kind);

	for (list = kinds[kind].lists; error == 0 && *list != NULL; list++)
		for (name = *list; error == 0 && *name != NULL; name++)
			error = add(ctx, SCMP_ACT_ALLOW, *name);
	/* No filter reads its flags, which are in memory: clone(2) is tried then. */
	if (error == 0)
		error = add(ctx, SCMP_ACT_ERRNO(ENOSYS), "clone3");
	if (error == 0)
		error = refuse(ctx, kind, refused_alone);
	return error;
}

/* Programs of others may be of the older architecture. */
static int
add_architectures(scmp_filter_ctx ctx)
{
	uint32_t older = seccomp_arch_native() == SCMP_ARCH_X86_64 ?
	    SCMP_ARCH_X86 : seccomp_arch_native() == SCMP_ARCH_AARCH64 ?
	    SCMP_ARCH_ARM : 0;

	return older == 0 ? 0 : seccomp_arch_add(ctx, older);
}

static int
fill(scmp_filter_ctx ctx, enum confine_kind kind)
{
	int error;

	error = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_ERRNO(EPERM));
	if (error == 0 && kinds[kind].all_but)
		error = add_architectures(ctx);
	if (error == 0)
		error = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(MARK_ERRNO),
		    SCMP_SYS(prctl), 2, SCMP_A0(SCMP_CMP_EQ, MARK),
		    SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)kind));
	if (error == 0 && !kinds[kind].all_but)
		error = allow(ctx, kind);
	if (error == 0)
		error = refuse(ctx, kind, refused);
	/*
	 * Wishes, that older kernels or libraries do not know: say what was
	 * denied, no slower branches for our sake, a tree instead of a list.
	 */
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_LOG, 1);
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_SSB, 1);
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	return error;
}

/* Valgrind makes system calls of its own in our name. */
static bool
runs_in_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload != NULL && strstr(preload, "/vgpreload_") != NULL;
}

int
confine(enum confine_kind kind)
{
	scmp_filter_ctx ctx;
	int error;

	if (kind == CONFINE_NOT || is_marked(kind) || runs_in_valgrind())
		return 1;
	ctx = seccomp_init(kinds[kind].all_but ? SCMP_ACT_ALLOW : UNKNOWN);
	if (ctx == NULL)
		return -ENOMEM;
	error = fill(ctx, kind);
	if (error == 0)
		error = seccomp_load(ctx);
	seccomp_release(ctx);
	return error;
}

#endif

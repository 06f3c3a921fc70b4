"""The system calls that a student's process may make, as a filter that the kernel runs (seccomp, a BPF program).

What Python and NumPy need is allowed. Calls that are dangerous or reach outside are refused as "not permitted", the
network as "the network is down"; a call that stands in no table is answered as one that this kernel does not have.

Sources: the kernel's `Documentation/userspace-api/seccomp_filter.rst`; the numbers are those of `asm/unistd_64.h`
(x86_64) and `asm-generic/unistd.h` (aarch64).
"""

from __future__ import annotations

import errno
import platform
import struct
from collections.abc import Iterator

# name=number on x86_64/number on aarch64; "-" where an architecture has no such call.
ALLOWED = """
    # files
    read=0/63 write=1/64 readv=19/65 writev=20/66 pread64=17/67 pwrite64=18/68 preadv=295/69 pwritev=296/70 open=2/-
    openat=257/56 creat=85/- close=3/57 close_range=436/436 lseek=8/62 stat=4/- fstat=5/80 lstat=6/- newfstatat=262/79
    statx=332/291 statfs=137/43 fstatfs=138/44 access=21/- faccessat=269/48 faccessat2=439/439 readlink=89/-
    readlinkat=267/78 getcwd=79/17 chdir=80/49 fchdir=81/50 mkdir=83/- mkdirat=258/34 rmdir=84/- unlink=87/-
    unlinkat=263/35 rename=82/- renameat=264/38 renameat2=316/276 link=86/- linkat=265/37 symlink=88/-
    symlinkat=266/36 truncate=76/45 ftruncate=77/46 fallocate=285/47 fsync=74/82 fdatasync=75/83
    chmod=90/- fchmod=91/52 fchmodat=268/53 umask=95/166 getdents=78/- getdents64=217/61 dup=32/23 dup2=33/-
    dup3=292/24 sendfile=40/71
    # waiting and pipes
    poll=7/- ppoll=271/73 select=23/- pselect6=270/72 epoll_create=213/- epoll_create1=291/20 epoll_ctl=233/21
    epoll_wait=232/- epoll_pwait=281/22 pipe=22/- pipe2=293/59 eventfd2=290/19
    # memory
    brk=12/214 mmap=9/222 munmap=11/215 mprotect=10/226 mremap=25/216 msync=26/227 membarrier=324/283
    # processes and what they know of themselves
    fork=57/- vfork=58/- execve=59/221 exit=60/93 exit_group=231/94 wait4=61/260 waitid=247/95 getpid=39/172
    getppid=110/173 gettid=186/178 getpgid=121/155 getpgrp=111/- setpgid=109/154 getsid=124/156 setsid=112/157
    getuid=102/174 geteuid=107/175 getgid=104/176 getegid=108/177 getresuid=118/148 getresgid=120/150
    getgroups=115/158 capget=125/90 kill=62/129 tgkill=234/131 tkill=200/130 set_tid_address=218/96
    set_robust_list=273/99 get_robust_list=274/100 rseq=334/293 arch_prctl=158/- getrlimit=97/163 getrusage=98/165
    times=100/153 uname=63/160 getpriority=140/141 getcpu=309/168 sched_yield=24/124
    sched_getaffinity=204/123 sched_getparam=143/121 sched_getscheduler=145/120 sched_get_priority_max=146/125
    sched_get_priority_min=147/126
    # signals
    rt_sigaction=13/134 rt_sigprocmask=14/135 rt_sigreturn=15/139 rt_sigsuspend=130/133 rt_sigpending=127/136
    rt_sigtimedwait=128/137 sigaltstack=131/132 pause=34/- alarm=37/- setitimer=38/103 getitimer=36/102
    restart_syscall=219/128
    # the time
    clock_gettime=228/113 clock_getres=229/114 clock_nanosleep=230/115 nanosleep=35/101 gettimeofday=96/169 time=201/-
    # random numbers
    getrandom=318/278
"""

PARTLY_ALLOWED = """
    # with some arguments only: NEW_NAMESPACES, TERMINAL_QUESTIONS, OWN_SETTINGS, OWN_DESCRIPTORS, PRIVATE, OWN_MEMORY;
    # prlimit64 on oneself alone
    clone=56/220 ioctl=16/29 prctl=157/167 fcntl=72/25 futex=202/98 madvise=28/233 prlimit64=302/261
"""

REFUSED = """
    # mounts and namespaces
    mount=165/40 umount2=166/39 pivot_root=155/41 chroot=161/51 open_tree=428/428 move_mount=429/429 fsopen=430/430
    fsconfig=431/431 fsmount=432/432 fspick=433/433 mount_setattr=442/442 unshare=272/97 setns=308/268
    # other processes
    ptrace=101/117 process_vm_readv=310/270 process_vm_writev=311/271 kcmp=312/272 pidfd_open=434/434
    pidfd_getfd=438/438 pidfd_send_signal=424/424 process_madvise=440/440 process_mrelease=448/448
    # parts of the kernel with a large surface
    keyctl=250/219 add_key=248/217 request_key=249/218 bpf=321/280 perf_event_open=298/241 userfaultfd=323/282
    io_uring_setup=425/425 io_uring_enter=426/426 io_uring_register=427/427 io_setup=206/0 io_submit=209/2
    # the machine
    kexec_load=246/104 kexec_file_load=320/294 init_module=175/105 finit_module=313/273 delete_module=176/106
    swapon=167/224 swapoff=168/225 reboot=169/142 iopl=172/- ioperm=173/-
    # its clock, names and accounts
    settimeofday=164/170 clock_settime=227/112 clock_adjtime=305/266 adjtimex=159/171 sethostname=170/161
    setdomainname=171/162 syslog=103/116 acct=163/89 quotactl=179/60 quotactl_fd=443/443 personality=135/92
    # handles, watches, nodes, attributes
    open_by_handle_at=304/265 name_to_handle_at=303/264 fanotify_init=300/262 fanotify_mark=301/263 inotify_init=253/-
    inotify_init1=294/26 inotify_add_watch=254/27 vmsplice=278/75 splice=275/76 tee=276/77 mknod=133/- mknodat=259/33
    setxattr=188/5 lookup_dcookie=212/18
    # memory that no limit of a process counts
    memfd_create=319/279 memfd_secret=447/447 shmget=29/194 shmat=30/196 shmctl=31/195 msgget=68/186 semget=64/190
    mq_open=240/180 mlock=149/228 mlockall=151/230 mlock2=325/284 remap_file_pages=216/234
    # others' memory and priority
    move_pages=279/239 migrate_pages=256/238 mbind=237/235 set_mempolicy=238/237 sched_setaffinity=203/122
    sched_setscheduler=144/119 sched_setparam=142/118 sched_setattr=314/274 setpriority=141/140 ioprio_set=251/30
    rt_sigqueueinfo=129/138 rt_tgsigqueueinfo=297/240 modify_ldt=154/- seccomp=317/277 landlock_create_ruleset=444/444
    # other users
    setuid=105/146 setgid=106/144 setreuid=113/145 setregid=114/143 setresuid=117/147 setresgid=119/149
    setgroups=116/159 setfsuid=122/151 setfsgid=123/152 capset=126/91 chown=92/- fchown=93/55 lchown=94/-
    fchownat=260/54
    # what one sandbox could tell another one by: locks on a file that both can read, what of it is in memory, the times
    # of /dev/null, which is the machine's own, the machine's free memory
    flock=73/32 mincore=27/232 fadvise64=221/223 readahead=187/213 utime=132/- utimes=235/- utimensat=280/88
    sysinfo=99/179
    # timers without need
    timer_create=222/107 timerfd_create=283/85 signalfd4=289/74
"""

NETWORK = """
    # the network
    socket=41/198 socketpair=53/199 connect=42/203 accept=43/202 accept4=288/242 bind=49/200 listen=50/201
    sendto=44/206 recvfrom=45/207 sendmsg=46/211 recvmsg=47/212 sendmmsg=307/269 recvmmsg=299/243 shutdown=48/210
    getsockname=51/204 getpeername=52/205 setsockopt=54/208 getsockopt=55/209
"""

NEW_NAMESPACES = 0x7E020000
"""The flags of `clone` that make a namespace: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET."""

TERMINAL_QUESTIONS = {
    "TCGETS": 0x5401,
    "TIOCGWINSZ": 0x5413,
    "FIONREAD": 0x541B,
    "FIONBIO": 0x5421,
    "FIONCLEX": 0x5450,
    "FIOCLEX": 0x5451,
}
"""The requests of `ioctl` that are allowed: is it a terminal, how wide, how much is there to read, one's own flags."""

OWN_SETTINGS = {"PR_SET_PDEATHSIG": 1, "PR_SET_NAME": 15, "PR_GET_NAME": 16, "PR_SET_VMA": 0x53564D41}
"""The options of `prctl` that are allowed. PR_SET_DUMPABLE is not: it would hide the process from the watch."""

OWN_DESCRIPTORS = {
    "F_DUPFD": 0,
    "F_GETFD": 1,
    "F_SETFD": 2,
    "F_GETFL": 3,
    "F_SETFL": 4,
    "F_DUPFD_CLOEXEC": 1030,
    "F_GETPIPE_SZ": 1032,
}
"""The commands of `fcntl` that are allowed. Locks and leases are not: another sandbox, which has the same files of
Python and NumPy, would see them."""

OWN_MEMORY = {
    "MADV_NORMAL": 0,
    "MADV_RANDOM": 1,
    "MADV_SEQUENTIAL": 2,
    "MADV_WILLNEED": 3,
    "MADV_DONTNEED": 4,
    "MADV_FREE": 8,
    "MADV_DONTFORK": 10,
    "MADV_DOFORK": 11,
    "MADV_HUGEPAGE": 14,
    "MADV_NOHUGEPAGE": 15,
    "MADV_DONTDUMP": 16,
}
"""The advice of `madvise` that is allowed. MADV_PAGEOUT is not: it drops pages of files that other sandboxes have."""

PRIVATE = 128
"""The flag of a `futex` of one process alone. One without it can lie in a file, and wake whoever waits in another
sandbox: whoever wakes is told that nobody waited, whoever waits to look again (as glibc does)."""
WAKE, WAKE_BITSET = 1, 10

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""Architectures by their names in `platform.machine()`, and their numbers in the kernel (AUDIT_ARCH_...)."""

X32 = 0x40000000
"""The number that is added to those of the second set of calls of x86_64."""

# What a filter answers.
ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
ERROR = 0x00050000

# BPF: the instructions used, and where the kernel's `seccomp_data` holds what they load.
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16

Instruction = tuple[int, int, int, int]
"""Code, how many instructions to skip where a comparison holds, and where it does not, and a constant."""


def numbers(table: str, machine: str) -> dict[str, int]:
    """Return the calls of a table by name, for an architecture."""
    column = list(ARCHITECTURES).index(machine)
    found = {}
    for line in table.strip().split("\n"):
        for entry in line.split() if not line.strip().startswith("#") else ():
            name, _, both = entry.partition("=")
            number = both.split("/")[column]
            if number != "-":
                found[name] = int(number)
    return found


def has_table(machine: str | None = None) -> bool:
    """Whether there is a filter for an architecture (this machine's if None)."""
    return (machine or platform.machine()) in ARCHITECTURES


def system_call_filter(machine: str | None = None) -> bytes:
    """Return the filter as `bwrap --seccomp` reads it. Raises KeyError for an architecture without a table."""
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in _program(machine or platform.machine()))


def _program(machine: str) -> Iterator[Instruction]:
    yield LOAD, 0, 0, ARCHITECTURE
    yield from _answer_unless_equal(ARCHITECTURES[machine], KILL_PROCESS)
    yield LOAD, 0, 0, NUMBER
    if machine == "x86_64":
        yield JUMP_AT_LEAST, 0, 1, X32
        yield ANSWER, 0, 0, ERROR | errno.ENOSYS
    for table, answer in (
        (ALLOWED, ALLOW),
        (REFUSED, ERROR | errno.EPERM),
        (NETWORK, ERROR | errno.ENETDOWN),
    ):
        for number in numbers(table, machine).values():
            yield from _answer_if_equal(number, answer)
    partly = numbers(PARTLY_ALLOWED, machine)
    yield from _where(partly["clone"], list(_no_namespaces()))
    yield from _where(partly["ioctl"], list(_one_of(1, TERMINAL_QUESTIONS.values(), errno.ENOTTY)))
    yield from _where(partly["prctl"], list(_one_of(0, OWN_SETTINGS.values(), errno.EINVAL)))
    yield from _where(partly["fcntl"], list(_one_of(1, OWN_DESCRIPTORS.values(), errno.EINVAL)))
    yield from _where(partly["futex"], list(_private()))
    yield from _where(partly["madvise"], list(_one_of(2, OWN_MEMORY.values(), errno.EINVAL)))
    yield from _where(partly["prlimit64"], list(_one_of(0, [0], errno.EPERM)))
    yield ANSWER, 0, 0, ERROR | errno.ENOSYS


def _answer_if_equal(number: int, answer: int) -> Iterator[Instruction]:
    yield JUMP_EQUAL, 0, 1, number
    yield ANSWER, 0, 0, answer


def _answer_unless_equal(number: int, answer: int) -> Iterator[Instruction]:
    yield JUMP_EQUAL, 1, 0, number
    yield ANSWER, 0, 0, answer


def _where(number: int, block: list[Instruction]) -> Iterator[Instruction]:
    """Run a block, which ends with an answer, for one call."""
    yield JUMP_EQUAL, 0, len(block), number
    yield from block


def _no_namespaces() -> Iterator[Instruction]:
    yield LOAD, 0, 0, ARGUMENTS
    yield JUMP_ANY_BIT, 0, 1, NEW_NAMESPACES
    yield ANSWER, 0, 0, ERROR | errno.EPERM
    yield ANSWER, 0, 0, ALLOW


def _private() -> Iterator[Instruction]:
    yield LOAD, 0, 0, ARGUMENTS + 8
    yield JUMP_ANY_BIT, 0, 1, PRIVATE
    yield ANSWER, 0, 0, ALLOW
    for operation in (WAKE, WAKE_BITSET):
        yield from _answer_if_equal(operation, ERROR)
    yield ANSWER, 0, 0, ERROR | errno.EAGAIN


def _one_of(argument: int, values, otherwise: int) -> Iterator[Instruction]:
    """Allow a call where the lower half of one of its arguments is among some values (both machines store it first)."""
    yield LOAD, 0, 0, ARGUMENTS + 8 * argument
    for value in values:
        yield from _answer_if_equal(value, ALLOW)
    yield ANSWER, 0, 0, ERROR | otherwise

/* faults-calls.h - calls of the shim that can be made to fail, by name; each architecture has its own. */
#ifdef SYS_accept4
CALL(accept4)
#endif
#ifdef SYS_access
CALL(access)
#endif
#ifdef SYS_bind
CALL(bind)
#endif
#ifdef SYS_bpf
CALL(bpf)
#endif
#ifdef SYS_brk
CALL(brk)
#endif
#ifdef SYS_capget
CALL(capget)
#endif
#ifdef SYS_capset
CALL(capset)
#endif
#ifdef SYS_chdir
CALL(chdir)
#endif
#ifdef SYS_chmod
CALL(chmod)
#endif
#ifdef SYS_clone
CALL(clone)
#endif
#ifdef SYS_clone3
CALL(clone3)
#endif
#ifdef SYS_close
CALL(close)
#endif
#ifdef SYS_close_range
CALL(close_range)
#endif
#ifdef SYS_connect
CALL(connect)
#endif
#ifdef SYS_dup
CALL(dup)
#endif
#ifdef SYS_dup2
CALL(dup2)
#endif
#ifdef SYS_dup3
CALL(dup3)
#endif
#ifdef SYS_epoll_create1
CALL(epoll_create1)
#endif
#ifdef SYS_epoll_ctl
CALL(epoll_ctl)
#endif
#ifdef SYS_epoll_pwait
CALL(epoll_pwait)
#endif
#ifdef SYS_epoll_wait
CALL(epoll_wait)
#endif
#ifdef SYS_eventfd2
CALL(eventfd2)
#endif
#ifdef SYS_execve
CALL(execve)
#endif
#ifdef SYS_execveat
CALL(execveat)
#endif
#ifdef SYS_faccessat
CALL(faccessat)
#endif
#ifdef SYS_faccessat2
CALL(faccessat2)
#endif
#ifdef SYS_fallocate
CALL(fallocate)
#endif
#ifdef SYS_fchdir
CALL(fchdir)
#endif
#ifdef SYS_fcntl
CALL(fcntl)
#endif
#ifdef SYS_flock
CALL(flock)
#endif
#ifdef SYS_fork
CALL(fork)
#endif
#ifdef SYS_fsconfig
CALL(fsconfig)
#endif
#ifdef SYS_fsmount
CALL(fsmount)
#endif
#ifdef SYS_fsopen
CALL(fsopen)
#endif
#ifdef SYS_fstat
CALL(fstat)
#endif
#ifdef SYS_fstatfs
CALL(fstatfs)
#endif
#ifdef SYS_ftruncate
CALL(ftruncate)
#endif
#ifdef SYS_getcwd
CALL(getcwd)
#endif
#ifdef SYS_getdents64
CALL(getdents64)
#endif
#ifdef SYS_getrlimit
CALL(getrlimit)
#endif
#ifdef SYS_getsockopt
CALL(getsockopt)
#endif
#ifdef SYS_ioctl
CALL(ioctl)
#endif
#ifdef SYS_keyctl
CALL(keyctl)
#endif
#ifdef SYS_kill
CALL(kill)
#endif
#ifdef SYS_listen
CALL(listen)
#endif
#ifdef SYS_lseek
CALL(lseek)
#endif
#ifdef SYS_lstat
CALL(lstat)
#endif
#ifdef SYS_madvise
CALL(madvise)
#endif
#ifdef SYS_memfd_create
CALL(memfd_create)
#endif
#ifdef SYS_mkdir
CALL(mkdir)
#endif
#ifdef SYS_mkdirat
CALL(mkdirat)
#endif
#ifdef SYS_mknodat
CALL(mknodat)
#endif
#ifdef SYS_mmap
CALL(mmap)
#endif
#ifdef SYS_mount
CALL(mount)
#endif
#ifdef SYS_mount_setattr
CALL(mount_setattr)
#endif
#ifdef SYS_move_mount
CALL(move_mount)
#endif
#ifdef SYS_mprotect
CALL(mprotect)
#endif
#ifdef SYS_munmap
CALL(munmap)
#endif
#ifdef SYS_nanosleep
CALL(nanosleep)
#endif
#ifdef SYS_newfstatat
CALL(newfstatat)
#endif
#ifdef SYS_open
CALL(open)
#endif
#ifdef SYS_open_tree
CALL(open_tree)
#endif
#ifdef SYS_openat
CALL(openat)
#endif
#ifdef SYS_openat2
CALL(openat2)
#endif
#ifdef SYS_perf_event_open
CALL(perf_event_open)
#endif
#ifdef SYS_pidfd_open
CALL(pidfd_open)
#endif
#ifdef SYS_pidfd_send_signal
CALL(pidfd_send_signal)
#endif
#ifdef SYS_pipe2
CALL(pipe2)
#endif
#ifdef SYS_poll
CALL(poll)
#endif
#ifdef SYS_ppoll
CALL(ppoll)
#endif
#ifdef SYS_prctl
CALL(prctl)
#endif
#ifdef SYS_pread64
CALL(pread64)
#endif
#ifdef SYS_prlimit64
CALL(prlimit64)
#endif
#ifdef SYS_ptrace
CALL(ptrace)
#endif
#ifdef SYS_pwrite64
CALL(pwrite64)
#endif
#ifdef SYS_pwritev
CALL(pwritev)
#endif
#ifdef SYS_read
CALL(read)
#endif
#ifdef SYS_readlink
CALL(readlink)
#endif
#ifdef SYS_readlinkat
CALL(readlinkat)
#endif
#ifdef SYS_readv
CALL(readv)
#endif
#ifdef SYS_recvfrom
CALL(recvfrom)
#endif
#ifdef SYS_recvmsg
CALL(recvmsg)
#endif
#ifdef SYS_rmdir
CALL(rmdir)
#endif
#ifdef SYS_rt_sigaction
CALL(rt_sigaction)
#endif
#ifdef SYS_rt_sigprocmask
CALL(rt_sigprocmask)
#endif
#ifdef SYS_rt_sigtimedwait
CALL(rt_sigtimedwait)
#endif
#ifdef SYS_seccomp
CALL(seccomp)
#endif
#ifdef SYS_sendfile
CALL(sendfile)
#endif
#ifdef SYS_sendmsg
CALL(sendmsg)
#endif
#ifdef SYS_sendto
CALL(sendto)
#endif
#ifdef SYS_setdomainname
CALL(setdomainname)
#endif
#ifdef SYS_setgroups
CALL(setgroups)
#endif
#ifdef SYS_sethostname
CALL(sethostname)
#endif
#ifdef SYS_setns
CALL(setns)
#endif
#ifdef SYS_setpgid
CALL(setpgid)
#endif
#ifdef SYS_setpriority
CALL(setpriority)
#endif
#ifdef SYS_setresgid
CALL(setresgid)
#endif
#ifdef SYS_setresuid
CALL(setresuid)
#endif
#ifdef SYS_setrlimit
CALL(setrlimit)
#endif
#ifdef SYS_setsid
CALL(setsid)
#endif
#ifdef SYS_setsockopt
CALL(setsockopt)
#endif
#ifdef SYS_signalfd4
CALL(signalfd4)
#endif
#ifdef SYS_socket
CALL(socket)
#endif
#ifdef SYS_socketpair
CALL(socketpair)
#endif
#ifdef SYS_stat
CALL(stat)
#endif
#ifdef SYS_statfs
CALL(statfs)
#endif
#ifdef SYS_statx
CALL(statx)
#endif
#ifdef SYS_symlinkat
CALL(symlinkat)
#endif
#ifdef SYS_timerfd_create
CALL(timerfd_create)
#endif
#ifdef SYS_timerfd_settime
CALL(timerfd_settime)
#endif
#ifdef SYS_umask
CALL(umask)
#endif
#ifdef SYS_unlinkat
CALL(unlinkat)
#endif
#ifdef SYS_unshare
CALL(unshare)
#endif
#ifdef SYS_vfork
CALL(vfork)
#endif
#ifdef SYS_wait4
CALL(wait4)
#endif
#ifdef SYS_waitid
CALL(waitid)
#endif
#ifdef SYS_write
CALL(write)
#endif
#ifdef SYS_writev
CALL(writev)
#endif

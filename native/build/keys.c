/* keys.c - keeping workloads from the kernel keys of the caller. */
#define _GNU_SOURCE
#include "build/keys.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/*
 * The three calls have neighbouring numbers on each architecture, add_key or request_key first. A
 * 64-bit kernel may run 32-bit programs, whose numbers are others. Source: the kernel's tables.
 */
#if defined(__x86_64__)
#define ARCH_NATIVE AUDIT_ARCH_X86_64
#define ARCH_NARROW AUDIT_ARCH_I386
#define FIRST_NARROW 286u
#define NUMBER_MASK 0xbfffffffu /* x32 marks its numbers with bit 30 */
#elif defined(__aarch64__)
#define ARCH_NATIVE AUDIT_ARCH_AARCH64
#define ARCH_NARROW AUDIT_ARCH_ARM
#define FIRST_NARROW 309u
#define NUMBER_MASK 0xffffffffu
#else
#error "sandbox-shim knows x86_64 and aarch64"
#endif

#define FIRST_NATIVE ((unsigned int)SYS_add_key)
_Static_assert(SYS_request_key == SYS_add_key + 1 && SYS_keyctl == SYS_add_key + 2, "one range");

int keys_refuse(int level, struct sbx_error *error)
{
	static struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH_NATIVE, 3, 0),
		/* A third architecture is none that this kernel can run. */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH_NARROW, 0, 8),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JA, 3, 0, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, NUMBER_MASK),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_NATIVE, 2, 4),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_NARROW, 0, 3),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, FIRST_NARROW + 2, 2, 1),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, FIRST_NATIVE + 2, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	static const struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]),
		.filter = filter,
	};

	/* A filter alone would switch on the mitigations of speculation that slow a program down. */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) < 0)
		return sbx_fail(error, STEP_SECCOMP, level);
	return sbx_done(STEP_SECCOMP, level);
}

/* start.c - from the kernel's entry to main. */
#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

int main(int count, char **arguments);

/* The kernel's first call; never returns. */
_Noreturn void libc_start(uintptr_t *stack);

/* A name that libgcc knows; see getauxval(3). 0: the kernel does not say. */
unsigned long __getauxval(unsigned long type);

char **environ;

/*
 * The stack holds count, arguments, NULL, environment, NULL, and the auxiliary vector, pairs of type
 * and value. Source: the System V ABI, getauxval(3).
 */
_Noreturn void libc_start(uintptr_t *stack)
{
	int count = (int)stack[0];
	char **arguments = (char **)(stack + 1);

	environ = arguments + count + 1;
	_exit(main(count, arguments));
}

/* What the kernel says of itself, behind the environment. aarch64's libgcc asks too. */
unsigned long __getauxval(unsigned long type)
{
	char **end = environ;
	const uintptr_t *pair;

	while (*end != NULL)
		end++;
	for (pair = (const uintptr_t *)(end + 1); pair[0] != AT_NULL; pair += 2) {
		if (pair[0] == type)
			return pair[1];
	}
	return 0;
}

/* Knows what stands in the auxiliary vector; EINVAL for anything else. */
long sysconf(int name)
{
	if (name == _SC_PAGESIZE)
		return (long)__getauxval(AT_PAGESZ);
	if (name == _SC_CLK_TCK)
		return (long)__getauxval(AT_CLKTCK);
	errno = EINVAL;
	return -1;
}

#if defined(__x86_64__)
__asm__(".text\n"
	".global _start\n"
	".type _start, @function\n"
	"_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call libc_start\n"
	"	hlt\n"
	".size _start, . - _start\n");
#elif defined(__aarch64__)
__asm__(".text\n"
	".global _start\n"
	".type _start, %function\n"
	"_start:\n"
	"	mov x29, #0\n"
	"	mov x30, #0\n"
	"	mov x0, sp\n"
	"	bl libc_start\n"
	"	brk #0\n"
	".size _start, . - _start\n");
#endif

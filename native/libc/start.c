/* start.c - from the kernel's entry to main. */
#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

int main(int count, char **arguments);

/* The kernel's first call; never returns. */
_Noreturn void libc_start(uintptr_t *stack);

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

/* What stands behind the environment: the size of a page, and the clock ticks in a second. */
long sysconf(int name)
{
	uintptr_t type = name == _SC_PAGESIZE ? AT_PAGESZ : name == _SC_CLK_TCK ? AT_CLKTCK : AT_NULL;
	char **end = environ;
	const uintptr_t *pair;

	while (*end != NULL)
		end++;
	for (pair = (const uintptr_t *)(end + 1); pair[0] != AT_NULL; pair += 2) {
		if (pair[0] == type)
			return (long)pair[1];
	}
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

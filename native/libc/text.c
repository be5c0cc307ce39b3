/* text.c - the C library's work on strings and memory, as far as the shim uses it. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Text that dprintf writes at once; more is cut. */
#define LINE_SIZE 1024

/* Keeps the compiler from making a call of a function out of that function's own loop. */
#define STEP() __asm__ volatile("")

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
#if defined(__x86_64__)
	void *at = to;

	__asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(size) : : "memory");
#else
	for (size_t i = 0; i < size; i++) {
		STEP();
		((char *)to)[i] = ((const char *)from)[i];
	}
#endif
	return to;
}

void *memset(void *to, int byte, size_t size)
{
#if defined(__x86_64__)
	void *at = to;

	__asm__ volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(byte) : "memory");
#else
	for (size_t i = 0; i < size; i++) {
		STEP();
		((char *)to)[i] = (char)byte;
	}
#endif
	return to;
}

int memcmp(const void *one, const void *other, size_t size)
{
	const unsigned char *a = one;
	const unsigned char *b = other;

	for (; size > 0 && *a == *b; size--, a++, b++)
		STEP();
	return size == 0 ? 0 : *a - *b;
}

size_t strlen(const char *text)
{
	const char *end = text;

	for (; *end != '\0'; end++)
		STEP();
	return (size_t)(end - text);
}

int strcmp(const char *one, const char *other)
{
	for (; *one != '\0' && *one == *other; one++, other++)
		STEP();
	return (unsigned char)*one - (unsigned char)*other;
}

int strncmp(const char *one, const char *other, size_t size)
{
	for (; size > 0 && *one != '\0' && *one == *other; size--, one++, other++)
		STEP();
	return size == 0 ? 0 : (unsigned char)*one - (unsigned char)*other;
}

char *strcpy(char *restrict to, const char *restrict from)
{
	return memcpy(to, from, strlen(from) + 1);
}

char *strchr(const char *text, int byte)
{
	for (; *text != (char)byte; text++) {
		if (*text == '\0')
			return NULL;
	}
	return (char *)(uintptr_t)text;
}

char *strrchr(const char *text, int byte)
{
	char *found = NULL;

	for (text = strchr(text, byte); text != NULL; text = strchr(text + 1, byte)) {
		found = (char *)(uintptr_t)text;
		if (byte == '\0')
			break;
	}
	return found;
}

size_t strcspn(const char *text, const char *reject)
{
	size_t size = 0;

	while (text[size] != '\0' && strchr(reject, text[size]) == NULL)
		size++;
	return size;
}

char *strstr(const char *text, const char *part)
{
	size_t size = strlen(part);

	for (; strncmp(text, part, size) != 0; text++) {
		if (*text == '\0')
			return NULL;
	}
	return (char *)(uintptr_t)text;
}

char *strsep(char **restrict text, const char *restrict separators)
{
	char *part = *text;
	char *end;

	if (part == NULL)
		return NULL;
	end = part + strcspn(part, separators);
	*text = *end == '\0' ? NULL : end + 1;
	*end = '\0';
	return part;
}

/* A buffer that is written to its end and no further, while `used` counts on. */
struct line {
	char *text;
	size_t size;
	size_t used;
};

static void put(struct line *line, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++, line->used++) {
		if (line->used + 1 < line->size)
			line->text[line->used] = text[i];
	}
}

static void put_number(struct line *line, unsigned int number, unsigned int base, int width)
{
	char digits[10]; /* 4294967295 */
	size_t first = sizeof(digits);

	do {
		digits[--first] = "0123456789abcdef"[number % base];
		number /= base;
		width--;
	} while (number > 0 || (width > 0 && first > 0));
	put(line, digits + first, sizeof(digits) - first);
}

/* Knows %s, %d, %u, %x with a width of one digit that is filled with zeros, and %%. */
static void format(struct line *line, const char *text, va_list list)
{
	for (; *text != '\0'; text++) {
		int width = 0;

		if (*text != '%') {
			put(line, text, 1);
			continue;
		}
		for (text++; *text >= '0' && *text <= '9'; text++)
			width = *text - '0';
		if (*text == 's') {
			const char *string = va_arg(list, const char *);

			put(line, string, strlen(string));
		} else if (*text == 'd') {
			int number = va_arg(list, int);

			put(line, "-", number < 0);
			put_number(line, number < 0 ? 0u - (unsigned int)number : (unsigned int)number,
				   10, width);
		} else if (*text == 'u' || *text == 'x') {
			put_number(line, va_arg(list, unsigned int), *text == 'x' ? 16 : 10, width);
		} else {
			put(line, text, 1);
		}
	}
	if (line->size > 0)
		line->text[line->used < line->size ? line->used : line->size - 1] = '\0';
}

int snprintf(char *restrict text, size_t size, const char *restrict layout, ...)
{
	struct line line = { .text = text, .size = size };
	va_list list;

	va_start(list, layout);
	format(&line, layout, list);
	va_end(list);
	return (int)line.used;
}

int dprintf(int fd, const char *restrict layout, ...)
{
	char text[LINE_SIZE];
	struct line line = { .text = text, .size = sizeof(text) };
	va_list list;

	va_start(list, layout);
	format(&line, layout, list);
	va_end(list);
	return (int)write(fd, text, line.used < sizeof(text) ? line.used : sizeof(text) - 1);
}

/* btf.h - where the running kernel keeps what, from its own type information. */
#ifndef BTF_H
#define BTF_H

#include <stddef.h>
#include <stdint.h>

/* As the member of a place: the place is a function. */
#define BTF_FUNCTION "()"

/* A member of a struct, the struct itself where `member` is NULL, or a function. */
struct btf_place {
	const char *of;
	const char *member;
	uint32_t value; /* bytes, the member's offset or the struct's size; the function's type id */
	uint32_t is_found;
};

/*
 * Fills in all values. Returns -1 with errno: as of open(2) where the kernel shows no types, EPROTO
 * where they cannot be read, ENOENT where one is not found. Source: Documentation/bpf/btf.rst.
 */
int btf_find(struct btf_place *places, size_t count);

#endif

/* btf.h - offsets and sizes of the running kernel's structs, from its type information. */
#ifndef BTF_H
#define BTF_H

#include <stddef.h>
#include <stdint.h>

/* As the member of a field: the field is a function. */
#define BTF_FUNCTION "()"

/* A member of a struct, the struct itself where `member` is NULL, or a function. */
struct btf_field {
	const char *type;
	const char *member;
	uint32_t value; /* offset of the member or size of the struct, in bytes; type id of the function */
	uint32_t is_resolved;
};

/*
 * Fills in all values. Returns -1 with errno: that of open(2) where the kernel shows no types, EPROTO
 * where they cannot be read, ENOENT where one does not exist. Source: Documentation/bpf/btf.rst.
 */
int btf_resolve(struct btf_field *fields, size_t count);

#endif

/* btf.c - offsets and sizes of the running kernel's structs, from its type information. */
#define _GNU_SOURCE
#include "trace/btf.h"

#include <fcntl.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "core/sbx.h"

#define TYPES_PATH "/sys/kernel/btf/vmlinux"
/* A kernel with everything built in has some 200,000. */
#define TYPE_COUNT_MAX (1u << 20)
/* The most unnamed structs and unions of one struct that wait to be searched. */
#define UNNAMED_MAX 64

/* The bytes that follow a type's record: `fixed`, and `each` for each of its `vlen`. */
static const struct {
	uint8_t fixed, each;
} tails[] = {
	[BTF_KIND_INT] = { .fixed = sizeof(uint32_t) },
	[BTF_KIND_ARRAY] = { .fixed = sizeof(struct btf_array) },
	[BTF_KIND_STRUCT] = { .each = sizeof(struct btf_member) },
	[BTF_KIND_UNION] = { .each = sizeof(struct btf_member) },
	[BTF_KIND_ENUM] = { .each = sizeof(struct btf_enum) },
	[BTF_KIND_FUNC_PROTO] = { .each = sizeof(struct btf_param) },
	[BTF_KIND_VAR] = { .fixed = sizeof(struct btf_var) },
	[BTF_KIND_DATASEC] = { .each = sizeof(struct btf_var_secinfo) },
	[BTF_KIND_DECL_TAG] = { .fixed = sizeof(struct btf_decl_tag) },
	[BTF_KIND_ENUM64] = { .each = sizeof(struct btf_enum64) },
};

struct types {
	const char *text; /* all names, each ended by NUL */
	const char *first;
	const char *end;
	uint32_t *offsets; /* by type id, offset from `first`; virtual memory */
	uint32_t count; /* ids are below this; 0 is void */
};

static const struct btf_type *type_at(const struct types *types, uint32_t id)
{
	return (const void *)(types->first + types->offsets[id]);
}

static bool number_types(struct types *types)
{
	const char *at = types->first;

	for (types->count = 1; at < types->end && types->count < TYPE_COUNT_MAX; types->count++) {
		const struct btf_type *type = (const void *)at;
		uint32_t kind = BTF_INFO_KIND(type->info);

		types->offsets[types->count] = (uint32_t)(at - types->first);
		if (kind >= sizeof(tails) / sizeof(*tails))
			return false; /* a later kernel's kind: its length is not known */
		at += sizeof(*type) + tails[kind].fixed +
		      (size_t)tails[kind].each * BTF_INFO_VLEN(type->info);
	}
	return at == types->end;
}

/* Searches the struct `id` and its unnamed structs and unions. */
static bool find_member(const struct types *types, uint32_t id, struct btf_field *field)
{
	struct {
		uint32_t id, offset;
	} pending[UNNAMED_MAX] = { { .id = id } };
	int count = 1;

	while (count-- > 0) {
		uint32_t base = pending[count].offset;
		const struct btf_type *type = type_at(types, pending[count].id);
		const struct btf_member *members = (const void *)(type + 1);
		uint32_t kind = BTF_INFO_KIND(type->info);

		if (kind != BTF_KIND_STRUCT && kind != BTF_KIND_UNION)
			continue;
		for (uint32_t i = 0; i < BTF_INFO_VLEN(type->info); i++) {
			uint32_t offset = base + BTF_MEMBER_BIT_OFFSET(members[i].offset) / 8;

			if (!BTF_INFO_KFLAG(type->info))
				offset = base + members[i].offset / 8;
			if (strcmp(types->text + members[i].name_off, field->member) == 0) {
				field->value = offset;
				return true;
			}
			if (members[i].name_off == 0 && count < UNNAMED_MAX &&
			    members[i].type < types->count) {
				pending[count].id = members[i].type;
				pending[count++].offset = offset;
			}
		}
	}
	return false;
}

static bool wants_function(const struct btf_field *field)
{
	return field->member != NULL && strcmp(field->member, BTF_FUNCTION) == 0;
}

static int resolve_all(struct types *types, struct btf_field *fields, size_t count)
{
	size_t resolved = 0;

	for (uint32_t id = 1; id < types->count && resolved < count; id++) {
		const struct btf_type *type = type_at(types, id);
		const char *name = types->text + type->name_off;

		bool is_function = BTF_INFO_KIND(type->info) == BTF_KIND_FUNC;

		if (!is_function && BTF_INFO_KIND(type->info) != BTF_KIND_STRUCT)
			continue;
		for (size_t i = 0; i < count; i++) {
			if (fields[i].is_resolved || wants_function(&fields[i]) != is_function ||
			    strcmp(name, fields[i].type) != 0)
				continue;
			if (is_function)
				fields[i].value = id;
			else if (fields[i].member == NULL)
				fields[i].value = type->size;
			else if (!find_member(types, id, &fields[i]))
				continue;
			fields[i].is_resolved = 1;
			resolved++;
		}
	}
	errno = ENOENT;
	return resolved == count ? 0 : -1;
}

static int resolve_in(const char *image, size_t size, struct btf_field *fields, size_t count)
{
	const struct btf_header *header = (const void *)image;
	struct types types = { 0 };
	int result;

	errno = EPROTO;
	if (size < sizeof(*header) || header->magic != BTF_MAGIC ||
	    (uint64_t)header->hdr_len + header->type_off + header->type_len > size ||
	    (uint64_t)header->hdr_len + header->str_off + header->str_len > size)
		return -1;
	types.text = image + header->hdr_len + header->str_off;
	types.first = image + header->hdr_len + header->type_off;
	types.end = types.first + header->type_len;
	types.offsets = mmap(NULL, TYPE_COUNT_MAX * sizeof(*types.offsets), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (types.offsets == MAP_FAILED)
		return -1;
	errno = EPROTO;
	result = number_types(&types) ? resolve_all(&types, fields, count) : -1;
	(void)munmap(types.offsets, TYPE_COUNT_MAX * sizeof(*types.offsets));
	return result;
}

/* Maps the file, or a copy of it: it cannot be mapped before 6.16. */
static char *map_file(int fd, size_t size)
{
	char *image = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	size_t done = 0;

	if (image != MAP_FAILED)
		return image;
	image = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	while (image != MAP_FAILED && done < size) {
		ssize_t count = read(fd, image + done, size - done);

		if (count <= 0)
			break; /* the rest stays zero, which the checks refuse */
		done += (size_t)count;
	}
	return image;
}

int btf_resolve(struct btf_field *fields, size_t count)
{
	struct stat status;
	char *image;
	int result;
	int fd = open(TYPES_PATH, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	image = fstat(fd, &status) < 0 ? MAP_FAILED : map_file(fd, (size_t)status.st_size);
	(void)close(fd);
	if (image == MAP_FAILED)
		return -1;
	result = resolve_in(image, (size_t)status.st_size, fields, count);
	(void)munmap(image, (size_t)status.st_size);
	return result;
}

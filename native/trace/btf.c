/* btf.c - where the running kernel keeps what, from its own type information. */
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
/* Unnamed structs and unions in one struct that are still to be looked into. */
#define UNNAMED_MAX 64

/* What follows a type's record: so many bytes, and so many for each of its `vlen`. */
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
	uint32_t *places; /* by type id, offset from `first`; virtual memory */
	uint32_t count; /* ids are below this; 0 is void */
};

static const struct btf_type *type_at(const struct types *types, uint32_t id)
{
	return (const void *)(types->first + types->places[id]);
}

static bool number_types(struct types *types)
{
	const char *at = types->first;

	for (types->count = 1; at < types->end && types->count < TYPE_COUNT_MAX; types->count++) {
		const struct btf_type *type = (const void *)at;
		uint32_t kind = BTF_INFO_KIND(type->info);

		types->places[types->count] = (uint32_t)(at - types->first);
		if (kind >= sizeof(tails) / sizeof(*tails))
			return false; /* of a later kernel, and of unknown length */
		at += sizeof(*type) + tails[kind].fixed +
		      (size_t)tails[kind].each * BTF_INFO_VLEN(type->info);
	}
	return at == types->end;
}

/* In the struct `id`, and in what it has unnamed inside. */
static bool find_member(const struct types *types, uint32_t id, struct btf_place *place)
{
	struct {
		uint32_t id, offset;
	} left[UNNAMED_MAX] = { { .id = id } };
	int count = 1;

	while (count-- > 0) {
		uint32_t base = left[count].offset;
		const struct btf_type *type = type_at(types, left[count].id);
		const struct btf_member *members = (const void *)(type + 1);
		uint32_t kind = BTF_INFO_KIND(type->info);

		if (kind != BTF_KIND_STRUCT && kind != BTF_KIND_UNION)
			continue;
		for (uint32_t i = 0; i < BTF_INFO_VLEN(type->info); i++) {
			uint32_t offset = base + BTF_MEMBER_BIT_OFFSET(members[i].offset) / 8;

			if (!BTF_INFO_KFLAG(type->info))
				offset = base + members[i].offset / 8;
			if (strcmp(types->text + members[i].name_off, place->member) == 0) {
				place->value = offset;
				return true;
			}
			if (members[i].name_off == 0 && count < UNNAMED_MAX &&
			    members[i].type < types->count) {
				left[count].id = members[i].type;
				left[count++].offset = offset;
			}
		}
	}
	return false;
}

static bool wants_function(const struct btf_place *place)
{
	return place->member != NULL && strcmp(place->member, BTF_FUNCTION) == 0;
}

static int find_all(struct types *types, struct btf_place *places, size_t count)
{
	size_t found = 0;

	for (uint32_t id = 1; id < types->count && found < count; id++) {
		const struct btf_type *type = type_at(types, id);
		const char *name = types->text + type->name_off;

		bool is_function = BTF_INFO_KIND(type->info) == BTF_KIND_FUNC;

		if (!is_function && BTF_INFO_KIND(type->info) != BTF_KIND_STRUCT)
			continue;
		for (size_t i = 0; i < count; i++) {
			if (places[i].is_found || wants_function(&places[i]) != is_function ||
			    strcmp(name, places[i].of) != 0)
				continue;
			if (is_function)
				places[i].value = id;
			else if (places[i].member == NULL)
				places[i].value = type->size;
			else if (!find_member(types, id, &places[i]))
				continue;
			places[i].is_found = 1;
			found++;
		}
	}
	errno = ENOENT;
	return found == count ? 0 : -1;
}

static int find_in(const char *image, size_t size, struct btf_place *places, size_t count)
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
	types.places = mmap(NULL, TYPE_COUNT_MAX * sizeof(*types.places), PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (types.places == MAP_FAILED)
		return -1;
	errno = EPROTO;
	result = number_types(&types) ? find_all(&types, places, count) : -1;
	(void)munmap(types.places, TYPE_COUNT_MAX * sizeof(*types.places));
	return result;
}

/* Maps the file, or a copy of it: before 6.16 it cannot be mapped itself. */
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
			break; /* the rest is zero: no header, or types that do not end well */
		done += (size_t)count;
	}
	return image;
}

int btf_find(struct btf_place *places, size_t count)
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
	result = find_in(image, (size_t)status.st_size, places, count);
	(void)munmap(image, (size_t)status.st_size);
	return result;
}

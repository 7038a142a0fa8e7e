/*
 * corpus_main FOLDER…: runs a fuzz harness over every file of its corpus, and over a fixed number
 * of mutations of them that are the same in every run. It finds what broke before, not what is new;
 * a fuzzer linked in its place does that.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX	  65536
#define MUTATIONS_OF_FILE 2000
#define MUTATIONS_OF_ALL  12000 /* so that a rich corpus takes no longer than a poor one */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state = 88172645463325252u;

static uint32_t number_next(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % below;
}

/* A copy of its own size, so that the sanitizers see a read behind the end. */
static void input_run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static size_t mutate(uint8_t *data, size_t size)
{
	static const uint8_t telling[] = "\0%&=+\"\\{}[],:|!*\r\n\xff\xc0\xed\x80"
					 "0";
	size_t at, len;

	if (size == 0)
		return 0;
	at = number_next((uint32_t)size);
	len = number_next((uint32_t)(size - at) + 1);
	switch (number_next(5)) {
	case 0:
		data[at] ^= (uint8_t)(1u << number_next(8));
		return size;
	case 1:
		data[at] = telling[number_next(sizeof(telling) - 1)];
		return size;
	case 2:
		return at;
	case 3:
		memmove(data + at, data + at + len, size - at - len);
		return size - len;
	default:
		if (size + len > FILE_BYTES_MAX)
			return size;
		memmove(data + at + len, data + at, size - at);
		return size + len;
	}
}

static void file_run(const char *path, int mutations)
{
	static uint8_t data[FILE_BYTES_MAX], changed[FILE_BYTES_MAX];
	FILE *f = fopen(path, "rb");
	size_t size, changed_size;

	if (!f) {
		(void)fprintf(stderr, "cannot read %s\n", path);
		exit(2);
	}
	size = fread(data, 1, sizeof(data), f);
	(void)fclose(f);
	input_run(data, size);
	for (int i = 0; i < mutations; i++) {
		memcpy(changed, data, size);
		changed_size = size;
		for (uint32_t n = number_next(4) + 1; n > 0; n--)
			changed_size = mutate(changed, changed_size);
		input_run(changed, changed_size);
	}
}

/* With mutations below 0 the files are only counted. */
static int folder_run(const char *folder, int mutations)
{
	struct dirent **entries = NULL;
	char path[4096];
	int count = scandir(folder, &entries, NULL, alphasort), files = 0;

	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.') {
			(void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
			if (mutations >= 0)
				file_run(path, mutations);
			files++;
		}
		free(entries[i]);
	}
	free(entries);
	return files;
}

int main(int argc, char **argv)
{
	int files = 0, mutations;

	for (int i = 1; i < argc; i++)
		files += folder_run(argv[i], -1);
	if (files == 0)
		return 1;
	mutations = MUTATIONS_OF_ALL / files < MUTATIONS_OF_FILE ? MUTATIONS_OF_ALL / files
								 : MUTATIONS_OF_FILE;
	for (int i = 1; i < argc; i++)
		folder_run(argv[i], mutations);
	printf("%d files, %d inputs\n", files, files * (mutations + 1));
	return 0;
}

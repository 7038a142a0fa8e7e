/*
 * manifest.h: what a backup holds, written last: a folder without it is no backup. All texts live
 * in the arena given.
 */
#ifndef TANDEM_CLI_MANIFEST_H
#define TANDEM_CLI_MANIFEST_H

#include "base/arena.h"
#include "cli/copy.h"

#define MANIFEST_REDIS "redis.rdb"

struct manifest_file {
	const char *name; /* "redis.rdb", "files/3f/3f9c…" */
	struct copied is;
};
struct manifest {
	const char *version, *redis; /* of the program, of Redis */
	const char *moment;	     /* all that was answered before is there */
	const char *cell;
	int64_t keys, events, audit_lines;
	struct evidence_chain seal; /* the newest one of the audit log; n 0: none yet */
	struct manifest_file *files;
	int count;
};
struct manifest_file *manifest_add(struct manifest *m, struct arena *arena, const char *name);
void manifest_print(const struct manifest *m, struct buf *out);
bool manifest_parse(const char *text, size_t len, struct arena *arena, struct manifest *ret);
bool manifest_write(const struct manifest *m, const char *folder);
bool manifest_read(const char *folder, struct arena *arena, struct manifest *ret);

#endif

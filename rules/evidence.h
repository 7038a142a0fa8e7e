/*
 * evidence.h: files that show by themselves whether they are as they were made, the audit log and
 * one case's evidence; written by the hub, read without one.
 *
 * NDJSON. The first line names the kind, then comes one entry a line, and the last line says how
 * many there are:
 *
 *     {"tandem":"audit-log","version":1,"about":"371300","from":1,"before":"<hash>"}
 *     {"n":1,"salt":"<16 bytes>","entry":{…},"hash":"<hash>"}
 *     {"n":2,"leaf":"<hash>","hash":"<hash>"}        an entry that the reader may not see
 *     {"seal":2,"hash":"<hash>","at":"<time>"}       noted by the hub about the entries up to 2
 *     {"end":2,"of":7,"hash":"<hash>","sum":"<hash>"}
 *
 * All hashes are SHA-256, in hex. An entry's leaf is that of a zero byte, its salt and its bytes as
 * they stand in the file; its hash is that of a byte 1, the hash before it (32 zero bytes before
 * the first) and the leaf. So each hash stands for all entries up to there, and one that is hidden
 * keeps its place in the chain. The salt, which a hidden entry keeps to itself, is why it cannot be
 * guessed from its leaf. The sum is that of all bytes before `,"sum"`: whatever is changed in the
 * file, it shows.
 *
 * Nothing here is secret: whoever changes an entry can make all hashes behind it anew. That shows
 * against a hash that was kept elsewhere, and only against that.
 */
#ifndef TANDEM_EVIDENCE_H
#define TANDEM_EVIDENCE_H

#include <sodium.h>

#include "base/buf.h"
#include "sha256.h"

#define EVIDENCE_HASH_BYTES SHA256_BYTES
#define EVIDENCE_HEX_BYTES  (2 * EVIDENCE_HASH_BYTES + 1)
#define EVIDENCE_SALT_BYTES 16

enum evidence_kind { EVIDENCE_AUDIT_LOG, EVIDENCE_CASE, EVIDENCE_KINDS };

struct evidence_chain {
	int64_t n; /* entries that the hash stands for */
	unsigned char hash[EVIDENCE_HASH_BYTES];
};
/* salt NULL: none. */
void evidence_leaf(const unsigned char *salt, const char *entry, size_t len,
		   unsigned char ret[EVIDENCE_HASH_BYTES]);
void evidence_link(struct evidence_chain *c, const unsigned char leaf[EVIDENCE_HASH_BYTES]);
void evidence_hex(const unsigned char hash[EVIDENCE_HASH_BYTES], char ret[EVIDENCE_HEX_BYTES]);
bool evidence_unhex(const char *hex, size_t len, unsigned char ret[EVIDENCE_HASH_BYTES]);

/*
 * Each call appends its line to `out`, which the caller may empty between the calls. evidence_end
 * frees what evidence_begin took, and so does evidence_drop where it does not come to that; on a
 * writer that is all zero or has ended it does nothing.
 */
struct evidence_writer {
	struct evidence_chain chain; /* as it stands; begin sets it */
	struct sha256 sum;
};
void evidence_begin(struct evidence_writer *w, enum evidence_kind kind, const char *about,
		    const struct evidence_chain *before, struct buf *out);
void evidence_put(struct evidence_writer *w, const unsigned char *salt, const char *entry,
		  size_t len, struct buf *out);
void evidence_hide(struct evidence_writer *w, const unsigned char leaf[EVIDENCE_HASH_BYTES],
		   struct buf *out);
void evidence_seal(struct evidence_writer *w, const struct evidence_chain *sealed, const char *at,
		   struct buf *out);
/* of: how many there were when it was written */
void evidence_end(struct evidence_writer *w, int64_t of, struct buf *out);
void evidence_drop(struct evidence_writer *w);

struct evidence_file {
	const char *data, *name; /* name: what it is called where a fault is told */
	size_t len;
};
struct evidence_check { /* what a file says, as far as it could be read */
	enum evidence_kind kind;
	const char *about; /* in the arena */
	int64_t from, end, of, hidden;
	int seals;
	int64_t wanted_at;	       /* the entry whose hash was asked for; -1: none */
	char hash[EVIDENCE_HEX_BYTES]; /* of the last entry */
};
/* ERR_SYNTAX: no such file. ERR_INVALID: faults holds what is wrong, each with its line. wanted: a
   hash that was kept elsewhere and has to stand here, NULL none. */
MUST_CHECK enum err evidence_read(const struct evidence_file *file, const unsigned char *wanted,
				  struct evidence_check *ret, struct diag *faults);
/* The entries of such a file, one by one from *at (0 at first), which goes on; false: no more. */
bool evidence_entry(const struct evidence_file *file, size_t *at, const char **ret_entry,
		    size_t *ret_len);

#endif

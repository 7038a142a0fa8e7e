/*
 * sha256.h: SHA-256, of one text or piece by piece: sha256_init, then sha256_add as often as
 * wanted, then sha256_end or, if nothing comes of it, sha256_drop, which frees; on one that is all
 * zero or has ended it does nothing.
 *
 * libcrypto does the work, which comes with libwebsockets and libcurl anyway: it uses the
 * processor's own SHA instructions, and each line of the audit log is hashed twice (600 bytes on
 * one machine that has them: 0.55 us, and 2.0 us by libsodium, which does not use them).
 */
#ifndef TANDEM_SHA256_H
#define TANDEM_SHA256_H

#include <stddef.h>

#define SHA256_BYTES 32

struct evp_md_ctx_st;
struct sha256 {
	struct evp_md_ctx_st *state; /* EVP_MD_CTX, which libcrypto owns the shape of */
};
void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t len);
void sha256_end(struct sha256 *s, unsigned char ret[SHA256_BYTES]);
void sha256_drop(struct sha256 *s);
void sha256_of(const void *data, size_t len, unsigned char ret[SHA256_BYTES]);

#endif

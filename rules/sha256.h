/*
 * sha256.h: SHA-256, of one text or piece by piece. A state is a value: it is copied and dropped like one.
 *
 * libcrypto does the work, which comes with libwebsockets and libcurl anyway: it uses the processor's own SHA instructions, and each
 * line of the audit log is hashed twice (600 bytes on one machine that has them: 0.5 us, and 2.3 us by libsodium, which has not).
 */
#ifndef TANDEM_SHA256_H
#define TANDEM_SHA256_H

#include <openssl/sha.h>
#include <stddef.h>

#define SHA256_BYTES SHA256_DIGEST_LENGTH

struct sha256 {
	SHA256_CTX state;
};
void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t len);
void sha256_end(struct sha256 *s, unsigned char ret[SHA256_BYTES]);
void sha256_of(const void *data, size_t len, unsigned char ret[SHA256_BYTES]);

#endif

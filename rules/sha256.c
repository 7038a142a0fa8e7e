/*
 * sha256.c: see sha256.h. What OpenSSL recommends since 3.0 looks its algorithm up and takes memory for each hash, which costs more than a
 * short text; these calls are marked as old since then and stay for as long as libcrypto.so.3 does.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "sha256.h"

void sha256_init(struct sha256 *s)
{
	SHA256_Init(&s->state);
}

void sha256_add(struct sha256 *s, const void *data, size_t len)
{
	SHA256_Update(&s->state, data, len);
}

void sha256_end(struct sha256 *s, unsigned char ret[SHA256_BYTES])
{
	SHA256_Final(ret, &s->state);
}

void sha256_of(const void *data, size_t len, unsigned char ret[SHA256_BYTES])
{
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, data, len);
	sha256_end(&s, ret);
}

/* sha256.c: see sha256.h. */
#include "sha256.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

/* Looked up once and kept: by its name that costs more than to hash a short text. */
static EVP_MD *algorithm;
static pthread_once_t looked_up = PTHREAD_ONCE_INIT;

static void look_up(void)
{
	algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
}

/* As with memory that is not there: nobody can go on without it, and it does not happen. */
static void must(int good)
{
	if (good != 1)
		abort();
}

void sha256_init(struct sha256 *s)
{
	pthread_once(&looked_up, look_up);
	s->state = EVP_MD_CTX_new();
	must(s->state && EVP_DigestInit_ex2(s->state, algorithm, NULL));
}

void sha256_add(struct sha256 *s, const void *data, size_t len)
{
	must(EVP_DigestUpdate(s->state, data, len));
}

void sha256_end(struct sha256 *s, unsigned char ret[SHA256_BYTES])
{
	must(EVP_DigestFinal_ex(s->state, ret, NULL));
	sha256_drop(s);
}

void sha256_drop(struct sha256 *s)
{
	EVP_MD_CTX_free(s->state);
	s->state = NULL;
}

void sha256_of(const void *data, size_t len, unsigned char ret[SHA256_BYTES])
{
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, data, len);
	sha256_end(&s, ret);
}

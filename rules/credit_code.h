/*
 * credit_code.h: the check of the unified social credit code, GB 32100: 18 characters of an
 * alphabet of 31, the last one a weighted sum of the others; and how it is told from a person's
 * number, which is as long and must not be kept or shown as one. Pure.
 */
#ifndef TANDEM_CREDIT_CODE_H
#define TANDEM_CREDIT_CODE_H

#include <stdbool.h>

bool credit_code_is_valid(const char *s);
/* Whether it is the number of a person's identity document, GB 11643, mistyped ones included. */
bool identity_number_is_likely(const char *s);

#endif

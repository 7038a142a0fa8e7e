/*
 * credit_code.h: the check of the unified social credit code, GB 32100: 18 characters of an
 * alphabet of 31, the last one a weighted sum of the others. Pure.
 */
#ifndef TANDEM_CREDIT_CODE_H
#define TANDEM_CREDIT_CODE_H

#include <stdbool.h>

bool credit_code_is_valid(const char *s);

#endif

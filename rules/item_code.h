/*
 * item_code.h: the three written forms of an item's code (contract 3.1): 12 characters of the basic
 * code, 31 with the implementing body's credit code and level in front, 33 with the handling
 * behind. Pure.
 */
#ifndef TANDEM_ITEM_CODE_H
#define TANDEM_ITEM_CODE_H

#include <stdbool.h>
#include <stddef.h>

#define ITEM_CODE_LEN 12
#define ITEM_STEM_LEN 9 /* what a parent "00Y" shares with its sub-items */

bool item_code_basic(const char *s, size_t len, char ret[ITEM_CODE_LEN + 1]);
const char *item_code_handling(const char *s, size_t len); /* the last two of 33, else NULL */
bool item_code_is_parent(const char *code);		   /* ends in "00Y" */

#endif

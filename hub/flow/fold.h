/*
 * fold.h: texts in a form in which those that people take for the same are the same: composed or
 * decomposed (NFC, NFD), full-width or half-width, with large or small letters.
 *
 * For comparing only: what is kept and shown stays as it came.
 */
#ifndef TANDEM_FOLD_H
#define TANDEM_FOLD_H

#include "base/arena.h"

const char *fold(const char *text, struct arena *arena);
/*
 * The longest piece of the text that a document which holds the text in any form holds as well,
 * once full-width ASCII in it is plain and its ASCII letters are small; "" when there is none.
 */
const char *fold_piece(const char *text, struct arena *arena);

#endif

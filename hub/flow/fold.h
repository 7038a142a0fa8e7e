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
 * The longest piece of the text that a document which holds the text in any of these forms holds as
 * well, once full-width ASCII in it is plain and its ASCII letters are small; "" when there is
 * none.
 *
 * A document with a CJK compatibility ideograph (U+F900 to FAFF, U+2F800 to 2FA1F) is the
 * exception: for fold() it is the ordinary one, but this byte for byte is not. No input method
 * makes them, NFC does away with them, and to leave out the ordinary ones that have such a twin
 * (李, 金, 林 …) would leave most names without a piece. One in the text is no part of a piece.
 */
const char *fold_piece(const char *text, struct arena *arena);

#endif

/*
 * phrase.h: what the readers of rules/ say about a fault, with a name that stays and the same in
 * Chinese.
 *
 * A reader says what is wrong in one English sentence. phrase_print finds that sentence again and
 * prints, beside it, its code, what is filled into it and the Chinese. The English stays the only
 * text that a reader writes; a lint holds the list to the readers.
 */
#ifndef TANDEM_PHRASE_H
#define TANDEM_PHRASE_H

#include "base/buf.h"

/* Members, each with its comma in front: ,"code":"row-cells","params":["3","4"],"zh":"…"; without
   params where nothing is filled in. Of a sentence that is not listed: nothing. */
bool phrase_print(const char *what, struct buf *out);

#endif

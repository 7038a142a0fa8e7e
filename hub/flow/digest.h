/*
 * digest.h: one text a working morning for each person who is asked for a body, saying how much
 * waits there; none on days off, none when nothing waits, none in the pack's "quiet" hours. In the
 * hours that the pack's "digest" names, once a day and number whichever hub comes first: it is
 * marked in the store right before it is sent, so a crash in between loses that one text rather
 * than sending it twice. What Redis could not be asked is asked again a minute later, of all who
 * have not had their text; if it was away for all the hours, they get it when it is back, until
 * five in the afternoon. A round that came to its end is marked too, so that a day's texts are owed
 * once.
 */
#ifndef TANDEM_DIGEST_H
#define TANDEM_DIGEST_H

#include "flow/flow.h"

struct digest;
struct digest *digest_new(struct flow *f);
void digest_start(struct digest *d);
/* now, as once a minute by itself; done NULL: nobody waits for it */
void digest_look(struct digest *d, loop_fn *done, void *arg);
void digest_stop(struct digest *d);
void digest_free(struct digest *d);

#endif

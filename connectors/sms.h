/*
 * sms.h: what all connectors to telephone providers share: numbers, texts and codes brought into
 * one form.
 *
 * Pure. Everything read from a provider is treated as hostile: results are bounded, valid UTF-8 and
 * without control characters. It does not know any provider, and does not look for short codes
 * (rules/text.h does).
 */
#ifndef TANDEM_CONNECTOR_SMS_H
#define TANDEM_CONNECTOR_SMS_H

#include "connector.h"
#include "form.h"

#define NUMBER_BYTES	24
#define CODE_BYTES	65
#define FIELD_BYTES_MAX 256
#define REPLY_BYTES_MAX 2048

/* "13800138000", "8613800138000", "008613800138000" and "+86 138 0013 8000" become
   "+8613800138000"; service numbers of 3 to 20 digits stay as they are. False: not a number. */
bool number_normalise(const char *s, char ret[NUMBER_BYTES]);
/* A reply as a person meant it: recoded from the charset named ("UTF-16BE", anything else counts as
   UTF-8), full width made half width, control characters made spaces, trimmed, cut at
   REPLY_BYTES_MAX. What is no character becomes U+FFFD. */
const char *reply_normalise(const char *data, size_t len, const char *charset, struct arena *arena);
/* Visible ASCII of the provider's code, at most 64 bytes. */
void code_clean(const char *s, char ret[CODE_BYTES]);

/*
 * Members of a callback, "" when absent, malformed or longer than FIELD_BYTES_MAX: as it stands, as
 * a code, as a number.
 */
const char *field_text(struct form f, const char *name, struct arena *arena);
const char *field_code(struct form f, const char *name, struct arena *arena);
const char *field_number(struct form f, const char *name, struct arena *arena);
/* What makes a reply the same one when it comes again: the provider's mark (its id, or the time it
   told), who, to whom and what; hashed, so that no personal data stands in it. */
const char *reply_dedupe(const struct report *reply, const char *mark, struct arena *arena);

/* An address of "+" and 5 to 15 digits, an id that needs no escaping, and a text that is valid
   UTF-8, not blank and at most parts_max parts. */
MUST_CHECK enum err message_check(const struct message *msg, int parts_max, struct diag *diag);

#endif

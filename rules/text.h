/*
 * text.h: message texts from the pack's templates, and the short codes in them.
 *
 * A template holds {name} places; an unknown name is a fault at pack reading, not at sending. A
 * short code is a notice's number written for a person to type back: reversible, with a check
 * letter, no look-alike letters.
 */
#ifndef TANDEM_TEXT_H
#define TANDEM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct text_value {
	const char *name, *value;
};
/*
 * The places a template may have: sign count item region due code case body type what permit; that
 * of several notices together (sms-joined) has sign count item due code of them, that of a morning
 * (sms-digest) sign body count. NULL, or what is wrong and where. name: "sms-notice", say.
 */
const char *text_check(const char *name, const char *tmpl, size_t len, size_t *ret_at);
/* false: unknown place */
bool text_fill(const char *tmpl, const struct text_value *values, int count, struct buf *out);

#define SHORT_CODE_BYTES 16
void short_code_make(int64_t event_seq, int notice, char ret[SHORT_CODE_BYTES]);
/* tolerant of case, width, spaces */
bool short_code_parse(const char *s, size_t len, int64_t *ret_seq, int *ret_notice);
/* The first short code inside a reply such as "收到 A7K3F2", or none. */
bool short_code_find(const char *reply, int64_t *ret_seq, int *ret_notice);
/* How many SMS parts a UTF-8 text makes in UCS-2: 70 units alone, 67 a part. */
int sms_parts(const char *text);

#endif

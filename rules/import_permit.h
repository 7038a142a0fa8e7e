/*
 * import_permit.h: one row of a permit sheet: its fields by meaning, and the event made of them.
 * Used by the importers only.
 */
#ifndef TANDEM_IMPORT_PERMIT_H
#define TANDEM_IMPORT_PERMIT_H

#include "import_in.h"

enum permit_field {
	PERMIT_APPLICANT,
	PERMIT_KIND,
	PERMIT_CREDIT_CODE,
	PERMIT_REPRESENTATIVE,
	PERMIT_DOCUMENT,
	PERMIT_DOCUMENT_NUMBER,
	PERMIT_CATEGORY,
	PERMIT_CERTIFICATE,
	PERMIT_NUMBER,
	PERMIT_CONTENT,
	PERMIT_DECIDED,
	PERMIT_FROM,
	PERMIT_UNTIL,
	PERMIT_AUTHORITY,
	PERMIT_AUTHORITY_CODE,
	PERMIT_STATUS,
	PERMIT_REMARK,
	PERMIT_ITEM_CODE,
	PERMIT_ITEM_NAME,
	PERMIT_PROJECT,
	PERMIT_REGION,
	PERMIT_CASE,
	PERMIT_VERSION,
	PERMIT_ADDRESS,
	PERMIT_PHONE,
	PERMIT_SCOPE,
	PERMIT_PRIVATE, /* numbers of identity documents: read past */
	PERMIT_FIELD_COUNT
};
#define PERMIT_EXTRA_MAX 60

struct permit_row {
	const char *value[PERMIT_FIELD_COUNT];	 /* NULL or "": not there */
	const char *heading[PERMIT_FIELD_COUNT]; /* as the sheet calls it */
	/* what is not known is kept */
	const char *extra_name[PERMIT_EXTRA_MAX], *extra[PERMIT_EXTRA_MAX];
	int extra_count;
	bool is_old; /* of the sheet before 2018: its states are other ones */
};

/* The field of a heading; -1 for none. Old and new names, and Chinese ones, mean the same. */
int permit_field_find(struct arena *arena, const char *heading);
bool permit_heading_is_old(const char *heading);
void permit_row_put(struct permit_row *r, int field, const char *heading, const char *value);
/* The row's event to the sink, or its faults. */
void permit_row_emit(struct import *imp, struct permit_row *r);

#endif

/*
 * pack_columns.h: the sheets of a pack and their columns, in the order of their specifications.
 * Part of pack_in.h, which includes it.
 */
#ifndef TANDEM_PACK_COLUMNS_H
#define TANDEM_PACK_COLUMNS_H

#include <stdbool.h>

#include "sheet.h"

enum sheet_id {
	SHEET_REGIONS,
	SHEET_BODIES,
	SHEET_ITEMS,
	SHEET_RULES,
	SHEET_SCOPE,
	SHEET_CONTACTS,
	SHEET_COUNT
};
enum { REGION_CODE, REGION_NAME, REGION_LEVEL, REGION_PARENT };
enum {
	COL_BODY_ID,
	COL_BODY_NAME,
	COL_BODY_KIND,
	COL_BODY_REGION,
	COL_BODY_SECTORS,
	COL_BODY_PARENT,
	COL_BODY_CODE
};
enum { ITEM_CODE, ITEM_NAME, ITEM_SECTOR, ITEM_ASSIST, ITEM_DEVOLUTION, ITEM_REGIONS, ITEM_BASIS };
enum {
	RULE_ID,
	RULE_ROLE,
	RULE_TO,
	RULE_FROM,
	RULE_UNTIL,
	RULE_EVENT,
	RULE_ITEM,
	RULE_SECTOR,
	RULE_DEVOLUTION,
	RULE_REGION,
	RULE_DUE,
	RULE_FEEDBACK,
	RULE_VIA,
	RULE_OVERRIDES,
	RULE_BASIS,
	RULE_KNOWN_COUNT
};
enum { SCOPE_PHRASE, SCOPE_ITEM };
enum { CONTACT_BODY, CONTACT_NAME, CONTACT_POST, CONTACT_PHONE, CONTACT_EMAIL };

extern const struct sheet_spec sheet_specs[SHEET_COUNT];
/* Whether a lone star means the same as a blank cell there; elsewhere it is a word like others. */
bool pack_column_knows_star(const struct sheet_spec *spec, int column);

#endif

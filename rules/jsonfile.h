/*
 * jsonfile.h: a JSON file of a pack, whose faults are told with file, line and column.
 *
 * jsonfile_open (checks limits and syntax and parses), any number of looks at root, jsonfile_fault
 * for what is wrong with a value, jsonfile_close. Borrows the bytes until then.
 */
#ifndef TANDEM_JSONFILE_H
#define TANDEM_JSONFILE_H

#include <jansson.h>

#include <jansson.h>

#include "json_scan.h"

#define JSONFILE_BYTES_MAX (1u << 20)

struct jsonfile {
	const char *name, *data;
	size_t len;
	json_t *root;
	struct diag *diag;
};

/* False: the faults are in the diag and there is nothing to close. The root is an object. */
bool jsonfile_open(struct jsonfile *f, const char *name, const char *data, size_t len,
		   struct diag *diag);
void jsonfile_fault(struct jsonfile *f, const char *pointer, const char *what);
/* A fault for each member of the root that is neither of these (NULL ends them) nor begins with
 * "note". */
void jsonfile_known_members(struct jsonfile *f, const char *const *names);
void jsonfile_close(struct jsonfile *f);

#endif

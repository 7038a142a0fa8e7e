/*
 * file_type.h: what a file is, by its content and by nothing that its sender says. Pure; a closed
 * list, because whatever else comes would be opened by somebody in an office.
 */
#ifndef TANDEM_FILE_TYPE_H
#define TANDEM_FILE_TYPE_H

#include <stddef.h>

/* stored: an order here never changes */
enum file_type { FILE_PDF, FILE_JPEG, FILE_PNG, FILE_OFD, FILE_TYPE_COUNT };
enum file_type file_type_of(const void *data, size_t len); /* FILE_TYPE_COUNT: none of them */
const char *file_type_media(enum file_type t);		   /* "application/pdf" */

#endif

/* api_documents.c: what the hub says of itself: the OpenAPI and the AsyncAPI document, carried
 * inside the program. */
#include <stdlib.h>

#include "net/api.h"
#include "net/documents.h"

static void answer(struct call *c, const char *text, size_t len)
{
	http_reply_static(c->req, 200,
			  "Content-Type: application/yaml\r\nCache-Control: no-cache\r\n", text,
			  len);
	free(c);
}

void api_openapi(struct call *c)
{
	answer(c, (const char *)openapi_text, sizeof(openapi_text));
}

void api_asyncapi(struct call *c)
{
	answer(c, (const char *)asyncapi_text, sizeof(asyncapi_text));
}

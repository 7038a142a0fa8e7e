/*
 * Stands before libcurl's multi functions (the linker's --wrap) and ends the program when one is
 * called from inside another, as a timer or socket callback would do: that corrupts libcurl's
 * state, seldom and late.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

CURLMcode __wrap_curl_multi_socket_action(CURLM *m, curl_socket_t s, int events, int *running);
CURLMcode __real_curl_multi_socket_action(CURLM *m, curl_socket_t s, int events, int *running);
CURLMcode __wrap_curl_multi_add_handle(CURLM *m, CURL *easy);
CURLMcode __real_curl_multi_add_handle(CURLM *m, CURL *easy);
CURLMcode __wrap_curl_multi_remove_handle(CURLM *m, CURL *easy);
CURLMcode __real_curl_multi_remove_handle(CURLM *m, CURL *easy);

static int depth;

static void enter(const char *name)
{
	if (depth++ == 0)
		return;
	(void)fprintf(stderr, "%s is called from inside libcurl\n", name);
	abort();
}

CURLMcode __wrap_curl_multi_socket_action(CURLM *m, curl_socket_t s, int events, int *running)
{
	CURLMcode rc;

	enter("curl_multi_socket_action");
	rc = __real_curl_multi_socket_action(m, s, events, running);
	depth--;
	return rc;
}

CURLMcode __wrap_curl_multi_add_handle(CURLM *m, CURL *easy)
{
	CURLMcode rc;

	enter("curl_multi_add_handle");
	rc = __real_curl_multi_add_handle(m, easy);
	depth--;
	return rc;
}

CURLMcode __wrap_curl_multi_remove_handle(CURLM *m, CURL *easy)
{
	CURLMcode rc;

	enter("curl_multi_remove_handle");
	rc = __real_curl_multi_remove_handle(m, easy);
	depth--;
	return rc;
}

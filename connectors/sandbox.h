/*
 * sandbox.h: a provider that is not there. It sends nothing and answers as told, for the demo,
 * staging and tests.
 *
 * The last four digits of the address force the outcome; every other address is accepted, handed
 * over and delivered:
 *
 *   0001  accepted, delivered                       0007  not sent
 *   0002  accepted, no receipt ever                 0008  unknown, and it never arrived
 *   0003  accepted, then failed                     0009  unknown, but its receipts come
 *   0004  refused                                   0010  accepted, then expired
 *   0005  later (in five seconds), every time       0011  delivered, and the phone replies the code
 *   0006  channel down                              0012  as 0001, all twice and out of order
 *   0015, 0016, 0017: as 0005 to 0007 on the first attempt only (the id ends in "-1"), then as 0001
 *
 * Receipts and replies come by env->report after receipt_ms, unless reports = no. From outside they
 * come as a form, in the query or the body: …/receipt with id, status (handed-over, delivered,
 * failed, expired, buffered), and optionally to, provider_id, code; …/reply with from, text, and
 * optionally to, id. With token_file set, both need its content as t.
 */
#ifndef TANDEM_CONNECTOR_SANDBOX_H
#define TANDEM_CONNECTOR_SANDBOX_H

#include "connector.h"

extern const struct connector_kind sandbox_connector;

#endif

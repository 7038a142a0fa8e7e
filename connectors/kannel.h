/*
 * kannel.h: SMS through a Kannel gateway (smsbox's sendsms), one message and one recipient a
 * request.
 *
 * The text goes as a POST body and account data as X-Kannel-* headers, because a GET would put both
 * into access logs. Kannel gives no message id; ours goes into the address it calls for delivery
 * reports, so a report finds its delivery also after a crash between sending and recording. That
 * address carries a secret word too, since Kannel signs nothing. What it calls:
 *
 * asked for with each message:
 *   <callback_base>/receipt?id=<ours>&t=<word>&d=%d&f=%F&a=%A&to=%p
 * to be written into Kannel's sms-service group as get-url, with max-messages = 0:
 *   <callback_base>/reply?t=<word>&from=%p&to=%P&text=%b&charset=%C&id=%I
 *
 * Kannel delivers at least once and in any order; telling repeats apart is the caller's work, by
 * `dedupe`.
 */
#ifndef TANDEM_CONNECTOR_KANNEL_H
#define TANDEM_CONNECTOR_KANNEL_H

#include "connector.h"
#include "http.h"

extern const struct connector_kind kannel_connector;

/* What smsbox's answer means for the message. Pure. */
enum outcome kannel_outcome(const struct http_answer *answer);
/* Kannel's %d is a mask of bits: false when it tells of nothing. Pure. */
bool kannel_report_kind(int mask, enum report_kind *ret);

#endif

/*
 * metrics.h: counters and gauges of this process, printed as Prometheus text. A metric is a row in
 * metrics.c.
 */
#ifndef TANDEM_METRICS_H
#define TANDEM_METRICS_H

#include <stdint.h>

#include "base/buf.h"

/* name, type, help */
#define METRIC_TABLE(X)                                                                            \
	X(EVENTS_ACCEPTED, "events_accepted_total", "counter", "Events accepted and on disk")      \
	X(EVENTS_REPEATED, "events_repeated_total", "counter",                                     \
	  "Events seen before, answered again")                                                    \
	X(EVENTS_REFUSED, "events_refused_total", "counter", "Events refused (409, 413, 422)")     \
	X(SCOPE_UNMATCHED, "scope_unmatched_total", "counter",                                     \
	  "Clauses of business scopes that no phrase matched")                                     \
	X(SOURCE_MISSING, "source_numbers_missing_total", "counter",                               \
	  "Numbers that a source passed over")                                                     \
	X(SOURCE_FOUND, "source_numbers_found_total", "counter",                                   \
	  "Of these, those that came later")                                                       \
	X(SOURCE_TWICE, "source_numbers_twice_total", "counter",                                   \
	  "New events with a number that came before")                                             \
	X(SOURCES_SILENT, "sources_silent", "gauge",                                               \
	  "Numbering sources silent for longer than usual, looked at hourly or more often")        \
	X(NOTICES_MADE, "notices_made_total", "counter", "Notices made by decisions")              \
	X(ACKNOWLEDGED, "acknowledgements_total", "counter", "Acknowledgements on disk")           \
	X(CLAIMED, "claims_total", "counter", "Claims on disk")                                    \
	X(RETURNED, "returns_total", "counter", "Returns on disk")                                 \
	X(TRANSFERRED, "transfers_total", "counter", "Transfers on disk")                          \
	X(FED_BACK, "feedback_total", "counter", "Feedback on disk")                               \
	X(REMINDERS, "reminders_total", "counter", "Steps of the escalation ladder taken")         \
	X(DISPUTES, "disputes_total", "counter", "Disputes opened")                                \
	X(FRAMES_SENT, "frames_sent_total", "counter", "Messages handed to live connections")      \
	X(CONNECTIONS, "connections", "gauge", "Open connections")                                 \
	X(WS_SESSIONS, "websocket_sessions", "gauge", "Open WebSocket sessions")                   \
	X(SLOW_CLOSED, "slow_readers_closed_total", "counter",                                     \
	  "Connections closed at their byte limit")                                                \
	X(HTTP_REQUESTS, "http_requests_total", "counter", "HTTP requests answered")               \
	X(STORE_UP, "store_up", "gauge", "1 while Redis answers and is set safely")                \
	X(STORE_MEMORY, "store_memory_percent", "gauge",                                           \
	  "How much of its maxmemory Redis uses; 0: it has none")                                  \
	X(INTAKE_CLOSED, "store_intake_closed", "gauge",                                           \
	  "1 while no events are taken because Redis has little memory left")                      \
	X(INTAKE_PARKED, "intake_parked_total", "counter",                                         \
	  "Entries of the intake stream that failed too often and were put aside for a person")    \
	X(STORE_CALLS, "store_calls_total", "counter", "Script calls to Redis")                    \
	X(DELIVERIES_SENT, "deliveries_handed_over_total", "counter", "Messages a provider took")  \
	X(DELIVERIES_UNKNOWN, "deliveries_unknown_total", "counter",                               \
	  "Attempts of unknown outcome")                                                           \
	X(DELIVERIES_FAILED, "deliveries_failed_total", "counter", "Deliveries given up")          \
	X(RECEIPTS, "receipts_total", "counter", "Delivery reports taken")                         \
	X(REPLIES, "replies_total", "counter", "Replies taken")                                    \
	X(DUE_FIRED, "deadlines_fired_total", "counter", "Deadlines and rungs worked off")         \
	X(DUE_FAILED, "deadlines_failed_total", "counter",                                         \
	  "Times that what was due of an event could not be worked off; the log names it")         \
	X(RUNGS_DUE, "rungs_due", "gauge",                                                         \
	  "Rungs of open work that should have fired, as the watchdog last counted them")          \
	X(RUNGS_FIRED, "rungs_fired", "gauge", "Of these, those that did")                         \
	X(CONTACTS_STALE, "contacts_stale", "gauge",                                               \
	  "Contacts whose number nobody has confirmed for half a year, or that want no texts")     \
	X(CALENDAR_MISSING, "calendar_missing_year", "gauge",                                      \
	  "The year the calendar lacks within two months; 0 none")                                 \
	X(CALENDAR_RECOUNTED, "deadlines_recounted_total", "counter",                              \
	  "Provisional deadlines computed anew")                                                   \
	X(AUDIT_SEALED, "audit_sealed", "gauge",                                                   \
	  "Lines of the audit log that the newest seal this process saw stands for")               \
	X(AUDIT_MISSING, "audit_missing", "gauge",                                                 \
	  "1 while the audit log holds fewer lines than were sealed")                              \
	X(CLOCK_JUMP, "clock_jump_seconds", "gauge",                                               \
	  "How far the machine's clock has jumped from the time that is believed")                 \
	X(LOOP_LAG_MS, "loop_lag_milliseconds", "gauge", "Longest recent stall of the loop")

enum metric {
#define X(id, name, type, help) METRIC_##id,
	METRIC_TABLE(X)
#undef X
		METRIC_COUNT
};

void metric_add(enum metric m, int64_t n);
void metric_set(enum metric m, int64_t v);
int64_t metric_get(enum metric m);
void metrics_print(struct buf *out);

#endif

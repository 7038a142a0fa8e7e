// One row of evidence after another, oldest first: the receipts of every notice of a case, put together.

import type { CaseEvent, Delivery, Receipt } from '../wire.ts';
import { parseTime } from './time.ts';

export interface Entry {
	key: string;
	at: string;
	kind: string;
	who: string | null;
	body: string | null;
	by?: string;
	channel?: string;
	detail?: string;
	type?: string;
}

function fromReceipt(receipt: Receipt, deliveries: Delivery[], key: string, body: string | null, who: string | null): Entry
{
	const delivery = deliveries.find((d) => d.id === receipt.delivery);
	return {
		key, body, who, at: receipt.at, kind: receipt.kind, by: receipt.by || undefined,
		channel: receipt.channel || delivery?.channel, detail: receipt.detail || undefined,
	};
}

const inOrder = (entries: Entry[]): Entry[] =>
	entries.map((entry, i) => ({ entry, i }))
		.sort((a, b) => (parseTime(a.entry.at) ?? 0) - (parseTime(b.entry.at) ?? 0) || a.i - b.i)
		.map((x) => x.entry);

export function receiptEntries(receipts: Receipt[], deliveries: Delivery[]): Entry[]
{
	return inOrder(receipts.map((r, i) => fromReceipt(r, deliveries, `r${i}`, null, null)));
}

/** The whole case. `who` is null where the applicant is meant; an event's own arrival has kind "event". */
export function caseEntries(events: CaseEvent[]): Entry[]
{
	const all: Entry[] = [];
	for (const event of events) {
		all.push({ key: event.event, at: event.received, kind: 'event', body: null, who: null, type: event.type });
		for (const notice of event.notices)
			(notice.receipts ?? []).filter((r) => r.kind !== 'accepted').forEach((r, i) =>
				all.push(fromReceipt(r, notice.deliveries ?? [], `${notice.id}-${i}`, notice.body, notice.body_name ?? notice.body)));
		const told = event.applicant_told;
		(told?.receipts ?? []).filter((r) => r.kind !== 'accepted').forEach((r, i) =>
			all.push(fromReceipt(r, told?.deliveries ?? [], `${event.event}-a${i}`, 'applicant', null)));
	}
	return inOrder(all);
}

/** The first time a step was reached, or null: "delivered" never stands for "shown", nor "shown" for "acknowledged". */
export function firstAt(receipts: Receipt[] | undefined, kind: string): Receipt | null
{
	const hits = (receipts ?? []).filter((r) => r.kind === kind);
	return hits.length === 0 ? null : hits.reduce((a, b) => ((parseTime(b.at) ?? 0) < (parseTime(a.at) ?? 0) ? b : a));
}

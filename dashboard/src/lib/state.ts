// From what the hub says of a notice to the one tag a reader sees. The lamp is the hub's; the moment a deadline
// passes between two messages is seen here, so that a page left open all day does not show an old lamp.

import type { Lamp, Notice, Role, State } from '../wire.ts';
import { parseTime } from './time.ts';

export type Look = 'open' | 'soon' | 'overdue' | 'acknowledged' | 'claimed' | 'returned' | 'transferred'
	| 'disputed' | 'closed' | 'withdrawn' | 'superseded';

export const ICON: Record<Look, string> = {
	open: '', soon: '◔', overdue: '▲', acknowledged: '✓', claimed: '✔', returned: '↩', transferred: '→',
	disputed: '⚖', closed: '■', withdrawn: '⊘', superseded: '⇢',
};

/** Whether the body still has to act before its first deadline: a lead must claim, the others acknowledge. */
export function isTodo(state: State, role: Role): boolean
{
	return state === 'open' || (state === 'acknowledged' && role === 'lead');
}

const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Whether the hub finds it by a part of the applicant's name, of a number or of the code. */
export const isFoundBy = (q: string, n: Notice): boolean => [n.applicant.name, n.applicant.code, n.case, n.permit].some((text) => text && folded(text).includes(folded(q)));

/** Whether it was taken on and supervision has not reported. */
export const owesFeedback = (n: Notice): boolean => !!n.feedback_due && !n.feedback && !isTodo(n.state, n.role) && ['claimed', 'acknowledged'].includes(n.state);

/** Whether it has left the body's hands without having been done: its clocks ask nothing any more. */
export const isDropped = (state: State): boolean => ['returned', 'transferred', 'disputed', 'withdrawn', 'superseded'].includes(state);

/** Whether its clocks stand still. */
export const isPaused = (notice: Notice): boolean => (notice.pauses ?? []).some((p) => p.to === null);

/** When the body did what its first deadline asks for: a lead by claiming, the others by acknowledging. */
export function doneAt(notice: Notice): string | null
{
	return (notice.role === 'lead' ? notice.claimed : notice.acknowledged)?.at ?? null;
}

interface Lit { state: State; role: Role; lamp?: Lamp; due?: string | null }

export function lookOf(notice: Lit, nowMs: number): Look
{
	if (!isTodo(notice.state, notice.role))
		return notice.state;
	const due = parseTime(notice.due);
	if (notice.lamp === 'red' || (due !== null && nowMs > due))
		return 'overdue';
	return notice.lamp === 'yellow' ? 'soon' : notice.state;
}

const RANK: Partial<Record<Look, number>> = { overdue: 0, soon: 1, open: 1, acknowledged: 2 };
const FAR_MS = 8.64e15;

/** Overdue first, then the nearest deadline, then the oldest; what is finished stands last, newest first. */
export function compareNotices(a: Notice, b: Notice, nowMs: number): number
{
	const [rankA, rankB] = [a, b].map((n) => (!owesFeedback(n) ? RANK[lookOf(n, nowMs)] ?? 3 : n.lamp === 'red' ? 0 : 2));
	if (rankA !== rankB)
		return rankA - rankB;
	const byReceived = (parseTime(a.received) ?? 0) - (parseTime(b.received) ?? 0);
	if (rankA === 3)
		return -byReceived;
	const [dueA, dueB] = [a, b].map((n) => parseTime(owesFeedback(n) ? n.feedback_due : n.due) ?? FAR_MS);
	return dueA - dueB || byReceived;
}

export const FILTERS = ['todo', 'overdue', 'acknowledged', 'claimed', 'closed', 'all', 'pool'] as const;
export type Filter = typeof FILTERS[number];

export function sorted(list: readonly Notice[], nowMs: number): Notice[]
{
	return [...list].sort((a, b) => compareNotices(a, b, nowMs));
}

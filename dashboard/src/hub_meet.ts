// The calls of the joint meeting's pages: agenda, minutes, a ruling as a rule, the month's statement.
import { MANY_TIMEOUT_MS, query, request, seg } from './hub.ts';
import type { Agenda, Differences, Meeting, NumberedSource, Page, Ranking, RulingDraft, Statement } from './wire.ts';

export const meetings = {
	agenda: (p: { region?: string; from?: string; to?: string }) => request<Agenda>('GET', `/meetings/agenda${query(p)}`),
	list: (p: { cursor?: string | null; limit?: number }) => request<Page<Meeting>>('GET', `/meetings${query(p)}`),
	one: (id: string) => request<Meeting>('GET', `/meetings/${seg(id)}`),
	write: (said: object) => request<Meeting>('POST', '/meetings', { body: said }),
	done: (decision: string, version: number, said: object) => request<Meeting>('POST', `/decisions/${seg(decision)}/done`, { body: said, version }),
};
export const draftRuling = (dispute: string) => request<RulingDraft>('POST', `/disputes/${seg(dispute)}/draft`, { body: {}, patienceMs: MANY_TIMEOUT_MS });

export const rankings = {
	month: (month: string, region?: string) => request<Ranking>('GET', `/ranking${query({ month, region })}`),
	publish: (month: string, region?: string) => request<Ranking>('POST', '/ranking/publish', { body: { month, ...(region ? { region } : {}) } }),
};

export const statements = {
	month: (month: string) => request<Statement>('GET', `/reconciliation${query({ month })}`),
	sources: () => request<Page<NumberedSource>>('GET', '/reconciliation/sources'),
	agree: (said: { month: string; bureau: string; body: string; seen: Record<string, number> }) => request<Statement>('POST', '/reconciliation/agree', { body: said }),
	compare: (said: { month: string; body: string; cases: string[] }) => request<Differences>('POST', '/reconciliation', { body: said, patienceMs: MANY_TIMEOUT_MS, harmless: true }),
};

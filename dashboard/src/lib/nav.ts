// What the person's roles may open, in the order of the day; the hub refuses the rest whatever is shown.
import type { Key } from '../i18n/words.ts';
import type { Me } from '../wire.ts';
import type { Route } from './address.ts';
import { deskBodiesOf, inboxBodiesOf, mayApprove, mayDispute, maySearch, oversees, runsHub } from './roles.ts';

export interface Entry { page: string; word: Key; query?: Record<string, string | undefined>; with?: string[]; shown: boolean }

/** Whose inbox is open. */
export interface Place { body: string | null; mine?: boolean }

export function entriesOf(who: Me | null, { body, mine: own }: Place): Entry[]
{
	const mine = inboxBodiesOf(who);
	return ([
		{ page: 'inbox', word: 'nav.inbox', query: { body: mine.length > 1 ? body ?? undefined : undefined, scope: own ? 'me' : undefined }, with: ['notice'], shown: mine.length > 0 },
		{ page: 'board', word: 'nav.board', with: ['reports'], shown: mayDispute(who) },
		{ page: 'search', word: 'nav.search', with: ['case'], shown: maySearch(who) },
		{ page: 'submit', word: 'nav.submit', shown: mayApprove(who) },
		{ page: 'list', word: 'nav.returned', query: { state: 'returned' }, shown: mayApprove(who) },
		{ page: 'list', word: 'notice.cause.letter', query: { state: 'todo', cause: 'letter' }, shown: mayApprove(who) || mine.length > 0 },
		{ page: 'disputes', word: 'nav.disputes', with: ['dispute'], shown: mayDispute(who) },
		{ page: 'meetings', word: 'nav.meetings', shown: oversees(who) },
		{ page: 'reconcile', word: 'nav.reconcile', shown: mayDispute(who) },
		{ page: 'bodies', word: 'nav.bodies', shown: runsHub(who) || deskBodiesOf(who).length > 0 },
		{ page: 'policy', word: 'nav.policy', with: ['policies', 'version', 'calendar'], shown: true },
		{ page: 'admin', word: 'nav.admin', shown: runsHub(who) },
	] as Entry[]).filter((e) => e.shown);
}

export const isCurrent = (e: Entry, route: Pick<Route, 'page'> & { query: Readonly<Record<string, string>> }): boolean =>
	(e.page === route.page && (e.page !== 'list' || route.query.state === e.query?.state)) || (e.with ?? []).includes(route.page);

// The inbox: which notices are listed, which have come since and wait behind the pill, how many there are.
// Rows are put in order only when the reader asks for a list; what arrives by itself never moves one.
import { computed, reactive, shallowRef } from 'vue';
import { hub, serverNow, type NoticeQuery } from '../hub.ts';
import { t } from '../i18n/index.ts';
import { reasonOf } from '../lib/reason.ts';
import { FILTERS, isFoundBy, isTodo, lookOf, owesFeedback, sorted, type Filter } from '../lib/state.ts';
import type { ChangeMessage, Notice, NoticeMessage, Page } from '../wire.ts';
import { busy, forgetAll, notices, put, putAll } from './useNotices.ts';
import { route } from './useRoute.ts';
import { selected } from './useSelection.ts';
import { me } from './useSession.ts';
import { say } from './useToasts.ts';

const COUNT_PAUSE_MS = 1000;
/** So many wait behind the button; of more it is only known that they are there, and the list is asked for anew. */
export const PENDING_MAX = 200;

/** What is listed of a list that is not there yet. */
const NOTHING = { ids: [] as string[], next: null as string | null, loaded: false };

export const inbox = reactive({
	...NOTHING, body: null as string | null, mine: false, q: '', county: '', item: '', filter: 'todo' as Filter,
	pending: [] as string[], beyond: false, loading: false, error: '', lastArrivalMs: 0,
});
/** How many there are to do, and of those the reader's own, as far as the hub has said so. */
export const counts = shallowRef<{ todo?: number; mine?: number }>({});
/** What the list is narrowed by. */
type Narrow = Pick<typeof inbox, 'q' | 'county' | 'item'>;
export const narrowing = ({ q, county, item }: Narrow): string => q + county + item && [q, county, item].join('\n');
/** Whether the one region lies in the other; by their names exactly, as soon as those are there. */
export const place = { within: (code: string, of: string): boolean => code.startsWith(of) };
export const rows = computed(() => inbox.ids.map((id) => notices.get(id)).filter((n): n is Notice => n !== undefined));

let lastLoad = 0;
let countTimer = 0;
let arrived = 0;
/** What the rows that stand there were looked for by. */
let foundBy = '';

function question(filter: Filter): { state?: string; due?: string }
{
	if (filter === 'overdue')
		return { due: 'overdue' };
	return filter === 'all' ? {} : { state: filter };
}

const whose = (): NoticeQuery => ({ body: inbox.body ?? undefined, mine: inbox.mine ? 'true' : undefined });

/** What the hub is asked for the list that is open. */
export const inboxQuestion = (): NoticeQuery => (inbox.filter === 'pool' ? {} : { ...whose(), q: inbox.q, region: inbox.county, item: inbox.item, ...question(inbox.filter) });

/** What the address asks for. What is in the pool is nobody's. */
function asked(): { filter: Filter; mine: boolean } & Narrow
{
	const filter = FILTERS.find((f) => f === route.query.state) ?? 'todo';
	const { scope, q = '', county = '', item = '' }: Record<string, string | undefined> = filter === 'pool' ? {} : route.query;
	return { filter, mine: scope === 'me', q: q.trim(), county, item };
}

const inPool = (n: Notice): boolean => n.body.startsWith('pool:');

function fits(n: Notice): boolean
{
	if (inbox.filter === 'pool')
		return inPool(n) && isTodo(n.state, n.role);
	if (n.body !== inbox.body || !isFoundBy(inbox.q, n) || (inbox.mine && (n.keeper ?? (n.claimed ?? n.acknowledged)?.by) !== me.value?.user))
		return false;
	if ((inbox.county && !place.within(n.region, inbox.county)) || (inbox.item && !(n.items ?? [n.item]).some((i) => i.code === inbox.item)))
		return false;
	if (inbox.filter === 'todo')
		return isTodo(n.state, n.role) || (inbox.mine && owesFeedback(n));
	if (inbox.filter === 'overdue')
		return n.lamp === 'red' || lookOf(n, serverNow()) === 'overdue';
	return inbox.filter === 'all' || n.state === inbox.filter;
}

/** `all`: of all that is to do; where that is too much to be counted for one person, there is no number. */
function takeCounts({ open, mine }: Page<Notice>, all: boolean): void
{
	if (open !== undefined)
		counts.value = { todo: open, mine: all ? mine : counts.value.mine };
}

const ordered = (ids: string[]): string[] => sorted([...new Set(ids)].map((id) => notices.get(id)!), serverNow()).map((n) => n.id);

/** Answers with where the live connection goes on from: what has changed since the list was read comes over it. */
async function fetchPage(cursor: string | null): Promise<string | undefined>
{
	const mine = ++lastLoad;
	inbox.loading = true;
	inbox.error = '';
	try {
		const page = await (inbox.filter === 'pool' ? hub.pool : hub.notices)({ ...inboxQuestion(), cursor });
		if (mine !== lastLoad)
			return page.since;
		const ids = putAll(page.items);
		foundBy = narrowing(inbox);
		inbox.ids = cursor ? [...inbox.ids, ...ordered(ids).filter((id) => !inbox.ids.includes(id))] : ordered(ids);
		inbox.pending = inbox.beyond && !cursor ? [] : inbox.pending.filter((id) => !inbox.ids.includes(id));
		inbox.beyond = inbox.beyond && cursor !== null;
		inbox.next = page.next;
		inbox.loaded = true;
		if (inbox.filter !== 'pool')
			takeCounts(page, inbox.filter === 'todo' && !foundBy && !cursor);
		return page.since;
	} catch (error) {
		if (mine !== lastLoad)
			return undefined;
		inbox.error = reasonOf(error);
		if (narrowing(inbox) !== foundBy)
			Object.assign(inbox, NOTHING);
		return undefined;
	} finally {
		if (mine === lastLoad)
			inbox.loading = false;
	}
}

export const loadInbox = (): Promise<string | undefined> => fetchPage(null);
export const loadMore = (): Promise<string | undefined> => fetchPage(inbox.next);

/** The list that the address asks for, where that is another one. */
export function follow(): void
{
	const next = asked();
	const isOther = next.filter !== inbox.filter || next.mine !== inbox.mine;
	if (!isOther && narrowing(next) === narrowing(inbox))
		return;
	selected.clear();
	// While somebody types, the rows stay until there are others.
	Object.assign(inbox, { ...next, pending: [], beyond: false, ...isOther ? NOTHING : {} });
	void loadInbox();
	if (next.mine && (narrowing(next) || next.filter !== 'todo'))
		recount();
}

export function showPending(): void
{
	inbox.ids = ordered([...inbox.ids, ...inbox.pending]);
	inbox.pending = [];
}

/** The hub counts; the page never adds or subtracts, because that drifts. */
export function recount(): void
{
	clearTimeout(countTimer);
	countTimer = window.setTimeout(async () => {
		const { body, mine } = inbox;
		const page = await hub.notices({ ...whose(), state: 'todo', limit: 1 }).catch(() => null);
		if (page && body === inbox.body && mine === inbox.mine)
			takeCounts(page, true);
	}, COUNT_PAUSE_MS);
}

let heard: (n: Notice) => void = () => undefined;
/** Called with what has come that was not known before. */
export function onArrival(fn: (n: Notice) => void): void
{
	heard = fn;
}

function announce(): void
{
	arrived++;
	if (arrived > 1)
		return;
	setTimeout(() => {
		if (route.page !== 'inbox')
			say(t('toast.arrived', { n: arrived }));
		arrived = 0;
	}, 2000);
}

/** Has it shown: at once where nothing could move, else when asked. */
function add(id: string): void
{
	if (inbox.ids.includes(id) || inbox.pending.includes(id))
		return;
	if (inbox.loaded && inbox.ids.length === 0)
		inbox.ids = [id];
	else if (inbox.pending.length >= PENDING_MAX)
		inbox.beyond = true;
	else
		inbox.pending = [...inbox.pending, id];
}

export function onNotice(m: NoticeMessage): void
{
	const known = notices.has(m.notice.id);
	put(m.notice);
	recount();
	if (!known) {
		inbox.lastArrivalMs = serverNow();
		announce();
		heard(m.notice);
	}
	if (fits(m.notice))
		add(m.notice.id);
}

export async function onChange(m: ChangeMessage): Promise<void>
{
	recount();
	const id = typeof m.notice === 'string' ? m.notice : m.notice.id;
	if (typeof m.notice !== 'string')
		put(m.notice);
	else if ((inbox.mine || notices.has(id)) && !(busy.has(id) && m.by === me.value?.user))
		await refreshNotice(id);
	const now = notices.get(id);
	if (now && !fits(now))
		inbox.pending = inbox.pending.filter((x) => x !== id);
	else if (now && inbox.mine) // handed over, or taken on elsewhere
		add(id);
}

export async function refreshNotice(id: string): Promise<Notice | null>
{
	try {
		const fresh = (await hub.notice(id)).notice;
		put(fresh);
		return fresh;
	} catch {
		return null;
	}
}

export function openInboxOf(body: string | null): void
{
	forgetAll();
	selected.clear();
	counts.value = {};
	Object.assign(inbox, { body, ...asked(), ...NOTHING, pending: [], beyond: false, error: '', lastArrivalMs: 0 });
}

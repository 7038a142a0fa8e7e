// The first sight of the inbox, drawn by the small script that has asked for it, while the page's own script is still on its way: the
// very rows, by the very functions. It stands until the page has drawn the same; what was clicked meanwhile is clicked then. So does
// that of the board, whose inside comes in a file of its own.
import { drawBrand, drawHead, drawNav, drawOrder, drawScope, drawTabs, drawWhose, nameOf } from './components/frame.ts';
import { drawRow } from './components/NoticeRow.ts';
import { remembered, t } from './i18n/words.ts';
import { routeOf, type Route } from './lib/address.ts';
import { h, isPickable, sitAt, type Drawn } from './lib/desk.ts';
import type { Html } from './lib/html.ts';
import { inboxBodiesOf } from './lib/roles.ts';
import { enlarged } from './lib/size.ts';
import { sorted } from './lib/state.ts';
import { workDays } from './lib/worktime.ts';
import type { Board, Me, Notice, Page, PolicyNames, WorkCalendar } from './wire.ts';

// Below this width the frame is arranged by what stands in its head, which the glance leaves out.
const WIDE = `(min-width: ${63.8 * enlarged()}em)`;
const KEPT = 'tr, a, button, input, select';
/** So long the page may take to have as much to show; then it is seen as it is. */
const PATIENCE_MS = 4000;

/** Where something stands, so that it is found again in what the page draws. */
interface Place { row?: string; tag: string; label: string | null }

let sight: HTMLElement | null = null;
let host: HTMLElement | null = null;
let done: (Place & { value?: string })[] = [];

const isAt = (page: RegExp) => (hash: string): boolean => page.test(hash) && remembered() === 'zh' && matchMedia(WIDE).matches;
/** Whether the address and the reader are such that the page begins with the plain list of the reader's first body, or with the board. */
export const glances = isAt(/^#?\/?(inbox)?$/);
export const glancesBoard = isAt(/^#?\/?(board(\?.*)?)?$/);

export interface BoardSeen { who: Me; query: Route['query']; figures: Board; names: PolicyNames; nowMs: number }
/** Who draws the board, once its file is there. */
export const sights: { board?: (seen: BoardSeen) => Drawn } = {};

const box = (tag: string, name: string, children: Drawn | string | (Drawn | string)[] = []): Drawn => h(tag, { class: name }, children);

function inboxOf(who: Me, list: Page<Notice>, nowMs: number): Drawn[]
{
	const bodies = inboxBodiesOf(who);
	const rows = sorted(list.items, nowMs);
	const caption = t('inbox.caption', { body: nameOf(bodies, bodies[0].id), state: t('inbox.tab.todo') });
	return [
		box('section', 'inbox-list', [
			box('div', 'page-head', [h('h1', { id: 'inbox-title' }, t('inbox.title')), drawWhose(bodies, bodies[0].id), drawScope(false)]),
			drawTabs('todo', { todo: list.open }),
			drawOrder(''),
			box('div', 'pill-row'),
			h('table', { class: 'notices fresh', role: 'table' }, [
				box('caption', 'sr', caption),
				drawHead(rows.some(isPickable) ? false : null),
				h('tbody', { role: 'rowgroup' }, rows.map((notice, i) => drawRow({ notice, active: i === 0, open: false }, () => undefined))),
			]),
		]),
		box('div', 'inbox-pane inbox-pick muted', h('p', null, t('inbox.pick'))),
	];
}

function placeOf(of: Element): Place
{
	return { row: of.closest<HTMLElement>('tr[data-id]')?.dataset.id, tag: of.tagName, label: ['aria-label', 'href', 'name'].map((x) => of.getAttribute(x)).find((x) => x) ?? of.firstChild?.textContent ?? '' };
}

function findIn(root: HTMLElement, { row, tag, label }: Place): HTMLElement | undefined
{
	const scope = row ? root.querySelector<HTMLElement>(`tr[data-id="${CSS.escape(row)}"]`) : root;
	return scope?.tagName === tag ? scope : [...scope?.querySelectorAll<HTMLElement>(tag) ?? []].find((x) => placeOf(x).label === label);
}

/** Links lead on by themselves, but for those of a row, which opens beside the list; what else is clicked waits for who can do it. */
function onClick(event: MouseEvent): void
{
	const on = (event.target as Element).closest(KEPT);
	if (!on || /^(TR|SELECT)$/.test(on.tagName) || event.ctrlKey || event.metaKey || event.shiftKey || (on.tagName === 'A' && !on.closest('tr[data-id]')))
		return;
	if (on.tagName === 'A')
		event.preventDefault();
	done.push(placeOf(on));
}

/** So does what is chosen; a box is ticked by its click. */
function onChange({ target }: Event): void
{
	const { type, value } = target as HTMLInputElement;
	if (type !== 'checkbox')
		done.push({ ...placeOf(target as Element), value });
}

function show(who: Me, route: Route, inside: Drawn, open?: number): void
{
	sight = document.getElementById('app')!;
	sight.innerHTML = [
		box('header', 'top', drawBrand()),
		box('div', 'frame', [drawNav(who, route, { body: inboxBodiesOf(who)[0]?.id ?? null }, open), h('main', { 'aria-busy': 'true' }, inside)]),
	].map((x) => (x as unknown as Html).text).join('');
	sight.addEventListener('click', onClick);
	sight.addEventListener('change', onChange);
}

/** Nothing where there is nothing to be seen yet, or more than the first sight can show. */
export function glance(who: Me, list: Page<Notice>, calendar: WorkCalendar | null, nowMs: number): void
{
	if (host || list.items.length === 0)
		return;
	const days = calendar && workDays(calendar);
	sitAt({ now: () => nowMs, days: () => days });
	show(who, routeOf('#/inbox'), box('div', 'inbox', inboxOf(who, list, nowMs)), list.open);
}

export function glanceBoard(seen: Omit<BoardSeen, 'query'>, hash: string): void
{
	const { query } = routeOf(hash);
	if (!host && sights.board)
		show(seen.who, { page: 'board', id: '', query }, sights.board({ ...seen, query }));
}

/** The page's own script could not be had: said above what is seen already, so that nobody waits for it. */
export function ownUp(): void
{
	const notice = document.createElement(sight ? 'div' : 'main');
	notice.innerHTML = [...sight ? [] : [h('h1', null, t('app.title'))],
		h('p', { class: 'note note-red', role: 'alert' }, [`${t('app.partFailed')} `, h('button', { type: 'button' }, t('conn.reload'))])].map((x) => (x as unknown as Html).text).join('');
	notice.querySelector('button')!.addEventListener('click', () => location.reload());
	document.body.prepend(notice);
}

/** Where the page draws itself: beside the first sight, until it has as much to show. */
export function pageHost(): HTMLElement
{
	host = sight?.firstChild ? document.createElement('div') : document.getElementById('app')!;
	setTimeout(takeOver, PATIENCE_MS);
	return host;
}

export function takeOver(): void
{
	if (!host || !sight || host === sight)
		return;
	const at = sight.contains(document.activeElement) ? placeOf(document.activeElement!) : null;
	host.id = sight.id;
	sight.replaceWith(host);
	sight = null;
	const page = host;
	// What stands in a row takes the focus only after the row has been laid out.
	if (at)
		requestAnimationFrame(() => setTimeout(() => findIn(page, at)?.focus()));
	for (const { value, ...place } of done) {
		const on = findIn(page, place);
		if (value === undefined) {
			on?.click();
		} else if (on) {
			(on as HTMLInputElement).value = value;
			on.dispatchEvent(new Event('change', { bubbles: true }));
		}
	}
	done = [];
}

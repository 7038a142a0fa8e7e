// The first sight of the inbox, drawn by the small script that has asked for it, while the page's own script is still on its way: the
// very rows, by the very functions. It stands until the page has drawn the same; what was clicked meanwhile is clicked then.
import { drawBrand, drawHead, drawNav, drawTabs, drawWhose, nameOf } from './components/frame.ts';
import { drawRow } from './components/NoticeRow.ts';
import { remembered, t } from './i18n/words.ts';
import { routeOf } from './lib/address.ts';
import { h, isPickable, sitAt, type Drawn } from './lib/desk.ts';
import type { Html } from './lib/html.ts';
import { inboxBodiesOf } from './lib/roles.ts';
import { sorted } from './lib/state.ts';
import { workDays } from './lib/worktime.ts';
import type { Me, Notice, Page, WorkCalendar } from './wire.ts';

// Below this width the frame is arranged by what stands in its head, which the glance leaves out.
const WIDE = '(min-width: 1021px)';
const KEPT = 'tr, a, button, input, select';

/** Where something stands, so that it is found again in what the page draws. */
interface Place { row?: string; tag: string; label: string | null }

let sight: HTMLElement | null = null;
let host: HTMLElement | null = null;
let clicked: Place[] = [];

/** Whether the address and the reader are such that the page begins with the plain list of the reader's first body. */
export const glances = (hash: string): boolean => /^#?\/?(inbox)?$/.test(hash) && remembered() === 'zh' && matchMedia(WIDE).matches;

const box = (tag: string, name: string, children: Drawn | string | (Drawn | string)[] = []): Drawn => h(tag, { class: name }, children);

function inboxOf(who: Me, list: Page<Notice>, nowMs: number): Drawn[]
{
	const bodies = inboxBodiesOf(who);
	const rows = sorted(list.items, nowMs);
	const caption = t('inbox.caption', { body: nameOf(bodies, bodies[0].id), state: t('inbox.tab.todo') });
	return [
		box('section', 'inbox-list', [
			box('div', 'page-head', [h('h1', { id: 'inbox-title' }, t('inbox.title')), drawWhose(bodies, bodies[0].id)]),
			drawTabs('todo', { todo: list.open }),
			box('p', 'order muted', t('inbox.order')),
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
	return { row: of.closest<HTMLElement>('tr[data-id]')?.dataset.id, tag: of.tagName, label: of.getAttribute('aria-label') ?? of.firstChild?.textContent ?? '' };
}

function findIn(root: HTMLElement, { row, tag, label }: Place): HTMLElement | undefined
{
	const scope = row ? root.querySelector<HTMLElement>(`tr[data-id="${CSS.escape(row)}"]`) : root;
	return scope?.tagName === tag ? scope : [...scope?.querySelectorAll<HTMLElement>(tag) ?? []].find((x) => placeOf(x).label === label);
}

/** Links of the frame lead on by themselves; what else is clicked waits for who can do it. */
function onClick(event: MouseEvent): void
{
	const on = (event.target as Element).closest(KEPT);
	if (!on || on.tagName === 'TR' || event.ctrlKey || event.metaKey || event.shiftKey || (on.tagName === 'A' && !on.closest('tr')))
		return;
	if (on.tagName === 'A')
		event.preventDefault();
	clicked.push(placeOf(on));
}

/** False where there is nothing to be seen yet, or more than the first sight can show. */
export function glance(who: Me, list: Page<Notice>, calendar: WorkCalendar | null, nowMs: number): boolean
{
	if (host || list.items.length === 0)
		return false;
	const days = calendar && workDays(calendar);
	sitAt({ now: () => nowMs, days: () => days });
	sight = document.getElementById('app')!;
	sight.innerHTML = [
		box('header', 'top', drawBrand()),
		box('div', 'frame', [
			drawNav(who, routeOf('#/inbox'), inboxBodiesOf(who)[0].id, list.open),
			h('main', { 'aria-busy': 'true' }, box('div', 'inbox', inboxOf(who, list, nowMs))),
		]),
	].map((x) => (x as unknown as Html).text).join('');
	sight.addEventListener('click', onClick);
	return true;
}

/** Where the page draws itself: beside the first sight, until it has as much to show. */
export function pageHost(): HTMLElement
{
	host = sight?.firstChild ? document.createElement('div') : document.getElementById('app')!;
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
	for (const place of clicked)
		findIn(page, place)?.click();
	clicked = [];
}

// What stands around the list, drawn by functions because it is drawn before Vue is there too: see glance.ts.
import { DATA_LANG, t } from '../i18n/words.ts';
import { href, type Route } from '../lib/address.ts';
import { h, type Drawn } from '../lib/desk.ts';
import { entriesOf, isCurrent, type Place } from '../lib/nav.ts';
import { FILTERS, type Filter } from '../lib/state.ts';
import type { Me } from '../wire.ts';

export const nameOf = (bodies: Me['bodies'], body: string | null): string => bodies.find((b) => b.id === body)?.name || body || '';

export function drawBrand(): Drawn
{
	return h('a', { class: 'brand', href: '#/' }, [
		h('svg', { viewBox: '4 4 24 24', width: 22, height: 22, 'aria-hidden': 'true' }, [
			h('path', { d: 'M6 11h20M6 21h20', stroke: '#fff', 'stroke-width': 3.2, 'stroke-linecap': 'round' }),
			h('g', { fill: '#ffd166' }, [h('circle', { cx: 12, cy: 11, r: 4 }), h('circle', { cx: 20, cy: 21, r: 4 })])]),
		h('span', null, t('app.title')),
	]);
}

/** `open`: how many notices wait. */
export function drawNav(who: Me | null, route: { page: string; query: Readonly<Route['query']> }, at: Place, open = 0): Drawn
{
	return h('nav', { class: 'side', 'aria-label': t('app.nav') }, h('ul', null, entriesOf(who, at).map((e) => h('li', { key: e.word }, h('a', {
		href: href(e.page, '', e.query), 'aria-current': isCurrent(e, route) ? 'page' : undefined,
	}, [`${t(e.word)} `, e.page === 'inbox' && open > 0 ? h('span', { class: 'badge' }, open > 999 ? '999+' : String(open)) : null])))));
}

/** Whose list it is; who handles several bodies' picks one. */
export function drawWhose(bodies: Me['bodies'], body: string | null, pick?: (body: string) => void): Drawn
{
	if (bodies.length < 2)
		return h('span', { class: 'muted', lang: DATA_LANG }, nameOf(bodies, body));
	return h('label', { class: 'body-pick' }, [`${t('inbox.body')} `, h('select', {
		value: body, lang: DATA_LANG, onChange: (event: Event) => pick?.((event.target as HTMLSelectElement).value),
	}, bodies.map((b) => h('option', { key: b.id, value: b.id }, b.name || b.id)))]);
}

/** Everything the body has, or what the reader has in hand of it. */
export function drawScope(mine: boolean, pick?: (scope: string) => void): Drawn
{
	return h('span', { class: 'tabs-small', role: 'group', 'aria-label': t('inbox.scope') }, ['me', ''].map((x) => h('button', {
		type: 'button', 'aria-pressed': String(!!x === mine), onClick: () => pick?.(x),
	}, t(x ? 'inbox.mine' : 'inbox.dept'))));
}

/** How the list is ordered, and what it is to be about: a part of a name, or of a number; `open`: whether it is also asked where and
 * what about. `q` null: the whole pool. */
export function drawOrder(q: string | null, open = false, narrow?: (text: string) => void, sift?: () => void): Drawn
{
	const say = (event: Event): void => narrow?.((event.target as HTMLInputElement).value);
	return h('p', { class: 'order muted' }, [h('span', null, t(q === null ? 'inbox.poolLead' : 'inbox.order')), ...q === null ? [] : [h('button', { type: 'button', 'aria-expanded': String(open), onClick: sift }, t('inbox.sift')), h('input', { type: 'search', name: 'q', maxlength: 128, autocomplete: 'off', 'aria-label': t('inbox.narrow'), placeholder: t('inbox.narrow'), value: q, onInput: say, onChange: say })]]);
}

/** A number is shown where the hub gave one; the page does not add up its own. */
export function drawTabs(current: Filter, counts: Partial<Record<Filter, number>>, pick?: (filter: Filter) => void): Drawn
{
	return h('div', { class: 'tabs', role: 'group', 'aria-label': t('inbox.filters') }, FILTERS.map((f) => h('button', {
		key: f, type: 'button', 'aria-pressed': f === current ? 'true' : 'false', onClick: () => pick?.(f),
	}, [t(`inbox.tab.${f}`), counts[f] === undefined ? null : h('span', { class: 'num count' }, String(counts[f]))])));
}

const COLUMNS = ['state', 'due', 'applicant', 'item', 'act'] as const;

/** `all`: whether all are ticked that can be; nothing where none can be. */
export function drawHead(all: boolean | null, pickAll?: () => void): Drawn
{
	return h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, [
		h('td', { role: 'cell', class: 'c-pick' }, [all === null ? null : h('input', { type: 'checkbox', checked: all, 'aria-label': t('inbox.pickAll'), onChange: pickAll })]),
		...COLUMNS.map((c) => h('th', { role: 'columnheader', scope: 'col', class: `c-${c}` }, t(`inbox.col.${c}`))),
	]));
}

const KINDS = ['xlsx', 'csv'] as const;

export function drawExport(busy = false, save?: (kind: typeof KINDS[number]) => void): Drawn
{
	return h('span', { class: 'push no-print export', role: 'group', 'aria-label': t('export.title'), 'aria-busy': String(busy) }, [
		h('span', { class: 'muted', 'aria-hidden': 'true' }, t(busy ? 'export.busy' : 'export.title')),
		...KINDS.map((k) => h('button', { key: k, type: 'button', disabled: busy, 'aria-label': t('export.as', { kind: k.toUpperCase() }), onClick: () => save?.(k) }, k.toUpperCase())),
	]);
}

// The board's first screen, drawn by functions because it is drawn before Vue is there too: see glance_board.ts.
import { DATA_LANG, t, type Key } from '../i18n/words.ts';
import { href } from '../lib/address.ts';
import { BEHIND, METRICS, percentOf, PERIODS, periodOf, RATES, stepOf, textOf, type gridShown, type Metric } from '../lib/board.ts';
import { h, type Drawn } from '../lib/desk.ts';
import type { Days, Wish } from '../lib/period.ts';
import { clockText, parseTime } from '../lib/time.ts';
import type { Board, Figure, FigureRow, Figures, RegionName } from '../wire.ts';

const NUM = { class: 'num' };
const UNSAID = { 'aria-hidden': 'true' };
const listOf = (figure: Figure, period: Wish): string => href('list', '', { figure, ...period });
const small = (words: string, n: number): (string | Drawn)[] => [`${words} `, h('strong', NUM, String(n))];

const NEEDS: readonly [Figure, string][] = [['pool', '?'], ['overdue', '▲'], ['undelivered', '✕']];

/** First what needs this meeting. Each number is a link to the very things that were counted; `disputes` where they have been told. */
export function drawNeeds(total: Figures, period: Wish, disputes = '…'): Drawn
{
	const need = (what: string, to: string, icon: string, n: string): Drawn => h('li', { key: what }, h('a', { href: to, class: n === '0' ? 'calm' : undefined, 'data-need': what }, [
		h('span', { ...UNSAID, class: 'need-icon' }, icon), h('strong', NUM, n), ' ', h('span', null, t(`board.need.${what}` as Key)),
	]));
	return h('ul', { class: 'needs' }, [
		...NEEDS.map(([figure, icon]) => need(figure, listOf(figure, period), icon, String(total[figure]))),
		need('disputes', href('disputes', '', { state: 'open', region: period.region }), '⚖', disputes),
	]);
}

const STATES: readonly Figure[] = ['open', 'acknowledged', 'claimed', 'returned', 'transferred', 'disputed', 'closed', 'withdrawn', 'superseded'];
const STEPS: readonly Figure[] = ['sent', 'delivered', 'acknowledged_ever', 'claimed_ever', 'fed_back', 'returned_ever', 'no_lead', 'clocks_overdue', 'feedback_overdue'];

/** The figures of the period, each with its list; a rate stands with what it is made of. */
export function drawFigures(total: Figures, period: Wish, brief?: boolean): Drawn[]
{
	const part = (figure: Figure): Drawn => h('a', {
		href: listOf(figure, period), 'data-figure': figure, 'aria-label': `${t(`figure.${figure}`)} ${total[figure]}`,
	}, String(total[figure]));
	const rate = (word: Key, value: string, of: (string | Drawn)[]): Drawn => h('div', { key: word, class: 'rate paper' }, [h('dt', null, t(word)), h('dd', null, [h('strong', NUM, value), ' ', ...of])]);
	const counts = (figures: readonly Figure[]): Drawn => h('ul', null, figures.map((f) => h('li', { key: f }, h('a', { href: listOf(f, period), 'data-figure': f }, small(t(`figure.${f}`), total[f])))));
	const rates = h('dl', { class: 'rates' }, [
		...RATES.map((r) => rate(`rate.${r.rate}`, total[r.rate] === null ? '–' : `${percentOf(total[r.rate]!)}%`, [h('span', NUM, [part(r.part), ' / ', part(r.whole)])])),
		rate('rate.hours_to_claim', total.hours_to_claim === null ? '–' : total.hours_to_claim.toFixed(1), [h('span', null, t('board.hours'))]),
	]);
	return brief ? [rates] : [rates, h('div', { class: 'counts paper' }, [
		h('h3', null, t('board.steps')), counts(STEPS),
		h('h3', null, t('board.states', { n: total.sent })), counts(STATES),
	])];
}

interface Place { row: number; column: number }
export interface GridLook {
	grid: ReturnType<typeof gridShown>; metric: Metric; period: Wish;
	/** The one cell that is a stop of the Tab key. */
	at?: Place; reach?: (event: FocusEvent) => void; walk?: (event: KeyboardEvent) => void;
}
const MARK: Record<number | string, string> = { 1: '▼', 2: '▽' };
const START: Place = { row: 0, column: 0 };

/** County × department, one body a cell, as a table whose cells are links to their lists. What finds no place there stands below. */
export function drawGrid({ grid, metric, period, at = START, reach, walk }: GridLook): Drawn[]
{
	const [rows, columns] = [grid.rows.length - 1, grid.columns.length - 1];
	const [before, after] = [href('list', '', { figure: BEHIND[metric] }), href('', '', { ...period }).replace('#/?', '&')];
	const toList = (row: FigureRow): string => `${before}&body=${encodeURIComponent(row.key)}${after}`;
	const words = (row: FigureRow): string => (row[metric] === null ? t('board.cell.nothing')
		: t(`board.cell.${metric}`, { value: textOf(metric, row), n: row[BEHIND[metric]] }));
	const stop = (i: number, j: number): number => (i === at.row && j === at.column ? 0 : -1);
	/** What stands at the edge is no body, and is not stepped like one. */
	const stepAt = (cell: FigureRow, i: number, j: number): number | string => (i === rows || j === columns ? '-edge' : stepOf(metric, cell));
	const cellOf = (cell: FigureRow | null, i: number, j: number): Drawn => {
		if (!cell)
			return h('td', { key: j, 'data-row': i, 'data-column': j, class: 'step-none', tabindex: stop(i, j) },
				h('span', { class: 'muted' }, [h('span', UNSAID, '·'), h('span', { class: 'sr' }, t('board.noBody'))]));
		const [step, name, said] = [stepAt(cell, i, j), cell.name ?? cell.key, words(cell)];
		return h('td', { key: j, 'data-row': i, 'data-column': j, class: `step${step}` }, h('a', { href: toList(cell), title: `${name} ${said}`, tabindex: stop(i, j) }, [
			h('span', UNSAID, MARK[step] ?? ''), textOf(metric, cell), h('span', { class: 'sr' }, [' ', h('span', { lang: DATA_LANG }, name), ` ${said}`])]));
	};
	const sum = t('board.sum');
	return [
		columns > 0 ? h('div', { class: 'heat-box', role: 'region', 'aria-label': t('board.grid'), tabindex: -1 },
			h('table', { class: 'heat', role: 'grid', 'aria-label': t('board.gridCaption', { metric: t(`board.metric.${metric}`) }), onFocusin: reach, onKeydown: walk }, [
				h('thead', null, h('tr', null, [h('th', { scope: 'col' }, t('board.region')), ...grid.columns.map((c) => h('th', { key: c, scope: 'col', lang: c === sum ? undefined : DATA_LANG }, c))])),
				h('tbody', null, grid.rows.map((r, i) => h('tr', { key: r.region.code }, [
					h('th', { scope: 'row', lang: r.region.code ? DATA_LANG : undefined }, r.region.name), ...r.cells.map((cell, j) => cellOf(cell, i, j))]))),
			])) : h('p', { class: 'empty' }, t('board.empty')),
		...grid.left > 0 ? [h('p', { class: 'muted sub' }, t('board.left', { n: grid.left }))] : [],
		...grid.others.length > 0 ? [h('p', { class: 'others' }, [t('board.others'), ...grid.others.flatMap((o) => [' ', h('a', { key: o.key, href: toList(o), class: 'nowrap' }, [
			h('span', { lang: DATA_LANG }, o.key.startsWith('pool:') ? t('list.pool', { region: o.name ?? o.key }) : o.name ?? o.key), ` ${textOf(metric, o)}`])])])] : [],
	];
}

export interface BoardLook {
	all: boolean; wish: Wish; query: Record<string, string>; nowMs: number; metric: Metric; regions: RegionName[]; figures: Board | null;
	/** Whether the figures follow what happens: not before a connection has been made. */
	line?: 'live' | 'cut';
	exports: Drawn; needs: Drawn | null; grid: Drawn[]; note?: Drawn | null; rest?: Drawn[];
	pick?: (change: Record<string, string | undefined>) => void; print?: () => void;
}
const TOLD = { live: 'board.asOfLive', cut: 'board.asOf' } as const;
const valueOf = (event: Event): string => (event.target as HTMLInputElement).value;

function drawHead({ all, wish, query, figures, line, exports, print }: BoardLook): Drawn
{
	return h('div', { class: 'page-head' }, [
		h('h1', { id: 'board-title' }, t(all ? 'board.title' : 'board.titleOwn')),
		figures ? h('span', { class: line === 'cut' ? 'muted num late' : 'muted num' }, t(line ? TOLD[line] : 'conn.asOf', { time: clockText(parseTime(figures.at) ?? 0) })) : null,
		h('span', { class: 'push no-print links' }, [
			h('a', { href: href('reports', '', { region: wish.region }) }, t('report.link')), h('a', { href: href('screen', '', query) }, t('nav.screen')),
			exports, h('button', { type: 'button', onClick: print }, t('board.print'))]),
	]);
}

const select = (name: string, options: readonly [string, string][], at: string, lang: string | undefined, onChange: (event: Event) => void): Drawn =>
	h('select', { name, lang, onChange }, options.map(([value, word]) => h('option', { key: value, value, selected: value === at }, word)));

function drawPick({ wish, nowMs, regions, pick }: BoardLook): Drawn
{
	const isAt = (days: Days): boolean => days.from === wish.from && days.to === wish.to;
	const day = (name: 'from' | 'to', bound: object): Drawn => h('label', null, [`${t(`board.date.${name}`)} `,
		h('input', { type: 'date', name, value: wish[name], ...bound, onChange: (event: Event) => valueOf(event) && pick?.({ [name]: valueOf(event) }) })]);
	return h('form', { class: 'board-pick no-print', 'aria-label': t('board.pick') }, [
		h('span', { class: 'tabs-small' }, PERIODS.map((p) => h('button', {
			key: p, type: 'button', 'aria-pressed': String(isAt(periodOf(p, nowMs))), onClick: () => pick?.({ ...periodOf(p, nowMs) }),
		}, t(`board.period.${p}`)))),
		day('from', { max: wish.to }), day('to', { min: wish.from }),
		h('label', null, [`${t('board.regionPick')} `, select('region', [['', t('board.everywhere')], ...regions.filter((r) => r.level !== 'province').map((r) => [r.code, r.name] as [string, string])],
			wish.region ?? '', DATA_LANG, (event) => pick?.({ region: valueOf(event) || undefined }))]),
	]);
}

export function drawBoard(b: BoardLook): Drawn
{
	const { figures, metric, needs, grid, note = null, rest = [], pick } = b;
	return h('section', { class: 'page board', 'aria-labelledby': 'board-title' }, [
		drawHead(b), drawPick(b), note,
		...figures ? [
			h('h2', null, t('board.needs')), needs,
			h('h2', { class: 'gap' }, t('board.figures')), ...drawFigures(figures.total, b.wish),
			h('div', { class: 'timeline-head' }, [h('h2', null, t('board.grid')),
				h('label', { class: 'no-print' }, [`${t('board.metric')} `, select('metric', METRICS.map((m) => [m, t(`board.metric.${m}`)]), metric, undefined, (event) => pick?.({ metric: valueOf(event) }))]),
				h('span', { class: 'muted keys no-print' }, t('board.keys'))]),
			...grid,
			h('p', { class: 'muted legend-line' }, [h('span', { class: 'step1' }, `▼ ${t('board.step.1')}`), h('span', { class: 'step2' }, '▽'), h('span', { class: 'step3' }), h('span', { class: 'step4' }),
				h('span', { class: 'step5' }, t('board.step.5')), h('span', { class: 'step-1' }, t('board.step.few'))]),
			...rest,
		] : [],
	]);
}

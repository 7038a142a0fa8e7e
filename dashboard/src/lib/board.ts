// The board's own arithmetic, which is little: the hub counts. How a value is stepped for the eye, what stands where in the
// table of counties and departments, and which days a period has.
import type { BodyName, Figure, FigureRow, Rate, RegionName } from '../wire.ts';
import { DAY_MS, dayText, quarterUpTo, type Days } from './period.ts';

export type Metric = 'on_time_rate' | 'overdue' | 'hours_to_claim' | 'sent';
export const METRICS: readonly Metric[] = ['on_time_rate', 'overdue', 'hours_to_claim', 'sent'];
/** The figure whose list stands behind the metric's value. */
export const BEHIND: Record<Metric, Figure> = { on_time_rate: 'due', overdue: 'overdue', hours_to_claim: 'lead_claimed', sent: 'sent' };
/** Fewer than this say nothing about a rate. */
export const FEW = 5;

/** From 1, very bad, to 5, very good; 0 where more is neither, -1 where there is nothing or too little. */
export function stepOf(metric: Metric, row: FigureRow): number
{
	const value = row[metric];
	if (metric === 'sent')
		return 0;
	if (value === null)
		return -1;
	if (metric === 'overdue')
		return row.sent === 0 ? -1 : value === 0 ? 5 : value <= 2 ? 4 : value <= 5 ? 3 : value <= 10 ? 2 : 1;
	if (row[BEHIND[metric]] < FEW)
		return -1;
	if (metric === 'hours_to_claim')
		return value <= 4 ? 5 : value <= 8 ? 4 : value <= 16 ? 3 : value <= 24 ? 2 : 1;
	const percent = percentOf(value);
	return percent >= 98 ? 5 : percent >= 95 ? 4 : percent >= 90 ? 3 : percent >= 80 ? 2 : 1;
}

/** Cut down, not rounded, so that the number and its colour never disagree. A rate has four places, so ten thousand of it is whole. */
export const percentOf = (rate: number): number => Math.floor(Math.round(rate * 10_000) / 100);

export function textOf(metric: Metric, row: FigureRow): string
{
	const value = row[metric];
	if (value === null)
		return '–';
	return metric === 'on_time_rate' ? String(percentOf(value)) : metric === 'hours_to_claim' ? value.toFixed(1) : String(value);
}

/** What each rate divides by what. */
export const RATES: readonly { rate: Exclude<Rate, 'hours_to_claim'>; part: Figure; whole: Figure }[] = [
	{ rate: 'claim_rate', part: 'lead_claimed', whole: 'lead_standing' }, { rate: 'on_time_rate', part: 'claimed_in_time', whole: 'due' },
	{ rate: 'return_rate', part: 'returned_ever', whole: 'sent' }, { rate: 'first_hit_rate', part: 'first_hit', whole: 'first_sent' },
];

/** What several bodies come to together. Its key is all of theirs, so that the very same link opens the list of them all. */
export function sumOf(rows: FigureRow[], name: string): FigureRow
{
	const sum = { ...rows[0], key: rows.map((r) => r.key).join(','), name };
	for (const figure of Object.keys(sum) as Figure[])
		if (Number.isInteger(sum[figure]))
			sum[figure] = rows.reduce((n, r) => n + r[figure], 0);
	for (const { rate, part, whole } of RATES)
		sum[rate] = sum[whole] === 0 ? null : Math.round(sum[part] / sum[whole] * 10_000) / 10_000;
	sum.hours_to_claim = sum.lead_claimed === 0 ? null : rows.reduce((n, r) => n + (r.hours_to_claim ?? 0) * r.lead_claimed, 0) / sum.lead_claimed;
	return sum;
}

/** Fewer than this are not ranked. */
export const FEW_TO_RANK = 10;
export interface Rank { place: number; percent: string; row: FigureRow }

/** The best first. Whoever shows the same share has the same place, and who has too little to be held to has none. */
export function rankOf(rows: FigureRow[]): { ranks: Rank[]; few: FigureRow[] }
{
	const share = (r: FigureRow): number => Math.floor(r.ranked_in_time * 1000 / r.ranked);
	const held = rows.filter((r) => r.ranked >= FEW_TO_RANK).sort((a, b) => share(b) - share(a) || b.ranked - a.ranked);
	return {
		ranks: held.map((row) => ({ row, place: 1 + held.findIndex((r) => share(r) === share(row)), percent: (share(row) / 10).toFixed(1) })),
		few: rows.filter((r) => r.ranked < FEW_TO_RANK),
	};
}

export type RankBy = 'region' | 'body';

/** Who is ranked: those that supervise, each alone or all of a county together. */
export function rankedRows(items: FigureRow[], bodies: Map<string, BodyName>, regions: RegionName[], by: RankBy): FigureRow[]
{
	const rows = items.filter((r) => ['supervision', 'enforcement'].includes(bodies.get(r.key)?.kind ?? ''));
	if (by === 'body')
		return rows;
	return regions.map((region) => ({ region, of: rows.filter((r) => bodies.get(r.key)!.region === region.code) }))
		.filter((x) => x.of.length > 0).map((x) => sumOf(x.of, x.region.name));
}

export interface Grid { columns: string[]; rows: { region: RegionName; cells: (FigureRow | null)[] }[]; others: FigureRow[] }

/** A row a region, a column a department, each cell one body. What finds no place there (pools, bureaus, a second body) is listed apart. */
export function gridOf(items: FigureRow[], bodies: Map<string, BodyName>, regions: RegionName[]): Grid
{
	const at = new Map<string, FigureRow>();
	const others: FigureRow[] = [];
	const columns = new Map<string, number>();
	const used = new Set<string>();
	for (const row of items) {
		const body = bodies.get(row.key);
		const column = body?.sectors[0];
		if (!body || !column || at.has(`${body.region} ${column}`)) {
			others.push(row);
			continue;
		}
		at.set(`${body.region} ${column}`, row);
		columns.set(column, (columns.get(column) ?? 0) + row.sent);
		used.add(body.region);
	}
	const names = [...columns].sort((a, b) => b[1] - a[1]).map(([name]) => name);
	return {
		columns: names, others,
		rows: regions.filter((r) => used.has(r.code)).map((region) => ({ region, cells: names.map((c) => at.get(`${region.code} ${c}`) ?? null) })),
	};
}

/** The table with what its rows, its columns and all of it come to at the edges. */
export function withSums(grid: Grid, word: string): Grid
{
	const there = (cells: (FigureRow | null)[]): FigureRow[] => cells.filter((c): c is FigureRow => c !== null);
	const sum = (cells: (FigureRow | null)[], name: string): FigureRow => sumOf(there(cells), `${name} ${word}`);
	const foot = grid.columns.map((column, j) => sum(grid.rows.map((r) => r.cells[j]), column));
	const region = { code: '', name: word, level: '', parent: null };
	return {
		...grid, columns: [...grid.columns, word],
		rows: [...grid.rows.map((r) => ({ ...r, cells: [...r.cells, sum(r.cells, r.region.name)] })),
			{ region, cells: [...foot, sumOf(grid.rows.flatMap((r) => there(r.cells)), word)] }],
	};
}


/** The last days of a period that has more. */
export function lastDays(from: string, to: string, days: number): string
{
	const first = dayText(Date.parse(to + 'T00:00:00+08:00') - (days - 1) * DAY_MS);
	return first > from ? first : from;
}

export type Period = 'month' | 'last' | 'quarter';
export const PERIODS: readonly Period[] = ['month', 'last', 'quarter'];

/** The days of a named period, in Beijing. */
export function periodOf(period: Period, nowMs: number): Days
{
	const today = dayText(nowMs);
	const first = today.slice(0, 8) + '01';
	if (period === 'month')
		return { from: first, to: today };
	if (period === 'quarter')
		return quarterUpTo(nowMs);
	const before = dayText(Date.parse(first + 'T00:00:00+08:00') - DAY_MS);
	return { from: before.slice(0, 8) + '01', to: before };
}

/** The days of a month that have been. */
export function monthOf(month: string, nowMs: number): { from: string; to: string }
{
	const [year, number] = month.split('-').map(Number);
	const last = new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
	const today = dayText(nowMs);
	return { from: `${month}-01`, to: last > today && today.startsWith(month) ? today : last };
}

export const monthBefore = (month: string): string => new Date(Date.parse(`${month}-01`) - DAY_MS).toISOString().slice(0, 7);

export interface Point { x: number; y: number; row: FigureRow }

/** Points of a line, inside a box that is 0..width and 0..height with 0 at its foot. Days without anything sent are none. */
export function pointsOf(days: FigureRow[], from: string, to: string, figure: Figure, size: { width: number; height: number; max: number }): Point[]
{
	const start = Date.parse(from);
	const length = Math.max(1, (Date.parse(to) - start) / DAY_MS);
	return days.map((row) => ({
		row, x: (Date.parse(row.key) - start) / DAY_MS / length * size.width, y: size.height - row[figure] / Math.max(1, size.max) * size.height,
	}));
}

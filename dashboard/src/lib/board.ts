// The board's own arithmetic, which is little: the hub counts. How a value is stepped for the eye, what stands where in the
// table of counties and departments, and which days a period has.
import type { BodyName, Figure, FigureRow, PolicyNames, Rate, RegionName } from '../wire.ts';
import { DAY_MS, dayText, quarterUpTo, type Days } from './period.ts';

export type Metric = 'on_time_rate' | 'overdue' | 'hours_to_claim' | 'sent';
export const METRICS: readonly Metric[] = ['on_time_rate', 'overdue', 'hours_to_claim', 'sent'];
export const metricOf = (query: Readonly<Record<string, string>>): Metric => METRICS.find((m) => m === query.metric) ?? 'on_time_rate';
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
	{ rate: 'return_rate', part: 'returned_ever', whole: 'sent' }, { rate: 'first_hit_rate', part: 'first_hit', whole: 'lead_sent' },
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

/** As much of it as there is room for; the sums have in what is left out. */
export function gridShown(items: FigureRow[], names: PolicyNames | null, word: string, max = Infinity): Grid & { left: number }
{
	const whole = withSums(gridOf(items, new Map((names?.bodies ?? []).map((b) => [b.id, b])), names?.regions ?? []), word);
	const fits = <T>(cells: T[]): T[] => cells.filter((_, j) => j < max || j === cells.length - 1);
	return { ...whole, columns: fits(whole.columns), rows: whole.rows.map((r) => ({ ...r, cells: fits(r.cells) })), left: Math.max(0, whole.columns.length - 1 - max) };
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

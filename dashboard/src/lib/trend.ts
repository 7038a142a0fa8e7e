// The days and months of a period, and the line they make.
import type { Figure, FigureRow } from '../wire.ts';
import { DAY_MS, dayText } from './period.ts';

/** The last days of a period that has more. */
export function lastDays(from: string, to: string, days: number): string
{
	const first = dayText(Date.parse(to + 'T00:00:00+08:00') - (days - 1) * DAY_MS);
	return first > from ? first : from;
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

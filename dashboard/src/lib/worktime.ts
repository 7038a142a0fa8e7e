// Working time: the office hours of working days, counted as the hub counts them (calendar_working_minutes).
import type { WorkCalendar } from '../wire.ts';
import { minuteText, parseTime } from './time.ts';

const DAY_MS = 24 * 3600 * 1000;
const MINUTE_MS = 60_000;

export interface WorkDays { from: string; to: string; opens: string; closes: string; off: Set<string> }
export const workDays = (c: WorkCalendar): WorkDays => ({ from: c.from, to: c.to, opens: c.opens, closes: c.closes, off: new Set(c.days_off) });

const dayOf = (ms: number): string => minuteText(ms).slice(0, 10);
const momentOf = (day: string, clock: string): number => parseTime(`${day}T${clock}:00+08:00`) ?? 0;

/** Minutes of office hours between two moments; null where the calendar at hand does not reach. */
export function workingMinutes(c: WorkDays, fromMs: number, toMs: number): number | null
{
	if (dayOf(fromMs) < c.from || dayOf(toMs) > c.to)
		return null;
	let total = 0;
	for (let ms = momentOf(dayOf(fromMs), '00:00'); ms <= toMs; ms += DAY_MS) {
		const day = dayOf(ms);
		if (c.off.has(day))
			continue;
		total += Math.max(0, Math.min(momentOf(day, c.closes), toMs) - Math.max(momentOf(day, c.opens), fromMs));
	}
	return Math.floor(total / MINUTE_MS);
}

export interface WorkSpan { late: boolean; days: number; hours: number; minutes: number }

/** How much working time is left, or has passed, in whole working days, hours and minutes; null as above. */
export function workSpan(c: WorkDays, dueMs: number, nowMs: number): WorkSpan | null
{
	const late = nowMs > dueMs;
	const minutes = workingMinutes(c, Math.min(dueMs, nowMs), Math.max(dueMs, nowMs));
	if (minutes === null)
		return null;
	const day = (momentOf(c.from, c.closes) - momentOf(c.from, c.opens)) / MINUTE_MS;
	return { late, days: Math.floor(minutes / day), hours: Math.floor((minutes % day) / 60), minutes: minutes % 60 };
}

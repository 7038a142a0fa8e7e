// Beijing time, whatever the machine's own clock and zone say. China has kept UTC+8 without summer time since
// 1992, so adding eight hours and reading the UTC fields is exact for every date this product can meet.

const BEIJING_OFFSET_MS = 8 * 3600 * 1000;
const MINUTE_MS = 60 * 1000;

const two = (n: number): string => String(n).padStart(2, '0');

function beijing(ms: number): Date
{
	return new Date(ms + BEIJING_OFFSET_MS);
}

/** RFC 3339 text to milliseconds; null for nothing or nonsense. */
export function parseTime(text: string | null | undefined): number | null
{
	if (!text)
		return null;
	const ms = Date.parse(text);
	return Number.isNaN(ms) ? null : ms;
}

/** "2026-11-25 23:59" */
export function minuteText(ms: number): string
{
	const d = beijing(ms);
	return `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
}

/** "11-25 23:59" in the year of `now`, else with the year. */
export function shortText(ms: number, nowMs: number): string
{
	const whole = minuteText(ms);
	return whole.slice(0, 4) === minuteText(nowMs).slice(0, 4) ? whole.slice(5) : whole;
}

/** "11-25 23:59:07": evidence is told to the second. */
export function secondText(ms: number, nowMs: number): string
{
	return `${shortText(ms, nowMs)}:${two(beijing(ms).getUTCSeconds())}`;
}

/** "10:30:05" */
export function clockText(ms: number): string
{
	const d = beijing(ms);
	return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
}

export interface Span { late: boolean; days: number; hours: number; minutes: number }

/** How far `dueMs` lies ahead of or behind now, in natural time, cut down to whole minutes. */
export function spanTo(dueMs: number, nowMs: number): Span
{
	const minutes = Math.floor(Math.abs(dueMs - nowMs) / MINUTE_MS);
	return {
		late: nowMs > dueMs,
		days: Math.floor(minutes / 1440),
		hours: Math.floor((minutes % 1440) / 60),
		minutes: minutes % 60,
	};
}

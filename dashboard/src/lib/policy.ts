// What the hub says about versions of the policy, taken apart for the page.
import type { PolicyLife, PolicyStep } from '../wire.ts';

export const DAYS_MAX = 3660;
export const DAYS_USUAL = 30;

/** Steps come the newest first. */
export const lastStep = (life: PolicyLife, step: PolicyStep['step']): PolicyStep | undefined => life.steps.find((s) => s.step === step);

export const percentText = (changed: number, events: number): string => (events > 0 ? (100 * changed / events).toFixed(2) : '0');

export interface Retold { how: 'gained' | 'lost' | 'altered' | 'same'; body: string; role: string; was: string }

/** `+zjj-371302 copy; wjw-371302 lead instead of assist`, as the hub sums a difference up; nothing when only problems differ. */
export function retold(what: string): Retold[]
{
	return what === 'problems only' ? [] : what.split('; ').map((text) => {
		const [first, role = '', , , was = ''] = text.split(' ');
		if (first.startsWith('+') || first.startsWith('-'))
			return { how: first.startsWith('+') ? 'gained' : 'lost', body: first.slice(1), role, was: '' };
		return was ? { how: 'altered', body: first, role, was } : { how: 'same', body: first, role: '', was: '' };
	});
}

/** What is typed into a field for a time is Beijing's, whatever the computer's zone; null when it is none or has passed. */
export function beijingTime(typed: string, nowMs: number): string | null
{
	const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(typed) ? `${typed}:00+08:00` : '';
	return Date.parse(at) > nowMs ? at : null;
}

/** A number within its bounds, or null. */
export function numberIn(typed: string, min: number, max: number, whole: boolean): number | null
{
	const text = typed.trim();
	if (!(whole ? /^\d+$/ : /^\d+(\.\d+)?$/).test(text))
		return null;
	return Number(text) >= min && Number(text) <= max ? Number(text) : null;
}

/** `role: lead; to: sector@here`, what a whole row says, cell by cell. */
export function cellsOf(row: string): { column: string; cell: string }[]
{
	return row.split('; ').map((text) => {
		const at = text.indexOf(': ');
		return { column: at < 0 ? '' : text.slice(0, at), cell: at < 0 ? text : text.slice(at + 2) };
	});
}

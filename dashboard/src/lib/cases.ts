// The case numbers out of a bureau's own list: the column that is headed so, or the first. Pure.
import { rowsOf, textOf } from './csv.ts';

export const CASES_MAX = 10_000;
const HEADINGS = ['受理编号', '办件编号', '办件号', 'case'];
const CASE = /^[\x21-\x7e]{1,128}$/;

/** Each once, in the order of the list, or why there are none. */
export function casesOf(bytes: ArrayBuffer): string[] | 'unreadable' | 'empty' | 'mangled' | 'many' | 'value'
{
	const text = textOf(bytes);
	const table = text === null ? null : rowsOf(text);
	if (!table || table.fault > 0)
		return 'unreadable';
	const heads = (table.rows[0] ?? []).map((c) => c.trim());
	const column = heads.findIndex((h) => HEADINGS.includes(h));
	// A ' in front is how a long number is kept whole in a CSV.
	const cases = table.rows.slice(column >= 0 || !CASE.test(heads[0] ?? '') ? 1 : 0).map((row) => (row[Math.max(column, 0)] ?? '').trim().replace(/^'/, '')).filter((c) => c !== '');
	if (cases.length === 0)
		return 'empty';
	if (cases.some((c) => /^\d(\.\d+)?E\+\d+$/i.test(c)))
		return 'mangled';
	if (cases.some((c) => !CASE.test(c)))
		return 'value';
	const each = [...new Set(cases)];
	return each.length > CASES_MAX ? 'many' : each;
}

// What a cell of rules.csv says in a code, in words; everything else in it is data and stays as it is.
import { bodyOf, regionOf } from '../composables/useNames.ts';
import { t, tCode } from '../i18n/index.ts';

const SPANS: Record<string, (n: string) => string> = {
	wd: (n) => t('span.workDays', { n }), d: (d) => t('span.wholeDays', { d }), h: (h) => t('span.hours', { h, m: 0 }), m: (m) => t('span.minutes', { m }),
};
function span(cell: string): string
{
	const [, n, unit] = /^(\d+)(wd|d|h|m)$/.exec(cell) ?? [];
	return unit ? SPANS[unit](n) : cell;
}
/** "!" in front: none of these. */
const each = (cell: string, word: (x: string) => string): string => (cell[0] === '!' ? '≠ ' : '') + cell.replace('!', '').split('|').map(word).join(t('app.and'));

const WORDS: Record<string, (cell: string) => string> = {
	role: (c) => tCode('role', c), event: (c) => each(c, (x) => tCode('type', `approval.${x}`).replace('approval.', '')), via: (c) => each(c, (x) => tCode('channel', x)),
	devolution: (c) => each(c, (x) => tCode('devolution', x)), due: span, feedback: span,
	to: (c) => bodyOf(c.replace('body:', ''))?.name ?? c, region: (c) => regionOf(c)?.name ?? c,
};
/** The names of bodies and regions are data although they were looked up. */
export const isData = (column: string): boolean => !(column in WORDS) || column === 'to' || column === 'region';
export const ruleCell = (column: string, cell: string): string => (WORDS[column] ?? String)(cell);

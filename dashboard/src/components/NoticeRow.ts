// A row of the inbox, drawn by hand and not from a template because there are fifty of it: see drawn.ts.
import type { FunctionalComponent } from 'vue';
import { DATA_LANG, t, tCode } from '../i18n/words.ts';
import { allows, desk, h, isPickable, type Drawn } from '../lib/desk.ts';
import { lookOf, owesFeedback } from '../lib/state.ts';
import type { Notice } from '../wire.ts';
import { actButtons, beijingTime, dueOf, dueText, moreItems, stateTag } from './drawn.ts';

interface Row { notice: Notice; active: boolean; open: boolean }
type Emit = (event: 'open') => void;

const cell = (name: string, more: object = {}): object => ({ role: 'cell', class: `c-${name}`, ...more });
const [PICK, STATE, APPLICANT, ITEM, ACT] = ['pick', 'state', 'applicant', 'item', 'act'].map((name) => cell(name));
const SUB = { class: 'muted sub' };
const NUM = { class: 'num' };
const WHOLE = { class: 'nowrap' };
const DATA = { lang: DATA_LANG };

function pickBox({ notice, active }: Row): Drawn | null
{
	return !isPickable(notice) ? null : h('input', {
		type: 'checkbox', checked: desk.picked(notice.id), tabindex: active ? undefined : -1,
		'aria-label': t('inbox.pickRow', { name: notice.applicant.name }), onChange: () => desk.pick(notice.id),
	});
}

function part(notice: Notice, owed: boolean): string
{
	if (notice.letter)
		return t('notice.cause.letter');
	if (owed)
		return t('notice.owes');
	if (notice.state === 'acknowledged' && notice.role === 'lead')
		return t('notice.mustClaim');
	return t(notice.cause === 'archive' ? 'notice.cause.archive' : `role.${notice.role}`);
}

/** A plain click opens beside the list; with a modifier key the link does what links do. */
function onLink(event: MouseEvent, emit: Emit): void
{
	event.stopPropagation();
	if (event.ctrlKey || event.metaKey || event.shiftKey)
		return;
	event.preventDefault();
	emit('open');
}

/** What the claimed row is waiting for stands in it; the other forms are in the detail. */
function feedBack({ notice, active }: Row, emit: Emit): Drawn | null
{
	if (notice.state !== 'claimed' || !allows(notice, 'feedback'))
		return null;
	const open = (event: Event): void => {
		event.stopPropagation();
		desk.form(notice.id, 'feedback');
		emit('open');
	};
	return h('span', { class: 'acts' }, h('button', {
		type: 'button', tabindex: active ? undefined : -1, disabled: !desk.live(),
		'aria-label': t('act.formOf', { act: t('act.of.feedback'), name: notice.applicant.name }), onClick: open,
	}, t('act.of.feedback')));
}

export function drawRow(row: Row, emit: Emit): Drawn
{
	const { notice, active, open } = row;
	const owed = owesFeedback(notice);
	const look = lookOf(notice, desk.now());
	return h('tr', {
		role: 'row', 'data-id': notice.id, 'data-state': notice.state, tabindex: active ? 0 : -1, class: open ? `row-${look} open` : `row-${look}`, 'aria-current': open ? 'true' : undefined,
	}, [
		h('td', PICK, [pickBox(row)]),
		h('td', STATE, [stateTag({ look, letter: !!notice.letter }), h('span', SUB, part(notice, owed))]),
		h('td', cell('due', { 'data-label': t(owed ? 'notice.feedbackDue' : 'notice.due') }), [dueText(owed ? { ...dueOf(notice), due: notice.feedback_due, met: false } : dueOf(notice))]),
		h('td', APPLICANT, [
			h('a', { ...DATA, href: `#/notice/${encodeURIComponent(notice.id)}`, tabindex: active ? undefined : -1, onClick: (e: MouseEvent) => onLink(e, emit) }, notice.applicant.name),
			h('span', SUB, [h('span', NUM, notice.case)]),
		]),
		h('td', ITEM, [
			h('span', DATA, notice.item.name || notice.item.code), moreItems(notice),
			h('span', SUB, [
				h('span', WHOLE, `${tCode('type', notice.type)} ·`), ' ',
				h('span', WHOLE, [h('span', DATA, notice.region_name || notice.region), ' ·']), ' ', beijingTime({ at: notice.received, short: true }),
			]),
		]),
		h('td', ACT, [actButtons({ notice, tab: active }), feedBack(row, emit)]),
	]);
}
export const NoticeRow: FunctionalComponent<Row, { open: [] }> = (row, { emit }) => drawRow(row, emit);
Object.assign(NoticeRow, { props: ['notice', 'active', 'open'], emits: ['open'], inheritAttrs: false });

// What stands in every row of a list, drawn by functions: fifty rows that call them are there in half the time that fifty rows of
// components take, and they are drawn before Vue is there. Each is a component as well, for where there is one of it.
import type { FunctionalComponent } from 'vue';
import { t, type Key } from '../i18n/words.ts';
import { allows, desk, h, type Drawn } from '../lib/desk.ts';
import { doneAt, ICON, isDropped, isPaused, isTodo, type Look } from '../lib/state.ts';
import { minuteText, parseTime, secondText, shortText, spanTo } from '../lib/time.ts';
import { workSpan } from '../lib/worktime.ts';
import type { Notice, Verb } from '../wire.ts';

const MUTED = { class: 'muted' };
const LATE = { class: 'late' };
const SENDING = { class: 'muted acts' };

interface Moment { at: string; short?: boolean; seconds?: boolean }

export function beijingTime({ at, short, seconds }: Moment): Drawn
{
	const ms = parseTime(at);
	const title = ms === null ? undefined : minuteText(ms);
	return h('time', { class: 'num', datetime: at, title }, ms === null ? at
		: seconds ? secondText(ms, desk.now()) : short ? shortText(ms, desk.now()) : title);
}

/** A registration's notice is for every item that its scope implies for the body; the first is named, the rest are counted. */
export function moreItems({ items }: Pick<Notice, 'items'>): string
{
	return items && items.length > 1 ? ` ${t('notice.moreItems', { n: items.length })}` : '';
}

/** `letter`: what another notice has claimed, a letter has answered. */
interface Tag { look: Look; letter?: boolean }

const ICON_OF = { class: 'tag-icon', 'aria-hidden': 'true' };
export function stateTag({ look, letter }: Tag): Drawn
{
	return h('span', { class: `tag tag-${look}` }, [h('span', ICON_OF, ICON[look]), h('span', null, t(letter && look === 'claimed' ? 'letter.answered' : `state.${look}`))]);
}

/** `met`: the step has been done, so the clock no longer runs; `doneAt`, where known, says whether that was in time. */
interface Due { due: string | null; met: boolean; dropped?: boolean; doneAt?: string | null; provisional?: boolean; paused?: boolean }

/** So far away nobody counts the hours. */
const FAR_DAYS = 30;

/** In working time, which is how deadlines are set; in natural time only where no calendar reaches. */
function words(due: number, now: number): { late: boolean; text: string }
{
	const days = desk.days();
	const work = days ? workSpan(days, due, now) : null;
	if (!work) {
		const s = spanTo(due, now);
		return { late: s.late, text: s.days >= FAR_DAYS ? t('span.wholeDays', { d: s.days }) : s.days > 0 ? t('span.days', { d: s.days, h: s.hours }) : s.hours > 0 ? t('span.hours', { h: s.hours, m: s.minutes })
			: t('span.minutes', { m: s.minutes }) };
	}
	const parts = [work.days > 0 ? t('span.workDays', { n: work.days }) : '', work.hours > 0 ? t('span.workHours', { n: work.hours }) : '',
		work.days === 0 && work.hours === 0 && work.minutes > 0 ? t('span.workMinutes', { n: work.minutes }) : ''];
	return { late: work.late, text: parts.filter(Boolean).join(' ') };
}

/** Outside office hours nothing of the working time may be left, and the deadline still lie ahead. */
function running(due: number): Drawn
{
	const { late, text } = words(due, desk.now());
	return h('span', late ? LATE : null, text ? t(late ? 'span.late' : 'span.left', { span: text }) : t(late ? 'span.justLate' : 'span.noWorkLeft'));
}

/** The first clock of a notice. */
export const dueOf = (n: Notice): Due => ({ due: n.due, met: !isTodo(n.state, n.role), dropped: isDropped(n.state), doneAt: doneAt(n), provisional: n.provisional, paused: isPaused(n) });

export function dueText({ due, met, dropped, doneAt: at, provisional, paused }: Due): Drawn
{
	if (!due)
		return h('span', MUTED, t(paused ? 'life.pausing' : 'notice.none'));
	const ms = parseTime(due);
	const late = (parseTime(at) ?? 0) > (ms ?? Infinity);
	return h('span', { class: 'due' }, [
		beijingTime({ at: due, short: true }),
		dropped ? h('span', MUTED, t('notice.dropped')) : met ? h('span', MUTED, t(late ? 'notice.metLate' : 'notice.met')) : ms === null ? null : running(ms),
		provisional ? h('span', MUTED, t('notice.provisional')) : null,
	]);
}

/** `tab`: whether the buttons are stops of the Tab key; in the list only those of the active row are. */
interface Acts { notice: Notice; tab?: boolean; reason?: boolean }

const VERBS: { verb: Verb; word: Key; of: Key }[] = [
	{ verb: 'claim', word: 'act.of.claim', of: 'act.claimOf' },
	{ verb: 'acknowledge', word: 'act.of.acknowledge', of: 'act.acknowledgeOf' },
];

export function actButtons({ notice, tab, reason }: Acts): Drawn | null
{
	if (desk.busy(notice.id))
		return h('span', SENDING, t('act.sending'));
	const offered = VERBS.filter((x) => allows(notice, x.verb));
	if (offered.length === 0)
		return null;
	const live = desk.live();
	return h('span', { class: 'acts' }, [
		...offered.map((x, i) => h('button', {
			key: x.verb, type: 'button', class: i === 0 ? 'primary' : undefined, tabindex: tab ? undefined : -1, disabled: !live,
			title: live ? undefined : t('conn.whyDisabled'), 'aria-label': t(x.of, { name: notice.applicant.name }), onClick: (e: Event) => desk.press(e, notice.id, x.verb),
		}, t(x.word))),
		reason && !live ? h('span', { class: 'why-disabled' }, t('conn.whyDisabled')) : null,
	]);
}

function component<Props>(draw: (props: Props) => Drawn | null, props: FunctionalComponent<Props>['props']): FunctionalComponent<Props>
{
	return Object.assign((p: Props) => draw(p), { props, inheritAttrs: false });
}
export const BeijingTime = component<Moment>(beijingTime, { at: null, short: Boolean, seconds: Boolean });
export const StateTag = component<Tag>(stateTag, { look: null, letter: Boolean });
export const DueText = component<Due>(dueText, { due: null, met: Boolean, dropped: Boolean, doneAt: null, provisional: Boolean, paused: Boolean });
export const ActButtons = component<Acts>(actButtons, { notice: null, tab: { type: Boolean, default: true }, reason: Boolean });

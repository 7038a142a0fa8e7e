// 签收, 认领 and 反馈 of many at once: the hub answers for each of them, and each one's answer is told.
import { HubError } from '../hub.ts';
import { bulk, BULK_MAX } from '../hub_later.ts';
import { t } from '../i18n/index.ts';
import { reasonOf } from '../lib/reason.ts';
import type { Said } from '../lib/said.ts';
import type { BulkResult, Notice, Verb } from '../wire.ts';
import { doneText, reached, refusalOf } from './useActions.ts';
import { refreshNotice } from './useInbox.ts';
import { busy, notices } from './useNotices.ts';
import { submitForm } from './useSubmit.ts';

export interface BulkLine { id: string; done: boolean; text: string }

/** The rows are read anew so many at a time. */
const READERS = 6;

async function inTurn<T, R>(all: T[], one: (x: T) => Promise<R>): Promise<R[]>
{
	const out: R[] = [];
	let next = 0;
	await Promise.all(Array.from({ length: READERS }, async () => {
		while (next < all.length) {
			const i = next++;
			out[i] = await one(all[i]);
		}
	}));
	return out;
}

/** The answer for each of them; where none came for all, that. */
async function ask(verb: Verb, ids: string[]): Promise<(BulkResult | HubError)[]>
{
	try {
		return (await bulk(verb, ids)).results;
	} catch (error) {
		if (!(error instanceof HubError))
			throw error;
		return ids.map(() => error);
	}
}

async function lineOf(before: Notice, verb: Verb, answer: BulkResult | HubError): Promise<BulkLine>
{
	const { id, applicant: { name } } = before;
	if (answer instanceof HubError && answer.failure === 'http')
		return { id, done: false, text: t('app.pair', { a: name, b: t('act.failed', { reason: reasonOf(answer) }) }) };
	if (!(answer instanceof HubError) && answer.status !== 200)
		return { id, done: false, text: await refusalOf(before, verb, new HubError('http', answer.status, answer)) };
	const fresh = await refreshNotice(id);
	if (answer instanceof HubError) {
		const done = fresh !== null && reached(fresh, verb);
		return { id, done, text: t(done ? 'act.checkedDone' : fresh ? 'act.checkedNot' : 'act.unknown', { name }) };
	}
	const { mine, text } = doneText(verb, name, answer);
	return { id, done: mine, text };
}

const known = (ids: string[]): Notice[] => ids.map((id) => notices.get(id)).filter((n): n is Notice => n !== undefined);

/** The same feedback for each; the hub takes one at a time. */
export const feedMany = (ids: string[], said: Said): Promise<BulkLine[]> => inTurn(known(ids), async (n) => {
	const { done, message, fields } = await submitForm(n, 'feedback', said, true);
	return { id: n.id, done, text: message || (done ? t('act.done.feedback', { name: n.applicant.name }) : t('app.pair', { a: n.applicant.name, b: Object.values(fields).join(t('app.and')) })) };
});

export async function actMany(verb: Verb, ids: string[]): Promise<BulkLine[]>
{
	const before = known(ids);
	before.forEach((n) => busy.add(n.id));
	try {
		const answers: (BulkResult | HubError)[] = [];
		for (let i = 0; i < before.length; i += BULK_MAX)
			answers.push(...await ask(verb, before.slice(i, i + BULK_MAX).map((n) => n.id)));
		return await inTurn(before.map((n, i) => ({ n, answer: answers[i] })), ({ n, answer }) => lineOf(n, verb, answer));
	} finally {
		before.forEach((n) => busy.delete(n.id));
	}
}

// Sends what a form says. Nothing is shown before the hub has agreed: these acts go out of one's hands.
import { HubError } from '../hub.ts';
import { t } from '../i18n/index.ts';
import { knownRefusal } from '../lib/reason.ts';
import { bodyOf, isTaken, type Said } from '../lib/said.ts';
import type { FormVerb, Notice } from '../wire.ts';
import { refusalOf, sendTwice } from './useActions.ts';
import { fieldsOf } from './useFaults.ts';
import { refreshNotice } from './useInbox.ts';
import { busy, put } from './useNotices.ts';
import { say } from './useToasts.ts';

export interface Outcome { done: boolean; message: string; fields: Record<string, string> }

/** An answer that never came is looked up. `quiet`: whoever asks says itself what was done. */
export async function submitForm(notice: Notice, verb: FormVerb, said: Said, quiet = false): Promise<Outcome>
{
	const name = notice.applicant.name;
	busy.add(notice.id);
	try {
		put(await sendTwice(notice, verb, bodyOf(verb, said)));
		if (!quiet)
			say(t(`act.done.${verb}`, { name }));
		return { done: true, message: '', fields: {} };
	} catch (error) {
		if (error instanceof HubError && error.status === 422)
			return { done: false, message: '', fields: fieldsOf(error) };
		if (error instanceof HubError && error.failure === 'http')
			return { done: false, message: knownRefusal(error.problem.detail) ?? await refusalOf(notice, verb, error), fields: {} };
		const fresh = await refreshNotice(notice.id);
		const done = fresh !== null && isTaken(verb, said, notice, fresh);
		return { done, message: t(done ? 'act.checkedDone' : fresh ? 'act.checkedNot' : 'act.unknown', { name }), fields: {} };
	} finally {
		busy.delete(notice.id);
	}
}

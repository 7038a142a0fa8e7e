// Sends what a form says. Nothing is shown before the hub has agreed: these acts go out of one's hands.
import { HubError } from '../hub.ts';
import { language, t, tCode } from '../i18n/index.ts';
import { bodyOf, isTaken, type Said } from '../lib/said.ts';
import type { Fault, FormVerb, Notice } from '../wire.ts';
import { refusalOf, sendTwice } from './useActions.ts';
import { refreshNotice } from './useInbox.ts';
import { busy, put } from './useNotices.ts';
import { say } from './useToasts.ts';

export interface Outcome { done: boolean; message: string; fields: Record<string, string> }

export type NameOf = (pointer: string, fault: Fault) => string;
export const lastOf = (pointer: string): string => pointer.split('/').pop() ?? '';

/** What is wrong, in the language of the page as far as the hub or the page has it. */
export const faultText = ({ detail, zh }: Fault): string => (language.value === 'zh' && zh) || tCode('fault', detail);

/** The hub's faults by the form's fields. */
export function fieldsOf(error: HubError, nameOf: NameOf = lastOf): Record<string, string>
{
	const fields: Record<string, string> = {};
	for (const fault of error.problem.errors ?? [])
		fields[nameOf(fault.pointer, fault)] = faultText(fault);
	return fields;
}

/** What the hub says about the notice itself, where the page has words for it. */
function knownRefusal({ problem }: HubError): string | null
{
	const words = tCode('refusal', problem.detail ?? '');
	return words === problem.detail ? null : words || null;
}

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
			return { done: false, message: knownRefusal(error) ?? await refusalOf(notice, verb, error), fields: {} };
		const fresh = await refreshNotice(notice.id);
		const done = fresh !== null && isTaken(verb, said, notice, fresh);
		return { done, message: t(done ? 'act.checkedDone' : fresh ? 'act.checkedNot' : 'act.unknown', { name }), fields: {} };
	} finally {
		busy.delete(notice.id);
	}
}

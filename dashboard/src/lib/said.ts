// What a form of a notice asks for, and what is missing in it. The hub checks again; this is so that nobody waits to be told.
import type { Clock, FormVerb, Notice, NoticeFile } from '../wire.ts';
import { lengthOf, REMARK_MAX } from './remark.ts';
import { isPaused } from './state.ts';

export const RETURN_REASONS = ['not-our-remit', 'wrong-region', 'not-in-scope', 'other'] as const;
export const RESULTS = ['conforms', 'mostly', 'fails'] as const;
export const DISPOSALS = ['pass', 'rectify', 'enforce'] as const;
export const FORM_VERBS: readonly FormVerb[] = ['reply', 'feedback', 'close', 'fulfil', 'return', 'transfer', 'pause', 'resume', 'undo', 'letter'];
export const LETTERS = ['change-opinion', 'co-letter'] as const;
const LETTER_FIELDS = ['letter', 'to', 'subject', 'remark'] as const;
export const RETURN_REMARK_MIN = 10;

export interface Said {
	remark: string;
	reason: typeof RETURN_REASONS[number] | '';
	to: string;
	result: typeof RESULTS[number] | '';
	disposal: typeof DISPOSALS[number] | '';
	checked_on: string;
	rectify_by: string;
	penalised: boolean;
	document: string;
	kind: string;
	licence_revoked: boolean;
	close: boolean;
	files: NoticeFile[];
	/** On their way: the form waits for them. */
	uploading: number;
	clock: number | '';
	until: string;
	letter: typeof LETTERS[number] | '';
	subject: string;
	/** Working days to answer in; nothing is the policy's time. */
	days: string;
}

export const nothingSaid = (today: string): Said => ({
	remark: '', reason: '', to: '', result: '', disposal: '', checked_on: today, rectify_by: '', penalised: false, document: '', kind: '',
	licence_revoked: false, close: false, files: [], uploading: 0, clock: '', until: '', letter: '', subject: '', days: '',
});

/** The forms that this person may use on the notice now, in the order in which they are offered. */
export const formsOf = (notice: Notice): FormVerb[] => FORM_VERBS.filter((v) => (notice.allowed ?? []).includes(v));

/** What was promised and is not yet brought; the end of a permit is nothing to be fulfilled. */
export const promisesOf = (notice: Notice): Clock[] =>
	(notice.clocks ?? []).filter((c) => c.kind !== 'permit-end' && (c.state === 'running' || c.state === 'overdue'));

/** The last day on which a pause may end. */
export const yearOn = (today: string): string => `${Number(today.slice(0, 4)) + 1}${today.slice(4).replace('-02-29', '-02-28')}`;

export type Fault = 'reason' | 'remark' | 'long' | 'to' | 'result' | 'disposal' | 'checked_on' | 'future' | 'rectify_by' | 'before' | 'document' | 'clock' | 'pause' | 'until' | 'text';
export type Faults = Partial<Record<keyof Said, Fault>>;

function feedbackFaults(said: Said, today: string): Faults
{
	const faults: Faults = {};
	if (!said.result)
		faults.result = 'result';
	if (!said.disposal)
		faults.disposal = 'disposal';
	if (!said.checked_on || said.checked_on > today)
		faults.checked_on = said.checked_on ? 'future' : 'checked_on';
	if (said.disposal === 'rectify' && !said.rectify_by)
		faults.rectify_by = 'rectify_by';
	else if (said.disposal === 'rectify' && said.rectify_by < said.checked_on)
		faults.rectify_by = 'before';
	if (said.penalised && !said.document.trim())
		faults.document = 'document';
	return faults;
}

/** In the order in which the fields stand, so that the first one is where the cursor goes. */
export function faultsIn(verb: FormVerb, said: Said, today: string): Faults
{
	const faults: Faults = {};
	for (const field of verb === 'letter' ? LETTER_FIELDS : verb === 'reply' ? LETTER_FIELDS.slice(-1) : [])
		if (!said[field].trim())
			faults[field] = 'text';
	if (verb === 'return' && !said.reason)
		faults.reason = 'reason';
	if (verb === 'transfer' && !said.to)
		faults.to = 'to';
	if (verb === 'feedback')
		Object.assign(faults, feedbackFaults(said, today));
	if (verb === 'fulfil' && said.clock === '')
		faults.clock = 'clock';
	if (verb === 'pause' && said.until && (said.until < today || said.until > yearOn(today)))
		faults.until = 'until';
	if (verb === 'pause' && lengthOf(said.remark) === 0)
		faults.remark = 'pause';
	if (verb === 'return' && lengthOf(said.remark) < RETURN_REMARK_MIN)
		faults.remark = 'remark';
	if (lengthOf(said.remark) > REMARK_MAX)
		faults.remark = 'long';
	return faults;
}

/** What goes to the hub: only what the form asked for. */
export function bodyOf(verb: FormVerb, said: Said): object
{
	const remark = said.remark.trim();
	if (verb === 'return')
		return { reason: said.reason, remark };
	if (verb === 'transfer')
		return { to: said.to, remark };
	if (verb === 'fulfil')
		return { clock: said.clock, remark };
	if (verb === 'pause')
		return { reason: remark, until: said.until || null };
	if (verb === 'letter' || verb === 'reply')
		return {
			...(verb === 'letter' ? { kind: said.letter, to: said.to, subject: said.subject.trim() } : {}),
			text: remark, due: said.days ? `${Number(said.days)}wd` : null, files: said.files.map((f) => f.file),
		};
	if (verb !== 'feedback')
		return { remark };
	return {
		result: said.result, disposal: said.disposal, checked_on: said.checked_on, remark, close: said.close,
		rectify_by: said.disposal === 'rectify' ? said.rectify_by : null,
		files: said.files.map((f) => f.file),
		penalty: said.penalised ? { document: said.document.trim(), kind: said.kind.trim(), licence_revoked: said.licence_revoked } : null,
	};
}

/** Whether the bureau that decided will be told with a deadline of its own. */
export const alarms = (said: Said): boolean =>
	(said.result === 'fails' && said.disposal === 'enforce') || (said.penalised && said.licence_revoked);

/** As a reader thinks of it, never as nothing. */
export function sizeText(bytes: number): string
{
	return bytes >= 1 << 20 ? `${(bytes / (1 << 20)).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
}

/** Whether the notice, read anew after an answer that never came, shows that the act was taken. */
export function isTaken(verb: FormVerb, said: Said, before: Notice, now: Notice): boolean
{
	if (verb === 'fulfil')
		return now.clocks?.find((c) => c.clock === said.clock)?.state === 'fulfilled';
	if (verb === 'pause' || verb === 'resume')
		return (verb === 'pause') === isPaused(now);
	if (verb === 'feedback')
		return (now.feedback ?? []).length > (before.feedback ?? []).length;
	if (verb === 'reply')
		return (now.letter?.messages ?? []).length > (before.letter?.messages ?? []).length;
	return now.version > before.version && now.state !== before.state;
}

// 签收 and 认领. The screen changes at once and the hub decides: what it refuses is rolled back with the name of
// whoever was first. While the connection is away nothing may be done and nothing is queued.
import { serverNow, hub, HubError } from '../hub.ts';
import { t, tCode, type Key } from '../i18n/index.ts';
import { allows } from '../lib/desk.ts';
import { reasonOf } from '../lib/reason.ts';
import { minuteText, parseTime } from '../lib/time.ts';
import type { FormVerb, Notice, State, Verb } from '../wire.ts';
import { isLive } from './useConnection.ts';
import { busy, notices, put } from './useNotices.ts';
import { me } from './useSession.ts';
import { say } from './useToasts.ts';

const OUTCOME: Record<Verb, State> = { acknowledge: 'acknowledged', claim: 'claimed' };
const ASK_FIRST_MS = 500;
const ASK_LAST_MS = 8000;
const DONE: Record<Verb, Key> = { acknowledge: 'act.acknowledged', claim: 'act.claimed' };

const isMe = (by: string): boolean => by === me.value?.user || by === me.value?.name;
export const reached = (notice: Notice, verb: Verb): boolean =>
	notice.state === OUTCOME[verb] || (verb === 'acknowledge' && notice.acknowledged !== null);

function atText(at: string | undefined): string
{
	return minuteText(parseTime(at) ?? serverNow());
}

async function send(notice: Notice, verb: Verb | FormVerb, said: object): Promise<Notice>
{
	await hub.act(notice.id, verb, notice.version, said);
	// It is done: that it cannot be read again just now is no refusal of it.
	return (await hub.notice(notice.id).catch(() => { throw new HubError('offline'); })).notice;
}

/** A version that rose for another reason (a receipt, say) is no lost race: ask again once with the new one. */
export async function sendTwice(before: Notice, verb: Verb | FormVerb, said: object = {}): Promise<Notice>
{
	try {
		return await send(before, verb, said);
	} catch (error) {
		if (!(error instanceof HubError) || error.status !== 412)
			throw error;
		const fresh = (await hub.notice(before.id)).notice;
		if (fresh.state !== before.state || !(fresh.allowed ?? []).includes(verb))
			throw error;
		return send(fresh, verb, said);
	}
}

function restore(before: Notice, shown: Notice): void
{
	// What an event has put there meanwhile is newer than both copies and stays.
	if (notices.get(before.id) === shown)
		notices.set(before.id, before);
}

/** The notice as the hub has it, however long the hub is away; null when it will not show it. */
async function heardFrom(id: string): Promise<Notice | null>
{
	for (let waitMs = ASK_FIRST_MS; ; waitMs = Math.min(2 * waitMs, ASK_LAST_MS)) {
		try {
			return (await hub.notice(id)).notice;
		} catch (error) {
			if (error instanceof HubError && error.failure === 'http' && error.status < 500)
				return null;
		}
		await new Promise((resolve) => setTimeout(resolve, waitMs));
	}
}

async function verify(before: Notice, shown: Notice, verb: Verb): Promise<void>
{
	const name = before.applicant.name;
	say(t('act.unknown', { name }), true);
	restore(before, shown);
	const fresh = await heardFrom(before.id);
	if (fresh)
		put(fresh);
	if (fresh && reached(fresh, verb))
		return say(t('act.checkedDone', { name }));
	if (fresh)
		say(t('act.checkedNot', { name }), true);
}

/** Who did what stands in the way: the stamp of the very act, else the hand that touched the notice last. */
async function firstHand(before: Notice, verb: Verb | FormVerb): Promise<{ fresh: Notice | null; stamp: { by?: string | null; at: string } | undefined }>
{
	const detail = await hub.notice(before.id).catch(() => null);
	const fresh = detail?.notice ?? null;
	if (fresh)
		put(fresh);
	const own = verb === 'claim' ? fresh?.claimed ?? fresh?.acknowledged : verb === 'acknowledge' ? fresh?.acknowledged ?? fresh?.claimed : null;
	return { fresh, stamp: own ?? detail?.receipts.filter((r) => r.by).pop() };
}

/** Why the hub said no, and if somebody was first, who. Reads the notice anew, because the screen was out of date. */
export async function refusalOf(before: Notice, verb: Verb | FormVerb, error: HubError): Promise<string>
{
	const name = before.applicant.name;
	const { fresh, stamp } = await firstHand(before, verb);
	const by = error.problem.by ?? stamp?.by;
	const moved = error.problem.by !== undefined || (fresh !== null && fresh.state !== before.state);
	if ((error.status === 409 || error.status === 412) && by && moved)
		return t('act.firstBy', { by, at: atText(error.problem.at ?? stamp?.at), name });
	if (error.status === 409 || error.status === 412)
		return t('act.changed', { name, state: tCode('state', fresh?.state ?? before.state) });
	if (error.status === 403 || error.status === 404)
		return t('act.forbidden', { name });
	return t('act.failed', { reason: reasonOf(error) });
}

/** Doing it twice is no error, so that somebody else may have done it first. */
export function doneText(verb: Verb, name: string, { acknowledged, claimed }: Partial<Notice>): { mine: boolean; text: string }
{
	const stamp = verb === 'claim' ? claimed : acknowledged;
	const mine = !stamp || isMe(stamp.by);
	return { mine, text: mine ? t(DONE[verb], { name }) : t('act.firstBy', { by: stamp.by, at: atText(stamp.at), name }) };
}

export async function act(id: string, verb: Verb): Promise<void>
{
	const before = notices.get(id);
	if (!before || !isLive.value || !allows(before, verb))
		return;
	const shown: Notice = { ...before, state: OUTCOME[verb], allowed: [] };
	notices.set(id, shown);
	busy.add(id);
	try {
		const after = await sendTwice(before, verb);
		put(after);
		say(doneText(verb, before.applicant.name, after).text);
	} catch (error) {
		if (error instanceof HubError && error.failure === 'http') {
			restore(before, shown);
			say(await refusalOf(before, verb, error), true);
		} else {
			await verify(before, shown, verb);
		}
	} finally {
		busy.delete(id);
	}
}

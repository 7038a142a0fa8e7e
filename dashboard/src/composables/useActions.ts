// 签收 and 认领. The screen changes at once and the hub decides: what it refuses is rolled back with the name of
// whoever was first. While the connection is away nothing may be done and nothing is queued.
import { serverNow, hub, HubError } from '../hub.ts';
import { t, tCode, type Key } from '../i18n/index.ts';
import { reasonOf } from '../lib/reason.ts';
import { minuteText, parseTime } from '../lib/time.ts';
import type { Notice, State, Verb } from '../wire.ts';
import { isLive } from './useConnection.ts';
import { refreshNotice } from './useInbox.ts';
import { busy, notices, put } from './useNotices.ts';
import { me } from './useSession.ts';
import { say } from './useToasts.ts';

const OUTCOME: Record<Verb, State> = { acknowledge: 'acknowledged', claim: 'claimed' };
const DONE: Record<Verb, Key> = { acknowledge: 'act.acknowledged', claim: 'act.claimed' };

export const allows = (notice: Notice, verb: Verb): boolean =>
	!busy.has(notice.id) && (notice.allowed ?? []).includes(verb);

const isMe = (by: string): boolean => by === me.value?.user || by === me.value?.name;
const reached = (notice: Notice, verb: Verb): boolean =>
	notice.state === OUTCOME[verb] || (verb === 'acknowledge' && notice.acknowledged !== null);

function atText(at: string | undefined): string
{
	return minuteText(parseTime(at) ?? serverNow());
}

async function send(notice: Notice, verb: Verb): Promise<Notice>
{
	await hub.act(notice.id, verb, notice.version);
	return (await hub.notice(notice.id)).notice;
}

/** A version that rose for another reason (a receipt, say) is no lost race: ask again once with the new one. */
async function sendTwice(before: Notice, verb: Verb): Promise<Notice>
{
	try {
		return await send(before, verb);
	} catch (error) {
		if (!(error instanceof HubError) || error.status !== 412)
			throw error;
		const fresh = (await hub.notice(before.id)).notice;
		if (fresh.state !== before.state || !(fresh.allowed ?? []).includes(verb))
			throw error;
		return send(fresh, verb);
	}
}

function restore(before: Notice, shown: Notice): void
{
	// What an event has put there meanwhile is newer than both copies and stays.
	if (notices.get(before.id) === shown)
		notices.set(before.id, before);
}

async function verify(before: Notice, shown: Notice, verb: Verb): Promise<void>
{
	const name = before.applicant.name;
	say(t('act.unknown', { name }), true);
	const fresh = await refreshNotice(before.id);
	if (fresh && reached(fresh, verb))
		return say(t('act.checkedDone', { name }));
	restore(before, shown);
	if (fresh)
		say(t('act.checkedNot', { name }), true);
}

async function refuse(before: Notice, shown: Notice, verb: Verb, error: HubError): Promise<void>
{
	const name = before.applicant.name;
	restore(before, shown);
	const fresh = await refreshNotice(before.id);
	const stamp = verb === 'claim' ? fresh?.claimed ?? fresh?.acknowledged : fresh?.acknowledged ?? fresh?.claimed;
	const by = error.problem.by ?? stamp?.by;
	if ((error.status === 409 || error.status === 412) && by)
		say(t('act.firstBy', { by, at: atText(error.problem.at ?? stamp?.at), name }), true);
	else if (error.status === 409 || error.status === 412)
		say(t('act.changed', { name, state: tCode('state', fresh?.state ?? before.state) }), true);
	else if (error.status === 403 || error.status === 404)
		say(t('act.forbidden', { name }), true);
	else
		say(t('act.failed', { reason: reasonOf(error) }), true);
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
		const stamp = after.acknowledged;
		if (verb === 'acknowledge' && stamp && !isMe(stamp.by))
			say(t('act.already', { by: stamp.by, at: atText(stamp.at), name: before.applicant.name }));
		else
			say(t(DONE[verb], { name: before.applicant.name }));
	} catch (error) {
		if (error instanceof HubError && error.failure === 'http')
			await refuse(before, shown, verb, error);
		else
			await verify(before, shown, verb);
	} finally {
		busy.delete(id);
	}
}

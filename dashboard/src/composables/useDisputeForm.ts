// Sends what a party or the coordinator says about a dispute.
import { hub } from '../hub.ts';
import { t } from '../i18n/index.ts';
import type { Dispute } from '../wire.ts';
import { useSending } from './useSending.ts';

export function useDisputeForm(verb: 'position' | 'ruling')
{
	const { busy, message, faults, send: sendIt } = useSending(({ status }) => (status === 409 || status === 412 ? t('dispute.changed') : null));

	/** What the dispute is now, or null when the hub said no; then `message` or `faults` say why. */
	const send = (dispute: Dispute, said: object): Promise<Dispute | null> =>
		sendIt(() => hub[verb](dispute.id, dispute.version, said), t(`dispute.done.${verb}`));
	return { busy, message, faults, send };
}

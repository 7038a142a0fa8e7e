// Sends what a party or the coordinator says about a dispute, and says in words what the hub made of it.
import { ref } from 'vue';
import { hub, HubError } from '../hub.ts';
import { t } from '../i18n/index.ts';
import { reasonOf } from '../lib/reason.ts';
import type { Dispute } from '../wire.ts';
import { fieldsOf } from './useSubmit.ts';
import { say } from './useToasts.ts';

export function useDisputeForm(verb: 'position' | 'ruling')
{
	const busy = ref(false);
	const message = ref('');
	const faults = ref<Record<string, string>>({});

	/** What the dispute is now, or null when the hub said no; then `message` or `faults` say why. */
	async function send(dispute: Dispute, said: object): Promise<Dispute | null>
	{
		busy.value = true;
		message.value = '';
		try {
			const after = await hub[verb](dispute.id, dispute.version, said);
			say(t(`dispute.done.${verb}`));
			return after;
		} catch (error) {
			const status = error instanceof HubError ? error.status : 0;
			if (status === 422)
				faults.value = fieldsOf(error as HubError);
			else
				message.value = status === 409 || status === 412 ? t('dispute.changed') : t('act.failed', { reason: reasonOf(error) });
			return null;
		} finally {
			busy.value = false;
		}
	}
	return { busy, message, faults, send };
}

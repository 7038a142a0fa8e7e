// Sends what a form says, and says in words what the hub made of it.
import { ref } from 'vue';
import { HubError } from '../hub.ts';
import { t } from '../i18n/index.ts';
import { reasonOf } from '../lib/reason.ts';
import { fieldsOf, lastOf, type NameOf } from './useFaults.ts';
import { say } from './useToasts.ts';

/** `words`: what a refusal means here, or null for the usual words; `nameOf`: the field that a pointer of the hub means. */
export function useSending(words: (error: HubError) => string | null, nameOf: NameOf = lastOf)
{
	const busy = ref(false);
	const message = ref('');
	const faults = ref<Record<string, string>>({});

	/** The answer, or null when the hub said no; then `message` or `faults` say why. */
	async function send<T>(ask: () => Promise<T>, done = ''): Promise<T | null>
	{
		busy.value = true;
		message.value = '';
		try {
			const answer = await ask();
			if (done)
				say(done);
			return answer;
		} catch (error) {
			if (error instanceof HubError && error.status === 422)
				faults.value = fieldsOf(error, nameOf);
			else
				message.value = (error instanceof HubError ? words(error) : null) ?? t('act.failed', { reason: reasonOf(error) });
			return null;
		} finally {
			busy.value = false;
		}
	}
	return { busy, message, faults, send };
}

// A failed call in words. The hub's own detail is shown where the reader can read it: it names the fault better than we can. Where it is
// English alone, the Chinese page says what is to be done about a fault of that kind.
import { HubError } from '../hub.ts';
import { language, t, tCode, type Key } from '../i18n/index.ts';

const BY_STATUS: Record<number, Key> = { 403: 'error.forbidden', 409: 'error.changed', 412: 'error.changed', 413: 'error.tooLarge', 429: 'error.often', 503: 'error.later' };

/** What the hub says in a sentence of its own, where the page has words for that very sentence. */
export function knownRefusal(detail: string | undefined): string | null
{
	const words = tCode('refusal', detail ?? '');
	return words === detail ? null : words || null;
}

export function reasonOf(error: unknown): string
{
	if (!(error instanceof HubError))
		return String(error);
	if (error.failure === 'offline')
		return t('error.offline');
	if (error.failure === 'timeout')
		return t('error.timeout', { n: error.afterMs / 1000 });
	if (error.status === 404)
		return t('error.notFound');
	const { problem, status } = error;
	const words = BY_STATUS[status] ? t(BY_STATUS[status]) : t('error.server', { status });
	if (language.value === 'zh')
		return problem.zh || knownRefusal(problem.detail) || (status in BY_STATUS ? words : problem.detail || words);
	return problem.detail || problem.title || words;
}

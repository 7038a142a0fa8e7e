// A failed call in words. The hub's own detail is shown where it has one: it names the fault better than we can.
import { HubError } from '../hub.ts';
import { language, t } from '../i18n/index.ts';

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
	const { problem } = error;
	return (language.value === 'zh' && problem.zh) || problem.detail || problem.title || t('error.server', { status: error.status });
}

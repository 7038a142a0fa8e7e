// Sends what is done with a version of the policy, and says in words why the hub said no.
import { t } from '../i18n/index.ts';
import { percentText } from '../lib/policy.ts';
import type { HubError } from '../hub.ts';
import { useSending } from './useSending.ts';
import type { NameOf } from './useFaults.ts';

function refusal({ status, problem }: HubError): string | null
{
	if (status === 403)
		return t('version.no.own');
	if (status === 503)
		return t('version.no.busy');
	if (status !== 409 || problem.zh)
		return null;
	if (problem.diff)
		return t('version.no.limit', { percent: percentText(problem.diff.changed, problem.diff.events), n: problem.diff.events });
	return problem.check ? t('version.no.errors', { n: problem.check.summary.errors }) : t('version.no.changed');
}

export const usePolicySending = (nameOf?: NameOf) => useSending(refusal, nameOf);

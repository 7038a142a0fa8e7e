// Why a message did not get through: what the hub says in its own words is said in ours; of a provider's code its meaning, and the
// code beside it, because that is what the provider's own people ask for.
import { t, tCode } from '../i18n/index.ts';
import { meaningOf } from './provider.ts';

export function faultText(code: string): string
{
	const meaning = meaningOf(code);
	return meaning ? t('code.beside', { what: t(`code.${meaning}`), code }) : tCode('why', code);
}

// Which language the page speaks. Data from the hub (names, items) stays Chinese and is marked so by DATA_LANG.
// English is a file of its own, fetched when the page is seen; until it is there the page stays Chinese.
import { ref, watchEffect } from 'vue';
import { keep } from '../lib/kept.ts';
import { remembered, speakAs, STORAGE_KEY, tables, type Key, type Language, type Words } from './words.ts';
import { zh } from './zh.ts';

export { DATA_LANG, t, tCode, type Key, type Language } from './words.ts';

type English = typeof import('./en.ts').en;
const parts: Partial<Record<keyof English, Words>> = { first: zh };
let english: English | undefined;

function joinEnglish(part: keyof English): void
{
	Object.keys(parts[part] ?? {}).forEach((key, i) => { tables.en[key as Key] = english?.[part][i]; });
}

/** Words that came with a part of the page. They are there before that part draws anything. */
export function addWords(part: keyof English, words: Words): void
{
	parts[part] = words;
	Object.assign(tables.zh, words);
	joinEnglish(part);
}

export const language = ref<Language>('zh');
speakAs(() => language.value);

watchEffect(() => {
	document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
});

/** False when the file could not be fetched; it is asked for again the next time. */
export async function fetchEnglish(): Promise<boolean>
{
	try {
		english = english ?? (await import('./en.ts')).en;
		(Object.keys(parts) as (keyof English)[]).forEach(joinEnglish);
		return true;
	} catch {
		return false;
	}
}

/** Before the first paint: the language of the last visit. */
export async function recallLanguage(): Promise<void>
{
	if (remembered() === 'en' && await fetchEnglish())
		language.value = 'en';
}

/** False when the English file could not be fetched; the page then stays as it is. */
export async function setLanguage(next: Language): Promise<boolean>
{
	if (next === 'en' && !await fetchEnglish())
		return false;
	language.value = next;
	keep(STORAGE_KEY, next);
	return true;
}

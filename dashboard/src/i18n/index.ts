// Which language the page speaks. Data from the hub (names, items) stays Chinese and is marked so by DATA_LANG.
// English is a file of its own, fetched when the page is seen; until it is there the page stays Chinese.
import { ref, watchEffect } from 'vue';
import { zh } from './zh.ts';
import type { zhLater } from './zh_later.ts';
import type { zhMeet } from './zh_meet.ts';
import type { zhOffice } from './zh_office.ts';

export type Key = keyof typeof zh | keyof typeof zhLater | keyof typeof zhOffice | keyof typeof zhMeet;
export type Language = 'zh' | 'en';
export const DATA_LANG = 'zh-CN';

const STORAGE_KEY = 'tandem.language';
type Words = Partial<Record<Key, string>>;
type English = typeof import('./en.ts').en;
const tables: Record<Language, Words> = { zh: {}, en: {} };
const parts: Partial<Record<keyof English, Words>> = {};
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
addWords('first', zh);

export const language = ref<Language>('zh');

watchEffect(() => {
	document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
});

function remembered(): Language
{
	try {
		return localStorage.getItem(STORAGE_KEY) === 'en' ? 'en' : 'zh';
	} catch {
		return 'zh';
	}
}

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
	try {
		localStorage.setItem(STORAGE_KEY, next);
	} catch {
		// Without storage the choice lasts until the page is left, which is all that is lost.
	}
	return true;
}

export function t(key: Key, params?: Record<string, string | number>): string
{
	const text = tables[language.value][key] ?? key;
	return !params ? text : text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole));
}

/** Words for a code the hub sent; the code itself when it is one this page does not know yet. */
export function tCode(prefix: string, code: string, params: Record<string, string | number> = {}): string
{
	const key = `${prefix}.${code}`;
	return key in tables[language.value] ? t(key as Key, params) : code;
}

// The words of the page, by key. They know no Vue, so that what is drawn before it is there has them too.
import { kept } from '../lib/kept.ts';
import { zh } from './zh.ts';
import type { zhBoard } from './zh_board.ts';
import type { zhLater } from './zh_later.ts';
import type { zhMeet } from './zh_meet.ts';
import type { zhOffice } from './zh_office.ts';

export type Key = keyof typeof zh | keyof typeof zhBoard | keyof typeof zhLater | keyof typeof zhOffice | keyof typeof zhMeet;
export type Language = 'zh' | 'en';
export type Words = Partial<Record<Key, string>>;
export const DATA_LANG = 'zh-CN';
export const STORAGE_KEY = 'tandem.language';

export const tables: Record<Language, Words> = { zh: { ...zh }, en: {} };
let spoken: () => Language = () => 'zh';

/** Who says which language is spoken now. */
export function speakAs(fn: () => Language): void
{
	spoken = fn;
}

/** The language of the last visit. */
export const remembered = (): Language => (kept(STORAGE_KEY) === 'en' ? 'en' : 'zh');

export function t(key: Key, params?: Record<string, string | number>): string
{
	const text = tables[spoken()][key] ?? key;
	return !params ? text : text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole));
}

/** Words for a code the hub sent; the code itself when it is one this page does not know yet. */
export function tCode(prefix: string, code: string, params: Record<string, string | number> = {}): string
{
	const key = `${prefix}.${code}`;
	return key in tables[spoken()] ? t(key as Key, params) : code;
}

// A word that is not there is said by its name, which no reader knows.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

// What words are called: in the source, and in what is built of it (dashboard/scripts/words.ts).
const FOLDER = new URL('../../dashboard/src/i18n/', import.meta.url);
const NAMES = new Set(readdirSync(FOLDER).filter((file) => file.startsWith('zh'))
	.flatMap((file) => [...readFileSync(new URL(file, FOLDER), 'utf8').matchAll(/^\t'([^']+)':/gm)].map(([, name]) => name)));
const NUMBER = /^[FBLMO](?=.*\d)[0-9a-z]{1,2}$/;

export async function wordsAreSaid(page, where)
{
	const said = await page.evaluate(() => [...document.querySelectorAll('body *')].flatMap((x) => [x.ariaLabel, x.placeholder, x.title,
		...[...x.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data)]).flatMap((text) => String(text ?? '').split(/[\s：:，、（）]+/)));
	assert.ok(said.length > 0 && NAMES.size > 1000);
	assert.deepEqual([...new Set(said)].filter((text) => NAMES.has(text) || NUMBER.test(text)), [], `words that are not there on ${where}`);
}

// How the words are built. Their names are a third of their files, and the page needs few of them: a word that no code puts the name
// of together is called by its table's letter and a number, in the table and wherever it is used. What names begin with that are put
// together is written once. All words of a table go out in one piece, English too, in the order of the Chinese ones.
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plugin } from 'vite';

export type Table = readonly [name: string, words: Record<string, string>];

/** What a name begins with that is put together: `act.${verb}`, tCode('act', verb). Where tCode is given what is no literal, any literal
 * of that file may have come to it. */
export function headsOf(source: string): string[]
{
	const heads = [...source.matchAll(/`([\w.-]+\.[\w.-]*)\$\{/g)].map((found) => found[1]);
	for (const [, prefix] of source.matchAll(/tCode\(([^,]+),/g))
		for (const [, literal] of (/^'[\w.-]+'$/.test(prefix) ? prefix : source).matchAll(/'([\w.-]+)'/g))
			heads.push(`${literal}.`);
	return heads;
}

/** By its own name, what a word is called in what is built. */
export function numbersOf(sources: string[], tables: Table[]): Map<string, string>
{
	const heads = sources.flatMap(headsOf);
	const numbers = new Map<string, string>();
	for (const [name, words] of tables)
		Object.keys(words).filter((key) => !heads.some((head) => key.startsWith(head)))
			.forEach((key, i) => numbers.set(key, letterOf(name) + i.toString(36)));
	return numbers;
}

/** zh, zhBoard, zhLater …: F, B, L … A name that is put together has a dot, these have none. */
function letterOf(table: string): string
{
	return table[2] ?? 'F';
}

/** A table as `named` takes it apart: the words that go by numbers, then the others, and the names of these by what they begin with.
 * Throws where a word has a sign that parts words. */
export function packed(words: Record<string, string>, numbers: Map<string, string>): { words: string; names: string }
{
	const groups: Record<string, string[]> = {};
	for (const key of Object.keys(words).filter((x) => !numbers.has(x)))
		(groups[/^[\w.-]*\./.exec(key)![0]] ??= []).push(key);
	const order = [...Object.keys(words).filter((key) => numbers.has(key)), ...Object.values(groups).flat()];
	const unfit = order.find((key) => /[~^]/.test(key + words[key]));
	if (unfit)
		throw new Error(`the word ${unfit} has a sign that parts words`);
	return {
		words: order.map((key) => words[key]).join('~'),
		names: Object.entries(groups).map(([head, keys]) => [head, ...keys.map((key) => key.slice(head.length))].join('~')).join('^'),
	};
}

/** The sources in which words are used, each with its text. */
export function sourcesIn(folder: string): string[]
{
	return readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((name) => /\.(vue|ts)$/.test(name) && !/\.test\.ts$|^i18n.(en_|zh)/.test(name))
		.map((name) => readFileSync(resolve(folder, name), 'utf8'));
}

async function tableOf(path: string): Promise<Table>
{
	return Object.entries(await import(path) as Record<string, Record<string, string>>)[0];
}

/** Changes whole literals that are the name of such a word, which is why no word may be named like something that the hub says: a test
 * holds them to it. */
export function wordsNumbered(): Plugin
{
	let numbers = new Map<string, string>();
	return {
		name: 'words-numbered',
		apply: 'build',
		enforce: 'post', // templates are code by then
		async buildStart() {
			const tables = readdirSync('src/i18n').filter((name) => /^zh/.test(name)).map((name) => tableOf(resolve('src/i18n', name)));
			numbers = numbersOf(sourcesIn('src'), await Promise.all(tables));
		},
		async transform(code, id) {
			if (!/\/src\/[^?]*\.(vue|ts)/.test(id))
				return null;
			if (!/\/i18n\/(en_|zh)\w*\.ts$/.test(id))
				return { code: code.replace(/(['"])([\w.-]+)\1/g, (whole, quote: string, key: string) => (numbers.has(key) ? quote + numbers.get(key) + quote : whole)), map: null };
			const [name, words] = await tableOf(id);
			const table = packed(words, numbers);
			return {
				code: name.startsWith('en') ? `export const ${name} = ${JSON.stringify(table.words)}.split('~');`
					: `import { named } from './named.ts';\nexport const ${name} = named('${letterOf(name)}', ${JSON.stringify(table.words)}, ${JSON.stringify(table.names)});`,
				map: null,
			};
		},
		generateBundle(_options, bundle) {
			for (const [file, part] of Object.entries(bundle))
				for (const key of part.type === 'chunk' ? numbers.keys() : [])
					if (['`', '\'', '"'].some((quote) => (part as { code: string }).code.includes(quote + key + quote)))
						this.error(`${file} still has the word ${key} by its name`);
		},
	};
}

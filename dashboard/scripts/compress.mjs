// Writes .br and .gz beside each built file, so that the hub serves them without a compressor of its own,
// and fails the build when the page outgrows its budget.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import { promisify } from 'node:util';
import { gzip } from '@gfx/zopfli';

// Made once and sent many times: what zopfli takes longer for is a twentieth smaller than what gzip makes.
const squeeze = promisify(gzip);
const DIST = new URL('../dist/', import.meta.url);
const TOTAL_MAX_BYTES = 150 * 1024;
const FIRST_SCRIPT_MAX_BYTES = 55 * 1024; // what the entry names, together
const LATER_SCRIPT_MAX_BYTES = 30 * 1024;

const files = readdirSync(DIST, { recursive: true })
	.map((name) => name.replaceAll('\\', '/'))
	.filter((name) => statSync(new URL(name, DIST)).isFile() && !/\.(br|gz)$/.test(name));

const entry = readFileSync(new URL('index.html', DIST), 'utf8');
let total = 0;
let first = 0;
for (const name of files) {
	const path = new URL(name, DIST);
	const plain = readFileSync(path);
	const gz = await squeeze(plain, { numiterations: 15 });
	const br = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
	writeFileSync(new URL(name + '.gz', DIST), gz);
	writeFileSync(new URL(name + '.br', DIST), br);
	total += gz.length;
	if (name.endsWith('.js') && entry.includes(`/${name}`)) // what is asked ahead must not send for more when it has come
		for (const [, more] of plain.toString().matchAll(/(?:from|import)"\.\/([\w.-]+)"/g))
			if (!entry.includes(`/assets/${more}`))
				throw new Error(`${name} needs ${more}, which the entry does not name`);
			else if (/\/(early|glance)-/.test(name) && !more.startsWith('early-'))
				throw new Error(`${name} is seen before the page is there, and needs ${more}`);
	console.log(`${name}: ${plain.length} bytes, gz ${gz.length}, br ${br.length}`);
	if (name.endsWith('.js') && entry.includes(`="/${name}"`))
		first += gz.length;
	else if (name.endsWith('.js') && gz.length > LATER_SCRIPT_MAX_BYTES)
		throw new Error(`${name} is over its budget of ${LATER_SCRIPT_MAX_BYTES} bytes`);
}
console.log(`all: gz ${total}, first script ${first}`);
if (first > FIRST_SCRIPT_MAX_BYTES)
	throw new Error(`the first script is over its budget of ${FIRST_SCRIPT_MAX_BYTES} bytes`);
if (total > TOTAL_MAX_BYTES)
	throw new Error(`the page is over its budget of ${TOTAL_MAX_BYTES} bytes`);

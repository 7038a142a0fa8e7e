// The lockfile names no host: npm leaves out "resolved" by .npmrc, and the funding notes are deleted here.
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
for (const entry of Object.values(lock.packages))
	delete entry.funding;
const text = JSON.stringify(lock, null, '\t') + '\n';
if (/https?:\/\//.test(text))
	throw new Error('package-lock.json still names a host');
writeFileSync(path, text);

// Runs stories, three at a time because they wait more than they work, each with a hub, a Redis and browser profiles of its own. One process
// and one Chromium for all: to begin with a driver of one's own takes longer than many a story.
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { shareChromium } from './world.mjs';

const STORY_MS = 1_500_000; // only ends a hang
// One that shares a hub that somebody else started would see the other's notices.
const AT_ONCE = process.env.HUB_URL ? 1 : 3;

// The long ones first, so that none of them is left over for the end; the one that measures comes last, when least else runs.
const LONG = ['looks', 'alerts', 'inbox', 'policies', 'screen'];
const weight = (file) => LONG.includes(basename(file, '.story.mjs')) ? Infinity : statSync(file).size;
const files = process.argv.slice(2).sort((a, b) => weight(a) === weight(b) ? 0 : weight(b) - weight(a));
const chromium = await shareChromium();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'])
	process.on(name, () => process.exit(1)); // the driver's own answer to these is to go on without a browser
describe('stories', { concurrency: AT_ONCE }, () => {
	for (const file of files)
		// That a file cannot be read fails no suite by itself.
		describe(basename(file, '.story.mjs'), { concurrency: 1, timeout: STORY_MS }, () => import(pathToFileURL(resolve(file)))
			.catch((error) => { test('the story can be read', () => { throw error; }); }));
	after(() => chromium.close());
});

// Runs stories, three at a time because they wait more than they work, each a process with a hub, a Redis and browser profiles of its own; the one Chromium beneath is shared.
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { openChromium } from './world.mjs';

const STORY_MS = 1_500_000; // only ends a hang
// One that shares a hub that somebody else started would see the other's notices.
const AT_ONCE = process.env.HUB_URL ? 1 : 3;

// The long ones first, so that none of them is left over for the end; the one that measures comes last, when least else runs.
const LONG = ['looks', 'alerts', 'inbox', 'policies', 'screen'];
const weight = (file) => LONG.includes(basename(file, '.story.mjs')) ? Infinity : statSync(file).size;
const files = process.argv.slice(2).sort((a, b) => weight(a) === weight(b) ? 0 : weight(b) - weight(a));
const chromium = await openChromium();
process.env.BROWSER_AT = chromium.wsEndpoint();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'])
	process.on(name, () => process.exit(1)); // the driver's own answer to these is to go on without a browser
process.exitCode = 0;
const told = run({ files, concurrency: AT_ONCE, timeout: STORY_MS });
told.on('test:fail', (event) => { if (!event.todo) process.exitCode = 1; });
told.on('end', () => chromium.close());
told.compose(spec()).pipe(process.stdout);

// The benchmark of the page works, so that it does not rot; what it measures is for tests/bench/run page on a quiet machine.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SCRIPT = fileURLToPath(new URL('../bench/page.mjs', import.meta.url));

test('every figure is measured, and no row moves', async () => {
	const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, '--tiny'], { timeout: 500_000 });
	const figures = [...stdout.matchAll(/^(.*?) {2,}([\d.]+) +[\d.]+ +[\d.]+ (\w*) *<= /gm)].map(([, what, value, unit]) => [what.trim(), Number(value), unit]);
	assert.deepEqual(figures.map(([what]) => what), ['50 rows visible, fast', 'the board visible, fast', 'acknowledge: click to paint, processor ÷ 4',
		'heap after 20 arrivals', 'the longest task meanwhile', 'how often a row had moved']);
	for (const [what, value, unit] of figures)
		assert.ok(unit === 'ms' && what !== 'the longest task meanwhile' || unit === 'MB' ? value > 0 : Number.isFinite(value), `${what}: ${value} ${unit}`);
	assert.equal(figures[5][1], 0);
});

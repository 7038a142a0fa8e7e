// The Chromium 90 that some offices still run: there is one inside an npm package, which is fetched once and kept in build/.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

const PACKAGE = 'chrome-aws-lambda@8.0.2';
const FOLDER = fileURLToPath(new URL('../../build/chromium90', import.meta.url));
const FETCH_MS = 180_000;
const START_MS = 30_000;

/** Where it is, or why it is not. */
export function oldChromium()
{
	const path = join(FOLDER, 'chromium');
	try {
		if (!existsSync(path)) {
			mkdirSync(FOLDER, { recursive: true });
			const tar = execFileSync('npm', ['pack', '--silent', PACKAGE], { cwd: FOLDER, timeout: FETCH_MS, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
			execFileSync('tar', ['xzf', tar, 'package/bin/chromium.br'], { cwd: FOLDER });
			writeFileSync(path + '.part', brotliDecompressSync(readFileSync(join(FOLDER, 'package/bin/chromium.br'))), { mode: 0o755 });
			renameSync(path + '.part', path);
			rmSync(join(FOLDER, tar));
			rmSync(join(FOLDER, 'package'), { recursive: true });
		}
		execFileSync(path, ['--headless', '--no-sandbox', '--disable-gpu', '--dump-dom', 'about:blank'], { timeout: START_MS, stdio: 'ignore' });
		return { path };
	} catch (error) {
		return { why: `Chromium 90 (npm ${PACKAGE}) is not to be had here: ${String(error.message).split('\n')[0]}` };
	}
}

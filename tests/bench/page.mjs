// What the page costs the people who open it: how long until it can be read on three kinds of desk, how soon a click shows, and what
// a rush of arrivals does to it. Real hub, Debian's Chromium, slowed down through the DevTools protocol. Run by tests/bench/run page.
//   loads, clicks, rush   only these
//   --tiny                one run of little, to see that it works: no bars
import { createServer } from 'node:http';
import { loadavg } from 'node:os';
import { brotliCompressSync } from 'node:zlib';
import { openWorld, until } from '../browser/world.mjs';

const TINY = process.argv.includes('--tiny');
const RUNS = TINY ? 1 : 5;
const ROWS = 50;
const CLICKS = TINY ? 2 : 10;
const ARRIVALS = TINY ? 20 : 500;
const RUSH_MS = TINY ? 2000 : 60_000;
const MEGABYTE = 1024 * 1024;
const MBIT = 1_000_000 / 8;
/** How much slower the processor, how many bytes a second, how long until an answer begins. */
const DESKS = {
	fast: null,
	terminal: { cpu: 4, bytes: 10 * MBIT, ms: 40 },
	county: { cpu: 6, bytes: 2 * MBIT, ms: 150 },
};
const table = [];

function row(what, values, bar, unit)
{
	const sorted = [...values].sort((a, b) => a - b);
	const median = sorted[Math.floor(sorted.length / 2)];
	table.push({ what, median, least: sorted[0], most: sorted[sorted.length - 1], bar, unit, good: median <= bar });
}

async function slowDown(page, desk)
{
	const line = await page.context().newCDPSession(page);
	if (desk?.cpu)
		await line.send('Emulation.setCPUThrottlingRate', { rate: desk.cpu });
	if (desk?.bytes) {
		await line.send('Network.enable');
		await line.send('Network.emulateNetworkConditions', { offline: false, latency: desk.ms, downloadThroughput: desk.bytes, uploadThroughput: desk.bytes });
	}
	return line;
}

/** Notes when so many of what is looked for have been painted, from the beginning of the navigation. */
const watchFor = ({ selector, count }) => {
	const look = () => {
		if (document.querySelectorAll(selector).length < count)
			return requestAnimationFrame(look);
		const channel = new MessageChannel();
		channel.port1.onmessage = () => console.debug('painted', performance.now());
		requestAnimationFrame(() => channel.port2.postMessage(null));
		return undefined;
	};
	requestAnimationFrame(look);
};

/** The finished page without its script, from a server that does nothing else: what this browser on this machine takes at the least. */
async function openStill(world, state)
{
	const page = await world.newPage({ width: 1366, height: 768 }, { storageState: state, patient: false });
	await page.goto(`${world.url}/#/inbox`);
	await page.locator('.conn-live').waitFor(); // the page itself stands there, not its first sight
	const html = await page.evaluate(() => {
		document.querySelectorAll('script, link[rel=preload], link[rel=modulepreload], link[rel=icon]').forEach((x) => x.remove());
		return `<!doctype html>${document.documentElement.outerHTML}`;
	});
	const style = await page.evaluate(() => fetch(document.querySelector('link[rel=stylesheet]').href).then((r) => r.text()));
	await page.context().close();
	const [whole, sheet] = [html, style].map((text) => brotliCompressSync(text)); // as the hub sends its files
	const server = createServer((request, answer) => {
		const isStyle = request.url.endsWith('.css');
		answer.writeHead(200, { 'Content-Type': isStyle ? 'text/css' : 'text/html; charset=utf-8', 'Content-Encoding': 'br' });
		answer.end(isStyle ? sheet : whole);
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Opens a page as on a first visit, signed in but with nothing kept, and says when it could be read. The page tells that by itself: the driver
 * puts 300 KB of script of its own into a page that it asks, a tenth of the work that is measured here. */
async function freshLoad(world, state, desk, hash, what, url = world.url)
{
	const page = await world.newPage({ width: 1366, height: 768 }, { storageState: state, patient: false });
	await slowDown(page, desk);
	await page.addInitScript(watchFor, what);
	const told = page.waitForEvent('console', { predicate: (m) => m.text().startsWith('painted '), timeout: 120_000 });
	await page.goto(`${url}/${hash}`, { waitUntil: 'commit' });
	const ms = Number((await told).text().split(' ')[1]);
	await page.context().close();
	return ms;
}

async function signedIn(world, user)
{
	const page = await world.newPage(undefined, { patient: false });
	await world.signIn(page, user);
	const state = await page.context().storageState();
	await page.context().close();
	return state;
}

async function loads(world)
{
	const [wjw, lxhy] = [await signedIn(world, 'wjw'), await signedIn(world, 'lxhy')];
	const still = await openStill(world, wjw);
	for (const [name, rowsBar, boardBar] of [['fast', 350, 450], ['terminal', 1000, 1300], ['county', 1500, 2000]].slice(0, TINY ? 1 : 3)) {
		const [rows, board, least] = [[], [], []];
		for (let i = 0; i < RUNS; i++) {
			least.push(await freshLoad(world, undefined, DESKS[name], '', { selector: 'table.notices tr[data-id]', count: ROWS }, still.url));
			rows.push(await freshLoad(world, wjw, DESKS[name], '#/inbox', { selector: 'table.notices tr[data-id]', count: ROWS }));
			board.push(await freshLoad(world, lxhy, DESKS[name], '#/board', { selector: '.heat td a', count: 1 }));
		}
		row(`${ROWS} rows of a still page, ${name}`, least, Infinity, 'ms');
		row(`${ROWS} rows visible, ${name}`, rows, rowsBar, 'ms');
		row(`the board visible, ${name}`, board, boardBar, 'ms');
	}
	still.close();
}

async function clicks(world)
{
	const page = await world.newPage(undefined, { patient: false });
	await world.signIn(page, 'wjw', '#/inbox');
	await page.locator('.conn-live').waitFor();
	await page.locator('tr[data-state=open]').nth(CLICKS).waitFor();
	await slowDown(page, { cpu: 4 });
	// The browser's own measure: from the press to the frame that shows what it did.
	await page.evaluate(() => {
		window.clicks = [];
		new PerformanceObserver((list) => { for (const e of list.getEntries()) if (e.name === 'click') window.clicks.push(e.duration); })
			.observe({ type: 'event', durationThreshold: 16 });
	});
	const got = [];
	for (let i = 0; i < CLICKS; i++) {
		const button = page.locator('tr[data-state=open]').first().getByRole('button', { name: /^签收：/ });
		const id = await page.locator('tr[data-state=open]').first().getAttribute('data-id');
		await page.evaluate(() => { window.clicks = []; });
		await button.click();
		await page.locator(`tr[data-id="${id}"][data-state=acknowledged]`).waitFor();
		await until('the browser has measured the click', () => page.evaluate(() => window.clicks.length > 0));
		got.push(await page.evaluate(() => Math.max(...window.clicks)));
	}
	row('acknowledge: click to paint, processor ÷ 4', got, 100, 'ms');
	await page.context().close();
}

async function rush(world)
{
	const page = await world.newPage(undefined, { patient: false });
	await world.signIn(page, 'wjw', '#/inbox');
	await page.locator('.conn-live').waitFor();
	await page.locator('table.notices:not(.fresh) tr[data-id]').first().waitFor();
	const line = await slowDown(page, null);
	await page.evaluate(async () => {
		Object.assign(window, { longest: 0, moved: 0 });
		new PerformanceObserver((list) => { for (const e of list.getEntries()) window.longest = Math.max(window.longest, e.duration); }).observe({ type: 'longtask' });
		const where = () => [...document.querySelectorAll('table.notices tr[data-id]')].map((r) => `${r.dataset.id} ${r.getBoundingClientRect().top}`).join();
		const frames = () => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
		let first = '';
		while (first !== where()) { // rows below the screen get their height when they are laid out
			first = where();
			await frames();
		}
		window.rowsWatch = setInterval(() => { if (where() !== first) window.moved++; }, 100);
	});
	const begun = performance.now();
	let on = 0;
	for (let i = 0; i < ARRIVALS; i++) {
		await until('there is room', () => on < 20, RUSH_MS);
		on++;
		void world.grant(`示例涌入用品${i}厂`).finally(() => { on--; });
		const wait = begun + (i + 1) * RUSH_MS / ARRIVALS - performance.now();
		if (wait > 0)
			await new Promise((resolve) => setTimeout(resolve, wait));
	}
	await until('all are there', () => on === 0, RUSH_MS);
	await page.locator('.pill', { hasText: TINY ? /\d+/ : '超过 200 条' }).waitFor();
	const took = (performance.now() - begun) / 1000;
	await page.evaluate(() => clearInterval(window.rowsWatch));
	await line.send('HeapProfiler.enable');
	await line.send('HeapProfiler.collectGarbage');
	const heap = (await line.send('Runtime.getHeapUsage')).usedSize;
	const { longest, moved } = await page.evaluate(() => ({ longest: window.longest, moved: window.moved }));
	console.log(`${ARRIVALS} arrivals in ${took.toFixed(0)} s`);
	row(`heap after ${ARRIVALS} arrivals`, [heap / MEGABYTE], 10, 'MB');
	row('the longest task meanwhile', [longest], 200, 'ms');
	row('how often a row had moved', [moved], 0, '');
	await page.context().close();
}

const PARTS = { loads, clicks, rush };
const named = Object.keys(PARTS).filter((name) => process.argv.includes(name));
const load = () => loadavg().map((x) => x.toFixed(2)).join(' ');
console.log(`load before: ${load()}; medians of ${RUNS} loads and ${CLICKS} clicks`);
const world = await openWorld();
try {
	for (let i = 0; i < ROWS + CLICKS + 10; i += 10)
		await Promise.all(Array.from({ length: 10 }, (_, j) => world.grant(`示例计时用品${i + j}厂`)));
	for (const name of named.length > 0 ? named : Object.keys(PARTS))
		await PARTS[name](world);
} finally {
	await world.close();
}
console.log(`${''.padEnd(44)}${'median'.padStart(9)}${'least'.padStart(9)}${'most'.padStart(9)}       bar`);
for (const { what, median, least, most, bar, unit, good } of table)
	console.log(`${what.padEnd(44)}${[median, least, most].map((x) => x.toFixed(1).padStart(9)).join('')} ${unit.padEnd(3)} ${bar === Infinity ? '' : `<= ${String(bar).padStart(4)}  ${TINY ? '' : good ? 'pass' : 'FAIL'}`}`);
console.log(`load after: ${load()}`);
if (!TINY && table.some((x) => !x.good))
	process.exitCode = 1;

// What every story stands on: a hub (the real one by default), a line to it that can be cut, a browser, people.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { wordsAreSaid } from './words.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(join(ROOT, 'dashboard/package.json'));
const { chromium } = require('playwright-core');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
// The browser without a window around it: what the whole one starts with each new window takes longer than the page.
const SHELL = '/usr/bin/chromium-headless-shell';
const CHROMIUM = {
	executablePath: process.env.CHROMIUM ?? (existsSync(SHELL) ? SHELL : '/usr/bin/chromium'),
	args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
		'--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
};
const PACK = join(ROOT, 'rules/packs/linyi');
const LIMIT_MS = 120_000; // only ends a hang: on a busy machine all takes its time
const MIDNIGHT_MS = 600_000; // a story that compares days is over by then, on a busy machine too
// What the hub allows others is an office's patience, and short for a story on a busy machine.
const PATIENCE = { TANDEM_REDIS_TIMEOUT: '30s', TANDEM_REQUEST_TIMEOUT: '5m', TANDEM_PONG: '10m', TANDEM_DRAIN: '60s' };
// So is the page's with the hub, and its reader's with what it says: how long it waits for an answer, and how much longer a word stays.
const PAGE = { requestMs: 10_000, patienceMs: 60_000, wordMs: 20_000 };
// How long the driver looks out for something, and how often at most a story looks itself.
const GLANCE_MS = 2000;
const LOOK_MS = 100;
const ITEM = process.env.TANDEM_TEST_ITEM ?? '370123020001';

export async function until(what, condition, ms = LIMIT_MS)
{
	const end = Date.now() + ms;
	// A look into a page takes the processor from the page that is waited for.
	for (let pause = 10; ; pause = Math.min(2 * pause, LOOK_MS)) {
		const value = await condition();
		if (value)
			return value;
		if (Date.now() > end)
			throw new Error(`waited in vain: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, pause));
	}
}

const listening = (where) => new Promise((resolve) => {
	const server = createServer().once('error', () => resolve(null)).listen(where, () => resolve(server));
});

/** What was drawn a moment ago takes the focus when it is there. */
export const hasFocus = (page, id, why = 'it has the focus') => until(`${why}: ${id}`, () => page.evaluate((x) => document.activeElement.id === x, id));

/** Nobody else's until this process ends: none of those that clients are given by themselves, and marked for all other tests. */
async function freePort()
{
	for (;;) {
		const port = 20_000 + Math.floor(Math.random() * 12_000);
		const mark = await listening({ path: `\0tandem-test-port-${port}` });
		const probe = mark && await listening({ port, host: '127.0.0.1' });
		if (probe) {
			mark.unref();
			await new Promise((resolve) => { probe.close(resolve); });
			return port;
		}
		mark?.close();
	}
}

/** A story that begins shortly before midnight in Beijing begins after it, so that all of it is of one day. */
async function dayHasRoom()
{
	const left = 86_400_000 - (Date.now() + 8 * 3600_000) % 86_400_000;
	if (left < MIDNIGHT_MS)
		await new Promise((resolve) => setTimeout(resolve, left + 1000));
}

async function startReal(bin, settings)
{
	const data = mkdtempSync(join(tmpdir(), 'tandem-browser-'));
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	let child;
	async function start()
	{
		// Nothing comes but what a story makes: a story counts what has come.
		child = spawn(bin, ['serve', '--demo', '--port', String(port), '--data', data],
			{ cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { ...PATIENCE, ...process.env, ...settings, TANDEM_DEMO_PAUSE: '0s' } });
		let output = '';
		child.stdout.on('data', (x) => { output += x; });
		child.stderr.on('data', (x) => { output += x; });
		await until('the hub is ready', async () => {
			if (child.exitCode !== null)
				throw new Error(`the hub ended at once:\n${output}`);
			return await fetch(url + '/readyz').then((r) => r.ok, () => false) && output.includes('"the demo has begun');
		});
	}
	async function end(signal)
	{
		const gone = new Promise((resolve) => child.once('exit', resolve));
		child.kill(signal);
		await gone;
	}
	await start();
	return {
		url, start, kill: () => end('SIGKILL'),
		addUser: (name, role, body) => spawnSync(bin, ['user', 'add', name, '--role', role, '--body', body, '--data', data], { cwd: ROOT, input: `${name}\n` }).status,
		close: async () => {
			await end('SIGTERM');
			rmSync(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }); // something may be written there still
		},
	};
}

/** In the page, before its scripts. A word is held as a pointer above it holds it. */
function patientPage({ requestMs, patienceMs, wordMs })
{
	const wait = window.setTimeout.bind(window);
	window.setTimeout = (then, ms, ...more) => wait(then, ms === requestMs ? patienceMs : ms, ...more);
	new MutationObserver((changes) => {
		for (const toast of changes.flatMap((c) => [...c.addedNodes]).filter((x) => x.matches?.('.toast'))) {
			toast.dispatchEvent(new MouseEvent('mouseenter'));
			wait(() => toast.dispatchEvent(new MouseEvent('mouseleave')), wordMs);
		}
	}).observe(document, { childList: true, subtree: true });
}

async function startHub(settings)
{
	if (process.env.HUB_URL)
		return { url: process.env.HUB_URL, close: () => undefined };
	if (process.env.TANDEM_BROWSER_MOCK)
		return (await import('./mock_hub.mjs')).startMock(0);
	return startReal(process.env.TANDEM_BIN, settings);
}

/** A line to the hub: cut() ends every connection and refuses new ones until mend(). */
async function openLine(hubUrl)
{
	const to = new URL(hubUrl);
	const pairs = new Set();
	let whole = true;
	const server = createServer((near) => {
		near.on('error', () => undefined);
		if (!whole)
			return near.destroy();
		const far = connect(Number(to.port), to.hostname);
		far.on('error', () => near.destroy());
		const pair = { near, far };
		pairs.add(pair);
		near.pipe(far).pipe(near);
		near.on('close', () => { far.destroy(); pairs.delete(pair); });
		far.on('close', () => near.destroy());
		return undefined;
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${server.address().port}`,
		cut: () => { whole = false; pairs.forEach(({ near }) => near.destroy()); },
		mend: () => { whole = true; },
		close: () => { pairs.forEach(({ near }) => near.destroy()); server.close(); },
	};
}

const headersOf = (url) => ({ 'Content-Type': 'application/json', Origin: url });

/** Signs in past the page; answers with the cookie. */
async function session(url, user)
{
	const signedIn = await fetch(url + '/api/v1/session', { method: 'POST', headers: headersOf(url), body: JSON.stringify({ user, password: user }) });
	assert.ok(signedIn.ok, `${user} can sign in: ${signedIn.status}`);
	return signedIn.headers.getSetCookie()[0].split(';')[0];
}

/** For what other people do meanwhile. */
async function person(url, user)
{
	const headers = headersOf(url);
	const cookie = await session(url, user);
	return async (method, path, body, type = 'application/json') => {
		const response = await fetch(url + '/api/v1' + path, {
			method, headers: { ...headers, 'Content-Type': type, Cookie: cookie }, body: body === undefined ? undefined : JSON.stringify(body),
		});
		const text = await response.text();
		return { status: response.status, data: text ? JSON.parse(text) : null };
	};
}

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
export function creditCode(n)
{
	const first = '91371302MA' + String(n % 10_000_000).padStart(7, '0');
	let sum = 0;
	[...first].forEach((c, i) => { sum += ALPHABET.indexOf(c) * (3 ** i % 31); });
	return first + ALPHABET[(31 - sum % 31) % 31];
}

let serial = Date.now() % 1_000_000;
function eventOf(name)
{
	const n = ++serial;
	const now = new Date(Date.now() + 8 * 3600_000).toISOString();
	return {
		specversion: '1.0', type: 'approval.granted', source: '/sources/spj-lanshan', id: `browser-${n}`, time: now.slice(0, 19) + '+08:00',
		datacontenttype: 'application/json',
		data: {
			case: `371302${now.slice(0, 10).replaceAll('-', '')}${String(n).padStart(6, '0')}`, version: 1, item: ITEM, region: '371302',
			bodies: { accepting: 'spj-371302', reviewing: 'spj-371300', deciding: 'spj-371300' },
			applicant: { kind: 'entity', name, code: creditCode(n), phone: '13800005678' },
			permit: { number: `鲁临卫消字${n}号`, name: '消毒产品生产企业卫生许可证', decided_on: now.slice(0, 10), valid_from: now.slice(0, 10), valid_until: '2030-11-22' },
		},
	};
}

/** The driver looks for what is waited for at longer and longer intervals, up to a fifth of what it may wait: given no more than a glance at
 * a time, it looks ten times a second. */
function waitInGlances(page)
{
	const locator = Object.getPrototypeOf(page.locator('html'));
	if (Object.hasOwn(locator, 'waitForLong'))
		return;
	locator.waitForLong = locator.waitFor;
	locator.waitFor = async function (options) {
		const end = Date.now() + (options?.timeout ?? LIMIT_MS);
		for (;;) {
			try {
				return await this.waitForLong({ ...options, timeout: GLANCE_MS });
			} catch (error) {
				if (error.name !== 'TimeoutError' || Date.now() > end)
					throw error;
			}
		}
	};
}

let shared = null;

/** One for all stories from now on. No page of theirs lives so long that making its scripts faster would pay. */
export async function shareChromium()
{
	shared = await chromium.launch({ ...CHROMIUM, args: [...CHROMIUM.args, '--js-flags=--no-opt --no-maglev'] });
	return shared;
}

/** `path`: a browser of its own; `settings`: of its hub. */
export async function openWorld({ path, settings } = {})
{
	await dayHasRoom();
	// The browser first: where it does not start, nothing else stands behind that keeps the run from ending.
	const own = path || !shared ? await chromium.launch({ ...CHROMIUM, executablePath: path ?? CHROMIUM.executablePath }) : null;
	const browser = own ?? shared;
	const hub = await startHub(settings).catch(async (e) => { await own?.close(); throw e; });
	const line = await openLine(hub.url);
	const office = await person(hub.url, 'spj');
	const pages = [];

	/** A page of its own browser profile, with everything it complains about kept; patient, unless it is about the page's own times. */
	async function newPage(size = { width: 1366, height: 768 }, { patient = true, ...options } = {})
	{
		const context = await browser.newContext({ viewport: size, timezoneId: 'America/New_York', locale: 'zh-CN', ...options });
		const page = await context.newPage();
		page.setDefaultTimeout(LIMIT_MS);
		waitInGlances(page);
		page.faults = [];
		page.on('pageerror', (e) => page.faults.push(`error: ${e.message}`));
		page.on('console', (m) => { if (/Content Security Policy/i.test(m.text())) page.faults.push(`csp: ${m.text()}`); });
		await page.addInitScript(() => {
			window.cspFaults = [];
			document.addEventListener('securitypolicyviolation', (e) => window.cspFaults.push(e.violatedDirective + ' ' + e.blockedURI));
		});
		if (patient)
			await page.addInitScript(patientPage, PAGE);
		pages.push(page);
		return page;
	}

	/** As somebody who has signed in; how the page does that is a story of its own. */
	async function signIn(page, user, hash = '')
	{
		const [name, value] = (await session(hub.url, user)).split(/=(.*)/);
		await page.context().addCookies([{ name, value, domain: '127.0.0.1', path: '/', httpOnly: true, sameSite: 'Strict' }]);
		if (page.url() !== 'about:blank')
			await page.goto('about:blank'); // a page that stands there already would only change its part behind the #
		await page.goto(line.url + '/' + hash);
		await page.locator('nav.side').waitFor();
	}

	/** An approval is granted; answers with what the hub made of it. */
	async function grant(name)
	{
		const event = eventOf(name);
		const { status, data } = await office('POST', '/events', event, 'application/cloudevents+json');
		assert.equal(status, 201, JSON.stringify(data));
		const lead = data.notices.find((n) => n.role === 'lead');
		return { ...data, name, notice: lead.id, body: lead.body, code: event.data.applicant.code };
	}

	/** The coordinator submits the pack with one row more, that tells one body more of what is granted here; answers with the version. */
	async function propose(number, why)
	{
		const files = {};
		for (const name of readdirSync(PACK, { recursive: true }))
			if (/\.(csv|json|txt)$/.test(name))
				files[name] = readFileSync(join(PACK, name), 'utf8');
		files['rules.csv'] += `X${number},,,granted,${ITEM},,,,,,,,,,copy,住房城乡建设@here,2wd,,push,,第 ${number} 号文,\n`;
		const { status, data } = await (await person(hub.url, 'lxhy'))('POST', '/policy/versions', { why, files });
		assert.equal(status, 201, JSON.stringify(data));
		return data.version;
	}

	/** One more person of a body, who can sign in when this returns; the password is the name. */
	async function hire(name, role, body)
	{
		assert.equal(hub.addUser(name, role, body), 0, `${name} is added`);
		await until(`${name} can sign in`, () => person(hub.url, name).then(() => true, () => false));
	}

	async function close()
	{
		const faults = [];
		for (const page of pages)
			faults.push(...page.faults, ...page.isClosed() ? [] : await page.evaluate(() => window.cspFaults ?? []).catch(() => []));
		await Promise.all(pages.map((page) => page.context().close()));
		await own?.close();
		line.close();
		await hub.close();
		assert.deepEqual(faults, [], 'no script error and no CSP violation');
	}

	return { url: line.url, line, kill: hub.kill, start: hub.start, newPage, signIn, grant, propose, hire, eventOf, close, as: (user) => person(hub.url, user) };
}

/** What the page has let its person keep. */
export async function contentOf(download)
{
	const parts = [];
	for await (const part of await download.createReadStream())
		parts.push(part);
	return Buffer.concat(parts);
}

let sheetSeen = false;

/** Finds nothing, or says what and where. The script is put in past the policy that the page lives under. */
export async function axe(page, where)
{
	if (!await page.evaluate(() => 'axe' in window))
		await page.evaluate(AXE);
	// Only what is wrong is worked out and comes over the line: the list of what is right is a thousand times as long.
	// There is one style sheet for all pages, so the rule that reads it does so once a run.
	const faults = await page.evaluate(async ([tags, preload]) => {
		const { violations } = await window.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'], preload });
		return violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`);
	}, [AXE_TAGS, !sheetSeen]);
	sheetSeen = true;
	assert.deepEqual(faults, [], `axe on ${where}`);
	await wordsAreSaid(page, where);
}

export async function noSideways(page, where)
{
	const { wide, view } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, view: document.documentElement.clientWidth }));
	assert.ok(wide <= view, `${where}: ${wide} px in ${view} px`);
}

export const rowOf = (page, made) => page.locator(`tr[data-id="${made.notice}"]`);

/** In the list, or behind the button where it waits with what has come since. */
export const shown = (page, made) => until('the row is shown', async () => {
	if (await rowOf(page, made).isVisible())
		return true;
	// In one step: it goes by itself when the list comes with what it has counted.
	await page.locator('.pill').evaluateAll(([pill]) => pill?.click());
	return false;
});

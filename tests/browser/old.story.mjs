// Every page in the oldest Chromium that is met in offices, in both languages: it draws what it is for, and nothing fails. The driver's own
// clicks need a younger browser, so the page is moved from inside.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { oldChromium } from './old_chromium.mjs';
import { openWorld, until } from './world.mjs';

const old = oldChromium();
const PEOPLE = {
	wjw: { inbox: 'table.notices tr[data-id]', notice: '.timeline li', board: '.heat td a', disputes: '.empty, tr[data-dispute]', bodies: '[data-contact], .bodies, .page h1', password: '#password-again' },
	spj: { search: '.hit', case: '.timeline li', submit: '#e-item-list option', policy: '.heat-tall td a', list: '.page h1' },
	lxhy: { board: '.trend circle', reports: '.report h2', screen: '.screen .heat td a', disputes: 'tr[data-dispute]', dispute: '.act-form', policies: '.page h1',
		version: '.acts button', list: '.list-sum', meetings: '[data-part=disputes] a', reconcile: 'tr[data-department]' },
	admin: { bodies: '.page h1', policies: '.page h1', admin: '[data-user]', calendar: '.page li.num' },
};
let world;
const ids = {};
before(async () => {
	if (old.why)
		return;
	world = await openWorld({ path: old.path });
	const made = await world.grant('示例旧浏览器用品厂');
	const event = world.eventOf('示例无主用品厂');
	event.data.item = '999999999999';
	await (await world.as('spj'))('POST', '/events', event, 'application/cloudevents+json');
	Object.assign(ids, { notice: made.notice, case: made.case, version: await world.propose(1, '旧浏览器也要能看') });
	const lxhy = await world.as('lxhy');
	ids.dispute = await until('the dispute is listed', async () => (await lxhy('GET', '/disputes?state=open')).data.items[0]?.id);
});
after(() => world?.close());

const seen = (page, selector) => page.waitForFunction((s) => document.querySelector(s), selector);

async function signIn(page, user)
{
	await page.goto(world.url);
	await seen(page, '#user');
	await page.evaluate((name) => {
		for (const id of ['user', 'password']) {
			const field = document.getElementById(id);
			field.value = name;
			field.dispatchEvent(new Event('input', { bubbles: true }));
		}
		document.querySelector('form button[type=submit]').click();
	}, user);
	await seen(page, 'nav.side a');
}

test('no page is left out', () => {
	const app = readFileSync(new URL('../../dashboard/src/App.vue', import.meta.url), 'utf8');
	const [, all] = app.match(/const PAGES[^{]*\{([^}]+)\}/);
	assert.deepEqual([...new Set(Object.values(PEOPLE).flatMap(Object.keys))].sort(), [...all.matchAll(/\b(\w+): (?:later|\w+Page)/g)].map((x) => x[1]).sort());
});

for (const [user, pages] of Object.entries(PEOPLE))
	test(`the pages of ${user} in Chromium 90`, { skip: old.why }, async () => {
		const page = await world.newPage();
		await signIn(page, user);
		assert.match(await page.evaluate(() => navigator.userAgent), /Chrome\/90\./);
		for (const language of ['zh', 'en']) {
			await page.evaluate((l) => localStorage.setItem('tandem.language', l), language);
			await page.goto(`${world.url}/#/${Object.keys(pages)[0]}`);
			await page.reload();
			await page.waitForFunction((l) => document.documentElement.lang.startsWith(l), language);
			for (const [name, selector] of Object.entries(pages)) {
				await page.evaluate((hash) => { location.hash = hash; }, `#/${name}${ids[name] ? `/${encodeURIComponent(ids[name])}` : ''}`);
				await seen(page, selector);
				assert.equal(await page.evaluate(() => document.querySelectorAll('.note-red').length), 0, `${name} in ${language} says that something failed`);
				if (process.env.SHOTS)
					await page.screenshot({ path: `${process.env.SHOTS}/old-${user}-${name}-${language}.png` });
			}
		}
		assert.deepEqual(page.faults, []);
		await page.context().close();
	});

test('in it a notice is acknowledged and claimed, and stays so', { skip: old.why }, async () => {
	const page = await world.newPage();
	await signIn(page, 'wjw');
	const row = `tr[data-id="${ids.notice}"]`;
	await seen(page, `${row} .acts button`);
	await page.evaluate((s) => document.querySelector(`${s} .acts button`).click(), row);
	await page.waitForFunction((s) => ['acknowledged', 'claimed'].includes(document.querySelector(s).dataset.state), row);
	const api = await world.as('wjw');
	await until('the hub has it', async () => (await api('GET', `/notices/${ids.notice}`)).data.notice.state !== 'open');
	await page.context().close();
});

test('in it a dialog gives the focus back to the button that opened it', { skip: old.why }, async () => {
	const page = await world.newPage();
	await signIn(page, 'wjw');
	for (const word of ['提醒', '帮助']) {
		await page.waitForFunction((w) => [...document.querySelectorAll('header button')].some((b) => b.textContent === w), word);
		await page.evaluate((w) => { const b = [...document.querySelectorAll('header button')].find((x) => x.textContent === w); b.focus(); b.click(); }, word);
		await seen(page, 'dialog[open] button');
		await page.evaluate(() => document.querySelector('dialog[open] .dialog-head button').click());
		await page.waitForFunction(() => !document.querySelector('dialog[open]'));
		await page.waitForFunction((w) => document.activeElement.textContent === w, word);
	}
	await page.context().close();
});

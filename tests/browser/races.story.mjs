// What happens at once with something else: answers that come late, a second click, another tab, a page that is open over midnight.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { creditCode, openWorld, until } from './world.mjs';

let world;
let page;
let office;
let joint;
before(async () => {
	world = await openWorld();
	[page, office, joint] = [await world.newPage(), await world.newPage(), await world.newPage()];
	await world.signIn(page, 'wjw');
	await world.signIn(office, 'spj');
	await world.signIn(joint, 'lxhy');
});
after(() => world?.close());

/** Holds what is asked so until it is let go; what then becomes of it is the caller's. */
async function held(on, url, method = 'GET')
{
	const waits = [];
	let open = false;
	await on.route(url, (route) => (!open && route.request().method() === method ? void waits.push(route) : route.fallback()));
	return {
		asked: () => until(`${url} is asked`, () => waits.length > 0),
		free: () => { open = true; return Promise.all(waits.map((route) => route.fallback())); },
	};
}

const months = (n) => { const d = new Date(Date.now() + 8 * 3600_000); return new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() - n, 1)).toISOString().slice(0, 7); };
const settled = (on) => on.evaluate(() => new Promise((done) => { requestAnimationFrame(() => setTimeout(done, 100)); }));

test('a notice that was taken is not said to have failed because reading it again did', async () => {
	const made = await world.grant('示例重读用品厂');
	await page.goto(`${world.url}/#/notice/${made.notice}`);
	await page.locator('.pane-foot').getByRole('button', { name: '签收：' }).waitFor();
	await page.locator('.conn-live').waitFor();
	let failing = 1;
	await page.route(`**/notices/${made.notice}`, (route) => (failing-- > 0 ? route.fulfill({ status: 503, json: { status: 503, title: 'x' } }) : route.fallback()));
	await page.locator('.pane-foot').getByRole('button', { name: '签收：' }).click();
	await page.locator('.toast', { hasText: '核实完毕，已经生效' }).waitFor();
	assert.equal(await page.locator('.toast', { hasText: '没有办成' }).count(), 0);
	assert.match(await page.locator('.pane-state').innerText(), /已签收/);
	await page.unroute(`**/notices/${made.notice}`);
});

test('the key that ends a composition does not end the form', async () => {
	const made = await world.grant('示例输入法用品厂');
	await page.goto(`${world.url}/#/inbox?n=${made.notice}`);
	await page.locator('.conn-live').waitFor();
	await page.locator('.pane-foot').getByRole('button', { name: '退回：' }).click();
	const remark = page.locator('#f-remark');
	await remark.fill('不属于本单位的职责');
	await remark.evaluate((field) => field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', isComposing: true, bubbles: true })));
	await settled(page);
	assert.equal(await remark.count() && await remark.inputValue(), '不属于本单位的职责');
	await remark.press('Escape');
	await remark.waitFor({ state: 'detached' });
});

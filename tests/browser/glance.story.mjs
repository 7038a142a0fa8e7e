// The inbox is seen before the page's own script is there: the very rows, and nothing that was done meanwhile is lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, openWorld, rowOf, until } from './world.mjs';

let world;
const made = [];
before(async () => {
	world = await openWorld();
	for (const name of ['示例甲用品厂', '示例<b>乙</b>&"用品"厂', '示例丙用品厂', '示例丁用品厂'])
		made.push(await world.grant(name));
});
after(() => world?.close());

/** The page's own script is on its way until `come` is called. */
async function held(page)
{
	let come;
	const comes = new Promise((resolve) => { come = resolve; });
	await page.route('**/assets/first-*.js', async (route) => { await comes; await route.continue(); });
	return come;
}

async function opened(user, hash, size, options)
{
	const page = await world.newPage(size, options);
	const come = await held(page);
	void world.signIn(page, user, hash).catch(() => undefined);
	return { page, come };
}

/** What is seen, and where: the rows, the tabs, the navigation. Boxes and buttons alike, whatever they will do. */
const seen = (page) => page.evaluate(() => ['nav.side a', '.page-head h1', '.page-head select', '.tabs button', '.order', '.notices th', '.notices td', '.notices td *'].map((what) =>
	[...document.querySelectorAll(what)].map((x) => {
		const { left, top, width, height } = x.getBoundingClientRect();
		const names = [...x.attributes].filter((a) => !['value', 'checked'].includes(a.name)).map((a) => `${a.name}=${a.value}`).sort().join(' ');
		return `${x.tagName} ${names} ${[left, top, width, height].map(Math.round).join(' ')} ${x.children.length > 0 ? '' : x.textContent}`;
	})));

const NO_TICK = { reducedMotion: 'reduce' };

test('the rows stand there before the page, and stay where they are when it comes', async () => {
	const { page, come } = await opened('wjw', '#/inbox', undefined, NO_TICK);
	await rowOf(page, made[3]).waitFor();
	assert.match(await rowOf(page, made[1]).innerText(), /示例<b>乙<\/b>&"用品"厂/);
	assert.equal(await page.locator('.top-right').count(), 0, 'the page itself is not there yet');
	const glance = await seen(page);
	come();
	await page.locator('.conn-live').waitFor();
	await page.mouse.move(0, 0);
	assert.deepEqual(await seen(page), glance);
	await axe(page, 'the inbox after its first sight');
	await page.context().close();
});

test('what is clicked before the page is there is done when it is', async () => {
	const { page, come } = await opened('wjw', '#/inbox');
	await rowOf(page, made[0]).getByRole('button', { name: /^签收：/ }).click();
	await rowOf(page, made[1]).getByRole('checkbox').check();
	await rowOf(page, made[2]).getByRole('link').click();
	await rowOf(page, made[3]).getByRole('checkbox').focus();
	assert.match(page.url(), /#\/inbox$/, 'the notice opens beside the list, not in its place');
	come();
	await page.locator(`tr[data-id="${made[0].notice}"][data-state=acknowledged]`).waitFor();
	const { data } = await (await world.as('wjw'))('GET', `/notices/${made[0].notice}`);
	assert.equal(data.notice.state, 'acknowledged');
	assert.ok(await rowOf(page, made[1]).getByRole('checkbox').isChecked());
	await page.getByText('已选 1 条').waitFor();
	await page.locator('.pane-title', { hasText: '示例丙用品厂' }).waitFor();
	await page.context().close();
});

test('who has the focus in the first sight keeps it', async () => {
	const { page, come } = await opened('wjw', '#/inbox');
	await rowOf(page, made[1]).waitFor();
	await rowOf(page, made[1]).getByRole('checkbox').focus();
	come();
	await page.locator('.conn-live').waitFor();
	await until('the focus is in the same row', () => page.evaluate((id) => document.activeElement?.closest('tr')?.dataset.id === id, made[1].notice));
	await page.context().close();
});

test('a link of the frame leads on', async () => {
	const { page, come } = await opened('wjw', '#/inbox');
	await page.getByRole('link', { name: '办件查询' }).click();
	come();
	await page.getByRole('heading', { level: 1, name: '办件查询' }).waitFor();
	await page.context().close();
});

test('there is none where another page, another language or a narrow screen is asked for, or nobody is signed in', async () => {
	for (const [hash, size] of [['#/inbox?state=all'], ['#/search'], ['#/inbox', { width: 390, height: 844 }]]) {
		const { page, come } = await opened('wjw', hash, size);
		const asked = [];
		page.on('requestfinished', (r) => asked.push(r.url()));
		await until('the hub has answered what is asked ahead', () => asked.some((url) => url.includes('/policy/calendar')));
		assert.equal(await page.locator('#app > *').count(), 0, hash);
		come();
		await page.locator('nav.side').waitFor();
		await page.context().close();
	}
	const stranger = await world.newPage();
	await stranger.goto(world.url);
	await stranger.getByLabel('密码').waitFor();
});

test('a notice that is opened before its script is there comes with the focus, wherever it is opened', async () => {
	for (const { size, how } of [
		{ size: { width: 390, height: 844 }, how: (row) => row.getByRole('link').click() },
		{ size: { width: 390, height: 844 }, how: (row) => row.press('Enter') },
		{ size: undefined, how: (row) => row.press('r') },
	]) {
		const page = await world.newPage(size);
		let come;
		const comes = new Promise((resolve) => { come = resolve; });
		await page.route('**/assets/notice-*.js', async (route) => { await comes; await route.continue(); });
		await world.signIn(page, 'wjw', '#/inbox');
		await how(rowOf(page, made[2]));
		await page.getByText('正在载入…').first().waitFor();
		come();
		await page.locator('.pane-title', { hasText: '示例丙用品厂' }).waitFor();
		await page.waitForFunction((wide) => document.activeElement?.matches(wide ? '.act-form h3' : '.pane-title'), size === undefined);
		await page.context().close();
	}
});

test('a notice whose script cannot be had says so, and the list stays', async () => {
	const page = await world.newPage();
	await page.route('**/assets/notice-*.js', (route) => route.abort());
	await world.signIn(page, 'wjw', '#/inbox');
	await rowOf(page, made[2]).getByRole('link').click();
	await page.getByRole('alert').getByRole('button', { name: '重新载入' }).waitFor();
	assert.equal(await rowOf(page, made[2]).isVisible(), true);
	await page.context().close();
});

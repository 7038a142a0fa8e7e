// The inbox and the board are seen before the page's own script is there: the very rows and figures, and nothing that was done meanwhile is lost.
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

/** The first sight stands until the page has as much to show, however long a busy machine takes for that. */
const waitForPage = () => {
	const wait = window.setTimeout;
	window.setTimeout = (then, ms, ...more) => wait(then, ms === 4000 ? 60_000 : ms, ...more);
};

/** What is left of a time is told in hours and minutes: what ends in another minute than it began in, and is not the same, is looked at again. */
async function inOneMinute(look)
{
	const minute = () => Math.floor(Date.now() / 60_000);
	for (;;) {
		const begun = minute();
		try {
			return await look();
		} catch (error) {
			if (!(error instanceof assert.AssertionError) || minute() === begun)
				throw error;
		}
	}
}

async function opened(user, hash, size, options)
{
	const page = await world.newPage(size, options);
	await page.addInitScript(waitForPage);
	const come = await held(page);
	void world.signIn(page, user, hash).catch(() => undefined);
	return { page, come };
}

/** What is seen on the first screen, and where: the rows, the tabs, the navigation. Boxes and buttons alike, whatever they will do. */
const INBOX = ['nav.side a', '.page-head h1', '.page-head select', '.page-head .tabs-small *', '.tabs button', '.order', '.notices th', '.notices td', '.notices td *'];
const seen = (page, parts = INBOX) => page.evaluate((all) => all.map((what) =>
	[...document.querySelectorAll(`#app ${what}`)].filter((x) => x.getBoundingClientRect().top < innerHeight).map((x) => {
		const { left, top, width, height } = x.getBoundingClientRect();
		const names = [...x.attributes].filter((a) => !['value', 'checked', 'selected', 'style'].includes(a.name)).map((a) => `${a.name}=${a.value}`).sort().join(' ');
		return `${x.tagName} ${names} ${x.value ?? ''} ${[left, top, width, height].map(Math.round).join(' ')} ${x.children.length > 0 ? '' : x.textContent}`;
	})), parts);

const BOARD = ['nav.side a', '.page-head h1', '.page-head .links *', '.board-pick *', 'main h2', '.needs a', '.rates *', '.counts *', '.timeline-head *', '.heat', '.heat *', '.others *', '.legend-line *'];

const NO_TICK = { reducedMotion: 'reduce' };

test('the rows stand there before the page, and stay where they are when it comes', () => inOneMinute(async () => {
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
}));

test('its list is asked for once, before a script says whose it is', async () => {
	const page = await world.newPage();
	await world.signIn(page, 'wjw', '#/inbox');
	await page.locator('.conn-live').waitFor();
	const lists = [];
	page.on('request', (r) => { if (/\/notices\?/.test(r.url())) lists.push(r.url().replace(/.*\?/, '')); });
	let come;
	const comes = new Promise((resolve) => { come = resolve; });
	await page.route('**/assets/early-*.js', async (route) => { await comes; await route.continue(); });
	void page.reload();
	await until('the list is asked for', () => lists.length > 0);
	come();
	await rowOf(page, made[3]).waitFor();
	await page.locator('.conn-live').waitFor();
	assert.deepEqual(lists, ['home=true&state=todo']);
	await page.context().close();
});

test('it has the letters that were asked for last time, and nothing jumps', () => inOneMinute(async () => {
	const page = await world.newPage(undefined, NO_TICK);
	await page.addInitScript(waitForPage);
	await page.addInitScript(() => localStorage.setItem('tandem.size', '2'));
	const come = await held(page);
	void world.signIn(page, 'wjw', '#/inbox').catch(() => undefined);
	await rowOf(page, made[3]).waitFor();
	assert.equal(await page.locator('.top-right').count(), 0, 'the page itself is not there yet');
	const glance = await seen(page);
	assert.equal(await page.locator('.notices').evaluate((x) => getComputedStyle(x).fontSize), '18px');
	come();
	await page.locator('.conn-live').waitFor();
	await page.mouse.move(0, 0);
	assert.deepEqual(await seen(page), glance);
	await page.context().close();
}));

test('what is clicked before the page is there is done when it is', async () => {
	const { page, come } = await opened('wjw', '#/inbox');
	await rowOf(page, made[0]).getByRole('button', { name: /^签收：/ }).click();
	await rowOf(page, made[1]).getByRole('checkbox').check();
	await rowOf(page, made[2]).getByRole('link').click();
	await rowOf(page, made[3]).getByRole('checkbox').focus();
	assert.match(page.url(), /#\/inbox$/, 'the notice opens beside the list, not in its place');
	come();
	await page.locator(`tr[data-id="${made[0].notice}"][data-state=acknowledged]`).waitFor();
	const api = await world.as('wjw');
	await until('the hub has it', async () => (await api('GET', `/notices/${made[0].notice}`)).data.notice.state === 'acknowledged');
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
	for (const [hash, size, user = 'wjw'] of [['#/inbox?state=all'], ['#/inbox?scope=me'], ['#/search'], ['#/inbox', { width: 390, height: 844 }], ['#/board', { width: 390, height: 844 }, 'lxhy'], ['#/disputes', undefined, 'lxhy']]) {
		const { page, come } = await opened(user, hash, size);
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

const cell = (page) => page.locator('.heat td a').first();
const live = (page) => page.getByText(/实时更新$/).waitFor();

for (const [hash, what] of [['', 'where the role leads to it'], ['#/board?metric=sent&region=371302', 'with all that the address says']])
	test(`the board stands there before the page, and stays where it is when it comes: ${what}`, () => inOneMinute(async () => {
		const { page, come } = await opened('lxhy', hash, undefined, NO_TICK);
		await cell(page).waitFor();
		assert.equal(await page.locator('.top-right').count(), 0, 'the page itself is not there yet');
		await page.getByText(/^数据截至 [\d:]+$/).waitFor();
		const glance = await seen(page, BOARD);
		if (process.env.SHOTS)
			await page.screenshot({ path: `${process.env.SHOTS}/glance-board.png` });
		await axe(page, 'the first sight of the board');
		come();
		await live(page);
		await page.mouse.move(0, 0);
		if (process.env.SHOTS)
			await page.screenshot({ path: `${process.env.SHOTS}/board-after-glance.png` });
		assert.ok(glance.every((x) => x.length > 0), 'all parts are there to be compared');
		assert.deepEqual(await seen(page, BOARD), glance);
		await axe(page, 'the board after its first sight');
		await page.context().close();
	}));

test('what is done on the board before the page is there is done when it is', async () => {
	const { page, come } = await opened('lxhy', '#/board');
	await page.getByLabel('指标').selectOption('overdue');
	await cell(page).focus();
	const to = await cell(page).getAttribute('href');
	come();
	await page.waitForURL(/metric=overdue/);
	await page.getByRole('grid', { name: '县区与部门：超期件数' }).waitFor();
	assert.match(to, /figure=due/);
	await page.context().close();
	const other = await opened('lxhy', '#/board');
	await other.page.getByRole('button', { name: '本月' }).click();
	other.come();
	await other.page.waitForURL(/from=\d{4}-\d\d-01/);
	await other.page.context().close();
});

test('who has the focus on the board keeps it, and walks on from there', async () => {
	const { page, come } = await opened('lxhy', '#/board');
	const link = page.locator('.heat tbody tr').nth(1).locator('td a').first();
	await link.waitFor();
	await link.focus();
	const href = await link.getAttribute('href');
	come();
	await live(page);
	await until('the focus is at the same link', () => page.evaluate((to) => document.activeElement?.getAttribute('href') === to, href));
	await page.keyboard.press('ArrowDown');
	assert.equal(await page.evaluate(() => document.activeElement.closest('td').dataset.row), '2');
	await page.context().close();
});

test('a cell of the board leads to its list before the page is there', async () => {
	const { page, come } = await opened('lxhy', '#/board');
	await cell(page).click();
	await page.waitForURL(/#\/list\?figure=due&body=/);
	come();
	await page.locator('.list-sum').waitFor();
	assert.equal(await page.locator('.heat').count(), 0);
	await page.context().close();
});

test('a board that is refused or slow keeps nobody from the page', async () => {
	for (const [hold, what] of [[(route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{}' }), 'refused'], [() => undefined, 'never answered']]) {
		const page = await world.newPage();
		await page.route(/\/api\/v1\/board\?/, hold);
		await world.signIn(page, 'lxhy', '#/board');
		await page.locator('.top-right').waitFor();
		await cell(page).waitFor(); // the live connection brings it
		await live(page);
		assert.equal(await page.locator('main[aria-busy]').count(), 0, what);
		await page.unrouteAll({ behavior: 'ignoreErrors' });
		await page.context().close();
	}
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
		await page.locator('.conn-live').waitFor(); // in the first sight no key opens anything
		await how(rowOf(page, made[2]));
		await page.getByText('正在载入…').first().waitFor();
		come();
		await page.locator('.pane-title', { hasText: '示例丙用品厂' }).waitFor();
		await page.waitForFunction((wide) => document.activeElement?.matches(wide ? '.act-form h3' : '.pane-title'), size === undefined);
		await page.context().close();
	}
});

test('a page that cannot be had takes the place of the first sight of the board, and says so', async () => {
	const page = await world.newPage();
	await page.route('**/assets/board-*.js', (route) => route.abort());
	void world.signIn(page, 'lxhy', '#/board').catch(() => undefined);
	await page.getByRole('alert').waitFor();
	assert.equal(await page.locator('.heat').count(), 0);
	await page.unrouteAll({ behavior: 'ignoreErrors' });
	await page.context().close();
});

test('who waits for a page whose script cannot be had is told, and can try again', async () => {
	for (const [user, hash, what] of [['lxhy', '#/board', '.heat td a'], ['wjw', '#/search', '[role=alert]']]) {
		const page = await world.newPage();
		await page.route('**/assets/first-*.js', (route) => route.abort());
		void world.signIn(page, user, hash).catch(() => undefined);
		await page.getByRole('alert').waitFor();
		await page.locator(what).first().waitFor();
		await axe(page, 'a page that did not come');
		await page.unrouteAll({ behavior: 'ignoreErrors' });
		await page.getByRole('button', { name: '重新载入' }).click();
		await page.locator('.top-right').waitFor();
		assert.equal(await page.getByRole('alert').count(), 0);
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

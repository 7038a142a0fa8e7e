import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { axe, openWorld, rowOf, until } from './world.mjs';

let world;
let page;
before(async () => {
	world = await openWorld();
	page = await world.newPage();
	await world.grant('示例卫生用品一厂');
	await world.grant('示例卫生用品二厂');
	await world.signIn(page, 'wjw');
});
after(() => world?.close());
beforeEach(async () => {
	await page.goto(world.url + '/#/inbox');
	await page.reload();
	await page.locator('table.notices tbody tr').first().waitFor();
	await page.locator('.conn-live').waitFor();
	await page.locator('.due').first().waitFor(); // all of a row
});

/** A notice in the list: granted, arrived behind the pill, shown. */
async function listed(name)
{
	const made = await world.grant(name);
	await page.locator('.pill').click();
	await rowOf(page, made).waitFor();
	return made;
}

const open = (made) => rowOf(page, made).getByRole('link').click();

test('the inbox lists what is to do, with the count in the title and in the navigation', async () => {
	await page.getByRole('row', { name: /示例卫生用品一厂/ }).waitFor();
	const badge = await page.locator('nav.side .badge').innerText();
	await until('the title counts the same', async () => (await page.title()).startsWith(`(${badge}) `));
	await page.locator('.tabs button[aria-pressed=true] .count').getByText(badge, { exact: true }).waitFor();
	await axe(page, 'inbox');
});

test('what the page begins with is asked for ahead of it, and once', async () => {
	let asked = [];
	const note = (request) => { if (/\/(me|notices|calendar)(\?|$)/.test(request.url())) asked.push(new URL(request.url()).pathname.replace('/api/v1', '')); };
	page.on('request', note);
	let release;
	const held = new Promise((resolve) => { release = resolve; });
	await page.route('**/assets/first-*.js', async (route) => { await held; await route.continue(); });
	await page.reload({ waitUntil: 'commit' });
	await until('all is asked before the page is there', () => asked.length === 3);
	release();
	const once = async () => {
		await page.locator('.conn-live').waitFor();
		await page.locator('.due').first().waitFor();
		assert.deepEqual(asked.sort(), ['/me', '/notices', '/policy/calendar']);
	};
	await once();
	await page.unroute('**/assets/first-*.js');
	asked = [];
	await page.reload();
	await once();
	page.off('request', note);
});

test('what arrives moves no row, and shows itself when asked', async () => {
	const row = page.locator('table.notices tbody tr').first();
	const order = () => page.$$eval('table.notices tbody tr', (all) => all.map((r) => r.dataset.id));
	const before = { order: await order(), box: await row.boundingBox() };
	const made = await world.grant('示例卫生用品三厂');
	await page.locator('.pill').getByText(/有 \d+ 条新告知，点击显示/).waitFor();
	assert.deepEqual({ order: await order(), box: await row.boundingBox() }, before);
	await axe(page, 'inbox with the pill');
	await page.locator('.pill').click();
	await rowOf(page, made).waitFor();
	assert.equal(await page.locator('.pill').count(), 0);
	await until('the focus stands on what is new', () => page.evaluate((id) => document.activeElement.dataset.id === id, made.notice));
});

test('more than can wait behind the button move no row either, and are had by asking for the list anew', async () => {
	const row = page.locator('table.notices tbody tr').first();
	const order = () => page.$$eval('table.notices tbody tr', (all) => all.map((r) => r.dataset.id));
	const before = { order: await order(), box: await row.boundingBox() };
	for (let i = 0; i < 21; i++)
		await Promise.all(Array.from({ length: 10 }, (_, j) => world.grant(`示例涌入用品${i}${j}厂`)));
	await page.locator('.pill', { hasText: '新告知超过 200 条，点击重新载入' }).waitFor();
	assert.deepEqual({ order: await order(), box: await row.boundingBox() }, before);
	await page.locator('.pill').click();
	await until('the list is had anew', async () => (await order()).length === 50);
	assert.equal(await page.locator('.pill').count(), 0);
	await page.getByRole('button', { name: '再显示一些' }).waitFor();
});

/** Of a card and of a row, which is left as the page is from then on. */
async function heights(row)
{
	const both = [];
	for (const width of [390, 1366]) {
		await page.setViewportSize({ width, height: 768 });
		both.push((await row.boundingBox()).height);
	}
	return both;
}

test('acknowledge: at once on the screen, then by the hub, then claimed', async () => {
	const made = await listed('示例卫生用品四厂');
	const row = rowOf(page, made);
	let release;
	const held = new Promise((resolve) => { release = resolve; });
	await page.route('**/acknowledge', async (route) => { await held; await route.continue(); });
	const before = await heights(row);
	await row.getByRole('button', { name: /^签收：/ }).click();
	await row.getByText('已签收', { exact: true }).waitFor();
	await row.getByText('正在提交…').waitFor();
	assert.deepEqual(await heights(row), before, 'and no row moves by it, not by half a point: all below it were painted anew');
	release();
	await page.getByText('已签收：示例卫生用品四厂').waitFor();
	await page.unroute('**/acknowledge');
	await row.getByText('须再认领').waitFor();
	await row.getByRole('button', { name: /^认领：/ }).click();
	await page.getByText('已认领：示例卫生用品四厂').waitFor();
	await row.getByText('已认领', { exact: true }).waitFor();
	await row.locator('.c-act', { hasText: '反馈' }).waitFor();
	assert.deepEqual(await heights(row), before, 'what is claimed and waits for feedback is no taller');
	const api = await world.as('wjw');
	const { data } = await api('GET', `/notices/${made.notice}`);
	assert.equal(data.notice.state, 'claimed');
	assert.ok(data.notice.acknowledged.by);
	await page.locator('nav.side .badge').waitFor();
});

test('the details say why, whose, by when and what happened; opening them is told to the hub', async () => {
	const made = await listed('示例卫生用品五厂');
	await open(made);
	const pane = page.locator('.inbox-pane');
	await pane.getByRole('heading', { name: '为什么告知本单位' }).waitFor();
	for (const text of ['受理', '审核担责', '决定盖章', '签收、认领时限', '反馈时限', made.case, made.code])
		await pane.getByText(text, { exact: true }).waitFor();
	assert.match(await pane.locator('.why li').first().innerText(), /规则 \S+/);
	const api = await world.as('wjw');
	await until('the receipt "shown"', async () => {
		const { data } = await api('GET', `/notices/${made.notice}`);
		return data.receipts.some((r) => r.kind === 'shown');
	});
	await pane.locator('.step-shown').waitFor();
	assert.deepEqual(await pane.locator('.step-acknowledged').allInnerTexts(), [], 'read is not acknowledged');
	await axe(page, 'inbox with details');
	await pane.getByRole('button', { name: /^签收：/ }).click();
	await pane.locator('.step-acknowledged').waitFor();
	await rowOf(page, made).getByText('须再认领').waitFor();
	await page.keyboard.press('Escape');
	await page.locator('.inbox-pane.pane').waitFor({ state: 'detached' });
});

test('refused because somebody was first: rolled back, with the name', async () => {
	const made = await listed('示例卫生用品六厂');
	await page.route('**/claim', (route) => route.fulfill({
		status: 409, contentType: 'application/problem+json',
		body: JSON.stringify({ type: 'about:blank', title: 'Conflict', status: 409, by: '二号岗', at: '2026-11-23T10:31:00+08:00' }),
	}));
	await rowOf(page, made).getByRole('button', { name: /^认领：/ }).click();
	await page.getByText('二号岗 已于 2026-11-23 10:31 先行办理，本次操作未生效：示例卫生用品六厂').waitFor();
	await rowOf(page, made).getByRole('button', { name: /^认领：/ }).waitFor();
	assert.equal(await rowOf(page, made).getAttribute('data-state'), 'open');
	await page.unroute('**/claim');
});

test('a lost race against the hub itself ends with the truth on the screen', async () => {
	const made = await listed('示例卫生用品七厂');
	const api = await world.as('wjw');
	let arrived;
	const asked = new Promise((resolve) => { arrived = resolve; });
	let release;
	const held = new Promise((resolve) => { release = resolve; });
	await page.route('**/acknowledge', async (route) => { arrived(); await held; await route.continue(); });
	await rowOf(page, made).getByRole('button', { name: /^签收：/ }).click();
	await asked;
	const first = await api('POST', `/notices/${made.notice}/claim`, {});
	assert.equal(first.status, 200);
	release();
	await rowOf(page, made).getByText('已认领', { exact: true }).waitFor();
	await page.locator('.toast', { hasText: '示例卫生用品七厂' }).waitFor();
	await page.unroute('**/acknowledge');
});

test('an answer that never came is checked, not guessed', async () => {
	const made = await listed('示例卫生用品八厂');
	await page.route('**/acknowledge', async (route) => { await route.fetch(); await route.abort(); });
	await rowOf(page, made).getByRole('button', { name: /^签收：/ }).click();
	await page.getByText('核实完毕，已经生效：示例卫生用品八厂').waitFor();
	await rowOf(page, made).getByText('须再认领').waitFor();
	await page.unroute('**/acknowledge');
});

test('what somebody else does shows itself in the row', async () => {
	const made = await listed('示例卫生用品九厂');
	const api = await world.as('wjw');
	await api('POST', `/notices/${made.notice}/claim`, {});
	await rowOf(page, made).getByText('已认领', { exact: true }).waitFor();
	assert.equal(await rowOf(page, made).getByRole('button', { name: /^(签收|认领)：/ }).count(), 0);
});

test('filters are in the address, and a link opens the very notice cold', async () => {
	const made = await listed('示例卫生用品十厂');
	await rowOf(page, made).getByRole('button', { name: /^签收：/ }).click();
	await page.getByText('已签收：示例卫生用品十厂').waitFor();
	await page.getByRole('button', { name: /^已签收/ }).click();
	await rowOf(page, made).waitFor();
	assert.match(page.url(), /state=acknowledged/);
	await page.goto(`${world.url}/#/notice/${made.notice}`);
	await page.reload();
	await page.getByRole('heading', { level: 2, name: '示例卫生用品十厂' }).waitFor();
	await page.locator('.step-acknowledged').waitFor();
	await axe(page, 'a notice of its own');
	await page.goto(`${world.url}/#/notice/n999999.0`);
	await page.getByText('没有找到，或不在您的权限范围内').waitFor();
});

test('the keyboard does it all', async () => {
	const made = await listed('示例卫生用品十一厂');
	await page.reload();
	await rowOf(page, made).waitFor();
	await page.locator('.conn-live').waitFor(); // in the first sight no key does anything
	await page.locator('tr[data-id][tabindex="0"]').focus();
	const focused = () => page.evaluate(() => document.activeElement.dataset.id);
	await page.keyboard.press('Home');
	const first = await focused();
	await page.keyboard.press('ArrowDown');
	assert.notEqual(await focused(), first);
	await page.keyboard.press('k');
	assert.equal(await focused(), first);
	await until('the row is reached', async () => {
		if (await focused() === made.notice)
			return true;
		await page.keyboard.press('j');
		return false;
	});
	await page.keyboard.press('Enter');
	await page.locator('.inbox-pane .why').waitFor();
	await page.keyboard.press('a');
	await page.getByText('已签收：示例卫生用品十一厂').waitFor();
	await page.keyboard.press('c');
	await page.getByText('已认领：示例卫生用品十一厂').waitFor();
	// What has been claimed is not returned; there is no button for it, so the key says so.
	await page.keyboard.press('r');
	await page.getByText('现在不能退回：示例卫生用品十一厂').waitFor();
	await page.keyboard.press('Escape');
	await until('the focus is back on the row', async () => await focused() === made.notice);
	assert.equal(await page.locator('tr[data-id][tabindex="0"]').count(), 1, 'one stop of the Tab key');
});

test('two clerks at the same notice: one has it, the other reads who', async () => {
	const made = await listed('示例同时用品厂');
	await world.hire('zhang', 'supervisor', 'wjw-371302');
	const other = await world.newPage();
	await world.signIn(other, 'zhang', '#/inbox');
	await rowOf(other, made).waitFor();
	await other.locator('.conn-live').waitFor();
	const both = [page, other];
	// Neither goes to the hub before both have clicked.
	let go;
	const clicked = new Promise((resolve) => { go = resolve; });
	let asked = 0;
	for (const p of both)
		await p.route('**/claim', async (route) => {
			asked++;
			if (asked === 2)
				go();
			await clicked;
			await route.continue();
		});
	await Promise.all(both.map((p) => rowOf(p, made).getByRole('button', { name: /^认领：/ }).click()));
	const toast = (p) => p.locator('.toast', { hasText: made.name }).last();
	await Promise.all(both.map((p) => toast(p).waitFor()));
	const told = await Promise.all(both.map((p) => toast(p).innerText()));
	assert.equal(told.filter((x) => x.startsWith(`已认领：${made.name}`)).length, 1, told.join(' | '));
	const first = told[0].startsWith('已认领') ? 'wjw' : 'zhang';
	assert.match(told.find((x) => !x.startsWith('已认领')), new RegExp(`^${first} 已于 .* 先行办理，本次操作未生效`));
	for (const p of both)
		await rowOf(p, made).getByText('已认领', { exact: true }).waitFor();
	await page.unroute('**/claim');
	await other.context().close();
});

test('a registration is for every item that its scope names, in the list, the notice and the case', async () => {
	const event = world.eventOf('示例多项经营店');
	event.type = 'approval.registered';
	event.data.scope = '许可项目：食品销售；烟草制品零售。';
	delete event.data.item;
	const { status, data } = await (await world.as('spj'))('POST', '/events', event, 'application/cloudevents+json');
	assert.equal(status, 201, JSON.stringify(data));
	const made = { notice: data.notices.find((n) => n.body === 'scjg-371302').id };
	const market = await world.newPage();
	await world.signIn(market, 'scjg', '#/inbox');
	await rowOf(market, made).getByText('食品经营许可 等 2 项').waitFor();
	await rowOf(market, made).getByRole('link').click();
	const facts = market.locator('.pane .facts');
	await facts.getByText('食品经营许可').waitFor();
	await facts.getByText('烟草专卖零售许可').waitFor();
	await market.goto(`${world.url}/#/case/${event.data.case}`);
	const told = market.locator('.told-table tr', { hasText: '兰山区市场监督管理局' });
	await told.getByText('食品经营许可').waitFor();
	await told.getByText('烟草专卖零售许可').waitFor();
	await market.context().close();
});

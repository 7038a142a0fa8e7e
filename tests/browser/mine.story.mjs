// 我的 beside 本部门: what one has in hand, counted by the hub, live, in the address, by keyboard and on a phone, and in the sheet.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, contentOf, noSideways, openWorld, rowOf, until } from './world.mjs';

const BODY = 'wjw-371302';
let world;
let page;
let own;
let other;
before(async () => {
	world = await openWorld();
	await world.hire('wjw2', 'supervisor', BODY);
	[own, other] = [await world.as('wjw'), await world.as('wjw2')];
	page = await world.newPage();
	await world.signIn(page, 'wjw');
	await page.locator('.conn-live').waitFor();
});
after(() => world?.close());

const scope = (name, on = page) => on.getByRole('group', { name: /范围|Whose/ }).getByRole('button', { name, exact: true });
const tab = (name) => page.locator('.tabs').getByRole('button', { name });
const pressed = (on, name) => until(`${name} is pressed`, async () => await scope(name, on).getAttribute('aria-pressed') === 'true');
const counted = (n) => until(`the tab says ${n}`, async () => (await tab(/^待办/).innerText()).replace(/\D/g, '') === String(n));

async function did(who, made, act, said = {})
{
	const answer = await who('POST', `/notices/${made.notice}/${act}`, said);
	assert.equal(answer.status, 200, JSON.stringify(answer.data));
}

test('who has nothing in hand is told so; what one takes on is one\'s own, and the body\'s stays the body\'s', async () => {
	const made = await world.grant('示例经手用品一厂');
	const theirs = await world.grant('示例经手用品二厂');
	await did(other, theirs, 'claim');
	await page.reload();
	await rowOf(page, made).waitFor();
	await pressed(page, '本部门');
	const badge = await page.locator('nav.side .badge').innerText();
	await scope('我的').click();
	await page.getByText('没有您签收、认领或接手的告知。').waitFor();
	await counted(0);
	assert.match(page.url(), /scope=me/);
	assert.equal(await page.locator('nav.side .badge').innerText(), badge, 'what waits for the body still does');
	await axe(page, 'an inbox of one\'s own that is empty');
	await scope('本部门').click();
	await rowOf(page, made).getByRole('button', { name: /^签收：/ }).click();
	await page.getByText('已签收：示例经手用品一厂').waitFor();
	await scope('我的').click();
	await rowOf(page, made).waitFor();
	await counted(1);
	assert.equal(await rowOf(page, theirs).count(), 0);
	await page.getByRole('table', { name: /我的 · 待办/ }).waitFor();
	// Claimed, it owes feedback and is still one's own to do; a colleague's claim takes what was only acknowledged.
	await rowOf(page, made).getByRole('button', { name: /^认领：/ }).click();
	await page.getByText('已认领：示例经手用品一厂').waitFor();
	await page.reload();
	await rowOf(page, made).locator('.c-due[data-label=反馈时限]', { hasText: '剩' }).waitFor();
	await rowOf(page, made).getByText('待反馈', { exact: true }).waitFor();
	await counted(1);
	await axe(page, 'an inbox of one\'s own');
	await tab('全部').click();
	await rowOf(page, made).waitFor();
	assert.equal(await rowOf(page, theirs).count(), 0);
	await counted(1);
});

test('what is handed over comes to who has it now, and goes from who had it, by itself', async () => {
	const made = await world.grant('示例经手用品三厂');
	await did(other, made, 'claim');
	await page.goto(`${world.url}/#/inbox?scope=me`);
	await page.reload();
	await page.locator('.conn-live').waitFor();
	await counted(1);
	assert.equal(await rowOf(page, made).count(), 0);
	const { status, data } = await other('POST', `/bodies/${BODY}/handover`, { from: 'wjw2', to: 'wjw' });
	assert.deepEqual([status, data.moved], [200, 2]);
	await page.locator('.pill').getByText('有 2 条新告知，点击显示').waitFor();
	await counted(3);
	await page.locator('.pill').click();
	await rowOf(page, made).waitFor();
	// What a colleague does with something else is nothing of one's own.
	const foreign = await world.grant('示例经手用品四厂');
	await did(other, foreign, 'acknowledge');
	await did(own, made, 'feedback', { result: 'conforms', disposal: 'pass', checked_on: '2026-11-23', remark: '符合' });
	await counted(2);
	assert.equal(await page.locator('.pill').count(), 0);
	assert.equal(await rowOf(page, foreign).count(), 0);
});

test('it stands in the address, is kept on the way, asked for ahead and once, and is the sheet\'s too', async () => {
	const asked = [];
	const note = (request) => { if (/\/notices\?(?!home=)/.test(request.url())) asked.push(new URL(request.url()).search); };
	page.on('request', note);
	await page.goto(`${world.url}/#/inbox?scope=me&state=todo`);
	await page.goto(`${world.url}/#/inbox?scope=me`);
	asked.length = 0;
	await page.reload();
	await page.locator('.conn-live').waitFor();
	await pressed(page, '我的');
	assert.deepEqual(asked, [`?body=${BODY}&mine=true&state=todo`]);
	page.off('request', note);
	const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出为 CSV' }).click()]);
	assert.match((await contentOf(download)).toString(), /"筛选条件","body=wjw-371302; state=todo; mine=true"/);
	await page.locator('table.notices tbody tr').first().getByRole('link').click();
	await page.locator('.pane-title').waitFor();
	assert.match(page.url(), /scope=me.*n=/);
	await page.keyboard.press('Escape');
	await page.getByRole('link', { name: '办件查询' }).click();
	await page.getByRole('heading', { level: 1, name: '办件查询' }).waitFor();
	await page.getByRole('link', { name: /收件箱/ }).click();
	await pressed(page, '我的');
	await page.goBack();
	await page.goBack();
	await pressed(page, '我的');
	// What is in the pool is nobody's: it is the region's whoever asks, and from there 我的 leads to one's own.
	await tab('认领池').click();
	await pressed(page, '本部门');
	await scope('我的').click();
	await pressed(page, '我的');
	await page.locator('table.notices tbody tr').first().waitFor();
});

test('the keyboard switches it, in both languages and on a phone, with nothing to scroll sideways', async () => {
	const phone = await world.newPage({ width: 390, height: 844 });
	await world.signIn(phone, 'wjw');
	await phone.locator('.conn-live').waitFor();
	for (const [mine, whole] of [['我的', '本部门'], ['Mine', 'Department']]) {
		await scope(mine, phone).focus();
		await phone.keyboard.press('Enter');
		await pressed(phone, mine);
		await phone.locator('table.notices tbody tr').first().waitFor();
		for (const width of [390, 320]) {
			await phone.setViewportSize({ width, height: 844 });
			await noSideways(phone, `one's own at ${width}, ${mine}`);
			await axe(phone, `one's own on a phone of ${width}, ${mine}`);
			const box = await scope(whole, phone).boundingBox();
			assert.ok(box.height >= 24 && box.x + box.width <= width, JSON.stringify(box));
		}
		await phone.keyboard.press('Tab');
		await phone.keyboard.press('Space');
		await pressed(phone, whole);
		if (mine === '我的')
			await phone.getByRole('button', { name: 'English' }).click();
	}
	await phone.context().close();
});

test('who has no body of their own is offered none of it', async () => {
	const office = await world.newPage();
	await world.signIn(office, 'lxhy', '#/inbox?scope=me');
	await office.getByRole('heading', { level: 1 }).first().waitFor();
	assert.equal(await scope('我的', office).count(), 0);
	await office.context().close();
});

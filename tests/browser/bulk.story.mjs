// Forty notices before lunch: rows ticked by mouse or key, acknowledged or claimed together, and what became of each.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, openWorld, rowOf } from './world.mjs';

let world;
let page;
let api;
before(async () => {
	world = await openWorld();
	api = await world.as('wjw');
	page = await world.newPage();
	await world.signIn(page, 'wjw');
});
after(() => world?.close());

const stateOf = async (made) => (await api('GET', `/notices/${made.notice}`)).data.notice;
const bar = () => page.locator('.bulk');
const tick = (made) => rowOf(page, made).getByRole('checkbox').check();

/** Granted, and listed once the inbox is read anew. */
async function listed(...names)
{
	const made = [];
	for (const name of names)
		made.push(await world.grant(name));
	await page.goto(`${world.url}/#/inbox`);
	await page.reload();
	await page.locator('.conn-live').waitFor();
	for (const one of made)
		await rowOf(page, one).waitFor();
	return made;
}

test('ticked rows are acknowledged together, and no row moves', async () => {
	const made = await listed('示例批量用品一厂', '示例批量用品二厂', '示例批量用品三厂');
	assert.equal(await bar().count(), 0);
	await tick(made[0]);
	await tick(made[2]);
	await bar().getByText('已选 2 条').waitFor();
	await axe(page, 'the inbox with ticked rows');
	const order = () => page.$$eval('table.notices tbody tr', (all) => all.map((r) => r.dataset.id));
	const before = await order();
	let calls = 0;
	page.on('request', (r) => { if (r.method() === 'POST') calls++; });
	await bar().getByRole('button', { name: '批量签收（2）' }).click();
	await bar().getByRole('heading', { name: '2 条全部办成' }).waitFor();
	assert.equal(calls, 1, 'one call for all');
	assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H2', 'the outcome has the focus');
	assert.deepEqual(await order(), before);
	await rowOf(page, made[0]).getByText('须再认领').waitFor();
	await axe(page, 'the outcome for each');
	await bar().getByText('办成的 2 条').click();
	await bar().locator(`[data-line="${made[2].notice}"]`).getByText('已签收：示例批量用品三厂').waitFor();
	assert.deepEqual([(await stateOf(made[0])).state, (await stateOf(made[1])).state, (await stateOf(made[2])).state], ['acknowledged', 'open', 'acknowledged']);
	await bar().getByRole('button', { name: '知道了' }).click();
	await bar().waitFor({ state: 'detached' });
	assert.ok(await page.evaluate(() => document.activeElement.matches('tr[data-id]')), 'the focus is back in the list');
});

test('each one\'s outcome is told: who was first, and what was done', async () => {
	const made = await listed('示例批量用品四厂', '示例批量用品五厂');
	await tick(made[0]);
	await tick(made[1]);
	let arrived;
	const asked = new Promise((resolve) => { arrived = resolve; });
	let release;
	const held = new Promise((resolve) => { release = resolve; });
	await page.route('**/notices/claim', async (route) => { arrived(); await held; await route.continue(); });
	await bar().getByRole('button', { name: '批量认领（2）' }).click();
	await rowOf(page, made[0]).getByText('正在提交…').waitFor();
	await asked;
	const first = await api('POST', `/notices/${made[0].notice}/return`, { reason: 'other', remark: '经营场所不在本区，请改派' });
	assert.equal(first.status, 200);
	release();
	await bar().getByRole('heading', { name: '2 条中 1 条办成，1 条没有办成' }).waitFor();
	await page.unroute('**/notices/claim');
	await bar().locator(`[data-line="${made[0].notice}"]`).getByText(/wjw 已于 .* 先行办理，本次操作未生效：示例批量用品四厂/).waitFor();
	await rowOf(page, made[0]).getByText('已退回', { exact: true }).waitFor();
	await rowOf(page, made[1]).getByText('已认领', { exact: true }).waitFor();
	assert.equal((await stateOf(made[1])).state, 'claimed');
	await axe(page, 'an outcome that is not all good');
	await bar().getByRole('button', { name: '知道了' }).click();
});

test('what a colleague has claimed meanwhile is told with the name and is not counted as done', async () => {
	const made = await listed('示例批量用品十二厂', '示例批量用品十三厂');
	await world.hire('wjw9', 'supervisor', 'wjw-371302');
	await tick(made[0]);
	await tick(made[1]);
	await page.route('**/notices/claim', async (route) => {
		assert.equal((await (await world.as('wjw9'))('POST', `/notices/${made[0].notice}/claim`, {})).status, 200);
		await route.continue();
	});
	await bar().getByRole('button', { name: '批量认领（2）' }).click();
	await bar().getByRole('heading', { name: '2 条中 1 条办成，1 条没有办成' }).waitFor();
	await page.unroute('**/notices/claim');
	await bar().locator(`[data-line="${made[0].notice}"]`).getByText(/^wjw9 已于 .* 先行办理，本次操作未生效：示例批量用品十二厂$/).waitFor();
	await bar().getByRole('button', { name: '知道了' }).click();
});

test('an answer that never came is looked up for each; a refusal of the whole changes none', async () => {
	const made = await listed('示例批量用品六厂', '示例批量用品七厂');
	await tick(made[0]);
	await page.route('**/notices/acknowledge', async (route) => { await route.fetch(); await route.abort(); });
	await bar().getByRole('button', { name: '批量签收（1）' }).click();
	await bar().getByRole('heading', { name: '1 条全部办成' }).waitFor();
	await page.unroute('**/notices/acknowledge');
	await bar().getByText('办成的 1 条').click();
	await bar().getByText('核实完毕，已经生效：示例批量用品六厂').waitFor();
	await bar().getByRole('button', { name: '知道了' }).click();
	await tick(made[1]);
	await page.route('**/notices/acknowledge', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json',
		body: JSON.stringify({ type: 'about:blank', title: 'Unavailable', status: 503 }) }));
	await bar().getByRole('button', { name: '批量签收（1）' }).click();
	await bar().locator(`[data-line="${made[1].notice}"]`).getByText(/示例批量用品七厂：没有办成/).waitFor();
	await page.unroute('**/notices/acknowledge');
	await rowOf(page, made[1]).getByRole('button', { name: /^签收：/ }).waitFor();
	assert.equal((await stateOf(made[1])).state, 'open');
	await bar().getByRole('button', { name: '知道了' }).click();
});

test('the keyboard ticks, all or one, and reaches what is done with them', async () => {
	const made = await listed('示例批量用品八厂', '示例批量用品九厂');
	await rowOf(page, made[0]).focus();
	await page.keyboard.press('x');
	assert.ok(await rowOf(page, made[0]).getByRole('checkbox').isChecked());
	await page.keyboard.press('x');
	assert.ok(!await rowOf(page, made[0]).getByRole('checkbox').isChecked());
	await page.keyboard.press('x');
	await bar().getByText('已选 1 条').waitFor();
	for (let i = 0; i < 12 && !await page.evaluate(() => document.activeElement.matches('.bulk button')); i++)
		await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await bar().getByRole('heading', { name: '1 条全部办成' }).waitFor();
	assert.equal((await stateOf(made[0])).state, 'acknowledged');
	const all = page.getByLabel('选择列出的全部');
	await all.focus();
	await page.keyboard.press('Space');
	const boxes = await page.locator('tbody .c-pick input').count();
	await bar().getByText(`已选 ${boxes} 条`).waitFor();
	await page.keyboard.press('Space');
	assert.equal(await page.locator('tbody .c-pick input:checked').count(), 0);
	await page.getByRole('button', { name: /^已签收/ }).click();
	await rowOf(page, made[0]).waitFor();
	await rowOf(page, made[0]).getByRole('checkbox').check();
	await page.getByRole('button', { name: /^待办/ }).click();
	await rowOf(page, made[1]).waitFor();
	assert.equal(await page.locator('tbody .c-pick input:checked').count(), 0, 'another list begins with nothing ticked');
	await page.setViewportSize({ width: 390, height: 844 });
	await tick(made[1]);
	await bar().getByRole('button', { name: '批量签收（1）' }).click();
	await bar().getByRole('heading', { name: '1 条全部办成' }).waitFor();
});

test('the same feedback goes to each that was ticked, and each one\'s outcome is told', async () => {
	const made = await listed('示例批量用品十厂', '示例批量用品十一厂');
	await page.setViewportSize({ width: 1366, height: 768 });
	for (const one of made)
		assert.equal((await api('POST', `/notices/${one.notice}/claim`)).status, 200);
	await page.goto(`${world.url}/#/inbox?state=claimed`);
	for (const one of made)
		await tick(one);
	await bar().getByRole('button', { name: '批量反馈（2）' }).click();
	await bar().getByRole('heading', { name: '同一份监管反馈，分别提交到选中的 2 件' }).waitFor();
	await bar().getByRole('button', { name: '提交反馈' }).click();
	await bar().getByText('请选择检查结果').waitFor();
	assert.equal(await bar().locator('input[type=file]').count(), 0, 'a file is one notice\'s');
	await axe(page, 'feedback for several, with faults');
	await bar().getByLabel('符合', { exact: true }).check();
	await bar().getByLabel('通过', { exact: true }).check();
	await bar().locator('#f-remark').fill('现场核查一致');
	// The one is closed by somebody else while it is under way.
	let arrived;
	const asked = new Promise((resolve) => { arrived = resolve; });
	let release;
	const held = new Promise((resolve) => { release = resolve; });
	await page.route(`**/notices/${made[1].notice}/feedback`, async (route) => { arrived(); await held; await route.continue(); });
	await bar().getByRole('button', { name: '提交反馈' }).click();
	await asked;
	const fed = { result: 'conforms', disposal: 'pass', checked_on: new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10), remark: '', close: true };
	assert.equal((await api('POST', `/notices/${made[1].notice}/feedback`, fed)).status, 200);
	release();
	await bar().getByRole('heading', { name: '2 条中 1 条办成，1 条没有办成' }).waitFor();
	await bar().locator(`[data-line="${made[1].notice}"]`).getByText(/示例批量用品十一厂/).waitFor();
	await page.unroute(`**/notices/${made[1].notice}/feedback`);
	await bar().getByText('办成的 1 条').click();
	await bar().locator(`[data-line="${made[0].notice}"]`).getByText('反馈已提交：示例批量用品十厂').waitFor();
	await axe(page, 'what became of the feedback');
	assert.deepEqual((await stateOf(made[0])).feedback.map((f) => [f.result, f.disposal, f.remark]), [['conforms', 'pass', '现场核查一致']]);
	await bar().getByRole('button', { name: '知道了' }).click();
});

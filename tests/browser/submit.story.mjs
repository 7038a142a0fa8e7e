// A case typed in by the bureau: tried while it is typed, confirmed, sent once; and the policy asked without sending anything.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, creditCode, hasFocus, openWorld } from './world.mjs';

let world;
let page;
let api;
before(async () => {
	world = await openWorld();
	api = await world.as('spj');
	page = await world.newPage();
	await world.signIn(page, 'spj');
});
after(() => world?.close());

const form = () => page.getByRole('form', { name: '报送办件' });
const trial = () => page.locator('aside.trial');
let serial = Date.now() % 1_000_000;

async function core()
{
	await page.goto(`${world.url}/#/submit`);
	await page.reload();
	await page.locator('#e-item-list option').first().waitFor({ state: 'attached' });
	await page.locator('#e-item').fill('370123020001');
	await page.locator('#e-region').fill('兰山区');
}

test('only the roles\' own entries are in the navigation', async () => {
	assert.deepEqual(await page.locator('nav.side a').allInnerTexts(), ['联席看板', '办件查询', '报送', '退回件', '来函', '争议', '对账', '联系与交接', '政策']);
});

test('who would be told is shown while it is typed, and nothing is sent', async () => {
	await core();
	await trial().getByText('兰山区卫生健康局').waitFor();
	await trial().getByText('主管（须认领）').waitFor();
	await axe(page, 'a submission and its trial');
	await page.locator('#e-region').fill('罗庄区');
	await trial().getByText('罗庄区卫生健康局').waitFor();
	await page.locator('#e-type').selectOption('approval.registered');
	await page.locator('#e-item').fill('');
	await trial().getByText('填好事项和区划后').waitFor();
	await page.locator('#e-scope').fill('餐饮服务；食品销售');
	await trial().getByText('罗庄区市场监督管理局').waitFor();
	const mine = (await api('GET', '/cases?q=trial')).data.items;
	assert.deepEqual(mine, [], 'the trial left nothing behind');
});

test('faults are named at the field; the check character is proved while typing', async () => {
	await core();
	await form().getByRole('button', { name: '报送', exact: true }).click();
	await form().getByText('请填写这一项').first().waitFor();
	assert.equal(await form().getByText('请填写这一项').count(), 2);
	await hasFocus(page, 'e-case');
	await page.locator('#e-code').fill('91350100M000100Y44');
	await form().getByText('校验位不符，请核对').waitFor();
	await axe(page, 'a submission with faults');
	await page.locator('#e-code').fill('91350100M000100Y43');
	await form().getByText('统一社会信用代码，校验位正确').waitFor();
});

test('confirmed once, sent once, and the case is there', async () => {
	const number = `PAGE-${++serial}`;
	await core();
	await page.locator('#e-case').fill(number);
	await page.locator('#e-name').fill('示例报送用品厂');
	await page.locator('#e-code').fill(creditCode(serial));
	await trial().getByText('兰山区卫生健康局').waitFor();
	await form().getByRole('button', { name: '报送', exact: true }).click();
	await form().getByText(/将告知 [1-9]\d* 个单位/).waitFor();
	assert.deepEqual((await api('GET', `/cases?q=${number}`)).data.items, [], 'nothing is sent before it is confirmed');
	await axe(page, 'a submission to be confirmed');
	// The answer is lost on the way: the same submission sent again is done once.
	await page.route('**/api/v1/events', async (route) => { await route.fetch(); await route.abort(); });
	await form().getByRole('button', { name: '确认报送' }).click();
	await form().getByText(/没有办成：连不上服务器/).waitFor();
	await page.unroute('**/api/v1/events');
	await form().getByRole('button', { name: '报送', exact: true }).click();
	await form().getByRole('button', { name: '确认报送' }).click();
	await page.getByRole('heading', { level: 1, name: '已报送' }).waitFor();
	await page.getByText('兰山区卫生健康局').first().waitFor();
	await axe(page, 'what was submitted');
	const { data } = await api('GET', `/cases/${number}`);
	assert.equal(data.events.length, 1);
	await page.getByRole('link', { name: `办件 ${number}` }).click();
	await page.getByRole('heading', { name: `办件 ${number}` }).waitFor();
});

test('what the hub finds wrong is shown, and what was typed stays', async () => {
	await core();
	await page.locator('#e-case').fill(`PAGE-${++serial}`);
	await page.locator('#e-name').fill('示例差错用品厂');
	await page.route('**/api/v1/events', (route) => route.fulfill({ status: 422, contentType: 'application/problem+json',
		body: JSON.stringify({ type: 'about:blank', title: 'Invalid', status: 422, detail: 'x', errors: [{ pointer: '/data/applicant/phone', detail: 'is too long' }] }) }));
	await form().getByRole('button', { name: '报送', exact: true }).click();
	await form().getByRole('button', { name: '确认报送' }).click();
	await page.locator('#e-phone-fault', { hasText: 'is too long' }).waitFor();
	await page.unroute('**/api/v1/events');
	assert.equal(await page.locator('#e-name').inputValue(), '示例差错用品厂');
});

test('the search begins with what came in last', async () => {
	const made = await world.grant('示例最近用品厂');
	await page.goto(`${world.url}/#/search`);
	await page.getByText('最近收到的办件').waitFor();
	await page.locator('.hit', { hasText: made.case }).waitFor();
	await axe(page, 'the search before it is asked');
});

test('the policy says which it is, who would be told, and why not another', async () => {
	await page.getByRole('link', { name: '政策', exact: true }).click();
	const { data: policy } = await api('GET', '/policy');
	await page.getByText(policy.policy, { exact: true }).waitFor();
	await page.locator('#e-item-list option').first().waitFor({ state: 'attached' });
	await page.locator('#e-item').fill('370123020001');
	await page.locator('#e-region').fill('兰山区');
	await trial().getByText('兰山区卫生健康局').waitFor();
	await page.locator('.told-table tbody tr', { hasText: '370123020001' }).first().getByText('兰山区卫生健康局').waitFor();
	await page.locator('#e-region').fill('');
	await page.locator('.told-table tbody tr').filter({ hasText: '罗庄区' }).first().getByText('罗庄区卫生健康局').waitFor();
	await page.locator('#e-region').fill('兰山区');
	await page.locator('#p-body').fill('罗庄区卫生健康局');
	await trial().getByText('不告知', { exact: true }).waitFor();
	await trial().getByText('指明了其他单位').first().waitFor();
	await axe(page, 'the policy');
	await page.locator('#p-body').fill('兰山区卫生健康局');
	await trial().getByText('指明了该单位').first().waitFor();
});

test('the administrator is shown the bodies and the policy, and no notices', async () => {
	const admin = await world.newPage();
	await world.signIn(admin, 'admin');
	assert.deepEqual(await admin.locator('nav.side a').allInnerTexts(), ['联系与交接', '政策', '系统管理']);
});

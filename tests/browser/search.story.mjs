import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, openWorld, until } from './world.mjs';

let world;
let page;
let made;
before(async () => {
	world = await openWorld();
	page = await world.newPage();
	made = await world.grant('示例查询测试用品厂');
	const api = await world.as('wjw');
	await api('POST', `/notices/${made.notice}/acknowledge`, {});
	await world.signIn(page, 'spj');
});
after(() => world?.close());

const box = () => page.locator('#search-main');

test('part of the name finds it, and the line says how far it has come', async () => {
	await box().fill('查询测试');
	const hit = page.locator('.hit').filter({ hasText: made.case });
	await hit.waitFor();
	assert.match(await hit.innerText(), /应告知 \d+/);
	assert.match(await hit.innerText(), /已签收 1/);
	assert.match(page.url(), /q=/);
	await axe(page, 'search with a hit');
});

test('what became of the others is told too, and the numbers add up to those told', async () => {
	const back = await world.grant('示例查询退回用品厂');
	const api = await world.as('wjw');
	assert.equal((await api('POST', `/notices/${back.notice}/return`, { reason: 'not-our-remit', remark: '不属于本部门监管职责' })).status, 200);
	await box().fill('查询退回');
	const hit = page.locator('.hit').filter({ hasText: back.case });
	await hit.getByText('已退回 1').waitFor();
	const numbers = (await hit.locator('.seg').allInnerTexts()).map((text) => Number(/\d+$/.exec(text)[0]));
	assert.equal(numbers.slice(1).reduce((a, b) => a + b), numbers[0], numbers.join(' '));
});

test('a credit code is recognised, and its check character proved while typing', async () => {
	await box().fill(made.code);
	await page.getByText('统一社会信用代码，校验位正确').waitFor();
	await page.locator('.hit').filter({ hasText: made.case }).waitFor();
	const wrong = made.code.slice(0, 17) + (made.code[17] === '0' ? '1' : '0');
	await box().fill(wrong);
	await page.getByText('像是统一社会信用代码，但校验位不符').waitFor();
	await page.getByText(`没有找到“${wrong}”`).waitFor();
});

test('a slow answer to an older question is dropped', async () => {
	await page.route('**/cases?*', async (route) => {
		if (decodeURIComponent(route.request().url()).includes('慢问题'))
			await new Promise((resolve) => setTimeout(resolve, 1500));
		await route.continue().catch(() => undefined);
	});
	const slow = page.waitForRequest((r) => decodeURIComponent(r.url()).includes('慢问题'));
	const answered = page.waitForResponse((r) => decodeURIComponent(r.url()).includes('慢问题'));
	await box().fill('慢问题');
	await slow;
	await box().fill('查询测试');
	await page.locator('.hit').filter({ hasText: made.case }).waitFor();
	await answered;
	await page.unroute('**/cases?*');
	assert.ok(await page.locator('.hit').filter({ hasText: made.case }).isVisible());
});

test('the case says who was told, each step by itself, and the timeline can be narrowed', async () => {
	await box().fill(made.case);
	await page.locator('.hit').filter({ hasText: made.case }).getByRole('link').click();
	await page.getByRole('heading', { name: `办件 ${made.case}` }).waitFor();
	const lead = page.locator('.told-table tbody tr').first();
	await lead.getByText('主管（须认领）').waitFor();
	await lead.getByText('已签收', { exact: true }).waitFor();
	assert.match(await lead.innerText(), /wjw/, 'who acknowledged is named');
	assert.match(await lead.locator('td').nth(3).innerText(), /^\d\d-\d\d \d\d:\d\d\s+站内$/, 'it stood in the inbox from then');
	await page.locator('.timeline .step-event').waitFor();
	await page.locator('.timeline .step-acknowledged').waitFor();
	const all = await page.locator('.timeline li').count();
	await page.getByLabel('只看').selectOption(made.body);
	assert.ok(await page.locator('.timeline li').count() <= all);
	assert.equal(await page.locator('.timeline .step-acknowledged').count(), 1);
	await axe(page, 'a case');
	await page.getByRole('button', { name: '← 返回' }).click();
	await page.getByRole('heading', { name: '办件查询' }).waitFor();
	assert.equal(await box().inputValue(), made.case);
});

test('who was not told is said rule by rule, of any body that is named', async () => {
	await page.goto(`${world.url}/#/case/${made.case}`);
	await page.getByText('没有告知哪些单位，为什么').first().click();
	const field = page.locator('.why-body input').first();
	await page.locator('.why-body datalist option').first().waitFor({ state: 'attached' });
	assert.equal(await page.locator('.why-body datalist option[value="兰山区卫生健康局"]').count(), 0, 'who was told is not among them');
	await field.fill('罗庄区卫生健康局');
	await page.locator('.why-body .reasons li').first().waitFor();
	await page.locator('.why-body').getByText('不告知', { exact: true }).first().waitFor();
	await axe(page, 'a case with who was not told');
});

test('a message that did not get through is told where its delivery would stand, with the reason', async () => {
	await page.route(`**/api/v1/cases/${made.case}`, async (route) => {
		const json = await (await route.fetch()).json();
		json.events[0].notices.find((n) => n.id === made.notice).deliveries = [{ id: 'd1.0', channel: 'sms', state: 'failed', attempts: 0, detail: 'no contact known' }];
		await route.fulfill({ json });
	});
	await page.goto(`${world.url}/#/search`);
	await page.goto(`${world.url}/#/case/${made.case}`);
	const cell = page.locator('.told-table tbody tr', { hasText: '已签收' }).locator('[data-label="已送达"]');
	await cell.getByText('送达失败').waitFor();
	await cell.getByText('短信 · 没有可联系的人').waitFor();
	await axe(page, 'a case with a failed delivery');
	await page.unroute(`**/api/v1/cases/${made.case}`);
});

test('a case outside one\'s scope is as if it were not there', async () => {
	await page.goto(`${world.url}/#/case/000000000000`);
	await page.getByText('办件没有取到：没有找到，或不在您的权限范围内').waitFor();
});

test('the box in the header leads to the search', async () => {
	await page.locator('#search-top').fill('查询测试');
	await page.keyboard.press('Enter');
	await page.locator('.hit').filter({ hasText: made.case }).waitFor();
	assert.equal(await page.locator('#search-top').count(), 0);
});

test('why an applicant was not texted is said in words', { skip: Boolean(process.env.TANDEM_BROWSER_MOCK) }, async () => {
	const { data } = world.eventOf('');
	const reply = new URLSearchParams({ t: '', from: data.applicant.phone, to: '10690000', text: 'TD' });
	assert.equal((await fetch(`${world.url}/api/v1/connectors/demo/reply?${reply}`)).status, 200);
	const told = await world.grant('示例退订测试用品厂');
	// A case is shown as it is when it is asked for.
	const api = await world.as('spj');
	await until('the delivery has failed', async () => (await api('GET', `/cases/${told.case}`)).data.events[0].applicant_told.deliveries.some((d) => d.state === 'failed'));
	await page.goto(`${world.url}/#/case/${told.case}`);
	await page.getByRole('heading', { name: `办件 ${told.case}` }).waitFor();
	await page.locator('.deliveries .bad').getByText('对方已退订短信').waitFor();
	await page.locator('.timeline .step-failed').getByText('对方已退订短信').waitFor();
});

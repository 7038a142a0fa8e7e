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

const lately = (on) => on.locator('main .links', { hasText: '本机最近查过' }).getByRole('link').allInnerTexts();

test('the last five searches are at hand the next time, on this machine alone, until they are cleared', async () => {
	const other = await world.newPage();
	const asked = [];
	other.on('request', (r) => asked.push(r));
	await world.signIn(other, 'spj', '#/search');
	const field = other.locator('#search-main');
	await field.waitFor();
	for (const q of ['查询一', '查', '查询二', '查询三', '查询四', '查询五', '查询一']) {
		await field.fill(q);
		await field.press('Enter');
	}
	await field.fill('查询测试');
	await other.locator('.hit').filter({ hasText: made.case }).getByRole('link').first().click();
	await other.getByRole('heading', { name: `办件 ${made.case}` }).waitFor();
	const head = other.locator('#search-top');
	await head.fill('查询顶部');
	await head.press('Enter');
	await field.waitFor();
	assert.deepEqual(await lately(other), ['查询测试', '查询一', '查询五', '查询四', '查询三'], 'as they were when the page was opened');
	await other.reload();
	await field.waitFor();
	assert.deepEqual(await lately(other), ['查询顶部', '查询测试', '查询一', '查询五', '查询四']);
	await axe(other, 'the search with what was searched for');
	if (process.env.SHOTS)
		await other.screenshot({ path: `${process.env.SHOTS}/recent-searches.png` });
	await other.getByRole('link', { name: '查询测试' }).press('Enter');
	await other.locator('.hit').filter({ hasText: made.case }).waitFor();
	assert.equal(await field.inputValue(), '查询测试');

	await other.getByRole('button', { name: '清除' }).click();
	assert.deepEqual(await lately(other), []);
	assert.ok(await field.evaluate((x) => x === document.activeElement), 'the focus is where one goes on');
	await other.reload();
	await field.waitFor();
	assert.deepEqual(await lately(other), [], 'cleared they stay');
	const told = (await Promise.all(asked.map(async (r) => `${decodeURIComponent(r.url())} ${JSON.stringify(await r.allHeaders())} ${r.postData() ?? ''}`))).filter((x) => /%E6%9F%A5|查询/.test(x));
	assert.ok(told.length > 0 && told.every((x) => /\/api\/v1\/cases\?q=查[^&]{0,3} /.test(x)), 'the hub is asked for each, and told of no other');
	await other.context().close();
});

test('nobody else finds them: not who signs in on the same machine, and nothing stays when one signs out', async () => {
	const other = await world.newPage();
	const kept = () => other.evaluate(() => JSON.stringify(localStorage));
	await world.signIn(other, 'spj', `#/search?q=${encodeURIComponent('查询私事')}`);
	await other.locator('#search-main').waitFor();
	await until('it is kept', async () => (await kept()).includes('查询私事'));
	await other.context().clearCookies(); // the session has run out, nobody has signed out
	await world.signIn(other, 'wjw', '#/search');
	await other.locator('#search-main').waitFor();
	assert.deepEqual(await lately(other), []);
	await other.locator('#search-main').fill('查询公事');
	await other.locator('#search-main').press('Enter');
	await until('it is kept', async () => (await kept()).includes('查询公事'));
	assert.ok(!(await kept()).includes('查询私事'), 'of one person at a time');
	await other.getByRole('button', { name: '退出登录' }).click();
	await other.locator('#user').waitFor();
	assert.ok(!(await kept()).includes('查询'), await kept());
	await other.context().close();
});

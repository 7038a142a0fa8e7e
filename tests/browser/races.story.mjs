// What happens at once with something else: answers that come late, a second click, another tab, a page that is open over midnight.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { creditCode, openWorld, rowOf, until } from './world.mjs';

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
	// From when it is taken until the page has said that it does not know, no reading succeeds: which of them the page asks first is chance.
	let failing = false;
	await page.route(`**/notices/${made.notice}`, (route) => (failing ? route.fulfill({ status: 503, json: { status: 503, title: 'x' } }) : route.fallback()));
	await page.route(`**/notices/${made.notice}/acknowledge`, async (route) => {
		const response = await route.fetch();
		failing = response.ok();
		await route.fulfill({ response });
	});
	await page.locator('.pane-foot').getByRole('button', { name: '签收：' }).click();
	await page.locator('.toast', { hasText: `结果未知，正在核实：${made.name}` }).waitFor();
	failing = false;
	await page.locator('.toast', { hasText: `核实完毕，已经生效：${made.name}` }).waitFor();
	assert.equal(await page.locator('.toast', { hasText: '没有办成' }).count(), 0);
	assert.match(await page.locator('.pane-state').innerText(), /已签收/);
	await page.unroute(`**/notices/${made.notice}`);
	await page.unroute(`**/notices/${made.notice}/acknowledge`);
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

test('the key that empties the search does not close the notice that is written about', async () => {
	const made = await world.grant('示例清空用品厂');
	await page.goto(`${world.url}/#/inbox?n=${made.notice}`);
	await page.locator('.conn-live').waitFor();
	await page.locator('.pane-foot').getByRole('button', { name: '退回：' }).click();
	await page.locator('#f-remark').fill('不属于本单位的职责');
	await page.locator('#search-top').fill('示例');
	await page.locator('#search-top').press('Escape');
	await settled(page);
	assert.equal(await page.locator('#f-remark').count() && await page.locator('#f-remark').inputValue(), '不属于本单位的职责');
	await page.locator('#f-remark').press('Escape');
});

test('what is ticked while others are sent stays ticked', async () => {
	const [one, two] = [await world.grant('示例先勾用品厂'), await world.grant('示例后勾用品厂')];
	await page.goto(`${world.url}/#/inbox`);
	await page.reload();
	await rowOf(page, one).getByRole('checkbox').check();
	const sent = await held(page, '**/api/v1/notices/acknowledge', 'POST');
	await page.getByRole('button', { name: '批量签收（1）' }).click();
	await sent.asked();
	await rowOf(page, two).getByRole('checkbox').check();
	await sent.free();
	await page.locator('.bulk-result').waitFor();
	assert.equal(await rowOf(page, two).getByRole('checkbox').isChecked(), true);
	await page.getByRole('button', { name: '知道了' }).click();
});

test('a day that has begun since the page was opened is today', async () => {
	const made = await world.grant('示例跨日用品厂');
	const wjw = await world.as('wjw');
	assert.equal((await wjw('POST', `/notices/${made.notice}/claim`, {})).status, 200);
	await page.goto(`${world.url}/#/inbox?state=claimed`);
	await page.reload();
	const tick = async () => { await rowOf(page, made).getByRole('checkbox').check(); await page.getByRole('button', { name: '批量反馈' }).click(); };
	await tick();
	const first = await page.locator('#f-checked_on').inputValue();
	await page.locator('.bulk form').getByRole('button', { name: '取消' }).click();
	await rowOf(page, made).getByRole('checkbox').uncheck();
	const later = async (route) => {
		const response = await route.fetch();
		await route.fulfill({ response, headers: { ...response.headers(), date: new Date(Date.now() + 24 * 3600_000).toUTCString() } });
	};
	await page.route('**/api/v1/**', later); // no answer of any kind brings today back
	await page.getByRole('button', { name: '全部', exact: true }).click();
	await rowOf(page, made).waitFor();
	await tick();
	const form = page.locator('.bulk form');
	const next = new Date(Date.parse(first) + 24 * 3600_000).toISOString().slice(0, 10);
	await until('tomorrow may be chosen', async () => await page.locator('#f-checked_on').getAttribute('max') === next);
	await form.getByRole('button', { name: '取消' }).click();
	await page.getByRole('button', { name: '批量反馈' }).click();
	assert.equal(await page.locator('#f-checked_on').inputValue(), next);
	await page.unroute('**/api/v1/**');
	await page.reload();
});

test('a sheet that is dropped while another is sent waits for it', async () => {
	const serial = Date.now() % 1_000_000;
	const lines = ['受理编号,办理结果,事项编码,监管区划,决定日期,申请人名称,统一社会信用代码',
		...Array.from({ length: 230 }, (_, i) => `RACE-${serial + i},准予许可,370123020001,兰山区,2026-11-23,示例拖放用品厂${i},${creditCode(serial + i)}`)];
	await office.goto(`${world.url}/#/submit?by=file`);
	await office.locator('.drop input:enabled').waitFor();
	await office.locator('.drop input').setInputFiles({ name: '甲.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\r\n')) });
	await office.getByRole('button', { name: '确认报送 230 件' }).waitFor();
	const events = await held(office, '**/api/v1/events', 'POST');
	await office.getByRole('button', { name: '确认报送 230 件' }).click();
	await events.asked();
	await office.evaluate((text) => {
		const dataTransfer = new DataTransfer();
		dataTransfer.items.add(new File([text], '乙.csv'));
		document.querySelector('.drop').dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
	}, lines.slice(0, 2).join('\r\n'));
	await settled(office);
	await events.free();
	await office.getByRole('heading', { name: '已报送 230 件' }).waitFor();
	assert.equal(await office.locator('.drop strong').innerText(), '甲.csv');
});

test('what was confirmed of one month does not stand under another', async () => {
	await office.goto(`${world.url}/#/reconcile?month=${months(0)}&bureau=spj-371302`);
	const agree = await held(office, '**/reconciliation/agree', 'POST');
	await office.locator('tr[data-department="wjw-371302"] button').click();
	await agree.asked();
	await office.evaluate((hash) => { location.hash = hash; }, `#/reconcile?month=${months(1)}`);
	await office.locator('.empty').waitFor();
	const answered = office.waitForResponse('**/reconciliation/agree');
	await agree.free();
	await answered;
	await settled(office);
	assert.equal(await office.locator('tr[data-department="wjw-371302"]').count(), 0, 'this month\'s figures under the month before');
});

test('the months of a statement go on when a new one has begun', async () => {
	await office.goto(`${world.url}/#/reconcile`);
	await office.reload();
	await office.getByRole('heading', { level: 1, name: months(0) }).waitFor();
	await office.route('**/api/v1/**', async (route) => {
		const response = await route.fetch();
		await route.fulfill({ response, headers: { ...response.headers(), date: new Date(Date.now() + 32 * 24 * 3600_000).toUTCString() } });
	});
	await office.locator('.board-pick input').fill(months(1));
	await office.locator('.board-pick input').dispatchEvent('change');
	await until('the new month may be chosen', async () => await office.locator('.board-pick input').getAttribute('max') > months(0));
	await office.unroute('**/api/v1/**');
	await office.reload();
});

test('a ranking is published in the month in which it was asked, and a double click asks no more than once', async () => {
	const button = joint.locator('.report .acts button');
	const month = async (n) => {
		await joint.evaluate((hash) => { location.hash = hash; }, `#/reports?month=${months(n)}`);
		await joint.locator('.report-when', { hasText: `${months(n)}-01` }).waitFor();
		await button.waitFor();
	};
	await month(1);
	await button.dblclick();
	await settled(joint);
	assert.equal((await (await world.as('lxhy'))('GET', `/ranking?month=${months(1)}`)).data.published, null);
	await joint.getByRole('button', { name: '确认发布，之后不再变动' }).waitFor();
	await month(2);
	await until('the button asks first again', async () => await button.innerText() === '发布本月排名');
});

test('the page of a list that comes too late says nothing about another list', async () => {
	const late = [];
	await joint.route('**/api/v1/disputes?*', async (route) => {
		if (route.request().url().includes('cursor='))
			return void late.push(route);
		const response = await route.fetch();
		await route.fulfill({ response, json: { ...await response.json(), next: 'c' } });
	});
	await joint.goto(`${world.url}/#/disputes`);
	await joint.getByRole('button', { name: '再显示一些' }).click();
	await until('more is asked for', () => late.length > 0);
	await joint.getByRole('button', { name: '已裁定' }).click();
	await joint.locator('[aria-pressed=true]', { hasText: '已裁定' }).waitFor();
	await settled(joint);
	await late[0].abort();
	await settled(joint);
	assert.equal(await joint.locator('.note-red').count(), 0);
	await joint.unroute('**/api/v1/disputes?*');
});

test('why a body is told: a question that failed late says nothing about the one that stands', async () => {
	const late = [];
	await office.route('**/policy/explain?body=wjw-371302', (route) => void late.push(route));
	await office.goto(`${world.url}/#/policy`);
	await office.locator('#e-item-list option').first().waitFor({ state: 'attached' });
	await office.locator('#e-item').fill('370123020001');
	await office.locator('#e-region').fill('兰山区');
	await office.locator('#p-body').fill('兰山区卫生健康局');
	await until('it is asked', () => late.length > 0);
	await office.locator('#p-body').fill('罗庄区卫生健康局');
	await office.locator('.trial').getByText('不告知', { exact: true }).waitFor();
	await late[0].abort();
	await settled(office);
	assert.equal(await office.locator('.note-red').count(), 0);
	await office.unroute('**/policy/explain?body=wjw-371302');
});

test('the search shows what its address asks, also when that was asked before the last answer', async () => {
	const made = await world.grant('示例先后用品厂');
	await office.goto(`${world.url}/#/search?q=${encodeURIComponent(made.name)}`);
	await office.locator('.hit', { hasText: made.case }).waitFor();
	const cases = await held(office, '**/cases?*');
	await office.locator('#search-main').fill('没有这个企业');
	await cases.asked();
	await office.evaluate((hash) => { location.hash = hash; }, `#/search?q=${encodeURIComponent(made.name)}`);
	await settled(office);
	const answered = office.waitForResponse((r) => r.url().includes('/cases?'));
	await cases.free();
	await answered;
	await settled(office);
	await office.locator('[aria-busy=false] .hit, [aria-busy=false]:not(:has(.hit))').first().waitFor();
	assert.equal(await office.locator('.hit', { hasText: made.case }).count(), 1);
});

test('who has signed in in another tab is who this tab belongs to', async () => {
	await joint.goto(`${world.url}/#/board`);
	await joint.locator('.who').waitFor();
	const other = await joint.context().newPage();
	await world.signIn(other, 'admin');
	const name = await other.locator('.who').innerText();
	await other.close();
	// An answer just now is not asked for again, so it is tried until it is.
	await until('the other person\'s name', async () => {
		// It may begin anew just then.
		await joint.evaluate(() => { window.dispatchEvent(new Event('offline')); window.dispatchEvent(new Event('online')); }).catch(() => undefined);
		return await joint.locator('.who').innerText() === name;
	});
});

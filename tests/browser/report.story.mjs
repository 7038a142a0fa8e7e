// The monthly report: its five parts out of the hub's figures, each number with its list, and A4 when it is printed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, noSideways, openWorld } from './world.mjs';

let world;
let page;
let api;
before(async () => {
	world = await openWorld();
	api = await world.as('lxhy');
	const wjw = await world.as('wjw');
	for (let i = 0; i < 12; i++) {
		const made = await world.grant(`示例通报用品${i}厂`);
		if (i < 10)
			assert.equal((await wjw('POST', `/notices/${made.notice}/claim`, {})).status, 200);
		else
			assert.equal((await wjw('POST', `/notices/${made.notice}/return`, { reason: 'not-in-scope' })).status, 200);
	}
	const event = world.eventOf('示例通报无主用品厂');
	event.data.item = '999999999999';
	await (await world.as('spj'))('POST', '/events', event, 'application/cloudevents+json');
	page = await world.newPage();
	await world.signIn(page, 'lxhy');
});
after(() => world?.close());

const number = async (locator) => Number((await locator.innerText()).match(/\d+/)[0]);
const open = async () => {
	await page.goto(`${world.url}/#/reports`);
	await page.locator('.rank tbody tr').first().waitFor();
};

test('from the board to the report: a title of the month and five parts, all of them said', async () => {
	await page.getByRole('link', { name: '月度通报' }).click();
	await page.getByRole('heading', { level: 1, name: /^审管联动工作通报（\d{4} 年 \d+ 月）$/ }).waitFor();
	await page.locator('.rank tbody tr').first().waitFor();
	assert.deepEqual(await page.locator('.report h2').allInnerTexts(), ['一、概况', '二、排名', '三、监管空白', '四、争议', '五、建议']);
	assert.match(await page.locator('.rank tbody tr').first().innerText(), /兰山区\s+\d+\.\d%\s+\d+ \/ \d+/);
	await page.locator('.report-list li', { hasText: '999999999999' }).first().waitFor();
	await page.locator('.report-list li', { hasText: '没有主管单位' }).first().waitFor();
	const advice = await page.locator('ol.report-list').innerText();
	assert.match(advice, /目录未列 999999999999 有 \d+ 件曾无主，建议明确主管单位/);
	assert.match(advice, /\d+ 件争议未了结，建议提请联席会议裁定/);
	await axe(page, 'the report');
	await noSideways(page, 'the report');
});

for (const figure of ['sent', 'claimed_ever', 'returned_ever', 'undelivered'])
	test(`the report's ${figure} opens the list it counts, and the two agree`, async () => {
		await open();
		const link = page.locator(`[data-figure=${figure}]`);
		const counted = await number(link);
		await link.click();
		await page.locator('.list-sum', { hasText: /共 \d+ 件/ }).waitFor();
		const listed = await number(page.locator('.list-sum'));
		const { data } = await api('GET', `/notices?${page.url().split('?')[1]}`);
		assert.ok(listed >= counted && listed <= data.total, `${counted} in the report, ${listed} in the list, ${data.total} at the hub`);
	});

test('a gap opens the very cases that nobody was responsible for', async () => {
	await open();
	const link = page.locator('li', { hasText: '999999999999' }).locator('[data-gap]').first();
	const counted = await number(link);
	await link.click();
	await page.locator('.chip', { hasText: '999999999999' }).waitFor();
	await page.locator('.list-sum', { hasText: /共 \d+ 件/ }).waitFor();
	assert.ok(await number(page.locator('.list-sum')) >= counted);
});

test('another month is asked for in the address, and an empty one says so in each part', async () => {
	await open();
	await page.getByLabel('月份').fill('2024-02');
	await page.waitForURL(/month=2024-02/);
	await page.getByText('2024-02-01 至 2024-02-29').waitFor();
	await page.getByText('本期各单位件数都不足，不作排名。').waitFor();
	await page.getByText('本月没有无主的事项。').waitFor();
	assert.equal(await number(page.locator('[data-figure=sent]')), 0);
});

test('printed it is A4, without what belongs to the screen', async () => {
	await open();
	await page.goto(`${world.url}/#/reports?month=2024-02`); // of one page
	await page.getByText('本月没有无主的事项。').waitFor();
	const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
	const boxes = [...pdf.matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/g)].map(([, w, h]) => `${Math.round(w)} ${Math.round(h)}`);
	assert.equal(boxes.length, 1, 'the foot has no page of its own');
	assert.deepEqual([...new Set(boxes)], ['595 842']);
	assert.equal(await page.getByText(/^打印于/).isVisible(), false, 'paper says when it was printed, the screen does not');
	await page.emulateMedia({ media: 'print' });
	await page.getByText(/^打印于 20\d\d-\d\d-\d\d \d\d:\d\d · lxhy$/).waitFor();
	for (const hidden of ['header.top', 'nav.side', '.page-head'])
		assert.ok(await page.locator(hidden).isHidden(), `${hidden} stays on the screen`);
	if (process.env.SHOTS)
		await page.screenshot({ path: `${process.env.SHOTS}/report-print.png`, fullPage: true });
	await page.emulateMedia({ media: 'screen' });
});

test('as a workbook it comes from the hub, which writes it down', async () => {
	await open();
	const [sheet] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出为 XLSX' }).click()]);
	assert.match(sheet.suggestedFilename(), /^工作通报_\d{8}-\d{4}\.xlsx$/);
	const { data } = await (await world.as('sjj'))('GET', '/audit?act=export');
	assert.match(data.items[0].detail, /^report\.xlsx, \d+ rows, month=\d{4}-\d\d$/);
});

test('a month that is over is published once, and says so from then on', async () => {
	await open();
	assert.equal(await page.getByRole('button', { name: '发布本月排名' }).count(), 0, 'this month is not over');
	const now = new Date(Date.now() + 8 * 3600_000);
	const last = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 0)).toISOString().slice(0, 7);
	await page.getByLabel('月份').fill(last);
	await page.getByRole('button', { name: '发布本月排名' }).click();
	assert.equal((await api('GET', `/ranking?month=${last}`)).data.published, null, 'asked once, nothing has happened');
	await page.getByRole('button', { name: '确认发布，之后不再变动' }).click();
	await page.getByText(/^lxhy 于 .* 发布，之后的数据不再改变本排名/).waitFor();
	assert.equal(await page.getByRole('button', { name: '发布' }).count(), 0);
	assert.equal((await api('GET', `/ranking?month=${last}`)).data.published.by, 'lxhy');
	await axe(page, 'a published ranking');
	if (process.env.SHOTS)
		await page.locator('.report').screenshot({ path: `${process.env.SHOTS}/report-published.png` });
});

test('in English', async () => {
	await open();
	await page.getByRole('button', { name: 'English', exact: true }).click();
	await page.getByRole('heading', { level: 1, name: /^Approval and supervision, / }).waitFor();
	await axe(page, 'the report in English');
});

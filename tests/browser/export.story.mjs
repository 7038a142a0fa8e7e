// A list saved as a file: chosen as the page is, in both forms and languages, and a plain word where there is none.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, contentOf, openWorld, rowOf } from './world.mjs';

let world;
let page;
let made;
before(async () => {
	world = await openWorld();
	made = await world.grant('示例导出用品厂');
	page = await world.newPage();
	await world.signIn(page, 'wjw');
	await rowOf(page, made).waitFor();
});
after(() => world?.close());

async function saved(button, on = page)
{
	const [download] = await Promise.all([on.waitForEvent('download'), on.getByRole('button', { name: button, exact: true }).click()]);
	return { name: download.suggestedFilename(), bytes: await contentOf(download) };
}

test('the inbox as a workbook, under the name that the hub gives it', async () => {
	const file = await saved('导出为 XLSX');
	assert.match(file.name, /^告知清单_\d{8}-\d{4}\.xlsx$/);
	assert.equal(file.bytes.subarray(0, 2).toString(), 'PK');
	await page.getByText(`已导出：${file.name}`).waitFor();
	await axe(page, 'the inbox after an export');
});

test('what is chosen is what is saved', async () => {
	const open = (await saved('导出为 CSV')).bytes.toString();
	assert.ok(open.startsWith('\ufeff'), 'a mark in front');
	assert.match(open, new RegExp(made.notice));
	assert.match(open, /"筛选条件","body=wjw-371302; state=todo"/);
	await page.locator('.tabs').getByRole('button', { name: '已办结' }).click();
	await page.locator('.empty').waitFor();
	const closed = (await saved('导出为 CSV')).bytes.toString();
	assert.match(closed, /"筛选条件","body=wjw-371302; state=closed"/);
	assert.doesNotMatch(closed, new RegExp(made.notice));
});

test('too many rows, or none to be had: the page says so and goes on', async () => {
	const refuse = (status, detail) => page.route('**/api/v1/notices.csv*', (route) => route.fulfill({ status, contentType: 'application/problem+json',
		body: JSON.stringify({ type: 'about:blank', title: 'x', status, detail }) }));
	await refuse(413, 'More than 50000 rows: narrow the filter');
	await page.getByRole('button', { name: '导出为 CSV' }).click();
	await page.getByText('没有导出：结果太多，请缩小筛选范围').waitFor();
	await page.unroute('**/api/v1/notices.csv*');
	await refuse(503, 'Other exports are being made; ask again');
	await page.getByRole('button', { name: '导出为 CSV' }).click();
	await page.getByText('没有导出：正在制作其他导出，请稍后再试').waitFor();
	await page.unroute('**/api/v1/notices.csv*');
	await saved('导出为 CSV');
});

test('cases, disputes and a list of the board, in English', async () => {
	const office = await world.newPage();
	await world.signIn(office, 'spj');
	await office.getByRole('button', { name: 'English', exact: true }).click();
	await office.goto(`${world.url}/#/search?q=${encodeURIComponent('示例导出')}`);
	await office.locator('.hit').first().waitFor();
	const cases = (await saved('Export as CSV', office));
	assert.match(cases.name, /^cases_/);
	assert.match(cases.bytes.toString(), /"Case","Result",/);
	assert.equal(cases.bytes.toString().split(made.case).length - 1, 1, 'the case stands once');
	for (const [hash, name] of [['disputes', /^disputes_.*\.xlsx$/], ['list?state=open', /^notices_.*\.xlsx$/]]) {
		await office.goto(`${world.url}/#/${hash}`);
		await office.getByRole('button', { name: 'Export as XLSX' }).waitFor();
		assert.match((await saved('Export as XLSX', office)).name, name);
	}
});

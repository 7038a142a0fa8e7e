// A sheet of approvals: tried before anything is sent, faults by row and one kind at a time, sent once however often it is sent.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRequire } from 'node:module';
import { axe, contentOf, creditCode, hasFocus, noSideways, openWorld } from './world.mjs';

const { zipSync } = createRequire(new URL('../../dashboard/package.json', import.meta.url))('fflate');
const HEAD = '受理编号,办理结果,事项编码,监管区划,决定日期,申请人名称,统一社会信用代码';
const serial = 1_000_000 + Date.now() % 1_000_000; // of one length, so that none is the beginning of another
const row = (n, change = {}) => Object.values({ case: `SHEET-${serial + n}`, type: '准予许可', item: '370123020001', region: '兰山区', day: '2026-11-23',
	name: `示例上传用品厂${n}`, code: creditCode(serial + n), ...change }).join(',');
let world;
let page;
let api;
before(async () => {
	world = await openWorld();
	api = await world.as('spj');
	page = await world.newPage();
	await world.signIn(page, 'spj', '#/submit');
	await page.getByRole('button', { name: '上传表格' }).click();
});
after(() => world?.close());

const file = () => page.locator('.drop input');
async function upload(lines, name = '办件.csv')
{
	await page.locator('.drop input:enabled').waitFor();
	await file().setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.isBuffer(lines) ? lines : Buffer.from(lines.join('\r\n')) });
}
const cases = async (q) => (await api('GET', `/cases?q=${encodeURIComponent(q)}`)).data.items;

test('the template is a table that the page takes', async () => {
	const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载模板' }).click()]);
	assert.equal(download.suggestedFilename(), '报送模板.csv');
	await upload(await contentOf(download));
	await page.getByRole('heading', { name: /^试运行通过：1 件/ }).waitFor();
	await axe(page, 'a sheet that was tried');
	await page.getByRole('button', { name: '再看一下' }).click();
});

test('faults are told by the row of the sheet, one kind at a time, and the corrected file is taken in place', async () => {
	await upload([`${HEAD},备注2`, row(1)]);
	await page.getByRole('heading', { name: '下列列名不认识，或出现了两次' }).waitFor();
	await hasFocus(page, 'upload-faulty');
	await page.getByText('备注2', { exact: true }).waitFor();
	await upload([HEAD, row(1), row(2, { code: '91350100M000100Y44', name: '' }), '', row(3, { region: '无此区', name: '' })]);
	await page.getByRole('heading', { name: '下列各格不能为空' }).waitFor();
	await page.locator('.upload li').filter({ hasText: '第 3、5 行 申请人名称' }).waitFor();
	await axe(page, 'a sheet with faults');
	await upload([HEAD, row(1), row(2, { code: '91350100M000100Y44' }), '', row(3, { region: '无此区' })]);
	await page.locator('.upload li').filter({ hasText: '第 5 行 监管区划' }).waitFor();
	await upload([HEAD, row(1), row(2, { code: '91350100M000100Y44' }), '', row(3)]);
	await page.locator('.upload li').filter({ hasText: '第 3 行 统一社会信用代码' }).waitFor();
	await upload([HEAD, row(1), row(2), '', row(3)]);
	await page.getByRole('heading', { name: /^试运行通过：3 件，将向 \d+ 个单位发出 \d+ 条告知$/ }).waitFor();
	assert.equal(await page.locator('.upload .note-red').count(), 0);
	assert.deepEqual(await cases('示例上传用品厂'), [], 'nothing is sent before it is confirmed');
});

test('what the hub finds in the trial is told by the row too', async () => {
	await page.route('**/api/v1/policy/explain', async (route) => {
		const answer = await (await route.fetch()).json();
		answer.results[1] = { type: 'about:blank', title: 'x', status: 422, detail: 'x', errors: [{ pointer: '/data/applicant/name', detail: 'is too long' }] };
		await route.fulfill({ json: answer });
	});
	await upload([HEAD, row(1), row(2)]);
	await page.getByRole('heading', { name: '试运行没有通过' }).waitFor();
	await page.locator('.upload li').filter({ hasText: '第 3 行 申请人名称 is too long' }).waitFor();
	await page.unroute('**/api/v1/policy/explain');
});

test('confirmed once, sent once: after a silence it goes on, and a second time it is passed over', async () => {
	const lines = [HEAD, ...Array.from({ length: 230 }, (_, i) => row(10 + i)), row(300, { item: '999999999999' })];
	await upload(lines);
	await page.getByRole('heading', { name: /^试运行通过：231 件/ }).waitFor();
	await page.locator('.note-amber li').filter({ hasText: '目录中没有这个事项：第 232 行' }).waitFor();
	await page.locator('.told-table tbody tr').filter({ hasText: '兰山区卫生健康局' }).filter({ hasText: '230' }).waitFor();
	let count = 0;
	await page.route('**/api/v1/events', async (route) => {
		if (++count === 2)
			return route.abort();
		return route.continue();
	});
	await page.getByRole('button', { name: '确认报送 231 件' }).click();
	await page.getByText(/没有办成：连不上服务器/).waitFor();
	await page.unroute('**/api/v1/events');
	await page.getByRole('button', { name: '确认报送 231 件' }).click();
	await page.getByRole('heading', { name: '已报送 31 件' }).waitFor();
	await page.getByText('200 件此前已经报送过，已忽略。').waitFor();
	await axe(page, 'a sheet that was sent');
	assert.equal((await cases(`SHEET-${serial + 10}`)).length, 1);
	assert.equal((await api('GET', `/cases/SHEET-${serial + 300}`)).data.events.length, 1);
	await page.getByRole('button', { name: '再传一个文件' }).click();
	await upload([HEAD, row(10), row(11, { name: '另一家' })]);
	await page.getByRole('button', { name: '确认报送 2 件' }).click();
	await page.getByText('1 件此前已经报送过，已忽略。').waitFor();
	await page.locator('.upload .note-red li').filter({ hasText: '第 3 行 此前已按另外的内容报送，原报送不变' }).waitFor();
	await page.getByRole('button', { name: '再传一个文件' }).click();
});

/** A workbook as office programs write them: shared texts, inline ones, numbers, a day as a count, and a row left out. */
function workbook(cells, properties = '')
{
	const enc = new TextEncoder();
	const parts = {
		'xl/workbook.xml': `<workbook xmlns="urn:m" xmlns:r="urn:r">${properties}<sheets><sheet name="其他" sheetId="1" r:id="rId2"/><sheet name="x" sheetId="2" r:id="rId1"/></sheets></workbook>`,
		'xl/_rels/workbook.xml.rels': '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Target="/xl/worksheets/sheet9.xml"/></Relationships>',
		'xl/sharedStrings.xml': `<sst xmlns="urn:m">${HEAD.split(',').map((h) => `<si><r><t>${h}</t></r><rPh><t>声</t></rPh></si>`).join('')}</sst>`,
		'xl/worksheets/sheet1.xml': '<worksheet xmlns="urn:m"><sheetData/></worksheet>',
		'xl/worksheets/sheet9.xml': `<worksheet xmlns="urn:m"><sheetData><row r="1">${HEAD.split(',').map((_, i) => `<c r="${String.fromCharCode(65 + i)}1" t="s"><v>${i}</v></c>`).join('')}</row>${cells}</sheetData></worksheet>`,
	};
	return Buffer.from(zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, enc.encode(text)]))));
}
const text = (ref, value) => `<c r="${ref}" t="inlineStr"><is><t>${value}</t></is></c>`;

test('a workbook is read as it is shown: days, codes typed as numbers, and what has been lost in them is told', async () => {
	const line = (n, first) => `<row r="${n}">${first}${text(`B${n}`, '准予许可')}<c r="C${n}"><v>3.70123020001E11</v></c>${text(`D${n}`, '兰山区')}<c r="E${n}" s="1"><v>46349</v></c>${text(`F${n}`, '示例工作簿用品厂')}</row>`;
	await page.getByRole('button', { name: '上传表格' }).click();
	await upload(workbook(line(2, text('A2', `SHEET-${serial + 500}`)) + line(4, '<c r="A4"><v>3.7130220261123E+17</v></c>')), '办件.xlsx');
	await page.getByRole('heading', { name: '长数字已被表格软件改成科学计数' }).waitFor();
	await page.locator('.upload li').filter({ hasText: '第 4 行 受理编号' }).waitFor();
	// Other programs write out all digits of a number, the last of which are lost all the same; and a formula that nothing has worked out.
	await upload(workbook(line(2, '<c r="A2"><v>371302202611230000</v></c>')), '办件.xlsx');
	await page.locator('.upload li').filter({ hasText: '第 2 行 受理编号' }).waitFor();
	await page.getByRole('heading', { name: '长数字已被表格软件改成科学计数' }).waitFor();
	await upload(workbook(line(2, '<c r="A2"><f>B9</f></c>')), '办件.xlsx');
	await page.getByRole('heading', { name: '下列各格的内容不认识' }).waitFor();
	await page.locator('.upload li').filter({ hasText: '第 2 行 受理编号' }).waitFor();
	await upload(workbook(line(2, text('A2', `SHEET-${serial + 500}`)) + line(4, `<c r="A4"><v>${serial + 501}</v></c>`)), '办件.xlsx');
	await page.getByRole('button', { name: '确认报送 2 件' }).click();
	await page.getByRole('heading', { name: '已报送 2 件' }).waitFor();
	const { data } = await api('GET', `/cases/${serial + 501}`);
	const event = (await api('GET', `/events/${data.events[0].event}`)).data.document;
	assert.deepEqual([event.data.item, event.data.permit.decided_on, event.data.region], ['370123020001', '2026-11-23', '371302']);
	await page.getByRole('button', { name: '再传一个文件' }).click();
	for (const bytes of [Buffer.from('PK\x03\x04 no workbook'), workbook('', '<workbookPr date1904="1"/>')]) {
		await upload(bytes, '坏.xlsx');
		await page.getByRole('heading', { name: '这个工作簿读不了' }).waitFor();
	}
});

test('what the hub gives out as a workbook is a workbook for the page too', async () => {
	await page.goto(`${world.url}/#/search?q=SHEET`);
	await page.locator('.hit').first().waitFor();
	const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出为 XLSX' }).click()]);
	const bytes = await contentOf(download);
	await page.goto(`${world.url}/#/submit?by=file`);
	await upload(bytes, 'x.xlsx');
	await page.getByRole('heading', { name: '缺少下列各列' }).waitFor(); // it is read: a list has no day of decision
	await page.locator('.upload li').filter({ hasText: '决定日期' }).waitFor();
});

test('the older encoding is read, and what was typed in the form is kept meanwhile', async () => {
	await page.getByRole('button', { name: '填表', exact: true }).click();
	await page.locator('#e-case').fill('KEPT-1');
	await page.getByRole('button', { name: '上传表格' }).click();
	// 受理编号 in GB18030 as the only heading: it is known, the others are missing.
	await upload(Buffer.from([0xca, 0xdc, 0xc0, 0xed, 0xb1, 0xe0, 0xba, 0xc5, 0x0a, 0x41, 0x31]));
	await page.getByRole('heading', { name: '缺少下列各列' }).waitFor();
	assert.equal(await page.locator('.upload li').filter({ hasText: '受理编号' }).count(), 0);
	await page.getByRole('button', { name: '填表', exact: true }).click();
	assert.equal(await page.locator('#e-case').inputValue(), 'KEPT-1');
});

test('on a phone, in English', async () => {
	const phone = await world.newPage({ width: 320, height: 640 });
	await world.signIn(phone, 'spj', '#/submit?by=file');
	await phone.getByRole('button', { name: 'English', exact: true }).click();
	await phone.getByRole('button', { name: 'Upload a sheet' }).waitFor();
	await phone.locator('.drop input:enabled').waitFor();
	await phone.locator('.drop input').setInputFiles({ name: 'x.csv', mimeType: 'text/csv', buffer: Buffer.from([HEAD, row(400)].join('\n')) });
	await phone.getByRole('heading', { name: /^The trial passed: 1 approvals/ }).waitFor();
	await noSideways(phone, 'upload at 320');
	if (process.env.SHOTS)
		await phone.screenshot({ path: `${process.env.SHOTS}/upload-en-320.png`, fullPage: true });
	await axe(phone, 'upload on a phone');
});

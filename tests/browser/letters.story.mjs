// What supervisor and bureau write to each other about a permit: written, told, answered, closed; and seen by nobody else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, noSideways, openWorld } from './world.mjs';

const NAME = '示例函件用品一厂';
const BUREAU = '兰山区行政审批服务局';
let world;
let page;
let bureau;
let made;
before(async () => {
	world = await openWorld();
	[page, bureau] = [await world.newPage(), await world.newPage({ width: 390, height: 844 })];
	made = await world.grant(NAME);
	await world.signIn(page, 'wjw');
	await world.signIn(bureau, 'spj');
});
after(() => world?.close());

const form = (on) => on.locator('form.act-form');
const foot = (on, name) => on.locator('.pane-foot').getByRole('button', { name: `${name}：` });

test('a supervisor writes to the bureau, and what is missing is said in place', async () => {
	await page.goto(`${world.url}/#/notice/${made.notice}`);
	await page.locator('.conn-live').waitFor();
	await foot(page, '致函').click();
	await form(page).getByRole('heading', { name: '致函' }).waitFor();
	await form(page).getByRole('button', { name: '发送' }).click();
	await form(page).getByText('请填写此项').first().waitFor();
	assert.equal(await form(page).getByText('请填写此项').count(), 4);
	await axe(page, 'the form of a letter with faults');
	await form(page).getByLabel('许可变更意见').check();
	await form(page).getByLabel('接收单位').fill(BUREAU);
	await form(page).getByLabel('标题').fill('建议核减诊疗科目');
	await form(page).getByLabel('内容').fill('现场核查面积不足');
	await form(page).getByLabel('答复期限').fill('3');
	await form(page).getByRole('button', { name: '发送' }).click();
	await page.getByText(`已发送：${NAME}`).first().waitFor();
});

test('the bureau finds it in its list, sees it in the case, and answers', async () => {
	await bureau.getByRole('link', { name: '来函' }).click();
	await bureau.getByRole('heading', { level: 1, name: '来函' }).waitFor();
	await bureau.getByText('建议核减诊疗科目').waitFor();
	await axe(bureau, 'the list of letters');
	await noSideways(bureau, 'the list of letters on a phone');
	await bureau.goto(`${world.url}/#/case/${made.case}`);
	const letters = bureau.getByRole('region', { name: '往来函件' });
	await letters.getByText('现场核查面积不足').waitFor();
	await axe(bureau, 'a case with a letter');
	await noSideways(bureau, 'a case with a letter on a phone');
	await letters.getByRole('link', { name: '建议核减诊疗科目' }).click();
	await foot(bureau, '回复').click();
	await form(bureau).getByLabel('内容').fill('同意，已发起变更');
	assert.equal(await form(bureau).getByLabel('答复期限').count(), 0, 'who answers sets no time');
	await form(bureau).getByRole('button', { name: '发送' }).click();
	await bureau.locator('.pane').getByText('已答复').waitFor();
	await axe(bureau, 'a letter that was answered');
});

test('the answer is seen by who wrote, who closes it', async () => {
	await page.getByRole('link', { name: '来函' }).click();
	await page.getByRole('link', { name: '去函' }).click();
	await page.getByRole('heading', { level: 1, name: '去函' }).waitFor();
	await page.locator('tbody tr').filter({ hasText: '建议核减诊疗科目' }).getByText('已答复').waitFor();
	await page.goto(`${world.url}/#/case/${made.case}`);
	await page.getByText('同意，已发起变更').waitFor();
	await page.getByRole('link', { name: '建议核减诊疗科目' }).click();
	await page.getByRole('button', { name: 'English', exact: true }).click();
	await page.locator('.pane').getByText('Answered').waitFor();
	await page.locator('.pane-foot').getByRole('button', { name: /^Close: / }).click();
	await form(page).getByText('The matter is settled; nothing more is written.').waitFor();
	await axe(page, 'closing a letter, in English');
	await form(page).locator('button[type=submit]').click();
	await page.locator('.pane .tag-closed').waitFor();
});

test('whoever is no side of it sees nothing of it in the case', async () => {
	const scjg = await world.as('scjg');
	const { status, data } = await scjg('GET', `/cases/${made.case}`);
	assert.ok(status === 404 || !JSON.stringify(data).includes('建议核减诊疗科目'));
	const other = await world.newPage();
	await world.signIn(other, 'lxhy', `#/case/${made.case}`);
	await other.getByRole('region', { name: '往来函件' }).getByText('现场核查面积不足').waitFor();
	assert.equal(await other.getByRole('link', { name: /^致函/ }).count(), 0, 'who coordinates reads it and writes none');
});

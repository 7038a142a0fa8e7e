// The policy as a thing that offices change: submitted by one person, judged by its check, a comparison and a rehearsal, approved by
// another, put into force within a limit or at a time, or run as a shadow.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, openWorld, until } from './world.mjs';

let world;
let office;
let second;
let api;
before(async () => {
	world = await openWorld();
	api = await world.as('lxhy');
	office = await world.newPage();
	second = await world.newPage();
	await world.grant('示例演练用品一厂');
	await world.signIn(office, 'lxhy');
	await world.signIn(second, 'admin');
});
after(() => world?.close());

const stateOf = async (version) => (await api('GET', `/policy/versions/${encodeURIComponent(version)}`)).data.state;
const open = (page, version) => page.goto(`${world.url}/#/version/${encodeURIComponent(version)}`);
const act = (page, name) => page.locator('.acts').getByRole('button', { name, exact: true });
const form = (page) => page.locator('form.act-form');

async function confirm(page, name)
{
	await form(page).getByRole('button', { name, exact: true }).click();
	await form(page).locator('.sure').waitFor();
	await form(page).getByRole('button', { name: '确认', exact: true }).click();
}

test('from submission to force by two people, within a limit', async () => {
	const version = await world.propose(1, '抄告住建部门');
	await office.getByRole('link', { name: '政策', exact: true }).click();
	await office.getByRole('link', { name: '版本与变更' }).click();
	const row = office.locator(`[data-version="${version}"]`);
	await row.getByText('待批准').waitFor();
	await row.getByText('抄告住建部门').waitFor();
	await office.locator('[data-version]').getByText('现行', { exact: true }).waitFor();
	await axe(office, 'the versions');
	await row.getByRole('link').click();
	await office.getByRole('heading', { level: 1, name: version }).waitFor();
	await act(office, '撤下此版本').waitFor();
	assert.equal(await act(office, '批准').count(), 0, 'who submitted it cannot approve it');
	await axe(office, 'a version');

	await open(second, version);
	await act(second, '批准').click();
	await axe(second, 'the approval before it is sent');
	await form(second).getByLabel('理由').fill('已核');
	assert.equal(await stateOf(version), 'submitted', 'nothing is done before it is confirmed');
	await confirm(second, '批准');
	await second.getByText('已批准，待施行').waitFor();
	await second.getByText('已核', { exact: true }).waitFor();
	assert.equal(await stateOf(version), 'approved');

	// What the other person did is there when the version is read anew.
	await office.reload();
	await act(office, '施行').click();
	await form(office).getByLabel('变化幅度上限').fill('x');
	await form(office).getByRole('button', { name: '施行', exact: true }).click();
	await form(office).getByText('请填写 0 至 100 的数').waitFor();
	await form(office).getByLabel('变化幅度上限').fill('1');
	await axe(office, 'the activation before it is sent');
	await confirm(office, '施行');
	await form(office).getByText('未施行：最近').waitFor();
	assert.equal(await stateOf(version), 'approved');
	await form(office).getByLabel('变化幅度上限').fill('100');
	await confirm(office, '施行');
	await office.locator('h1 + .tag', { hasText: '现行' }).waitFor();
	assert.equal((await api('GET', '/policy')).data.policy, version);
	await office.locator('.acts').waitFor({ state: 'detached' }); // nothing more is to be done with it
	await office.getByRole('link', { name: '← 政策版本' }).click();
	await office.locator('[data-version]').getByText('曾施行').waitFor();
});

test('set for a time, and the time taken back', async () => {
	const version = await world.propose(2, '定时');
	await open(second, version);
	await act(second, '批准').click();
	await confirm(second, '批准');
	await act(second, '施行').click();
	await form(second).getByLabel('定时').check();
	await form(second).getByRole('button', { name: '施行', exact: true }).click();
	await form(second).getByText('请填写将来的时间').waitFor();
	await form(second).locator('#v-at').fill('2030-01-01T08:00');
	await confirm(second, '施行');
	// The page's computer is in New York; the time is Beijing's.
	await second.locator('.page-head').getByText('2030-01-01 08:00').waitFor();
	const { data } = await api('GET', `/policy/versions/${encodeURIComponent(version)}`);
	assert.equal(Date.parse(data.steps[0].for), Date.parse('2030-01-01T08:00:00+08:00'));
	await second.goto(`${world.url}/#/policies`);
	await second.locator(`[data-version="${version}"]`).getByText('定于').waitFor();
	await open(second, version);
	await act(second, '撤下此版本').click();
	await confirm(second, '撤下此版本');
	await second.getByRole('heading', { level: 1, name: '政策版本' }).waitFor();
	await second.locator('[data-version]').first().waitFor();
	await until('the version is gone', async () => await second.locator(`[data-version="${version}"]`).count() === 0);
});

test('two versions side by side, and a rehearsal on what really came in', async () => {
	const version = await world.propose(3, '比较');
	await open(office, version);
	await office.getByRole('button', { name: '比较', exact: true }).click();
	const line = office.locator('tr.line-added', { hasText: 'X3' });
	await line.getByText('规则', { exact: true }).waitFor();
	await line.getByText('第 3 号文').waitFor();
	await office.locator('tr.line-removed', { hasText: 'X1' }).waitFor();
	const earlier = (await api('GET', '/policy/versions')).data.items.find((v) => v.state === 'former').version;
	await office.getByLabel('与以下版本相比').selectOption(earlier);
	await office.getByRole('button', { name: '比较', exact: true }).click();
	await line.waitFor();
	assert.equal(await office.locator('tr.line-removed').count(), 0, 'the first version has no row X1');
	await office.locator('.wide-table', { hasText: '按单位' }).getByText('兰山区住房和城乡建设局').waitFor();
	await axe(office, 'two versions side by side');

	const rehearsal = office.locator('section.part', { hasText: '用以往办件演练' });
	await rehearsal.getByLabel('最近天数').fill('0');
	await rehearsal.getByRole('button', { name: '开始演练' }).click();
	await rehearsal.getByText('请填写 1 至 3660 的整数').waitFor();
	await rehearsal.getByLabel('最近天数').fill('7');
	await rehearsal.getByLabel('变化幅度上限').fill('5');
	await rehearsal.getByRole('button', { name: '开始演练' }).click();
	await rehearsal.getByText('0.00% 的办件研判不同，在 5% 的上限以内').waitFor();
	await axe(office, 'a rehearsal');
	const other = await world.propose(4, '另一版本');
	await api('DELETE', `/policy/versions/${encodeURIComponent(other)}`);
	await open(office, other);
	await office.getByText('没有找到，或不在您的权限范围内').waitFor();
});

test('a shadow run is begun, counts what comes in, and is ended', async () => {
	const [{ version }] = (await api('GET', '/policy/versions')).data.items.filter((v) => v.state === 'former');
	await office.goto(`${world.url}/#/policies`);
	await office.getByText('还没有影子运行').waitFor();
	await open(office, version);
	await act(office, '开始影子运行').click();
	await confirm(office, '开始影子运行');
	await act(office, '结束影子运行').waitFor();
	await world.grant('示例影子用品一厂');
	await office.goto(`${world.url}/#/policies`);
	const card = office.locator('.shadow');
	await card.getByText('运行中').waitFor();
	await until('the shadow run has counted', async () => {
		await office.reload();
		await card.locator('dd').first().waitFor();
		return Number(await card.locator('dd strong').nth(1).innerText()) > 0;
	});
	await card.getByText(/最近 \d+ 件不同的办件/).click();
	await card.getByText('不再告知').first().waitFor();
	await axe(office, 'a shadow run');
	await open(office, version);
	await act(office, '结束影子运行').click();
	await confirm(office, '结束影子运行');
	await act(office, '开始影子运行').waitFor();
	assert.equal((await api('GET', '/policy/shadow')).data.on, false);
});

test('an auditor reads and may do nothing; a department is shown no versions', async () => {
	const auditor = await world.newPage();
	await world.signIn(auditor, 'sjj');
	await auditor.goto(`${world.url}/#/policies`);
	await auditor.locator('[data-version]').first().getByRole('link').click();
	await auditor.getByRole('heading', { name: '检查结果' }).waitFor();
	assert.equal(await auditor.locator('.acts').count(), 0);
	assert.equal(await auditor.getByRole('heading', { name: '用以往办件演练' }).count(), 0);
	const wjw = await world.newPage();
	await world.signIn(wjw, 'wjw');
	await wjw.goto(`${world.url}/#/policy`);
	await wjw.getByRole('heading', { level: 1 }).waitFor();
	assert.equal(await wjw.getByRole('link', { name: '版本与变更' }).count(), 0);
});

// A body's desk: whom to ask there, with hours, leave and who stands in, and work that goes from one person to another.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, openWorld, until } from './world.mjs';

const BODY = 'wjw-371302';
let world;
let admin;
let wjw;
let api;
before(async () => {
	world = await openWorld();
	api = await world.as('admin');
	admin = await world.newPage();
	wjw = await world.newPage();
	await world.signIn(admin, 'admin');
	await world.signIn(wjw, 'wjw');
});
after(() => world?.close());

const kept = async () => (await api('GET', `/bodies/${BODY}/contacts`)).data;
const person = (page, name) => page.locator('fieldset.contact', { has: page.locator('legend', { hasText: name }) });
const row = (page, name) => page.locator(`[data-contact="${name}"]`);

test('the administrator opens a body and writes down whom to ask, with leave and who stands in', async () => {
	await admin.getByRole('heading', { level: 1, name: '联系与交接' }).waitFor();
	await admin.locator('#b-body-list option').first().waitFor({ state: 'attached' });
	await admin.getByLabel('选择单位').fill('兰山区卫生健康局');
	await admin.getByText('还没有登记联系人').waitFor();
	assert.match(admin.url(), /body=wjw-371302/);
	await axe(admin, 'a body without contacts');
	await admin.getByRole('button', { name: '编辑联系人' }).click();
	await admin.getByRole('button', { name: '保存' }).click();
	await admin.getByText('请填写姓名').waitFor();
	await until('the first fault has the focus', () => admin.evaluate(() => document.activeElement.getAttribute('aria-invalid') === 'true'));
	await axe(admin, 'the contacts with a fault');
	await person(admin, '新联系人').getByLabel('姓名').fill('联络员甲');
	await person(admin, '联络员甲').getByLabel('手机号').fill('12');
	await person(admin, '联络员甲').getByLabel('上班').fill('09:00');
	await admin.getByRole('button', { name: '添加联系人' }).click();
	await person(admin, '新联系人').getByLabel('姓名').fill('科长乙');
	await person(admin, '科长乙').getByLabel('岗位').selectOption({ label: '科室负责人' });
	await person(admin, '科长乙').getByRole('button', { name: '添加休假' }).click();
	await person(admin, '科长乙').getByLabel('休假最后一天').fill('2030-01-31');
	await person(admin, '科长乙').getByLabel('代班人').selectOption('联络员甲');
	await admin.getByRole('button', { name: '保存' }).click();
	await person(admin, '联络员甲').getByText('请填写完整的起止时间').waitFor();
	await person(admin, '联络员甲').getByLabel('下班').fill('17:30');
	await admin.getByRole('button', { name: '保存' }).click();
	await person(admin, '联络员甲').getByText('不是电话号码').waitFor();
	assert.deepEqual((await kept()).people, [], 'with a fault nothing is kept');
	await person(admin, '联络员甲').getByLabel('手机号').fill('13900000021');
	await axe(admin, 'the contacts before they are saved');
	await admin.getByRole('button', { name: '保存' }).click();
	await admin.getByText('联系人已保存').waitFor();
	await row(admin, '联络员甲').getByText('09:00-17:30').waitFor();
	await row(admin, '联络员甲').getByText('号码未核实').waitFor();
	await row(admin, '科长乙').getByText('休假中').waitFor();
	await row(admin, '科长乙').getByText('代班人 联络员甲').waitFor();
	await axe(admin, 'the contacts');
	const { people, by } = await kept();
	assert.equal(by, 'admin');
	assert.deepEqual([people[0].hours, people[1].post, people[1].leave[0].substitute], ['09:00-17:30', 'section-head', '联络员甲']);
});

test('what somebody else wrote meanwhile is not written over unasked', async () => {
	await admin.getByRole('button', { name: '编辑联系人' }).click();
	await person(admin, '科长乙').getByRole('button', { name: '删除此人' }).click();
	const { people } = await kept();
	assert.equal((await api('PUT', `/bodies/${BODY}/contacts`, { people: people.map(({ name, post }) => ({ name, post })) })).status, 200);
	await admin.getByRole('button', { name: '保存' }).click();
	await admin.getByText(/admin 于 .* 刚刚改过联系人/).waitFor();
	assert.equal((await kept()).people.length, 2);
	await admin.getByRole('button', { name: '保存' }).click();
	await row(admin, '联络员甲').waitFor();
	assert.equal(await row(admin, '科长乙').count(), 0);
	assert.equal((await kept()).people.length, 1);
});

test('a department reads its own contacts, and hands over its own work only', async () => {
	const made = await world.grant('示例交接用品一厂');
	const own = await world.as('wjw');
	assert.equal((await own('POST', `/notices/${made.notice}/claim`, {})).status, 200);
	await world.hire('wjw2', 'supervisor', BODY);
	await wjw.getByRole('link', { name: '联系与交接' }).click();
	await row(wjw, '联络员甲').waitFor();
	assert.equal(await wjw.getByRole('button', { name: '编辑联系人' }).count(), 0);
	assert.equal(await wjw.getByLabel('交出人').count(), 0, 'one hands over one\'s own');
	await wjw.getByRole('button', { name: '交接', exact: true }).click();
	await wjw.getByText('请填写接手人').waitFor();
	await wjw.getByLabel('接手人').fill('nobody');
	await wjw.getByRole('button', { name: '交接', exact: true }).click();
	await wjw.getByRole('button', { name: '确认交接' }).click();
	await wjw.getByText('须为本单位另一名办理人员的用户名').waitFor();
	await wjw.getByLabel('接手人').fill('wjw2');
	await wjw.getByRole('button', { name: '交接', exact: true }).click();
	await wjw.getByText('wjw 在本单位手中的告知将全部交给 wjw2').waitFor();
	await axe(wjw, 'a hand-over before it is done');
	await wjw.getByRole('button', { name: '确认交接' }).click();
	await wjw.getByText('wjw 已向 wjw2 交接 1 件。').waitFor();
	assert.equal((await own('GET', `/notices/${made.notice}`)).data.notice.keeper, 'wjw2');
	await wjw.goto(`${world.url}/#/notice/${made.notice}`);
	await wjw.getByText('现由 wjw2 经办').waitFor();
	await wjw.locator('.step-handed-on', { hasText: 'wjw2' }).waitFor();
	await axe(wjw, 'a notice that was handed over');
});

test('the administrator hands over anybody\'s; who only oversees is shown no desk', async () => {
	await until('the desk is there', async () => await admin.locator('#h-from').count() === 1);
	await admin.locator('#h-from').fill('wjw2');
	await admin.getByLabel('接手人').fill('wjw');
	await admin.getByRole('button', { name: '交接', exact: true }).click();
	await admin.getByRole('button', { name: '确认交接' }).click();
	await admin.getByText('wjw2 已向 wjw 交接 1 件。').waitFor();
	await admin.locator('#h-from').fill('wjw3'); // is nobody: no hand-over of nothing
	await admin.getByRole('button', { name: '交接', exact: true }).click();
	await admin.getByRole('button', { name: '确认交接' }).click();
	await admin.getByText('wjw3 在本单位没有经手的告知，请核对用户名。').waitFor();
	const office = await world.newPage();
	await world.signIn(office, 'lxhy');
	assert.equal(await office.getByRole('link', { name: '联系与交接' }).count(), 0);
	await wjw.goto(`${world.url}/#/bodies?body=zjj-371302`);
	await wjw.getByText('没有找到，或不在您的权限范围内').waitFor();
});

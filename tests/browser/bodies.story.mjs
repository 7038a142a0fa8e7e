// A body's desk: whom to ask there, with hours, leave and who stands in, and work that goes from one person to another.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, noSideways, openWorld, until } from './world.mjs';

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

/** What a page would do after half a minute waits for a word. */
const holdHalfMinute = () => {
	const wait = window.setTimeout.bind(window);
	window.setTimeout = (then, ms, ...more) => {
		if (ms !== 30_000)
			return wait(then, ms, ...more);
		window.halfMinuteOver = then;
		return 0;
	};
};
const inPrint = async (page, what) => {
	await page.emulateMedia({ media: 'print' });
	const texts = await page.locator('.pane-body').innerText();
	await page.emulateMedia({ media: 'screen' });
	for (const [text, is] of what)
		assert.equal(texts.includes(text), is, `${text} in print`);
};

test('a notice says whom to call, masked; whoever says why sees the number for half a minute, and never in print', async () => {
	const leave = [{ from: '2026-01-01', to: '2030-01-31', substitute: '科长乙' }];
	const put = async (people) => assert.equal((await api('PUT', `/bodies/${BODY}/contacts`, { people })).status, 200);
	await put([]);
	const made = await world.grant('示例联络用品一厂');
	for (const [language, size, words] of [
		['zh', { width: 390, height: 844 }, ['没有登记号码', '联络员', '备岗', '科室负责人', '代 联**', '显示号码', '为什么', '取消']],
		['en', { width: 320, height: 640 }, ['None known', 'Liaison officer', 'Stand-in', 'Section head', 'for 联**', 'Show numbers', 'Why', 'Cancel']],
	]) {
		const office = await world.newPage(size);
		const [none, liaison, next, head, forWhom, show, why, cancel] = words;
		await office.addInitScript(holdHalfMinute);
		await office.addInitScript((l) => localStorage.setItem('tandem.language', l), language);
		await put([]);
		await world.signIn(office, 'spj', `#/notice/${made.notice}`);
		await office.getByText(none).waitFor();
		assert.equal(await office.getByRole('button', { name: show }).count(), 0);
		await put([{ name: '联络员甲', post: 'liaison', phone: '13900000021', leave }, { name: '科长乙', post: 'section-head', phone: '0539-8727123' },
			{ name: '局长丙', post: 'leader', phone: '13900000023' }]);
		await office.reload();
		const lines = office.getByRole('listitem').filter({ hasText: /\*\*/ });
		await lines.first().waitFor();
		assert.deepEqual((await lines.allInnerTexts()).map((x) => x.replace(/\s+/g, ' ').trim()),
			[`${liaison} 科** 053****7123 ${head} · ${forWhom}`, `${next} 局** 139****0023 ${language === 'zh' ? '分管领导' : 'Leader in charge'}`]);
		await axe(office, `whom to call, ${language}`);
		await noSideways(office, `whom to call, ${language}`);

		await office.getByRole('button', { name: show }).click();
		await until('the field has the focus', () => office.evaluate(() => document.activeElement.id === 'f-why'));
		assert.ok(await office.getByRole('button', { name: show }).isDisabled(), 'not without a reason');
		await until('its buttons are not under those that stick', () => office.getByRole('button', { name: cancel }).evaluate((b) => {
			const { left, bottom } = b.getBoundingClientRect();
			return document.elementFromPoint(left + 5, bottom - 3) === b;
		}));
		await axe(office, `why, ${language}`);
		await noSideways(office, `why, ${language}`);
		await office.keyboard.press('Escape');
		assert.equal(await office.getByRole('button', { name: cancel }).count(), 0);
		await office.getByRole('button', { name: show }).click();
		await office.getByLabel(why).fill('短信未达');
		await office.getByLabel(why).press('Enter');
		const number = office.getByRole('link', { name: '科长乙 05398727123' });
		await number.waitFor();
		assert.equal(await number.getAttribute('href'), 'tel:05398727123');
		await office.getByRole('link', { name: '局长丙 13900000023' }).waitFor();
		assert.equal(await office.getByText('053****7123').isVisible(), false);
		await axe(office, `the number, ${language}`);
		await noSideways(office, `the number, ${language}`);
		await inPrint(office, [['053****7123', true], ['139****0023', true], ['05398727123', false], ['13900000023', false], ['科长乙', false], ['联络员甲', false], [show, false]]);
		await number.focus();
		await office.evaluate(() => window.halfMinuteOver());
		await number.waitFor({ state: 'detached' });
		await office.getByText('053****7123').waitFor();
		await until('the focus is on what it belongs to', () => office.evaluate(() => document.activeElement.tagName === 'H3'));
	}
	const { items } = (await (await world.as('sjj'))('GET', '/audit?act=contacts-shown')).data;
	assert.deepEqual(items.map((a) => [a.who, a.notice, a.body, a.detail]), [0, 1].map(() => ['spj', made.notice, BODY, '短信未达']));
	await put(['联络员甲'].map((name) => ({ name, post: 'liaison' })));
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

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, hasFocus, noSideways, openWorld, rowOf, until } from './world.mjs';

let world;
before(async () => { world = await openWorld(); });
after(() => world?.close());

test('a wrong password is refused in words, the fields named, the focus put there', async () => {
	const page = await world.newPage();
	await page.goto(world.url);
	await page.getByRole('button', { name: '登录' }).click();
	assert.equal(await page.locator('#user-fault').innerText(), '请输入用户名');
	await hasFocus(page, 'user');
	await page.getByLabel('用户名').fill('wjw');
	await page.getByLabel('密码').fill('wrong');
	await page.getByRole('button', { name: '登录' }).click();
	await page.getByRole('alert').getByText('用户名或密码不正确').waitFor();
	await until('the focus is in the password', () => page.evaluate(() => document.activeElement.id === 'password'));
	await axe(page, 'sign in, refused');
	await page.context().close();
});

test('the right one opens the inbox, and the address that was asked for', async () => {
	const page = await world.newPage();
	await world.signIn(page, 'wjw', '#/search?q=abc');
	await page.getByRole('heading', { name: '办件查询' }).waitFor();
	await page.getByRole('button', { name: '退出登录' }).click();
	await page.locator('#user').waitFor();
	await world.signIn(page, 'wjw', '#/');
	await page.getByRole('heading', { name: '收件箱' }).waitFor();
	await page.reload();
	await page.getByRole('heading', { name: '收件箱' }).waitFor();
	await page.context().close();
});

test('an approval officer comes to the search and is shown no inbox', async () => {
	const page = await world.newPage();
	await world.signIn(page, 'spj');
	await page.getByRole('heading', { name: '办件查询' }).waitFor();
	assert.equal(await page.getByRole('link', { name: '收件箱' }).count(), 0);
	await page.getByText('实时连接').waitFor();
	await page.context().close();
});

test('the sign-in page in both languages and on a small screen', async () => {
	const page = await world.newPage({ width: 320, height: 600 });
	await page.goto(world.url);
	await page.locator('#user').waitFor();
	await noSideways(page, 'sign in at 320');
	await axe(page, 'sign in, Chinese');
	await page.getByRole('button', { name: 'English' }).click();
	await page.getByRole('heading', { name: 'Approval–Supervision Linkage' }).waitFor();
	assert.equal(await page.getAttribute('html', 'lang'), 'en');
	await noSideways(page, 'sign in at 320, English');
	await axe(page, 'sign in, English');
	await page.context().close();
});

test('on a phone, by touch: taken from the card, returned from the detail; nothing to scroll sideways and nothing too small to be hit', async () => {
	const [taken, wrong] = [await world.grant('示例触屏用品一厂'), await world.grant('示例触屏用品二厂')];
	const phone = await world.newPage({ width: 390, height: 844 }, { hasTouch: true, isMobile: true });
	await world.signIn(phone, 'wjw', '#/inbox');
	await rowOf(phone, wrong).waitFor();
	await phone.locator('.conn-live').waitFor();
	await axe(phone, 'the inbox on a phone');
	await rowOf(phone, taken).getByRole('button', { name: /^认领：/ }).tap();
	await phone.getByText(`已认领：${taken.name}`).waitFor();
	await rowOf(phone, wrong).getByRole('link').tap();
	await until('the focus is on the name', () => phone.evaluate((name) => document.activeElement.innerText === name, wrong.name));
	await phone.setViewportSize({ width: 320, height: 640 });
	await noSideways(phone, 'the detail at 320');
	await axe(phone, 'the detail on a phone');
	const form = phone.locator('form.act-form');
	await phone.getByRole('button', { name: `退回：${wrong.name}` }).tap();
	await form.getByLabel('属地有误').tap();
	await form.getByLabel('说明').fill('经营场所在罗庄区，应由罗庄区办理。');
	await noSideways(phone, 'the form at 320');
	await form.getByRole('button', { name: '确认退回' }).tap();
	await phone.getByText(`已退回：${wrong.name}`).waitFor();
	await phone.getByRole('button', { name: '关闭详情' }).tap();
	await rowOf(phone, taken).waitFor();
	await phone.context().close();
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, noSideways, openWorld } from './world.mjs';

let world;
before(async () => { world = await openWorld(); });
after(() => world?.close());

test('a wrong password is refused in words, the fields named, the focus put there', async () => {
	const page = await world.newPage();
	await page.goto(world.url);
	await page.getByRole('button', { name: '登录' }).click();
	assert.equal(await page.locator('#user-fault').innerText(), '请输入用户名');
	assert.equal(await page.evaluate(() => document.activeElement.id), 'user');
	await page.getByLabel('用户名').fill('wjw');
	await page.getByLabel('密码').fill('wrong');
	await page.getByRole('button', { name: '登录' }).click();
	await page.getByRole('alert').getByText('用户名或密码不正确').waitFor();
	assert.equal(await page.evaluate(() => document.activeElement.id), 'password');
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

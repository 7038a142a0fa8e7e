// Those who run the hub: somebody more, what they may do, a new password, and their end, each seen by whom it is about.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, hasFocus, noSideways, openWorld, until } from './world.mjs';

let world;
let admin;
let person;
let password;
before(async () => {
	world = await openWorld();
	admin = await world.newPage();
	person = await world.newPage();
	await world.signIn(admin, 'admin', '#/admin');
});
after(() => world?.close());

const row = (name) => admin.locator(`[data-user="${name}"]`);

async function signInHere(secret)
{
	await person.locator('#user').fill('王小明');
	await person.locator('#password').fill(secret);
	await person.getByRole('button', { name: '登录', exact: true }).click();
}

/** Asked twice. */
async function sure(what)
{
	await row('王小明').getByRole('button', { name: what }).click();
	await row('王小明').getByRole('button', { name: `确认 ${what}` }).click();
}

test('somebody more is there with a password that is shown once, and signs in with it', async () => {
	await row('wjw').getByText('监管 兰山区卫生健康局').waitFor();
	assert.equal(await row('admin').getByRole('button').count(), 0, 'nobody changes their own account');
	await admin.getByRole('button', { name: '新增人员' }).click();
	await hasFocus(admin, 'user-name');
	await admin.getByLabel('名称').fill('王 小明');
	await admin.getByLabel('手机号').nth(0).fill('12');
	await admin.getByRole('button', { name: '新增人员' }).click();
	for (const fault of ['须为 1 至 64 个字节，不含空格', '这个角色须有单位', '不是电话号码'])
		await admin.getByText(fault).waitFor();
	await hasFocus(admin, 'user-name', 'the first fault has the focus');
	await axe(admin, 'the form of a person, with faults');
	await admin.getByLabel('名称').fill('wjw');
	await admin.locator('#user-phone').fill('13900000021');
	await admin.locator('#user-body-list option').first().waitFor({ state: 'attached' });
	await admin.locator('#user-body').fill('兰山区卫生健康局');
	await admin.getByRole('button', { name: '新增人员' }).click();
	await admin.getByText('已有同名人员').waitFor();
	await admin.getByLabel('名称').fill('王小明');
	await admin.getByRole('button', { name: '新增人员' }).click();
	password = await admin.locator('.secret code').textContent();
	assert.match(password, /^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
	await row('王小明').getByText('+86139****0021').waitFor();
	await admin.context().grantPermissions(['clipboard-read', 'clipboard-write']);
	await admin.getByRole('button', { name: '复制' }).click();
	await admin.getByRole('button', { name: '复制 ✓' }).waitFor();
	assert.equal(await admin.evaluate(() => navigator.clipboard.readText()), password);
	for (const language of ['English', '中文']) {
		for (const width of [1366, 390, 320]) {
			await admin.setViewportSize({ width, height: 800 });
			await noSideways(admin, `people at ${width}`);
			if (process.env.SHOTS)
				await admin.screenshot({ path: `${process.env.SHOTS}/people-${language}-${width}.png`, fullPage: true });
		}
		await axe(admin, `people, before ${language}`);
		await admin.getByRole('button', { name: language }).click();
	}
	await admin.setViewportSize({ width: 1366, height: 800 });
	await admin.getByRole('button', { name: '已保存' }).click();
	assert.ok(!(await admin.content()).includes(password));
	await person.goto(world.url);
	await signInHere(password);
	await person.locator('.conn-live').waitFor();
});

test('a role that is given or taken changes what is offered, though nobody reloads', async () => {
	assert.equal(await person.locator('nav.side a').filter({ hasText: '报送' }).count(), 0);
	await row('王小明').getByRole('button', { name: '增加角色' }).click();
	await admin.locator('#user-role').waitFor();
	await admin.getByLabel('审批', { exact: true }).check();
	await admin.locator('#user-body').fill('兰山区行政审批服务局');
	await admin.locator('form').getByRole('button', { name: '增加角色' }).click();
	await row('王小明').getByText('审批 兰山区行政审批服务局').waitFor();
	await person.locator('nav.side a').filter({ hasText: '报送' }).waitFor();
	await person.locator('.conn-live').waitFor();
	await sure('移除 王小明 审批 兰山区行政审批服务局');
	await row('王小明').getByText('审批 兰山区行政审批服务局').waitFor({ state: 'detached' });
	assert.equal(await row('王小明').getByRole('button', { name: '移除' }).count(), 0, 'the only role stays');
	await person.locator('nav.side a').filter({ hasText: '报送' }).waitFor({ state: 'detached' });
	await person.locator('.conn-live').waitFor();
});

test('a new password and being disabled end the session in front of whom it is about', async () => {
	await sure('重置密码 王小明');
	const other = await admin.locator('.secret code').textContent();
	assert.notEqual(other, password);
	await signInHere(password);
	await person.locator('[role=alert]').first().waitFor();
	await signInHere(other);
	await person.locator('.conn-live').waitFor();
	await row('王小明').getByRole('button', { name: '停用 王小明' }).click();
	assert.equal((await (await world.as('admin'))('GET', '/users?limit=200')).data.items.find((u) => u.name === '王小明').disabled, false, 'asked once, nothing has happened');
	await row('王小明').getByRole('button', { name: '确认 停用 王小明' }).click();
	await row('王小明').getByText('已停用').waitFor();
	await person.locator('#password').waitFor();
	await signInHere(other);
	await person.locator('[role=alert]').first().waitFor();
	assert.equal(await person.locator('.conn-live').count(), 0);
	await sure('启用 王小明');
	await row('王小明').getByText('已停用').waitFor({ state: 'detached' });
	await signInHere(other);
	await person.locator('.conn-live').waitFor();
	password = other;
});

const fields = ['old', 'new', 'again'];
const focused = () => person.evaluate(() => document.activeElement.id);

async function fill(...texts)
{
	for (const [i, text] of texts.entries())
		await person.locator(`#password-${fields[i]}`).fill(text);
}

test('whoever changes their own password stays, and only their other sessions end', async () => {
	const elsewhere = await world.newPage();
	await elsewhere.goto(world.url);
	for (const [id, text] of [['user', '王小明'], ['password', password]])
		await elsewhere.locator(`#${id}`).fill(text);
	await elsewhere.getByRole('button', { name: '登录', exact: true }).click();
	await elsewhere.locator('.conn-live').waitFor();

	await person.locator('.who').click();
	const say = async (...texts) => {
		await fill(...texts);
		await person.getByRole('button', { name: '修改密码' }).click();
	};
	await say('wrong', 'long enough by far', 'long enough by fat');
	await person.getByText('两次输入不同').waitFor();
	await until('the focus is where they differ', async () => await focused() === 'password-again');
	await say('', 'short', 'short');
	await person.getByText('须为 10 个字以上').waitFor();
	await person.getByText('原密码不对').waitFor();
	assert.equal(await person.getByText('两次输入不同').count(), 0);
	await say('wrong', '王小明', '王小明');
	await person.getByText('须为 10 个字以上').waitFor();
	await say('wrong', 'long enough by far', 'long enough by far');
	await person.getByText('须为 10 个字以上').waitFor({ state: 'detached' });
	await person.getByText('原密码不对').waitFor();
	await until('the focus is where it is wrong', async () => await focused() === 'password-old');
	await person.locator('.conn-live').waitFor();
	await axe(person, 'a new password of my own, with a fault');
	for (const width of [1366, 1000, 768, 390, 320]) {
		await person.setViewportSize({ width, height: 800 });
		await noSideways(person, `a new password of my own at ${width}`);
		assert.ok(await person.locator('.who').isVisible(), `the way there at ${width}`);
		if (process.env.SHOTS)
			await person.screenshot({ path: `${process.env.SHOTS}/password-${width}.png` });
	}
	await person.setViewportSize({ width: 1366, height: 800 });
	await say(password, 'long enough by far', 'long enough by far');
	await person.getByText('密码已修改，其他登录已退出').waitFor();
	await elsewhere.locator('#password').waitFor();
	await person.locator('.conn-live').waitFor();
	for (const field of fields)
		assert.equal(await person.locator(`#password-${field}`).inputValue(), '');
	await person.reload();
	await person.locator('.conn-live').waitFor();
	password = 'long enough by far';
	await elsewhere.context().close();
});

test('a password of one\'s own in English and by keyboard alone; what cannot be sent is kept', async () => {
	await person.getByRole('button', { name: 'English' }).click();
	await person.getByRole('heading', { name: 'Change the password' }).waitFor();
	await person.goto(`${world.url}/#/inbox`);
	await person.locator('.who').focus();
	assert.match(await person.locator('.who').getAttribute('title'), / · Change the password$/);
	await person.keyboard.press('Enter');
	await person.locator('#password-old').waitFor();
	await until('the page has the focus', async () => await focused() === 'main');
	await person.keyboard.press('Tab');
	for (const text of [password, 'another that is long', 'another that is long']) {
		await person.keyboard.type(text);
		await person.keyboard.press('Tab');
	}
	assert.equal(await person.evaluate(() => document.activeElement.innerText), 'Change the password');

	await person.route('**/me/password', (route) => route.abort());
	await person.keyboard.press('Enter');
	await until('what went wrong has the focus', () => person.evaluate(() => document.activeElement.getAttribute('role') === 'alert'));
	await axe(person, 'a password that could not be sent');
	await person.locator('.conn-live').waitFor();
	await person.unroute('**/me/password');
	world.line.cut();
	await until('nothing can be sent', () => person.locator('form.narrow button').isDisabled());
	world.line.mend();
	await until('it can be sent again', () => person.locator('form.narrow button').isEnabled());
	for (const [i, text] of [password, 'another that is long', 'another that is long'].entries())
		assert.equal(await person.locator(`#password-${fields[i]}`).inputValue(), text);
	await fill('wrong', 'short', 'short');
	await person.locator('#password-again').press('Enter');
	await person.getByText('must have 10 characters or more').waitFor();
	await fill(password, 'another that is long', 'another that is long');
	await person.locator('#password-again').press('Enter');
	await person.getByText('The password is changed; all other sessions have ended').waitFor();
	await person.locator('.conn-live').waitFor();
	// What else is typed outlives the session; a password does not, for the next to sit there may be somebody else.
	await fill('another that is long', 'a', 'b');
	await person.evaluate(() => fetch('/api/v1/session', { method: 'DELETE' }));
	await person.locator('#user').fill('王小明');
	for (const field of fields)
		assert.equal(await person.locator(`#password-${field}`).inputValue(), '', 'nothing of it is left behind the form');
	await person.locator('#password').fill('another that is long');
	await person.locator('#password').press('Enter');
	await person.locator('.conn-live').waitFor();
	await person.locator('#password-old').waitFor();
});

// Being told while one looks elsewhere: title and icon for everybody, desktop notice and sound for who asks for them; one tab, filtered, and
// at most once in ten seconds; and where the browser does not allow it, why not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, openWorld, until } from './world.mjs';

const PAUSE_MS = 10_000;
let world;
before(async () => { world = await openWorld(); });
after(() => world?.close());

/** Notes what the page would show and sound; nobody looks at it, as far as it is told. */
const listenIn = ({ permission, secure }) => {
	window.notices = [];
	window.tones = 0;
	document.hasFocus = () => false;
	// The tabs give each other 300 ms to say who alerts; on a busy machine a word from one to the other takes longer.
	const wait = window.setTimeout;
	window.setTimeout = (then, ms, ...more) => wait(then, ms === 300 ? 5000 : ms, ...more);
	Object.defineProperty(window, 'isSecureContext', { value: secure });
	window.Notification = class {
		static permission = permission;
		static async requestPermission() { this.permission = 'granted'; return 'granted'; }
		constructor(title, options)
		{
			// When it rang: how long a busy machine then takes to sound and to show it is no time between two.
			Object.assign(this, { title, ...options, at: Number(localStorage.getItem('tandem.rang')) });
			window.notices.push(this);
		}
		close() { this.closed = true; }
	};
	const make = AudioContext.prototype.createOscillator;
	AudioContext.prototype.createOscillator = function () { window.tones++; return make.call(this); };
};

async function openTab(permission = 'default', secure = true, context = null)
{
	const page = context ? await context.newPage() : await world.newPage(undefined, { patient: false });
	if (!context)
		await page.clock.install(); // goes on by itself, and further when it is told to
	await page.addInitScript(listenIn, { permission, secure });
	if (context)
		await page.goto(`${world.url}/#/inbox`);
	else
		await world.signIn(page, 'wjw');
	await page.locator('.conn-live').waitFor();
	await page.getByRole('button', { name: /^(提醒|点此恢复声音)$/ }).waitFor();
	return page;
}

const notices = (page) => page.evaluate(() => window.notices.map(({ title, body, tag, at }) => ({ title, body, tag, at })));
const openDialog = async (page) => {
	await page.getByRole('button', { name: '提醒', exact: true }).click();
	await page.getByRole('dialog', { name: '提醒设置' }).waitFor();
};
const closeDialog = (page) => page.getByRole('dialog').getByRole('button', { name: '关闭' }).click();
const heardOf = (page, made) => until('it has come', () => page.evaluate((name) => document.body.innerText.includes(name), made.name).then(async (x) => {
	if (!x && await page.locator('.pill').isVisible())
		await page.locator('.pill').click();
	return x;
}));

/** The time until the next alert may come goes by at once; who may alert is then settled between the tabs in its own time. */
async function passPause(page)
{
	const sinceMs = await page.evaluate(() => Date.now() - Number(localStorage.getItem('tandem.rang')));
	await page.clock.runFor(Math.max(0, PAUSE_MS - sinceMs));
}

test('the tab counts what is to do, in its title and on its icon', async () => {
	const page = await openTab();
	const icon = () => page.locator('link[rel=icon]').getAttribute('href');
	const made = await world.grant('示例图标用品厂');
	await heardOf(page, made);
	await until('the icon is drawn', async () => (await icon()).startsWith('data:image/png'));
	const before = { icon: await icon(), title: await page.title() };
	assert.match(before.title, /^\(\d+\) /);
	await world.grant('示例图标用品二厂');
	await until('both follow the count', async () => await icon() !== before.icon && await page.title() !== before.title);
	assert.deepEqual(await notices(page), [], 'nobody is alerted who has not asked for it');
	await page.context().close();
});

test('a desktop notice for who asked for it: once for many within ten seconds, and it opens what it is about', async () => {
	const page = await openTab();
	await openDialog(page);
	await axe(page, 'the dialog of alerts');
	await page.getByLabel('桌面通知').check();
	assert.ok(await page.getByLabel('桌面通知').isChecked());
	await closeDialog(page);
	// From here on the time is told, so that the next three come within the ten seconds, however long they take.
	await page.clock.pauseAt(await page.evaluate(() => Date.now()) + 60_000);
	const first = await world.grant('示例桌面用品厂');
	await until('the first notice', async () => { await page.clock.runFor(1000); return (await notices(page)).length > 0; });
	const [one] = await notices(page);
	assert.equal(one.title, '新到 1 件告知');
	assert.ok(one.body.startsWith('示例桌面用品厂 · '));
	assert.equal(one.tag, first.notice);
	for (let i = 0; i < 3; i++)
		await heardOf(page, await world.grant(`示例桌面用品${i}分厂`));
	assert.equal((await notices(page)).length, 1);
	await passPause(page);
	await until('the second notice', async () => { await page.clock.runFor(1000); return (await notices(page)).length > 1; });
	await page.clock.resume();
	const [, many] = await notices(page);
	assert.ok(many.at - one.at >= PAUSE_MS, `${many.at - one.at} ms between two`);
	assert.match(many.title, /^新到 [3-9] 件告知$/);
	await page.evaluate(() => window.notices[0].onclick());
	await page.getByRole('heading', { level: 2, name: '示例桌面用品厂' }).waitFor();
	assert.ok(await page.evaluate(() => window.notices[0].closed));
	await page.context().close();
});

test('of two tabs one alerts, and one that is looked at shows no notice', async () => {
	const page = await openTab('granted');
	await openDialog(page);
	await page.getByLabel('桌面通知').check();
	await page.getByLabel('提示音').check();
	await closeDialog(page);
	const other = await openTab('granted', true, page.context());
	await world.grant('示例两页用品厂');
	const both = async () => [...await notices(page), ...await notices(other)];
	const tones = async () => await page.evaluate(() => window.tones) + await other.evaluate(() => window.tones);
	await until('one of them alerts', async () => (await both()).length > 0);
	const bothHear = async (made) => { await heardOf(page, made); await heardOf(other, made); };
	await bothHear(await world.grant('示例两页用品二厂'));
	await passPause(page);
	await until('and then again', async () => (await both()).length > 1);
	const [a, b] = (await both()).sort((x, y) => x.at - y.at);
	assert.ok(b.at - a.at >= PAUSE_MS, `${b.at - a.at} ms between two`);
	assert.equal((await both()).length, 2);
	assert.equal(await tones(), 2);
	await other.evaluate(() => { document.hasFocus = () => true; });
	await bothHear(await world.grant('示例两页用品三厂'));
	await passPause(page);
	await until('the tab that is looked at sounds', async () => await tones() === 3);
	assert.equal((await both()).length, 2, 'who looks needs no notice');
	await page.context().close();
});

test('only what is due soon or overdue, for who wants no more', async () => {
	const page = await openTab('granted');
	await openDialog(page);
	await page.getByLabel('桌面通知').check();
	await page.getByLabel('只提醒临期、超期的').check();
	await closeDialog(page);
	const made = await world.grant('示例不急用品厂');
	await heardOf(page, made);
	await page.evaluate(() => localStorage.removeItem('tandem.rang'));
	await openDialog(page);
	await page.getByLabel('全部新到的待办告知').check();
	await closeDialog(page);
	const next = await world.grant('示例也提醒用品厂');
	await until('the next is told', async () => (await notices(page)).length > 0);
	const told = await notices(page);
	assert.deepEqual(told.map((n) => n.tag), [next.notice], `and the one that was not due is not among them: ${JSON.stringify(told)}`);
	await page.context().close();
});

test('after a reload the browser keeps silent until it is touched, and the page says so', async () => {
	const page = await openTab();
	await openDialog(page);
	await page.getByLabel('提示音').check();
	await page.getByRole('button', { name: '试听' }).click();
	assert.equal(await page.evaluate(() => window.tones), 1);
	await page.reload();
	// Looked at as nobody's touch: whatever else a test asks a page counts as one.
	const line = await page.context().newCDPSession(page);
	await until('it says that it is silent', async () => (await line.send('Runtime.evaluate', { expression: "document.body.innerText.includes('点此恢复声音')" })).result.value);
	await page.getByRole('button', { name: '点此恢复声音' }).click();
	await page.getByRole('button', { name: '提醒', exact: true }).waitFor();
	await page.context().close();
});

for (const [permission, secure, why] of [['default', false, /http.*不允许桌面通知.*启用 https/], ['denied', true, /浏览器已禁止本站的通知/]])
	test(`no desktop notices (${secure ? permission : 'http'}): the choice is shut, with the reason`, async () => {
		const page = await openTab(permission, secure);
		await openDialog(page);
		assert.ok(await page.getByLabel('桌面通知').isDisabled());
		await page.getByRole('dialog').getByText(why).waitFor();
		assert.ok(await page.getByLabel('提示音').isEnabled());
		await closeDialog(page);
		await page.getByRole('button', { name: 'English', exact: true }).click();
		await page.getByRole('button', { name: 'Alerts', exact: true }).click();
		await page.getByRole('dialog', { name: 'Alerts' }).waitFor();
		await axe(page, 'the dialog of alerts in English');
		if (process.env.SHOTS)
			await page.screenshot({ path: `${process.env.SHOTS}/alerts-${permission}-en.png` });
		await page.context().close();
	});

// Those who run the hub: the ways out and a test message, keys said once, the yearly notice and a whole pack submitted from the page.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { axe, hasFocus, noSideways, openWorld, until } from './world.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PACK = join(ROOT, 'rules/packs/linyi');
const { zipSync, strToU8 } = createRequire(join(ROOT, 'dashboard/package.json'))('fflate');
let world;
let admin;
let lxhy;
let api;
before(async () => {
	world = await openWorld();
	api = await world.as('admin');
	admin = await world.newPage();
	lxhy = await world.newPage();
	await world.signIn(admin, 'admin');
	await world.signIn(lxhy, 'lxhy');
});
after(() => world?.close());

const way = (page) => page.locator('[data-way="demo"]');

/** As it is looked at: sizes, languages, pictures. */
async function look(page, name)
{
	for (const language of ['zh', 'en']) {
		for (const [width, height] of [[1366, 768], [390, 844]]) {
			await page.setViewportSize({ width, height });
			await noSideways(page, `${name} ${language} at ${width}`);
			if (process.env.SHOTS)
				await page.screenshot({ path: `${process.env.SHOTS}/${name}-${language}-${width}.png`, fullPage: width === 390 });
		}
		await axe(page, `${name} ${language}`);
		await page.getByRole('button', { name: language === 'zh' ? 'English' : '中文' }).click();
	}
	await page.setViewportSize({ width: 1366, height: 768 });
}

test('a test message goes by the real way, and the page says what came of it', async () => {
	await admin.getByRole('link', { name: '系统管理' }).click();
	await way(admin).waitFor();
	await admin.getByRole('button', { name: '发测试短信' }).click();
	await hasFocus(admin, 'way-to');
	await admin.getByRole('button', { name: '发测试短信' }).click();
	await admin.getByText('您没有登记号码').waitFor();
	await axe(admin, 'a test message without a number');
	await admin.getByLabel('手机号').fill('13900000001');
	await admin.getByRole('button', { name: '发测试短信' }).click();
	await admin.getByText('demo → +86139****0001：通道已接收').waitFor();
	await way(admin).getByText('正常').waitFor();
	await admin.getByRole('button', { name: '发测试短信' }).click();
	await admin.getByLabel('手机号').fill('13900000006');
	await admin.getByRole('button', { name: '发测试短信' }).click();
	await way(admin).getByText('故障').waitFor();
	await way(admin).getByText('通道停用 · 通道余额不足（no-balance）').waitFor();
	assert.equal((await (await world.as('sjj'))('GET', '/audit?act=connector-test')).data.items.length, 2);
});

test('a key is shown once, and its end is asked for twice', async () => {
	await admin.getByRole('button', { name: '生成密钥' }).click();
	await admin.getByRole('button', { name: '生成密钥' }).click();
	await hasFocus(admin, 'key-name', 'the first fault has the focus');
	await admin.getByLabel('名称').fill('crm-1');
	await admin.locator('#key-body-list option').first().waitFor({ state: 'attached' });
	await admin.getByLabel('代表单位').fill('兰山区行政审批服务局');
	await admin.getByRole('button', { name: /^✕/ }).waitFor();
	await admin.getByLabel('来源前缀').fill('/sources/crm');
	await axe(admin, 'the form of a key');
	await admin.getByRole('button', { name: '生成密钥' }).click();
	const secret = await admin.locator('.secret code').textContent();
	assert.match(secret, /^tdm_[\w-]{43}$/);
	await admin.locator('[data-key="crm-1"]').getByText('/sources/crm').waitFor();
	await look(admin, 'admin');
	await admin.getByRole('button', { name: '已保存' }).click();
	assert.ok(!(await admin.content()).includes(secret));
	await admin.reload();
	await admin.locator('[data-key="crm-1"]').waitFor();
	assert.ok(!(await admin.content()).includes(secret));
	await admin.getByRole('button', { name: '吊销 crm-1' }).click();
	assert.equal((await api('GET', '/keys')).data.items.length, 1, 'asked once, nothing has happened');
	await admin.getByRole('button', { name: '确认吊销 crm-1' }).click();
	await admin.locator('[data-key="crm-1"]').waitFor({ state: 'detached' });
	assert.deepEqual((await api('GET', '/keys')).data.items, []);
});

test('who can have it mended is told that the hub has little room left, and each hint has words', async () => {
	const source = readFileSync(join(ROOT, 'hub/store/room_watch.c'), 'utf8');
	const hints = [...source.matchAll(/\{\d+,\s*"(Redis has used [^"]+)"\}/g)].map((m) => m[1]);
	assert.equal(hints.length, 3, 'every level of the hub');
	let hint = '';
	const told = async (user) => {
		const page = await world.newPage();
		let asked = 0;
		await page.route('**/readyz', (route) => { asked++; return route.fulfill({ json: { status: 'ready', hint } }); });
		await world.signIn(page, user);
		return { page, times: () => asked };
	};
	for (const [i, user] of ['lxhy', 'admin', 'admin'].entries()) {
		hint = hints[i];
		const { page } = await told(user);
		await page.locator('main [role=alert]', { hasText: `已用 ${/\d+/.exec(hint)[0]}%` }).waitFor();
		await page.context().close();
	}
	const clerk = await told('wjw');
	await clerk.page.goto(`${world.url}/#/search`);
	await clerk.page.locator('#search-main').waitFor();
	assert.equal(clerk.times(), 0, 'a clerk cannot mend it, and is told by what is refused');
	await clerk.page.context().close();
	await admin.reload();
	await way(admin).waitFor();
	assert.equal(await admin.getByText('数据库内存').count(), 0, 'there is room');
});

test('nobody else is offered any of it', async () => {
	assert.equal(await lxhy.getByRole('link', { name: '系统管理' }).count(), 0);
	await lxhy.goto(`${world.url}/#/admin`);
	await lxhy.getByText('您的角色不能').or(lxhy.locator('[role=alert]')).first().waitFor();
	assert.equal(await lxhy.getByRole('button', { name: '生成密钥' }).count(), 0);
});

test('the yearly notice becomes a version that a second person approves', async () => {
	await admin.goto(`${world.url}/#/policies`);
	await admin.getByRole('link', { name: '工作日历' }).click();
	await admin.getByText(/2026 年：放假/).waitFor();
	await admin.locator('#c-file').setInputFiles({ name: 'x.ics', mimeType: 'text/calendar', buffer: Buffer.from('BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n') });
	await admin.getByText('没有导入').waitFor();
	const year = { year: 2031, off: Array.from({ length: 12 }, (_, i) => `2031-03-${String(i + 1).padStart(2, '0')}`), work: [] };
	await admin.locator('#c-file').setInputFiles({ name: '2031.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(year)) });
	await admin.locator('.made').getByText('2031 年：放假 12 天').waitFor();
	await look(admin, 'calendar');
	await admin.locator('.made a').click();
	await admin.getByText('待批准').first().waitFor();
	assert.equal(await admin.getByRole('button', { name: '批准' }).count(), 0, 'not by who brought it');
	await lxhy.goto(admin.url());
	await lxhy.getByRole('button', { name: '批准' }).waitFor();
});

test('a pack is submitted as files or a ZIP, and each fault is told by its place', async () => {
	const files = Object.fromEntries(readdirSync(PACK, { recursive: true }).filter((name) => /\.(csv|json|txt)$/.test(name)).map((name) => [name, readFileSync(join(PACK, name))]));
	const payload = (name, buffer) => ({ name: name.split('/').pop(), mimeType: 'text/plain', buffer });
	const bad = { ...files, 'rules.csv': Buffer.concat([files['rules.csv'], Buffer.from('ZZ,,,granted,,,,,,,,,,,boss,nobody,2wd,,push,,x,\n')]) };
	await lxhy.goto(`${world.url}/#/policies`);
	await lxhy.getByText('提交新版本').click();
	await lxhy.getByRole('button', { name: '提交', exact: true }).click();
	await lxhy.getByText('请选择文件').waitFor();
	await lxhy.locator('#pack-files').setInputFiles(Object.entries(bad).map(([name, content]) => payload(name, content)));
	await lxhy.getByText(`已读取 ${Object.keys(files).length} 个文件`).waitFor();
	await lxhy.getByLabel('提交理由').fill('住建部门须知悉');
	await lxhy.getByRole('button', { name: '提交', exact: true }).click();
	await lxhy.getByText(/^rules\.csv:\d+:\d+ 告知对象的写法不对$/).first().waitFor();
	await look(lxhy, 'pack');
	const more = `${files['rules.csv']}X1,,,granted,370123020001,,,,,,,,,,copy,住房城乡建设@here,2wd,,push,,第 1 号文,\n`;
	const zip = zipSync(Object.fromEntries(Object.entries({ ...files, 'rules.csv': Buffer.from(more) }).map(([name, content]) => [`linyi/${name}`, new Uint8Array(content)]).concat([['linyi/README.md', strToU8('x')]])));
	await lxhy.locator('#pack-files').setInputFiles({ name: 'linyi.zip', mimeType: 'application/zip', buffer: Buffer.from(zip) });
	await lxhy.getByText(`已读取 ${Object.keys(files).length} 个文件`).waitFor();
	await lxhy.getByRole('button', { name: '提交', exact: true }).click();
	await until('the version is open', () => /#\/version\//.test(lxhy.url()));
	await lxhy.getByText('待批准').first().waitFor();
	await lxhy.locator('.list-sum').waitFor();
	await admin.goto(lxhy.url());
	await admin.getByRole('button', { name: '批准' }).waitFor();
});

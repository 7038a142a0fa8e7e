// Run by `npm test`, with node's own runner: what is pure is tried without a browser, under a foreign time zone.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { declared, plainer } from '../../scripts/plain.ts';
import { headsOf, numbersOf, packed, sourcesIn, type Table } from '../../scripts/words.ts';
import { named } from '../i18n/named.ts';
import { enBoard } from '../i18n/en_board.ts';
import { enFirst } from '../i18n/en_first.ts';
import { enLater } from '../i18n/en_later.ts';
import { enMeet } from '../i18n/en_meet.ts';
import { enOffice } from '../i18n/en_office.ts';
import { zh as zhFirst } from '../i18n/zh.ts';
import { zhBoard } from '../i18n/zh_board.ts';
import { zhLater } from '../i18n/zh_later.ts';
import { casesOf, CASES_MAX } from './cases.ts';
import { zhMeet } from '../i18n/zh_meet.ts';
import { zhOffice } from '../i18n/zh_office.ts';
import type { BodyName, CaseEvent, FigureRow, Notice, RegionName } from '../wire.ts';
import { gridOf, gridShown, percentOf, periodOf, stepOf, sumOf, textOf, withSums } from './board.ts';
import { contactFaults, draftOf, newContact, saidOf } from './contacts.ts';
import { creditCheckCharacter, creditCodeIsValid, queryKind } from './credit.ts';
import { beijingTime, cellsOf, numberIn, percentText, retold } from './policy.ts';
import { wishOf } from './period.ts';
import { meaningOf } from './provider.ts';
import { rankedRows, rankOf } from './rank.ts';
import { compareNotices, isFoundBy, lookOf } from './state.ts';
import { lengthOf } from './remark.ts';
import { alarms, bodyOf, faultsIn, isTaken, nothingSaid, promisesOf, sizeText, yearOn } from './said.ts';
import { canBeTried, draftFaults, emptyDraft, eventOf } from './submission.ts';
import { clockText, minuteText, parseTime, secondText, shortText, spanTo } from './time.ts';
import { caseEntries, firstAt } from './timeline.ts';
import { lastDays, monthBefore, monthOf, pointsOf } from './trend.ts';
import { workDays, workSpan, workingMinutes } from './worktime.ts';

const zh = { ...zhFirst, ...zhBoard, ...zhLater, ...zhMeet, ...zhOffice };

process.env.TZ = 'America/New_York';

const NOW = Date.parse('2026-11-23T10:15:00+08:00');

test('time is Beijing time wherever the machine stands', () => {
	assert.equal(minuteText(NOW), '2026-11-23 10:15');
	assert.equal(minuteText(Date.parse('2025-12-31T16:00:00Z')), '2026-01-01 00:00');
	assert.equal(clockText(NOW), '10:15:00');
	assert.equal(shortText(NOW, NOW + 1000), '11-23 10:15');
	assert.equal(secondText(NOW + 7000, NOW), '11-23 10:15:07');
	assert.equal(shortText(Date.parse('2027-01-01T08:00:00+08:00'), NOW), '2027-01-01 08:00');
});

test('a time that is none is null', () => {
	assert.equal(parseTime(null), null);
	assert.equal(parseTime('soon'), null);
	assert.equal(parseTime('2026-11-23T10:15:00+08:00'), NOW);
});

test('a span counts whole minutes, both ways', () => {
	assert.deepEqual(spanTo(NOW + 26 * 3600_000 + 59_000, NOW), { late: false, days: 1, hours: 2, minutes: 0 });
	assert.deepEqual(spanTo(NOW - 90 * 60_000, NOW), { late: true, days: 0, hours: 1, minutes: 30 });
});

test('the check character of a credit code', () => {
	assert.equal(creditCheckCharacter('91350100M000100Y4'), '3');
	assert.ok(creditCodeIsValid('91350100M000100Y43'));
	assert.ok(!creditCodeIsValid('91350100M000100Y44'));
	assert.ok(!creditCodeIsValid('91350100M000100I43'));
	assert.equal(creditCheckCharacter('9135'), null);
	assert.equal(creditCheckCharacter('91350100I000100Y4'), null);
});

test('what the search box was given', () => {
	assert.equal(queryKind('  '), 'empty');
	assert.equal(queryKind('沂'), 'short');
	assert.equal(queryKind('沂蒙'), 'name');
	assert.equal(queryKind('91350100m000100y43'), 'credit');
	assert.equal(queryKind('91350100M000100Y44'), 'credit-bad');
	assert.equal(queryKind('371302202611230001'), 'case');
});

test('both languages have the same keys in the same order, and the same places', () => {
	const places = (text: string): string => (text.match(/\{\w+\}/g) ?? []).sort().join();
	const parts: Record<string, string>[][] = [[zhFirst, enFirst], [zhBoard, enBoard], [zhLater, enLater], [zhMeet, enMeet], [zhOffice, enOffice]];
	for (const [chinese, english] of parts) {
		assert.deepEqual(Object.keys(english!), Object.keys(chinese!));
		for (const [key, text] of Object.entries(chinese!))
			assert.equal(places(english![key]!), places(text), key);
	}
	const keys = parts.flatMap(([chinese]) => Object.keys(chinese!));
	assert.equal(keys.length, new Set(keys).size, 'no word is in two files');
});

const CHINESE = { zh: zhFirst, zhBoard, zhLater, zhMeet, zhOffice };
const ENGLISH: Record<string, Record<string, string>> = { enBoard, enLater, enMeet, enOffice };
const SOURCES = sourcesIn(new URL('..', import.meta.url).pathname);

test('a word that is built under a number is put together nowhere, and is named like nothing the hub says', () => {
	assert.deepEqual(headsOf("t(`act.${verb}`) + `/cases/${id}` + tCode('state', s)"), ['act.', 'state.']);
	assert.deepEqual(headsOf("const x = ['reason']; tCode(x[0], d)"), ['reason.'], 'what came to tCode by a way of its own');
	const tables: Table[] = [['zh', { 'act.go': '1', 'app.a': '2', 'app.b': '3' }], ['zhBoard', { 'board.x': '4', 'state.open': '5' }]];
	assert.deepEqual([...numbersOf(['`act.${x}`', "tCode('state', y)"], tables)], [['app.a', 'F0'], ['app.b', 'F1'], ['board.x', 'B0']]);

	const numbers = numbersOf(SOURCES, Object.entries(CHINESE));
	assert.ok(numbers.size > 400 && numbers.has('app.title'));
	assert.deepEqual([...numbers.keys()].filter((key) => !SOURCES.some((text) => text.includes(`'${key}'`))), [], 'words that nothing says');
	assert.ok(!['state.overdue', 'reason.other', 'fault.offline', 'kind.delivered', 'board.need.gaps'].some((key) => numbers.has(key)));
	const said = ['openapi', 'asyncapi'].map((name) => readFileSync(new URL(`../../../hub/net/${name}.yaml`, import.meta.url), 'utf8')).join();
	assert.deepEqual([...numbers.keys()].filter((key) => said.split(/[^\w.-]+/).includes(key)), []);
});

test('what is packed comes out as it went in, in both languages in one order', () => {
	const some = { 'act.go': '1', 'app.a': '2', 'act.of.go': '3', 'act.stop': '4', 'app.b': '' };
	const two = new Map([['app.a', 'F0'], ['app.b', 'F1']]);
	assert.deepEqual(packed(some, two), { words: '2~~1~4~3', names: 'act.~go~stop^act.of.~go' });
	assert.deepEqual(Object.entries(named('F', '2~~1~4~3', 'act.~go~stop^act.of.~go')), [['F0', '2'], ['F1', ''], ['act.go', '1'], ['act.stop', '4'], ['act.of.go', '3']]);
	for (const unfit of [{ 'act.go': 'about ~5' }, { 'act.g^o': 'x' }, { 'app.a': '^' }])
		assert.throws(() => packed(unfit, two), /parts words/);

	const numbers = numbersOf(SOURCES, Object.entries(CHINESE));
	for (const [table, words] of Object.entries(CHINESE) as Table[]) {
		const out = packed(words, numbers);
		const there = named(table[2] ?? 'F', out.words, out.names);
		assert.deepEqual(there, Object.fromEntries(Object.entries(words).map(([key, word]) => [numbers.get(key) ?? key, word])));
		const english: Record<string, string> = ENGLISH[table.replace('zh', 'en')] ?? enFirst;
		assert.deepEqual(packed(english, numbers).words.split('~'), Object.keys(there).map((called) => english[Object.keys(words).find((key) => (numbers.get(key) ?? key) === called)!]));
	}
});

test('of what is imported into a component only what can be no ref is taken as it is', () => {
	for (const [source, is] of [["export function go(x: string): void", true], ['export async function go()', true], ["export const go = 'zh-CN';", true],
		['export const go = (x: string): string => x;', true], ['export const go = async (a: Map<string, string[]>) => a', true], ['export const go = x => x', true],
		["export { at, go, type Key } from './words.ts';", './words.ts'], ['export const go = reactive<Toast[]>([]);', true], ['export const go: Record<string, string> = {', true],
		['export const go = shallowReactive(new Map<string, string>());', true], ['export const go = reactive(made);', false], ['export const go = computed(() => 1);', false], ['export const go = ref(false);', false],
		['export const go = cond ? ref(1) : ref(2)', false], ['export const gone = () => 1;', false], ['const go = () => 1;', false]] as const)
		assert.equal(declared('go', source), is, source);
	const code = 'import { go, live as on } from "../a.ts";\nimport X from "./X.vue";\n__name: "Y",\nsetup() { _unref(go)(_unref(live), _unref(on), _unref(X)); }';
	assert.equal(plainer(code, (name, from) => name === 'go' && from === '../a.ts'), 'import { go, live as on } from "../a.ts";\nimport X from "./X.vue";\n\nsetup() { go(_unref(live), _unref(on), _unref(X)); }');
	assert.throws(() => plainer('_resolveComponent("Y", true)', () => true), /not imported/);
});

function notice(change: Partial<Notice>): Notice
{
	return {
		id: 'n1.0', case: 'c', event: 'e1', type: 'approval.granted', role: 'lead', body: 'b', state: 'open',
		item: { code: 'x' }, region: '371302', applicant: { name: 'a' }, due: '2026-11-25T23:59:59+08:00', feedback_due: null,
		received: '2026-11-23T10:00:00+08:00', acknowledged: null, claimed: null, rules: [], via: [], version: 1, ...change,
	};
}

test('the tag follows the lamp, and the clock where the lamp is old', () => {
	assert.equal(lookOf(notice({ lamp: 'green' }), NOW), 'open');
	assert.equal(lookOf(notice({ lamp: 'yellow' }), NOW), 'soon');
	assert.equal(lookOf(notice({ lamp: 'red' }), NOW), 'overdue');
	assert.equal(lookOf(notice({ lamp: 'green' }), NOW + 7 * 86_400_000), 'overdue');
	assert.equal(lookOf(notice({ state: 'acknowledged', lamp: 'red' }), NOW), 'overdue');
	assert.equal(lookOf(notice({ state: 'acknowledged', role: 'copy', lamp: 'red' }), NOW), 'acknowledged');
	assert.equal(lookOf(notice({ state: 'claimed', lamp: 'red' }), NOW), 'claimed');
});

test('overdue stands first, then the nearest deadline, finished last', () => {
	const list = [
		notice({ id: 'done', state: 'closed' }),
		notice({ id: 'none', due: null }),
		notice({ id: 'late', lamp: 'red' }),
		notice({ id: 'near', due: '2026-11-24T23:59:59+08:00' }),
	];
	assert.deepEqual(list.sort((a, b) => compareNotices(a, b, NOW)).map((n) => n.id), ['late', 'near', 'none', 'done']);
	const owed = { feedback_due: '2026-12-01T23:59:59+08:00', role: 'assist', state: 'acknowledged' } as const;
	list.push(notice({ ...owed, id: 'owed' }), notice({ ...owed, id: 'owed-late', lamp: 'red', feedback_due: '2026-11-26T00:00:00+08:00' }),
		notice({ ...owed, id: 'lead', role: 'lead', due: '2026-11-30T23:59:59+08:00' }), notice({ ...owed, id: 'told', state: 'claimed', feedback: [], received: '2026-11-22T10:00:00+08:00' }));
	assert.deepEqual(list.sort((a, b) => compareNotices(a, b, NOW)).map((n) => n.id), ['late', 'owed-late', 'near', 'none', 'lead', 'owed', 'done', 'told']);
});

test('a part of a name or number finds as it does at the hub', () => {
	const n = notice({ case: 'LY-2026-7', applicant: { name: '示例Ａ坊', code: '91350100M000100Y43' }, permit: null });
	assert.deepEqual(['', '例a', 'ly-', 'm0001', 'ＬＹ', '另'].map((q) => isFoundBy(q, n)), [true, true, true, true, true, false]);
});

test('a case is one line of evidence after another, and no step stands for another', () => {
	const at = (minute: number): string => `2026-11-23T10:${minute}:00+08:00`;
	const event = {
		event: 'e1', type: 'approval.granted', received: at(10), item: { code: 'x' }, region: 'r', applicant: { name: 'a' },
		notices: [{
			...notice({}), deliveries: [{ id: 'd1.0', channel: 'sms', state: 'delivered' }],
			receipts: [{ kind: 'delivered', at: at(13), delivery: 'd1.0' }, { kind: 'handed-over', at: at(11), channel: 'push' }],
		}],
		applicant_told: { receipts: [{ kind: 'handed-over', at: at(12), channel: 'sms' }] },
	} as CaseEvent;
	const entries = caseEntries([event]);
	assert.deepEqual(entries.map((e) => e.kind), ['event', 'handed-over', 'handed-over', 'delivered']);
	assert.equal(entries[2].body, 'applicant');
	assert.equal(firstAt(event.notices[0].receipts, 'shown'), null);
});

test('working time is office hours of working days, as the hub counts it', () => {
	const days = workDays({ from: '2026-11-01', to: '2026-12-31', opens: '09:00', closes: '17:00', days_off: ['2026-11-21', '2026-11-22', '2026-11-28', '2026-11-29'] });
	const at = (text: string): number => parseTime(`2026-11-${text}:00+08:00`)!;
	assert.equal(workingMinutes(days, at('23T10:15'), at('23T11:00')), 45);
	assert.equal(workingMinutes(days, at('20T16:00'), at('23T09:30')), 90, 'over a weekend');
	assert.equal(workingMinutes(days, at('23T17:00'), at('24T09:00')), 0, 'over a night');
	assert.equal(workingMinutes(days, at('23T10:15'), parseTime('2027-01-04T10:00:00+08:00')!), null, 'past the calendar');
	assert.deepEqual(workSpan(days, at('25T23:59'), at('23T10:15')), { late: false, days: 2, hours: 6, minutes: 45 });
	assert.deepEqual(workSpan(days, at('20T23:59'), at('24T12:00')), { late: true, days: 1, hours: 3, minutes: 0 });
	assert.deepEqual(workSpan(days, at('23T23:59'), at('23T18:00')), { late: false, days: 0, hours: 0, minutes: 0 });
});

test('a form says what is missing, and sends only what it asked for', () => {
	const today = '2026-11-23';
	const said = nothingSaid(today);
	assert.deepEqual(faultsIn('return', said, today), { reason: 'reason', remark: 'remark' });
	assert.deepEqual(faultsIn('transfer', said, today), { to: 'to' });
	assert.deepEqual(faultsIn('undo', said, today), {});
	assert.deepEqual(Object.keys(faultsIn('feedback', said, today)), ['result', 'disposal']);
	Object.assign(said, { result: 'fails', disposal: 'rectify', checked_on: '2026-11-24', rectify_by: '2026-11-20', penalised: true });
	assert.deepEqual(faultsIn('feedback', said, today), { checked_on: 'future', rectify_by: 'before', document: 'document' });
	Object.assign(said, { disposal: 'enforce', checked_on: today, document: ' 兰卫罚〔2026〕1号 ', remark: ' 已立案 ', files: [{ file: '00ff', name: 'a.pdf', type: 'application/pdf', bytes: 9 }] });
	assert.deepEqual(faultsIn('feedback', said, today), {});
	assert.deepEqual(bodyOf('feedback', said), {
		result: 'fails', disposal: 'enforce', checked_on: today, remark: '已立案', close: false, rectify_by: null, files: ['00ff'],
		penalty: { document: '兰卫罚〔2026〕1号', kind: '', licence_revoked: false },
	});
	assert.ok(alarms(said));
	assert.ok(!alarms({ ...said, disposal: 'rectify' }));
	assert.equal(lengthOf(' 𠮷野家 '), 3);
	assert.deepEqual([1, 2048, 20 << 20].map(sizeText), ['1 KB', '2 KB', '20.0 MB']);
	assert.equal(faultsIn('close', { ...said, remark: '字'.repeat(501) }, today).remark, 'long');
	assert.deepEqual(faultsIn('fulfil', nothingSaid(today), today), { clock: 'clock' });
	assert.deepEqual(bodyOf('fulfil', { ...nothingSaid(today), clock: 0, remark: ' 已补齐 ' }), { clock: 0, remark: '已补齐' });
	assert.deepEqual(faultsIn('pause', { ...nothingSaid(today), until: '2026-11-22' }, today), { until: 'until', remark: 'pause' });
	assert.equal(faultsIn('pause', { ...nothingSaid(today), until: '2027-11-24', remark: '等' }, today).until, 'until');
	assert.deepEqual(bodyOf('pause', { ...nothingSaid(today), until: '2027-11-23', remark: ' 等待核查 ' }), { reason: '等待核查', until: '2027-11-23' });
	assert.equal(yearOn('2028-02-29'), '2029-02-28');
	assert.deepEqual(faultsIn('letter', nothingSaid(today), today), { letter: 'text', to: 'text', subject: 'text', remark: 'text' });
	assert.deepEqual(faultsIn('reply', nothingSaid(today), today), { remark: 'text' });
	const letter = { ...nothingSaid(today), letter: 'co-letter' as const, to: 'spj-1', subject: ' 函 ', remark: ' 请核 ' };
	assert.deepEqual(bodyOf('letter', letter), { kind: 'co-letter', to: 'spj-1', subject: '函', text: '请核', due: null, files: [] });
	assert.deepEqual(bodyOf('reply', { ...letter, days: '3', files: [{ file: '00ff', name: 'a.pdf', type: 'application/pdf', bytes: 9 }] }), { text: '请核', due: '3wd', files: ['00ff'] });
});

test('an answer that never came: what the notice itself shows', () => {
	const said = { ...nothingSaid('2026-11-23'), clock: 1 };
	const clock = { clock: 1, kind: 'deferred-material', what: 'x', due: '2026-12-31T23:59:59+08:00', state: 'running', by: null, at: null } as const;
	const pause = { from: '2026-11-23T10:00:00+08:00', until: null, to: null, reason: 'x', by: 'x', moved_days: 0, due: null, feedback_due: null };
	const before = notice({ clocks: [clock] });
	assert.deepEqual(promisesOf(notice({ clocks: [clock, { ...clock, kind: 'permit-end' }, { ...clock, state: 'fulfilled' }] })), [clock]);
	assert.ok(isTaken('fulfil', said, before, notice({ clocks: [{ ...clock, state: 'fulfilled' }] })));
	assert.ok(!isTaken('fulfil', said, before, before));
	assert.ok(isTaken('pause', said, before, notice({ pauses: [pause] })));
	assert.ok(!isTaken('resume', said, before, notice({ pauses: [pause] })));
	assert.ok(isTaken('resume', said, before, notice({ pauses: [{ ...pause, to: pause.from }] })));
	const written = { kind: 'co-letter', from: 'x', from_name: null, subject: 'x', messages: [{ body: 'x', by: 'x', at: pause.from, text: 'x' }] };
	assert.ok(isTaken('reply', said, before, notice({ letter: written })));
	assert.ok(!isTaken('reply', said, notice({ letter: written }), notice({ version: 2, letter: written })));
	assert.ok(isTaken('return', said, before, notice({ version: 2, state: 'returned' })));
	assert.ok(!isTaken('feedback', said, before, notice({ version: 2 })), 'a receipt came, no feedback');
});

test('a submission says what is missing, and becomes an event without empty members', () => {
	const draft = emptyDraft('2026-11-23', 'spj-371302');
	assert.ok(!canBeTried(draft));
	assert.deepEqual(draftFaults(draft), { item: 'need', region: 'need', case: 'need', name: 'need' });
	Object.assign(draft, { item: '370123020001', region: '371302' });
	assert.ok(canBeTried(draft));
	Object.assign(draft, { case: '有空 格', name: ' 示例厂 ', code: '91350100M000100Y44', valid_from: '2026-11-23', valid_until: '2026-11-22' });
	assert.deepEqual(draftFaults(draft), { case: 'case', code: 'code', valid_until: 'order' });
	Object.assign(draft, { case: '2026-1', code: '91350100m000100y43', valid_until: '2030-11-22' });
	assert.deepEqual(draftFaults(draft), {});
	const event = eventOf(draft, { id: 'page-1', source: '/sources/spj-371302', time: '2026-11-23T02:15:00Z' }, false) as { data: Record<string, unknown> };
	assert.deepEqual(event.data, {
		case: '2026-1', version: 1, region: '371302', item: '370123020001', bodies: { accepting: 'spj-371302', reviewing: 'spj-371302', deciding: 'spj-371302' },
		applicant: { kind: 'entity', name: '示例厂', code: '91350100M000100Y43' }, permit: { decided_on: '2026-11-23', valid_from: '2026-11-23', valid_until: '2030-11-22' },
	});
	Object.assign(draft, { type: 'approval.registered', item: '', scope: ' ' });
	assert.deepEqual(draftFaults(draft), { scope: 'needScope' });
});

function figures(key: string, change: Partial<FigureRow>): FigureRow
{
	return { key, name: key, sent: 0, due: 0, overdue: 0, lead_claimed: 0, on_time_rate: null, hours_to_claim: null, ...change } as FigureRow;
}

test('number and colour of a cell never disagree, and too few are not compared', () => {
	const rate = (value: number, due = 100): FigureRow => figures('b', { on_time_rate: value, due });
	assert.deepEqual([0.7999, 0.8, 0.8999, 0.9, 0.9499, 0.95, 0.9799, 0.98, 1].map((v) => stepOf('on_time_rate', rate(v))), [1, 2, 2, 3, 3, 4, 4, 5, 5]);
	assert.equal(textOf('on_time_rate', rate(0.9499)), '94');
	assert.equal(percentOf(0.29), 29, 'a rate that no binary fraction hits');
	assert.equal(stepOf('on_time_rate', rate(0.5, 4)), -1);
	assert.equal(stepOf('on_time_rate', figures('b', {})), -1, 'nothing is not as good as everything');
	assert.equal(stepOf('overdue', figures('b', { sent: 0, overdue: 0 })), -1);
	assert.equal(stepOf('sent', figures('b', { sent: 9 })), 0);
	assert.equal(stepOf('overdue', figures('b', { sent: 3, overdue: 0 })), 5);
	assert.equal(stepOf('hours_to_claim', figures('b', { hours_to_claim: 30, lead_claimed: 5 })), 1);
	assert.equal(textOf('hours_to_claim', figures('b', { hours_to_claim: 1.25 })), '1.3');
});

test('the table has a cell for each body, and what finds no place stands apart', () => {
	const body = (id: string, region: string, ...sectors: string[]): [string, BodyName] => [id, { id, name: id, kind: 'supervision', region, sectors }];
	const bodies = new Map([body('w1', 'a', '卫生'), body('w2', 'b', '卫生'), body('z1', 'a', '住建', '园林'), body('w3', 'a', '卫生'), body('e1', 'a')]);
	const region = (code: string): RegionName => ({ code, name: code, level: 'county', parent: null });
	const grid = gridOf(['w1', 'z1', 'w2', 'w3', 'e1', 'pool:a'].map((key, i) => figures(key, { sent: 10 - i })), bodies, ['c', 'b', 'a'].map(region));
	assert.deepEqual(grid.columns, ['卫生', '住建']);
	assert.deepEqual(grid.rows.map((r) => [r.region.code, ...r.cells.map((c) => c?.key ?? null)]), [['b', 'w2', null], ['a', 'w1', 'z1']]);
	assert.deepEqual(grid.others.map((o) => o.key), ['w3', 'e1', 'pool:a']);
	const shown = gridShown(['w1', 'z1'].map((key, i) => figures(key, { sent: 10 - i })), { policy: '', regions: [region('a')], bodies: [...bodies.values()], items: [] }, '合计', 1);
	assert.deepEqual([shown.columns, shown.left, shown.rows.map((r) => r.cells.map((c) => c!.sent))], [['卫生', '合计'], 1, [[10, 19], [10, 19]]]);
	assert.deepEqual(gridShown([figures('w1', {})], null, '合计').others.map((o) => o.key), ['w1']);
});

test('edges add up what stands in the table, and open the bodies they add up', () => {
	const row = (key: string, sent: number, due: number, inTime: number, claimed: number, hours: number | null) =>
		figures(key, { sent, due, lead_sent: 0, first_hit: 0, claimed_in_time: inTime, on_time_rate: due ? inTime / due : null, lead_claimed: claimed, hours_to_claim: hours });
	const grid = withSums({ columns: ['卫生', '住建'], others: [figures('pool:a', { sent: 90 })], rows: [
		{ region: { code: 'a', name: 'A', level: 'county', parent: null }, cells: [row('w1', 4, 2, 1, 1, 6), null] },
		{ region: { code: 'b', name: 'B', level: 'county', parent: null }, cells: [row('w2', 2, 4, 4, 3, 2), row('z2', 1, 0, 0, 0, null)] }] }, '合计');
	assert.deepEqual(grid.columns, ['卫生', '住建', '合计']);
	assert.deepEqual(grid.rows.map((r) => r.cells.map((c) => c && [c.key, c.sent])), [
		[['w1', 4], null, ['w1', 4]], [['w2', 2], ['z2', 1], ['w2,z2', 3]], [['w1,w2', 6], ['z2', 1], ['w1,w2,z2', 7]]]);
	const all = grid.rows[2].cells[2]!;
	assert.deepEqual([all.on_time_rate, all.hours_to_claim, all.first_hit_rate], [0.8333, 3, null]);
	assert.deepEqual([sumOf([row('x', 1, 0, 0, 0, null)], 'x').on_time_rate, all.name], [null, '合计']);
});

test('ranking: the same share has the same rank, few are left out, and only who supervises is in it', () => {
	const row = (key: string, ranked: number, inTime: number) => figures(key, { ranked, ranked_in_time: inTime });
	const { ranks, few } = rankOf([row('a', 10, 9), row('b', 20, 18), row('c', 9, 9), row('d', 30, 30), row('e', 1000, 899), row('f', 10, 0)]);
	assert.deepEqual(ranks.map((r) => [r.place, r.row.key, r.percent]), [[1, 'd', '100.0'], [2, 'b', '90.0'], [2, 'a', '90.0'], [4, 'e', '89.9'], [5, 'f', '0.0']]);
	assert.deepEqual(few.map((r) => r.key), ['c']);
	const bodies = new Map([['w1', 'supervision'], ['w2', 'enforcement'], ['s1', 'approval']].map(([id, kind]) =>
		[id, { id, name: id, kind: kind as 'approval', region: 'a', sectors: [] }]));
	const rows = [row('w1', 6, 6), row('w2', 6, 3), row('s1', 50, 50), row('pool:a', 50, 0)];
	assert.deepEqual(rankedRows(rows, bodies, [], 'body').map((r) => r.key), ['w1', 'w2']);
	assert.deepEqual(rankedRows(rows, bodies, ['a', 'b'].map((code) => ({ code, name: code, level: 'county', parent: null })), 'region').map((r) => [r.key, r.ranked, r.ranked_in_time]), [['w1,w2', 12, 9]]);
});

test('periods are days of Beijing, and the days of a line stand where they are', () => {
	const early = parseTime('2026-03-01T00:30:00+08:00')!;
	assert.deepEqual(wishOf({ to: '2026-01-31', region: '' }, periodOf('month', early)), { from: '2026-03-01', to: '2026-01-31' });
	assert.deepEqual(wishOf({ region: '371302' }, periodOf('month', early)), { from: '2026-03-01', to: '2026-03-01', region: '371302' });
	assert.deepEqual(periodOf('month', early), { from: '2026-03-01', to: '2026-03-01' });
	assert.deepEqual(periodOf('last', early), { from: '2026-02-01', to: '2026-02-28' });
	assert.deepEqual(periodOf('quarter', early), { from: '2025-11-30', to: '2026-03-01' });
	assert.deepEqual([monthOf('2026-03', early), monthOf('2026-02', early), monthOf('2025-12', early)], [
		{ from: '2026-03-01', to: '2026-03-01' }, { from: '2026-02-01', to: '2026-02-28' }, { from: '2025-12-01', to: '2025-12-31' }]);
	assert.deepEqual(['2026-01', '2026-03'].map(monthBefore), ['2025-12', '2026-02']);
	assert.deepEqual([lastDays('2026-01-01', '2026-03-01', 30), lastDays('2026-02-20', '2026-03-01', 30)], ['2026-01-31', '2026-02-20']);
	const points = pointsOf([figures('2026-03-01', { sent: 4 }), figures('2026-03-03', { sent: 1 })], '2026-03-01', '2026-03-05', 'sent', { width: 100, height: 40, max: 4 });
	assert.deepEqual(points.map((p) => [p.x, p.y]), [[0, 0], [50, 30]]);
});

test('what changes for whom, a share, a number and a time of a policy', () => {
	assert.deepEqual(retold('+zjj-371302 copy; wjw-371302 lead instead of assist; yjj-371302 told otherwise; -scjg-371302 lead'), [
		{ how: 'gained', body: 'zjj-371302', role: 'copy', was: '' }, { how: 'altered', body: 'wjw-371302', role: 'lead', was: 'assist' },
		{ how: 'same', body: 'yjj-371302', role: '', was: '' }, { how: 'lost', body: 'scjg-371302', role: 'lead', was: '' }]);
	assert.deepEqual(retold('problems only'), []);
	assert.deepEqual(cellsOf('role: lead; basis: 第 1 号: 文'), [{ column: 'role', cell: 'lead' }, { column: 'basis', cell: '第 1 号: 文' }]);
	assert.deepEqual([percentText(1, 3), percentText(0, 0)], ['33.33', '0']);
	assert.deepEqual(['0', '2.5', '100', '100.1', '-1', 'x', ''].map((x) => numberIn(x, 0, 100, false)), [0, 2.5, 100, null, null, null, null]);
	assert.deepEqual(['1', '1.5', '0'].map((x) => numberIn(x, 1, 9, true)), [1, null, null]);
	const noon = Date.parse('2026-11-28T12:00:00+08:00');
	assert.equal(beijingTime('2026-11-28T12:01', noon), '2026-11-28T12:01:00+08:00');
	assert.deepEqual(['2026-11-28T12:00', '', '2026-13-01T00:00'].map((x) => beijingTime(x, noon)), [null, null, null]);
});

test('contacts: what is missing, by the hub\'s pointers, and back as they came', () => {
	const contact = { name: '甲', post: 'liaison', phone: '13900000021', email: null, hours: '09:00-17:30', checked_on: null, on_leave: false, stale: true, opted_out: false,
		leave: [{ from: '2026-12-01', to: '2026-12-03', substitute: null }] };
	const { on_leave, stale, opted_out, ...said } = contact;
	assert.deepEqual(saidOf(draftOf(contact)), said);
	const [a, b] = [draftOf(contact), { ...newContact(), name: ' 甲 ', opens: '09:00' }];
	Object.assign(a.leave[0], { to: '2026-11-30', substitute: '丙' });
	assert.deepEqual(contactFaults([a, b, newContact()]), {
		'/people/0/leave/0/to': 'order', '/people/0/leave/0/substitute': 'substitute', '/people/1/name': 'twice', '/people/1/hours': 'hours', '/people/2/name': 'name',
	});
});

test('the cases of a bureau\'s own list: by their heading or the first column, each once, or why not', () => {
	const of = (text: string): ReturnType<typeof casesOf> => casesOf(new TextEncoder().encode(text).buffer as ArrayBuffer);
	assert.deepEqual(of("\ufeff申请人,受理编号\r\n某某,'371302202611230001\r\n某某,B-2\r\n某某,B-2\r\n"), ['371302202611230001', 'B-2']);
	assert.deepEqual(of('A-1\nA-2\n'), ['A-1', 'A-2']);
	assert.deepEqual(of('编号\nA-1\n\n'), ['A-1']);
	assert.equal(of('受理编号\n'), 'empty');
	assert.equal(of('受理编号\n3.71302E+17\n'), 'mangled');
	assert.equal(of('受理编号\n一 二\n'), 'value');
	assert.equal(of('a\0b'), 'unreadable');
	assert.equal(of(Array.from({ length: CASES_MAX + 1 }, (_, i) => `C${i}`).join('\n')), 'many');
});

test('a provider\'s code has a meaning, the hub\'s own words have none of theirs', () => {
	const all = { 'UNDELIV err:027': 'undelivered', 'MK:0012': 'undelivered', 'EXPIRED': 'expired', 'REJECTD err:000': 'rejected', '11/Invalid Destination Address': 'rejected',
		'MN:0001': 'rejected', 'DB:0140': 'carrier', '403': 'refused', '401': 'account', '502': 'gateway', '504': 'timeout', '429': 'throttled', 'curl 7: Couldn\'t connect to server': 'unreachable',
		'curl 28: Timeout was reached': 'timeout', 'curl 60: SSL peer certificate': 'insecure', 'curl 56: Failure when receiving data': 'cut', 'no-balance': 'balance', 'closing': 'closing' };
	for (const [code, meaning] of Object.entries(all))
		assert.equal(meaningOf(code), meaning, code);
	for (const own of ['wants no texts any more', 'no contact known', ''])
		assert.equal(meaningOf(own), undefined, own);
	for (const own of Object.keys(zhFirst).filter((k) => k.startsWith('why.')))
		assert.equal(meaningOf(own.slice('why.'.length)), undefined, own);
});

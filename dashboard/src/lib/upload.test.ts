// A sheet of approvals: what is wrong with it is told one kind at a time, by the row that the office program shows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyNames } from '../wire.ts';
import { rowsOf, textOf } from './csv.ts';
import { grouped, HEADINGS, piecesOf, readUpload, ROWS_MAX, template, uploadEvent, type Upload } from './upload.ts';

const NAMES: PolicyNames = {
	policy: 'x@1', items: [{ code: '370123020001', name: '消毒产品生产企业卫生许可', sector: '卫生健康' }],
	regions: [{ code: '371302', name: '兰山区', level: 'county', parent: '371300' }, { code: '371311', name: '罗庄区', level: 'county', parent: '371300' }],
	bodies: [{ id: 'spj-371302', name: '兰山区行政审批服务局', kind: 'approval', region: '371302', sectors: [] }],
};
const HEAD = '受理编号,办理结果,事项编码,监管区划,决定日期,申请人名称,统一社会信用代码';
const GOOD = 'A1,准予许可,370123020001,兰山区,2026-11-23,示例,91350100M000100Y43';
const bytes = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer as ArrayBuffer;
const read = (...lines: string[]): Upload => readUpload(rowsOf(lines.join('\r\n')), NAMES, 'spj-371302');
const told = (...lines: string[]): [string | null, ...(string | number)[]] => {
	const { fault, places } = read(...lines);
	return [fault, ...places.flatMap((p) => [p.row, p.what])];
};

test('a row is what the office program calls one', () => {
	assert.deepEqual(rowsOf('a,b\r\n"x\ny","q""q"\r\n\r\nlast,'), { rows: [['a', 'b'], ['x\ny', 'q"q'], [''], ['last', '']], fault: 0 });
	assert.deepEqual(rowsOf('a\tb\n1\t2'), { rows: [['a', 'b'], ['1', '2']], fault: 0 });
	assert.equal(rowsOf('a\n"b').fault, 2);
	assert.equal(rowsOf('a\n"b"c\n').fault, 2);
	assert.deepEqual(rowsOf(''), { rows: [], fault: 0 });
});

test('UTF-8 with a mark or without, and GB18030', () => {
	assert.equal(textOf(bytes('\ufeff受理')), '受理');
	assert.equal(textOf(new Uint8Array([0xca, 0xdc, 0xc0, 0xed]).buffer), '受理');
	assert.equal(textOf(new Uint8Array([0x41, 0xff, 0xff]).buffer), null);
	assert.equal(textOf(bytes('a\0b')), null);
});

test('the template is read as it is given, and becomes an event', () => {
	const { fault, rows } = readUpload(rowsOf(textOf(bytes(template())) ?? ''), NAMES, 'spj-371302');
	assert.equal(fault, null);
	assert.deepEqual(rows.map((r) => r.row), [2]);
	const event = uploadEvent(rows[0]) as { id: string; source: string; time: string; type: string; data: { region: string; item: string; bodies: object; applicant: object } };
	assert.deepEqual([event.id, event.source, event.time, event.type],
		['sheet-371302202611230001-granted', '/sources/spj-371302', '2026-11-23T00:00:00+08:00', 'approval.granted']);
	assert.deepEqual([event.data.region, event.data.item, event.data.bodies], ['371302', '370123020001', { accepting: 'spj-371302', reviewing: 'spj-371302', deciding: 'spj-371302' }]);
	assert.deepEqual(event.data.applicant, { kind: 'entity', name: '示例用品有限公司', code: '91320105780688132K' });
});

test('what office programs make of dates and long numbers is understood, or told', () => {
	const { rows } = read(HEAD, "'371302202611230001,granted,'370123020001,371302,2026/1/3,示例,", 'A2,approval.refused,消毒产品生产企业卫生许可,罗庄区,20260103,示例,');
	assert.deepEqual(rows.map(({ draft }) => [draft.case, draft.type, draft.item, draft.region, draft.decided_on]), [
		['371302202611230001', 'approval.granted', '370123020001', '371302', '2026-01-03'],
		['A2', 'approval.refused', '370123020001', '371311', '2026-01-03']]);
	assert.equal(read(HEAD, GOOD.replace('2026-11-23', '46329')).rows[0].draft.decided_on, '2026-11-03');
	assert.deepEqual(told(HEAD, GOOD.replace('A1', '3.71302E+17')), ['mangled', 2, '受理编号']);
	assert.equal(read(HEAD, GOOD.replace('A1', '="371302202611230001"')).rows[0].draft.case, '371302202611230001');
	assert.equal(read(HEAD, GOOD.replace('A1', '"=""371302202611230001"""')).rows[0].draft.case, '371302202611230001');
});

test('a formula, or what became of one, is nobody\'s name', () => {
	assert.deepEqual(told(HEAD, GOOD.replace('示例', '=A1&B1'), GOOD.replace('A1', 'A2').replace('示例', '#REF!'), GOOD.replace('A1', '#N/A')),
		['value', 2, '申请人名称', 3, '申请人名称', 4, '受理编号']);
	assert.deepEqual(told(HEAD, GOOD.replace('兰山区', '#NAME?')), ['value', 2, '监管区划']);
	assert.equal(read(HEAD, GOOD.replace('示例', '#1 示例店')).fault, null);
});

test('one kind of fault at a time, in the order in which they hide each other', () => {
	assert.equal(readUpload('encoding', NAMES, '').fault, 'encoding');
	assert.equal(readUpload('workbook', NAMES, '').fault, 'workbook');
	assert.deepEqual(told(''), ['empty', 0, '']);
	assert.deepEqual(told(HEAD), ['empty', 0, '']);
	assert.deepEqual(told(HEAD, GOOD, '"x'), ['quotes', 3, '']);
	assert.deepEqual(told('受理编号,办理结果,备注2,监管区划', GOOD), ['missing', 0, '决定日期', 0, '申请人名称']);
	assert.deepEqual(told(`${HEAD},备注2`, GOOD), ['strange', 0, '备注2']);
	const wrong = 'A2,准许,370123020001,兰山,2026-02-30,示例,91350100M000100Y44';
	assert.deepEqual(told(HEAD, GOOD, '', wrong, ',准予许可,,兰山区,2026-11-23,,'), ['need', 5, '受理编号', 5, '事项编码', 5, '申请人名称']);
	assert.deepEqual(told(HEAD, GOOD, '', wrong), ['value', 4, '办理结果', 4, '监管区划', 4, '决定日期']);
	assert.deepEqual(told(HEAD, GOOD, GOOD.replace('Y43', 'Y44')), ['code', 3, HEADINGS.code]);
	assert.deepEqual(told(HEAD, GOOD, GOOD), ['double', 3, '2']);
	assert.deepEqual(told(`${HEAD},有效期自,有效期至`, `${GOOD},2026-11-23,2026-11-22`), ['order', 2, '有效期至']);
	assert.equal(read(HEAD, ...Array.from({ length: ROWS_MAX + 1 }, (_, i) => GOOD.replace('A1', `A${i}`))).fault, 'many');
});

test('a registration needs a scope where it has no item', () => {
	const head = `${HEAD},经营范围`;
	assert.equal(read(head, 'A1,设立登记,,兰山区,2026-11-23,示例,,餐饮服务').fault, null);
	assert.deepEqual(told(head, 'A1,设立登记,,兰山区,2026-11-23,示例,,'), ['need', 2, '经营范围']);
});

test('faults of one kind stand together; pieces are what the hub takes at once', () => {
	assert.deepEqual(grouped([{ row: 2, what: 'a' }, { row: 3, what: 'b' }, { row: 9, what: 'a' }]), [{ what: 'a', rows: [2, 9] }, { what: 'b', rows: [3] }]);
	const { rows } = read(HEAD, ...Array.from({ length: 450 }, (_, i) => GOOD.replace('A1', `A${i}`)));
	assert.deepEqual(piecesOf(rows).map((p) => [p.rows.length, p.events.length]), [[200, 200], [200, 200], [50, 50]]);
	rows.forEach((r) => { r.draft.scope = '餐'.repeat(20_000); });
	assert.equal(piecesOf(rows.slice(0, 7)).length, 3, 'and no more bytes than it takes');
});

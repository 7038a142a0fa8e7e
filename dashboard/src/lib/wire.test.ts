// What the hub really said, in tests/wire, is what the page's types and helpers take it for: no more members and no fewer.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { CaseDetail, Notice, Page } from '../wire.ts';
import { lookOf } from './state.ts';
import { parseTime } from './time.ts';
import { caseEntries } from './timeline.ts';

const SRC = join(dirname(fileURLToPath(import.meta.url)), '..');
const FOLDER = join(SRC, '..', '..', 'tests', 'wire');

interface Example { answer?: string; body?: unknown; message?: string; frame?: { params?: unknown; result?: unknown; error?: { data: unknown } } }

/** The type that the page reads a message as, by the answer's call or the frame's name; what it never reads is named as well. */
const READ_AS: Record<string, string | null> = {
	'GET /api/v1/me 200': 'Me',
	'POST /api/v1/session/extend 200': 'Me',
	'GET /api/v1/notices 200': 'Page<Notice>',
	'GET /api/v1/pool 200': 'Page<Notice>',
	'GET /api/v1/notices/{notice} 200': 'NoticeDetail',
	'GET /api/v1/cases 200': 'Page<CaseSummary>',
	'GET /api/v1/cases/{case} 200': 'CaseDetail',
	'POST /api/v1/notices/{notice}/shown 200': 'NoticeState',
	'POST /api/v1/notices/{notice}/acknowledge 200': 'NoticeState',
	'POST /api/v1/notices/{notice}/claim 200': 'NoticeState',
	'POST /api/v1/pool/{notice}/claim 200': 'NoticeState',
	'POST /api/v1/notices/{notice}/return 200': 'NoticeState',
	'POST /api/v1/notices/{notice}/transfer 200': 'NoticeState',
	'POST /api/v1/notices/{notice}/feedback 200': 'NoticeState',
	'POST /api/v1/notices/{notice}/files 200': 'FilePut',
	'POST /api/v1/notices/{notice}/close 200': 'NoticeState',
	'POST /api/v1/notices/{notice}/undo 200': 'NoticeState',
	'POST /api/v1/notices/{notice}/pause 200': 'NoticeState',
	'POST /api/v1/notices/{notice}/resume 200': 'NoticeState',
	'POST /api/v1/notices/{notice}/fulfil 200': 'NoticeState',
	'POST /api/v1/notices/{notice}/letters 200': 'NoticeState',
	'POST /api/v1/notices/{notice}/reply 200': 'NoticeState',
	'GET /api/v1/disputes 200': 'Page<Dispute>',
	'GET /api/v1/disputes/{dispute} 200': 'Dispute',
	'POST /api/v1/disputes/{dispute}/position 200': 'Dispute',
	'POST /api/v1/disputes/{dispute}/ruling 200': 'Dispute',
	'GET /api/v1/meetings 200': 'Page<Meeting>',
	'POST /api/v1/meetings 201': 'Meeting',
	'GET /api/v1/meetings/agenda 200': 'Agenda',
	'POST /api/v1/decisions/{decision}/done 200': 'Meeting',
	'GET /api/v1/events/{event} 200': null,
	'GET /api/v1/events/{event}/explain 200': 'Decision | Reasons',
	'POST /api/v1/events 200': null,
	'POST /api/v1/events 201': 'Accepted',
	'POST /api/v1/notices/acknowledge 200': 'BulkResults',
	'GET /api/v1/policy 200': 'Policy',
	'GET /api/v1/policy/matrix 200': 'Matrix',
	'GET /api/v1/policy/names 200': 'PolicyNames',
	'GET /api/v1/policy/calendar 200': 'WorkCalendar',
	'GET /api/v1/policy/versions 200': 'Page<PolicyLife>',
	'POST /api/v1/policy/versions/{version}/rehearse 200': 'PolicyDiff',
	'GET /api/v1/policy/shadow 200': 'PolicyShadow',
	'PUT /api/v1/bodies/{body}/contacts 200': 'Contacts',
	'GET /api/v1/bodies/{body}/contacts 200': 'Contacts',
	'POST /api/v1/bodies/{body}/handover 200': 'Handover',
	'POST /api/v1/notices/{notice}/contacts 200': 'ContactsToCall',
	'GET /api/v1/board 200': 'Board',
	'GET /api/v1/audit 200': null,
	'GET /api/v1/reconciliation 200': 'Statement',
	'POST /api/v1/reconciliation 200': 'Differences',
	'POST /api/v1/reconciliation/agree 200': 'Statement',
	'GET /api/v1/reconciliation/sources 200': 'Page<NumberedSource>',
	'GET /api/v1/ranking 200': 'Ranking',
	'POST /api/v1/ranking/publish 200': 'Ranking',
	'GET /api/v1/connectors 200': 'Ways',
	'POST /api/v1/connectors/{name}/test 200': 'WayTested',
	'GET /api/v1/keys 200': 'SystemKeys',
	'POST /api/v1/keys 201': 'SystemKey & { key: string }',
	'DELETE /api/v1/keys/{key} 200': null,
	'POST /api/v1/me/password 200': 'Me',
	'GET /api/v1/users 200': 'Users',
	'POST /api/v1/users 201': 'UserMade',
	'POST /api/v1/users/{user}/grants 200': 'User',
	'DELETE /api/v1/users/{user}/grants 200': 'User',
	'POST /api/v1/users/{user}/disable 200': 'User',
	'POST /api/v1/users/{user}/enable 200': 'User',
	'POST /api/v1/users/{user}/password 200': 'UserMade',
	'POST /api/v1/notices/claim 200': 'BulkResults',
	'GET /api/v1/meetings/{meeting} 200': 'Meeting',
	'POST /api/v1/policy/versions 201': 'PolicyProven',
	'GET /api/v1/policy/versions/{version} 200': 'PolicyProven',
	'GET /api/v1/policy/versions/{version}/diff 200': 'PolicyDiff',
	'POST /api/v1/policy/versions/{version}/shadow 200': 'PolicyLife',
	'POST /api/v1/policy/versions/{version}/approve 200': 'PolicyLife',
	'POST /api/v1/policy/versions/{version}/activate 200': 'PolicyLife',
	'DELETE /api/v1/policy/versions/{version} 200': null,
	'POST /api/v1/policy/explain 200': 'Decision',
	'GET /api/v1/policy/calendar/years 200': 'CalendarYears',
	'POST /api/v1/policy/calendar 201': 'PolicyProven',
	Notice: 'NoticeMessage',
	Change: 'ChangeMessage',
	Bye: 'ByeMessage',
	InboxOpened: 'InboxOpened',
	NoticeState: 'NoticeState',
	Error: 'ProblemDetails',
	EventAccepted: null,
	InboxOpen: null,
	NoticeAcknowledge: null,
	NoticeClaim: null,
	NoticeShown: null,
	NoticeReturn: null,
	NoticeTransfer: null,
	NoticeFeedback: null,
	NoticeClose: null,
	NoticeUndo: null,
	NoticePause: null,
	NoticeResume: null,
	NoticeFulfil: null, NoticeLetter: null, NoticeReply: null,
	EventSubmit: null,
	BoardOpen: null,
	BoardOpened: 'Board',
	Board: 'Board',
};

const examples = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
	.map((name) => ({ name, example: JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Example }));

function body<T>(name: string): T
{
	return examples.find((e) => e.name === name)!.example.body as T;
}

/** Name of the type, and the value that the page reads as that; null for what it does not read. */
function readAs({ answer, body: value, message, frame }: Example): [string, unknown] | null
{
	if (typeof value === 'string')
		return null; // a sheet, which goes to the disk as it comes
	if (answer && Number(answer.split(' ')[2]) >= 400)
		return ['ProblemDetails', value];
	const type = READ_AS[answer ?? message!];
	assert.notEqual(type, undefined, `nobody has said how the page reads ${answer ?? message}`);
	if (type === null)
		return null;
	return [type, answer ? value : frame!.params ?? frame!.result ?? frame!.error!.data];
}

test('the page types are what the hub says, member by member', () => {
	const lines = ["import type * as wire from './wire.ts';"];
	for (const { name, example } of examples) {
		const read = readAs(example);
		if (read)
			lines.push(`export const ${name.replace(/\W/g, '_')}: ${read[0].replace(/\b([A-Z])/g, 'wire.$1')} = ${JSON.stringify(read[1])};`);
	}
	assert.ok(lines.length > 20);
	const file = join(SRC, 'wire.examples.ts');
	const options: ts.CompilerOptions = {
		strict: true, noEmit: true, target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.ESNext,
		moduleResolution: ts.ModuleResolutionKind.Bundler, allowImportingTsExtensions: true, skipLibCheck: true, types: [],
	};
	const host = ts.createCompilerHost(options);
	const { fileExists, getSourceFile, readFile } = host;
	host.fileExists = (path) => path === file || fileExists(path);
	host.readFile = (path) => path === file ? lines.join('\n') : readFile(path);
	host.getSourceFile = (path, ...rest) =>
		path === file ? ts.createSourceFile(path, lines.join('\n'), ts.ScriptTarget.ES2020) : getSourceFile(path, ...rest);
	const faults = ts.getPreEmitDiagnostics(ts.createProgram([file], options, host))
		.map((d) => `${lines[d.file?.getLineAndCharacterOfPosition(d.start ?? 0).line ?? 0].slice(0, 60)}: ${
			ts.flattenDiagnosticMessageText(d.messageText, ' ')}`);
	assert.deepEqual(faults, []);
});

test('the page reads every time the hub writes', () => {
	const times = JSON.stringify(examples.map((e) => e.example).filter((e) => typeof e.body !== 'string')).match(/"\d{4}-\d\d-\d\dT[^"]*"/g) ?? [];
	assert.ok(times.length > 50);
	for (const time of times)
		assert.notEqual(parseTime(JSON.parse(time) as string), null, time);
});

test('the lists and the case are shown as what they are', () => {
	const [notice] = body<Page<Notice>>('notices.json').items;
	assert.equal(lookOf(notice, parseTime(notice.received)!), 'open');
	const entries = caseEntries(body<CaseDetail>('case.json').events);
	for (const kind of ['event', 'shown', 'acknowledged', 'claimed'])
		assert.ok(entries.some((e) => e.kind === kind), kind);
});

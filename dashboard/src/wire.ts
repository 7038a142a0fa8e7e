// What the hub says, as its OpenAPI and AsyncAPI documents fix it. wire.test.ts holds it against what the hub really said.

export type State = 'open' | 'acknowledged' | 'claimed' | 'returned' | 'transferred' | 'disputed'
	| 'closed' | 'withdrawn' | 'superseded';
export type Role = 'lead' | 'assist' | 'copy' | 'applicant';
export type Lamp = 'green' | 'yellow' | 'red';
export type Verb = 'acknowledge' | 'claim';
/** Acts that need something said, so that a form stands between the button and the hub. */
export type FormVerb = 'return' | 'transfer' | 'feedback' | 'close' | 'undo' | 'fulfil' | 'pause' | 'resume' | 'letter' | 'reply';

export interface Stamp { by: string; at: string; channel?: string }
export interface Item { code: string; name?: string | null }
export interface BodyRef { id: string; name?: string | null }
export interface RuleRef { id: string; basis?: string | null }
export interface ApprovalBodies { accepting?: BodyRef | null; reviewing?: BodyRef | null; deciding?: BodyRef | null }

/** The answer to an act on a notice. */
export interface NoticeState {
	notice: string;
	state: State;
	acknowledged: Stamp | null;
	claimed: Stamp | null;
	version: number;
	made?: string;
	to?: string;
	dispute?: string;
}

/** The answer for one of many: what it is now, or why not. */
export interface BulkResult extends Partial<NoticeState>, ProblemDetails { status: number }
export interface BulkResults { results: BulkResult[] }

export interface Receipt { kind: string; at: string; by?: string | null; channel?: string | null; delivery?: string | null; detail?: string | null }
export interface Delivery { id: string; channel: string; connector?: string; state: string; attempts?: number; detail?: string | null }

/** The event as its sender wrote it, which may hold more than the page reads. */
export interface EventDocument {
	type?: string;
	time?: string;
	data?: {
		handling?: string;
		permit?: {
			number?: string; name?: string | null; decided_on?: string; valid_from?: string; valid_until?: string;
			[member: string]: unknown;
		};
		scope?: string;
		remark?: string;
		[member: string]: unknown;
	};
	[member: string]: unknown;
}
/** Masked, unless it was asked for with a reason. */
export interface ContactToCall { name: string | null; post: string | null; phone: string; from: string | null; stands_for: string | null }
export interface ContactsToCall { people: ContactToCall[]; allowed: string[] }
export interface NoticeDetail { notice: Notice; event?: EventDocument; deliveries: Delivery[]; receipts: Receipt[]; contacts: ContactsToCall }

/** What every view of an event says of it. */
export interface EventFacts {
	case: string;
	event: string;
	type: string;
	item: Item;
	region: string;
	region_name?: string | null;
	applicant: { name: string; code?: string | null };
	bodies?: ApprovalBodies;
	permit?: string | null;
	policy?: string;
	received: string;
}
export interface Notice extends EventFacts {
	id: string;
	role: Role;
	body: string;
	body_name?: string | null;
	state: State;
	due: string | null;
	feedback_due: string | null;
	provisional?: boolean;
	lamp?: Lamp;
	acknowledged: Stamp | null;
	claimed: Stamp | null;
	rules: RuleRef[];
	via: string[];
	version: number;
	allowed?: string[];
	/** Why there is this notice; what follows is there only where it happened. */
	items?: Item[];
	clocks?: Clock[];
	pauses?: Pause[];
	cause?: string;
	keeper?: string;
	made?: string;
	from?: string;
	returned?: { reason: string; remark: string; by: string; at: string };
	transferred?: { to: string; remark: string; by: string; at: string; notice?: string };
	feedback?: Feedback[];
	letter?: Letter;
}
/** What two bodies write each other; the notice's body is the one that was written to. */
export interface Letter {
	kind: string; from: string; from_name: string | null; subject: string; messages: { body: string; by: string; at: string; text: string; files?: NoticeFile[] }[];
}
/** What was promised with a date, or the end of the permit. */
export interface Clock { clock: number; kind: string; what: string; due: string; state: 'running' | 'overdue' | 'fulfilled' | 'ended'; by: string | null; at: string | null }
/** When the notice's clocks stood still; `to` is null while they do. */
export interface Pause {
	from: string; until: string | null; to: string | null; reason: string; by: string; moved_days: number; due: string | null; feedback_due: string | null;
}
/** A file of feedback; the name is null for whom it is masked, and then the file is not to be had either. */
export interface NoticeFile { file: string; name: string | null; type: string; bytes: number }
export interface FilePut extends NoticeState { file: NoticeFile }
export interface Feedback {
	result: string;
	disposal: string;
	checked_on: string;
	rectify_by: string | null;
	penalty: { document: string; kind: string; licence_revoked: boolean } | null;
	remark: string;
	close: boolean;
	files?: NoticeFile[];
	by: string;
	at: string;
}
export interface CaseNotice { id: string; body: string; body_name?: string | null; role: Role; state: State; lamp?: Lamp }
export interface CaseSummary extends EventFacts { notices: CaseNotice[] }
export interface Problem { code: string; rule?: string | null }
export interface ToldNotice extends Notice { receipts?: Receipt[]; deliveries?: Delivery[] }
export interface CaseEvent extends EventFacts {
	time?: string;
	version?: number;
	superseded_by?: string | null;
	problems?: Problem[];
	clocks?: Clock[];
	notices: ToldNotice[];
	applicant_told?: { via?: string[]; rules?: string[]; receipts?: Receipt[]; deliveries?: Delivery[];
		items?: { code: string; name: string | null; apply_at: string | null; authority: string | null }[] } | null;
}
export interface CaseDetail { case: string; events: CaseEvent[] }

/** `total` and `open`: how much there is, and how much of it the bodies still have to do, whatever the filter. */
export interface Page<T> { items: T[]; next: string | null; total?: number; open?: number; mine?: number; since?: string }

/** `until`: when the session ends. */
export interface Me { user: string; name?: string | null; roles: string[]; bodies: { id: string; name?: string | null; role?: string }[]; policy?: string; title?: string; until?: string | null; watermark?: boolean }

/** `zh`: the detail in Chinese, where the hub has it. `file` and what follows: of a file that was sent. */
export interface Fault { pointer: string; detail: string; code?: string; params?: string[]; zh?: string; file?: string; line?: number; column?: number }
export interface ProblemDetails {
	type?: string;
	title?: string;
	status?: number;
	detail?: string;
	code?: string;
	params?: string[];
	zh?: string;
	errors?: Fault[];
	by?: string;
	at?: string;
	check?: PolicyCheck;
	diff?: PolicySums;
}

export interface NoticeMessage { cursor: string; notice: Notice }
export interface ChangeMessage { cursor: string; notice: string | Notice; state: State; by?: string; at?: string }
export interface ByeMessage { reason?: string; reconnect_ms?: number }
export interface InboxOpened { cursor: string; recovered?: boolean; open?: number }

/** Everything the policy in force has a name for. */
export interface RegionName { code: string; name: string; level: string; parent: string | null }
export interface BodyName { id: string; name: string; kind: 'approval' | 'supervision' | 'enforcement' | 'coordination'; region: string; sectors: string[] }
export interface ItemName { code: string; name: string | null; sector: string | null }
export interface PolicyNames { policy: string; regions: RegionName[]; bodies: BodyName[]; items: ItemName[] }
export interface WorkCalendar { from: string; to: string; opens: string; closes: string; days_off: string[] }
export interface Policy { policy: string; id: string; title: string; jurisdiction: string; regions: number; bodies: number; items: number; rules: number }

/** Item by region, as the policy decides a plain grant; `cells` in the order of `regions`. */
export interface MatrixCell { state: string; lead: string | null; leads?: string[]; devolution: string | null; rules: string[] }
export interface Matrix { policy: string; regions: { code: string; name: string }[]; items: { code: string; name: string | null; cells: MatrixCell[] }[] }

export interface Party { body: string; name: string | null; role: Role; state: State; notice: string; returned?: Notice['returned'] }
export interface Position { body: string; name: string | null; position: string; proposes: BodyRef | null; by: string; at: string }
export type DisputeState = 'negotiating' | 'agenda' | 'ruled' | 'settled';
/** Who answers is not settled: what it is about, who is party, what they say, and what was ruled. */
export interface Dispute extends EventFacts {
	id: string;
	kind: string;
	state: DisputeState;
	opened: string;
	negotiate_until: string | null;
	ended: string | null;
	interim: BodyRef | null;
	parties: Party[];
	bureaus: string[];
	positions: Position[];
	ruling: { close: boolean; body: BodyRef | null; basis: string; remark: string; by: string; at: string } | null;
	allowed: ('position' | 'ruling' | 'draft')[];
	version: number;
}

/** What a joint meeting decided: who does it until when, and what became of it. */
export interface MeetingDecision {
	id: string; text: string; owner: BodyRef; due: string; overdue: boolean; about: string | null; done: { by: string; at: string; remark: string } | null;
}
/** `title` and `by` are null for those who read the decisions of their bodies alone. */
export interface Meeting {
	id: string; body: BodyRef; region: string; date: string; title: string | null; by: string | null; at: string; decisions: MeetingDecision[]; allowed: 'done'[]; version: number;
}
/** What waits for the next one. */
export interface Agenda {
	region: string; from: string; to: string; at: string;
	disputes: Page<Dispute>; overdue: Page<Notice>;
	unmatched: { item: { code: string | null; name: string | null }; events: number }[];
	returns: { body: BodyRef; sent: number; returned: number }[];
	decisions: (MeetingDecision & { meeting: string; date: string })[];
}
/** A ruling as a row of the policy, its cells by their column. */
export interface RulingDraft extends PolicyProven { dispute?: string; row?: Record<string, string>; set_aside_by?: string[] }

export type DepartmentCount = 'told' | 'leads' | 'delivered' | 'acknowledged' | 'claimed' | 'returned' | 'fed_back' | 'overdue' | 'withdrawn' | 'superseded';
/** Who confirmed the statement for a side, and the figures of that moment. */
export interface Agreed extends Record<DepartmentCount, number> { by: string; at: string }
export type Side = 'bureau' | 'department';
export interface DepartmentRow extends Record<DepartmentCount, number> { body: BodyRef; agreed: Record<Side, Agreed | null>; allowed: 'agree'[] }
export interface BureauStatement { bureau: BodyRef; taken: number | null; senders: { name: string; taken: number }[]; departments: DepartmentRow[] }
export interface Statement extends Page<BureauStatement> { month: string; from: string; to: string; at: string }
/** A source that numbers its events; times are minutes of office hours. */
export interface NumberedSource {
	source: string; body: string | null; body_name: string | null; last: number; missing: number; twice: number; gaps: { from: number; to: number }[];
	seen: string; usual_minutes: number | null; silent_minutes: number; silent: boolean;
}
/** A bureau's own list held against what the hub took. */
export interface Differences { month: string; body: BodyRef; said: number; taken: number; missing_count: number; unsaid_count: number; missing: string[]; unsaid: string[] }

export type Figure = 'sent' | 'delivered' | 'open' | 'acknowledged' | 'claimed' | 'returned' | 'transferred' | 'disputed' | 'closed' | 'withdrawn'
	| 'superseded' | 'overdue' | 'fed_back' | 'pool' | 'no_lead' | 'lead_sent' | 'lead_standing' | 'lead_claimed' | 'due' | 'claimed_in_time'
	| 'first_sent' | 'first_hit' | 'acknowledged_ever' | 'claimed_ever' | 'returned_ever' | 'undelivered' | 'clocks_overdue' | 'feedback_overdue' | 'ranked' | 'ranked_in_time'
	| 'returns_upheld' | 'returns_rejected';
export type Rate = 'claim_rate' | 'on_time_rate' | 'return_rate' | 'first_hit_rate' | 'hours_to_claim';
export type Figures = Record<Figure, number> & Record<Rate, number | null>;
export interface FigureRow extends Figures { key: string; name: string | null }
export interface Board { from: string; to: string; by: string; region: string | null; at: string; total: Figures; items: FigureRow[]; next: string | null }

/** What the policy says about one event, before or after it is sent. */
export interface DecidedNotice { id?: string; body: string; role: Role; due: string | null; feedback_due: string | null; via: string[]; rules: string[] }
export interface DecidedApplicant { via: string[]; rules: string[] }
export interface Decision {
	event: { source: string; id: string };
	policy: string;
	item: { code: string; sector: string | null; devolution: string | null } | null;
	notices: DecidedNotice[];
	applicant: DecidedApplicant | null;
	problems: Problem[];
}
export interface Accepted { event: string; case: string; policy: string; notices: DecidedNotice[]; applicant: DecidedApplicant | null; problems: Problem[] }
/** Of several at once, each as it would be answered alone: a result, or the problem that there is with it. */
export interface Results<T> { results: ((T & { status: 200 | 201 }) | (ProblemDetails & { status: number }))[] }
export interface RuleReason {
	rule: string;
	role: string;
	to: string;
	basis: string;
	from: string;
	until: string;
	why: string;
	overridden_by: string | null;
	overrides: string[];
	fails: { column: string; cell: string; value?: unknown }[];
	climbs: { for: string | null; steps: { region: string; body: string | null; several: boolean }[] }[];
}
export interface DueReason { at: string; rule: string; duration: string; provisional: boolean; days: string[] }
/** Why, and why not, one body is told. */
export interface Reasons {
	event: { source: string; id: string };
	policy: string;
	body: string;
	role: string | null;
	facts: Record<string, unknown>;
	rules: RuleReason[];
	due: DueReason | null;
	feedback_due: DueReason | null;
}

export type PolicyState = 'submitted' | 'approved' | 'scheduled' | 'in-force' | 'former';
export type PolicyVerb = 'approve' | 'activate' | 'withdraw' | 'rehearse' | 'shadow-on' | 'shadow-off';
export interface PolicyStep {
	step: 'submitted' | 'approved' | 'scheduled' | 'activated' | 'withdrawn' | 'shadow-on' | 'shadow-off';
	by: string;
	at: string;
	why: string | null;
	for: string | null;
	standing: boolean;
}
/** One version of the policy; its steps the newest first. */
export interface PolicyLife { version: string; state: PolicyState; steps: PolicyStep[]; allowed: PolicyVerb[] }
export interface PolicyFinding {
	code: string;
	severity: 'error' | 'warning' | 'note';
	where: string;
	name: string | null;
	other: string | null;
	what: string;
	types: string[];
	when: string | null;
	items: number;
	regions: number;
	place_count: number;
	places: [string, string][];
	witness: object | null;
	holder: string | null;
	standing?: boolean; // the policy in force has it just so; not in answers that were kept before this was told
}
export interface PolicyCheck {
	policy: string;
	today: string;
	summary: {
		items: number; item_rows: number; regions: number; rules: number; bodies: number; classes: number; combinations: number; situations: number;
		gap_places: number; overlap_places: number; errors: number; warnings: number; notes: number; standing: number; counts: Record<string, number>; left_out: number;
	};
	findings: PolicyFinding[];
}
/** How two versions differ: over past events, or over every combination that they tell apart. */
export interface PolicySums {
	old: string;
	new: string;
	of: 'events' | 'combinations';
	events: number;
	changed: number;
	gained: number;
	lost: number;
	altered: number;
	left_out: number;
	new_problems: number;
	gone_problems: number;
	new_gaps: number;
	gone_gaps: number;
	new_overlaps: number;
	gone_overlaps: number;
}
export interface PolicyBrief extends PolicySums { lines_removed: number; lines_added: number; lines_changed: number }
export interface PolicyLine { kind: 'removed' | 'added' | 'changed'; file: string; name: string | null; column: string | null; was: string | null; is: string | null }
export interface PolicyTally { events: number; gained: number; lost: number; region?: string; item?: string; body?: string }
export interface PolicySample { source: string; id: string; item: string; region: string; what: string; new_problems: string; gone_problems: string; event: object | null }
export interface PolicyDiff extends PolicySums {
	content: PolicyLine[];
	by_region: PolicyTally[];
	by_item: PolicyTally[];
	by_body: PolicyTally[];
	samples: PolicySample[];
}
/** `changes` and what follows: of a version that a yearly notice became. */
export interface PolicyProven extends PolicyLife { check: PolicyCheck; diff: PolicyBrief | null; changes?: string[]; provisional?: number; passed_over?: number }
export interface PolicyShadow {
	on: boolean;
	version: string | null;
	since: string | null;
	by: string | null;
	against: string;
	events: number;
	changed: number;
	gained: number;
	lost: number;
	altered: number;
	last: { event: string; at: string; policy: string; item: string; region: string; what: string }[];
}

export interface Leave { from: string; to: string; substitute: string | null }
export interface Contact {
	name: string;
	post: string;
	phone: string | null;
	email: string | null;
	hours: string | null;
	checked_on: string | null;
	leave: Leave[];
	on_leave: boolean;
	stale: boolean;
	opted_out: boolean;
}
/** Whom to ask at a body, and what this person may do there. */
export interface Contacts { body: string; people: Contact[]; by: string | null; at: string | null; allowed: ('edit' | 'hand-over' | 'hand-over-own')[] }
export interface Handover { body: string; from: string; to: string; moved: number }

/** The years that working time is counted by. */
export interface CalendarYears { policy: string; years: { year: number; off: number; work: number }[]; missing: number | null; provisional: number; recounted: number; allowed: 'import'[] }
export type Outcome = 'accepted' | 'refused' | 'later' | 'channel-down' | 'not-sent' | 'unknown';
/** A way out, as the hub has seen it since it began. */
export interface Way {
	name: string;
	kind: string;
	channel: string;
	state: 'idle' | 'healthy' | 'waiting' | 'failed';
	sending: number;
	width: number;
	handed_over: string | null;
	delivered: string | null;
	fault: { at: string; outcome: Outcome; code: string } | null;
}
export interface Ways { items: Way[]; queue: number; allowed: 'test'[] }
export interface WayTested { connector: string; to: string; outcome: Outcome; code: string }
export interface SystemKey { name: string; bodies: BodyRef[]; source: string; created: string | null }
export interface SystemKeys { items: SystemKey[]; allowed: ('add' | 'revoke')[] }
export interface Grant { role: 'approver' | 'supervisor' | 'coordinator' | 'auditor' | 'admin'; body: string | null; body_name: string | null }
export interface User {
	name: string; grants: Grant[]; disabled: boolean; phone: string | null;
	allowed: ('grant' | 'take' | 'password' | 'disable' | 'enable')[];
}
export type UserMade = User & { password: string };
export interface Users extends Page<User> { allowed: 'add'[] }
/** A month's figures by body; as they stood when it was published, if it was. */
export interface Ranking { month: string; region: string; published: { by: string; at: string } | null; items: FigureRow[]; allowed: 'publish'[] }

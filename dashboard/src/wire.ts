// What the hub says, as contract.md sections 5 and 6 fix it. Nothing here is made up by the page.

export type State = 'open' | 'acknowledged' | 'claimed' | 'returned' | 'transferred' | 'disputed'
	| 'closed' | 'withdrawn' | 'superseded';
export type Role = 'lead' | 'assist' | 'copy' | 'applicant';
export type Lamp = 'green' | 'yellow' | 'red';
export type Verb = 'acknowledge' | 'claim';

export interface Stamp { by: string; at: string; channel?: string }
export interface Item { code: string; name?: string | null }
export interface BodyRef { id: string; name?: string | null }
export interface RuleRef { id: string; basis?: string | null }
export interface ApprovalBodies { accepting?: BodyRef | null; reviewing?: BodyRef | null; deciding?: BodyRef | null }

export interface Notice {
	id: string;
	case: string;
	event: string;
	type: string;
	permit?: string | null;
	role: Role;
	body: string;
	body_name?: string | null | null;
	state: State;
	item: Item;
	region: string;
	region_name?: string | null;
	applicant: { name: string; code?: string | null };
	bodies?: ApprovalBodies;
	due: string | null;
	feedback_due: string | null;
	provisional?: boolean;
	lamp?: Lamp;
	received: string;
	acknowledged: Stamp | null;
	claimed: Stamp | null;
	rules: RuleRef[];
	via: string[];
	version: number;
	allowed?: string[];
}

export interface Receipt { kind: string; at: string; by?: string | null; channel?: string | null; delivery?: string | null; detail?: string | null }
export interface Delivery { id: string; channel: string; connector?: string; state: string; attempts?: number; to?: string }

export interface EventDocument {
	type?: string;
	time?: string;
	data?: {
		handling?: string;
		permit?: { number?: string; name?: string | null; decided_on?: string; valid_from?: string; valid_until?: string };
		scope?: string;
		remark?: string;
	};
}
export interface NoticeDetail { notice: Notice; event?: EventDocument; deliveries: Delivery[]; receipts: Receipt[] }

export interface CaseNotice { id: string; body: string; body_name?: string | null | null; role: Role; state: State; lamp?: Lamp }
export interface CaseSummary {
	case: string;
	event: string;
	type: string;
	item: Item;
	region: string;
	region_name?: string | null;
	applicant: { name: string; code?: string | null };
	received: string;
	notices: CaseNotice[];
}
export interface Problem { code: string; rule?: string | null }
export interface ToldNotice extends Notice { receipts?: Receipt[]; deliveries?: Delivery[] }
export interface CaseEvent {
	event: string;
	type: string;
	time?: string;
	received: string;
	item: Item;
	region: string;
	region_name?: string | null;
	applicant: { name: string; code?: string | null };
	policy?: string;
	problems?: Problem[];
	notices: ToldNotice[];
	applicant_told?: { via?: string[]; receipts?: Receipt[]; deliveries?: Delivery[] } | null;
}
export interface CaseDetail { case: string; events: CaseEvent[] }

export type Counts = Record<string, number>;
/** `open`: how much the body still has to do, whatever the filter. */
export interface Page<T> { items: T[]; next: string | null; open?: number; counts?: Counts }

export interface Me { user: string; name?: string | null; roles: string[]; bodies: { id: string; name?: string | null; role?: string }[] }

export interface ProblemDetails {
	title?: string;
	status?: number;
	detail?: string;
	errors?: { pointer: string; detail: string }[];
	by?: string;
	at?: string;
}

export interface NoticeMessage { cursor: string; notice: Notice; counts?: Counts }
export interface ChangeMessage { cursor: string; notice: string | Notice; state: State; by?: string; at?: string; counts?: Counts }

// What a person may do by the roles that the hub names; it refuses the rest whatever is shown.
import type { Me } from '../wire.ts';

type Who = Me | null;
type Bodies = Me['bodies'];
const has = (who: Who, ...roles: string[]): boolean => (who?.roles ?? []).some((r) => roles.includes(r));

/** Bodies whose notices this person handles; empty for those who only look cases up. */
export const inboxBodiesOf = (who: Who): Bodies => (has(who, 'supervisor') ? who!.bodies.filter((b) => !b.role || b.role === 'supervisor') : []);
export const maySearch = (who: Who): boolean => who !== null && who.roles.some((r) => r !== 'admin');
/** Whether somebody looks after a region, or the roles' people have to do with the thing at all. */
export const oversees = (who: Who): boolean => has(who, 'coordinator', 'auditor');
export const coordinates = (who: Who): boolean => has(who, 'coordinator');
export const mayApprove = (who: Who): boolean => has(who, 'approver');
/** Whose contacts this person reads or keeps: one's own bodies'; who runs the hub has every body's. */
export const deskBodiesOf = (who: Who): Bodies => [...new Map((who?.bodies ?? []).filter((b) => b.id && ['supervisor', 'approver', 'admin'].includes(b.role ?? '')).map((b) => [b.id, b])).values()];
export const runsHub = (who: Who): boolean => (who?.bodies ?? []).some((b) => b.role === 'admin' && !b.id);
export const mayMakePolicy = (who: Who): boolean => has(who, 'coordinator', 'admin');
export const mayReadVersions = (who: Who): boolean => has(who, 'coordinator', 'auditor', 'admin');
export const mayDispute = (who: Who): boolean => has(who, 'supervisor', 'approver', 'coordinator', 'auditor');

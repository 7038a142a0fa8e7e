// What a provider's code means, of those that carriers and gateways have in common.
export type ProviderFault = 'undelivered' | 'expired' | 'rejected' | 'deleted' | 'unknown' | 'accepted' | 'carrier' | 'balance' | 'throttled' | 'unreachable'
	| 'timeout' | 'insecure' | 'cut' | 'account' | 'refused' | 'gateway' | 'malformed' | 'signature' | 'closing';

/** The carriers' words at the end of a receipt, of SMPP and CMPP alike; then what comes of asking the gateway. The first that fits. */
const MEANING: readonly [RegExp, ProviderFault][] = [
	[/^(UNDELIV|MK:)/, 'undelivered'], [/^(EXPIRED|MI:)/, 'expired'], [/^(REJECTD|MN:|\d+\/)/, 'rejected'],
	[/^(DELETED|MJ:)/, 'deleted'], [/^(UNKNOWN|MM:)/, 'unknown'], [/^(ACCEPTD|ML:)/, 'accepted'], [/^[A-Z]{2}:/, 'carrier'],
	[/^no-balance$/, 'balance'], [/^(throttled|429)$/, 'throttled'], [/^(unreachable|curl [567]:.*)$/, 'unreachable'],
	[/^(timeout|408|504|curl 28:.*)$/, 'timeout'], [/^curl (35|60):/, 'insecure'], [/^curl /, 'cut'], [/^(401|407)$/, 'account'], [/^(refused|4\d\d)$/, 'refused'], [/^5\d\d$/, 'gateway'],
	[/^malformed$/, 'malformed'], [/^signature-in-text$/, 'signature'], [/^closing$/, 'closing'],
];

export const meaningOf = (code: string): ProviderFault | undefined => MEANING.find(([form]) => form.test(code))?.[1];

// Questions to the hub of which only the newest counts: an answer that a newer question has overtaken is dropped.
import { reasonOf } from '../lib/reason.ts';

export interface Asking { loading: boolean; error: string }

export function useNewest(state: Asking)
{
	let last = 0;

	async function run<T>(ask: () => Promise<T>, take: (answer: T) => void | Promise<void>): Promise<void>
	{
		const mine = ++last;
		state.loading = true;
		try {
			const answer = await ask();
			if (mine !== last)
				return;
			state.error = '';
			await take(answer);
		} catch (error) {
			if (mine === last)
				state.error = reasonOf(error);
		} finally {
			if (mine === last)
				state.loading = false;
		}
	}

	/** Whatever is still on its way does not count any more. */
	function drop(): void
	{
		last++;
		Object.assign(state, { loading: false, error: '' });
	}

	return { run, drop };
}

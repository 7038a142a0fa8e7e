// The same as components, for where the page's state stands behind them.
import type { FunctionalComponent } from 'vue';
import { counts, inbox } from '../composables/useInbox.ts';
import { route } from '../composables/useRoute.ts';
import { inboxBodies, me } from '../composables/useSession.ts';
import type { Filter } from '../lib/state.ts';
import { drawBrand, drawHead, drawNav, drawOrder, drawScope, drawTabs, drawWhose } from './frame.ts';

export const AppBrand = (): ReturnType<typeof drawBrand> => drawBrand();
export const AppNav = (): ReturnType<typeof drawNav> => drawNav(me.value, route, inbox, counts.value.todo);

export const InboxWhose: FunctionalComponent<object, { pick: [body: string]; scope: [scope: string] }> = (_, { emit }) => [
	drawWhose(inboxBodies.value, inbox.body, (body) => emit('pick', body)), drawScope(inbox.mine, (scope) => emit('scope', scope))];
Object.assign(InboxWhose, { props: [], emits: ['pick', 'scope'] });

export const InboxOrder: FunctionalComponent<{ open: boolean }, { narrow: [text: string]; sift: [] }> = ({ open }, { emit }) => drawOrder(inbox.filter === 'pool' ? null : route.query.q ?? '', open, (text) => emit('narrow', text), () => emit('sift'));
Object.assign(InboxOrder, { props: ['open'], emits: ['narrow', 'sift'] });

export const InboxTabs: FunctionalComponent<{ filter: Filter }, { pick: [filter: Filter] }> = ({ filter }, { emit }) => drawTabs(filter, inbox.mine ? { todo: counts.value.mine } : counts.value, (f) => emit('pick', f));
Object.assign(InboxTabs, { props: ['filter'], emits: ['pick'] });

export const NoticeHead: FunctionalComponent<{ all: boolean | null }, { pick: [] }> = ({ all }, { emit }) => drawHead(all, () => emit('pick'));
Object.assign(NoticeHead, { props: { all: null }, emits: ['pick'] });

// What is not in the first script. Each part is one file, fetched when the first of what is in it is wanted.
import { defineAsyncComponent, h, type Component } from 'vue';
import { t } from '../i18n/words.ts';
import PageFailed from './PageFailed.vue';

/** Seen only where the line is slow: a narrow screen shows nothing else meanwhile. */
const OnItsWay = (): ReturnType<typeof h> => h('p', { class: 'muted pane-body', role: 'status' }, t('inbox.loading'));

export function later<Part, C extends Component>(part: () => Promise<Part>, of: (from: Part) => C): C
{
	return defineAsyncComponent({ loader: async () => of(await part()), loadingComponent: OnItsWay, errorComponent: PageFailed }) as C;
}

export const noticePart = () => import('../parts/notice.ts');

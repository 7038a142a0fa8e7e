import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';
import { componentsPlain } from './scripts/plain.ts';
import { wordsNumbered } from './scripts/words.ts';

/** What asks and draws before the page itself is there, what the page begins with, and a notice: all that each leads to without waiting.
 * Each in one file; what comes later imports of them. */
const early = new Set<string>();
const first = new Set<string>();
const glance = new Set<string>();
const notice = new Set<string>();
const firstAlone: Plugin = {
	name: 'first-alone',
	apply: 'build',
	buildEnd() {
		const take = (from: string, into: Set<string>): void => {
			const add = (id: string): void => {
				if (early.has(id) || first.has(id) || glance.has(id) || SHARED.test(id))
					return;
				into.add(id);
				this.getModuleInfo(id)?.importedIds.forEach(add);
			};
			[...this.getModuleIds()].filter((id) => id.endsWith(from)).forEach(add);
		};
		take('/src/early.ts', early);
		// The last two the board needs as well as a notice does.
		['/src/main.ts', '/composables/useNewest.ts', '/lib/remark.ts'].forEach((from) => take(from, first));
		take('/src/glance_board.ts', glance);
		take('/src/parts/notice.ts', notice);
	},
};

/** The script that asks ahead is a file of its own and runs as soon as it is there; it begins the page's own, which is fetched beside it
 * only on a narrow screen, where no first sight is drawn. The names of that, and of what the board consists of, are written to its tag. */
const askAhead: Plugin = {
	name: 'ask-ahead',
	apply: 'build',
	transformIndexHtml: {
		order: 'post',
		handler: (html, { bundle }) => {
			const file = (part: string): string => `/${Object.keys(bundle ?? {}).find((x) => x.startsWith(`assets/${part}-`))}`;
			const scripts = `<script async type="module" crossorigin src="${file('early')}" data-first="${file('first')}" data-board="${['glance', 'board', 'shared', 'words'].map(file).join(' ')}"></script>
\t<link rel="modulepreload" crossorigin media="(max-width: 1020px)" href="${file('first')}">`;
			return html.replace(/\s*<(script[^>]*><\/script|link rel="modulepreload"[^>]*)>/g, '').replace('<link rel="icon"', `${scripts}\n\t<link rel="icon"`);
		},
	},
};

// What several of the later parts use, and the first script does not: one file, because small ones pack badly. Words pack best among words.
const WORDS = /src\/i18n\/zh_\w+\.ts/;
const SHARED = /src\/(components\/(ChoiceField|EventCore|ErrorNote|NamePicker|ReasonList|TextField|ToldList)\.vue|composables\/(useFaults|useFetched|useGrid|useNames|useSending|useTrial)\.ts|hub_later\.ts|i18n\/later\.ts|lib\/(csv|rule|submission)\.ts)/;

// What never changes in a template stands where it is used: kept apart, as is usual, it makes the page a twentieth larger.
// The browsers of the trade are old: chrome87 is the oldest that must show the page.
export default defineConfig({
	plugins: [wordsNumbered(), componentsPlain(), firstAlone, askAhead, vue({ features: { optionsAPI: false }, template: { compilerOptions: { hoistStatic: false } } })],
	build: {
		target: 'chrome87', assetsInlineLimit: 0, modulePreload: { polyfill: false },
		rolldownOptions: { output: { codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: 'early', test: (id: string) => early.has(id) }, { name: 'first', test: (id: string) => first.has(id) }, { name: 'glance', test: (id: string) => glance.has(id) }, { name: 'notice', test: (id: string) => notice.has(id) }, { name: 'words', test: WORDS }, { name: 'shared', test: SHARED }] } } },
	},
	server: { proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true } } },
});

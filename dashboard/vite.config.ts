import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';

/** The keys of the English words stay behind: the page knows them from the Chinese ones, and they are a third of the file. */
const wordsAlone: Plugin = {
	name: 'words-alone',
	apply: 'build',
	async transform(_code, id) {
		const name = /\/src\/i18n\/en_(\w+)\.ts$/.exec(id)?.[1];
		if (!name)
			return null;
		const table = Object.entries(await import(id) as Record<string, Record<string, string>>)[0];
		return { code: `export const ${table[0]} = ${JSON.stringify(Object.values(table[1]))};`, map: null };
	},
};

/** The script that asks ahead is a file of its own and runs as soon as it is there, not with the page that it is a part of. */
const askAhead: Plugin = {
	name: 'ask-ahead',
	apply: 'build',
	transformIndexHtml: {
		order: 'post',
		handler: (html, { bundle }) => {
			const name = Object.keys(bundle ?? {}).find((x) => x.startsWith('assets/early'));
			return html.replace(new RegExp(`\\s*<link rel="modulepreload"[^>]*${name}">`), '')
				.replace('<script', `<script async type="module" crossorigin src="/${name}"></script>\n  <script`);
		},
	},
};

// What several of the later parts use, and the first script does not: one file, because small ones pack badly. Words pack best among words.
const WORDS = /src\/i18n\/zh_\w+\.ts/;
const SHARED = /src\/(components\/(ChoiceField|EventCore|ErrorNote|NamePicker|ReasonList|TextField|ToldList)\.vue|composables\/(useFetched|useNames|useSending|useSubmit|useTrial)\.ts|hub_later\.ts|i18n\/later\.ts|lib\/submission\.ts)/;

// The browsers of the trade are old: chrome87 is the oldest that must show the page.
export default defineConfig({
	plugins: [wordsAlone, askAhead, vue({ features: { optionsAPI: false } })],
	build: {
		target: 'chrome87', assetsInlineLimit: 0, modulePreload: { polyfill: false },
		rolldownOptions: { output: { codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: 'early', test: /src\/early\.ts/ }, { name: 'words', test: WORDS }, { name: 'shared', test: SHARED }] } } },
	},
	server: { proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true } } },
});

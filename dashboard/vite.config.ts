import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

// The browsers of the trade are old: chrome87 is the oldest that must show the page.
export default defineConfig({
	plugins: [vue({ features: { optionsAPI: false } })],
	build: { target: 'chrome87', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
	server: { proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true } } },
});

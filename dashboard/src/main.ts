import { createApp } from 'vue';
import App from './App.vue';
import './composables/useDesk.ts';
import { pageHost } from './glance.ts';
import { recallLanguage } from './i18n/index.ts';
import './style.css';

void recallLanguage().then(() => createApp(App).mount(pageHost()));

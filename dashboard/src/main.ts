import { createApp } from 'vue';
import App from './App.vue';
import { recallLanguage } from './i18n/index.ts';
import './style.css';

void recallLanguage().then(() => createApp(App).mount('#app'));

import { createApp } from 'vue';
import App from './App.vue';
import './composables/useDesk.ts';
import { pageHost } from './glance.ts';
import { recallLanguage } from './i18n/index.ts';
import './style.css';

// A key that belongs to a composition is the input method's, and the second click of a double one is nobody's: what is asked twice must be
// read in between, and another button may stand under the pointer by then.
const keep = (event: KeyboardEvent | MouseEvent): void => {
	if ('isComposing' in event ? event.isComposing : event.detail > 1 && (event.target as Element).closest('button')) {
		event.stopPropagation();
		if (event.type === 'click')
			event.preventDefault();
	}
};
addEventListener('keydown', keep, true);
addEventListener('click', keep, true);

void recallLanguage().then(() => createApp(App).mount(pageHost()));

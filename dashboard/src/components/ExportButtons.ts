import { defineComponent, ref } from 'vue';
import { say } from '../composables/useToasts.ts';
import { hub, HubError, type SheetKind, type SheetList, type SheetQuery } from '../hub.ts';
import { language, t, type Key } from '../i18n/index.ts';
import { reasonOf } from '../lib/reason.ts';
import { saveFile } from '../lib/save.ts';
import { drawExport } from './frame.ts';

const WHY: Partial<Record<number, Key>> = { 413: 'export.tooMany', 503: 'export.later' };

/** The whole list as it is chosen now, not only what has been drawn of it. */
export default defineComponent((props: { list: SheetList; asked: SheetQuery }) => {
	const busy = ref(false);
	const save = async (kind: SheetKind): Promise<void> => {
		busy.value = true;
		try {
			const sheet = await hub.sheet(props.list, kind, { ...props.asked, lang: language.value });
			saveFile(sheet.content, sheet.name);
			say(t('export.done', { name: sheet.name }));
		} catch (error) {
			const known = error instanceof HubError ? WHY[error.status] : undefined;
			say(t('export.failed', { reason: known ? t(known) : reasonOf(error) }), true);
		} finally {
			busy.value = false;
		}
	};
	return () => drawExport(busy.value, (kind) => void save(kind));
}, { props: ['list', 'asked'] });

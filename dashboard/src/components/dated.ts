// Running text whose dates stay whole: a line may otherwise end at their hyphens.
import { h, type FunctionalComponent } from 'vue';

const DATE = /(\d{4}-\d\d-\d\d)/;

export const DatedText: FunctionalComponent<{ text: string }> = ({ text }) => text.split(DATE).map((part) => (DATE.test(part) ? h('span', { class: 'nowrap' }, part) : part));
DatedText.props = ['text'];

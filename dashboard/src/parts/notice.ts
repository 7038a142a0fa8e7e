// One notice in full, beside the list or as a page of its own: wanted as soon as the list stands.
export { default as NoticePane } from '../components/NoticePane.vue';
export { default as NoticePage } from '../pages/NoticePage.vue';

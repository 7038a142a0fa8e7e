// What is wanted soon after the inbox, in one file: pages and forms say much the same, and pack far better together.
export { default as ActForm } from '../components/ActForm.vue';
export { default as AlertButton } from '../components/AlertButton.vue';
export { default as BulkBar } from '../components/BulkBar.vue';
export { default as ContactLine } from '../components/ContactLine.vue';
export { default as InboxSift } from '../components/InboxSift.vue';
export { default as LetterBox } from '../components/LetterBox.vue';
export { default as RoomHint } from '../components/RoomHint.vue';
export { default as CasePage } from '../pages/CasePage.vue';
export { default as SearchPage } from '../pages/SearchPage.vue';

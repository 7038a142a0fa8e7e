// The coordinators' pages, in one file.
export { default as BoardPage } from '../pages/BoardPage.ts';
export { default as DisputePage } from '../pages/DisputePage.vue';
export { default as DisputesPage } from '../pages/DisputesPage.vue';
export { default as ListPage } from '../pages/ListPage.vue';
export { default as MeetingsPage } from '../pages/MeetingsPage.vue';
export { default as ReconcilePage } from '../pages/ReconcilePage.vue';
export { default as ReportPage } from '../pages/ReportPage.vue';
export { default as ScreenPage } from '../pages/ScreenPage.vue';

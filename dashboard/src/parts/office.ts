// What an office puts in and looks after: its events, its people, and the policy, read, compared, rehearsed and put into force; in one file.
export { default as AdminPage } from '../pages/AdminPage.vue';
export { default as BodiesPage } from '../pages/BodiesPage.vue';
export { default as CalendarPage } from '../pages/CalendarPage.vue';
export { default as PasswordPage } from '../pages/PasswordPage.vue';
export { default as PoliciesPage } from '../pages/PoliciesPage.vue';
export { default as PolicyPage } from '../pages/PolicyPage.vue';
export { default as SubmitPage } from '../pages/SubmitPage.vue';
export { default as VersionPage } from '../pages/VersionPage.vue';

// What an office puts in: its events and its people, in one file.
export { default as BodiesPage } from '../pages/BodiesPage.vue';
export { default as SubmitPage } from '../pages/SubmitPage.vue';

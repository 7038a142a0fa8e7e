// The pages on which the policy is read, compared, rehearsed and put into force, in one file.
export { default as PoliciesPage } from '../pages/PoliciesPage.vue';
export { default as PolicyPage } from '../pages/PolicyPage.vue';
export { default as VersionPage } from '../pages/VersionPage.vue';

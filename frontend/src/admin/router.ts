import { createRouter, createWebHistory, type Router, type RouterHistory } from 'vue-router'
import ApplicationsSection from './ApplicationsSection.vue'
import ContainersSection from './ContainersSection.vue'
import GrantsSection from './GrantsSection.vue'
import OverviewSection from './OverviewSection.vue'
import UsersSection from './UsersSection.vue'

/** The panel's sections, each with its own address below the process's path. */
export function makeRouter(baseUrl: string, history: RouterHistory = createWebHistory(baseUrl)): Router {
  return createRouter({
    history,
    routes: [
      { path: '/', name: 'overview', component: OverviewSection, meta: { title: 'Overview' } },
      { path: '/containers/', name: 'containers', component: ContainersSection, meta: { title: 'Containers' } },
      { path: '/users/', name: 'users', component: UsersSection, meta: { title: 'Users' } },
      {
        path: '/users/:id(\\d+)/grants/',
        name: 'grants',
        component: GrantsSection,
        props: true,
        meta: { title: 'Grants' },
      },
      { path: '/applications/', name: 'applications', component: ApplicationsSection, meta: { title: 'Applications' } },
      { path: '/:rest(.*)*', redirect: '/' },
    ],
  })
}

import { flushPromises, mount } from '@vue/test-utils'
import { createMemoryHistory } from 'vue-router'
import { beforeEach, expect, test, vi } from 'vitest'
import AdminPage from '@/admin/AdminPage.vue'
import { useAdmin } from '@/admin/context'
import { makeRouter } from '@/admin/router'
import { Http } from '@/api/http'
import { readConfig } from '@/shared/config'
import { STATS } from './panel'

beforeEach(() => {
  const answer = (address: string) =>
    address.includes('/stats/') ? STATS : { identifiers: [], items: {}, offset: 0, total: 0 }
  vi.stubGlobal('fetch', vi.fn(async (address: string) => new Response(JSON.stringify(answer(address)))))
})

async function opened(path: string, data: Record<string, string> = {}, refused = false) {
  const root = document.createElement('div')
  Object.assign(root.dataset, { baseUrl: '/user/alice/', session: 'admin', admin: 'true', actor: 'alice', ...data })
  const config = readConfig(root)
  const http = new Http({ baseUrl: config.baseUrl, xsrfToken: 'x' })
  const router = makeRouter('/', createMemoryHistory())
  await router.push(path)
  const page = mount(AdminPage, { props: { config, http, refused }, global: { plugins: [router] }, attachTo: document.body })
  await flushPromises()
  return { page, router }
}

const current = (page: Awaited<ReturnType<typeof opened>>['page']) =>
  page.findAll('nav a[aria-current=page]').map((link) => link.text())

test.each([
  ['/', 'Overview', 'Overview'],
  ['/containers/', 'Containers', 'Containers'],
  ['/users/', 'Users', 'Users'],
  ['/users', 'Users', 'Users'],
  ['/users/7/grants/', 'Users', 'Grants'],
  ['/applications/', 'Applications', 'Applications'],
])('at %s the section is %s and the title begins with %s', async (path, section, title) => {
  const { page } = await opened(path)
  expect(current(page)).toEqual([section])
  expect(document.title).toBe(`${title} – administration`)
  expect(page.findAll('h1')).toHaveLength(1)
})

test('a new section begins with the focus at its content; the first page leaves it', async () => {
  const { page, router } = await opened('/')
  expect(document.activeElement).toBe(document.body)
  await router.push('/users/')
  await flushPromises()
  expect(document.activeElement).toBe(page.get('main').element)
})

test('another search in the same section leaves the focus where it is', async () => {
  const { page, router } = await opened('/users/')
  page.get('input').element.focus()
  await router.replace({ path: '/users/', query: { search: 'bob' } })
  await flushPromises()
  expect(document.activeElement).toBe(page.get('input').element)
})

test('the link before everything leads to the content', async () => {
  const { page } = await opened('/')
  await page.get('.skip-link').trigger('click')
  expect(document.activeElement).toBe(page.get('main').element)
})

test('an accounting that cannot be written is told on every section', async () => {
  const { page, router } = await opened('/users/', { accountingWritable: 'false' })
  expect(page.get('[role=note]').text()).toContain('CSV file and cannot be changed here')
  await router.push('/applications/')
  await flushPromises()
  expect(page.find('[role=note]').exists()).toBe(true)
  expect((await opened('/users/')).page.find('[role=note]').exists()).toBe(false)
})

test('whose right has ended is told, with a way to log in again', async () => {
  const { page } = await opened('/', {}, true)
  expect(page.get('.banner[role=alert]').text()).toContain('Your login or your right to administrate may have ended')
  expect(page.get('.banner button').text()).toBe('Log in again')
})

test('an act is said aloud in the one live region', async () => {
  const { page, router } = await opened('/users/')
  await page.findAll('button').find((each) => each.text() === 'Add a user')!.trigger('click')
  vi.stubGlobal('fetch', vi.fn(async (_: string, { method }: RequestInit) =>
    method === 'POST'
      ? new Response(null, { status: 201, headers: { Location: '/9/' } })
      : new Response(JSON.stringify({ identifiers: [], items: {}, offset: 0, total: 0 })),
  ))
  await page.get('dialog input').setValue('zoe')
  await page.get('dialog form').trigger('submit')
  await flushPromises()
  expect(page.get('.visually-hidden[role=status]').text()).toBe('User zoe is added.')
  expect(router.currentRoute.value.path).toBe('/users/')
})

test('a part of the panel says so when it stands outside of it', () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  expect(() => mount({ setup: () => useAdmin(), render: () => null })).toThrow('inside the panel')
})

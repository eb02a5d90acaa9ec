/** The panel for tests: an administrator's API whose answers the test gives, and a section mounted in it. */
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { defineComponent, h, type Component } from 'vue'
import { createMemoryHistory, RouterView } from 'vue-router'
import { ADMIN } from '@/admin/context'
import { makeRouter } from '@/admin/router'
import type { AdminApi, Collections, PageOf, PageQuery, Stats } from '@/api/admin'
import { readConfig } from '@/shared/config'

type Name = keyof Collections

export const STATS: Stats = {
  realm: 'remoteexec',
  num_total_users: 10_000,
  num_active_users: 3,
  num_applications: 7,
  num_running_containers: 4,
  accounting_writable: true,
  opened: [],
}

/** Answers from `lists`, and notes what was asked. `refuse` what is to fail: act → error. */
export class FakeAdmin {
  lists: { [N in Name]?: Record<string, Collections[N]> } = {}
  pages: { name: Name; query: PageQuery }[] = []
  acts: unknown[][] = []
  refusals: Record<string, Error> = {}
  statistics: Stats | Error = STATS

  async stats(): Promise<Stats> {
    if (this.statistics instanceof Error) throw this.statistics
    return this.statistics
  }

  async page<N extends Name>(name: N, query: PageQuery = {}): Promise<PageOf<Collections[N]>> {
    this.pages.push({ name, query })
    this.check(`page ${name}`)
    const found = Object.entries(this.lists[name] ?? {}).map(([id, item]) => ({ id, item: item as Collections[N] }))
    const { offset = 0, limit = found.length } = query
    return { rows: found.slice(offset, offset + limit), total: found.length }
  }

  async create(name: Name, item: object): Promise<string> {
    this.acts.push(['create', name, item])
    this.check(`create ${name}`)
    return '9'
  }

  async remove(name: Name, id: string): Promise<void> {
    this.acts.push(['remove', name, id])
    this.check(`remove ${name}`)
    delete this.lists[name]?.[id]
  }

  async userName(id: string): Promise<string | null> {
    this.check('userName')
    return this.lists.users?.[id]?.name ?? null
  }

  private check(what: string): void {
    const error = this.refusals[what]
    if (error) throw error
  }
}

export interface Opened {
  page: VueWrapper
  said: string[]
  router: ReturnType<typeof makeRouter>
}

/** The section at `path`, with the data attributes of the page. */
export async function openSection(api: FakeAdmin, path: string, data: Record<string, string> = {}): Promise<Opened> {
  const root = document.createElement('div')
  Object.assign(root.dataset, { session: 'admin', admin: 'true', actor: 'alice', ...data })
  const said: string[] = []
  const router = makeRouter('/', createMemoryHistory())
  await router.push(path)
  const context = { api: api as unknown as AdminApi, config: readConfig(root), say: (text: string) => said.push(text) }
  const page = mount(RouterView as Component, {
    global: { plugins: [router], provide: { [ADMIN as symbol]: context } },
    attachTo: document.body,
  })
  await flushPromises()
  return { page, said, router }
}

/** Mount `component` where `useAdmin` works. */
export function inPanel(api: FakeAdmin, component: Component, props: Record<string, unknown>): VueWrapper {
  const context = { api: api as unknown as AdminApi, config: readConfig(document.createElement('div')), say: () => {} }
  return mount(defineComponent({ render: () => h(component, props) }), {
    global: { provide: { [ADMIN as symbol]: context } },
    attachTo: document.body,
  })
}

/** The button that is called so, by its words or its label. */
export function button(page: VueWrapper, name: string) {
  const found = page.findAll('button').find((each) => (each.attributes('aria-label') ?? each.text()) === name)
  if (!found) throw new Error(`There is no button ${name}: ${page.findAll('button').map((each) => each.text())}`)
  return found
}

import { mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import ApplicationList from '@/user/ApplicationList.vue'
import type { Entry } from '@/user/entry'
import { entryOf } from '../helpers'

function list(entries: Entry[], props: Partial<InstanceType<typeof ApplicationList>['$props']> = {}) {
  return mount(ApplicationList, {
    props: { entries, loaded: true, failed: false, selected: null, rail: false, ...props },
    attachTo: document.body,
  })
}

const three = () => ['a', 'b', 'c'].map((id) => entryOf(id))
const names = (page: ReturnType<typeof list>) => page.findAll('.app-item-name').map((found) => found.text())
const focused = () => document.activeElement?.querySelector('.app-item-name')?.textContent

test("entries are in the server's order, each a link to its address", () => {
  const page = list([entryOf('b'), entryOf('a')])
  expect(names(page)).toEqual(['B', 'A'])
  expect(page.findAll('a').map((link) => link.attributes('href'))).toEqual(['#/b', '#/a'])
})

test('the state is in words', () => {
  const phases = ['stopped', 'starting', 'running', 'stopping'] as const
  const page = list(phases.map((phase) => entryOf(phase, {}, { phase })))
  expect(page.findAll('.state-words').map((found) => found.text())).toEqual(['Stopped', 'Starting', 'Running', 'Stopping'])
})

test('the chosen one is marked for assistive technology', () => {
  const page = list(three(), { selected: 'b' })
  expect(page.findAll('[aria-current=page]').map((link) => link.attributes('href'))).toEqual(['#/b'])
})

test('what has news is flagged', () => {
  const failure = { act: 'run', reason: '', step: null, ref: null, exitCode: 1, outOfMemory: false, log: '' } as const
  const page = list([
    entryOf('a', {}, { failure }),
    entryOf('b', {}, { notice: 'It was stopped.' }),
    entryOf('c', {}, { revoked: { endsAt: null } }),
    entryOf('d'),
  ])
  expect(page.findAll('a').map((link) => link.text().includes('needs attention'))).toEqual([true, true, true, false])
})

test('a search leaves what has all of its words; with none left it says so and offers the way back', async () => {
  const page = list([entryOf('mesher'), entryOf('plotter'), entryOf('solver')])
  const field = page.get('input[type=search]')
  await field.setValue(' Plot  ter')
  expect(names(page)).toEqual(['PLOTTER'])
  await field.setValue('plot mesh')
  expect(page.text()).toContain('No applications found for “plot mesh”')
  await page.get('button').trigger('click')
  expect(names(page)).toEqual(['MESHER', 'PLOTTER', 'SOLVER'])
})

test('Escape empties the search', async () => {
  const page = list(three())
  const field = page.get('input[type=search]')
  await field.setValue('zzz')
  await field.trigger('keydown', { key: 'Escape' })
  expect(names(page)).toHaveLength(3)
})

test('a search hides nothing where its field cannot be seen', async () => {
  const page = list(three())
  await page.get('input[type=search]').setValue('b')
  await page.setProps({ rail: true })
  expect(names(page)).toHaveLength(3)
})

test('arrows go from the search into the list, along it, and back', async () => {
  const page = list(three())
  const press = (key: string) => document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  page.get<HTMLInputElement>('input[type=search]').element.focus()
  press('ArrowDown')
  expect(focused()).toBe('A')
  press('ArrowDown')
  press('ArrowDown')
  press('ArrowDown')
  expect(focused()).toBe('C')
  for (let i = 0; i < 3; i++) press('ArrowUp')
  expect(document.activeElement).toBe(page.get('input').element)
})

test('Enter in the search opens the first that was found', async () => {
  const page = list([entryOf('mesher'), entryOf('solver')])
  const field = page.get('input[type=search]')
  await field.setValue('solv')
  await field.trigger('keydown', { key: 'Enter' })
  await vi.waitFor(() => expect(location.hash).toBe('#/solver'))
})

test('before the first list it says that it loads; without one, that there is none yet', async () => {
  const page = list([], { loaded: false })
  expect(page.get('[role=status]').text()).toContain('Loading')
  await page.setProps({ failed: true })
  expect(page.text()).toContain('The list is not here yet')
  await page.setProps({ loaded: true })
  expect(page.text()).toContain('No applications found')
})

test('two hundred are drawn as well', () => {
  const many = Array.from({ length: 200 }, (_, n) => entryOf(`n${n}`, { ui_name: n % 2 ? 'Even' : 'Odd' }))
  expect(names(list(many))).toHaveLength(200)
})

test('nothing that an image says is markup', () => {
  const page = list([entryOf('a', { ui_name: '<img src=x onerror=alert(1)>', icon_128: 'x" onerror="alert(1)' })])
  expect(page.find('img').exists()).toBe(false)
  expect(names(page)).toEqual(['<img src=x onerror=alert(1)>'])
})

import { flushPromises, mount } from '@vue/test-utils'
import { h } from 'vue'
import { expect, test } from 'vitest'
import DataTable, { type Column } from '@/admin/DataTable.vue'
import { useTable } from '@/admin/useTable'
import type { PageQuery } from '@/api/admin'
import { ApiError } from '@/api/http'
import { inScope } from '../helpers'
import { button } from './panel'

const COLUMNS: Column[] = [
  { key: 'name', label: 'Name', sort: 'name' },
  { key: 'note', label: 'Note' },
]
const NASTY = '<img src=x onerror=alert(1)>"\'&amp; \u202e'

/** A table of `all`; `fail` is thrown while it is set. */
async function shown(all: string[], state: { fail?: Error } = {}, first = {}) {
  const asked: PageQuery[] = []
  const table = inScope(() =>
    useTable(
      async (query) => {
        asked.push(query)
        if (state.fail) throw state.fail
        const found = all.filter((name) => name.includes(query.search ?? ''))
        const rows = found.slice(query.offset, query.offset! + query.limit!).map((name) => ({ id: name, item: { name } }))
        return { rows, total: found.length }
      },
      { first },
    ),
  )
  const page = mount(DataTable, {
    props: { table: table as never, columns: COLUMNS, caption: 'Things', empty: 'There is nothing.', acts: true },
    slots: {
      cell: ({ row }: { row: { id: string } }) => h('bdi', row.id),
      acts: ({ row }: { row: { id: string } }) => h('button', `Remove ${row.id}`),
    },
    attachTo: document.body,
  })
  return { page, table, asked, all }
}

const many = Array.from({ length: 60 }, (_, n) => `n${n}`)

test('before the first answer it says that it loads', async () => {
  const { page, table } = await shown(['a'])
  expect(page.get('[role=status]').text()).toBe('Loading')
  expect(page.find('table').exists()).toBe(false)
  await table.reload()
  expect(page.find('table').exists()).toBe(true)
  expect(page.text()).not.toContain('Loading')
})

test('what the rows hold is text', async () => {
  const { page, table } = await shown([NASTY])
  await table.reload()
  expect(page.get('tbody bdi').text()).toBe(NASTY.trim())
  expect(page.find('img').exists()).toBe(false)
})

test('an empty list and a search without result have words of their own', async () => {
  const { page, table } = await shown([], {}, { search: NASTY })
  await table.reload()
  expect(page.get('.data-empty').text()).toBe(`Nothing found for “${NASTY.trim()}”.`)
  expect(page.get('.data-empty bdi').text()).toBe(NASTY.trim())
  table.show({ search: '', sort: '', offset: 0 })
  await flushPromises()
  expect(page.get('.data-empty').text()).toBe('There is nothing.')
})

test('a column that the server can sort has a button, and says how it is sorted', async () => {
  const { page, table, asked } = await shown(['a'])
  await table.reload()
  const [name, note] = page.findAll('th')
  expect([name!.attributes('aria-sort'), note!.find('button').exists()]).toEqual([undefined, false])
  await button(page, 'Name').trigger('click')
  await flushPromises()
  expect([name!.attributes('aria-sort'), asked.at(-1)!.sort]).toEqual(['ascending', 'name'])
  await button(page, 'Name').trigger('click')
  await flushPromises()
  expect([name!.attributes('aria-sort'), asked.at(-1)!.sort]).toEqual(['descending', '-name'])
})

test('paging ends at the last page, and its buttons keep the focus', async () => {
  const { page, table, asked } = await shown(many)
  await table.reload()
  const next = button(page, 'Next')
  next.element.focus()
  for (let i = 0; i < 4; i++) {
    await next.trigger('click')
    await flushPromises()
  }
  expect(asked.map((query) => query.offset)).toEqual([0, 25, 50])
  expect(page.get('.data-pages span').text()).toBe('51–60 of 60')
  expect([next.attributes('aria-disabled'), document.activeElement]).toEqual(['true', next.element])
  expect(button(page, 'Previous').attributes('aria-disabled')).toBe('false')
})

test('one page alone has no buttons to turn it', async () => {
  const { page, table } = await shown(['a', 'b'])
  await table.reload()
  expect(page.find('nav').exists()).toBe(false)
  expect(page.get('.data-pages').text()).toBe('1–2 of 2')
})

test('a failure is shown above the rows, with a way to try again that leads back to them', async () => {
  const state: { fail?: Error } = { fail: new ApiError('Docker is not available at the moment.', 503, '', 'abc') }
  const { page, table } = await shown(['a'], state)
  await table.reload()
  expect(page.get('[role=alert]').text()).toBe('Docker is not available at the moment. Reference: abc')
  expect(page.text()).not.toContain('There is nothing.')
  delete state.fail
  const again = button(page, 'Try again')
  again.element.focus()
  await again.trigger('click')
  await flushPromises()
  expect(page.find('[role=alert]').exists()).toBe(false)
  expect(document.activeElement).toBe(page.get('[role=region]').element)
})

test('when the focused row goes, the table has the focus; when another goes, it stays', async () => {
  const { page, table, all } = await shown(['a', 'b', 'c'])
  await table.reload()
  button(page, 'Remove b').element.focus()
  all.splice(2, 1)
  await table.reload()
  await flushPromises()
  expect(document.activeElement).toBe(button(page, 'Remove b').element)
  all.splice(1, 1)
  await table.reload()
  await flushPromises()
  expect(document.activeElement).toBe(page.get('[role=region]').element)
})

test('who is elsewhere is left there', async () => {
  const field = document.createElement('input')
  document.body.append(field)
  const { table, all } = await shown(['a', 'b'])
  await table.reload()
  field.focus()
  all.pop()
  await table.reload()
  await flushPromises()
  expect(document.activeElement).toBe(field)
})

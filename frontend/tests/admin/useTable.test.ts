import { expect, test, vi } from 'vitest'
import type { PageOf, PageQuery } from '@/api/admin'
import { PAGE_SIZE, useTable, type View } from '@/admin/useTable'
import { ApiError } from '@/api/http'
import { deferred, inScope, settle, type Deferred } from '../helpers'

type Item = { name: string }
const pageOf = (names: string[], total = names.length): PageOf<Item> => ({
  rows: names.map((name) => ({ id: name, item: { name } })),
  total,
})

function served(total: number) {
  const asked: PageQuery[] = []
  const fetchPage = async (query: PageQuery) => {
    asked.push(query)
    const count = Math.max(0, Math.min(query.limit!, total - query.offset!))
    return pageOf(Array.from({ length: count }, (_, n) => `n${query.offset! + n}`), total)
  }
  return { asked, fetchPage }
}

function byHand() {
  const answers: Deferred<PageOf<Item>>[] = []
  const fetchPage = () => {
    answers.push(deferred<PageOf<Item>>())
    return answers.at(-1)!.promise
  }
  return { answers, fetchPage }
}

const names = (table: { rows: { value: { id: string }[] } }) => table.rows.value.map((row) => row.id)

test('one page is asked for, and its place among all is said', async () => {
  const { asked, fetchPage } = served(120)
  const table = inScope(() => useTable(fetchPage, { first: { sort: 'name' } }))
  expect(table.loaded.value).toBe(false)
  await table.reload()
  expect(asked).toEqual([{ search: '', sort: 'name', limit: PAGE_SIZE, offset: 0 }])
  expect([table.loaded.value, table.loading.value, table.range.value]).toEqual([true, false, '1–25 of 120'])
  table.turn(1)
  await settle()
  expect(table.range.value).toBe('26–50 of 120')
  table.turn(-5)
  await settle()
  expect(asked.at(-1)!.offset).toBe(0)
})

test('the same column again turns the order around, another begins upwards, at the first page', async () => {
  const { asked, fetchPage } = served(120)
  const table = inScope(() => useTable(fetchPage, { first: { offset: 50 } }))
  for (const key of ['name', 'name', 'id']) table.sortBy(key)
  await settle()
  expect(asked.map((query) => [query.sort, query.offset])).toEqual([['name', 0], ['-name', 0], ['id', 0]])
})

test('a search is asked for once typing pauses, from the first page', async () => {
  vi.useFakeTimers()
  const { asked, fetchPage } = served(120)
  const table = inScope(() => useTable(fetchPage, { first: { offset: 50 } }))
  for (const text of ['b', 'bo', ' bob ']) {
    table.search.value = text
    await vi.advanceTimersByTimeAsync(100)
  }
  expect(asked).toEqual([])
  await vi.advanceTimersByTimeAsync(200)
  expect(asked.map((query) => [query.search, query.offset])).toEqual([['bob', 0]])
  expect(table.answered.value).toBe('bob')
})

test('a late answer to an earlier question is not shown', async () => {
  const { answers, fetchPage } = byHand()
  const table = inScope(() => useTable(fetchPage))
  void table.reload()
  table.sortBy('name')
  answers[1]!.resolve(pageOf(['new']))
  await settle()
  answers[0]!.resolve(pageOf(['old']))
  await settle()
  expect([names(table), table.loading.value]).toEqual([['new'], false])
})

test('a late failure of an earlier question is not shown either', async () => {
  const { answers, fetchPage } = byHand()
  const table = inScope(() => useTable(fetchPage))
  void table.reload()
  void table.reload()
  answers[0]!.reject(new ApiError('old', 500))
  await settle()
  expect([table.trouble.value, table.loading.value]).toEqual([null, true])
  answers[1]!.resolve(pageOf(['new']))
  await settle()
  expect([names(table), table.trouble.value, table.loading.value]).toEqual([['new'], null, false])
})

test('a failure leaves the rows, and goes with the next success', async () => {
  const { answers, fetchPage } = byHand()
  const table = inScope(() => useTable(fetchPage))
  void table.reload()
  answers[0]!.resolve(pageOf(['a']))
  await settle()
  void table.reload()
  answers[1]!.reject(new ApiError('Docker is away.', 503))
  await settle()
  expect([names(table), table.trouble.value?.message, table.loading.value]).toEqual([['a'], 'Docker is away.', false])
  void table.reload()
  answers[2]!.resolve(pageOf(['b']))
  await settle()
  expect([names(table), table.trouble.value]).toEqual([['b'], null])
})

test('when the last row of the last page has gone, the page before it is shown', async () => {
  const { asked, fetchPage } = served(25)
  const table = inScope(() => useTable(fetchPage, { first: { offset: 25 } }))
  await table.reload()
  expect(asked.map((query) => query.offset)).toEqual([25, 0])
  expect(table.range.value).toBe('1–25 of 25')
})

test('where one has gone is told at once, what is shown from outside is not', async () => {
  vi.useFakeTimers()
  const views: View[] = []
  const { asked, fetchPage } = served(120)
  const table = inScope(() => useTable(fetchPage, { onView: (view) => views.push(view) }))
  table.turn(1)
  table.sortBy('id')
  expect(views).toEqual([
    { search: '', sort: '', offset: 25 },
    { search: '', sort: 'id', offset: 0 },
  ])
  table.show({ search: 'bob', sort: '', offset: 75 })
  await vi.advanceTimersByTimeAsync(1000)
  expect(views).toHaveLength(2)
  expect(asked.at(-1)).toMatchObject({ search: 'bob', offset: 75 })
  expect(asked).toHaveLength(3)
})

test('nothing is asked for a table that is no more', async () => {
  vi.useFakeTimers()
  const { asked, fetchPage } = served(1)
  const { effectScope } = await import('vue')
  const scope = effectScope()
  const table = scope.run(() => useTable(fetchPage))!
  table.search.value = 'x'
  scope.stop()
  await vi.advanceTimersByTimeAsync(1000)
  expect(asked).toEqual([])
})

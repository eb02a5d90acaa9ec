/** What the server pushes, on top of the list. */
import { beforeEach, expect, test, vi } from 'vitest'
import type { Application } from '@/api/types'
import { useApplications } from '@/user/useApplications'
import { application, change, deferred, ended, FakeApi, inScope, revoked, setHidden, settle, step, stoppedElsewhere } from '../helpers'

let server: FakeApi
let said: string[]

beforeEach(() => {
  vi.useFakeTimers()
  setHidden(false)
  server = new FakeApi()
  said = []
})

async function loaded(...list: Application[]) {
  server.list = list
  const home = inScope(() => useApplications(server.api, (text) => said.push(text)))
  await home.refresh()
  return { home, entry: home.entries[0]! }
}

// --- an end --------------------------------------------------------------------------

test('an application that ended by itself shows the evidence', async () => {
  const { home, entry } = await loaded(application('a', {}, 'u1'))
  home.hear(ended('a', 'u1', { out_of_memory: true }))
  expect(entry).toMatchObject({ phase: 'stopped', urlId: null, notice: null })
  expect(entry.failure).toEqual({
    act: 'run',
    reason: 'It crashed.',
    step: null,
    ref: 'abc123',
    exitCode: 139,
    outOfMemory: true,
    log: 'last words',
  })
  expect(said).toEqual(['A has ended. It crashed.'])
})

test('one that was stopped on purpose elsewhere shows a calm notice', async () => {
  const { home, entry } = await loaded(application('a', {}, 'u1'))
  home.hear(stoppedElsewhere('a', 'u1'))
  expect(entry).toMatchObject({ phase: 'stopped', failure: null, notice: 'It was stopped.' })
})

test('a list that was asked for before the end does not bring it back', async () => {
  const { home, entry } = await loaded(application('a', {}, 'u1'))
  const held = deferred<Application[]>()
  server.list = held
  const looking = home.refresh()
  home.hear(ended('a', 'u1'))
  held.resolve([application('a', {}, 'u1')])
  await looking
  expect(entry.phase).toBe('stopped')
})

test('nor does a later one that still has it', async () => {
  const { home, entry } = await loaded(application('a', {}, 'u1'))
  home.hear(ended('a', 'u1'))
  await home.refresh()
  expect(entry).toMatchObject({ phase: 'stopped', failure: { act: 'run' } })
})

test('when the list was first to know, the event brings the evidence', async () => {
  const { home, entry } = await loaded(application('a', {}, 'u1'))
  server.list = [application('a')]
  await home.refresh()
  home.hear(ended('a', 'u1'))
  expect(entry).toMatchObject({ notice: null, failure: { reason: 'It crashed.' } })
})

test('an end is told once: dismissed evidence does not come back', async () => {
  const { home, entry } = await loaded(application('a', {}, 'u1'))
  home.hear(ended('a', 'u1'))
  home.dismiss(entry)
  home.hear(ended('a', 'u1'))
  expect(entry.failure).toBeNull()
})

test('the end of an earlier run is no news for the one that runs', async () => {
  const { home, entry } = await loaded(application('a', {}, 'u2'))
  home.hear(ended('a', 'u1'))
  expect(entry).toMatchObject({ phase: 'running', urlId: 'u2', failure: null })
})

test('one that failed while no page was open is told; one that was stopped then is not', async () => {
  const { home } = await loaded(application('a'), application('b'))
  home.hear(ended('a', 'u1'))
  home.hear(stoppedElsewhere('b', 'u2'))
  expect(home.entries.map((one) => [one.failure?.act, one.notice])).toEqual([
    ['run', null],
    [undefined, null],
  ])
})

test('the end of what this page stops is its own doing, told before the answer', async () => {
  const { home, entry } = await loaded(application('a', {}, 'u1'))
  const done = home.stop(entry)
  home.hear(stoppedElsewhere('a', 'u1'))
  expect(entry.phase).toBe('stopping')
  server.stopped.resolve()
  await done
  expect(entry).toMatchObject({ phase: 'stopped', notice: null, failure: null })
})

test('or told after it', async () => {
  const { home, entry } = await loaded(application('a', {}, 'u1'))
  server.stopped.resolve()
  await home.stop(entry)
  home.hear(ended('a', 'u1'))
  expect(entry).toMatchObject({ phase: 'stopped', notice: null, failure: null })
})

test('one that ended between its start and the answer is not shown as running', async () => {
  const { home, entry } = await loaded(application('a'))
  const done = home.start(entry)
  home.hear(ended('a', 'u1'))
  expect(entry.phase).toBe('starting')
  server.answer.resolve('u1')
  await done
  expect(entry).toMatchObject({ phase: 'stopped', failure: { act: 'run', exitCode: 139 } })
})

test('one that ended while a stop was refused has ended', async () => {
  const { home, entry } = await loaded(application('a', {}, 'u1'))
  const done = home.stop(entry)
  home.hear(ended('a', 'u1'))
  server.stopped.reject(new Error('refused'))
  await done
  expect(entry).toMatchObject({ phase: 'stopped', failure: { act: 'run' } })
})

test('what is told of an application that is not ours is not shown', async () => {
  const { home } = await loaded(application('a'))
  home.hear(ended('z', 'u1'))
  home.hear(step('z', 'image'))
  expect(home.entries).toHaveLength(1)
})

// --- a start -------------------------------------------------------------------------

test('steps of our own start are kept in order, each once', async () => {
  const { home, entry } = await loaded(application('a'))
  void home.start(entry)
  for (const name of ['grant', 'image', 'image', 'start'] as const) home.hear(step('a', name, 100))
  expect(entry.steps).toEqual(['grant', 'image', 'start'].map((name) => ({ step: name, at: 100_000 })))
})

test('a step that this page does not know is passed over', async () => {
  const { home, entry } = await loaded(application('a'))
  home.hear(step('a', 'dance' as 'image'))
  expect(entry).toMatchObject({ phase: 'stopped', steps: [] })
})

test('a start elsewhere is a start here; a list does not know of it yet', async () => {
  const { home, entry } = await loaded(application('a'))
  home.hear(step('a', 'start'))
  expect(entry).toMatchObject({ phase: 'starting', elsewhere: true })
  await home.refresh()
  expect(entry.phase).toBe('starting')
  server.list = [application('a', {}, 'u1')]
  home.hear(change({ mapping_id: 'a' }))
  await vi.advanceTimersByTimeAsync(100)
  await settle()
  expect(entry).toMatchObject({ phase: 'running', urlId: 'u1', elsewhere: false })
})

test.each([
  ['another application', { mapping_id: 'b' }, 'starting'],
  ['a grant, or Docker', {}, 'starting'],
  ['a connection that was lost for too long', { missed: true }, 'stopped'],
])('a start elsewhere goes on when there is news of %s', async (_what, more, phase) => {
  const { home, entry } = await loaded(application('a'))
  home.hear(step('a', 'start'))
  home.hear(change(more))
  await vi.advanceTimersByTimeAsync(100)
  await settle()
  expect(entry.phase).toBe(phase)
})

test('a start elsewhere of which nothing more is heard is not believed for ever', async () => {
  const { home, entry } = await loaded(application('a'))
  home.hear(step('a', 'start'))
  await vi.advanceTimersByTimeAsync(60_001)
  await home.refresh()
  expect(entry.phase).toBe('stopped')
})

test('a start elsewhere that ended at once shows the evidence; late news of the run before does not', async () => {
  const { home, entry } = await loaded(application('a', {}, 'u1'))
  server.list = [application('a')]
  await home.refresh()
  home.hear(step('a', 'start'))
  home.hear(ended('a', 'u1'))
  expect(entry.phase).toBe('starting')
  home.hear(ended('a', 'u2'))
  expect(entry).toMatchObject({ phase: 'stopped', elsewhere: false, failure: { act: 'run' } })
})

test('a warning is shown once, and is gone with the next start', async () => {
  const { home, entry } = await loaded(application('a'))
  void home.start(entry)
  const data = { mapping_id: 'a', step: 'environment', message: 'No such folder.', at: 1 } as const
  home.hear({ name: 'warning', data })
  home.hear({ name: 'warning', data })
  expect(entry.warnings).toEqual(['No such folder.'])
  server.answer.resolve('u1')
  await settle()
  server.stopped.resolve()
  await home.stop(entry)
  void home.start(entry)
  expect(entry.warnings).toEqual([])
})

test('many changes at once are one look', async () => {
  const { home } = await loaded()
  const before = server.asked.length
  for (let i = 0; i < 10; i++) home.hear(change())
  await vi.advanceTimersByTimeAsync(100)
  expect(server.asked.length).toBe(before + 1)
})

// --- a grant that was taken away ------------------------------------------------------

test('a revoked application runs on, with when it ends, in no list and yet in ours', async () => {
  const { home, entry } = await loaded(application('a', {}, 'u1'), application('b'))
  const endsAt = Date.now() / 1000 + 300
  home.hear(revoked('a', 'u1', endsAt))
  server.list = [application('b')]
  server.runs = ['u1']
  await home.refresh()
  expect(home.entries.map((one) => one.id)).toEqual(['a', 'b'])
  expect(entry).toMatchObject({ phase: 'running', urlId: 'u1', revoked: { endsAt: endsAt * 1000 } })
  expect(said).toEqual(['Your access to A was taken away. It will be ended in 5 min.'])
})

test('a page that comes later knows it by its name, and can use and quit it', async () => {
  const { home } = await loaded()
  home.hear(revoked('a', 'u1'))
  const [entry] = home.entries
  expect(entry).toMatchObject({ id: 'a', phase: 'running', urlId: 'u1', revoked: { endsAt: null } })
  expect(entry!.application.image.ui_name).toBe('The a')
  server.runs = ['u1']
  await home.refresh()
  expect(home.entries).toHaveLength(1)
  server.stopped.resolve()
  expect(await home.stop(entry!)).toBe(true)
  expect(home.entries).toEqual([])
})

test('it is said once, and again only when the time is another', async () => {
  const { home } = await loaded(application('a', {}, 'u1'))
  home.hear(revoked('a', 'u1', 5000))
  home.hear(revoked('a', 'u1', 5000))
  expect(said).toHaveLength(1)
  home.hear(revoked('a', 'u1', null))
  expect(said[1]).toContain('runs on until it is stopped')
})

test('a list that was asked for before does not take the notice away', async () => {
  const { home, entry } = await loaded(application('a', {}, 'u1'))
  const held = deferred<Application[]>()
  server.list = held
  const looking = home.refresh()
  home.hear(revoked('a', 'u1'))
  held.resolve([application('a', {}, 'u1')])
  await looking
  expect(entry.revoked).not.toBeNull()
})

test('once it was ended it can be read why, and not be started', async () => {
  const { home, entry } = await loaded(application('a', {}, 'u1'))
  home.hear(revoked('a', 'u1', 5000))
  home.hear(stoppedElsewhere('a', 'u1'))
  server.list = []
  await home.refresh()
  expect(entry).toMatchObject({ phase: 'stopped', notice: 'It was stopped.' })
  expect(await home.start(entry)).toBe(false)
  home.hear(revoked('a', 'u1', 5000))
  expect(entry.phase).toBe('stopped')
  home.dismiss(entry)
  expect(home.entries).toEqual([])
})

test('a revocation that was taken back is forgotten, and the list asked for', async () => {
  const { home, entry } = await loaded(application('a', {}, 'u1'))
  home.hear(revoked('a', 'u1', 5000))
  const before = server.asked.length
  home.hear({ name: 'granted', data: { mapping_id: 'a', url_id: 'u1', at: 1 } })
  expect(entry.revoked).toBeNull()
  expect(said.at(-1)).toBe('You have access to A again.')
  await vi.advanceTimersByTimeAsync(100)
  expect(server.asked.length).toBe(before + 1)
})

// --- two clocks -------------------------------------------------------------------------

test("the difference to the server's clock is the least that was seen", async () => {
  const { home, entry } = await loaded(application('a', {}, 'u1'))
  home.setClock(Date.now() - 7000)
  const told = revoked('a', 'u1', 5000)
  told.data.at = Date.now() / 1000 - 600 // told again, long after it happened
  home.hear(told)
  expect(entry.skew).toBe(7000)
})

test('an event without a time does no harm', async () => {
  const { home, entry } = await loaded(application('a', {}, 'u1'))
  home.setClock(Date.now() - 7000)
  home.hear({ name: 'change', data: {} as { at: number } })
  const told = revoked('a', 'u1', 5000)
  told.data.at -= 60
  home.hear(told)
  expect(entry.skew).toBe(7000)
})

import { beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '@/api/http'
import { usualStart } from '@/user/durations'
import { LOOK_EVERY, LOOK_RARELY, toFailure, useApplications } from '@/user/useApplications'
import { application, deferred, FakeApi, inScope, setHidden, settle, type Deferred } from '../helpers'
import type { Application } from '@/api/types'

let server: FakeApi
let said: string[]

beforeEach(() => {
  vi.useFakeTimers()
  setHidden(false)
  server = new FakeApi()
  said = []
})

function applications() {
  return inScope(() => useApplications(server.api, (text) => said.push(text)))
}

async function loaded(...list: Application[]) {
  server.list = list
  const home = applications()
  await home.refresh()
  said.length = 0
  return home
}

/** The next list is answered when the test says so. */
function heldList(): Deferred<Application[]> {
  const held = deferred<Application[]>()
  server.list = held
  return held
}

// --- the list ------------------------------------------------------------------------

test('the list is as the server gives it, running where there is a container', async () => {
  const home = await loaded(application('a'), application('b', {}, 'u1'))
  expect(home.loaded.value).toBe(true)
  expect(home.entries.map((entry) => [entry.id, entry.phase, entry.urlId])).toEqual([
    ['a', 'stopped', null],
    ['b', 'running', 'u1'],
  ])
  expect(home.running.value.map((entry) => entry.id)).toEqual(['b'])
  expect(home.find('a')).toBe(home.entries[0])
  expect([home.find('z'), home.find(null)]).toEqual([undefined, undefined])
})

test('entries stay the same objects when the list is had again, changes and all', async () => {
  const home = await loaded(application('a'))
  const [entry] = home.entries
  server.list = [application('0'), application('a', { ui_name: 'New name' })]
  await home.refresh()
  expect(home.entries[1]).toBe(entry)
  expect(entry!.application.image.ui_name).toBe('New name')
})

test('what is not granted any more and does not run leaves the list', async () => {
  const home = await loaded(application('a'), application('b'))
  server.list = [application('b')]
  await home.refresh()
  expect(home.entries.map((entry) => entry.id)).toEqual(['b'])
  expect(server.asked).not.toContain('containers')
})

test('it is asked for now and then, rarely while the server pushes', async () => {
  const home = await loaded()
  const asked = () => server.asked.length
  const before = asked()
  await vi.advanceTimersByTimeAsync(LOOK_EVERY)
  expect(asked()).toBe(before + 1)
  home.pushed.value = true
  await home.refresh()
  await vi.advanceTimersByTimeAsync(LOOK_RARELY - 1)
  expect(asked()).toBe(before + 2)
  await vi.advanceTimersByTimeAsync(1)
  expect(asked()).toBe(before + 3)
})

// --- starting ------------------------------------------------------------------------

test('a start goes from starting to running, is told, and its duration is remembered', async () => {
  const home = await loaded(application('a'))
  const entry = home.entries[0]!
  const done = home.start(entry, { resolution: { resolution: '1x1' } })
  expect(entry).toMatchObject({ phase: 'starting', startedAt: Date.now(), elsewhere: false })
  await vi.advanceTimersByTimeAsync(4000)
  server.answer.resolve('u1')
  expect(await done).toBe(true)
  expect(entry).toMatchObject({ phase: 'running', urlId: 'u1', startedAt: null })
  expect(said).toEqual(['A is starting.', 'A is running.'])
  expect(usualStart('image/a')).toBe(4)
})

test('a second click starts nothing', async () => {
  const home = await loaded(application('a'))
  void home.start(home.entries[0]!)
  expect(await home.start(home.entries[0]!)).toBe(false)
  expect(server.asked.filter((what) => what === 'start a')).toHaveLength(1)
})

test('a failed start shows all evidence', async () => {
  const home = await loaded(application('a'))
  const entry = home.entries[0]!
  const done = home.start(entry)
  const body = { step: 'wait', exit_code: 1, out_of_memory: true, log: 'oh' }
  server.answer.reject(new ApiError('It ended.', 500, 'Unable', '7f', body))
  expect(await done).toBe(false)
  expect(entry).toMatchObject({ phase: 'stopped', startedAt: null })
  expect(entry.failure).toEqual({
    act: 'start',
    reason: 'It ended.',
    step: 'wait',
    ref: '7f',
    exitCode: 1,
    outOfMemory: true,
    log: 'oh',
  })
})

test('a start whose answer was lost is looked for: it may run all the same', async () => {
  const home = await loaded(application('a'))
  const done = home.start(home.entries[0]!)
  server.list = [application('a', {}, 'u1')]
  server.answer.reject(new ApiError('', 504))
  expect(await done).toBe(false)
  await settle()
  expect(home.entries[0]).toMatchObject({ phase: 'running', urlId: 'u1', failure: null })
})

test('what fails inside of the page is said in words also', () => {
  expect(toFailure('stop', new TypeError('x is not a function'))).toMatchObject({
    act: 'stop',
    reason: 'Something unexpected happened in this page.',
    exitCode: null,
    outOfMemory: false,
  })
})

test('a list that was asked for before the click does not undo the start', async () => {
  const home = await loaded(application('a'))
  const entry = home.entries[0]!
  const held = heldList()
  const looking = home.refresh()
  const done = home.start(entry)
  server.answer.resolve('u1')
  await done
  held.resolve([application('a')])
  await looking
  expect(entry).toMatchObject({ phase: 'running', urlId: 'u1', notice: null })
})

test('a list that comes during a start does not touch it', async () => {
  const home = await loaded(application('a'))
  void home.start(home.entries[0]!)
  await home.refresh()
  expect(home.entries[0]!.phase).toBe('starting')
})

test('what is being started is not taken from under the user, and keeps its place', async () => {
  const home = await loaded(application('a'), application('b'), application('c'))
  void home.start(home.entries[1]!)
  server.list = [application('a'), application('c')]
  await home.refresh()
  expect(home.entries.map((entry) => entry.id)).toEqual(['a', 'b', 'c'])
})

// --- stopping ------------------------------------------------------------------------

test('a stop goes from stopping to stopped', async () => {
  const home = await loaded(application('a', {}, 'u1'))
  const entry = home.entries[0]!
  const done = home.stop(entry)
  expect(entry.phase).toBe('stopping')
  server.stopped.resolve()
  expect(await done).toBe(true)
  expect(entry).toMatchObject({ phase: 'stopped', urlId: null, notice: null, failure: null })
  expect(said).toEqual(['A is stopping.', 'A has stopped.'])
})

test('what is gone already is stopped as well', async () => {
  const home = await loaded(application('a', {}, 'u1'))
  server.stopped.reject(new ApiError('gone', 404))
  expect(await home.stop(home.entries[0]!)).toBe(true)
  expect(home.entries[0]).toMatchObject({ phase: 'stopped', failure: null })
})

test('a stop that is refused leaves it running, and says why until that is dismissed', async () => {
  const home = await loaded(application('a', {}, 'u1'))
  const entry = home.entries[0]!
  server.stopped.reject(new ApiError('Docker refused.', 500))
  expect(await home.stop(entry)).toBe(false)
  expect(entry).toMatchObject({ phase: 'running', urlId: 'u1', failure: { act: 'stop', reason: 'Docker refused.' } })
  await home.refresh()
  expect(entry.failure).not.toBeNull()
  home.dismiss(entry)
  expect(entry.failure).toBeNull()
})

test('only what runs can be stopped', async () => {
  const home = await loaded(application('a'))
  expect(await home.stop(home.entries[0]!)).toBe(false)
  expect(server.asked).toEqual(['applications'])
})

test('a list that was asked for before the stop does not bring it back', async () => {
  const home = await loaded(application('a', {}, 'u1'))
  const held = heldList()
  const looking = home.refresh()
  server.stopped.resolve()
  await home.stop(home.entries[0]!)
  held.resolve([application('a', {}, 'u1')])
  await looking
  expect(home.entries[0]!.phase).toBe('stopped')
})

// --- elsewhere, without events -------------------------------------------------------

test('what was started elsewhere runs here too', async () => {
  const home = await loaded(application('a'))
  server.list = [application('a', {}, 'u9')]
  await home.refresh()
  expect(home.entries[0]).toMatchObject({ phase: 'running', urlId: 'u9' })
})

test('what ended elsewhere says so, without knowing why', async () => {
  const home = await loaded(application('a', {}, 'u1'))
  server.list = [application('a')]
  await home.refresh()
  expect(home.entries[0]).toMatchObject({ phase: 'stopped', urlId: null, lastUrlId: 'u1' })
  expect(home.entries[0]!.notice).toContain('has ended')
  expect(said).toEqual(['A has ended.'])
})

test('one that was replaced by another run is the other run', async () => {
  const home = await loaded(application('a', {}, 'u1'))
  server.list = [application('a', {}, 'u2')]
  await home.refresh()
  expect(home.entries[0]).toMatchObject({ phase: 'running', urlId: 'u2', notice: null })
})

test('a running one that left the list stays while its container runs, and where it was', async () => {
  const home = await loaded(application('a', {}, 'u1'), application('b'))
  server.list = [application('b')]
  server.runs = ['u1']
  await home.refresh()
  expect(home.entries.map((entry) => [entry.id, entry.phase, entry.revoked])).toEqual([
    ['a', 'running', { endsAt: null }],
    ['b', 'stopped', null],
  ])
})

test('when its container is gone too, that can still be read; after that it leaves', async () => {
  const home = await loaded(application('a', {}, 'u1'))
  const entry = home.entries[0]!
  server.list = []
  await home.refresh()
  expect(entry).toMatchObject({ phase: 'stopped', urlId: null })
  await home.refresh()
  expect(home.entries).toHaveLength(1)
  expect(await home.start(entry)).toBe(false)
  home.dismiss(entry)
  expect(home.entries).toEqual([])
})

test('one that is granted again is an entry like others', async () => {
  const home = await loaded(application('a', {}, 'u1'))
  server.list = []
  server.runs = ['u1']
  await home.refresh()
  server.list = [application('a', {}, 'u1')]
  await home.refresh()
  expect(home.entries[0]).toMatchObject({ phase: 'running', revoked: null })
})

// --- offline -------------------------------------------------------------------------

test('while the list cannot be had, the old one stays, with the reason', async () => {
  const home = await loaded(application('a', {}, 'u1'))
  server.list = new ApiError('away', 503)
  await home.refresh()
  expect(home.trouble.value).toMatchObject({ status: 503 })
  expect(home.entries[0]!.phase).toBe('running')
  server.list = [application('a', {}, 'u1')]
  await vi.advanceTimersByTimeAsync(2000)
  expect(home.trouble.value).toBeNull()
})

test('a first list that fails is not an empty list', async () => {
  server.list = new ApiError('', 0)
  const home = applications()
  await home.refresh()
  expect([home.loaded.value, home.trouble.value?.offline]).toEqual([false, true])
})

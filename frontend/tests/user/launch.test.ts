/** A start under way, and what comes of one that fails. */
import { mount } from '@vue/test-utils'
import { nextTick, reactive } from 'vue'
import { beforeEach, expect, test, vi } from 'vitest'
import { rememberStart } from '@/user/durations'
import ApplicationDetails from '@/user/ApplicationDetails.vue'
import type { Entry, Failure } from '@/user/entry'
import LaunchFailure from '@/user/LaunchFailure.vue'
import LaunchProgress from '@/user/LaunchProgress.vue'
import { newForm } from '@/user/options'
import { entryOf } from '../helpers'

const FAILURE: Failure = {
  act: 'start', reason: 'It ended.', step: 'wait', ref: '7f', exitCode: 0, outOfMemory: true, log: '<b>last</b> words',
}

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }))

// --- progress ------------------------------------------------------------------------

const progress = (changes: Partial<Entry>, usual: number | null = null) =>
  mount(LaunchProgress, { props: { entry: entryOf('a', {}, { phase: 'starting', ...changes }), usual } })

test('the time since the click runs, beside the usual one', async () => {
  const page = progress({ startedAt: Date.now() }, 8.4)
  expect(page.get('.launch-time').text()).toBe('0 s')
  await vi.advanceTimersByTimeAsync(3000)
  expect(page.get('.launch-time').text()).toBe('3 s')
  expect(page.text()).toContain('usually about 8 s')
})

test('until the server tells steps, none is invented', () => {
  expect(progress({ startedAt: Date.now() }).find('ol').exists()).toBe(false)
})

test('steps are done, under way or ahead, and long ones have their time', () => {
  const steps = [
    { step: 'grant', at: 995_000 }, { step: 'image', at: 995_100 }, { step: 'start', at: 998_000 },
  ] as const
  const page = progress({ startedAt: 995_000, steps: [...steps] })
  expect(page.findAll('li').map((item) => item.classes()[0])).toEqual([
    'step-done', 'step-done', 'step-done', 'step-active', 'step-ahead', 'step-ahead',
  ])
  expect(page.findAll('li').map((item) => item.find('small').exists() && item.get('small').text())).toEqual([
    false, '2 s', false, '2 s', false, false,
  ])
  expect(page.get('[aria-current=step]').text()).toContain('Start the container')
})

test("a start elsewhere is timed by the server's clock", () => {
  const page = progress({ elsewhere: true, skew: 500_000, steps: [{ step: 'grant', at: 490_000 }] })
  expect(page.get('.launch-time').text()).toBe('10 s')
})

test('warnings are alerts', () => {
  expect(progress({ warnings: ['No such folder.'] }).get('[role=alert]').text()).toBe('No such folder.')
})

// --- failure -------------------------------------------------------------------------

const failed = (changes: Partial<Failure>) =>
  mount(LaunchFailure, { props: { entry: entryOf('a'), failure: { ...FAILURE, ...changes } }, slots: { default: '<button>Again</button>' } })

test('all evidence is there, the log as text', () => {
  const page = failed({})
  expect(page.get('h2').text()).toBe('It could not be started')
  expect(page.get('.failure-reason').text()).toBe('It ended.')
  const said = page.findAll('dt').map((term, i) => `${term.text()}: ${page.findAll('dd')[i]!.text()}`)
  expect(said).toEqual([
    'Step: Wait until the application answers',
    'Exit code: 0',
    'Memory: It ran out of memory and was ended.',
    'Reference: 7f',
  ])
  expect(page.get('pre').text()).toBe('<b>last</b> words')
})

test('what is not known is left out', () => {
  const page = failed({ act: 'run', step: null, ref: null, exitCode: null, outOfMemory: false, log: '' })
  expect(page.get('h2').text()).toBe('It has ended')
  expect([page.find('dl').exists(), page.find('pre').exists()]).toEqual([false, false])
})

test('one button copies everything', async () => {
  const writeText = vi.fn().mockResolvedValue(undefined)
  vi.stubGlobal('navigator', { clipboard: { writeText } })
  const button = failed({}).findAll('button').find((found) => found.text() === 'Copy all of this')!
  await button.trigger('click')
  await nextTick()
  for (const part of ['A (image/a)', 'It ended.', 'wait', '7f', 'last</b> words']) expect(writeText.mock.calls[0]![0]).toContain(part)
  expect(button.text()).toBe('Copied')
})

test('it can be dismissed, and further acts stand beside', async () => {
  const page = failed({})
  await page.get('[aria-label=Dismiss]').trigger('click')
  expect(page.emitted('dismiss')).toHaveLength(1)
  expect(page.text()).toContain('Again')
})

// --- the application that does not run ------------------------------------------------

function details(entry: Entry, form = newForm()) {
  const page = mount(ApplicationDetails, {
    props: { entry: reactive(entry), frameSize: { width: 1000, height: 700 }, form },
    attachTo: document.body,
  })
  return { page, start: () => page.get('form').trigger('submit') }
}

const desktop = { configurables: ['resolution'] }

test('Start sends the options as they are in the form', async () => {
  const { page, start } = details(entryOf('a', desktop))
  await start()
  expect(page.emitted('start')).toEqual([[{ resolution: { resolution: '1000x700' } }]])
})

test('a wrong option is complained about at the first try, where it is, and nothing starts', async () => {
  const { page, start } = details(entryOf('a', desktop), { ...newForm(), resolution: 'custom', width: 'many' })
  expect(page.find('.invalid-feedback').exists()).toBe(false)
  await start()
  await nextTick()
  expect(page.emitted('start')).toBeUndefined()
  const field = page.get('[aria-invalid=true]')
  expect(document.activeElement).toBe(field.element)
  expect(page.get(`[id="${field.attributes('aria-describedby')}"]`).text()).toContain('200 to 8192')
})

test('the usual duration is there before the click', () => {
  rememberStart('image/a', 12)
  expect(details(entryOf('a')).page.text()).toContain('usually ready after about 12 s')
})

test('after a failure it can be started again from there, with the same options', async () => {
  const { page } = details(entryOf('a', desktop, { failure: FAILURE }))
  await page.findAll('button').find((button) => button.text() === 'Start again')!.trigger('click')
  expect(page.emitted('start')).toEqual([[{ resolution: { resolution: '1000x700' } }]])
})

test('what was taken away cannot be started, only put away', async () => {
  const entry = entryOf('a', desktop, { revoked: { endsAt: 1 }, notice: 'Your access was taken away.', failure: FAILURE })
  const { page } = details(entry)
  expect(page.find('form').exists()).toBe(false)
  expect(page.text()).not.toContain('Start again')
  expect(page.get('.alert-info').text()).toBe('Your access was taken away.')
  await page.findAll('button').find((button) => button.text() === 'Remove it from the list')!.trigger('click')
  expect(page.emitted('dismiss')).toHaveLength(1)
})
